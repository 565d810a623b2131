"""The three standard streams as commands use them: in any encoding, closed or full, and never a traceback.

Invariant: whatever text is printed, an encoding that lacks a character gets another in its place. What is printed to
a stream that is closed from the start is for nobody, and lost; a result that is asked for there is an error.
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
    """Of what an encoding lacks, the characters that look alike, or their escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(LIKE.get(c, c.encode("ascii", "backslashreplace").decode()) for c in text), error.end


codecs.register_error("l2zk", _replaced)


def open_streams() -> None:
    """Before anything is printed: a closed stream becomes the null device, and no character is an error."""
    for name in NAMES:
        if getattr(sys, name) is None:
            _closed.add(name)
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="l2zk")


def flush() -> None:
    """Write out what is printed, so that a full disk is told of while it can be."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def give_up() -> None:
    """After a stream failed: what it still holds goes nowhere, so that the end of the process has nothing to say."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, stream.fileno())
                os.close(null)


def say(text: str, err: bool = False) -> None:
    """Print text to standard output, or to standard error; each character of control but the end of line escaped."""
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
    """Where a command writes its result, tried before its work; None if the user named no place."""
    if path is None:
        return None
    return StandardOutput() if path == STANDARD else Target(path)


def standard_input() -> BinaryIO:
    """Standard input as bytes."""
    return sys.stdin.buffer
