"""Merged: several columns that fill themselves as one list of nodes, in which what they share is computed once.

A column that an earlier one of the list fills is not read from the table: its node is there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from l2zk.air.nodes import ADD, AND, COLUMN, CONSTANT, LOOK_UP, MUL, SHIFT_RIGHT, Node, operands, renumbered
from l2zk.language.bit_words import by_words
from l2zk.language.definition import Definition
from l2zk.language.fillings import Let, Limbs, Walk

Piece = tuple[int, int, int]
"""A column, and the bits that it gets of a value: the first of them, and a mask."""

ALL_BITS = 2**64 - 1

MOST_KEPT = 64
"""Lists of a definition that are kept, for the columns that different runs are given."""

Kept = TypeVar("Kept")

MOST_NODES = 1 << 16
"""Of a list that takes further columns."""


def pieces_of(one: Let | Limbs) -> list[Piece]:
    """What the columns get of the value."""
    if isinstance(one, Let):
        return [(one.column, 0, ALL_BITS)]
    shifts = [sum(one.widths[:i]) for i in range(len(one.widths))]
    return [(column, shift, 2**width - 1) for column, shift, width in zip(one.columns, shifts, one.widths)]


_DOUBLINGS = {(CONSTANT, 2, 0): 1, (CONSTANT, 4, 0): 2, (CONSTANT, 8, 0): 3}


class Merged:
    """The nodes of one table for some columns, on the rows from `behind` on, but the last `ahead`.

    known: columns that are given, which are read and not filled. delay: in a walk. filled: (root, shift, mask, column)
    of all others.
    """

    def __init__(self, table: int, ahead: int, behind: int, known: Collection[int], delay: int = 0) -> None:
        self.rows, self.delay = (table, ahead, behind), delay
        self.nodes: list[Node] = []
        self.roots: list[int] = []
        self.filled: list[tuple[int, int, int, int]] = []
        self.columns: set[int] = set()
        self._known = known
        self._place: dict[Node, int] = {}
        self._made: dict[int, Piece] = {}
        self._looks_up: dict[int, int] = {}

    def add(self, one: Let | Limbs) -> None:
        """The columns of one more filling."""
        place: list[int] = []
        pieces = pieces_of(one)
        wanted = [piece for piece in pieces if piece[0] not in self._known]
        if not wanted:
            return
        for node in one.nodes:
            place.append(self._leaf(node) if not operands(node) else self._operation(renumbered(node, place)))
            if node[0] == LOOK_UP:
                self._looks_up.setdefault(place[-1], pieces[0][0])
        for column, shift, mask in wanted:
            self.filled.append((len(self.roots), shift, mask, column))
            self._made[column] = (place[-1], shift, mask)
        self.roots.append(place[-1])
        self.columns.update(column for column, _, _ in wanted)

    def by_words(self, definition: Definition) -> Merged:
        """The same with words in the place of their bits."""
        if not self._looks_up:
            self.nodes, self.roots = by_words(
                self.nodes, self.roots, bit_columns(definition, self.rows[0], self._known)
            )
        return self

    def column_of(self, node: int) -> int:
        """The column for which a node looks up an entry of a list."""
        return self._looks_up[node]

    def _operation(self, node: Node) -> int:
        """An operation; a product by 2, 4 or 8 as sums, which take less time."""
        kind, x, y = node
        for one, other in ((x, y), (y, x)) if kind == MUL else ():
            doublings = _DOUBLINGS.get(self.nodes[other], 0)
            for _ in range(doublings):
                one = self._add((ADD, one, one))
            if doublings:
                return one
        return self._add(node)

    def _leaf(self, node: Node) -> int:
        """A leaf, or what makes the column that it reads."""
        if node[0] != COLUMN or node[2] or node[1] not in self._made:
            return self._add(node)
        value, shift, mask = self._made[node[1]]
        if mask == ALL_BITS:
            return value
        shifted = self._add((SHIFT_RIGHT, value, self._add((CONSTANT, shift, 0)))) if shift else value
        return self._add((AND, shifted, self._add((CONSTANT, mask, 0))))

    def _add(self, node: Node) -> int:
        place = self._place.setdefault(node, len(self.nodes))
        if place == len(self.nodes):
            self.nodes.append(node)
        return place


def kept(definition: Definition, key: Hashable, make: Callable[[], Kept]) -> Kept:
    """What is made for a definition, from one run to the next."""
    found: Kept | None = definition.prepared.get(key)
    if found is None:
        if len(definition.prepared) >= MOST_KEPT:
            definition.prepared.clear()
        found = definition.prepared[key] = make()
    return found


def bit_columns(definition: Definition, table: int, known: Collection[int]) -> dict[int, tuple[int, int]]:
    """The columns of a table that are bits of a column on every row, with its number and theirs."""
    found: dict[int, tuple[int, int]] = {}
    for filling in definition.fillings:
        for one in filling.parts if isinstance(filling, Walk) else (filling,):
            if isinstance(one, Limbs) and one.table == table and set(one.widths) == {1} and len(one.nodes) == 1:
                kind, word, ahead = one.nodes[0]
                if kind == COLUMN and not ahead:
                    found |= {column: (word, k) for k, column in enumerate(one.columns) if column not in known}
    return found


def merged(several: Iterable[Let | Limbs], known: Sequence[Collection[int]]) -> Iterator[Merged]:
    """Lists of nodes for fillings in their order, as long as one can be filled piece by piece of its rows: none of its
    columns is read on another row. known: the columns of each table that are given."""
    last: Merged | None = None
    for one in several:
        rows = (one.table, one.ahead, one.behind)
        apart = {x for kind, x, y in one.nodes if kind == COLUMN and y}
        if last is None or last.rows != rows or last.columns & apart or len(last.nodes) > MOST_NODES:
            if last is not None:
                yield last
            last = Merged(*rows, known[one.table])
        last.add(one)
    if last is not None:
        yield last
