"""Refutation: what no single rule says, since each other value leads to a contradiction."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import table_programs
from solving import open_columns, solver_of

import l2zk
from l2zk.determinacy.solver import Finite


@dataclass(frozen=True)
class Larger(l2zk.TraceProgram):
    """Of two private numbers on each row the larger one; where they are equal, either is said to be."""

    id = "larger.v0"

    def define(self, m):
        m.rows(4)
        a, b = m.private_columns("a", "b")
        won = m.hint("won", a < b)
        m.constrain("won is a bit", won * (won - 1) == 0)
        m.bits("gap", m.where(won, b - a, a - b), 8)
        m.output_column("largest", m.where(won, b, a))


def test_who_won_is_known():
    solver = solver_of(Larger(), {"a": [3, 250, 7, 0], "b": [9, 200, 8, 255]})
    solver.refute(20)
    assert open_columns(solver) == set()
    assert [solver.state((0, 2, row)) for row in range(4)] == [1, 0, 1, 1]


def test_a_tie_leaves_open_who_won_and_not_the_largest():
    solver = solver_of(Larger(), {"a": [3, 5, 7, 0], "b": [9, 5, 8, 255]})
    solver.refute(20)
    assert open_columns(solver) == {"won"}
    assert solver.state((0, 2, 1)) == Finite((0, 1))
    assert isinstance(solver.state((-1, 0, 1)), int)


@pytest.mark.parametrize("left_out", ["won is a bit", "gap0 is a bit"])
def test_what_is_left_out_is_not_refuted(left_out):
    names = [one.name for one in Larger().definition.air.main.constraints]
    solver = solver_of(Larger(), {"a": [3, 250, 7, 0], "b": [9, 200, 8, 255]}, leave_out=[(0, left_out)])
    solver.refute(5)
    assert left_out in names and open_columns(solver)


def test_an_order_is_known_when_all_others_are_refuted():
    program = table_programs.Sort(8)
    solver = solver_of(program, {"given": table_programs.values(8, 2**16)})
    column = program.definition.air.columns.index("ordered")
    before = [solver.state((0, column, row)) for row in range(8)]
    assert all(isinstance(state, Finite) and len(state.values) == 8 for state in before)
    solver.refute(20)
    assert [solver.state((0, column, row)) for row in range(8)] == sorted(table_programs.values(8, 2**16))
