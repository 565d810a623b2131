"""What generate_trace gives: a program's own columns, looked at.

It returns a mapping from column names to arrays; columns of a further table are a mapping of their own, by the table's
name: {"a": array, "cubes": {"x": array}}. An ExecutionTrace, of which the tables are taken too, is as good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from l2zk.air.trace import ExecutionTrace, column_values, named
from l2zk.air.vectors import Vector
from l2zk.base.foreign import foreign
from l2zk.base.making import tracing
from l2zk.base.names import by_plain_name, plain
from l2zk.base.wording import SHOWN, nearest
from l2zk.errors import L2zkError, ProgramError
from l2zk.language.definition import Definition
from l2zk.language.fillings import self_filled


def generated(
    definition: Definition, generate: Callable[[Mapping[str, Any]], Any], witness: Mapping[str, Any], redact: bool
) -> list[dict[int, Vector]]:
    """The columns of each table from generate_trace; every column that nothing else fills must be among them."""
    what = f"generate_trace of {definition.air.id}"
    with tracing(definition.air.id), foreign(ProgramError, what, private=True, redact=redact):
        arrays = _taken(definition, what, generate(witness), redact)
    for number, columns in enumerate(arrays):
        _check_generated(definition, number, what, columns)
    return arrays


def _taken(definition: Definition, what: str, made: Any, redact: bool) -> list[dict[int, Vector]]:
    """The columns in a mapping from names to arrays, or for a further table to such a mapping, by index."""
    if not isinstance(made, Mapping):
        raise ProgramError(
            f"{what} returned a {type(made).__name__}: a mapping from column names to arrays, or an"
            " ExecutionTrace, is needed"
        )
    parts = _by_table(definition, what, made, redact)
    return [_columns(definition, number, what, part, redact) for number, part in enumerate(parts)]


def _by_table(definition: Definition, what: str, made: Mapping[Any, Any], redact: bool) -> list[Mapping[Any, Any]]:
    """What was made of each table."""
    names = [table.air.name for table in definition.others]
    if isinstance(made, ExecutionTrace):
        return [made, *(made.tables.get(name, {}) for name in names)]
    further = {name: part for name, part in made.items() if isinstance(part, Mapping)}
    for name in further:
        if name not in names:
            raise _unknown_table(names, what, name, redact)
    return [{name: part for name, part in made.items() if name not in further}, *(further.get(n, {}) for n in names)]


def _columns(
    definition: Definition, number: int, what: str, made: Mapping[Any, Any], redact: bool
) -> dict[int, Vector]:
    """The columns of one table, by index."""
    air = definition.air.tables[number]
    if isinstance(made, ExecutionTrace) and made.padded.shape[1] == air.length:
        made = dict(zip(made.columns, made.padded))
    places = {name: index for index, name in enumerate(air.columns)}
    for name in made:
        if (plain(name) if isinstance(name, str) else name) not in places:
            raise _unknown_column(air.columns, what, name, redact)
    return {places[name]: column_values(name, array) for name, array in by_plain_name(made).items()}


def _unknown_column(columns: Sequence[str], what: str, name: object, redact: bool) -> L2zkError:
    """The error of a column's name that may be made of private values, so that it is shown to the caller at most."""
    shown = ProgramError(f"{what} gives a column {named(name, columns)}")
    if not isinstance(name, str):
        return shown
    shown.shareable = ProgramError(f"{what} gives a column of an unknown name{nearest(name, columns)}; {SHOWN}")
    return shown.shareable if redact else shown


def _unknown_table(names: Sequence[str], what: str, name: object, redact: bool) -> L2zkError:
    """The error of a table's name, likewise."""
    shown = ProgramError(f"{what} gives a mapping for {named(name, names)}, which is no further table")
    shown.shareable = ProgramError(f"{what} gives a mapping for what is no further table; {SHOWN}")
    return shown.shareable if redact else shown


def _check_generated(definition: Definition, number: int, what: str, arrays: Mapping[int, Vector]) -> None:
    """All that nothing else fills is there, and nothing that the witness gives; what a step fills, on all rows."""
    table = definition.tables[number]
    stepped = {int(column) for column, _ in table.step_targets}
    bits = {column for bits in table.bits for column in bits.columns}
    given = {column.column for column in table.given}
    filled = stepped | bits | given | self_filled(definition.fillings, number)
    of_table = f" of table {table.air.name!r}" if number else ""
    for index, name in enumerate(table.air.columns):
        column = f"column {name!r}{of_table}"
        if index not in arrays and index not in filled and table.step_function is None:
            raise ProgramError(f"{what} gives no values for {column}, and nothing else fills it")
        if index in arrays and index in given:
            raise ProgramError(f"{what} gives {column}, which the witness gives")
        if index in arrays and index in stepped and len(arrays[index]) != table.air.length:
            raise ProgramError(
                f"{what} gives {column}, which its step fills: leave it out, or give all"
                f" {table.air.length} rows with the padding"
            )
