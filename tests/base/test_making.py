"""Nobody waits for themselves: a proof that is asked for while it is made is an error that names the circle."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from l2zk import BatchProcessor, L2zkError, Proof, ProofOptions, TraceProgram, TraceZkVm
from l2zk.base import making
from l2zk.errors import CycleError, WitnessError
from l2zk.vm.cache import CachedZkVm

QUICK = TraceZkVm(ProofOptions(blowup=2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True))
PATIENCE = 30


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert not making._under_way and not making._waits


def asking(act: Callable[[], object], name: str = "Asks") -> TraceProgram:
    """A program that does this while its trace is made."""

    class Asks(TraceProgram):
        id = "asks.v0"

        def define(self, m: Any) -> None:
            m.rows(8)
            x = m.column("x")
            m.constrain("bit", x * (x - 1) == 0)

        def generate_trace(self, witness: Any) -> Any:
            act()
            return {"x": [1] * 8}

    Asks.__name__ = name
    return dataclass(frozen=True)(Asks)()


def in_time(*acts: Callable[[], Any]) -> list[Any]:
    """What each gives or raises on a thread of its own; a thread that waits for ever fails the test."""
    outcomes: list[Any] = [None] * len(acts)

    def body(index: int) -> None:
        try:
            outcomes[index] = acts[index]()
        except BaseException as error:
            outcomes[index] = error

    threads = [threading.Thread(target=body, args=(index,), daemon=True) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def circle_of(error: BaseException) -> list[str]:
    """The programs that the error names, in their order."""
    assert isinstance(error, CycleError), error
    text = str(error)
    assert 20 <= len(text) <= 400 and "\n" not in text and not text.endswith(".")
    return [name.strip() for name in text.partition("itself: ")[2].partition(";")[0].split("→")]


def by_itself(ask: Callable[[], Proof]) -> None:
    ask()


def by_a_thread(ask: Callable[[], Proof]) -> None:
    [error] = in_time(ask)
    raise error


def by_a_thread_of_a_thread(ask: Callable[[], Proof]) -> None:
    [error] = in_time(partial(by_a_thread, ask))
    raise error


def by_an_executor(ask: Callable[[], Proof]) -> None:
    with ThreadPoolExecutor(2) as threads:
        threads.submit(ask).result()


def by_an_executor_with_patience(ask: Callable[[], Proof]) -> None:
    with ThreadPoolExecutor(2) as threads:
        raise threads.submit(ask).exception(PATIENCE) or AssertionError


def by_a_map(ask: Callable[[], Proof]) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: ask(), range(2)))


def by_waiting_for_many(ask: Callable[[], Proof]) -> None:
    with ThreadPoolExecutor(3) as threads:
        wait(asked := [threads.submit(ask) for _ in range(3)])
        [one.result() for one in asked]


def by_those_that_are_ready(ask: Callable[[], Proof]) -> None:
    with ThreadPoolExecutor(1) as threads:
        [one.result() for one in as_completed([threads.submit(ask)])]


def by_leaving_an_executor(ask: Callable[[], Proof]) -> None:
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(ask)
    asked.result()


def by_asyncio(ask: Callable[[], Proof]) -> None:
    async def main() -> None:
        await asyncio.to_thread(ask)

    asyncio.run(main())


def by_a_batch(ask: Callable[[], Proof]) -> None:
    class Asking(TraceZkVm):
        def prove(self, *_: Any, **__: Any) -> Proof:
            return ask()

    BatchProcessor(Asking(), max_workers=2).prove_batch_parallel([asking(str)] * 3, [()] * 3)


def by_a_context(ask: Callable[[], Proof]) -> None:
    """The same thread, which seems to be elsewhere."""
    contextvars.Context().run(ask)


@pytest.mark.parametrize(
    "way",
    [
        by_itself,
        by_a_thread,
        by_a_thread_of_a_thread,
        by_an_executor,
        by_an_executor_with_patience,
        by_a_map,
        by_waiting_for_many,
        by_those_that_are_ready,
        by_leaving_an_executor,
        by_asyncio,
        by_a_batch,
        by_a_context,
    ],
)
def test_a_program_that_asks_for_its_own_proof(way: Callable[[Callable[[], Proof]], None]) -> None:
    machine = CachedZkVm(vm=QUICK)
    program = asking(lambda: way(lambda: machine.prove(program)), "Again")
    [error] = in_time(lambda: machine.prove(program))
    assert circle_of(error) == ["Again()", "Again()"]
    assert machine.cache_stats().entries == 0 and not machine._making


def test_one_that_is_asked_for_by_an_event_loop() -> None:
    machine = CachedZkVm(vm=QUICK)
    program = asking(lambda: asyncio.run(machine.prove_async(program)), "Again")
    [error] = in_time(lambda: asyncio.run(machine.prove_async(program)))
    assert circle_of(error) == ["Again()", "Again()"]


def test_one_whose_loop_is_asked_from_a_thread() -> None:
    machine = CachedZkVm(vm=QUICK)

    async def main() -> Proof:
        loop = asyncio.get_running_loop()

        def ask() -> object:
            return asyncio.run_coroutine_threadsafe(machine.prove_async(program), loop).result(PATIENCE)

        program = asking(ask, "Again")
        return await machine.prove_async(program)

    [error] = in_time(lambda: asyncio.run(main()))
    assert circle_of(error) == ["Again()", "Again()"]


def test_one_that_is_asked_for_by_the_progress_call() -> None:
    class Told(TraceZkVm):
        def prove(self, *arguments: Any, progress: Any = None, **settings: Any) -> Proof:
            progress("trace", 0, 1)
            return super().prove(*arguments, **settings)

    machine, program = CachedZkVm(vm=Told(QUICK.options)), asking(lambda: None)
    [error] = in_time(lambda: machine.prove(program, progress=lambda *_: machine.prove(program)))
    assert circle_of(error) == ["Asks()", "Asks()"]


def test_one_that_is_asked_for_by_the_log() -> None:
    class Asking(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            machine.prove(program)

    machine, program = CachedZkVm(vm=QUICK), asking(lambda: None)
    logger, handler = logging.getLogger("l2zk"), Asking()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        [error] = in_time(lambda: machine.prove(program))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert circle_of(error) == ["Asks()", "Asks()"]


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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_knows_its_own_makings_alone() -> None:
    machine = CachedZkVm(vm=QUICK)
    begun, go_on = threading.Event(), threading.Event()
    other = asking(lambda: (begun.set(), go_on.wait(PATIENCE)), "Other")
    maker = threading.Thread(target=machine.prove, args=(other,))
    ended: list[int] = []

    def fork() -> None:
        begun.wait(PATIENCE)
        with making._lock:
            child = os.fork()
        if child == 0:
            [mine] = making._under_way.values()
            os._exit(0 if [one.name() for one in mine] == ["Forks()"] and not making._waits else 1)
        ended.append(os.waitpid(child, 0)[1])

    maker.start()
    program = asking(fork, "Forks")
    machine.prove(program)
    go_on.set()
    maker.join()
    assert ended == [0]


def test_the_error_of_a_maker_reaches_who_waits_and_is_no_cycle() -> None:
    machine, begun = CachedZkVm(vm=QUICK), threading.Event()

    def fail() -> None:
        begun.wait(0.3)
        raise WitnessError("this program takes no witness at all")

    program = asking(fail)
    outcomes = in_time(*[lambda: machine.prove(program)] * 3)
    assert all(type(error) is WitnessError for error in outcomes)
