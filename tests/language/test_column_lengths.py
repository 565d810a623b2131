"""Private columns that are longer or shorter than their table: said before the program's own code sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from quick import QUICK

from l2zk import BatchProcessor, CachedZkVm, Machine, ProgramError, TraceProgram, WitnessError


@dataclass(frozen=True)
class Lengths(TraceProgram):
    """Columns of two tables, one of them of exactly n values; generate_trace has them in whole."""

    id = "test-lengths.v0"

    def define(self, m):
        m.rows(6)
        x = m.private_column("x", exact=True)
        y, z = m.private_column("y", pad=0), m.column("z")
        side = m.table("side", rows=4)
        w = side.private_column("w", exact=True)
        side.constrain("same", w == w.next)
        m.constrain("sum", z == x + y)
        m.output("end", z, row="last")

    def generate_trace(self, witness):
        assert len(witness["x"]) == len(witness["y"]) == 8
        return {"z": (witness["x"] + witness["y"])}


def test_columns_of_their_length_are_taken():
    rows = range(1, 7)
    for witness in ({"x": rows, "y": [1]}, {"x": range(8), "y": []}, {"x": rows, "y": range(8)}):
        assert QUICK.check(Lengths(), {**witness, "side.w": [5] * 4})


@pytest.mark.parametrize(
    "wrong, told",
    [
        ({"x": range(99)}, "column 'x' has 99 values, but the program has 6 rows, or 8 with the padding: m.rows sets"),
        ({"y": range(7)}, "column 'y' has 7 values, but the program has 6 rows, or 8 with the padding: m.rows sets"),
        ({"x": range(5)}, "column 'x' has 5 values, but the program has 6 rows, or 8 with the padding: give 6 values"),
        ({"x": []}, "column 'x' has 0 values, but the program has 6 rows, or 8 with the padding: give 6 values"),
        ({"side.w": [5] * 5}, "column 'side.w' has 5 values, but table 'side' has 4 rows: rows= of m.table sets their"),
        ({"side.w": [5]}, "column 'side.w' has 1 value, but table 'side' has 4 rows: give 4 values"),
    ],
)
def test_a_column_of_another_length_is_said_before_generate_trace_runs(wrong, told):
    """Its IndexError would say nothing: it sees columns of their length alone."""

    @dataclass(frozen=True)
    class Unasked(Lengths):
        id = "test-unasked.v0"

        def generate_trace(self, witness):
            raise AssertionError

    for call in (QUICK.prove, QUICK.check, QUICK.trace, CachedZkVm(vm=QUICK).prove, BatchProcessor(QUICK).prove_batch):
        jobs = [[Unasked()], [{"x": range(6), "y": [0], "side.w": [5] * 4, **wrong}]]
        with pytest.raises(WitnessError, match=re.escape(told)):
            call(*jobs) if "batch" in call.__name__ else call(jobs[0][0], jobs[1][0])


def test_several_columns_of_exactly_n_values():
    m = Machine()
    m.private_columns("a", "b", exact=True)
    m.private_columns("c", count=2)
    given = {column.name: column.exact for table in m._draft.common.tables for column in table.given.values()}
    assert given == {"a": True, "b": True, "c0": False, "c1": False}


@pytest.mark.parametrize("exact", [1, None, "yes"])
def test_exact_is_true_or_false(exact):
    with pytest.raises(ProgramError, match=f"exact={exact!r} of private column 'x': True or False is needed"):
        Machine().private_column("x", exact=exact)
