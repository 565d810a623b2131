"""A trace that the caller gives: checked to be one of the program, and to agree with the witness.

Whatever the witness names must be in the trace: private columns, padded, on every row; and the cells that private
inputs start. Public inputs are pinned by constraints; a private input that only generate_trace reads is in no cell.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from l2zk.air.nodes import PRIVATE, operands
from l2zk.air.trace import ExecutionTrace
from l2zk.air.vectors import Vector
from l2zk.base.field import ELEMENT_NEEDED, MODULUS
from l2zk.base.wording import listed
from l2zk.errors import WitnessError
from l2zk.language.definition import Definition
from l2zk.language.filling import padded_trace
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
    wrong = np.argwhere(cells >= np.uint64(MODULUS))
    if len(wrong):
        column, row = wrong[0]
        raise WitnessError(
            f"column {air.columns[column]!r} of the trace at row {row} is not an element of the field: {ELEMENT_NEEDED}"
        )
    if check:
        _check_agreement(definition, binding, cells)
    return cells


def _check_agreement(definition: Definition, binding: Binding, cells: Vector) -> None:
    """Refuse a trace that differs from the witness in a column or a cell that the witness names."""
    for column, values in binding.columns.items():
        wrong = np.flatnonzero(values != cells[column])
        if len(wrong):
            raise _contradiction(definition, "gives column {} at row {} another value", column, int(wrong[0]))
    for row, column, value in _private_starts(definition, binding):
        if cells[column, row] != value:
            raise _contradiction(definition, "starts column {} at row {} with another value", column, row)


def _private_starts(definition: Definition, binding: Binding) -> Iterator[tuple[int, int, int]]:
    """The started cells with private inputs that the witness names, all of them."""
    named = [known.name in binding.named for known in definition.inputs if not known.public]
    if not any(named):
        return
    reads: list[
        bool | None
    ] = []  # for each node: True if all private inputs that it reads are named; None if it reads none
    for node in definition.start_nodes:
        below = [reads[index] for index in operands(node) if reads[index] is not None]
        reads.append(named[node[1]] if node[0] == PRIVATE else all(below) if below else None)
    for start, cell in zip(definition.start, binding.start):
        if reads[start.node]:
            yield cell


def _contradiction(definition: Definition, what: str, column: int, row: int) -> WitnessError:
    found = what.format(repr(definition.air.columns[column]), row)
    return WitnessError(
        f"the witness {found} than the trace holds: give the trace of this witness, or leave out of the witness what"
        " the trace has already"
    )
