"""Ranges: bits or pieces, whichever cost less, and what they hold."""

from __future__ import annotations

import random

import pytest
from defining import defined
from plain_filling import P, Plain, wrong

import l2zk
from l2zk.language.fillings import Limbs


def ranges(*bits, rows=4096, on=None):
    def define(m):
        m.rows(rows)
        for number, count in enumerate(bits):
            m.range(f"x{number}", m.private_column(f"value{number}"), bits=count, on=on)

    return defined(define)


def test_few_rows_take_bits_and_many_a_table():
    few = ranges(16, rows=64)
    assert len(few.tables) == 1 and len(few.air.columns) == 17
    assert few.fillings == (Limbs(0, tuple(range(1, 17)), (1,) * 16, ((1, 0, 0),)),)
    many = ranges(16, rows=2**16)
    assert many.air.columns == ("value0",) and many.tables[1].air.name == "range16"
    assert [claimed.kind for claimed in many.claimed] == ["range"] and many.claimed[0].bits == 16


def test_a_table_that_is_there_costs_nothing():
    def define(m):
        m.rows(64)
        x, y = m.private_columns("x", "y")
        m.range("x", x, bits=8)
        m.lookup("y", y, in_=l2zk.RangeTable(8))

    assert [table.air.name for table in defined(define).tables] == ["main", "range8"]


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 6, 7, 9, 13, 30, 62, 63])
@pytest.mark.parametrize("rows", [3, 8])
def test_values_in_range_hold_and_others_do_not(bits, rows, width=3):
    def define(m):
        m.rows(rows)
        m.lookup("small", m.private_column("small"), in_=l2zk.RangeTable(width))
        m.range("x", m.private_column("x"), bits=bits)

    definition = defined(define)
    numbers = random.Random(bits)
    inside = [0, 2**bits - 1, *(numbers.randrange(2**bits) for _ in range(rows - 2))]
    assert wrong(definition, {"x": inside}) == []
    inverse = pow(2**width, -1, P)
    outside = {2**bits, 2**bits + 1, P - 1, P // 2, inverse, inverse * 2**bits % P, P - 2**bits, 3 * inverse % P}
    for value in sorted(value for value in outside if value >= 2**bits):
        assert wrong(definition, {"x": [*inside[:-1], value]}), value


def test_no_pieces_make_a_value_that_is_not_in_range():
    """All pieces that the table has, put together: what they can stand for is what is in range, and nothing else."""

    def define(m):
        m.rows(2)
        m.lookup("small", m.private_column("small"), in_=l2zk.RangeTable(2))
        m.range("x", m.private_column("x"), bits=3)

    definition = defined(define)
    assert definition.air.columns == ("small", "x", "x0") and definition.tables[1].air.length == 4
    found = set()
    for piece in range(4):
        for last in range(4):
            value = piece + 4 * last
            plain = Plain(definition, {"x": [value]})
            plain.tables[0][2][:] = [piece] * 2
            times = [0] * 4
            times[0] += 2  # small
            for one in (piece, last, 2 * last):
                if one < 4:
                    times[one] += 2
            plain.tables[1][0][:] = times
            found |= {value} if not plain.wrong() else set()
    assert found == set(range(8))


def test_ranges_of_what_looks_ahead_and_of_products():
    def define(m):
        m.rows(5)
        x = m.private_column("x")
        m.lookup("small", x, in_=l2zk.RangeTable(4))
        m.range("rise", x[1] - x, bits=4)
        m.range("product", x * x[2], bits=6)
        m.range("first", x, bits=2, on="first")

    definition = defined(define)
    assert wrong(definition, {"x": [1, 1, 2, 5, 9]}) == []
    assert wrong(definition, {"x": [1, 1, 2, 1, 9]})
    assert wrong(definition, {"x": [1, 4, 15, 15, 15]})
    assert wrong(definition, {"x": [4, 4, 5, 5, 9]})


@pytest.mark.parametrize("rows", [5, 8])
def test_bits_of_a_range_are_about_the_users_rows(rows):
    definition = ranges(3, rows=rows)
    assert len(definition.tables) == 1
    assert wrong(definition, {"value0": [7] * rows + [99] * (8 - rows)}) == []
    assert wrong(definition, {"value0": [7] * (rows - 1) + [8]})
    rising = ranges(3, rows=rows, on="transitions")
    assert wrong(rising, {"value0": [7] * (rows - 1) + [8]}) == []
    assert (1, range(rows - 1, 8)) in rising.free


@pytest.mark.parametrize("bits", [1, 30])
@pytest.mark.parametrize("row", [6, 7])
def test_the_row_of_a_range_makes_rows_for_all_that_is_looked_up(bits, row):
    """Without m.rows: the lookup is of every row, those that only the range names too."""

    def define(m):
        x, y = m.private_columns("x", "y")
        m.free(x)
        m.output("first", x, row=4)
        m.lookup("small", y, in_=l2zk.RangeTable(3))
        m.range("r", x, bits=bits, on=row)

    definition = defined(define)
    assert definition.air.rows == row + 1
    assert wrong(definition, {"x": [1], "y": [7] * (row + 1) + [100] * (7 - row)}) == []
    assert wrong(definition, {"x": [1], "y": [7] * row + [100]})
    assert wrong(definition, {"x": [1] * row + [2**bits], "y": [7]})


def test_the_row_that_a_range_looks_ahead_to_is_one_of_the_program():
    def define(m):
        x = m.private_column("x")
        m.range("r", x[2] - x, bits=3, on=5)

    assert defined(define).air.rows == 8
