"""Machine: the builder `m` that a program's `define` gets, and the definition that comes of it.

A step `{a: b, b: a + b}` means a[i+1] = b[i], b[i+1] = a[i] + b[i]: it is the code that fills row i + 1, and
for each column the constraint a[1] - b = 0 on transitions (PROTOCOL 3.3). Every other method of the builder
adds to the same three: what fills the columns, what is claimed of them, and on which rows.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from l2zk.air import MAX_LENGTH, Air, Constraint, Domain
from l2zk.bytecode import compile_constraints, compile_nodes
from l2zk.definition import Bits, Definition, GivenColumn, Input, Output, Start
from l2zk.errors import ProgramError
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
class Every:
    """The rows first, first + period, first + 2*period, … of a constraint; made by m.every."""

    period: int
    first: int


On = str | int | Every | None

STEP_FUNCTION = "int (uint64_t **, size_t, size_t, void *)"
"""The name of the capsule around a C step function: its signature."""


@dataclass(frozen=True)
class _Claim:
    """A constraint whose rows are settled when the number of rows is known."""

    name: str
    node: int
    on: str | int | Every


@dataclass(frozen=True)
class _Word:
    """Bit columns, of an expression."""

    columns: tuple[int, ...]
    node: int


@dataclass(frozen=True)
class _Target:
    """A step fills this cell, so many rows ahead, with the value of a node."""

    column: int
    ahead: int
    node: int


class Machine:
    """The builder `m` that `define` gets: each of its methods says one thing about the computation.

    It belongs to the thread that runs `define`.

    Columns and what operators make of them are expressions modulo p = 2^64 - 2^32 + 1; integers -p < x < p
    stand for constants wherever an expression does. A mistake raises ProgramError with what would be right.
    """

    def __init__(self) -> None:
        self._graph = Graph()
        self._inputs: list[Input] = []
        self._periodic: list[tuple[int, ...]] = []
        self._pads: list[int | None] = []
        self._given: dict[int, GivenColumn] = {}
        self._words: list[_Word] = []
        self._step_function: object = None
        self._free: list[tuple[int, str | int | Every]] = []
        self._claims: dict[str, _Claim] = {}
        self._start: dict[tuple[int, int], int] = {}
        self._targets: dict[int, _Target] = {}
        self._named_rows: list[tuple[int, str]] = []
        self._rows: int | None = None

    def columns(self, *names: str, pad: int | str = "last") -> tuple[Expression, ...]:
        """Columns of the trace, in this order; see `column`."""
        return tuple(self.column(name, pad) for name in names)

    def column(self, name: str, pad: int | str = "last") -> Expression:
        """One column of the trace; `a[k]` or `a.next` is its cell that many rows ahead.

        A step fills it, or the program's generate_trace; then `pad` says what the rows after the given ones
        hold up to a power of two: "last", the last value once more, or an integer. Padded rows satisfy the
        constraints like all others.
        """
        _check_name("a column", name, [*self._graph.columns, *self._graph.periodic])
        self._pads.append(_pad(name, pad))
        self._graph.columns.append(name)
        return self._graph.leaf(COLUMN, len(self._graph.columns) - 1)

    def private_column(self, name: str, pad: int | str = "last") -> Expression:
        """A column that the witness gives as an array of at most m.rows(n) integers 0 <= x < p; see `column`.

        The array stands in the witness under this name: `vm.prove(program, {"data": array})`.
        """
        self._check_input_name(name)
        column = self.column(name, pad)
        index = len(self._graph.columns) - 1
        self._given[index] = GivenColumn(name, index)
        return column

    def private_columns(self, *names: str, pad: int | str = "last") -> tuple[Expression, ...]:
        """Columns that the witness gives, in this order; see `private_column`."""
        return tuple(self.private_column(name, pad) for name in names)

    def bits(self, name: str, value: Any, count: int) -> tuple[Expression, ...]:
        """Claim 0 <= value < 2^count by columns name0, … of its bits, the least first, which fill themselves.

        value: an expression in columns, which need not be filled yet. count: 1 to 63. The claim is made on
        every row, or where the value looks ahead on transitions: the last rows, which have no value, leave
        their bits free. The constraints are `name0 is a bit`, … and `name is below 2^count`.
        """
        expression = self._graph.lift(value)
        self._check_word(name, expression, count)
        bits = self.columns(*(f"{name}{k}" for k in range(count)))
        first = len(self._graph.columns) - len(bits)
        self._words.append(_Word(tuple(range(first, first + len(bits))), expression.index))
        for k, bit in enumerate(bits):
            self.constrain(f"{name}{k} is a bit", bit * (bit - 1) == 0, on="every")
        self.constrain(
            f"{name} is below 2^{count}", expression == sum(2**k * bit for k, bit in enumerate(bits))
        )
        return bits

    def free(self, *columns: Expression, on: On = "every") -> None:
        """Say that no constraint holds these columns on these rows, on purpose; `on` is as in `constrain`.

        A column that stands in no constraint at all is a mistake unless it is said to be free, and
        l2zk.testing.check_program reports every cell that may be changed unless it is.
        """
        for column in columns:
            index, ahead = self._cell("free", column)
            if ahead:
                raise ProgramError(f"m.free({column}): give the column, and its rows as on=")
            self._free.append((index, self._settled("every" if on is None else on, f"m.free({column})")))

    def public_input(self, name: str, default: Any = None) -> Expression:
        """A value 0 <= x < p of the witness that the proof states; `default` where it is left out."""
        self._declare(name, True, default)
        self._graph.inputs.append(name)
        return self._graph.leaf(INPUT, len(self._graph.inputs) - 1)

    def private_input(self, name: str, default: Any = None) -> Expression:
        """A value 0 <= x < p of the witness that the proof does not state.

        It fills cells, by m.start or in generate_trace, and stands in no constraint: what is claimed of it is
        claimed of its cell.
        """
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
        """Fill cells `a` of row 0 or `a[k]` of row k; what holds no private input is claimed as well.

        cells: from columns, or cells, to expressions in inputs and constants.
        """
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
        """Fill the next row, `a`, or the row k ahead, `a[k]`, and claim the same on every transition.

        cells: from columns to expressions in cells of rows before the one that is filled, public inputs and
        constants. Each column has one step, in the padding too; given columns may be read.
        """
        for key, value in _pairs("step", cells):
            column, ahead = self._cell("step", key)
            ahead = max(ahead, 1)
            name = self._graph.columns[column]
            expression = self._graph.lift(value)
            self._check_step(column, ahead, expression)
            self._targets[column] = _Target(column, ahead, expression.index)
            self._claim(name, (self._graph.leaf(COLUMN, column, ahead) - expression).index, "transitions")

    def step_function(self, capsule: object) -> None:
        """Let a C function, without the GIL, fill the columns that nothing else fills, in place of m.step.

        capsule: a PyCapsule with the name "int (uint64_t **, size_t, size_t, void *)". The function gets an
        array of pointers to the columns, the first row to fill, the row after the last one, and the capsule's
        context; rows before the first are filled, among them those of m.start, and so are all rows of the
        columns that the witness gives. It writes values below p, and returns 0, or else it has failed.
        Constraints written by hand claim what it computes.
        """
        if not _is_step_function(capsule):
            raise ProgramError(
                f"m.step_function({capsule!r}): a C function in a PyCapsule is needed, whose name is"
                f" {STEP_FUNCTION!r}"
            )
        if self._step_function is not None:
            raise ProgramError("the program has two step functions: one C function fills all its columns")
        self._step_function = capsule

    def constrain(self, name: str, claim: Equation | Expression, on: On = None) -> None:
        """Claim an equation, or that an expression is 0.

        name: what reports call it, each name once. claim: `left == right`, or an expression.
        on: "every", "transitions" (all rows but the last ones, which would look beyond the end), "first",
        "last", a row 0 <= row < n, or m.every(k). Left out, it is "transitions" for what looks ahead, else
        "every". Both reach into the padding, whose rows are rows too; "last" is the row n - 1.
        """
        expression = self._graph.lift(claim.difference if isinstance(claim, Equation) else claim)
        if on is None:
            on = "transitions" if self._graph.look_ahead[expression.index] else "every"
        self._claim(name, expression.index, self._settled(on, f"constraint {name!r}"))

    def output(self, name: str, value: Any, row: int | str) -> Expression:
        """State the value on a row as a public output of this name, which may stand in constraints.

        value: an expression in cells, public inputs and constants. row: 0 <= row < n, "first" or "last".
        """
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
        """The number n of rows, 1 to 2^26, where it is not one more than the largest row that is named."""
        number = _row(n, "the number of rows")
        if number < 1:
            raise ProgramError("the number of rows is at least 1")
        self._rows = number

    def every(self, k: int, start: int = 0) -> Every:
        """Every k-th row from `start` on, for m.constrain; k is a power of two from 2, 0 <= start < k."""
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

    def finish(
        self, id: str, parameters: bytes, generate: Callable[[Mapping[str, Any]], Any] | None = None
    ) -> Definition:
        """The definition that was written; `generate` is the program's own generate_trace."""
        self._check_filled(generated=generate is not None)
        if not self._claims:
            raise ProgramError("the program claims nothing, so any trace passes: write m.step or m.constrain")
        rows = self._count_rows()
        length = self._length(rows)
        air = self._air(id, parameters, rows, length)
        self._check_constrained(air)
        _check_not_constant(air)
        return Definition(
            air=air,
            constraint_code=compile_constraints(air),
            inputs=tuple(self._inputs),
            outputs=self._output_places(air),
            step_function=self._step_function,
            given=tuple(self._given.values()),
            generate=generate,
            pads=tuple(self._pads),
            bits=self._bit_parts(),
            hidden=self._hidden(),
            free=self._free_cells(rows, length) + self._free_bits(length),
            **self._step_parts(),
            **self._start_parts(),
        )

    def _declare(self, name: str, public: bool, default: Any) -> None:
        self._check_input_name(name)
        self._inputs.append(Input(name, public, None if default is None else field_integer(default)))

    def _check_input_name(self, name: str) -> None:
        given = [column.name for column in self._given.values()]
        _check_name("an input", name, [known.name for known in self._inputs] + given)

    def _check_word(self, name: Any, value: Expression, count: Any) -> None:
        if isinstance(count, bool) or not hasattr(count, "__index__") or not 1 <= operator.index(count) <= 63:
            raise ProgramError(
                f"m.bits({name!r}): the number of bits is {count!r}, where 1 to 63 are possible"
            )
        self._forbid(
            value.index, f"m.bits({name!r})", (PRIVATE, OUTPUT), "cells, public inputs and constants"
        )
        if not self._graph.has(value.index, COLUMN):
            raise ProgramError(
                f"m.bits({name!r}) takes bits of {value}, which is the same on every row: give a column"
            )

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
            raise _is_constant(name, value)
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

    def _check_filled(self, generated: bool) -> None:
        """Every column is filled, and by one thing alone."""
        if self._targets and self._step_function is not None:
            raise ProgramError(
                "the program has both m.step and m.step_function, which takes its place: claim the steps by"
                " m.constrain"
            )
        if not self._graph.columns:
            raise ProgramError("the program is empty: define makes no column; begin with m.columns")
        bits = {column for word in self._words for column in word.columns}
        for column, name in enumerate(self._graph.columns):
            filled = column in self._given or column in bits
            if column in self._targets:
                self._check_stepped(column, filled)
            elif not (filled or generated or self._step_function is not None):
                raise ProgramError(
                    f"column {name!r} has no step, so nothing fills it: give m.step its next value, make it"
                    " by m.private_column for the witness to give, or write generate_trace(self, witness)"
                )
        self._check_starts()
        self._check_bits_in_steps()

    def _check_stepped(self, column: int, filled: bool) -> None:
        name, target = self._graph.columns[column], self._targets[column]
        if filled:
            other = "the witness gives it" if column in self._given else "m.bits fills it"
            raise ProgramError(f"column {name!r} has a step, but {other}: claim the step by m.constrain")
        if self._pads[column] is not None:
            raise ProgramError(
                f"column {name!r} has a step, which goes on in the padding: pad= is for columns that are"
                " given"
            )
        for row in range(target.ahead):
            if (row, column) not in self._start:
                raise ProgramError(f"column {name!r} has no start for row {row}: give m.start a value for it")

    def _check_starts(self) -> None:
        for row, column in self._start:
            name = self._graph.columns[column]
            if column in self._targets and row >= self._targets[column].ahead:
                raise ProgramError(
                    f"row {row} of column {name!r} is started, but its step fills it: to claim its value use"
                    " m.constrain or m.output"
                )
            given = column in self._given or any(column in word.columns for word in self._words)
            if given or column not in self._targets and self._step_function is None:
                raise ProgramError(
                    f"column {name!r} is started, but it has no step and is filled as a whole: to claim the"
                    f" value write m.constrain(..., on={row})"
                )

    def _check_bits_in_steps(self) -> None:
        """A step reads no bits of what steps fill: those are filled when all steps are done."""
        late = {column for word in self._words if self._is_late(word) for column in word.columns}
        for target in self._targets.values():
            wrong = sorted(self._graph.columns_below(target.node) & late)
            if wrong:
                names = self._graph.columns
                raise ProgramError(
                    f"the step of {names[target.column]} reads {names[wrong[0]]}, a bit of what the steps"
                    " fill themselves: fill these columns in generate_trace(self, witness) instead"
                )

    def _check_constrained(self, air: Air) -> None:
        """A column or public input that stands in no constraint may be anything."""
        held = {x for kind, x, _ in air.nodes if kind == COLUMN} | {column for column, _ in self._free}
        for column, name in enumerate(air.columns):
            if column not in held:
                raise ProgramError(
                    f"column {name!r} stands in no constraint, so any values in it pass: constrain it, or say"
                    f" m.free({name}) if that is meant"
                )
        stated = {x for kind, x, _ in air.nodes if kind == INPUT}
        for index, name in enumerate(air.inputs):
            if index not in stated:
                raise ProgramError(
                    f"public input {name!r} stands in no constraint, so a proof may state any value for it:"
                    " constrain a cell to it, or make it a private input"
                )

    def _is_late(self, word: _Word) -> bool:
        """Whether these are bits of what a step fills."""
        bits = {column: other for other in self._words for column in other.columns}
        for column in self._graph.columns_below(word.node):
            if column in self._targets or column in bits and self._is_late(bits[column]):
                return True
            if self._step_function is not None and column not in self._given and column not in bits:
                return True
        return False

    def _hidden(self) -> frozenset[int]:
        """Columns that private values enter: given ones, started ones, and what is computed of them."""
        words = {column: word.node for word in self._words for column in word.columns}
        nodes = words | {column: target.node for column, target in self._targets.items()}
        reads = {column: self._graph.columns_below(node) for column, node in nodes.items()}
        hidden = {column for column in range(len(self._graph.columns)) if column not in nodes}
        hidden |= {column for (_, column), node in self._start.items() if self._graph.has(node, PRIVATE)}
        while True:
            more = {column for column, read in reads.items() if read & hidden} - hidden
            if not more:
                return frozenset(hidden)
            hidden |= more

    def _count_rows(self) -> int:
        if self._rows is None and not self._named_rows:
            raise ProgramError("the program names no row, so nothing says how many it has: write m.rows(n)")
        rows = self._rows if self._rows is not None else 1 + max(row for row, _ in self._named_rows)
        for row, what in self._named_rows:
            if row >= rows:
                raise ProgramError(
                    f"{what} needs row {row}, but the program has {counted(rows, 'row')}, 0 to {rows - 1}"
                )
        return rows

    def _length(self, rows: int) -> int:
        """The least power of two, at least 8, for the rows, the periods and twice the look-ahead: so many can hide (PROTOCOL 4.2)."""
        ahead = max(self._graph.look_ahead[claim.node] for claim in self._claims.values())
        periods = [claim.on.period for claim in self._claims.values() if isinstance(claim.on, Every)]
        least = max(8, rows, 2 * ahead + 1, *periods, *(len(values) for values in self._periodic), 0)
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
                Constraint(claim.name, self._domain(claim.on, self._graph.look_ahead[claim.node], rows), root)
                for claim, root in zip(claims, roots)
            ),
        )

    def _domain(self, on: str | int | Every, look_ahead: int, rows: int) -> Domain:
        if isinstance(on, Every):
            return Domain.cyclic(on.first, on.period)
        if isinstance(on, int):
            return Domain.row(on)
        if on == "last":
            return Domain.row(rows - 1)
        return Domain.every() if on == "every" else Domain.transition(max(1, look_ahead))

    def _output_places(self, air: Air) -> tuple[Output, ...]:
        """Where each output's value is found, by the constraint `output NAME`."""
        index = {constraint.name: i for i, constraint in enumerate(air.constraints)}
        places = [(name, index[f"output {name}"]) for name in air.outputs]
        return tuple(Output(name, place, air.constraints[place].domain.x) for name, place in places)

    def _bit_parts(self) -> tuple[Bits, ...]:
        parts: list[Bits] = []
        for word in self._words:
            nodes, _ = extract(self._graph.nodes, [word.node])
            parts.append(Bits(word.columns, nodes, self._graph.look_ahead[word.node], self._is_late(word)))
        return tuple(parts)

    def _free_cells(self, rows: int, length: int) -> tuple[tuple[int, range], ...]:
        """What m.free says."""
        for column, on in self._free:
            if isinstance(on, int) and on >= rows:
                name = self._graph.columns[column]
                raise ProgramError(
                    f"m.free({name}) names row {on}, but the program has {counted(rows, 'row')}"
                )
        return tuple((column, self._domain(on, 0, rows).rows(length)) for column, on in self._free)

    def _free_bits(self, length: int) -> tuple[tuple[int, range], ...]:
        """The last rows of bits of what looks ahead."""
        return tuple(
            (column, range(length - self._graph.look_ahead[word.node], length))
            for word in self._words
            if self._graph.look_ahead[word.node]
            for column in word.columns
        )

    def _step_parts(self) -> dict[str, Any]:
        targets = list(self._targets.values())
        cells = np.array([(target.column, target.ahead) for target in targets], dtype=np.uint32).reshape(
            -1, 2
        )
        cells.setflags(write=False)
        parts: dict[str, Any] = {"step_code": None, "step_targets": cells, "step_reach": self._reach()}
        if targets:
            nodes, roots = extract(self._graph.nodes, (target.node for target in targets))
            sizes = {"inputs": len(self._graph.inputs), "outputs": len(self._graph.outputs)}
            parts["step_code"] = compile_nodes(nodes, roots, **sizes)
        return parts

    def _reach(self) -> int:
        """How many rows ahead a step fills; for a C function, before which row it begins."""
        if self._targets:
            return max(target.ahead for target in self._targets.values())
        return 1 + max((row for row, _ in self._start), default=-1)

    def _start_parts(self) -> dict[str, Any]:
        nodes, roots = extract(self._graph.nodes, self._start.values())
        start = tuple(Start(row, column, root) for (row, column), root in zip(self._start, roots))
        return {"start_nodes": nodes, "start": start}


