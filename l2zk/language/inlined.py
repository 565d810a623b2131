"""Nodes of an expression for a filling, in which columns that equal an expression are written out.

So a memory's pass can compute, row by row, an address or a value that depends on what it has read before. Columns whose
expressions look on other rows stay: on the first and the last of theirs they are 0.
"""

from __future__ import annotations

from l2zk.air.nodes import COLUMN, extract, operands, renumbered
from l2zk.language.draft import Draft
from l2zk.language.fillings import Nodes
from l2zk.language.rows_behind import reach_of

MOST_NODES = 1 << 12
"""Of an expression that is written out; a longer one keeps its columns."""


def nodes_of(draft: Draft, node: int) -> Nodes:
    """The nodes of an expression; the last one is its value."""
    plain, _ = extract(draft.graph.nodes, [node])
    values = {column: value for column, value in draft.let_values.items() if not reach_of(draft, value)}
    if not any(kind == COLUMN and x in values and not y for kind, x, y in plain):
        return plain
    graph, made = draft.graph, dict[int, int]()
    waiting = [node]
    while waiting:
        index = waiting[-1]
        kind, x, y = graph.nodes[index]
        is_let = kind == COLUMN and x in values and not y
        below = [values[x]] if is_let else list(operands((kind, x, y)))
        missing = [one for one in below if one not in made]
        if index in made or missing:
            waiting = waiting[:-1] if index in made else [*waiting, *missing]
        elif is_let:
            made[index] = made[values[x]]
        else:
            made[index] = graph.apply(*renumbered((kind, x, y), made)).index if below else index
    found, _ = extract(graph.nodes, [made[node]])
    return found if len(found) <= MOST_NODES else plain
