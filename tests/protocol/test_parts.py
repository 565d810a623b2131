"""The twin's fields, hashes, trees and transcript against hand calculation (PROTOCOL 2, 5)."""

from __future__ import annotations

import random

import pytest
from blake3 import blake3
from reference import blake3_nodes, tree
from reference.algebra import K, P, horner, root, transformed, values_on
from reference.transcript import Kind, Transcript, u64

# Fields


def test_roots_of_unity() -> None:
    assert root(2**32) == 0x185629DCDA58878C
    assert root(64) == 2**39
    assert root(8) == P - 2**24
    assert all(root(2 * m) ** 2 % P == root(m) for m in (1, 2, 4, 2**20))
    assert all(pow(7, (P - 1) // q, P) != 1 for q in (2, 3, 5, 17, 257, 65537))


def test_extension_by_hand() -> None:
    assert K(0, 1) ** 3 == K(1, 1)
    # (1 + 2 φ + 3 φ²)·(4 + 5 φ + 6 φ²) = 4 + 13 φ + 28 φ² + 27 φ³ + 18 φ⁴
    assert K(1, 2, 3) * K(4, 5, 6) == K(4 + 27, 13 + 27 + 18, 28 + 18)


def test_the_extension_is_a_field() -> None:
    rng = random.Random(1)
    for _ in range(50):
        a, b, c = (K(*(rng.randrange(P) for _ in range(3))) for _ in range(3))
        assert a * (b * c) == (c * a) * b
        assert a * (b + c) == a * b - (-(a * c))
        assert b * a.c[0] == b * K(a.c[0])
        assert a * a.inverse() == 1 == a ** (P**3 - 1)
    with pytest.raises(ZeroDivisionError):
        K(0).inverse()


@pytest.mark.parametrize("m", [1, 2, 8, 64])
def test_a_transform_is_evaluation(m: int) -> None:
    rng = random.Random(m)
    f = [rng.randrange(P) for _ in range(m)]
    omega = root(m)
    assert transformed(f, omega) == [sum(c * pow(omega, i * j, P) for i, c in enumerate(f)) % P for j in range(m)]
    points = [7 * pow(root(2 * m), j, P) % P for j in range(2 * m)]
    assert values_on(f, 2 * m) == [horner([K(c) for c in f], x).c[0] for x in points]


# Hashes and trees


def blake3_from_compressions(data: bytes) -> bytes:
    """The whole of BLAKE3, from the compression function of the twin."""
    chunks = [data[i : i + 1024] for i in range(0, len(data), 1024)] or [b""]
    values = []
    for counter, chunk in enumerate(chunks):
        blocks, value = [chunk[i : i + 64] for i in range(0, len(chunk), 64)] or [b""], blake3_nodes.IV
        for i, block in enumerate(blocks):
            flags = blake3_nodes.CHUNK_START * (i == 0) + blake3_nodes.CHUNK_END * (i == len(blocks) - 1)
            flags += blake3_nodes.ROOT * (i == len(blocks) - 1 and len(chunks) == 1)
            digest = blake3_nodes.compress(value, block.ljust(64, b"\0"), counter, len(block), flags)
            value = tuple(int.from_bytes(digest[k : k + 4], "little") for k in range(0, 32, 4))
        values.append(digest)

    def join(nodes: list[bytes], top: bool) -> bytes:
        if len(nodes) == 1:
            return nodes[0]
        left = 1 << (len(nodes) - 1).bit_length() - 1
        pair = join(nodes[:left], False), join(nodes[left:], False)
        if not top:
            return blake3_nodes.parent(*pair)
        return blake3_nodes.compress(blake3_nodes.IV, b"".join(pair), 0, 64, blake3_nodes.PARENT | blake3_nodes.ROOT)

    return join(values, True)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, 3072, 3073, 5120, 7168, 8193])
def test_compression_against_the_official_hash(length: int) -> None:
    data = bytes(i % 251 for i in range(length))
    assert blake3_from_compressions(data) == blake3(data).digest()


def test_tree_of_four_by_hand() -> None:
    leaves = [bytes([i]) * 70 for i in range(4)]
    d = [blake3(leaf + bytes(58)).digest() for leaf in leaves]
    node = blake3_nodes.parent
    assert tree.Tree(leaves).root == node(node(d[0], d[2]), node(d[1], d[3]))
    assert tree.Tree(leaves[:1]).root == d[0]
    assert tree.Tree(leaves).open([1]) == [d[3], node(d[0], d[2])]


def test_a_salt_is_a_key() -> None:
    leaf, salt = bytes(range(64)), bytes(range(16))
    assert tree.leaf_digest(leaf + salt, 16) == blake3(leaf, key=salt + bytes(16)).digest()


@pytest.mark.parametrize("m", [1, 2, 4, 8])
def test_every_opening_of_small_trees(m: int) -> None:
    leaves = [bytes([i]) for i in range(m)]
    grown = tree.Tree(leaves)
    for subset in range(1, 2**m):
        J = [i for i in range(m) if subset >> i & 1]
        digests = grown.open(J)
        assert tree.root_of({j: leaves[j] for j in J}, m, digests) == grown.root
        assert tree.root_of(dict.fromkeys(J, b"x"), m, digests) != grown.root
        for i in range(len(digests)):
            changed = [*digests[:i], bytes(32), *digests[i + 1 :]]
            assert tree.root_of({j: leaves[j] for j in J}, m, changed) != grown.root


# The transcript


def test_transcript_by_hand() -> None:
    t = Transcript()
    state = blake3(b"l2zk transcript 2").digest()
    t.absorb(Kind.ROOT, b"root")
    state = blake3(state + u64(2) + u64(4) + b"root").digest()
    assert t.state == state
    blocks = [blake3(state + b"\xff" * 8 + u64(b)).digest() for b in range(3)]
    words = [int.from_bytes(block[i : i + 8], "little") for block in blocks for i in (0, 8, 16, 24)]
    assert all(w < P for w in words)  # so that nothing is drawn again
    assert [t.draw("alpha"), t.draw("x")] == [K(*words[:3]), K(*words[3:6])]
    assert t.points(2, 1024) == sorted({w % 1024 for w in words[6:8]})
    t.absorb(Kind.NONCE, b"")
    assert not t.words and t.block == 0
    assert [name for name, _ in t.log] == [Kind.ROOT, "alpha", "x", "queries", Kind.NONCE]


def test_what_is_no_element_or_refused_is_drawn_again() -> None:
    t = Transcript()
    t.words = [P, 2**64 - 1, P - 1]
    assert t.base() == P - 1
    t.words = [5, 0, 0, 5, 6, 0]
    assert t.draw("x", lambda x: x.in_base) == K(5, 6)


def test_work_is_the_lowest_bits_of_the_state() -> None:
    t = Transcript()
    for nonce in range(64):
        state = int.from_bytes(blake3(t.state + u64(17) + u64(8) + u64(nonce)).digest()[:8], "little")
        assert [t.ground(nonce, bits) for bits in range(8)] == [state % 2**bits == 0 for bits in range(8)]
