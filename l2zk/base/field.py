"""The field F of p = 2^64 - 2^32 + 1 elements (PROTOCOL 2.1), and the longest trace."""

from __future__ import annotations

import operator
from typing import Any

from l2zk.base.wording import short
from l2zk.errors import ProgramError

MODULUS = 2**64 - 2**32 + 1

ELEMENT_NEEDED = "0 <= x < p = 2^64 - 2^32 + 1 is needed; l2zk.field(x) is the element of any other integer"
"""How a sentence ends about a value that is no element of the field."""

LONGEST_TRACE = 2**26
"""The most rows of a trace, the padding included."""


def whole(value: Any) -> int | None:
    """The value as a Python int, if it is an integer of Python's or NumPy's; None for anything else, a bool too."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def field_integer(value: Any) -> int:
    """The field element of an integer -p < value < p; -1 stands for p - 1."""
    if isinstance(value, bool):
        raise ProgramError(f"{value} is a bool, where an integer or an expression is needed: write {int(value)}")
    number = whole(value)
    if number is None:
        raise ProgramError(f"{short(value)} is of type {type(value).__name__}, not an integer or an expression")
    if not -MODULUS < number < MODULUS:
        raise ProgramError(f"{short(number)} is outside -p < x < p, where p = 2^64 - 2^32 + 1")
    return number % MODULUS


def is_power_of_two(value: object) -> bool:
    """True for the integers 1, 2, 4, …"""
    return type(value) is int and value > 0 and value & (value - 1) == 0
