"""The first access to a memory that found something else than what was left there."""

from __future__ import annotations

import numpy as np

from l2zk.air.imbalance import Imbalance
from l2zk.air.nodes import COLUMN
from l2zk.air.vectors import Vector
from l2zk.base.wording import counted
from l2zk.language.filling_memories import carry_out
from l2zk.language.fillings import MemoryPass
from l2zk.language.messages import Messages


def memory_imbalances(messages: Messages, one: MemoryPass) -> Imbalance:
    """What is wrong first with a memory whose messages do not balance: an access, or what the cells end as."""
    cells, rows = messages.tables.cells[one.table], range(one.rows)
    found = [(np.zeros_like(cells[0]), np.zeros_like(cells[0])) for _ in one.accesses]
    last, time = (np.zeros_like(messages.tables.cells[one.cells][0]) for _ in range(2))
    outside = carry_out(messages.tables, one, last, time, found, claimed=True)
    if outside is not None:
        k, row = outside
        return _imbalance(messages, one, row, _beyond(messages, one, row, k))
    wrong = [
        (row, k)
        for k, (access, columns) in enumerate(zip(one.accesses, found))
        for column, right in zip((access.old, access.then), columns)
        for row in np.flatnonzero(cells[column][: len(rows)] != right[: len(rows)])[:1].tolist()
    ]
    if wrong:
        row, k = min(wrong)
        return _imbalance(messages, one, row, _access(messages, one, row, k, found[k]))
    return _imbalance(messages, one, None, _ending(messages, one, last))


def _imbalance(messages: Messages, one: MemoryPass, row: int | None, sentence: str) -> Imbalance:
    name = messages.tables.definition.air.tables[one.table].name
    return Imbalance(kind="memory", name=one.name, table=name, row=row, count=1, sentence=sentence)


def _address(messages: Messages, one: MemoryPass, row: int, k: int) -> str:
    nodes = one.accesses[k].address
    return messages.shown(one.table, nodes, int(messages.tables.values(one.table, nodes)[row]))


def _beyond(messages: Messages, one: MemoryPass, row: int, k: int) -> str:
    """An access to a cell that there is not."""
    verb = "write" if one.accesses[k].is_write else "read"
    at = f"at row {row}{messages.of_table(one.table)} is to address {_address(messages, one, row, k)}"
    return f": the {verb} {at}, of {counted(one.size, 'cell')}"


def _access(messages: Messages, one: MemoryPass, row: int, k: int, right: tuple[Vector, Vector]) -> str:
    """An access that says something else than what was there."""
    access = one.accesses[k]
    at = _address(messages, one, row, k)
    said = int(messages.tables.cells[one.table][access.old][row])
    value = messages.shown(one.table, ((COLUMN, access.old, 0),), said)
    verb = ("write", "finds") if access.is_write else ("read", "gives")
    what = f": the {verb[0]} at row {row}{messages.of_table(one.table)} of address {at} {verb[1]} {value}, but"
    old, then = int(right[0][row]), int(right[1][row])
    was = messages.shown(one.table, ((COLUMN, access.old, 0),), old)
    if said == old:
        wrong = int(messages.tables.cells[one.table][access.then][row])
        return f"{what[:-5]} of time {wrong}, but it was left at time {then}"
    if then == 0:
        return f"{what} the cell is {was} at first"
    before, port = divmod(then - 1, len(one.accesses))
    return f"{what} row {before} {'wrote' if one.accesses[port].is_write else 'read'} {was}"


def _ending(messages: Messages, one: MemoryPass, last: Vector) -> str:
    """A cell that does not end as what was left there."""
    cells = messages.tables.cells[one.cells]
    wrong = np.flatnonzero(cells[one.last][: one.size] != last[: one.size])
    if not len(wrong):
        return " does not balance: the times at which its cells were left are not those of their last accesses"
    cell = int(wrong[0])
    right, said = (messages.shown(one.cells, ((COLUMN, one.last, 0),), int(v[cell])) for v in (last, cells[one.last]))
    return f": cell {cell} ends as {right}, but its row says {said}"
