"""A cache that many threads ask: a proof is made once, and who waits gets it, its error, or may leave."""

from __future__ import annotations

import gc
import os
import random
import threading
import time
from typing import Any

import pytest
from caching import Slow, cache, counts, on_threads
from example_programs import Fibonacci
from forks import end_a_child, needs_fork, succeeded, succeeds_in_a_child
from quick import QUICK

from l2zk import L2zkError, Proof
from l2zk.base import making
from l2zk.errors import ConstraintError
from l2zk.vm.cache import CachedZkVm, CacheStats


def test_a_hundred_threads_make_a_proof_once() -> None:
    machine = CachedZkVm(vm=Slow(lambda call: time.sleep(0.2)))
    proofs = on_threads(100, lambda _: machine.prove(Fibonacci(10)))
    assert machine._vm.calls == 1 and all(proof is proofs[0] for proof in proofs)
    stats = machine.cache_stats()
    assert (stats.hits, stats.misses) == (99, 1) and 0 < stats.joined <= 99


def test_other_proofs_are_made_and_found_meanwhile() -> None:
    entered, go_on = threading.Event(), threading.Event()
    machine = CachedZkVm(vm=Slow(lambda call: (entered.set(), go_on.wait(10)) if call == 1 else None))
    maker = threading.Thread(target=machine.prove, args=(Fibonacci(10),))
    maker.start()
    assert entered.wait(10)
    assert machine.prove(Fibonacci(5)) is machine.prove(Fibonacci(5))
    assert maker.is_alive()
    go_on.set()
    maker.join()
    assert counts(machine) == (1, 2)


def test_who_waits_gets_the_error_of_the_maker_and_the_next_may_try() -> None:
    def fail(call: int) -> None:
        if call == 1:
            time.sleep(0.2)
            raise ConstraintError("the first fails", "a report")

    machine = CachedZkVm(vm=Slow(fail))
    outcomes = on_threads(10, lambda _: machine.prove(Fibonacci(10)))
    failed = [error for error in outcomes if isinstance(error, ConstraintError)]
    assert failed and {(str(error), error.report) for error in failed} == {("the first fails", "a report")}
    assert len({id(error) for error in failed}) == len(failed)
    assert machine.verify(Fibonacci(10), machine.prove(Fibonacci(10)))
    assert machine.cache_stats().total_requests() == 11


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, TimeoutError])
def test_a_maker_that_is_interrupted_leaves_the_proof_to_those_who_wait(interruption: type[BaseException]) -> None:
    def interrupt(call: int) -> None:
        time.sleep(0.1)
        if call == 1:
            raise interruption

    machine = CachedZkVm(vm=Slow(interrupt))
    outcomes = on_threads(10, lambda _: machine.prove(Fibonacci(10)))
    assert sum(isinstance(outcome, interruption) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Proof) for outcome in outcomes) == 9
    assert machine._vm.calls == 2 and counts(machine) == (8, 2)


def test_who_waits_reports_progress_and_may_leave() -> None:
    entered, go_on = threading.Event(), threading.Event()
    machine = CachedZkVm(vm=Slow(lambda call: (entered.set(), go_on.wait(10))))
    maker = threading.Thread(target=machine.prove, args=(Fibonacci(10),))
    maker.start()
    assert entered.wait(10)

    def leave(stage: str, done: int, total: int) -> None:
        assert stage == "wait" and 0 <= done <= total
        raise StopIteration

    with pytest.raises(StopIteration):
        machine.prove(Fibonacci(10), progress=leave)
    go_on.set()
    maker.join()
    assert counts(machine) == (0, 1) and machine.prove(Fibonacci(10)) is not None


def test_what_is_in_the_making_when_the_cache_is_cleared_is_not_kept() -> None:
    machine = CachedZkVm(vm=Slow(lambda call: machine.clear_cache()))
    assert machine.verify(Fibonacci(10), machine.prove(Fibonacci(10)))
    assert machine.cache_stats() == CacheStats()


