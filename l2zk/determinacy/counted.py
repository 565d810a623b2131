"""How often each row of a table that everybody knows is asked for: counted when all that is sent is known."""

from __future__ import annotations

import numpy as np

from l2zk.determinacy.families import Family
from l2zk.determinacy.lookups import Rows
from l2zk.determinacy.puzzle import Posted, Puzzle
from l2zk.determinacy.states import KNOWN, States


class Counted(Family):
    """One instance: the multiplicities of a table's rows. senders: all else on its bus."""

    late = True

    def __init__(self, puzzle: Puzzle, first: int, table: Posted, senders: list[Posted]) -> None:
        tuples = [np.column_stack([one.tuples, one.times]) for one in senders]
        self._sent = np.concatenate([np.zeros((0, table.tuples.shape[1] + 1), dtype=np.int64), *tuples])
        super().__init__(puzzle, first, self._sent.ravel()[None])
        self._table, self._rows = table, Rows(entries_of(puzzle, table))

    def place(self, number: int) -> tuple[str, int]:
        return self._table.name, 0

    def examine(self, states: States, number: int) -> None:
        kinds = np.frombuffer(states.kind, dtype=np.uint8)
        cells = self._sent[self._sent >= 0]
        if not (kinds[cells] == KNOWN).all():
            return
        sums: dict[tuple[int, ...], int] = {}
        for *entries, times in self._sent.tolist():
            tuple_, count = tuple(self._value(states, word) for word in entries), self._value(states, times)
            sums[tuple_] = sums.get(tuple_, 0) + count
        counts = np.zeros(len(self._table.rows), dtype=np.uint64)
        for values, count in sums.items():
            at = self._rows.place(values)
            if count and at is not None:
                counts[at] = count
        for cell, count in zip(self._table.times.tolist(), counts.tolist()):
            states.know(cell, count, (number,))

    def _value(self, states: States, word: int) -> int:
        return self.pool[~word] if word < 0 else states.value[word]


def entries_of(puzzle: Puzzle, posted: Posted) -> np.ndarray:
    """The entries of known tuples, uint64[width, rows]."""
    return np.array(puzzle.layout.pool.values, dtype=np.uint64)[~posted.tuples].T
