"""ProofBundle: proofs in one file with one root.

    proofs → entries → bytes, root;    bytes → entries, strictly → proofs;    index → receipt

Invariant: what `from_bytes` takes, `to_bytes` gives back. Nothing here says that a proof is right but `verify`.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any, BinaryIO, overload

from l2zk.base import arguments, saving
from l2zk.base.arguments import callback, is_listed, kind_of
from l2zk.base.progress import Progress
from l2zk.base.resources import default_threads
from l2zk.base.wording import counted, short
from l2zk.errors import ArgumentError, FormatError, L2zkError, OptionsError, ProofError
from l2zk.proof.proof import Proof
from l2zk.proof.statement import Hint
from l2zk.show import html
from l2zk.vm.bundles import form, tree
from l2zk.vm.bundles.receipt import Receipt
from l2zk.vm.bundles.told import naming, of_proof
from l2zk.vm.bundles.verifying import Job, Several, check_all, listed
from l2zk.vm.zkvm import TraceZkVm

MAX_BYTES = 2**30
"""Bytes of a bundle that is read into memory, if the caller allows no more."""

SHOWN = 5
"""Proofs that a notebook shows."""


class ProofBundle(Sequence[Proof]):
    """Many proofs under one root; a proof's place among them does not show that what it states is true.

    The root, 32 bytes, is a hash of the proofs in their order and of their number, and of nothing else: anyone can put
    anything into a bundle. `verify` verifies what is in it. What a bundle is good for: a table of contents of a batch,
    a short name for it, and a `receipt` of each proof, which goes to whom it concerns without the others.

        bundle = ProofBundle(proofs)
        bundle.save("day.bundle")
        receipt = bundle.receipt(17)
        assert receipt.check(bundle.root)                         # it is in there
        assert receipt.verify(vm, bundle.root, program)           # and it is right

    proofs: a list or another iterable of Proofs, or of their bytes; 1 to 2^20 of them. Equal headers stand in the file
    once, and of others what they begin with in common with the one before. A bundle of n proofs grows by some 10 bytes
    a proof and takes no time but that of hashing; one proof of n statements (`prove_together`) is far smaller. A bundle
    is a sequence of its proofs and cannot be changed; threads may share it.
    """

    def __init__(self, proofs: Iterable[Proof | bytes]) -> None:
        self._take(_entries(proofs))

    def _take(self, entries: Iterable[form.Entry]) -> None:
        self._entries = list(entries)
        form.check_count(len(self._entries))
        digests = ((one.header_hash, one.body_hash) for one in self._entries)
        self._tree = tree.levels([tree.leaf(index, *hashes) for index, hashes in enumerate(digests)])
        self._root = tree.root(len(self._entries), self._tree[-1][0])

    @property
    def root(self) -> bytes:
        """The root, 32 bytes."""
        return self._root

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Proof: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Proof]: ...
    def __getitem__(self, index: int | slice) -> Proof | Sequence[Proof]:
        if isinstance(index, slice):
            return tuple(Proof(one.data) for one in self._entries[index])
        return Proof(self._entries[self._place(index)].data)

    def receipt(self, index: int) -> Receipt:
        """The receipt of the proof with this index, from 0 on; a negative one is counted from the end."""
        try:
            place = self._place(index)
        except IndexError as error:
            raise ArgumentError(str(error)) from None
        return Receipt(place, len(self), self[place], tree.path(self._tree, place))

    def _place(self, index: Any) -> int:
        try:
            place = operator.index(index)
        except TypeError:
            raise ArgumentError(f"the index of a proof is an integer, not {kind_of(index)}") from None
        if not -len(self) <= place < len(self):
            raise IndexError(f"the bundle has {counted(len(self), 'proof')}, and {short(place)} is none of them")
        return place % len(self)

    def verify(
        self,
        vm: TraceZkVm,
        programs: Iterable[Several],
        hints: Iterable[Hint] | None = None,
        *,
        outputs: Iterable[Hint] | None = None,
        max_workers: int | None = None,
        progress: Progress | None = None,
    ) -> bool:
        """True if every proof of the bundle shows that the program in its place ran right, as `vm.verify` says.

        programs: one for each proof; of a proof of several statements a list of programs in its place. hints, outputs:
        the demands on each, None or () for none; for a list of programs lists, as of `TraceZkVm.verify_together`.
        max_workers: threads at work, by default as many as there are processors. progress: is called as
        progress("proofs", done, total).
        """
        try:
            self.check_proofs(vm, programs, hints, outputs=outputs, max_workers=max_workers, progress=progress)
        except ProofError:
            return False
        return True

    def check_proofs(
        self,
        vm: TraceZkVm,
        programs: Iterable[Several],
        hints: Iterable[Hint] | None = None,
        *,
        outputs: Iterable[Hint] | None = None,
        max_workers: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        """As `verify`, but raises ProofError for a proof that is refused, with its index and the reason."""
        if max_workers is not None and (type(max_workers) is not int or max_workers < 1):
            raise OptionsError(f"max_workers={short(max_workers)} is not allowed; it must be an integer, 1 or more")
        if programs is None:
            raise ArgumentError("programs are a list with one for each proof, not NoneType")
        given = [listed(name, one, len(self)) for name, one in _named(programs, hints, outputs)]
        jobs = [Job(program, one, *demands) for one, (program, *demands) in zip(self._entries, zip(*given))]
        check_all(vm, jobs, max_workers or default_threads(), callback("progress", progress))

    # ---- bytes and files ---------------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """The bytes of the bundle."""
        with BytesIO() as file:
            self._write(file)
            return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> ProofBundle:
        """Read a bundle, strictly: the header of each proof, the count and the root; FormatError for anything else.

        Whether the proofs are right, `verify` says.
        """
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise ArgumentError(f"a bundle is made from bytes, not from {kind_of(data)}")
        with BytesIO(data) as file:
            return cls._read(file)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the bundle to a file, whole or not at all."""
        with saving.Target(arguments.path(path)).open() as file:
            self._write(file)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> ProofBundle:
        """Read the bundle in a file of at most so many bytes, 2^30 by default; `stream` takes larger ones."""
        most = arguments.bound("max_bytes", max_bytes)
        with open(arguments.path(path), "rb") as file, naming(os.fsdecode(path), "a bundle"):
            return cls._read(_Bounded(file, most))

    @staticmethod
    def write(path: str | os.PathLike[str], proofs: Iterable[Proof | bytes]) -> bytes:
        """Write a bundle of proofs that come one by one, of which one is held at a time; its root.

        The file is there, whole, when all have come.
        """
        with saving.Target(arguments.path(path)).open() as file:
            writer = form.Writer(file)
            for entry in _entries(proofs):
                writer.add(entry)
            return writer.end()

    @staticmethod
    def stream(path: str | os.PathLike[str]) -> Iterator[Proof]:
        """The proofs of the bundle in a file one by one, of which one is held at a time.

        That the file is a whole bundle is known when the last one has been taken: FormatError, if it is not.
        """
        with open(arguments.path(path), "rb") as file, naming(os.fsdecode(path), "a bundle"):
            for entry in form.entries(file):
                yield Proof(entry.data)

    @classmethod
    def _read(cls, file: Any) -> ProofBundle:
        bundle = cls.__new__(cls)
        bundle._take(form.entries(file))
        return bundle

    def _write(self, file: BinaryIO) -> None:
        writer = form.Writer(file)
        for entry in self._entries:
            writer.add(entry)
        writer.end()

    def __bytes__(self) -> bytes:
        return self.to_bytes()

    def __eq__(self, other: object) -> bool:
        return self._root == other._root if isinstance(other, ProofBundle) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._root)

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return ProofBundle.from_bytes, (self.to_bytes(),)

    def _repr_html_(self) -> str:
        rows = [(str(index), self[index].claim, f"{self[index].size:,}") for index in range(min(SHOWN, len(self)))]
        more = [f"and {len(self) - SHOWN:,} more"] if len(self) > SHOWN else []
        said = [*more, f"root {self.root.hex()}", "That a proof is in the bundle does not show it true."]
        return html.block(
            html.heading(f"Bundle of {counted(len(self), 'proof')}"),
            html.table(("", "claim", "bytes"), rows, words=2),
            html.sentences(*said),
        )

    def __repr__(self) -> str:
        return f"<ProofBundle of {counted(len(self), 'proof')}; root {self.root.hex()[:16]}…>"


class _Bounded:
    """An open file of which no more than so many bytes are read."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._left, self._most = file, most, most

    def read(self, length: int) -> bytes:
        """The next bytes."""
        data = self._file.read(length)
        self._left -= len(data)
        if self._left < 0:
            raise FormatError(f"it has more than max_bytes={self._most:,} bytes", form.SECTION)
        return data


def _entries(proofs: Any) -> Iterator[form.Entry]:
    """The entries of these proofs; an error names the one that it is about."""
    if isinstance(proofs, (Proof, bytearray, memoryview)) or not is_listed(proofs):
        raise ArgumentError(f"a bundle takes a list with its proofs, not one {kind_of(proofs)}")
    before = None
    for index, given in enumerate(proofs):
        try:
            proof = given if isinstance(given, Proof) else Proof(given)
        except L2zkError as error:
            raise of_proof(index, error) from None
        header, body = proof.data[: proof.header_length], proof.data[proof.header_length :]
        before = form.Entry.of(header, body, before)
        yield before


def _named(programs: Any, hints: Any, outputs: Any) -> list[tuple[str, Any]]:
    return [("programs", programs), ("hints", hints), ("outputs", outputs)]
