"""BatchProcessor: many proofs, one after the other or at once, by threads or by workers elsewhere.

    results[i] = prove(programs[i], witnesses[i])

Invariant: results stand in the order of the programs, and no work goes on when a call has returned or raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent import futures
from contextlib import closing
from typing import Any, Literal, TypedDict, Unpack, overload

from l2zk.base.arguments import flag
from l2zk.base.progress import Progress
from l2zk.base.resources import default_threads, memory_limit, require_memory
from l2zk.base.wording import short
from l2zk.errors import OptionsError
from l2zk.language.program import TraceProgram
from l2zk.proof.proof import Proof
from l2zk.proof.statement import Hint
from l2zk.vm.batch.dask import DaskClient, DaskEngine, is_dasks
from l2zk.vm.batch.dispatch import Dispatch, Ways, asked_once
from l2zk.vm.batch.engine import Engine
from l2zk.vm.batch.executors import is_elsewhere, require_executor
from l2zk.vm.batch.grouping import Grouping
from l2zk.vm.batch.outcomes import Outcomes, checked, outcome
from l2zk.vm.batch.parts import Costs, Job, Jobs, Prover, listed, pairs
from l2zk.vm.batch.reporting import reporter
from l2zk.vm.batch.schedule import Schedule, choose, cut_into_parts
from l2zk.vm.batch.threads import in_turn, on_threads
from l2zk.vm.batch.travel import require_cloudpickle
from l2zk.vm.cache import CachedZkVm
from l2zk.vm.metrics.counted import counted_jobs, counted_outcomes
from l2zk.vm.observers import watched
from l2zk.vm.zkvm import TraceZkVm

SERIES_SECONDS = 0.1
"""The most seconds that proofs of one part take together: they are made in one region without the GIL."""

PARTS_OF_A_WORKER = 8
"""Parts of equal work for each worker: enough of them that no worker runs out of work much before the end."""

LEAST_FAR, MOST_FAR = 0.1, 0.5
"""The least and the most seconds of a part for a worker elsewhere: to send it costs 2 to 4 milliseconds."""


class BatchSettings(TypedDict, total=False):
    """The settings of the methods that prove a batch; `BatchProcessor` says what they mean."""

    return_exceptions: bool
    progress: Progress | bool | None


class BatchProcessor(Grouping):
    """Proves and verifies lists of programs.

    vm: what proves; with a CachedZkVm, requests that are repeated are proved once. max_workers: the most threads at
    work, by default L2ZK_NUM_THREADS, else one for each processor that this process may use; or the most workers of the
    executor, by default all. executor: the threads to use, such as a ThreadPoolExecutor, or workers elsewhere: any
    other executor of `concurrent.futures`, such as a ProcessPoolExecutor, or a Dask Client (docs/cluster.md). Without
    one, or when called on a thread of that very ThreadPoolExecutor, each call starts threads of its own; where the
    executor is too busy to begin, the calling thread does the work. max_memory: the bytes that the proofs made at one
    time may take: as many are made at once as would fit if each were as large as the largest; for workers elsewhere,
    the bytes that each proof may take.

    Workers elsewhere get programs by name, with their parameters and digest, and witnesses; they give bytes. verify:
    whether each proof that comes from elsewhere is verified, for its own program, options and public inputs; without it
    only what it states is compared. by_value: send the code of programs, as cloudpickle writes it, to workers that have
    no plugin with them; the workers run what they are sent. A proof that is not accepted, or a worker that is lost, has
    its job made once more by another, and then is a WorkerError in its place. Other errors of a worker are redacted,
    and have a note with its name.

    It has no state but its settings: any number of threads may use one at once.

    The methods that prove take these in common. witnesses: one for each program, () for none. return_exceptions: errors
    stand where proofs would; otherwise the first error stops the rest and is raised, with a note of its index.
    progress: is called as progress("proofs", done, total) by the calling thread; True shows a bar on a terminal. Ctrl-C
    stops everything.
    """

    def __init__(
        self,
        vm: TraceZkVm | None = None,
        max_workers: int | None = None,
        executor: futures.Executor | DaskClient | None = None,
        *,
        max_memory: int | None = None,
        verify: bool = True,
        by_value: bool = False,
    ) -> None:
        if vm is not None and not isinstance(vm, TraceZkVm):
            raise OptionsError(f"vm is a TraceZkVm or a CachedZkVm, not {type(vm).__name__}; write vm=TraceZkVm(...)")
        self._vm = TraceZkVm() if vm is None else vm
        self._most = None if max_workers is None else _workers(max_workers)
        self._max_workers = default_threads() if max_workers is None else max_workers
        self._costs = Costs(self._vm, memory_limit(max_memory))
        self._engine = None if executor is None else _engine(executor)
        self._threads = executor if isinstance(executor, futures.Executor) and self._engine is None else None
        self._ways = Ways(self._most, flag("verify", verify), flag("by_value", by_value))
        if self._engine is not None:
            _require_plain(self._vm)
        if self._ways.by_value:
            require_cloudpickle()

    @overload
    def prove_batch(
        self,
        programs: Iterable[TraceProgram],
        witnesses: Iterable[Any],
        *,
        one_proof: Literal[False] = False,
        **settings: Unpack[BatchSettings],
    ) -> list[Proof]: ...
    @overload
    def prove_batch(
        self,
        programs: Iterable[TraceProgram],
        witnesses: Iterable[Any],
        *,
        one_proof: Literal[True],
        **settings: Unpack[BatchSettings],
    ) -> Proof: ...
    def prove_batch(
        self,
        programs: Iterable[TraceProgram],
        witnesses: Iterable[Any],
        *,
        one_proof: bool = False,
        **settings: Unpack[BatchSettings],
    ) -> list[Proof] | Proof:
        """Prove one after the other on the calling thread, each by as many threads as the machine `vm` has.

        one_proof: make one proof of them all, as `TraceZkVm.prove_together` does; progress is then called with its
        stages. An error has no place in it, so that return_exceptions is refused, and an executor has no part in it.
        """
        jobs = pairs(programs, "witness", witnesses)
        if flag("one_proof", one_proof):
            return self._as_one(jobs, **settings)
        return _collect(self._one_by_one(jobs, None), len(jobs), **settings)

    def _as_one(self, jobs: Jobs, *, return_exceptions: bool = False, progress: Progress | bool | None = None) -> Proof:
        if flag("return_exceptions", return_exceptions):
            raise OptionsError("return_exceptions=True has no meaning with one_proof=True: one proof has all, or none")
        if self._engine is not None or self._threads is not None:
            raise OptionsError("one_proof=True proves on the calling thread, and an executor has no part in it")
        if not jobs:
            raise OptionsError("one_proof=True needs a program at least: a proof of nothing is none")
        programs, witnesses = zip(*jobs)
        if self._costs.max_memory is not None:
            require_memory(self._vm.estimate_together(programs).memory, self._costs.max_memory)
        with reporter(progress) as report:
            return self._vm.prove_together(programs, witnesses, progress=report)

    def prove_batch_parallel(
        self, programs: Iterable[TraceProgram], witnesses: Iterable[Any], **settings: Unpack[BatchSettings]
    ) -> list[Proof]:
        """Prove as many at once as there are workers and memory for, each by one thread, or as its worker has."""
        jobs = pairs(programs, "witness", witnesses)
        return _collect(self._at_once(jobs), len(jobs), **settings)

    def prove_batch_auto(
        self, programs: Iterable[TraceProgram], witnesses: Iterable[Any], **settings: Unpack[BatchSettings]
    ) -> list[Proof]:
        """Prove by the schedule of the least expected time; see `schedule`."""
        jobs = pairs(programs, "witness", witnesses)
        chosen = jobs.during(self._schedule, jobs)
        outcomes = self._at_once(jobs) if chosen.at_once > 1 else self._one_by_one(jobs, chosen.threads)
        return _collect(outcomes, len(jobs), **settings)

    def prove_iter(
        self, programs: Iterable[TraceProgram], witnesses: Iterable[Any], *, return_exceptions: bool = False
    ) -> Iterator[tuple[int, Proof]]:
        """As `prove_batch_parallel`, but an iterator that gives each proof, with its index, as soon as it is made.

        The work begins with the first `next`, and stops when the iterator is closed or let go.
        """
        return_exceptions = flag("return_exceptions", return_exceptions)
        return checked(self._at_once(pairs(programs, "witness", witnesses), together=False), return_exceptions)

    def verify_batch_parallel(
        self,
        programs: Iterable[TraceProgram],
        proofs: Iterable[Proof | bytes],
        hints: Iterable[Hint] | None = None,
        *,
        outputs: Iterable[Hint] | None = None,
        progress: Progress | bool | None = None,
    ) -> list[bool]:
        """A list of bools: each True if the proof shows that the program in its place ran right; see
        `TraceZkVm.verify`. Threads of this process verify, even if the executor's workers are elsewhere.

        hints, outputs: the demands on each program's inputs and on its outputs, None or () for none; an input that a
        hint does not name is fixed to its default, as by `TraceZkVm.verify`:

            batch.verify_batch_parallel(programs, proofs, [{"a0": 2}, None], outputs=[None, {"result": 5}])
        """
        claims = pairs(programs, "proof", proofs)
        nothing = [None] * len(claims)
        inputs = pairs(claims, "hint", nothing if hints is None else hints)
        known = pairs(inputs, "set of outputs", nothing if outputs is None else outputs)

        def verify(part: Sequence[int], _: Progress) -> Outcomes:
            for index in part:
                ((program, proof), hint), demanded = known[index]
                verified = outcome(known.during, self._vm.verify, program, proof, hint, outputs=demanded)
                yield index, verified

        parts = [[index] for index in range(len(known))]
        outcomes = counted_outcomes("verify", len(known), on_threads(verify, parts, self._max_workers, self._threads))
        return _collect(outcomes, len(known), progress=progress)

    def schedule(self, programs: Iterable[TraceProgram], witnesses: Iterable[Any] | None = None) -> Schedule:
        """The schedule by which `prove_batch_auto` would prove these programs.

        It is the quickest, by the cost model of schedule.py, of: one proof after the other by one thread; one after the
        other by all workers; as many at once as there are workers and memory for, by one thread each. A repeated
        request to a CachedZkVm costs nothing.
        """
        found = listed("program", programs)
        jobs = pairs(found, "witness", [()] * len(found) if witnesses is None else witnesses)
        return jobs.during(self._schedule, jobs)

    def _schedule(self, jobs: Sequence[Job]) -> Schedule:
        firsts, _ = self._order(jobs)
        return choose(
            [self._costs.seconds(jobs[index]) for index in firsts], self._at_one_time(jobs), self._max_workers
        )

    def _at_one_time(self, jobs: Sequence[Job]) -> int:
        """The number of proofs that are made at once."""
        if self._engine is None:
            return self._costs.fitting(jobs, self._max_workers)
        places = self._engine.places()
        return min(places if self._most is None else min(places, self._most), max(1, len(jobs)))

    @counted_jobs
    def _one_by_one(self, jobs: Jobs, threads: int | None) -> Outcomes:
        parts = jobs.during(self._parts, jobs, range(len(jobs)), 1)
        return in_turn(Prover(self._costs, jobs, threads), parts)

    @counted_jobs
    def _at_once(self, jobs: Jobs, together: bool = True) -> Outcomes:
        if self._engine is not None:
            return self._elsewhere(self._engine, jobs, MOST_FAR if together else LEAST_FAR)
        workers = jobs.during(self._costs.fitting, jobs, self._max_workers)
        firsts, repeated = self._order(jobs)
        least = PARTS_OF_A_WORKER * workers if together else len(jobs)
        parts = jobs.during(self._parts, jobs, firsts + repeated, least)
        return on_threads(Prover(self._costs, jobs, 1), parts, workers, self._threads)

    def _elsewhere(self, engine: Engine, jobs: Jobs, most: float) -> Outcomes:
        """The outcomes of jobs that workers elsewhere do, in parts of at most so many seconds."""

        def send(order: Sequence[int]) -> Outcomes:
            seconds = jobs.during(lambda: [self._costs.seconds(job) for job in jobs])
            whole = sum(seconds[index] for index in order) / max(1, engine.places())
            longest = min(most, max(LEAST_FAR, whole / PARTS_OF_A_WORKER), whole)
            parts = cut_into_parts(order, seconds, longest)
            return Dispatch(engine, self._costs, jobs, self._ways).outcomes(parts)

        if isinstance(self._vm, CachedZkVm):
            return asked_once(self._vm, jobs, send, keep=self._ways.verify)
        return send(range(len(jobs)))

    def _parts(self, jobs: Sequence[Job], order: Sequence[int], least: int) -> list[list[int]]:
        """The jobs in this order, cut into parts of at most SERIES_SECONDS each, and into at least this many parts."""
        if least >= len(jobs) or not self._plain():
            return [[index] for index in order]
        seconds = [self._costs.seconds(job) for job in jobs]
        return cut_into_parts(order, seconds, min(SERIES_SECONDS, sum(seconds) / least))

    def _plain(self) -> bool:
        """True if the machine is a bare TraceZkVm, so that proofs may be made without calling its `prove`."""
        return type(self._vm).prove is TraceZkVm.prove and not watched()

    def _order(self, jobs: Sequence[Job]) -> tuple[list[int], list[int]]:
        """The jobs to prove, then those that a cache will have by then, so that no worker waits for another."""
        if not isinstance(self._vm, CachedZkVm):
            return list(range(len(jobs))), []
        firsts: dict[Any, int] = {}
        for index, (program, witness) in enumerate(jobs):
            firsts.setdefault(self._vm.key(program, witness), index)
        first = set(firsts.values())
        return list(firsts.values()), [index for index in range(len(jobs)) if index not in first]


def _collect(
    outcomes: Outcomes, total: int, *, return_exceptions: bool = False, progress: Progress | bool | None = None
) -> list[Any]:
    """All results, in order."""
    return_exceptions = flag("return_exceptions", return_exceptions)
    results: list[Any] = [None] * total
    with reporter(progress) as report, closing(checked(outcomes, return_exceptions)) as results_so_far:
        for done, (index, result) in enumerate(results_so_far, 1):
            results[index] = result
            report("proofs", done, total)
    return results


def _workers(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise OptionsError(f"max_workers={short(value)} is not allowed; it must be an integer, 1 or more")
    return value


def _engine(executor: Any) -> Engine | None:
    """The engine of an executor whose workers are elsewhere; None for threads."""
    if is_dasks(executor):
        return DaskEngine(executor)
    require_executor(executor)
    return Engine(executor) if is_elsewhere(executor) else None


def _require_plain(vm: TraceZkVm) -> None:
    """Refuse a machine whose own way of proving workers elsewhere would not follow."""
    inner = vm._vm if isinstance(vm, CachedZkVm) else vm
    if (type(inner).prove, type(inner)._prove) != (TraceZkVm.prove, TraceZkVm._prove):
        name = type(inner).__name__
        raise OptionsError(
            f"workers elsewhere prove as a TraceZkVm does, not as {name}: give vm=TraceZkVm(...), or threads"
        )
