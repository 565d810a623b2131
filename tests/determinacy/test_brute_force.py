"""The solver against brute force: small random systems of cells that have few values.

What it calls known is the only value in all satisfying assignments; a value that it excludes is in none; it meets no
contradiction where there is an assignment.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product

import pytest
from fuzzing import examples

import l2zk
from l2zk.determinacy.puzzle import Puzzle
from l2zk.determinacy.solver import DEFINED, OPEN, Finite, Solver
from l2zk.language.witness import bind

COLUMNS, ROWS = 4, 2
P = l2zk.MODULUS


@dataclass(frozen=True)
class System(l2zk.TraceProgram):
    """Columns of two or three values, and random equations among the cells, all of which an assignment satisfies."""

    id = "system.v0"
    seed: int

    def define(self, m):
        m.rows(ROWS)
        columns = m.columns(*[f"x{k}" for k in range(COLUMNS)])
        for column, values in zip(columns, self.domains):
            claim = 1
            for value in values:
                claim = claim * (column - value)
            m.constrain(f"values of {column}", claim == 0)
        for number, (equation, on) in enumerate(self.equations):
            m.constrain(f"equation {number}", equation(columns) == 0, on=on)
        m.output("sum", sum(3**k * column for k, column in enumerate(columns)), row=0)

    @property
    def domains(self):
        rng = random.Random(self.seed)
        if self.seed % 3:
            return [[0, 1, 2][: rng.choice([2, 2, 3])] for _ in range(COLUMNS)]
        return [sorted(rng.sample([0, 1, 2, 5, P - 1, 2**32], rng.choice([2, 2, 3]))) for _ in range(COLUMNS)]

    @property
    def honest(self):
        rng = random.Random(-1 - self.seed)
        return [[rng.choice(values) for _ in range(ROWS)] for values in self.domains]

    @property
    def equations(self):
        rng = random.Random(2 * self.seed + 1)
        drawn = [equation_of(rng, self.honest) for _ in range(rng.randrange(1, 7))]
        others = [[rng.randrange(P) for _ in range(ROWS)] for _ in range(COLUMNS)]
        return [one for one in drawn if holds(one, self.honest) and not holds(one, others)]

    def generate_trace(self, witness):
        return {f"x{k}": values for k, values in enumerate(self.honest)}


def equation_of(rng, honest):
    """A sum of products of cells less what it is in the honest trace, on one row."""
    row = rng.randrange(ROWS)
    terms = []
    for _ in range(rng.randrange(1, 6)):
        factors = [(rng.randrange(COLUMNS), rng.randrange(ROWS - row)) for _ in range(rng.choice([1, 1, 1, 1, 2]))]
        terms.append((rng.choice([1, 1, 1, P - 1, 2, 2**32]), factors))

    def value(cell):
        total = 0
        for coefficient, factors in terms:
            product_ = coefficient
            for column, ahead in factors:
                product_ = product_ * cell(column, ahead)
            total = total + product_
        return total

    constant = value(lambda column, ahead: honest[column][row + ahead]) % P
    return lambda columns: value(lambda column, ahead: columns[column][ahead]) - constant, row


def assignments(program, chosen):
    """All that satisfy the equations and agree with the honest trace in the chosen cells."""
    cells = [(column, row) for column in range(COLUMNS) for row in range(ROWS)]
    given = [(program.honest[c][r],) if (0, c, r) in chosen else program.domains[c] for c, r in cells]
    for values in product(*given):
        table = [values[c * ROWS : (c + 1) * ROWS] for c in range(COLUMNS)]
        if all(holds(one, table) for one in program.equations):
            yield dict(zip([(0, c, r) for c, r in cells], values))


def holds(one, table):
    equation, row = one
    return equation([_At(column, row) for column in table]) % P == 0


class _At:
    """A column at a row, as an equation reads it."""

    def __init__(self, column, row):
        self._column, self._row = column, row

    def __getitem__(self, ahead):
        return self._column[self._row + ahead]


@pytest.mark.parametrize("seed", range(examples(60)))
def test_the_solver_agrees_with_brute_force(seed):
    program, rng = System(seed), random.Random(seed)
    cells = [(0, column, row) for column in range(COLUMNS) for row in range(ROWS)]
    chosen = set(rng.sample(cells, rng.randrange(4)))
    definition = program.definition
    trace = l2zk.TraceZkVm().trace(program)
    solver = Solver(Puzzle.of(definition, bind(definition, ()), [trace.padded], choices=chosen))
    possible = {cell: set() for cell in cells}
    for one in assignments(program, chosen):
        for cell, value in one.items():
            possible[cell].add(value)
    assert solver.propagate(10)
    agrees(solver, possible)
    solver.refute(10)
    agrees(solver, possible)
    for cell in cells:
        for value in program.domains[cell[1]]:
            mark = solver.mark()
            assert solver.assume(cell, value) or value not in possible[cell]
            solver.undo(mark)
    agrees(solver, possible)


def agrees(solver, possible):
    """No state excludes a value that a satisfying assignment has."""
    for cell, values in possible.items():
        state = solver.state(cell)
        if isinstance(state, int):
            assert values == {state}
        elif isinstance(state, Finite):
            assert values <= set(state.values)
        else:
            assert state in (OPEN, DEFINED)
