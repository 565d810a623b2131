"""What is proved of each cell, on a trail, so that assumptions are undone.

    OPEN        nothing
    FINITE      one of the values of its domain
    DEFINED     an affine form in others that are finite
    KNOWN       a value

A group is a set of finite cells with a list of their joint values. Invariant: every trace that satisfies the puzzle,
with the choices and what was assumed, agrees with all states.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from l2zk.determinacy.queue import Queue

OPEN, FINITE, DEFINED, KNOWN = range(4)

Domain = Sequence[int]
"""Values, sorted: a tuple, or a range of step 1 where they are many."""

Form = tuple[int, dict[int, int]]
"""A constant, and a coefficient that is not 0 for each cell."""

Why = tuple[int, ...]
"""The instances that a fact follows from."""

MOST_REASONS = 4
"""Instances that have made a cell finite, of those that are remembered."""

LONGEST_TUPLE = 64
"""Values of a domain that is a tuple rather than a range."""


class Conflict(Exception):
    """The claims contradict the choices, or what was assumed."""


class Group(NamedTuple):
    """Cells and their joint values, each once, and the instances that say so."""

    cells: tuple[int, ...]
    values: tuple[tuple[int, ...], ...]
    why: Why


class States:
    """The states of so many cells; the queue is told of each change."""

    def __init__(self, cells: int) -> None:
        self.kind = bytearray(cells)
        self.value = array("Q", bytes(8 * cells))
        self.domain: list[Domain] = [()] * cells
        self.form: list[Form | None] = [None] * cells
        self.why: list[Why] = [()] * cells
        self.turn = array("Q", bytes(8 * cells))  # when a cell was known
        self.defined: dict[int, Why] = {}  # why cells were so
        self._turns = 0
        self.groups: dict[int, Group] = {}
        self.group_of: dict[int, int] = {}
        self.grouped = 0
        self.noted: dict[int, bool] = {}
        self._defines: dict[int, set[int]] = {}  # for a cell, those whose forms have it
        self._moved: set[int] = set()
        self._queue: Queue
        self._trail: list[tuple[Any, ...]] = []

    def tell(self, queue: Queue) -> None:
        """The queue to be told of changes."""
        self._queue = queue

    def learned(self, cells: Sequence[tuple[int, int]]) -> None:
        """Cells that were open and that an instance has made known, (cell, instance), which the queue knows."""
        for cell, number in cells:
            self._trail.append((None, cell, OPEN, (), None))
            self._because(cell, (number,))
            if cell in self._defines:
                self._moved.add(cell)

    @property
    def changes(self) -> int:
        """The length of the trail."""
        return len(self._trail)

    def undo(self, length: int) -> None:
        """Take back all changes but the first so many."""
        while len(self._trail) > length:
            entries, key, *old = self._trail.pop()
            if entries is None:
                if self.kind[key] == KNOWN:
                    self._queue.forgotten(key)
                self.kind[key], self.domain[key], self.form[key] = old
            elif old[0] is None:
                entries.pop(key, None)
            else:
                entries[key] = old[0]

    def know(self, cell: int, value: int, why: Why = ()) -> None:
        """The cell has this value; Conflict if it has not."""
        kind = self.kind[cell]
        if kind == KNOWN:
            if self.value[cell] != value:
                raise Conflict
            return
        if kind == FINITE and value not in self.domain[cell]:
            raise Conflict
        self._save(cell)
        self._because(cell, why if kind == OPEN else (*why, *self.why[cell][:MOST_REASONS]))
        self.kind[cell], self.value[cell] = KNOWN, value
        self._queue.known(cell)
        if cell in self.group_of:
            self._narrow_group(cell, (value,))

    def restrict(self, cell: int, values: Domain, why: Why = ()) -> None:
        """The cell has one of these values, which are sorted."""
        kind = self.kind[cell]
        if kind == KNOWN:
            if self.value[cell] not in values:
                raise Conflict
            return None
        if kind == FINITE:
            values = met(self.domain[cell], values)
            if len(values) == len(self.domain[cell]):
                return None
        if len(values) <= 1:
            if not values:
                raise Conflict
            return self.know(cell, values[0], why)
        self._save(cell)
        self.why[cell] = why if kind == OPEN else (*why, *self.why[cell][:MOST_REASONS])
        self.kind[cell], self.form[cell] = FINITE, None
        self.domain[cell] = tuple(values) if len(values) <= LONGEST_TUPLE else values
        self._queue.changed(cell)
        if cell in self.group_of:
            self._narrow_group(cell, self.domain[cell])

    def define(self, cell: int, form: Form, why: Why = ()) -> None:
        """The open cell equals an affine form."""
        self._save(cell)
        self.kind[cell], self.form[cell], self.why[cell] = DEFINED, form, why
        self.defined[cell] = why
        self._queue.changed(cell)
        for base in form[1]:
            self._defines.setdefault(base, set()).add(cell)

    def join(self, cells: tuple[int, ...], values: Sequence[tuple[int, ...]], why: Why = ()) -> None:
        """These finite cells are a group of these joint values, in place of those that they were in."""
        number, self.grouped = self.grouped, self.grouped + 1
        before = [group for cell in cells if (group := self.affected(cell)) is not None]
        reasons = tuple(dict.fromkeys([*why, *(one for group in before for one in group.why)]))[:MOST_REASONS]
        for cell in cells:
            self._trail.append((self.group_of, cell, self.group_of.get(cell)))
            self.group_of[cell] = number
        self._set_group(number, Group(cells, tuple(values), reasons), why)

    def keep(self, group: Group, values: Sequence[tuple[int, ...]], why: Why = ()) -> None:
        """Only these joint values of a group are left."""
        numbers = [self.group_of[cell] for cell in group.cells if self.affected(cell) is group]
        if numbers:
            self._set_group(numbers[0], group._replace(values=tuple(values)), why)

    def note(self, key: int) -> None:
        """Remember something, until it is undone."""
        self._trail.append((self.noted, key, None))
        self.noted[key] = True

    def affected(self, cell: int) -> Group | None:
        """The group of a cell."""
        number = self.group_of.get(cell)
        return None if number is None else self.groups[number]

    def _narrow_group(self, cell: int, allowed: Domain) -> None:
        number = self.group_of[cell]
        group = self.groups[number]
        place = group.cells.index(cell)
        kept = tuple(joint for joint in group.values if joint[place] in allowed)
        if len(kept) != len(group.values):
            self._set_group(number, group._replace(values=kept), self.why[cell])

    def _set_group(self, number: int, group: Group, why: Why) -> None:
        if not group.values:
            raise Conflict
        self._trail.append((self.groups, number, self.groups.get(number)))
        self.groups[number] = group
        for cell, values in zip(group.cells, zip(*group.values)):
            self.restrict(cell, tuple(sorted(set(values))), why)

    def _because(self, cell: int, why: Why) -> None:
        group = self.affected(cell)
        why = why if group is None else (*why, *group.why)
        self._turns += 1
        self.why[cell], self.turn[cell] = tuple(dict.fromkeys(why)), self._turns

    def moved(self) -> bool:
        """Tell the queue of defined cells in whose forms something has become known; False if there are none."""
        told = {cell for base in self._moved for cell in self._defines[base] if self.kind[cell] == DEFINED}
        self._moved.clear()
        for cell in told:
            self._queue.changed(cell)
        return bool(told)

    def _save(self, cell: int) -> None:
        if cell in self._defines:
            self._moved.add(cell)
        self._trail.append((None, cell, self.kind[cell], self.domain[cell], self.form[cell]))


def met(one: Domain, other: Domain) -> Domain:
    """The values that are in both."""
    if isinstance(one, range) and isinstance(other, range):
        return range(max(one.start, other.start), max(one.start, other.start, min(one.stop, other.stop)))
    if isinstance(one, range) or len(other) < len(one):
        one, other = other, one
    inside = other if isinstance(other, range) else frozenset(other)
    return tuple(value for value in one if value in inside)
