"""The guard round foreign code: plugins, hooks, program files, `define`, `generate_trace`, observers.

Invariant: whatever that code raises, SystemExit too, leaves as an error of l2zk's. Only KeyboardInterrupt passes, which
is the user's, and errors and warnings that are l2zk's own, which already say what is wrong.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from traceback import walk_tb
from types import FrameType

from l2zk import errors
from l2zk.base.wording import SHOWN, sentence
from l2zk.errors import CycleError, L2zkError, L2zkWarning

OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KINDS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, (L2zkError, L2zkWarning))]
LONGEST = 200  # characters of a foreign error's own text


@contextmanager
def foreign(kind: type[L2zkError], what: str, *, private: bool = False, redact: bool = True) -> Iterator[None]:
    """Turn whatever is raised inside into an error of this kind: "`what` raised KeyError: 'x' (line 7 of my_air.py)".

    private: the code sees secret values, so that only the type and the line of its error are told and its cause is
    dropped; of an error of l2zk's that foreign code has a part in, the class stays.
    redact: False tells it all, and keeps a shareable version without private values.
    """
    try:
        yield
    except BaseException as raised:
        passes = _may_pass(raised)
        if passes and (not private or _is_ours(raised)):
            raise
        hidden = _hidden(kind, what, raised, passes) if private else None
        if hidden is not None and redact:
            try:
                raise hidden from None
            finally:
                hidden.__context__ = None
        shown = raised if passes else kind(f"{what} raised {told(raised)}")
        if isinstance(shown, L2zkError) and isinstance(hidden, L2zkError):
            shown.shareable = hidden
        if passes:
            raise
        raise shown from raised


def _hidden(kind: type[L2zkError], what: str, raised: BaseException, passes: bool) -> BaseException:
    """The error in the words that hold no private value: of one that passes, the class stays, if it is l2zk's."""
    if isinstance(raised, KeyboardInterrupt):
        return KeyboardInterrupt()
    own = max((one for one in KINDS if isinstance(raised, one)), key=lambda one: len(one.__mro__)) if passes else kind
    return own(f"{what} raised {told(raised, private=True)}; {SHOWN}")


def _is_ours(raised: BaseException) -> bool:
    """True if l2zk raised it and foreign code had no part in it; a CycleError names programs, which are public."""
    files = [frame.f_code.co_filename for frame, _ in walk_tb(raised.__traceback__)]
    ours = [file.startswith(f"{OURS}{os.sep}") for file in files]
    return all(ours) or (ours[-1] and isinstance(raised, CycleError))


def _may_pass(raised: BaseException) -> bool:
    """True if an error leaves as it is: foreign classes may derive from l2zk's errors and still fail to speak."""
    if isinstance(raised, SystemExit):
        return False
    return isinstance(raised, KeyboardInterrupt) or (isinstance(raised, (L2zkError, L2zkWarning)) and _speaks(raised))


def _speaks(raised: BaseException) -> bool:
    try:
        return isinstance(str(raised), str)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return False


_unwarned: ContextVar[bool] = ContextVar("l2zk_unwarned", default=False)


@contextmanager
def unwarned() -> Iterator[None]:
    """A context without l2zk's warnings: who checks a stranger's proof cannot heed what they advise its prover."""
    before = _unwarned.set(True)
    try:
        yield
    finally:
        _unwarned.reset(before)


def warn_caller(text: str, kind: type[L2zkWarning]) -> bool:
    """Warn at the line of other code that called l2zk, unless in an `unwarned` context; True if so.

    A filter may make the warning an error; what shows warnings may not raise.
    """
    if _unwarned.get():
        return False
    frame: FrameType | None = sys._getframe(1)
    level = 2
    while frame is not None and frame.f_code.co_filename.startswith(f"{OURS}{os.sep}"):
        frame, level = frame.f_back, level + 1
    try:
        warnings.warn(text, kind, stacklevel=level)
    except (L2zkWarning, KeyboardInterrupt):
        raise
    except BaseException:
        pass
    return True


def told(raised: BaseException, *, private: bool = False) -> str:
    """An error of foreign code in words: its type, its text and its line. Its text is foreign code as well."""
    try:
        text = "" if private else str(raised.msg if isinstance(raised, SyntaxError) else raised)
        name, line = type(raised).__name__, _line(raised)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return "an error that cannot be shown"
    text = sentence(text[: 2 * LONGEST]).rstrip(". ")
    text = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return name + f": {text}" * bool(text) + f" ({line})" * bool(line)


def _line(raised: BaseException) -> str:
    """The line to blame: the last one in the first file that is not l2zk's, or the line of a SyntaxError."""
    if isinstance(raised, SyntaxError) and raised.filename:
        return f"line {raised.lineno} of {os.path.basename(raised.filename)}"
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(raised.__traceback__)]
    theirs = [(file, line) for file, line in frames if not _is_between(file)]
    lines = [line for file, line in theirs if file == theirs[0][0]]
    return f"line {lines[-1]} of {os.path.basename(theirs[0][0])}" if lines else ""


def _is_between(file: str) -> bool:
    """True for the files of l2zk, and of the libraries through which it calls foreign code; importlib_metadata, where
    something has loaded it, stands in for a part of importlib."""
    folder = os.path.dirname(file)
    between = {"pluggy", "importlib", "importlib_metadata"} & set(folder.split(os.sep)[-2:])
    return file.startswith("<") or bool(between) or f"{folder}{os.sep}".startswith(f"{OURS}{os.sep}")
