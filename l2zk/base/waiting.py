"""Waiting: the threads that a thread waits for, as far as the frames of Python's own library tell.

    frame → the work that it waits for → the threads at that work

Work is a thread's end, a future of `concurrent.futures`, a job of a pool of `multiprocessing`, a batch, or the rest of
an event loop. A hand-over by a queue, an event, a barrier or a lock names no thread: only the wait is seen.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Thread
from types import FrameType
from typing import Any

Stack = Sequence[tuple[str, str, FrameType]]
"""The module, qualified name and frame of each function that a thread is in, the innermost first: `_core.stacks`."""

Stacks = dict[int, list[tuple[str, str, FrameType]]]

Names = dict[str, Any]  # the local names of a frame, with their values


def awaited(stack: Stack, stacks: Stacks) -> Iterator[int]:
    """The threads that this code waits for: for their end, or for work that they are at."""
    wanted = {*_told(stack, _AWAITED), *_slept_for(stack)}
    yield from (work.ident or 0 for work in wanted if isinstance(work, Thread))
    if wanted:
        yield from (thread for thread, other in stacks.items() if not wanted.isdisjoint(_told(other, _AT_WORK)))


def stands(stack: Stack) -> bool:
    """True if this code waits, without a bound on the time, for what only a thread of this process does.

    It asks a lock, as conditions, events, barriers and queues do underneath, or a `queue.SimpleQueue`; or it is an
    event loop that has no timer and listens to nothing outside.
    """
    if not stack:
        return False
    loop = _sleeping_loop(stack)
    if loop is not None:
        selector = getattr(loop["self"], "_selector", None)
        return loop["timeout"] is None and selector is not None and len(selector.get_map()) == 1  # its own alarm
    return _called(stack[0][2]) in ("acquire", "get", "__enter__")


def _told(stack: Stack, places: dict[tuple[str, str], Callable[[Names], Iterable[Any]]]) -> Iterator[Any]:
    """The work that this code and its callers tell of, at the places that are known."""
    for module, name, frame in stack:
        work_at = places.get((module, name))
        if work_at is not None:
            yield from work_at(frame.f_locals)


def _future(future: Any) -> Iterator[Any]:
    """A future, and the event loops that hear of it, or that it hears of."""
    if future is not None:
        yield future
        for heard in tuple(getattr(future, "_done_callbacks", ())):
            for cell in getattr(heard, "__closure__", None) or ():
                if hasattr(cell.cell_contents, "call_soon_threadsafe"):
                    yield cell.cell_contents


def _futures(futures: Any) -> Iterator[Any]:
    for future in tuple(futures or ()):
        yield from _future(future)


def _job(names: Names) -> Iterator[Any]:
    yield "job", names["self"]._job


def _jobs_of_a_pool(names: Names) -> Iterator[Any]:
    """Those whose results the handler of a pool expects, from threads or from processes."""
    yield from (("job", job) for job in tuple(names["cache"]))


def _jobs_of_processes(names: Names) -> Iterator[Any]:
    """The futures that the processes of an executor are at, or will be."""
    for item in tuple(names["self"].pending_work_items.values()):
        yield item.future


_AWAITED: dict[tuple[str, str], Callable[[Names], Iterable[Any]]] = {
    ("threading", "Thread.join"): lambda names: [names["self"]],
    ("concurrent.futures._base", "Future.result"): lambda names: _future(names.get("self")),
    ("concurrent.futures._base", "Future.exception"): lambda names: _future(names.get("self")),
    ("concurrent.futures._base", "wait"): lambda names: _futures(names.get("fs")),
    ("concurrent.futures._base", "as_completed"): lambda names: _futures(names.get("pending")),
    ("multiprocessing.pool", "ApplyResult.wait"): _job,
    ("multiprocessing.pool", "IMapIterator.next"): _job,
    ("l2zk.vm.batch.threads", "_Work.wait"): lambda names: [names["self"]],
}
"""The code that waits for work, and the work."""

_AT_WORK: dict[tuple[str, str], Callable[[Names], Iterable[Any]]] = {
    ("concurrent.futures.thread", "_WorkItem.run"): lambda names: _future(getattr(names.get("self"), "future", None)),
    ("concurrent.futures.process", "_ExecutorManagerThread.run"): _jobs_of_processes,
    ("multiprocessing.pool", "worker"): lambda names: [("job", names.get("job"))],
    ("multiprocessing.pool", "Pool._handle_results"): _jobs_of_a_pool,
    ("l2zk.vm.batch.threads", "_Work.run"): lambda names: [names["self"]],
    ("asyncio.base_events", "BaseEventLoop.run_forever"): lambda names: [names["self"]],
    ("asyncio.unix_events", "ThreadedChildWatcher._do_waitpid"): lambda names: [names["loop"]],
}
"""The code that is at work, or hands it to processes, and the work."""


def _slept_for(stack: Stack) -> Iterator[Any]:
    """The event loop, or the work of a batch, that will wake this code; as a caller it may be at work."""
    if stack:
        loop = _sleeping_loop(stack)
        if loop is not None:
            yield loop["self"]
        elif stack[0][:2] == ("l2zk.vm.batch.threads", "_next"):
            yield stack[0][2].f_locals["work"]


def _sleeping_loop(stack: Stack) -> Names | None:
    """The names of the event loop that waits for its next event; None if none does."""
    if len(stack) < 2 or stack[0][2].f_code.co_name != "select":
        return None
    module, name, caller = stack[1]
    return caller.f_locals if (module, name) == ("asyncio.base_events", "BaseEventLoop._run_once") else None


def _called(frame: FrameType) -> str | None:
    """The name of the C function that the code in this frame has called without arguments; "__enter__" for `with`."""
    if frame.f_lasti < 0:
        return None
    told = list(dis.get_instructions(frame.f_code))
    now = next((one for one in told if one.offset == frame.f_lasti), None)
    if now is None or now.opname == "BEFORE_WITH":
        return now and "__enter__"
    if now.opname not in ("CALL", "PRECALL") or now.arg or now.positions is None:
        return None
    start = now.positions.lineno, now.positions.col_offset
    loads = (one for one in reversed(told) if one.offset < now.offset and one.opname.startswith("LOAD_"))
    places = ((one.argval, one.positions) for one in loads if one.positions is not None)
    return next((name for name, place in places if (place.lineno, place.col_offset) == start), None)
