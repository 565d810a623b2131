"""Makings: results that one thread makes while others wait for them, and the check that nobody waits for themselves.

    thread → the making that it waits for → the thread that makes it → …

Invariant: a wait that would lead back to the thread that waits is refused by a CycleError.

A thread also waits for the threads that it joins, for those at work on a `concurrent.futures` future whose result it
wants, and for those that its own context was handed to, as `asyncio.to_thread` does: a call inside a making counts as
part of it. Work handed over in another way, such as a queue, and waits of other processes cannot be seen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures.thread import _WorkItem
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Thread, get_ident
from types import FrameType
from typing import Any

from l2zk.base.progress import LOOK_IN_SECONDS, SELDOM_SECONDS, Progress
from l2zk.errors import CycleError, L2zkError, copied

LONGEST_NAME = 60

Frames = dict[int, FrameType]
Step = tuple[int, "Making | None"]  # a thread that is waited for, and which of its makings, if it is one of them

Wait = tuple["Making", "Making | None"]  # the making that is waited for, and the one inside which it is needed

_lock = Lock()
_under_way: dict[int, list[Making]] = {}
_waits: dict[int, list[Wait]] = {}
_within: ContextVar[Making | None] = ContextVar("l2zk_making", default=None)


class Making:
    """A result that the thread which creates this object is making; errors call it `name()`."""

    def __init__(self, name: Callable[[], str]) -> None:
        self.name = name
        self.thread = get_ident()
        self.within = _within.get()
        self.outcome: futures.Future[Any] = futures.Future()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """A context for the time of the making: it counts as this thread's."""
        context = _within.set(self)
        with _lock:
            _under_way.setdefault(self.thread, []).append(self)
        try:
            yield
        finally:
            with _lock:
                _remove(_under_way, self.thread, self)
            _within.reset(context)

    def fail(self, error: BaseException) -> None:
        """End without a result: those who wait get this error."""
        self.outcome.set_exception(copied(error) if isinstance(error, L2zkError) else error)

    def wait(self, progress: Progress | None = None) -> BaseException | None:
        """Wait until the other thread is done, reporting on the way: its error, or None if there is a result.

        Without `progress` it looks for cycles less and less often.
        Raises CycleError if that thread waits for this one.
        """
        if self.outcome.done():
            return self.outcome.exception()
        waiting = self, _within.get()
        patience = LOOK_IN_SECONDS
        with _lock:
            _waits.setdefault(get_ident(), []).append(waiting)
        try:
            while True:
                self._refuse_a_cycle(waiting)
                try:
                    return self.outcome.exception(patience)
                except TimeoutError:
                    patience = LOOK_IN_SECONDS if progress else min(2 * patience, SELDOM_SECONDS)
                if progress is not None:
                    progress("wait", 0, 1)
        finally:
            with _lock:
                _remove(_waits, get_ident(), waiting)

    def _refuse_a_cycle(self, waiting: Wait) -> None:
        with _lock:
            path = _path(self, get_ident())
            if path is None or self.outcome.done():
                return
            _remove(_waits, get_ident(), waiting)  # so that only one of the threads in the circle is refused
        names = [_short(making.name()) for making in path]
        shown = [*names[:3], *(["…"] if len(names) > 3 else []), names[0]]
        raise CycleError(
            f"the proof of {names[0]} is asked for while it is made, and would wait for itself: {' → '.join(shown)};"
            " a program must not need its own proof"
        )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"


def _path(making: Making, goal: int) -> list[Making] | None:
    """The makings on the path from this one's maker to the thread `goal`, which it waits for; None if it does not."""
    frames = sys._current_frames()
    found: dict[int, list[Making]] = {making.thread: _from(making.thread, making)}
    ahead = [making.thread]
    for thread in ahead:
        if thread == goal:
            return found[thread]
        for other, waited in _steps(thread, frames):
            if other not in found:
                found[other] = found[thread] + _from(other, waited)
                ahead.append(other)
    return None


def _from(thread: int, making: Making | None) -> list[Making]:
    """The makings of a thread that are under way, from this one inwards."""
    makings = _under_way.get(thread, [])
    return makings[makings.index(making) :] if making in makings else [making] if making else list(makings)


def _steps(thread: int, frames: Frames) -> Iterator[Step]:
    """The threads that a thread waits for, each with the making that it waits for, if it is one."""
    for making, _ in _waits.get(thread, ()):
        yield making.thread, making
    parts = [(making.thread, making.within) for makings in _under_way.values() for making in makings]
    parts += [(waiter, within) for waiter, waits in _waits.items() for _, within in waits]
    for other, within in parts:
        if within is not None and within.thread == thread and within in _under_way.get(thread, ()):
            yield other, None
    for other in _joined(frames.get(thread), frames):
        yield other, None


def _joined(frame: FrameType | None, frames: Frames) -> Iterator[int]:
    """The threads that the code in this frame waits for: their end, or the result of their work."""
    while frame is not None:
        if frame.f_code is Thread.join.__code__:
            yield frame.f_locals["self"].ident or 0
        elif frame.f_code in _AWAITED:
            awaited = frame.f_locals.get(_AWAITED[frame.f_code])
            ones = awaited if isinstance(awaited, set) else {awaited}
            yield from (thread for thread, inner in frames.items() if not ones.isdisjoint(_work(inner)))
        frame = frame.f_back


_AWAITED = {
    futures.Future.result.__code__: "self",
    futures.Future.exception.__code__: "self",
    futures.wait.__code__: "fs",
    futures.as_completed.__code__: "pending",
}
"""The code that waits for a future or several, and its name for them."""


def _work(frame: FrameType | None) -> Iterator[Any]:
    """The futures that a thread of an executor is working on."""
    while frame is not None:
        if frame.f_code is _WorkItem.run.__code__:
            yield getattr(frame.f_locals.get("self"), "future", None)
        frame = frame.f_back


def _remove(lists: dict[int, list[Any]], thread: int, entry: Any) -> None:
    """Take one entry out of a thread's list, if it is there; in a forked child it is not."""
    entries = lists.get(thread, [])
    if entry in entries:
        entries.remove(entry)
    if not entries:
        lists.pop(thread, None)


def _renew() -> None:
    """Forget the parent's threads in a forked child, where only this one goes on."""
    global _lock
    _lock = Lock()
    _waits.clear()
    for thread in set(_under_way) - {get_ident()}:
        del _under_way[thread]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
