"""What an AIR says as polynomials at points, by their definition, and the degrees of polynomials, off their values.

A column at the point (X, r) is Σ_z L_z(X)·T̃(z, r), with hiding more by r_last·(1 − r_last)·mask (PROTOCOL 4.2, 8.1).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod

from code_interpreter import P, domain_rows

from l2zk.air.air import Air
from l2zk.air.domains import Domain
from l2zk.air.measure import Rows


class Point:
    """A value for X and for each row bit, of a table of 2^log rows."""

    def __init__(self, log: int, x: int, bits: Sequence[int]) -> None:
        self.rows, self.x, self.bits = Rows(log), x, bits
        count = 1 << self.rows.skipped
        root = pow(7, (P - 1) // count, P)
        self.roots = [pow(root, z, P) for z in range(count)]
        self.lagrange = [self._lagrange(z) for z in range(count)]
        self.eq = [1]
        for bit in bits:
            self.eq = [e * factor % P for e in self.eq for factor in (1 - bit, bit)]

    def _lagrange(self, z: int) -> int:
        others = [root for i, root in enumerate(self.roots) if i != z]
        above, below = prod(self.x - o for o in others), prod(self.roots[z] - o for o in others)
        return above * pow(below, -1, P) % P

    def at(self, values: Sequence[int], mask: int = 0) -> int:
        """The extension of a column of values for all rows; a mask enters by the last bit."""
        height = self.rows.height
        streams = [sum(e * v for e, v in zip(self.eq, values[z * height :])) for z in range(len(self.roots))]
        return (sum(l * s for l, s in zip(self.lagrange, streams)) + mask * self.bits[-1] * (1 - self.bits[-1])) % P


def degree(polynomial: Callable[[int], int], most: int) -> int:
    """The degree of a polynomial whose degree is at most `most`, by differences of its values."""
    values, found = [polynomial(x) % P for x in range(most + 2)], 0
    for d in range(len(values)):
        found = d if values[0] else found
        values = [(b - a) % P for a, b in pairwise(values)]
    assert found <= most, "what is measured has a higher degree than is looked for"
    return found


def degrees(polynomial: Callable[[Point], int], log: int, most: int) -> tuple[int, list[int]]:
    """In X, and in each row bit, all other variables being arbitrary."""
    numbers = random.Random(5)
    x, bits = numbers.randrange(P), [numbers.randrange(P) for _ in range(log - Rows(log).skipped)]
    in_x = degree(lambda value: polynomial(Point(log, value, bits)), most)
    of_bit = [
        degree(lambda value, i=i: polynomial(Point(log, x, [*bits[:i], value, *bits[i + 1 :]])), most)
        for i in range(len(bits))
    ]
    return in_x, of_bit


class Selector:
    """The polynomial of PROTOCOL 8.1, from the rows of each stream that are in the domain."""

    def __init__(self, domain: Domain, length: int) -> None:
        log = length.bit_length() - 1
        height, inside = Rows(log).height, set(domain_rows(domain, length))
        streams = [{row % height for row in inside if row // height == z} for z in range(length // height)]
        self.full = [z for z, rows in enumerate(streams) if len(rows) == height]
        self.empty = [z for z, rows in enumerate(streams) if not rows]
        self.partial = [z for z, rows in enumerate(streams) if 0 < len(rows) < height]
        [some] = {frozenset(streams[z]) for z in self.partial} or {frozenset()}
        self.some = [int(row in some) for row in range(height)]
        self.log, self.inside = log, inside

    def __call__(self, point: Point) -> int:
        empty, partial = (prod(point.x - point.roots[z] for z in some) for some in (self.empty, self.partial))
        if not self.partial:
            return empty % P
        some = sum(e * y for e, y in zip(point.eq, self.some))
        return empty * (1 - (1 - some) * (1 - partial) if self.full else some) % P

    @property
    def degree(self) -> tuple[int, int]:
        """By counting the streams."""
        both = len(self.partial) if self.full and self.partial else 0
        return len(self.empty) + both, int(bool(self.partial))


class Generic:
    """A node of an AIR with arbitrary columns, constants and public values; a sum is one of arbitrary multiples.

    So nothing cancels, and what is measured is the degree that a node may have.
    """

    def __init__(self, air: Air, root: int, *, masked: bool, seed: int) -> None:
        numbers = random.Random(seed)
        self.air, self.root, self.masked = air, root, masked
        self.columns = [[numbers.randrange(P) for _ in range(air.length)] for _ in air.columns]
        self.periodic = [[numbers.randrange(P) for _ in values] for values in air.periodic]
        self.sequences = [[numbers.randrange(P) for _ in range(sequence.length)] for sequence in air.sequences]
        self.factors = [(numbers.randrange(1, P), numbers.randrange(1, P)) for _ in air.nodes]

    def __call__(self, point: Point) -> int:
        values: list[int] = []
        for (kind, x, y), (v, w) in zip(self.air.nodes[: self.root + 1], self.factors):
            if kind == 1:
                values.append(point.at(self.columns[x][y:] + self.columns[x][:y], v if self.masked else 0))
            elif kind == 2:
                values.append(point.at(self.periodic[x] * (self.air.length // len(self.periodic[x]))))
            elif kind == 9:
                values.append(point.at(self._placed(self.sequences[x], *divmod(y, 2**32)[::-1])))
            elif kind in (0, 3, 4):
                values.append(v)
            elif kind == 7:
                values.append(values[x] * values[y] % P)
            else:
                values.append((v * values[x] + (w * values[y] if kind != 8 else 0)) % P)
        return values[self.root]

    def _placed(self, values: list[int], first: int, step: int) -> list[int]:
        """The column with the values on the rows first, first + step, …, and 0 elsewhere."""
        column = [0] * self.air.length
        column[first : first + len(values) * step : step] = values
        return column
