"""Values of expressions on many rows at once, as NumPy arrays uint64[rows].

With EPSILON = 2^32 - 1 and p = 2^64 - EPSILON, a product hi * 2^64 + lo is congruent to
lo + (hi mod 2^32) * EPSILON - floor(hi / 2^32), since 2^64 = EPSILON and 2^96 = -1 modulo p (PROTOCOL 2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from l2zk.air.nodes import (
    ADD,
    COLUMN,
    CONJUNCTION,
    CONSTANT,
    MUL,
    NEG,
    PERIODIC,
    ROW_NUMBER,
    SEQUENCE,
    SUB,
    Node,
    Placement,
    placement_of,
)
from l2zk.base.field import MODULUS

Vector = NDArray[np.uint64]

_P = np.uint64(MODULUS)
_EPSILON = np.uint64(2**32 - 1)
_HALF = np.uint64(32)


def evaluate_rows(nodes: Sequence[Node], leaf: Callable[[Node], Vector], rows: int) -> Vector:
    """The values uint64[rows] of the last node; `leaf` gives those of the leaves, uint64[rows] below p."""
    values: list[Vector] = []
    for kind, x, y in nodes:
        if kind == CONSTANT:
            values.append(np.full(rows, x, dtype=np.uint64))
        elif kind == ADD:
            values.append(add(values[x], values[y]))
        elif kind == SUB:
            values.append(subtract(values[x], values[y]))
        elif kind == MUL:
            values.append(multiply(values[x], values[y]))
        elif kind == NEG:
            values.append(subtract(np.zeros_like(values[x]), values[x]))
        else:
            values.append(leaf((kind, x, y)))
    return values[-1]


def leaves_on_all_rows(
    length: int,
    columns: Mapping[int, Vector],
    periodic: Sequence[Sequence[int]],
    public: Mapping[int, Sequence[int]],
    sequences: Sequence[Sequence[int] | Vector] = (),
) -> Callable[[Node], Vector]:
    """The values of leaves on all N rows, uint64[N]: of cells, periodic columns, public values by kind, sequences."""

    def leaf(node: Node) -> Vector:
        kind, x, y = node
        if kind == COLUMN:
            return np.roll(columns[x], -y)
        if kind == PERIODIC:
            return np.tile(np.array(periodic[x], dtype=np.uint64), length // len(periodic[x]))
        if kind == SEQUENCE:
            return on_all_rows(sequences[x], placement_of((kind, x, y)), length)
        if kind in (ROW_NUMBER, CONJUNCTION):
            rows = np.arange(length, dtype=np.uint64)
            return rows if kind == ROW_NUMBER else conjunction(rows, x)
        return np.full(length, public[kind][x], dtype=np.uint64)

    return leaf


def conjunction(rows: Vector, bits: int) -> Vector:
    """The number of `bits` bits whose bit i is bit i of the row's number times bit `bits` + i (PROTOCOL 3.2)."""
    low = np.uint64((1 << bits) - 1)
    both: Vector = rows & rows >> np.uint64(bits) & low
    return both


def on_all_rows(values: Sequence[int] | Vector, placement: Placement, length: int) -> Vector:
    """A sequence on all N rows."""
    rows = np.zeros(length, dtype=np.uint64)
    rows[placement.first :: placement.step][: len(values)] = values
    return rows


def add(x: Vector, y: Vector) -> Vector:
    """x + y mod p."""
    return subtract(x, _P - y)


def subtract(x: Vector, y: Vector) -> Vector:
    """x - y mod p, where y may be p itself."""
    difference = x - y
    return np.where(x < y, difference - _EPSILON, difference)


def multiply(x: Vector, y: Vector) -> Vector:
    """x * y mod p."""
    low_x, high_x, low_y, high_y = x & _EPSILON, x >> _HALF, y & _EPSILON, y >> _HALF
    cross = low_x * high_y + (low_x * low_y >> _HALF)
    middle = high_x * low_y + (cross & _EPSILON)
    low = x * y
    high = high_x * high_y + (cross >> _HALF) + (middle >> _HALF)
    return add(_canonical(low), subtract((high & _EPSILON) * _EPSILON, high >> _HALF))


def _canonical(x: Vector) -> Vector:
    return np.where(x >= _P, x - _P, x)
