"""Given columns: what a witness and `generate_trace` give of a trace, padded, and the bits of what is there.

    before the step: given columns, generated ones, bits of them → step → late bits, of what the step has filled

What is filled before the step may be read by it. What fills itself afterwards (lets, hints, pieces of ranges, counts,
memories, served tables) is in fillings.py, its order in order.py. Columns are uint64[N] here, padded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.air.nodes import INPUT
from l2zk.air.trace import ExecutionTrace, padded_column
from l2zk.air.vectors import Vector, evaluate_rows, leaves_on_all_rows
from l2zk.errors import ProgramError, WitnessError
from l2zk.language.definition import Definition, TableDefinition
from l2zk.language.fillings import Served, self_filled
from l2zk.language.generated import generated

Columns = dict[int, Vector]
"""Columns by their index."""

Public = tuple[Sequence[int], Sequence[Vector]]
"""Public inputs, and the values of public columns."""


def check_filled(definition: Definition) -> None:
    """Refuse to run a program with a column that nothing fills: its trace has to be given."""
    if definition.generate is not None:
        return
    for number, table in enumerate(definition.tables):
        filled = filled_by_program(definition, number) | {column.column for column in table.given}
        for index, name in enumerate(table.air.columns if table.step_function is None else ()):
            if index not in filled:
                raise ProgramError(
                    f"column {name!r} of {_of(definition, number)} has no step, so nothing fills it: give m.step its"
                    " next value, make it by m.private_column for the witness to give, write generate_trace(self,"
                    " witness), or give the whole trace as trace="
                )


def _of(definition: Definition, number: int) -> str:
    """The program, or a further table of it, in a sentence."""
    return f"table {definition.air.tables[number].name!r} of {definition.air.id}" if number else definition.air.id


def filled_by_program(definition: Definition, number: int) -> set[int]:
    """The columns of a table that steps fill, and those that fill themselves."""
    table = definition.tables[number]
    bits = {column for bits in table.bits for column in bits.columns}
    return {int(column) for column, _ in table.step_targets} | bits | self_filled(definition.fillings, number)


def filled_columns(
    definition: Definition,
    values: Mapping[str, Any],
    arrays: Mapping[str, Vector],
    public: Public,
    redact: bool,
) -> tuple[Columns, int, tuple[Columns, ...]]:
    """The columns that are filled before the step, the number of rows that the user filled, and what is given of each
    further table.

    values: inputs, public columns and private arrays. arrays: private columns.
    """
    supplied = [len(arrays[column.name]) for column in definition.given if column.name in arrays]
    columns, others = padded_columns(definition, arrays), []
    if definition.generate is not None:
        known = {definition.air.columns[index]: _read_only(column) for index, column in columns.items()}
        shown = {name: _read_only(value) if isinstance(value, np.ndarray) else value for name, value in values.items()}
        made, *others = generated(definition, definition.generate, {**shown, **known}, redact)
        supplied += map(len, made.values())
        while made:  # each goes when its padded copy is there, which halves the memory
            index, array = made.popitem()
            columns[index] = _padded(definition, index, array)
    if not any(isinstance(one, Served) and one.table == 0 for one in definition.fillings):  # of what is not known yet
        columns = dict(_bits(definition, columns, public, late=False)) | columns
    stepped = definition.step_code is not None or definition.step_function is not None or not supplied
    rows = definition.air.rows if stepped else min(definition.air.rows, max(supplied, default=0))
    return columns, rows, _further_columns(definition, arrays, others)


def _further_columns(
    definition: Definition, arrays: Mapping[str, Vector], made: Sequence[Mapping[int, Vector]]
) -> tuple[Columns, ...]:
    """The columns of each further table that the witness or generate_trace gives, padded."""
    found = [padded_columns(table, arrays) for table in definition.others]
    for table, columns, more in zip(definition.others, found, made):
        columns |= {index: _padded(table, index, array) for index, array in more.items()}
    return tuple(found)


def padded_columns(definition: Definition | TableDefinition, arrays: Mapping[str, Vector]) -> Columns:
    """The columns that the witness gives, by index, padded to all N rows."""
    given = (column for column in definition.given if column.name in arrays)
    return {column.column: _padded(definition, column.column, arrays[column.name]) for column in given}


def fill_late(
    definition: Definition | TableDefinition,
    cells: NDArray[np.uint64] | list[Vector],
    given: Collection[int],
    public: Public,
) -> None:
    """Fill, in place in `cells`, uint64[columns, N], the bits of columns that the step has filled, but given ones."""
    late = {column for bits in definition.bits if bits.late for column in bits.columns}.difference(given)
    filled = {index: column for index, column in enumerate(cells) if index not in late}
    for index, values in _bits(definition, filled, public, late=True):
        cells[index] = values


def padded_trace(definition: Definition, trace: ExecutionTrace) -> NDArray[np.uint64]:
    """The trace uint64[columns, N] from its n rows, each column padded by its `pad`."""
    if filled_by_program(definition, 0) or definition.step_function is not None:
        raise WitnessError(
            f"{definition.air.id} has columns that fill themselves, in the padding too: give a trace of all"
            f" {definition.air.length} rows, as TraceZkVm.trace does, not of {definition.air.rows}"
        )
    return np.stack([_padded(definition, index, column) for index, column in enumerate(trace.padded)])


def _padded(definition: Definition | TableDefinition, index: int, array: Vector) -> Vector:
    """One column on all N rows."""
    air = definition.air
    return padded_column(air.columns[index], array, air.rows, air.length, definition.pads[index])


def early_bits(
    definition: Definition | TableDefinition, columns: Mapping[int, Vector], public: Public
) -> Iterator[tuple[int, Vector]]:
    """The bit columns of expressions in given columns."""
    return _bits(definition, columns, public, late=False)


def _bits(
    definition: Definition | TableDefinition, columns: Mapping[int, Vector], public: Public, *, late: bool
) -> Iterator[tuple[int, Vector]]:
    """The bit columns, by index, of expressions in the columns that are there and in earlier bits."""
    air, known = definition.air, dict(columns)
    inputs, sequences = public
    nothing = (() for _ in air.output_columns)  # no bits are made of what the trace states at its end
    leaf = leaves_on_all_rows(air.length, known, air.periodic, {INPUT: inputs}, air.all_sequences(sequences, nothing))
    for bits in definition.bits:
        if bits.late == late:
            value = evaluate_rows(bits.nodes, leaf, air.length)
            if bits.ahead:
                value[-bits.ahead :] = 0
            value[: bits.behind] = 0
            for k, index in enumerate(bits.columns):
                known.setdefault(index, value >> np.uint64(k) & np.uint64(1))
                yield index, known[index]


def _read_only(column: Vector) -> Vector:
    """A read-only view of the column, for foreign code."""
    view = column.view()
    view.setflags(write=False)
    return view
