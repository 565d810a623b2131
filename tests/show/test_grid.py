"""Tables and sentences that fit a width."""

from __future__ import annotations

import random

import pytest
from defining import program

from l2zk.errors import OptionsError
from l2zk.show.grid import NARROWEST, folded, grid, parts, shortened, width_of
from l2zk.vm.zkvm import TraceZkVm

WIDTHS = (NARROWEST, 40, 80, 200)


def wide(columns: int, digits: int) -> tuple[list[str], list[list[str]]]:
    """A table of so many columns, its numbers up to so many digits."""
    draw = random.Random(columns)
    names = [f"{'a_name_as_long_as_any' * (k % 5 == 3)}c{k}" for k in range(columns)]
    rows = [[str(row), *(str(draw.randrange(10 ** (1 + k % digits))) for k in range(columns))] for row in range(5)]
    return ["row", *names], rows


@pytest.mark.parametrize("columns, digits", [(1, 20), (3, 4), (40, 20), (300, 20), (300, 1)])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_table_fits(columns, digits, width):
    head, rows = wide(columns, digits)
    lines = grid(head, rows, width)
    assert max(map(width_of, lines)) <= width
    groups = list(parts(head, rows, width))
    assert sum(len(names) - 1 for names, _ in groups) == columns
    assert all(names[0] == "row" and [line[0] for line in some] == list("01234") for names, some in groups)
    assert len(lines) == 6 * len(groups) + len(groups) - 1


def test_what_fits_is_whole_and_in_one_group():
    head, rows = wide(4, 20)
    needed = max(map(width_of, grid(head, rows)))
    assert grid(head, rows, needed) == grid(head, rows) and len(grid(head, rows)) == 6
    assert len(list(parts(head, rows, needed - 1))) >= 1 and "…" in "".join(grid(head, rows, needed - 1))


def test_entries_of_a_group_stand_under_one_another():
    assert grid(["", "a", "bb"], [["x", "1", "23"], ["yy", "100", "4"]]) == [
        "      a  bb",
        "x     1  23",
        "yy  100   4",
    ]
    assert grid(["", "長"], [["x", "1"]]) == ["   長", "x   1"]


@pytest.mark.parametrize("text", ["12345678901234567890", "1", "", "長長長長長長", "a長" * 9])
@pytest.mark.parametrize("most", [1, 2, 3, 7, 12])
def test_long_entries_are_cut_in_their_midst(text, most):
    short = shortened(text, most)
    assert width_of(short) <= most and (short == text) == (width_of(text) <= most)
    start, _, end = short.partition("…")
    assert text.startswith(start) and text.endswith(end)
    assert shortened("12345678901234567890", 12) == "123456…67890"


def test_sentences_are_broken_between_words():
    assert folded("one two three", None, "  ") == ["  one two three"]
    assert folded("one two three four five", 20, "  ") == ["  one two three four", "    five"]
    assert all(len(line) <= 20 for line in folded("x" * 100, 20))


def claims(m):
    xs = m.columns(*(f"column_with_a_long_name_{k}" for k in range(12)))
    m.start({x: k + 1 for k, x in enumerate(xs)})
    m.step({x: x * x + 1 for x in xs})
    m.rows(8)
    m.constrain("sums", sum(xs) + xs[0][6] == xs[1][1] * xs[2][3])


@pytest.mark.parametrize("width", WIDTHS)
def test_a_report_fits(width):
    report = TraceZkVm(redact=False).check(program(claims))
    assert not report and report.text() == str(report)
    lines = report.text(width).splitlines()
    assert max(map(width_of, lines)) <= width
    assert "".join(report.text(width).split()).count("constraint'sums'fails") == 1


@pytest.mark.parametrize("width", [0, 19, True, "80", 80.0])
def test_a_width_that_is_none(width):
    report = TraceZkVm().check(program(claims))
    with pytest.raises(OptionsError, match="it must be None or an integer that is at least 20"):
        report.text(width)
