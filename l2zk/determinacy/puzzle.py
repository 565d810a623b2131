"""Puzzle: all that is claimed of the cells of a statement, as instances: one for each constraint and row, one for each
tuple that is looked up, and one for each other bus.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from l2zk.air.nodes import ADD, COLUMN, CONSTANT, MUL, NEG, SUB, Node, extract, operands, renumbered
from l2zk.air.vectors import evaluate_rows
from l2zk.base.field import MODULUS
from l2zk.determinacy.cells import Cell, Layout, Words
from l2zk.language.definition import Definition
from l2zk.language.filled import Tables
from l2zk.language.fillings import Filling, Let, Times, Walk, filled_by
from l2zk.language.witness import Binding

LEAF = 64
"""The kind of a node that is a leaf of an instance: (LEAF, its place among the leaves, 0)."""

LeftOut = Collection[tuple[int, str]]
"""(table, name) of constraints and interactions."""


@dataclass(frozen=True, eq=False)
class Claim:
    """A constraint on its rows: `code` is 0 on each. leaves: int64[rows, leaves], words. degree: in its cells.

    behind: the program says it so many rows further on.
    """

    table: int
    name: str
    rows: range
    code: tuple[Node, ...]
    leaves: Words
    degree: int
    behind: int = 0


@dataclass(frozen=True, eq=False)
class Posted:
    """An interaction on its rows: tuple and multiplicity as words, int64[rows, width] and int64[rows].

    number: the interaction's, -1 - k for the public message k. counts: the multiplicity is the negative of a column
    that counts, whose cells stand in `times`. behind: as in a claim.
    """

    table: int
    number: int
    name: str
    bus: int
    rows: range
    tuples: Words
    times: Words
    counts: bool = False
    behind: int = 0


@dataclass(eq=False)
class Puzzle:
    """What is claimed of the cells of a statement, and an honest trace of it.

    honest: the value of every cell by its number. choices: numbers of the cells whose values are given. helpers:
    (table, column) of what follows from others: pieces of values, what memories find, what is served and counted.
    left_out: constraints and interactions that nobody claims here. Threads may share it.
    """

    definition: Definition
    layout: Layout
    claims: list[Claim]
    posted: list[Posted]
    honest: list[int]
    choices: list[int]
    helpers: frozenset[tuple[int, int]]
    left_out: frozenset[tuple[int, str]] = field(default_factory=frozenset)

    @classmethod
    def of(
        cls,
        definition: Definition,
        binding: Binding,
        cells: Sequence[NDArray[np.uint64]],
        *,
        choices: Collection[Cell],
        leave_out: LeftOut = (),
    ) -> Puzzle:
        """The puzzle of a statement.

        cells: of each table, uint64[columns, length], of a trace that satisfies everything. choices: the cells that the
        prover chooses. leave_out: (table, name) of constraints and interactions that are not claimed: a lookup
        by itself, of a permutation, a memory or another bus all that stands there.
        """
        layout = Layout(definition.air, binding.public_inputs, binding.sequences)
        writing = _Writing(definition, layout, _honest(definition, binding, cells), frozenset(leave_out))
        chosen = sorted({layout.number(cell) for cell in choices})
        return cls(
            definition,
            layout,
            writing.claims,
            _kept(writing.posted, writing.left_out),
            writing.honest.tolist(),
            chosen,
            _helpers(definition),
            writing.left_out,
        )


class _Writing:
    """A puzzle while it is written down."""

    def __init__(
        self, definition: Definition, layout: Layout, honest: NDArray[np.uint64], left_out: frozenset[tuple[int, str]]
    ) -> None:
        self.definition, self.layout, self.left_out, self.honest = definition, layout, left_out, honest
        self.claims: list[Claim] = []
        self.posted: list[Posted] = []
        counting = (one for one in definition.fillings if isinstance(one, Times))
        self._counting = {(one.table, one.interaction): one.column for one in counting}
        for number in range(len(definition.air.tables)):
            self._constraints(number)
        for number in range(len(definition.air.tables)):
            self._interactions(number)
        self._messages()

    def _constraints(self, number: int) -> None:
        table = self.definition.air.tables[number]
        for one in table.constraints:
            if (number, one.name) not in self.left_out:
                nodes, _ = extract(table.nodes, [one.node])
                self._claim(number, one.name, one.domain.rows(table.length), nodes, behind=one.behind)

    def _claim(
        self, table: int, name: str, rows: range, nodes: Sequence[Node], new: Words | None = None, behind: int = 0
    ) -> None:
        """A constraint; `new`: it says what these new cells are."""
        code, leaves = with_leaves(nodes)
        columns = [self.layout.words(table, leaf, rows) for leaf in leaves]
        if new is not None:
            code = (*code, (LEAF, len(leaves), 0), (SUB, len(code) - 1, len(code)))
            columns.append(new)
        words = np.stack(columns, axis=1) if columns else np.zeros((len(rows), 0), dtype=np.int64)
        self.claims.append(Claim(table, name, rows, code, words, degree_of(code), behind))

    def _interactions(self, number: int) -> None:
        air = self.definition.air.tables[number]
        for index, one in enumerate(air.interactions):
            rows = one.domain.rows(air.length)
            entries = [extract(air.nodes, [node])[0] for node in one.nodes]
            column = self._counting.get((number, index))
            words = [self._entry(number, one.name, rows, nodes, one.behind) for nodes in entries[:-1]]
            if column is None:
                times = self._entry(number, one.name, rows, entries[-1], one.behind)
            else:
                times = self.layout.words(number, (COLUMN, column, 0), rows)
            tuples = np.stack(words, axis=1)
            counts = column is not None
            self.posted.append(Posted(number, index, one.name, one.bus, rows, tuples, times, counts, one.behind))

    def _messages(self) -> None:
        for index, one in enumerate(self.definition.air.messages):
            words = [self._entry(0, one.name, range(1), nodes) for nodes in one.tuple]
            times = np.array([self.layout.pool.word(one.sign % MODULUS)], dtype=np.int64)
            self.posted.append(Posted(0, -1 - index, one.name, one.bus, range(1), np.stack(words, axis=1), times))

    def _entry(self, table: int, name: str, rows: range, nodes: Sequence[Node], behind: int = 0) -> Words:
        """The words of an expression: cells or constants, and else new cells that are claimed to equal it."""
        if len(nodes) == 1:
            return self.layout.words(table, nodes[0], rows)
        code, leaves = with_leaves(nodes)
        words = [self.layout.words(table, leaf, rows) for leaf in leaves]
        values = evaluate_rows(code, lambda node: self._values(words[node[1]]), len(rows))
        if not any((column >= 0).any() for column in words):
            return self.layout.pool.words(values)
        new = self.layout.new(len(rows))
        self.honest = np.concatenate([self.honest, values])
        self._claim(table, name, rows, nodes, new, behind)
        return new

    def _values(self, words: Words) -> NDArray[np.uint64]:
        """The honest values of leaves."""
        known = np.array(self.layout.pool.values or [0], dtype=np.uint64)
        return np.where(words >= 0, self.honest[np.maximum(words, 0)], known[np.maximum(~words, 0)])


def _kept(posted: list[Posted], left_out: LeftOut) -> list[Posted]:
    """What is not left out. A bus that is counted loses a sender; another all of it, since it would not balance."""
    gone = {id(one) for one in posted if one.number >= 0 and (one.table, one.name) in left_out}
    counted = {one.bus for one in posted if one.counts and id(one) not in gone}
    buses = {one.bus for one in posted if id(one) in gone} - counted
    return [one for one in posted if id(one) not in gone and one.bus not in buses]


def with_leaves(nodes: Sequence[Node]) -> tuple[tuple[Node, ...], list[Node]]:
    """The nodes with their leaves but constants by place, and these leaves; -x is a product."""
    leaves: dict[Node, int] = {}
    code: list[Node] = []
    place: list[int] = []
    for node in nodes:
        kind, x, _ = node
        if kind == NEG:
            code += [(CONSTANT, MODULUS - 1, 0), (MUL, len(code), place[x])]
        elif kind in (ADD, SUB, MUL, CONSTANT):
            code.append(renumbered(node, place))
        else:
            code.append((LEAF, leaves.setdefault(node, len(leaves)), 0))
        place.append(len(code) - 1)
    return tuple(code), list(leaves)


def degree_of(code: Sequence[Node]) -> int:
    """The degree of the last node in the leaves."""
    degrees: list[int] = []
    for node in code:
        kind = node[0]
        below = [] if kind == LEAF else [degrees[one] for one in operands(node)]
        degrees.append(sum(below) if kind == MUL else max(below, default=int(kind == LEAF)))
    return degrees[-1]


def _helpers(definition: Definition) -> frozenset[tuple[int, int]]:
    """The columns that fill themselves, but for lets and hints."""
    found: list[Filling | tuple[int, int]] = []
    for one in definition.fillings:
        found += (*one.memories, *one.parts) if isinstance(one, Walk) else (one,)
    parts = [part for part in found if not isinstance(part, Let | tuple)]
    return frozenset(pair for part in parts for pair in filled_by(part))


def _honest(definition: Definition, binding: Binding, cells: Sequence[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """The values of all cells, and of what is read off the main table."""
    tables = Tables(definition, binding)
    tables.cells = [list(np.ascontiguousarray(one)) for one in cells]
    outputs, columns = tables.stated()
    return np.concatenate([*map(np.ravel, cells), np.array(outputs, dtype=np.uint64), *columns])
