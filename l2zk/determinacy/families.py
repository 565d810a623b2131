"""Families of instances: what is claimed in one way of many rows, and the rules that look at one of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from l2zk.determinacy.cells import Words
from l2zk.determinacy.lookups import Rows, looked_up, split
from l2zk.determinacy.puzzle import Claim, Posted, Puzzle
from l2zk.determinacy.states import FINITE, KNOWN, States

MOST_TIMES = 2**20
"""The greatest multiplicity that counts as a small number: so many of them do not add up to p."""


class Family(ABC):
    """Instances `first` to `first` + `count` - 1, one for each row of `words`, its cells and constants.

    late: they are looked at when nothing else is left.
    """

    late = False

    def __init__(self, puzzle: Puzzle, first: int, words: Words) -> None:
        self.pool, self.first, self.count = puzzle.layout.pool.values, first, len(words)
        self.words = words

    def reads(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The cells of all instances, one instance after the other, each once; and how many each reads."""
        words = np.sort(self.words, axis=1)
        first = words >= 0
        first[:, 1:] &= words[:, 1:] != words[:, :-1]
        return words[first], first.sum(axis=1)

    @abstractmethod
    def examine(self, states: States, number: int) -> None:
        """Apply the rules to an instance; Conflict where it cannot be satisfied."""

    @abstractmethod
    def place(self, number: int) -> tuple[str, int]:
        """The name of what is claimed, and the row."""


class Constraints(Family):
    """The instances of a constraint, which the core evaluates."""

    def __init__(self, puzzle: Puzzle, first: int, claim: Claim) -> None:
        super().__init__(puzzle, first, claim.leaves)
        self.degree, self._claim = claim.degree, claim

    def place(self, number: int) -> tuple[str, int]:
        return self._claim.name, self._claim.rows[number - self.first] + self._claim.behind

    def examine(self, states: States, number: int) -> None:
        raise NotImplementedError("constraints are looked at by the queue")


class Lookups(Family):
    """The instances of an interaction that looks tuples up in a table that everybody knows.

    A tuple whose multiplicity is not 0 is a row of the table, as long as all that is sent to the table has a small
    multiplicity: no sum of these is 0 modulo p. others: the multiplicities of all of it, words.
    """

    def __init__(self, puzzle: Puzzle, first: int, posted: Posted, rows: Rows, others: Sequence[int]) -> None:
        super().__init__(puzzle, first, np.column_stack([posted.tuples, posted.times]))
        self._posted, self._rows = posted, rows
        self._small = {word for word in others if word < 0 and self.pool[~word] > MOST_TIMES} == set()
        self._selectors = sorted({word for word in others if word >= 0})

    def place(self, number: int) -> tuple[str, int]:
        return self._posted.name, self._posted.rows[number - self.first] + self._posted.behind

    def examine(self, states: States, number: int) -> None:
        *entries, when = self.words[number - self.first].tolist()
        if not self._are_small(states):
            return
        if when < 0 or states.kind[when] == KNOWN:
            if self.pool[~when] if when < 0 else states.value[when]:
                looked_up(states, self._rows, entries, self.pool, (number,))
        elif states.kind[when] == FINITE:
            known, _ = split(states, entries, self.pool)
            if not self._rows.matching(known).shape[1]:
                states.know(when, 0, (number,))

    def _are_small(self, states: States) -> bool:
        if not self._small or self.first in states.noted:
            return self._small
        for cell in self._selectors:
            if (states.value[cell] if states.kind[cell] == KNOWN else _greatest(states, cell)) > MOST_TIMES:
                return False
        states.note(self.first)
        return True


def _greatest(states: States, cell: int) -> int:
    return states.domain[cell][-1] if states.kind[cell] == FINITE else MOST_TIMES + 1
