"""Memory: cells that the rows of a table read and write, one access after the other.

Access k of row i has the time now = accesses*i + k + 1. It receives (address, old, then) and sends (address, new, now);
the table of the cells sends (address, initial value, 0) and receives (address, last value, last time), once for each
address below `size`. That then < now is a range check of now - then - 1, which holds all times. Times are distinct, so
the messages of one address are a chain that rises: each access finds what the one before it left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from l2zk.air.nodes import CONSTANT, OUTPUT, PRIVATE, ROW_NUMBER
from l2zk.base.arguments import items
from l2zk.base.field import field_integer, whole
from l2zk.base.names import plain
from l2zk.base.wording import counted, short
from l2zk.errors import ProgramError
from l2zk.language.arrays import give
from l2zk.language.buses import post, selector
from l2zk.language.columns import Columns
from l2zk.language.draft import Accessed, Draft, Ranged, Remembered, Said
from l2zk.language.expression import Expression
from l2zk.language.fillings import Access, MemoryPass
from l2zk.language.fixed_tables import MOST_ROWS, entry_of
from l2zk.language.inlined import nodes_of
from l2zk.language.noted import new_bus, new_column, number_of, own_column
from l2zk.language.rows_behind import reach_of
from l2zk.language.rules.call import check_identifier, check_leaves, table_name

LARGEST = 2**24
"""Cells of a memory, at most."""


class Memory:
    """A memory of a table, as `table.memory` gives it; its accesses fill themselves.

    They happen on all of the user's rows from the first to the last, and within a row in the order in which `define`
    wrote them. cells: the table of the cells, a row for each address. initial, final: the values of its cells before
    and after all accesses, as expressions of that table. It belongs to the thread that runs `define`.
    """

    def __init__(self, draft: Draft, cells: Columns, initial: Any) -> None:
        made, common = cells._draft, draft.common
        self.cells, self._draft = cells, draft
        self.initial = _initial(made, initial)
        self.final = own_column(made, "last")
        columns = number_of(made, self.final), number_of(made, own_column(made, "time"))
        bus = new_bus(common, made.name, ("address", "value", "time"))
        self._memory = Remembered(made.name, draft, made, bus, made.rows or 1, self.initial.index, *columns)
        common.memories.append(self._memory)

    def read(self, address: Any, when: Any = 1) -> Expression:
        """A column with the value at the address on each row where `when` is 1; elsewhere it may be anything.

        address: an expression, which has to be a number below the size where `when` is 1. when: an expression that is
        0 or 1 on every row. The column fills itself; where a step reads it, rows are filled one after the other.

            at = m.private_column("at")
            value = m.memory("ram", size=16, initial=range(16)).read(at)
        """
        value = own_column(self._draft, f"{self._memory.name}_value{len(self._memory.accesses)}")
        self._access(False, address, value, when, number_of(self._draft, value))
        return value

    def write(self, address: Any, value: Any, when: Any = 1) -> None:
        """Put a value at the address on each row where `when` is 1; see `read`.

        Accesses that stand below it in `define`, and later rows, find the value there.

            at, busy = m.private_columns("at", "busy")
            m.memory("ram", size=16).write(at, 7, when=busy)
        """
        self._access(True, address, value, when, None)

    def __repr__(self) -> str:
        return f"memory {self._memory.name!r} of {counted(self._memory.size, 'cell')}"

    def _access(self, is_write: bool, address: Any, value: Any, when: Any, old: int | None) -> None:
        draft, number = self._draft, len(self._memory.accesses)
        what = f"access {number} to memory {self._memory.name!r}"
        where, stored = draft.graph.lift(address), draft.graph.lift(value)
        chosen = selector(draft, what, when)
        for one in (where, stored):
            check_leaves(draft.graph, one.index, what, (PRIVATE, OUTPUT), "cells, public inputs and constants")
        if any(reach_of(draft, one.index) for one in (where, stored, chosen)):
            raise ProgramError(
                f"{what} looks ahead or behind: it reads cells of its own row; copy others into a column"
            )
        kind, constant, _ = draft.graph.nodes[where.index]
        if kind == CONSTANT and constant >= self._memory.size:
            raise ProgramError(f"{what} has the address {constant}, and its size is {self._memory.size}")
        if old is None:
            old = number_of(draft, own_column(draft, f"{self._memory.name}_old{number}"))
        then = number_of(draft, own_column(draft, f"{self._memory.name}_then{number}"))
        self._memory.accesses.append(Accessed(is_write, where.index, stored.index, chosen.index, old, then))


def cells_of(draft: Draft, name: Any, size: Any) -> Draft:
    """The table of a new memory's cells, which has its name."""
    title = table_name(draft, "a memory", name)
    number = whole(size)
    if number is None or not 1 <= number <= LARGEST:
        raise ProgramError(f"memory {title!r} has the size {short(size)}: an integer from 1 to 2^24 is needed")
    return draft.beside(title, number, made=True)


