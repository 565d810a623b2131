"""Filling of several tables: what each is given and steps, and then what fills itself, natively and in order.

    each table: given columns → bits → step → late bits;   then lets, limbs, memories, walks in place of a step, served
    tables and their steps, times, each after what it reads

Columns that are given already, by the witness, by generate_trace or in a whole trace, stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from l2zk import _core
from l2zk.air.vectors import Vector
from l2zk.base.room import room
from l2zk.base.wording import counted, listed
from l2zk.errors import WitnessError
from l2zk.language.core_tables import run_table
from l2zk.language.definition import Definition
from l2zk.language.filled import Cells, Tables, fill_merged, rows_of, start_cells, width
from l2zk.language.filling_memories import fill_memory, walk
from l2zk.language.fillings import Filling, Let, Limbs, MemoryPass, Served, Times, Walk, filled_by
from l2zk.language.given_columns import Columns, early_bits, fill_late
from l2zk.language.merged import Merged, kept, merged
from l2zk.language.waiting import in_order
from l2zk.language.witness import Binding


def filled_tables(definition: Definition, binding: Binding, whole: Mapping[int, Vector] | None = None) -> Tables:
    """The tables of a run; those that are given `whole`, by number, stay as they are."""
    tables, whole = Tables(definition, binding), whole or {}
    for number, columns in enumerate((binding.columns, *binding.others)):
        tables.known.append(dict(enumerate(whole[number])) if number in whole else columns)
        tables.cells.append(list(whole[number]) if number in whole else _begun(tables, number))
    fill_themselves(tables)
    return tables


def fill_themselves(tables: Tables) -> None:
    """Carry out all that fills itself, in order; what follows one another and reads no other tables, together."""
    for together, several in groupby(_in_order(tables), key=lambda one: isinstance(one, Let | Limbs)):
        fillings = list(several)
        for one in _lists(tables, fillings) if together else ():
            fill_merged(tables, one)
        for filling in fillings:
            if not together:
                _CARRIED_OUT[type(filling)](tables, filling)
            tables.filled.update(filled_by(filling))


def _lists(tables: Tables, fillings: Sequence[Filling]) -> Sequence[Merged]:
    """Columns that fill themselves, as lists of nodes."""
    several = [one for one in fillings if isinstance(one, Let | Limbs)]
    by_table = sorted(several, key=lambda one: one.table)  # each reads its own table alone
    known = tuple((table, *tables.known[table]) for table in sorted({one.table for one in several}))
    return kept(
        tables.definition,
        (id(several[0]), len(several), known),
        lambda: [one.by_words(tables.definition) for one in merged(by_table, tables.known) if one.filled],
    )


def _in_order(tables: Tables) -> Sequence[Filling]:
    """The fillings, each after those that fill what it reads and is not there yet."""
    definition = tables.definition
    if not definition.waiting:
        return definition.fillings
    known = {(number, column) for number, columns in enumerate(tables.known) for column in columns}
    numbers = in_order(definition.waiting, [table.columns for table in definition.air.tables], known)
    return [definition.fillings[number] for number in numbers]


def _begun(tables: Tables, number: int) -> Cells:
    """A table after its step, or before that where the step comes among the fillings."""
    definition, columns = tables.definition, tables.known[number]
    later = {type(one) for one in definition.fillings if isinstance(one, Served | Walk) and one.table == number}
    if Served in later:
        return _unfilled(definition, number, columns)
    columns = _with_bits(tables, number, columns)
    return _unfilled(definition, number, columns) if later else _stepped(tables, number, columns)


def _with_bits(tables: Tables, number: int, columns: Columns) -> Columns:
    """Columns, and the bits of given ones."""
    table, public = tables.definition.tables[number], (tables.inputs, tables.binding.sequences)
    if all(column in columns for bits in table.bits if not bits.late for column in bits.columns):
        return columns
    return dict(early_bits(table, columns, public)) | columns


def _unfilled(definition: Definition, number: int, columns: Columns) -> Cells:
    """The given columns of a table, and 0 in all others."""
    air = definition.air.tables[number]
    missing = [index for index in range(len(air.columns)) if index not in columns]
    made = dict(zip(missing, room(len(missing), air.length)))
    return [columns[index] if index in columns else made[index] for index in range(len(air.columns))]


def _stepped(tables: Tables, number: int, columns: Columns) -> Cells:
    """A table after its step, if it has one, and the bits of what the step has filled. columns: what is there."""
    definition = tables.definition
    table, public = definition.tables[number], (tables.inputs, tables.binding.sequences)
    start = start_cells(tables, number)
    if table.step_code is None and table.step_function is None:
        cells = _unfilled(definition, number, columns)
        for row, column, value in start:
            cells[column] = cells[column].copy() if column in columns else cells[column]
            cells[column][row] = value
    else:
        made, _, _ = run_table(definition, number, *public, start=start, columns=columns)
        cells = list(made)
    if table.filled_late:
        fill_late(table, cells, columns, public)
    return cells


def _served(tables: Tables, one: Served) -> None:
    """The distinct keys that are sent, in the rows of the table, and then its step."""
    air = tables.definition.air.tables[one.table]
    missing = [(place, column) for place, column in one.keys if column not in tables.known[one.table]]
    if missing:
        places = [place for place, _ in one.keys]
        sent = tables.grouped_messages(one.bus, (one.table, one.interaction), places)
        keys, sums = _core.tally(sent, len(places))
        keys = keys[sums != 0]
        room = min(air.rows, len(air.interactions[one.interaction].domain.rows(air.length)))
        if len(keys) > room:
            raise _too_many(tables, one, len(keys), room)
        filled = {column: _with_padding(keys[:, places.index(place)], air.length) for place, column in missing}
        tables.known[one.table] = {**tables.known[one.table], **filled}
    columns, cells = tables.known[one.table], tables.cells[one.table]
    if len(columns) < len(air.columns):
        columns = columns | {column: cells[column] for number, column in tables.filled if number == one.table}
        tables.cells[one.table] = _stepped(tables, one.table, _with_bits(tables, one.table, columns))


def _with_padding(values: Vector, length: int) -> Vector:
    """The values, and then the last one on all further rows; 0 if there is none."""
    column = np.full(length, values[-1] if len(values) else 0, dtype=np.uint64)
    column[: len(values)] = values
    return column


def _too_many(tables: Tables, one: Served, found: int, room: int) -> WitnessError:
    air = tables.definition.air
    fields = listed(air.buses[one.bus].fields[place] for place, _ in one.keys)
    return WitnessError(
        f"table {air.tables[one.table].name!r} of {air.id} has {counted(room, 'row')}, and {found} distinct tuples"
        f" ({fields}) are sent on bus {air.buses[one.bus].name!r}: give the table rows={found} or more, or send fewer"
    )


def _times(tables: Tables, one: Times) -> None:
    """How often each row is sent."""
    if one.column in tables.known[one.table]:
        return
    times = tables.cells[one.table][one.column]
    sent = tables.all_messages(one.bus, (one.table, one.interaction))
    if one.indexed is not None:
        missing, _ = _core.count_indexed(sent, *one.indexed, times)
    else:
        missing, _ = _core.count_tuples(
            sent, rows_of(tables, one.table, one.interaction), width(tables, one.bus), times
        )
    if not missing:
        tables.balanced.add(one.bus)


_CARRIED_OUT: Mapping[type[Any], Callable[[Tables, Any], None]] = {
    MemoryPass: fill_memory,
    Walk: walk,
    Served: _served,
    Times: _times,
}
