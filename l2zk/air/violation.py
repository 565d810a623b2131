"""Violation: a constraint that fails on a row, with the cells that it reads, the expression, and the values in place.

A constraint with nodes f is satisfied where f(row) = 0 on its domain (PROTOCOL 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.air.bit_sums import BitSum, number_text, signed_text, value_text, word_in
from l2zk.air.nodes import (
    COLUMN,
    CONJUNCTION,
    INPUT,
    OUTPUT,
    PERIODIC,
    ROW_NUMBER,
    SEQUENCE,
    SUB,
    Node,
    columns_in,
    evaluate,
    extract,
    placement_of,
)
from l2zk.air.table import TableAir
from l2zk.air.text import leaf_names, text
from l2zk.base.wording import counted, cut

LONGEST_SENTENCE = 400  # characters, of an error or of a violation in one line
PRIVATE = "private"


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
    which are not the user's but were added up to a power of two. `table` is the name of a further table.
    `said`: of a constraint that ties a value to its bits what it comes to for the value, as "balance = 2^40 is not
    below 2^32"; `cells` are then without its bits.
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
    table: str = ""
    said: str = ""

    def __str__(self) -> str:
        """One sentence."""
        return self.within(LONGEST_SENTENCE)

    def within(self, characters: int) -> str:
        """One sentence of at most so many characters, a long name and long sides cut."""
        place = self._place(cut(self.constraint))
        if self.said:
            return f"{place}: {cut(self.said, characters - len(f'{place}: '))}"
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
        table = f" of table {cut(self.table)!r}" if self.table else ""
        return f"constraint {name!r}{table} fails at row {self.row}{padding}{more}"


def violations_of(
    air: TableAir,
    trace: NDArray[np.uint64],
    public: Mapping[int, Sequence[Any]],
    found: Iterable[tuple[int, int, int]],
    filled: int,
    secret: frozenset[int],
    table: str = "",
) -> Iterator[Violation]:
    """What a table breaks: (constraint, first row, rows) with all that it reads there. public: values by kind."""
    values = partial(_values, air, trace, public)
    return (replace(_violation(air, trace, values, filled, secret, *one), table=table) for one in found)


def _violation(
    air: TableAir,
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
    shown = [PRIVATE if _reads(nodes, side, secret) else signed_text(computed[side]) for side in sides]
    word = word_in(nodes, root)
    names = leaf_names(air.names, claim.behind)
    told = "" if word is None else _told(air, nodes, word, computed, secret, names)
    seen = nodes if word is None else [node for node in nodes if node not in word.leaves]
    return Violation(
        constraint=claim.name,
        domain=claim.domain.text(claim.behind, air.length),
        row=(row + claim.behind) % air.length,
        count=count,
        padding=row + max((y for kind, _, y in nodes if kind == COLUMN), default=0) >= filled,
        expression=_equation(nodes, sides, names),
        filled=_equation(nodes, sides, lambda node: PRIVATE if _is_secret(node, secret) else signed_text(value(node))),
        values=" == ".join(shown + ["0"] * (2 - len(sides))),
        cells=_cells(air, seen, trace, row, secret),
        known=_known(air, seen, value),
        said=told,
    )


def _told(
    air: TableAir,
    nodes: Sequence[Node],
    word: BitSum,
    computed: Sequence[int],
    secret: Collection[int],
    names: Callable[[Node], str],
) -> str:
    """What a constraint on a value and its bits comes to for the value."""
    name = text(nodes, word.value, names)
    value, made = computed[word.value], computed[word.total]
    bits = f"{air.columns[word.bits[0][0]]} … {air.columns[word.bits[-1][0]]}"
    hidden = _reads(nodes, word.value, secret)
    said = f"{name} ({PRIVATE})" if hidden else value_text(name, number_text(value))
    if value >> len(word.bits):
        return f"{said} is not below 2^{len(word.bits)}"
    if hidden or _reads(nodes, word.total, secret):
        return f"{said} is not what its bits {bits} make"
    return f"{said}, but its bits {bits} make {number_text(made)}"


def _values(
    air: TableAir, trace: NDArray[np.uint64], public: Mapping[int, Sequence[Any]], row: int
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
        if kind in (ROW_NUMBER, CONJUNCTION):
            return row if kind == ROW_NUMBER else row & row >> x & (1 << x) - 1
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
    air: TableAir, nodes: Sequence[Node], trace: NDArray[np.uint64], row: int, secret: Collection[int]
) -> tuple[Cell, ...]:
    """The cells of the columns that a violated constraint reads, on all rows that it reads: a window of the trace."""
    columns = sorted(columns_in(nodes))
    rows = [(row + offset) % air.length for offset in sorted({y for kind, _, y in nodes if kind == COLUMN})]
    return tuple(Cell(air.columns[c], r, None if c in secret else int(trace[c, r])) for c in columns for r in rows)


def _known(air: TableAir, nodes: Sequence[Node], value: Callable[[Node], int]) -> tuple[Known, ...]:
    known: dict[int, Sequence[tuple[str, str]]] = {
        INPUT: [("input", name) for name in air.inputs],
        OUTPUT: [("output", name) for name in air.outputs],
        PERIODIC: [("periodic", name) for name in air.periodic_names],
        SEQUENCE: [(one.kind, one.name) for one in air.sequences],
    }
    leaves = sorted(node for node in nodes if node[0] in known)
    return tuple(Known(*known[node[0]][node[1]], value(node)) for node in leaves)


def window(violation: Violation) -> tuple[list[str], list[list[str]]]:
    """The window as lines of text: the row numbers, then one line for each column."""
    rows = list(dict.fromkeys(cell.row for cell in violation.cells))
    lines: dict[str, list[str]] = {}
    for cell in violation.cells:
        lines.setdefault(cell.column, [cell.column]).append(PRIVATE if cell.value is None else signed_text(cell.value))
    return ["", *(f"row {row}" for row in rows)], list(lines.values())
