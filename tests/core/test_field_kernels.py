"""F and K of every instruction set against Python integers and galois (PROTOCOL 2)."""

from __future__ import annotations

import random
from functools import cache

import galois
import pytest
from field_by_hand import (
    EDGES,
    OMEGA,
    P,
    elements,
    fixed,
    k_add,
    k_mul,
    k_sub,
    numbers,
    products_at_the_edges,
    root,
    triples,
)
from hypothesis import given
from probes import probes

# F.


@pytest.mark.parametrize(
    "name, meant",
    [
        ("add", lambda a, b: (a + b) % P),
        ("sub", lambda a, b: (a - b) % P),
        ("mul", lambda a, b: a * b % P),
        ("pow", lambda a, b: pow(a, b, P)),
    ],
)
def test_field_operations(name, meant):
    pairs = [(a, b) for a in EDGES for b in EDGES] + list(zip(numbers(1, 3000), numbers(2, 3000), strict=True))
    pairs += products_at_the_edges(name)
    found = probes.field_probe(name, [a for a, _ in pairs], [b for _, b in pairs])
    assert found.tolist() == [meant(a, b) for a, b in pairs]


def test_field_inverses():
    values = [x for x in EDGES + numbers(3, 500) if x]
    assert probes.field_probe("inv", values, values).tolist() == [pow(x, -1, P) for x in values]
    assert probes.field_probe("inv", [0], [0]).tolist() == [0]


@fixed
@given(a=elements, b=elements, c=elements)
def test_field_laws(a, b, c):
    def f(name, x, y):
        return int(probes.field_probe(name, [x], [y])[0])

    assert f("mul", a, f("add", b, c)) == f("add", f("mul", a, b), f("mul", a, c))
    assert f("sub", f("add", a, b), b) == a
    assert f("pow", a, P - 1) == (1 if a else 0)


def test_roots_of_unity():
    assert probes.root_of_unity(32) == OMEGA == pow(7, (P - 1) // 2**32, P)
    assert probes.root_of_unity(0) == 1 and probes.root_of_unity(1) == P - 1
    assert probes.root_of_unity(6) == 2**39 and probes.root_of_unity(3) == P - 2**24
    for log_order in range(1, 33):
        omega = probes.root_of_unity(log_order)
        assert omega == root(2**log_order) and pow(omega, 2 ** (log_order - 1), P) == P - 1


# K.


@cache
def galois_k():
    """K as galois builds it; its elements are integers c0 + c1 p + c2 p^2."""
    F = galois.GF(P, primitive_element=7, verify=False)
    polynomial = galois.Poly([1, 0, P - 1, P - 1], field=F)
    assert polynomial.is_irreducible()
    return galois.GF(P, 3, irreducible_poly=polynomial, primitive_element=galois.Poly([1, 0], field=F), verify=False)


def packed(triple):
    return triple[0] + triple[1] * P + triple[2] * P**2


def unpacked(element):
    value = int(element)
    return value % P, value // P % P, value // P**2


def edge_triples():
    corners = (0, 1, 2**32 - 1, 2**32, P - 1)
    corners = [(a, b, c) for a in corners for b in corners for c in corners]
    rng = random.Random(4)
    return corners, [tuple(numbers(rng.random(), 3)) for _ in range(300)]


@pytest.mark.parametrize("name, meant", [("add", k_add), ("sub", k_sub), ("mul", k_mul)])
def test_extension_operations(name, meant):
    corners, others = edge_triples()
    pairs = [(a, b) for a in corners for b in corners[::4]] + list(zip(others, others[::-1], strict=True))
    for a, b in pairs:
        assert probes.extension_probe(name, a, b) == meant(a, b), (a, b)


def test_extension_operations_as_galois_has_them():
    K = galois_k()
    corners, others = edge_triples()
    values = [*corners[::3], *others]
    a, b = K([packed(x) for x in values]), K([packed(x) for x in values[::-1]])
    for name, found in (("add", a + b), ("sub", a - b), ("mul", a * b)):
        assert [probes.extension_probe(name, x, y) for x, y in zip(values, values[::-1], strict=True)] == [
            unpacked(x) for x in found
        ]
    some = [x for x in values if any(x)][::12]
    assert [probes.extension_probe("inv", x, x) for x in some] == [
        unpacked(x) for x in K([packed(x) for x in some]) ** -1
    ]


def test_extension_inverses():
    corners, others = edge_triples()
    for a in corners + others:
        inverse = probes.extension_probe("inv", a, a)
        assert all(x < P for x in inverse)
        assert k_mul(a, inverse) == ((1, 0, 0) if any(a) else (0, 0, 0))
        assert any(a) or inverse == (0, 0, 0)


@fixed
@given(a=triples, b=triples)
def test_extension_laws(a, b):
    assert probes.extension_probe("mul", a, b) == k_mul(a, b) == probes.extension_probe("mul", b, a)
    assert probes.extension_probe("sub", probes.extension_probe("add", a, b), b) == a
    if any(a):
        assert k_mul(a, probes.extension_probe("inv", a, a)) == (1, 0, 0)
