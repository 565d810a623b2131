"""What the search for a second trace changes first, and in which order it decides what is left open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import Random

from l2zk.base.field import MODULUS
from l2zk.determinacy.assignment import Assignment
from l2zk.determinacy.cells import OUTPUT_TABLE, Cell
from l2zk.determinacy.solver import DEFINED, Finite, State
from l2zk.determinacy.states import Domain

FIRST_OUTPUTS = 2
MOST_OUTPUTS = 6
MOST_VALUES = 64


def values_of(state: State) -> Domain | None:
    """The values that a finite cell may have; None for a cell that is not finite."""
    return state.values if isinstance(state, Finite) else None


def choices_of(state: State, honest: int, random: Random) -> list[int]:
    """The values to try in an open cell, the honest one first."""
    values = values_of(state)
    if values is None:
        return [honest, 0, random.randrange(MODULUS)]
    others = [value for value in islice(values, MOST_VALUES) if value != honest]
    return [honest, *others] if honest in values else others


def others_of(state: State, honest: int, random: Random, most: int) -> list[int]:
    """Other values than the honest one, to change a cell to."""
    values = values_of(state)
    if values is None:
        return [(honest + 1) % MODULUS, random.randrange(MODULUS)]
    if isinstance(values, range):
        near = [value for value in (honest + 1, honest - 1, values[0], values[-1]) if value in values]
        return [value for value in dict.fromkeys(near) if value != honest][:most]
    return [value for value in values if value != honest][:most]


def orders(states: Mapping[Cell, State]) -> Iterator[list[Cell]]:
    """Ways to go about deciding: cells of few values first, by rows or backward; all by rows, backward or not."""
    inner = [cell for cell in states if cell[0] != OUTPUT_TABLE]
    outer = [cell for cell in states if cell[0] == OUTPUT_TABLE]

    def is_open(cell: Cell) -> bool:
        return values_of(states[cell]) is None

    yield sorted(inner, key=lambda cell: (is_open(cell), cell[2], cell)) + outer
    yield sorted(inner, key=lambda cell: (is_open(cell), -cell[2], cell)) + outer
    yield sorted(inner, key=lambda cell: (-cell[2], cell)) + outer
    yield sorted(inner, key=lambda cell: (cell[2], is_open(cell), cell)) + outer


def changes(
    states: Mapping[Cell, State], asked: set[Cell], outputs: Sequence[Cell], honest: Assignment, random: Random
) -> Iterator[tuple[Cell, int]]:
    """(cell, another value): open outputs, then finite cells of each column, then others, then the other outputs."""
    for cell in outputs[:FIRST_OUTPUTS]:
        yield from ((cell, value) for value in others_of(states[cell], honest.value(cell), random, 2)[:1])
    columns: dict[tuple[int, int], list[Cell]] = {}
    for cell in sorted(asked, key=lambda one: one[2]):
        if cell[0] != OUTPUT_TABLE and states[cell] is not DEFINED:
            columns.setdefault(cell[:2], []).append(cell)
    picks = [[_pick(cells, place) for cells in columns.values()] for place in (-1, 0, None, -2)]
    for picked in picks[:2]:
        for cell in picked:
            if values_of(states[cell]) is not None:
                yield from ((cell, value) for value in others_of(states[cell], honest.value(cell), random, 2))
    for picked in picks:
        for cell in sorted(picked, key=lambda one: values_of(states[one]) is None):
            yield from ((cell, value) for value in others_of(states[cell], honest.value(cell), random, 3))
    for cell in outputs[FIRST_OUTPUTS:MOST_OUTPUTS]:
        yield from ((cell, value) for value in others_of(states[cell], honest.value(cell), random, 2)[:1])
    for cell in asked:
        if cell[0] != OUTPUT_TABLE and states[cell] is DEFINED:
            yield cell, (honest.value(cell) + 1) % MODULUS


def _pick(cells: Sequence[Cell], place: int | None) -> Cell:
    """The last, the first, a middle one, the last but one."""
    if place is None:
        return cells[len(cells) // 2]
    return cells[place if len(cells) > 1 else 0]
