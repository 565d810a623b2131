"""Subject: an honest run of a program, and what of it is given: inputs, and the cells that the prover chooses.

private inputs → the cells that they start;   private columns → all rows of them;   m.choice → the rest
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

from l2zk.air.nodes import (
    ADD,
    COLUMN,
    CONSTANT,
    INPUT,
    MUL,
    NEG,
    OUTPUT,
    PRIVATE,
    SUB,
    Node,
    columns_in,
    evaluate,
    extract,
    operands,
)
from l2zk.air.text import cell_name
from l2zk.air.trace import ExecutionTrace
from l2zk.air.vectors import Vector, evaluate_rows, leaves_on_all_rows
from l2zk.base.field import MODULUS
from l2zk.determinacy.assignment import Assignment
from l2zk.determinacy.cells import OUTPUT_TABLE, Cell
from l2zk.language.definition import Choice, Definition, Start, TableDefinition
from l2zk.language.fillings import Filling, Limbs, Served, Times, Walk, memory_passes
from l2zk.language.held import again_filled
from l2zk.language.witness import Binding

_PLAIN = (CONSTANT, ADD, SUB, MUL, NEG)


@dataclass(frozen=True)
class Bound:
    """Chosen cells of a column, and what is said of them: `outside` are values that have to be refused.

    guessed: nobody says it, but in the honest run it is so.
    """

    table: int
    column: int
    rows: tuple[int, ...]
    said: str
    outside: tuple[int, ...]
    guessed: bool = False


class Subject:
    """An honest run. choices: the cells that the prover chooses. bounds: what is said of them. public: what is public
    of the witness.

    not_asked: (table, column) of helpers, whose values nobody looks at: how often a row is asked for, times of
    accesses, and what a table serves.
    """

    def __init__(self, definition: Definition, binding: Binding, trace: ExecutionTrace) -> None:
        self.definition, self.binding, self.only_outputs = definition, binding, False
        self.public: dict[str, object] = {}
        names = [air.name for air in definition.air.tables[1:]]
        self.honest = Assignment.of(definition, binding, [trace.padded, *(trace.tables[name].padded for name in names)])
        self.choices = frozenset(cell for number in range(len(definition.tables)) for cell in self._chosen(number))
        self.bounds = tuple(bound for number in range(len(definition.tables)) for bound in self._bounds(number))

    def without(self, cells: Collection[Cell], only_outputs: bool = False) -> Subject:
        """The same run with fewer choices; `only_outputs`: nothing else is asked for."""
        other = copy(self)
        other.choices, other.only_outputs = self.choices.difference(cells), only_outputs
        return other

    @cached_property
    def given(self) -> tuple[tuple[int, int], ...]:
        """(table, column) of the private columns of which m.choice does not say on which rows."""
        return tuple(
            (number, given.column)
            for number, table in enumerate(self.definition.tables)
            for given in table.given
            if all(_is_everywhere(table, one) for one in table.choices if one.column == given.column)
        )

    def padding(self, column: tuple[int, int]) -> frozenset[Cell]:
        """The chosen cells of a column behind the user's rows."""
        rows = self.definition.air.tables[column[0]].rows
        return frozenset(cell for cell in self.choices if cell[:2] == column and cell[2] >= rows)

    @cached_property
    def not_asked(self) -> frozenset[tuple[int, int]]:
        """Columns of helpers."""
        fillings = self.definition.fillings
        helpers = {(one.table, one.column) for one in fillings if isinstance(one, Times)}
        for memory in memory_passes(fillings):
            helpers |= {(memory.table, access.then) for access in memory.accesses}
            helpers |= {(memory.cells, memory.last), (memory.cells, memory.time)}
        helpers |= {
            (one.table, column)
            for one in _limbs(fillings)
            for column in one.columns
            if any(kind == COLUMN and (one.table, x) in helpers for kind, x, _ in one.nodes)
        }
        for one in fillings:
            if isinstance(one, Served):
                helpers |= {(one.table, column) for column in again_filled(self.definition, one.table)}
        return frozenset(helpers)

    @cached_property
    def free(self) -> frozenset[Cell]:
        """The cells that the program says are free, and what a memory finds on rows that do not ask it."""
        return self.said_free.union(self._not_found())

    @cached_property
    def said_free(self) -> frozenset[Cell]:
        """The cells that the program says are free."""
        return frozenset(
            (number, column, row)
            for number, table in enumerate(self.definition.tables)
            for column, rows in table.free
            for row in rows
        )

    def _not_found(self) -> Iterator[Cell]:
        for memory in memory_passes(self.definition.fillings):
            for access in memory.accesses:
                idle = self._on_all_rows(memory.table, access.when) == 0
                yield from ((memory.table, access.old, row) for row in range(memory.rows) if idle[row])

    def is_asked(self, cell: Cell) -> bool:
        """True of a cell that has to be determined: an output, or one of the user's rows that is no helper."""
        number, column, row = cell
        if number == OUTPUT_TABLE or self.only_outputs:
            return number == OUTPUT_TABLE
        inside = number >= 0 and row < self.definition.air.tables[number].rows
        return inside and (number, column) not in self.not_asked and cell not in self.free and cell not in self.choices

    def is_padding(self, cell: Cell) -> bool:
        """True of a cell behind the user's rows."""
        return cell[0] >= 0 and cell[2] >= self.definition.air.tables[cell[0]].rows

    @property
    def asked(self) -> int:
        """How many cells have to be determined, outputs apart."""
        tables = enumerate(self.definition.air.tables)
        return sum(
            self.is_asked((number, column, row))
            for number, air in tables
            for column in range(len(air.columns))
            for row in range(air.rows)
        )

    def all_cells(self) -> Iterator[Cell]:
        """Every cell of every table, and the outputs."""
        for number, cells in enumerate(self.honest.cells):
            yield from ((number, column, row) for column in range(len(cells)) for row in range(len(cells[column])))
        yield from ((OUTPUT_TABLE, number, 0) for number in range(len(self.honest.outputs)))
        for number, stated in enumerate(self.honest.stated, len(self.honest.outputs)):
            yield from ((OUTPUT_TABLE, number, row) for row in range(len(stated)))

    def name(self, cell: Cell) -> str:
        """A cell as reports call it."""
        number, column, row = cell
        air = self.definition.air
        if number == OUTPUT_TABLE:
            if column < len(air.outputs):
                return f"output {air.outputs[column]}"
            return f"output {air.output_columns[column - len(air.outputs)].name}[{row}]"
        prefix = f"{air.tables[number].name}." if number else ""
        return f"{prefix}{air.tables[number].columns[column]}[{row}]"

    def labels(self, cell: Cell) -> tuple[str, int | None]:
        """The column and the row of a cell; of an output its name and None, of an entry NAME[row] and None."""
        if cell[0] == OUTPUT_TABLE:
            return self.name(cell).removeprefix("output "), None
        return self.column_name(*cell[:2]), cell[2]

    def place(self, name: str, row: int | None) -> Cell | None:
        """The cell of these labels; None if there is none."""
        for number, air in enumerate(self.definition.air.tables):
            for column in range(len(air.columns)):
                if row is not None and self.column_name(number, column) == name and 0 <= row < air.length:
                    return number, column, row
        outputs = list(self.definition.air.outputs)
        return (OUTPUT_TABLE, outputs.index(name), 0) if row is None and name in outputs else None

    def column_name(self, table: int, column: int) -> str:
        """A column as reports call it."""
        air = self.definition.air.tables[table]
        return f"{air.name}.{air.columns[column]}" if table else air.columns[column]

    def _chosen(self, number: int) -> Iterator[Cell]:
        table = self.definition.tables[number]
        said = {choice.column for choice in table.choices}
        own = [(number, start.column, start.row) for start in _chosen_starts(table)]
        for given in table.given:
            if given.column not in said:
                own += [(number, given.column, row) for row in range(table.air.length)]
        yield from (cell for cell in own if cell not in self.said_free)
        for choice in table.choices:
            yield from ((number, choice.column, row) for row in self.rows_of(number, choice))

    def rows_of(self, number: int, choice: Choice) -> list[int]:
        """The rows on which a choice is one, in this run."""
        rows = sorted({row for each in choice.rows for row in each})
        if not choice.when:
            return rows
        values = self._on_all_rows(number, choice.when)
        return [row for row in rows if values[row] == 1]

    def _on_all_rows(self, number: int, nodes: Sequence[Node]) -> Vector:
        air, run = self.definition.air.tables[number], self.honest
        public = {INPUT: self.binding.public_inputs, OUTPUT: run.outputs}
        sequences = self.definition.air.all_sequences(self.binding.sequences, run.stated)
        leaf = leaves_on_all_rows(air.length, dict(enumerate(run.cells[number])), air.periodic, public, sequences)
        return evaluate_rows(nodes, leaf, air.length)

    def _bounds(self, number: int) -> Iterator[Bound]:
        """What m.choice says, and what m.bits and m.range say of a chosen column."""
        table = self.definition.tables[number]
        for choice in table.choices:
            rows = tuple(row for row in self.rows_of(number, choice) if row < table.air.rows)
            if choice.bits is not None:
                yield Bound(number, choice.column, rows, f"below 2^{choice.bits}", (2**choice.bits, MODULUS - 1))
            elif choice.among:
                yield Bound(number, choice.column, rows, among_text(choice.among), _beside(choice.among))
        said = {choice.column for choice in table.choices if choice.bits or choice.among}
        for nodes, bits, claimed in _ranges(self.definition, number):
            found = _of_one_cell(nodes)
            if found is None or found[0] in said:
                continue
            column, factor, constant = found
            chosen = tuple(row for row in claimed if (number, column, row) in self.choices)
            inverse = pow(factor, -1, MODULUS)
            outside = tuple((value - constant) * inverse % MODULUS for value in (2**bits, MODULUS - 1))
            if chosen:
                said.add(column)
                yield Bound(number, column, chosen, range_text(factor, constant, bits), outside)
        yield from self._guessed(number, said)

    def _guessed(self, number: int, said: set[int]) -> Iterator[Bound]:
        """Chosen columns of which nothing is said, and that are 0 or 1 on all rows of the run."""
        rows: dict[int, list[int]] = {}
        for _, column, row in sorted(cell for cell in self.choices if cell[0] == number and cell[1] not in said):
            if row < self.definition.air.tables[number].rows:
                rows.setdefault(column, []).append(row)
        for column, its in rows.items():
            if len(its) > 2 and set(self.honest.cells[number][column, its].tolist()) == {0, 1}:
                yield Bound(number, column, tuple(its), "0 or 1", (2, MODULUS - 1), guessed=True)


