"""Witness: the private and public values that a run begins with, checked and put in their places.

witness → inputs, given columns → start cells, columns that are filled before the step
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from l2zk.air.nodes import INPUT, evaluate
from l2zk.air.trace import column_values, named
from l2zk.base.field import ELEMENT_NEEDED, MODULUS, whole
from l2zk.base.names import by_plain_name
from l2zk.base.wording import counted, listed, short
from l2zk.errors import WitnessError
from l2zk.language.definition import Definition
from l2zk.language.filling import Columns, check_filled, filled_columns, padded_columns

Witness = Sequence[Any] | Mapping[str, Any]
"""The inputs in order and then the private columns in theirs, or both by name: integers, and arrays for columns."""


@dataclass(frozen=True, eq=False)
class Binding:
    """A witness, checked and in place.

    start: (row, column, value) of each started cell. columns: by index, uint64[N], those that are filled
    before the step. rows: how many rows the user filled; if the program has a step it is all n. named: the
    inputs that the witness gives.
    """

    public_inputs: tuple[int, ...]
    private_inputs: tuple[int, ...] = field(repr=False)
    start: tuple[tuple[int, int, int], ...] = field(repr=False)
    columns: Columns = field(default_factory=dict, repr=False)
    rows: int = 0
    named: frozenset[str] = frozenset()


def bind(definition: Definition, witness: Any = (), *, fill: bool = True, redact: bool = True) -> Binding:
    """Check the witness and give each input and each given column its values.

    witness: a sequence, the inputs in their order and then the given columns in theirs, or a mapping by
    name.
    fill: False if the trace is there already, so that no column and no private input is needed and
    generate_trace does not run; those that are given are checked all the same (given_trace.py).
    redact: False shows the words of generate_trace's own errors, which may hold private values.
    Raises WitnessError for a value that is missing, unknown, of a wrong type, no field element or too long.
    """
    given = given_values(definition, witness, fill=fill)
    values: dict[str, Any] = {i.name: given.get(i.name, i.default or 0) for i in definition.inputs}
    arrays = {column.name: given[column.name] for column in definition.given if column.name in given}
    public = tuple(values[i.name] for i in definition.inputs if i.public)
    private = tuple(values[i.name] for i in definition.inputs if not i.public)
    filled, rows = padded_columns(definition, arrays), definition.air.rows
    if fill:
        filled, rows = filled_columns(definition, values, arrays, public, redact)
    named = frozenset(i.name for i in definition.inputs if i.name in given)
    return Binding(public, private, _start_cells(definition, public, private), filled, rows, named)


def given_values(definition: Definition, witness: Any, *, fill: bool = True) -> dict[str, Any]:
    """The values that a witness gives, by name and each looked at: an input as int, a column as uint64[m], not padded.

    Arguments and errors are those of `bind`; inputs that take their defaults are not among the values.
    """
    given = _given(definition, witness)
    if fill:
        check_filled(definition)
    columns = [column.name for column in definition.given if fill or column.name in given]
    needed = [i.name for i in definition.inputs if i.default is None and (fill or i.public)] + columns
    missing = [name for name in needed if name not in given]
    if missing:
        names = listed(map(repr, missing))
        raise WitnessError(f"{definition.air.id} needs a value for {names}: give it in the witness")
    values: dict[str, Any] = {
        i.name: element(f"witness value {i.name!r}", given[i.name], shown=i.public)
        for i in definition.inputs
        if i.name in given
    }
    return values | {name: column_values(name, given[name]) for name in columns}


def _given(definition: Definition, witness: Any) -> dict[str, Any]:
    """The values in a witness, by name, not looked at yet."""
    names = [i.name for i in definition.inputs] + [column.name for column in definition.given]
    if isinstance(witness, Mapping):
        given = by_plain_name(witness)
        known = set(names)
        for name in given:
            if name not in known:
                raise WitnessError(f"{definition.air.id} has no input {named(name, names)}")
        return given
    sequence = isinstance(witness, Sequence) or (isinstance(witness, np.ndarray) and witness.ndim > 0)
    if not sequence or isinstance(witness, (str, bytes)):
        raise WitnessError(
            f"a witness of {definition.air.id} is a sequence of integers or a mapping from names to integers,"
            f" not of type {type(witness).__name__}"
        )
    if len(witness) > len(names):
        those = f" ({listed(names)})" if names else ""
        by_name = f"; give the column as {{{short(definition.given[0].name)}: array}}" if definition.given else ""
        raise WitnessError(
            f"{definition.air.id} takes {counted(len(names), 'witness value')}{those}; {len(witness)} were given"
            f"{by_name}"
        )
    return dict(zip(names, witness))


def _start_cells(
    definition: Definition, public: tuple[int, ...], private: tuple[int, ...]
) -> tuple[tuple[int, int, int], ...]:
    """(row, column, value) of each cell that m.start fills."""
    values = evaluate(definition.start_nodes, lambda leaf: (public if leaf[0] == INPUT else private)[leaf[1]])
    return tuple((start.row, start.column, values[start.node]) for start in definition.start)


def element(what: str, value: Any, *, shown: bool = True) -> int:
    """The value, if it is a field element; the error calls it `what`, and shows the value only if it is `shown`."""
    if isinstance(value, np.ndarray) and value.ndim:
        raise WitnessError(f"{what} is an array: an integer is needed")
    number = whole(value)
    found = f"{what} is {short(value if number is None else number)}," if shown else f"{what} is"
    if number is None:
        raise WitnessError(f"{found} of type {type(value).__name__}: an integer is needed")
    if not 0 <= number < MODULUS:
        raise WitnessError(f"{found} not an element of the field: {ELEMENT_NEEDED}")
    return number
