"""Jobs on threads: taken in order, their results given as they come; no work goes on when the iteration is over.

    outcome of job i = (i, its result or its error)

Jobs are handed out in parts, lists of their indices, since doing several together can be cheaper.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing, nullcontext, suppress
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Event, current_thread
from typing import Any

from l2zk.base.progress import LOOK_IN_SECONDS, Progress, stop_when
from l2zk.errors import OptionsError
from l2zk.vm.executors import closed, elsewhere

Outcomes = Generator[tuple[int, Any], None, None]
Act = Callable[[Sequence[int], Progress], Outcomes]
"""A function that does the jobs of one part; it stops when the progress callback that it is given raises."""


def in_turn(act: Act, parts: Iterable[Sequence[int]]) -> Outcomes:
    """The outcomes of the parts, one part after the other on the calling thread."""
    for part in parts:
        yield from act(part, stop_when(Event(), None))


def on_threads(act: Act, parts: Iterable[Sequence[int]], at_once: int, executor: Executor | None) -> Outcomes:
    """The outcomes of the parts, `at_once` of them at a time on the executor's threads, or on threads made for this."""
    waiting, ended, stop = deque(parts), SimpleQueue[tuple[int, Any]](), Event()
    count = sum(map(len, waiting))
    look_in = stop_when(stop, None)

    def work() -> None:
        with suppress(IndexError):  # no part is left
            while not stop.is_set():
                for outcome in act(waiting.popleft(), look_in):
                    ended.put(outcome)

    workers: list[Future[None]] = []
    if current_thread() in getattr(executor, "_threads", ()):  # its work would wait for this thread, which waits for it
        executor = None
    with nullcontext(executor) if executor is not None else ThreadPoolExecutor(at_once, "l2zk-batch") as threads:
        try:
            workers += (_submit(threads, work) for _ in range(min(at_once, len(waiting))))
            for _ in range(count):
                yield _next(ended, workers, threads)
        finally:
            stop.set()
            wait([worker for worker in workers if not worker.cancel()])


def outcome(act: Callable[..., Any], *arguments: Any, **settings: Any) -> Any:
    """The result of a call, or the error that it raised."""
    try:
        return act(*arguments, **settings)
    except BaseException as error:
        return error


def checked(outcomes: Outcomes, return_exceptions: bool) -> Outcomes:
    """The outcomes, up to the first error, which is raised and ends the work, unless errors are to be returned."""
    with closing(outcomes):
        for index, result in outcomes:
            if isinstance(result, BaseException) and not (return_exceptions and isinstance(result, Exception)):
                result.add_note(f"at index {index} of the batch")
                raise result
            yield index, result


def _submit(executor: Executor, work: Callable[[], None]) -> Future[None]:
    try:
        return executor.submit(copy_context().run, work)
    except RuntimeError as error:
        raise closed(executor, error) from error


def _next(ended: SimpleQueue[tuple[int, Any]], workers: Sequence[Future[None]], executor: Executor) -> tuple[int, Any]:
    """The next outcome; raises if none can come, since the executor dropped its work or ran it elsewhere."""
    while True:
        over = all(worker.done() for worker in workers)
        try:
            return ended.get(block=not over, timeout=LOOK_IN_SECONDS)
        except Empty:
            if over:
                raise _without_end(workers, executor) from None


def _without_end(workers: Sequence[Future[None]], executor: Executor) -> OptionsError:
    """The error when workers have ended without the outcomes of their work."""
    if all(worker.cancelled() for worker in workers):
        return OptionsError("the executor of this batch was shut down while it ran")
    errors = [worker.exception() for worker in workers if not worker.cancelled()]
    broken = [error for error in errors if isinstance(error, BrokenExecutor)]
    return closed(executor, broken[0]) if broken else elsewhere(executor)
