"""However long names, numbers and expressions are, a sentence about them is short and tells a name by how it begins."""

from __future__ import annotations

import numpy as np
import pytest
from defining import defined, program

from l2zk import ExecutionTrace, TraceZkVm, WitnessError
from l2zk.errors import ProgramError

LONG, OTHER = "n" * 255, "o" * 255
HUGE = 10**6000


def tower(m):
    """A column to the power of 2^30000."""
    power = m.column("x")
    for _ in range(30_000):
        power = power * power
    return power


def chain(m):
    x = m.column("x")
    value = x
    for i in range(30_000):
        value = value * x + i
    return value


SENTENCES = {
    "the future": lambda m: (a := m.column(LONG), m.step({a: a.next * a.next + a})),
    "a product of secrets": lambda m: m.start({m.column(LONG): m.private_input(OTHER) * m.private_input("s" * 255)}),
    "an output of nothing": lambda m: (
        m.rows(8),
        x := m.private_column(LONG),
        m.constrain("c" * 255, x == 1, on=3),
        m.output(OTHER, x, row=4),
    ),
    "a name twice": lambda m: (m.column(LONG), m.private_input(LONG)),
    "a key": lambda m: m.step({chain(m): 1}),
    "a tower as a key": lambda m: m.step({tower(m): 1}),
    "an order": lambda m: tower(m) < 3,
    "bits": lambda m: chain(m) & 1,
    "a truth value": lambda m: bool(tower(m) == 3),
    "rows ahead of a tower": lambda m: tower(m)[3],
    "an inverse": lambda m: tower(m) ** -HUGE,
    "far ahead": lambda m: m.column("x")[HUGE],
    "a little too far ahead": lambda m: m.column("x")[2**25][2**25],
    "behind": lambda m: m.column("x")[-HUGE],
    "a row": lambda m: m.output(LONG, m.column("x"), row=HUGE),
    "a row to be": lambda m: m.constrain(LONG, m.column("x") == 0, on="x" * 10**6),
    "a default": lambda m: m.public_input("x", default=HUGE),
    "a bool": lambda m: m.constrain("k" * 10**6, True),
    "rows": lambda m: m.rows(HUGE),
    "every": lambda m: m.every(HUGE),
    "a number of bits": lambda m: m.bits("b", m.column("x"), HUGE),
    "a pad": lambda m: m.column("x", pad="x" * 10**6),
}


@pytest.mark.parametrize("define", SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_is_short(define):
    with pytest.raises(ProgramError) as caught:
        defined(define)
    assert 20 <= len(str(caught.value)) <= 400
    assert "\n" not in str(caught.value)


def many(m):
    m.rows(8)
    for k in range(1000):
        m.constrain(f"c{k}", m.private_column(f"x{k}_{'y' * 200}") == m.public_input(f"i{k}_{'z' * 200}"), on="first")


WITNESSES = {
    "nothing": (),
    "too much": [0] * 3000,
    "an unknown name": {"x": 0},
    "a name that is near": {f"x1_{'y' * 199}": [0]},
}


@pytest.mark.parametrize("witness", WITNESSES.values(), ids=WITNESSES)
def test_of_a_thousand_names_the_first_are_told(witness):
    with pytest.raises(WitnessError) as caught:
        TraceZkVm().check(program(many), witness)
    assert len(str(caught.value)) <= 400


def test_of_the_columns_of_another_trace_the_first_are_told():
    known = program(many)
    trace = ExecutionTrace(tuple(f"c{k}" for k in range(2000)), np.zeros((2000, 8), dtype=np.uint64), 8)
    with pytest.raises(WitnessError, match="and 992 more.* and 1992 more") as caught:
        TraceZkVm().check(known, {f"i{k}_{'z' * 200}": 0 for k in range(1000)}, trace=trace)
    assert len(str(caught.value)) <= 500
    assert len(repr(trace)) < 200
