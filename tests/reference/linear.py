"""Linear systems over F."""

from __future__ import annotations

from collections.abc import Sequence

from .algebra import P


def reduced(rows: Sequence[Sequence[int]], rhs: Sequence[int] | None = None) -> tuple[list[list[int]], list[int]]:
    """Row echelon form, each row with its right side at the end; the columns of the pivots."""
    matrix = [[*row, b] for row, b in zip(rows, rhs or [0] * len(rows))]
    width, pivots = len(matrix[0]) - 1 if matrix else 0, list[int]()
    for column in range(width):
        place = len(pivots)
        found = next((i for i in range(place, len(matrix)) if matrix[i][column]), None)
        if found is None:
            continue
        matrix[place], matrix[found] = matrix[found], matrix[place]
        inverse = pow(matrix[place][column], -1, P)
        top = matrix[place] = [x * inverse % P for x in matrix[place]]
        for i, row in enumerate(matrix):
            if i != place and (factor := row[column]):
                matrix[i] = [(x - factor * y) % P for x, y in zip(row, top)]
        pivots.append(column)
    return matrix, pivots


def rank(rows: Sequence[Sequence[int]]) -> int:
    return len(reduced(rows)[1])


def solution(rows: Sequence[Sequence[int]], rhs: Sequence[int]) -> list[int] | None:
    """One solution of rows·x = rhs, or None."""
    matrix, pivots = reduced(rows, rhs)
    if any(row[-1] for row in matrix[len(pivots) :]):
        return None
    result = [0] * len(rows[0])
    for row, pivot in zip(matrix, pivots):
        result[pivot] = row[-1]
    return result
