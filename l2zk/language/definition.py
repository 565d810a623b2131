"""Definition: a program's AIR (PROTOCOL 3.1), its code, and the rules by which a witness fills the trace.

A column is filled in one of four ways: the witness gives it, `generate_trace` gives it, a step fills it, or
it is a bit of an expression in the others. What a binding gives is filled before the step, so a step may read
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.air.air import Air
from l2zk.air.bytecode import Code, disassemble
from l2zk.air.nodes import COLUMN, INPUT, PERIODIC, Node, evaluate
from l2zk.air.text import cell_name
from l2zk.air.trace import ExecutionTrace, column_values, named, padded_column
from l2zk.air.vectors import Vector, evaluate_rows
from l2zk.base.field import MODULUS, whole
from l2zk.base.foreign import foreign
from l2zk.base.names import by_plain_name
from l2zk.base.wording import counted, listed, short
from l2zk.errors import ProgramError, WitnessError

Columns = dict[int, Vector]


@dataclass(frozen=True)
class Input:
    """A value that the witness gives; `default` stands in where it does not."""

    name: str
    public: bool
    default: int | None = None


@dataclass(frozen=True)
class GivenColumn:
    """A column that the witness gives as an array."""

    name: str
    column: int


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
    """Bit columns: columns[k] is bit k of the last of these nodes, an expression that looks `ahead` rows ahead.

    On the last `ahead` rows, where the expression would look beyond the end, the bits are 0. `late` bits are
    of columns that the step fills, so that they are filled after it.
    """

    columns: tuple[int, ...]
    nodes: tuple[Node, ...]
    ahead: int
    late: bool


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Definition:
    """The AIR of a program, its code, and everything that fills its trace.

    step_targets: uint32[results, 2], for each result of the step code the column and the first row that it
    fills. step_reach: on row i the step code gives row i + step_reach. step_function: the capsule
    that fills the trace in its place. given: the columns of the witness; generate: the program's own
    generate_trace. pads: for each column the value of its padding, or None for the last value once more.
    hidden: the columns whose values depend on private ones. free: (column, rows) that no constraint pins, on
    purpose. doubled_by: the one row or look-ahead that makes the trace twice as long as without it, if there is one.
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
    generate: Callable[[Mapping[str, Any]], Any] | None = None
    pads: tuple[int | None, ...] = ()
    bits: tuple[Bits, ...] = ()
    hidden: frozenset[int] = frozenset()
    free: tuple[tuple[int, range], ...] = ()
    doubled_by: str | None = None

    def bind(self, witness: Any = (), *, fill: bool = True, redact: bool = True) -> Binding:
        """Check the witness and give each input and each given column its values.

        witness: a sequence, the inputs in their order and then the given columns in theirs, or a mapping by
        name.
        fill: False if the trace is there already, so that no column and no private input is needed and
        generate_trace does not run; those that are given are checked all the same (given_trace.py).
        redact: False shows the words of generate_trace's own errors, which may hold private values.
        Raises WitnessError for a value that is missing, unknown, of a wrong type, no field element or too long.
        """
        given = self._given(witness)
        if fill:
            self._check_filled()
        columns = [column.name for column in self.given if fill or column.name in given]
        needed = [i.name for i in self.inputs if i.default is None and (fill or i.public)] + columns
        missing = [name for name in needed if name not in given]
        if missing:
            names = listed(map(repr, missing))
            raise WitnessError(f"{self.air.id} needs a value for {names}: give it in the witness")
        values = {
            i.name: element(f"witness value {i.name!r}", given[i.name], shown=i.public)
            if i.name in given
            else i.default or 0
            for i in self.inputs
        }
        arrays = {name: column_values(name, given[name]) for name in columns}
        public = tuple(values[i.name] for i in self.inputs if i.public)
        private = tuple(values[i.name] for i in self.inputs if not i.public)
        filled, rows = self._padded_given(arrays), self.air.rows
        if fill:
            filled, rows = self._columns(values, arrays, public, redact)
        named = frozenset(i.name for i in self.inputs if i.name in given)
        return Binding(public, private, self._start_cells(public, private), filled, rows, named)

    @property
    def filled_late(self) -> bool:
        """True if some columns are bits of columns that the step fills."""
        return any(bits.late for bits in self.bits)

    @cached_property
    def array_bytes(self) -> int:
        """The bytes of the arrays beside the core's memory: the columns filled before the step, and a whole trace."""
        width = len(self.air.columns)
        late = {column for bits in self.bits if bits.late for column in bits.columns}
        if self.step_function is None:
            before = set(range(width)) - {int(column) for column, _ in self.step_targets} - late
        else:
            early = {column for bits in self.bits if not bits.late for column in bits.columns}
            before = {column.column for column in self.given} | early
        whole = width if late or len(before) == width else 0
        return 8 * self.air.length * (len(before) + whole)

    def fill_late(self, cells: NDArray[np.uint64], binding: Binding) -> None:
        """Fill, in place in `cells`, uint64[columns, N], the bits of columns that the step has filled."""
        late = {column for bits in self.bits if bits.late for column in bits.columns} - set(binding.columns)
        filled = {index: column for index, column in enumerate(cells) if index not in late}
        for index, values in self._bits(filled, binding.public_inputs, late=True):
            cells[index] = values

    def disassemble(self) -> str:
        """The step's code and the constraints' code, as text."""
        names, parts = self.air.names, []
        if self.step_code is not None:
            cells = [cell_name(self.air.columns[column], self.step_reach) for column, _ in self.step_targets]
            parts += [f"step of {self.air.id}", disassemble(self.step_code, names, cells), ""]
        titles = [f"constraint {constraint.name!r}" for constraint in self.air.constraints]
        return "\n".join([*parts, f"constraints of {self.air.id}", disassemble(self.constraint_code, names, titles)])

    def _given(self, witness: Any) -> dict[str, Any]:
        names = [i.name for i in self.inputs] + [column.name for column in self.given]
        if isinstance(witness, Mapping):
            given = by_plain_name(witness)
            known = set(names)
            for name in given:
                if name not in known:
                    raise WitnessError(f"{self.air.id} has no input {named(name, names)}")
            return given
        sequence = isinstance(witness, Sequence) or (isinstance(witness, np.ndarray) and witness.ndim > 0)
        if not sequence or isinstance(witness, (str, bytes)):
            raise WitnessError(
                f"a witness of {self.air.id} is a sequence of integers or a mapping from names to integers,"
                f" not of type {type(witness).__name__}"
            )
        if len(witness) > len(names):
            those = f" ({listed(names)})" if names else ""
            by_name = f"; give the column as {{{short(self.given[0].name)}: array}}" if self.given else ""
            raise WitnessError(
                f"{self.air.id} takes {counted(len(names), 'witness value')}{those}; {len(witness)} were given{by_name}"
            )
        return dict(zip(names, witness))

    def _start_cells(self, public: tuple[int, ...], private: tuple[int, ...]) -> tuple[tuple[int, int, int], ...]:
        values = evaluate(self.start_nodes, lambda leaf: (public if leaf[0] == INPUT else private)[leaf[1]])
        return tuple((start.row, start.column, values[start.node]) for start in self.start)

    def _columns(
        self, values: Mapping[str, int], arrays: Mapping[str, Vector], public: tuple[int, ...], redact: bool
    ) -> tuple[Columns, int]:
        """The columns that are filled before the step, and the number of rows that the user filled."""
        supplied = {column.column: arrays[column.name] for column in self.given if column.name in arrays}
        columns = self._padded_given(arrays)
        if self.generate is not None:
            known = {self.air.columns[index]: _read_only(column) for index, column in columns.items()}
            made = self._generated(self.generate, {**values, **known}, redact)
            columns |= {index: self._padded(index, array) for index, array in made.items()}
            supplied |= made
        columns = dict(self._bits(columns, public, late=False)) | columns
        stepped = self.step_code is not None or self.step_function is not None or not supplied
        longest = max((len(array) for array in supplied.values()), default=0)
        return columns, self.air.rows if stepped else min(self.air.rows, longest)

    def _padded_given(self, arrays: Mapping[str, Vector]) -> Columns:
        given = (column for column in self.given if column.name in arrays)
        return {column.column: self._padded(column.column, arrays[column.name]) for column in given}

    def _check_filled(self) -> None:
        """Refuse to run a program with a column that nothing fills: its trace has to be given."""
        if self.generate is not None or self.step_function is not None:
            return
        filled = {int(column) for column, _ in self.step_targets} | {column.column for column in self.given}
        filled |= {column for bits in self.bits for column in bits.columns}
        for index, name in enumerate(self.air.columns):
            if index not in filled:
                raise ProgramError(
                    f"column {name!r} of {self.air.id} has no step, so nothing fills it: give m.step its next value,"
                    " make it by m.private_column for the witness to give, write generate_trace(self, witness), or"
                    " give the whole trace as trace="
                )

    def padded_trace(self, trace: ExecutionTrace) -> NDArray[np.uint64]:
        """The trace uint64[columns, N] from its n rows, each column padded by its `pad`."""
        if len(self.step_targets) or self.step_function is not None or self.bits:
            raise WitnessError(
                f"{self.air.id} has columns that fill themselves, in the padding too: give a trace of all"
                f" {self.air.length} rows, as TraceZkVm.trace does, not of {self.air.rows}"
            )
        return np.stack([self._padded(index, column) for index, column in enumerate(trace.padded)])

    def _padded(self, index: int, array: Vector) -> Vector:
        air = self.air
        return padded_column(air.columns[index], array, air.rows, air.length, self.pads[index])

    def _generated(
        self, generate: Callable[[Mapping[str, Any]], Any], witness: Mapping[str, Any], redact: bool
    ) -> dict[int, Vector]:
        """The columns from the program's generate_trace; every column that nothing else fills must be among them."""
        what = f"generate_trace of {self.air.id}"
        with foreign(ProgramError, what, private=True, redact=redact):
            arrays = self._taken(what, generate(witness))
        self._check_generated(what, arrays)
        return arrays

    def _taken(self, what: str, made: Any) -> dict[int, Vector]:
        """The columns in a mapping from names to arrays, by index."""
        if not isinstance(made, Mapping):
            raise ProgramError(
                f"{what} returned a {type(made).__name__}: a mapping from column names to arrays, or an"
                " ExecutionTrace, is needed"
            )
        if isinstance(made, ExecutionTrace) and made.padded.shape[1] == self.air.length:
            made = dict(zip(made.columns, made.padded))
        made = by_plain_name(made)
        places = {name: index for index, name in enumerate(self.air.columns)}
        for name in made:
            if name not in places:
                raise ProgramError(f"{what} gives a column {named(name, self.air.columns)}")
        return {places[name]: column_values(name, array) for name, array in made.items()}

    def _check_generated(self, what: str, arrays: Mapping[int, Vector]) -> None:
        stepped = {int(column) for column, _ in self.step_targets}
        bits = {column for bits in self.bits for column in bits.columns}
        given = {column.column for column in self.given}
        filled = stepped | bits | given
        for index, name in enumerate(self.air.columns):
            if index not in arrays and index not in filled and self.step_function is None:
                raise ProgramError(f"{what} gives no values for column {name!r}, and nothing else fills it")
            if index in arrays and index in given:
                raise ProgramError(f"{what} gives column {name!r}, which the witness gives")
            if index in arrays and index in stepped and len(arrays[index]) != self.air.length:
                raise ProgramError(
                    f"{what} gives column {name!r}, which its step fills: leave it out, or give all"
                    f" {self.air.length} rows with the padding"
                )

    def _bits(
        self, columns: Mapping[int, Vector], public: tuple[int, ...], *, late: bool
    ) -> Iterator[tuple[int, Vector]]:
        """The bit columns, by index, of expressions in the columns that are there and in earlier bits."""
        known = dict(columns)
        for bits in self.bits:
            if bits.late == late:
                value = evaluate_rows(bits.nodes, self._leaves(known, public), self.air.length)
                if bits.ahead:
                    value[-bits.ahead :] = 0
                for k, index in enumerate(bits.columns):
                    known.setdefault(index, value >> np.uint64(k) & np.uint64(1))
                    yield index, known[index]

    def _leaves(self, columns: Mapping[int, Vector], public: tuple[int, ...]) -> Callable[[Node], Vector]:
        length = self.air.length

        def leaf(node: Node) -> Vector:
            kind, x, y = node
            if kind == COLUMN:
                return np.roll(columns[x], -y)
            if kind == PERIODIC:
                return np.tile(np.array(self.air.periodic[x], dtype=np.uint64), length // len(self.air.periodic[x]))
            return np.full(length, public[x], dtype=np.uint64)

        return leaf


def _read_only(column: Vector) -> Vector:
    """A read-only view of the column, for foreign code."""
    view = column.view()
    view.setflags(write=False)
    return view


def element(what: str, value: Any, *, shown: bool = True) -> int:
    """The value, if it is a field element; the error calls it `what`, and shows the value only if it is `shown`."""
    if isinstance(value, np.ndarray) and value.ndim:
        raise WitnessError(f"{what} is an array: an integer is needed")
    number = whole(value)
    found = f"{what} is {short(value if number is None else number)}," if shown else f"{what} is"
    if number is None:
        raise WitnessError(f"{found} of type {type(value).__name__}: an integer is needed")
    if not 0 <= number < MODULUS:
        raise WitnessError(f"{found} not an element of the field: 0 <= x < p = 2^64 - 2^32 + 1 is needed")
    return number
