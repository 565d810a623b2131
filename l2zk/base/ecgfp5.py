"""EcGFp5, a group of prime order on a curve over GF(p^5), of plain integers [Por22: eprint 2022/274].

    GF(p^5) = F[z]/(z^5 - 3): an element is its 5 coefficients, the constant one first
    y^2 = x (x^2 + 2 x + b), b = 263 z: 2n points, of which those that are not of n-torsion are the group
    a point is (x, u), u = x/y, with x == u^2 (x^2 + 2 x + b); the neutral one is (0, 0), and -(x, u) is (x, -u)

Sums in these coordinates have no special cases. The arithmetic takes whatever has + and *, integers and expressions.
Nothing here takes the same time for all values: it is no place for secrets that others may time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from l2zk.base.field import MODULUS

WIDTH = 5
"""The coefficients of an element of GF(p^5)."""

ORDER = 1067993516717146951041484916571792702745057740581727230159139685185762082554198619328292418486241
"""The number n of points of the group, a prime of 319 bits."""

BITS = ORDER.bit_length()

_ROOT, _B = 3, 263

_FROBENIUS = pow(_ROOT, (MODULUS - 1) // WIDTH, MODULUS)
"""z^p = _FROBENIUS*z."""

Element = tuple[Any, ...]
"""5 coefficients: integers, expressions or code."""


class Point(NamedTuple):
    """A point as x and u = x/y, each of 5 coefficients."""

    x: Element
    u: Element


NEUTRAL = Point((0,) * WIDTH, (0,) * WIDTH)

GENERATOR = Point(
    (
        *(12883135586176881569, 4356519642755055268, 5248930565894896907),
        *(2165973894480315022, 2448410071095648785),
    ),
    (pow(4, -1, MODULUS), 0, 0, 0, 0),
)
"""The point with y/x = 4."""


def plus(one: Element, other: Element, times: int = 1) -> Element:
    """one + times*other."""
    return tuple(a + times * b for a, b in zip(one, other))


def product(one: Element, other: Element) -> Element:
    """The product of two elements."""
    sums: list[Any] = [0] * (2 * WIDTH - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            sums[i + j] = sums[i + j] + a * b
    return tuple(low + _ROOT * high for low, high in zip(sums, [*sums[WIDTH:], 0]))


def times_b(one: Element) -> Element:
    """b*one."""
    return (_ROOT * _B * one[-1], *(_B * a for a in one[:-1]))


def inverse(one: Element, invert: Any) -> Element:
    """1/one, and 0 of 0. invert: 1/a in F, and 0 of 0."""
    others, norm = conjugates(one)
    return tuple(invert(norm) * a for a in others)


def conjugates(one: Element) -> tuple[Element, Any]:
    """one^(p + p^2 + p^3 + p^4), and its product with `one`, the norm, which is in F."""
    a = _frobenius(one, 1)
    pair = product(a, _frobenius(a, 1))
    others = product(pair, _frobenius(pair, 2))
    return others, product(one, others)[0]


def _frobenius(one: Element, times: int) -> Element:
    """one^(p^times)."""
    return tuple(pow(_FROBENIUS, times * k, MODULUS) * a for k, a in enumerate(one))


class Sum(NamedTuple):
    """A sum of points as two quotients: x = x_over/x_under, u = u_over/u_under, of which neither is over 0."""

    x_over: Element
    x_under: Element
    u_over: Element
    u_under: Element


def added(one: Point, other: Point) -> Sum:
    """The sum of two points of the group, equal ones and neutral ones too; entries of degree 4 in their coordinates."""
    x, u, sum_x = product(one.x, other.x), product(one.u, other.u), plus(one.x, other.x)
    lifted = plus(times_b((1, 0, 0, 0, 0)), x)
    crossed = product(u, plus(times_b(plus(sum_x, sum_x)), lifted, 2))
    return Sum(
        times_b(plus(sum_x, product(u, plus(sum_x, lifted)), 2)),
        plus(lifted, crossed, -1),
        product(plus(one.u, other.u), plus(times_b((1, 0, 0, 0, 0)), x, -1)),
        plus(lifted, crossed),
    )


def reduced(one: Element) -> Element:
    """The element with coefficients 0 … p - 1, of integers."""
    return tuple(a % MODULUS for a in one)


def add(one: Point, other: Point) -> Point:
    """The sum of two points of integers."""
    found = added(one, other)
    return Point(_quotient(found.x_over, found.x_under), _quotient(found.u_over, found.u_under))


def negated(one: Point) -> Point:
    """Minus the point."""
    return Point(one.x, tuple(-a for a in one.u))


def multiply(scalar: int, point: Point) -> Point:
    """scalar*point, of integers; the scalar is any integer, and counts modulo n."""
    found = NEUTRAL
    for bit in f"{scalar % ORDER:b}":
        found = add(found, found)
        found = add(found, point) if bit == "1" else found
    return found


def encode(point: Point) -> Element:
    """y/x, which tells the points of the group apart; 0 of the neutral one."""
    return reduced(inverse(point.u, _inverted))


def decode(element: Element) -> Point | None:
    """The point of the group with this y/x, and None if there is none.

    x is the solution of x^2 - (w^2 - 2) x + b == 0 that is no square; where there are solutions, it is one of them.
    """
    if not any(element):
        return NEUTRAL
    total = plus(product(element, element), (1, 0, 0, 0, 0), -2)
    root = _square_root(reduced(plus(product(total, total), times_b((4, 0, 0, 0, 0)), -1)))
    if root is None:
        return None
    half = pow(2, -1, MODULUS)
    solutions = [reduced(tuple(half * a for a in plus(total, root, sign))) for sign in (1, -1)]
    x = next(one for one in solutions if _square_root(one) is None)
    return Point(x, reduced(inverse(element, _inverted)))


def _square_root(one: Element) -> Element | None:
    """A square root, None where there is none: that of the norm over a power of exponent (p + p^2 + p^3 + p^4)/2."""
    pair = reduced(product(_frobenius(one, 1), _frobenius(one, 3)))
    power = _power(pair, (MODULUS + 1) // 2)
    norm = product(one, reduced(product(power, power)))[0] % MODULUS
    root = _root_in_field(norm)
    if root is None:
        return None
    return reduced(tuple(root * a for a in inverse(power, _inverted)))


def _root_in_field(a: int) -> int | None:
    """A square root in F, by Tonelli's algorithm: p - 1 is 2^32*(2^32 - 1), and 7 is no square."""
    if pow(a, (MODULUS - 1) // 2, MODULUS) > 1:
        return None
    odd, root, generator = 2**32 - 1, pow(a, 2**31, MODULUS), pow(7, 2**32 - 1, MODULUS)
    rest = pow(a, odd, MODULUS)
    for k in range(30, -1, -1):
        generator = generator * generator % MODULUS
        if pow(rest, 2**k, MODULUS) > 1:
            root, rest = root * pow(7, odd << (30 - k), MODULUS) % MODULUS, rest * generator % MODULUS
    return root


def _power(one: Element, exponent: int) -> Element:
    found: Element = (1, 0, 0, 0, 0)
    for bit in f"{exponent:b}":
        found = reduced(product(found, found))
        found = reduced(product(found, one)) if bit == "1" else found
    return found


def is_on_curve(point: Point) -> bool:
    """True for the points (x, u) of the curve, of which those of the group are half."""
    return not any(reduced(plus(point.x, curve(point), -1)))


def curve(point: Point) -> Element:
    """u^2 (x^2 + 2 x + b), which is x on the curve; of degree 4."""
    right = plus(plus(product(point.x, point.x), point.x, 2), times_b((1, 0, 0, 0, 0)))
    return product(product(point.u, point.u), right)


def is_in_group(point: Point) -> bool:
    """True for the points of the group."""
    return is_on_curve(point) and multiply(ORDER - 1, point) == negated_integers(point)


def negated_integers(point: Point) -> Point:
    """Minus the point, with coefficients 0 … p - 1."""
    return Point(reduced(point.x), reduced(negated(point).u))


def _quotient(over: Element, under: Element) -> Element:
    return reduced(product(reduced(over), reduced(inverse(reduced(under), _inverted))))


def _inverted(a: int) -> int:
    return pow(a, -1, MODULUS) if a % MODULUS else 0
