"""BatchProcessor: many proofs, one after the other or at once.

    results[i] = prove(programs[i], witnesses[i])

Invariant: results stand in the order of the programs, and no work goes on when a call has returned or raised.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent import futures
from contextlib import closing, contextmanager
from typing import Any, TypedDict, Unpack

from l2zk.base.arguments import flag, items
from l2zk.base.progress import Progress
from l2zk.base.resources import default_threads, memory_limit, require_memory
from l2zk.base.wording import short
from l2zk.errors import OptionsError, ProgramError, WitnessError
from l2zk.language.program import TraceProgram
from l2zk.language.shared_definitions import SharedDefinitions
from l2zk.proof.proof import Proof
from l2zk.proof.statement import Known
from l2zk.vm.cache import CachedZkVm
from l2zk.vm.executors import require_threads
from l2zk.vm.observers import watched
from l2zk.vm.schedule import Schedule, alone, choose
from l2zk.vm.workers import Act, Outcomes, checked, in_turn, on_threads, outcome
from l2zk.vm.zkvm import TraceZkVm

SERIES_SECONDS = 0.1
"""The most seconds that proofs of one part take together: they are made in one region without the GIL."""

PARTS_OF_A_WORKER = 8
"""Parts of equal work for each worker: enough of them that no worker runs out of work much before the end."""

Job = tuple[Any, Any]  # a program and its witness


class Jobs(list[Job]):
    """The jobs of a call, and their programs' definitions for as long as it lasts."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        super().__init__(jobs)
        self.during = SharedDefinitions().during


class BatchSettings(TypedDict, total=False):
    """The settings of the methods that prove a batch; `BatchProcessor` says what they mean."""

    return_exceptions: bool
    progress: Progress | bool | None


