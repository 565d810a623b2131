"""Makings: results that one thread makes while others wait for them, and the check that nobody waits for themselves.

    thread → the making that it waits for → the thread that makes it → …

Invariant: a wait that would lead back to the thread that waits is refused by a CycleError. A thread also waits for
threads and for work of the library's own kinds (waiting.py), and for those that its own context was handed to, as
`asyncio.to_thread` does: a call inside a making counts as part of it.

A hand-over by a queue, an event or a lock tells nobody who will answer. A wait whose path ends at one is refused once
the whole process has stood still for STILL_SECONDS: who sleeps, computes, or waits for a file, the network or another
process is waited for as long as it takes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from contextvars import ContextVar
from threading import RLock, get_ident
from typing import Any, Protocol
from weakref import WeakSet

from l2zk._core import stacks
from l2zk.base.progress import LOOK_IN_SECONDS, SELDOM_SECONDS
from l2zk.base.waiting import Stacks, awaited, stands
from l2zk.errors import CycleError, L2zkError, copied

STILL_SECONDS = 5.0
"""How long a process must have stood still before a wait that ends at a hand-over is refused."""

STILL = 0.02
"""Processor seconds in a second below which a process stands still; the thread that looks does not count."""

MOST_NESTED = 50
"""Results of one noun, made inside one another; more would end in Python's own limit, or in threads without end."""

LONGEST_NAME = 60

Step = tuple[int, "Making | None"]  # a thread that is waited for, and which of its makings, if it is one of them

Wait = tuple["Making", "Making | None"]  # the making that is waited for, and the one inside which it is needed

_lock = RLock()  # as a handler of a signal may ask, while its thread holds it
_under_way: dict[int, list[Making]] = {}
_waits: dict[int, list[Wait]] = {}
_within: ContextVar[Making | None] = ContextVar("l2zk_making", default=None)
_traces: ContextVar[tuple[list[str], ...]] = ContextVar("l2zk_traces", default=())
_owners: WeakSet[Renewed] = WeakSet()


class Making:
    """A result that the thread which creates this object is making; errors call it `name()`, and its kind `noun`."""

    noun = "proof"

    def __init__(self, name: Callable[[], str]) -> None:
        self.name = name
        self.thread = get_ident()
        outer = _within.get()
        self.within = outer if outer is not None and not outer.outcome.done() else None
        self.outcome: futures.Future[Any] = futures.Future()
        self._refuse_an_endless_one()

    def asked(self) -> str:
        """The beginning of the error for whoever asks for the result inside its own making."""
        return f"the {self.noun} of {_short(self.name())} is asked for while it is made"

    def _refuse_an_endless_one(self) -> None:
        """Raise CycleError where results of this noun are asked for inside one another, as if without end."""
        outer, count = self.within, 0
        while outer is not None:
            count += outer.noun == self.noun
            outer = outer.within
        if count >= MOST_NESTED:
            raise _endless(self.noun, _short(self.name()), count)

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

    def wait(self, progress: Callable[[str, int, int], object] | None = None) -> BaseException | None:
        """Wait until the other thread is done, reporting on the way: its error, or None if there is a result.

        Raises CycleError if that thread waits for this one, or seems to.
        """
        if self.outcome.done():
            return self.outcome.exception()
        waiting = self, _within.get()
        patience, rest = LOOK_IN_SECONDS, Rest()
        with _lock:
            _waits.setdefault(get_ident(), []).append(waiting)
        try:
            while True:
                self._refuse_a_cycle(waiting, rest.is_long())
                try:
                    return self.outcome.exception(patience)
                except TimeoutError:
                    rest.seconds += patience
                    patience = LOOK_IN_SECONDS if progress else min(2 * patience, SELDOM_SECONDS)
                if progress is not None:
                    progress("wait", 0, 1)
        finally:
            with _lock:
                _remove(_waits, get_ident(), waiting)

    def _refuse_a_cycle(self, waiting: Wait, at_rest: bool) -> None:
        """Raise CycleError if the path leads back here; if nothing moves, if it ends where another thread is needed."""
        with _lock:
            path, is_seen = _path(self, get_ident(), at_rest)
            if path is None or self.outcome.done():
                return
            _remove(_waits, get_ident(), waiting)  # so that only one of the threads in the circle is refused
        names = _distinct([_short(making.name()) for making in path])
        shown = " → ".join([*names[:3], *["…"] * (len(names) > 3 or not is_seen), names[0]])
        waited = "" if is_seen else f"; it was waited for until nothing had moved for {STILL_SECONDS:g} s"
        raise CycleError(
            f"{path[0].asked()}, and would wait for itself: {shown}; a program must not need its own"
            f" {path[0].noun}{waited}"
        )


