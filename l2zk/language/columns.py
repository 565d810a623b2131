"""Columns: the side of the builder that makes columns of a table, fills them and claims what they are.

A step `{a: b, b: a + b}` means a[i+1] = b[i], b[i+1] = a[i] + b[i]: it is the code that fills row i + 1, and
for each column the constraint a[1] - b = 0 on transitions (PROTOCOL 3.3). Every other method adds to the same three:
what fills the columns, what is claimed of them, and on which rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from l2zk._core import STEP_FUNCTION
from l2zk.air.nodes import COLUMN, OUTPUT, PERIODIC, PRIVATE, ROW_NUMBER, SEQUENCE
from l2zk.air.text import cell_name
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.arrays import give, public_column
from l2zk.language.chosen import Rows, choose, free
from l2zk.language.components import Components
from l2zk.language.draft import Settled, Split, Target
from l2zk.language.expression import Equation, Expression
from l2zk.language.noted import claim, let, new_column
from l2zk.language.private_starts import affine_in_private
from l2zk.language.rows_behind import reach_of
from l2zk.language.rules.call import (
    cell_of,
    check_bits,
    check_leaves,
    check_ring,
    check_step,
    check_undecided,
    is_step_function,
    named_in,
    new_name,
    numbered,
    padding,
    pairs,
    settled,
)
from l2zk.language.when import degree, idle_rows, selected

On = Settled | None


class Columns(Components):
    """The columns of one table, what fills them and what is claimed of them."""

    def columns(self, *names: str, count: int | None = None, pad: int | str = "last") -> tuple[Expression, ...]:
        """Columns of the trace, in this order; see `column`: `left, right = m.columns("left", "right")`.

        With `count`, so many of one name, with numbers: `w = m.columns("w", count=16)` makes w0 … w15, and `w[3][-1]`
        is the cell of w3 one row behind.
        """
        return tuple(self.column(name, pad) for name in numbered(names, count))

    def column(self, name: str, pad: int | str = "last") -> Expression:
        """One column of the trace, `total = m.column("total")`.

        `a[k]` or `a.next` is its cell k rows, or one row, ahead, and `a[-k]` k rows behind.

        A step fills it, or the program's generate_trace. In the second case `pad` fills the rows after the given ones,
        up to a power of two: with "last", the last value once more, or with an integer. Constraints are claimed of the
        padded rows too, so choose a `pad` that satisfies them, or give all N values. Nobody claims that the padding is
        `pad`: a prover may put there what the constraints allow. m.constrain can pin it, as with on="end".
        """
        return self._column("a column", name, pad)

    def private_column(self, name: str, pad: int | str = "last", *, exact: bool = False) -> Expression:
        """A column that the witness gives as an array of at most m.rows(n) integers 0 <= x < p; see `column`.

        The array stands in the witness under this name: `data = m.private_column("data", pad=0)` takes it from
        `vm.prove(program, {"data": array})`. One that is too long is refused before anything is run. exact: refuse one
        that is shorter than n as well; else `pad` fills its missing rows as it fills the padding.
        """
        column = self._column("a private column", name, pad)
        give(self._draft, self._graph.nodes[column.index][1], exact)
        return column

    def private_columns(
        self, *names: str, count: int | None = None, pad: int | str = "last", exact: bool = False
    ) -> tuple[Expression, ...]:
        """Columns that the witness gives, in this order; see `private_column`, and for `count` see `columns`.

        `bid, salt = m.private_columns("bid", "salt")`
        """
        return tuple(self.private_column(name, pad, exact=exact) for name in numbered(names, count))

    def public_column(self, name: str, count: Any = None, *, every: Any = 1, start: Any = 0) -> Expression:
        """A column that everybody knows: the witness gives it as an array, and whoever verifies gives the same.

        Entry a stands on row start + a*every, and 0 on all other rows. count: how many entries there are; without it,
        as many as there are such rows below n. It is not committed to, and is read on its own row alone, by
        constraints and steps. The proof states a hash of it (`Proof.public_digests`), not its values.
        `m.constrain("pixel", x == m.public_column("picture"))` makes a copy that can be read ahead.
        """
        return public_column(self._draft, name, count, every, start)

    def bits(self, name: str, value: Any, count: int) -> tuple[Expression, ...]:
        """Claim 0 <= value < 2^count by columns name0, … of its bits, the least first, which fill themselves.

        value: an expression in columns, which need not be filled yet. count: 1 to 63. The claim is made on
        every row, or if the value looks ahead or behind on transitions: the last or first rows, which have no value,
        leave their bits free, so that no output is read off them. The constraints are `name0 is a bit`, … and
        `name is below 2^count`. `low, *others = m.bits("bit", x, 8)`
        """
        expression = self._graph.lift(value)
        check_bits(self._graph, name, expression, count)
        bits = self.columns(*(f"{name}{k}" for k in range(count)))
        columns = range(len(self._graph.columns) - len(bits), len(self._graph.columns))
        self._draft.bits.append(Split(tuple(columns), expression.index))
        idle = idle_rows(self._draft, self._draft.when)
        self._draft.idle += [(column, rows) for column in columns for rows in idle]
        for column, bit in zip(columns, bits):
            label = f"{self._graph.columns[column]} is a bit"
            self._claim(label, (bit * (bit - 1)).index, "every", derived=True)
        rest = selected(self._draft, expression - sum(2**k * bit for k, bit in enumerate(bits)))
        on = "transitions" if reach_of(self._draft, rest.index) else "every"
        title = f"{named_in(self._draft, name)} is below 2^{len(bits)}"
        self._claim(title, rest.index, on, derived=True, selected=degree(self._draft, self._draft.when))
        return bits

    def free(self, *columns: Expression, on: Rows = "every") -> None:
        """Say that nothing depends on these columns on these rows, so that no constraint pins them, on purpose.

        on: as in `constrain`, or several rows, as range(3, 7) or [0, 5]. A column that stands in no constraint at all
        is a mistake unless it is said to be free, and l2zk.testing.check_program reports every cell that may be
        changed unless it is free or a `choice`, and every output that depends on a free cell.
        `m.free(x, on=range(4, 8))`
        """
        free(self._draft, columns, on)

    def choice(
        self,
        *columns: Expression,
        on: Rows = "every",
        bits: int | None = None,
        among: Iterable[Any] | None = None,
        when: Any = None,
    ) -> None:
        """Say that the prover chooses these columns on these rows: what follows from them is what has to be pinned.

        Private columns and the cells that m.start fills from private inputs are choices by themselves, a private column
        on all rows unless this says on which: they need no m.choice. It claims nothing: l2zk.testing.check_program asks
        whether inputs and choices fix all other cells. on: as in `free`. bits, among: each choice on the rows of the
        program, not on those of the padding, is below 2^bits, or is one of these values; the kit tries others, which
        some constraint has to refuse. when: an expression that is 0 or 1 on each of these rows in an honest run; the
        cells are chosen where it is 1. `m.choice(x, on=range(0, 8, 4), bits=1)`
        """
        choose(self._draft, columns, on, bits, among, when)

    def start(self, cells: Mapping[Expression, Any]) -> None:
        """Boundary constraints that also fill cells: `a` of row 0 or `a[k]` of row k, each named `start a` or `start
        a[k]`.

        cells: from columns, or cells, to expressions in inputs and constants. Private inputs may be added up
        and multiplied by constants. A private input in one cell claims nothing, as it may have any value; if it fills
        more cells, the claims are what follows from its being one value: of {x: s, y: 2*s} that y == 2*x.
        `m.start({x: 0, y: m.public_input("y0")})`
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

        Each column may look ahead by its own: {t[3]: t + s, s: s + 1} needs three rows of t started, one of s. So does
        {t: t[-2] + s}, which fills the next row by what stands two rows behind this one. cells: from columns to
        expressions in cells of rows before the one that is filled, public inputs and constants. Each column has one
        step, in the padding too; given columns may be read. `m.step({x: y, y: x + y})`
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

    def constrain(self, name: str, claim: Equation | Expression, on: On = None, *, ring: bool = False) -> None:
        """Claim an equation, or that an expression is 0.

        name: the constraint's name in reports, given once. claim: `left == right`, or an expression.
        on: "every", "transitions" (all rows but the last ones, which would look beyond the end, and where the claim
        looks behind the first ones, which would look before the start), "first", "last", "end", a row 0 <= row < n,
        neighbouring rows as range(3, 7), or m.every(k). Left out, it is "transitions" for a claim that looks ahead or
        behind, else "every". A claim that looks behind is moved ahead: x == x[-1] is x[1] == x one row earlier, with
        its periodic columns and row numbers; and one on range(3, 7) is one on the first rows, of what is 3 rows ahead.
        "every" and "transitions" reach into the padding, whose rows are rows too; "last" is the row n - 1, and "end"
        the last row N - 1 of the padded trace. A claim on one row is a boundary constraint.
        ring: the row after the last one, N - 1, is row 0, so that a claim on "every", on m.every(k) or on a row looks
        ahead beyond it. Statements of such a program are not stacked in a proof of many.
        Refused are claims that say nothing on their rows: a periodic factor makes them 0 == 0 on all of these, or
        they would say something on rows that "transitions" leaves out, where a factor makes them look less far ahead;
        and a claim that ties a public input to a cell which nothing else pins.
        `m.constrain("doubled", x.next == 2 * x)`, `m.constrain("at first", x == 0, on=m.every(64))`
        """
        check_undecided(name, claim)
        expression = self._graph.lift(claim.difference if isinstance(claim, Equation) else claim)
        expression = selected(self._draft, expression)
        if on is None:
            on = "transitions" if reach_of(self._draft, expression.index) and not ring else "every"
        said = named_in(self._draft, name) if isinstance(name, str) else name
        rows = settled(on, f"constraint {short(name)}")
        if ring:
            check_ring(self._draft, name, expression.index, rows)
        self._claim(said, expression.index, rows, selected=degree(self._draft, self._draft.when), ring=ring)

    def let(self, name: str, value: Any) -> Expression:
        """A column that equals an expression, and fills itself: a product under a name of its own.

        value: an expression in cells, public inputs and constants. The constraint has the column's name. If the value
        looks ahead or behind it is claimed on transitions, and the last or first rows, which have no value, are free.
        `product = m.let("product", x * y)`
        """
        expression = self._graph.lift(value)
        name = new_name(self._draft, "a column", name)
        return let(self._draft, name, expression)

    def _column(self, what: str, name: str, pad: int | str) -> Expression:
        name = new_name(self._draft, what, name)
        return new_column(self._draft, what, name, padding(name, pad))

    def _claim(self, name: str, node: int, on: Settled, **kinds: Any) -> None:
        """Claim that the node is 0 on these rows."""
        claim(self._draft, name, node, on, **kinds)
