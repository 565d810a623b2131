"""Rows that a constraint seems to hold and does not, for a periodic column that gates it is 0 wherever it is said.

A constraint is gated where a periodic factor can make all of it 0 = 0, whatever the cells hold. Refused is one that is
0 = 0 on every row of its domain, and one on transitions that is not on a row which its look-ahead leaves out; and an
output of a cell that no constraint of its column reaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import numpy as np
from numpy.typing import NDArray

from l2zk.air import TRANSITION, Air, Constraint
from l2zk.errors import ProgramError
from l2zk.expression import ADD, COLUMN, CONSTANT, INPUT, MODULUS, MUL, NEG, OUTPUT, PERIODIC, SUB, Node
from l2zk.expression import counted, extract, leaf_names, operands, text
from l2zk.vectors import Vector, evaluate_rows

_NODES_AND_ROWS = 1 << 18
"""Values that are computed at once."""


def check_gates(air: Air) -> None:
    """Refuse a constraint that says nothing on rows for which it is written."""
    ungated = _ungated(air) if air.periodic else []
    for constraint in air.constraints if air.periodic else ():
        if not ungated[constraint.node]:
            gated = _Gated(air, constraint)
            gated.check_exempt_rows()
            gated.check_domain()


def _ungated(air: Air) -> list[bool]:
    """Of each node whether no periodic column can make all of it 0."""
    ungated: list[bool] = []
    for node in air.nodes:
        kind, below = node[0], operands(node)
        if kind in (ADD, SUB):  # a constant may be what a periodic column is: 1 - g
            ungated.append(any(ungated[o] and air.nodes[o][0] != CONSTANT for o in below))
        else:
            ungated.append(all(ungated[o] for o in below) and kind != PERIODIC)
    return ungated


class _Gated:
    """A constraint that periodic columns may make 0 = 0, by its own nodes."""

    def __init__(self, air: Air, constraint: Constraint) -> None:
        self._air, self._constraint = air, constraint
        self._nodes, _ = extract(air.nodes, [constraint.node])
        self._period = max(len(air.periodic[x]) for kind, x, _ in self._nodes if kind == PERIODIC)
        self._factors = _periodic_factors(self._nodes)

    def check_exempt_rows(self) -> None:
        """On transitions it is 0 = 0 on the last rows, which are left out, if it is so anywhere."""
        if self._constraint.domain.kind != TRANSITION:
            return
        exempt = range(self._air.length - self._constraint.domain.x, self._air.length)
        row = self._first_said(exempt[: self._period])
        if row is not None and (self._factors or self._is_silent_somewhere()):
            raise ProgramError(self._exempt_text(row))

    def check_domain(self) -> None:
        """It says something on some row, and of more than what everybody knows."""
        domain, name = self._constraint.domain, self._constraint.name
        rows = domain.rows(self._air.length)
        row = self._first_said(rows[: -(-self._period // rows.step)])
        if row is None:
            raise ProgramError(
                f"constraint {name!r} says 0 == 0 on {domain}, whatever the cells hold, so it constrains nothing:"
                f" {self._gate()} is 0 there; put it on rows where it is not"
            )
        if not any(kind in (COLUMN, INPUT, OUTPUT) for kind, _, _ in self._nodes):
            raise ProgramError(
                f"constraint {name!r} can never hold: of periodic columns alone it says on row {row} what is not so"
            )

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
        """The periodic factor, or all of them."""
        if self._factors:
            return text(self._nodes, self._factors[0], leaf_names(self._air.names), 60)
        names = sorted({self._air.periodic_names[x] for kind, x, _ in self._nodes if kind == PERIODIC})
        return f"what {', '.join(names)} selects"

    def _first_said(self, rows: range) -> int | None:
        """The first of these rows where it is not 0 = 0."""
        chosen = np.arange(rows.start, rows.stop, rows.step)
        for factor in self._factors:  # of few nodes, and 0 on most rows
            chosen = chosen[self._values(factor, chosen) != 0]
        for block, said in self._blocks(chosen):
            if said.any():
                return int(block[np.argmax(said)])
        return None

    def _is_silent_somewhere(self) -> bool:
        """Whether on some row of the periodic columns it is 0 = 0."""
        return any(not said.all() for _, said in self._blocks(np.arange(self._period)))

    def _blocks(self, rows: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
        """Rows, a block at a time, and where it is not 0 for cells of no meaning."""
        size = 1 + _NODES_AND_ROWS // len(self._nodes)
        for first in range(0, len(rows), size):
            block = rows[first : first + size]
            yield block, self._values(len(self._nodes) - 1, block) != 0

    def _values(self, root: int, rows: NDArray[np.int64]) -> Vector:
        nodes, _ = extract(self._nodes, [root])
        periodic = self._air.periodic

        def leaf(node: Node) -> Vector:
            if node[0] == PERIODIC:
                values = periodic[node[1]]
                return np.array([values[row] for row in (rows % len(values)).tolist()], dtype=np.uint64)
            return np.full(len(rows), Random(repr(node)).randrange(MODULUS), dtype=np.uint64)

        return evaluate_rows(nodes, leaf, len(rows))


def _periodic_factors(nodes: tuple[Node, ...]) -> list[int]:
    """The nodes of periodic columns alone by which the last node can be divided."""
    cells: list[bool] = []
    factors: list[frozenset[int]] = []
    for index, node in enumerate(nodes):
        kind, below = node[0], operands(node)
        cells.append(kind in (COLUMN, INPUT, OUTPUT) or any(cells[o] for o in below))
        known = [factors[o] for o in below]
        if kind == PERIODIC or kind in (ADD, SUB) and not cells[index]:
            factors.append(frozenset({index}))
        elif kind in (MUL, NEG):
            factors.append(frozenset().union(*known))
        else:
            factors.append(frozenset.intersection(*known) if known else frozenset())
    return sorted(factors[-1])
