"""What public functions are given, looked at before anything is done with it: flags, calls, jobs, paths."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from l2zk.base.wording import short
from l2zk.errors import ArgumentError, OptionsError


def flag(name: str, value: Any) -> bool:
    """The value, if it is a bool."""
    if not isinstance(value, (bool, np.bool_)):
        raise OptionsError(f"{name}={short(value)} is not allowed; it must be True or False")
    return bool(value)


def callback(name: str, value: Any) -> Any:
    """The value, if it can be called or is None."""
    if value is not None and not callable(value):
        raise OptionsError(f"{name}={short(value)} is not allowed; it must be a function, or None")
    return value


def kind_of(value: Any) -> str:
    """What a value is, in a word that does not show it."""
    return f"the class {value.__qualname__}" if isinstance(value, type) else type(value).__name__


def items(value: Any) -> list[Any] | None:
    """What a list or the like of it holds, in order; None for what is none: a text, a mapping, an array without dimensions."""
    if (
        isinstance(value, (str, bytes, Mapping))
        or not isinstance(value, Iterable)
        or getattr(value, "shape", None) == ()
    ):
        return None
    return list(value)


def pairs_of_jobs(value: Any) -> list[tuple[Any, Any]]:
    """The pairs of a program and a witness."""
    listed = items(value)
    if listed is None:
        raise ArgumentError(f"jobs are a list with a program and a witness for each proof, not {kind_of(value)}")
    for index, job in enumerate(listed):
        if not isinstance(job, (tuple, list)) or len(job) != 2:
            raise ArgumentError(f"job {index} is a pair of a program and a witness, not {kind_of(job)}")
    return [tuple(job) for job in listed]


def path(value: Any) -> Any:
    """The value, if it can be a path; a number would be some open file, whose ever."""
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise ArgumentError(f"a path is a str or a Path, not {kind_of(value)}")
    if b"\0" in os.fsencode(value):
        raise ArgumentError(f"the path {short(os.fsdecode(value))} holds a zero byte, which no path does")
    return value
