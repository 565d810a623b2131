"""Progress: the reports of long work while it goes on, and the end of work that nobody waits for.

A thread that waits for the core, for another thread or for a batch looks in every so often: it calls `progress`,
notices Ctrl-C, and what either raises ends the work.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

Progress = Callable[[str, int, int], object]
"""Called as progress(stage, done, total) by the thread that waits, every LOOK_IN_SECONDS or so."""

LOOK_IN_SECONDS = 0.05
"""How often a thread that waits looks in; the core has it from here (_protocol/door/session.pxi)."""

SELDOM_SECONDS = 1.0
"""How often it does at least: a wait of which nobody is told looks in less and less often, down to this."""


class Stopped(Exception):
    """A proof was stopped, since nobody waits for it any more."""


def stop_when(stop: Event, progress: Progress | None) -> Progress:
    """A progress callback that stops its proof once the event is set, and else passes the call on."""

    def look_in(stage: str, done: int, total: int) -> None:
        if stop.is_set():
            raise Stopped("the proof was stopped")
        if progress is not None:
            progress(stage, done, total)

    return look_in
