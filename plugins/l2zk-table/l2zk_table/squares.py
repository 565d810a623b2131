"""The sum of squares of cells of up to 40 bits, exactly: it is larger than p, so that it comes in two parts.

With u = cell + 2^(bits - 1), which is not negative, and u = low + 2^s high, where s is half of the bits:

    sum of u^2 = A + 2^(s + 1) B + 2^(2 s) C        A, B, C: the sums of low^2, low high, high^2, each below 2^62
               = squares_low + 2^(2 s) squares_high

and the sum of squares of cells is that minus 2^bits times their sum and 2^(2 bits - 2) times their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import l2zk
from l2zk.gadgets import ranges

if TYPE_CHECKING:
    from l2zk_table.lanes import Figures


def half_of(bits: int) -> int:
    """The bits of the lower part of a cell; 2 at least."""
    return max(2, -(-bits // 2))


def check_squares(rows: int, bits: int) -> None:
    """Refuse squares whose sums could come round at p."""
    ranges.sum_range("of squares", rows + 1, 0, 1 << 2 * half_of(bits))


def squares(figures: Figures, cells: Sequence[Any]) -> tuple[Any, Any]:
    """The two parts of the sum, of what is chosen, as expressions that mean it on the last row.

    A column and two ranges for each lane; ranges of what is carried from one part to the other on the last row.
    """
    m, bits = figures.m, figures.program.width
    s, shift = half_of(bits), 1 << bits - 1
    parts = [_split(m, k, cell + shift, bits) for k, cell in enumerate(cells)]
    chosen = [figures.one(k) for k in range(len(parts))]
    low, mixed, high = (
        figures.running(name, [one * of_part(*part) for one, part in zip(chosen, parts)]) - figures.beyond * beyond
        for name, of_part, beyond in (
            ("low_squares", lambda a, b: a * a, (shift % 2**s) ** 2),
            ("products", lambda a, b: a * b, (shift % 2**s) * (shift >> s)),
            ("high_squares", lambda a, b: b * b, (shift >> s) ** 2),
        )
    )
    last, rows = "last", figures.places.rows
    rest = m.hint("products_rest", mixed % (1 << s - 1))
    total = low + (2 << s) * rest
    stated = m.hint("squares_part", total % (1 << 2 * s))
    if rows > 1:
        m.free(rest, stated, on=range(rows - 1))
    m.range("the rest of products", rest, bits=s - 1, on=last)
    m.range("the lower part of squares", stated, bits=2 * s, on=last)
    of_products = (mixed - rest) * l2zk.inverse(1 << s - 1)
    carry = (total - stated) * l2zk.inverse(1 << 2 * s)
    m.range("products above", of_products, bits=ranges.MOST_BITS - s + 1, on=last)
    m.range("the carry of squares", carry, bits=ranges.MOST_BITS - 2 * s, on=last)
    return stated, high + of_products + carry


def _split(m: l2zk.Table, k: int, cell: Any, bits: int) -> tuple[Any, Any]:
    """The lower and the upper part of a cell, both in ranges, which also say that it has so many bits."""
    s = half_of(bits)
    low = m.hint(f"low{k}", cell % (1 << s))
    high = (cell - low) * l2zk.inverse(1 << s)
    m.range(f"the lower part in lane {k}", low, bits=min(s, bits), on=None)
    m.range(f"the upper part in lane {k}", high, bits=max(1, bits - s), on=None)
    return low, high


def squared(values: Any, bits: int) -> dict[str, int]:
    """The two parts, of an array of integers."""
    s = half_of(bits)
    parts = values + (1 << bits - 1)
    low, high = parts % (1 << s), parts >> s
    total = sum(int((a * b).sum()) << by for a, b, by in ((low, low, 0), (low, high, s + 1), (high, high, 2 * s)))
    return {"squares_low": total % (1 << 2 * s), "squares_high": total >> 2 * s}


def sum_of_squares(outputs: Mapping[str, Any], total: int, count: int, bits: int) -> int:
    """The sum of squares of cells that a proof states, from its outputs, the sum of the cells and their number."""
    of_shifted = int(outputs["squares_low"]) + (int(outputs["squares_high"]) << 2 * half_of(bits))
    return of_shifted - (total << bits) - (count << 2 * bits - 2)
