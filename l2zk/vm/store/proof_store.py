"""ProofStore: proofs in a file, for every process that may read it; each is verified before this process gives it out.

    request → its key → row → header, verifier → proof          the maker's byte → row? → make → row
              (store_key.py)  (store_file.py)                    (store_maker.py)

Invariant: whoever wrote the file, and whatever happened to it, a proof out of it was accepted by the verifier in this
process, for the request's program, options and public inputs. A store that cannot be used costs time, never a proof: it
is passed over, with one warning.
"""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from l2zk.base.arguments import bound, kind_of
from l2zk.base.arguments import path as path_argument
from l2zk.base.caches import cached, shorten
from l2zk.base.foreign import warn_caller
from l2zk.base.making import Making
from l2zk.base.progress import Progress
from l2zk.base.wording import counted, short
from l2zk.errors import OptionsError, ProofError, StoreError, StoreWarning
from l2zk.language.program import TraceProgram
from l2zk.proof.claims import Statement
from l2zk.proof.header import digest_of
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import Proof
from l2zk.show import html
from l2zk.vm.settings import Asked
from l2zk.vm.store.file import GLANCE_SECONDS, StoreFile
from l2zk.vm.store.key import key_of, key_together
from l2zk.vm.store.maker import LockFile
from l2zk.vm.store.schema import Amid, Damaged, Unusable
from l2zk.vm.store.secret import SECRET_BYTES, secret_in
from l2zk.vm.zkvm import TraceZkVm

MOST_VERIFIED = 2**14
"""Proofs that a process remembers to have verified, by key and digest."""

Result = TypeVar("Result")
Count = Callable[..., object]
"""Called with the names of what has happened, those of `CacheStats`."""


@dataclass(frozen=True, kw_only=True)
class StoreStats:
    """The proofs in a store at one moment, whichever processes put them there; an immutable value.

    entries: proofs. bytes: of those proofs; the files take some tenth more, and the write-ahead log up to 16 MiB.
    """

    entries: int = 0
    bytes: int = 0

    def _repr_html_(self) -> str:
        return html.block(html.heading(f"Store: {counted(self.entries, 'proof')}, {html.bytes_text(self.bytes)}"))


