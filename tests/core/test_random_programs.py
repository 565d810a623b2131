"""The constraint machine end to end: random programs against a walk in Python.

What the machine says of a trace (its cells, where a constraint fails) is what the walk says. (PROTOCOL 3)
"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from stories import stories, told
from tree_walk import OPTIONS, P, elements, fixed, found_by, value
from warned import any_length

from l2zk import ExecutionTrace, TraceZkVm

pytestmark = any_length  # the lengths are drawn


@fixed(40)
@given(story=stories())
def test_the_trace_is_that_of_a_walk(isa, story):
    program = told(story)
    trace = TraceZkVm(OPTIONS).trace(program, story.witness)
    assert trace.padded.tolist() == story.table(program.definition.air.length)
    assert trace.rows == story.rows


@fixed(40)
@given(story=stories(), data=st.data())
def test_violations_are_those_of_a_walk(isa, story, data):
    program = told(story)
    air = program.definition.air
    table = story.table(air.length)
    rows = st.one_of(st.integers(0, air.length - 1), st.sampled_from([0, air.length // 2, air.length - 1]))
    cells = st.tuples(st.integers(0, len(table) - 1), rows, elements)
    for column, row, number in data.draw(st.lists(cells, max_size=3)):
        table[column][row] = number
    assert found_by(TraceZkVm(OPTIONS), program, story.inputs, table) == story.broken(air, table)


@fixed(20)
@given(story=stories(with_claims=False))
def test_the_outputs_are_those_of_a_walk(isa, story):
    program = told(story)
    table = story.table(program.definition.air.length)
    proof = TraceZkVm(OPTIONS).prove(program, story.witness)
    expected = [value(tree, row, table, story.periodic, story.inputs) for row, tree in story.outputs]
    assert list(proof.public_outputs.values()) == expected
    assert list(proof.public_inputs.values()) == list(story.inputs)


@fixed(30)
@given(story=stories(with_claims=False), data=st.data())
def test_random_programs_are_proved_and_wrong_traces_are_not(isa, story, data):
    program, machine = told(story), TraceZkVm(OPTIONS)
    air = program.definition.air
    proof = machine.prove(program, story.witness)
    machine.check_proof(program, proof, story.inputs)
    table = story.table(air.length)
    column, row = data.draw(st.integers(0, len(table) - 1)), data.draw(st.integers(0, air.length - 1))
    table[column][row] = (table[column][row] + data.draw(st.integers(1, P - 1))) % P
    trace = ExecutionTrace(air.columns, np.array(table, dtype=np.uint64), air.rows)
    wrong = machine.prove(program, story.witness, trace=trace, check=False)
    assert machine.verify(program, wrong) == (not story.broken(air, table))
