"""Roots in F of polynomials, lists of coefficients without zeros at the end, the constant first."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from math import comb, gcd

from l2zk.base.caches import cached
from l2zk.base.field import MODULUS

Polynomial = list[int]


def interpolated(values: Sequence[int]) -> tuple[int, ...]:
    """The polynomial with these values at 0, 1, 2, …"""
    rest, newton = list(values), []
    for step in range(1, len(values) + 1):
        newton.append(rest[0])
        inverse = pow(step, -1, MODULUS)
        rest = [(b - a) * inverse % MODULUS for a, b in itertools.pairwise(rest)]
    found: Polynomial = []
    for k in reversed(range(len(newton))):  # found*(x - k) + newton[k]
        shifted = [newton[k], *found]
        found = [(c - k * d) % MODULUS for c, d in zip(shifted, [*found, 0])]
    return tuple(_trimmed(found))


@cached(65536)
def roots(coefficients: tuple[int, ...]) -> tuple[int, ...]:
    """The roots of a polynomial that is not 0, each once, sorted."""
    f = list(coefficients)
    if len(f) == 3:
        small = [x for x in (0, 1, MODULUS - 1) if (f[0] + x * (f[1] + x * f[2])) % MODULUS == 0]
        if len(small) == 2:
            return tuple(sorted(small))
    only = _only_root(f)
    if only is not None:
        return (only,)
    if len(f) > 2:
        power = _subtracted(_power([0, 1], MODULUS, f), [0, 1])  # x^p - x has all of F for roots
        f = _gcd(f, power)
    return tuple(sorted(_split(f, random.Random(1))))


def _only_root(f: Polynomial) -> int | None:
    """The root of a*(x + b)^n + c, where each element has one n-th root."""
    n, a = len(f) - 1, f[-1]
    if n < 3 or gcd(n, MODULUS - 1) > 1:
        return None
    b = f[-2] * pow(n * a, -1, MODULUS) % MODULUS
    if any((a * comb(n, k) * pow(b, n - k, MODULUS) - f[k]) % MODULUS for k in range(1, n)):
        return None
    rest = (f[0] - a * pow(b, n, MODULUS)) * -pow(a, -1, MODULUS)
    return (pow(rest, pow(n, -1, MODULUS - 1), MODULUS) - b) % MODULUS


def _split(f: Polynomial, numbers: random.Random) -> list[int]:
    """The roots of a product of different factors of degree 1."""
    if len(f) <= 2:
        return [-f[0] * pow(f[1], -1, MODULUS) % MODULUS] if len(f) == 2 else []
    while True:
        power = _power([numbers.randrange(MODULUS), 1], (MODULUS - 1) // 2, f)
        part = _gcd(f, _subtracted(power, [1]))
        if 1 < len(part) < len(f):
            return _split(part, numbers) + _split(_divided(f, part)[0], numbers)


def _trimmed(f: Polynomial) -> Polynomial:
    while f and f[-1] == 0:
        f.pop()
    return f


def _subtracted(f: Polynomial, g: Polynomial) -> Polynomial:
    size = max(len(f), len(g))
    f, g = f + [0] * (size - len(f)), g + [0] * (size - len(g))
    return _trimmed([(a - b) % MODULUS for a, b in zip(f, g)])


def _divided(f: Polynomial, g: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Quotient and remainder."""
    rest, inverse = list(f), pow(g[-1], -1, MODULUS)
    quotient = [0] * max(0, len(f) - len(g) + 1)
    for k in reversed(range(len(quotient))):
        quotient[k] = rest[k + len(g) - 1] * inverse % MODULUS
        for i, c in enumerate(g):
            rest[k + i] = (rest[k + i] - quotient[k] * c) % MODULUS
    return quotient, _trimmed(rest[: len(g) - 1])


def _times(f: Polynomial, g: Polynomial, modulus: Polynomial) -> Polynomial:
    product = [0] * (len(f) + len(g))
    for i, a in enumerate(f):
        for j, b in enumerate(g):
            product[i + j] += a * b
    return _divided(_trimmed([c % MODULUS for c in product]), modulus)[1]


def _power(f: Polynomial, exponent: int, modulus: Polynomial) -> Polynomial:
    result = [1]
    for bit in f"{exponent:b}":
        result = _times(result, result, modulus)
        if bit == "1":
            result = _times(result, f, modulus)
    return result


def _gcd(f: Polynomial, g: Polynomial) -> Polynomial:
    while g:
        f, g = g, _divided(f, g)[1]
    return f
