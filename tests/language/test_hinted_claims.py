"""Quotients, inverses, one-hot columns and comparisons: what honest traces have, and what their claims refuse."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from defining import defined, refusal
from defining import program as of

import l2zk
from l2zk.language.run import report_of, trace_of
from l2zk.vm.zkvm import TraceZkVm

P = 2**64 - 2**32 + 1
ROWS = 8


def gadget(make, rows=ROWS):
    """A program with columns a and b that the witness gives, and what `make` adds; all else is made of these."""

    def define(m):
        m.rows(rows)
        a, b = m.private_columns("a", "b")
        make(m, a, b)
        m.constrain("a stands in it", a * a == m.let("square", a * a))
        m.constrain("b too", b * b == m.let("other", b * b))

    return define


def small(seed, most=2**20, least=0):
    rng = random.Random(seed)
    return {name: [rng.randrange(least, most) for _ in range(ROWS)] for name in "ab"}


GADGETS = {
    "by 7": lambda m, a, b: m.quotient("q", a, 7, bits=20),
    "by 8": lambda m, a, b: m.quotient("q", a, 8, bits=20),
    "by 1": lambda m, a, b: m.quotient("q", a, 1, bits=20),
    "by b": lambda m, a, b: m.quotient("q", a, b + 1, bits=21),
    "of a product": lambda m, a, b: m.quotient("q", a * b, 1000, bits=40),
    "inverse": lambda m, a, b: m.inverse("i", a),
    "inverse of a difference": lambda m, a, b: m.inverse("i", a - b),
    "is zero": lambda m, a, b: m.is_zero("z", a - 5),
    "one hot": lambda m, a, b: m.one_hot("h", m.let("low", a * 0 + b) * 0 + m.quotient("r", a, 4, bits=20)[1], 4),
    "less": lambda m, a, b: m.less_than("l", a, b, bits=20),
    "less with ranges": lambda m, a, b: m.less_than("l", a * 1, b, bits=20, ranges=True),
    "rows ahead": lambda m, a, b: m.inverse("i", a[1] - b),
    "rows behind": lambda m, a, b: m.less_than("l", a[-1], b[1], bits=20),
    "products": lambda m, a, b: m.is_zero("z", a * b),
}


@pytest.mark.parametrize("name", GADGETS)
@pytest.mark.parametrize("rows", [ROWS, ROWS - 3])
def test_honest_traces_satisfy_what_is_claimed(name, rows):
    definition = defined(gadget(GADGETS[name], rows))
    for seed in range(3):
        witness = {key: values[:rows] for key, values in small(seed).items()}
        witness["a"][1:4] = witness["b"][1], 5, 0
        report = report_of(definition, witness, redact=False)
        assert report, report


def test_what_the_columns_are():
    def make(m, a, b):
        m.quotient("q", a, 7, bits=20)
        m.quotient("d", a, b, bits=20)
        m.inverse("i", a)
        m.one_hot("h", m.quotient("r", a, 3, bits=20)[1], 3)
        m.less_than("l", a, b, bits=20)
        m.is_zero("z", a - 5)

    witness = small(7, least=1)
    witness["a"][3] = 5
    trace = trace_of(defined(gadget(make)), witness)
    for row, (a, b) in enumerate(zip(*witness.values())):
        at = {name: int(trace[name][row]) for name in trace}
        assert (at["q"], at["q_rest"], at["d"], at["d_rest"]) == (*divmod(a, 7), *divmod(a, b))
        assert at["i"] == pow(a, -1, P) and (at["l"], at["z"]) == (a < b, a == 5)
        assert [at[f"h{k}"] for k in range(3)] == [a % 3 == k for k in range(3)]


CHEATS = {
    "by 7": [{"q": -1, "q_rest": 7}, {"q": 1, "q_rest": -7}, {"q": pow(7, -1, P), "q_rest": -1}, {"q": 1}],
    "by 8": [{"q": -1, "q_rest": 8}, {"q": 1, "q_rest": -8}, {"q": pow(8, -1, P), "q_rest": -1}],
    "by b": [{"q_rest": 1}, {"q": 1}],
    "inverse": [{"i": 1}, {"i": -1}],
    "is zero": [{"z": 1}, {"z": -1}, {"z_inverse": 1}],
    "one hot": [{"h0": 1, "h1": -1}, {"h0": 1}, {"h1": 1, "h3": -1}, {"h0": 1, "h1": -2, "h2": 1}],
    "less": [{"l": 1}, {"l": -1}],
}


@pytest.mark.parametrize("name", CHEATS)
def test_other_values_are_refused_on_every_row(name):
    """Whatever the pieces of ranges are: they are filled anew from what is changed."""
    generated = of(gadget(GADGETS[name]), lambda witness: changed)
    witness = small(11)
    witness["a"][2:7:2] = 0, 7000, 8000
    witness["a"][5] = 5
    changed: dict[str, object] = {}
    honest = trace_of(generated.definition, witness)
    assert report_of(generated.definition, witness)
    for cheat in CHEATS[name]:
        for row in range(ROWS):
            changed.clear()
            for column, more in cheat.items():
                values = [int(x) for x in honest[column]]
                values[row] = (values[row] + more) % P
                changed[column] = np.array(values, dtype=np.uint64)
            assert not report_of(generated.definition, witness), (cheat, row)


def test_a_proof():
    program = of(gadget(GADGETS["by 7"]))
    vm = TraceZkVm()
    assert vm.verify(program, vm.prove(program, small(1)))


@pytest.mark.parametrize(
    "write, sentence",
    [
        (lambda m, x: m.quotient("q", x, 0, bits=8), "the divisor 0 times a quotient of 8 bits has to be from 1"),
        (lambda m, x: m.quotient("q", x, 2**40, bits=32), "below p = 2.64 - 2.32 . 1: take fewer bits"),
        (lambda m, x: m.quotient("q", x, x, bits=32), "the number of bits is 32, where 1 to 31 are possible"),
        (lambda m, x: m.quotient("q", x, 7, bits=0), "1 to 62 are possible"),
        (lambda m, x: m.less_than("l", x, x, bits=63), "1 to 62 are possible"),
        (lambda m, x: m.one_hot("h", x, 0), "count is 0, where 1 to 4096"),
        (lambda m, x: m.one_hot("h", x, x), "count is x, where 1 to 4096"),
        (lambda m, x: m.inverse("x", x), "the name 'x' of a column is taken by a private column"),
        (lambda m, x: m.inverse("i", x >> 1), "x >> 1 is integer code, which only a hint can compute"),
        (lambda m, x: m.less_than("l", x & 1, x, bits=3), "is integer code"),
    ],
)
def test_mistakes_are_answered(write, sentence):
    assert re.search(sentence, refusal(write)), refusal(write)


def test_a_quotient_stays_below_p():
    largest = (P - 1) >> 33
    defined(gadget(lambda m, a, b: m.quotient("q", a, largest, bits=33)))
    for divisor, bits in ((largest + 1, 33), (4, 62), ((P - 1) // 2 + 1, 1)):
        with pytest.raises(l2zk.ProgramError, match="take fewer bits"):
            defined(gadget(lambda m, a, b, d=divisor, k=bits: m.quotient("q", a, d, bits=k)))


@pytest.mark.parametrize("which", [0, 1])
def test_an_output_is_not_read_off_the_padding_of_a_quotient(which):
    """There the quotient and its rest are free, though constraints on their pieces stand on all rows."""

    def define(m, row="end"):
        m.rows(6)
        value = m.quotient("q", m.private_column("x"), 7, bits=8)[which]
        m.output("o", value, row=row)

    with pytest.raises(l2zk.ProgramError, match=r"on row 7, where no constraint on \w+ pins it"):
        defined(define)
    defined(lambda m: define(m, "last"))
