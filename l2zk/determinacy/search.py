"""Search: a second trace that satisfies everything a statement claims, with the same inputs and choices.

From the fixed point of the solver: change one cell, let all follow that follows, decide the rest, each cell as in the
honest trace if that is no contradiction; then look at every claim by code that shares nothing with the solver
(assignment.py). The search is not complete: that nothing is found proves nothing.

    changes (search_order.py): open outputs, then a few open cells of each column
    orders of deciding: cells of few values first, late rows first, early rows first
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from time import perf_counter

from l2zk.determinacy.assignment import Assignment, LeftOut
from l2zk.determinacy.cells import OUTPUT_TABLE, Cell
from l2zk.determinacy.search_order import changes, choices_of, orders, others_of
from l2zk.determinacy.search_refill import candidates
from l2zk.determinacy.solver import DEFINED, Solver
from l2zk.determinacy.subject import Subject

MOST_TRIES = 400
MOST_FIRST = 4
ATTEMPT = 0.15
"""The part of the time that is left which one change may take."""

LAST_SECONDS = 1.0
"""What is spent on a second trace with another output, when one with the same outputs is there."""


@dataclass(frozen=True, eq=False)
class Second:
    """A second trace: all its values, the cells that differ, outputs last, and the one that was changed first."""

    assignment: Assignment
    changed: tuple[Cell, ...]
    first: Cell

    @property
    def outputs(self) -> tuple[Cell, ...]:
        """The outputs that differ."""
        return tuple(cell for cell in self.changed if cell[0] == OUTPUT_TABLE)


class Search:
    """The search from a solver at its fixed point; what it assumes is undone. `best` is what was found."""

    def __init__(self, solver: Solver, subject: Subject, leave_out: LeftOut, deadline: float) -> None:
        self._solver, self._subject, self._leave_out = solver, subject, leave_out
        self._deadline, self._random, self._tries = deadline, random.Random(7), 0
        self._limit = deadline
        self._cells = [cell for cell in solver.open_cells() if cell[0] >= OUTPUT_TABLE]
        self._asked = {cell for cell in self._cells if subject.is_asked(cell)}
        self._outputs = [cell for cell in self._cells if cell[0] == OUTPUT_TABLE]
        self.best: Second | None = None

    def run(self, basis: Sequence[Cell] = ()) -> Second | None:
        """The best second trace: one with another output, or else one that differs in cells that are asked for.

        basis: cells that fix all that is open, of which the last are changed first.
        """
        start = self._solver.mark()
        states = {cell: self._solver.state(cell) for cell in self._cells}
        late = self._subject.free.union(cell for cell in self._cells if self._subject.is_padding(cell))
        decided = [[cell for cell in order if cell not in late] for order in orders(states)]
        last = [[cell for cell in order if cell in late] for order in orders(states)]
        seen: set[tuple[Cell, int]] = set()
        honest = self._subject.honest
        first = [
            (cell, value)
            for cell in basis[: -MOST_FIRST - 1 : -1]
            for value in others_of(states[cell], honest.value(cell), self._random, 2)
        ]
        for cell, value in chain(first, changes(states, self._asked, self._outputs, honest, self._random)):
            if self._over() or self._enough():
                break
            if (cell, value) not in seen:
                seen.add((cell, value))
                self._solver.undo(start)
                now = perf_counter()
                self._limit = now + ATTEMPT * (self._deadline - now)
                if self._solver.assume(cell, value, self._limit - now):
                    self._follow(cell, list(zip(decided, last)))
        self._solver.undo(start)
        return self.best

    def complete(self) -> Assignment | None:
        """Values for all that is open which satisfy everything, each as in the honest trace if that goes."""
        begun = self._solver.mark()
        states = {cell: self._solver.state(cell) for cell in self._cells}
        known = self._known()
        for order in orders(states):
            self._solver.undo(begun)
            if self._over() or self._decide(order) is not None:
                continue
            for one in candidates(self._subject, self._decided(known)):
                if one.satisfies(self._leave_out):
                    return one
        return None

    def _over(self) -> bool:
        return self._tries >= MOST_TRIES or perf_counter() > self._deadline

    def _enough(self) -> bool:
        return self.best is not None and bool(self.best.outputs or not self._outputs)

    def _follow(self, changed: Cell, plans: list[tuple[list[Cell], list[Cell]]]) -> None:
        """Decide the rest after a change, in several orders."""
        begun, is_output = self._solver.mark(), changed[0] == OUTPUT_TABLE
        if self._take(changed):  # often all the rest may stay as it is
            return
        todo = [(first, last, 0) for first, last in (plans[:2] if is_output else plans)]
        while todo and not self._over() and perf_counter() < self._limit:
            first, last, again = todo.pop(0)
            self._solver.undo(begun)
            self._tries += 1
            stuck = self._decide(first)
            if stuck is None:
                if self._take(changed) or (self._decide(last) is None and self._take(changed)):
                    return
            elif stuck and again < (1 if is_output else 2) and first and stuck != first[0]:
                sooner = [stuck, *(cell for cell in first if cell != stuck)]  # decide it earlier
                todo.insert(0, (sooner, last, again + 1))

    def _decide(self, order: Sequence[Cell]) -> Cell | tuple[()] | None:
        """Give each open cell a value. None, or the cell for which none goes; () where no single cell is at fault."""
        for cell in order:
            state = self._solver.state(cell)
            if isinstance(state, int) or state is DEFINED:
                continue
            now = perf_counter()
            if now > self._limit:
                return ()
            mark = self._solver.mark()
            for value in choices_of(state, self._subject.honest.value(cell), self._random):
                if self._solver.assume(cell, value, self._limit - now):
                    break
                self._solver.undo(mark)
            else:
                return cell
        return None if self._solver.propagate(max(0.0, self._limit - perf_counter())) else ()

    def _take(self, first: Cell) -> bool:
        """True if what was decided satisfies everything, and is another trace where it is asked."""
        for one in candidates(self._subject, self._decided()):
            changed = one.changed(self._subject.honest)
            if any(cell in self._asked for cell in changed) and one.satisfies(self._leave_out):
                return self._keep(Second(one, tuple(changed), first))
        return False

    def _known(self) -> Assignment:
        """What is known at first, which may differ from the honest trace where a choice does."""
        made = self._subject.honest.copy()
        for cell in self._subject.all_cells():
            state = self._solver.state(cell)
            if isinstance(state, int):
                made.put(cell, state)
        return made

    def _decided(self, known: Assignment | None = None) -> Assignment:
        """What is known by now; the rest as it was known at first, or as in the honest trace."""
        made = (known or self._subject.honest).copy()
        for cell in self._cells:
            state = self._solver.state(cell)
            if isinstance(state, int):
                made.put(cell, state)
        return made

    def _keep(self, found: Second) -> bool:
        best = self.best
        if best is None or (bool(found.outputs), -len(found.changed)) > (bool(best.outputs), -len(best.changed)):
            self.best = found
            self._deadline = min(self._deadline, perf_counter() + LAST_SECONDS)
        return True
