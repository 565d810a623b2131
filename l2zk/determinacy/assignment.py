"""Assignment: values for all cells of a statement, and which of its claims they break.

Written apart from the solver, whose second traces it judges: constraints row by row in NumPy, buses as multisets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from l2zk.air.nodes import INPUT, OUTPUT, Node, extract
from l2zk.air.table import Interaction, Message
from l2zk.air.trace import ExecutionTrace
from l2zk.air.vectors import Vector, evaluate_rows, leaves_on_all_rows
from l2zk.base.field import MODULUS
from l2zk.determinacy.cells import OUTPUT_TABLE, Cell
from l2zk.language.definition import Definition
from l2zk.language.filled import Tables
from l2zk.language.fillings import Times
from l2zk.language.witness import Binding

LeftOut = Collection[tuple[int, str]]
"""(table, name) of constraints and interactions that nobody claims."""


@dataclass(eq=False)
class Assignment:
    """Values of all cells, uint64[columns, length] of each table, of the outputs, and of output columns."""

    definition: Definition
    binding: Binding
    cells: list[Vector]
    outputs: list[int]
    stated: list[Vector]

    @classmethod
    def of(cls, definition: Definition, binding: Binding, cells: Sequence[Vector]) -> Assignment:
        """These cells, with what the main table states."""
        tables = Tables(definition, binding)
        tables.cells = [list(np.ascontiguousarray(one)) for one in cells]
        outputs, stated = tables.stated()
        return cls(definition, binding, [one.copy() for one in cells], list(map(int, outputs)), list(stated))

    def value(self, cell: Cell) -> int:
        """The value of a cell, or of an output."""
        table, column, row = cell
        if table != OUTPUT_TABLE:
            return int(self.cells[table][column, row])
        columns = column - len(self.outputs)
        return self.outputs[column] if columns < 0 else int(self.stated[columns][row])

    def copy(self) -> Assignment:
        """The same values in arrays of their own."""
        cells, stated = [one.copy() for one in self.cells], [one.copy() for one in self.stated]
        return Assignment(self.definition, self.binding, cells, list(self.outputs), stated)

    def put(self, cell: Cell, value: int) -> None:
        """Change one value."""
        table, column, row = cell
        if table != OUTPUT_TABLE:
            self.cells[table][column, row] = value
        elif column < len(self.outputs):
            self.outputs[column] = value
        else:
            self.stated[column - len(self.outputs)][row] = value

    def changed(self, other: Assignment) -> list[Cell]:
        """The cells that differ, outputs last."""
        found: list[Cell] = []
        for table, (one, two) in enumerate(zip(self.cells, other.cells)):
            found += [(table, int(column), int(row)) for column, row in np.argwhere(one != two)]
        found += [(OUTPUT_TABLE, k, 0) for k, value in enumerate(self.outputs) if value != other.outputs[k]]
        for k, (one, two) in enumerate(zip(self.stated, other.stated)):
            found += [(OUTPUT_TABLE, len(self.outputs) + k, int(row)) for row in np.flatnonzero(one != two)]
        return found

    def satisfies(self, leave_out: LeftOut = ()) -> bool:
        """True if nothing is broken."""
        return next(self.broken(leave_out), None) is None

    def broken(self, leave_out: LeftOut = ()) -> Iterator[tuple[int, str]]:
        """(table, name) of constraints that are not 0 on their rows, and (-1, name) of buses that do not balance."""
        for number, air in enumerate(self.definition.air.tables):
            for constraint in air.constraints:
                if (number, constraint.name) not in leave_out:
                    nodes, _ = extract(air.nodes, [constraint.node])
                    if self._on_rows(number, nodes)[list(constraint.domain.rows(air.length))].any():
                        yield number, constraint.name
        for bus, one in enumerate(self.definition.air.buses):
            standing = self._standing(bus, leave_out) if self._is_claimed(bus, leave_out) else {}
            if any(count % MODULUS for count in standing.values()):
                yield -1, one.name

    def _is_claimed(self, bus: int, leave_out: LeftOut) -> bool:
        """False of a bus from which something is left out, unless how often its rows are asked for is counted again."""
        tables = self.definition.air.tables
        on_bus = [(k, one.name) for k, air in enumerate(tables) for one in air.interactions if one.bus == bus]
        if not any(one in leave_out for one in on_bus):
            return True
        times = [one for one in self.definition.fillings if isinstance(one, Times) and one.bus == bus]
        return any((one.table, tables[one.table].interactions[one.interaction].name) not in leave_out for one in times)

    def trace(self) -> ExecutionTrace:
        """The trace of all tables."""
        (_, main), *others = (
            (air.name, ExecutionTrace(air.columns, cells.copy(), air.rows))
            for air, cells in zip(self.definition.air.tables, self.cells)
        )
        main.tables.update(others)
        return main

    def _on_rows(self, number: int, nodes: Sequence[Node]) -> Vector:
        air = self.definition.air.tables[number]
        public = {INPUT: self.binding.public_inputs, OUTPUT: self.outputs}
        sequences = self.definition.air.all_sequences(self.binding.sequences, self.stated)
        leaf = leaves_on_all_rows(air.length, dict(enumerate(self.cells[number])), air.periodic, public, sequences)
        return evaluate_rows(nodes, leaf, air.length)

    def _standing(self, bus: int, leave_out: LeftOut) -> Counter[tuple[int, ...]]:
        """How often each tuple stands on a bus."""
        standing: Counter[tuple[int, ...]] = Counter()
        for number, air in enumerate(self.definition.air.tables):
            for one in air.interactions:
                if one.bus == bus and (number, one.name) not in leave_out:
                    self._post(number, one, standing)
        for message in self.definition.air.messages:
            if message.bus == bus and (0, message.name) not in leave_out:
                standing[self._message(message)] += message.sign
        return standing

    def _post(self, number: int, one: Interaction, standing: Counter[tuple[int, ...]]) -> None:
        air = self.definition.air.tables[number]
        rows = list(one.domain.rows(air.length))
        columns = [self._on_rows(number, extract(air.nodes, [node])[0])[rows].tolist() for node in one.nodes]
        *entries, times = columns
        for values, count in zip(zip(*entries), times):
            if count:
                standing[values] += count

    def _message(self, message: Message) -> tuple[int, ...]:
        return tuple(int(self._on_rows(0, entry)[0]) for entry in message.tuple)
