"""EcGFp5 in a trace: points of a group of prime order, their sums, and multiples of them bit by bit down the rows.

The group is that of l2zk/base/ecgfp5.py, where GENERATOR, ORDER, `multiply`, `encode` and `decode` are of integers. A
point is x and u = x/y, ten expressions; the neutral one is zeros, so that bit*P is P or neutral. On points of the group
sums have no special case: equal points, opposite ones and neutral ones add up by the same claims, and the sum is in the
group. **On other points of the curve a quotient may be 0/0, and its cells free**: the caller says that what comes in is
in the group, by a point that everybody knows, or by `belongs`.

    columns      ten columns that the caller fills
    add          10 cells, degree 5 of points of degree 1; of bit*P with a column P 7
    multiples    b0*P0 + b1*P1 + …, a bit a row: 20 cells of state and doubling, and 10 for each point
    one_of       one of two points, both or neither, by two bits: 10 cells, degree 3
    belongs      that a point is in the group: 20 cells
    element      the element of F whose 64 bits stand on the rows of a block: 2 cells, degree 3

A Schnorr signature (R, s) of a key Q has s*G == R + e*Q. With the bits of s and e down the rows, the most significant
first, R is the sum that `multiples` gives on the last of them, and the challenge is a hash that reads it there:

    sum = g.ecgfp5.multiples(m, "sum", [(s, g.ecgfp5.GENERATOR), (e, g.ecgfp5.negated(key))])
    digest = g.poseidon2.hash(m, "challenge", [*sum.u, *key.u, *message])

A number of 320 bits and 52 columns take 4.1 ms of one thread where there are many, hiding, at the rate 1/4, of which
filling is less than half; with `one_of` 3.3 ms. Such a hash on every row would cost more than the curve: of many
signatures it belongs into a table of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from l2zk.base.ecgfp5 import (
    BITS,
    GENERATOR,
    NEUTRAL,
    ORDER,
    WIDTH,
    Element,
    Point,
    added,
    conjugates,
    curve,
    decode,
    encode,
    is_in_group,
    multiply,
    negated,
    product,
)
from l2zk.errors import ProgramError
from l2zk.language import code as hints

__all__ = [
    "BITS",
    "GENERATOR",
    "NEUTRAL",
    "ORDER",
    "Point",
    "add",
    "belongs",
    "columns",
    "decode",
    "double",
    "element",
    "encode",
    "is_in_group",
    "multiples",
    "multiply",
    "negated",
    "one_of",
    "stays",
    "times",
]

HALF = (ORDER + 1) // 2
"""The inverse of 2 modulo n: `multiply(HALF, P)` is what `belongs` wants of P."""


def columns(m: Any, name: str) -> Point:
    """A point in the columns NAME.x0 … x4 and NAME.u0 … u4, of which nothing is claimed, and which the caller fills."""
    with m.scope(name):
        return Point(m.columns("x", count=WIDTH), m.columns("u", count=WIDTH))


def add(m: Any, name: str, one: Point, other: Point) -> Point:
    """The sum of two points of the group, in 10 columns that fill themselves, on each row.

    one, other: of expressions or integers, not both of integers alone. Degree: 5 where the two have degree 1; of points
    of degrees c and d, 2*(c + d) + 1.
    """
    found = added(_expressions(m, one), _expressions(m, other))
    inverses = _inverses(found.x_under, found.u_under)
    with m.scope(name):
        x, u = (
            tuple(m.hint(f"{letter}{k}", a) for k, a in enumerate(product(_code(over), inverse)))
            for letter, over, inverse in zip("xu", (found.x_over, found.u_over), inverses)
        )
        _claim_equal(m, "x{} of the sum", product(found.x_under, x), found.x_over)
        _claim_equal(m, "u{} of the sum", product(found.u_under, u), found.u_over)
        return Point(x, u)


def double(m: Any, name: str, point: Point) -> Point:
    """The sum of a point and itself, as by `add`."""
    return add(m, name, point, point)


def times(bit: Any, point: Point) -> Point:
    """The point where the bit is 1, the neutral one where it is 0: no cells, one degree. The caller claims the bit."""
    return Point(*(tuple(bit * a for a in part) for part in point))


def one_of(m: Any, name: str, bits: tuple[Any, Any], one: Point, other: Point, both: Point) -> Point:
    """The neutral point, `one`, `other` or `both` by two bits, in 10 columns that fill themselves, of degree 3.

    With (1, one_of(…)) as the only term of `multiples` a row has one sum fewer than with two terms, and takes a fifth
    less time. The caller claims that the bits are bits, and that `both` is the sum of the two, once for all rows: a
    table with a row for each pair and a bus are what that takes, or a verifier who knows it.
    """
    first, second = bits
    cells: list[Element] = []
    with m.scope(name):
        for letter, *parts in zip("xu", one, other, both):
            values = [
                first * (1 - second) * a + second * (1 - first) * b + first * second * c for a, b, c in zip(*parts)
            ]
            cells.append(tuple(m.let(f"{letter}{k}", value) for k, value in enumerate(values)))
    return Point(*cells)


def multiples(m: Any, name: str, terms: Sequence[tuple[Any, Point]], restart: Any = 0) -> Point:
    """b0*P0 + b1*P1 + … of numbers whose bits stand down the rows, the most significant first: the sum up to this row.

    terms: pairs of a bit, which the caller claims to be one, and a point of the group, which the caller claims to stay
    the same on all rows of a number (`stays`). restart: 1 on the last row of one and 0 elsewhere, where several follow
    one another. A row doubles the sum so far, and adds those points whose bits are 1: 20 cells and 10 for each point;
    degree 5 with points that are integers, 7 with columns. Bits that are 0 leave the neutral point as it is, so that a
    number may be shorter than its rows.
    """
    if not terms:
        raise ProgramError(f"the multiples {name!r} of no points: give a bit and a point at least")
    with m.scope(name):
        before = columns(m, "before")
        after = double(m, "twice", before)
        for number, (bit, point) in enumerate(terms):
            after = add(m, f"with{number}", after, times(bit, point))
        cells = dict(zip((*before.x, *before.u), (*after.x, *after.u)))
        m.start(dict.fromkeys(cells, 0))
        m.step({one: (1 - restart) * other for one, other in cells.items()})
        return after


def stays(m: Any, name: str, point: Point, within: Any = 1) -> None:
    """Claim that a point of columns is the same on the next row, where `within` is 1, as m.blocks(64).within."""
    for letter, part in zip("xu", point):
        for k, one in enumerate(part):
            m.constrain(f"{name} {letter}{k} stays", within * (one.next - one) == 0)


def belongs(m: Any, name: str, point: Point, half: Point) -> None:
    """Claim that a point is in the group, on each row, as twice another one that is on the curve.

    half: a point of columns that the caller fills with `multiply(HALF, point)`. Doubles of all points of the curve are
    in the group, since half of these are the group and the double of the others is in it too. 10 cells, 25 claims;
    degree 5.
    """
    with m.scope(name):
        _claim_equal(m, "on the curve {}", half.x, curve(half))
        found = double(m, "twice", half)
        _claim_equal(m, "is twice x{}", found.x, point.x)
        _claim_equal(m, "is twice u{}", found.u, point.u)


def element(m: Any, name: str, bit: Any) -> Any:
    """The element of F whose 64 bits stand on a block of 64 rows, the most significant first; read it on the last.

    bit: an expression that the caller claims to be 0 or 1. An element below 2^32 - 1 has bits of x and of x + p, which
    has ones in all of the upper half and a one in the lower half: that is refused, so that the bits are those of
    0 <= x < p. Columns NAME.so_far and NAME.ones; degree 3.
    """
    block = m.blocks(64)
    with m.scope(name):
        so_far, ones = m.columns("so_far", "ones")
        value = 2 * so_far + bit
        upper = block.rows(0, 32)
        m.start({so_far: 0, ones: 1})
        m.step(
            {
                so_far: block.within * value,
                ones: upper * ones * bit + block.rows(32, 63) * ones + block.last,
            }
        )
        m.constrain("below p", (1 - upper) * ones * bit == 0)
    return value


def _expressions(m: Any, point: Point) -> Point:
    """The point with expressions for its integers."""
    return Point(*(tuple(m.constant(0) + a for a in part) for part in point))


def _claim_equal(m: Any, names: str, one: Element, other: Element) -> None:
    for k, (left, right) in enumerate(zip(one, other)):
        m.constrain(names.format(k), left == right)


def _inverses(one: Element, other: Element) -> tuple[Element, Element]:
    """Code of 1/one and 1/other, neither of which is 0, with one inverse in F."""
    (ours, norm), (theirs, other_norm) = conjugates(_code(one)), conjugates(_code(other))
    both = hints.inverse(norm * other_norm)
    return tuple(both * other_norm * a for a in ours), tuple(both * norm * a for a in theirs)


def _code(one: Element) -> Element:
    return tuple(map(hints.integer, one))
