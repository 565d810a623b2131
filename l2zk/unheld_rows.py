"""Rows and cells that constraints seem to hold and do not: a periodic factor is 0, or a look-ahead leaves them out.

Refused is a gated constraint (gates.py) that is 0 = 0 on every row of its domain; one on transitions that is not so
on a row which its look-ahead leaves out; a column or public input all of whose products have a factor that is 0; and
an output of a cell that no constraint of its column reaches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache

import numpy as np

from l2zk.air import SMALL_DEGREE, Air
from l2zk.errors import ProgramError
from l2zk.expression import ADD, COLUMN, INPUT, MUL, NEG, OUTPUT, PERIODIC, SUB, Node, extract, operands
from l2zk.gates import Gated


def check_held(air: Air, filled: Collection[int], free: Sequence[tuple[int, range]]) -> None:
    """Refuse what says nothing on rows for which it is written.

    filled: the columns that steps fill. free: (column, rows) that no constraint needs to hold.
    """
    products = _with_periodic_products(air) if air.periodic else {}
    ahead = _furthest_cells(air.nodes) if products else []
    gates = {
        index: gated
        for index, gated in products.items()
        if not _has_a_term_of_its_own(air.nodes, air.constraints[index].node, ahead)
    }
    for gated in gates.values():
        gated.check_exempt_rows()
        gated.check_domain()
    if any(gated.dead_products for gated in products.values()):
        _check_products(air, products, {column for column, _ in free})
    _check_outputs(air, gates, filled, free)


def _with_periodic_products(air: Air) -> dict[int, Gated]:
    """The constraints in which a periodic column is a factor or stands alone, by number; a point tells no large degree."""
    periodic: list[bool] = []
    cells: list[bool] = []
    products: list[bool] = []
    for node in air.nodes:
        kind, below = node[0], operands(node)
        periodic.append(kind == PERIODIC or any(periodic[o] for o in below))
        cells.append(kind in (COLUMN, INPUT, OUTPUT) or any(cells[o] for o in below))
        factor = kind == MUL and any(periodic[o] and not cells[o] for o in below)
        products.append(factor or any(products[o] for o in below))
    tables = cache(lambda x: np.array(air.periodic[x], dtype=np.uint64))
    return {
        index: Gated(air, constraint, tables)
        for index, constraint in enumerate(air.constraints)
        if (products[constraint.node] or periodic[constraint.node] and not cells[constraint.node])
        and air.total_degrees[constraint.node] <= SMALL_DEGREE
    }


def _furthest_cells(nodes: Sequence[Node]) -> list[int]:
    """How far ahead each node reads; -1 where it reads no cell."""
    ahead: list[int] = []
    for node in nodes:
        ahead.append(node[2] if node[0] == COLUMN else max((ahead[o] for o in operands(node)), default=-1))
    return ahead


def _has_a_term_of_its_own(nodes: Sequence[Node], root: int, ahead: Sequence[int]) -> bool:
    """Whether one summand alone looks furthest and is a cell, as in a step, so that nothing makes all of it 0."""
    furthest = [node for node in _summands(nodes, root) if ahead[node] == ahead[root]]
    return len(furthest) == 1 and nodes[furthest[0]][0] == COLUMN


def _summands(nodes: Sequence[Node], root: int) -> Iterator[int]:
    """What sums and differences are made of."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if nodes[node][0] in (ADD, SUB, NEG):
            waiting.extend(operands(nodes[node]))
        else:
            yield node


def _check_products(air: Air, products: dict[int, Gated], free: set[int]) -> None:
    """Each column and public input stands in a product whose periodic factors are not 0 on all rows."""
    alive: set[tuple[int, int]] = {(COLUMN, column) for column in free}
    for index, constraint in enumerate(air.constraints):
        leaves = products[index].living_leaves() if index in products else extract(air.nodes, [constraint.node])[0]
        alive |= {(kind, x) for kind, x, _ in leaves if kind in (COLUMN, INPUT)}
    for kind, what, names in ((COLUMN, "column", air.columns), (INPUT, "public input", air.inputs)):
        for x, name in enumerate(names):
            if (kind, x) not in alive:
                raise ProgramError(
                    f"{what} {name!r} stands only in products with periodic columns that are 0 on all rows of their"
                    " constraints, so any values of it pass: constrain it where they are not 0"
                )


def _check_outputs(
    air: Air, gates: dict[int, Gated], filled: Collection[int], free: Sequence[tuple[int, range]]
) -> None:
    """An output of one cell, of a column that constraints hold on other rows, is of a cell that they hold."""
    cells = dict(_output_cells(air))
    if not any(column not in filled for column, _ in cells.values()):
        return
    reads: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for index, constraint in enumerate(air.constraints):
        if not constraint.name.startswith("output "):
            for kind, x, y in extract(air.nodes, [constraint.node])[0]:
                if kind == COLUMN:
                    reads[x].append((index, y))
    for index, (column, row) in cells.items():
        loose = column not in filled and column in reads and not any(column == c and row in rows for c, rows in free)
        if loose and not any(_holds(air, gates, other, row - ahead) for other, ahead in reads[column]):
            name = air.columns[column]
            raise ProgramError(
                f"{air.constraints[index].name} is {name} on row {row}, where no constraint of {name} holds it, so a"
                f" proof may state any value: constrain {name} on row {row}, or say m.free({name}, on={row}) if that is meant"
            )


def _output_cells(air: Air) -> Iterator[tuple[int, tuple[int, int]]]:
    """Of each output that is one cell: its constraint, and column and row of the cell."""
    for index, constraint in enumerate(air.constraints):
        kind, x, y = air.nodes[constraint.node]
        if kind == SUB and air.nodes[x][0] == COLUMN and air.nodes[y][0] == OUTPUT:
            yield index, (air.nodes[x][1], constraint.domain.x + air.nodes[x][2])


def _holds(air: Air, gates: dict[int, Gated], index: int, row: int) -> bool:
    """Whether a constraint is said on a row."""
    if row not in air.constraints[index].domain.rows(air.length):
        return False
    return index not in gates or gates[index].says(row)
