"""F, integers modulo p, and K = F[x]/(x^e - ...), tuples of e integers, lowest coordinate first (PROTOCOL 2).

Both are rings with the same methods, so that an expression is evaluated over either by one piece of code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

E = TypeVar("E")
Element = tuple[int, ...]


class Ring(Protocol[E]):
    """The common part of F and K."""

    def embed(self, c: int) -> E: ...
    def add(self, a: E, b: E) -> E: ...
    def sub(self, a: E, b: E) -> E: ...
    def neg(self, a: E) -> E: ...
    def mul(self, a: E, b: E) -> E: ...
    def inv(self, a: E) -> E: ...
    def pow(self, a: E, n: int) -> E: ...


@dataclass(frozen=True)
class PrimeField:
    """F: integers 0 <= x < p; `generator` generates F* (PROTOCOL 2.1)."""

    p: int
    generator: int

    def embed(self, c: int) -> int:
        return c % self.p

    def add(self, a: int, b: int) -> int:
        return (a + b) % self.p

    def sub(self, a: int, b: int) -> int:
        return (a - b) % self.p

    def neg(self, a: int) -> int:
        return -a % self.p

    def mul(self, a: int, b: int) -> int:
        return a * b % self.p

    def inv(self, a: int) -> int:
        return pow(a, -1, self.p)

    def pow(self, a: int, n: int) -> int:
        return pow(a, n, self.p)

    def root(self, m: int) -> int:
        """omega_m, of order m; omega_2m squared is omega_m."""
        if (self.p - 1) % m:
            raise ValueError(f"{m} does not divide p - 1, so there is no root of unity of that order")
        return pow(self.generator, (self.p - 1) // m, self.p)


@dataclass(frozen=True)
class Extension:
    """K: x^e = tail[0] + tail[1] x + ... + tail[e-1] x^(e-1) (PROTOCOL 2.2)."""

    F: PrimeField
    tail: tuple[int, ...]

    @property
    def zero(self) -> Element:
        return (0,) * len(self.tail)

    def embed(self, c: int) -> Element:
        return (c % self.F.p,) + (0,) * (len(self.tail) - 1)

    def add(self, a: Element, b: Element) -> Element:
        p = self.F.p
        return tuple([(x + y) % p for x, y in zip(a, b)])

    def sub(self, a: Element, b: Element) -> Element:
        p = self.F.p
        return tuple([(x - y) % p for x, y in zip(a, b)])

    def neg(self, a: Element) -> Element:
        return tuple([-x % self.F.p for x in a])

    def scale(self, c: int, a: Element) -> Element:
        """The product of c in F and a in K."""
        p = self.F.p
        return tuple([c * x % p for x in a])

    def mul(self, a: Element, b: Element) -> Element:
        e, p = len(self.tail), self.F.p
        product = [0] * (2 * e - 1)
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                product[i + j] += x * y
        for i in range(2 * e - 2, e - 1, -1):
            for j, t in enumerate(self.tail):
                product[i - e + j] += product[i] * t
        return tuple([x % p for x in product[:e]])

    def pow(self, a: Element, n: int) -> Element:
        result = self.embed(1)
        for bit in bin(n)[2:]:
            result = self.mul(result, result)
            if bit == "1":
                result = self.mul(result, a)
        return result

    def inv(self, a: Element) -> Element:
        """Solves a * x = 1, e linear equations over F, by elimination."""
        e, p = len(self.tail), self.F.p
        columns = [self.mul(a, tuple(int(i == j) for i in range(e))) for j in range(e)]
        rows = [[columns[j][i] for j in range(e)] + [int(i == 0)] for i in range(e)]
        for c in range(e):
            pivot = next((r for r in range(c, e) if rows[r][c]), None)
            if pivot is None:
                raise ZeroDivisionError("zero has no inverse in K")
            rows[c], rows[pivot] = rows[pivot], rows[c]
            scale = pow(rows[c][c], -1, p)
            rows[c] = [x * scale % p for x in rows[c]]
            for r in range(e):
                if r != c:
                    rows[r] = [(x - rows[r][c] * y) % p for x, y in zip(rows[r], rows[c])]
        return tuple(row[e] for row in rows)


@dataclass(frozen=True)
class Field:
    """F and K together. The generator of F* also shifts the evaluation coset L."""

    F: PrimeField
    tail: tuple[int, ...]

    @property
    def K(self) -> Extension:
        return Extension(self.F, self.tail)

    @property
    def degree(self) -> int:
        return len(self.tail)

    @property
    def order(self) -> int:
        """|K|."""
        return self.F.p ** len(self.tail)

    @property
    def element_bytes(self) -> int:
        """Bytes of an element of K (2.3)."""
        return 8 * len(self.tail)


GOLDILOCKS = Field(PrimeField(2**64 - 2**32 + 1, 7), (1, 1, 0))


# Encoding (2.3)


def base_bytes(values: Sequence[int]) -> bytes:
    return b"".join([x.to_bytes(8, "little") for x in values])


def extension_bytes(values: Sequence[Element]) -> bytes:
    return b"".join([base_bytes(x) for x in values])


# Polynomials: coefficients, lowest first


def ntt(F: PrimeField, coefficients: Sequence[int], root: int) -> list[int]:
    """The values at root^0, root^1, ...: f(X) = f_even(X^2) + X f_odd(X^2), and root^(m/2) = -1."""
    if len(coefficients) == 1:
        return list(coefficients)
    p, square = F.p, root * root % F.p
    even, odd = ntt(F, coefficients[0::2], square), ntt(F, coefficients[1::2], square)
    power, low, high = 1, [], []
    for x, y in zip(even, odd):
        y = y * power % p
        low.append((x + y) % p)
        high.append((x - y) % p)
        power = power * root % p
    return low + high


def evaluate_on(F: PrimeField, coefficients: Sequence[int], size: int, shift: int = 1) -> list[int]:
    """The values at shift * omega_size^j, j = 0 ... size - 1."""
    if len(coefficients) > size:
        raise ValueError(f"{len(coefficients)} coefficients need a domain of as many points, not {size}")
    scaled, power = [], 1
    for c in coefficients:
        scaled.append(c * power % F.p)
        power = power * shift % F.p
    return ntt(F, scaled + [0] * (size - len(scaled)), F.root(size))


def interpolate(F: PrimeField, values: Sequence[int], shift: int = 1) -> list[int]:
    """The coefficients of the polynomial with these values at shift * omega_m^j."""
    m, p = len(values), F.p
    unscale, power, result = F.inv(shift), F.inv(m), []
    for c in ntt(F, values, F.inv(F.root(m))):
        result.append(c * power % p)
        power = power * unscale % p
    return result


def evaluate_extension_on(field: Field, coefficients: Sequence[Element], size: int, shift: int = 1) -> list[Element]:
    coordinates = [[c[i] for c in coefficients] for i in range(field.degree)]
    return list(zip(*[evaluate_on(field.F, c, size, shift) for c in coordinates]))


def interpolate_extension(field: Field, values: Sequence[Element], shift: int = 1) -> list[Element]:
    coordinates = [[v[i] for v in values] for i in range(field.degree)]
    return list(zip(*[interpolate(field.F, c, shift) for c in coordinates]))


def horner(ring: Ring[E], coefficients: Sequence[E], x: E) -> E:
    """The value at x of a polynomial over the ring of x."""
    result = ring.embed(0)
    for c in reversed(coefficients):
        result = ring.add(ring.mul(result, x), c)
    return result
