"""Integer code in the core, on tiles and row by row, against plain Python."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk import _core
from l2zk.air.nodes import (
    ADD,
    CODE,
    COLUMN,
    CONSTANT,
    INVERSE,
    LOOK_UP,
    MUL,
    POWER,
    ROTATE,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    SUB,
    Node,
    evaluate,
    operands,
    rotation,
)
from l2zk.base.field import MODULUS as P

fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(60))
ALL = 2**64 - 1
LISTS = [[7], [P - 1, 0, 3], list(range(100))]
EDGES = [0, 1, 2, 31, 32, 63, 64, 65, 191, 192, 193, 2**32 - 1, 2**32, 2**63, P - 1, P - 2]
TWO, ONE = range(CODE, INVERSE), range(INVERSE, LOOK_UP + 1)


def drawn(rng: random.Random, bits: int = 64) -> int:
    return rng.choice(EDGES) if rng.random() < 0.3 else rng.randrange(min(P, 1 << rng.randint(1, bits)))


def number(rng: random.Random, kind: int) -> int:
    """The y of an operation of one operand."""
    if kind == LOOK_UP:
        return rng.randrange(len(LISTS))
    if kind == POWER:
        return drawn(rng)
    bits = rng.randint(1, 63)
    return rotation(rng.randrange(bits), bits) if kind == ROTATE else 0


def operation(rng: random.Random, count: int) -> Node:
    kind = rng.choice([ADD, SUB, MUL, *TWO, *ONE])
    return kind, rng.randrange(count), rng.randrange(count) if len(operands((kind, 0, 0))) == 2 else number(rng, kind)


def compared(length: int, columns: list[list[int]], nodes: list[Node], **more: Any) -> None:
    """The core on tiles and row by row, and evaluate, agree on the last node."""
    filled = {c: np.array(column, dtype=np.uint64) for c, column in enumerate(columns)}
    made = _core.Expressions(length, nodes, [len(nodes) - 1], columns=filled, lists=LISTS, **more)
    tiles, rows = np.zeros(length, dtype=np.uint64), np.zeros(length, dtype=np.uint64)
    _core.fill_columns(made, [(0, 0, ALL, tiles)])
    _core.walk([(made, [(0, 0, ALL, rows)], 0)], [], length)
    for row in range(length):
        expected = evaluate(nodes, lambda node, row=row: columns[node[1]][(row + node[2]) % length], LISTS)[-1]
        assert tiles[row] == rows[row] == expected, (nodes, row)


@pytest.mark.parametrize("kind", [*TWO, *ONE])
def test_each_operation(kind: int) -> None:
    rng = random.Random(kind)
    length = 1024
    columns = [[drawn(rng) for _ in range(length)] for _ in range(2)]
    pairs = [(x, y) for x in EDGES for y in EDGES]
    for row, pair in enumerate(pairs):
        columns[0][row], columns[1][row] = pair
    y = 1 if kind in TWO else number(rng, kind)
    compared(length, columns, [(COLUMN, 0, 0), (COLUMN, 1, 0), (kind, 0, y)])


@fixed
@given(st.integers(0, 2**32))
def test_random_code(seed: int) -> None:
    rng = random.Random(seed)
    length = rng.choice([2, 8, 600 if seed % 8 == 0 else 16])
    length = 1 << (length - 1).bit_length()
    columns = [[drawn(rng, rng.choice([3, 64])) for _ in range(length)] for _ in range(3)]
    nodes: list[Node] = [(COLUMN, rng.randrange(3), rng.randrange(length)) for _ in range(3)]
    nodes += [(CONSTANT, drawn(rng), 0) for _ in range(2)]
    for _ in range(rng.randint(1, 8)):
        nodes.append(operation(rng, len(nodes)))
    compared(length, columns, nodes)


def test_a_fault_is_the_first_row_that_looks_beyond_the_list() -> None:
    places = np.array([0, 2, 1, 3, 9, 2, 1, 7], dtype=np.uint64)
    nodes = [(COLUMN, 0, 0), (LOOK_UP, 0, 1)]
    for checked, fault in ((8, (3, 3)), (4, (3, 3)), (3, None)):
        made = _core.Expressions(8, nodes, [1], columns={0: places}, lists=LISTS, checked=checked)
        column = np.ones(8, dtype=np.uint64)
        _core.fill_columns(made, [(0, 0, ALL, column)])
        assert (made.fault and made.fault[:2]) == fault and column.tolist() == [P - 1, 3, 0, 0, 0, 3, 0, 0]


@pytest.mark.parametrize(
    "node",
    [
        (LOOK_UP, 0, 5),
        (LOOK_UP, 1, 0),
        (SHIFT_LEFT, 0, 1),
        (SHIFT_RIGHT, 0, -1),
        (ROTATE, 0, rotation(3, 64)),
        (ROTATE, 0, 5 + (5 << 8)),
        (ROTATE, 0, 0),
        (CODE - 1, 0, 0),
        (LOOK_UP + 1, 0, 0),
        (POWER, 0, 2**64),
    ],
)
def test_what_is_refused(node: Node) -> None:
    with pytest.raises((ValueError, IndexError, OverflowError)):
        _core.Expressions(8, [(CONSTANT, 1, 0), node], [1], lists=LISTS)
