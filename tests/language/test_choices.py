"""m.choice and m.free: the cells that they name, and what they refuse."""

from __future__ import annotations

import time

import pytest
from defining import defined

from l2zk import ProgramError
from l2zk.language.chosen import any_rows


def definition(say, rows=6):
    """A program with a private column v and its running sum, of which `say` says something."""

    def define(m):
        m.rows(rows)
        v, total = m.private_column("v", pad=0), m.column("total")
        m.start({total: 0})
        m.step({total: total + v})
        say(m, v, total)

    return defined(define)


@pytest.mark.parametrize(
    "on, rows",
    [
        (range(1, 4), [1, 2, 3]),
        ([5, 0, 1], [0, 1, 5]),
        ((2,), [2]),
        (3, [3]),
        ("last", [5]),
        ("every", list(range(8))),
        (None, list(range(8))),
        (iter([4, 2]), [2, 4]),
    ],
)
def test_rows_of_any_kind(on, rows):
    free = definition(lambda m, v, total: m.free(total, on=on)).free
    assert [row for column, each in free for row in each] == rows and {column for column, _ in free} == {1}


def test_millions_of_rows_are_named_in_no_time():
    before = time.process_time()
    assert any_rows(range(5, 2**26), "it") == (range(5, 2**26),)
    assert time.process_time() - before < 0.2


def test_a_choice_says_rows_bounds_and_a_condition():
    def say(m, v, total):
        m.choice(v, on=range(2), bits=8)
        m.choice(v, total, on=[3, 5], among=[-1, 0, 0, 1], when=v * v)

    first, second, third = definition(say).choices
    assert (first.column, first.rows, first.bits, first.among, first.when) == (0, (range(2),), 8, (), ())
    assert (second.column, third.column) == (0, 1) and third.rows == (range(3, 4), range(5, 6))
    assert second.among == (2**64 - 2**32, 0, 1) and len(second.when) == 2


def test_choices_and_free_cells_are_no_part_of_the_constraints():
    def say(m, v, total):
        m.choice(v, bits=8)
        m.free(total, on=range(2))

    assert definition(say).air.digest == definition(lambda m, v, total: None).air.digest


@pytest.mark.parametrize(
    "say, sentence",
    [
        (lambda m, v, t: m.choice(v, bits=3, among=[1]), "m.choice takes bits= or among=, not both: the first is"),
        (lambda m, v, t: m.choice(v, bits=64), "m.choice with bits=64: an integer from 1 to 63 is needed"),
        (lambda m, v, t: m.choice(v, among=[]), r"m.choice with among=\[\]: a sequence of integers is needed"),
        (lambda m, v, t: m.choice(v.next), r"m.choice\(v\[1\]\): give the column, and its rows as on="),
        (lambda m, v, t: m.choice(v, on=range(4, 7)), r"m.choice\(v\) names row 6, but the program has 6 rows"),
        (lambda m, v, t: m.free(t, on=[7]), r"m.free\(total\) names row 7, but the program has 6 rows"),
        (lambda m, v, t: m.free(t, on=[-1]), r"a row of m.free\(total\) is -1: rows count from 0"),
        (lambda m, v, t: m.free(t, on=[]), r"m.free\(total\) is on \[\]: its rows are as in m.constrain, or several"),
        (lambda m, v, t: m.free(t, on="some"), r"m.free\(total\) is on 'some': its rows are 'every'"),
    ],
)
def test_what_is_refused(say, sentence):
    with pytest.raises(ProgramError, match=sentence):
        definition(say)


def test_an_output_of_a_chosen_cell_is_meant():
    def define(m):
        m.rows(4)
        x = m.column("x")
        m.constrain("even rows", x == 5, on=m.every(2))
        m.choice(x, on=[1])
        m.output("x", x, row=1)

    assert defined(define).choices
