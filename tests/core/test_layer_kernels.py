"""Sums of fractions and the rounds of their layers, by every instruction set, in Python integers (PROTOCOL 6.3)."""

from __future__ import annotations

import pytest
from arrays_by_hand import elements, planar, rises, total
from field_by_hand import P, k_add, k_mul, k_sub, numbers
from probes import probes

COUNTS = [1, 2, 4, 8, 64, 128, 256]
"""Pairs that are summed up together: fewer than a vector has, and up to a whole block."""
R, LAMBDA = (3, P - 1, 11), (P - 1, 2**32, 2**63)


def numerators(seed, count, in_base):
    values = elements(seed, count)
    return [(x[0], 0, 0) for x in values] if in_base else values


def layer(seed, count, in_base):
    """p0, q1, q0 and p1."""
    return [numerators((seed, k), count, in_base and k in (0, 3)) for k in range(4)]


def product(p0, q1, q0, u):
    return k_add(k_mul(p0, q1), k_mul(q0, u))


def joined(arrays, lambda_):
    p0, q1, q0, p1 = arrays
    return [p0, q1, q0, [k_add(p, k_mul(lambda_, q)) for p, q in zip(p1, q1, strict=True)]]


def bound(values, r):
    return [k_add(low, k_mul(r, rise)) for low, rise in zip(values, rises(values), strict=False)]


def weighed(eq, arrays):
    return total(k_mul(weight, product(*at)) for weight, *at in zip(eq, *arrays, strict=True))


def triples(array):
    return [tuple(x) for x in array.T.tolist()]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("in_base", [False, True])
def test_the_first_round_of_a_layer(isa, count, in_base):
    arrays, eq = layer(count, 2 * count, in_base), elements((count, 5), count)
    expected = weighed(eq, [rises(values) for values in joined(arrays, LAMBDA)])
    assert probes.layer_first_probe([planar(a) for a in arrays], planar(eq), LAMBDA, in_base) == expected


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("in_base", [False, True])
@pytest.mark.parametrize("lambda_", [None, LAMBDA])
def test_a_layer_is_folded(isa, count, in_base, lambda_):
    """The arrays that are left, and the next round of them."""
    arrays, eq = layer(count, 4 * count, in_base and lambda_ is not None), elements((count, 5), count)
    expected = [bound(values, R) for values in (joined(arrays, lambda_) if lambda_ else arrays)]
    folded, sums = probes.layer_fold_probe(
        [planar(a) for a in arrays], planar(eq), R, lambda_, in_base and lambda_ is not None
    )
    assert [triples(array) for array in folded] == expected
    lower = [values[:count] for values in expected]
    assert sums == [weighed(eq, lower), weighed(eq, [rises(values) for values in expected])]


@pytest.mark.parametrize("count", [8, 64, 256])
def test_the_sums_of_a_round(isa, count):
    arrays, eq = layer(count, 2 * count, False), elements((count, 5), count)
    expected = joined(arrays, LAMBDA)
    u, sums = probes.layer_sums_probe([planar(a) for a in arrays], planar(eq), LAMBDA)
    assert triples(u) == expected[3]
    lower = [values[:count] for values in expected]
    assert sums == [weighed(eq, lower), weighed(eq, [rises(values) for values in expected])]


@pytest.mark.parametrize("count", [1, 7, 8, 65])
@pytest.mark.parametrize("in_base", [False, True])
def test_fractions_are_added(isa, count, in_base):
    sides = [(numerators((count, h), count, in_base), elements((count, h, "q"), count)) for h in range(2)]
    (p0, q0), (p1, q1) = sides
    p, q = probes.join_probe(*([planar(a) for a in side] for side in sides), in_base)
    cross = [k_add(k_mul(a, d), k_mul(c, b)) for a, b, c, d in zip(p0, q0, p1, q1, strict=True)]
    assert triples(p) == cross
    assert triples(q) == [k_mul(a, b) for a, b in zip(q0, q1, strict=True)]


@pytest.mark.parametrize("count", [1, 8, 77])
@pytest.mark.parametrize("terms", [1, 3, 8])
def test_terms_are_added(isa, count, terms):
    start, factors = elements((count, terms), count), elements((terms, "f"), terms)
    sources = [numbers((count, t).__repr__(), count) for t in range(terms)]
    expected = start
    for factor, source in zip(factors, sources, strict=True):
        expected = [k_sub(x, k_mul(factor, (P - v if v else 0, 0, 0))) for x, v in zip(expected, source, strict=True)]
    assert triples(probes.terms_probe(planar(start), factors, sources)) == expected
