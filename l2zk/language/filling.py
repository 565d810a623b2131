"""Filling: the columns of a trace that no step fills, from the witness, by generate_trace, as bits of other columns.

    before the step: given columns, generated ones, bits of them → step → late bits, of what the step has filled

A column is filled in one of four ways: the witness gives it, `generate_trace` gives it, a step fills it, or it is a bit
of an expression in the others. What is filled before the step may be read by it. Columns are uint64[N] here, padded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.air.nodes import INPUT
from l2zk.air.trace import ExecutionTrace, column_values, named, padded_column
from l2zk.air.vectors import Vector, evaluate_rows, leaves_on_all_rows
from l2zk.base.foreign import foreign
from l2zk.base.making import tracing
from l2zk.base.names import by_plain_name, plain
from l2zk.base.wording import SHOWN, nearest
from l2zk.errors import L2zkError, ProgramError, WitnessError
from l2zk.language.definition import Definition

Columns = dict[int, Vector]
"""Columns by their index."""

Public = tuple[Sequence[int], Sequence[Vector]]
"""Public inputs, and the values of public columns."""


def check_filled(definition: Definition) -> None:
    """Refuse to run a program with a column that nothing fills: its trace has to be given."""
    if definition.generate is not None or definition.step_function is not None:
        return
    filled = {int(column) for column, _ in definition.step_targets} | {column.column for column in definition.given}
    filled |= {column for bits in definition.bits for column in bits.columns}
    for index, name in enumerate(definition.air.columns):
        if index not in filled:
            raise ProgramError(
                f"column {name!r} of {definition.air.id} has no step, so nothing fills it: give m.step its next value,"
                " make it by m.private_column for the witness to give, write generate_trace(self, witness), or"
                " give the whole trace as trace="
            )


def filled_columns(
    definition: Definition,
    values: Mapping[str, Any],
    arrays: Mapping[str, Vector],
    public: Public,
    redact: bool,
) -> tuple[Columns, int]:
    """The columns that are filled before the step, and the number of rows that the user filled.

    values: inputs, public columns and private arrays. arrays: private columns.
    """
    supplied = [len(arrays[column.name]) for column in definition.given if column.name in arrays]
    columns = padded_columns(definition, arrays)
    if definition.generate is not None:
        known = {definition.air.columns[index]: _read_only(column) for index, column in columns.items()}
        shown = {name: _read_only(value) if isinstance(value, np.ndarray) else value for name, value in values.items()}
        made = _generated(definition, definition.generate, {**shown, **known}, redact)
        supplied += map(len, made.values())
        while made:  # each goes when its padded copy is there, which halves the memory
            index, array = made.popitem()
            columns[index] = _padded(definition, index, array)
    columns = dict(_bits(definition, columns, public, late=False)) | columns
    stepped = definition.step_code is not None or definition.step_function is not None or not supplied
    return columns, definition.air.rows if stepped else min(definition.air.rows, max(supplied, default=0))


def padded_columns(definition: Definition, arrays: Mapping[str, Vector]) -> Columns:
    """The columns that the witness gives, by index, padded to all N rows."""
    given = (column for column in definition.given if column.name in arrays)
    return {column.column: _padded(definition, column.column, arrays[column.name]) for column in given}


def fill_late(definition: Definition, cells: NDArray[np.uint64], given: Collection[int], public: Public) -> None:
    """Fill, in place in `cells`, uint64[columns, N], the bits of columns that the step has filled, but given ones."""
    late = {column for bits in definition.bits if bits.late for column in bits.columns}.difference(given)
    filled = {index: column for index, column in enumerate(cells) if index not in late}
    for index, values in _bits(definition, filled, public, late=True):
        cells[index] = values


def padded_trace(definition: Definition, trace: ExecutionTrace) -> NDArray[np.uint64]:
    """The trace uint64[columns, N] from its n rows, each column padded by its `pad`."""
    if len(definition.step_targets) or definition.step_function is not None or definition.bits:
        raise WitnessError(
            f"{definition.air.id} has columns that fill themselves, in the padding too: give a trace of all"
            f" {definition.air.length} rows, as TraceZkVm.trace does, not of {definition.air.rows}"
        )
    return np.stack([_padded(definition, index, column) for index, column in enumerate(trace.padded)])


def _padded(definition: Definition, index: int, array: Vector) -> Vector:
    """One column on all N rows."""
    air = definition.air
    return padded_column(air.columns[index], array, air.rows, air.length, definition.pads[index])


def _generated(
    definition: Definition, generate: Callable[[Mapping[str, Any]], Any], witness: Mapping[str, Any], redact: bool
) -> dict[int, Vector]:
    """The columns from the program's generate_trace; every column that nothing else fills must be among them."""
    what = f"generate_trace of {definition.air.id}"
    with tracing(definition.air.id), foreign(ProgramError, what, private=True, redact=redact):
        arrays = _taken(definition, what, generate(witness), redact)
    _check_generated(definition, what, arrays)
    return arrays


def _taken(definition: Definition, what: str, made: Any, redact: bool) -> dict[int, Vector]:
    """The columns in a mapping from names to arrays, by index."""
    if not isinstance(made, Mapping):
        raise ProgramError(
            f"{what} returned a {type(made).__name__}: a mapping from column names to arrays, or an"
            " ExecutionTrace, is needed"
        )
    if isinstance(made, ExecutionTrace) and made.padded.shape[1] == definition.air.length:
        made = dict(zip(made.columns, made.padded))
    places = {name: index for index, name in enumerate(definition.air.columns)}
    for name in made:
        if (plain(name) if isinstance(name, str) else name) not in places:
            raise _unknown_column(definition, what, name, redact)
    return {places[name]: column_values(name, array) for name, array in by_plain_name(made).items()}


def _unknown_column(definition: Definition, what: str, name: object, redact: bool) -> L2zkError:
    """The error of a column's name that may be made of private values, so that it is shown to the caller at most."""
    columns = definition.air.columns
    shown = ProgramError(f"{what} gives a column {named(name, columns)}")
    if not isinstance(name, str):
        return shown
    shown.shareable = ProgramError(f"{what} gives a column of an unknown name{nearest(name, columns)}; {SHOWN}")
    return shown.shareable if redact else shown


def _check_generated(definition: Definition, what: str, arrays: Mapping[int, Vector]) -> None:
    """All that nothing else fills is there, and nothing that the witness gives; what a step fills, on all rows."""
    stepped = {int(column) for column, _ in definition.step_targets}
    bits = {column for bits in definition.bits for column in bits.columns}
    given = {column.column for column in definition.given}
    filled = stepped | bits | given
    for index, name in enumerate(definition.air.columns):
        if index not in arrays and index not in filled and definition.step_function is None:
            raise ProgramError(f"{what} gives no values for column {name!r}, and nothing else fills it")
        if index in arrays and index in given:
            raise ProgramError(f"{what} gives column {name!r}, which the witness gives")
        if index in arrays and index in stepped and len(arrays[index]) != definition.air.length:
            raise ProgramError(
                f"{what} gives column {name!r}, which its step fills: leave it out, or give all"
                f" {definition.air.length} rows with the padding"
            )


def _bits(
    definition: Definition, columns: Mapping[int, Vector], public: Public, *, late: bool
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
            for k, index in enumerate(bits.columns):
                known.setdefault(index, value >> np.uint64(k) & np.uint64(1))
                yield index, known[index]


def _read_only(column: Vector) -> Vector:
    """A read-only view of the column, for foreign code."""
    view = column.view()
    view.setflags(write=False)
    return view
