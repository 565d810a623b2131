"""Report: the constraints that a trace violates, each with the row and the values.

A constraint with nodes f is satisfied where f(row) = 0 on its domain (PROTOCOL 3.1); the core finds the rows where
it is not, and here each first one is shown with the cells that it reads, the expression, and the expression
with the values in place.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.air.air import Air
from l2zk.air.measure import Degrees
from l2zk.air.nodes import COLUMN, INPUT, OUTPUT, PERIODIC, SEQUENCE, SUB, Node, evaluate, extract, placement_of
from l2zk.air.text import leaf_names, text
from l2zk.base.wording import SHOWN, counted, cut, short
from l2zk.errors import ConstraintError, OptionsError

MOST_SPACES = 100
LONGEST_SENTENCE = 400  # characters, of an error or of a violation in one line
_MOST_COLUMNS = 32
_PRIVATE = "private"


@dataclass(frozen=True)
class Cell:
    """A cell of the trace; `value` is 0 <= value < p, or None if it was left out as private."""

    column: str
    row: int
    value: int | None


@dataclass(frozen=True)
class Known:
    """A public value or what a known column has on the row: `kind` is "input", "output", "periodic", "public column" or
    "output column"."""

    kind: str
    name: str
    value: int


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A constraint that fails: the first row where it does, the number of such rows, and all that it reads there.

    `expression` is the equation, `filled` the same with values in place, `values` the values of its two sides.
    A value that was left out is written `private`. `padding` says that the constraint reads padded rows there,
    which are not the user's but were added up to a power of two.
    """

    constraint: str
    domain: str
    row: int
    count: int
    padding: bool
    expression: str
    filled: str
    values: str
    cells: tuple[Cell, ...]
    known: tuple[Known, ...]

    def __str__(self) -> str:
        """One sentence."""
        return self.within(LONGEST_SENTENCE)

    def within(self, characters: int) -> str:
        """One sentence of at most so many characters, a long name and long sides cut."""
        place = self._place(cut(self.constraint))
        left = characters - len(f"{place}:  is ")
        expression = cut(self.expression, max(left // 2, left - len(self.filled)))
        return f"{place}: {expression} is {cut(self.filled, left - len(expression))}"

    @property
    def place(self) -> str:
        """The constraint, the row and the number of further rows, in words."""
        return self._place(self.constraint)

    def _place(self, name: str) -> str:
        padding = " (in the padding)" if self.padding else ""
        more = f" and {counted(self.count - 1, 'more row')}" if self.count > 1 else ""
        return f"constraint {name!r} fails at row {self.row}{padding}{more}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result of a check. It is true if nothing is violated; print it, or let a notebook show it. Threads may share
    it.

    rows: n, the user's rows. length: N, with the padding. constraints: how many were looked at, on every row
    of their domains. violations: the first row of each constraint that fails, in the order of the program.
    redacted: values that private inputs or private columns enter are left out.
    degrees: the highest degree of a constraint, and the most that a proof allows.
    doubled_by: the one row or look-ahead that makes the trace twice as long as without it, if there is one.
    unprovable: why the machine's options allow no proof, if they do not: a constraint of too high a degree, say.
    """

    program: str
    rows: int
    length: int
    constraints: int
    violations: tuple[Violation, ...]
    redacted: bool = False
    degrees: Degrees | None = None
    doubled_by: str | None = None
    unprovable: str | None = None

    @property
    def ok(self) -> bool:
        """True if every constraint is satisfied."""
        return not self.violations

    def __bool__(self) -> bool:
        return self.ok

    @property
    def summary(self) -> str:
        """The report in one line: satisfied, or how many constraints fail."""
        size = f"{counted(self.rows, 'row')}, {self.length} with padding"
        hidden = any(cell.value is None for violation in self.violations for cell in violation.cells)
        size += ", private values left out" if hidden else ""
        if self.ok:
            return f"{self.program}: all {self.constraints} constraints are satisfied ({size})"
        failing = len(self.violations)
        verb = "fails" if failing == 1 else "fail"
        return f"{self.program}: {failing} of {counted(self.constraints, 'constraint')} {verb} ({size})"

    def __str__(self) -> str:
        return "\n\n".join(["\n".join(self._head), *map(_violation_text, self.violations)])

    @property
    def _head(self) -> list[str]:
        """The lines before the violations."""
        refused = None if self.unprovable is None else f"no proof with these options: {self.unprovable}"
        return [self.summary, *(str(line) for line in (self.degrees, self.doubled_by, refused) if line is not None)]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain lists, texts and integers."""
        return {"ok": self.ok, **asdict(self)}

    def to_json(self, indent: int | None = 2) -> str:
        """The report as JSON; values are integers below 2^64. indent: spaces, or None for one line."""
        if indent is not None and (type(indent) is not int or not 0 <= indent <= MOST_SPACES):
            raise OptionsError(
                f"indent={short(indent)} is not allowed; it must be None or an integer from 0 to {MOST_SPACES}"
            )
        return json.dumps(self.to_dict(), indent=indent)

    def _repr_html_(self) -> str:
        head = "<br>".join(map(html.escape, self._head))
        return f"<p>{head}</p>" + "".join(map(_violation_html, self.violations))

    def raise_if_violated(self) -> None:
        """Raise a `ConstraintError` with the first violation and this report, if there is a violation."""
        if not self.ok:
            raise self.error

    @property
    def error(self) -> ConstraintError:
        """The ConstraintError that `raise_if_violated` raises."""
        more = len(self.violations) - 1
        others = f" ({counted(more, 'more constraint')} {'fails' if more == 1 else 'fail'})" if more else ""
        hint = f"; {SHOWN}" if _PRIVATE in self.violations[0].filled else ""
        program = cut(self.program)
        left = LONGEST_SENTENCE - len(f"{program}: {others}{hint}")
        return ConstraintError(f"{program}: {self.violations[0].within(left)}{others}{hint}", self)


def report(
    air: Air,
    trace: NDArray[np.uint64],
    inputs: Sequence[int],
    outputs: Sequence[int],
    violations: Iterable[tuple[int, int, int]],
    *,
    filled: int | None = None,
    redacted: bool = False,
    hidden: Collection[int] = frozenset(),
    doubled_by: str | None = None,
    sequences: Sequence[Sequence[int]] = (),
) -> Report:
    """The report of the core's findings: for each violated constraint its number, first failing row and their count.

    trace: uint64[columns, N]. filled: how many rows the user filled, if not all n. hidden: the columns whose
    values are left out if the report is redacted. sequences: the values of each sequence, those of output columns too.
    """
    filled = air.rows if filled is None else filled
    secret = frozenset(hidden) if redacted else frozenset()
    values = partial(_values, air, trace, {INPUT: inputs, OUTPUT: outputs, SEQUENCE: sequences})
    found = [_violation(air, trace, values, filled, secret, *violation) for violation in violations]
    return Report(
        program=air.id,
        rows=air.rows,
        length=air.length,
        constraints=len(air.constraints),
        violations=tuple(found),
        redacted=redacted,
        doubled_by=doubled_by,
    )


def _violation(
    air: Air,
    trace: NDArray[np.uint64],
    values: Callable[[int], Callable[[Node], int]],
    filled: int,
    secret: frozenset[int],
    constraint: int,
    row: int,
    count: int,
) -> Violation:
    claim = air.constraints[constraint]
    nodes, (root,) = extract(air.nodes, [claim.node])
    value = values(row)
    sides = _sides(nodes, root)
    computed = evaluate(nodes, value)
    shown = [_PRIVATE if _reads(nodes, side, secret) else str(computed[side]) for side in sides]
    return Violation(
        constraint=claim.name,
        domain=str(claim.domain),
        row=row,
        count=count,
        padding=row + max((y for kind, _, y in nodes if kind == COLUMN), default=0) >= filled,
        expression=_equation(nodes, sides, leaf_names(air.names)),
        filled=_equation(nodes, sides, lambda node: _PRIVATE if _is_secret(node, secret) else str(value(node))),
        values=" == ".join(shown + ["0"] * (2 - len(sides))),
        cells=_cells(air, nodes, trace, row, secret),
        known=_known(air, nodes, value),
    )


def _values(
    air: Air, trace: NDArray[np.uint64], public: Mapping[int, Sequence[Any]], row: int
) -> Callable[[Node], int]:
    """The values of the leaves on a row."""

    def value(node: Node) -> int:
        kind, x, y = node
        if kind == COLUMN:
            return int(trace[x, (row + y) % air.length])
        if kind == PERIODIC:
            return air.periodic[x][row % len(air.periodic[x])]
        if kind == SEQUENCE:
            return placement_of(node).value(public[kind][x], row)
        return int(public[kind][x])

    return value


def _is_secret(node: Node, secret: Collection[int]) -> bool:
    return node[0] == COLUMN and node[1] in secret


def _reads(nodes: Sequence[Node], root: int, secret: Collection[int]) -> bool:
    """True if the node reads a secret column."""
    below, _ = extract(nodes, [root])
    return any(_is_secret(node, secret) for node in below)


def _sides(nodes: Sequence[Node], root: int) -> tuple[int, ...]:
    """The two sides of a difference, which as a constraint is an equation; of any other node, itself alone."""
    kind, x, y = nodes[root]
    return (x, y) if kind == SUB else (root,)


def _equation(nodes: Sequence[Node], sides: tuple[int, ...], leaf: Callable[[Node], str]) -> str:
    return " == ".join([text(nodes, side, leaf) for side in sides] + ["0"] * (2 - len(sides)))


def _cells(
    air: Air, nodes: Sequence[Node], trace: NDArray[np.uint64], row: int, secret: Collection[int]
) -> tuple[Cell, ...]:
    """The cells of the columns that a violated constraint reads, on all rows that it reads: a window of the trace."""
    columns = sorted({x for kind, x, _ in nodes if kind == COLUMN})
    rows = [(row + offset) % air.length for offset in sorted({y for kind, _, y in nodes if kind == COLUMN})]
    return tuple(Cell(air.columns[c], r, None if c in secret else int(trace[c, r])) for c in columns for r in rows)


def _known(air: Air, nodes: Sequence[Node], value: Callable[[Node], int]) -> tuple[Known, ...]:
    known: dict[int, Sequence[tuple[str, str]]] = {
        INPUT: [("input", name) for name in air.inputs],
        OUTPUT: [("output", name) for name in air.outputs],
        PERIODIC: [("periodic", name) for name in air.periodic_names],
        SEQUENCE: [(one.kind, one.name) for one in air.sequences],
    }
    leaves = sorted(node for node in nodes if node[0] in known)
    return tuple(Known(*known[node[0]][node[1]], value(node)) for node in leaves)


def _window(violation: Violation) -> tuple[list[str], list[list[str]]]:
    """The window as lines of text: the row numbers, then one line for each column."""
    rows = list(dict.fromkeys(cell.row for cell in violation.cells))
    lines: dict[str, list[str]] = {}
    for cell in violation.cells:
        lines.setdefault(cell.column, [cell.column]).append(_PRIVATE if cell.value is None else str(cell.value))
    return ["", *(f"row {row}" for row in rows)], list(lines.values())


def _violation_text(violation: Violation) -> str:
    head, lines = _window(violation)
    shown = [head, *lines[:_MOST_COLUMNS]] if lines else []
    widths = [max(len(line[i]) for line in shown) for i in range(len(head))] if shown else []
    table = [
        "  ".join([line[0].ljust(widths[0]), *(entry.rjust(width) for entry, width in zip(line[1:], widths[1:]))])
        for line in shown
    ]
    if len(lines) > _MOST_COLUMNS:
        table.append(f"… and {counted(len(lines) - _MOST_COLUMNS, 'more column')}")
    known = [f"{item.kind} {item.name} = {item.value}" for item in violation.known]
    body = [violation.expression, *_unfolded(violation), *_where(violation), *table, *known]
    return "\n".join([violation.place, *(f"    {line}".rstrip() for line in body)])


def _unfolded(violation: Violation) -> list[str]:
    """The equation with values in place, and the values of its sides if they say more."""
    if _PRIVATE in violation.values:
        return [violation.filled]
    return list(dict.fromkeys([violation.filled, violation.values]))


def _where(violation: Violation) -> list[str]:
    """The rows of the constraint in words, and the reason for padded rows among them."""
    padding = "the padding, which pad= of a column fills, satisfies the constraints like all other rows"
    return [f"on {violation.domain}", *([padding] if violation.padding else [])]


def _violation_html(violation: Violation) -> str:
    head, lines = _window(violation)
    rows = [_html_row("th", head), *(_html_row("td", line) for line in lines)] if lines else []
    known = [f"{item.kind} {item.name} = {item.value}" for item in violation.known]
    texts = [violation.expression, *_unfolded(violation), *_where(violation), *known]
    return (
        f"<p><b>{html.escape(violation.place)}</b><br>"
        + "<br>".join(f"<code>{html.escape(line)}</code>" for line in texts)
        + f"</p><table>{''.join(rows)}</table>"
    )


def _html_row(tag: str, entries: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(entry)}</{tag}>" for entry in entries) + "</tr>"
