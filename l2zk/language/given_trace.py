"""A trace that the caller gives: checked to be one of the program, and to agree with the witness.

Whatever the witness names must be in the trace: private columns, padded, on every row; and the cells that private
inputs start. Public inputs are pinned by constraints; a private input that only generate_trace reads is in no cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from l2zk.air.nodes import PRIVATE, operands
from l2zk.air.trace import ExecutionTrace, named
from l2zk.air.vectors import Vector
from l2zk.base.field import ELEMENT_NEEDED, MODULUS
from l2zk.base.wording import listed
from l2zk.errors import WitnessError
from l2zk.language.definition import Definition, TableDefinition
from l2zk.language.given_columns import padded_trace
from l2zk.language.witness import Binding


def given_cells(definition: Definition, binding: Binding, trace: ExecutionTrace, check: bool) -> Vector:
    """The padded trace, uint64[columns, N]; with `check`, refused if it does not agree with the witness."""
    if not isinstance(trace, ExecutionTrace):
        raise WitnessError(f"a trace is an ExecutionTrace, not {type(trace).__name__}; TraceZkVm.trace gives one")
    air, rows = definition.air, trace.padded.shape[1]
    if tuple(trace) != air.columns or rows not in (air.rows, air.length):
        raise WitnessError(
            f"{air.id} has columns {listed(air.columns)} and {air.rows} rows, or {air.length} with the padding;"
            f" the trace has {listed(trace)} and {rows}"
        )
    cells = trace.padded if rows == air.length else padded_trace(definition, trace)
    _check_elements(air.columns, cells, "")
    if check:
        _check_agreement(definition, binding, 0, cells)
    return cells


def given_tables(definition: Definition, binding: Binding, trace: ExecutionTrace, check: bool) -> dict[int, Vector]:
    """The tables of a given trace by number, all rows of each: the main one, and those further ones that it has."""
    numbers = {table.air.name: number for number, table in enumerate(definition.tables) if number}
    found = {0: np.ascontiguousarray(given_cells(definition, binding, trace, check))}
    for name, table in trace.tables.items():
        if name not in numbers:
            raise WitnessError(f"the trace has a table {named(name, numbers)}, which {definition.air.id} has not")
        air = definition.air.tables[numbers[name]]
        if table.columns != air.columns or table.padded.shape[1] != air.length:
            raise WitnessError(
                f"table {name!r} of {definition.air.id} has columns {listed(air.columns)} and {air.length} rows with"
                f" the padding; that of the trace has {listed(table)} and {table.padded.shape[1]}"
            )
        _check_elements(air.columns, table.padded, f" of table {name!r}")
        if check:
            _check_agreement(definition, binding, numbers[name], table.padded)
        found[numbers[name]] = np.ascontiguousarray(table.padded)
    return found


def _check_elements(columns: Sequence[str], cells: Vector, of_table: str) -> None:
    wrong = np.argwhere(cells >= np.uint64(MODULUS))
    if len(wrong):
        column, row = wrong[0]
        raise WitnessError(
            f"column {columns[column]!r}{of_table} of the trace at row {row} is not an element of the field:"
            f" {ELEMENT_NEEDED}"
        )


def _check_agreement(definition: Definition, binding: Binding, number: int, cells: Vector) -> None:
    """Refuse a table of a trace that differs from the witness in a column or a cell that the witness names."""
    table, columns = definition.tables[number], (binding.columns, *binding.others)[number]
    for column, values in columns.items():
        wrong = np.flatnonzero(values != cells[column])
        if len(wrong):
            raise _contradiction(table, number, "gives column {} at row {} another value", column, int(wrong[0]))
    for row, column, value in _private_starts(definition, binding, number):
        if cells[column, row] != value:
            raise _contradiction(table, number, "starts column {} at row {} with another value", column, row)


def _private_starts(definition: Definition, binding: Binding, number: int) -> Iterator[tuple[int, int, int]]:
    """The started cells of a table with private inputs that the witness names, all of them."""
    named = [known.name in binding.named for known in definition.inputs if not known.public]
    if not any(named):
        return
    table = definition.tables[number]
    reads: list[
        bool | None
    ] = []  # for each node: True if all private inputs that it reads are named; None if it reads none
    for node in table.start_nodes:
        below = [reads[index] for index in operands(node) if reads[index] is not None]
        reads.append(named[node[1]] if node[0] == PRIVATE else all(below) if below else None)
    for start, cell in zip(table.start, (binding.start, *binding.starts)[number]):
        if reads[start.node]:
            yield cell


def _contradiction(table: TableDefinition, number: int, what: str, column: int, row: int) -> WitnessError:
    name = repr(table.air.columns[column]) + (f" of table {table.air.name!r}" if number else "")
    return WitnessError(
        f"the witness {what.format(name, row)} than the trace holds: give the trace of this witness, or leave out of"
        " the witness what the trace has already"
    )
