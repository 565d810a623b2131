"""Programs: a text that says a computation once gives its trace generator, constraints and reports.

A step `{a: b, b: a + b}` means a[i+1] = b[i], b[i+1] = a[i] + b[i]: it is the code that fills row i + 1, and
for each column the constraint a[1] - b = 0 on transitions. What comes out is a `Definition`, an AIR (PROTOCOL
3.1) with its code.
"""

from __future__ import annotations

import dataclasses
import difflib
import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from l2zk.air import MAX_LENGTH, Air, Constraint, Domain
from l2zk.bytecode import Code, compile_constraints, compile_nodes, disassemble
from l2zk.errors import ProgramError, WitnessError
from l2zk.expression import (
    COLUMN,
    CONSTANT,
    INPUT,
    MODULUS,
    OUTPUT,
    PERIODIC,
    PRIVATE,
    Equation,
    Expression,
    Graph,
    Node,
    cell_name,
    counted,
    evaluate,
    extract,
    field_integer,
)


@dataclass(frozen=True)
class Input:
    """A value that the witness gives; `default` stands in where it does not."""

    name: str
    public: bool
    default: int | None = None


@dataclass(frozen=True)
class Output:
    """A public value that the trace gives: what its constraint comes to on its row with 0 for the output."""

    name: str
    constraint: int
    row: int


@dataclass(frozen=True)
class Start:
    """The cell (row, column) starts as node `node` of the definition's start nodes."""

    row: int
    column: int
    node: int


@dataclass(frozen=True)
class Binding:
    """A witness, checked and put in its places; `start` holds (row, column, value) of each started cell."""

    public_inputs: tuple[int, ...]
    private_inputs: tuple[int, ...]
    start: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Every:
    """The rows first, first + period, first + 2*period, … of a constraint; made by m.every."""

    period: int
    first: int


On = str | int | Every | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Definition:
    """What a program's text came to; `step_targets` is uint32[results, 2], (column, rows ahead) of each."""

    air: Air
    constraint_code: Code
    step_code: Code | None
    step_targets: NDArray[np.uint32]
    step_reach: int
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    start_nodes: tuple[Node, ...]
    start: tuple[Start, ...]

    def bind(self, witness: Any = ()) -> Binding:
        """Give each input its value: `witness` is a sequence in their order, or a mapping by name."""
        given = self._given(witness)
        missing = [i.name for i in self.inputs if i.default is None and i.name not in given]
        if missing:
            raise WitnessError(f"{self.air.id} needs a value for {_quoted(missing)}: give it in the witness")
        values = [
            _witness_value(i, given[i.name]) if i.name in given else i.default or 0 for i in self.inputs
        ]
        public = tuple(value for i, value in zip(self.inputs, values) if i.public)
        private = tuple(value for i, value in zip(self.inputs, values) if not i.public)
        return Binding(public, private, self._start_cells(public, private))

    def fixed_inputs(self, hint: Any = ()) -> tuple[int | None, ...]:
        """For each public input the value that a verifier's hint fixes, else None."""
        given = self._given(hint)
        return tuple(
            _witness_value(i, given[i.name]) if given.get(i.name) is not None else None
            for i in self.inputs
            if i.public
        )

    def disassemble(self) -> str:
        """The step's code and the constraints' code, as text."""
        names, parts = self.air.names, []
        if self.step_code is not None:
            cells = [cell_name(self.air.columns[column], int(ahead)) for column, ahead in self.step_targets]
            parts += [f"step of {self.air.id}", disassemble(self.step_code, names, cells), ""]
        titles = [f"constraint {constraint.name!r}" for constraint in self.air.constraints]
        return "\n".join(
            [*parts, f"constraints of {self.air.id}", disassemble(self.constraint_code, names, titles)]
        )

    def _given(self, witness: Any) -> dict[str, Any]:
        names = [i.name for i in self.inputs]
        if isinstance(witness, Mapping):
            for name in witness:
                if name not in names:
                    raise WitnessError(f"{self.air.id} has no input {name!r}{_nearest(str(name), names)}")
            return dict(witness)
        if isinstance(witness, (str, bytes)) or not isinstance(witness, (Sequence, np.ndarray)):
            raise WitnessError(
                f"a witness of {self.air.id} is a sequence of integers or a mapping from names to integers,"
                f" not of type {type(witness).__name__}"
            )
        if len(witness) > len(names):
            raise WitnessError(
                f"{self.air.id} takes {counted(len(names), 'witness value')}{_listed(names)};"
                f" {len(witness)} were given"
            )
        return dict(zip(names, witness))

    def _start_cells(
        self, public: tuple[int, ...], private: tuple[int, ...]
    ) -> tuple[tuple[int, int, int], ...]:
        values = evaluate(self.start_nodes, lambda leaf: (public if leaf[0] == INPUT else private)[leaf[1]])
        return tuple((start.row, start.column, values[start.node]) for start in self.start)


