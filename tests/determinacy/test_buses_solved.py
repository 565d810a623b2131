"""What the solver concludes from buses: permutations, lookups, served tables, memories; and what it does not."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import product

import pytest
import table_programs
from fuzzing import examples
from solving import open_columns, solver_of
from table_programs import values
from warned import any_length

import l2zk
from l2zk.determinacy.puzzle import Puzzle
from l2zk.determinacy.solver import Finite, Solver
from l2zk.language.witness import bind

pytestmark = any_length

ROWS = 4


@dataclass(frozen=True)
class Ordered(l2zk.TraceProgram):
    """A column in some order, and pairs of a table, on the rows where `asks` is 1."""

    id = "ordered.v0"
    seed: int

    def define(self, m):
        m.rows(ROWS)
        x, y, key, value, asks = m.columns("x", "y", "key", "value", "asks")
        for column, few in ((x, self.few), (y, self.few), (key, (0, 1, 2)), (value, (0, 1, 2))):
            claim = 1
            for one in few:
                claim = claim * (column - one)
            m.constrain(f"values of {column}", claim == 0)
        m.permutation("some order", (x,), (y,))
        rows = self.pairs
        table = l2zk.FixedTable("pairs", {"key": [k for k, _ in rows], "value": [v for _, v in rows]})
        m.lookup("a pair", (key, value), in_=table, when=asks)
        m.output("first", x + 5 * key, row=0)

    @property
    def few(self):
        return sorted(random.Random(self.seed).sample([0, 1, 3, 7], 3))

    @property
    def pairs(self):
        rng = random.Random(self.seed + 1)
        return [(k, v) for k, v in product(range(3), range(3)) if k == v or rng.random() < 0.3]

    @property
    def honest(self):
        rng = random.Random(self.seed + 2)
        x = [rng.choice(self.few) for _ in range(ROWS)]
        asks = [rng.randrange(2) for _ in range(ROWS)]
        pairs = [rng.choice(self.pairs) if asked else (rng.randrange(3), rng.randrange(3)) for asked in asks]
        return [x, rng.sample(x, ROWS), [k for k, _ in pairs], [v for _, v in pairs], asks]

    def generate_trace(self, witness):
        return dict(zip(("x", "y", "key", "value", "asks"), self.honest))


def possible_values(program, chosen):
    """For each cell the values that it has in some trace that satisfies everything and agrees in the chosen cells."""
    few = [program.few, program.few, range(3), range(3), range(2)]
    given = [[(program.honest[c][r],) if (0, c, r) in chosen else few[c] for r in range(ROWS)] for c in range(5)]
    orders = list(product(product(*given[0]), product(*given[1])))
    found = {(0, c, r): set() for c in range(5) for r in range(ROWS)}
    for x, y in orders:
        if Counter(x) == Counter(y):
            for row in range(ROWS):
                found[0, 0, row].add(x[row])
                found[0, 1, row].add(y[row])
    for row in range(ROWS):
        for key, value, asks in product(given[2][row], given[3][row], given[4][row]):
            if not asks or (key, value) in program.pairs:
                for column, one in ((2, key), (3, value), (4, asks)):
                    found[0, column, row].add(one)
    return found


@pytest.mark.parametrize("seed", range(examples(60)))
def test_the_solver_agrees_with_brute_force_on_buses(seed):
    program, rng = Ordered(seed), random.Random(seed)
    cells = [(0, column, row) for column in range(5) for row in range(ROWS)]
    chosen = set(rng.sample(cells, rng.randrange(15)))
    trace = l2zk.TraceZkVm().trace(program)
    tables = [trace.padded, *(table.padded for table in trace.tables.values())]
    solver = Solver(Puzzle.of(program.definition, bind(program.definition, ()), tables, choices=chosen))
    possible = possible_values(program, chosen)
    assert solver.propagate(10)
    solver.refute(10)
    for cell, there in possible.items():
        state = solver.state(cell)
        assert there == {state} if isinstance(state, int) else not isinstance(state, Finite) or there <= {*state.values}
        for value in range(8):
            mark = solver.mark()
            assert solver.assume(cell, value) or value not in there
            solver.undo(mark)


def test_an_order_is_open_where_nobody_says_that_it_is_one():
    witness = {"given": values(8, 2**16)}
    solver = solver_of(table_programs.Sort(8), witness, leave_out=[(0, "sorted")])
    solver.refute(1)
    assert {"ordered", "output 0"} <= open_columns(solver)


def test_what_is_not_looked_up_is_open():
    witness = {"x": values(16, 256), "y": values(16, 256, 8)}
    solver = solver_of(table_programs.ByteXor(16), witness, leave_out=[(0, "xor")])
    assert {"z", "output 0"} <= open_columns(solver)


def test_a_tuple_that_no_row_has_is_a_contradiction():
    witness = {"x": values(16, 256), "y": values(16, 256, 8)}
    solver = solver_of(table_programs.ByteXor(16), witness)
    z = solver.state((0, 2, 3))
    assert not solver.assume((0, 2, 3), z ^ 1)


def test_a_served_table_that_forgets_its_rule_leaves_what_asks_open():
    witness = {"a": values(16, 8)}
    solver = solver_of(table_programs.Cubes(16, 8), witness, leave_out=[(1, "cube")])
    assert {"b", "cube", "output 0"} <= open_columns(solver)
    assert "x" not in open_columns(solver)


def test_a_memory_whose_accesses_need_not_rise_says_nothing():
    program = table_programs.RegisterMachine(32, size=64)
    names = [one.name for one in program.definition.air.main.interactions if "is after" in one.name]
    names += [one.name for one in program.definition.air.main.constraints if "is after" in one.name]
    solver = solver_of(program, {"a": 1}, leave_out=[(0, names[0])])
    value, load = (program.definition.air.columns.index(name) for name in ("ram_value0", "load"))
    loads = [row for row in range(32) if solver.state((0, load, row)) == 1]
    assert not all(isinstance(solver.state((0, value, row)), int) for row in loads)


def test_the_chain_of_a_cell_begins_with_what_it_follows_from():
    solver = solver_of(table_programs.InRange(8), {"x": values(8, 2**16)})
    air = solver.puzzle.definition.air
    chain = solver.why((0, air.columns.index("total"), 2))
    assert [row for name, row in chain if name.startswith("step")] == [0, 1] or len(chain) == 3
    assert solver.why((0, air.columns.index("x"), 2)) == []


@dataclass(frozen=True)
class Taken(l2zk.TraceProgram):
    """What is sent is received in any order, and the first that is received is stated."""

    id = "taken.v0"
    aside: bool
    selected: bool = False

    def define(self, m):
        m.rows(ROWS)
        x = m.private_column("x")
        bus = m.bus("bus", "value")
        m.send(bus, x)
        there = m.table("there", ROWS) if self.aside else m
        y, times = there.columns("y", "times")
        there.receive(bus, y, times=times)
        first = y
        if self.aside:
            first, other = m.column("first"), m.bus("other", "value")
            if self.selected:
                there.send(other, y, when=there.rows_where(ROWS, lambda k: k == 0))
            else:
                there.send(other, y, on=0)
            m.receive(other, first, times=1, on=0)
            m.free(first, on=range(1, ROWS))
        m.output("first", first, row=0)

    def generate_trace(self, witness):
        made = {"y": [2, 1, 3, 4], "times": [1] * ROWS}
        return {"first": [2, 0, 0, 0], "there": made} if self.aside else made


@pytest.mark.parametrize(("aside", "selected"), [(False, False), (True, False), (True, True)])
def test_the_order_of_what_is_served_is_not_taken_where_an_output_follows_from_it(aside, selected):
    found = Taken(aside, selected).examine({"x": [1, 2, 3, 4]})
    assert not found
    assert "output first" in str(found)
