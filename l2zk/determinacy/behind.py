"""Behind the rows: whether the padding, which nobody gives, decides an output.

an output that is fixed no more when the padding of private columns is no choice
a private column that follows from all others and its own padding: then it is no input, and what ends it is missing
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from l2zk.air.nodes import COLUMN, extract
from l2zk.determinacy.assignment import LeftOut
from l2zk.determinacy.puzzle import Puzzle
from l2zk.determinacy.search import Search, Second
from l2zk.determinacy.solver import Solver
from l2zk.determinacy.subject import Subject

MOST_COLUMNS = 16


def behind_the_rows(subject: Subject, leave_out: LeftOut, seconds: float) -> Second | None:
    """A second trace with another output, in which nothing that is given differs on the user's rows."""
    deadline = perf_counter() + seconds
    padding = [cell for column in subject.given for cell in subject.padding(column)]
    if not padding:
        return None
    found = _other_output(subject.without(padding, only_outputs=True), leave_out, deadline)
    if found is not None:
        return found
    for column in _derived(subject, leave_out, deadline):
        cells = [cell for cell in subject.choices if cell[:2] == column]
        found = _other_output(subject.without([*padding, *cells], only_outputs=True), leave_out, deadline)
        if found is not None:
            return found
    return None


def _other_output(subject: Subject, leave_out: LeftOut, deadline: float) -> Second | None:
    solver = _solved(subject, leave_out, deadline)
    if not any(subject.is_asked(cell) for cell in solver.open_cells()):
        return None
    found = Search(solver, subject, leave_out, deadline).run()
    return found if found is not None and found.outputs else None


def _derived(subject: Subject, leave_out: LeftOut, deadline: float) -> Iterator[tuple[int, int]]:
    """The private columns whose rows all follow from the others and their padding."""
    for column in [column for column in subject.given if _is_read_ahead(subject, column)][:MOST_COLUMNS]:
        if perf_counter() > deadline:
            return
        rows = subject.definition.air.tables[column[0]].rows
        cells = [cell for cell in subject.choices if cell[:2] == column and cell[2] < rows]
        solver = _solved(subject.without(cells), leave_out, deadline)
        if subject.padding(column) and all(isinstance(solver.state(cell), int) for cell in cells):
            yield column


def _solved(subject: Subject, leave_out: LeftOut, deadline: float) -> Solver:
    puzzle = Puzzle.of(
        subject.definition, subject.binding, subject.honest.cells, choices=subject.choices, leave_out=leave_out
    )
    solver = Solver(puzzle)
    solver.propagate(max(0.0, deadline - perf_counter()))
    return solver


def _is_read_ahead(subject: Subject, column: tuple[int, int]) -> bool:
    """True of a column that some constraint reads on two rows."""
    air = subject.definition.air.tables[column[0]]
    for constraint in air.constraints:
        nodes, _ = extract(air.nodes, [constraint.node])
        if len({ahead for kind, x, ahead in nodes if kind == COLUMN and x == column[1]}) > 1:
            return True
    return False
