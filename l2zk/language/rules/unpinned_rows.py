"""Rows and cells that look pinned and are not: a periodic factor is 0 there, or a look-ahead leaves them out.

Refused are: a gated constraint (gates.py) that is 0 = 0 on every row of its domain; a gated constraint on transitions
that would say something on one of the last rows, which its look-ahead leaves out; a column or public input whose every
product has a factor that is 0; and an output of a cell that no constraint on its column reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cache

import numpy as np

from l2zk.air.air import CYCLIC, SMALL_DEGREE, TRANSITION, Air, Domain
from l2zk.air.nodes import ADD, COLUMN, INPUT, MUL, NEG, OUTPUT, PERIODIC, SUB, Node, extract, operands
from l2zk.base.wording import cut
from l2zk.errors import ProgramError
from l2zk.language.flow import MARKS_AT_ONCE, marks_below
from l2zk.language.rules.gates import Gated


def check_pinned(air: Air, filled: Collection[int], free: Sequence[tuple[int, range]]) -> None:
    """Refuse constraints that say nothing on the rows of their domain, and outputs of cells that nothing pins.

    filled: the columns that steps fill. free: (column, rows) that need not be pinned.
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
    """The constraints, by number, in which a periodic column is a factor or stands alone.

    Those of a large degree are left out: a test at arbitrary points would not be conclusive.
    """
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
        if (products[constraint.node] or (periodic[constraint.node] and not cells[constraint.node]))
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


def _check_products(air: Air, products: dict[int, Gated], free: set[int]) -> None:
    """Refuse a column or public input that stands only in products with periodic factors that are 0 on all rows."""
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
    """Refuse an output of one cell that nothing pins, of a column that constraints pin on other rows."""
    open_rows: defaultdict[int, list[range]] = defaultdict(list)
    for column, rows in free:
        open_rows[column].append(rows)
    outputs: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for index, (column, row) in _output_cells(air):
        if column not in filled and not any(row in rows for rows in open_rows[column]):
            outputs[column][index] = row
    loose = _loose_outputs(air, gates, outputs)
    if loose:
        column, row = next((column, outputs[column][loose[0]]) for column in outputs if loose[0] in outputs[column])
        name = cut(air.columns[column])
        raise ProgramError(
            f"{cut(air.constraints[loose[0]].name)} is {name} on row {row}, where no constraint on {name} pins it, so a"
            f" proof may state any value: constrain {name} on row {row}, or say m.free({name}, on={row}) if that is"
            " meant"
        )


def _loose_outputs(air: Air, gates: dict[int, Gated], outputs: dict[int, dict[int, int]]) -> list[int]:
    """The outputs (by column, with their rows) on whose row no constraint reads the column."""
    cells = [node for node in air.nodes if node[0] == COLUMN and node[1] in outputs]
    pinned: set[int] = set()
    read: set[int] = set()
    for first in range(0, len(cells), MARKS_AT_ONCE):
        readers = _Readers(air, gates, cells[first : first + MARKS_AT_ONCE])
        for cell in readers.cells:
            read.add(cell[1])
            pinned |= {index for index, row in outputs[cell[1]].items() if readers.read(cell, row - cell[2])}
    return sorted(index for column in read for index in outputs[column] if index not in pinned)


class _Readers:
    """All constraints but those that state outputs: by domain, the cells that they read; gated ones one by one."""

    def __init__(self, air: Air, gates: dict[int, Gated], cells: Sequence[Node]) -> None:
        self._length, self._bits = air.length, {cell: 1 << k for k, cell in enumerate(cells)}
        self._ungated: defaultdict[Domain, int] = defaultdict(int)
        self._gated: list[tuple[Domain, int, Gated]] = []
        below = marks_below(air.nodes, lambda node: self._bits.get(node, 0))
        for index, constraint in enumerate(air.constraints):
            marks = 0 if constraint.name.startswith("output ") else below[constraint.node]
            if index in gates and marks:
                self._gated.append((constraint.domain, marks, gates[index]))
            elif marks:
                self._ungated[constraint.domain] |= marks
        self._periods = {domain.y for domain in self._ungated if domain.kind == CYCLIC}
        self._exempt = [domain for domain in self._ungated if domain.kind == TRANSITION]

    @property
    def cells(self) -> list[Node]:
        """The cells that some of them read."""
        read = 0
        for marks in (*self._ungated.values(), *(marks for _, marks, _ in self._gated)):
            read |= marks
        return [cell for cell, bit in self._bits.items() if read & bit]

    def read(self, cell: Node, row: int) -> bool:
        """True if one of these constraints is on this row and reads the cell."""
        bit = self._bits[cell]
        domains = [Domain.every(), Domain.row(row), *(Domain.cyclic(row % period, period) for period in self._periods)]
        domains += [domain for domain in self._exempt if row < self._length - domain.x]
        if 0 <= row < self._length and any(self._ungated.get(domain, 0) & bit for domain in domains):
            return True
        gated = (gate for domain, marks, gate in self._gated if marks & bit and row in domain.rows(self._length))
        return any(gate.says(row) for gate in gated)


def _output_cells(air: Air) -> Iterator[tuple[int, tuple[int, int]]]:
    """For each output that is a plain cell: its constraint, and the cell's column and row."""
    for index, constraint in enumerate(air.constraints):
        kind, x, y = air.nodes[constraint.node]
        if kind == SUB and air.nodes[x][0] == COLUMN and air.nodes[y][0] == OUTPUT:
            yield index, (air.nodes[x][1], constraint.domain.x + air.nodes[x][2])
