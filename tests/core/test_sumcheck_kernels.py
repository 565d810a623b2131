"""Sums over arrays of K, by every instruction set, in Python integers (PROTOCOL 6.3, 6.5)."""

from __future__ import annotations

import numpy as np
import pytest
from field_by_hand import P, k_add, k_mul, k_sub, numbers
from probes import probes

HALVES = [1, 2, 3, 7, 8, 9, 16, 63, 64, 65, 130]
"""Fewer than a vector has, whole vectors, and some more."""
POINTS = [(0, 0, 0), (1, 0, 0), (P - 1, 2**32, 2**63), (3, P - 1, 11)]


def elements(seed, count):
    """Of each third element the coordinates are as large as can be."""
    found = [tuple(numbers((seed, i).__repr__(), 3)) for i in range(count)]
    return [(P - 1, P - 1, P - 1) if i % 3 == 2 else x for i, x in enumerate(found)]


def planar(values):
    return np.array(values, dtype=np.uint64).T.reshape(3, -1)


def total(values):
    result = (0, 0, 0)
    for x in values:
        result = k_add(result, x)
    return result


def rises(values):
    """Of each pair the upper one less the lower one."""
    half = len(values) // 2
    return [k_sub(high, low) for low, high in zip(values[:half], values[half:], strict=True)]


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("point", POINTS)
def test_the_top_variable_is_set(isa, half, point):
    values = elements(half, 2 * half)
    expected = [k_add(low, k_mul(point, rise)) for low, rise in zip(values, rises(values), strict=False)]
    assert [tuple(x) for x in probes.fold_pairs_probe(planar(values), point).T.tolist()] == expected


@pytest.mark.parametrize("half", HALVES)
def test_a_round_of_products(isa, half):
    a, b = elements((half, 1), 2 * half), elements((half, 2), 2 * half)
    low = total(k_mul(x, y) for x, y in zip(a[:half], b[:half], strict=True))
    top = total(k_mul(x, y) for x, y in zip(rises(a), rises(b), strict=True))
    assert probes.round_products_probe(planar(a), planar(b)) == [low, top]


@pytest.mark.parametrize("half", [8, 16, 64, 128])
def test_a_round_of_a_layer(isa, half):
    """Sums of eq*(p0*q1 + q0*u) at the lower halves, and of the rises."""
    arrays, eq = [elements((half, k), 2 * half) for k in range(4)], elements((half, 5), half)
    sums = [
        total(k_mul(weight, k_add(k_mul(p0, q1), k_mul(q0, u))) for weight, p0, q1, q0, u in zip(eq, *of, strict=True))
        for of in ([values[:half] for values in arrays], [rises(values) for values in arrays])
    ]
    assert probes.layer_probe([planar(values) for values in arrays], planar(eq)) == sums


def test_the_rounds_of_a_layer_are_timed(isa):
    assert probes.layer_seconds(5, 2) >= 0
