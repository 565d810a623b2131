"""Gates: constraints that periodic columns switch off on some rows, where they are 0 = 0 whatever is in the cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray

from l2zk.air.air import TRANSITION, Air, Constraint
from l2zk.air.nodes import ADD, COLUMN, INPUT, MUL, NEG, OUTPUT, PERIODIC, SUB, Node, evaluate, extract, operands
from l2zk.air.text import leaf_names, text
from l2zk.air.vectors import Vector, evaluate_rows
from l2zk.base.field import MODULUS
from l2zk.base.wording import counted, listed
from l2zk.errors import ProgramError

_NODES_AND_ROWS = 1 << 18
"""Values that are computed at once."""


class Gated:
    """A constraint that reads periodic columns, with its own nodes.

    tables: a function from a periodic column's number to its values.
    """

    def __init__(self, air: Air, constraint: Constraint, tables: Callable[[int], Vector]) -> None:
        self._air, self._constraint, self._tables = air, constraint, tables
        self._nodes, _ = extract(air.nodes, [constraint.node])
        self._period = max(len(air.periodic[x]) for kind, x, _ in self._nodes if kind == PERIODIC)
        self._cells = _with_cells(self._nodes)
        self._factors = _periodic_factors(self._nodes, self._cells)

    def check_exempt_rows(self) -> None:
        """Refuse a constraint on transitions that is off on some rows, but not on the last ones, which are left out."""
        if self._constraint.domain.kind != TRANSITION:
            return
        exempt = range(self._air.length - self._constraint.domain.x, self._air.length)
        row = self._first_said(exempt[: self._period])
        if row is not None and (self._factors or self._is_silent_somewhere()):
            raise ProgramError(self._exempt_text(row))

    def check_domain(self) -> None:
        """Refuse a constraint that is 0 = 0 on all its rows, or that reads only periodic columns."""
        name = self._constraint.name
        row = self._first_said(self._rows)
        if row is None:
            raise ProgramError(
                f"constraint {name!r} says 0 == 0 on {self._constraint.domain}, whatever the cells hold, so it"
                f" constrains nothing: {self._gate()} is 0 there; put it on rows where it is not"
            )
        if not self._cells[-1]:
            raise ProgramError(
                f"constraint {name!r} can never be satisfied: it reads periodic columns alone, and on row {row} it is"
                " not 0"
            )

    def says(self, row: int) -> bool:
        """True if the constraint is not 0 = 0 on a row."""

        def leaf(node: Node) -> int:
            if node[0] == PERIODIC:
                values = self._air.periodic[node[1]]
                return values[row % len(values)]
            return _arbitrary(node)

        return evaluate(self._nodes, leaf)[-1] != 0

    @cached_property
    def dead_products(self) -> frozenset[int]:
        """The products with a factor of periodic columns alone that is 0 on all rows of the domain."""
        rows = np.array(self._rows)
        zero: dict[int, bool] = {}
        for kind, x, y in self._nodes:
            if kind == MUL and self._cells[x] != self._cells[y]:
                factor = y if self._cells[x] else x
                if factor not in zero:
                    zero[factor] = not (self._values(factor, rows[:1]).any() or self._values(factor, rows).any())
        return frozenset(
            index for index, (kind, x, y) in enumerate(self._nodes) if kind == MUL and (zero.get(x) or zero.get(y))
        )

    def living_leaves(self) -> Iterator[Node]:
        """The leaves outside the dead products."""
        seen, waiting = set(self.dead_products), [len(self._nodes) - 1]
        while waiting:
            index = waiting.pop()
            if index not in seen:
                seen.add(index)
                waiting.extend(operands(self._nodes[index]))
                if not operands(self._nodes[index]):
                    yield self._nodes[index]

    @property
    def _rows(self) -> range:
        """Rows of the domain on which the periodic columns take all their values of that domain."""
        rows = self._constraint.domain.rows(self._air.length)
        return rows[: -(-self._period // rows.step)]

    def _exempt_text(self, row: int) -> str:
        ahead = max((y for kind, _, y in self._nodes if kind == COLUMN), default=0)
        name, gate, where = self._constraint.name, self._gate(), "where it is not 0 == 0"
        if self._factors:
            where = f"where its factor {gate} is {self._values(self._factors[0], np.array([row]))[0]}"
        if not ahead:
            return (
                f"constraint {name!r} is not said on row {row}, {where}, for 'transitions' leaves out the last row:"
                f" put it on 'every', or make {gate} 0 there"
            )
        return (
            f"constraint {name!r} is not said on row {row}, {where}: it looks {counted(ahead, 'row')} ahead, and so"
            f" leaves out the last {ahead} of {self._air.length}; make {gate} 0 there, or put it on m.every(k, start),"
            " all of whose rows look within the trace"
        )

    def _gate(self) -> str:
        """The periodic factor in words, or all of them."""
        if self._factors:
            return text(self._nodes, self._factors[0], leaf_names(self._air.names), 60)
        names = sorted({self._air.periodic_names[x] for kind, x, _ in self._nodes if kind == PERIODIC})
        return f"what {listed(names)} selects"

    def _first_said(self, rows: range) -> int | None:
        """The first of these rows on which the constraint is not 0 = 0; None if there is none."""
        if rows and self.says(rows[0]):
            return rows[0]
        chosen = np.array(rows)
        for factor in self._factors:  # a factor has few nodes, and is 0 on most rows
            chosen = chosen[self._values(factor, chosen) != 0]
        for block, said in self._blocks(chosen):
            if said.any():
                return int(block[np.argmax(said)])
        return None

    def _is_silent_somewhere(self) -> bool:
        """True if the constraint is 0 = 0 on some row of the periodic columns."""
        return any(not said.all() for _, said in self._blocks(np.arange(self._period)))

    def _blocks(self, rows: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
        """The rows in blocks, each with a bool for each row: not 0 for arbitrary cells."""
        size = 1 + _NODES_AND_ROWS // len(self._nodes)
        for first in range(0, len(rows), size):
            block = rows[first : first + size]
            yield block, self._values(len(self._nodes) - 1, block) != 0

    def _values(self, root: int, rows: NDArray[np.int64]) -> Vector:
        nodes, _ = extract(self._nodes, [root])

        def leaf(node: Node) -> Vector:
            if node[0] == PERIODIC:
                values = self._tables(node[1])
                return values[rows % len(values)]
            return np.full(len(rows), _arbitrary(node), dtype=np.uint64)

        return evaluate_rows(nodes, leaf, len(rows))


def _arbitrary(node: Node) -> int:
    """An arbitrary value for a leaf, the same each time."""
    return Random(repr(node)).randrange(MODULUS)


def _with_cells(nodes: tuple[Node, ...]) -> list[bool]:
    """For each node, True if it depends on more than periodic columns and constants."""
    cells: list[bool] = []
    for node in nodes:
        cells.append(node[0] in (COLUMN, INPUT, OUTPUT) or any(cells[o] for o in operands(node)))
    return cells


def _periodic_factors(nodes: tuple[Node, ...], cells: list[bool]) -> list[int]:
    """The factors of the last node that read periodic columns alone."""
    factors: list[frozenset[int]] = []
    for index, node in enumerate(nodes):
        kind, known = node[0], [factors[o] for o in operands(node)]
        if kind == PERIODIC or (kind in (ADD, SUB) and not cells[index]):
            factors.append(frozenset({index}))
        elif kind in (MUL, NEG):
            factors.append(frozenset().union(*known))
        else:
            factors.append(frozenset.intersection(*known) if known else frozenset())
    return sorted(factors[-1])
