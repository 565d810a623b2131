"""Nobody waits for themselves: threads and programs that ask for one another's proofs, circles that are none."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from forks import needs_fork, succeeds_in_a_child
from makings import PATIENCE, asking, by_an_executor, circle_of, in_time
from quick import QUICK

from l2zk import BatchProcessor, L2zkError, Proof, TraceProgram
from l2zk.base import making
from l2zk.errors import CycleError, WitnessError
from l2zk.vm.cache import CachedZkVm


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert not making._under_way and not making._waits


@pytest.mark.parametrize("caches", [1, 2, 3])
@pytest.mark.parametrize("count", [2, 3, 6])
def test_threads_that_ask_for_one_anothers_proofs(count: int, caches: int) -> None:
    """Each of these asks for the next, when all are in the making; with one cache or several."""
    machines = [CachedZkVm(vm=QUICK) for _ in range(caches)]
    begun = threading.Barrier(count)
    programs: list[TraceProgram] = []

    def ask(index: int) -> Proof:
        return machines[index % caches].prove(programs[index])

    def ask_next(index: int) -> None:
        begun.wait(PATIENCE)
        ask((index + 1) % count)

    programs += [asking(partial(ask_next, index), f"P{index}") for index in range(count)]
    outcomes = in_time(*(partial(ask, index) for index in range(count)))
    for error in outcomes:
        names = circle_of(error)
        assert names[0] == names[-1] and len(set(names[:-1])) == min(count, 4)
    assert len({str(error) for error in outcomes}) == 1
    assert all(not machine._making for machine in machines)


def test_a_circle_in_one_thread_names_those_between() -> None:
    machine = CachedZkVm(vm=QUICK)
    ping = asking(lambda: machine.prove(pong), "Ping")
    pong = asking(lambda: machine.prove(ping), "Pong")
    [error] = in_time(lambda: machine.prove(ping))
    assert circle_of(error) == ["Ping()", "Pong()", "Ping()"]


def test_a_circle_that_is_closed_while_one_waits_already() -> None:
    """The thread asks first and is joined then, so that nothing is wrong when its wait begins."""
    machine = CachedZkVm(vm=QUICK)

    def ask() -> None:
        outcomes: list[BaseException] = []

        def body() -> None:
            try:
                machine.prove(program)
            except CycleError as error:
                outcomes.append(error)

        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        while not making._waits:
            thread.join(0)
        threading.Event().wait(0.3)
        thread.join(PATIENCE)
        raise outcomes[0]

    program = asking(ask)
    [error] = in_time(lambda: machine.prove(program))
    assert circle_of(error) == ["Asks()", "Asks()"]


def test_a_program_may_ask_for_others() -> None:
    """Threads whose programs need the same proof wait for it and for nothing else."""
    machine = CachedZkVm(vm=QUICK)
    leaf = asking(lambda: threading.Event().wait(0.2), "Leaf")
    middles = [asking(lambda: by_an_executor(lambda: machine.prove(leaf)), f"Middle{i}") for i in range(3)]
    outcomes = in_time(*(partial(machine.prove, program) for program in [*middles, *middles, leaf]))
    assert all(isinstance(outcome, Proof) for outcome in outcomes)
    assert machine.cache_stats().misses == 4


def test_a_program_may_go_on_without() -> None:
    machine = CachedZkVm(vm=QUICK)
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            machine.prove(program)
        except L2zkError as error:
            errors.append(error)

    program = asking(ask)
    [proof] = in_time(lambda: machine.prove(program))
    assert isinstance(proof, Proof) and len(errors) == 1
    assert machine.prove(program) is proof and machine.cache_stats().misses == 1


def test_what_a_context_kept_of_a_making_that_is_over_counts_no_more() -> None:
    machine = CachedZkVm(vm=QUICK)
    contexts: list[contextvars.Context] = []
    program = asking(lambda: contexts.append(contextvars.copy_context()))
    proof = machine.prove(program)
    slow = threading.Event()
    other = asking(lambda: slow.wait(0.3))
    outcomes = in_time(lambda: machine.prove(other), lambda: contexts[0].run(machine.prove, other))
    assert len(set(outcomes)) == 1 and machine.prove(program) is proof


def test_who_waits_and_asks_meanwhile_is_refused_as_well() -> None:
    """One thread waits for Slow and asks by its progress call for Ping, whose maker asks for what that thread makes."""
    machine = CachedZkVm(vm=QUICK)
    begun, go_on = threading.Event(), threading.Event()
    slow = asking(lambda: (begun.set(), go_on.wait(PATIENCE)), "Slow")

    def wait_for_slow() -> None:
        begun.wait(PATIENCE)
        machine.prove(slow, progress=lambda *_: machine.prove(ping))

    ping = asking(wait_for_slow, "Ping")

    def ask() -> Proof:
        try:
            return machine.prove(ping)
        finally:
            go_on.set()

    error, proof = in_time(ask, lambda: machine.prove(slow))
    assert circle_of(error) == ["Ping()", "Ping()"] and isinstance(proof, Proof)


def test_programs_are_named_in_short() -> None:
    @dataclass(frozen=True)
    class Long(TraceProgram):
        id = "long.v0"
        number: int
        text: str

        def define(self, m: Any) -> None:
            machine.prove(self)

        def __repr__(self) -> str:
            raise SystemExit(0)

    machine = CachedZkVm(vm=QUICK)
    [error] = in_time(lambda: machine.prove(Long(10**5000, "text" * 1000)))
    first, last = circle_of(error)
    assert first == last and first.startswith("Long(number=")


@needs_fork
def test_a_forked_child_knows_its_own_makings_alone() -> None:
    machine = CachedZkVm(vm=QUICK)
    begun, go_on = threading.Event(), threading.Event()
    other = asking(lambda: (begun.set(), go_on.wait(PATIENCE)), "Other")
    maker = threading.Thread(target=machine.prove, args=(other,))
    knows: list[bool] = []

    def act() -> bool:
        [mine] = making._under_way.values()
        return [one.name() for one in mine] == ["Forks()"] and not making._waits

    def fork() -> None:
        begun.wait(PATIENCE)
        with making._lock:
            knows.append(succeeds_in_a_child(act))

    maker.start()
    program = asking(fork, "Forks")
    machine.prove(program)
    go_on.set()
    maker.join()
    assert knows == [True]


@pytest.mark.parametrize("batch", [False, True])
def test_a_trace_that_needs_traces_without_end_is_refused(batch: bool) -> None:
    """Its machine keeps no proofs, so that each is made anew inside the last."""
    before = threading.active_count()

    def ask() -> object:
        return BatchProcessor(QUICK).prove_batch_parallel([program], [()]) if batch else QUICK.prove(program)

    program = asking(ask, "Again")
    [error] = in_time(lambda: QUICK.prove(program))
    assert isinstance(error, CycleError), error
    assert f"the trace of asks.v0 is asked for inside {making.MOST_NESTED} others" in str(error)
    assert threading.active_count() <= before + 1


def test_the_error_of_a_maker_reaches_who_waits_and_is_no_cycle() -> None:
    machine, begun = CachedZkVm(vm=QUICK), threading.Event()

    def fail() -> None:
        begun.wait(0.3)
        raise WitnessError("this program takes no witness at all")

    program = asking(fail)
    outcomes = in_time(*[lambda: machine.prove(program)] * 3)
    assert all(type(error) is WitnessError for error in outcomes)


def test_the_caller_of_a_batch_that_works_itself_waits_for_nobody() -> None:
    """It makes a proof for which one of its workers asks; that it will wait for the worker is no circle."""
    machine, begun = CachedZkVm(vm=QUICK), threading.Event()
    leaf = asking(lambda: (begun.set(), threading.Event().wait(1)), "Leaf")
    needs = asking(lambda: (begun.wait(PATIENCE), machine.prove(leaf)), "Needs")
    with ThreadPoolExecutor(1) as threads:
        threads.submit(begun.wait, PATIENCE)
        batch = BatchProcessor(machine, max_workers=2, executor=threads)
        [proofs] = in_time(lambda: batch.prove_batch_parallel([leaf, needs], [(), ()]))
    assert isinstance(proofs, list) and all(isinstance(proof, Proof) for proof in proofs)
