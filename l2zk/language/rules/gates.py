"""Gates: constraints that known columns switch off on some rows, where they are 0 = 0 whatever is in the cells.

Known are periodic columns, and public columns: their entries may be anything, and beside these they are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray

from l2zk.air.air import Constraint, TableAir
from l2zk.air.domains import TRANSITION
from l2zk.air.nodes import (
    ADD,
    COLUMN,
    CONJUNCTION,
    INPUT,
    MUL,
    NEG,
    OUTPUT,
    PERIODIC,
    ROW_NUMBER,
    SEQUENCE,
    SUB,
    Node,
    evaluate,
    extract,
    operands,
    placement_of,
)
from l2zk.air.text import leaf_names, text
from l2zk.air.vectors import Vector, conjunction, evaluate_rows
from l2zk.base.caches import cached
from l2zk.base.field import MODULUS
from l2zk.base.wording import counted, cut, listed
from l2zk.errors import ProgramError

_NODES_AND_ROWS = 1 << 18
"""Values that are computed at once."""


class Gated:
    """A constraint that reads known columns, with its own nodes.

    tables: a function from a periodic column's number to its values.
    """

    def __init__(self, air: TableAir, constraint: Constraint, tables: Callable[[int], Vector]) -> None:
        self._air, self._constraint, self._tables = air, constraint, tables
        self._nodes, _ = extract(air.nodes, [constraint.node])
        self._public = any(node[0] == SEQUENCE and is_known(air, node) for node in self._nodes)
        periods = (len(air.periodic[x]) for kind, x, _ in self._nodes if kind == PERIODIC)
        counts = any(node[0] in (ROW_NUMBER, CONJUNCTION) for node in self._nodes)
        self._period = air.length if self._public or counts else max(periods)
        self._cells = _with_cells(air, self._nodes)
        self._factors = _known_factors(air, self._nodes, self._cells)
        self._read: dict[tuple[Node, int], bool] = {}

    def check_exempt_rows(self) -> None:
        """Refuse a constraint on transitions that is not 0 = 0 on the last rows, unless it looks as far on all rows."""
        if self._constraint.domain.kind != TRANSITION:
            return
        row = self._first_said(self._exempt_rows[: self._period])
        if row is not None and not self._looks_as_far_on_every_row():
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
        if not self._cells[-1] and not self._public:
            raise ProgramError(
                f"constraint {name!r} can never be satisfied: it reads periodic columns alone, and on row {row} it is"
                " not 0"
            )

    def reads(self, leaf: Node, row: int) -> bool:
        """True if a leaf's value matters to the constraint on a row: what multiplies it is not 0 there."""
        key = leaf, row % self._period
        if key not in self._read:
            before, after = (evaluate(self._nodes, leaves_on(self._air, row, other))[-1] for other in ((), (leaf,)))
            self._read[key] = before != after
        return self._read[key]

    def rows_that_read(self, leaf: Node, most: int) -> NDArray[np.int64] | None:
        """The rows of its domain on which the constraint reads a leaf; None if there are more than `most`."""
        some, domain = self._rows, self._constraint.domain.rows(self._air.length)
        blocks = self._blocks(self._where_no_factor_is_0(some))
        found = [block[self._values(-1, block) != self._values(-1, block, (leaf,))] for block in blocks]
        rows = np.concatenate([*found, np.empty(0, dtype=np.int64)])
        if len(rows) * len(domain) > most * len(some):
            return None
        every = rows[:, None] + np.arange(0, domain.stop - domain.start, len(some) * some.step)
        return every[every < domain.stop]

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

    @property
    def _exempt_rows(self) -> range:
        """The last rows, which transitions leave out."""
        return range(self._air.length - self._constraint.domain.x, self._air.length)

    @cached_property
    def _ahead(self) -> int:
        """The number of rows that the constraint looks ahead."""
        return max((y for kind, _, y in self._nodes if kind == COLUMN), default=0)

    def _exempt_text(self, row: int) -> str:
        gate, length = self._gate(), self._air.length
        where = "where it is not 0 == 0"
        if self._factors:
            value = self._values(self._factors[0], np.array([row]))[0]
            where = f"where its factor {gate} " + ("may be anything" if self._public else f"is {value}")
        shown = (row + self._constraint.behind) % length
        said = f"constraint {cut(self._constraint.name)!r} is not said on row {shown}, {where}"
        if not self._ahead:
            return f"{said}, for 'transitions' leaves out the last row: put it on 'every'"
        looks = f"it looks {self._looks} of {length}"
        if self._first_said(range(length - self._ahead)[: self._period]) is None:
            return f"{said}: {looks}, and there is no other row where it says anything: look less far ahead"
        zero = f"0 there by a periodic column of all {length} rows"
        if self._factors:
            return f"{said}: {looks}; make {gate} {zero}"
        return (
            f"{said}: {looks}; write each part that a periodic column selects as a constraint of its own, or make all"
            f" of it {zero}"
        )

    @property
    def _looks(self) -> str:
        """How far the constraint looks, and the rows that it leaves out for it."""
        behind = self._constraint.behind
        ahead = self._constraint.domain.x - behind if behind else self._ahead
        both = (behind, "behind", "first"), (ahead, "ahead", "last")
        ways = [one for one in both if one[0]]
        far = " and ".join(f"{counted(number, 'row')} {way}" for number, way, _ in ways)
        return f"{far}, and so leaves out {' and '.join(f'the {end} {number}' for number, _, end in ways)}"

    def _gate(self) -> str:
        """The periodic factor in words, or all of them."""
        if self._factors:
            return text(self._nodes, self._factors[0], leaf_names(self._air.names, self._constraint.behind), 60)
        periodic = {self._air.periodic_names[x] for kind, x, _ in self._nodes if kind == PERIODIC}
        public = {self._air.sequences[node[1]].name for node in self._nodes if node[0] == SEQUENCE}
        counts = {"the number of the row" for node in self._nodes if node[0] in (ROW_NUMBER, CONJUNCTION)}
        return f"what {listed(sorted(periodic | public | counts))} selects"

    def _first_said(self, rows: range) -> int | None:
        """The first of these rows on which the constraint is not 0 = 0; None if there is none."""
        if rows and evaluate(self._nodes, leaves_on(self._air, rows[0]))[-1]:
            return rows[0]
        for block in self._blocks(self._where_no_factor_is_0(rows)):
            said = self._values(-1, block) != 0
            if said.any():
                return int(block[np.argmax(said)])
        return None

    def _looks_as_far_on_every_row(self) -> bool:
        """True if the constraint reads the cells furthest ahead on every row: those left out look beyond the trace."""
        rows = np.arange(self._period)
        if len(self._where_no_factor_is_0(range(self._period))) < self._period:
            return False
        furthest = [leaf for leaf in self._nodes if self._is_furthest(leaf)]
        return all((self._values(-1, block) != self._values(-1, block, furthest)).all() for block in self._blocks(rows))

    def _is_furthest(self, leaf: Node) -> bool:
        kind, _, ahead = leaf
        return (kind == COLUMN and ahead == self._ahead) or (kind in (INPUT, OUTPUT) and not self._ahead)

    def _where_no_factor_is_0(self, rows: range) -> NDArray[np.int64]:
        """The rows on which no periodic factor is 0: factors have few nodes, and are 0 on most rows."""
        chosen = np.array(rows, dtype=np.int64)
        for factor in self._factors:
            chosen = chosen[self._values(factor, chosen) != 0]
        return chosen

    def _blocks(self, rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """The rows in blocks that are computed at once."""
        size = 1 + _NODES_AND_ROWS // len(self._nodes)
        return (rows[first : first + size] for first in range(0, len(rows), size))

    def _values(self, root: int, rows: NDArray[np.int64], other: Collection[Node] = ()) -> Vector:
        """The values of a node for arbitrary cells, and for others instead of those in `other`; -1 is the last node."""
        nodes, _ = extract(self._nodes, [root % len(self._nodes)])

        def leaf(node: Node) -> Vector:
            if node[0] == PERIODIC:
                values = self._tables(node[1])
                return values[rows % len(values)]
            if node[0] in (ROW_NUMBER, CONJUNCTION):
                return _counted(node, rows)
            there = np.full(len(rows), _arbitrary(node, node in other), dtype=np.uint64)
            return there * _has_entries(self._air, node, rows) if is_known(self._air, node) else there

        return evaluate_rows(nodes, leaf, len(rows))


def leaves_on(air: TableAir, row: int, other: Collection[Node] = ()) -> Callable[[Node], int]:
    """The values of the leaves on a row: those of periodic columns, 0 beside public columns' entries, else arbitrary.

    other: leaves with another arbitrary value than in a call without them.
    """

    def leaf(node: Node) -> int:
        if node[0] in (ROW_NUMBER, CONJUNCTION):
            return int(_counted(node, np.array([row]))[0])
        if node[0] != PERIODIC:
            there = not is_known(air, node) or bool(_has_entries(air, node, np.array([row]))[0])
            return _arbitrary(node, node in other) * there
        values = air.periodic[node[1]]
        return values[row % len(values)]

    return leaf


@cached(4096)
def _arbitrary(node: Node, other: bool) -> int:
    """An arbitrary value for a leaf, the same each time; the second one if `other`."""
    return Random(repr((node, other))).randrange(MODULUS)


def is_known(air: TableAir, node: Node) -> bool:
    """True for a leaf that everybody knows on each row: of a periodic or public column, or the number of the row."""
    return node[0] in (PERIODIC, ROW_NUMBER, CONJUNCTION) or (
        node[0] == SEQUENCE and not air.sequences[node[1]].is_output
    )


def _counted(node: Node, rows: NDArray[np.int64]) -> Vector:
    """The numbers of these rows, or what is made of their bits."""
    numbers = rows.astype(np.uint64)
    return numbers if node[0] == ROW_NUMBER else conjunction(numbers, node[1])


def _has_entries(air: TableAir, node: Node, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The rows on which a public column has an entry."""
    placement = placement_of(node)
    ahead = rows - placement.first
    before_end = ahead // placement.step < air.sequences[node[1]].length
    there: NDArray[np.bool_] = (ahead >= 0) & (ahead % placement.step == 0) & before_end
    return there


def _with_cells(air: TableAir, nodes: tuple[Node, ...]) -> list[bool]:
    """For each node, True if it depends on more than known columns and constants."""
    cells: list[bool] = []
    for node in nodes:
        leaf = node[0] in (COLUMN, INPUT, OUTPUT, SEQUENCE) and not is_known(air, node)
        cells.append(leaf or any(cells[o] for o in operands(node)))
    return cells


def _known_factors(air: TableAir, nodes: tuple[Node, ...], cells: list[bool]) -> list[int]:
    """The factors of the last node that read known columns alone."""
    factors: list[frozenset[int]] = []
    for index, node in enumerate(nodes):
        kind, known = node[0], [factors[o] for o in operands(node)]
        if is_known(air, node) or (kind in (ADD, SUB) and not cells[index]):
            factors.append(frozenset({index}))
        elif kind in (MUL, NEG):
            factors.append(frozenset().union(*known))
        else:
            factors.append(frozenset.intersection(*known) if known else frozenset())
    return sorted(factors[-1])
