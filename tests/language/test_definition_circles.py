"""A definition that asks for itself, by whatever way: one CycleError, no wait, and no threads without end."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest
from forks import needs_fork, succeeds_in_a_child
from makings import PATIENCE, in_time
from quick import QUICK

from l2zk import BatchProcessor, Proof, TraceProgram, release_memory
from l2zk.base import making
from l2zk.base.making import MOST_NESTED
from l2zk.errors import CycleError
from l2zk.language.definition import Definition
from l2zk.vm.cache import CachedZkVm

BATCH = BatchProcessor(QUICK, max_workers=2)
CACHE = CachedZkVm(vm=QUICK)


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    release_memory()
    yield
    assert not making._under_way and not making._waits and not CACHE._making


def counting(m: Any) -> None:
    x = m.column("x")
    m.start({x: 1})
    m.step({x: x + 1})
    m.output("end", x, row=6)


def defining(act: Callable[[], object], name: str = "s.v0") -> TraceProgram:
    """A program that does this while it is defined."""

    class Defines(TraceProgram):
        id = name

        def define(self, m: Any) -> None:
            act()
            counting(m)

    return dataclass(frozen=True)(Defines)()


def by_itself(ask: Callable[[], Any]) -> None:
    ask()


def by_a_thread(ask: Callable[[], Any]) -> None:
    [error] = in_time(ask)
    raise error


def by_an_executor(ask: Callable[[], Any]) -> None:
    with ThreadPoolExecutor(1) as threads:
        threads.submit(ask).result()


def by_a_pool(ask: Callable[[], Any]) -> None:
    with ThreadPool(1) as threads:
        threads.apply(ask)


def by_a_loop(ask: Callable[[], Any]) -> None:
    async def main() -> None:
        await asyncio.get_running_loop().run_in_executor(None, ask)

    asyncio.run(main())


def by_a_queue(ask: Callable[[], Any]) -> None:
    answers: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=lambda: answers.put(in_time(ask)[0]), daemon=True).start()
    raise answers.get()


WAYS = [by_itself, by_a_thread, by_an_executor, by_a_pool, by_a_loop, by_a_queue]
ASKED: dict[str, Callable[[TraceProgram], object]] = {
    "definition": lambda program: program.definition,
    "digest": lambda program: program.digest,
    "verify": lambda program: QUICK.verify(program, b"x"),
    "prove": lambda program: QUICK.prove(program),
    "batch": lambda program: BATCH.verify_batch_parallel([program], [b"x"])[0],
    "two at once": lambda program: BATCH.prove_batch_parallel([program, program], [(), ()]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_a_definition_that_asks_for_itself(
    asked: Callable[[TraceProgram], object], way: Callable[[Callable[[], Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "STILL_SECONDS", 0.3)
    calls: list[int] = []

    def ask() -> None:
        calls.append(1)
        way(lambda: asked(program))

    program, before = defining(ask), threading.active_count()
    for times in (1, 2):
        [error] = in_time(lambda: asked(program))
        assert isinstance(error, CycleError), error
        assert str(error).startswith("define of s.v0 asks for its own definition")
        assert len(error.__notes__) <= 3 and times <= len(calls) <= 4 * times
    assert threading.active_count() <= before + 2  # a pool's may be about to end


def test_definitions_in_a_circle_are_named() -> None:
    ping = defining(lambda: pong.definition, "ping.v0")
    pong = defining(lambda: ping.digest, "pong.v0")
    with pytest.raises(CycleError, match=r"^define of ping.v0 asks for its own definition.*: (Defines\(\) → )"):
        _ = ping.definition


def test_threads_whose_definitions_ask_for_one_anothers() -> None:
    begun = threading.Barrier(2)

    def ask(other: Callable[[], TraceProgram]) -> Definition:
        begun.wait(PATIENCE)
        return other().definition

    one = defining(lambda: ask(lambda: two), "one.v0")
    two = defining(lambda: ask(lambda: one), "two.v0")
    outcomes = in_time(lambda: one.definition, lambda: two.definition)
    assert all(isinstance(error, CycleError) for error in outcomes)


def test_a_definition_that_needs_the_proof_that_needs_it() -> None:
    program = defining(lambda: CACHE.prove(program))
    [error] = in_time(lambda: program.definition)
    assert isinstance(error, CycleError)
    [error] = in_time(lambda: CACHE.prove(program))
    assert str(error).startswith("the proof of Defines() is asked for while it is made")


def test_who_goes_on_without_has_a_definition() -> None:
    def ask() -> None:
        with pytest.raises(CycleError):
            _ = program.definition

    program = defining(ask)
    assert program.definition is program.definition
    assert isinstance(QUICK.prove(program), Proof)


@dataclass(frozen=True)
class Nested(TraceProgram):
    """It needs the definition of another, with one more or one less."""

    id = "nested.v0"
    rounds: int
    more: int

    def define(self, m: Any) -> None:
        if self.rounds:
            batch = self.rounds % 2
            other = Nested(self.rounds + self.more, self.more)
            _ = BATCH.verify_batch_parallel([other], [b""]) if batch else other.definition
        counting(m)


def test_definitions_without_end_are_refused() -> None:
    [error] = in_time(lambda: Nested(1, 1).definition)
    assert isinstance(error, CycleError)
    assert f"is asked for inside {MOST_NESTED} others" in str(error)
    assert sum("in the definition of" in note for note in error.__notes__) <= 3
    assert isinstance(Nested(MOST_NESTED - 1, -1).definition, Definition)


def test_a_definition_is_made_once_by_any_number_of_threads() -> None:
    calls: list[int] = []
    program = defining(lambda: (calls.append(1), threading.Event().wait(0.2)))
    outcomes = in_time(*[lambda: program.definition] * 5)
    assert len(calls) == 1 and len({id(definition) for definition in outcomes}) == 1


def test_who_waited_for_a_maker_that_was_interrupted_makes_it() -> None:
    calls: list[int] = []

    def interrupted_at_first() -> None:
        calls.append(1)
        if len(calls) == 1:
            threading.Event().wait(0.2)
            raise KeyboardInterrupt

    program = defining(interrupted_at_first)
    outcomes = in_time(*[lambda: program.definition] * 3)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Definition", "Definition", "KeyboardInterrupt"]


@needs_fork
@pytest.mark.parametrize("proving", [False, True])
def test_a_forked_child_makes_what_another_thread_was_making(proving: bool) -> None:
    """One thread of a batch is in a definition for which a child that the other has forked asks too."""
    begun, go_on = threading.Event(), threading.Event()
    made: list[bool] = []
    parent = os.getpid()

    def block() -> None:
        begun.set()
        if os.getpid() == parent:
            go_on.wait(PATIENCE)

    def act() -> bool:
        [outcome] = in_time(lambda: slow.definition)
        return isinstance(outcome, Definition) and isinstance(slow.definition, Definition)

    def fork() -> None:
        begun.wait(PATIENCE)
        made.append(succeeds_in_a_child(act))
        go_on.set()

    slow, forks = defining(block, "slow.v0"), defining(fork, "forks.v0")
    if proving:
        BATCH.prove_batch_parallel([slow, forks], [(), ()])
    else:
        BATCH.verify_batch_parallel([slow, forks], [b"x", b"x"])
    assert made == [True]
