"""Sums without their carries: what is bounded where, and what absorbs elsewhere."""

import numpy as np
import pytest
from defining import program
from quick import QUICK

from l2zk import ProgramError
from l2zk import gadgets as g

NUMBERS = {"a": [2**32 - 1, 0, 5, 2**31], "b": [2**32 - 1, 1, 6, 2**31]}


def sums(where=None):
    def define(m):
        m.rows(4)
        a, b = m.private_columns("a", "b")
        for name, x in zip("AB", (a, b)):
            g.words.Word(m, name, x)
        selector = None if where is None else m.rows_where(4, where)
        low = g.sums.add(m, "carry", a + b + 1, most=1, where=selector)
        m.output_column("low", g.words.Word(m, "low", low).value)

    return program(define)


def test_the_sum_is_that_of_integers_modulo_the_word():
    proof = QUICK.prove(sums(), NUMBERS)
    assert proof.public_outputs["low"].tolist() == [2**32 - 1, 2, 12, 1]
    assert sums().examine(NUMBERS)


def forged(program, row, by):
    """The honest trace with another carry on a row, and bits and output that go with it as far as they can."""
    trace = QUICK.trace(program, NUMBERS)
    trace["carry"][row] = (int(trace["carry"][row]) + by) % (2**64 - 2**32 + 1)
    return QUICK.check(program, NUMBERS, trace=trace)


@pytest.mark.parametrize("row", range(4))
@pytest.mark.parametrize("by", [1, -1])
def test_another_carry_is_refused_with_the_word_or_by_itself(row, by):
    report = forged(sums(), row, by)
    names = {one.constraint for one in report.violations}
    carry = int(QUICK.trace(sums(), NUMBERS)["carry"][row]) + by
    assert "low is below 2^32" in names
    assert ("carry is at most 1" in names) == (carry not in (0, 1))


def test_a_word_of_2_32_more_is_refused_by_its_bits():
    trace = QUICK.trace(sums(), NUMBERS)
    trace["low0"][2] += np.uint64(2**32)
    assert not QUICK.check(sums(), NUMBERS, trace=trace)


def test_off_the_chosen_rows_the_carry_absorbs():
    chosen = sums(lambda row: row < 2)
    trace = QUICK.trace(chosen, NUMBERS)
    p, shift = 2**64 - 2**32 + 1, pow(2**32, -1, 2**64 - 2**32 + 1)
    trace["low0"][3] ^= np.uint64(1)  # the word is another one, and the carry makes up for it
    trace["carry"][3] = (int(trace["carry"][3]) + (1 if trace["low0"][3] == 0 else -1) * shift) % p
    names = {one.constraint for one in QUICK.check(chosen, NUMBERS, trace=trace).violations}
    assert not names & {"low is below 2^32", "carry is at most 1"}


def test_a_counter_counts_the_active_rows():
    def define(m):
        m.rows(8)
        active = m.private_column("active")
        m.constrain("active is a bit", active * (active - 1) == 0)
        m.output("count", g.sums.counter(m, "count", active), row="last")

    counting = program(define)
    assert QUICK.prove(counting, {"active": [1, 0, 1, 1, 0, 0, 0, 1]}).public_outputs["count"] == 4
    assert counting.examine({"active": [1, 0, 1, 1, 0, 0, 0, 1]})


def test_lists_are_compared_element_by_element():
    def define(m):
        m.rows(2)
        x, y = m.private_columns("x", "y")
        g.sums.equal(m, "same", [x, y], [3, 4], on="first")

    assert program(define).check({"x": [3, 9], "y": [4, 9]})
    report = program(define).check({"x": [3, 9], "y": [5, 9]})
    assert [one.constraint for one in report.violations] == ["same 1"]


@pytest.mark.parametrize("bits, most", [(0, 1), (63, 1), (62, 3), (62.0, 1)])
def test_a_sum_that_would_come_round_at_p_is_refused(bits, most):
    def define(m):
        m.rows(2)
        g.sums.add(m, "carry", m.private_column("x"), bits, most=most)

    with pytest.raises(ProgramError, match=r"\(most \+ 1\) \* 2\^bits"):
        _ = program(define).definition
