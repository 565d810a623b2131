"""Columns that are moved with a claim of rows behind: what reports call them, and what cannot be moved."""

from __future__ import annotations

import pytest
from defining import program as written
from hostile import few

from l2zk import Machine, TraceZkVm
from l2zk.air.nodes import CONJUNCTION
from l2zk.language.draft import Draft
from l2zk.language.rows_behind import moved


def test_a_report_names_a_selector_as_it_was_written_though_others_have_its_values_some_rows_earlier() -> None:
    def define(m: Machine) -> None:
        m.rows(8)
        x, rows = m.private_column("x"), m.blocks(4)
        m.constrain("one behind", rows.row(2) * (x - x[-1]))
        m.constrain("two behind", rows.row(3) * (x - x[-2]))
        m.constrain("plain", rows.row(1) * (x - 7))
        m.constrain("known", m.periodic([1, 2, 3, 4], name="key") * (x - x[-3]) * rows.row(3))
        m.constrain("named", m.periodic([4, 1, 2, 3], name="late") * rows.row(0) * x)
        m.constrain("turned", m.periodic([5, 6, 7, 8], name="other") * (x[-1] - x))
        m.constrain("unnamed", m.periodic([6, 7, 8, 5]) * rows.row(0) * x)

    report = TraceZkVm(few()).check(written(define), {"x": range(1, 9)}, redact=False)
    assert [(one.expression, one.row) for one in report.violations] == [
        ("(row % 4 == 2) * (x - x[-1]) == 0", 2),
        ("(row % 4 == 3) * (x - x[-2]) == 0", 3),
        ("(row % 4 == 1) * (x - 7) == 0", 1),
        ("key * (x - x[-3]) * (row % 4 == 3) == 0", 3),
        ("late * (row % 4 == 0) * x == 0", 0),
        ("other * (x[-1] - x) == 0", 1),
        ("periodic7 * (row % 4 == 0) * x == 0", 0),
    ]


def test_a_leaf_of_a_kind_that_cannot_be_moved_is_an_error() -> None:
    draft = Draft()
    seven, fixed = draft.graph.lift(7), draft.graph.leaf(CONJUNCTION, 3)
    assert moved(draft, seven.index, 2) == seven.index
    with pytest.raises(NotImplementedError, match="^a leaf of kind 11 is not moved$"):
        moved(draft, (fixed + 1).index, 2)
