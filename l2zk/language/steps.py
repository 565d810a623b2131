"""Steps: what m.step and m.start stated, as the code and the nodes of a definition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from l2zk.air.bytecode import compile_nodes
from l2zk.air.nodes import ADD, COLUMN, CONSTANT, PERIODIC, ROW_NUMBER, SEQUENCE, Node, extract, renumbered
from l2zk.air.table import TableAir
from l2zk.language.definition import Start
from l2zk.language.draft import Draft, Target


def step_parts(draft: Draft, air: TableAir) -> dict[str, Any]:
    """The fields of the definition that come of m.step."""
    targets = list(draft.targets.values())
    first = [(target.column, first_filled(draft, target)) for target in targets]
    cells = np.array(first, dtype=np.uint32).reshape(-1, 2)
    cells.setflags(write=False)
    parts: dict[str, Any] = {"step_code": None, "step_targets": cells, "step_reach": _reach(draft)}
    if targets:
        nodes, roots = _step_nodes(draft, targets, parts["step_reach"])
        inputs, outputs = len(draft.graph.inputs), len(draft.graph.outputs)
        parts["step_code"] = compile_nodes(nodes, roots, inputs=inputs, outputs=outputs, placements=air.placements)
    return parts


def _step_nodes(draft: Draft, targets: Sequence[Target], reach: int) -> tuple[list[Node], list[int]]:
    """The nodes of all steps and their roots, shifted so that every step fills the row `reach` ahead."""
    nodes: dict[Node, int] = {}
    roots: dict[int, int] = {}
    for ahead in dict.fromkeys(target.ahead for target in targets):
        chosen = [target for target in targets if target.ahead == ahead]
        more, places = extract(draft.graph.nodes, (target.node for target in chosen))
        new: list[int] = []
        for node in more:
            new.append(_added(nodes, _moved(node, new, reach - ahead), reach - ahead))
        roots |= {target.column: new[place] for target, place in zip(chosen, places)}
    return list(nodes), [roots[target.column] for target in targets]


def _added(nodes: dict[Node, int], node: Node, rows: int) -> int:
    """The place of a node among these; the number of a row further ahead is larger by that."""
    place = nodes.setdefault(node, len(nodes))
    if node[0] != ROW_NUMBER or not rows:
        return place
    return nodes.setdefault((ADD, place, nodes.setdefault((CONSTANT, rows, 0), len(nodes))), len(nodes))


def _moved(node: Node, place: Sequence[int], rows: int) -> Node:
    """A node shifted `rows` rows further ahead, a periodic column too; its operands are at their new places."""
    kind, x, y = node
    if kind == SEQUENCE:
        return kind, x, y + (rows << 64)  # as nodes.rows_ahead reads it
    return (kind, x, y + rows) if kind in (COLUMN, PERIODIC) else renumbered(node, place)


def first_filled(draft: Draft, target: Target) -> int:
    """The first row that a step fills: those before it are started."""
    return target.ahead + draft.graph.look_behind[target.node]


def _reach(draft: Draft) -> int:
    """The number of rows that the step code fills ahead; for a C function, the row at which it begins."""
    if draft.targets:
        return max(first_filled(draft, target) for target in draft.targets.values())
    return 1 + max((row for row, _ in draft.start), default=-1)


def start_parts(draft: Draft) -> dict[str, Any]:
    """The fields of the definition that come of m.start."""
    nodes, roots = extract(draft.graph.nodes, draft.start.values())
    start = tuple(Start(row, column, root) for (row, column), root in zip(draft.start, roots))
    return {"start_nodes": nodes, "start": start}
