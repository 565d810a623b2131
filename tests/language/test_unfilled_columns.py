"""Columns that only generate_trace or a given trace fills: what it gets, and who can do without it."""

from __future__ import annotations

import numpy as np
import pytest
from defining import program

from l2zk.air.trace import ExecutionTrace
from l2zk.errors import L2zkError, ProgramError, WitnessError
from l2zk.proof.options import ProofOptions
from l2zk.vm.zkvm import TraceZkVm

VM = TraceZkVm(ProofOptions(grinding=0, security=100))


def squares(m):
    """A given column and its squares, which nothing fills by itself."""
    m.rows(5)
    x, y = m.private_column("x", pad=1), m.column("y")
    m.constrain("square", y == x * x)
    m.output("last", y, row="last")


def constant(m):
    """A column of one value, which nothing fills; a private input that generate_trace alone would read."""
    m.rows(5)
    x = m.column("x")
    m.private_input("secret")
    m.constrain("same", x.next == x)
    m.output("value", x, row="last")


def test_generate_trace_gets_private_columns_padded_and_checked():
    seen = []

    def generate(witness):
        seen.append(witness["x"].tolist())
        return {"y": witness["x"] ** 2}

    made = program(squares, generate)
    assert made.check({"x": [3, 4]})
    assert seen == [[3, 4, 1, 1, 1, 1, 1, 1]]
    for wrong in ([1] * 6, [2**64], [1.5]):
        with pytest.raises(WitnessError):
            made.check({"x": wrong})
    assert len(seen) == 1


def test_generate_trace_cannot_change_what_the_witness_gave():
    def generate(witness):
        witness["x"][:] = 0
        return {"y": witness["x"]}

    with pytest.raises((L2zkError, ValueError), match="read-only|generate_trace"):
        program(squares, generate).check({"x": [3, 4]})


def test_a_given_trace_needs_no_generate_trace():
    made = program(constant)
    trace = ExecutionTrace(("x",), np.full((1, 8), 6, dtype=np.uint64), 5)
    assert VM.check(made, trace=trace)
    proof = VM.prove(made, trace=trace)
    assert VM.verify(made, proof, outputs={"value": 6})
    assert VM.estimate(made).columns == 1


@pytest.mark.parametrize("run", [VM.prove, VM.check, VM.trace])
def test_without_a_trace_the_column_is_named(run):
    with pytest.raises(ProgramError, match="column 'x' of test.v0 has no step, so nothing fills it.*trace="):
        run(program(constant), {"secret": 1})


def test_a_given_trace_of_the_rows_alone_is_padded():
    made = program(squares)
    trace = ExecutionTrace(("x", "y"), np.array([[2, 3, 4, 5, 6], [4, 9, 16, 25, 36]], dtype=np.uint64), 5)
    report = VM.check(made, trace=trace)
    assert [(v.constraint, v.row) for v in report.violations] == [
        ("square", 5)
    ]  # x is padded by 1, y by its last value
    right = ExecutionTrace(("x",), np.full((1, 5), 6, dtype=np.uint64), 5)
    assert VM.verify(program(constant), VM.prove(program(constant), trace=right), outputs={"value": 6})
    for rows in (3, 6, 9):
        with pytest.raises(WitnessError, match=f"x and 5 rows, or 8 with the padding; the trace has x and {rows}"):
            VM.check(program(constant), trace=ExecutionTrace(("x",), np.ones((1, rows), dtype=np.uint64), 1))


def test_a_given_trace_with_steps_has_its_padding():
    def define(m):
        m.rows(5)
        a = m.column("a")
        m.start({a: 1})
        m.step({a: 2 * a})

    made = program(define)
    whole = VM.trace(made)
    assert VM.check(made, trace=whole)
    with pytest.raises(
        WitnessError, match="columns that fill themselves, in the padding too: give a trace of all 8 rows"
    ):
        VM.check(made, trace=ExecutionTrace(("a",), whole.padded[:, :5], 5))
