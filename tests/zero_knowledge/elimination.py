"""Linear equations over F, p = 2^64 - 2^32 + 1, by elimination with numpy (PROTOCOL 2.1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

P = 2**64 - 2**32 + 1
LOW, EPSILON = np.uint64(2**32 - 1), np.uint64(2**32 - 1)  # the lower half of a word; 2^64 modulo p
HALF = np.uint64(32)
ROWS_AT_ONCE = 16  # so that what is worked on stays in the cache

Matrix = NDArray[np.uint64]


def matrix(rows: Sequence[Sequence[int]]) -> Matrix:
    return np.array(rows, dtype=np.uint64)


def subtract(a: Matrix, b: Matrix) -> Matrix:
    return np.where(a < b, a - b + np.uint64(P), a - b)


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """The product of 128 bits from products of halves, then 2^64 = 2^32 - 1 and 2^96 = -1."""
    a0, a1, b0, b1 = a & LOW, a >> HALF, b & LOW, b >> HALF
    low = a0 * b0
    middle = a1 * b0 + (low >> HALF)
    other = a0 * b1 + (middle & LOW)
    high = a1 * b1 + (middle >> HALF) + (other >> HALF)
    low = other << HALF | low & LOW
    result = subtract(low, high >> HALF)
    added = (high & LOW) * EPSILON
    total = result + added
    total = np.where(total < added, total + EPSILON, total)
    return np.where(total >= np.uint64(P), total - np.uint64(P), total)


def eliminate(rows: Matrix, unknowns: int) -> list[int]:
    """Bring the first `unknowns` columns into echelon form, in place; the pivots' columns, one a row."""
    pivots: list[int] = []
    for column in range(unknowns):
        top = len(pivots)
        candidates = np.flatnonzero(rows[top:, column])
        if not len(candidates):
            continue
        rows[[top, top + candidates[0]]] = rows[[top + candidates[0], top]]
        inverse = pow(int(rows[top, column]), -1, P)
        rows[top, column:] = multiply(rows[top, column:], np.uint64(inverse))
        for first in range(top + 1, len(rows), ROWS_AT_ONCE):
            block = rows[first : first + ROWS_AT_ONCE, column:]
            block[:] = subtract(block, multiply(block[:, :1].copy(), rows[top, column:]))
        pivots.append(column)
        if len(pivots) == len(rows):
            break
    return pivots


def rank(rows: Matrix) -> int:
    return len(eliminate(rows.copy(), rows.shape[1]))


def solve(rows: Matrix, right: Matrix) -> Matrix | None:
    """x with rows·x = right, for each column of `right`; None if one of them has no solution."""
    unknowns = rows.shape[1]
    system = np.hstack([rows, right])
    pivots = eliminate(system, unknowns)
    if system[len(pivots) :, unknowns:].any():
        return None
    solution = np.zeros((unknowns, right.shape[1]), dtype=np.uint64)
    for i in reversed(range(len(pivots))):
        value = system[i, unknowns:]
        for later in pivots[i + 1 :]:
            value = subtract(value, multiply(system[i, later], solution[later]))
        solution[pivots[i]] = value
    return solution
