"""Ranges of values that may be negative, and sums that cannot come round at p.

A negative integer -x is the element p - x, as l2zk.field gives it. Values are expressions of degree 1. Every claim is
one or two of Table.range: cells and lookups are those of its pieces, on the rows that `on` says.
"""

from __future__ import annotations

from typing import Any

from l2zk.base.arguments import kind_of
from l2zk.base.field import MODULUS, whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.table import Table

MOST_BITS = 62
"""Of a span: a number of so many bits and the negative of another one are never the same element."""


def greatest(bits: int) -> int:
    """2^bits - 1, the greatest integer of so many bits; ProgramError for a number that is not from 1 to 62."""
    width = whole(bits)
    if width is None or not 1 <= width <= MOST_BITS:
        raise ProgramError(f"bits is from 1 to {MOST_BITS}, not {short(bits)}")
    return (1 << width) - 1


def between(m: Table, name: str, value: Any, low: int, high: int, on: Any = None) -> None:
    """Claim low <= value <= high, as integers; both may be negative.

    high - low < 2^62. One range where high - low + 1 is a power of two, else two: of value - low, and of high - value.
    name: of the claim, which reports name; where there are two ranges the second one is `NAME and not above`.
    """
    span = _span(name, low, high)
    if span == 0:
        m.constrain(name, value == low, on=on)
        return
    bits = span.bit_length()
    m.range(name, value - low, bits=bits, on=on)
    if span + 1 != 1 << bits:
        m.range(f"{name} and not above", high - value, bits=bits, on=on)


def signed(m: Table, name: str, value: Any, bits: int, on: Any = None) -> None:
    """Claim -2^(bits - 1) <= value < 2^(bits - 1), by one range; bits: 1 to 62."""
    width = whole(bits)
    if width is None or not 1 <= width <= MOST_BITS:
        raise ProgramError(f"the signed range {short(name)} has bits={short(bits)}: from 1 to {MOST_BITS} are needed")
    m.range(name, value + (1 << width - 1), bits=width, on=on)


def at_least(m: Table, name: str, value: Any, bound: Any, bits: int, on: Any = None) -> None:
    """Claim bound <= value < bound + 2^bits, by one range; bits: 1 to 62.

    bound: an integer or an expression. Hazard: that value and bound are integers whose difference is no larger is for
    the caller to know, as `sum_range` says it of a sum; the claim then is value >= bound.
    """
    m.range(name, value - bound, bits=bits, on=on)


def sum_range(name: str, count: int, low: int, high: int) -> tuple[int, int]:
    """The least and the greatest sum of `count` values from low to high: count * low, count * high.

    Raises ProgramError where the two are 2^62 or more from 0, so that whoever calls it in `define` knows of a sum that
    it is the integer, not its rest modulo p: each value needs a range of its own.
    """
    least, most = count * min(low, 0), count * max(high, 0)
    if max(-least, most) >= 1 << MOST_BITS:
        fits = ((1 << MOST_BITS) - 1) // max(-low, high)
        raise ProgramError(
            f"the sum {short(name)} of {count:,} values from {low} to {high} could come round at p; at most {fits:,}"
            " such values, or values of fewer bits, have a sum below 2^62"
        )
    return count * low, count * high


def _span(name: str, low: Any, high: Any) -> int:
    """high - low, of integers that stand for elements of F."""
    for bound in (low, high):
        number = whole(bound)
        if number is None or not -MODULUS < number < MODULUS:
            what = kind_of(bound) if number is None else bound
            raise ProgramError(f"a bound of the range {short(name)} is an integer -p < x < p, not {what}")
    if not 0 <= high - low < 1 << MOST_BITS:
        raise ProgramError(f"the range {short(name)} is from {low} to {high}: from low to high, at most 2^62 integers")
    return int(high) - int(low)
