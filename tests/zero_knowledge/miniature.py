"""Every mask of a trace over a toy field at once: how often each view occurs (PROTOCOL 10).

p = 17, K = F[x]/(x^2 - 3), N = 4, one query, one piece; H = {1, 4, 16, 13} and L = 3·<omega_8> are disjoint.
A view is what is shown of one column and of the quotient, T(x), T(g^o zeta), Q(x) and Q(zeta); R is left out,
for it only shifts word 1. Cells are arrays with an entry for each mask, and the arithmetic is that of the
reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import reference
from numpy.typing import NDArray
from reference import Field, Masks, Options, PrimeField, Prover, Shape
from reference import air as ir
from reference.air import quotient_at
from reference.field import Element, horner

TOY = Field(PrimeField(17, 3), (3, 0))
P = TOY.F.p

COLUMN, NEXT, ONE = (ir.COLUMN, 0, 0), (ir.COLUMN, 0, 1), (ir.CONSTANT, 1, 0)


def air_of(domain: ir.Triple, expression: tuple) -> reference.Air:
    return reference.air_of([(domain, expression)], id="miniature", rows=4, length=4, columns=1)


BITS = air_of((ir.EVERY, 0, 0), (ir.PRODUCT, COLUMN, (ir.DIFFERENCE, COLUMN, ONE)))
"""O = {0}: each cell is 0 or 1, 16 witnesses."""

RISE = (ir.DIFFERENCE, NEXT, COLUMN)
STAIRS = air_of((ir.TRANSITION, 1, 0), (ir.PRODUCT, RISE, (ir.DIFFERENCE, RISE, ONE)))
"""O = {0, 1}: each row is the one before it or 1 more."""


def shape_of(air: reference.Air, h: int) -> Shape:
    """4.2 has no such shape, so it is written down; only N, |L|, O and h enter a view."""
    return Shape(
        rows=4,
        length=4,
        domain_length=4,
        columns=1,
        offsets=air.offsets,
        pieces=1,
        piece_length=8,
        mask_length=h,
        quotient_mask_length=2,
        degree_bound=8,
        rows_per_leaf=1,
        queries=1,
        arities=(),
        final_length=7,
        blowup=2,
        grinding=0,
        zero_knowledge=True,
    )


def masks(h: int, at_once: int) -> Iterator[list]:
    """All 17^h of h coefficients, 17^at_once at a time."""
    several = list(np.meshgrid(*[np.arange(P)] * at_once, indexing="ij"))
    for outer in np.ndindex(*[P] * (h - at_once)):
        yield [*outer, *[c.ravel() for c in several]]


def views(
    air: reference.Air, column: Sequence[int], mask: list, x: int, zeta: Element, alpha: Element
) -> NDArray[np.int64]:
    """The number of the view for each mask."""
    T = masked_polynomial(air, column, mask)
    g, K = TOY.F.root(4), TOY.K
    at_x = [horner(TOY.F, T, TOY.F.pow(g, o) * x % P) for o in air.offsets]
    in_K = [K.embed(c) for c in T]
    at_zeta = [horner(K, in_K, K.scale(TOY.F.pow(g, o), zeta)) for o in air.offsets]
    return view_number(air, at_x, at_zeta, x, zeta, alpha)


def masked_polynomial(air: reference.Air, column: Sequence[int], mask: list) -> list:
    shape = shape_of(air, len(mask))
    given = Masks(trace=[mask], pieces=(), batch=(), trace_salts=(), quotient_salts=())
    return Prover(air, [column], options=Options(), masks=given, field=TOY, shape=shape).trace_polynomials()[0]


def view_number(
    air: reference.Air, at_x: Sequence, at_zeta: Sequence, x: int, zeta: Element, alpha: Element
) -> NDArray[np.int64]:
    """The view's elements as the digits of a number; T(g^o x) is shown for o = 0 alone."""
    K, offsets = TOY.K, air.offsets
    inside = quotient_at(TOY, air, K.embed(x), lambda c, o: K.embed(at_x[offsets.index(o)]), alpha, (), ())
    outside = quotient_at(TOY, air, zeta, lambda c, o: at_zeta[offsets.index(o)], alpha, (), ())
    number = np.int64(0)
    for digit in (at_x[0], *[c for value in (*at_zeta, inside, outside) for c in value]):
        number = number * P + digit
    return number


def simulated(air: reference.Air, values: list, x: int, zeta: Element, alpha: Element) -> NDArray[np.int64]:
    """The views that a simulator makes of these values of T(g^o x) and T(g^o zeta): no witness enters."""
    count = len(air.offsets)
    pairs = values[count:]
    return view_number(air, values[:count], list(zip(pairs[0::2], pairs[1::2])), x, zeta, alpha)
