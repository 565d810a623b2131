"""The solver on small programs: what is fixed is known, and what is left out is open."""

from __future__ import annotations

from dataclasses import dataclass

from solving import solver_of

import l2zk
from l2zk.determinacy.solver import OPEN


@dataclass(frozen=True)
class Doubled(l2zk.TraceProgram):
    id = "doubled.v0"

    def define(self, m):
        m.rows(8)
        x = m.column("x")
        m.bits("x", x, 20)
        m.constrain("start", x == m.public_input("x"), on="first")
        m.constrain("next", x.next == 2 * x)
        m.output("end", x, row="last")

    def generate_trace(self, witness):
        return {"x": [witness["x"] << row for row in range(8)]}


def test_everything_is_known_of_a_program_that_is_whole():
    solver = solver_of(Doubled(), {"x": 3})
    assert solver.open_cells() == []
    assert solver.state((-1, 0, 0)) == 3 << 7


def test_a_constraint_that_is_left_out_leaves_cells_open():
    solver = solver_of(Doubled(), {"x": 3}, leave_out=[(0, "next")])
    assert (-1, 0, 0) in solver.open_cells()
    assert solver.state((0, 0, 0)) == 3


def test_an_assumption_is_undone():
    solver = solver_of(Doubled(), {"x": 3}, leave_out=[(0, "next")])
    mark, before = solver.mark(), solver.open_cells()
    assert solver.assume((-1, 0, 0), 5)
    assert solver.state((0, 0, 7)) == 5
    assert not solver.assume((0, 0, 7), 6)
    solver.undo(mark)
    assert solver.open_cells() == before
    assert not solver.assume((-1, 0, 0), 2**20)


@dataclass(frozen=True)
class DefinedFirst(l2zk.TraceProgram):
    """A word is its four bits before eight bits, all 1, say what it is."""

    id = "defined-first.v0"

    def define(self, m):
        m.rows(2)
        x, *bits = m.columns("x", "b0", "b1", "b2", "b3")
        ones = m.columns(*[f"u{k}" for k in range(8)])
        for bit in (*bits, *ones):
            m.constrain(f"{bit} is a bit", bit * (bit - 1) == 0)
        m.constrain("word", x == sum(2**k * bit for k, bit in enumerate(bits)))
        m.constrain("ones", sum(ones) == 8)
        m.constrain("nine", ones[0] * (x - 9) == 0)
        m.output("x", x, row=0)

    def generate_trace(self, witness):
        return {"x": [9, 9], **{f"b{k}": [9 >> k & 1] * 2 for k in range(4)}, **{f"u{k}": [1, 1] for k in range(8)}}


def test_a_cell_that_is_defined_is_known_when_another_constraint_says_it():
    solver = solver_of(DefinedFirst())
    assert solver.open_cells() == []
    assert [solver.state((0, column, 1)) for column in range(5)] == [9, 1, 0, 0, 1]
    chain = solver.why((0, 1, 1))
    assert {("word", 1), ("nine", 1), ("ones", 1)} <= set(chain)


@dataclass(frozen=True)
class Together(l2zk.TraceProgram):
    """Two equations in two cells, neither of which says what one of them is; and one that has two bits in it."""

    id = "together.v0"

    def define(self, m):
        m.rows(2)
        x, y, bit = m.columns("x", "y", "bit")
        m.constrain("bit is a bit", bit * (bit - 1) == 0)
        m.constrain("sum", x + y == m.public_input("sum"))
        m.constrain("difference", x - y == 3 + bit * m.public_input("by", default=0))
        m.constrain("zero", x * bit == 0)
        m.output("x", x, row=0)

    def generate_trace(self, witness):
        return {"x": [5, 5], "y": [2, 2], "bit": [0, 0]}


def test_two_equations_in_two_open_cells_are_solved():
    solver = solver_of(Together(), {"sum": 7})
    assert [solver.state((0, column, 0)) for column in range(3)] == [5, 2, 0]
    assert {name for name, _ in solver.why((0, 0, 0))} >= {"sum", "difference"}


def test_a_difference_that_is_left_out_leaves_both_open():
    solver = solver_of(Together(), {"sum": 7}, leave_out=[(0, "difference")])
    assert solver.state((0, 0, 0)) is OPEN and solver.state((0, 1, 0)) is OPEN
    assert solver.assume((0, 0, 0), 6) and solver.state((0, 1, 0)) == 1
