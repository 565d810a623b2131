"""The transform of every instruction set against Horner's rule in Python integers (PROTOCOL 6.2, 6.8)."""

from __future__ import annotations

import random

import numpy as np
import pytest
from field_by_hand import (
    OMEGA,
    P,
    elements,
    fixed,
    horner,
    numbers,
    root,
)
from hypothesis import given
from hypothesis import strategies as st
from probes import probes


def values_by_horner(coefficients, n, shift, places=None):
    omega = root(n)
    return [horner(coefficients, shift * pow(omega, j, P) % P) for j in (places or range(n))]


def coefficients_of(values):
    """Interpolation on the roots of unity: the transform of the values read backwards, over n."""
    values = np.asarray(values, dtype=np.uint64)
    n = len(values)
    found = probes.ntt_probe(np.roll(values[::-1], 1), n.bit_length() - 1).tolist()
    return [c * pow(n, -1, P) % P for c in found]


@pytest.mark.parametrize("log_n", range(7))
def test_values_on_a_coset(isa, log_n):
    n = 1 << log_n
    for count in sorted({0, 1, n // 2, n - 1, n}):
        for shift in (1, 7, P - 1, 0x123456789ABCDEF):
            coefficients = numbers((n, count, shift).__repr__(), count)
            expected = values_by_horner(coefficients, n, shift)
            assert probes.ntt_probe(coefficients, log_n, shift).tolist() == expected, (count, shift)


@pytest.mark.parametrize("log_n", range(7))
def test_interpolation(isa, log_n):
    n = 1 << log_n
    for values in (
        numbers(log_n, n),
        [P - 1] * n,
        [(P - 1) * (i % 2) for i in range(n)],
        [2**32 - 1 + i for i in range(n)],
    ):
        assert values_by_horner(coefficients_of(values), n, 1) == values


@pytest.mark.parametrize("log_n", [7, 8, 10, 12, 13, 14, 15, 16])
def test_long_transforms_at_samples(isa, log_n):
    n, shift = 1 << log_n, 7
    coefficients = numbers(log_n, n)
    places = [0, 1, n // 2 - 1, n // 2, n - 1, n // 3, 5 * n // 7]
    found = probes.ntt_probe(coefficients, log_n, shift)
    assert [int(found[j]) for j in places] == values_by_horner(coefficients, n, shift, places)
    assert coefficients_of(found) == [c * pow(shift, i, P) % P for i, c in enumerate(coefficients)]  # of P(7X)


@pytest.mark.parametrize("log_n", range(17))
def test_transform_and_interpolation_undo_each_other(isa, log_n):
    values = numbers(log_n, 1 << log_n)
    assert coefficients_of(probes.ntt_probe(values, log_n)) == values


@pytest.mark.parametrize("log_n", [0, 1, 2, 3, 4, 5, 9])
def test_a_unit_impulse_gives_the_powers_of_a_root(isa, log_n):
    n = 1 << log_n
    for k in {0, 1 % n, n // 2, n - 1}:
        impulse = [0] * k + [1]
        expected = [pow(7 * pow(root(n), j, P), k, P) for j in range(n)]
        assert probes.ntt_probe(impulse, log_n, 7).tolist() == expected


@fixed
@given(data=st.data(), log_n=st.integers(0, 9), scale=elements, shift=st.integers(1, P - 1))
def test_the_transform_is_linear(isa, data, log_n, scale, shift):
    rng = random.Random(data.draw(st.integers(0, 2**32)))
    n = 1 << log_n
    a, b = numbers(rng.random(), n), numbers(rng.random(), n)
    together = [(scale * x + y) % P for x, y in zip(a, b, strict=True)]
    va, vb = probes.ntt_probe(a, log_n, shift).tolist(), probes.ntt_probe(b, log_n, shift).tolist()
    assert probes.ntt_probe(together, log_n, shift).tolist() == [
        (scale * x + y) % P for x, y in zip(va, vb, strict=True)
    ]


def times(a, b):
    """The product of two polynomials, by one product of two large integers."""
    width = 20  # bytes: each coefficient of the product is below 2^12 p^2 < 2^140
    whole = [int.from_bytes(b"".join(c.to_bytes(width, "little") for c in x), "little") for x in (a, b)]
    product = (whole[0] * whole[1]).to_bytes(width * (len(a) + len(b)), "little")
    return [
        int.from_bytes(product[i : i + width], "little") % P for i in range(0, width * (len(a) + len(b) - 1), width)
    ]


@pytest.mark.parametrize("log_n", [1, 2, 5, 8, 11, 12])
def test_a_product_of_values_is_the_values_of_a_product(isa, log_n):
    n = 1 << log_n
    a, b = numbers((log_n, 1).__repr__(), n // 2), numbers((log_n, 2).__repr__(), n // 2)
    values = [probes.ntt_probe(x, log_n).tolist() for x in (a, b)]
    product = [x * y % P for x, y in zip(*values, strict=True)]
    assert coefficients_of(product) == [*times(a, b), 0]


@pytest.mark.parametrize("log_n", [0, 1, 3, 6, 10, 13])
def test_a_tail_is_added_to_the_first_coefficients(isa, log_n):
    n, scale = 1 << log_n, pow(7, 1 << log_n, P)
    coefficients = numbers(log_n, n)
    for count in sorted({0, 1, n // 2, n}):
        tail = numbers((log_n, count).__repr__(), count)
        whole = [(c + scale * t) % P for c, t in zip(coefficients, tail + [0] * n, strict=False)]
        found = probes.ntt_probe(coefficients, log_n, 7, tail=tail, tail_scale=scale)
        assert found.tolist() == probes.ntt_probe(whole, log_n, 7).tolist()
        assert int(found[n // 2]) == values_by_horner(coefficients + tail, n, 7, [n // 2])[0]


@pytest.mark.parametrize("log_n", [17, 19, 20, 21])
def test_long_transforms(isa, log_n):
    """Of polynomials of a few terms, at a few points: stretches, far layers and shifts of every kind of length."""
    rng = random.Random(log_n)
    n, shift = 1 << log_n, rng.randrange(1, P)
    terms = {i: rng.randrange(P) for i in (0, 1, n - 1, *(rng.randrange(n) for _ in range(4)))}
    coefficients = np.zeros(n, dtype=np.uint64)
    for i, c in terms.items():
        coefficients[i] = c
    values = probes.ntt_probe(coefficients, log_n, shift)
    for j in (0, 1, n - 1, *(rng.randrange(n) for _ in range(20))):
        x = shift * pow(OMEGA, j << (32 - log_n), P) % P
        assert values[j] == sum(c * pow(x, i, P) for i, c in terms.items()) % P
    assert coefficients_of(probes.ntt_probe(coefficients, log_n)) == coefficients.tolist()
