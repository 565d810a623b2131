"""The three standard streams, as commands use them: in any encoding, closed or full, and never a traceback.

    command of l2zk's own → standard output          anything else that runs → standard error
    command of a plugin   → standard output, as all that runs

Invariant: any text can be printed; a character that the encoding lacks is replaced. Text for a stream that was closed
from the start is dropped; a result that is to go there is an error. Nothing that other code prints, closes or replaces
gets into a result of l2zk's own, or loses it.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, TextIO

from l2zk.base.saving import Target, end_of_links
from l2zk.base.wording import escaped

STANDARD = "-"  # the path that stands for standard input and output
OUTPUT = 1  # the number of standard output's open file
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


class _Objects:
    """The streams as Python's objects alone, as tests give them: other code finds standard error as standard output."""

    def __init__(self) -> None:
        self.out, self.err = sys.stdout, sys.stderr

    def part(self) -> None:
        """From here on what other code prints goes to standard error."""
        sys.stdout = _Aside(self.err)

    def join(self) -> None:
        """From here on it goes to standard output."""
        sys.stdout = self.out

    def close(self) -> None:
        """They are whose they were."""


class _Descriptors:
    """The streams as open files: other code, and a process that it starts, finds standard error as standard output."""

    def __init__(self) -> None:
        self._theirs = sys.stdout
        self.out, self.err = _again(sys.stdout), _again(sys.stderr)

    def part(self) -> None:
        """From here on what other code prints goes to standard error."""
        try:
            if not self._theirs.closed:
                self._theirs.flush()
        except OSError:
            _discard(self._theirs)
            raise
        finally:
            os.dup2(self.err.fileno(), OUTPUT)

    def join(self) -> None:
        """From here on it goes to standard output."""
        _discard(self._theirs)
        os.dup2(self.out.fileno(), OUTPUT)
        sys.stdout = self._theirs

    def close(self) -> None:
        """They are whose they were."""
        for stream in (self.out, self.err):
            with suppress(OSError):
                stream.close()


class _Aside(io.TextIOBase):
    """Another name of a stream, which closing does not close."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.buffer = getattr(stream, "buffer", None)

    def write(self, text: str) -> int:
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()


_ours: _Objects | _Descriptors | None = None  # of the command of l2zk's own that runs


@contextmanager
def apart() -> Iterator[None]:
    """While a command of l2zk's own runs it alone prints to standard output, and other code to standard error."""
    global _ours
    has_descriptors = _descriptor(sys.stdout) == OUTPUT and _descriptor(sys.stderr) is not None
    before, _ours = _ours, _Descriptors() if has_descriptors else _Objects()
    _ours.part()
    try:
        yield
    finally:
        _ours.join()
        _ours.close()
        _ours = before


@contextmanager
def shared() -> Iterator[None]:
    """While a plugin's own command runs, standard output is everybody's."""
    if _ours is None:
        yield
        return
    _ours.join()
    try:
        yield
    finally:
        _ours.part()


def output(err: bool = False) -> TextIO:
    """Standard output or error, of the command that runs if it is l2zk's own."""
    if _ours is None:
        return sys.stderr if err else sys.stdout
    return _ours.err if err else _ours.out


def flush() -> None:
    """Write out what is printed, so that a full disk is reported while it can be."""
    for stream in (output(), output(err=True)):
        stream.flush()


def give_up() -> None:
    """Discard what a failed stream still has, so that the end of the process does not raise for it."""
    for stream in (output(), output(err=True)):
        _discard(stream)


def let_go() -> None:
    """Write out what all code has printed, before a process ends without Python's own end."""
    for stream in (output(), output(err=True), sys.__stdout__, sys.__stderr__):
        if stream is not None:
            _discard(stream)


def _discard(stream: TextIO) -> None:
    """Write out what a stream still has, or let it go if that fails."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
            stream.flush()


def _descriptor(stream: TextIO) -> int | None:
    """The number of its open file, if it has one."""
    try:
        return stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _again(stream: TextIO) -> TextIO:
    """A stream like it to the same open file, by another number, which who closes this one does not close."""
    return open(os.dup(stream.fileno()), "w", encoding=stream.encoding, errors=stream.errors)


def say(text: str, err: bool = False) -> None:
    """Print text to standard output or error, with every control character but the line end escaped."""
    stream = output(err)
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
        stream = output()
        stream.flush()
        yield stream.buffer
        stream.buffer.flush()

    def __str__(self) -> str:
        return "standard output"


Place = Target | StandardOutput


def target(path: str | None) -> Place | None:
    """The place that a command writes its result to, tried before its work; None if the user named none."""
    if path is None:
        return None
    return StandardOutput() if is_standard_output(path) else Target(path)


def is_standard_output(path: str) -> bool:
    """True if a path is -, or leads to standard output, as /dev/stdout does, or the file that a shell sent it to."""
    process = rf"/proc/(self|thread-self|{os.getpid()}(/task/[0-9]+)?)"
    if path == STANDARD or re.fullmatch(rf"({process}|/dev)/fd/{OUTPUT}", end_of_links(path)):
        return True
    if "stdout" in _closed:
        return False
    with suppress(OSError, ValueError):
        return os.path.samestat(os.stat(path), os.fstat(output().fileno()))
    return False


def standard_input() -> BinaryIO:
    """Standard input as bytes."""
    return sys.stdin.buffer
