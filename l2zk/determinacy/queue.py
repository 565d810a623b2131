"""The queue of instances: those that have the fewest cells which are not known come first.

So an instance with 200 unknown bits is looked at only when nothing easier is left. It lives in the core, which looks at
constraints by itself as long as they say something of one open cell alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.determinacy.puzzle import Puzzle

LATE = 2**28
"""Added to the count of instances that come behind all others."""


class Queue:
    """Instances by the number of their unknown cells, of constraints first, which are evaluated natively.

    kind, value: uint8 and uint64, the states of all cells. reads: of each family the cells of its instances, each once,
    and how many each has. late: instances behind all others.
    """

    def __init__(
        self,
        puzzle: Puzzle,
        kind: bytearray,
        value: NDArray[np.uint64],
        reads: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
        late: Sequence[int],
    ) -> None:
        nothing = np.zeros(0, dtype=np.int64)
        cells, counts = (np.concatenate([nothing, *(one[side] for one in reads)]) for side in (0, 1))
        self._cells, self._ends = cells, np.concatenate([nothing, [0], np.cumsum(counts)]).astype(np.int64)
        self.unknown = counts.astype(np.int32)
        self.unknown[list(late)] += LATE
        order = np.argsort(cells, kind="stable")
        instances = np.repeat(np.arange(len(counts)), counts)[order]
        firsts = np.searchsorted(cells[order], np.arange(len(kind) + 1))
        claims = [(one.code, one.leaves) for one in puzzle.claims]
        pool = puzzle.layout.pool.values
        kinds = np.frombuffer(kind, dtype=np.uint8)
        self._turns = _core.Turns(kinds, value, claims, pool, firsts, instances, self.unknown)
        self.known, self.changed, self.forgotten = self._turns.known, self._turns.changed, self._turns.forgotten
        self.push, self.drop, self.advance = self._turns.push, self._turns.drop, self._turns.advance
        self.evaluate, self.tried = self._turns.evaluate, self._turns.tried

    def cells(self, instance: int) -> NDArray[np.int64]:
        """The cells that an instance reads."""
        return self._cells[self._ends[instance] : self._ends[instance + 1]]

    def reading(self, chosen: NDArray[np.bool_], count: int) -> list[int]:
        """Those of the first so many instances that read one of the chosen cells."""
        sums = np.concatenate([[0], np.cumsum(chosen[self._cells])])[self._ends]
        found: list[int] = np.flatnonzero(np.diff(sums)[:count]).tolist()
        return found

    def clear(self) -> None:
        """Look at nothing."""
        self._turns.clear()
