"""F and K = F[φ]/(φ³ − φ − 1): elements of K with operators, and the polynomials of the protocol (PROTOCOL 2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

P = 2**64 - 2**32 + 1


class K:
    """An element c0 + c1·φ + c2·φ² of K; integers stand for elements of F in every operation."""

    __slots__ = ("c",)

    def __init__(self, c0: int, c1: int = 0, c2: int = 0) -> None:
        self.c = (c0 % P, c1 % P, c2 % P)

    def __add__(self, other: K | int) -> K:
        (a, b, c), (x, y, z) = self.c, coordinates(other)
        return K(a + x, b + y, c + z)

    def __sub__(self, other: K | int) -> K:
        (a, b, c), (x, y, z) = self.c, coordinates(other)
        return K(a - x, b - y, c - z)

    def __rsub__(self, other: K | int) -> K:
        return lift(other) - self

    def __neg__(self) -> K:
        return K(*[-x for x in self.c])

    def __mul__(self, other: K | int) -> K:
        a, b, c = self.c
        if isinstance(other, int):
            return K(a * other, b * other, c * other)
        x, y, z = other.c
        third, fourth = b * z + c * y, c * z  # φ³ = φ + 1, φ⁴ = φ² + φ
        return K(a * x + third, a * y + b * x + third + fourth, a * z + b * y + c * x + fourth)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, exponent: int) -> K:
        result, square = ONE, self
        while exponent:
            if exponent & 1:
                result = result * square
            square, exponent = square * square, exponent >> 1
        return result

    def inverse(self) -> K:
        """1/x by Cramer's rule: of the three equations that say x·y = 1."""
        a, b, c = self.c
        s, t = a + c, b + c
        y = s * s - t * b, t * c - b * s, b * b - s * c
        norm = (a * y[0] + c * y[1] + b * y[2]) % P
        if norm == 0:
            raise ZeroDivisionError("0 has no inverse in K")
        return K(*y) * pow(norm, -1, P)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (K, int)) and self.c == coordinates(other)

    def __hash__(self) -> int:
        return hash(self.c)

    def __repr__(self) -> str:
        return f"K{self.c}"

    @property
    def in_base(self) -> bool:
        """True for an element of F."""
        return self.c[1:] == (0, 0)


def coordinates(x: K | int) -> tuple[int, int, int]:
    return x.c if isinstance(x, K) else (x % P, 0, 0)


def lift(x: K | int) -> K:
    return x if isinstance(x, K) else K(x)


ZERO, ONE = K(0), K(1)
PHI = (K(1), K(0, 1), K(0, 0, 1))
"""1, φ, φ²."""


def root(m: int) -> int:
    """ω_m, of order m, a power of two (PROTOCOL 2.1)."""
    return pow(7, (P - 1) // m, P)


def total(values: Iterable[K]) -> K:
    result = ZERO
    for x in values:
        result = result + x
    return result


def product(values: Iterable[K]) -> K:
    result = ONE
    for x in values:
        result = result * x
    return result


def powers(x: K, count: int) -> list[K]:
    """1, x, x² …, `count` of them."""
    result, power = [], ONE
    for _ in range(count):
        result.append(power)
        power = power * x
    return result


def horner(coefficients: Sequence[K], x: K | int) -> K:
    result = ZERO
    for c in reversed(coefficients):
        result = result * x + c
    return result


def values_on(coefficients: Sequence[int], size: int) -> list[int]:
    """A polynomial's values at the points 7·ω^j of a domain of this size."""
    shifted, power = [], 1
    for c in coefficients:
        shifted.append(c * power % P)
        power = power * 7 % P
    return transformed([*shifted, *[0] * (size - len(shifted))], root(size))


def transformed(coefficients: Sequence[int], root: int) -> list[int]:
    """The values at root^0, root^1 …: f(X) = even(X²) + X·odd(X²), and root^(m/2) = −1."""
    if len(coefficients) == 1:
        return list(coefficients)
    square, power = root * root % P, 1
    low, high = [], []
    for x, y in zip(transformed(coefficients[0::2], square), transformed(coefficients[1::2], square)):
        y = y * power % P
        low.append((x + y) % P)
        high.append((x - y) % P)
        power = power * root % P
    return low + high


def interpolate(points: Sequence[int], values: Sequence[K]) -> list[K]:
    """The coefficients of the polynomial with these values at these points of F, by Lagrange."""
    result = [ZERO] * len(points)
    for i, x in enumerate(points):
        basis, scale = [1], 1
        for j, y in enumerate(points):
            if j != i:
                basis = [(a - y * b) % P for a, b in zip([0, *basis], [*basis, 0])]
                scale = scale * (x - y) % P
        share = values[i] * pow(scale, -1, P)
        result = [total + share * c for total, c in zip(result, basis)]
    return result


def eq_table(point: Sequence[K]) -> list[K]:
    """eq(point, b) for every b, the first coordinate being the top bit of b."""
    table = [ONE]
    for x in point:
        table = [value * factor for value in table for factor in (1 - x, x)]
    return table


def bits(value: int, count: int) -> list[int]:
    """The bits of a number, the top one first."""
    return [value >> (count - 1 - i) & 1 for i in range(count)]


def eq_at(point: Sequence[K], index: int) -> K:
    """eq(point, index) for one index."""
    return product([x if bit else 1 - x for x, bit in zip(point, bits(index, len(point)))])


def lagrange(size: int, x: K) -> list[K]:
    """L_z(x) for the points ω^z of the subgroup of this size; x outside of it, or one of them."""
    points = [pow(root(size), z, P) for z in range(size)]
    vanishing = x**size - 1
    if vanishing == 0:
        return [ONE if x == point else ZERO for point in points]
    return [vanishing * point * pow(size, -1, P) * (x - point).inverse() for point in points]
