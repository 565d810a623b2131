"""Examination: what is proved of an honest run, a second trace where there is one, and what bounds refuse.

propagate, refute → what is open;   search → a second trace;   values outside of bounds → refused, or a trace
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from time import perf_counter

from l2zk.determinacy.assignment import Assignment, LeftOut
from l2zk.determinacy.basis import basis
from l2zk.determinacy.behind import behind_the_rows
from l2zk.determinacy.cells import OUTPUT_TABLE, Cell
from l2zk.determinacy.puzzle import Puzzle
from l2zk.determinacy.search import Search, Second
from l2zk.determinacy.solver import Solver
from l2zk.determinacy.subject import Bound, Subject

PROVING, SEARCHING, BASIS = 0.5, 0.85, 0.2
"""The parts of the time after which proofs end, and the search; and of the search, what a basis may take."""


@dataclass(eq=False)
class Admitted:
    """A value outside of what is said of a chosen cell, which nothing refuses: a trace that has it, or None if none was
    found."""

    bound: Bound
    cell: Cell
    value: int
    trace: Assignment | None


@dataclass(eq=False)
class Examined:
    """What was found of a run.

    open: cells that are asked for and have no proof, outputs last. of_free: the outputs among them that cells which are
    said to be free would fix. second: a second trace. behind: one that the padding
    decides. admitted, refused: values outside of bounds; of those that are refused the number, by (table, column).
    basis: cells that fix the open ones, once they are given.
    """

    subject: Subject
    solver: Solver
    open: list[Cell]
    second: Second | None = None
    behind: Second | None = None
    admitted: list[Admitted] = field(default_factory=list)
    refused: dict[tuple[int, int], int] = field(default_factory=dict)
    basis: list[Cell] = field(default_factory=list)
    of_free: list[Cell] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def open_outputs(self) -> list[Cell]:
        """The outputs that have no proof."""
        return [cell for cell in self.open if cell[0] == OUTPUT_TABLE]


class Examination:
    """The parts of an examination of one run, with some claims left out."""

    def __init__(self, subject: Subject, leave_out: LeftOut = (), seconds: float = 10.0) -> None:
        self.subject, self.leave_out, self.seconds = subject, frozenset(leave_out), seconds
        self._begun = perf_counter()
        given = subject.definition, subject.binding, subject.honest.cells
        self._puzzle = Puzzle.of(*given, choices=subject.choices, leave_out=self.leave_out)

    def leaving_out(self, table: int, name: str) -> Examination:
        """The same, with one claim more left out."""
        left_out = self.leave_out | {(table, name)}
        if any(one.name == name for one in self.subject.definition.air.tables[table].interactions):
            return Examination(self.subject, left_out, self.seconds)
        other = copy(self)
        other._begun, other.leave_out = perf_counter(), left_out
        claims = [one for one in self._puzzle.claims if (one.table, one.name) != (table, name)]
        other._puzzle = replace(self._puzzle, claims=claims, left_out=left_out)
        return other

    def whole(self) -> Examined:
        """All parts, one after the other."""
        found = self.proved()
        if found.open:
            found.second = self.second(found)
        if not found.open_outputs:
            found.behind = behind_the_rows(self.subject, self.leave_out, self._left(SEARCHING))
        self.try_bounds(found)
        found.seconds = perf_counter() - self._begun
        return found

    def proved(self) -> Examined:
        """What is open when nothing moves any more."""
        solver = Solver(self._puzzle)
        solver.propagate(self._left(PROVING))
        if any(self.subject.is_asked(cell) for cell in solver.open_cells()):
            solver.refute(self._left(PROVING))
        asked, of_free = self._asked(solver)
        return Examined(self.subject, solver, asked, of_free=of_free)

    def _asked(self, solver: Solver) -> tuple[list[Cell], list[Cell]]:
        """The cells that are asked for and have no proof, but for those that follow from free cells; and outputs, of
        which the second list has those that follow from free cells.
        """
        asked = [cell for cell in solver.open_cells() if self.subject.is_asked(cell)]
        free = [cell for cell in self.subject.free if not isinstance(solver.state(cell), int)] if asked else []
        if not free:
            return asked, []
        start = solver.mark()
        for cell in sorted(free):
            if not solver.assume(cell, self.subject.honest.value(cell)):
                break
        solver.propagate(self._left(SEARCHING))
        left = {cell for cell in asked if not isinstance(solver.state(cell), int)}
        solver.undo(start)
        outputs = [cell for cell in asked if cell[0] == OUTPUT_TABLE and cell not in left]
        return [cell for cell in asked if cell in left or cell[0] == OUTPUT_TABLE], outputs

    def second(self, found: Examined) -> Second | None:
        """A second trace, and a basis of what is open, whose cells are the first to be changed."""
        now = perf_counter()
        deadline = self._begun + SEARCHING * self.seconds
        found.basis = basis(found.solver, self.subject, found.open, now + BASIS * (deadline - now))
        return Search(found.solver, self.subject, self.leave_out, deadline).run(found.basis)

    def try_bounds(self, found: Examined) -> None:
        """Values outside of bounds: first those of each bound's first and last cell, then of others, while time is."""
        for bound, row, value in tried(self.subject.bounds):
            if perf_counter() > self._begun + self.seconds:
                break
            key = bound.table, bound.column
            if any((one.bound.table, one.bound.column) == key for one in found.admitted):
                continue
            cell = bound.table, bound.column, row
            if self.is_refused(cell, value):
                found.refused[key] = found.refused.get(key, 0) + 1
            else:
                found.admitted.append(Admitted(bound, cell, value, self.trace_with(cell, value)))

    def is_refused(self, cell: Cell, value: int) -> bool:
        """True if no trace has this value in a chosen cell, with the same inputs and other choices."""
        return self._assumed(cell, value) is None

    def trace_with(self, cell: Cell, value: int) -> Assignment | None:
        """A trace that has this value in a chosen cell, if one is found."""
        solver = self._assumed(cell, value)
        if solver is None:
            return None
        changed = self.subject.without(())
        changed.honest = self.subject.honest.copy()
        changed.honest.put(cell, value)
        deadline = max(self._begun + self.seconds, perf_counter() + 0.1 * self.seconds)
        return Search(solver, changed, self.leave_out, deadline).complete()

    def _assumed(self, cell: Cell, value: int) -> Solver | None:
        """The solver with another value in a chosen cell; None where that is a contradiction."""
        honest = list(self._puzzle.honest)
        honest[self._puzzle.layout.number(cell)] = value
        solver = Solver(replace(self._puzzle, honest=honest))
        if not solver.propagate(0.2 * self.seconds):
            return None
        solver.refute(0.1 * self.seconds)
        return solver if solver.propagate(0.1 * self.seconds) else None

    def _left(self, part: float) -> float:
        return max(0.0, self._begun + part * self.seconds - perf_counter())


def tried(bounds: tuple[Bound, ...]) -> Iterator[tuple[Bound, int, int]]:
    """(bound, row, value outside): of each bound the first row, then the last."""
    for place in (0, -1):
        for bound in bounds:
            if bound.rows and (place == 0 or len(bound.rows) > 1):
                yield from ((bound, bound.rows[place], value) for value in bound.outside)
