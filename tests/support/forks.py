"""Forked children: `@needs_fork`, and what an act comes to in one."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from typing import TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., object])


def needs_fork(test: Test) -> Test:
    """Skip a test where there is no fork; Python's warning of threads in a process that forks is what it is about."""
    test = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")(test)
    return pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")(test)


def succeeds_in_a_child(act: Callable[[], object]) -> bool:
    """True if act() is true in a forked child, which ends in time."""
    child = os.fork()
    if child == 0:
        end_a_child(act)
    return succeeded(child)


def end_a_child(act: Callable[[], object]) -> None:
    """End this child: its exit code tells whether act() is true. It never goes on with the tests of its parent."""
    code = 2
    try:
        code = 0 if act() else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def succeeded(child: int, seconds: float = 60) -> bool:
    """True if a child ends in time, with the exit code 0; it is killed if it does not end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False