class TraceProgram:
    """Base class of programs: a frozen dataclass whose fields are the program's parameters.

    `id` is the program's name and version, as in "fib.v0", and `define` writes the computation with the
    builder `m`:

        @dataclass(frozen=True)
        class FibonacciProgram(l2zk.TraceProgram):
            id = "fib.v0"
            rounds: int

            def define(self, m):
                a, b = m.columns("a", "b")
                m.start({a: m.public_input("a0", default=0), b: m.public_input("a1", default=1)})
                m.step({a: b, b: a + b})
                m.output("result", a, row=self.rounds)
    """

    id: ClassVar[str]

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "id" in cls.__dict__:
            split_id(cls.id)

    def define(self, m: Machine) -> None:
        """Write the computation; called once for each class and parameters."""
        raise ProgramError(f"{type(self).__name__} has no define(self, m) that writes its computation")

    @property
    def definition(self) -> Definition:
        """The AIR, code and inputs, made once for each class and parameters."""
        from l2zk.header import parameters_to_bytes

        return _definition(self, parameters_to_bytes(_parameters(self)))

    @property
    def digest(self) -> bytes:
        """The 32 bytes that stand for this program, with these parameters, in a proof (PROTOCOL 3.5)."""
        return self.definition.air.digest

    def disassemble(self) -> str:
        """The code of step and constraints, as text."""
        return self.definition.disassemble()


def split_id(id: object) -> tuple[str, int]:
    """("fib", 0) for "fib.v0"."""
    match = re.fullmatch(r"([A-Za-z][A-Za-z0-9_-]*)\.v(0|[1-9][0-9]*)", id) if isinstance(id, str) else None
    if match is None or len(match[0]) > 255:
        raise ProgramError(f"the id {id!r} of a program is not a name and a version as in 'fib.v0'")
    return match[1], int(match[2])


@lru_cache(maxsize=128)
def _definition(program: TraceProgram, parameters: bytes) -> Definition:
    """The bytes are part of the key: they tell True from 1, which are equal as fields."""
    machine = Machine()
    try:
        program.define(machine)
        return machine.finish(program.id, parameters)
    except ProgramError as error:
        error.add_note(f"in the definition of {program.id}, {program!r}")
        raise


def _parameters(program: TraceProgram) -> list[tuple[str, object]]:
    """The dataclass fields in order, each of a type that a header can hold (PROTOCOL 8.4)."""
    kind = type(program)
    if not isinstance(getattr(kind, "id", None), str):
        raise ProgramError(f"{kind.__name__} has no id: write id = 'name.v0' in the class")
    if "__dataclass_fields__" not in kind.__dict__ or not kind.__dict__["__dataclass_params__"].frozen:
        raise ProgramError(
            f"{kind.__name__} is not a frozen dataclass: write @dataclass(frozen=True) above the class,"
            " so that its parameters cannot change"
        )
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    pairs = [(field.name, getattr(program, field.name)) for field in fields if field.init]
    for name, value in pairs:
        if hasattr(TraceProgram, name) or name == "id":
            raise ProgramError(
                f"{kind.__name__} has a parameter {name!r}, a name that TraceProgram uses itself"
            )
        if not _is_parameter(value):
            raise ProgramError(
                f"parameter {name!r} of {kind.__name__} holds a {type(value).__name__}: a parameter is None,"
                " a bool, an int, a str, bytes or a tuple of those"
            )
    return pairs


