"""A sparse Merkle tree as arrays: of each level the nodes that are not empty, in order, and changes of many leaves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from l2zk import poseidon2

Array = NDArray[np.uint64]

EMPTY_LEAF = (0, 0, 0, 0)
"""What stands where no account does."""


@dataclass(frozen=True)
class Level:
    """The nodes of a level that a change touched: of 2^level nodes those with a touched leaf below, in order.

    number: (n,), the place of each among all of the level. before, after: (n, 4), digests. left_before … right_after:
    (n, 4), those of the children; left_touched, right_touched: (n,), whether a child is touched itself. A child that is
    not has before = after.
    """

    level: int
    number: Array
    before: Array
    after: Array
    left_before: Array
    left_after: Array
    right_before: Array
    right_after: Array
    left_touched: NDArray[np.bool_]
    right_touched: NDArray[np.bool_]


@cache
def empty_digests(depth: int) -> tuple[Array, ...]:
    """The digests of empty trees by the level of their top: [depth] is the empty leaf."""
    found = [np.array(EMPTY_LEAF, dtype=np.uint64)]
    for _ in range(depth):
        found.append(poseidon2.compress(found[-1], found[-1]))
    return tuple(found[::-1])


class Tree:
    """Of each level, 0 (the root) to depth (the leaves), the numbers (n,) and digests (n, 4) of what is not empty."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.numbers = [np.zeros(0, dtype=np.uint64) for _ in range(depth + 1)]
        self.digests = [np.zeros((0, 4), dtype=np.uint64) for _ in range(depth + 1)]
        self._shared = [False] * (depth + 1)

    def copy(self) -> Tree:
        """The same tree; arrays are shared until one of the two changes."""
        found = Tree(self.depth)
        found.numbers, found.digests = list(self.numbers), list(self.digests)
        self._shared, found._shared = [True] * (self.depth + 1), [True] * (self.depth + 1)
        return found

    @property
    def root(self) -> Array:
        """The digest of the top, (4,)."""
        return self.get(0, np.zeros(1, dtype=np.uint64))[0]

    def get(self, level: int, numbers: Array) -> Array:
        """The digests (n, 4) of nodes of a level by their numbers (n,)."""
        rows, there = self._find(level, numbers)
        if there.all():
            return self.digests[level][rows]
        found = np.broadcast_to(empty_digests(self.depth)[level], (len(numbers), 4)).copy()
        found[there] = self.digests[level][rows[there]]
        return found

    def path(self, place: int) -> Array:
        """The siblings (depth, 4) from the leaf at this place upwards."""
        levels = range(self.depth, 0, -1)
        steps = [(level, (place >> (self.depth - level)) ^ 1) for level in levels]
        return np.array([self.get(level, np.array([number], dtype=np.uint64))[0] for level, number in steps])

    def change(self, places: Array, leaves: Array) -> list[Level]:
        """Put leaves (n, 4) at places (n,), which rise; the touched nodes, levels from 0 to depth - 1."""
        touched, before = places, self._put(self.depth, places, leaves)
        found: list[Level] = []
        for level in range(self.depth - 1, -1, -1):
            found.append(self._lift(level, touched, before))
            touched, before = found[-1].number, found[-1].before
        return found[::-1]

    def _lift(self, level: int, touched: Array, child_before: Array) -> Level:
        """Renew the parents of touched children, which rise and whose new digests stand in the tree already."""
        above, right = touched >> np.uint64(1), (touched & np.uint64(1)).astype(bool)
        first = np.concatenate([[True], above[1:] != above[:-1]])
        numbers, parent = above[first], np.cumsum(first) - 1
        sides, marks = [], []
        for side, mine in ((0, ~right), (1, right)):
            new = self.get(level + 1, 2 * numbers + np.uint64(side))
            old, mark = new.copy(), np.zeros(len(numbers), dtype=bool)
            old[parent[mine]], mark[parent[mine]] = child_before[mine], True
            sides += [old, new]
            marks.append(mark)
        after = poseidon2.compress(sides[1], sides[3])
        return Level(level, numbers, self._put(level, numbers, after), after, *sides, *marks)

    def _find(self, level: int, numbers: Array) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where nodes stand in the arrays of a level, and whether they do."""
        known = self.numbers[level]
        rows = np.searchsorted(known, numbers)
        if not len(known):
            return rows, np.zeros(len(numbers), dtype=bool)
        return rows, known[np.minimum(rows, len(known) - 1)] == numbers

    def _put(self, level: int, numbers: Array, digests: Array) -> Array:
        """Write nodes of a level, some of which may be new; what stood there before."""
        rows, there = self._find(level, numbers)
        if self._shared[level]:
            self.digests[level], self._shared[level] = self.digests[level].copy(), False
        if there.all():
            before = self.digests[level][rows]
            self.digests[level][rows] = digests
            return before
        before = np.broadcast_to(empty_digests(self.depth)[level], digests.shape).copy()
        before[there], new = self.digests[level][rows[there]], ~there
        self.digests[level][rows[there]] = digests[there]
        self.numbers[level] = np.insert(self.numbers[level], rows[new], numbers[new])
        self.digests[level] = np.insert(self.digests[level], rows[new], digests[new], axis=0)
        return before
