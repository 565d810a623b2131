"""Sums over arrays of K, by every instruction set, in Python integers (PROTOCOL 6.3, 6.5)."""

from __future__ import annotations

import pytest
from arrays_by_hand import elements, planar, rises, total
from field_by_hand import P, k_add, k_mul
from probes import probes

HALVES = [1, 2, 3, 7, 8, 9, 16, 63, 64, 65, 130]
"""Fewer than a vector has, whole vectors, and some more."""
POINTS = [(0, 0, 0), (1, 0, 0), (P - 1, 2**32, 2**63), (3, P - 1, 11)]


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
