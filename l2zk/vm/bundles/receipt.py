"""Receipt: one proof of a bundle, and the path from it to the bundle's root (PROTOCOL 14.3)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from l2zk._core import blake3
from l2zk.base import arguments, saving
from l2zk.base.arguments import kind_of
from l2zk.base.reader import Reader
from l2zk.base.wording import number, short
from l2zk.errors import ArgumentError, FormatError, ProofError
from l2zk.proof.proof import MAX_BYTES, Proof
from l2zk.proof.statement import Hint
from l2zk.show import html
from l2zk.vm.bundles.form import MOST_PROOFS, read_start
from l2zk.vm.bundles.told import naming
from l2zk.vm.bundles.tree import DIGEST, climbed, leaf, path_length
from l2zk.vm.bundles.verifying import Several, check_one
from l2zk.vm.zkvm import TraceZkVm

MAGIC = b"receipt of l2zk"
VERSION = 1
SECTION = "14.3"

MOST = len(MAGIC) + 12 + DIGEST * 20 + MAX_BYTES
"""Bytes of a receipt."""


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """A proof of a bundle with the path from it to the bundle's root; that it leads there does not show that what the
    proof states is true.

    index: of the proof in the bundle. count: the proofs of the bundle. proof: the proof itself. path: 32 bytes for each
    level on which another digest stands beside it, at most 20 of them. `ProofBundle.receipt` makes one; a receipt
    cannot be changed, and threads may share it.
    """

    index: int
    count: int
    proof: Proof
    path: tuple[bytes, ...] = field(repr=False)

    def __post_init__(self) -> None:
        for name, value in (("index", self.index), ("count", self.count)):
            arguments.bound(name, value)
        if not self.index < self.count <= MOST_PROOFS:
            raise ArgumentError(
                f"proof {number(self.index)} of {number(self.count)} is none: index < count <= {MOST_PROOFS:,}"
            )
        if not isinstance(self.proof, Proof):
            raise ArgumentError(f"the proof of a receipt is a Proof, not {kind_of(self.proof)}")
        is_tuple = isinstance(self.path, tuple) and all(type(one) is bytes and len(one) == DIGEST for one in self.path)
        needed = path_length(self.index, self.count)
        if not (is_tuple and len(self.path) == needed):
            raise ArgumentError(f"the path of proof {self.index} of {self.count} is a tuple of {needed} x 32 bytes")

    @property
    def root(self) -> bytes:
        """The root to which the path leads, 32 bytes: of the bundle that the receipt is of, if it is of one."""
        proof = self.proof
        header, body = proof.data[: proof.header_length], proof.data[proof.header_length :]
        return climbed(leaf(self.index, blake3(header), blake3(body)), self.index, self.count, self.path)

    def check(self, root: bytes) -> bool:
        """True if this very proof stands in this place of a bundle with this root of 32 bytes.

        It is no verification: whoever makes a bundle may put into it what is false.
        """
        return self.root == checked_root(root)

    def verify(
        self,
        vm: TraceZkVm,
        root: bytes,
        program: Several,
        witness_hint: Hint = (),
        *,
        outputs: Hint = (),
    ) -> bool:
        """True if the proof is in a bundle with this root, and shows that this program ran right.

        program, witness_hint, outputs: as of `TraceZkVm.verify`; of a proof of several statements a list of programs,
        and lists or None as of `TraceZkVm.verify_together`.
        """
        try:
            self.check_proof(vm, root, program, witness_hint, outputs=outputs)
        except ProofError:
            return False
        return True

    def check_proof(
        self,
        vm: TraceZkVm,
        root: bytes,
        program: Several,
        witness_hint: Hint = (),
        *,
        outputs: Hint = (),
    ) -> None:
        """As `verify`, but raises ProofError with the reason."""
        if not self.check(root):
            found, wanted = self.root.hex(), bytes(root).hex()
            raise ProofError(f"the receipt leads to the root {found}, not to {wanted}", SECTION)
        check_one(vm, program, self.proof, witness_hint, outputs)

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Receipt:
        """Read a receipt, strictly; FormatError for anything else. Whether it leads to some root, `check` says."""
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise ArgumentError(f"a receipt is made from bytes, not from {kind_of(data)}")
        if memoryview(data).nbytes > MOST:
            raise FormatError(f"found {memoryview(data).nbytes} bytes, expected at most {MOST} of a receipt", SECTION)
        reader = Reader(data, SECTION)
        read_start(reader, MAGIC, VERSION, "a receipt")
        start = reader.at
        index = reader.integer(4, "the index of the proof")
        count = reader.count(4, MOST_PROOFS, "the number of proofs")
        if index >= count:
            reader.refuse(start, f"{index} as the index of one of {count} proofs", "less than their number")
        beside = tuple(reader.take(DIGEST, "the path") for _ in range(path_length(index, count)))
        return cls(index, count, Proof.from_bytes(reader.data[reader.at :]), beside)

    def to_bytes(self) -> bytes:
        """The bytes of the receipt: those of the proof, and 27 and 32 a level of the tree."""
        head = b"".join(one.to_bytes(4, "little") for one in (VERSION, self.index, self.count))
        return b"".join([MAGIC, head, *self.path, self.proof.data])

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Receipt:
        """Read the receipt in a file."""
        with open(arguments.path(path), "rb") as file:
            data = file.read(MOST + 1)
        with naming(os.fsdecode(path), "a receipt"):
            return cls.from_bytes(data)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the receipt to a file, whole or not at all."""
        saving.Target(arguments.path(path)).write(self.to_bytes())

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(MAGIC) + 12 + DIGEST * len(self.path) + self.proof.size

    def _repr_html_(self) -> str:
        place = f"Proof {self.index} of {self.count:,} in a bundle"
        told = [f"leads to the root {self.root.hex()}", self.proof.claim, f"{self.size:,} bytes"]
        return html.block(html.heading(place), html.sentences(*told, "That it is in the bundle does not show it true."))

    def __bytes__(self) -> bytes:
        return self.to_bytes()

    def __repr__(self) -> str:
        return f"<Receipt of proof {self.index} of {self.count:,}: {self.proof.claim}; {self.size:,} bytes>"


def checked_root(root: Any) -> bytes:
    """The bytes of a root, if it is one."""
    if not isinstance(root, (bytes, bytearray, memoryview)) or memoryview(root).nbytes != DIGEST:
        shown = f"{memoryview(root).nbytes} bytes" if isinstance(root, (bytes, bytearray, memoryview)) else short(root)
        raise ArgumentError(f"a root is {DIGEST} bytes, not {shown}")
    return bytes(root)