def post_memory(memory: Remembered, rows: int) -> None:
    """What stands on the bus for a memory, and the ranges of its times, when the number of rows is known."""
    common, draft = memory.table.common, memory.table
    if not memory.accesses:
        raise ProgramError(f"memory {memory.name!r} is never read and never written: use it, or leave it out")
    said = Said("memory", memory.name, memory.bus, into=memory.cells.number)
    for number, access in enumerate(memory.accesses):
        said.posted += _post_access(memory, number, access, rows)
    said.posted += _post_cells(memory)
    common.said.append(said)
    common.passes.append(
        MemoryPass(
            memory.name,
            draft.number,
            rows,
            tuple(_filled(draft, access) for access in memory.accesses),
            memory.cells.number,
            memory.size,
            nodes_of(memory.cells, memory.initial),
            memory.last,
            memory.time,
        )
    )


def _post_access(memory: Remembered, number: int, access: Accessed, rows: int) -> list[tuple[int, int]]:
    """What one access receives and sends, and the claim that it receives what was left before it."""
    draft, count = memory.table, len(memory.accesses)
    graph, title = draft.graph, f"access {number} to {memory.name}"
    now = count * graph.leaf(ROW_NUMBER, 0) + number + 1
    address, when = graph.expression(access.address), graph.expression(access.when)
    old, then = draft.column(access.old), draft.column(access.then)
    new = graph.expression(access.value) if access.is_write else old
    received = post(draft, f"{title} finds", memory.bus, (address, old, then), when, "every", sign=-1, selects=True)
    sent = post(draft, f"{title} leaves", memory.bus, (address, new, now), when, "every", selects=True)
    bits = max(1, (count * rows - 1).bit_length())
    draft.ranges.append(Ranged(f"{title} is after", (now - then - 1).index, bits, "every", exact=False, kind="memory"))
    return [sent, received]


def _post_cells(memory: Remembered) -> list[tuple[int, int]]:
    cells, graph = memory.cells, memory.cells.graph
    address, initial = graph.leaf(ROW_NUMBER, 0), graph.expression(memory.initial)
    last, time = cells.column(memory.last), cells.column(memory.time)
    one, zero = graph.lift(1), graph.lift(0)
    first = post(cells, "initial values", memory.bus, (address, initial, zero), one, "every")
    return [first, post(cells, "final values", memory.bus, (address, last, time), one, "every", sign=-1)]


def _filled(draft: Draft, access: Accessed) -> Access:
    address, value, when = (nodes_of(draft, node) for node in (access.address, access.value, access.when))
    return Access(access.is_write, address, value if access.is_write else (), when, access.old, access.then)


def _initial(draft: Draft, initial: Any) -> Expression:
    """The values before all accesses: 0, known ones, or an array of the witness."""
    if initial is None:
        return draft.graph.lift(0)
    if isinstance(initial, Expression):
        value = draft.graph.lift(initial)
        what = f"the initial value of memory {draft.name!r}"
        check_leaves(draft.graph, value.index, what, (PRIVATE,), "public values and constants")
        return value
    if isinstance(initial, str):
        check_identifier("a private column", initial)
        column = new_column(draft, "a private column", plain(initial), 0)
        give(draft, number_of(draft, column))
        return column
    return entry_of(draft, _known(draft.name, draft.rows or 1, initial))


def _known(name: str, size: int, initial: Any) -> Sequence[int]:
    values = items(initial)
    if values is None or not 1 <= len(values) <= min(size, MOST_ROWS):
        raise ProgramError(
            f"the initial values of memory {name!r} are {short(initial)}: give 1 to {min(size, MOST_ROWS)} integers, or"
            " the name of a private column"
        )
    return [*map(field_integer, values), *[0] * (size - len(values))]