def test_ten_thousand_mixed_requests() -> None:
    """Every answer is a proof of its own request, the bounds hold at every moment, and the sums are right."""
    threads, each, capacity, max_bytes = 16, 625, 20, 30_000
    requests = [(Fibonacci(rounds), (a, 1)) for rounds in (3, 5, 9) for a in range(15)]
    results = {request: QUICK.trace(*request)["a"][request[0].rounds] for request in requests}
    machine, before = cache(capacity=capacity, max_bytes=max_bytes), threading.enumerate()
    known: set[tuple[Any, bytes]] = set()

    def ask(thread: int) -> int:
        chooser = random.Random(thread)
        for _ in range(each):
            request = program, witness = requests[min(chooser.randrange(45), chooser.randrange(45))]
            proof = machine.prove(program, witness, cache=chooser.random() < 0.99)
            if (request, proof.data) not in known:
                assert machine.verify(program, proof, witness, outputs=[results[request]])
                known.add((request, proof.data))
            stats = machine.cache_stats()
            assert stats.entries <= capacity and stats.bytes <= max_bytes
            if chooser.random() < 0.01:
                with pytest.raises(L2zkError):
                    machine.prove(program, (-1, 1), cache=False)
        return each

    assert on_threads(threads, ask) == [each] * threads
    stats = machine.cache_stats()
    held = list(machine._proofs.values())
    assert stats.entries == len(held) and stats.bytes == sum(proof.size for proof in held)
    assert stats.joined <= stats.hits and stats.misses == stats.evictions + stats.entries
    assert 0.985 * threads * each < stats.total_requests() < threads * each
    assert not machine._making and set(threading.enumerate()) <= set(before)


@needs_fork
def test_a_forked_child_waits_for_no_thread_of_its_parent() -> None:
    entered, go_on = threading.Event(), threading.Event()
    machine = CachedZkVm(vm=Slow(lambda call: (entered.set(), go_on.wait(100)) if call == 2 else None))
    held = machine.prove(Fibonacci(5))
    maker = threading.Thread(target=machine.prove, args=(Fibonacci(10),))
    maker.start()
    assert entered.wait(10)

    def act() -> bool:
        good = machine.prove(Fibonacci(5)) == held and machine.verify(Fibonacci(10), machine.prove(Fibonacci(10)))
        return good and machine.cache_stats().entries == 2

    with machine._lock:  # as another thread may, at any time
        good = succeeds_in_a_child(act)
    go_on.set()
    maker.join()
    assert good


def test_a_cache_that_is_gone_leaves_nothing_for_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: list[object] = []
    monkeypatch.setattr(os, "register_at_fork", lambda **told: handlers.append(told), raising=False)
    gc.collect()
    before = len(making._owners)
    machines = [CachedZkVm(vm=QUICK) for _ in range(20)]
    assert len(making._owners) == before + 20
    machines.clear()
    gc.collect()
    assert len(making._owners) == before and not handlers


@needs_fork
def test_a_child_that_is_forked_by_a_wait_makes_the_proof_itself() -> None:
    """The thread that waits forks in its progress call; in the child nobody is at the proof."""
    go_on, ended = threading.Event(), list[int]()
    machine = CachedZkVm(vm=Slow(lambda call: go_on.wait(10) if call == 1 else None))
    maker = threading.Thread(target=machine.prove, args=(Fibonacci(10),))
    maker.start()

    def fork(stage: str, *_: int) -> None:
        if stage == "wait" and not ended:
            ended.append(os.fork())

    def ask() -> bool:
        return machine.verify(Fibonacci(10), machine.prove(Fibonacci(10), progress=fork))

    threading.Timer(1, go_on.set).start()
    parent, good = os.getpid(), False
    try:
        good = ask()
    finally:
        if os.getpid() != parent:
            end_a_child(lambda: good)
    maker.join()
    assert good and succeeded(ended[0])