def _is_parameter(value: object) -> bool:
    if type(value) is tuple:
        return all(_is_parameter(item) for item in value)
    return value is None or type(value) in (bool, int, str, bytes)


@dataclass(frozen=True)
class _Claim:
    """A constraint whose rows are settled when the number of rows is known."""

    name: str
    node: int
    on: str | int | Every


@dataclass(frozen=True)
class _Target:
    """A step fills this cell, so many rows ahead, with the value of a node."""

    column: int
    ahead: int
    node: int


class Machine:
    """The builder `m` that `define` gets: each of its methods says one thing about the computation."""

    def __init__(self) -> None:
        self._graph = Graph()
        self._inputs: list[Input] = []
        self._periodic: list[tuple[int, ...]] = []
        self._claims: dict[str, _Claim] = {}
        self._start: dict[tuple[int, int], int] = {}
        self._targets: dict[int, _Target] = {}
        self._named_rows: list[tuple[int, str]] = []
        self._rows: int | None = None

    def columns(self, *names: str) -> tuple[Expression, ...]:
        """Columns of the trace, in this order."""
        return tuple(self.column(name) for name in names)

    def column(self, name: str) -> Expression:
        """One column of the trace; `a[k]` or `a.next` is its cell that many rows ahead."""
        _check_name("a column", name, [*self._graph.columns, *self._graph.periodic])
        self._graph.columns.append(name)
        return self._graph.leaf(COLUMN, len(self._graph.columns) - 1)

    def public_input(self, name: str, default: Any = None) -> Expression:
        """A value of the witness that the proof states."""
        self._declare(name, True, default)
        self._graph.inputs.append(name)
        return self._graph.leaf(INPUT, len(self._graph.inputs) - 1)

    def private_input(self, name: str, default: Any = None) -> Expression:
        """A value of the witness that the proof does not state; it only fills cells, by m.start."""
        self._declare(name, False, default)
        self._graph.private.append(name)
        return self._graph.leaf(PRIVATE, len(self._graph.private) - 1)

    def constant(self, value: Any) -> Expression:
        """An integer -p < value < p as an expression."""
        return self._graph.lift(value)

    def periodic(self, values: Iterable[Any], name: str | None = None) -> Expression:
        """A column that everybody knows, entry i mod P on row i; the number P of values is a power of two."""
        entries = tuple(field_integer(value) for value in values)
        name = name if name is not None else f"periodic{len(self._periodic)}"
        _check_name("a periodic column", name, [*self._graph.columns, *self._graph.periodic])
        if not entries or len(entries) & (len(entries) - 1):
            raise ProgramError(
                f"periodic column {name!r} has {len(entries)} values; the number must be a power of two"
            )
        self._graph.periodic.append(name)
        self._periodic.append(entries)
        return self._graph.leaf(PERIODIC, len(self._periodic) - 1)

    def start(self, cells: Mapping[Expression, Any]) -> None:
        """Fill cells `a` of row 0 or `a[k]` of row k; what holds no private input is claimed as well."""
        for key, value in _pairs("start", cells):
            column, row = self._cell("start", key)
            label = cell_name(self._graph.columns[column], row)
            node = self._graph.lift(value).index
            self._forbid(node, f"the start of {label}", (COLUMN, PERIODIC, OUTPUT), "inputs and constants")
            if (row, column) in self._start:
                raise ProgramError(f"{label} is started twice")
            self._start[row, column] = node
            self._named_rows.append((row, f"the start of {label}"))
            if not self._graph.has(node, PRIVATE):
                cell = self._graph.leaf(COLUMN, column)
                self._claim(f"start {label}", (cell - value).index, row)

    def step(self, cells: Mapping[Expression, Any]) -> None:
        """Fill the next row, `a`, or the row k ahead, `a[k]`, and claim the same on every transition."""
        for key, value in _pairs("step", cells):
            column, ahead = self._cell("step", key)
            ahead = max(ahead, 1)
            name = self._graph.columns[column]
            expression = self._graph.lift(value)
            self._check_step(column, ahead, expression)
            self._targets[column] = _Target(column, ahead, expression.index)
            self._claim(name, (self._graph.leaf(COLUMN, column, ahead) - expression).index, "transitions")

    def constrain(self, name: str, claim: Equation | Expression, on: On = None) -> None:
        """Claim an equation, or that an expression is 0.

        `on` is "every", "transitions" (all rows but the last ones, which would look beyond the end), "first",
        "last", a row, or m.every(k). Left out, it is "transitions" for what looks ahead, else "every".
        """
        expression = self._graph.lift(claim.difference if isinstance(claim, Equation) else claim)
        if on is None:
            on = "transitions" if self._graph.look_ahead[expression.index] else "every"
        self._claim(name, expression.index, self._settled(on, f"constraint {name!r}"))

    def output(self, name: str, value: Any, row: int | str) -> Expression:
        """State the value on a row as a public output of this name."""
        _check_name("an output", name, self._graph.outputs)
        expression = self._graph.lift(value)
        self._forbid(expression.index, f"output {name!r}", (OUTPUT,), "cells, public inputs and constants")
        index = len(self._graph.outputs)
        self._graph.outputs.append(name)
        output = self._graph.leaf(OUTPUT, index)
        where = self._settled(row, f"output {name!r}")
        if isinstance(where, Every) or where in ("every", "transitions"):
            raise ProgramError(f"output {name!r} is the value on one row: give a row, 'first' or 'last'")
        self._claim(f"output {name}", (expression - output).index, where)
        return output

    def rows(self, n: int) -> None:
        """The number of rows, where it is not one more than the largest row that is named."""
        number = _row(n, "the number of rows")
        if number < 1:
            raise ProgramError("the number of rows is at least 1")
        self._rows = number

    def every(self, k: int, start: int = 0) -> Every:
        """Every k-th row from `start`, for m.constrain; k is a power of two."""
        period, first = _row(k, "the k of m.every"), _row(start, "the start of m.every")
        if period < 2 or period & (period - 1):
            raise ProgramError(f"m.every({period}): k must be a power of two, 2 or more")
        if first >= period:
            raise ProgramError(f"m.every({period}, start={first}): the start must be below {period}")
        return Every(period, first)

    def where(self, selector: Any, then: Any, otherwise: Any) -> Expression:
        """`then` where the selector is 1, `otherwise` where it is 0; constrain the selector to be 0 or 1."""
        chosen = self._graph.lift(selector)
        return chosen * then + (1 - chosen) * otherwise

    def finish(self, id: str, parameters: bytes) -> Definition:
        """The definition that was written."""
        self._check_filled()
        rows = self._count_rows()
        length = self._length(rows)
        air = self._air(id, parameters, rows, length)
        return Definition(
            air=air,
            constraint_code=compile_constraints(air),
            inputs=tuple(self._inputs),
            outputs=self._output_places(air),
            **self._step_parts(),
            **self._start_parts(),
        )

    def _declare(self, name: str, public: bool, default: Any) -> None:
        _check_name("an input", name, [known.name for known in self._inputs])
        self._inputs.append(Input(name, public, None if default is None else field_integer(default)))

    def _cell(self, what: str, key: Any) -> tuple[int, int]:
        """The column and the rows ahead that a key of m.start or m.step stands for."""
        if not isinstance(key, Expression):
            raise ProgramError(f"{key!r} as a key of m.{what}: the keys are columns, as m.columns gives them")
        kind, column, ahead = self._graph.nodes[self._graph.lift(key).index]
        if kind != COLUMN:
            raise ProgramError(
                f"{key} as a key of m.{what}: the keys are columns a or cells a[k], not other expressions"
            )
        return column, ahead

    def _check_step(self, column: int, ahead: int, expression: Expression) -> None:
        name, names = self._graph.columns[column], self._graph.columns
        filled = cell_name(name, ahead)
        self._forbid(
            expression.index, f"the step of {name}", (PRIVATE, OUTPUT), "cells, public inputs and constants"
        )
        if self._graph.look_ahead[expression.index] >= ahead:
            raise ProgramError(
                f"the step of {name} reads the future: it fills {filled} from {expression}; a step"
                " reads rows before the one that it fills, so write out what it fills itself"
            )
        if column in self._targets:
            raise ProgramError(f"column {name!r} has two steps")
        for other in self._targets.values():
            if other.ahead != ahead:
                raise ProgramError(
                    f"steps fill {cell_name(names[other.column], other.ahead)} and {filled}: all of them"
                    " fill the same row ahead, so write the shorter one further ahead too"
                )

    def _claim(self, name: str, node: int, on: str | int | Every) -> None:
        _check_constraint_name(name, self._claims)
        self._forbid(
            node,
            f"constraint {name!r}",
            (PRIVATE,),
            "cells, public values and constants; start a column with it",
        )
        kind, value, _ = self._graph.nodes[node]
        if kind == CONSTANT:
            raise ProgramError(
                f"constraint {name!r} can never hold: it says {value} == 0"
                if value
                else f"constraint {name!r} says 0 == 0 on every trace: it constrains nothing"
            )
        self._check_look_ahead(name, self._graph.look_ahead[node], on)
        if isinstance(on, int):
            self._named_rows.append((on + self._graph.look_ahead[node], f"constraint {name!r}"))
        self._claims[name] = _Claim(name, node, on)

    def _check_look_ahead(self, name: str, look_ahead: int, on: str | int | Every) -> None:
        if look_ahead and on in ("every", "last"):
            raise ProgramError(
                f"constraint {name!r} on {on!r} looks {counted(look_ahead, 'row')} beyond the last row:"
                " put it on 'transitions' or on a row"
            )
        if isinstance(on, Every) and on.first + look_ahead >= on.period:
            raise ProgramError(
                f"constraint {name!r} on every {on.period}th row from {on.first} looks"
                f" {counted(look_ahead, 'row')} ahead, beyond the last row: start and look-ahead together"
                f" stay below {on.period}"
            )

    def _forbid(self, node: int, what: str, kinds: tuple[int, ...], allowed: str) -> None:
        words = {
            COLUMN: "a column",
            PERIODIC: "a periodic column",
            OUTPUT: "a public output",
            PRIVATE: "a private input",
        }
        for kind in kinds:
            if self._graph.has(node, kind):
                raise ProgramError(f"{what} holds {words[kind]}: it can hold {allowed}")

    def _settled(self, on: Any, what: str) -> str | int | Every:
        """`on` as "every", "transitions", "last", a row or an Every."""
        if isinstance(on, Every) or isinstance(on, str) and on in ("every", "transitions", "last"):
            return on
        if isinstance(on, str):
            if on != "first":
                raise ProgramError(
                    f"{what} is on {on!r}: its rows are 'every', 'transitions', 'first', 'last', a row or"
                    " m.every(k)"
                )
            return 0
        return _row(on, f"the row of {what}")

    def _check_filled(self) -> None:
        if not self._graph.columns:
            raise ProgramError("the program is empty: define makes no column; begin with m.columns")
        for column, name in enumerate(self._graph.columns):
            if column not in self._targets:
                raise ProgramError(
                    f"column {name!r} has no step, so nothing fills it: give m.step its next value"
                )
            ahead = self._targets[column].ahead
            for row in range(ahead):
                if (row, column) not in self._start:
                    raise ProgramError(
                        f"column {name!r} has no start for row {row}: give m.start a value for it"
                    )
        for row, column in self._start:
            if row >= self._targets[column].ahead:
                raise ProgramError(
                    f"row {row} of column {self._graph.columns[column]!r} is started, but its step fills it:"
                    " to claim its value use m.constrain or m.output"
                )

    def _count_rows(self) -> int:
        rows = self._rows if self._rows is not None else 1 + max(row for row, _ in self._named_rows)
        for row, what in self._named_rows:
            if row >= rows:
                raise ProgramError(
                    f"{what} needs row {row}, but the program has {counted(rows, 'row')}, 0 to {rows - 1}"
                )
        return rows

    def _length(self, rows: int) -> int:
        """The least power of two for the rows, the periods and, by PROTOCOL 4.2, twice the look-ahead."""
        ahead = max(self._graph.look_ahead[claim.node] for claim in self._claims.values())
        periods = [claim.on.period for claim in self._claims.values() if isinstance(claim.on, Every)]
        least = max(4, rows, 2 * ahead + 1, *periods, *(len(values) for values in self._periodic), 0)
        length = 1 << (least - 1).bit_length()
        if length > MAX_LENGTH:
            raise ProgramError(f"the trace would have {length} rows, and 2^26 = {MAX_LENGTH} is the most")
        return length

    def _air(self, id: str, parameters: bytes, rows: int, length: int) -> Air:
        claims = list(self._claims.values())
        nodes, roots = extract(self._graph.nodes, (claim.node for claim in claims))
        return Air(
            id=id,
            parameters=parameters,
            rows=rows,
            length=length,
            columns=tuple(self._graph.columns),
            inputs=tuple(self._graph.inputs),
            outputs=tuple(self._graph.outputs),
            periodic=tuple(self._periodic),
            periodic_names=tuple(self._graph.periodic),
            nodes=nodes,
            constraints=tuple(
                Constraint(claim.name, self._domain(claim, rows), root) for claim, root in zip(claims, roots)
            ),
        )

    def _domain(self, claim: _Claim, rows: int) -> Domain:
        if isinstance(claim.on, Every):
            return Domain.cyclic(claim.on.first, claim.on.period)
        if isinstance(claim.on, int):
            return Domain.row(claim.on)
        if claim.on == "last":
            return Domain.row(rows - 1)
        return (
            Domain.every()
            if claim.on == "every"
            else Domain.transition(max(1, self._graph.look_ahead[claim.node]))
        )

    def _output_places(self, air: Air) -> tuple[Output, ...]:
        """Where each output's value is found, by the constraint `output NAME`."""
        index = {constraint.name: i for i, constraint in enumerate(air.constraints)}
        places = [(name, index[f"output {name}"]) for name in air.outputs]
        return tuple(Output(name, place, air.constraints[place].domain.x) for name, place in places)

    def _step_parts(self) -> dict[str, Any]:
        targets = list(self._targets.values())
        nodes, roots = extract(self._graph.nodes, (target.node for target in targets))
        code = compile_nodes(nodes, roots, inputs=len(self._graph.inputs), outputs=len(self._graph.outputs))
        cells = np.array([(target.column, target.ahead) for target in targets], dtype=np.uint32).reshape(
            -1, 2
        )
        cells.setflags(write=False)
        return {
            "step_code": code,
            "step_targets": cells,
            "step_reach": max(target.ahead for target in targets),
        }

    def _start_parts(self) -> dict[str, Any]:
        nodes, roots = extract(self._graph.nodes, self._start.values())
        start = tuple(Start(row, column, root) for (row, column), root in zip(self._start, roots))
        return {"start_nodes": nodes, "start": start}


