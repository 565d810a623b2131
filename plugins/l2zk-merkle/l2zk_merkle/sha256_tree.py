"""Sha256Tree: a Merkle tree of SHA-256, few of whose leaves are there or many, by hashlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import l2zk
from l2zk.gadgets.sha256_paths import LEAF, NODE, columns, layout_of

EMPTY_LEAF = bytes(32)
"""The leaf of a place that has none: no digest, unless somebody finds data whose digest is 0."""


def sha256_leaf(data: bytes | str) -> bytes:
    """The leaf of data: SHA-256 of a byte 0 and the bytes, or those of a text in UTF-8."""
    return sha256(LEAF + (data.encode() if isinstance(data, str) else bytes(data))).digest()


class Sha256Tree:
    """A tree of 2^depth leaves of 32 bytes, of which those that are not given are EMPTY_LEAF.

    leaves: those of places 0, 1, …, or a mapping from places to leaves. depth: of a list by default the least that has
    room. A node is SHA-256 of a byte 1 and its two children, and of 2^depth leaves the root is that of RFC 6962. Raises
    ProgramError for a depth beyond 64, for places beyond the tree, and for leaves that are not 32 bytes.
    """

    def __init__(self, leaves: Any, depth: int | None = None) -> None:
        given = dict(leaves) if isinstance(leaves, Mapping) else dict(enumerate(leaves))
        self.depth = max(1, (len(given) - 1).bit_length()) if depth is None else depth
        layout_of(self.depth)
        for place, leaf in given.items():
            self._check_place(place)
            if not isinstance(leaf, bytes) or len(leaf) != 32:
                raise l2zk.ProgramError("a leaf is 32 bytes, as sha256_leaf makes them")
        self._empty, self._levels = [EMPTY_LEAF], [given]
        for level in range(self.depth):
            above = {place >> 1 for place in self._levels[level]}
            self._levels.append(
                {place: _parent(self.node(level, 2 * place), self.node(level, 2 * place + 1)) for place in above}
            )
            self._empty.append(_parent(self._empty[-1], self._empty[-1]))

    @classmethod
    def of(cls, items: Sequence[bytes | str], depth: int | None = None) -> Sha256Tree:
        """The tree whose leaves are the digests of data, of bytes or of texts."""
        return cls([sha256_leaf(item) for item in items], depth)

    @property
    def root(self) -> str:
        """The root in hexadecimal digits."""
        return self.node(self.depth, 0).hex()

    def node(self, level: int, place: int) -> bytes:
        """A node: of level 0 a leaf, of level `depth` the root."""
        found = self._levels[level].get(place)
        return self._empty[level] if found is None else found

    def path(self, place: int) -> tuple[list[bytes], list[int]]:
        """The siblings of a leaf's path, from below, and the bits of its place, the least first."""
        self._check_place(place)
        siblings = [self.node(level, place >> level ^ 1) for level in range(self.depth)]
        return siblings, [place >> level & 1 for level in range(self.depth)]

    def columns(self, places: Sequence[int], name: str = "path") -> dict[str, Any]:
        """The columns of the paths of places, as g.sha256_paths.Paths under this name reads them."""
        return columns(name, self.depth, [(self.node(0, place), *self.path(place)) for place in places])

    def _check_place(self, place: int) -> None:
        if not 0 <= place < 1 << self.depth:
            raise l2zk.ProgramError(f"a tree of depth {self.depth} has the places 0 to 2^{self.depth} - 1, not {place}")


def _parent(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()
