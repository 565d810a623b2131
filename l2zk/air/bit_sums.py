"""Sums of bits: a constraint that ties a value to the columns of its bits, told as what is claimed of the value.

value - (b_0 + 2*b_1 + … + 2^(k-1)*b_(k-1)) = 0   says that   0 <= value < 2^k,   where each b_i is a bit
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from l2zk.air.nodes import ADD, COLUMN, CONSTANT, MUL, SUB, Node
from l2zk.base.field import MODULUS

FEWEST_BITS, MOST_BITS = 3, 63
"""Of what is told as a word: a sum of fewer columns may be anything, and one of more is not below p."""

SHORTEST_POWER = 2**16
"""From here on a power of two is written as one."""

LARGEST_NEGATIVE = 2**32
"""p less an integer up to this is shown as its negative."""


class BitSum(NamedTuple):
    """The node of a value, and the cells (column, offset) of its bits, the least first; the nodes of its constraint
    that make them up to `total`."""

    value: int
    total: int
    bits: tuple[tuple[int, int], ...]

    @property
    def leaves(self) -> frozenset[Node]:
        """The cells of the bits as nodes."""
        return frozenset((COLUMN, *cell) for cell in self.bits)


def word_in(nodes: Sequence[Node], root: int) -> BitSum | None:
    """The word of a constraint, which may have factors, selectors say; None if it has none."""
    left, seen = [root], set[int]()
    while left:
        index = left.pop()
        kind, x, y = nodes[index]
        if kind == MUL and index not in seen:
            seen.add(index)
            left += [x, y]
        elif kind == SUB and (word := _word(nodes, x, y)) is not None:
            return word
    return None


def _word(nodes: Sequence[Node], x: int, y: int) -> BitSum | None:
    """The word of a difference."""
    for value, total in ((x, y), (y, x)):
        bits = _bits(nodes, total)
        if bits is not None and nodes[value][0] != CONSTANT:
            return BitSum(value, total, bits)
    return None


def _bits(nodes: Sequence[Node], total: int) -> tuple[tuple[int, int], ...] | None:
    """The cells b_0, b_1, … of b_0 + 2*b_1 + …, on one row; None of any other node."""
    found: list[tuple[int, Node]] = []
    while nodes[total][0] == ADD:
        _, total, last = nodes[total]
        found.append(_multiple(nodes, last))
    found.append(_multiple(nodes, total))
    found.reverse()
    cells = [cell for _, cell in found]
    powers = [factor for factor, _ in found] == [2**k for k in range(len(found))]
    if (
        not FEWEST_BITS <= len(found) <= MOST_BITS
        or not powers
        or {(kind, y) for kind, _, y in cells} != {(COLUMN, cells[0][2])}
    ):
        return None
    return tuple((column, offset) for _, column, offset in cells)


def _multiple(nodes: Sequence[Node], index: int) -> tuple[int, Node]:
    """A node as a constant times another."""
    kind, x, y = nodes[index]
    if kind == MUL:
        for factor, other in ((x, y), (y, x)):
            if nodes[factor][0] == CONSTANT:
                return nodes[factor][1], nodes[other]
    return 1, nodes[index]


def number_text(value: int) -> str:
    """An element of the field in a sentence: 2^40, or -5 for p - 5."""
    if value >= SHORTEST_POWER and value & (value - 1) == 0:
        return f"2^{value.bit_length() - 1}"
    return str(value if value <= MODULUS // 2 else value - MODULUS)


def signed_text(value: int) -> str:
    """An element of the field in an equation: digits, with a sign where it is the negative of a small integer."""
    return str(value if value < MODULUS - LARGEST_NEGATIVE else value - MODULUS)


def value_text(name: str, shown: str) -> str:
    """A value under its name, as `number_text` gives it; one that is left out has none."""
    return name if name == shown else f"{name} = {shown}"