class ExecutionTrace(Mapping[str, NDArray[np.uint64]]):
    """The rows of a computation, as a mapping from column names to arrays of `rows` values.

    `padded` is the whole uint64[w, N] array with the rows that were added up to a power of two.
    """

    def __init__(self, columns: Sequence[str], padded: NDArray[np.uint64], rows: int) -> None:
        array = np.asarray(padded)
        if array.dtype != np.uint64 or array.ndim != 2 or array.shape[0] != len(columns):
            raise ProgramError(
                f"a trace of {counted(len(columns), 'column')} is an array uint64[{len(columns)}, N], not"
                f" {array.dtype}{list(array.shape)}"
            )
        if not 1 <= rows <= array.shape[1]:
            raise ProgramError(f"a trace of N = {array.shape[1]} rows cannot show {rows} of them")
        self.columns = tuple(columns)
        self.padded = array
        self.rows = rows

    def __getitem__(self, name: str) -> NDArray[np.uint64]:
        if name not in self.columns:
            raise KeyError(f"the trace has no column {name!r}{_nearest(str(name), self.columns)}")
        return self.padded[self.columns.index(name), : self.rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExecutionTrace):
            return NotImplemented
        same = self.columns == other.columns and self.rows == other.rows
        return same and np.array_equal(self.padded, other.padded)

    def to_numpy(self) -> NDArray[np.uint64]:
        """A copy of the rows as an array uint64[rows, columns]."""
        return np.ascontiguousarray(self.padded[:, : self.rows].T)

    def __repr__(self) -> str:
        size = f"{counted(self.rows, 'row')}, {self.padded.shape[1]} with padding"
        return f"ExecutionTrace({size}: {', '.join(self.columns)})"


