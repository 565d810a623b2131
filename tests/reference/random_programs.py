"""Random programs with honest traces: tables of any height, blocks, domains, offsets, known columns, interactions."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from .algebra import P
from .judge import Stacked, value
from .statement import EVERY, Domain, Expression, Group, Interaction, Message, Program, Public, Series, Table
from .systems import Traces

WIDTHS = {"a": 1, "b": 2}
"""The buses of programs with interactions."""


@dataclass
class Drawn:
    """A table while it is drawn: each constraint has a column of its own, which it determines on its domain."""

    rows: int
    periodic: tuple[tuple[int, ...], ...]
    sequences: list[Expression]
    constraints: list[tuple[Domain, Expression]] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list)
    trace: list[list[int]] = field(default_factory=list)

    def table(self) -> Table:
        return Table(self.rows, len(self.trace), self.periodic, tuple(self.constraints), tuple(self.interactions))


class Draw:
    """Draws one program, its statements and their traces."""

    def __init__(self, rng: random.Random, *, interactions: bool) -> None:
        self.rng = rng
        self.count = rng.choice((1, 1, 1, 1, 2, 3, 4, 5, 9))
        blocks = 1 << (self.count - 1).bit_length()
        heights = [rng.choice((1, 2, 3, 4, 5)) for _ in range(rng.choice((1, 2, 2, 3)))]
        sizes = [1 << max(1, h - (blocks.bit_length() - 1) // 2) for h in heights]
        self.length = rng.randrange(1, min(3, *sizes) + 1)
        self.statements = tuple(self.public() for _ in range(self.count))
        self.blocks = [*self.statements, *[self.statements[-1]] * (blocks - self.count)]
        self.tables = [self.draw_table(rows) for rows in sizes]
        self.messages: tuple[Message, ...] = ()
        if interactions:
            self.balance()
        elif not any(drawn.constraints for drawn in self.tables):
            self.constrain(self.tables[0])  # a proof is of something

    def public(self) -> Public:
        draw = self.rng.randrange
        return Public((draw(P), draw(9)), (tuple(draw(P) for _ in range(self.length)),))

    def case(self) -> tuple[list[Group], Traces]:
        buses = tuple(WIDTHS.items())
        tables = tuple(drawn.table() for drawn in self.tables)
        program = Program("random", tables, ("x", "y"), (Series("s", self.length),), buses, self.messages)
        return [(program, self.statements)], [drawn.trace for drawn in self.tables]

    def domain(self, rows: int) -> Domain:
        kinds = ["every"] + (["row", "transitions", "last", "cyclic"] if rows > 1 else [])
        kind = self.rng.choice(kinds)
        if kind == "every":
            return EVERY
        if kind == "cyclic":
            step = 1 << self.rng.randrange(1, rows.bit_length())
            return Domain(kind, self.rng.randrange(step), step)
        return Domain(kind, self.rng.randrange(0 if kind == "row" else 1, rows))

    def reach(self, rows: int, domain: Domain) -> tuple[int, int]:
        """The least and the greatest offset that a row of the domain may read; a single block may wrap.

        No two offsets lead to one row.
        """
        first, last = min(domain.rows(rows)), max(domain.rows(rows))
        low, high = max(-3, -first), min(3, rows - 1 - last)
        if domain.kind in ("every", "cyclic"):
            low = high = 0
        wrap = len(self.blocks) == 1
        low, high = low - wrap * self.rng.randrange(3), high + wrap * self.rng.randrange(3)
        return max(low, -((rows - 1) // 2)), min(high, rows // 2)

    def leaf(self, drawn: Drawn, reach: tuple[int, int]) -> Expression:
        chance = self.rng.random()
        if chance < 0.55:
            return "column", self.rng.randrange(len(drawn.trace)), self.rng.randint(*reach)
        known: list[Expression] = [("periodic", i) for i in range(len(drawn.periodic))]
        known += [("row",), ("public", 0), ("public", 1), ("constant", self.rng.randrange(P)), *drawn.sequences]
        known += [("conjunction", b) for b in range(1, drawn.rows.bit_length()) if 1 << 2 * b <= drawn.rows]
        return self.rng.choice(known)

    def expression(self, drawn: Drawn, reach: tuple[int, int], depth: int) -> Expression:
        if depth == 0:
            return self.leaf(drawn, reach)
        a = self.expression(drawn, reach, depth - 1)
        b = self.expression(drawn, reach, self.rng.randrange(depth))
        return self.rng.choice("+-**"), a, b

    def affine(self, drawn: Drawn, reach: tuple[int, int], *, small: bool = False) -> Expression:
        result: Expression = ("constant", self.rng.randrange(3))
        for _ in range(self.rng.randrange(1, 3)):
            factor = ("constant", 1 if small else self.rng.randrange(1, P))
            result = (self.rng.choice("+-"), result, ("*", factor, self.leaf(drawn, reach)))
        return result

    def draw_table(self, rows: int) -> Drawn:
        draw = self.rng.randrange
        total = rows * len(self.blocks)
        periods = [1 << draw(rows.bit_length()) for _ in range(2)]
        drawn = Drawn(rows, tuple(tuple(draw(P) for _ in range(period)) for period in periods), [])
        step = draw(1, 4)
        if (self.length - 1) * step < rows:
            drawn.sequences.append(("sequence", 0, draw(rows - (self.length - 1) * step), step))
        drawn.trace = [[draw(P) for _ in range(total)] for _ in range(draw(1, 3))]
        for _ in range(draw(0, 4)):
            self.constrain(drawn)
        return drawn

    def constrain(self, drawn: Drawn) -> None:
        domain = self.domain(drawn.rows)
        e = self.expression(drawn, self.reach(drawn.rows, domain), self.rng.randrange(1, 4))
        stacked = Stacked(drawn.table(), self.blocks, drawn.trace)
        column = [self.rng.randrange(P) for _ in range(drawn.rows * len(self.blocks))]
        for block, row in stacked.rows(domain):
            column[block * drawn.rows + row] = value(e, stacked.at(block, row))
        own: Expression = ("column", len(drawn.trace), 0)
        stated: Expression = ("-", own, e)
        if self.rng.random() < 0.3:
            stated = ("*", stated, ("-", own, ("constant", 3)))
        drawn.trace.append(column)
        drawn.constraints.append((domain, stated))

    def balance(self) -> None:
        """Interactions of every table, and for each bus a table that takes back what they put there."""
        sent = {bus: [Counter[tuple[int, ...]]() for _ in self.blocks] for bus in WIDTHS}
        for drawn in self.tables:
            for _ in range(self.rng.randrange(0, 3)):
                self.send(drawn, sent)
        if self.rng.random() < 0.5:
            self.messages = (Message(self.rng.choice((1, -1)), "a", (("public", 1),)),)
            for counter, public in zip(sent["a"], self.blocks):
                counter[public.scalars[1:]] += self.messages[0].sign
        for bus, counters in sent.items():
            self.tables.append(self.sink(bus, counters))

    def send(self, drawn: Drawn, sent: dict[str, list[Counter[tuple[int, ...]]]]) -> None:
        domain, bus = self.domain(drawn.rows), self.rng.choice(list(WIDTHS))
        reach = self.reach(drawn.rows, domain)
        shown = tuple(self.affine(drawn, reach, small=True) for _ in range(WIDTHS[bus]))
        multiplicity: Expression = ("constant", self.rng.choice((1, P - 1, 2)))
        if self.rng.random() < 0.6:
            multiplicity = ("+", multiplicity, ("column", self.rng.randrange(len(drawn.trace)), 0))
        if domain == EVERY and self.rng.random() < 0.5:
            multiplicity = ("-", multiplicity, ("periodic", 0))
        drawn.interactions.append(Interaction(bus, shown, multiplicity, domain))
        stacked = Stacked(drawn.table(), self.blocks, drawn.trace)
        for block, row in stacked.rows(domain):
            leaf = stacked.at(block, row)
            sent[bus][block][tuple(value(e, leaf) for e in shown)] += value(multiplicity, leaf)

    def sink(self, bus: str, counters: list[Counter[tuple[int, ...]]]) -> Drawn:
        width, most = WIDTHS[bus], max([2, *map(len, counters)])
        rows = 1 << (most - 1).bit_length()
        taken = Interaction(
            bus, tuple(("column", c, 0) for c in range(width)), ("-", ("constant", 0), ("column", width, 0))
        )
        lines = [[(*shown, count % P) for shown, count in counter.items()] for counter in counters]
        lines = [[*block, *[(0,) * (width + 1)] * (rows - len(block))] for block in lines]
        columns = [list(column) for column in zip(*[line for block in lines for line in block])]
        return Drawn(rows, (), [], [], [taken], columns)


def random_groups(seed: str) -> tuple[list[Group], Traces]:
    """One to three programs side by side, each with its statements."""
    rng = random.Random(f"groups {seed}")
    groups, traces = list[Group](), Traces()
    for _ in range(rng.choice((1, 1, 2, 3))):
        group, columns = Draw(rng, interactions=rng.random() < 0.7).case()
        groups, traces = groups + group, traces + columns
    return groups, traces


def random_case(seed: str, *, interactions: bool = False) -> tuple[list[Group], Traces]:
    return Draw(random.Random(seed), interactions=interactions).case()
