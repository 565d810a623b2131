"""The parts of the verifier in C one by one, against Python's integers, the `blake3` package and the twin."""

from __future__ import annotations

import ctypes
import itertools
import random
from math import isqrt
from typing import Any

import pytest
from blake3 import blake3
from c_verifier import PORTABLE, WIDE, library
from field_by_hand import EDGES, products_at_the_edges
from reference import parameters as twin_parameters
from reference.algebra import K, P
from reference.bits import log_below, proven_bits, proven_together
from reference.blake3_nodes import parent
from reference.demand import Challenge, Demand
from reference.options import PRESETS, NoShape, Options
from reference.sizes import choose
from reference.transcript import Kind, Refused, Transcript
from reference.tree import leaf_digest

RNG = random.Random(3)


@pytest.fixture(scope="module", params=[WIDE, PORTABLE], ids=["wide", "portable"])
def probe(request: pytest.FixtureRequest) -> Any:
    """The verifier's functions, with a wide integer of the compiler's and without."""
    return library(request.param)


def words(values: list[int]) -> Any:
    return (ctypes.c_uint64 * len(values))(*values)


def halves(x: int) -> tuple[Any, Any]:
    return ctypes.c_uint64(x >> 64), ctypes.c_uint64(x % 2**64)


def test_the_field(probe: Any) -> None:
    """Sums, differences, products, inverses, at the values where carries change."""
    numbers = [x for x in EDGES if x < P] + [RNG.randrange(P) for _ in range(40)]
    a, b = (list(side) for side in zip(*itertools.product(numbers, numbers), *products_at_the_edges("c")))
    inverses = [pow(x, -1, P) if x else 0 for x in a]
    expected = (
        [(x + y) % P for x, y in zip(a, b)],
        [(x - y) % P for x, y in zip(a, b)],
        [x * y % P for x, y in zip(a, b)],
    )
    for kind, right in enumerate((*expected, inverses)):
        result = words([0] * len(a))
        probe.probe_field(kind, words(a), words(b), result, ctypes.c_size_t(len(a)))
        assert list(result) == right, kind


def test_the_extension(probe: Any) -> None:
    numbers = [x for x in EDGES if x < P]
    a = [K(*(RNG.choice((RNG.choice(numbers), RNG.randrange(P))) for _ in range(3))) for _ in range(300)]
    a += [K(1, 2, 3), *(K(*other) for other in ((1, 2, 4), (1, 4, 3), (4, 2, 3), (1, 2, 3)))]
    b = [*a[:-5][::-1], *[K(1, 2, 3)] * 5]
    one = K(1)
    expected = (
        [x + y for x, y in zip(a, b)],
        [x - y for x, y in zip(a, b)],
        [x * y for x, y in zip(a, b)],
        [x.inverse() if x != 0 else K(0) for x in a],
        [x * y + (one - x) * (one - y) for x, y in zip(a, b)],
        [K(x == y) for x, y in zip(a, b)],
    )
    sides = [words([c for x in side for c in x.c]) for side in (a, b)]
    for kind, right in enumerate(expected):
        result = words([0] * (3 * len(a)))
        probe.probe_extension(kind, *sides, result, ctypes.c_size_t(len(a)))
        assert list(result) == [c for x in right for c in x.c], kind


def test_products_of_words(probe: Any) -> None:
    numbers = [0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1, *(RNG.randrange(2**64) for _ in range(20))]
    for x, y in itertools.product(numbers, numbers):
        result = words([0, 0])
        probe.probe_multiply(ctypes.c_uint64(x), ctypes.c_uint64(y), result)
        assert result[0] + (result[1] << 64) == x * y


