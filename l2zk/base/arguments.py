"""Checks of the arguments of public functions, before anything is done with them: flags, callbacks, jobs, paths."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from l2zk.base.wording import short
from l2zk.errors import ArgumentError, OptionsError


def flag(name: str, value: Any) -> bool:
    """The value, if it is a bool; else an OptionsError."""
    if not isinstance(value, (bool, np.bool_)):
        raise OptionsError(f"{name}={short(value)} is not allowed; it must be True or False")
    return bool(value)


def bound(name: str, value: Any) -> int:
    """The value, if it is an integer, 0 or more; else an OptionsError."""
    if type(value) is not int or value < 0:
        raise OptionsError(f"{name}={short(value)} is not allowed; it must be an integer, 0 or more")
    return value


def callback(name: str, value: Any) -> Any:
    """The value, if it is a function or None; else an OptionsError."""
    if value is not None and not callable(value):
        raise OptionsError(f"{name}={short(value)} is not allowed; it must be a function, or None")
    return value


def kind_of(value: Any) -> str:
    """The type of a value as a sentence names it, without showing the value: "str", "the class Fibonacci"."""
    return f"the class {value.__qualname__}" if isinstance(value, type) else type(value).__name__


def is_listed(value: Any) -> bool:
    """True for a list or other iterable; not for a text, a mapping, a set or an array without dimensions."""
    no_list = isinstance(value, (str, bytes, Mapping, set, frozenset)) or getattr(value, "shape", None) == ()
    return isinstance(value, Iterable) and not no_list


def items(value: Any) -> list[Any] | None:
    """The items of a list or other iterable, in order; None for what is none."""
    return list(value) if is_listed(value) else None


def pairs_of_jobs(value: Any) -> list[tuple[Any, Any]]:
    """The jobs of a batch as (program, witness) pairs; an ArgumentError names the first that is no pair."""
    listed = items(value)
    if listed is None:
        raise ArgumentError(f"jobs are a list with a program and a witness for each proof, not {kind_of(value)}")
    for index, job in enumerate(listed):
        if not isinstance(job, (tuple, list)) or len(job) != 2:
            raise ArgumentError(f"job {index} is a pair of a program and a witness, not {kind_of(job)}")
    return [tuple(job) for job in listed]


def path(value: Any) -> Any:
    """The value, if it is a path; an integer is refused, since `open` would take it for an open file's number."""
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise ArgumentError(f"a path is a str or a Path, not {kind_of(value)}")
    if b"\0" in os.fsencode(value):
        raise ArgumentError(f"the path {short(os.fsdecode(value))} holds a zero byte, which no path does")
    return value
