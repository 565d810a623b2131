"""Refutation: a cell that has few values is supposed to have another, and what leads to a contradiction is no value.

"Who won the auction" is decided so: no equation says it, but each other winner leads to a gap that is not below 2^32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from l2zk.determinacy.puzzle import Puzzle
from l2zk.determinacy.states import FINITE, Domain, States

MOST_TRIED = 8
"""Values of a domain that are tried one by one; of a larger one all but the honest value are, at once."""

MOST_FAILURES = 4
"""Cells of a column that are tried in vain."""

Holds = Callable[[int, Domain], bool]
"""False if a cell has none of some values; what is supposed is undone."""


class Refutation:
    """Tries the open cells that have few values, column by column, those first that come first."""

    def __init__(self, states: States, puzzle: Puzzle) -> None:
        self._states, self._honest, self._layout = states, puzzle.honest, puzzle.layout
        self._helpers = puzzle.helpers  # they follow from other cells
        self._tried: set[tuple[int, int]] = set()
        self._failures: dict[tuple[int, int], int] = {}

    def round(self, holds: Holds) -> Iterator[tuple[int, Domain]]:
        """(cell, values that are left) of each cell that has fewer; at most one cell of each column."""
        seen: set[tuple[int, int]] = set()
        finite = np.frombuffer(self._states.kind, dtype=np.uint8)[: self._layout.entries] == FINITE
        for cell in np.flatnonzero(finite).tolist():
            if self._states.kind[cell] != FINITE:
                continue
            column, size = self._layout.cell(cell)[:2], len(self._states.domain[cell])
            if column in seen or column in self._helpers or self._failures.get(column, 0) >= MOST_FAILURES:
                continue
            if (cell, size) in self._tried:
                continue
            seen.add(column)
            self._tried.add((cell, size))
            kept = self._kept(cell, holds)
            if len(kept) < size:
                yield cell, kept
            else:
                self._failures[column] = self._failures.get(column, 0) + 1

    def _kept(self, cell: int, holds: Holds) -> Domain:
        """The values that are not refuted."""
        domain, honest = self._states.domain[cell], self._honest[cell]
        if len(domain) <= MOST_TRIED:
            return tuple(value for value in domain if holds(cell, (value,)))
        others = tuple(value for value in domain if value != honest) if len(domain) <= 2**12 else domain
        return domain if len(others) == len(domain) or holds(cell, others) else (honest,)
