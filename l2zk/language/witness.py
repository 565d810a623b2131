"""Witness: the private and public values that a run begins with, checked and put in their places.

witness → inputs, arrays → start cells, columns that are filled before the step, public columns
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from l2zk.air.nodes import INPUT, evaluate
from l2zk.air.trace import column_values, named
from l2zk.air.vectors import Vector
from l2zk.base.field import ELEMENT_NEEDED, MODULUS, whole
from l2zk.base.names import by_plain_name
from l2zk.base.wording import counted, listed, short
from l2zk.errors import WitnessError
from l2zk.language.definition import Definition, TableDefinition
from l2zk.language.encoding import encoded, is_data
from l2zk.language.given_columns import Columns, check_filled, filled_columns, padded_columns

Witness = Sequence[Any] | Mapping[str, Any] | os.PathLike[str]
"""The inputs in order and then the arrays in theirs (private and public columns, private arrays), or all by name; or
what the program's `encode` makes one of, such as bytes, a text, or the path of a file."""


Cells = tuple[tuple[int, int, int], ...]
"""(row, column, value) of cells."""


@dataclass(frozen=True, eq=False)
class Binding:
    """A witness, checked and in place.

    start: (row, column, value) of each started cell. columns: by index, uint64[N], those that are filled before the
    step. others, starts: the given columns and the started cells of each further table. sequences: the values of public
    columns, uint64[count], in their order. rows: how many rows the user filled; if the program has a step it is all n.
    named: the inputs that the witness gives.
    """

    public_inputs: tuple[int, ...]
    private_inputs: tuple[int, ...] = field(repr=False)
    start: Cells = field(repr=False)
    columns: Columns = field(default_factory=dict, repr=False)
    others: tuple[Columns, ...] = field(default=(), repr=False)
    starts: tuple[Cells, ...] = field(default=(), repr=False)
    sequences: tuple[Vector, ...] = field(default=(), repr=False)
    rows: int = 0
    named: frozenset[str] = frozenset()


def bind(definition: Definition, witness: Any = (), *, fill: bool = True, redact: bool = True) -> Binding:
    """Check the witness and give each input and each given column its values.

    witness: a sequence, the inputs in their order and then the arrays in theirs, or a mapping by name; or what the
    program's `encode` makes one of.
    fill: False if the trace is there already, so that nothing private is needed and generate_trace does not run; what
    is given is checked all the same (given_trace.py).
    redact: False shows the words of generate_trace's own errors, which may hold private values.
    Raises WitnessError for a value that is missing, unknown, of a wrong type, no field element or too long.
    """
    given = given_values(definition, witness, fill=fill, redact=redact)
    values: dict[str, Any] = {i.name: given.get(i.name, i.default or 0) for i in definition.inputs}
    columns = (column.name for table in definition.tables for column in table.given)
    arrays = {name: given[name] for name in columns if name in given}
    public = tuple(values[i.name] for i in definition.inputs if i.public)
    private = tuple(values[i.name] for i in definition.inputs if not i.public)
    sequences = tuple(given[one.name] for one in definition.air.public_columns)
    filled, rows = padded_columns(definition, arrays), definition.air.rows
    others = tuple(padded_columns(table, arrays) for table in definition.others)
    if fill:
        known = {name: given[name] for name in definition.arrays if name not in arrays}
        filled, rows, others = filled_columns(definition, {**values, **known}, arrays, (public, sequences), redact)
    named = frozenset(i.name for i in definition.inputs if i.name in given)
    start, *starts = (_start_cells(table, public, private) for table in definition.tables)
    return Binding(public, private, start, filled, others, tuple(starts), sequences, rows, named)


def given_values(definition: Definition, witness: Any, *, fill: bool = True, redact: bool = True) -> dict[str, Any]:
    """The values that a witness gives, by name and each looked at: an input as int, a column as uint64[m], not padded.

    Arguments and errors are those of `bind`; inputs that take their defaults are not among the values.
    """
    given = _given(definition, encoded(definition.air.id, definition.encode, witness, redact=redact))
    if fill:
        check_filled(definition)
    public = {one.name for one in definition.air.sequences}
    arrays = [name for name in definition.arrays if fill or name in public or name in given]
    needed = [i.name for i in definition.inputs if i.default is None and (fill or i.public)] + arrays
    missing = [name for name in needed if name not in given]
    if missing:
        names = listed(map(repr, missing))
        data = "" if definition.encode is None else ", or give the data that the program's encode takes, as by --file"
        raise WitnessError(f"{definition.air.id} needs a value for {names}: give it in the witness{data}")
    values: dict[str, Any] = {
        i.name: element(f"witness value {i.name!r}", given[i.name], shown=i.public)
        for i in definition.inputs
        if i.name in given
    }
    return values | {name: _array(definition, name, given[name]) for name in arrays}


