"""The constraint machine end to end: random programs against a walk in Python.

What the machine says of a trace (its cells, where a constraint fails) is what the walk says. (PROTOCOL 3)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given, reject
from hypothesis import strategies as st
from tree_walk import OPTIONS, P, Words, elements, failing, fixed, found_by, trees, value, written
from warned import any_length

from l2zk import ExecutionTrace, ProgramError, TraceProgram, TraceZkVm

pytestmark = any_length  # the lengths are drawn

ROWS = [
    4,
    5,
    31,
    33,
    63,
    64,
    65,
    100,
    128,
    130,
]  # traces shorter than a tile of 64 rows, equal to one, and longer


@dataclass(frozen=True)
class Story:
    """A program as data: (on, tree) for a claim, (row, tree) for an output; on (k, first) is every k-th."""

    rows: int
    reach: int
    starts: tuple
    steps: tuple
    periodic: tuple
    inputs: tuple
    claims: tuple
    outputs: tuple

    @property
    def witness(self):
        """The public inputs, and a private one that starts the first column."""
        return [*self.inputs, self.starts[0][0]]

    def program(self):
        body = {"id": "story.v0", "define": lambda _, m: self.define(m)}
        return dataclass(frozen=True)(type("Told", (TraceProgram,), body))()

    def define(self, m):
        m.rows(self.rows)
        inputs = tuple(m.public_input(f"x{i}") for i in range(len(self.inputs)))
        columns = m.columns(*(f"c{i}" for i in range(len(self.steps))))
        words = Words(columns, tuple(m.periodic(values) for values in self.periodic), inputs)
        cells = {(row, c): x for row, starts in enumerate(self.starts) for c, x in enumerate(starts)}
        cells[0, 0] = m.private_input("key")
        m.start({columns[c][row]: x for (row, c), x in cells.items()})
        m.step({columns[c][self.reach]: written(tree, words) for c, tree in enumerate(self.steps)})
        for i, (on, tree) in enumerate(self.claims):
            on = m.every(on[0], start=on[1]) if isinstance(on, tuple) else on
            m.constrain(f"claim {i}", written(tree, words), on=on)
        for i, (row, tree) in enumerate(self.outputs):
            m.output(f"y{i}", written(tree, words), row=row)

    def table(self, length):
        """The columns, filled by a walk."""
        table = [[0] * length for _ in self.steps]
        for row, starts in enumerate(self.starts):
            for c, x in enumerate(starts):
                table[c][row] = x
        for i in range(length - self.reach):
            for c, tree in enumerate(self.steps):
                table[c][i + self.reach] = value(tree, i, table, self.periodic, self.inputs)
        return table

    def broken(self, air, table):
        """{constraint: (first row, number of rows)} by a walk of the trees."""
        meant = {f"claim {i}": tree for i, (_, tree) in enumerate(self.claims)}
        for c, step in enumerate(self.steps):
            meant[f"c{c}"] = ("-", ("cell", c, self.reach), step)
            for row, starts in enumerate(self.starts):
                meant[f"start c{c}[{row}]" if row else f"start c{c}"] = (
                    "-",
                    ("cell", c, 0),
                    ("constant", starts[c]),
                )
        known = [c for c in air.constraints if not c.name.startswith("output")]  # an output is what the trace gives
        found = {c.name: failing(c.domain, meant[c.name], table, self.periodic, self.inputs) for c in known}
        return {name: failure for name, failure in found.items() if failure}


@st.composite
def claims(draw, rows, leaves):
    """A claim's rows, and a tree that looks ahead no further than they allow."""
    on = draw(st.sampled_from(["every", "transitions", "first", "last", "row", "cyclic"]))
    ahead = 0 if on in ("every", "first", "last") else draw(st.integers(0, 3))
    if on == "row":
        on = draw(st.integers(0, rows - 1 - ahead))
    if on == "cyclic":
        period = draw(st.sampled_from([k for k in (2, 4, 8, 16, 32) if k > ahead]))
        on = (period, draw(st.integers(0, period - 1 - ahead)))
    return on, draw(trees(**leaves, ahead=ahead, depth=2))


@st.composite
def stories(draw, with_claims=True):
    rows, reach, width = draw(st.sampled_from(ROWS)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    rows = max(rows, reach + 2)
    periods = draw(st.lists(st.sampled_from([1, 2, 4, 8]), max_size=2))
    periodic = tuple(tuple(draw(st.lists(elements, min_size=k, max_size=k))) for k in periods)
    inputs = tuple(draw(st.lists(elements, max_size=2)))
    leaves = {"columns": width, "periodic": len(periodic), "inputs": len(inputs)}
    starts = draw(st.lists(st.tuples(*[elements] * width), min_size=reach, max_size=reach))
    steps = [draw(trees(**leaves, ahead=reach - 1)) for _ in range(width)]
    places = st.tuples(st.integers(0, rows - 1), trees(**leaves, depth=1))
    stated = [("first", ("-", ("input", i), ("constant", x))) for i, x in enumerate(inputs)]
    return Story(
        rows=rows,
        reach=reach,
        starts=tuple(starts),
        steps=tuple(steps),
        periodic=periodic,
        inputs=inputs,
        claims=(*stated, *draw(st.lists(claims(rows, leaves), max_size=4 if with_claims else 0))),
        outputs=tuple(draw(st.lists(places, max_size=2))),
    )


def told(story):
    """The program of a story; a claim or an output that comes to nothing is no program."""
    try:
        program = story.program()
        program.definition
    except ProgramError as error:
        reasons = ("can never be satisfied", "constrains nothing", "stands in no constraint", "is not said on row")
        assert any(why in str(error) for why in reasons)
        reject()
    return program


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
