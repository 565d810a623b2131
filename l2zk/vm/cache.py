"""CachedZkVm: a machine that makes each proof once and keeps those that were asked for last.

    request → memory → store, if it has one (store.py) → machine
    key = (library and format version, options; program, parameters; witness; trace, check)

Invariant: whatever a proof depends on is in its key, so requests with equal keys have the same proof. A program stands
in its key as class and parameters, which is more than its digest (PROTOCOL 3.6): what fills the trace of a private
input is not in the constraints. To find a proof no program is defined or run. Its keys are made in cache_key.py.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, Unpack

from l2zk.air.trace import ExecutionTrace
from l2zk.base.arguments import bound, flag
from l2zk.base.making import Making, ones_own, renewed_at_fork
from l2zk.base.progress import Progress
from l2zk.base.version import __version__
from l2zk.errors import L2zkError, OptionsError, copied
from l2zk.language.encoding import frozen
from l2zk.language.program import TraceProgram, described
from l2zk.language.witness import Witness
from l2zk.proof.header import VERSION
from l2zk.proof.proof import Proof
from l2zk.vm.cache_key import program_key, trace_key, witness_key
from l2zk.vm.cache_stats import CacheStats
from l2zk.vm.cache_together import CachedTogether
from l2zk.vm.metrics.counts import COUNTS
from l2zk.vm.settings import Asked, ProveSettings
from l2zk.vm.zkvm import TraceZkVm

if TYPE_CHECKING:
    from l2zk.vm.store.proof_store import ProofStore, Request

COUNTED = ("hits", "misses", "joined", "evictions", "stored", "store_hits")

Job = tuple[Any, Any] | list[tuple[Any, Any]]
"""A program and its witness, or those of each statement of one proof."""


class CachedZkVm(CachedTogether, TraceZkVm):
    """A TraceZkVm that keeps its proofs and gives the same one again to the same request.

    capacity: the most proofs that are kept; the one asked for longest ago goes first. max_bytes: the most bytes of
    proofs, without the two kilobytes or so of the objects around each. vm: the machine that makes the proofs and whose
    settings this one has; by default one with default options. `prove`, `prove_together`, both also with `_async`, and
    batches use the cache; `profile`, `profile_together` and `prove_series` make each proof anew, and keep none.

    store: a file, such as "proofs.db", or a `ProofStore`, which says more: what memory has not is looked for there, and
    what is made is put there. store_key: with a path, a secret of 32 bytes instead of its key file.

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
    one witness; with a store, on every later day as well. Where that matters, ask with cache=False.
    """

    def __init__(
        self,
        capacity: int = 1000,
        max_bytes: int | None = None,
        vm: TraceZkVm | None = None,
        *,
        store: ProofStore | str | os.PathLike[str] | None = None,
        store_key: bytes | None = None,
    ) -> None:
        if vm is not None and not isinstance(vm, TraceZkVm):
            raise OptionsError(f"vm is a TraceZkVm, not {type(vm).__name__}; write vm=TraceZkVm(...)")
        self._vm = TraceZkVm() if vm is None else vm
        vars(self).update(vars(self._vm), _vm=self._vm)  # its settings, for all that is inherited
        self._capacity = bound("capacity", capacity)
        self._max_bytes = None if max_bytes is None else bound("max_bytes", max_bytes)
        self._stamp = (__version__, VERSION, self.options.to_bytes())
        self._store = None if store is None and store_key is None else _opened(store, store_key)
        self._lock = RLock()  # a handler of a signal may ask, too
        self.clear_cache()
        renewed_at_fork(self)

    def __repr__(self) -> str:
        stored = "" if self._store is None else f", store={self._store!r}"
        return f"CachedZkVm(capacity={self._capacity}, max_bytes={self._max_bytes}, vm={self._vm!r}{stored})"

    def prove(
        self,
        program: TraceProgram,
        witness: Witness = (),
        *,
        cache: bool = True,
        **settings: Unpack[ProveSettings],
    ) -> Proof:
        """The proof that `TraceZkVm.prove`, so called, makes of this request, now or when it was first asked for.

        cache: False makes the proof anew, and neither looks it up nor keeps or stores it.
        """
        asked = Asked(**settings)
        if not flag("cache", cache):
            return self._vm.prove(program, witness, **settings)
        key = self.key(program, witness, asked.trace, asked.check)
        if (proof := self._found(key)) is not None:
            return proof
        witness = frozen(witness)  # what is proved is what has the key, whoever changes an array meanwhile
        if isinstance(asked.trace, ExecutionTrace):
            settings["trace"] = asked.trace = asked.trace.copy()
        key = self.key(program, witness, asked.trace, asked.check)
        make = partial(self._vm.prove, program, witness, **settings)
        return self._make_once(key, (program, witness), asked, make)

    def cache_stats(self) -> CacheStats:
        """The counts of the cache so far, all of one moment."""
        stored = 0 if self._store is None else self._store.stats().bytes
        with self._lock:
            return CacheStats(**self._counts, entries=len(self._proofs), bytes=self._bytes, store_bytes=stored)

    def clear_cache(self) -> None:
        """Drop all proofs in memory and count from zero; a store stays as it is, see `ProofStore.clear`.

        Proofs in the making go to those who wait for them, and are not kept.
        """
        with self._lock:
            self._proofs: OrderedDict[Hashable, Proof] = OrderedDict()
            self._making: dict[Hashable, Making] = {}
            self._bytes = 0
            self._counts = COUNTS.of_cache(self, dict.fromkeys(COUNTED, 0))

    def _renew(self) -> None:
        """Forget the parent's makings in a forked child, where their threads are not."""
        self._lock = RLock()
        self._making = ones_own(self._making)
        self._bytes = sum(proof.size for proof in self._proofs.values())

    def key(self, program: TraceProgram, witness: Witness = (), trace: Any = None, check: bool = True) -> Hashable:
        """The key of a request; one of its own, equal to no other, for a request that no proof can be made of."""
        try:
            return self._stamp, *program_key(program), witness_key(witness), trace_key(trace), bool(check)
        except KeyboardInterrupt:
            raise
        except BaseException:  # the caller's objects raised; the machine will say what is wrong with them
            return object()

    def _kept(self, key: Hashable, job: Job | None = None) -> Proof | None:
        """The proof of a request's key in memory or, where its job is given, in the store; a hit if there is one."""
        with self._lock:
            proof = self._find(key)
        request = None if proof is not None or job is None else self._request(job, Asked())
        if request is not None and (proof := request.find(self._count_up)) is not None:
            with self._lock:
                self._hold(key, proof)
        return proof

    def _keep(self, key: Hashable, proof: Proof, job: Job | None = None) -> None:
        """Keep a proof that was made elsewhere for a request with this key, in the store too; counted as a miss.

        The caller has verified it: with the request's own program, options and public inputs.
        """
        self._count_up("misses")
        if job is not None and (request := self._request(job, Asked())) is not None:
            request.put(proof, self._count_up)
        with self._lock:
            self._hold(key, proof)

    def _request(self, job: Job, asked: Asked) -> Request | None:
        """The request as the store knows it; None without a store, or for one that cannot be stored."""
        if self._store is None:
            return None
        if isinstance(job, list):
            return self._store._request_together(self.options, job, asked)
        return self._store._request(self.options, *job, asked)

    def _count_up(self, *names: str) -> None:
        with self._lock:
            self._counts.update((name, self._counts[name] + 1) for name in names)

    def _found(self, key: Hashable) -> Proof | None:
        """The kept proof of a key, if there is one."""
        with self._lock:
            return self._find(key)

    def _find(self, key: Hashable) -> Proof | None:
        """The kept proof of a key; call it under the lock."""
        proof = self._proofs.get(key)
        if proof is not None:
            self._proofs.move_to_end(key)
            self._counts["hits"] += 1
        return proof

    def _make_once(self, key: Hashable, job: Job, asked: Asked, make: Callable[[], Proof]) -> Proof:
        """Find the proof in the store or make it, and keep it; or wait for the thread that is at it already."""
        own = Making(partial(described, job[0][0] if isinstance(job, list) else job[0]))
        try:
            while True:
                with self._lock:
                    if (proof := self._find(key)) is not None:
                        return proof
                    making = self._making.setdefault(key, own)
                if making is own:
                    with own.under_way():
                        proof = self._stored_or_made(own, job, asked, make)
                    self._settle(key, own, proof)
                    own.outcome.set_result(proof)
                    return proof
                if (proof := self._join(making, asked.progress)) is not None:
                    return proof
        except BaseException as error:
            self._settle(key, own, None)
            if not own.outcome.done():
                own.fail(error)
            raise

    def _stored_or_made(self, own: Making, job: Job, asked: Asked, make: Callable[[], Proof]) -> Proof:
        """The proof from the store, or else made, by this process alone, and put there."""

        def counted() -> Proof:
            self._count_up("misses")
            return make()

        request = self._request(job, asked)
        return counted() if request is None else request.made_once(own, counted, asked.progress, self._count_up)

    def _join(self, making: Making, progress: Progress | None) -> Proof | None:
        """The proof or error of another thread's making; None if that thread was merely interrupted."""
        error = making.wait(progress)
        if error is not None and not isinstance(error, L2zkError):
            return None
        self._count_up("hits", "joined")
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


def _opened(store: Any, key: bytes | None) -> ProofStore:
    from l2zk.vm.store.proof_store import opened  # SQLite is loaded where it is needed

    return opened(store, key)
