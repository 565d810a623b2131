"""Openings: which polynomial is opened where, and the word G that batches them (PROTOCOL 6.6, 6.7).

G(x) = sum over openings of alpha_deep^e (f_t(x) - value)/(x - g^o zeta),   e = 1 + t + u (w + k)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .air import Air
from .field import Element, Field
from .shape import Shape


@dataclass(frozen=True)
class Opening:
    slot: int  # t: a column, or w + j for piece j
    number: int  # u: which offset
    offset: int  # o_u
    exponent: int  # e


def openings(air: Air, shape: Shape) -> list[Opening]:
    """In the order of the out-of-domain values."""
    width, listed = shape.columns + shape.pieces, []
    for u, offset in enumerate(shape.offsets):
        slots = air.columns_read(offset) if u else range(width)
        listed += [Opening(t, u, offset, 1 + t + u * width) for t in slots]
    return listed


class Batch:
    """G, once zeta, the values and alpha_deep are known; `first` is the exponent of opening 0."""

    def __init__(
        self,
        field: Field,
        air: Air,
        shape: Shape,
        zeta: Element,
        values: Sequence[Element],
        alpha: Element,
        first: int = 1,
    ):
        K, g = field.K, field.F.root(shape.length)
        self.field = field
        self.points = [K.scale(field.F.pow(g, o), zeta) for o in shape.offsets]
        self.claims = [
            (o.number, o.slot, K.pow(alpha, o.exponent - 1 + first), value)
            for o, value in zip(openings(air, shape), values)
        ]

    def at(self, x: int, row: Sequence[int], pieces: Sequence[Element]) -> Element:
        """G(x), from the trace columns and the quotient pieces at x."""
        K, w = self.field.K, len(row)
        sums = [K.zero for _ in self.points]
        for u, t, power, value in self.claims:
            f = K.embed(row[t]) if t < w else pieces[t - w]
            sums[u] = K.add(sums[u], K.mul(power, K.sub(f, value)))
        result = K.zero
        for total, point in zip(sums, self.points):
            result = K.add(result, K.mul(total, K.inv(K.sub(K.embed(x), point))))
        return result
