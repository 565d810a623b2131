"""Grouping: the jobs of a batch in groups of one proof each, as large as memory and the cap on a proof allow.

jobs → ranges of them, in order, of which each fits → a proof of each range
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from l2zk.base.progress import Progress
from l2zk.base.resources import require_memory
from l2zk.base.wording import short
from l2zk.errors import L2zkError, OptionsError
from l2zk.language.program import TraceProgram
from l2zk.proof.proof import MAX_BYTES, Proof
from l2zk.vm.batch.parts import Costs, pairs
from l2zk.vm.batch.reporting import reporter
from l2zk.vm.zkvm import TraceZkVm


class Grouping:
    """What a batch does with proofs of several jobs."""

    _vm: TraceZkVm
    _costs: Costs

    def prove_groups(
        self,
        programs: Iterable[TraceProgram],
        witnesses: Iterable[Any],
        *,
        most_statements: int | None = None,
        progress: Progress | bool | None = None,
    ) -> list[tuple[range, Proof]]:
        """One proof for each group of jobs that follow one another, as `TraceZkVm.prove_together` makes it, with the
        indices of its jobs: as many jobs a group as max_memory allows, of the batch or of its machine.

        most_statements: the most jobs of a group, 1 or more. progress: is called as progress("groups", done, total).
        The groups are made one after the other on the calling thread, each by as many threads as the machine has; the
        first error stops the rest, with a note of its group. With a CachedZkVm groups that are repeated are made once.
        """
        jobs = pairs(programs, "witness", witnesses)
        if most_statements is not None and (type(most_statements) is not int or most_statements < 1):
            raise OptionsError(
                f"most_statements={short(most_statements)} is not allowed; it must be an integer, 1 or more"
            )
        limits = [limit for limit in (self._costs.max_memory, self._vm.max_memory) if limit is not None]
        limit = min(limits, default=None)
        known = [program for program, _ in jobs]
        groups = list(cut(len(jobs), lambda group: self._fits(known, group, limit), most_statements or len(jobs)))
        found: list[tuple[range, Proof]] = []
        with reporter(progress) as report:
            for group in groups:
                found.append((group, self._proved(jobs, group, limit)))
                report("groups", len(found), len(groups))
        return found

    def _fits(self, programs: Sequence[Any], group: range, limit: int | None) -> bool:
        """True if a proof of these has room; what raises is for `prove_together` to say."""
        try:
            needed = self._vm.estimate_together(programs[group.start : group.stop])
        except L2zkError:
            return len(group) == 1
        return needed.size <= MAX_BYTES and (limit is None or needed.memory <= limit)

    def _proved(self, jobs: Sequence[tuple[Any, Any]], group: range, limit: int | None) -> Proof:
        programs, witnesses = zip(*jobs[group.start : group.stop])
        try:
            if limit is not None:
                require_memory(self._vm.estimate_together(programs).memory, limit)
            return self._vm.prove_together(programs, witnesses)
        except L2zkError as error:
            error.add_note(f"of the group of jobs {group.start} to {group.stop - 1} of the batch")
            raise


def cut(count: int, fits: Callable[[range], bool], most: int) -> Iterator[range]:
    """Ranges of so many jobs, in order, each as long as it fits, and of one job at least."""
    at = 0
    while at < count:
        length, end = 1, min(most, count - at)
        while 2 * length <= end and fits(range(at, at + 2 * length)):
            length *= 2
        low, high = length, min(2 * length - 1, end)
        while low < high:
            middle = (low + high + 1) // 2
            if fits(range(at, at + middle)):
                low = middle
            else:
                high = middle - 1
        yield range(at, at + low)
        at += low
