"""Traces for people: what a notebook shows of them, what a picture is made of, and what both leave out as private."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from defining import program
from pages import HOSTILE, Elements

import l2zk
from l2zk.air.trace_show import failing_cells, strips
from l2zk.base.field import MODULUS
from l2zk.language.program import ExecutionTrace
from l2zk.vm.zkvm import TraceZkVm

SECRET = 7919


def tables(m):
    m.rows(5)
    n, key, secret = m.column("n"), m.column("key"), m.private_column("secret", pad=0)
    m.start({n: 0, key: m.private_input("k")})
    m.step({n: n + 1, key: key + n})
    m.constrain("equal", secret == n)
    other = m.table("other", 4)
    y, z = other.private_column("y", pad=0), other.column("z")
    other.start({z: 1})
    other.step({z: z * 3})
    other.lookup("small", z, in_=l2zk.RangeTable(3))
    other.constrain("y", y * y == y)


WITNESS = {"k": SECRET, "secret": [0, 1, SECRET], "other.y": [1, 0, 1, SECRET]}


def trace_of(redact):
    return TraceZkVm(redact=redact).trace(program(tables), WITNESS)


def numbers(page):
    """The rows of the table of a page, by the texts of its entries."""
    return Elements(page).texts


def test_a_notebook_shows_rows_and_columns():
    texts = numbers(trace_of(redact=False)._repr_html_())
    assert texts[0] == "3 columns, 5 rows, 8 with padding"
    assert texts[1:5] == ["row", "n", "key", "secret"] and texts[5:9] == ["0", "0", str(SECRET), "0"]
    assert texts[-1] == "further tables, as trace.tables[name]: other, range3"


def test_private_columns_have_no_values_in_a_notebook():
    trace = trace_of(redact=True)
    assert trace.private == {"key", "secret"} and trace.tables["other"].private == {"y"}
    for page in (trace._repr_html_(), trace.tables["other"]._repr_html_()):
        assert str(SECRET) not in page and ">private</td>" in page
    assert "TraceZkVm(redact=False).trace shows it" in trace._repr_html_()
    assert trace["secret"][2] == SECRET, "the trace itself has all values"
    assert not trace_of(redact=False).private and "private" not in trace_of(redact=False)._repr_html_()


def test_copies_have_the_same_private_columns():
    trace = trace_of(redact=True)
    for other in (trace.copy(), pickle.loads(pickle.dumps(trace))):
        assert other == trace and other.private == trace.private
        assert other.tables["other"].private == {"y"}


def test_a_trace_of_one_table_has_private_columns_too():
    def define(m):
        x, y = m.columns("x", "y")
        m.start({x: m.private_input("secret"), y: 1})
        m.step({x: x * x, y: y + 1})
        m.rows(4)

    assert TraceZkVm().trace(program(define), [SECRET]).private == {"x"}
    assert program(define).generate_trace([SECRET]).private == {"x"}


def test_long_traces_are_shown_at_both_ends():
    trace = ExecutionTrace([f"c{k}" for k in range(30)], np.arange(30 * 64, dtype=np.uint64).reshape(30, 64), 50)
    texts = numbers(trace._repr_html_())
    assert [text for text in texts if text.startswith("c")] == [f"c{k}" for k in (*range(16), *range(24, 30))]
    rows = [texts[25 + 24 * k] for k in range(12)]
    assert rows == [*map(str, range(8)), "…", "47", "48", "49"]


def test_names_are_escaped_and_long_numbers_cut():
    page = ExecutionTrace([HOSTILE], np.array([[MODULUS - 1, 3]], dtype=np.uint64), 2)._repr_html_()
    assert HOSTILE in Elements(page).texts and f'title="{MODULUS - 1}"' in page and "1844674…584320" in page


def test_the_cells_that_a_report_marks():
    report = TraceZkVm().check(program(tables), WITNESS)
    cells, rows = failing_cells(report, None)
    assert cells == [("n", 2), ("secret", 2)] and rows == []
    assert failing_cells(report, "other") == ([("y", 3)], [2])


def test_shades_of_columns():
    padded = np.array([[0, 1, 3, 7], [5, 5, 5, 5], [1, 0, 1, 0]], dtype=np.uint64)
    whole = strips(padded, [0, 1, 2, None], range(4), 10)
    assert np.allclose(whole[:3], [[0, 1 / 3, 2 / 3, 1], [0, 0, 0, 0], [1, 0, 1, 0]]) and np.isnan(whole[3]).all()
    assert np.allclose(strips(padded, [0, 2], range(4), 2), [[1 / 3, 1], [1, 1]])
    assert np.allclose(strips(padded, [0], range(1, 3), 10), [[0, 1]])


@pytest.mark.parametrize("length", [1, 7, 8, 9, 1000])
def test_shades_are_no_more_than_asked_for(length):
    assert strips(np.ones((1, length), dtype=np.uint64), [0], range(length), 8).shape[1] <= 8
