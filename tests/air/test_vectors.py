"""Vectors: arithmetic on many rows at once, against Python's integers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from l2zk.air.nodes import ADD, COLUMN, CONSTANT, MUL, NEG, SUB
from l2zk.air.vectors import add, evaluate_rows, multiply, subtract
from l2zk.base.field import MODULUS

EDGES = [
    0,
    1,
    2,
    2**32 - 2,
    2**32 - 1,
    2**32,
    2**32 + 1,
    2**63 - 1,
    2**63,
    MODULUS // 2,
    MODULUS - 2**32,
    MODULUS - 2,
]
EDGES += [MODULUS - 1, 2**64 - 2**33, 2**64 - 2**33 + 1]
elements = st.one_of(st.sampled_from(EDGES), st.integers(0, MODULUS - 1))
OPERATIONS = {add: lambda x, y: x + y, subtract: lambda x, y: x - y, multiply: lambda x, y: x * y}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_all_pairs_of_edges(operation):
    x, y = (grid.ravel() for grid in np.meshgrid(np.array(EDGES, dtype=np.uint64), np.array(EDGES, dtype=np.uint64)))
    expected = [OPERATIONS[operation](a, b) % MODULUS for a, b in zip(x.tolist(), y.tolist())]
    assert operation(x, y).tolist() == expected


@given(pairs=st.lists(st.tuples(elements, elements), min_size=1, max_size=20))
def test_any_pairs(pairs):
    x, y = (np.array(side, dtype=np.uint64) for side in zip(*pairs))
    for operation, plain in OPERATIONS.items():
        assert operation(x, y).tolist() == [plain(a, b) % MODULUS for a, b in pairs]


def test_an_expression_on_every_row():
    column = np.array([0, 5, MODULUS - 1], dtype=np.uint64)
    nodes = [(COLUMN, 0, 0), (CONSTANT, 7, 0), (MUL, 0, 0), (SUB, 2, 1), (NEG, 3, 0), (ADD, 4, 0)]
    values = evaluate_rows(nodes, lambda leaf: column, 3)
    assert values.tolist() == [(-(x * x - 7) + x) % MODULUS for x in column.tolist()]
