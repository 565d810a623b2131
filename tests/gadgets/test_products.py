"""Products: what NumPy's integers give, at the edges of the bounds, and the cheats that a sum modulo p invites."""

from dataclasses import dataclass

import numpy as np
import pytest
from quick import QUICK

import l2zk
from l2zk import gadgets as g
from l2zk.gadgets.products import Shape
from l2zk.testing import Case, check_program

BITS, SCALE = 20, (13, 6)
"""A bound of values, and a multiplier and a shift."""

EDGES = [-(2**20) + 1, -2514, -1, 0, 2, 3, 77, 2**20 - 1]
"""Values that are cut off below and above, and others whose 13/64 are rounded down and up: of 2 and of 3."""


@dataclass(frozen=True)
class Small(l2zk.TraceProgram):
    """Values scaled to bytes with a sign, their ReLU, the greatest of them, and sums of products."""

    id = "small.v0"
    rows: int

    def define(self, m):
        m.rows(self.rows)
        x = m.private_column("x", pad=0)
        m.output_column("scaled", g.products.requantise(m, "s", x, *SCALE, bits=BITS, low=-128, high=127))
        m.output_column("relu", g.products.relu(m, "r", x, bits=BITS))
        m.output_column("dot", g.products.dot([x, 2, x], [x, x, -1]))
        best = g.products.Argmax(m, "best", x, bits=BITS)
        m.output("most", best.best, row="last")
        m.output("at", best.at, row="last")


@dataclass(frozen=True)
class Times(l2zk.TraceProgram):
    """A public matrix and offset times a private vector."""

    id = "times.v0"
    outputs: int
    inputs: int
    lanes: int = 4
    sums: int = 4

    @property
    def shape(self):
        return Shape("layer", self.outputs, self.inputs, self.lanes, self.sums)

    def define(self, m):
        m.rows(self.outputs)
        into, out = m.bus("x", "position", "value"), m.bus("y", "position", "value")
        given = m.table("given", rows=self.inputs)
        x = given.column("x", pad=0)
        m.private_array("x", self.inputs)
        given.choice(x)
        given.send(into, (given.row_number(), x))
        layer = g.products.Matrix(m, "layer", self.outputs, self.inputs, lanes=self.lanes, sums=self.sums)
        layer.take(into)
        layer.give(out)
        y = m.column("y", pad=0)
        m.receive(out, (m.row_number(), y))
        m.output_column("y", y)

    def generate_trace(self, witness):
        matrix, added = self.shape.matrix(witness)
        y = l2zk.field(matrix @ l2zk.signed(witness["x"]) + added)
        return {"y": y, "given": {"x": witness["x"]}, "layer": self.shape.layout(witness["x"])}


def small(values):
    """What integers give."""
    x = np.array(values)
    return {
        "scaled": l2zk.field(np.clip((x * 13 + 32) >> 6, -128, 127)),
        "relu": l2zk.field(np.maximum(x, 0)),
        "dot": l2zk.field(x * x + x),
        "most": l2zk.field(max(values)),
        "at": values.index(max(values)),
    }


@pytest.mark.parametrize("values", [EDGES, [-5], [-7, -3, -9, -3], [4, 4, 4], [-(2**20) + 1] * 5])
def test_small_numbers_are_those_of_integers(values):
    proof = QUICK.prove(Small(len(values)), {"x": l2zk.field(values)})
    assert QUICK.verify(Small(len(values)), proof, outputs=small(values))


def test_the_kit_finds_nothing_in_small_numbers():
    assert all(
        check_program(Small, [Case({"rows": 4}, {"x": l2zk.field([-9, 700, 3, 700])}, small([-9, 700, 3, 700]))]).runs
    )


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"s.rounded": -1, "s.rounded_rest": 64, "s.small": -1}, "s.rounded_rest"),
        ({"s.rounded": pow(64, -1, l2zk.MODULUS), "s.rounded_rest": -1}, "s.rounded"),
        ({"s.below": 1, "s.small": -143}, "s.below"),
        ({"s.above": 1, "s.small": 112}, "s.above"),
        ({"r.negative": 1, "r.positive": -77}, "r.negative"),
        ({"best.larger": -1}, "best.larger"),
    ],
)
def test_another_quotient_and_the_wrong_side_are_refused(cells, what):
    """On the row of 77, which scales to 15 + 40/64, so to 16, and is the greatest: each forged cell by a difference."""
    program, witness = Small(3), {"x": l2zk.field([3, 77, -5])}
    trace = QUICK.trace(program, witness)
    for name, change in cells.items():
        trace[name][1] = l2zk.field(int(trace[name][1]) + change)
    report = QUICK.check(program, witness, trace=trace)
    assert any(what in violation.within(400) for violation in report.violations)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (4, 3, 4, 2), (10, 16, 2, 3), (5, 30, 8, 1)])
def test_a_matrix_times_a_vector_is_that_of_numpy(shape):
    chosen, program = np.random.default_rng(3), Times(*shape)
    matrix, added = chosen.integers(-128, 128, shape[:2]), chosen.integers(-1000, 1000, shape[0])
    x = chosen.integers(-128, 128, shape[1])
    public = program.shape.weights(matrix, added)
    proof = QUICK.prove(program, {"x": l2zk.field(x), **public})
    assert QUICK.verify(program, proof, public, outputs={"y": l2zk.field(matrix @ x + added)})


def test_the_kit_finds_nothing_in_a_matrix():
    program = Times(3, 3, 2, 2)
    public = program.shape.weights([[1, 2, 3], [-4, 5, 6], [7, -8, 9]], [1, -1, 50])
    outputs = {"y": l2zk.field([1 - 2 + 9 + 1, -4 - 5 + 18 - 1, 7 + 8 + 27 + 50])}
    parameters = {"outputs": 3, "inputs": 3, "lanes": 2, "sums": 2}
    assert all(check_program(Times, [Case(parameters, {"x": l2zk.field([1, -1, 3]), **public}, outputs)]).runs)


@pytest.mark.parametrize(("row", "what"), [(0, "x"), (1, "one"), (2, "x0 again"), (3, "x1 ends")])
def test_another_vector_in_a_block_is_refused(row, what):
    """3 entries and the 1 in lanes of 2 are two rows, and a block has 4."""
    program = Times(3, 3, 2, 2)
    public = program.shape.weights(np.ones((3, 3)), np.zeros(3))
    witness = {"x": [4, 5, 6], **public}
    trace = QUICK.trace(program, witness)
    column = trace.tables["layer"]["x0" if row in (0, 2) else "x1"]
    column[row + 4 * (row == 2)] += 1
    report = QUICK.check(program, witness, trace=trace)
    assert any(what in violation.within(400) for violation in report.violations)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda m, x: g.products.requantise(m, "s", x, 0, 6, bits=20, low=0, high=1), "a multiplier from 1"),
        (lambda m, x: g.products.requantise(m, "s", x, 1, 60, bits=20, low=0, high=1), "no room below p"),
        (lambda m, x: g.products.requantise(m, "s", x, 1, 6, bits=20, low=1, high=1), "the lower one first"),
        (lambda m, x: g.products.Matrix(m, "s", 0, 3), "numbers from 1"),
        (lambda m, x: g.products.dot([], []), "no values"),
    ],
)
def test_what_would_come_round_is_refused(call, sentence):
    machine = l2zk.Machine()
    machine.rows(2)
    with pytest.raises(l2zk.ProgramError, match=sentence):
        call(machine, machine.private_column("x"))