def _pairs(what: str, cells: Any) -> list[tuple[Any, Any]]:
    if not isinstance(cells, Mapping):
        raise ProgramError(f"m.{what} takes a dict from columns to expressions, not a {type(cells).__name__}")
    return list(cells.items())


def _check_name(what: str, name: Any, known: Sequence[str]) -> None:
    if not isinstance(name, str) or not name.isidentifier() or len(name.encode()) > 255:
        raise ProgramError(
            f"{name!r} is no name for {what}: letters, digits and _, not a digit first, 255 bytes at most"
        )
    if name in known:
        raise ProgramError(f"the name {name!r} of {what} is taken: each name is given once")


def _check_constraint_name(name: Any, known: Iterable[str]) -> None:
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name.encode()) > 255:
        raise ProgramError(
            f"{name!r} is no name for a constraint: a printable text of at most 255 bytes is needed"
        )
    if name in known:
        raise ProgramError(
            f"the name {name!r} of a constraint is taken: each name is given once, and a step's constraint"
            " has the name of its column"
        )


def _row(value: Any, what: str) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ProgramError(f"{what} is {value!r}, where an integer is needed")
    number = operator.index(value)
    if not 0 <= number <= MAX_LENGTH:
        raise ProgramError(f"{what} is {number}, where 0 to 2^26 are possible")
    return number


def _witness_value(known: Input, value: Any) -> int:
    """A field element as it is; the text of an error leaves a private value out."""
    shown = f"is {value!r}, " if known.public else "is "
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise WitnessError(
            f"witness value {known.name!r} {shown}of type {type(value).__name__}: an integer is needed"
        )
    number = operator.index(value)
    if not 0 <= number < MODULUS:
        raise WitnessError(
            f"witness value {known.name!r} {shown}not an element of the field: 0 <= x < p = 2^64 - 2^32 + 1"
            " is needed"
        )
    return number


def _nearest(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; it has {_quoted(known)}" if known else "; it has none"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _listed(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""
