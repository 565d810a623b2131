"""Stated values: an output or a public input that is read off a cell which nothing else pins may be any value.

A cell is pinned that a step fills, or that a constraint reads on its row. What states an output pins nothing, and what
says a public input of a cell does not pin that cell for it. Nothing is asked of a column that stands in no other
constraint: that a prover knows some value is a statement, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from l2zk.air.air import TableAir
from l2zk.air.domains import CYCLIC, ROW, Domain
from l2zk.air.nodes import COLUMN, INPUT, SEQUENCE, SUB, Node, evaluate, extract
from l2zk.base.field import MODULUS
from l2zk.base.wording import cut
from l2zk.errors import ProgramError
from l2zk.language.flow import MARKS_AT_ONCE, marks_below, set_bits
from l2zk.language.rules.gates import Gated, is_known, leaves_on
from l2zk.language.rules.readers import Readers

Place = tuple[int, int]
"""Column and row of a cell."""

MOST_ROWS = 1 << 12
"""The most rows of a constraint on a public input, or of an output column, that are looked at, one by one."""


class Stated:
    """Outputs, public inputs, and the cells that they are read off.

    outputs: the constraints that state outputs, by number. domains: of all others, the rows on which they pin cells.
    gates: those of all that periodic columns switch off on some rows. filled: the columns that steps fill. free:
    (column, rows) that are free on purpose. loose: those of what fills itself where it has no value.
    """

    def __init__(
        self,
        air: TableAir,
        outputs: Sequence[int],
        domains: Mapping[int, Domain],
        gates: Mapping[int, Gated],
        filled: Collection[int],
        free: Iterable[tuple[int, range]],
        loose: Iterable[tuple[int, range]] = (),
    ) -> None:
        self._air, self._outputs, self._domains, self._gates = air, outputs, domains, gates
        self._columns = set(range(len(air.columns))) - set(filled)
        self._free: defaultdict[int, list[range]] = defaultdict(list)
        for column, rows in free:
            self._free[column].append(rows)
        self._loose: defaultdict[int, list[range]] = defaultdict(list)
        for column, rows in loose:
            self._loose[column].append(rows)

    def check_outputs(self) -> None:
        """Refuse an output that reads a cell which nothing pins."""
        places = self._places_of_outputs()
        readers = self._readers({column for column, _ in places})
        loose = {place for place in places if self._is_loose(readers, place)}
        for index in self._outputs if loose else ():
            place = next((place for place in self._places_of(index) if place in loose), None)
            if place is not None:
                raise ProgramError(self._output_text(index, place))

    def check_inputs(self) -> None:
        """Refuse a public input that is tied only to cells which nothing else pins."""
        claims = list(self._claims_on_cells())
        columns = {cell[1] for _, _, cells in claims for cell in cells}
        readers, known = self._readers(columns), self._known_by_inputs_alone({claim[0] for claim in claims}, columns)
        suspects: defaultdict[Node, dict[int, Place]] = defaultdict(dict)
        for index, inputs, cells in claims:
            asked = [cell for cell in cells if cell[1] not in known]
            for given in inputs:
                place = self._loose_place(readers, index, given, asked)
                if place is not None:
                    suspects[given][index] = place
        for given in sorted(suspects.keys() - self._said_elsewhere(suspects)):
            index, place = next(iter(suspects[given].items()))
            raise ProgramError(self._input_text(given, index, place))

    def _known_by_inputs_alone(self, claims: Collection[int], columns: Collection[int]) -> set[int]:
        """The columns that stand in no constraints but those that tie their cells to public inputs."""
        if not claims:
            return set()
        others = {index: domain for index, domain in self._domains.items() if index not in claims}
        readers = Readers(self._air, others, self._gates, columns)
        return {column for column in columns if not readers.read(column)}

    def _readers(self, columns: Collection[int]) -> Readers:
        return Readers(self._air, self._domains, self._gates, columns)

    def _is_loose(self, readers: Readers, place: Place, but: int | None = None) -> bool:
        """True if nothing pins or frees a cell, though constraints read other cells of its column."""
        column, row = place
        free, loose = (any(row in rows for rows in of.get(column, ())) for of in (self._free, self._loose))
        return not free and (loose or (readers.read(column, but) and not readers.pin(column, row, but)))

    def _cells(self, roots: Iterable[int]) -> list[Node]:
        """The cells below these nodes, of columns that no step fills."""
        leaves, _ = extract(self._air.nodes, roots)
        return [leaf for leaf in leaves if leaf[0] == COLUMN and leaf[1] in self._columns]

    def _places_of_outputs(self) -> set[Place]:
        """All cells that outputs read; outputs on the same rows are walked together."""
        rows: defaultdict[int, list[int]] = defaultdict(list)
        for index in self._outputs:
            rows[self._root(index)] += self._rows_of(index)
        roots: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for root, where in rows.items():
            roots[tuple(where)].append(root)
        return {
            (column, row + ahead)
            for where, some in roots.items()
            for _, column, ahead in self._cells(some)
            for row in where
        }

    def _places_of(self, index: int) -> Iterator[Place]:
        """The cells on which an output depends."""
        cells = self._cells([self._root(index)])
        for row in self._rows_of(index):
            for cell in cells:
                if index not in self._gates or self._gates[index].reads(cell, row):
                    yield cell[1], row + cell[2]

    def _rows_of(self, index: int) -> Sequence[int]:
        """The rows of an output: one, or those of an output column, of many the first and the last ones."""
        every = self._air.constraints[index].domain.rows(self._air.length)
        if len(every) <= MOST_ROWS:
            return every
        return [*every[: MOST_ROWS // 2], *every[-MOST_ROWS // 2 :]]

    def _root(self, index: int) -> int:
        """The node of an output's value."""
        kind, x, _ = self._air.nodes[self._air.constraints[index].node]
        return x if kind == SUB else self._air.constraints[index].node

    def _claims_on_cells(self) -> Iterator[tuple[int, list[Node], list[Node]]]:
        """The constraints on chosen rows that read a public input and a cell that no step fills, with both."""
        some = self._air.inputs or self._air.sequences
        below = marks_below(self._air.nodes, self._mark) if some else []
        for index, domain in self._domains.items() if below else ():
            root = self._air.constraints[index].node
            if below[root] == 3 and (domain.kind in (ROW, CYCLIC) or index in self._gates):
                leaves, _ = extract(self._air.nodes, [root])
                yield index, [leaf for leaf in leaves if self._is_given(leaf)], self._cells([root])

    def _is_given(self, leaf: Node) -> bool:
        """True for a public input, and for a public column."""
        return leaf[0] == INPUT or (leaf[0] == SEQUENCE and is_known(self._air, leaf))

    def _mark(self, node: Node) -> int:
        return 2 * self._is_given(node) + (node[0] == COLUMN and node[1] in self._columns)

    def _loose_place(self, readers: Readers, index: int, given: Node, cells: Sequence[Node]) -> Place | None:
        """The first loose cell that satisfies a constraint for any public input; None if some row has none."""
        first = None
        for row in self._rows_that_read(index, given):
            loose = (cell for cell in cells if self._is_loose(readers, self._place(cell, row), but=index))
            apart = (cell for cell in loose if self._is_apart(index, given, cell, row))
            place = next((self._place(cell, row) for cell in apart), None)
            if place is None:
                return None
            first = first or place
        return first

    def _place(self, cell: Node, row: int) -> Place:
        """The place of a cell that is read from a row, which a ring counts modulo N."""
        return cell[1], (row + cell[2]) % self._air.length

    def _rows_that_read(self, index: int, given: Node) -> Iterable[int]:
        """The rows on which a constraint reads a public input; none if there are more than MOST_ROWS."""
        if index in self._gates:
            rows = self._gates[index].rows_that_read(given, MOST_ROWS)
            return () if rows is None else map(int, rows)
        every = self._domains[index].rows(self._air.length)
        return every if len(every) <= MOST_ROWS else ()

    def _is_apart(self, index: int, given: Node, cell: Node, row: int) -> bool:
        """True if no product depends on both the cell and the input, unlike in (x - p) * inverse == 1."""
        nodes, _ = extract(self._air.nodes, [self._air.constraints[index].node])
        neither, one, other, both = (
            evaluate(nodes, leaves_on(self._air, row, changed))[-1]
            for changed in ((), (cell,), (given,), (cell, given))
        )
        return one != neither and (both - one - other + neither) % MODULUS == 0

    def _said_elsewhere(self, suspects: Mapping[Node, Collection[int]]) -> set[Node]:
        """The public inputs that other constraints read as well."""
        said: set[Node] = set()
        given = sorted(suspects)
        for first in range(0, len(given), MARKS_AT_ONCE):
            some = given[first : first + MARKS_AT_ONCE]
            below = marks_below(self._air.nodes, partial(_bit, {leaf: 1 << k for k, leaf in enumerate(some)}))
            for index in self._domains:
                leaves = (some[k] for k in set_bits(below[self._air.constraints[index].node]))
                said |= {leaf for leaf in leaves if self._says(index, leaf, suspects[leaf])}
        return said

    def _says(self, index: int, given: Node, suspected: Collection[int]) -> bool:
        if index in suspected:
            return False
        rows = self._gates[index].rows_that_read(given, MOST_ROWS) if index in self._gates else None
        return rows is None or len(rows) > 0

    def _output_text(self, index: int, place: Place) -> str:
        name, row = cut(self._air.columns[place[0]]), place[1]
        verb = "is" if self._air.nodes[self._root(index)][0] == COLUMN else "reads"
        return (
            f"{cut(self._air.constraints[index].name)} {verb} {name} on row {row}, where no constraint on {name} pins"
            f" it, so a proof may state any value: constrain {name} on row {row}, or say m.free({name}, on={row}) if"
            " that is meant"
        )

    def _named(self, given: Node) -> str:
        if given[0] == SEQUENCE:
            return f"public column {cut(self._air.sequences[given[1]].name)}"
        return f"public input {cut(self._air.inputs[given[1]])}"

    def _input_text(self, given: Node, index: int, place: Place) -> str:
        name, row = cut(self._air.columns[place[0]]), place[1]
        return (
            f"constraint {cut(self._air.constraints[index].name)!r} ties {self._named(given)} to {name} on row {row},"
            f" where no other constraint on {name} pins it, so any value passes: constrain {name} on row {row}, or say"
            f" m.free({name}, on={row}) if that is meant"
        )


def _bit(bits: Mapping[Node, int], node: Node) -> int:
    return bits.get(node, 0)
