"""Rows one after the other in the core: accesses, values of expressions and steps, against plain Python."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk import _core
from l2zk.air.nodes import ADD, COLUMN, CONSTANT, MUL, Node, evaluate
from l2zk.base.field import MODULUS as P

fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(60))
ROWS, SIZE, ALL = 64, 8, 2**64 - 1


class Table:
    """Columns of a table, and expressions in them, by the core and by plain Python."""

    def __init__(self, rng: random.Random, columns: int) -> None:
        self.rng = rng
        self.columns = {c: np.array([rng.randrange(P) for _ in range(ROWS)], dtype=np.uint64) for c in range(columns)}
        self.plain = {c: column.tolist() for c, column in self.columns.items()}

    def nodes(self, columns: list[int], offset: int = 0) -> list[Node]:
        """A random expression in these columns."""
        made: list[Node] = [(COLUMN, self.rng.choice(columns), offset), (CONSTANT, self.rng.randrange(9), 0)]
        for place in range(self.rng.randint(0, 2)):
            made.append((self.rng.choice([ADD, MUL]), self.rng.randrange(2 + place), self.rng.randrange(2 + place)))
        return made

    def expressions(self, nodes: list[Node]) -> _core.Expressions:
        return _core.Expressions(ROWS, nodes, [len(nodes) - 1], columns=self.columns)

    def value(self, nodes: list[Node], row: int) -> int:
        return evaluate(nodes, lambda node: self.plain[node[1]][(row + node[2]) % ROWS])[-1]


class Machine:
    """Column 0 is stepped; 1 is a piece of it; then an access for each memory, column 2 is what they found, which each
    memory gets."""

    def __init__(self, rng: random.Random, ahead: int, count: int) -> None:
        self.table, self.ahead, self.count = Table(rng, 5 + 2 * count), ahead, count
        self.accessed = [rng.choice([0, 40, ROWS]) for _ in range(count)]
        self.piece = self.table.nodes([0, 3])
        self.found = [*((COLUMN, 5 + 2 * k, 0) for k in range(count)), (COLUMN, 4, 0)]
        self.found += [(ADD, len(self.found) - 1, k) for k in range(count)]
        self.step, self.stored = self.table.nodes([0, 2]), self.table.nodes([2, 3])
        cells = np.arange(SIZE, dtype=np.uint64), np.zeros(SIZE, dtype=np.uint64)
        self.cells = [tuple(part.copy() for part in cells) for _ in range(count)]

    def walk(self) -> Any:
        """By the core."""
        of, columns = self.table.expressions, self.table.columns
        first, second = ([(k, access) for k in range(self.count)] for access in (0, 1))
        where, always, stored = of([(COLUMN, 1, 0)]), of([(CONSTANT, 1, 0)]), of(self.stored)
        write = where, stored, always, None, None
        reads = [(where, None, always, columns[5 + 2 * k], columns[6 + 2 * k]) for k in range(self.count)]
        memories = [([read, write], *rest) for read, *rest in zip(reads, self.accessed, *zip(*self.cells))]
        actions: list[Any] = [(of(self.piece), [(0, 3, SIZE - 1, columns[1])], 0), *first]
        actions += [(of(self.found), [(0, 0, ALL, columns[2])], 0), *second]
        return _core.walk([*actions, (of(self.step), [(0, 0, ALL, columns[0])], self.ahead)], memories, ROWS)

    def walk_by_hand(self) -> list[list[tuple[int, int]]]:
        """By plain Python; what the cells have in the end."""
        held = [[(value, 0) for value in range(SIZE)] for _ in range(self.count)]
        left: dict[int, Any] = {}
        for row in range(ROWS):
            left |= {k: list(held[k]) for k, accessed in enumerate(self.accessed) if row == accessed}
            self._row(row, held)
        return [left.get(k, held[k]) for k in range(self.count)]

    def _row(self, row: int, held: list[list[tuple[int, int]]]) -> None:
        plain, value = self.table.plain, self.table.value
        plain[1][row] = at = value(self.piece, row) >> 3 & SIZE - 1
        for k in range(self.count):
            plain[5 + 2 * k][row], then = held[k][at]
            plain[6 + 2 * k][row] = then if row < self.accessed[k] else 0
        plain[2][row] = value(self.found, row)
        for k in range(self.count):
            held[k][at] = value(self.stored, row), 2 * row + 2
        if self.ahead <= row + 1 < ROWS:
            plain[0][row + 1] = value(self.step, row + 1 - self.ahead)


@fixed
@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(0, 2))
def test_rows_one_after_the_other(seed: int, ahead: int, count: int) -> None:
    machine = Machine(random.Random(seed), ahead, count)
    assert machine.walk() is None
    left = machine.walk_by_hand()
    assert {c: column.tolist() for c, column in machine.table.columns.items()} == machine.table.plain
    assert [list(zip(*(part.tolist() for part in cells))) for cells in machine.cells] == left


def test_several_roots_and_an_address_that_is_no_cells() -> None:
    columns = {c: np.zeros(8, dtype=np.uint64) for c in range(3)}
    nodes = [(COLUMN, 0, 0), (CONSTANT, 3, 0), (ADD, 0, 1), (MUL, 2, 1)]
    both = _core.Expressions(8, nodes, [2, 3], columns=columns)
    action = both, [(0, 0, ALL, columns[0]), (1, 1, 7, columns[1])], 1
    assert _core.walk([action], [], 8) is None
    assert columns[0].tolist() == [3 * k for k in range(8)]
    assert columns[1].tolist() == [0, *(9 * k >> 1 & 7 for k in range(1, 8))]
    at = _core.Expressions(8, [(COLUMN, 0, 0)], [0], columns=columns)
    one = _core.Expressions(8, [(CONSTANT, 1, 0)], [0])
    cells = np.zeros(7, dtype=np.uint64), np.zeros(7, dtype=np.uint64)
    memory = [(one, None, one, None, None), (at, one, one, None, None)], 8, *cells
    assert _core.walk([(0, 0), (0, 1)], [memory], 8) == (0, 1, 3)


def test_what_is_refused() -> None:
    one = _core.Expressions(8, [(CONSTANT, 1, 0)], [0])
    short = _core.Expressions(4, [(CONSTANT, 1, 0)], [0])
    column, cells = np.zeros(8, dtype=np.uint64), np.zeros(4, dtype=np.uint64)
    memory = [(one, None, one, None, None)], 8, cells, cells.copy()
    calls: list[Callable[[], Any]] = [
        lambda: _core.walk([(0, 0)], [], 8),
        lambda: _core.walk([(0, 1)], [memory], 8),
        lambda: _core.walk([(1, 0)], [memory], 8),
        lambda: _core.walk([(-1, 0)], [memory], 8),
        lambda: _core.walk([], [memory], 16),
        lambda: _core.walk([], [(memory[0], 9, *memory[2:])], 8),
        lambda: _core.walk([(short, [], 0)], [], 8),
        lambda: _core.walk([(one, [(0, 0, 1, column)], 8)], [], 8),
        lambda: _core.walk([(one, [(0, 0, 1, column)], -8)], [], 8),
        lambda: _core.walk([(one, [(1, 0, 1, column)], 0)], [], 8),
        lambda: _core.walk([(one, [(0, 0, 1, cells)], 0)], [], 8),
        lambda: _core.walk([(None, [], 0)], [], 8),
    ]
    for call in calls:
        with pytest.raises((ValueError, TypeError, OverflowError)):
            call()
    assert _core.walk([], [], 8) is None
