"""Waits that name no thread: a circle through one is refused when the process stands still, and nobody else is."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest
from makings import PATIENCE, asking, circle_of, in_time
from quick import QUICK

from l2zk import Proof
from l2zk._core import stacks
from l2zk.base import making
from l2zk.base.waiting import stands
from l2zk.vm.cache import CachedZkVm

STILL = 0.3


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(making, "STILL_SECONDS", STILL)
    yield
    assert not making._under_way and not making._waits


def on_a_thread(act: Callable[[], object]) -> None:
    threading.Thread(target=act, daemon=True).start()


def kept(ask: Callable[[], Any], errors: list[BaseException]) -> None:
    """Keep the error that asking raises."""
    try:
        ask()
    except BaseException as error:
        errors.append(error)


def by_a_queue(ask: Callable[[], Any], errors: list[BaseException]) -> None:
    answers: queue.Queue[Any] = queue.Queue()
    on_a_thread(lambda: answers.put(kept(ask, errors)))
    answers.get()


def by_a_simple_queue(ask: Callable[[], Any], errors: list[BaseException]) -> None:
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    on_a_thread(lambda: answers.put(kept(ask, errors)))
    answers.get()


def by_an_event(ask: Callable[[], Any], errors: list[BaseException]) -> None:
    done = threading.Event()
    on_a_thread(lambda: (kept(ask, errors), done.set()))
    done.wait()


def by_a_barrier(ask: Callable[[], Any], errors: list[BaseException]) -> None:
    both = threading.Barrier(2)
    on_a_thread(lambda: (kept(ask, errors), both.wait()))
    both.wait()


def by_a_lock(ask: Callable[[], Any], errors: list[BaseException]) -> None:
    lock = threading.Lock()
    lock.acquire()
    on_a_thread(lambda: (kept(ask, errors), lock.release()))
    with lock:
        pass


def by_a_future_of_ones_own(ask: Callable[[], Any], errors: list[BaseException]) -> None:
    answer: Future[Any] = Future()
    on_a_thread(lambda: answer.set_result(kept(ask, errors)))
    answer.result()


def by_a_loop_that_is_woken(ask: Callable[[], Any], errors: list[BaseException]) -> None:
    async def main() -> None:
        done, loop = asyncio.Event(), asyncio.get_running_loop()
        on_a_thread(lambda: (kept(ask, errors), loop.call_soon_threadsafe(done.set)))
        await done.wait()

    asyncio.run(main())


QUESTIONS: queue.Queue[Callable[[], Any]] = queue.Queue()


def answer_for_ever() -> None:
    while True:
        QUESTIONS.get()()


on_a_thread(answer_for_ever)


def by_a_thread_that_was_there(ask: Callable[[], Any], errors: list[BaseException]) -> None:
    answers: queue.Queue[Any] = queue.Queue()
    QUESTIONS.put(lambda: answers.put(kept(ask, errors)))
    answers.get()


@pytest.mark.parametrize(
    "way",
    [
        by_a_queue,
        by_a_simple_queue,
        by_an_event,
        by_a_barrier,
        by_a_lock,
        by_a_future_of_ones_own,
        by_a_loop_that_is_woken,
        by_a_thread_that_was_there,
    ],
)
def test_a_circle_through_a_wait_that_names_no_thread(
    way: Callable[[Callable[[], Any], list[BaseException]], None],
) -> None:
    machine, errors = CachedZkVm(vm=QUICK), list[BaseException]()
    program = asking(lambda: way(lambda: machine.prove(program), errors), "Again")
    [proof] = in_time(lambda: machine.prove(program))
    assert isinstance(proof, Proof), "the program may go on without"
    [error] = errors
    assert circle_of(error) == ["Again()", "…", "Again()"] and "nothing had moved for 0.3 s" in str(error)


def test_a_circle_of_two_through_queues() -> None:
    machine, errors = CachedZkVm(vm=QUICK), list[BaseException]()
    begun = threading.Barrier(2)

    def ask(other: Callable[[], Any]) -> None:
        begun.wait(PATIENCE)
        by_a_queue(lambda: machine.prove(other()), errors)

    one, two = asking(lambda: ask(lambda: two), "One"), asking(lambda: ask(lambda: one), "Two")
    in_time(lambda: machine.prove(one), lambda: machine.prove(two))
    assert errors and all(circle_of(error)[0] in ("One()", "Two()") for error in errors)


def compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


SLOWLY = 5 * STILL


def helped(act: Callable[[], object]) -> None:
    """A thread does it, whose end is told by a queue."""
    answers: queue.Queue[Any] = queue.Queue()
    on_a_thread(lambda: answers.put(act()))
    answers.get()


def by_processes() -> None:
    with get_context("spawn").Pool(1) as processes:
        processes.apply(time.sleep, [SLOWLY])


async def a_command() -> None:
    command = await asyncio.create_subprocess_exec(sys.executable, "-c", f"import time; time.sleep({SLOWLY})")
    await command.wait()


def by_an_executor() -> None:
    with ThreadPoolExecutor(1) as threads:
        threads.submit(time.sleep, SLOWLY).result()


def by_a_pool() -> None:
    with ThreadPool(1) as threads:
        threads.apply(time.sleep, [SLOWLY])


HONEST: dict[str, Callable[[], object]] = {
    "sleeping": lambda: time.sleep(SLOWLY),
    "sleeping on an event": lambda: threading.Event().wait(SLOWLY),
    "computing": lambda: compute(SLOWLY),
    "a thread that computes": lambda: helped(lambda: compute(SLOWLY)),
    "an executor": by_an_executor,
    "a pool": by_a_pool,
    "a loop": lambda: asyncio.run(asyncio.sleep(SLOWLY)),
    "a loop's command": lambda: asyncio.run(a_command()),
    "a command": lambda: subprocess.run([sys.executable, "-c", f"import time; time.sleep({SLOWLY})"]),
    "processes": by_processes,
}


@pytest.mark.parametrize("act", HONEST.values(), ids=HONEST)
def test_a_maker_that_is_slow_is_waited_for(act: Callable[[], object]) -> None:
    """Threads that were there before and threads that were not."""
    machine, calls = CachedZkVm(vm=QUICK), list[int]()
    begun = threading.Event()
    program = asking(lambda: (calls.append(1), begun.set(), act()))

    def ask_later() -> object:
        begun.wait(PATIENCE)
        return in_time(lambda: machine.prove(program))[0]

    proofs = in_time(lambda: machine.prove(program), ask_later, ask_later)
    assert len(calls) == 1 and isinstance(proofs[0], Proof) and len(set(proofs)) == 1


def entered(lock: threading.Lock) -> None:
    with lock:
        pass


def come(wanted: queue.Queue[int]) -> None:
    with contextlib.suppress(queue.Empty):
        wanted.get(timeout=PATIENCE)


def test_what_waits_for_a_thread_of_this_process() -> None:
    held, told = threading.Lock(), {"n": PATIENCE}
    held.acquire()
    waits: dict[Callable[[], object], bool] = {
        lambda: threading.Semaphore(0).acquire(): True,
        lambda: queue.Queue[int]().get(): True,
        lambda: held.acquire(): True,
        lambda: entered(held): True,
        lambda: come(queue.Queue[int]()): False,
        lambda: held.acquire(timeout=PATIENCE): False,
        lambda: time.sleep(told.get("n", 0)): False,
    }
    threads = {act: threading.Thread(target=act, daemon=True) for act in waits}
    for thread in threads.values():
        thread.start()
    time.sleep(0.3)
    frames = stacks()
    assert {act: stands(frames[thread.ident or 0]) for act, thread in threads.items()} == waits
    assert not stands([]) and not stands(frames[threading.get_ident()])
