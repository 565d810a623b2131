"""Definition: the data that a program's text comes to: an AIR (PROTOCOL 3.1), its code, and what fills its columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.air.air import Air
from l2zk.air.bytecode import Code
from l2zk.air.disassembly import disassemble
from l2zk.air.nodes import Node
from l2zk.air.table import TableAir
from l2zk.air.text import cell_name
from l2zk.language.encoding import Encode
from l2zk.language.fillings import Claimed, Filling, self_filled
from l2zk.language.waiting import Waiting

Generate = Callable[[Mapping[str, Any]], Any]
"""A program's own generate_trace."""


@dataclass(frozen=True)
class Input:
    """A value that the witness gives; `default` stands in where it does not."""

    name: str
    public: bool
    default: int | None = None


@dataclass(frozen=True)
class GivenColumn:
    """A column that the witness gives as an array, with a value for each of the n rows if it is `exact`."""

    name: str
    column: int
    exact: bool = False


@dataclass(frozen=True)
class PrivateArray:
    """An array that the witness gives for generate_trace alone; `count` values, or None for any number."""

    name: str
    count: int | None = None


@dataclass(frozen=True)
class Output:
    """A public value read off the trace: the constraint's value on its row, with 0 for the output."""

    name: str
    constraint: int
    row: int


@dataclass(frozen=True)
class Start:
    """A cell (row, column) that starts with the value of node `node` of the definition's start nodes."""

    row: int
    column: int
    node: int


@dataclass(frozen=True)
class Bits:
    """Bit columns: columns[k] is bit k of the last of these nodes, which looks `ahead` rows ahead and `behind` behind.

    On the last `ahead` rows and the first `behind`, where the expression would look beyond the trace, the bits are 0.
    `late` bits are of columns that the step fills, so that they are filled after it.
    """

    columns: tuple[int, ...]
    nodes: tuple[Node, ...]
    ahead: int
    late: bool
    behind: int = 0


