"""The rule for a tuple that is looked up in a table that everybody knows: it is one of the table's rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from l2zk.determinacy.rules import MOST_SOLUTIONS, joint_values
from l2zk.determinacy.states import FINITE, KNOWN, OPEN, Conflict, Domain, States, Why

Known = tuple[tuple[int, int], ...]
"""(place, value) of the entries of a tuple that are known."""

MOST_LISTED = 2**16
"""Values of a domain that is no range."""


class Rows:
    """A table's rows, uint64[width, rows], and those that agree with what is known of a tuple."""

    def __init__(self, columns: NDArray[np.uint64]) -> None:
        self.columns = columns
        self.matching = lru_cache(maxsize=4096)(self._matching)
        self.domain = lru_cache(maxsize=4096)(self._domain)

    def place(self, values: Sequence[int]) -> int | None:
        """The first row of a tuple."""
        equal = np.ones(self.columns.shape[1], dtype=bool)
        for column, value in zip(self.columns, values):
            equal &= column == np.uint64(value)
        found = np.flatnonzero(equal)
        return int(found[0]) if len(found) else None

    def _matching(self, known: Known) -> NDArray[np.uint64]:
        """The rows with these entries, uint64[width, rows]."""
        found = self.columns
        for place, value in known:
            found = found[:, found[place] == np.uint64(value)]
        return found

    def _domain(self, known: Known, place: int) -> Domain | None:
        """The values of one entry, if they are few or follow one another."""
        values = np.unique(self.matching(known)[place])
        if len(values) and int(values[-1]) - int(values[0]) == len(values) - 1:
            return range(int(values[0]), int(values[-1]) + 1)
        return tuple(values.tolist()) if len(values) <= MOST_LISTED else None


def looked_up(states: States, rows: Rows, entries: Sequence[int], pool: Sequence[int], why: Why) -> None:
    """A tuple of cells and constants is a row of the table."""
    known, cells = split(states, entries, pool)
    found = rows.matching(known)
    if not found.shape[1]:
        raise Conflict
    if not cells:
        return None
    if (
        1 < len(cells)
        and found.shape[1] <= MOST_SOLUTIONS
        and all(states.kind[cell] in (OPEN, FINITE) for cell in cells.values())
    ):
        return _few(states, cells, found, why)
    for place, cell in cells.items():
        domain = rows.domain(known, place)
        if domain is not None:
            states.restrict(cell, domain, why)


def split(states: States, entries: Sequence[int], pool: Sequence[int]) -> tuple[Known, dict[int, int]]:
    """What is known of a tuple, and the cells at the other places."""
    known: list[tuple[int, int]] = []
    cells: dict[int, int] = {}
    for place, word in enumerate(entries):
        if word < 0:
            known.append((place, pool[~word]))
        elif states.kind[word] == KNOWN:
            known.append((place, states.value[word]))
        else:
            cells[place] = word
    return tuple(known), cells


def _few(states: States, cells: dict[int, int], found: NDArray[np.uint64], why: Why) -> None:
    """Few rows are left: joint values."""
    names = tuple(dict.fromkeys(cells.values()))
    joint = set()
    for row in found[list(cells)].T.tolist():
        given = dict(zip(cells.values(), row))
        alike = all(given[cell] == value for cell, value in zip(cells.values(), row))
        if alike and all(states.kind[cell] == OPEN or given[cell] in states.domain[cell] for cell in names):
            joint.add(tuple(given[cell] for cell in names))
    if not joint:
        raise Conflict
    for place, cell in enumerate(names):
        states.restrict(cell, tuple(sorted({one[place] for one in joint})), why)
    if len(joint) > 1:
        _grouped(states, names, sorted(joint), why)


def _grouped(states: States, names: tuple[int, ...], joint: list[tuple[int, ...]], why: Why) -> None:
    """A group, unless some of the cells are in one already."""
    if not any(cell in states.group_of for cell in names):
        joint_values(states, names, joint, why)
