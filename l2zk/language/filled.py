"""The tables of a statement while they are filled: their cells, and expressions and messages on their rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from l2zk import _core
from l2zk.air.nodes import COLUMN, CONSTANT, OUTPUT, SEQUENCE, Node, extract, renumbered
from l2zk.air.table import Message
from l2zk.air.vectors import Vector
from l2zk.base.field import MODULUS
from l2zk.errors import WitnessError
from l2zk.language.core_tables import run_table
from l2zk.language.definition import Definition
from l2zk.language.given_columns import Columns
from l2zk.language.merged import ALL_BITS, Merged
from l2zk.language.witness import Binding

Cells = list[Vector]
"""The columns of a table, uint64[B] each."""


class Tables:
    """The tables of a statement while they are filled, and afterwards.

    cells: of each table. known: the columns of each that were given, which nothing fills. filled: (table, column) of
    those that fillings have filled. balanced: buses that do, as all that stands on them was counted or filled here.
    """

    def __init__(self, definition: Definition, binding: Binding) -> None:
        self.definition, self.binding = definition, binding
        self.cells: list[Cells] = []
        self.known: list[Columns] = []
        self.filled: set[tuple[int, int]] = set()
        self.balanced: set[int] = set()
        self._stated: tuple[list[int], list[Vector]] | None = None

    @property
    def inputs(self) -> Sequence[int]:
        """The values of public inputs."""
        return self.binding.public_inputs

    def stated(self, again: bool = False) -> tuple[list[int], list[Vector]]:
        """The public outputs and the output columns, read off the main table as it is."""
        if self._stated is None or again:
            columns = dict(enumerate(self.cells[0]))
            self._stated = run_table(self.definition, 0, self.inputs, self.binding.sequences, columns=columns)[1:]
        return self._stated

    def expressions(
        self, table: int, nodes: Sequence[Node], roots: Sequence[int] | None = None, rows: range | None = None
    ) -> _core.Expressions:
        """Nodes of a table on some of its rows, on all by default; the last one, if no roots are named."""
        air, cells = self.definition.air.tables[table], self.cells[table]
        outputs, sequences = self._public(nodes)
        return _core.Expressions(
            air.length,
            nodes,
            [len(nodes) - 1] if roots is None else roots,
            columns={x: cells[x] for kind, x, _ in nodes if kind == COLUMN},
            periodic=air.periodic,
            inputs=self.inputs,
            outputs=outputs,
            sequences=sequences,
            lists=self.definition.lists,
            checked=air.rows,
            rows=None if rows is None else (rows.start, max(rows.start, rows.stop), rows.step),
        )

    def _public(self, nodes: Iterable[Node]) -> tuple[Sequence[int], Sequence[Vector]]:
        """Outputs and all sequences; what the main table states, only where it is asked for."""
        air, nothing = self.definition.air, np.zeros(0, dtype=np.uint64)
        stated = [x for kind, x, _ in nodes if kind == SEQUENCE and air.sequences[x].is_output]
        if stated or any(kind == OUTPUT for kind, _, _ in nodes):
            outputs, sequences = self.stated()
            return outputs, air.all_sequences(self.binding.sequences, sequences)
        return (), air.all_sequences(self.binding.sequences, (nothing for _ in air.output_columns))

    def merged(self, one: Merged) -> tuple[_core.Expressions, list[tuple[int, int, int, Vector]]]:
        """Columns that fill themselves together, and where each stands."""
        table, ahead, behind = one.rows
        rows, cells = range(behind, self.definition.air.tables[table].length - ahead), self.cells[table]
        filled = [(root, shift, mask, cells[column]) for root, shift, mask, column in one.filled]
        return self.expressions(table, one.nodes, one.roots, rows), filled

    def values(self, table: int, nodes: Sequence[Node], rows: range | None = None) -> Vector:
        """The values of the last node, on all rows; 0 on rows that are not asked for."""
        column = np.zeros(self.definition.air.tables[table].length, dtype=np.uint64)
        _core.fill_columns(self.expressions(table, nodes, rows=rows), [(0, 0, ALL_BITS, column)])
        return column

    def messages(self, table: int, interaction: int, places: Sequence[int] | None = None) -> _core.Expressions:
        """What an interaction says: entries of its tuple, all of them by default, and the multiplicity."""
        air = self.definition.air.tables[table]
        one = air.interactions[interaction]
        entries = one.tuple if places is None else [one.tuple[place] for place in places]
        nodes, roots = extract(air.nodes, (*entries, one.multiplicity))
        return self.expressions(table, nodes, roots, one.domain.rows(air.length))

    def public_message(self, message: Message, places: Sequence[int] | None = None) -> _core.Expressions:
        """What a public message says, in the same way."""
        entries = message.tuple if places is None else [message.tuple[place] for place in places]
        nodes: list[Node] = []
        roots = []
        for entry in entries:
            place = range(len(nodes), len(nodes) + len(entry))
            nodes += [renumbered(node, place) for node in entry]
            roots.append(len(nodes) - 1)
        outputs, sequences = self._public(nodes)
        nodes.append((CONSTANT, message.sign % MODULUS, 0))
        return _core.Expressions(
            1, nodes, [*roots, len(nodes) - 1], inputs=self.inputs, outputs=outputs, sequences=sequences
        )

    def all_messages(
        self, bus: int, but: tuple[int, int] | None = None, places: Sequence[int] | None = None
    ) -> list[_core.Expressions]:
        """What stands on a bus, but for one interaction (table, number)."""
        return [message for group in self.grouped_messages(bus, but, places) for message in group]

    def grouped_messages(
        self, bus: int, but: tuple[int, int] | None = None, places: Sequence[int] | None = None
    ) -> list[list[_core.Expressions]]:
        """The same by table; the public ones come last."""
        found = [one for one in self.on_bus(bus) if one != but]
        groups = [[self.messages(*one, places) for one in found if one[0] == t] for t in range(len(self.cells))]
        public = [self.public_message(one, places) for one in self.definition.air.messages if one.bus == bus]
        return [group for group in [*groups, public] if group]

    def on_bus(self, bus: int) -> list[tuple[int, int]]:
        """The interactions on a bus, (table, number)."""
        tables = enumerate(self.definition.air.tables)
        return [(t, i) for t, air in tables for i, one in enumerate(air.interactions) if one.bus == bus]


def rows_of(tables: Tables, table: int, interaction: int) -> _core.Expressions:
    """The tuples of an interaction, each once."""
    air = tables.definition.air.tables[table]
    one = air.interactions[interaction]
    nodes, roots = extract(air.nodes, one.tuple)
    return tables.expressions(table, [*nodes, (CONSTANT, 1, 0)], [*roots, len(nodes)], one.domain.rows(air.length))


def fill_merged(tables: Tables, one: Merged) -> None:
    """Fill columns that equal expressions, or pieces of them, or that integer code fills."""
    expressions, filled = tables.merged(one)
    _core.fill_columns(expressions, filled)
    check_looked_up(tables.definition, one, expressions)


def check_looked_up(definition: Definition, merged: Merged, expressions: _core.Expressions) -> None:
    """Refuse what integer code has looked up beyond the end of a list."""
    if expressions.fault is not None:
        air, (row, _, node) = definition.air.tables[merged.rows[0]], expressions.fault  # the entry may be private
        of_table = f" of table {air.name!r}" if merged.rows[0] else ""
        raise WitnessError(
            f"hint {air.columns[merged.column_of(node)]!r}{of_table} of {definition.air.id} looks up an entry at"
            f" row {row} beyond the end of its list of constants: make the list longer, or keep the index below its"
            " length"
        )


def width(tables: Tables, bus: int) -> int:
    """The entries of the tuples on a bus."""
    return len(tables.definition.air.buses[bus].fields)


def start_cells(tables: Tables, number: int) -> Sequence[tuple[int, int, int]]:
    """The cells of a table that m.start fills."""
    return tables.binding.start if number == 0 else tables.binding.starts[number - 1]
