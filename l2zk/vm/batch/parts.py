"""Parts of a batch: jobs that one worker does one after the other, in one region without the GIL as far as possible.

jobs → parts of about equal seconds;   part → the outcome of each of its jobs
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from l2zk.base.arguments import items
from l2zk.base.progress import Progress
from l2zk.base.resources import require_memory
from l2zk.errors import ProgramError, WitnessError
from l2zk.language.shared_definitions import SharedDefinitions
from l2zk.proof.proof import Proof
from l2zk.vm.batch.outcomes import Outcomes, outcome
from l2zk.vm.batch.schedule import alone
from l2zk.vm.zkvm import TraceZkVm

Job = tuple[Any, Any]  # a program and its witness


class Jobs(list[Job]):
    """The jobs of a call, and their programs' definitions for as long as it lasts."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        super().__init__(jobs)
        self.during = SharedDefinitions().during


def pairs(firsts: Iterable[Any], name: str, seconds: Iterable[Any]) -> Jobs:
    """Each job's program with its witness, proof or hint."""
    one, other = listed("program", firsts), listed(name, seconds)
    if len(one) != len(other):
        raise WitnessError(
            f"{len(one)} x program, but {len(other)} x {name}: a batch takes one {name} for each program"
        )
    return Jobs(zip(one, other))


def listed(name: str, values: Any) -> list[Any]:
    """The values, if they are a list or another iterable; else an error that calls one of them `name`."""
    found = items(values)
    if found is None:
        error = ProgramError if name == "program" else WitnessError
        raise error(f"a batch takes a list with a {name} for each of its jobs, not one {type(values).__name__}")
    return found


@dataclass(frozen=True)
class Costs:
    """The expected costs of jobs on a machine; max_memory: the bytes that the proofs made at one time may take."""

    vm: TraceZkVm
    max_memory: int | None = None

    def memory(self, job: Job, threads: int | None = 1) -> int:
        """The bytes that a proof takes; 0 for a job whose proving will raise."""
        try:
            return self.vm.estimate(job[0], threads=threads).memory
        except Exception:
            return 0

    def seconds(self, job: Job) -> float:
        """The expected seconds of a proof by one thread."""
        return alone(self.memory(job), self.vm.options.grinding)

    def fits(self, job: Job, threads: int | None = 1) -> bool:
        """True if a proof takes no more memory than there may be."""
        return self.max_memory is None or self.memory(job, threads) <= self.max_memory

    def fitting(self, jobs: Sequence[Job], most: int) -> int:
        """The number of proofs, at most so many, that may be made at once if each is as large as the largest."""
        most = min(most, max(1, len(jobs)))
        if self.max_memory is None:
            return most
        largest = max((self.memory(job) for job in jobs if self.fits(job)), default=0)
        return min(most, self.max_memory // max(1, largest))


@dataclass(frozen=True)
class Prover:
    """A function that proves the jobs of a part, together as far as possible and the others one by one."""

    costs: Costs
    jobs: Jobs
    threads: int | None

    def __call__(self, part: Sequence[int], look_in: Progress) -> Outcomes:
        during = self.jobs.during
        made = outcome(during, self._together, part, look_in) if len(part) > 1 else {}
        for index in part:
            result = made if isinstance(made, BaseException) else made.get(index)
            yield index, outcome(during, self._alone, index, look_in) if result is None else result

    def _alone(self, index: int, look_in: Progress) -> Proof:
        program, witness = self.jobs[index]
        if self.costs.max_memory is not None:
            needed = self.costs.vm.estimate(program, threads=self.threads).memory
            require_memory(needed, self.costs.max_memory)
        return self.costs.vm.prove(program, witness, threads=self.threads, progress=look_in)

    def _together(self, part: Sequence[int], look_in: Progress) -> dict[int, Proof | None]:
        series = [index for index in part if self.costs.fits(self.jobs[index], self.threads)]
        jobs = [self.jobs[index] for index in series]
        return dict(zip(series, self.costs.vm.prove_series(jobs, threads=self.threads, progress=look_in)))