def _pairs(what: str, cells: Any) -> list[tuple[Any, Any]]:
    if not isinstance(cells, Mapping):
        raise ProgramError(f"m.{what} takes a dict from columns to expressions, not a {type(cells).__name__}")
    return list(cells.items())


def _check_not_constant(air: Air) -> None:
    """Refuse a constraint that is one value whatever the cells hold: the same at two points of no meaning.

    A polynomial of degree d that is no constant has equal values there with a probability of d/p at most.
    """
    known, other = (evaluate(air.nodes, _arbitrary(point)) for point in (1, 2))
    for constraint in air.constraints:
        if known[constraint.node] == other[constraint.node]:
            raise _is_constant(constraint.name, known[constraint.node])


def _arbitrary(point: int) -> Callable[[Node], int]:
    """Values of the leaves, the same ones each time."""
    numbers = Random(point)
    values: defaultdict[Node, int] = defaultdict(lambda: numbers.randrange(MODULUS))
    return values.__getitem__


def _is_constant(name: str, value: int) -> ProgramError:
    if not value:
        return ProgramError(f"constraint {name!r} says 0 == 0 on every trace: it constrains nothing")
    shown = value if value <= MODULUS // 2 else value - MODULUS
    return ProgramError(f"constraint {name!r} can never hold: it says {shown} == 0")


def _pad(name: str, pad: Any) -> int | None:
    """None for "last", else the field element."""
    if isinstance(pad, str) and pad == "last":
        return None
    if isinstance(pad, bool) or not hasattr(pad, "__index__"):
        raise ProgramError(
            f"pad={pad!r} of column {name!r} is not allowed: it is 'last', the last value once more, or an"
            " integer"
        )
    return field_integer(pad)


def _is_step_function(capsule: object) -> bool:
    """Whether this is a capsule with the one name."""
    if type(capsule).__name__ != "PyCapsule":
        return False
    from ctypes import py_object, pythonapi

    return bool(pythonapi.PyCapsule_IsValid(py_object(capsule), STEP_FUNCTION.encode()))


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
