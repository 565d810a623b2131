"""Folds and values over K, by every instruction set, against Lagrange and Horner (PROTOCOL 6.6 to 6.9)."""

from __future__ import annotations

import numpy as np
import pytest
from field_by_hand import (
    P,
    fixed,
    k_add,
    k_horner,
    k_mul,
    k_sub,
    numbers,
    root,
    triples,
)
from hypothesis import given
from hypothesis import strategies as st
from probes import probes


def lagrange(points, values, x):
    """The polynomial over K through (point, value), points in F, at x in K."""
    total = (0, 0, 0)
    for i, y in enumerate(points):
        term = values[i]
        for j, z in enumerate(points):
            if j != i:
                term = k_mul(term, k_mul(k_sub(x, (z, 0, 0)), (pow(y - z, -1, P), 0, 0)))
        total = k_add(total, term)
    return total


def bit_reversed(items):
    """Item i where the bits of i, read backwards, say."""
    bits = len(items).bit_length() - 1
    return [items[int(f"{i:0{bits}b}"[::-1], 2) if bits else 0] for i in range(len(items))]


def fold_of(coefficients, arity, beta):
    """The fold of coefficients in natural order, in natural order."""
    columns = np.array(bit_reversed(coefficients), dtype=np.uint64).T
    folded = probes.fold_probe(columns, arity.bit_length() - 1, beta)
    return bit_reversed([tuple(c) for c in folded.T.tolist()])


BETAS = [(0, 0, 0), (1, 0, 0), (P - 1, 2**32, 2**63), (3, P - 1, 11)]


@pytest.mark.parametrize("arity", [2, 4, 8])
@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("n", [8, 16, 64])
def test_a_fold_is_interpolation(isa, n, arity, beta):
    """The members of a leaf lie at y*omega_a^t; the next word is their polynomial at beta (PROTOCOL 6.8)."""
    f = [tuple(numbers((n, arity, i).__repr__(), 3)) for i in range(n)]
    folded = fold_of(f, arity, beta)
    assert len(folded) == n // arity
    for j in range(n // arity + 2):
        y = pow(root(2 * n), j, P)
        points = [y * pow(root(arity), t, P) % P for t in range(arity)]
        members = [k_horner(f, (point, 0, 0)) for point in points]
        assert k_horner(folded, (pow(y, arity, P), 0, 0)) == lagrange(points, members, beta)


@pytest.mark.parametrize("arity", [1, 2, 4, 8])
@pytest.mark.parametrize("n", [8, 32, 64, 128, 1024])
def test_a_fold_takes_neighbours_together(isa, n, arity):
    """f = sum_i X^i f_i(X^a) folds to sum_i beta^i f_i."""
    f = [tuple(numbers((n, arity, i).__repr__(), 3)) for i in range(n)]
    for beta in BETAS:
        expected = [k_horner(f[i : i + arity], beta) for i in range(0, n, arity)]
        assert fold_of(f, arity, beta) == expected


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 63, 64, 65, 127, 128, 129, 200, 1000])
def test_evaluation(isa, count):
    coefficients = numbers(repr(count), count)
    for point in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (P - 1, P - 1, P - 1), (2**32, 17, 2**63)):
        assert probes.value_probe(coefficients, point) == k_horner([(c, 0, 0) for c in coefficients], point)


@fixed
@given(coefficients=st.lists(st.integers(0, P - 1), max_size=80), point=triples)
def test_evaluation_anywhere(isa, coefficients, point):
    assert probes.value_probe(coefficients, point) == k_horner([(c, 0, 0) for c in coefficients], point)