def test_wide_numbers(probe: Any) -> None:
    """Logarithms are the twin's; roots and quotients are rounded up."""
    numbers = [
        1,
        2,
        3,
        2**63,
        2**64,
        2**64 + 1,
        2**126,
        *(RNG.randrange(1, 2 ** RNG.randrange(1, 127)) for _ in range(300)),
    ]
    for x in numbers:
        assert probe.probe_log(*halves(x)) == log_below(x)
        if x < 2**100:
            assert probe.probe_root(*halves(x)) == isqrt(x - 1) + 1
        for divisor in (1, 3, 2**32 - 1, RNG.randrange(1, 2**32)):
            result = words([0, 0])
            probe.probe_over(*halves(x), ctypes.c_uint64(divisor), result)
            assert result[0] + (result[1] << 64) == -(-x // divisor)


def some_demand() -> Demand:
    """Of vectors up to the longest, with degrees up to the largest."""

    def challenge() -> Challenge:
        degree = RNG.randrange(1, 2 ** RNG.choice((3, 10, 40, 56)))
        return Challenge("", degree, degree * RNG.randrange(1, 20))

    entries = RNG.randrange(1, 2 ** RNG.randrange(1, 31))
    claims = RNG.randrange(1, 2 ** RNG.choice((3, 8, 24)))
    return Demand(entries, claims, RNG.randrange(1, 31), tuple(challenge() for _ in range(RNG.randrange(1, 9))))


def test_shapes(probe: Any) -> None:
    """The search at every length, preset, rate, grinding and target finds the twin's shape and its bits."""
    found = 0
    for _ in range(60):
        asked, rate, queries = some_demand(), RNG.randrange(5), RNG.choice((0, 0, 0, 1, 80))
        security = RNG.choice((1, 81, 82, 100, 127, 128))
        grinding, hiding = RNG.choice((0, 16, 32)), RNG.random() < 0.5
        options = Options(RNG.choice(tuple(PRESETS)), rate, security, grinding, hiding, queries, True)
        try:
            shape = choose(asked, options)
        except NoShape:
            expected = None
        else:
            bits = [of(shape, asked, security) for of in (proven_bits, proven_together)]
            expected = [*shape.numbers(), *bits]
        degrees = words([x for one in asked.challenges for x in (one.degree, one.together)])
        result, numbers = words([0] * 32), words([asked.entries, asked.claims, asked.log_rows])
        has = probe.probe_shape(numbers, degrees, len(asked.challenges), options.to_bytes(), result)
        assert (list(result)[: len(expected)] if expected else None) == expected and bool(has) == bool(expected)
        found += bool(has)
    assert found > 40


# Hashes


def test_blake3() -> None:
    """Of every length up to three chunks, and of chunks in trees that are not full."""
    data = RNG.randbytes(20 * 1024)
    for length in (*range(1100), 2047, 2048, 2049, 3072, 3073, 5 * 1024, 7 * 1024 + 1, 16 * 1024, 20 * 1024):
        digest = ctypes.create_string_buffer(32)
        library(WIDE).l2zk_hash(data[:length], ctypes.c_size_t(length), digest)
        assert digest.raw == blake3(data[:length]).digest(), length


def test_leaves_and_parents(probe: Any) -> None:
    for length in (8, 56, 64, 72, 1024, 1280, 2100):
        leaf, salt, digest = RNG.randbytes(length), RNG.randbytes(16), ctypes.create_string_buffer(32)
        probe.probe_leaf(leaf, ctypes.c_size_t(length), None, digest)
        assert digest.raw == leaf_digest(leaf)
        probe.probe_leaf(leaf, ctypes.c_size_t(length), salt, digest)
        assert digest.raw == leaf_digest(leaf + salt, 16)
    left, right, digest = RNG.randbytes(32), RNG.randbytes(32), ctypes.create_string_buffer(32)
    probe.probe_parent(left, right, digest)
    assert digest.raw == parent(left, right)


def test_the_transcript(probe: Any) -> None:
    for length in (0, 24, 1000):
        data, result, count = RNG.randbytes(length), words([0] * 40), 10
        probe.probe_transcript(ctypes.c_uint64(Kind.Q), data, ctypes.c_size_t(length), result, ctypes.c_size_t(count))
        twin = Transcript()
        twin.absorb(Kind.Q, data)
        assert list(result) == [c for _ in range(count) for c in twin.draw("").c] + [twin.word() for _ in range(count)]


# Texts and parameters


def test_texts(probe: Any) -> None:
    """UTF-8 as Python reads it: every pair of bytes, and the edges of longer ones."""
    edges = (0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xF5)
    pairs = [bytes(pair) for pair in itertools.product(range(0, 256, 3), edges)]
    for data in [
        *pairs,
        *map(bytes, itertools.product(edges, repeat=3)),
        *map(bytes, itertools.product((0xF0, 0xF4), edges, edges, edges)),
    ]:
        try:
            legal = bool(data.decode()) or True
        except UnicodeDecodeError:
            legal = False
        assert bool(probe.probe_text(data, ctypes.c_size_t(len(data)))) == legal, data


def a_value(depth: int) -> twin_parameters.Value:
    kinds = [None, True, False, 0, -1, 2**64, RNG.randrange(-999, 999), "text", "", b"", b"\0\1", ()]
    if depth and RNG.random() < 0.4:
        return tuple(a_value(depth - 1) for _ in range(RNG.randrange(4)))
    return RNG.choice(kinds)


def nested(depth: int) -> twin_parameters.Value:
    return (nested(depth - 1),) if depth else None


def test_parameters(probe: Any) -> None:
    """Those that the twin reads, and no others."""
    made = [twin_parameters.encode([(f"n{i}", a_value(4)) for i in range(RNG.randrange(5))]) for _ in range(60)]
    made += [twin_parameters.encode([("a", nested(depth))]) for depth in (15, 16, 17)]
    made += [twin_parameters.encode([("a", 1), ("a", 2)]), twin_parameters.encode([("a", (None,) * 2**16)])]
    made += [twin_parameters.encode([("a", (None,) * (2**16 - 1))]), b"", b"\1\0", b"\0\0\0"]
    for data in list(made[:60]):
        for _ in range(20):
            bent = bytearray(data)
            bent[RNG.randrange(len(bent))] = RNG.choice((0, 1, 3, 4, 6, 7, 255))
            made.append(bytes(bent))
    legal = 0
    for data in made:
        try:
            twin_parameters.decode(data)
            expected = True
        except Refused:
            expected = False
        assert bool(probe.probe_parameters(data, ctypes.c_size_t(len(data)))) == expected, data[:80]
        legal += expected
    assert 60 < legal < len(made) - 60
