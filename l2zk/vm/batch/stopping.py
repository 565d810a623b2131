"""Stopping: the word to other processes of this machine that their batch is over: its token, a file, is gone.

    token = place of the temporary folder ‖ path of the file

A worker heeds a token only where it sees the same folder: on this machine, since it was started, in this container. A
client that is killed leaves the file behind, of no bytes, and its workers end what they have begun.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

BOOT = "/proc/sys/kernel/random/boot_id"
"""Where Linux gives a number of its own to each start of the machine."""


@contextmanager
def token() -> Iterator[str]:
    """A token that is good within the context; empty where no file can be made."""
    path = ""
    with suppress(OSError):
        handle, path = tempfile.mkstemp(prefix="l2zk-batch-")
        os.close(handle)
    try:
        yield f"{_place(path)} {path}" if path else ""
    finally:
        with suppress(OSError):
            os.unlink(path)


def is_over(token: str) -> Callable[[], bool]:
    """A function that is True once the token's batch is over; never, where nothing can be known of it."""
    place, _, path = token.partition(" ")
    if not path or place != _place(path):
        return lambda: False
    return lambda: not os.path.exists(path)


def _place(path: str) -> str:
    """What tells the folder of a path from all others, of other machines too."""
    try:
        folder = os.stat(os.path.dirname(path))
    except OSError:
        return "nowhere"
    try:
        with open(BOOT) as file:
            machine = file.read().strip()
    except OSError:
        machine = "-".join(platform.node().split())
    return f"{machine}:{folder.st_dev}:{folder.st_ino}"
