"""Tree: a Merkle tree of Poseidon2 digests, few of whose leaves are there or many, and its paths as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import l2zk
from l2zk import poseidon2
from l2zk.gadgets import merkle
from l2zk.gadgets.files import elements_of

Words = NDArray[np.uint64]

EMPTY = [0, 0, 0, 0]
"""The leaf of a place that has none: no digest, unless somebody finds data whose digest is 0."""


def leaf_of(data: bytes | str | Sequence[int]) -> list[int]:
    """The leaf of data: the digest of elements of F, of bytes or of a text."""
    digest: list[int] = poseidon2.hash(elements_of(data) if isinstance(data, (bytes, str)) else list(data))
    return digest


class Tree:
    """A tree of 2^depth leaves, of which those that are not given are empty. It may be read by several threads.

    leaves: the leaves of places 0, 1, …, as an array (n, 4) or a list of lists of 4 integers; or a mapping from places
    to leaves. depth: of a list by default the least that has room. A node is l2zk.poseidon2.compress of its children.
    Raises ProgramError for a depth beyond 64, for places beyond the tree, and for leaves that are no digests.
    """

    def __init__(self, leaves: Any, depth: int | None = None) -> None:
        is_mapping = isinstance(leaves, Mapping)
        places = sorted(leaves) if is_mapping else range(len(leaves))
        self.depth = max(1, (len(places) - 1).bit_length()) if depth is None else depth
        if not 1 <= self.depth <= merkle.MOST_LEVELS:
            raise l2zk.ProgramError(f"the depth of a tree is from 1 to {merkle.MOST_LEVELS}, not {self.depth}")
        for place in places if is_mapping else places[-1:]:
            self._check_place(place)
        self._empty = [np.array(EMPTY, dtype=np.uint64)]
        for _ in range(self.depth):
            self._empty.append(poseidon2.compress(self._empty[-1], self._empty[-1]))
        nodes = _digests([leaves[place] for place in places] if is_mapping else leaves)
        self._levels = [(np.array(places, dtype=np.uint64), nodes)]
        for level in range(self.depth):
            places_above = np.unique(self._levels[level][0] >> np.uint64(1))
            self._levels.append((places_above, self._parents(level, places_above)))

    @classmethod
    def of(cls, items: Sequence[Any], depth: int | None = None) -> Tree:
        """The tree whose leaves are the digests of data: of bytes, of texts or of lists of elements."""
        return cls([leaf_of(item) for item in items], depth)

    @property
    def root(self) -> list[int]:
        """The 4 elements of the root."""
        return self.node(self.depth, 0)

    def node(self, level: int, place: int) -> list[int]:
        """A node: of level 0 a leaf, of level `depth` the root."""
        found: list[int] = self._nodes(level, np.array([place], dtype=np.uint64))[0].tolist()
        return found

    def path(self, place: int) -> tuple[list[list[int]], list[int]]:
        """The siblings of a leaf's path, from below, and the bits of its place, the least first."""
        self._check_place(place)
        siblings = [self.node(level, place >> level ^ 1) for level in range(self.depth)]
        return siblings, [place >> level & 1 for level in range(self.depth)]

    def changed(self, place: int, leaf: Sequence[int]) -> Tree:
        """The tree with another leaf at a place; EMPTY takes it away."""
        places, nodes = self._levels[0]
        leaves = dict(zip(places.tolist(), nodes.tolist()))
        return Tree({**leaves, place: list(leaf)}, self.depth)

    def columns(self, places: Sequence[int], name: str = "path") -> dict[str, Words]:
        """The columns of the paths of places, a block of rows each, as g.merkle.path under this name reads them."""
        for place in places:
            self._check_place(place)
        rows = merkle.path_rows(self.depth)
        children = np.zeros((len(places), rows, 8), dtype=np.uint64)
        bits = np.zeros((len(places), rows), dtype=np.uint64)
        at, one = np.array(places, dtype=np.uint64), np.uint64(1)
        for level in range(self.depth):
            bits[:, level] = at & one
            children[:, level, :4] = self._nodes(level, at & ~one)
            children[:, level, 4:] = self._nodes(level, at | one)
            at = at >> one
        sides = children.reshape(-1, 8).T
        names = [*(f"{name}.left{k}" for k in range(4)), *(f"{name}.right{k}" for k in range(4))]
        return {**dict(zip(names, np.ascontiguousarray(sides))), f"{name}.bit": bits.reshape(-1)}

    def _parents(self, level: int, places: Words) -> Words:
        left = places << np.uint64(1)
        parents: Words = poseidon2.compress(self._nodes(level, left), self._nodes(level, left | np.uint64(1)))
        return parents

    def _nodes(self, level: int, places: Words) -> Words:
        """The nodes at places of a level."""
        known, nodes = self._levels[level]
        if not len(known):
            return np.tile(self._empty[level], (len(places), 1))
        at = np.minimum(np.searchsorted(known, places), len(known) - 1)
        return np.where((known[at] == places)[:, None], nodes[at], self._empty[level])

    def _check_place(self, place: int) -> None:
        if not (_is_integer(place) and 0 <= place < 1 << self.depth):
            raise l2zk.ProgramError(f"a tree of depth {self.depth} has the places 0 to 2^{self.depth} - 1, not {place}")


def _digests(leaves: Any) -> Words:
    """Leaves as an array (n, 4); what is no element is refused."""
    if not isinstance(leaves, np.ndarray):
        leaves = np.array([list(leaf) for leaf in leaves], dtype=object).reshape(len(leaves), -1 if len(leaves) else 4)
    whole = leaves.dtype.kind in "ui" or all(map(_is_integer, leaves.reshape(-1)))
    if leaves.shape[1:] != (4,) or not whole or not ((leaves >= 0) & (leaves < l2zk.MODULUS)).all():
        raise l2zk.ProgramError("a leaf is 4 elements of the field, integers 0 <= x < p = 2^64 - 2^32 + 1")
    return leaves.astype(np.uint64)


def _is_integer(number: Any) -> bool:
    return isinstance(number, (int, np.integer)) and not isinstance(number, bool)
