"""Groups of a batch's jobs, one proof each: as large as memory allows, in order, each verified as it is."""

from __future__ import annotations

from typing import Any

import pytest
from example_programs import Cubes, Fibonacci
from hypothesis import given
from hypothesis import strategies as st
from quick import QUICK
from warned import any_length

from l2zk import BatchProcessor, CachedZkVm, TraceZkVm
from l2zk.errors import MemoryLimitError, OptionsError, WitnessError
from l2zk.vm.batch.grouping import cut

pytestmark = any_length

PROGRAMS: list[Any] = [Fibonacci(30)] * 9 + [Cubes(9)] * 4
WITNESSES: list[Any] = [(index, 1) for index in range(9)] + [()] * 4


def verified(found: Any) -> list[int]:
    """The sizes of the groups, each of which is proved, all of them in order."""
    indices = [index for group, _ in found for index in group]
    assert indices == list(range(13))
    for group, proof in found:
        programs, hints = [PROGRAMS[i] for i in group], [WITNESSES[i] for i in group]
        assert QUICK.verify_together(programs, proof, hints)
    return [len(group) for group, _ in found]


def test_without_a_limit_all_are_one_group() -> None:
    assert verified(BatchProcessor(QUICK).prove_groups(PROGRAMS, WITNESSES)) == [13]
    assert BatchProcessor(QUICK).prove_groups([], []) == []


def test_groups_are_as_large_as_memory_allows() -> None:
    limit = QUICK.estimate_together(PROGRAMS[:4]).memory
    machine = TraceZkVm(QUICK.options, max_memory=limit)
    for batch in (BatchProcessor(QUICK, max_memory=limit), BatchProcessor(machine)):
        seen: list[Any] = []
        sizes = verified(batch.prove_groups(PROGRAMS, WITNESSES, progress=lambda *news: seen.append(news)))
        assert len(sizes) > 2 and sizes[0] >= 4 and seen == [("groups", k + 1, len(sizes)) for k in range(len(sizes))]
        at = 0
        for size in sizes:
            assert QUICK.estimate_together(PROGRAMS[at : at + size]).memory <= limit
            more = PROGRAMS[at : at + size + 1]
            assert len(more) == size or QUICK.estimate_together(more).memory > limit
            at += size
    assert verified(BatchProcessor(QUICK).prove_groups(PROGRAMS, WITNESSES, most_statements=5)) == [5, 5, 3]


@given(st.integers(0, 40), st.integers(1, 12), st.integers(1, 40))
def test_cut_finds_the_longest_that_fit(count: int, longest: int, most: int) -> None:
    groups = list(cut(count, lambda group: len(group) <= longest, most))
    assert [index for group in groups for index in group] == list(range(count))
    assert all(len(group) == min(longest, most) for group in groups[:-1])


def test_groups_that_are_repeated_are_made_once() -> None:
    cached = CachedZkVm(vm=QUICK)
    batch = BatchProcessor(cached)
    first = batch.prove_groups(PROGRAMS, WITNESSES, most_statements=5)
    again = batch.prove_groups(PROGRAMS, WITNESSES, most_statements=5)
    assert all(one[1] is other[1] for one, other in zip(first, again)) and cached.cache_stats().misses == 3


def test_errors_name_the_group_and_the_statement() -> None:
    with pytest.raises(WitnessError, match="^statement 1: ") as wrong:
        BatchProcessor(QUICK).prove_groups(PROGRAMS, [*WITNESSES[:6], (1, 1, 1), *WITNESSES[7:]], most_statements=5)
    assert wrong.value.__notes__ == ["of the group of jobs 5 to 9 of the batch"]
    with pytest.raises(MemoryLimitError, match="but max_memory is 1,000"):
        BatchProcessor(QUICK, max_memory=1000).prove_groups(PROGRAMS, WITNESSES)
    for wrong_most in (0, True, 1.5):
        with pytest.raises(OptionsError, match="most_statements=.* is not allowed"):
            BatchProcessor(QUICK).prove_groups(PROGRAMS, WITNESSES, most_statements=wrong_most)  # type: ignore[arg-type]
