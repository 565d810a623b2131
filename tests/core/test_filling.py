"""What fills itself natively, against plain Python: expressions on rows, counts of tuples, balance."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk import _core
from l2zk.air.nodes import (
    ADD,
    COLUMN,
    CONJUNCTION,
    CONSTANT,
    INPUT,
    MUL,
    NEG,
    OUTPUT,
    PERIODIC,
    ROW_NUMBER,
    SEQUENCE,
    SUB,
    Node,
    evaluate,
)
from l2zk.base.field import MODULUS as P

fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(60))
numbers = st.integers(0, 2**32)


def words(values: Sequence[int]) -> Any:
    return np.array(values, dtype=np.uint64)


def columns_of(rng: random.Random, count: int, length: int, below: int = P) -> dict[int, Any]:
    return {c: words([rng.randrange(below) for _ in range(length)]) for c in range(count)}


# ---- expressions -----------------------------------------------------------------------------------------------------


class Leaves:
    """Random nodes on a table of random columns, and their values by plain Python."""

    def __init__(self, rng: random.Random, length: int) -> None:
        self.rng, self.length = rng, length
        self.columns = columns_of(rng, 3, length, rng.choice([P, 4]))
        self.periodic = [[rng.randrange(P) for _ in range(period)] for period in (1, 2, length)]
        self.inputs, self.outputs = [rng.randrange(P)], [rng.randrange(P)]
        self.sequences = [words([rng.randrange(P) for _ in range(min(5, length))])]

    def leaf(self) -> Node:
        step = self.rng.randint(1, 3)
        return self.rng.choice(
            [
                (CONSTANT, self.rng.choice([0, 1, P - 1, self.rng.randrange(P)]), 0),
                (COLUMN, self.rng.randrange(3), self.rng.randrange(self.length)),
                (PERIODIC, self.rng.randrange(3), 0),
                (INPUT, 0, 0),
                (OUTPUT, 0, 0),
                (SEQUENCE, 0, self.rng.randrange(self.length) + (step << 32)),
                (ROW_NUMBER, 0, 0),
                (CONJUNCTION, self.rng.randint(0, 4), 0),
            ]
        )

    def nodes(self, count: int) -> list[Node]:
        made: list[Node] = []
        for i in range(count):
            kind = self.rng.choice([ADD, SUB, MUL, NEG, None, None] if i else [None])
            x, y = self.rng.randrange(i or 1), self.rng.randrange(i or 1)
            made.append(self.leaf() if kind is None else (kind, x, 0 if kind == NEG else y))
        return made

    def value(self, row: int) -> Callable[[Node], int]:
        def of(node: Node) -> int:
            kind, x, y = node
            if kind == COLUMN:
                return int(self.columns[x][(row + y) % self.length])
            if kind == PERIODIC:
                return self.periodic[x][row % len(self.periodic[x])]
            if kind == SEQUENCE:
                k, rest = divmod(row - y % 2**32, y >> 32)
                return int(self.sequences[x][k]) if rest == 0 and 0 <= k < len(self.sequences[x]) else 0
            if kind == CONJUNCTION:
                return sum((row >> i & row >> x + i & 1) << i for i in range(x))
            return row if kind == ROW_NUMBER else (self.inputs if kind == INPUT else self.outputs)[x]

        return of

    def expressions(self, nodes: Sequence[Node], roots: Sequence[int], rows: Any = None) -> _core.Expressions:
        given = dict(inputs=self.inputs, outputs=self.outputs, sequences=self.sequences, rows=rows)
        return _core.Expressions(self.length, nodes, roots, columns=self.columns, periodic=self.periodic, **given)


@fixed
@given(numbers, st.sampled_from([2, 8, 512, 1024, 2048]))
def test_nodes_on_rows(seed: int, length: int) -> None:
    rng = random.Random(seed)
    leaves = Leaves(rng, length)
    nodes = leaves.nodes(rng.randint(1, 12))
    roots = [rng.randrange(len(nodes)) for _ in range(2)]
    low, high = np.zeros(length, dtype=np.uint64), np.zeros(length, dtype=np.uint64)
    shift = rng.randrange(64)
    _core.fill_columns(leaves.expressions(nodes, roots), [(0, 0, 2**64 - 1, low), (1, shift, 255, high)])
    for row in {0, length - 1, *(rng.randrange(length) for _ in range(20))}:
        values = evaluate(nodes, leaves.value(row))
        assert (low[row], high[row]) == (values[roots[0]], values[roots[1]] >> shift & 255)


def test_a_step_fills_the_rows_that_it_meets_alone() -> None:
    column = np.full(16, 9, dtype=np.uint64)
    _core.fill_columns(_core.Expressions(16, [(ROW_NUMBER, 0, 0)], [0], rows=(3, 12, 4)), [(0, 0, 2**64 - 1, column)])
    assert column.tolist() == [9] * 3 + [3] + [9] * 3 + [7] + [9] * 3 + [11] + [9] * 4


# ---- messages --------------------------------------------------------------------------------------------------------

Message = tuple[tuple[int, ...], int]


def drawn(rng: random.Random, width: int, below: int) -> tuple[_core.Expressions, dict[int, Message]]:
    """Messages of columns, and by row those that plain Python reads there."""
    length = rng.choice([8, 1024, 2048])
    columns = columns_of(rng, width, length, below)
    columns[width] = words([rng.choice([0, 1, 1, P - 1, rng.randrange(P)]) for _ in range(length)])
    start, stop, step = rng.choice([(0, length, 1), (0, length - 1, 1), (1, 2, 1), (3, 3, 1), (1, length, 3)])
    nodes = [(COLUMN, c, 0) for c in range(width + 1)]
    made = _core.Expressions(length, nodes, range(width + 1), columns=columns, rows=(start, stop, step))
    return made, {
        row: (tuple(int(columns[c][row]) for c in range(width)), int(columns[width][row]))
        for row in range(start, stop, step)
    }


def in_order(group: Sequence[dict[int, Message]]) -> list[Message]:
    """By rows, and on a row one after the other."""
    rows = sorted({row for said in group for row in said})
    return [said[row] for row in rows for said in group if row in said]


@fixed
@given(numbers, st.integers(1, 9), st.integers(0, 3), st.sampled_from([1, 2, 30, P]))
def test_tuples_and_sums(seed: int, width: int, count: int, below: int) -> None:
    rng = random.Random(seed)
    groups = [[drawn(rng, width, below) for _ in range(rng.randint(1, 2))] for _ in range(count)]
    sums: Counter[tuple[int, ...]] = Counter()
    for group in groups:
        for entries, multiplicity in in_order([said for _, said in group]):
            if multiplicity:
                sums[entries] += multiplicity
    tuples, totals = _core.tally([[messages for messages, _ in group] for group in groups], width)
    assert list(zip(map(tuple, tuples.tolist()), totals.tolist())) == [(key, n % P) for key, n in sums.items()]
    left = {key: n % P for key, n in sums.items() if n % P}
    found, which, by = _core.unbalanced([messages for group in groups for messages, _ in group], width, 3)
    assert found == len(left) and len(which) == min(3, found)
    assert all(left[tuple(key)] == n for key, n in zip(which.tolist(), by.tolist()))


def test_what_does_not_balance_comes_in_the_order_in_which_it_went_wrong() -> None:
    values = words([5, 7, 9, 5, 7, 3, 3, 4])
    signs = words([1, 1, 1, P - 1, P - 1, 2, 1, 0])
    messages = _core.Expressions(8, [(COLUMN, 0, 0), (COLUMN, 1, 0)], [0, 1], columns={0: values, 1: signs})
    assert [part.tolist() if hasattr(part, "tolist") else part for part in _core.unbalanced([messages], 1)] == [
        2,
        [[9], [3]],
        [1, 3],
    ]


def test_all_that_is_sent_and_received_is_forgotten() -> None:
    rows = 1 << 16
    columns = {0: np.arange(rows, dtype=np.uint64) * np.uint64(1 << 40), 1: np.arange(rows, dtype=np.uint64)}
    sent = _core.Expressions(rows, [(COLUMN, 0, 0), (COLUMN, 1, 0), (CONSTANT, 1, 0)], [0, 1, 2], columns=columns)
    got = {c: np.random.default_rng(1).permutation(columns[c]) for c in columns}
    received = _core.Expressions(rows, [(COLUMN, 0, 0), (COLUMN, 1, 0), (CONSTANT, P - 1, 0)], [0, 1, 2], columns=got)
    assert _core.unbalanced([sent, received], 2)[0] == 0
    got[0][7] += np.uint64(1)
    assert _core.unbalanced([sent, received], 2)[0] == 2


@pytest.mark.parametrize("kind", ["range", "xor", "and"])
@fixed
@given(numbers, st.integers(1, 5))
def test_counts_by_index(kind: str, seed: int, bits: int) -> None:
    rng = random.Random(seed)
    of = {"xor": lambda x, y: x ^ y, "and": lambda x, y: x & y}.get(kind)
    width, rows = (1, 1 << bits) if of is None else (3, 1 << 2 * bits)
    columns = columns_of(rng, width + 1, 1024, (1 << bits) + 1)
    columns[0][: rng.randrange(4)] = P - 1
    if of is not None:
        columns[2] = words([of(int(x), int(y)) for x, y in zip(columns[0], columns[1])])
        columns[2][rng.randrange(1024)] += np.uint64(1)
    nodes = [(COLUMN, c, 0) for c in range(width + 1)]
    messages = _core.Expressions(1024, nodes, range(width + 1), columns=columns)
    times = words([rng.choice([0, P - 1]) for _ in range(rows)])
    expected, missing = [int(n) for n in times], 0
    places = {
        (v,) if of is None else (v % (1 << bits), v >> bits, of(v % (1 << bits), v >> bits)): v for v in range(rows)
    }
    for *entries, multiplicity in zip(*(columns[c].tolist() for c in range(width + 1))):
        if tuple(entries) in places:
            expected[places[tuple(entries)]] += multiplicity
        else:
            missing += multiplicity != 0
    assert _core.count_indexed([messages], kind, bits, times)[0] == missing
    assert times.tolist() == [n % P for n in expected]


@fixed
@given(numbers, st.integers(1, 3), st.integers(0, 3))
def test_counts_by_tuple(seed: int, width: int, count: int) -> None:
    rng = random.Random(seed)
    table = columns_of(rng, width, 64, 5)
    first, step = rng.choice([(0, 1), (3, 1), (1, 2)])
    nodes = [*((COLUMN, c, 0) for c in range(width)), (CONSTANT, 1, 0)]
    rows = _core.Expressions(64, nodes, range(width + 1), columns=table, rows=(first, 60, step))
    made = [drawn(rng, width, 6) for _ in range(count)]
    places: dict[tuple[int, ...], int] = {}
    for row in range(first, 60, step):
        places.setdefault(tuple(int(table[c][row]) for c in range(width)), row)
    expected, missing = [0] * 64, 0
    for entries, multiplicity in in_order([said for _, said in made]):
        if entries in places:
            expected[places[entries]] += multiplicity
        else:
            missing += multiplicity != 0
    times = np.zeros(64, dtype=np.uint64)
    assert _core.count_tuples([messages for messages, _ in made], rows, width, times)[0] == missing
    assert times.tolist() == [n % P for n in expected]


def test_the_first_tuple_that_is_nowhere() -> None:
    columns = {0: words([3, 4, 9, 9, 4, 4, 7, 7]), 1: words([1, 1, 0, 1, 1, 1, 1, 1])}
    sent = _core.Expressions(8, [(COLUMN, 0, 0), (COLUMN, 1, 0)], [0, 1], columns=columns)
    good = _core.Expressions(8, [(CONSTANT, 4, 0), (CONSTANT, 1, 0)], [0, 1])
    table = _core.Expressions(8, [(ROW_NUMBER, 0, 0), (CONSTANT, 1, 0)], [0, 1])
    times = np.zeros(8, dtype=np.uint64)
    assert _core.count_indexed([good, sent], "range", 3, times) == (1, (1, 3))
    assert _core.count_tuples([sent, good], table, 1, times) == (1, (0, 3))
    assert times.tolist() == [0, 0, 0, 2, 22, 0, 0, 4]


# ---- what is refused -------------------------------------------------------------------------------------------------

BAD_NODES = {
    "none": ([], []),
    "a root beyond": ([(CONSTANT, 1, 0)], [1]),
    "a root before": ([(CONSTANT, 1, 0)], [-1]),
    "a later operand": ([(ADD, 0, 0)], [0]),
    "a right operand that comes later": ([(CONSTANT, 1, 0), (MUL, 0, 1)], [1]),
    "a column of another length": ([(COLUMN, 0, 0)], [0]),
    "a column of another type": ([(COLUMN, 1, 0)], [0]),
    "a column with gaps": ([(COLUMN, 2, 0)], [0]),
    "no column": ([(COLUMN, 3, 0)], [0]),
    "a periodic column of three": ([(PERIODIC, 0, 0)], [0]),
    "no periodic column": ([(PERIODIC, 1, 0)], [0]),
    "a periodic value of p": ([(PERIODIC, 2, 0)], [0]),
    "no step": ([(SEQUENCE, 0, 0)], [0]),
    "a conjunction of 32 bits": ([(CONJUNCTION, 32, 0)], [0]),
    "another kind": ([(12, 0, 0)], [0]),
    "p": ([(CONSTANT, P, 0)], [0]),
    "an input that there is not": ([(INPUT, 0, 0)], [0]),
}


@pytest.mark.parametrize("why", BAD_NODES)
def test_nodes_that_are_refused(why: str) -> None:
    nodes, roots = BAD_NODES[why]
    columns = {0: words([1] * 7), 1: np.zeros(8, dtype=np.int64), 2: np.zeros(16, dtype=np.uint64)[::2]}
    periodic = [[1, 2, 3], [], [P, 1]]
    with pytest.raises((ValueError, IndexError, KeyError)):
        _core.Expressions(8, nodes, roots, columns=columns, periodic=periodic, sequences=[words([1])])


@pytest.mark.parametrize("rows", [(0, 9, 1), (5, 4, 1), (-1, 4, 1), (0, 8, 0)])
def test_rows_that_are_refused(rows: Any) -> None:
    with pytest.raises((ValueError, OverflowError)):
        _core.Expressions(8, [(CONSTANT, 1, 0)], [0], rows=rows)


def test_arrays_and_widths_that_are_refused() -> None:
    one = _core.Expressions(8, [(CONSTANT, 1, 0)], [0])
    two = _core.Expressions(8, [(CONSTANT, 1, 0)], [0, 0])
    read_only = np.zeros(8, dtype=np.uint64)
    read_only.flags.writeable = False
    seven = np.zeros(7, dtype=np.uint64)
    calls: list[Callable[[], Any]] = [
        lambda: _core.fill_columns(one, [(0, 0, 1, read_only)]),
        lambda: _core.fill_columns(one, [(0, 0, 1, seven)]),
        lambda: _core.fill_columns(one, [(0, 64, 1, seven)]),
        lambda: _core.fill_columns(one, [(1, 0, 1, np.zeros(8, dtype=np.uint64))]),
        lambda: _core.tally([[one]], 1),
        lambda: _core.tally([[two]], 2),
        lambda: _core.tally([[two]], 0),
        lambda: _core.tally([[two]], 256),
        lambda: _core.unbalanced([None], 1),
        lambda: _core.count_indexed([two], "range", 3, seven),
        lambda: _core.count_indexed([two], "range", 32, seven),
        lambda: _core.count_indexed([two], "or", 3, seven),
        lambda: _core.count_tuples([two], one, 1, np.zeros(8, dtype=np.uint64)),
        lambda: _core.count_tuples([two], two, 1, seven),
        lambda: _core.memory_pass([(one, one, two, None, None)], 8, seven, seven),
        lambda: _core.memory_pass([(one, None, one, read_only, None)], 8, seven, seven),
        lambda: _core.memory_pass([(one, one, one, None, None)], 9, seven, seven),
        lambda: _core.memory_pass([(one, one, one, seven, None)], 8, seven, seven),
        lambda: _core.memory_pass([(one, one, one, None, None)], 8, seven, read_only),
    ]
    for call in calls:
        with pytest.raises((ValueError, KeyError, TypeError)):
            call()


def test_nothing_at_all() -> None:
    tuples, sums = _core.tally([], 3)
    assert tuples.shape == (0, 3) and sums.shape == (0,)
    assert _core.unbalanced([], 1)[0] == 0
    assert _core.count_indexed([], "xor", 2, np.zeros(16, dtype=np.uint64))[0] == 0
    assert _core.memory_pass([], 0, np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.uint64)) is None
