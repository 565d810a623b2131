"""Interactions as the core takes them: affine expressions as lists of terms."""

from __future__ import annotations

from l2zk.air.bytecode import LOADS
from l2zk.air.nodes import COLUMN, CONSTANT, OUTPUT, SEQUENCE, Node, placement_of
from l2zk.air.table import TableAir

Affine = list[tuple[int, int, int, int]]
"""Terms (kind, index, offset, coefficient) as the core takes them; the kinds are those of loads, and 6 for 1."""


def affine_of(table: TableAir, node: int, length: int | None = None) -> Affine:
    """An affine node as the core takes it; offsets count modulo `length`, the rows of a block if it is left out."""
    rows = length or table.length
    return [_term(table, leaf, factor, rows) for leaf, factor in table.affine(node).items()]


def core_interactions(
    table: TableAir, length: int | None = None
) -> list[tuple[int, tuple[int, int, int], list[Affine], Affine]]:
    """The interactions of a table as the core takes them: the bus, the domain, the tuple, the multiplicity.

    length: the rows of all blocks; those of one if it is left out.
    """
    return [
        (
            one.bus,
            (one.domain.kind, one.domain.x, one.domain.y),
            [affine_of(table, node, length) for node in one.tuple],
            affine_of(table, one.multiplicity, length),
        )
        for one in table.interactions
    ]


_KINDS = LOADS | {CONSTANT: 6}


def _term(table: TableAir, leaf: Node, factor: int, rows: int) -> tuple[int, int, int, int]:
    kind, x, y = leaf
    index = {SEQUENCE: lambda: table.placements.index(placement_of(leaf)), OUTPUT: lambda: x + len(table.inputs)}
    where = index[kind]() if kind in index else 0 if kind == CONSTANT else x
    return _KINDS[kind], where, y % rows if kind == COLUMN else 0, factor
