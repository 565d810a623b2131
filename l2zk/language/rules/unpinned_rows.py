"""Rows and cells that look pinned and are not: a periodic factor is 0 there, or a look-ahead leaves them out.

Refused are: a gated constraint (gates.py) that is 0 = 0 on every row of its domain; a gated constraint on transitions
that would say something on one of the last rows, which its look-ahead leaves out; a column or public input whose every
product has a factor that is 0; and a stated value (stated.py) of a cell that no constraint on its column reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from l2zk.air.air import SMALL_DEGREE, Constraint, TableAir
from l2zk.air.domains import Domain
from l2zk.air.nodes import (
    ADD,
    COLUMN,
    CONJUNCTION,
    INPUT,
    MUL,
    NEG,
    OUTPUT,
    ROW_NUMBER,
    SEQUENCE,
    SUB,
    Node,
    extract,
    operands,
)
from l2zk.errors import ProgramError
from l2zk.language.rules.gates import Gated, is_known
from l2zk.language.rules.stated import Stated


def check_pinned(
    table: TableAir,
    outputs: Sequence[int],
    filled: Collection[int],
    free: Sequence[tuple[int, range]],
    domains: Mapping[int, Domain],
    several: Collection[int] = (),
    loose: Sequence[tuple[int, range]] = (),
) -> None:
    """Refuse constraints that say nothing on the rows of their domain, and stated values of cells that nothing pins.

    outputs: the constraints that state outputs, by number. filled: the columns that steps fill. free: (column, rows)
    that m.free says. domains: the rows on which a constraint pins what it reads, where these are not all of its own.
    several: the constraints, by number, whose rows are named, from a first one to a last one, or are the user's alone.
    loose: (column, rows) of what fills itself, where nothing ties it to its value, though constraints may read it.
    """
    air = _with_interactions(table)
    stating = set(outputs)
    known = air.periodic or air.sequences or any(node[0] in (ROW_NUMBER, CONJUNCTION) for node in air.nodes)
    products = _with_known_products(air) if known else {}
    ahead = _furthest_cells(air.nodes) if products else []
    for index, gated in products.items():
        if not _has_a_term_of_its_own(air.nodes, air.constraints[index].node, ahead):
            if index not in stating and index not in several:  # whose rows follow from how many values are stated
                gated.check_exempt_rows()
            gated.check_domain()
    if any(gated.dead_products for gated in products.values()):
        _check_products(air, products, {column for column, _ in free})
    own = {index: constraint.domain for index, constraint in enumerate(air.constraints) if index not in stating}
    stated = Stated(air, outputs, {**own, **domains}, products, filled, free, loose)
    stated.check_outputs()
    stated.check_inputs()


def _with_interactions(table: TableAir) -> TableAir:
    """The table with a constraint without a name for each expression that stands on a bus: it pins what it reads."""
    if not table.interactions:
        return table
    more = [Constraint("", one.domain, node) for one in table.interactions for node in one.nodes]
    return replace(table, constraints=(*table.constraints, *more))


def _with_known_products(air: TableAir) -> dict[int, Gated]:
    """The constraints, by number, in which a periodic or public column is a factor or stands alone.

    Those of a large degree are left out: a test at arbitrary points would not be conclusive.
    """
    periodic: list[bool] = []
    cells: list[bool] = []
    products: list[bool] = []
    for node in air.nodes:
        kind, below = node[0], operands(node)
        known = is_known(air, node)
        periodic.append(known or any(periodic[o] for o in below))
        leaf = kind in (COLUMN, INPUT, OUTPUT, SEQUENCE) and not known
        cells.append(leaf or any(cells[o] for o in below))
        factor = kind == MUL and any(periodic[o] and not cells[o] for o in below)
        products.append(factor or any(products[o] for o in below))
    tables = cache(lambda x: np.array(air.periodic[x], dtype=np.uint64))
    return {
        index: Gated(air, constraint, tables)
        for index, constraint in enumerate(air.constraints)
        if constraint.name
        and (products[constraint.node] or (periodic[constraint.node] and not cells[constraint.node]))
        and air.total_degrees[constraint.node] <= SMALL_DEGREE
    }


def _furthest_cells(nodes: Sequence[Node]) -> list[int]:
    """For each node the largest offset at which it reads a column, in rows; -1 where it reads none."""
    ahead: list[int] = []
    for node in nodes:
        ahead.append(node[2] if node[0] == COLUMN else max((ahead[o] for o in operands(node)), default=-1))
    return ahead


def _has_a_term_of_its_own(nodes: Sequence[Node], root: int, ahead: Sequence[int]) -> bool:
    """True if one summand alone looks furthest and is a plain cell, as in a step: then no factor makes all of it 0."""
    furthest = [node for node in _summands(nodes, root) if ahead[node] == ahead[root]]
    return len(furthest) == 1 and nodes[furthest[0]][0] == COLUMN


def _summands(nodes: Sequence[Node], root: int) -> Iterator[int]:
    """The terms of a sum: the nodes below the root that are no sum, difference or negation."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if nodes[node][0] in (ADD, SUB, NEG):
            waiting.extend(operands(nodes[node]))
        else:
            yield node


def _check_products(air: TableAir, products: dict[int, Gated], free: set[int]) -> None:
    """Refuse a column or public input that stands only in products with known factors that are 0 on all rows.

    A public input that stands in no constraint of this table may stand in one of another.
    """
    alive: set[tuple[int, int]] = {(COLUMN, column) for column in free}
    there = {(kind, x) for kind, x, _ in extract(air.nodes, [one.node for one in air.constraints])[0]}
    for index, constraint in enumerate(air.constraints):
        leaves = products[index].living_leaves() if index in products else extract(air.nodes, [constraint.node])[0]
        alive |= {(kind, x) for kind, x, _ in leaves if kind in (COLUMN, INPUT)}
    for kind, what, names in ((COLUMN, "column", air.columns), (INPUT, "public input", air.inputs)):
        for x, name in enumerate(names):
            if (kind, x) not in alive and (kind == COLUMN or (kind, x) in there):
                raise ProgramError(
                    f"{what} {name!r} stands only in products with periodic or public columns that are 0 on all rows of"
                    " their constraints, so any values of it pass: constrain it where they are not 0"
                )
