"""Hostile statements on a file: each is refused by a constraint of its name, and all else in the trace follows."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pytest
from l2zk_table import TableProgram
from l2zk_table.sheet import sheet_of
from quick import QUICK

import l2zk
from l2zk.testing import Case, check_program

DATA = "pay,age\n500,41\n-30,29\n700,55\n700,40\n100,62\n"


FORGED: list[tuple[str, int, int]] = []
"""What `Forged` gives beside the honest cells: column, row, value."""


@dataclass(frozen=True)
class Forged(TableProgram):
    """The same trace with other cells given, from which all that fills itself follows."""

    id = "forged.v0"

    def generate_trace(self, witness):
        made = super().generate_trace(witness)
        for name, row, value in FORGED:
            made["cells"][name][row] = value % l2zk.MODULUS
        return made


def names(report):
    """The names of what a report says: of constraints, and of buses."""
    return {getattr(one, "constraint", None) or str(one) for one in report.violations}


def violated(cells=(), witness=(), figures=(), squares=()):
    """The names of the constraints that refuse the forged trace."""
    given = {**HONEST.witness(sheet_of(DATA)), **dict(witness)}
    FORGED[:] = cells
    trace = QUICK.trace(Forged(**{one.name: getattr(HONEST, one.name) for one in fields(HONEST)}), given)
    for name, value in figures:
        trace[name][2] = value
    for name, added in squares:
        trace.tables["cells"][name][0] = (int(trace.tables["cells"][name][0]) + added) % l2zk.MODULUS
    return names(QUICK.check(HONEST, given, trace=trace))


HONEST = TableProgram.of(sheet_of(DATA), sum="pay", variance="pay", max="pay", where="pay>-10")


@pytest.mark.parametrize(
    "forged, name",
    [
        ({"cells": [("cell0_5", 0, 1)]}, "cell0_.nothing behind the last in lane 5"),  # a row beyond the count
        ({"cells": [("cell0_0", 0, 501)]}, "bus 'digests'"),  # another value than the commitment is of
        ({"cells": [("cell0_0", 0, 700), ("cell0_2", 0, 500)]}, "bus 'digests'"),  # two that have changed places
        ({"cells": [("cell0_1", 0, -(2**39) - 1)]}, "number 0 in lane 1"),
        ({"cells": [("max_is2", 0, 0), ("max_is3", 0, 0)]}, "max is one cell"),
        ({"cells": [("max_is3", 0, 1)]}, "max is one cell"),
        ({"cells": [("max_is2", 0, 0), ("max_is0", 0, 1)]}, "max in lane 0 is the cell"),
        ({"cells": [("max_is2", 0, 2)]}, "max in lane 2 is or is not"),
        ({"witness": {"blocks": np.arange(16, dtype=np.uint64)}}, "tag 0 of column 0"),  # another file
        ({"figures": [("sum", 0)]}, "bus 'figures'"),
        ({"squares": [("squares_part", 2**40)]}, "the lower part of squares"),
        ({"squares": [("squares_part", 1)]}, "the carry of squares"),
        ({"squares": [("products_rest", 2**19)]}, "the rest of products"),
        ({"squares": [("products_rest", 1)]}, "products above"),
        ({"squares": [("low0", 2**20)]}, "the lower part in lane 0"),
        ({"squares": [("low0", -1)]}, "the upper part in lane 0"),
        ({"figures": [("max", 10**6)]}, "bus 'figures'"),
    ],
)
def test_a_forged_trace_is_refused(forged, name):
    found = violated(**forged)
    assert any(name in one for one in found), found


def test_a_lesser_value_is_not_the_greatest():
    """The flag and the value are of a row that is chosen, and the value of the rest of them is beyond it."""
    given = HONEST.witness(sheet_of(DATA))
    trace = QUICK.trace(HONEST, given)
    cells = trace.tables["cells"]
    cells["max_is2"][0], cells["max_is0"][0] = 0, 1
    cells.padded[cells.columns.index("max_value")] = 500
    trace["max"][2] = 500
    found = names(QUICK.check(HONEST, given, trace=trace))
    assert any("max in lane 2 is not beyond" in one for one in found), found


def test_no_fault_is_found():
    sheet = sheet_of("a\n-7\n")
    program = TableProgram.of(sheet, sum="a", max="a")
    parameters = {one.name: getattr(program, one.name) for one in fields(program)}
    assert all(
        check_program(
            TableProgram, [Case(parameters, program.witness(sheet), {"sum": l2zk.MODULUS - 7})], vm=QUICK
        ).runs
    )
