"""Random programs of the language with tables, lookups, ranges, memories and buses, and honest witnesses of them.

The same rows come of filling in plain Python and natively, nothing is violated, and a proof is accepted; a lookup of
what is not there is refused.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
from defining import defined, program
from plain_filling import Plain
from warned import any_length

import l2zk
from l2zk import ConstraintError, ProofOptions, TraceZkVm
from l2zk.language.filling_tables import filled_tables
from l2zk.language.witness import bind

VM = TraceZkVm(ProofOptions(queries=4, grinding=0, allow_insecure=True), threads=1)


class Story:
    """A program, part by part, and the private columns of an honest witness."""

    def __init__(self, seed: int) -> None:
        self.numbers = random.Random(seed)
        self.rows = self.numbers.randint(2, 19)
        self.given: dict[str, list[int]] = {}
        kinds = [self.looked_up, self.ranged, self.permuted, self.remembered, self.served, self.coded, self.told]
        self.parts = [self.numbers.choice(kinds) for _ in range(self.numbers.randint(1, 5))]

    def define(self, m: l2zk.Machine) -> None:
        self.numbers.seed(self.rows)
        self.given = {}
        m.rows(self.rows)
        for number, part in enumerate(self.parts):
            with m.scope(f"part{number}"):
                part(m)

    def column(self, m, name: str, below: int, rows: int = 0):
        """A private column of random values."""
        column = m.private_column(name)
        self.given[m._draft.arrays[-1]] = [self.numbers.randrange(below) for _ in range(rows or self.rows)]
        return column, self.given[m._draft.arrays[-1]]

    def selector(self, m):
        return self.column(m, "when", 2)

    def looked_up(self, m):
        (x, xs), (y, ys), (when, _) = self.column(m, "x", 8), self.column(m, "y", 8), self.selector(m)
        z, zs = self.column(m, "z", 2)
        zs[:] = [a ^ b for a, b in zip(xs, ys)]
        m.lookup("xor", (x, y, z), in_=l2zk.XorTable(3), when=when)
        m.lookup("products", x * y, in_=l2zk.RangeTable(6))

    def ranged(self, m):
        bits = self.numbers.randint(1, 63)
        x, xs = self.column(m, "x", 2**bits)
        xs.sort()
        m.range("small", x, bits=bits)
        m.range("rise", x[1] - x, bits=bits)

    def permuted(self, m):
        (x, xs), (y, ys) = self.column(m, "x", 9), self.column(m, "y", 9)
        ys[:] = sorted(xs)
        m.permutation("sorted", x, y)

    def remembered(self, m):
        size = self.numbers.randint(1, 6)
        ram = m.memory("ram", size, initial=self.numbers.choice([None, [7], range(1, size + 1)]))
        for number in range(self.numbers.randint(1, 3)):
            with m.scope(f"access{number}"):
                (at, _), (when, _) = self.column(m, "at", size), self.selector(m)
                found = ram.read(at, when=when)
                ram.write(at, found * found + at)

    def served(self, m):
        (x, _), (when, _) = self.column(m, "x", 5), self.selector(m)
        table = m.table("squares", rows=5)
        key, square, times = table.columns("key", "square", "times")
        table.constrain("square", square == key * key)
        table.range("key", key, bits=3)
        asked = m.bus("asked", "key", "square")
        m.send(asked, (x, x * x), when=when)
        table.receive(asked, (key, square), times=times)

    def coded(self, m):
        table = m.table("code", rows=6)
        (_, ats), (_, ops) = self.column(table, "at", 2, 6), self.column(table, "op", 99, 6)
        ats[:] = range(6)
        (x, xs), (y, ys) = self.column(m, "x", 6), self.column(m, "y", 2)
        ys[:] = [ops[at] for at in xs]
        m.lookup("fetch", (x, y), in_=table["at", "op"])

    def told(self, m):
        x, _ = self.column(m, "x", 2**40)
        log = m.bus("log", "value", "row")
        m.send(log, (x, m.row_number()), on="first")
        m.receive(log, (m.output("first", x, row=0), 0))


@any_length
@pytest.mark.parametrize("seed", range(24))
def test_random_programs(seed):
    story = Story(seed)
    made = program(story.define)
    definition = made.definition
    witness = {name: np.array(values, dtype=np.uint64) for name, values in story.given.items()}
    plain = Plain(definition, story.given)
    assert plain.wrong() == []
    tables = filled_tables(definition, bind(definition, witness))
    for number, cells in enumerate(plain.tables):
        native = [tables.cells[number][column].tolist() for column in range(len(cells))]
        assert native == cells, definition.tables[number].air.name
    report = VM.check(made, witness)
    assert report.ok, str(report)
    proof = VM.prove(made, witness)
    assert VM.verify(made, proof)


def test_the_order_of_parts_does_not_matter():
    story = Story(3)
    assert defined(story.define).air.digest == defined(story.define).air.digest


@pytest.mark.parametrize("name, value", [("part0.z", 1), ("part0.x", 9)])
def test_a_false_lookup_is_refused(name, value):
    story = Story(0)
    story.parts = [story.looked_up]
    made = program(story.define)
    assert made.definition
    witness = {**story.given, "part0.when": [1] * story.rows}
    VM.prove(made, witness)
    witness[name] = [*witness[name][:-1], witness[name][-1] + value]
    with pytest.raises(ConstraintError, match="lookup 'part0"):
        VM.prove(made, witness)