def _array(definition: Definition, name: str, given: Any) -> Vector:
    """The values of an array that the witness gives, as many as the program says."""
    values = counted_values(definition.air.id, name, given, definition.counts.get(name))
    if name in definition.given_columns:
        _check_length(definition, name, len(values))
    return values


def _check_length(definition: Definition, name: str, count: int) -> None:
    """Refuse a column that is longer than its table, or shorter than one of exactly n values."""
    table, column = definition.given_columns[name]
    is_main = table is definition.air.main
    where = f"{'the program' if is_main else f'table {table.name!r}'} has {counted(table.rows, 'row')}"
    where += f", or {table.length} with the padding" if table.length > table.rows else ""
    if count > table.rows and count != table.length:
        raise WitnessError(
            f"column {name!r} has {counted(count, 'value')}, but {where}: {'m.rows' if is_main else 'rows= of m.table'}"
            " sets their number, and a shorter column is padded"
        )
    if column.exact and count < table.rows:
        raise WitnessError(
            f"column {name!r} has {counted(count, 'value')}, but {where}: give {counted(table.rows, 'value')}"
        )


def counted_values(id: str, name: str, given: Any, count: int | None) -> Vector:
    """The field elements uint64[count] of an array of a program with this id; any number of them if count is None."""
    values = column_values(name, given)
    if count is not None and len(values) != count:
        raise WitnessError(f"{name!r} of {id} has {counted(count, 'value')}; {len(values)} were given")
    return values


_NO_ENCODE = ": the program has no encode(self, data) that makes one of it"


def _given(definition: Definition, witness: Any) -> dict[str, Any]:
    """The values in a witness, by name, not looked at yet."""
    names = [*(i.name for i in definition.inputs), *definition.arrays]
    if isinstance(witness, Mapping):
        given = by_plain_name(witness)
        known = set(names)
        for name in given:
            if name not in known:
                raise WitnessError(f"{definition.air.id} has no input {named(name, names)}")
        return given
    sequence = isinstance(witness, Sequence) or (isinstance(witness, np.ndarray) and witness.ndim > 0)
    if not sequence or is_data(witness):
        raise WitnessError(
            f"a witness of {definition.air.id} is a sequence of integers or a mapping from names to integers,"
            f" not of type {type(witness).__name__}{_NO_ENCODE if is_data(witness) else ''}"
        )
    if len(witness) > len(names):
        those = f" ({listed(names)})" if names else ""
        by_name = f"; give the array as {{{short(definition.arrays[0])}: array}}" if definition.arrays else ""
        raise WitnessError(
            f"{definition.air.id} takes {counted(len(names), 'witness value')}{those}; {len(witness)} were given"
            f"{by_name}"
        )
    return dict(zip(names, witness))


def _start_cells(table: TableDefinition, public: tuple[int, ...], private: tuple[int, ...]) -> Cells:
    """(row, column, value) of each cell that m.start fills."""
    values = evaluate(table.start_nodes, lambda leaf: (public if leaf[0] == INPUT else private)[leaf[1]])
    return tuple((start.row, start.column, values[start.node]) for start in table.start)


def element(what: str, value: Any, *, shown: bool = True) -> int:
    """The value, if it is a field element; the error calls it `what`, and shows the value only if it is `shown`."""
    if type(value) is int and 0 <= value < MODULUS:
        return value
    if isinstance(value, np.ndarray) and value.ndim:
        raise WitnessError(f"{what} is an array: an integer is needed")
    number = whole(value)
    found = f"{what} is {short(value if number is None else number)}," if shown else f"{what} is"
    if number is None:
        raise WitnessError(f"{found} of type {type(value).__name__}: an integer is needed")
    if not 0 <= number < MODULUS:
        raise WitnessError(f"{found} not an element of the field: {ELEMENT_NEEDED}")
    return number
