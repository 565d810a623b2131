"""Basis: cells which, once they are given, fix all others: what a prover chooses, or should not be able to choose."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from l2zk.determinacy.cells import OUTPUT_TABLE, Cell
from l2zk.determinacy.solver import Finite, Solver
from l2zk.determinacy.subject import Subject

MOST_CELLS = 256


def basis(solver: Solver, subject: Subject, open_: Sequence[Cell], deadline: float) -> list[Cell]:
    """Cells which, given as in the honest trace one after the other by rows, words before their bits, leave nothing
    open; [] if time is up, or they are many. What the solver assumes is undone.
    """
    start, found = solver.mark(), list[Cell]()
    inner = [cell for cell in open_ if cell[0] != OUTPUT_TABLE]
    for cell in sorted(inner, key=lambda cell: (cell[2], isinstance(solver.state(cell), Finite), cell)):
        if isinstance(solver.state(cell), int):
            continue
        if perf_counter() > deadline or len(found) == MOST_CELLS or not solver.assume(cell, subject.honest.value(cell)):
            found.clear()
            break
        found.append(cell)
    solver.undo(start)
    return found