@dataclass(frozen=True)
class Choice:
    """Cells of a column that the prover chooses, by m.choice: on these rows, where `when` is 1 if it is there.

    bits, among: within what they are, if the program says it. when: nodes of the table, the last one is the value.
    """

    column: int
    rows: tuple[range, ...]
    bits: int | None = None
    among: tuple[int, ...] = ()
    when: tuple[Node, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class TableDefinition:
    """One table of a program: its AIR, its code, and what fills its columns before the fillings; see `Definition`."""

    air: TableAir
    constraint_code: Code
    step_code: Code | None
    step_targets: NDArray[np.uint32]
    step_reach: int
    start_nodes: tuple[Node, ...]
    start: tuple[Start, ...]
    step_function: object = None
    given: tuple[GivenColumn, ...] = ()
    pads: tuple[int | None, ...] = ()
    bits: tuple[Bits, ...] = ()
    hidden: frozenset[int] = frozenset()
    free: tuple[tuple[int, range], ...] = ()
    choices: tuple[Choice, ...] = ()

    @property
    def filled_late(self) -> bool:
        """True if some columns are bits of columns that the step fills."""
        return any(bits.late for bits in self.bits)

    def disassemble(self) -> str:
        """The step's code and the constraints' code, as text."""
        names, parts, name = self.air.names, [], self.air.name
        if self.step_code is not None:
            cells = [cell_name(self.air.columns[column], self.step_reach) for column, _ in self.step_targets]
            parts += [f"step of {name}", disassemble(self.step_code, names, cells), ""]
        titles = [f"constraint {constraint.name!r}" for constraint in self.air.constraints]
        return "\n".join([*parts, f"constraints of {name}", disassemble(self.constraint_code, names, titles)])


@dataclass(frozen=True, kw_only=True, eq=False)
class Definition:
    """The AIR of a program, its code, and everything that fills its trace.

    step_targets: uint32[results, 2], for each result of the step code the column and the first row that it
    fills. step_reach: on row i the step code gives row i + step_reach. step_function: the capsule
    that fills the trace in its place. given: the columns of the witness. private_arrays: its arrays for
    generate_trace. arrays: the names of these, of private and of public columns, in the order in which a witness gives
    them. sequence_claims: for each output column the constraint that states it, and its placement. generate: the
    program's own generate_trace. encode: its own encode. pads: for each column the value of its padding, or None for
    the last value once more. hidden: the columns whose values depend on private ones. free: (column, rows) that no
    constraint pins, on purpose. choices: by m.choice. doubled_by: the one row or look-ahead that makes the trace twice
    as long as without it, if there is one.
    All of these are of the main table and of the program. others: the further tables. fillings: what fills itself after
    given columns, steps and generate_trace, in an order in which it can. waiting: what each of the fillings reads and
    fills, if they have no such order but for what generate_trace fills. claimed: what stands on the buses, as the
    program said it. lists: of constants, which integer code looks up by their numbers.
    """

    air: Air
    constraint_code: Code
    step_code: Code | None
    step_targets: NDArray[np.uint32]
    step_reach: int
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    start_nodes: tuple[Node, ...]
    start: tuple[Start, ...]
    step_function: object = None
    given: tuple[GivenColumn, ...] = ()
    private_arrays: tuple[PrivateArray, ...] = ()
    arrays: tuple[str, ...] = ()
    sequence_claims: tuple[tuple[int, int], ...] = ()
    generate: Generate | None = None
    encode: Encode | None = None
    pads: tuple[int | None, ...] = ()
    bits: tuple[Bits, ...] = ()
    hidden: frozenset[int] = frozenset()
    free: tuple[tuple[int, range], ...] = ()
    choices: tuple[Choice, ...] = ()
    doubled_by: str | None = None
    others: tuple[TableDefinition, ...] = ()
    fillings: tuple[Filling, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    claimed: tuple[Claimed, ...] = ()
    lists: tuple[tuple[int, ...], ...] = ()

    @cached_property
    def tables(self) -> tuple[TableDefinition, ...]:
        """Every table, the main one first."""
        shared = {field.name: getattr(self, field.name) for field in fields(TableDefinition) if field.name != "air"}
        return (TableDefinition(air=self.air.main, **shared), *self.others)

    @cached_property
    def prepared(self) -> dict[Any, Any]:
        """What filling keeps from one run to the next."""
        return {}

    @cached_property
    def counts(self) -> dict[str, int | None]:
        """The number of values of each public column and private array, None for any."""
        public = {one.name: one.length for one in self.air.public_columns}
        return public | {array.name: array.count for array in self.private_arrays}

    @cached_property
    def given_columns(self) -> dict[str, tuple[TableAir, GivenColumn]]:
        """The columns of every table that the witness gives, by their names there, each with its table."""
        return {column.name: (table.air, column) for table in self.tables for column in table.given}

    @property
    def filled_late(self) -> bool:
        """True if some columns are bits of columns that the step fills."""
        return any(bits.late for bits in self.bits)

    @cached_property
    def array_bytes(self) -> int:
        """The bytes of the arrays that a binding holds: the columns of every table that are filled before the steps,
        public columns twice, as the core copies them, private arrays, and output columns.
        """
        columns = sum(table.air.length * len(self._before(number)) for number, table in enumerate(self.tables))
        beside = sum((1 if one.is_output else 2) * one.length for one in self.air.sequences)
        beside += sum(array.count or 0 for array in self.private_arrays)
        return 8 * (columns + beside)

    def _before(self, number: int) -> set[int]:
        """The columns of a table that are filled before its step, and before what fills itself."""
        table = self.tables[number]
        late = {column for bits in table.bits if bits.late for column in bits.columns}
        if table.step_function is None:
            later = {int(column) for column, _ in table.step_targets} | self_filled(self.fillings, number)
            return set(range(len(table.air.columns))) - later - late
        early = {column for bits in table.bits if not bits.late for column in bits.columns}
        return {column.column for column in table.given} | early

    def disassemble(self) -> str:
        """The step's code and the constraints' code, as text; those of further tables after the main one's."""
        names, parts = self.air.names, []
        if self.step_code is not None:
            cells = [cell_name(self.air.columns[column], self.step_reach) for column, _ in self.step_targets]
            parts += [f"step of {self.air.id}", disassemble(self.step_code, names, cells), ""]
        titles = [f"constraint {constraint.name!r}" for constraint in self.air.constraints]
        code = disassemble(self.constraint_code, names, titles)
        return "\n".join(
            [*parts, f"constraints of {self.air.id}", code, *(table.disassemble() for table in self.others)]
        )
