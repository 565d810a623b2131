"""CachedZkVm: a machine that makes each proof once and keeps those that were asked for last.

    key = (library and format version, options; program, parameters; witness; trace, check)

Invariant: whatever a proof depends on is in its key, so requests with equal keys have the same proof. A program stands
in its key as class and parameters, which is more than its digest (PROTOCOL 3.5): what fills the trace of a private
input is not in the constraints. Of a witness and a trace a key holds hashes alone, with a secret of this process, so
that nothing can be learnt from it. To find a proof, no program is defined or run.
"""

from __future__ import annotations

import operator
import os
from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from threading import Lock
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from l2zk._core import blake3
from l2zk.air.trace import ExecutionTrace, column_values
from l2zk.base.arguments import flag
from l2zk.base.caches import cached
from l2zk.base.making import Making, ones_own, renewed_at_fork
from l2zk.base.progress import Progress
from l2zk.base.version import __version__
from l2zk.base.wording import short
from l2zk.errors import L2zkError, OptionsError, copied
from l2zk.language.program import TraceProgram, described
from l2zk.language.witness import Witness
from l2zk.proof.header import VERSION, parameters_to_bytes
from l2zk.proof.proof import Proof
from l2zk.vm.counts import COUNTS
from l2zk.vm.settings import Asked, ProveSettings
from l2zk.vm.zkvm import TraceZkVm

SHORT = 8
"""Values of a witness up to which it is copied into the key's hash; a longer one is hashed in place first."""

SECRET = os.urandom(32)
"""A secret in the hashes of keys: nobody else can try which witness gives a hash."""

PLAIN = frozenset({bool, int, str, bytes, type(None)})
"""Parameters of these types are in a key as they are, beside their types, which tell True from 1."""


@dataclass(frozen=True, kw_only=True)
class CacheStats:
    """The counts of a cache since it was made or cleared, all of one moment; an immutable value.

    hits: requests answered without proving; `joined` counts those among them that waited for a proof in the making.
    misses: requests for which a proof was made, or tried.
    evictions: proofs that were dropped to stay within the bounds. entries, bytes: the proofs that are kept, and their
    bytes.
    """

    hits: int = 0
    misses: int = 0
    joined: int = 0
    evictions: int = 0
    entries: int = 0
    bytes: int = 0

    def total_requests(self) -> int:
        """All requests that asked the cache."""
        return self.hits + self.misses

    def hit_rate(self) -> float:
        """The part of the requests that were hits, 0 to 1; 0 if there were none."""
        return self.hits / self.total_requests() if self.total_requests() else 0.0

    def __str__(self) -> str:
        return (
            f"Cache Stats: hits={self.hits}, misses={self.misses}, hit_rate={self.hit_rate():.2%},"
            f" joined={self.joined}, evictions={self.evictions}, entries={self.entries}, bytes={self.bytes:,}"
        )


