"""Trees over leaves of bytes: the children of node j are j and j + m/2 of the level below (PROTOCOL 5)."""

from collections.abc import Iterable, Mapping, Sequence

from blake3 import blake3

from .blake3_nodes import parent


def h3(data: bytes) -> bytes:
    """The official 32-byte BLAKE3 hash."""
    return blake3(data).digest()


def leaf_digest(leaf: bytes, salt_length: int = 0) -> bytes:
    """H3 of the leaf, padded with zeros to a multiple of 64 bytes; the salt at its end is the key (PROTOCOL 5.1)."""
    salt = leaf[len(leaf) - salt_length :]
    leaf = leaf[: len(leaf) - salt_length]
    padded = leaf + bytes(-len(leaf) % 64)
    return blake3(padded, key=salt + bytes(32 - salt_length)).digest() if salt_length else h3(padded)


class Tree:
    """All levels of digests, m, m/2, ... 1 (PROTOCOL 5.2)."""

    def __init__(self, leaves: Sequence[bytes], salt_length: int = 0):
        level = [leaf_digest(leaf, salt_length) for leaf in leaves]
        self.levels = [level]
        while len(level) > 1:
            half = len(level) // 2
            level = [parent(level[j], level[j + half]) for j in range(half)]
            self.levels.append(level)

    @property
    def root(self) -> bytes:
        return self.levels[-1][0]

    def open(self, indices: Iterable[int]) -> list[bytes]:
        """What a multi-opening of this set of leaves lists (PROTOCOL 5.3)."""
        return [self.levels[depth][j] for depth, j in siblings(indices, len(self.levels[0]))]


def siblings(indices: Iterable[int], m: int) -> list[tuple[int, int]]:
    """The (level, node) pairs whose digests a multi-opening lists, in its order (PROTOCOL 5.3)."""
    known, depth, listed = set(indices), 0, []
    while m > 1:
        half = m // 2
        parents = {i % half for i in known}
        for j in sorted(parents):
            if (j in known) != (j + half in known):
                listed.append((depth, j + half if j in known else j))
        known, m, depth = parents, half, depth + 1
    return listed


def root_of(leaves: Mapping[int, bytes], m: int, digests: Sequence[bytes], salt_length: int = 0) -> bytes:
    """The root that these opened leaves (by index) and the listed digests lead to."""
    known, rest = {j: leaf_digest(leaf, salt_length) for j, leaf in leaves.items()}, iter(digests)
    while m > 1:
        half, above = m // 2, {}
        for j in sorted({i % half for i in known}):
            left = known[j] if j in known else next(rest)
            right = known[j + half] if j + half in known else next(rest)
            above[j] = parent(left, right)
        known, m = above, half
    return known[0]
