"""Values and their bits: a report says what is wrong with the value, and shows none of its bits."""

from __future__ import annotations

import pytest
from defining import program

from l2zk.air.bit_sums import BitSum, number_text, word_in
from l2zk.base.field import MODULUS
from l2zk.vm.zkvm import TraceZkVm


def balances(m):
    m.rows(8)
    balance, old = m.private_column("balance", pad=0), m.private_column("old", pad=0)
    m.bits("b", balance, 32)
    m.bits("gap", balance - old, 20)
    m.range("old", old, 16)


WITNESS = {"balance": [1, 2, 3, 2**40], "old": [0, 0, 4]}


def said(witness, redact=False, trace=None):
    report = TraceZkVm(redact=redact).check(program(balances), witness, trace=trace)
    return {one.constraint: one.said for one in report.violations}


def test_a_value_too_large_is_said_to_be():
    assert said(WITNESS) == {
        "b is below 2^32": "balance = 2^40 is not below 2^32",
        "gap is below 2^20": "balance - old = -1 is not below 2^20",
    }
    assert said({"balance": [70000], "old": [70000]}) == {"old is below 2^16": "old = 70000 is not below 2^16"}


def test_the_text_shows_the_value_and_no_bits():
    report = TraceZkVm(redact=False).check(program(balances), WITNESS)
    assert str(report).split("\n\n")[1] == "\n".join(
        [
            "constraint 'b is below 2^32' fails at row 3",
            "    balance = 2^40 is not below 2^32",
            "    on every row",
            "                     row 3",
            "    balance  1099511627776",
        ]
    )
    assert [cell.column for cell in report.violations[0].cells] == ["balance"]
    assert "balance = 2^40 is not below 2^32" in report._repr_html_() and "b31" not in report._repr_html_()
    assert str(report.violations[0]) == (
        "constraint 'b is below 2^32' fails at row 3: balance = 2^40 is not below 2^32"
    )


def test_bits_that_are_not_those_of_the_value():
    right = {"balance": [1, 2, 3, 6], "old": [0, 0, 3]}
    trace = TraceZkVm(redact=False).trace(program(balances), right)
    trace["b1"][1:3] = 0, 0
    assert said(right, trace=trace) == {"b is below 2^32": "balance = 2, but its bits b0 … b31 make 0"}
    assert said(right, redact=True, trace=trace) == {
        "b is below 2^32": "balance (private) is not what its bits b0 … b31 make"
    }


def test_private_values_are_left_out():
    report = TraceZkVm().check(program(balances), WITNESS)
    assert [one.said for one in report.violations] == [
        "balance (private) is not below 2^32",
        "balance - old (private) is not below 2^20",
    ]
    for text in (str(report), report.to_json(), report._repr_html_()):
        assert str(2**40) not in text and "2^40" not in text and "private" in text


def test_a_range_by_lookups_says_the_same():
    def define(m):
        m.rows(2**13)
        m.range("credit", m.private_column("credit", pad=0) * 2, bits=16)

    for redact, value in ((False, " = 70000"), (True, " (private)")):
        report = TraceZkVm(redact=redact).check(program(define), {"credit": [1, 35000]})
        assert [str(one) for one in report.violations] == [
            f"range 'credit' fails at row 1: credit * 2{value} is not below 2^16"
        ]


def test_the_rows_are_those_that_the_program_wrote_and_factors_are_shown():
    def define(m):
        m.rows(8)
        x, on = m.private_column("x", pad=0), m.private_column("on", pad=0)
        m.constrain("on", on * on == on)
        bits = m.columns("b0", "b1", "b2", "b3")
        for bit in bits:
            m.start({bit: 0})
            m.step({bit: bit})
        m.constrain("jump", on * (x - x[-1] - sum(2**k * bit for k, bit in enumerate(bits))))

    witness = {"x": [1, 2, 50, 50], "on": [0, 0, 1]}
    [violation] = TraceZkVm(redact=False).check(program(define), witness).violations
    assert violation.said == "x - x[-1] = 48 is not below 2^4" and violation.row == 2
    assert [(cell.column, cell.row) for cell in violation.cells] == [("x", 1), ("x", 2), ("on", 1), ("on", 2)]


def test_a_range_of_rows_behind_says_what_was_written():
    def define(m):
        x = m.private_column("x", pad=0)
        m.rows(2**13)
        m.range("gap", x - x[-1], bits=16)

    report = TraceZkVm(redact=False).check(program(define), {"x": [1, 2, 70002] + [70002] * (2**13 - 3)})
    assert str(report.violations[0]) == "range 'gap' fails at row 2: x - x[-1] = 70000 is not below 2^16"


# value - (b0 + 2*b1 + 4*b2), by nodes
SUM = [(1, 1, 0), (1, 2, 0), (0, 2, 0), (7, 2, 1), (5, 0, 3), (1, 3, 0), (0, 4, 0), (7, 6, 5), (5, 4, 7), (1, 0, 0)]


@pytest.mark.parametrize("root", [(6, 9, 8), (6, 8, 9)])
def test_a_word_by_its_nodes(root):
    assert word_in([*SUM, root], 10) == BitSum(9, 8, ((1, 0), (2, 0), (3, 0)))
    gated = [*SUM, root, (2, 0, 0), (7, 11, 10)]
    assert word_in(gated, 12) == BitSum(9, 8, ((1, 0), (2, 0), (3, 0)))


@pytest.mark.parametrize("index, node", [(2, (0, 3, 0)), (5, (1, 3, 1)), (5, (3, 0, 0)), (8, (6, 4, 7))])
def test_other_sums_are_no_words(index, node):
    nodes = [*SUM, (6, 9, 8)]
    nodes[index] = node
    assert word_in(nodes, 10) is None


def test_powers_are_looked_through_once():
    powers = [(1, 0, 0), *((7, k, k) for k in range(200))]
    assert word_in(powers, 200) is None


def test_numbers():
    numbers = [0, 5, 2**15, 2**16, 2**40, 2**40 + 1, MODULUS - 5]
    assert [number_text(x) for x in numbers] == ["0", "5", "32768", "2^16", "2^40", "1099511627777", "-5"]
