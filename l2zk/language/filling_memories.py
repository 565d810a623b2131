"""Filling of memories: one pass over the accesses, or row by row where the table's steps read what they find."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from l2zk import _core
from l2zk.air.nodes import COLUMN
from l2zk.air.vectors import Vector
from l2zk.base.wording import counted
from l2zk.errors import WitnessError
from l2zk.language.filled import Tables, check_looked_up, fill_merged, start_cells
from l2zk.language.fillings import Access, MemoryPass, Walk
from l2zk.language.merged import ALL_BITS, Merged, kept
from l2zk.language.walk_lists import walk_lists

Found = Sequence[tuple[Vector | None, Vector | None]]
"""Of each access the columns of what it finds and of its time, None for what is given."""


def fill_memory(tables: Tables, one: MemoryPass) -> None:
    """What is given of an access stays, and memory goes on with it."""
    last, time = (_own(tables, one.cells, column) for column in (one.last, one.time))
    found = [_found(tables, one.table, access) for access in one.accesses]
    cells = tables.known[one.cells]
    if one.last not in cells or one.time not in cells or any(column is not None for pair in found for column in pair):
        wrong = carry_out(tables, one, last, time, found)
        if wrong is not None:
            raise _outside(tables, one, *wrong)
        _note_balance(tables, one, found)


def _note_balance(tables: Tables, one: MemoryPass, found: Found) -> None:
    """Note that the bus of a memory balances, if all that it finds and leaves is filled here."""
    filled = all(column is not None for pair in found for column in pair)
    if filled and not {one.last, one.time} & tables.known[one.cells].keys():
        claims = tables.definition.claimed
        tables.balanced |= {claim.bus for claim in claims if claim.kind == "memory" and claim.into == one.cells}


def walk(tables: Tables, one: Walk) -> None:
    """Row by row: the starts and what is given are there already."""
    known, cells = tables.known[one.table], tables.cells[one.table]
    for row, column, value in start_cells(tables, one.table):
        if column not in known:
            cells[column][row] = value
    actions: list[Any] = []
    puts: list[tuple[Merged, _core.Expressions]] = []
    lists = kept(tables.definition, (id(one), tuple(known)), lambda: walk_lists(tables.definition, one, known))
    for part in lists.parts:
        if isinstance(part, tuple):
            actions.append(part)
        else:
            expressions, filled = tables.merged(part)
            puts.append((part, expressions))
            actions.append((expressions, filled, -part.delay))
    for ahead, columns, nodes, roots in lists.steps:
        filled = [(k, 0, ALL_BITS, cells[column]) for k, column in enumerate(columns) if column not in known]
        actions.append((tables.expressions(one.table, nodes, roots), filled, ahead))
    memories = []
    for memory in one.memories:
        last, time = (_own(tables, memory.cells, column) for column in (memory.last, memory.time))
        found = [_found(tables, one.table, access) for access in memory.accesses]
        memories.append(_prepared(tables, memory, last, time, found))
        _note_balance(tables, memory, found)
    wrong = _core.walk(actions, memories, tables.definition.air.tables[one.table].length)
    for part, expressions in puts:
        check_looked_up(tables.definition, part, expressions)
    if wrong is not None:
        raise _outside(tables, one.memories[wrong[0]], *wrong[1:])
    for part in lists.after:
        fill_merged(tables, part)


def _own(tables: Tables, table: int, column: int) -> Vector:
    """A column to fill; one of the same length for nobody, if it was given."""
    cells = tables.cells[table][column]
    return np.zeros_like(cells) if column in tables.known[table] else cells


def _found(tables: Tables, table: int, access: Access) -> tuple[Vector | None, Vector | None]:
    """The columns of an access that are filled."""
    known, cells = tables.known[table], tables.cells[table]
    old, then = (None if column in known else cells[column] for column in (access.old, access.then))
    return old, then


def carry_out(
    tables: Tables,
    one: MemoryPass,
    last: Vector,
    time: Vector,
    found: Found,
    claimed: bool = False,
) -> tuple[int, int] | None:
    """Carry out the accesses of a memory: what the cells have in the end, and what each access finds, into arrays.
    None, or (access, row) of the first to an address that is none.

    A read whose value is given, so that nothing is found for it, leaves that; all reads, if they are `claimed`.
    """
    accesses, rows, values, times = _prepared(tables, one, last, time, found, claimed)
    return _core.memory_pass(accesses, rows, values, times)


def _prepared(
    tables: Tables, one: MemoryPass, last: Vector, time: Vector, found: Found, claimed: bool = False
) -> tuple[list[Any], int, Vector, Vector]:
    """A memory as the core takes it, its initial values in the cells."""
    _core.fill_columns(tables.expressions(one.cells, one.initial), [(0, 0, ALL_BITS, last)])
    time[:] = 0
    expressions = partial(tables.expressions, one.table)
    accesses = []
    for access, (old, then) in zip(one.accesses, found):
        left = access.value if access.is_write else ((COLUMN, access.old, 0),)
        keeps = not access.is_write and old is not None and not claimed
        value = None if keeps else expressions(left)
        accesses.append((expressions(access.address), value, expressions(access.when), old, then))
    return accesses, one.rows, last[: one.size], time[: one.size]


def _outside(tables: Tables, one: MemoryPass, access: int, row: int) -> WitnessError:
    what = "write" if one.accesses[access].is_write else "read"
    return WitnessError(
        f"memory {one.name!r} of {tables.definition.air.id} has {counted(one.size, 'cell')}, and the {what} at row"
        f" {row}{_of_table(tables, one.table)} is to an address beyond them: make the memory larger, or keep the"
        " address below its size"
    )


def _of_table(tables: Tables, table: int) -> str:
    return f" of table {tables.definition.air.tables[table].name!r}" if table else ""
