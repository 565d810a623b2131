"""The cells of a trace that an AIR's constraints pin, by trying other values in each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from l2zk.air.air import Air
from l2zk.air.nodes import COLUMN, INPUT, OUTPUT, Node, extract
from l2zk.air.table import TableAir
from l2zk.air.vectors import Vector, add, evaluate_rows, leaves_on_all_rows, multiply, subtract
from l2zk.base.field import MODULUS

_ROOTS = [pow(7, (MODULUS - 1) // order, MODULUS) for order in (3, 4, 5, 17, 257, 65537)]
"""Roots of unity of all prime orders that there are but -1: of equal k-th power, for each k that has several roots."""


class Pinned:
    """The cells that constraints pin, `cells: bool[columns, N]`, found by changing each in turn, all rows at once.

    A cell (row, column) is read by a constraint at row - offset, for each offset at which it reads the
    column; so the constraint is evaluated on all rows with that one leaf replaced, and where it fails at row i
    it pins the cell at row i + offset. `replaced` has the values that are tried, uint64[tried, N] for each column;
    `noticed`, bool of the same shape, where each of them broke some constraint; `untried`, where nobody looked at all
    that could notice it.
    """

    def __init__(
        self,
        air: Air | TableAir,
        trace: NDArray[np.uint64],
        inputs: Sequence[int],
        outputs: Sequence[int],
        sequences: Sequence[Sequence[int] | Vector] = (),
    ) -> None:
        public = {INPUT: inputs, OUTPUT: outputs}
        self._value = leaves_on_all_rows(air.length, dict(enumerate(trace)), air.periodic, public, sequences)
        self.replaced = [_replacements(column) for column in trace]
        self.noticed = [replaced == column for replaced, column in zip(self.replaced, trace)]
        self.untried = [np.zeros_like(noticed) for noticed in self.noticed]
        claims = [(*extract(air.nodes, [constraint.node]), constraint.domain) for constraint in air.constraints]
        for nodes, _, domain in sorted(claims, key=lambda claim: len(claim[0])):
            domain_rows = np.zeros(air.length, dtype=bool)
            domain_rows[list(domain.rows(air.length))] = True
            for leaf in (node for node in nodes if node[0] == COLUMN):
                if not self.noticed[leaf[1]].all():
                    self._notice(nodes, leaf, domain_rows)

    @property
    def cells(self) -> NDArray[np.bool_]:
        """The cells that are pinned."""
        return np.array([noticed.all(axis=0) for noticed in self.noticed])

    @property
    def free(self) -> NDArray[np.bool_]:
        """The cells of which some other value was tried, and no constraint noticed."""
        return np.array([self._passed(column).any(axis=0) for column in range(len(self.noticed))])

    def instead(self, column: int, row: int) -> int:
        """A value that may stand in a cell that is free."""
        return int(self.replaced[column][np.argmax(self._passed(column)[:, row]), row])

    def _passed(self, column: int) -> NDArray[np.bool_]:
        passed: NDArray[np.bool_] = np.logical_not(self.noticed[column] | self.untried[column])
        return passed

    def _notice(self, nodes: Sequence[Node], leaf: Node, domain_rows: NDArray[np.bool_]) -> None:
        _, column, offset = leaf
        tried, length = self.replaced[column].shape
        changed = np.roll(self.replaced[column], -offset, axis=1).ravel()

        def value(node: Node) -> Vector:
            return changed if node == leaf else np.tile(self._value(node), tried)

        values = evaluate_rows(nodes, value, tried * length)
        failing = (values.reshape(tried, length) != 0) & domain_rows
        self.noticed[column] |= np.roll(failing, offset, axis=1)


def _replacements(column: Vector) -> NDArray[np.uint64]:
    """Other values for each cell, uint64[15, N]: near, small, of an equal power, and others."""

    def constant(value: int) -> Vector:
        return np.full_like(column, value)

    return np.stack(
        [
            add(column, constant(1)),
            subtract(column, constant(1)),
            subtract(constant(1), column),
            subtract(constant(0), column),
            constant(0),
            constant(1),
            *(multiply(column, constant(root)) for root in _ROOTS),
            np.roll(column, 1),
            np.roll(column, -1),
            add(multiply(column, constant(0x9E3779B97F4A7C15)), constant(0x243F6A8885A308D3)),
        ]
    )
