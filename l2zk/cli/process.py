"""The end of the process, which is the command's alone: no other code ends it sooner, later or with another exit code.

    os._exit, os.abort, os.exec…   raise for all other code while a command of l2zk's own runs
    a script's last act            the real os._exit: no callback at exit, no thread that goes on

A child process that other code forks has an end of its own. What is out of reach SECURITY.md says.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from l2zk.cli.streams import let_go

Ends = Mapping[tuple[Any, str], Callable[..., Any]]
"""By module and name, what ends a process."""

MODULES = [sys.modules[name] for name in ("os", os.name) if name in sys.modules]
REAL: Ends = {
    (module, name): getattr(module, name)
    for module in MODULES
    for name in ("_exit", "abort", "execv", "execve")
    if hasattr(module, name)
}
"""As they are before any other code runs; the other exec… of `os` call these two."""


@contextmanager
def own_end() -> Iterator[None]:
    """While it lasts, no other code ends the process."""
    with _ending_by({(module, name): _refusing(name, real) for (module, name), real in REAL.items()}):
        yield


@contextmanager
def any_end() -> Iterator[None]:
    """While it lasts, within `own_end`, any code may: a plugin's own command."""
    with _ending_by(REAL):
        yield


def leave(code: object) -> NoReturn:
    """End the process at once with this exit code, and with it the processes that `multiprocessing` made for it."""
    with suppress(BaseException):
        let_go()
    with suppress(BaseException):
        for child in sys.modules["multiprocessing.process"].active_children() if _has_children() else ():
            child.terminate()
    REAL[os, "_exit"](code & 255 if isinstance(code, int) else int(code is not None))
    raise AssertionError("the process has ended")


def _has_children() -> bool:
    return "multiprocessing.process" in sys.modules


@contextmanager
def _ending_by(ends: Ends) -> Iterator[None]:
    before = {(module, name): getattr(module, name) for module, name in ends}
    _put(ends)
    try:
        yield
    finally:
        _put(before)


def _put(ends: Ends) -> None:
    for (module, name), end in ends.items():
        setattr(module, name, end)


def _refusing(name: str, real: Callable[..., Any], own: Callable[[], int] = os.getpid) -> Callable[..., Any]:
    """A function that raises in this process, and is the real one in a child."""
    process = own()

    def refuse(*arguments: Any, **named: Any) -> Any:
        if own() != process:
            return real(*arguments, **named)
        raise RuntimeError(f"os.{name} is refused while a command of l2zk runs, which alone ends the process")

    refuse.__name__ = refuse.__qualname__ = name
    return refuse
