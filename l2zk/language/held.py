"""Held: the cells of several tables that something holds, by trying other values in each.

A prover who changes a cell fills what fills itself again: limbs, multiplicities, what a memory finds, served tables. So
a cell is held if, with all of these filled again, some constraint, some bus or a public output is another.

    constraints that read no such column → Pinned, all rows at once;   what these leave open → one change at a time
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from l2zk.air.nodes import columns_in, extract
from l2zk.air.pinned import Pinned
from l2zk.air.table import TableAir
from l2zk.air.vectors import Vector
from l2zk.errors import WitnessError
from l2zk.language.definition import Definition
from l2zk.language.filled import Tables
from l2zk.language.filling_tables import fill_themselves
from l2zk.language.fillings import Served, self_filled
from l2zk.language.tables_report import holds
from l2zk.language.witness import Binding

MOST_CHANGES = 2000
"""Changes that are tried one at a time; of more, so many."""


def refilled(definition: Definition, binding: Binding, cells: Sequence[Vector]) -> Tables:
    """The tables with these cells, uint64[columns, B] each, but for what fills itself, which is filled again."""
    tables = Tables(definition, binding)
    for number, whole in enumerate(cells):
        again = again_filled(definition, number)
        tables.known.append({c: column for c, column in enumerate(whole) if c not in again})
        tables.cells.append(list(whole.copy()))
    fill_themselves(tables)
    return tables


def again_filled(definition: Definition, number: int) -> set[int]:
    """The columns of a table that fill themselves; of a served one, those of its step and its bits too."""
    again = self_filled(definition.fillings, number)
    if any(isinstance(one, Served) and one.table == number for one in definition.fillings):
        table = definition.tables[number]
        again |= {int(column) for column, _ in table.step_targets}
        again |= {column for bits in table.bits for column in bits.columns}
    return again


class Held:
    """The cells of every table that are held: `tables`, a Pinned for each, and how many changes were `left_out`.

    A change that was left out is `untried` in its Pinned: its cell is neither held nor free for it.

    A column that fills itself counts as held: its cells follow from others.
    """

    def __init__(
        self,
        definition: Definition,
        binding: Binding,
        cells: Sequence[Vector],
        fixed: Callable[[tuple[int, int, int]], bool] = lambda cell: False,
    ) -> None:
        """fixed: says of a cell (table, column, row) that it is known to be held, and need not be tried."""
        self._definition, self._binding, self._cells = definition, binding, cells
        self._outputs, self._sequences = Tables.stated(self._tables(cells))
        self.tables = [self._pinned(number) for number in range(len(cells))]
        changes = [change for number in range(len(cells)) for change in self._open(number, fixed)]
        self.left_out = max(0, len(changes) - MOST_CHANGES)
        if self.left_out:
            for number, tried, column, row in changes:
                self.tables[number].untried[column][tried, row] = True
            changes = [changes[k * len(changes) // MOST_CHANGES] for k in range(MOST_CHANGES)]
        for number, tried, column, row in changes:
            self._try(number, tried, column, row)

    def _tables(self, cells: Sequence[Vector]) -> Tables:
        return refilled(self._definition, self._binding, cells)

    def _pinned(self, number: int) -> Pinned:
        """What the constraints hold that read no column which fills itself."""
        air, again = self._definition.air.tables[number], again_filled(self._definition, number)
        own = [one for one in air.constraints if not _columns_of(air, one.node) & again]
        reduced = dataclasses.replace(air, constraints=tuple(own))
        known = self._definition.air.all_sequences(self._binding.sequences, self._sequences)
        pinned = Pinned(reduced, self._cells[number], self._binding.public_inputs, self._outputs, known)
        for column in again:
            pinned.noticed[column][:] = True
        return pinned

    def _open(self, number: int, fixed: Callable[[tuple[int, int, int]], bool]) -> list[tuple[int, int, int, int]]:
        """The changes (table, tried, column, row) of rows that the user has, which are not noticed yet."""
        rows = self._definition.air.tables[number].rows
        for column, noticed in enumerate(self.tables[number].noticed):
            for row in np.flatnonzero(~noticed[:, :rows].all(axis=0)):
                if fixed((number, column, int(row))):
                    noticed[:, row] = True
        return [
            (number, int(tried), column, int(row))
            for column, noticed in enumerate(self.tables[number].noticed)
            for tried, row in np.argwhere(~noticed[:, :rows])
        ]

    def _try(self, number: int, tried: int, column: int, row: int) -> None:
        """Change one cell, fill again, and look at everything."""
        pinned = self.tables[number]
        pinned.untried[column][tried, row] = False
        cells = [whole.copy() if k == number else whole for k, whole in enumerate(self._cells)]
        cells[number][column, row] = pinned.replaced[column][tried, row]
        try:
            tables = self._tables(cells)
        except WitnessError:
            pinned.noticed[column][tried, row] = True
            return
        pinned.noticed[column][tried, row] = not holds(tables) or not self._states_the_same(tables)

    def _states_the_same(self, tables: Tables) -> bool:
        outputs, sequences = tables.stated()
        return list(outputs) == list(self._outputs) and _equal(sequences, self._sequences)


def _columns_of(air: TableAir, node: int) -> set[int]:
    return columns_in(extract(air.nodes, [node])[0])


def _equal(one: Sequence[Vector], other: Sequence[Vector]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other))
