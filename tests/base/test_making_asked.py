"""By whatever way a program asks for its own proof while it is made: an error names the circle."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest
from makings import PATIENCE, asking, by_an_executor, circle_of, in_time
from quick import QUICK

from l2zk import BatchProcessor, Proof, TraceZkVm
from l2zk.base import making
from l2zk.errors import CycleError
from l2zk.vm.cache import CachedZkVm


@pytest.fixture(scope="module", autouse=True)
def pools() -> Iterator[None]:
    yield
    POOL_THERE_BEFORE.terminate()


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert not making._under_way and not making._waits


def by_itself(ask: Callable[[], Proof]) -> None:
    ask()


def by_a_thread(ask: Callable[[], Proof]) -> None:
    [error] = in_time(ask)
    raise error


def by_a_thread_of_a_thread(ask: Callable[[], Proof]) -> None:
    [error] = in_time(partial(by_a_thread, ask))
    raise error


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


def by_a_pool(ask: Callable[[], Proof]) -> None:
    with ThreadPool(1) as threads:
        threads.map(lambda _: ask(), [0])


def by_a_pool_bit_by_bit(ask: Callable[[], Proof]) -> None:
    with ThreadPool(2) as threads:
        list(threads.imap(lambda _: ask(), range(2)))


THERE_BEFORE = ThreadPoolExecutor(4)
POOL_THERE_BEFORE = ThreadPool(4)
atexit.register(POOL_THERE_BEFORE.terminate)


def by_a_pool_that_was_there(ask: Callable[[], Proof]) -> None:
    POOL_THERE_BEFORE.apply_async(ask).get()


def by_a_loop_and_its_executor(ask: Callable[[], Proof]) -> None:
    async def main() -> None:
        await asyncio.get_running_loop().run_in_executor(None, ask)

    asyncio.run(main())


def by_a_loop_and_an_executor_that_was_there(ask: Callable[[], Proof]) -> None:
    async def main() -> None:
        await asyncio.get_running_loop().run_in_executor(THERE_BEFORE, ask)

    asyncio.run(main())


def by_a_loop_of_another_thread(ask: Callable[[], Proof]) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def main() -> None:
        await loop.run_in_executor(THERE_BEFORE, ask)

    try:
        asyncio.run_coroutine_threadsafe(main(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


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
        by_a_pool,
        by_a_pool_bit_by_bit,
        by_a_pool_that_was_there,
        by_a_loop_and_its_executor,
        by_a_loop_and_an_executor_that_was_there,
        by_a_loop_of_another_thread,
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
    """The log is told of the circle, and nothing that it raises changes the proof."""
    told: list[BaseException] = []

    class Asking(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            try:
                machine.prove(program)
            except CycleError as error:
                told.append(error)
                raise

    machine, program = CachedZkVm(vm=QUICK), asking(lambda: None)
    logger, handler = logging.getLogger("l2zk"), Asking()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        [proof] = in_time(lambda: machine.prove(program))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert circle_of(told[0]) == ["Asks()", "Asks()"] and machine.verify(program, proof)
