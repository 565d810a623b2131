"""The kernels for columns of bits, by every instruction set, against Python integers and the kernels for any values."""

from __future__ import annotations

import random

import numpy as np
import pytest
from arrays_by_hand import elements, planar, total
from field_by_hand import P, k_add, numbers
from probes import probes

ODD_ONES = (P - 1, P - 1, P - 1)


def drawn_bits(seed, rows, columns):
    """Random columns, but for one of zeros and one of ones."""
    found = np.random.default_rng(seed).integers(0, 2, (columns, rows), dtype=np.uint64)
    found[0], found[-1] = 0, 1
    return found


@pytest.mark.parametrize("rows", [64, 128, 1024])
def test_bits_become_words(isa, rows):
    bits = drawn_bits(rows, rows, 3)
    for one in bits:
        expected = [sum(int(b) << i for i, b in enumerate(one[at : at + 64])) for at in range(0, rows, 64)]
        assert probes.pack_probe(one).tolist() == expected


@pytest.mark.parametrize("value", [2, 3, 2**32, P - 1])
@pytest.mark.parametrize("place", [0, 7, 63, 64, 191])
def test_what_is_no_bit_is_seen(isa, value, place):
    values = np.ones(192, dtype=np.uint64)
    values[place] = value
    assert probes.pack_probe(values) is None


@pytest.mark.parametrize("columns", [1, 2, 4, 5, 16])
def test_sums_of_the_weights_of_ones(isa, columns):
    weights, bits = elements(columns, 192), drawn_bits(columns, 192, columns)
    expected = [k_add(ODD_ONES, total(w for w, b in zip(weights, one, strict=True) if b)) for one in bits]
    assert probes.sum_bits_probe(planar(weights), bits, ODD_ONES) == expected


@pytest.mark.parametrize("sources", [1, 2, 16, 63])
def test_folds_of_bits(isa, sources):
    weights, bits, start = elements(sources, sources), drawn_bits(sources, 64, sources), elements(1, 64)
    expected = [
        k_add(x, total(w for w, b in zip(weights, row, strict=True) if b)) for x, row in zip(start, bits.T, strict=True)
    ]
    assert [tuple(x) for x in probes.fold_bits_probe(weights, bits, planar(start)).T.tolist()] == expected


def test_streams_of_bits_at_points(isa):
    weights = np.array(numbers("points", 16 * 16)).reshape(16, 16)
    bits = drawn_bits(1, 128, 16)
    table = [
        [sum(int(weights[p][8 * half + k]) for k in range(8) if byte >> k & 1) % P for p in range(16)]
        for half in range(2)
        for byte in range(256)
    ]
    expected = [[sum(int(w) for w, b in zip(of, row, strict=True) if b) % P for row in bits.T] for of in weights]
    assert probes.extend_bits_probe(bits, table).tolist() == expected


@pytest.mark.parametrize("log_n", [9, 10, 12, 13, 16])
def test_transforms_of_bits_are_those_of_values(isa, log_n):
    n, draw = 1 << log_n, random.Random(log_n)
    bits = drawn_bits(log_n, n, 2 if log_n > 13 else 5)
    shift = draw.choice([1, 7, P - 1, draw.randrange(1, P)])
    for length in (0, 1, 37):
        tails = [[draw.randrange(P) for _ in range(length)] for _ in bits] if length else ()
        found = probes.ntt_bits_probe(bits, log_n, shift, tails)
        for i, one in enumerate(bits):
            expected = probes.ntt_probe(one, log_n, shift, tails[i] if length else (), 1)
            assert np.array_equal(found[i], expected), (i, length)
