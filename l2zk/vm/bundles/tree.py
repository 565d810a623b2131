"""Tree: the root over the proofs of a bundle, and the path that leads from one of them to it (PROTOCOL 14.2).

    leaf = H₃(LEAF ‖ index ‖ H₃(header) ‖ H₃(body)),  node = H₃(NODE ‖ left ‖ right),  root = H₃(ROOT ‖ count ‖ top)

Invariant: leaves, nodes and roots begin with different words, and the root has the number of leaves in it, so that no
digest of one kind is one of another, and no other list of proofs has the same root.
"""

from __future__ import annotations

from collections.abc import Sequence

from l2zk._core import blake3

LEAF, NODE, ROOT = b"l2zk bundle leaf", b"l2zk bundle node", b"l2zk bundle root"
DIGEST = 32  # bytes


def leaf(index: int, header: bytes, body: bytes) -> bytes:
    """The digest of a proof in its place, from the hashes of its header and of its body."""
    return blake3(LEAF + index.to_bytes(8, "little") + header + body)


def node(left: bytes, right: bytes) -> bytes:
    """The digest of two that stand side by side."""
    return blake3(NODE + left + right)


def root(count: int, top: bytes) -> bytes:
    """The root over so many leaves."""
    return blake3(ROOT + count.to_bytes(8, "little") + top)


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All digests, from the leaves up to the one on top; the last of an odd number goes up as it is."""
    found = [list(leaves)]
    while len(found[-1]) > 1:
        below = found[-1]
        above = [node(left, right) for left, right in zip(below[::2], below[1::2])]
        found.append(above + below[2 * len(above) :])
    return found


def path(tree: Sequence[Sequence[bytes]], index: int) -> tuple[bytes, ...]:
    """What stands beside the way from a leaf up, lowest first; nothing where a last one goes up as it is."""
    beside = []
    for level in tree[:-1]:
        if index ^ 1 < len(level):
            beside.append(level[index ^ 1])
        index >>= 1
    return tuple(beside)


def path_length(index: int, count: int) -> int:
    """The digests of the path from this one of so many leaves."""
    length = 0
    while count > 1:
        length += index ^ 1 < count
        index, count = index >> 1, (count + 1) >> 1
    return length


def climbed(digest: bytes, index: int, count: int, beside: Sequence[bytes]) -> bytes:
    """The root to which the path of a leaf leads; `beside` has as many digests as `path_length` says."""
    others, left = iter(beside), count
    while left > 1:
        if index ^ 1 < left:
            other = next(others)
            digest = node(other, digest) if index & 1 else node(digest, other)
        index, left = index >> 1, (left + 1) >> 1
    return root(count, digest)


class Climbing:
    """The root over leaves that come one by one; of a subtree that is whole its top alone is kept."""

    def __init__(self) -> None:
        self.count = 0
        self._tops: list[bytes] = []

    def add(self, digest: bytes) -> None:
        """The next leaf."""
        whole = self.count
        while whole & 1:
            digest = node(self._tops.pop(), digest)
            whole >>= 1
        self._tops.append(digest)
        self.count += 1

    def root(self) -> bytes:
        """The root over the leaves so far, of which there is one at least."""
        *others, top = self._tops
        for other in reversed(others):
            top = node(other, top)
        return root(self.count, top)
