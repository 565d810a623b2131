"""Readers: the constraints that read a cell on a row; those of one domain are looked up together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from l2zk.air.air import TableAir
from l2zk.air.domains import CYCLIC, TRANSITION, Domain
from l2zk.air.nodes import COLUMN, Node
from l2zk.language.flow import MARKS_AT_ONCE, marks_below, set_bits
from l2zk.language.rules.gates import Gated


class Readers:
    """The constraints that read the cells of some columns.

    domains: by the number of each constraint that may pin a cell, the rows on which it does. gates: by number, those
    that periodic columns switch off on some rows.
    """

    def __init__(
        self, air: TableAir, domains: Mapping[int, Domain], gates: Mapping[int, Gated], columns: Collection[int]
    ) -> None:
        self._of_column: defaultdict[int, list[tuple[Node, _Group]]] = defaultdict(list)
        cells = [node for node in air.nodes if node[0] == COLUMN and node[1] in columns]
        for first in range(0, len(cells), MARKS_AT_ONCE):
            group = _Group(air, domains, gates, cells[first : first + MARKS_AT_ONCE])
            for cell in group.cells:
                self._of_column[cell[1]].append((cell, group))

    def read(self, column: int, but: int | None = None) -> bool:
        """True if a constraint other than `but` reads the column on some row."""
        return any(group.reads(cell, but) for cell, group in self._of_column.get(column, ()))

    def pin(self, column: int, row: int, but: int | None = None) -> bool:
        """True if a constraint other than `but` reads this cell."""
        return any(group.reads_on(cell, row - cell[2], but) for cell, group in self._of_column.get(column, ()))


class _Group:
    """The constraints, by domain, that read up to MARKS_AT_ONCE cells; bit k of a number stands for the k-th cell."""

    def __init__(
        self, air: TableAir, domains: Mapping[int, Domain], gates: Mapping[int, Gated], cells: Sequence[Node]
    ) -> None:
        self._length, self._domains, self._gates = air.length, domains, gates
        self._bits = {cell: 1 << k for k, cell in enumerate(cells)}
        self._all_once = self._all_twice = 0
        self._once: defaultdict[Domain, int] = defaultdict(int)
        self._twice: defaultdict[Domain, int] = defaultdict(int)
        self._marks: dict[int, int] = {}
        self._gated: defaultdict[int, list[int]] = defaultdict(list)  # by bit
        below = marks_below(air.nodes, lambda node: self._bits.get(node, 0))
        for index, domain in domains.items():
            marks = below[air.constraints[index].node]
            if marks:
                self._marks[index] = marks
                self._all_twice |= self._all_once & marks
                self._all_once |= marks
            if marks and index in gates:
                for k in set_bits(marks):
                    self._gated[1 << k].append(index)
            elif marks:
                self._twice[domain] |= self._once[domain] & marks
                self._once[domain] |= marks
        self._periods = {domain.y for domain in self._once if domain.kind == CYCLIC}
        self._exempt = [domain for domain in self._once if domain.kind == TRANSITION]

    @property
    def cells(self) -> list[Node]:
        """The cells that some constraint reads."""
        return [cell for cell, bit in self._bits.items() if self._all_once & bit]

    def reads(self, cell: Node, but: int | None) -> bool:
        """True if a constraint other than `but` reads the cell on some row."""
        bit = self._bits[cell]
        return bool((self._all_twice if self._marks_of(but) & bit else self._all_once) & bit)

    def reads_on(self, cell: Node, row: int, but: int | None) -> bool:
        """True if a constraint other than `but` is on this row, counted modulo N, and reads the cell there."""
        row %= self._length
        bit = self._bits[cell]
        own = self._domains[but] if but is not None and but not in self._gates and self._marks_of(but) & bit else None
        for domain in self._domains_of(row):
            times = self._twice if domain == own else self._once
            if times.get(domain, 0) & bit:
                return True
        return any(
            index != but and row in self._domains[index].rows(self._length) and self._gates[index].reads(cell, row)
            for index in self._gated.get(bit, ())
        )

    def _marks_of(self, index: int | None) -> int:
        return self._marks.get(index, 0) if index is not None else 0

    def _domains_of(self, row: int) -> Iterator[Domain]:
        """The domains that contain a row."""
        yield Domain.every()
        yield Domain.row(row)
        yield from (Domain.cyclic(row % period, period) for period in self._periods)
        yield from (domain for domain in self._exempt if domain.y <= row < self._length - domain.x)