def _chosen_starts(table: TableDefinition) -> Iterator[Start]:
    """The started cells with private inputs that no constraint ties to others."""
    claimed = {constraint.name for constraint in table.air.constraints}
    private: list[bool] = []
    for node in table.start_nodes:
        private.append(node[0] == PRIVATE or any(private[one] for one in operands(node)))
    for start in table.start:
        if private[start.node] and f"start {cell_name(table.air.columns[start.column], start.row)}" not in claimed:
            yield start


def _is_everywhere(table: TableDefinition, choice: Choice) -> bool:
    """True of a choice on all rows."""
    return not choice.when and choice.rows == (range(table.air.length),)


def _limbs(fillings: Sequence[Filling]) -> Iterator[Limbs]:
    """The pieces of values, those of walks too."""
    for one in fillings:
        yield from (part for part in (one.parts if isinstance(one, Walk) else [one]) if isinstance(part, Limbs))


def _ranges(definition: Definition, number: int) -> Iterator[tuple[tuple[Node, ...], int, Sequence[int]]]:
    """(nodes, bits, rows) of what m.bits and m.range say of a table."""
    table = definition.tables[number]
    for bits in table.bits:
        if not (bits.behind or _is_selected(table, bits.columns)):
            yield bits.nodes, len(bits.columns), range(table.air.length - bits.ahead)
    for one in _limbs(definition.fillings):
        plain = one.table == number and set(one.widths) == {1} and not one.behind
        if plain and not _is_selected(table, one.columns):
            yield one.nodes, len(one.widths), _below(table, set(one.columns))
    for claimed in definition.claimed:
        if claimed.kind == "range" and claimed.interactions and claimed.interactions[0][0] == number:
            number_of_last = claimed.interactions[-1][1]  # of the last piece, which reads all of the value
            last = table.air.interactions[number_of_last]
            if table.air.nodes[last.multiplicity][:2] == (CONSTANT, 1):
                yield claimed.nodes, claimed.bits, last.domain.rows(table.air.length)


