"""Fillings carried out in plain Python, row by row, by dicts and counters, and what the twin's judge says of the rows.

Given columns and bits are filled by their nodes too; steps are not, so programs here give their columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reference.from_library import program_of
from reference.judge import judge
from reference.statement import Public

from l2zk.air.nodes import evaluate, placement_of
from l2zk.language.definition import Definition
from l2zk.language.fillings import Let, Limbs, MemoryPass, Served, Times

P = 2**64 - 2**32 + 1
Rows = list[list[int]]
"""The columns of a table, each a list of its rows."""


class Plain:
    """The tables of a definition, filled from {"column" or "table.column": values} and public inputs."""

    def __init__(self, definition: Definition, given: Mapping[str, Sequence[int]], inputs: Sequence[int] = ()) -> None:
        self.definition, self.inputs = definition, list(inputs)
        self.tables: list[Rows] = []
        for table in definition.tables:
            prefix = "" if table is definition.tables[0] else f"{table.air.name}."
            self.tables.append([self._column(table.air, given.get(prefix + name)) for name in table.air.columns])
        for number, table in enumerate(definition.tables):
            self._bits(number, table)
        for filling in definition.fillings:
            getattr(self, f"_{type(filling).__name__.lower()}")(filling)

    def wrong(self) -> list[Any]:
        """What the twin's judge says is violated."""
        stated = [0] * len(self.definition.air.outputs)
        for place, output in enumerate(self.definition.outputs):
            air = self.definition.air.main
            nodes, x = air.nodes, air.constraints[output.constraint].node
            stated[place] = evaluate(nodes[: x + 1], self._leaf(0, output.row, stated))[-1]
        program = program_of(self.definition.air)
        return judge([(program, (Public((*self.inputs, *stated)),))], self.tables)

    def _column(self, air: Any, values: Sequence[int] | None) -> list[int]:
        values = list(values or [0])
        return [value % P for value in values + [values[-1]] * (air.length - len(values))]

    def _leaf(self, table: int, row: int, outputs: Sequence[int] = ()) -> Any:
        air, cells = self.definition.tables[table].air, self.tables[table]

        def leaf(node: Any) -> int:
            kind, x, y = node
            if kind == 1:
                return cells[x][(row + y) % air.length]
            if kind == 2:
                return air.periodic[x][row % len(air.periodic[x])]
            if kind == 10:
                return row
            if kind == 11:
                return row % 2**x & row >> x
            assert kind in (3, 4), placement_of(node)
            return (self.inputs if kind == 3 else outputs)[x]

        return leaf

    def _value(self, table: int, row: int, nodes: Sequence[Any]) -> int:
        return evaluate(nodes, self._leaf(table, row), self.definition.lists)[-1]

    def _bits(self, number: int, table: Any) -> None:
        for bits in table.bits:
            for row in range(table.air.length - bits.ahead):
                for k, column in enumerate(bits.columns):
                    self.tables[number][column][row] = self._value(number, row, bits.nodes) >> k & 1

    def _limbs(self, filling: Limbs) -> None:
        for row in range(filling.behind, len(self.tables[filling.table][0]) - filling.ahead):
            value, shift = self._value(filling.table, row, filling.nodes), 0
            for column, width in zip(filling.columns, filling.widths):
                self.tables[filling.table][column][row] = value >> shift & 2**width - 1
                shift += width

    def _let(self, filling: Let) -> None:
        for row in range(filling.behind, len(self.tables[filling.table][0]) - filling.ahead):
            self.tables[filling.table][filling.column][row] = self._value(filling.table, row, filling.nodes)

    def _memorypass(self, filling: MemoryPass) -> None:
        length = len(self.tables[filling.cells][0])
        cells = [(self._value(filling.cells, address, filling.initial), 0) for address in range(length)]
        time, there = 0, cells
        for row in range(len(self.tables[filling.table][0])):
            if row == filling.rows:
                there = list(cells)
            for access in filling.accesses:
                time += 1
                if self._value(filling.table, row, access.when):
                    address = self._value(filling.table, row, access.address)
                    old, then = cells[address] if address < filling.size else (0, 0)
                    self.tables[filling.table][access.old][row] = old
                    self.tables[filling.table][access.then][row] = then if row < filling.rows else 0
                    if address < filling.size:
                        new = self._value(filling.table, row, access.value) if access.is_write else old
                        cells[address] = new, time
        left = there if filling.rows < len(self.tables[filling.table][0]) else cells
        self.tables[filling.cells][filling.last][:] = [value for value, _ in left]
        self.tables[filling.cells][filling.time][:] = [time for _, time in left]

    def _interactions(self, bus: int, but: tuple[int, int]) -> Iterator[tuple[tuple[int, ...], int]]:
        """The tuples on a bus in the order of tables, rows and interactions, with multiplicities; then messages."""
        for number, table in enumerate(self.definition.tables):
            there = [one for i, one in enumerate(table.air.interactions) if one.bus == bus and (number, i) != but]
            for row in range(table.air.length) if there else ():
                for one in there:
                    if row in one.domain.rows(table.air.length):
                        values = evaluate(table.air.nodes, self._leaf(number, row, [0] * 9))
                        yield tuple(values[node] for node in one.tuple), values[one.multiplicity]
        for message in self.definition.air.messages:
            if message.bus == bus:
                yield tuple(self._value(0, 0, entry) for entry in message.tuple), message.sign % P

    def _served(self, filling: Served) -> None:
        table = self.tables[filling.table]
        sent = [
            entry for entry, times in self._interactions(filling.bus, (filling.table, filling.interaction)) if times
        ]
        keys = list(dict.fromkeys(tuple(entry[place] for place, _ in filling.keys) for entry in sent)) or [(0,) * 9]
        assert len(keys) <= self.definition.tables[filling.table].air.rows
        for row in range(len(table[0])):
            for (_, column), value in zip(filling.keys, keys[min(row, len(keys) - 1)]):
                table[column][row] = value
        self._bits(filling.table, self.definition.tables[filling.table])

    def _times(self, filling: Times) -> None:
        air = self.definition.tables[filling.table].air
        one, left = air.interactions[filling.interaction], Counter()
        for entry, times in self._interactions(filling.bus, (filling.table, filling.interaction)):
            left[entry] += times
        for row in one.domain.rows(air.length):
            values = evaluate(air.nodes, self._leaf(filling.table, row))
            entry = tuple(values[node] for node in one.tuple)
            if filling.indexed is not None:
                kind, bits = filling.indexed
                assert row == (entry[0] if kind == "range" else entry[0] + (entry[1] << bits))
            self.tables[filling.table][filling.column][row] = left.pop(entry, 0) % P


def wrong(definition: Definition, given: Mapping[str, Sequence[int]], inputs: Sequence[int] = ()) -> list[Any]:
    """What is violated when all that fills itself is filled."""
    return Plain(definition, given, inputs).wrong()
