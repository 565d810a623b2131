"""The place of an address in a trace: the lowest bits of its first element, of the one integer below p that it is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from l2zk import hints

WORD = 32
"""Bits of the two halves of an element, by which p = 2^64 - 2^32 + 1 is seen not to be reached."""


def place(t: Any, name: str, element: Any, depth: int) -> Any:
    """The lowest `depth` bits, 1 to 60, of an element as an integer 0 <= x < p: an expression of degree 1, on each row.

    The element is cut at bit 32 and at bit `depth` into pieces that are in ranges. An element below 2^32 - 1 is also
    x + p, a number below 2^64, whose lowest bits are others: its upper half is 2^32 - 1 and its lower one is not 0,
    which is refused.
    Columns: 2 or 3 pieces with what their ranges take, and 2 of `is_zero`; degree 2.
    """
    cuts = sorted({0, WORD, depth, 2 * WORD})
    with t.scope(name):
        whole = hints.integer(t.constant(0) + element)
        pieces = {}
        for low, high in pairwise(cuts):
            piece = t.hint(f"bits{low}", (whole >> low) & (2 ** (high - low) - 1))
            t.range(f"bits {low} to {high - 1}", piece, bits=high - low)
            pieces[low] = piece
        lower, upper = _sum(t, pieces, 0, WORD), _sum(t, pieces, WORD, 2 * WORD)
        t.constrain("pieces", lower + 2**WORD * upper == element)
        greatest = t.is_zero("greatest", 2**WORD - 1 - upper)
        t.constrain("below p", greatest * lower == 0)
    return _sum(t, pieces, 0, depth)


def _sum(t: Any, pieces: dict[int, Any], start: int, stop: int) -> Any:
    """The integer that the pieces from bit `start` up to bit `stop` make."""
    return sum((2 ** (low - start) * piece for low, piece in pieces.items() if start <= low < stop), t.constant(0))
