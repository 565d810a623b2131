"""The three standard streams, as commands use them: in any encoding, closed or full, and never a traceback.

Invariant: any text can be printed; a character that the encoding lacks is replaced. Text for a stream that was closed
from the start is dropped; a result that is to go there is an error.
"""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from l2zk.base.saving import Target
from l2zk.base.wording import escaped

STANDARD = "-"  # the path that stands for standard input and output
NAMES = ("stdin", "stdout", "stderr")
LIKE = {"…": "...", "–": "-", "→": "->", "·": "*", "×": "x", "≥": ">=", "≤": "<="}
LIKE |= dict.fromkeys("▏▎▍▌▋▊▉█━╸╺", "#")

_closed: set[str] = set()


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """The replacement of characters that an encoding lacks: others that look alike, or escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(LIKE.get(c, c.encode("ascii", "backslashreplace").decode()) for c in text), error.end


codecs.register_error("l2zk", _replaced)


def open_streams() -> None:
    """Prepare the streams: a closed one becomes the null device, and no character raises."""
    for name in NAMES:
        if getattr(sys, name) is None:
            _closed.add(name)
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="l2zk")


def flush() -> None:
    """Write out what is printed, so that a full disk is reported while it can be."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def give_up() -> None:
    """Discard what a failed stream still has, so that the end of the process does not raise for it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)


def say(text: str, err: bool = False) -> None:
    """Print text to standard output or error, with every control character but the line end escaped."""
    stream = sys.stderr if err else sys.stdout
    stream.write("\n".join(map(escaped, text.split("\n"))) + "\n")
    stream.flush()


class StandardOutput:
    """Standard output as a `Target`."""

    def __init__(self) -> None:
        if "stdout" in _closed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    def write(self, data: bytes) -> None:
        """Write the whole content."""
        with self.open() as file:
            file.write(data)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The stream of bytes."""
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()

    def __str__(self) -> str:
        return "standard output"


Place = Target | StandardOutput


def target(path: str | None) -> Place | None:
    """The place that a command writes its result to, tried before its work; None if the user named none."""
    if path is None:
        return None
    return StandardOutput() if path == STANDARD else Target(path)


def standard_input() -> BinaryIO:
    """Standard input as bytes."""
    return sys.stdin.buffer
