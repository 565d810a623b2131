"""Fused operations: what becomes one instruction, what is too heavy for it, and that values stay."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from code_interpreter import run

from l2zk.air.bytecode import Code, Op, compile_nodes
from l2zk.air.nodes import COLUMN, Node, evaluate, extract
from l2zk.base.field import MODULUS as P
from l2zk.language.expression import Graph

LEAVES = 300


def compiled(made: Any) -> tuple[Code, list[Node], list[int]]:
    """The code of an expression in columns, and its nodes."""
    graph = Graph()
    nodes, roots = extract(graph.nodes, [made([graph.leaf(COLUMN, i) for i in range(LEAVES)]).index])
    return compile_nodes(nodes, roots, inputs=0, outputs=0, fuse=True), list(nodes), list(roots)


def operations(code: Code) -> Counter[str]:
    return Counter(Op(op).name for op in code.body[:-1, 0])


def word(bits: Any) -> Any:
    return sum(2**k * bit for k, bit in enumerate(bits))


WORDS = {
    "a word": (lambda x: word(x[:32]), {"SUM_V": 1}),
    "a word of 33 bits is too heavy": (lambda x: word(x[:33]), {"SUM_V": 1, "MUL_VU": 1, "ADD_VV": 1}),
    "a word less its bits": (lambda x: x[40] - word(x[:31]), {"SUM_V": 1}),
    "three words": (lambda x: word(x[:32]) + word(x[20:52]) - word(x[30:62]), {"SUM_V": 3}),
    "a multiple of a word": (lambda x: 5 * word(x[:20]) - 3 * x[40], {"SUM_V": 1}),
    "what is used twice": (lambda x: word(x[:9]) * word(x[:9]) + word(x[:9]), {"SUM_V": 1, "MUL_VV": 1, "ADD_VV": 1}),
    "a long sum is cut": (sum, {"SUM_V": 3}),
    "terms that go": (lambda x: word(x[:9]) - word(x[1:9]) + x[3] - x[3] + x[0] - x[0], {"SUM_V": 1}),
    "exclusive or": (lambda x: (x[0] + x[1]) - x[0] * x[1] * 2, {"XOR_VV": 1}),
    "a doubling": (lambda x: 2 * x[0], {"ADD_VV": 1}),
    "a short sum": (lambda x: x[0] + x[1] - x[2], {"ADD_VV": 1, "SUB_VV": 1}),
    "by a large constant": (lambda x: (P - 12345678901) * x[0] + x[1], {"MUL_VU": 1, "ADD_VV": 1}),
}


@pytest.mark.parametrize("what", WORDS)
def test_instructions_and_values(what: str) -> None:
    made, expected = WORDS[what]
    code, nodes, [root] = compiled(made)
    assert operations(code) == expected
    rng = random.Random(1)
    for high in (2, P):
        x = [rng.randrange(high) if i % 5 else high - 1 for i in range(LEAVES)]
        values = evaluate(nodes, lambda node, x=x: x[node[1]])
        assert run(code, lambda _, index, __, x=x: x[index]) == [values[root]] == [made(x) % P]


def test_few_registers_wait_for_a_sum() -> None:
    code, _, _ = compiled(lambda x: word(a * b for a, b in zip(x, x[32:64])))
    assert operations(code)["SUM_V"] > 1 and code.vectors - len(code.loads) <= 12