class CachedZkVm(TraceZkVm):
    """A TraceZkVm that keeps its proofs and gives the same one again to the same request.

    capacity: the most proofs that are kept; the one asked for longest ago goes first. max_bytes: the most bytes of
    proofs, without the two kilobytes or so of the objects around each. vm: the machine that makes the proofs and whose
    settings this one has; by default one with default options. `prove`, `prove_async` and batches use the cache;
    `profile` and `prove_series` make each proof anew, and keep none.

    Any number of threads may use one at once. Threads that ask for the same proof at the same time have it made once:
    one makes it and the others wait, without the GIL. If it cannot be made they get the maker's error; if the maker was
    merely interrupted, one of them makes it. A forked child keeps the proofs, and makes anew what was in the making.

    A program whose proof is asked for while it is made, by itself or in a circle of several, gets a CycleError: at once
    by the same thread, by threads that it joins, whose futures or pools it or its event loop waits for, or where its
    context was handed to; where it waits for a queue, an event or a lock, without a timeout, after 5 seconds in which
    nothing in this process has used the processor to speak of. So a maker is waited for as long as it computes, sleeps,
    or itself waits for a file, the network or another process, but not if it leaves that to a thread which tells it by
    a queue. A program that looks for its own proof again and again, in a loop, is not seen. With cache=False nobody
    waits.

    A hiding proof (`zero_knowledge`) from a cache is the same bytes again: whoever gets it twice knows that both are of
    one witness. Where that matters, ask with cache=False.
    """

    def __init__(self, capacity: int = 1000, max_bytes: int | None = None, vm: TraceZkVm | None = None) -> None:
        if vm is not None and not isinstance(vm, TraceZkVm):
            raise OptionsError(f"vm is a TraceZkVm, not {type(vm).__name__}; write vm=TraceZkVm(...)")
        self._vm = TraceZkVm() if vm is None else vm
        vars(self).update(vars(self._vm), _vm=self._vm)  # its settings, for all that is inherited
        self._capacity = _bound("capacity", capacity)
        self._max_bytes = None if max_bytes is None else _bound("max_bytes", max_bytes)
        self._stamp = (__version__, VERSION, self.options.to_bytes())
        self._lock = Lock()
        self.clear_cache()
        renewed_at_fork(self)

    def __repr__(self) -> str:
        return f"CachedZkVm(capacity={self._capacity}, max_bytes={self._max_bytes}, vm={self._vm!r})"

    def prove(
        self,
        program: TraceProgram,
        witness: Witness = (),
        *,
        cache: bool = True,
        **settings: Unpack[ProveSettings],
    ) -> Proof:
        """The proof that `TraceZkVm.prove`, so called, makes of this request, now or when it was first asked for.

        cache: False makes the proof anew, and neither looks it up nor keeps it.
        """
        asked = Asked(**settings)
        key = self.key(program, witness, asked.trace, asked.check) if flag("cache", cache) else None
        if key is not None:
            with self._lock:
                proof = self._find(key)
            if proof is not None:
                return proof
        make = partial(self._vm.prove, program, witness, **settings)
        return make() if key is None else self._make_once(key, partial(described, program), make, asked.progress)

    def cache_stats(self) -> CacheStats:
        """The counts of the cache so far, all of one moment."""
        with self._lock:
            return CacheStats(**self._counts, entries=len(self._proofs), bytes=self._bytes)

    def clear_cache(self) -> None:
        """Drop all proofs and count from zero. Proofs in the making go to those who wait for them, and are not kept."""
        with self._lock:
            self._proofs: OrderedDict[Hashable, Proof] = OrderedDict()
            self._making: dict[Hashable, Making] = {}
            self._bytes = 0
            self._counts = COUNTS.of_cache(self, {"hits": 0, "misses": 0, "joined": 0, "evictions": 0})

    def _renew(self) -> None:
        """Forget the parent's makings in a forked child, where their threads are not."""
        self._lock = Lock()
        self._making = ones_own(self._making)
        self._bytes = sum(proof.size for proof in self._proofs.values())

    def key(self, program: TraceProgram, witness: Witness = (), trace: Any = None, check: bool = True) -> Hashable:
        """The key of a request; one of its own, equal to no other, for a request that no proof can be made of."""
        try:
            return self._stamp, *_program_key(program), _witness_key(witness), _trace_key(trace), bool(check)
        except KeyboardInterrupt:
            raise
        except BaseException:  # the caller's objects raised; the machine will say what is wrong with them
            return object()

    def _kept(self, key: Hashable) -> Proof | None:
        """The proof that is kept of a request's key, counted as a hit; None, and nothing is counted, if none is."""
        with self._lock:
            return self._find(key)

    def _keep(self, key: Hashable, proof: Proof) -> None:
        """Keep a proof that was made elsewhere for a request with this key; counted as a miss.

        The caller has verified it: with the request's own program, options and public inputs.
        """
        with self._lock:
            self._counts["misses"] += 1
            self._hold(key, proof)

    def _find(self, key: Hashable) -> Proof | None:
        """The kept proof of a key; call it under the lock."""
        proof = self._proofs.get(key)
        if proof is not None:
            self._proofs.move_to_end(key)
            self._counts["hits"] += 1
        return proof

    def _make_once(
        self, key: Hashable, name: Callable[[], str], make: Callable[[], Proof], progress: Progress | None
    ) -> Proof:
        """Make the proof and keep it; or wait for the thread that is making it already."""
        own = Making(name)
        try:
            while True:
                with self._lock:
                    if (proof := self._find(key)) is not None:
                        return proof
                    making = self._making.setdefault(key, own)
                    self._counts["misses"] += making is own
                if making is own:
                    with own.under_way():
                        proof = make()
                    self._settle(key, own, proof)
                    own.outcome.set_result(proof)
                    return proof
                if (proof := self._join(making, progress)) is not None:
                    return proof
        except BaseException as error:
            self._settle(key, own, None)
            if not own.outcome.done():
                own.fail(error)
            raise

    def _join(self, making: Making, progress: Progress | None) -> Proof | None:
        """The proof or error of another thread's making; None if that thread was merely interrupted."""
        error = making.wait(progress)
        if error is not None and not isinstance(error, L2zkError):
            return None
        with self._lock:
            self._counts["hits"] += 1
            self._counts["joined"] += 1
        if error is not None:
            raise copied(error)
        proof: Proof = making.outcome.result()
        return proof

    def _settle(self, key: Hashable, own: Making, proof: Proof | None) -> None:
        """End one's own making: keep the proof, if there is one and the cache was not cleared meanwhile."""
        with self._lock:
            if self._making.get(key) is not own:
                return
            del self._making[key]
            if proof is not None:
                self._hold(key, proof)

    def _hold(self, key: Hashable, proof: Proof) -> None:
        """Keep a proof, unless there is one or it is too large; call it under the lock."""
        fits = self._capacity and (self._max_bytes is None or proof.size <= self._max_bytes)
        if fits and key not in self._proofs:
            self._proofs[key] = proof
            self._bytes += proof.size
            self._evict()

    def _evict(self) -> None:
        """Drop the oldest proofs until the rest is within the bounds; call it under the lock."""
        while len(self._proofs) > self._capacity or (self._max_bytes is not None and self._bytes > self._max_bytes):
            _, oldest = self._proofs.popitem(last=False)
            self._bytes -= oldest.size
            self._counts["evictions"] += 1