class BatchProcessor:
    """Proves and verifies lists of programs.

        vm: what proves; with a CachedZkVm, requests that are repeated are proved once. max_workers: the most threads at
    work, by default L2ZK_NUM_THREADS, else one for each processor that this process may use. executor: the threads to
    use, such as a ThreadPoolExecutor, not processes; by default, and on a thread of a ThreadPoolExecutor that is its
    own, each call has its own; one that begins nothing, being busy, leaves the work to the calling thread.
    max_memory: the bytes that the proofs made at one time may take: as many are made at once as would fit if each were
    as large as the largest.

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
        executor: futures.Executor | None = None,
        *,
        max_memory: int | None = None,
    ) -> None:
        if vm is not None and not isinstance(vm, TraceZkVm):
            raise OptionsError(f"vm is a TraceZkVm or a CachedZkVm, not {type(vm).__name__}; write vm=TraceZkVm(...)")
        if executor is not None:
            require_threads(executor)
        self._vm = TraceZkVm() if vm is None else vm
        self._max_workers = default_threads() if max_workers is None else _workers(max_workers)
        self._executor = executor
        self._max_memory = memory_limit(max_memory)

    def prove_batch(
        self, programs: Iterable[TraceProgram], witnesses: Iterable[Any], **settings: Unpack[BatchSettings]
    ) -> list[Proof]:
        """Prove one after the other on the calling thread, each by as many threads as the machine `vm` has."""
        jobs = _pairs(programs, "witness", witnesses)
        return _collect(self._one_by_one(jobs, None), len(jobs), **settings)

    def prove_batch_parallel(
        self, programs: Iterable[TraceProgram], witnesses: Iterable[Any], **settings: Unpack[BatchSettings]
    ) -> list[Proof]:
        """Prove as many at once as there are workers and memory for, each by one thread."""
        jobs = _pairs(programs, "witness", witnesses)
        return _collect(self._at_once(jobs), len(jobs), **settings)

    def prove_batch_auto(
        self, programs: Iterable[TraceProgram], witnesses: Iterable[Any], **settings: Unpack[BatchSettings]
    ) -> list[Proof]:
        """Prove by the schedule of the least expected time; see `schedule`."""
        jobs = _pairs(programs, "witness", witnesses)
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
        return checked(self._at_once(_pairs(programs, "witness", witnesses), together=False), return_exceptions)

    def verify_batch_parallel(
        self,
        programs: Iterable[TraceProgram],
        proofs: Iterable[Proof | bytes],
        hints: Iterable[Known] | None = None,
        *,
        outputs: Iterable[Known] | None = None,
        progress: Progress | bool | None = None,
    ) -> list[bool]:
        """A list of bools: each True if the proof shows that the program in its place ran right; see
        `TraceZkVm.verify`.

        hints, outputs: the demands on each program's inputs and on its outputs, None or () for none; an input that a
        hint does not name is fixed to its default, as by `TraceZkVm.verify`:

            batch.verify_batch_parallel(programs, proofs, [{"a0": 2}, None], outputs=[None, {"result": 5}])
        """
        claims = _pairs(programs, "proof", proofs)
        nothing = [None] * len(claims)
        inputs = _pairs(claims, "hint", nothing if hints is None else hints)
        known = _pairs(inputs, "set of outputs", nothing if outputs is None else outputs)

        def verify(part: Sequence[int], _: Progress) -> Outcomes:
            for index in part:
                ((program, proof), hint), demanded = known[index]
                verified = outcome(known.during, self._vm.verify, program, proof, hint, outputs=demanded)
                yield index, verified

        parts = [[index] for index in range(len(known))]
        return _collect(on_threads(verify, parts, self._max_workers, self._executor), len(known), progress=progress)

    def schedule(self, programs: Iterable[TraceProgram], witnesses: Iterable[Any] | None = None) -> Schedule:
        """The schedule by which `prove_batch_auto` would prove these programs.

        It is the quickest, by the cost model of schedule.py, of: one proof after the other by one thread; one after the
        other by all workers; as many at once as there are workers and memory for, by one thread each. A repeated
        request to a CachedZkVm costs nothing.
        """
        listed = _listed("program", programs)
        jobs = _pairs(listed, "witness", [()] * len(listed) if witnesses is None else witnesses)
        return jobs.during(self._schedule, jobs)

    def _schedule(self, jobs: Sequence[Job]) -> Schedule:
        firsts, _ = self._order(jobs)
        return choose([self._seconds(jobs[index]) for index in firsts], self._fitting(jobs), self._max_workers)

    def _one_by_one(self, jobs: Jobs, threads: int | None) -> Outcomes:
        return in_turn(self._prover(jobs, threads), jobs.during(self._parts, jobs, range(len(jobs)), 1))

    def _at_once(self, jobs: Jobs, together: bool = True) -> Outcomes:
        workers = jobs.during(self._fitting, jobs)
        firsts, repeated = self._order(jobs)
        least = PARTS_OF_A_WORKER * workers if together else len(jobs)
        parts = jobs.during(self._parts, jobs, firsts + repeated, least)
        return on_threads(self._prover(jobs, 1), parts, workers, self._executor)

    def _parts(self, jobs: Sequence[Job], order: Sequence[int], least: int) -> list[list[int]]:
        """The jobs in this order, cut into parts of at most SERIES_SECONDS each, and into at least this many parts."""
        if least >= len(jobs) or not self._plain():
            return [[index] for index in order]
        seconds = [self._seconds(job) for job in jobs]
        most = min(SERIES_SECONDS, sum(seconds) / least)
        parts: list[list[int]] = [[]]
        total = 0.0
        for index in order:
            if parts[-1] and total + seconds[index] > most:
                parts.append([])
                total = 0.0
            parts[-1].append(index)
            total += seconds[index]
        return parts

    def _plain(self) -> bool:
        """True if the machine is a bare TraceZkVm, so that proofs may be made without calling its `prove`."""
        return type(self._vm).prove is TraceZkVm.prove and not watched()

    def _prover(self, jobs: Jobs, threads: int | None) -> Act:
        """A function that proves the jobs of a part, together as far as possible and the others one by one."""

        def prove(index: int, look_in: Progress) -> Proof:
            program, witness = jobs[index]
            if self._max_memory is not None:
                require_memory(self._vm.estimate(program, threads=threads).memory, self._max_memory)
            return self._vm.prove(program, witness, threads=threads, progress=look_in)

        def prove_together(part: Sequence[int], look_in: Progress) -> dict[int, Proof | None]:
            series = [index for index in part if self._fits(jobs[index], threads)]
            made = self._vm.prove_series([jobs[index] for index in series], threads=threads, progress=look_in)
            return dict(zip(series, made))

        def prove_part(part: Sequence[int], look_in: Progress) -> Outcomes:
            made = outcome(jobs.during, prove_together, part, look_in) if len(part) > 1 else {}
            for index in part:
                result = made if isinstance(made, BaseException) else made.get(index)
                yield index, outcome(jobs.during, prove, index, look_in) if result is None else result

        return prove_part

    def _order(self, jobs: Sequence[Job]) -> tuple[list[int], list[int]]:
        """The jobs to prove, then those that a cache will have by then, so that no worker waits for another."""
        if not isinstance(self._vm, CachedZkVm):
            return list(range(len(jobs))), []
        firsts: dict[Any, int] = {}
        for index, (program, witness) in enumerate(jobs):
            firsts.setdefault(self._vm.key(program, witness), index)
        first = set(firsts.values())
        return list(firsts.values()), [index for index in range(len(jobs)) if index not in first]

    def _memory(self, job: Job, threads: int | None = 1) -> int:
        """The bytes that a proof takes; 0 for a job whose proving will raise."""
        try:
            return self._vm.estimate(job[0], threads=threads).memory
        except Exception:
            return 0

    def _seconds(self, job: Job) -> float:
        """The expected seconds of a proof by one thread."""
        return alone(self._memory(job), self._vm.options.grinding)

    def _fits(self, job: Job, threads: int | None = 1) -> bool:
        return self._max_memory is None or self._memory(job, threads) <= self._max_memory

    def _fitting(self, jobs: Sequence[Job]) -> int:
        """The number of proofs that are made at once."""
        most = min(self._max_workers, max(1, len(jobs)))
        if self._max_memory is None:
            return most
        largest = max((self._memory(job) for job in jobs if self._fits(job)), default=0)
        return min(most, self._max_memory // max(1, largest))


def _collect(
    outcomes: Outcomes, total: int, *, return_exceptions: bool = False, progress: Progress | bool | None = None
) -> list[Any]:
    """All results, in order."""
    return_exceptions = flag("return_exceptions", return_exceptions)
    results: list[Any] = [None] * total
    with _reporter(progress) as report, closing(checked(outcomes, return_exceptions)) as results_so_far:
        for done, (index, result) in enumerate(results_so_far, 1):
            results[index] = result
            report("proofs", done, total)
    return results


def _pairs(firsts: Iterable[Any], name: str, seconds: Iterable[Any]) -> Jobs:
    """Each job's program with its witness, proof or hint."""
    one, other = _listed("program", firsts), _listed(name, seconds)
    if len(one) != len(other):
        raise WitnessError(
            f"{len(one)} x program, but {len(other)} x {name}: a batch takes one {name} for each program"
        )
    return Jobs(zip(one, other))


def _listed(name: str, values: Any) -> list[Any]:
    listed = items(values)
    if listed is None:
        error = ProgramError if name == "program" else WitnessError
        raise error(f"a batch takes a list with a {name} for each of its jobs, not one {type(values).__name__}")
    return listed


@contextmanager
def _reporter(progress: Progress | bool | None) -> Iterator[Progress]:
    """The function that progress is reported to: the caller's own, a bar on a terminal, or none."""
    if callable(progress):
        yield progress
    elif not isinstance(progress, bool | None):
        raise OptionsError(f"progress={short(progress)} is not allowed; it must be a function, True, False or None")
    elif not (progress and sys.stderr.isatty()):
        yield lambda stage, done, total: None
    else:
        from rich.console import Console
        from rich.progress import Progress as Bar

        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("proofs")
            yield lambda stage, done, total: bar.update(task, completed=done, total=total)


def _workers(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise OptionsError(f"max_workers={short(value)} is not allowed; it must be an integer, 1 or more")
    return value
