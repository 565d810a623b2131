"""Messages on the buses of filled tables, one by one for a report: where a tuple stands, what of it may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from l2zk import _core
from l2zk.air.bit_sums import number_text, value_text
from l2zk.air.imbalance import times_text
from l2zk.air.nodes import COLUMN, Node, extract
from l2zk.air.text import leaf_names, text
from l2zk.air.vectors import Vector
from l2zk.air.violation import PRIVATE
from l2zk.base.field import MODULUS
from l2zk.base.wording import rows_text
from l2zk.language.filled import Tables, width
from l2zk.language.merged import ALL_BITS

Hidden = Sequence[frozenset[int]]
"""The columns of each table that are not shown."""


@dataclass(frozen=True)
class Standing:
    """Where a tuple stands on a bus: an interaction and its rows, or a public message by name; sent (1) or received
    (-1), and how often on each row."""

    table: int | None
    interaction: int
    rows: Sequence[int]
    sign: int = 1
    times: int = 1
    message: str = ""


class Messages:
    """The messages of tables, and what of them is shown."""

    def __init__(self, tables: Tables, hidden: Hidden) -> None:
        self.tables, self.hidden = tables, hidden

    def entries(self, table: int, interaction: int) -> list[Vector]:
        """The tuple of an interaction and its multiplicity, on the rows of its domain."""
        air = self.tables.definition.air.tables[table]
        one = air.interactions[interaction]
        found = [np.zeros(air.length, dtype=np.uint64) for _ in one.nodes]
        filled = [(k, 0, ALL_BITS, column) for k, column in enumerate(found)]
        _core.fill_columns(self.tables.messages(table, interaction), filled)
        rows = one.domain.rows(air.length)
        return [column[rows.start : rows.stop : rows.step] for column in found]

    def tuple_at(self, table: int, interaction: int, row: int) -> list[int]:
        """The tuple of an interaction on a row of its domain."""
        air = self.tables.definition.air.tables[table]
        place = air.interactions[interaction].domain.rows(air.length).index(row)
        *entries, _ = self.entries(table, interaction)
        return [int(column[place]) for column in entries]

    def standing(self, bus: int, values: Sequence[int]) -> list[Standing]:
        """Where a tuple stands on a bus: of each interaction the rows with the multiplicity that it has first."""
        found = []
        for table, interaction in self.tables.on_bus(bus):
            *entries, multiplicity = self.entries(table, interaction)
            there = multiplicity != 0
            for column, value in zip(entries, values):
                there &= column == np.uint64(value)
            places = np.flatnonzero(there)
            for factor in np.unique(multiplicity[places]).tolist():
                some = places[multiplicity[places] == np.uint64(factor)]
                found.append(self._standing(table, interaction, some, factor))
        return found + self._public(bus, values)

    def _standing(self, table: int, interaction: int, places: Sequence[int], factor: int) -> Standing:
        air = self.tables.definition.air.tables[table]
        one = air.interactions[interaction]
        rows = one.domain.rows(air.length)
        there = [rows[place] + one.behind for place in places]
        sign = 1 if factor < MODULUS // 2 else -1
        return Standing(table, interaction, there, sign, sign * factor % MODULUS)

    def _public(self, bus: int, values: Sequence[int]) -> list[Standing]:
        """The public messages that are this tuple."""
        found = []
        for message in self.tables.definition.air.messages:
            if message.bus == bus:
                tuples, _ = _core.tally([[self.tables.public_message(message)]], width(self.tables, bus))
                if tuples[0].tolist() == list(values):
                    found.append(Standing(None, 0, [], message.sign, 1, message.name))
        return found

    def places(self, standing: Sequence[Standing]) -> list[str]:
        """Where a tuple stands, in words: what a table says as often is said together."""
        rows: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for one in standing:
            if one.table is not None:
                rows[one.table, one.times] += one.rows
        found = [self._place(*where, sorted(several)) for where, several in rows.items()]
        return found + [f"by the public {one.message!r}" for one in standing if one.table is None]

    def _place(self, table: int, times: int, rows: Sequence[int]) -> str:
        often = f"{times_text(times)} " if times != 1 else ""
        return f"{often}by {self.tables.definition.air.tables[table].name!r} at {rows_text(rows)}"

    def of_table(self, table: int) -> str:
        """The name of a further table, as the end of a row in a sentence."""
        return f" of table {self.tables.definition.air.tables[table].name!r}" if table else ""

    def shown(self, table: int, nodes: Sequence[Node], value: int) -> str:
        """A value of nodes, if none of the columns that they read is hidden."""
        secret = any(kind == COLUMN and x in self.hidden[table] for kind, x, _ in nodes)
        return PRIVATE if secret else str(value)

    def named(self, table: int, nodes: Sequence[Node], value: int, behind: int = 0) -> str:
        """A value of nodes with the expression that has it, as it is written so many rows behind."""
        name = text(nodes, len(nodes) - 1, leaf_names(self.tables.definition.air.tables[table].names, behind))
        shown = self.shown(table, nodes, value)
        return f"{name} ({PRIVATE})" if shown == PRIVATE else value_text(name, number_text(value))

    def shown_tuple(self, bus: int, values: Sequence[int], standing: Sequence[Standing]) -> list[str]:
        """A tuple, without the entries that are hidden in any place where it stands."""
        shown = [str(value) for value in values]
        for one in standing:
            if one.table is not None:
                air = self.tables.definition.air.tables[one.table]
                for k, root in enumerate(air.interactions[one.interaction].tuple):
                    here = self.shown(one.table, extract(air.nodes, [root])[0], values[k])
                    shown[k] = PRIVATE if PRIVATE in (here, shown[k]) else here
        return shown
