"""Metrics of caches and batches: sums that never fall, and what is under way."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from caching import Slow, cache
from example_programs import Fibonacci
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from quick import QUICK
from scraped import growth, number, samples
from warned import any_length

from l2zk import BatchProcessor, CachedZkVm, TraceZkVm
from l2zk.errors import WitnessError
from l2zk.vm.metrics.counts import COUNTS

pytestmark = pytest.mark.usefixtures("room_for_programs")

# Caches.


def ask(machine: CachedZkVm, *requests: int) -> None:
    for rounds in requests:
        machine.prove(Fibonacci(rounds))


@any_length
def test_what_caches_find_and_drop_is_summed() -> None:
    first, second = cache(capacity=2), cache()
    with growth() as grown:
        ask(first, 5, 5, 6, 7)
        ask(second, 5, 5, 5)
        first.prove(Fibonacci(5), cache=False)
    assert grown("cache_hits_total") == 3 and grown("cache_misses_total") == 4
    assert grown("cache_evictions_total") == 1 and grown("cache_joined_total") == 0
    assert grown("cache_entries") == 3
    assert grown("cache_bytes") == first.cache_stats().bytes + second.cache_stats().bytes > 0
    assert grown("proofs_total", outcome="made") == 5


def counters() -> dict[Any, float]:
    """Every number that may not fall."""
    rising = ("_total", "_count", "_bucket", "_sum")
    return {(one.name, *one.labels.items()): one.value for one in samples() if one.name.endswith(rising)}


@any_length
def test_no_counter_falls_when_a_cache_is_cleared_or_collected() -> None:
    machine = cache(capacity=1)
    seen = [counters()]
    for _ in range(3):
        ask(machine, 5, 5, 6)
        seen.append(counters())
        machine.clear_cache()
        seen.append(counters())
        ask(machine, 5)
    del machine
    gc.collect()
    seen.append(counters())
    cache()  # where the other was, perhaps
    seen.append(counters())
    for before, after in pairwise(seen):
        assert all(after[key] >= value for key, value in before.items())
    hits, misses = ("cache_hits_total",), ("cache_misses_total",)
    assert seen[-1][hits] - seen[0][hits] == 5 and seen[-1][misses] - seen[0][misses] == 7


def test_a_cleared_cache_has_no_entries_and_a_collected_one_none_of_the_sums_forget() -> None:
    machine = cache()
    with growth() as grown:
        ask(machine, 5, 5)
        machine.clear_cache()
    assert grown("cache_entries") == grown("cache_bytes") == 0
    assert grown("cache_hits_total") == grown("cache_misses_total") == 1
    assert machine.cache_stats().hits == 0


def test_stores_are_counted_once_however_many_caches_share_one(tmp_path: Path) -> None:
    first, second, third = (cache(store=tmp_path / name) for name in ("a.db", "a.db", "b.db"))
    with growth() as grown:
        ask(first, 5, 5)
        ask(second, 5, 6)
        ask(third, 5)
    assert grown("store_hits_total") == 1 and grown("store_puts_total") == grown("cache_misses_total") == 3
    assert grown("cache_hits_total") == 2 and grown("verifications_total", outcome="accepted") == 1
    assert grown("store_entries") == 3
    assert grown("store_bytes") == second.cache_stats().store_bytes + third.cache_stats().store_bytes > 0
    with growth() as grown:
        first.clear_cache()
        del third
        gc.collect()
    assert grown("store_hits_total") == grown("store_puts_total") == 0 and grown("store_entries") == -1


def test_caches_that_are_gone_take_no_memory() -> None:
    class Owner:
        """What may stand for a cache; others keep the places of those that are gone, so that no two share one."""

    kept = list[Owner]()
    with growth() as grown:
        for _ in range(500):
            COUNTS.of_cache(Owner(), {"misses": 3})
            kept.append(Owner())
    assert grown("cache_misses_total") == 1500
    assert len(COUNTS._caches) <= 2 * len(COUNTS.caches()) + 50


@any_length
@settings(derandomize=SAME, max_examples=examples(20), deadline=None)
@given(acts=st.lists(st.tuples(st.sampled_from(["ask", "ask", "clear", "drop"]), st.integers(0, 2), st.integers(3, 5))))
def test_the_sums_are_those_of_all_caches_whatever_became_of_them(acts: list[tuple[str, int, int]]) -> None:
    machines, past = [cache(capacity=place + 1) for place in range(3)], Counter[str]()
    with growth() as grown:
        for act, place, rounds in acts:
            if act == "ask":
                ask(machines[place], rounds)
                continue
            past.update(told(machines[place]))
            if act == "clear":
                machines[place].clear_cache()
            else:
                machines[place] = cache(capacity=place + 1)
    for machine in machines:
        past.update(told(machine))
    for name in ("hits", "misses", "joined", "evictions"):
        assert grown(f"cache_{name}_total") == past[name]


def told(machine: CachedZkVm) -> dict[str, int]:
    return {name: getattr(machine.cache_stats(), name) for name in ("hits", "misses", "joined", "evictions")}


# Batches.


@any_length
def test_jobs_of_a_batch_are_counted_by_how_they_ended() -> None:
    programs: list[Any] = [Fibonacci(5), Fibonacci(6), 5, Fibonacci(7)]
    batch = BatchProcessor(QUICK, max_workers=2)
    with growth() as grown:
        *proofs, last = batch.prove_batch_parallel(programs, [(), {"x": 1}, (), ()], return_exceptions=True)
    assert isinstance(proofs[1], WitnessError)
    assert grown("batch_jobs_begun_total", kind="prove") == grown("batch_jobs_total", kind="prove") == 4
    for outcome, count in (("made", 2), ("WitnessError", 1), ("ProgramError", 1), ("interrupted", 0)):
        assert grown("batch_jobs_total", kind="prove", outcome=outcome) == count
    with growth() as grown:
        answers = batch.verify_batch_parallel([programs[0], programs[1]], [proofs[0], last])
    assert answers == [True, False]
    assert grown("batch_jobs_begun_total", kind="verify") == grown("verifications_total") == 2
    for outcome in ("accepted", "refused"):
        assert grown("batch_jobs_total", kind="verify", outcome=outcome) == 1
    assert number("batch_jobs_in_progress") == 0


@pytest.mark.parametrize("method", ["prove_batch", "prove_batch_parallel", "prove_batch_auto"])
def test_jobs_that_a_batch_never_gets_to_are_interrupted(method: str) -> None:
    with growth() as grown, pytest.raises(WitnessError):
        getattr(BatchProcessor(QUICK, max_workers=1), method)([Fibonacci(5)] * 5, [(), {"x": 1}, (), (), ()])
    ended = {outcome: grown("batch_jobs_total", outcome=outcome) for outcome in ("made", "WitnessError", "interrupted")}
    assert grown("batch_jobs_begun_total") == sum(ended.values()) == 5
    assert ended["WitnessError"] == 1 and ended["interrupted"] >= 3
    assert number("batch_jobs_in_progress") == number("proofs_in_progress") == 0


def test_what_is_under_way_is_a_gauge() -> None:
    def at_work() -> Iterator[tuple[float, float]]:
        results = BatchProcessor(QUICK, max_workers=1).prove_iter([Fibonacci(5)] * 3, [()] * 3)
        yield number("batch_jobs_in_progress", kind="prove"), number("batch_jobs_begun_total")
        for _ in results:
            yield number("batch_jobs_in_progress", kind="prove"), number("batch_jobs_begun_total")

    (_, before), *seen = at_work()
    assert [left for left, _ in seen] == [2, 1, 0] and {begun - before for _, begun in seen} == {3}
    with growth() as grown:
        results = BatchProcessor(QUICK, max_workers=1).prove_iter([Fibonacci(5)] * 3, [()] * 3)
        next(iter(results))
        results.close()  # type: ignore[attr-defined]
    assert grown("batch_jobs_total", outcome="interrupted") == 2 and number("batch_jobs_in_progress") == 0


def test_proofs_in_the_making_are_a_gauge() -> None:
    seen, ended = list[float](), Event()

    def look(*_: Any) -> None:
        seen.append(number("proofs_in_progress"))
        if len(seen) == 2:
            ended.set()
            raise KeyboardInterrupt

    machine = TraceZkVm(Slow(lambda call: None).options, threads=1)
    with pytest.raises(KeyboardInterrupt):
        while not ended.is_set():
            machine.prove_series([(Fibonacci(5), ())] * 2000, progress=look)
    assert seen == [2000, 2000] and number("proofs_in_progress") == 0
