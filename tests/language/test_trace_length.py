"""One row or one look-ahead that doubles the padded trace is said: a warning, and a line of estimates and reports."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import pytest
from defining import column, program

from l2zk import LengthWarning, TraceProgram
from l2zk.vm.cost import Estimate
from l2zk.vm.zkvm import TraceZkVm


def counting(row):
    def define(m):
        m.output("end", column(m), row=row)

    return define


def looking(rows, ahead):
    """A claim that looks so far ahead, of so many rows."""

    def define(m):
        m.rows(rows)
        x = m.private_column("x", pad=0)
        m.constrain("far", x[ahead] * (x - 1) == 0)
        m.output("first", x, row=0)

    return define


def sized(rows):
    def define(m):
        column(m)
        m.rows(rows)

    return define


def framed(period):
    """Rows that a period of its own doubles anyhow."""

    def define(m):
        x = column(m)
        m.constrain("cycle", m.periodic(range(period)) * (x - 1) == 0, on=1)
        m.output("end", x, row=16)

    return define


DOUBLED = {
    "an output": (counting(16), 32, r"constraint 'output end' makes it 17 rows, and the trace 32.* 0 to 15, would"),
    "the number of rows": (sized(1025), 2048, r"m.rows\(1025\) makes it 1025 rows, and the trace 2048"),
    "a look-ahead of all rows": (
        looking(32, 32),
        64,
        "'far' looks 32 rows ahead, for which the trace has 64 rows: 32 would do for a look-ahead below 32",
    ),
    "a far look-ahead": (looking(64, 140), 256, "'far' looks 140 rows ahead, for which the trace has 256 rows: 128"),
    "nine rows": (sized(9), 16, r"m.rows\(9\) makes it 9 rows, and the trace 16"),
}


@pytest.mark.parametrize("define, length, sentence", DOUBLED.values(), ids=DOUBLED.keys())
def test_what_doubles_the_trace_is_said(define, length, sentence):
    made = program(define)
    with pytest.warns(LengthWarning, match=sentence) as caught:
        definition = made.definition
    assert len(caught) == 1 and str(caught[0].message).startswith("test.v0: ")
    assert definition.air.length == length
    line = definition.doubled_by
    assert str(TraceZkVm().estimate(made)).splitlines()[-1] == TraceZkVm().estimate(made).doubled_by == line


FINE = {
    "one row less": (counting(15), 16),
    "two rows more": (counting(17), 32),
    "the number of rows": (sized(1024), 1024),
    "one row": (counting(0), 2),
    "two rows": (counting(1), 2),
    "three rows": (counting(2), 4),
    "five rows": (counting(4), 8),
    "a look-ahead of more than half": (looking(32, 31), 32),
    "a look-ahead of all of a few rows": (looking(4, 4), 8),
    "a period as long": (framed(32), 32),
    "a look-ahead as long": (looking(17, 16), 32),
}


@pytest.mark.parametrize("define, length", FINE.values(), ids=FINE.keys())
def test_nothing_is_said_of_a_length_that_is_needed(define, length):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        definition = program(define).definition
    assert definition.air.length == length and definition.doubled_by is None


@dataclass(frozen=True)
class Long(TraceProgram):
    id = "long.v0"
    last: int

    def define(self, m):
        m.output("end", column(m), row=self.last)


def test_reports_say_it_and_the_warning_comes_once():
    with pytest.warns(LengthWarning) as caught:
        report = Long(64).check()
        TraceZkVm().estimate(Long(64))
        TraceZkVm().verify(Long(64), TraceZkVm().prove(Long(64)))
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert report.ok and report.doubled_by in str(report) and report.to_dict()["doubled_by"] == report.doubled_by
    assert "and the trace 128" in report._repr_html_()
    assert Long(63).check().doubled_by is None


def test_the_warning_can_be_an_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error", LengthWarning)
        with pytest.raises(LengthWarning, match="would fill 256"):
            Long(256).check()
    assert isinstance(TraceZkVm().estimate(Long(255)), Estimate)