def _is_selected(table: TableDefinition, columns: Sequence[int]) -> bool:
    """True if a value is claimed to be what these bits make only where a selector is 1."""
    roots = [one.node for one in table.air.constraints if one.selected]
    read = (extract(table.air.nodes, [root])[0] for root in roots)
    return any(set(columns) <= columns_in(nodes) for nodes in read)


def _below(table: TableDefinition, columns: set[int]) -> Sequence[int]:
    """The rows on which a claim says that a value is below 2^k, by these columns of its bits."""
    for constraint in table.air.constraints:
        if f" is below 2^{len(columns)}" in constraint.name:
            nodes, _ = extract(table.air.nodes, [constraint.node])
            if columns <= columns_in(nodes):
                return constraint.domain.rows(table.air.length)
    return ()


def _of_one_cell(nodes: Sequence[Node]) -> tuple[int, int, int] | None:
    """(column, factor, constant) of an expression that is affine in one cell of its own row."""
    leaves = {node for node in nodes if node[0] == COLUMN}
    if len(leaves) != 1 or any(node[0] not in (COLUMN, *_PLAIN) for node in nodes):
        return None
    [(_, column, ahead)] = leaves
    at = [evaluate(nodes, lambda _, value=value: value)[-1] for value in (0, 1, 2)]  # type: ignore[misc]
    factor = (at[1] - at[0]) % MODULUS
    straight = (at[2] - at[1]) % MODULUS == factor
    return (column, factor, at[0]) if straight and factor and not ahead else None


def among_text(values: Sequence[int]) -> str:
    """A list of values in a sentence."""
    shown = [str(_signed(value)) for value in values[:6]]
    return f"one of {', '.join(shown)}{', …' if len(values) > 6 else ''}"


def range_text(factor: int, constant: int, bits: int) -> str:
    """The range of a value that is affine in a cell."""
    if (factor, constant) == (1, 0):
        return f"below 2^{bits}"
    low = _signed(-constant % MODULUS)
    if factor == 1 and abs(low) < 2**62:
        return f"from {low} to {low + 2**bits - 1}"
    return f"in a range of 2^{bits} values"


def _beside(values: Sequence[int]) -> tuple[int, ...]:
    """Values that are not among these: the next ones, and -1."""
    taken, top = set(values), max(values)
    others = [value % MODULUS for value in (top + 1, MODULUS - 1, 2, 0, top + 2) if value % MODULUS not in taken]
    return tuple(dict.fromkeys(others))[:2]


def _signed(value: int) -> int:
    return value - MODULUS if value > MODULUS // 2 else value
