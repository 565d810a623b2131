"""Nodes of an expression for a filling, in which columns that equal an expression are written out.

So a memory's pass can compute, row by row, an address or a value that depends on what it has read before.
"""

from __future__ import annotations

from l2zk.air.nodes import ADD, COLUMN, MUL, NEG, SUB, extract
from l2zk.language.draft import Draft
from l2zk.language.fillings import Nodes

MOST_NODES = 1 << 12
"""Of an expression that is written out; a longer one keeps its columns."""


def nodes_of(draft: Draft, node: int) -> Nodes:
    """The nodes of an expression; the last one is its value."""
    plain, _ = extract(draft.graph.nodes, [node])
    values = draft.let_values
    if not any(kind == COLUMN and x in values and not y for kind, x, y in plain):
        return plain
    graph, made = draft.graph, dict[int, int]()
    waiting = [node]
    while waiting:
        index = waiting[-1]
        kind, x, y = graph.nodes[index]
        is_let = kind == COLUMN and x in values and not y
        below = [values[x]] if is_let else [x] if kind == NEG else [x, y] if kind in (ADD, SUB, MUL) else []
        missing = [one for one in below if one not in made]
        if index in made or missing:
            waiting = waiting[:-1] if index in made else [*waiting, *missing]
        elif is_let:
            made[index] = made[values[x]]
        else:
            made[index] = graph.apply(kind, *(made[one] for one in below)).index if below else index
    found, _ = extract(graph.nodes, [made[node]])
    return found if len(found) <= MOST_NODES else plain
