"""ExecutionTrace: the rows of a computation by column; and arrays given for columns, checked and padded.

A column of a trace is N values 0 <= x < p, of which the first n are the user's (PROTOCOL 3.1). A column that is given
may be shorter: its padding repeats its last value, or is one fixed value. Padded rows are rows like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from l2zk.air.trace_show import plot_trace, trace_html
from l2zk.base.arguments import kind_of
from l2zk.base.field import ELEMENT_NEEDED, MODULUS, whole
from l2zk.base.names import plain
from l2zk.base.wording import counted, listed, nearest, short
from l2zk.errors import OptionsError, ProgramError, WitnessError


class ExecutionTrace(dict[str, NDArray[np.uint64]]):
    """The rows of a computation, as a dict from column names to arrays uint64[rows], views of one array.

    `padded` is the whole uint64[columns, N] array with the rows that were added up to a power of two; `rows`
    is the number n of the user's rows. The names and the arrays stay as they are, the values in the arrays
    may be changed while no other thread uses them: `trace["a"][3] = 5`. `pandas.DataFrame(trace)` and
    `polars.DataFrame(trace)` take a trace as it is. `tables` are the traces of a program's further tables, by name.
    `private` are the names of columns whose values a notebook and `plot` leave out: in a trace of a machine that
    redacts, those that private inputs, private columns or generate_trace enter.

    Raises ProgramError where `padded` is not of type uint64 and of shape (columns, N), or not 1 <= rows <= N.
    """

    def __init__(
        self,
        columns: Sequence[str],
        padded: NDArray[np.uint64],
        rows: int,
        tables: Mapping[str, ExecutionTrace] | None = None,
        private: Iterable[str] = (),
    ) -> None:
        if (
            isinstance(columns, str)
            or not isinstance(columns, Sequence)
            or not all(isinstance(name, str) for name in columns)
        ):
            raise ProgramError(f"the columns of a trace are a sequence of names, not {kind_of(columns)}")
        if len(set(columns)) < len(columns):
            raise ProgramError(f"the columns of a trace have names of their own, and two are equal: {listed(columns)}")
        try:
            array = np.asarray(padded)
        except (TypeError, ValueError):  # lines of several lengths; NumPy's words may hold values
            array = np.empty(0, dtype=object)
        if array.dtype != np.uint64 or array.ndim != 2 or array.shape[0] != len(columns):
            raise ProgramError(
                f"a trace of {counted(len(columns), 'column')} is an array uint64[{len(columns)}, N], not"
                f" {array.dtype}{list(array.shape)}"
            )
        shown = whole(rows)
        if shown is None or not 1 <= shown <= array.shape[1]:
            asked = kind_of(rows) if shown is None else short(rows)
            raise ProgramError(f"a trace of N = {array.shape[1]} rows cannot show {asked} of them")
        super().__init__((name, array[index, :shown]) for index, name in enumerate(columns))
        self.columns = tuple(columns)
        self.padded = array
        self.rows = shown
        self.tables = dict(tables or {})
        self.private = frozenset(name for name in private if name in self)
        if not all(isinstance(name, str) and isinstance(one, ExecutionTrace) for name, one in self.tables.items()):
            raise ProgramError("the further tables of a trace are a mapping from names to traces")

    def __missing__(self, name: object) -> NDArray[np.uint64]:
        if isinstance(name, str) and plain(name) in self:
            return self[plain(name)]
        raise KeyError(f"the trace has no column {named(name, self.columns)}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExecutionTrace):
            return NotImplemented
        same = self.columns == other.columns and self.rows == other.rows
        return same and np.array_equal(self.padded, other.padded) and self.tables == other.tables

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __reduce__(self) -> tuple[type[ExecutionTrace], tuple[Any, ...]]:
        return ExecutionTrace, (self.columns, self.padded, self.rows, self.tables, tuple(self.private))

    def copy(self) -> ExecutionTrace:
        """A trace of the same values in arrays of its own."""
        tables = {name: table.copy() for name, table in self.tables.items()}
        return ExecutionTrace(self.columns, self.padded.copy(), self.rows, tables, self.private)

    def to_numpy(self) -> NDArray[np.uint64]:
        """A copy of the rows as an array uint64[rows, columns], the columns in the order of `columns`."""
        return np.ascontiguousarray(self.padded[:, : self.rows].T)

    def __repr__(self) -> str:
        size = f"{counted(self.rows, 'row')}, {self.padded.shape[1]} with padding"
        tables = f"; {counted(len(self.tables), 'further table')}: {listed(self.tables)}" if self.tables else ""
        return f"ExecutionTrace({size}: {listed(self.columns)}{tables})"

    def _repr_html_(self) -> str:
        length = self.padded.shape[1]
        head = f"{counted(len(self.columns), 'column')}, {counted(self.rows, 'row')}, {length} with padding"
        return trace_html(head, self.columns, self.padded, self.rows, self.private, self.tables)

    def plot(
        self,
        report: Any = None,
        *,
        columns: Iterable[str] | None = None,
        rows: slice | None = None,
        table: str | None = None,
        axes: Any = None,
    ) -> Any:
        """A picture by matplotlib: a strip for each column, over the rows and the padding; the Axes that have it.

        A cell is the brighter the greater its value is among those of its column, by the logarithm. Columns of
        `private` are drawn without values. Needs matplotlib: `pip install 'l2zk[plot]'`.

            report = vm.check(program, witness)
            vm.trace(program, witness).plot(report, columns=["a", "b"], rows=slice(0, 64))

        report: of a check of this trace; the cells that each violated constraint reads where it first fails are marked,
        and the first rows at which lookups, ranges and others fail. columns: those to draw, without it the first 200.
        rows: a slice of the N rows, without it all. table: draw a further table, by its name. axes: Axes to draw on,
        without it those of a new figure. Raises OptionsError.
        """
        if table is not None:
            return plot_trace(self._table(table), report, table, columns, rows, axes)
        return plot_trace(self, report, None, columns, rows, axes)

    def _table(self, name: str) -> ExecutionTrace:
        """A further table by its name."""
        if not isinstance(name, str) or name not in self.tables:
            raise OptionsError(f"the trace has no table {named(name, self.tables)}")
        return self.tables[name]

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the columns of a trace stay; change the values in one, as in trace['a'][:] = array")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


def column_values(name: str, values: Any) -> NDArray[np.uint64]:
    """The field elements uint64[m] of an array or a sequence of integers, or of bools, one for each row.

    Raises WitnessError, with the column and the row but no value, for floats and other types, a bool among integers
    too, for more than one dimension, and for what is not 0 <= x < p.
    """
    if isinstance(values, (str, bytes, bytearray)) or not (
        isinstance(values, Sequence) or hasattr(values, "__array__")
    ):
        raise WitnessError(
            f"column {name!r} is of type {type(values).__name__}: an array or a sequence of integers is needed"
        )
    if type(values).__name__ == "MaskedArray":
        raise WitnessError(f"column {name!r} is a masked array: give the values that are meant, as by array.filled(0)")
    array = np.asarray(values) if hasattr(values, "__array__") else _from_sequence(name, values)
    if array.ndim != 1:
        raise WitnessError(
            f"column {name!r} is an array of shape {array.shape}: one dimension is needed, a value for each row"
        )
    if array.dtype == object:
        array = _from_sequence(name, array.tolist())
    if array.dtype.kind not in "uib":
        raise WitnessError(
            f"column {name!r} is of type {array.dtype}: integers are needed; where they are whole numbers,"
            " give array.astype(np.uint64)"
        )
    wrong = array < 0 if array.dtype.kind == "i" else array >= np.uint64(MODULUS)
    if wrong.any():
        raise _outside(name, int(np.argmax(wrong)))
    return array.astype(np.uint64)


def padded_column(name: str, values: NDArray[np.uint64], rows: int, length: int, pad: int | None) -> NDArray[np.uint64]:
    """The values and their padding, uint64[length]: `pad`, or where it is None the last value once more.

    At most `rows` values are taken, or all `length` of them, the padding included, which are not copied.
    """
    count = len(values)
    if count > rows and count != length:
        raise WitnessError(
            f"column {name!r} has {counted(count, 'value')}, but the program has {counted(rows, 'row')}, or"
            f" {length} with the padding: m.rows sets their number, and a shorter column is padded"
        )
    if count == 0 and pad is None:
        raise WitnessError(
            f"column {name!r} has no values, so there is no last one for the padding to repeat: give some, or"
            " say pad=0 where the program makes the column"
        )
    if count == length:
        return values
    column = np.full(length, values[-1] if pad is None else pad, dtype=np.uint64)
    column[:count] = values
    return column


def named(name: object, known: Iterable[str]) -> str:
    """An unknown name in a sentence, with the nearest known one; one that is no text may be a secret: left out."""
    known = list(known)
    return (
        f"{short(name)}{nearest(name, known)}"
        if isinstance(name, str)
        else f"whose name is of type {type(name).__name__}"
    )


def _from_sequence(name: str, values: Sequence[Any]) -> NDArray[np.uint64]:
    """A sequence of integers as uint64, one by one, since NumPy would turn large integers into floats; or of bools."""
    values = list(values)
    if all(isinstance(value, (bool, np.bool_)) for value in values):
        return np.array([bool(value) for value in values], dtype=np.uint64)
    array = np.empty(len(values), dtype=np.uint64)
    for row, value in enumerate(values):
        number = whole(value)
        if number is None:
            raise WitnessError(f"column {name!r} at row {row} is of type {type(value).__name__}: an integer is needed")
        if not 0 <= number < MODULUS:
            raise _outside(name, row)
        array[row] = number
    return array


def _outside(name: str, row: int) -> WitnessError:
    return WitnessError(f"column {name!r} at row {row} is not an element of the field: {ELEMENT_NEEDED}")
