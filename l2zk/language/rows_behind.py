"""Rows behind: a claim that reads `x[-1]` is moved ahead, until all that it reads is on its row or further ahead.

A claim on row r of what stands up to b rows behind it is a claim on row r - b of the same b rows further ahead: so the
AIR has no rows behind. What a program wrote is kept until its rows are known, and reports show it.
"""

from __future__ import annotations

from collections.abc import Iterable

from l2zk.air.nodes import (
    COLUMN,
    CONSTANT,
    INPUT,
    OUTPUT,
    PERIODIC,
    PRIVATE,
    ROW_NUMBER,
    SEQUENCE,
    operands,
    placement_of,
)
from l2zk.base.wording import counted
from l2zk.errors import ProgramError
from l2zk.language.blocks import known_column
from l2zk.language.draft import Draft, Settled
from l2zk.language.expression import Expression

_EVERYWHERE = (CONSTANT, INPUT, OUTPUT, PRIVATE)
"""The leaves that have one value on all rows."""


def looks(draft: Draft, nodes: Iterable[int]) -> tuple[int, int]:
    """How many rows some nodes look ahead, and how many behind, at most."""
    ahead, behind, several = draft.graph.look_ahead, draft.graph.look_behind, list(nodes)
    return max(ahead[node] for node in several), max(behind[node] for node in several)


def shift_of(draft: Draft, nodes: Iterable[int], on: Settled) -> int:
    """The rows by which what is said on these rows is moved: to what is furthest behind, or of several rows to the
    first one."""
    return on.start if isinstance(on, range) else looks(draft, nodes)[1]


def last_of(on: int | range) -> int:
    """The last of rows that are named."""
    return on[-1] if isinstance(on, range) else on


def reach_of(draft: Draft, node: int) -> int:
    """The rows from the first that a node reads to the last one, less one, its own among them."""
    return draft.graph.look_ahead[node] + draft.graph.look_behind[node]


def moved(draft: Draft, node: int, rows: int) -> int:
    """The node that says `rows` rows earlier what a node says: all that it reads stands so many rows further ahead."""
    if not rows:
        return node
    made = draft.moved.setdefault(rows, {})
    found, waiting = set[int](), [node]
    while waiting:
        index = waiting.pop()
        if index not in made and index not in found:
            found.add(index)
            waiting += operands(draft.graph.nodes[index])
    for index in sorted(found):  # operands come before what is made of them
        below = [made[one] for one in operands(draft.graph.nodes[index])]
        apart = draft.graph.apply(draft.graph.nodes[index][0], *below) if below else _moved_leaf(draft, index, rows)
        made[index] = apart.index
    return made[node]


def _moved_leaf(draft: Draft, index: int, rows: int) -> Expression:
    graph = draft.graph
    kind, x, y = graph.nodes[index]
    if kind == COLUMN:
        return graph.leaf(COLUMN, x, y + rows)
    if kind == PERIODIC:
        return _turned(draft, x, rows)
    if kind == ROW_NUMBER:
        return graph.expression(index) + rows
    if kind == SEQUENCE:
        return _earlier(draft, index, rows)
    if kind not in _EVERYWHERE:
        raise NotImplementedError(f"a leaf of kind {kind} is not moved")
    return graph.expression(index)


def _turned(draft: Draft, number: int, rows: int) -> Expression:
    """The periodic column that has the values of another one `rows` rows earlier."""
    values = draft.periodic[number]
    first = rows % len(values)
    turned = values[first:] + values[:first]
    if turned in draft.periodic:
        return draft.graph.leaf(PERIODIC, draft.periodic.index(turned))
    draft.turned.add(len(draft.periodic))
    return known_column(draft, turned, f"{draft.graph.periodic[number]}[{first}]")


def _earlier(draft: Draft, index: int, rows: int) -> Expression:
    """A public column `rows` rows earlier, if its first entry is there."""
    one, column = placement_of(draft.graph.nodes[index]), draft.graph.expression(index)
    if one.first < rows:
        raise ProgramError(
            f"{column} is a public column whose first entry stands on"
            f" row {one.first}, and is read with cells {counted(rows, 'row')} behind, which the first rows do not"
            " have: copy it into a column"
        )
    return draft.graph.leaf(SEQUENCE, one.sequence, one.first - rows + (one.step << 32))