@contextmanager
def tracing(id: str) -> Iterator[None]:
    """A context for the time of a generate_trace; CycleError where it is called inside itself as if without end."""
    around = tuple(other for other in _traces.get() if other)  # those that are over are empty
    if len(around) >= MOST_NESTED:
        raise _endless("trace", id, len(around))
    own = [id]
    before = _traces.set((*around, own))
    try:
        yield
    finally:
        own.clear()
        _traces.reset(before)


def _endless(noun: str, name: str, count: int) -> CycleError:
    return CycleError(
        f"the {noun} of {name} is asked for inside {count} others that are being made: a program must not need ever"
        f" more other {noun}s"
    )


class Renewed(Protocol):
    """An object with a state to renew in a forked child, where only the thread that forked goes on."""

    def _renew(self) -> None:
        """Forget what the threads that are gone were at, and make its locks anew."""


def renewed_at_fork(owner: Renewed) -> None:
    """Have an object renewed in forked children for as long as it lives."""
    _owners.add(owner)


def ones_own(makings: dict[Any, Making]) -> dict[Any, Making]:
    """The makings of this thread among these: in a forked child, those that go on."""
    return {key: making for key, making in makings.items() if making.thread == get_ident()}


class Rest:
    """The time that this process has rested; a thread that waits adds its `seconds`, STILL_SECONDS at a time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._used = self._processor_seconds()

    def is_long(self) -> bool:
        """True at the end of a stretch in which no other thread has used the processor to speak of."""
        if self.seconds < STILL_SECONDS:
            return False
        used = self._processor_seconds()
        rested = used - self._used < STILL * self.seconds
        self.seconds, self._used = 0.0, used
        return rested

    def _processor_seconds(self) -> float:
        return time.process_time() - time.thread_time()


def _distinct(names: list[str]) -> list[str]:
    """The names without repetitions side by side: a program's proof needs its definition."""
    return [name for index, name in enumerate(names) if not index or name != names[index - 1]]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"


def _path(making: Making, goal: int, at_rest: bool) -> tuple[list[Making] | None, bool]:
    """The makings on the path from this one's maker to the thread `goal`, and True if each step of it is seen.

    None if there is no such path. While nothing moves, one that ends where another thread is needed counts as one.
    """
    frames = stacks()
    found: dict[int, list[Making]] = {making.thread: _from(making.thread, making)}
    ahead, ends = [making.thread], []
    for thread in ahead:
        if thread == goal:
            return found[thread], True
        steps = [step for step in _steps(thread, frames) if step[0] != thread]
        ends += [] if steps else [thread]
        for other, waited in steps:
            if other not in found:
                found[other] = found[thread] + _from(other, waited)
                ahead.append(other)
    needs_another = at_rest and ends and all(stands(frames.get(thread, [])) for thread in ends)
    return (found[ends[0]] if needs_another else None), False


def _from(thread: int, making: Making | None) -> list[Making]:
    """The makings of a thread that are under way, from this one inwards."""
    makings = _under_way.get(thread, [])
    return makings[makings.index(making) :] if making in makings else [making] if making else list(makings)


def _steps(thread: int, frames: Stacks) -> Iterator[Step]:
    """The threads that a thread waits for, each with the making that it waits for, if it is one."""
    for making, _ in _waits.get(thread, ()):
        yield making.thread, making
    parts = [(making.thread, making.within) for makings in _under_way.values() for making in makings]
    parts += [(waiter, within) for waiter, waits in _waits.items() for _, within in waits]
    for other, within in parts:
        if within is not None and within.thread == thread and within in _under_way.get(thread, ()):
            yield other, None
    for other in awaited(frames.get(thread, []), frames):
        yield other, None


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
    _lock = RLock()
    for making in _under_way.get(get_ident(), ()):
        making.outcome = futures.Future()  # whose lock a thread that waited may have held
    for making, _ in _waits.get(get_ident(), ()):
        making.outcome = futures.Future()
        making.fail(futures.CancelledError("its thread is not in this process"))
    _waits.clear()
    for thread in set(_under_way) - {get_ident()}:
        del _under_way[thread]
    for owner in list(_owners):
        owner._renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
