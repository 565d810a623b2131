"""Core and twin on programs of several tables, with buses, lookups and stacked statements: equal byte for byte."""

from __future__ import annotations

import random

import pytest
from compare_core import Sides, agreed
from fuzzing import examples
from reference.algebra import P
from reference.judge import judge
from reference.random_programs import random_case, random_groups
from reference.shape import Word
from reference.small import SHAPES, ShapeOf, small
from reference.systems import calls, calls_trace, cases, fibonacci, fibonacci_trace, many, one, posted, posted_trace

CASES = {name: (groups, traces) for name, groups, traces in cases()}
EACH = [(name, shape) for name in CASES for shape in ("one later word",)]
EACH += [(name, shape) for name in ("calls", "stacked messages", "four programs") for shape in SHAPES]


@pytest.mark.parametrize("hiding", [False, True], ids=["plain", "hiding"])
@pytest.mark.parametrize(("name", "shape"), EACH)
def test_each_system(name: str, shape: str, hiding: bool) -> None:
    agreed(*CASES[name], SHAPES[shape], hiding=hiding)


def a_shape(rng: random.Random) -> ShapeOf:
    """Columns of 8 to 128 entries, none to two later words, few queries."""
    log_m, queries = rng.randrange(3, 8), [rng.randrange(1, 5) for _ in range(3)]
    log_n0, words, left = log_m + rng.randrange(1, 4), list[Word](), log_m
    while (1 << log_m) + queries[0] + 6 > 1 << log_n0:
        log_n0 += 1
    log_n = log_n0
    for number in range(rng.randrange(3)):
        k = rng.randrange(1, 3)
        if k < left:
            left, log_n = left - k, max(left - k + 1, log_n - rng.randrange(3))
            words.append(Word(k, log_n, queries[number + 1]))
    return small(log_m, log_n0, queries[0], tuple(words), rng.randrange(4))


@pytest.mark.parametrize("seed", range(examples(60)))
def test_random_programs(seed: int) -> None:
    """Of one to five tables of any heights, stacked or not."""
    rng = random.Random(seed)
    groups, traces = random_case(f"core {seed}", interactions=rng.random() < 0.8)
    agreed(groups, traces, a_shape(rng), hiding=rng.random() < 0.6)


@pytest.mark.parametrize("seed", range(examples(40)))
def test_random_programs_side_by_side(seed: int) -> None:
    groups, traces = random_groups(f"core {seed}")
    agreed(groups, traces, a_shape(random.Random(seed)), hiding=seed % 3 > 0)


@pytest.mark.parametrize("hiding", [False, True], ids=["plain", "hiding"])
def test_a_tall_table_and_a_short_one(hiding: bool) -> None:
    """Rows enough for tiles, and for tasks of more than one thread; then a stack as tall."""
    tall = one("", calls(1024, 2), calls_trace(1024, 2, [3, 5]))
    agreed(*tall[1:], small(8, 10, 3, (Word(3, 8, 2),)), hiding=hiding)
    stack = many("", fibonacci(16), [fibonacci_trace(16, a, a + 1) for a in range(33)])
    agreed(*stack[1:], small(7, 9, 3, ()), hiding=hiding)


@pytest.mark.parametrize("seed", range(examples(12)))
def test_a_wrong_cell_is_judged_alike(seed: int) -> None:
    """Whatever makes the proof of the false trace; the statement itself is decided row by row and tuple by tuple."""
    rng = random.Random(f"wrong {seed}")
    groups, traces = random_groups(f"wrong {seed}")
    tables = [(table, len(statements)) for program, statements in groups for table in program.tables]
    number = rng.randrange(len(tables))
    column, row = rng.choice(traces[number]), rng.randrange(tables[number][0].rows * tables[number][1])
    column[row] = (column[row] + rng.randrange(1, P)) % P
    sides = Sides(groups, traces, hiding=rng.random() < 0.6)
    true = not judge(groups, sides.traces)
    for body in (sides.by_core(), sides.by_twin()):
        assert sides.core_accepts(body) == sides.twin_accepts(body) == true


def test_statements_that_are_missing_are_copies_of_the_last() -> None:
    """Five statements with public messages, in eight blocks."""
    rng = random.Random(3)
    parts = [posted_trace(8, (v + 1, v), (v, 6), rng) for v in range(5)]
    agreed(*many("", posted(8), parts)[1:], hiding=True)
