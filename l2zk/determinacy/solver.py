"""Solver: what follows from a puzzle and its choices, on a trail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial

import numpy as np

from l2zk.determinacy.cells import Cell
from l2zk.determinacy.families import Constraints
from l2zk.determinacy.forms import Value
from l2zk.determinacy.gauss import together
from l2zk.determinacy.instances import Instances
from l2zk.determinacy.products import multiplied
from l2zk.determinacy.puzzle import Puzzle
from l2zk.determinacy.queue import Queue
from l2zk.determinacy.reasons import reasons
from l2zk.determinacy.refutation import Refutation
from l2zk.determinacy.rules import affine
from l2zk.determinacy.states import DEFINED as IS_DEFINED
from l2zk.determinacy.states import FINITE as IS_FINITE
from l2zk.determinacy.states import KNOWN, Conflict, Domain, Form, States
from l2zk.determinacy.states import OPEN as OPEN_CELL

LOOKS_AT_CLOCK = 256
"""Instances between two looks at the clock."""


MOST_SECONDS = 1.0
"""What one supposed value may take."""


class Unknown(Enum):
    """A cell of which no value is known: nothing is, or it is an affine form in cells that have few values."""

    OPEN = "open"
    DEFINED = "defined"


OPEN, DEFINED = Unknown.OPEN, Unknown.DEFINED


@dataclass(frozen=True)
class Finite:
    """A cell that has one of these values, sorted; a range where they are many."""

    values: Domain


State = Unknown | Finite | int
"""What is proved of a cell: an integer is its only value in all traces that satisfy the puzzle."""

Mark = int
"""A place on the trail."""


class Solver:
    """What follows from a puzzle: for each cell a state that holds in every trace with the same inputs and choices.

    It belongs to one thread. `timed_out`: the last call ended before a fixed point.
    """

    def __init__(self, puzzle: Puzzle) -> None:
        self.puzzle = puzzle
        self.timed_out = False
        self._layout = puzzle.layout
        self._instances = Instances(puzzle)
        reads = [family.reads() for family in self._instances.families]
        late = [f.first + k for f in self._instances.families if f.late for k in range(f.count)]
        self._states = States(self._layout.count)
        values = np.frombuffer(self._states.value, dtype=np.uint64)
        self._queue = Queue(puzzle, self._states.kind, values, reads, late)
        self._states.tell(self._queue)
        for number in puzzle.choices:
            self._states.know(number, puzzle.honest[number])

    def propagate(self, seconds: float) -> bool:
        """Apply the rules until nothing moves, or time is up; False at a contradiction."""
        return self._run(time.perf_counter() + seconds, together=True)

    def assume(self, cell: Cell, value: int, seconds: float = 10.0) -> bool:
        """Suppose that a cell has a value, and apply the rules for single instances; False at a contradiction."""
        try:
            self._states.know(self._layout.number(cell), value)
        except Conflict:
            return False
        return self._run(time.perf_counter() + seconds, together=False)

    def refute(self, seconds: float) -> None:
        """Suppose other values of cells that have few, and keep those that lead to no contradiction."""
        deadline = time.perf_counter() + seconds
        trial = Refutation(self._states, self.puzzle)
        holds = partial(self._holds, deadline)
        moved = not self.timed_out
        while moved and time.perf_counter() < deadline:
            moved = False
            for cell, values in trial.round(holds):
                moved = True
                if not self._restricted(cell, values, deadline):
                    return

    def mark(self) -> Mark:
        """The place on the trail, to which `undo` goes back."""
        return self._states.changes

    def undo(self, mark: Mark) -> None:
        """Take back everything that was found since; what was still to be looked at is forgotten."""
        self._states.undo(mark)
        self._queue.clear()

    def state(self, cell: Cell) -> State:
        """What is proved of a cell: a value, Finite(values), DEFINED or OPEN."""
        number = self._layout.number(cell)
        kind = self._states.kind[number]
        if kind == KNOWN:
            return self._states.value[number]
        if kind == IS_FINITE:
            return Finite(self._states.domain[number])
        return DEFINED if kind == IS_DEFINED else OPEN

    def open_cells(self) -> list[Cell]:
        """The cells that have no value yet, the outputs last."""
        kinds = np.frombuffer(self._states.kind, dtype=np.uint8)[: self._layout.entries]
        return [self._layout.cell(number) for number in np.flatnonzero(kinds != KNOWN).tolist()]

    def why(self, cell: Cell) -> list[tuple[str, int]]:
        """The constraints, lookups and buses (name, row) that fix a cell, from the choices on; empty for a choice."""
        chain = reasons(self._states, self._queue.cells, self._layout.number(cell))
        return [self._instances.family(number).place(number) for number in chain]

    def _holds(self, deadline: float, cell: int, values: Domain) -> bool:
        """False if the rules for single instances contradict that a cell has one of some values."""
        mark = self.mark()
        try:
            self._states.restrict(cell, values)
            return self._run(min(deadline, time.perf_counter() + MOST_SECONDS), together=False)
        except Conflict:
            return False
        finally:
            self.undo(mark)

    def _restricted(self, cell: int, values: Domain, deadline: float) -> bool:
        """All other values of a cell are refuted; False at a contradiction."""
        try:
            self._states.restrict(cell, values)
        except Conflict:
            return False
        return self._run(deadline, together=True)

    def _run(self, deadline: float, together: bool) -> bool:
        self.timed_out = False
        try:
            while self._to_the_end(deadline):
                if self._states.moved():
                    continue
                if not together or not self._together(deadline):
                    return True
            self.timed_out = True
            return True
        except Conflict:
            self._queue.clear()
            return False

    def _to_the_end(self, deadline: float) -> bool:
        """Look at instances until none is left; False if time is up."""
        looked = 0
        while True:
            what, number, value, learned = self._queue.advance()
            self._states.learned(learned)
            if what == "nothing":
                return True
            if what == "conflict":
                raise Conflict
            if what == "value":
                self._conclude(number, value)
            elif what == "look":
                self._instances.family(number).examine(self._states, number)
            looked += 1
            if (what == "pause" or looked % LOOKS_AT_CLOCK == 0) and time.perf_counter() > deadline:
                return False

    def _conclude(self, number: int, value: Value) -> None:
        """Apply the rules for an instance of a constraint that is no value."""
        if isinstance(value, tuple):
            affine(self._states, value, (number,))
        elif isinstance(value, frozenset):
            family = self._instances.family(number)
            assert isinstance(family, Constraints)
            multiplied(self._states, value, partial(self._queue.tried, number), family.degree, (number,))
            if len(value) == 1:
                self._queue.drop(number)  # it says no more of its only unknown cell

    def _together(self, deadline: float) -> bool:
        """What several instances say together; True if something new is known."""
        return together(self._states, self._affine_instances(deadline))

    def _affine_instances(self, deadline: float) -> Iterator[tuple[int, Form]]:
        """(number, form) of the instances of constraints that are affine and have an open cell."""
        opened = np.frombuffer(self._states.kind, dtype=np.uint8) == OPEN_CELL
        for number in self._queue.reading(opened, self._instances.constraints):
            if time.perf_counter() > deadline:
                return
            value = self._queue.evaluate(number)
            if isinstance(value, tuple):
                yield number, value
