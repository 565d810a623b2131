"""A memory's accesses, carried out natively, against a dict."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk import _core
from l2zk.air.nodes import ADD, COLUMN, CONSTANT
from l2zk.base.field import MODULUS as P

fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(60))
numbers = st.integers(0, 2**32)


def words(values: Sequence[int]) -> Any:
    return np.array(values, dtype=np.uint64)


ROWS = 256


def drawn(rng: random.Random, port: int, size: int, columns: dict[int, Any]) -> tuple[str, list[Any]]:
    """An access, and its kind: address, value, when and the columns that it fills; its own columns are made."""
    address, when, given_value = (3 * port + k for k in range(3))
    columns[address] = words([rng.randrange(size) for _ in range(ROWS)])
    columns[when] = words([rng.choice([0, 1, 1, 7]) for _ in range(ROWS)])
    columns[given_value] = words([rng.randrange(P) for _ in range(ROWS)])
    kind = rng.choice(["read", "given read", "write", "next to the first value"])
    value: Any = [(COLUMN, given_value, 0)]
    if kind == "next to the first value":
        value = [(COLUMN, 2, 0), (CONSTANT, 1, 0), (ADD, 0, 1)]
    old, then = (rng.choice([None, np.full(ROWS, 77, dtype=np.uint64)]) for _ in range(2))
    if kind == "read":
        value, columns[given_value] = None, old if old is not None else np.zeros(ROWS, dtype=np.uint64)
    return kind, [address, value, when, old, then]


@fixed
@given(numbers, st.integers(1, 3), st.integers(1, 9))
def test_a_memory_is_a_dict(seed: int, ports: int, size: int) -> None:
    """Random accesses; the value of a later one may be what an earlier one of the row has read."""
    rng = random.Random(seed)
    accessed = rng.choice([0, 200, ROWS])
    columns: dict[int, Any] = {}
    kinds, accesses = zip(*(drawn(rng, port, size, columns) for port in range(ports)))

    def of(nodes: Any) -> _core.Expressions:
        return _core.Expressions(ROWS, nodes, [len(nodes) - 1], columns=columns)

    initial = [rng.randrange(P) for _ in range(size)]
    values, times = words(initial), np.zeros(size, dtype=np.uint64)
    called = [
        (of([(COLUMN, a, 0)]), value and of(value), of([(COLUMN, w, 0)]), *filled) for a, value, w, *filled in accesses
    ]
    for port in range(ports):
        columns[3 * port][accessed:] = rng.choice([0, size - 1, size, P - 1])
    assert _core.memory_pass(called, accessed, values, times) is None

    cells: dict[int, tuple[int, int]] = {i: (value, 0) for i, value in enumerate(initial)}
    for row in range(ROWS):
        if row == accessed:  # the padding: the cells are read off before it
            assert list(zip(values.tolist(), times.tolist())) == [cells[i] for i in range(size)]
            cells = {i: (value, 0) for i, (value, _) in cells.items()}
        for k, (kind, (a, _, w, old, then)) in enumerate(zip(kinds, accesses)):
            was = cells.get(int(columns[a][row]), (0, 0)) if columns[w][row] else (0, 0)
            assert old is None or old[row] == was[0]
            assert then is None or then[row] == was[1]
            if columns[w][row] and int(columns[a][row]) < size:
                said = {"read": was[0], "next to the first value": (int(columns[2][row]) + 1) % P}
                value = said.get(kind, int(columns[a + 2][row]))
                cells[int(columns[a][row])] = value, ports * row + k + 1 if row < accessed else 0
    assert accessed < ROWS or list(zip(values.tolist(), times.tolist())) == [cells[i] for i in range(size)]


@pytest.mark.parametrize("address", [4, 5, 2**63, P - 1])
def test_an_address_that_is_no_cells(address: int) -> None:
    columns = {0: words([0, 1, address, 3]), 1: words([1, 1, 1, 1]), 2: words([0, 0, 1, 1])}
    one = [_core.Expressions(4, [(COLUMN, c, 0)], [0], columns=columns) for c in range(3)]
    cells = np.zeros(4, dtype=np.uint64), np.zeros(4, dtype=np.uint64)
    idle = (one[1], one[1], one[1], None, None)
    assert _core.memory_pass([idle, (one[0], one[1], one[2], None, None)], 4, *cells) == (1, 2)
    columns[2][2] = 0
    assert _core.memory_pass([idle, (one[0], one[1], one[2], None, None)], 4, *cells) is None
