"""Fewer products with the same values: expressions of bits as people write them, and random ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st

import l2zk
from l2zk.air.factored import factored
from l2zk.air.nodes import ADD, COLUMN, CONSTANT, MUL, NEG, SUB, Node, evaluate, extract
from l2zk.base.field import MODULUS as P

fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(60))
Few = Callable[[Any, Any, Any], Any]

WRITTEN: dict[str, tuple[Few, int]] = {
    "exclusive or": (lambda a, b, c: a + b + c - 2 * (a * b + a * c + b * c) + 4 * a * b * c, 2),
    "exclusive or of two": (lambda a, b, _: a + b - 2 * a * b, 1),
    "by differences": (lambda a, b, c: a * (1 - b) * (1 - c) + (1 - a) * b * (1 - c) + (1 - a - b + 2 * a * b) * c, 2),
    "a multiple of it": (lambda a, b, c: 2**7 * (a + b + c - 2 * (a * b + a * c + b * c) + 4 * a * b * c), 2),
    "a large multiple": (lambda a, b, c: 2**32 * (a + b - 2 * a * b + c), 1),
    "choice": (lambda a, b, c: a * b + (1 - a) * c, 1),
    "majority": (lambda a, b, c: a * b + a * c + b * c - 2 * a * b * c, 2),
    "or": (lambda a, b, c: 1 - (1 - a) * (1 - b) * (1 - c), 2),
    "nothing to gain": (lambda a, b, c: (1 - 2 * a) * (1 - 2 * b) * (1 - 2 * c), 2),
    "a square stays": (lambda a, b, c: (a + b) * (a + b) - c, 1),
}


def noted(few: Few) -> tuple[list[Node], int]:
    """The nodes of an expression in three columns, as a program's are."""

    @dataclass(frozen=True)
    class Program(l2zk.TraceProgram):
        id = "few.v0"

        def define(self, m: l2zk.Machine) -> None:
            a, b, c = m.private_columns("a", "b", "c")
            m.rows(4)
            m.free(c)
            m.constrain("few", few(a, b, c) == 0)

    air = Program().definition.air
    nodes, [root] = extract(air.nodes, [air.constraints[0].node])
    return list(nodes), root


def values(nodes: tuple[Node, ...], roots: tuple[int, ...], at: tuple[int, ...]) -> list[int]:
    found = evaluate(nodes, lambda node: at[node[1]])
    return [found[root] for root in roots]


@pytest.mark.parametrize("what", WRITTEN)
def test_as_few_products_as_there_can_be(what: str) -> None:
    few, products = WRITTEN[what]
    nodes, root = noted(few)
    made, roots = factored(nodes, [root])
    assert len(extract(made, roots)[0]) == len(made)
    constants = {i for i, node in enumerate(made) if node[0] == CONSTANT}
    assert sum(kind == MUL and not {x, y} & constants for kind, x, y in made) == products
    for at in product((0, 1, 2, P - 1, 12345678901234567), repeat=3):
        assert values(made, roots, at) == [few(*at) % P]


@fixed
@given(st.integers(0, 2**32))
def test_values_stay(seed: int) -> None:
    rng = random.Random(seed)
    nodes: list[Node] = [(COLUMN, i, 0) for i in range(rng.randint(2, 5))]
    nodes += [(CONSTANT, value, 0) for value in (2, P - 1, rng.randrange(P))]
    while len(nodes) < 30:
        kind = rng.choice([ADD, SUB, MUL, MUL, NEG])
        near = max(0, len(nodes) - rng.choice([3, 30]))
        node = (kind, rng.randrange(near, len(nodes)), 0 if kind == NEG else rng.randrange(len(nodes)))
        nodes += [node] if node not in nodes else []
    before, roots = extract(nodes, rng.sample(range(8, 30), 4))
    after, found = factored(before, roots)
    assert len(set(after)) == len(after) and extract(after, found)[1] is not None
    assert len(extract(after, found)[0]) == len(after)
    for _ in range(3):
        at = tuple(rng.randrange(P) for _ in range(5))
        assert values(before, roots, at) == values(after, found, at)