@cached(256)
def _parameter_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.init)


def _program_key(program: TraceProgram) -> tuple[Any, ...]:
    """The class and the parameters in a form that is equal for equal programs; raises for an object that is none."""
    kind = type(program)
    names = _parameter_names(kind)  # type: ignore[arg-type]
    values = tuple([getattr(program, name) for name in names])
    kinds = tuple([type(value) for value in values])
    return kind, (kinds, values) if PLAIN.issuperset(kinds) else parameters_to_bytes(zip(names, values))


def _witness_key(witness: Any) -> Hashable:
    """The names and values of a witness in a form that is equal only if they bind to equal inputs and columns."""
    names = None
    if type(witness) is tuple or type(witness) is list:
        pass
    elif isinstance(witness, Mapping):
        names = tuple(sorted(witness))
        witness = [witness[name] for name in names]
    elif isinstance(witness, (str, bytes)) or not isinstance(witness, (np.ndarray, Sequence)):
        raise TypeError("no sequence of values")
    elif isinstance(witness, np.ndarray) and witness.ndim == 1:
        if len(witness) > SHORT and witness.dtype.kind in "iu":
            return names, _packed(_elements(witness))
        witness = witness.tolist()
    values = [value if type(value) is int else _exact(value) for value in witness]
    try:
        return names, _packed(array("Q", values))
    except TypeError:  # columns are among them
        return names, tuple(value if type(value) is tuple else _packed(array("Q", [value])) for value in values)


def _exact(value: Any) -> Any:
    """An input as an integer, a column as the hash of its values."""
    if hasattr(value, "__index__") and not isinstance(value, (bool, np.ndarray)):
        return operator.index(value)
    return "column", *_packed(_elements(value))


def _elements(values: Any) -> NDArray[np.uint64]:
    """The values as an array of words: the caller's own memory, if it already has the form that is hashed.

    Words that are no field elements may be among them: no proof is made of those, and so none is kept.
    """
    held = type(values) is np.ndarray and values.ndim == 1 and values.dtype in (np.uint64, np.int64)
    if not held or (values.dtype == np.int64 and values.min(initial=0) < 0):
        return column_values("", values)
    return np.ascontiguousarray(values).view(np.uint64)


def _packed(words: Any) -> tuple[int, bytes]:
    """The number of words, and a hash of them."""
    if len(words) <= SHORT:
        return len(words), blake3(SECRET + words.tobytes()) if len(words) else b""
    return len(words), _hash(memoryview(words))


def _hash(data: Any) -> bytes:
    """A keyed hash of the data, which tells nothing of them; they are hashed in place, without a copy."""
    return blake3(SECRET + blake3(data))


def _trace_key(trace: Any) -> Hashable:
    if trace is None:
        return None
    if not isinstance(trace, ExecutionTrace):
        raise TypeError("no trace")
    return trace.columns, trace.rows, trace.padded.shape, _hash(np.ascontiguousarray(trace.padded).data)


def _bound(name: str, value: Any) -> int:
    if type(value) is not int or value < 0:
        raise OptionsError(f"{name}={short(value)} is not allowed; it must be an integer, 0 or more")
    return value
