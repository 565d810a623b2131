"""BLAKE3, grinding and the transcript of every instruction set against the blake3 package (PROTOCOL 5, 6.8).

H3 is the package's; a parent without ROOT, which it cannot show, is the compression in plain Python, and that
one is held against the package first.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
from blake3 import blake3
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from probes import probes
from reference.blake3_nodes import CHUNK_END, CHUNK_START, IV, PARENT, ROOT, compress, parent
from reference.transcript import Transcript

from l2zk import _core

P = 2**64 - 2**32 + 1
fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(60))


def words_of(seed, count):
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def u64(x):
    return x.to_bytes(8, "little")


def state_of(digest):
    return tuple(int.from_bytes(digest[4 * i : 4 * i + 4], "little") for i in range(8))


# The compression in plain Python is BLAKE3's.


def chunk_value(data, counter):
    """The chaining value of a chunk of 1024 bytes."""
    value = IV
    for block in range(16):
        flags = (CHUNK_START if block == 0 else 0) | (CHUNK_END if block == 15 else 0)
        value = state_of(compress(value, data[64 * block : 64 * block + 64], counter, 64, flags))
    return b"".join(word.to_bytes(4, "little") for word in value)


@pytest.mark.parametrize("length", [0, 1, 63, 64])
def test_the_plain_compression_is_the_one_of_blake3(length):
    data = bytes(range(length))
    found = compress(IV, data.ljust(64, b"\0"), 0, length, CHUNK_START | CHUNK_END | ROOT)
    assert found == blake3(data).digest()


# Bytes.


@pytest.mark.parametrize(
    "length", [*range(130), 191, 192, 193, *(1024 * k + d for k in range(1, 9) for d in (-1, 0, 1))]
)
def test_bytes(isa, length):
    data = words_of(length, length // 8 + 1).tobytes()[:length]
    assert _core.blake3(data) == blake3(data).digest()


CHUNK, SPAN = 1024, 16 * 32  # a span of chunks at most; the narrower an instruction set is, the shorter is its own


@pytest.mark.parametrize("chunks", [*range(9, 70), *(SPAN // part + d for part in (4, 2, 1) for d in (-1, 0, 1, 2))])
def test_long_bytes(isa, chunks):
    """Chunks in lanes: groups that are full or not, and subtrees of every height, with and without a neighbour."""
    data = words_of(chunks, chunks * CHUNK // 8 + 1).tobytes()
    for length in (chunks * CHUNK - 1, chunks * CHUNK, chunks * CHUNK + 1):
        assert _core.blake3(data[:length]) == blake3(data[:length]).digest(), length


@pytest.mark.parametrize("length", [1_000_003, 2**20 + 1, 2**22 - 1, 2**22, 5 * 2**20 + 77, 7 * SPAN * CHUNK])
def test_very_long_bytes(isa, length):
    """Several spans; from 4 MiB on the hash is made without the GIL."""
    data = words_of(length, length // 8 + 1).tobytes()[:length]
    assert _core.blake3(data) == blake3(data).digest()


def test_bytes_that_begin_anywhere(isa):
    data = words_of(3, 10_000).tobytes()
    for start in range(1, 65):
        assert _core.blake3(memoryview(data)[start:]) == blake3(data[start:]).digest()


def test_every_byte_of_a_long_message_counts(isa):
    data = bytearray(words_of(5, 9 * CHUNK).tobytes())
    digests = {_core.blake3(data)}
    for place in range(0, len(data), 509):
        data[place] ^= 1
        digests.add(_core.blake3(data))
        data[place] ^= 1
    assert len(digests) == 1 + len(range(0, len(data), 509))


def test_bytes_of_any_kind(isa):
    data = bytes(range(200))
    assert _core.blake3(bytearray(data)) == _core.blake3(memoryview(data)) == blake3(data).digest()
    assert _core.blake3(np.frombuffer(data, dtype=np.uint64)) == blake3(data).digest()


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 200, 1023, 1024, 1025, 2048, 7 * 1024 + 5, 2**19 + 3])
def test_bytes_with_a_key(isa, length):
    """A long one is hashed without the GIL here, too; a key has 32 bytes."""
    key, data = words_of(1, 4).tobytes(), words_of(length, length // 8 + 1).tobytes()[:length]
    assert (
        _core.blake3(data, key=key)
        == _core.blake3(memoryview(data), key=bytearray(key))
        == blake3(data, key=key).digest()
    )
    for wrong in (b"", key[:31], key + b"x"):
        with pytest.raises(ValueError, match="32 bytes"):
            _core.blake3(data, key=wrong)


@fixed
@given(data=st.binary(max_size=5000))
def test_any_bytes(isa, data):
    assert _core.blake3(data) == blake3(data).digest()


# Leaves.


def leaf_digests(columns):
    """The official hash of every row, padded with zeros to whole blocks (PROTOCOL 5.1)."""
    rows = np.ascontiguousarray(columns.T).astype("<u8")
    padding = bytes(-8 * len(columns) % 64)
    return [blake3(row.tobytes() + padding).digest() for row in rows]


def assert_leaves(words, n):
    columns = words_of((words, n), words * n).reshape(words, n)
    digests = probes.hash_columns_probe(columns)
    assert digests.shape == (n, 32)
    assert [bytes(row) for row in digests] == leaf_digests(columns), (words, n)


def test_leaves_of_any_width(isa):
    for words in range(1, 301):
        assert_leaves(words, 1 + 7 * words % 69)


@pytest.mark.parametrize("words", [1, 7, 8, 9, 127, 128, 129, 256, 257])
def test_any_number_of_leaves(isa, words):
    for n in range(1, 71):
        assert_leaves(words, n)


@pytest.mark.parametrize("words, n", [(2, 5000), (384, 33), (385, 64), (513, 17), (1000, 9), (2048, 3), (5000, 5)])
def test_many_and_long_leaves(isa, words, n):
    assert_leaves(words, n)


def test_extreme_words(isa):
    for value in (0, 1, 2**32 - 1, 2**32, 2**64 - 1):
        columns = np.full((9, 37), value, dtype=np.uint64)
        assert [bytes(row) for row in probes.hash_columns_probe(columns)] == leaf_digests(columns)


# Leaves with salts, and what salts and masks are drawn from.


@pytest.mark.parametrize("words", [1, 8, 9, 27, 128, 129, 300])
def test_salted_leaves(isa, words):
    for n in (1, 15, 16, 17, 31, 32, 33, 70):
        columns = words_of((words, n), words * n).reshape(words, n)
        salts = words_of((n, words), 2 * n).reshape(n, 2).view(np.uint8)
        rows = np.ascontiguousarray(columns.T).astype("<u8")
        padding = bytes(-8 * words % 64)
        keys = [salt.tobytes() + bytes(16) for salt in salts]
        expected = [blake3(row.tobytes() + padding, key=key).digest() for row, key in zip(rows, keys)]
        assert [bytes(row) for row in probes.hash_columns_probe(columns, salts)] == expected


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 33, 512])
def test_streams_are_the_extended_output_of_a_key(isa, count):
    seed = bytes(range(7, 39))
    for purpose, index, first in ((1, 0, 0), (3, 2, 5), (4, 2**32 + 7, 2**32 - 3)):
        expected = blake3(u64(purpose) + u64(index), key=seed).digest(length=64 * count, seek=64 * first)
        assert probes.stream_probe(seed, purpose, index, first, count).tobytes() == expected


# Nodes.


@pytest.mark.parametrize("n", [*range(1, 20), 31, 32, 33, 47, 48, 64, 65, 100])
def test_parents(isa, n):
    left, right = (words_of((n, side), 4 * n).view(np.uint8).reshape(n, 32) for side in (0, 1))
    expected = [parent(bytes(a), bytes(b)) for a, b in zip(left, right, strict=True)]
    assert [bytes(row) for row in probes.hash_parents_probe(left, right)] == expected


def test_a_parent_stands_inside_the_official_hash(isa):
    """Four chunks: the root is the compression of two parents, so the package vouches for both."""
    data = words_of(4, 512).tobytes()
    values = [np.frombuffer(chunk_value(data[1024 * i : 1024 * (i + 1)], i), dtype=np.uint8) for i in range(4)]
    nodes = probes.hash_parents_probe(np.array([values[0], values[2]]), np.array([values[1], values[3]]))
    assert compress(IV, bytes(nodes[0]) + bytes(nodes[1]), 0, 64, PARENT | ROOT) == blake3(data).digest()


# Grinding.


def least_nonce(prefix, first, count, bits):
    """By trying them all."""
    for nonce in range(first, first + count):
        digest = blake3(prefix + u64(nonce)).digest()
        if int.from_bytes(digest[:8], "little") % 2**bits == 0:
            return nonce
    return None


@pytest.mark.parametrize("bits", [0, 1, 2, 3, 5, 8, 10])
@pytest.mark.parametrize("first", [0, 1, 5, 2**32 - 3, 2**32, 2**33 - 1, 2**63])
def test_grinding_finds_the_least_nonce(isa, first, bits):
    prefix = words_of((first, bits), 6).tobytes()
    for count in (1, 2, 7, 31, 33, 64, 3000):
        expected = least_nonce(prefix, first, count, bits)
        assert probes.grind_probe(prefix, first, count, bits) == expected, count


@pytest.mark.parametrize("offset", range(70))
def test_grinding_looks_at_every_nonce_once_wherever_it_begins(isa, offset):
    """Only the last nonce of the range has the zeros: it is found, and no range without it finds one."""
    prefix = words_of(7, 6).tobytes()
    nonce = least_nonce(prefix, 200, 10**6, 9)
    assert nonce - 200 > 140
    assert probes.grind_probe(prefix, nonce - offset, offset + 1, 9) == nonce
    assert probes.grind_probe(prefix, nonce - offset - 1, offset + 1, 9) is None


def test_grinding_for_nothing_finds_nothing(isa):
    assert probes.grind_probe(bytes(48), 0, 0, 0) is None
    assert probes.grind_probe(bytes(48), 2**64 - 40, 40, 63) is None


# Transcript.


def words_by_hand(state, count):
    """The words that a state gives, whole blocks of four at a time."""
    blocks = [blake3(state + u64(2**64 - 1) + u64(b)).digest() for b in range((count + 3) // 4)]
    return [int.from_bytes(block[8 * i : 8 * i + 8], "little") for block in blocks for i in range(4)][:count]


def test_transcript_by_hand(isa):
    start = blake3(b"l2zk transcript 2").digest()
    message = b"root of a tree"
    after = blake3(start + u64(2) + u64(len(message)) + message).digest()
    found = probes.transcript_probe([(-1, 6), (2, message), (-1, 1), (-1, 9)])
    assert found == [words_by_hand(start, 6), words_by_hand(after, 1), words_by_hand(after, 10)[1:]]


@pytest.mark.parametrize("length", [0, 1, 8, 32, 463, 464, 465, 511, 512, 513, 976, 977, 5000])
def test_messages_of_any_length(isa, length):
    data = words_of(length, length // 8 + 1).tobytes()[:length]
    start = blake3(b"l2zk transcript 2").digest()
    state = blake3(start + u64(6) + u64(length) + data).digest()
    assert probes.transcript_probe([(6, data), (-1, 5)]) == [words_by_hand(state, 5)]


messages = st.one_of(st.tuples(st.integers(1, 7), st.binary(max_size=600)), st.tuples(st.just(-1), st.integers(0, 11)))


@fixed
@given(script=st.lists(messages, max_size=8))
def test_transcript_is_that_of_the_reference(isa, script):
    reference, expected = Transcript(), []
    for kind, content in script:
        if kind == -1:
            expected.append([reference.word() for _ in range(content)])
        else:
            reference.absorb(kind, content)
    assert probes.transcript_probe(script) == expected


@fixed
@given(n=st.integers(1, 40), words=st.integers(1, 40), seed=st.integers(0, 2**32))
def test_every_leaf_depends_on_its_own_row_alone(isa, n, words, seed):
    rng = random.Random(seed)
    columns = words_of(seed, words * n).reshape(words, n)
    before = probes.hash_columns_probe(columns)
    word, row = rng.randrange(words), rng.randrange(n)
    columns[word, row] ^= np.uint64(1 << rng.randrange(64))
    changed = np.flatnonzero((probes.hash_columns_probe(columns) != before).any(axis=1))
    assert changed.tolist() == [row]


# Challenges that have to be drawn again: they come by themselves once in 2^32 words, or 2^128 points.


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("beyond", [P, P + 1, 2**64 - 1])
def test_a_word_that_is_no_element_is_passed_over(isa, place, beyond):
    words = [P - 1, 0, 7]
    words.insert(place, beyond)
    for rule in ("", "outside F", "no bit"):
        assert probes.challenge_probe(words, rule) == (P - 1, 0, 7)


def test_a_point_of_the_field_is_drawn_again_where_it_must_lie_outside(isa):
    start = blake3(b"l2zk transcript 2").digest()
    following = words_by_hand(start, 2)
    assert max(following) < P
    assert probes.challenge_probe([5, 0, 0, 9]) == (5, 0, 0)
    assert probes.challenge_probe([5, 0, 0, 9], "outside F") == (9, *following)
    for point in ((5, 1, 0), (5, 0, 1), (0, P - 1, 0)):
        assert probes.challenge_probe([*point, 9], "outside F") == point


def test_a_bit_is_drawn_again_where_it_would_show_what_a_mask_hides(isa):
    following = words_by_hand(blake3(b"l2zk transcript 2").digest(), 2)
    for bit in (0, 1):
        assert probes.challenge_probe([bit, 0, 0, 9]) == (bit, 0, 0)
        assert probes.challenge_probe([bit, 0, 0, 9], "no bit") == (9, *following)
    for point in ((2, 0, 0), (P - 1, 0, 0), (0, 1, 0), (1, 0, 1)):
        assert probes.challenge_probe([*point, 9], "no bit") == point
