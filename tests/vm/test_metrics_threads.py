"""Metrics under many threads, in forked children and handlers of signals: all is counted once, and nobody waits."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from caching import cache, on_threads
from example_programs import Fibonacci
from forks import needs_fork, succeeds_in_a_child
from quick import QUICK
from scraped import growth, number

from l2zk import BatchProcessor, metrics
from l2zk.vm.metrics.counted import counted_outcomes
from l2zk.vm.metrics.counts import ACCEPTED, COUNTS, MADE, REFUSED

pytestmark = pytest.mark.usefixtures("room_for_programs")

THREADS, EACH = 8, 2_000


def test_nothing_is_lost_or_counted_twice_by_eight_threads() -> None:
    caches = [cache() for _ in range(2)]
    proof = caches[0].prove(Fibonacci(5))

    def work(thread: int) -> None:
        for turn in range(EACH):
            COUNTS.proved(Fibonacci(5), MADE, 0.25, 3)
            COUNTS.proved(Fibonacci(5), "WitnessError")
            COUNTS.verified(Fibonacci(5), 0.5)
            COUNTS.verified(Fibonacci(5), 0.5, REFUSED, "7.7")
            for _ in counted_outcomes("verify", 2, (one for one in [(0, True)])):
                pass
            if turn % 500 == 0:
                caches[thread % 2].prove(Fibonacci(5))
                metrics.text()

    with growth() as grown:
        assert on_threads(THREADS, work) == [None] * THREADS
    total = THREADS * EACH
    assert grown("proofs_total", outcome=MADE) >= total == grown("proofs_total", outcome="WitnessError")
    assert grown("proofs_total", outcome=MADE) == grown("proving_seconds_count") == total + 1  # the second cache's
    assert total * 3 + proof.size == pytest.approx(grown("proof_bytes_total"), abs=proof.size / 10)
    assert grown("verifications_total", outcome=ACCEPTED) == grown("refusals_total", check="7.7") == total
    assert grown("verifying_seconds_sum") == total
    assert grown("verifying_seconds_bucket", outcome=ACCEPTED, le="0.1") == 0
    assert grown("verifying_seconds_bucket", outcome=ACCEPTED, le="1.0") == total
    assert grown("batch_jobs_begun_total", kind="verify") == 2 * total
    assert grown("batch_jobs_total", outcome="interrupted") == grown("batch_jobs_total", outcome=ACCEPTED) == total
    assert grown("cache_hits_total") == THREADS * EACH // 500 - 1 and grown("cache_misses_total") == 1


def test_real_work_of_eight_threads_is_counted() -> None:
    proof = QUICK.prove(Fibonacci(5))

    def work(_: int) -> None:
        for _ in range(100):
            QUICK.prove(Fibonacci(5), threads=1)
            assert QUICK.verify(Fibonacci(5), proof) and not QUICK.verify(Fibonacci(7), proof)

    with growth() as grown:
        assert on_threads(THREADS, work) == [None] * THREADS
    assert grown("proofs_total") == grown("refusals_total", check="7.1") == THREADS * 100
    assert grown("verifications_total") == 2 * THREADS * 100 and number("proofs_in_progress") == 0


def test_counters_never_fall_while_threads_clear_their_caches() -> None:
    shared = cache()

    def work(thread: int) -> list[float]:
        seen = []
        for _ in range(60):
            if thread % 2:
                shared.prove(Fibonacci(5))
                own = cache()
                own.prove(Fibonacci(5))
                shared.clear_cache()
            else:
                seen.append(number("cache_misses_total"))
        return seen

    for seen in on_threads(THREADS, work):
        assert seen == sorted(seen)


@needs_fork
def test_a_forked_child_counts_from_zero() -> None:
    machine = cache()
    machine.prove(Fibonacci(5))
    machine.verify(Fibonacci(5), machine.prove(Fibonacci(5)))
    BatchProcessor(QUICK).prove_batch([Fibonacci(5)], [()])
    names = ("proofs_total", "verifications_total", "batch_jobs_begun_total", "cache_hits_total", "cache_misses_total")

    def act() -> bool:
        zero = [number(name) for name in names] == [0] * 5 and number("proving_seconds_count") == 0
        machine.prove(Fibonacci(5))
        machine.verify(Fibonacci(6), machine.prove(Fibonacci(6)))
        return zero and [number(name) for name in names] == [1, 1, 0, 1, 1] and number("cache_entries") >= 2

    with growth() as grown, COUNTS.lock:  # as another thread may hold it, at any time
        assert succeeds_in_a_child(act)
    assert all(grown(name) == 0 for name in names)


@needs_fork
def test_a_child_has_nothing_under_way_of_its_parents() -> None:
    good: list[bool] = []

    def fork(*_: Any) -> None:
        if not good:
            good.append(number("proofs_in_progress") == 1000)
            good.append(
                succeeds_in_a_child(lambda: number("proofs_in_progress") == number("batch_jobs_in_progress") == 0)
            )

    for _ in range(10):  # one is enough where it takes 0.1 s, after which progress is told
        if not good:
            QUICK.prove_series([(Fibonacci(1000), ())] * 1000, threads=1, progress=fork)
    assert good == [True, True]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer")
def test_a_handler_of_a_signal_may_count_and_ask_at_any_moment() -> None:
    told = list[float]()

    def handle(*_: Any) -> None:
        COUNTS.verified(Fibonacci(5), 0.5)
        told.append(number("verifications_total", outcome=ACCEPTED))
        signal.setitimer(signal.ITIMER_REAL, 0.0005)

    before = signal.signal(signal.SIGALRM, handle)
    count = 0
    with growth() as grown:
        signal.setitimer(signal.ITIMER_REAL, 0.0005)
        try:
            while len(told) < 100:
                COUNTS.verified(Fibonacci(5), 0.5)
                count += 1
                metrics.text()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    assert told == sorted(told)
    assert grown("verifications_total") == count + len(told) == 2 * grown("verifying_seconds_sum")
