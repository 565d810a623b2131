"""Polynomials of bits as code on words: the same values, and few operations where the bits of words do the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from defining import defined
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk.air.nodes import ADD, AND, COLUMN, CONSTANT, MUL, NEG, SHIFT_RIGHT, SUB, XOR, Node, evaluate, extract
from l2zk.language.bit_words import by_words
from l2zk.language.program import Machine
from l2zk.language.run import report_of, trace_of

P = 2**64 - 2**32 + 1
fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(200))
WORDS = 3
BITS = {10 + 32 * word + k: (word, k) for word in range(WORDS) for k in range(32)}


def compared(nodes: Sequence[Node], roots: Sequence[int], rng: random.Random) -> int:
    """The number of nodes that are made, once their values are those of the given ones."""
    made, places = by_words(nodes, roots, BITS)
    for _ in range(4):
        words = [[rng.choice([rng.randrange(P), 0, P - 1, 2**32 - 1]) for _ in range(4)] for _ in range(WORDS + 1)]

        def leaf(node: Node, words: Any = words) -> int:
            _, x, y = node
            return words[BITS[x][0]][y] >> BITS[x][1] & 1 if x in BITS else words[x][y]

        before, after = evaluate(nodes, leaf), evaluate(made, leaf)
        assert [before[root] for root in roots] == [after[place] for place in places]
    return len(made)


@fixed
@given(st.integers(0, 2**32))
def test_random_polynomials_of_bits(seed: int) -> None:
    rng = random.Random(seed)
    leaves: list[Callable[[], Node]] = [
        lambda: (COLUMN, 10 + rng.randrange(96), rng.choice([0, 0, 1, 2])),
        lambda: (COLUMN, rng.randrange(WORDS + 1), 0),
        lambda: (CONSTANT, rng.choice([0, 1, 2, 4, P - 1, rng.randrange(P)]), 0),
    ]
    nodes = [rng.choice([leaves[0], *leaves])() for _ in range(rng.randint(4, 20))]
    for _ in range(rng.randint(5, 60)):
        kind = rng.choice([ADD, ADD, SUB, MUL, MUL, NEG, AND, SHIFT_RIGHT, XOR])
        nodes.append((kind, rng.randrange(len(nodes)), 0 if kind == NEG else rng.randrange(len(nodes))))
    compared(nodes, [*(rng.randrange(len(nodes)) for _ in range(3)), len(nodes) - 1], rng)


def xor(a: Any, b: Any) -> Any:
    return a + b - 2 * a * b


FUNCTIONS = {
    "bits": lambda a, b, c: a,
    "not": lambda a, b, c: 1 - a,
    "xor": lambda a, b, c: xor(xor(a, b), c),
    "choose": lambda a, b, c: a * b + (1 - a) * c,
    "majority": lambda a, b, c: a * b + a * c + b * c - 2 * a * b * c,
    "no bit": lambda a, b, c: a + 2 * b - 5 * c,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("turns", [(0, 0, 0), (2, 13, 22), (7, 0, 31)])
def test_the_bits_of_words_take_the_time_of_a_few(name: str, turns: tuple[int, int, int]) -> None:
    m = Machine()
    words = m.columns("u", "v", "w", "x")
    m.columns(*(f"unused{k}" for k in range(6)))
    bits = [m.columns(*(f"{word}{k}" for k in range(32))) for word in "uvw"]
    total = words[3] - 7
    for k in range(32):
        total = total + 2**k * FUNCTIONS[name](*(one[(k + turn) % 32] for one, turn in zip(bits, turns)))
    nodes, roots = extract(m._graph.nodes, [total.index])
    assert compared(nodes, roots, random.Random(5)) <= 20 + 30 * len(set(turns))


def test_a_recurrence_by_polynomials_of_bits() -> None:
    def define(m: Any) -> None:
        m.rows(40)
        x, y = m.columns("x", "y")
        a, b = m.bits("a", x, 16), m.bits("b", y, 16)
        mixed = sum(2**k * xor(a[(k + 3) % 16], b[(k + 11) % 16]) for k in range(16))
        total = mixed + 3 * y + a[5]
        carry = m.hint("carry", total >> 16)
        m.start({x: 12345, y: 54321})
        m.step({x: total - 2**16 * carry, y: x})
        m.range("carry range", carry, 3)

    definition = defined(define)
    trace, x, y = trace_of(definition), 12345, 54321
    for row in range(40):
        assert (trace["x"][row], trace["y"][row]) == (x, y)
        assert [trace[f"a{k}"][row] for k in range(16)] == [x >> k & 1 for k in range(16)]
        turned = (x >> 3 | x << 13) & 0xFFFF, (y >> 11 | y << 5) & 0xFFFF
        x, y = ((turned[0] ^ turned[1]) + 3 * y + (x >> 5 & 1)) % 2**16, x
    assert report_of(definition)
