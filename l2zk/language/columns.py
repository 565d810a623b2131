"""Columns: the side of the builder that makes columns of a table, fills them and claims what they are.

A step `{a: b, b: a + b}` means a[i+1] = b[i], b[i+1] = a[i] + b[i]: it is the code that fills row i + 1, and
for each column the constraint a[1] - b = 0 on transitions (PROTOCOL 3.3). Every other method adds to the same three:
what fills the columns, what is claimed of them, and on which rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from l2zk._core import STEP_FUNCTION
from l2zk.air.nodes import COLUMN, OUTPUT, PERIODIC, PRIVATE, ROW_NUMBER, SEQUENCE
from l2zk.air.text import cell_name
from l2zk.base.arguments import items
from l2zk.base.field import field_integer, is_power_of_two
from l2zk.base.names import plain
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.arrays import give, public_column
from l2zk.language.draft import Draft, Every, Settled, Split, Target
from l2zk.language.expression import Equation, Expression
from l2zk.language.noted import claim, let, new_column, new_leaf
from l2zk.language.private_starts import affine_in_private
from l2zk.language.rules.call import (
    cell_of,
    check_bits,
    check_identifier,
    check_leaves,
    check_step,
    check_undecided,
    cycle,
    is_step_function,
    named_in,
    new_name,
    padding,
    pairs,
    settled,
)

On = Settled | None


class Columns:
    """The columns of one table, what fills them and what is claimed of them."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._graph = draft.graph

    def columns(self, *names: str, pad: int | str = "last") -> tuple[Expression, ...]:
        """Columns of the trace, in this order; see `column`."""
        return tuple(self.column(name, pad) for name in names)

    def column(self, name: str, pad: int | str = "last") -> Expression:
        """One column of the trace; `a[k]` or `a.next` is its cell k rows, or one row, ahead.

        A step fills it, or the program's generate_trace. In the second case `pad` fills the rows after the given ones,
        up to a power of two: with "last", the last value once more, or with an integer. The padding is filled, and not
        claimed: padded rows satisfy the constraints like all others, and may be anything that these allow. A claim
        about them is made by m.constrain, as in on="end", the last row of them.
        """
        return self._column("a column", name, pad)

    def private_column(self, name: str, pad: int | str = "last") -> Expression:
        """A column that the witness gives as an array of at most m.rows(n) integers 0 <= x < p; see `column`.

        The array stands in the witness under this name: `vm.prove(program, {"data": array})`.
        """
        column = self._column("a private column", name, pad)
        give(self._draft, self._graph.nodes[column.index][1])
        return column

    def private_columns(self, *names: str, pad: int | str = "last") -> tuple[Expression, ...]:
        """Columns that the witness gives, in this order; see `private_column`."""
        return tuple(self.private_column(name, pad) for name in names)

    def public_column(self, name: str, count: Any = None, *, every: Any = 1, start: Any = 0) -> Expression:
        """A column that everybody knows: the witness gives it as an array, and whoever verifies gives the same.

        Entry a stands on row start + a*every, and 0 on all other rows. count: how many entries there are; without it,
        as many as there are such rows below n. It is not committed to, and is read on its own row alone, by
        constraints and steps. The proof states a hash of it (`Proof.public_digests`), not its values.
        """
        return public_column(self._draft, name, count, every, start)

    def bits(self, name: str, value: Any, count: int) -> tuple[Expression, ...]:
        """Claim 0 <= value < 2^count by columns name0, … of its bits, the least first, which fill themselves.

        value: an expression in columns, which need not be filled yet. count: 1 to 63. The claim is made on
        every row, or if the value looks ahead on transitions: the last rows, which have no value, leave
        their bits free, so that no output is read off them. The constraints are `name0 is a bit`, … and
        `name is below 2^count`.
        """
        expression = self._graph.lift(value)
        check_bits(self._graph, name, expression, count)
        bits = self.columns(*(f"{name}{k}" for k in range(count)))
        columns = range(len(self._graph.columns) - len(bits), len(self._graph.columns))
        self._draft.bits.append(Split(tuple(columns), expression.index))
        for column, bit in zip(columns, bits):
            label = f"{self._graph.columns[column]} is a bit"
            self._claim(label, (bit * (bit - 1)).index, "every", derived=True)
        rest = expression - sum(2**k * bit for k, bit in enumerate(bits))
        on = "transitions" if self._graph.look_ahead[rest.index] else "every"
        self._claim(f"{named_in(self._draft, name)} is below 2^{len(bits)}", rest.index, on, derived=True)
        return bits

    def free(self, *columns: Expression, on: On = "every") -> None:
        """Say that no constraint pins these columns on these rows, on purpose; `on` is as in `constrain`.

        A column that stands in no constraint at all is a mistake unless it is said to be free, and
        l2zk.testing.check_program reports every cell that may be changed unless it is.
        """
        for column in columns:
            index, ahead = cell_of(self._graph, "free", column)
            if ahead:
                raise ProgramError(f"m.free({column}): give the column, and its rows as on=")
            what = f"m.free({self._graph.columns[index]})"
            self._draft.free.append((index, settled("every" if on is None else on, what)))

    def constant(self, value: Any) -> Expression:
        """An integer -p < value < p as an expression."""
        return self._graph.lift(value)

    def periodic(self, values: Iterable[Any], name: str | None = None) -> Expression:
        """A column of public constants, entry i mod P on row i; the number P of values is a power of two."""
        listed = items(values)
        if listed is None:
            raise ProgramError(f"m.periodic({short(values)}): a sequence of integers is needed")
        entries = tuple(map(field_integer, listed))
        if self._draft.common.prefix and entries in self._draft.periodic:
            return self._graph.leaf(PERIODIC, self._draft.periodic.index(entries))
        name = name if name is not None else f"periodic{len(self._draft.periodic)}"
        name = new_name(self._draft, "a periodic column", name)
        if not is_power_of_two(len(entries)):
            raise ProgramError(f"periodic column {name!r} has {len(entries)} values; the number must be a power of two")
        self._draft.periodic.append(entries)
        return self._named("a periodic column", PERIODIC, name)

    def start(self, cells: Mapping[Expression, Any]) -> None:
        """Boundary constraints that also fill cells: `a` of row 0 or `a[k]` of row k, each named `start a` or `start
        a[k]`.

        cells: from columns, or cells, to expressions in inputs and constants. Private inputs may be added up
        and multiplied by constants. A private input in one cell claims nothing, as it may have any value; if it fills
        more cells, the claims are what follows from its being one value: of {x: s, y: 2*s} that y == 2*x.
        """
        for key, value in pairs("start", cells):
            column, row = cell_of(self._graph, "start", key)
            label = cell_name(self._graph.columns[column], row)
            value = self._graph.lift(value)
            node = value.index
            check_leaves(
                self._graph,
                node,
                f"the start of {label}",
                (COLUMN, PERIODIC, OUTPUT, SEQUENCE, ROW_NUMBER),
                "inputs and constants",
            )
            if (row, column) in self._draft.start:
                raise ProgramError(f"{label} is started twice")
            self._draft.start[row, column] = node
            self._draft.named_rows.append((row, f"the start of {label}"))
            if self._graph.has(node, PRIVATE):
                self._draft.private_starts[row, column] = affine_in_private(self._graph, value, label)
            else:
                cell = self._graph.leaf(COLUMN, column)
                self._claim(f"start {label}", (cell - value).index, row, derived=True)

    def step(self, cells: Mapping[Expression, Any]) -> None:
        """Fill the next row, `a`, or the row k ahead, `a[k]`, and claim the same on every transition.

        Each column may look ahead by its own: {t[3]: t + s, s: s + 1} needs three rows of t started, one of s.
        cells: from columns to expressions in cells of rows before the one that is filled, public inputs and
        constants. Each column has one step, in the padding too; given columns may be read.
        """
        for key, value in pairs("step", cells):
            column, ahead = cell_of(self._graph, "step", key)
            ahead = max(ahead, 1)
            name = self._graph.columns[column]
            expression = self._graph.lift(value)
            check_step(self._draft, column, ahead, expression)
            self._draft.targets[column] = Target(column, ahead, expression.index)
            self._claim(name, (self._graph.leaf(COLUMN, column, ahead) - expression).index, "transitions")

    def step_function(self, capsule: object) -> None:
        """Let a C function, without the GIL, fill the columns that nothing else fills, in place of m.step.

        capsule: a PyCapsule with the name "int (uint64_t **, size_t, size_t, void *)". The function gets an array of
        pointers to the columns, the first row to fill, the row after the last one, and the capsule's context. The rows
        before the first are filled already, by m.start among others, and so are all rows of the columns that the
        witness gives. It writes values below p and returns 0; any other result is a failure. Constraints written by
        hand claim what it computes.
        """
        if not is_step_function(capsule):
            raise ProgramError(
                f"m.step_function({short(capsule)}): a C function in a PyCapsule is needed, whose name is"
                f" {STEP_FUNCTION!r}"
            )
        if self._draft.step_function is not None:
            raise ProgramError("the program has two step functions: one C function fills all its columns")
        self._draft.step_function = capsule

    def constrain(self, name: str, claim: Equation | Expression, on: On = None) -> None:
        """Claim an equation, or that an expression is 0.

        name: the constraint's name in reports, given once. claim: `left == right`, or an expression.
        on: "every", "transitions" (all rows but the last ones, which would look beyond the end), "first",
        "last", "end", a row 0 <= row < n, or m.every(k). Left out, it is "transitions" for a claim that looks ahead,
        else "every". Both reach into the padding, whose rows are rows too; "last" is the row n - 1, and "end" the
        last row N - 1 of the padded trace. A claim on one row is a boundary constraint.
        Refused are claims that say nothing on their rows: a periodic factor makes them 0 == 0 on all of these, or
        they would say something on rows that "transitions" leaves out, where a factor makes them look less far ahead;
        and a claim that ties a public input to a cell which nothing else pins.
        """
        check_undecided(name, claim)
        expression = self._graph.lift(claim.difference if isinstance(claim, Equation) else claim)
        if on is None:
            on = "transitions" if self._graph.look_ahead[expression.index] else "every"
        said = named_in(self._draft, name) if isinstance(name, str) else name
        self._claim(said, expression.index, settled(on, f"constraint {short(name)}"))

    def let(self, name: str, value: Any) -> Expression:
        """A column that equals an expression, and fills itself: a product under a name of its own.

        value: an expression in cells, public inputs and constants. The constraint has the column's name. If the value
        looks ahead it is claimed on transitions, and the last rows, which have no value, are free.
        """
        expression = self._graph.lift(value)
        name = new_name(self._draft, "a column", name)
        return let(self._draft, name, expression)

    def row_number(self) -> Expression:
        """The number of the row, 0 on the first one: a column that everybody knows, and that costs nothing."""
        return self._graph.leaf(ROW_NUMBER, 0)

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Put `NAME.` before the names that are made inside, so that a component can be used twice.

        Scopes may stand in one another. Fixed tables are shared, and periodic columns of the same values: inside a
        scope there is one of each. `with m.scope("left"): out = component(m, x)`.
        """
        check_identifier("a scope", name)
        common, outer = self._draft.common, self._draft.common.prefix
        common.prefix = f"{outer}{plain(name)}."
        try:
            yield
        finally:
            common.prefix = outer

    def every(self, k: int, start: int = 0) -> Every:
        """Every k-th row from `start` on, for m.constrain; k is a power of two from 2, 0 <= start < k."""
        return cycle(k, start)

    def where(self, selector: Any, then: Any, otherwise: Any) -> Expression:
        """`then` where the selector is 1, `otherwise` where it is 0; constrain the selector to be 0 or 1."""
        chosen = self._graph.lift(selector)
        answer: Expression = chosen * then + (1 - chosen) * otherwise
        return answer

    def _column(self, what: str, name: str, pad: int | str) -> Expression:
        name = new_name(self._draft, what, name)
        return new_column(self._draft, what, name, padding(name, pad))

    def _named(self, what: str, kind: int, name: str) -> Expression:
        """The leaf of a new name."""
        return new_leaf(self._draft, what, kind, name)

    def _claim(self, name: str, node: int, on: Settled, *, derived: bool = False, stated: bool = False) -> None:
        """Claim that the node is 0 on these rows."""
        claim(self._draft, name, node, on, derived=derived, stated=stated)
