"""The slow twin's fields, hashes, trees, transcript and bytes against hand calculation (PROTOCOL 2, 5, 8)."""

import random
from contextlib import suppress

import pytest
from air_by_hand import TOY, F, K, P
from blake3 import blake3
from reference import (
    GOLDILOCKS,
    Options,
    Transcript,
    blake3_nodes,
    header,
    tree,
)
from reference.field import evaluate_extension_on, evaluate_on, horner, interpolate, interpolate_extension, ntt
from reference.transcript import u64

# 2 Fields


def test_roots_of_unity():
    assert F.root(2**32) == 0x185629DCDA58878C
    assert F.root(64) == 2**39
    assert F.root(8) == P - 2**24
    assert all(F.root(2 * m) ** 2 % P == F.root(m) for m in (1, 2, 4, 2**20))
    assert all(pow(7, (P - 1) // q, P) != 1 for q in (2, 3, 5, 17, 257, 65537))


def test_extension_by_hand():
    phi = (0, 1, 0)
    assert K.pow(phi, 3) == (1, 1, 0)
    # (1 + 2 x + 3 x^2) (4 + 5 x + 6 x^2) = 4 + 13 x + 28 x^2 + 27 x^3 + 18 x^4
    assert K.mul((1, 2, 3), (4, 5, 6)) == (4 + 27, 13 + 27 + 18, 28 + 18)
    assert TOY.K.mul((1, 2), (3, 4)) == (3 + 24 - 17, 10)


@pytest.mark.parametrize("field", [GOLDILOCKS, TOY])
def test_fields_are_fields(field):
    rng = random.Random(1)

    def draw():
        return tuple(rng.randrange(field.F.p) for _ in range(field.degree))

    for _ in range(50):
        a, b, c = draw(), draw(), draw()
        k = field.K
        assert k.mul(a, k.mul(b, c)) == k.mul(k.mul(c, a), b)
        assert k.mul(a, k.add(b, c)) == k.sub(k.mul(a, b), k.neg(k.mul(a, c)))
        assert k.scale(a[0], b) == k.mul(k.embed(a[0]), b)
        if any(a):
            assert k.mul(a, k.inv(a)) == k.embed(1) == k.pow(a, field.order - 1)
    with pytest.raises(ZeroDivisionError):
        field.K.inv(field.K.zero)


@pytest.mark.parametrize("m", [1, 2, 8, 64])
def test_ntt_is_evaluation(m):
    rng = random.Random(m)
    f = [rng.randrange(P) for _ in range(m)]
    omega = F.root(m)
    naive = [sum(c * pow(omega, i * j, P) for i, c in enumerate(f)) % P for j in range(m)]
    assert ntt(F, f, omega) == naive
    shifted = evaluate_on(F, f, 2 * m, 7)
    assert shifted == [horner(F, f, 7 * pow(F.root(2 * m), j, P) % P) for j in range(2 * m)]
    assert interpolate(F, shifted, 7) == f + [0] * m
    g = [(c, 1, 2) for c in f]
    assert interpolate_extension(GOLDILOCKS, evaluate_extension_on(GOLDILOCKS, g, m, 7), 7) == g


# 5 Hashing, trees, transcript


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

    def join(nodes, root):
        if len(nodes) == 1:
            return nodes[0]
        left = 1 << (len(nodes) - 1).bit_length() - 1
        pair = join(nodes[:left], False), join(nodes[left:], False)
        if not root:
            return blake3_nodes.parent(*pair)
        top = blake3_nodes.PARENT | blake3_nodes.ROOT
        return blake3_nodes.compress(blake3_nodes.IV, b"".join(pair), 0, 64, top)

    return join(values, True)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, 3072, 3073, 5120, 7168, 8193])
def test_compression_against_the_official_hash(length):
    data = bytes(i % 251 for i in range(length))
    assert blake3_from_compressions(data) == blake3(data).digest()


def test_tree_of_four_by_hand():
    leaves = [bytes([i]) * 70 for i in range(4)]
    d = [blake3(leaf + bytes(58)).digest() for leaf in leaves]
    node = blake3_nodes.parent
    assert tree.Tree(leaves).root == node(node(d[0], d[2]), node(d[1], d[3]))
    assert tree.Tree(leaves[:1]).root == d[0]
    assert tree.Tree(leaves).open([1]) == [d[3], node(d[0], d[2])]


@pytest.mark.parametrize("m", [1, 2, 4, 8])
def test_every_opening_of_small_trees(m):
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


def test_transcript_by_hand():
    t = Transcript(GOLDILOCKS)
    state = blake3(b"l2zk transcript 1").digest()
    t.absorb(2, b"root")
    state = blake3(state + u64(2) + u64(4) + b"root").digest()
    assert t.state == state
    blocks = [blake3(state + b"\xff" * 8 + u64(b)).digest() for b in range(3)]
    words = [int.from_bytes(block[i : i + 8], "little") for block in blocks for i in (0, 8, 16, 24)]
    assert all(w < P for w in words)  # so that nothing is drawn again
    assert [t.challenge("alpha"), t.point("zeta")] == [tuple(words[:3]), tuple(words[3:6])]
    assert t.queries(2, 1024) == [w % 1024 for w in words[6:8]]
    t.absorb(7, b"")
    assert not t.words and t.block == 0
    assert [entry[0] for entry in t.log] == [2, "alpha", "zeta", "queries", 7]


def test_transcript_draws_again_above_p():
    t = Transcript(GOLDILOCKS)
    t.words = [P, 2**64 - 1, P - 1]
    assert t.draw_base() == P - 1
    t.words = [5, 0, 0, 5, 6, 0]
    assert t.point("zeta") == (5, 6, 0)


def test_given_challenges_replace_drawn_ones():
    by_name = Transcript(GOLDILOCKS, {"alpha": (1, 2, 3)})
    assert by_name.challenge("alpha") == (1, 2, 3) != by_name.challenge("zeta")
    in_order = Transcript(TOY, [(1, 2), (3, 4), [5]])
    assert [in_order.challenge("a"), in_order.point("b"), in_order.queries(1, 8)] == [(1, 2), (3, 4), [5]]
    with pytest.raises(ValueError):
        in_order.challenge("c")


# 8 Bytes


def test_parameters_encode_and_decode():
    fields = [("a", None), ("b", True), ("c", -300), ("d", 0), ("e", "\xe9"), ("f", b"\1"), ("g", (1, (False, "")))]
    data = header.encode_parameters(fields)
    assert header.decode_parameters(data) == fields
    assert header.encode_value(-300) == bytes([3, 1, 2, 0, 44, 1])
    for end in range(len(data)):
        with pytest.raises(header.FormatError):
            header.decode_parameters(data[:end])
    deep = b"\6\1\0\0\0" * 40 + b"\0"
    for bad in (b"\3\1\0\0", b"\3\0\1\0\0", b"\3\2\1\0\1", b"\7", b"\4\1\0\0\0\xff", deep):
        with pytest.raises(header.FormatError):
            header.decode_parameters(b"\1\0\1a" + bad)


def test_options_bytes():
    options = Options(queries=300, rows_per_leaf=4, allow_insecure=1)
    assert options.to_bytes() == bytes([3, 128, 0, 16, 3, 8, 3, 0, 44, 1, 1, 0, 0, 0, 0, 0])
    for i in range(16):
        for byte in range(256):
            data = bytearray(options.to_bytes())
            data[i] = byte
            with suppress(ValueError):
                assert Options.from_bytes(bytes(data)).to_bytes() == data
