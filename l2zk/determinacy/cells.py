"""Cells as numbers: those of all tables, column by column, then outputs, then what stands in entries of tuples."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from l2zk.air.air import Air
from l2zk.air.nodes import (
    COLUMN,
    CONJUNCTION,
    CONSTANT,
    INPUT,
    OUTPUT,
    PERIODIC,
    ROW_NUMBER,
    SEQUENCE,
    Node,
    placement_of,
)
from l2zk.air.vectors import conjunction

Cell = tuple[int, int, int]
"""(table, column, row); an output is (OUTPUT_TABLE, its number, 0), entry `row` of an output column (OUTPUT_TABLE,
outputs + its number, row)."""

OUTPUT_TABLE = -1
ENTRY_TABLE = -2
"""The table of what stands in the entries of tuples, where that is no cell: (ENTRY_TABLE, number, 0)."""

Words = NDArray[np.int64]
"""Leaves on some rows: the number of a cell, or -1 - the place of a constant in the pool."""


class Pool:
    """Constants, each once."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self._places: dict[int, int] = {}

    def word(self, value: int) -> int:
        """The word of a constant."""
        place = self._places.setdefault(value, len(self.values))
        if place == len(self.values):
            self.values.append(value)
        return -1 - place

    def words(self, values: NDArray[np.uint64]) -> Words:
        """The words of many constants."""
        unique, places = np.unique(values, return_inverse=True)
        return np.array([self.word(int(value)) for value in unique], dtype=np.int64)[places]


class Layout:
    """The numbers of all cells of a statement; `count` of them, and more as entries are added."""

    def __init__(self, air: Air, inputs: Sequence[int], sequences: Sequence[NDArray[np.uint64]]) -> None:
        self.air, self.pool = air, Pool()
        self._inputs, self._given = inputs, iter(sequences)
        self.lengths = [table.length for table in air.tables]
        sizes = [table.length * len(table.columns) for table in air.tables]
        self.bases = [sum(sizes[:number]) for number in range(len(sizes))]
        self.outputs = sum(sizes)
        counts = [1] * len(air.outputs) + [one.length for one in air.output_columns]
        self._firsts = [self.outputs + sum(counts[:number]) for number in range(len(counts))]
        self.entries = self.count = self.outputs + sum(counts)
        stated = iter(self._firsts[len(air.outputs) :])
        self._sequences = [next(stated) if one.is_output else next(self._given) for one in air.sequences]

    def number(self, cell: Cell) -> int:
        """The number of a cell."""
        table, column, row = cell
        if table == ENTRY_TABLE:
            return self.entries + column
        if table == OUTPUT_TABLE:
            return self._firsts[column] + row
        return self.bases[table] + column * self.lengths[table] + row

    def cell(self, number: int) -> Cell:
        """The cell of a number."""
        if number >= self.entries:
            return ENTRY_TABLE, number - self.entries, 0
        if number >= self.outputs:
            column = bisect_right(self._firsts, number) - 1
            return OUTPUT_TABLE, column, number - self._firsts[column]
        table = bisect_right(self.bases, number) - 1
        column, row = divmod(number - self.bases[table], self.lengths[table])
        return table, column, row

    def new(self, count: int) -> Words:
        """The numbers of so many new cells."""
        self.count += count
        return np.arange(self.count - count, self.count, dtype=np.int64)

    def words(self, table: int, leaf: Node, rows: range) -> Words:
        """A leaf of a table on some of its rows."""
        kind, x, y = leaf
        numbers = np.arange(rows.start, rows.stop, rows.step, dtype=np.int64)
        length = self.lengths[table]
        if kind == COLUMN:
            return self.bases[table] + x * length + (numbers + y) % length
        if kind == OUTPUT:
            return np.full(len(numbers), self._firsts[x], dtype=np.int64)
        if kind == SEQUENCE:
            return self._of_sequence(leaf, numbers)
        return self.pool.words(self._known(table, leaf, numbers))

    def _known(self, table: int, leaf: Node, rows: Words) -> NDArray[np.uint64]:
        kind, x, _ = leaf
        if kind == PERIODIC:
            values = np.array(self.air.tables[table].periodic[x], dtype=np.uint64)
            return values[rows % len(values)]
        if kind in (ROW_NUMBER, CONJUNCTION):
            numbers = rows.astype(np.uint64)
            return numbers if kind == ROW_NUMBER else conjunction(numbers, x)
        assert kind in (INPUT, CONSTANT), f"a leaf of kind {kind} is in no constraint"
        return np.full(len(rows), self._inputs[x] if kind == INPUT else x, dtype=np.uint64)

    def _of_sequence(self, leaf: Node, rows: Words) -> Words:
        """Its entries on the rows that have one, elsewhere 0."""
        placed, sequence = placement_of(leaf), self._sequences[leaf[1]]
        places, rest = np.divmod(rows - placed.first, placed.step)
        there = (rest == 0) & (places >= 0) & (places < self.air.sequences[leaf[1]].length)
        words = np.full(len(rows), self.pool.word(0), dtype=np.int64)
        given = sequence + places[there] if isinstance(sequence, int) else self.pool.words(sequence[places[there]])
        words[there] = given
        return words
