"""Jobs on threads: taken in order, their results given as they come; no work goes on when the iteration is over.

Jobs are handed out in parts, lists of their indices, since doing several together can be cheaper.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, current_thread
from time import monotonic
from typing import Any

from l2zk.base.foreign import told
from l2zk.base.progress import LOOK_IN_SECONDS, Progress, stop_when
from l2zk.errors import OptionsError
from l2zk.vm.batch.executors import closed, shut_down, submitted, unusable
from l2zk.vm.batch.outcomes import Outcomes

PATIENCE_SECONDS = 0.5
"""So long an executor may take to begin; then the calling thread does."""

Act = Callable[[Sequence[int], Progress], Outcomes]
"""A function that does the jobs of one part; it stops when the progress callback that it is given raises."""


def in_turn(act: Act, parts: Iterable[Sequence[int]]) -> Outcomes:
    """The outcomes of the parts, one part after the other on the calling thread."""
    for part in parts:
        yield from act(part, stop_when(Event(), None))


def on_threads(act: Act, parts: Iterable[Sequence[int]], at_once: int, executor: Executor | None) -> Outcomes:
    """The outcomes of the parts, `at_once` of them at a time on the executor's threads, or on threads made for this."""
    work = _Work(act, parts, at_once)
    if isinstance(executor, ThreadPoolExecutor) and current_thread() in executor._threads:
        executor = None  # its work would wait for this thread, which waits for it
    with nullcontext(executor) if executor is not None else ThreadPoolExecutor(at_once, "l2zk-batch") as threads:
        workers: list[Future[None]] = []
        try:
            workers += (submitted(threads, partial(copy_context().run, work.run)) for _ in range(work.places))
            for worker in workers:
                worker.add_done_callback(work.over.append)
            for _ in range(work.count):
                yield _next(work, workers, threads)
        finally:
            work.stop.set()
            for worker in workers:
                worker.cancel()
            work.wait()


class _Work:
    """The parts of a call, taken one by one by the workers that have a place; there are `at_once` places."""

    def __init__(self, act: Act, parts: Iterable[Sequence[int]], at_once: int) -> None:
        self.waiting = deque(parts)
        self.count = sum(map(len, self.waiting))
        self.places = min(at_once, len(self.waiting))
        self.ended, self.stop = SimpleQueue[tuple[int, Any]](), Event()
        self.over = deque[Future[None]]()
        self._act, self._look_in = act, stop_when(self.stop, None)
        self._free, self._runs = deque(range(self.places)), list[Event]()
        self._has_place, self._since = False, monotonic()

    def run(self) -> None:
        """The work of one worker: take parts until none is left."""
        over = Event()
        try:
            self._free.pop()
            self._runs.append(over)
            while not self.stop.is_set():
                self._part()
        except IndexError:  # no place is free, or no part is left
            return
        finally:
            over.set()

    @property
    def is_callers(self) -> bool:
        """True if a part is left for the calling thread to do."""
        return self._has_place and bool(self.waiting)

    def stand_in(self, begins: bool) -> bool:
        """Do a part on the calling thread if it has a place; it takes one, if it `begins`, where nobody has begun.

        An executor may be busy for long, or never run what it is given.
        """
        begins = begins and monotonic() - self._since >= PATIENCE_SECONDS
        if begins and not self._has_place and len(self._free) == self.places:
            with suppress(IndexError):
                self._free.pop()
                self._has_place = True
        if not self.is_callers:
            return False
        with suppress(IndexError):
            self._part()
        return True

    def wait(self) -> None:
        """Until nobody is at work; who begins now finds that it is over."""
        for over in list(self._runs):
            over.wait()

    def _part(self) -> None:
        for outcome in self._act(self.waiting.popleft(), self._look_in):
            self.ended.put(outcome)


def _next(work: _Work, workers: Sequence[Future[None]], executor: Executor) -> tuple[int, Any]:
    """The next outcome; raises if none can come, since the executor dropped its work or ran it elsewhere."""
    while True:
        over = len(work.over) == len(workers)  # an interrupt amid `Future.done` can leave its lock held for ever
        try:
            return work.ended.get(block=not (over or work.is_callers), timeout=LOOK_IN_SECONDS)
        except Empty:
            begins = len(work.over) < len(workers)
            if not work.stand_in(begins) and over:
                raise _without_end(workers, executor) from None


def _without_end(workers: Sequence[Future[None]], executor: Executor) -> OptionsError:
    """The error when workers have ended without the outcomes of their work."""
    if all(worker.cancelled() for worker in workers):
        return shut_down()
    errors = [worker.exception() for worker in workers if not worker.cancelled()]
    broken = [error for error in errors if isinstance(error, BrokenExecutor)]
    failed = [told(error) for error in errors if error is not None]
    why = failed[0] if failed else "it says that it is done, and nothing is"
    return closed(executor, broken[0]) if broken else unusable(executor, why)
