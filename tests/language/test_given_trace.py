"""A trace that is given: what else the witness names has to be what the trace holds."""

from __future__ import annotations

import numpy as np
import pytest
from defining import program

from l2zk import CachedZkVm, TraceZkVm
from l2zk.errors import ConstraintError, WitnessError

VM = TraceZkVm()
SECRET = 7_070_707


def define(m):
    """A private column, running sums of it from a private start plus a public one, and a copy of the start."""
    m.rows(5)
    v = m.private_column("v", pad=0)
    total, kept = m.columns("total", "kept")
    key, more = m.private_input("key"), m.public_input("more", default=1)
    m.start({total: 2 * key + more, kept: key})
    m.step({total: total + v, kept: kept})
    m.output("sum", total, row="last")


WITNESS = {"key": SECRET, "v": [1, 2, 3, 4], "more": 9}
PROGRAM = program(define)
TRACE = VM.trace(PROGRAM, WITNESS)

ASKED = {
    "prove": lambda witness: VM.prove(PROGRAM, witness, trace=TRACE),
    "check": lambda witness: VM.check(PROGRAM, witness, trace=TRACE),
    "profile": lambda witness: VM.profile(PROGRAM, witness, trace=TRACE),
    "cached": lambda witness: CachedZkVm().prove(PROGRAM, witness, trace=TRACE),
    "shown": lambda witness: TraceZkVm(redact=False).prove(PROGRAM, witness, trace=TRACE),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize(
    "witness, words",
    [
        ({"v": [1, 2, 5, 4]}, "gives column 'v' at row 2 another value than the trace holds"),
        ({"v": [1, 2, 3, 4, 1]}, "gives column 'v' at row 4 another"),
        ({"v": [1, 2, 3]}, "gives column 'v' at row 3 another"),
        ({"key": SECRET + 1}, "starts column 'total' at row 0 with another value"),
        ({"v": [1, 2, 3, 4, 0, 0, 0]}, "column 'v' has 7 values, but the program has 5 rows"),
        ({"v": [1, 2, 3.5, 4]}, "column 'v' at row 2 is of type float"),
        ({"v": "1234"}, "column 'v' is of type str"),
        ({"key": "secret"}, "witness value 'key' is of type str"),
        ({"kye": SECRET}, "no input 'kye'; did you mean 'key'"),
        ({"total": [1] * 5}, "no input 'total'"),
    ],
)
def test_a_witness_that_contradicts_the_trace_is_refused(ask, witness, words):
    with pytest.raises(WitnessError) as caught:
        ask({"more": 9, **witness})
    assert words in str(caught.value) and str(SECRET) not in str(caught.value)


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize(
    "witness",
    [
        {"more": 9},
        WITNESS,
        {"more": 9, "v": [1, 2, 3, 4, 0]},
        {"more": 9, "v": np.array([1, 2, 3, 4, 0, 0, 0, 0])},
        {"more": 9, "key": SECRET},
        [SECRET, 9, [1, 2, 3, 4]],
    ],
)
def test_a_witness_that_agrees_is_none_the_worse(ask, witness):
    assert ask(witness)


def test_a_public_input_is_held_by_its_constraint():
    with pytest.raises(ConstraintError, match="start kept"):
        VM.prove(PROGRAM, {"more": 8, "v": [1, 2, 3, 4]}, trace=TRACE)


def two_keys(m):
    m.rows(4)
    x, y = m.columns("x", "y")
    a, b = m.private_input("a", default=5), m.private_input("b")
    m.start({x: a, y: a + b})
    m.step({x: x, y: y})
    m.output("sum", x + y, row="last")


def test_a_cell_of_several_private_inputs_is_compared_once_all_are_named():
    made = program(two_keys)
    trace = VM.trace(made, [3, 4])
    assert VM.check(made, trace=trace) and VM.check(made, {"b": 9}, trace=trace)
    with pytest.raises(WitnessError, match="starts column 'y' at row 0"):
        VM.check(made, {"a": 3, "b": 5}, trace=trace)
    with pytest.raises(WitnessError, match="starts column 'x' at row 0"):
        VM.check(made, {"a": 5}, trace=trace)


def test_without_check_nothing_is_compared():
    proof = VM.prove(PROGRAM, {**WITNESS, "v": [1, 1, 1, 1]}, trace=TRACE, check=False)
    assert VM.verify(PROGRAM, proof, {"more": 9}), "it is the proof of the trace"
    with pytest.raises(WitnessError, match="column 'v' has 9 values"):
        VM.prove(PROGRAM, {**WITNESS, "v": [1] * 9}, trace=TRACE, check=False)


def test_a_witness_that_contradicts_a_further_table_is_refused():
    def further(m):
        m.rows(2)
        table = m.table("other", rows=2)
        x, y = table.private_column("x"), table.column("y")
        table.start({y: m.private_input("key")})
        table.step({y: y})
        table.constrain("x", x * y == x)
        z = m.column("z")
        m.start({z: 1})
        m.step({z: z})
        m.output("one", z, row=0)

    about, witness = program(further), {"other.x": [0, 0], "key": SECRET}
    trace = VM.trace(about, witness)
    assert VM.check(about, witness, trace=trace) and VM.check(about, {}, trace=trace)
    for said, words in (
        ({"other.x": [0, 1]}, "gives column 'x' of table 'other' at row 1 another value than the trace holds"),
        ({"key": SECRET + 1}, "starts column 'y' of table 'other' at row 0 with another value than the trace holds"),
    ):
        with pytest.raises(WitnessError, match=words):
            VM.check(about, {**witness, **said}, trace=trace)
        with pytest.raises(WitnessError, match=words):
            VM.prove(about, {**witness, **said}, trace=trace)
    with pytest.raises(WitnessError, match=r"'other\.x' of test\.v0 is private: a proof states no value of it"):
        VM.verify(about, VM.prove(about, witness), {"other.x": [0, 0]})
