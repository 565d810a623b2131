"""Lengths of the argument's messages, and places in the vector, from statements alone (PROTOCOL 4.2 to 4.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .statement import OPERATORS, Domain, Expression, Physical, leaves

SKIPPED = 4
"""The most row bits that the first round of the zerocheck takes at once."""

Pair = tuple[int, int]
"""A column and an offset."""


def pairs(expressions: Sequence[Expression]) -> list[Pair]:
    return sorted({(leaf[1], leaf[2]) for e in expressions for leaf in leaves(e) if leaf[0] == "column"})


@dataclass(frozen=True)
class Classes:
    """The values z of the skipped bits by their rows in a domain: all, none, or the one set Y (PROTOCOL 8.1)."""

    full: tuple[int, ...]
    partial: tuple[int, ...]
    empty: tuple[int, ...]

    @property
    def degree(self) -> tuple[int, int]:
        """Degrees of the selector in X and in a row variable."""
        both = len(self.partial) if self.full and self.partial else 0
        return len(self.empty) + both, int(bool(self.partial))


def classes(table: Physical, domain: Domain, skipped: int) -> Classes:
    """By counting rows."""
    height = table.rows >> skipped
    count = [0] * (1 << skipped)
    for row in table.rows_of(domain):
        count[row // height] += 1
    kinds: tuple[list[int], list[int], list[int]] = ([], [], [])
    for z, rows in enumerate(count):
        kinds[0 if rows == height else 2 if rows == 0 else 1].append(z)
    return Classes(*map(tuple, kinds))


@dataclass(frozen=True, eq=False)
class Part:
    """A table with its place in the argument."""

    table: Physical
    skipped: int
    """k_t."""

    @property
    def height(self) -> int:
        """M_t, the rows of one value of the skipped bits."""
        return self.table.rows >> self.skipped

    @property
    def variables(self) -> int:
        """n_t − k_t, its row bits."""
        return self.table.log_rows - self.skipped

    @cached_property
    def pairs(self) -> list[Pair]:
        """What constraints read: the values opened by the zerocheck."""
        return pairs([e for _, e in self.table.table.constraints])

    @cached_property
    def columns(self) -> list[int]:
        """The columns that anything reads: the values opened by the sumcheck of rows."""
        of_buses = pairs([e for i in self.table.table.interactions for e in (*i.tuple, i.multiplicity)])
        return sorted({column for column, _ in [*self.pairs, *of_buses]})

    def degree(self, expression: Expression, hiding: bool) -> tuple[int, int, int]:
        """Degrees in X, in a row variable, in the last row variable (PROTOCOL 4.2)."""
        kind = expression[0]
        top = (1 << self.skipped) - 1
        if kind == "constant" or (kind == "public" and not self.table.stacked):
            return 0, 0, 0
        if kind == "column":
            return top, 1, 2 if hiding else 1
        if kind == "periodic" and len(self.table.table.periodic[expression[1]]) <= self.height:
            return 0, 1, 1
        if kind not in OPERATORS:
            return top, 1, 1
        if kind == "negation":
            return self.degree(expression[1], hiding)
        a, b = self.degree(expression[1], hiding), self.degree(expression[2], hiding)
        join = (lambda x, y: x + y) if kind == "*" else max
        return join(a[0], b[0]), join(a[1], b[1]), join(a[2], b[2])


class Lengths:
    """All lengths of a proof above the commitment."""

    def __init__(self, tables: Sequence[Physical], hiding: bool) -> None:
        self.hiding = hiding
        self.log_rows = max(t.log_rows for t in tables)
        self.skipped = min(SKIPPED, self.log_rows - 1)
        self.parts = [Part(t, min(self.skipped, t.log_rows - 1)) for t in tables]
        self.rounds = max(part.variables for part in self.parts)
        self._set_degrees()
        self._place_fractions()
        self._place_columns()

    def _set_degrees(self) -> None:
        self.constraints = sum(len(part.table.table.constraints) for part in self.parts)
        in_x, degree, last = 0, 1, 1
        for part in self.parts:
            for domain, expression in part.table.table.constraints:
                a, b, c = part.degree(expression, self.hiding)
                x, y = classes(part.table, domain, part.skipped).degree
                in_x = max(in_x, (a + x) << (self.skipped - part.skipped))
                degree, last = max(degree, b + y), max(last, c + y)
        self.in_x, self.degree, self.last_degree = in_x, degree, last
        self.q_length = max(1, in_x - (1 << self.skipped) + 1)
        self.round_degrees = [degree] * (self.rounds - 1) + [last]
        self.openings = sum(len(part.pairs) for part in self.parts)
        self.row_degrees = [2] * (self.log_rows - 1) + [3 if self.hiding else 2]
        self.values = sum(len(part.columns) for part in self.parts)

    def _place_fractions(self) -> None:
        """A stretch of N_t leaves for each interaction, those of tall tables first (PROTOCOL 4.4)."""
        self.fractions: list[tuple[int, Part, int]] = []
        at = 0
        for part in sorted(self.parts, key=lambda part: (-part.table.rows, part.table.number)):
            for index in range(len(part.table.table.interactions)):
                self.fractions.append((at, part, index))
                at += part.table.rows
        self.layers = max(1, (at - 1).bit_length()) if at else 0
        last = 4 if self.hiding else 2
        self.layer_degrees = [[2] * (max(layer, 1) - 1) + [last] for layer in range(self.layers)]

    def _place_columns(self) -> None:
        """Stretches of the columns by falling height, then the masks, three entries each (PROTOCOL 4.4)."""
        self.stretch: dict[tuple[int, int], int] = {}
        at = 0
        for part in sorted(self.parts, key=lambda part: (-part.table.rows, part.table.number)):
            for column in range(part.table.table.width):
                self.stretch[part.table.number, column] = at
                at += part.table.rows
        self.masks_at = at
        self.mask_count = sum(self.hidden()) if self.hiding else 0
        self.entries = at + 3 * self.mask_count

    def hidden(self) -> Iterator[int]:
        """The elements of K in each message that a mask hides, in the order of sending."""
        for degrees in self.layer_degrees:
            yield from degrees
            yield 4
        yield self.q_length
        yield from self.round_degrees
        yield self.openings
        yield from self.row_degrees
        yield self.values

    @property
    def claims(self) -> int:
        """The claims on the vector: one of masks a layer, the zerocheck, the sumcheck of rows; then one a column."""
        return (self.layers + 2 if self.hiding else 0) + self.values

    def words(self) -> list[int]:
        """What the seed says of them."""
        return [
            self.log_rows,
            self.skipped,
            self.in_x,
            self.degree,
            self.last_degree,
            self.openings,
            self.values,
            self.layers,
            self.mask_count,
            self.entries,
        ]