class ProofStore:
    """A file of proofs that outlives processes: SQLite's, with a key file and a lock file beside it.

    path: the file, made if it is not there; `path.key` and `path.lock` come beside it, with SQLite's own `-wal` and
    `-shm`, all for their owner alone. Not on a network file system, whose locks cannot be relied on.
    max_bytes: the most bytes of proofs, 0 or more; those used longest ago go first. One larger than that is not stored.
    key: a secret of 32 bytes for the keys of the requests, instead of the key file.

    Any number of processes and threads may use one file at once; a proof that several ask for is made once. Every proof
    is verified the first time that a process takes it from the file, so that no file can give a wrong proof: what comes
    out is a proof of the request's program, parameters, options and public inputs. Who can write to the file can choose
    which one: one that another private witness, with other outputs perhaps, was proved by.

    A copy of the file shows its proofs, and a proof shows what it states; of a witness nothing is written. With the key
    file beside it a guess of a short witness can be tried; without it, and without `key`, it cannot.

    A file that is damaged is moved aside as `path.damaged-1` and a new one begun; one that cannot be used (no room, no
    right to write, locked for 10 seconds) is passed over: a StoreWarning tells of each once. Raises StoreError for a
    path that can be no store: a folder, one in a folder that is not there, another program's database.
    """

    def __init__(self, path: str | os.PathLike[str], *, max_bytes: int = 2**30, key: bytes | None = None) -> None:
        if key is not None and (not isinstance(key, (bytes, bytearray)) or len(key) != SECRET_BYTES):
            found = f"{len(key)} bytes" if isinstance(key, (bytes, bytearray)) else kind_of(key)
            raise OptionsError(f"the key of a store is a secret of {SECRET_BYTES} bytes, not {found}")
        self._path = path_of(path)
        self._secret = None if key is None else bytes(key)
        self._file = StoreFile(self._path, bound("max_bytes", max_bytes))
        self._verified: OrderedDict[Hashable, None] = OrderedDict()
        self._told: set[str] = set()
        self._is_new = True  # so that it may be refused
        self._using(self._begin)
        self._is_new = False

    @property
    def path(self) -> str:
        """The whole path of the file, links followed; what the working folder is later makes no difference."""
        return self._path

    @property
    def max_bytes(self) -> int:
        """The most bytes of proofs."""
        return self._file.max_bytes

    def __repr__(self) -> str:
        return f"ProofStore({self._path!r}, max_bytes={self.max_bytes})"

    def stats(self) -> StoreStats:
        """The number of proofs in the file and their bytes; 0 and 0 if it cannot be used now."""
        with suppress(Unusable, Damaged, StoreError):
            entries, size = self._file.size(GLANCE_SECONDS)
            return StoreStats(entries=entries, bytes=size)
        return StoreStats()

    def clear(self) -> None:
        """Delete every proof from the file, for all processes; the key file stays."""
        self._using(self._file.clear)

    def close(self) -> None:
        """Close the file, until it is needed again; nothing is lost without."""
        self._file.close()

    def _request(self, options: ProofOptions, program: TraceProgram, witness: Any, asked: Asked) -> Request | None:
        """A request as this store knows it; None for one that has no stable form, or where the secret is not there."""
        if self._secret is None:
            self._using(self._begin)
        known = None if self._secret is None else key_of(self._secret, options, program, witness, asked)
        return None if known is None else Request(self, *known, options, program)

    def _request_together(self, options: ProofOptions, jobs: Sequence[tuple[Any, Any]], asked: Asked) -> Request | None:
        """As `_request`, for one proof of several statements."""
        each = [self._request(options, program, witness, asked) for program, witness in jobs]
        known = [one for one in each if one is not None]
        if self._secret is None or len(known) < len(each):
            return None
        key = key_together(self._secret, [one.key for one in known])
        return JointRequest(self, key, tuple(one.inputs for one in known), options, jobs[0][0], known)

    def _found(self, request: Request) -> Proof | None:
        """The proof in the file, if it is one of this request, made with exactly its options; else it is deleted."""
        row = self._file.find(request.key)
        if row is None:
            return None
        known = request.key + row.digest
        try:
            if known not in self._verified:
                request.check(row.data)
        except ProofError:
            self._file.drop(row)
            return None
        self._verified[known] = None
        shorten(self._verified, MOST_VERIFIED)
        return Proof.from_bytes(row.data)

    def _await_turn(self, locks: LockFile | None, request: Request, own: Making, progress: Progress | None) -> None:
        """Wait until this making is the one maker of a request, as far as the locks can say."""
        try:
            if locks is not None:
                locks.wait(request.key, own, progress)
        except OSError as error:
            self._tell(f"passed over the locks of the store {short(self._path)}: {error.strerror}")

    def _begin(self) -> None:
        """Begin the file and the secret, or read them."""
        self._file.size()
        try:
            self._secret = self._secret or secret_in(f"{self._path}.key")
        except OSError as error:
            raise Unusable(f"its key file cannot be used: {error.strerror}") from None
        except ValueError as error:
            raise Unusable(str(error)) from None

    def _using(self, act: Callable[[], Result]) -> Result | None:
        """The result of act; None, and a warning the first time, where the store is passed over."""
        try:
            return act()
        except Damaged as error:
            if not self._file.aside:
                self._tell(f"the store {short(self._path)} is damaged, and passed over: {error}")
        except Amid:
            pass
        except Unusable as error:
            self._tell(f"the store {short(self._path)} is passed over: {error}")
        except StoreError as error:
            if self._is_new:
                raise
            self._tell(f"the store is passed over: {error}")
        finally:
            while self._file.aside:
                name = short(self._file.aside.pop())
                self._tell(f"the store {short(self._path)} was damaged: it lies as {name} now, and a new one is begun")
        return None

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            warn_caller(text, StoreWarning)


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A request that a store may answer: its key, and what a proof from there has to be of.

    inputs: the public inputs, then the values of public columns.
    """

    store: ProofStore
    key: bytes
    inputs: tuple[Any, ...] = field(repr=False)
    options: ProofOptions
    program: TraceProgram

    def find(self, count: Count) -> Proof | None:
        """The proof in the store, verified, and counted as a hit."""
        proof = self.store._using(lambda: self.store._found(self))
        if proof is not None:
            count("hits", "store_hits")
        return proof

    def check(self, data: bytes) -> None:
        """Raise ProofError unless these are a proof of this request."""
        _verifier(self.options).check_proof(self.program, data, self.inputs)

    def states(self, proof: Proof) -> bool:
        """True if the proof has the public inputs of this request."""
        return self.is_stated_by(proof.statement)

    def is_stated_by(self, statement: Statement) -> bool:
        """True if the statement has these public inputs."""
        scalars, columns = tuple(statement.public_inputs.values()), tuple(statement.public_digests.values())
        count = len(scalars)
        return scalars == self.inputs[:count] and columns == tuple(map(digest_of, self.inputs[count:]))

    def put(self, proof: Proof, count: Count) -> None:
        """Store the proof that was made for this request; not if the witness has changed meanwhile."""
        if self.states(proof) and self.store._using(lambda: self.store._file.put(self.key, proof.data)):
            count("stored")

    def made_once(self, own: Making, make: Callable[[], Proof], progress: Progress | None, count: Count) -> Proof:
        """The proof, found, or else made and stored by one process while the others wait."""
        if (proof := self.find(count)) is not None:
            return proof
        locks = self.store._using(self.store._file.locks)
        try:
            self.store._await_turn(locks, self, own, progress)
            if (proof := self.find(count)) is not None:
                return proof
            proof = make()
            self.put(proof, count)
            return proof
        finally:
            if locks is not None:
                locks.free(own)


@dataclass(frozen=True, slots=True, eq=False)
class JointRequest(Request):
    """A request for one proof of several statements. inputs: those of each; each: what it would be by itself."""

    each: Sequence[Request] = ()

    def check(self, data: bytes) -> None:
        """Raise ProofError unless these are a proof of all statements in this order."""
        programs, hints = [one.program for one in self.each], [one.inputs for one in self.each]
        _verifier(self.options).check_together(programs, data, hints)

    def states(self, proof: Proof) -> bool:
        """True if the proof has the public inputs of every statement."""
        return len(proof.statements) == len(self.each) and all(
            one.is_stated_by(statement) for one, statement in zip(self.each, proof.statements)
        )


def opened(store: Any, key: bytes | None) -> ProofStore:
    """The store that a machine is given, or the one at a path; a key goes with a path."""
    if isinstance(store, ProofStore) and key is None:
        return store
    if store is None or isinstance(store, ProofStore):
        raise OptionsError("store_key is the secret of a store at a path: write CachedZkVm(store=path, store_key=...)")
    return ProofStore(store, key=key)


@cached(16)
def _verifier(options: ProofOptions) -> TraceZkVm:
    return TraceZkVm(options)


def path_of(path: Any) -> str:
    """The whole path of a store, links followed; StoreError for one that can be none."""
    given = os.fsdecode(path_argument(path))
    whole = os.path.realpath(given)
    shown = short(given)
    if not given or os.path.isdir(whole):
        raise StoreError(f"{shown} is a folder: a store is a file in one, such as proofs.db")
    if not os.path.isdir(os.path.dirname(whole)):
        raise StoreError(f"the folder of {shown} is not there: make it first, and the store makes its file")
    with suppress(OSError):
        found = os.stat(whole)
        if not stat.S_ISREG(found.st_mode):
            raise StoreError(f"{shown} is no regular file, and a store is one")
        if found.st_nlink > 1:
            raise StoreError(f"{shown} has {found.st_nlink} names in its file system: a store has one, and links to it")
    return whole
