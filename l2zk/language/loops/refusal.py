"""Refusals: what a loop program cannot say, at the file and line of the source that says it."""

from __future__ import annotations

import os
import sys
from types import FrameType
from typing import NamedTuple

from l2zk.base.foreign import OURS
from l2zk.errors import ProgramError


class Line(NamedTuple):
    """A line of a source file; number 0 where none is known."""

    file: str
    number: int

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}:{self.number}"


def line_here() -> Line:
    """The line of other code that runs now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(f"{OURS}{os.sep}"):
        frame = frame.f_back
    return Line("", 0) if frame is None else Line(frame.f_code.co_filename, frame.f_lineno)


def refusal(sentence: str, line: Line | None = None) -> ProgramError:
    """The error of this sentence, after its line: the one that runs now, if none is given."""
    place = line if line is not None else line_here()
    return ProgramError(f"{place}: {sentence}" if place.number else sentence)
