"""Constraints that look far ahead: the rows that they leave out cost no product each, and proofs are the twin's."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from hostile import few
from quick import QUICK
from twin import prove, twin_proof, twin_verify

from l2zk import Machine, ProofOptions, TraceProgram, TraceZkVm


@dataclass(frozen=True)
class Ahead(TraceProgram):
    """A column that repeats after each of these numbers of rows, and a square of it that nothing repeats."""

    id = "ahead.v0"
    rows: int
    distances: tuple[int, ...]

    def define(self, m: Machine) -> None:
        x, y = m.column("x"), m.column("y")
        m.start({x: m.public_input("x", default=3), y: 0})
        m.step({x: x, y: x * x + y})
        for distance in self.distances:
            m.constrain(f"{distance} rows ahead", x[distance] == x)
        m.output("sum", y, row="last")
        m.rows(self.rows)


@pytest.mark.parametrize("hiding", [True, False], ids=["hiding", "plain"])
@pytest.mark.parametrize(
    ("rows", "distances"),
    [
        (2, (1,)),
        (4, (1, 2, 3)),
        (32, (1, 15, 16, 17, 31)),
        (100, (16,)),
        (100, (127,)),
        (250, (100, 5, 99)),
        (250, (16, 17, 33, 34, 49, 50, 67)),
        (1000, (300, 511, 1023)),
    ],
    ids=str,
)
def test_the_proof_is_that_of_the_twin(rows: int, distances: tuple[int, ...], hiding: bool) -> None:
    options = few(zero_knowledge=hiding)
    program = Ahead(rows, distances)
    proof = prove(program, options)
    assert TraceZkVm(options).verify(program, proof)
    twin_verify(program, proof)
    assert twin_proof(program, proof) == bytes(proof)


def test_a_wrong_value_far_ahead_is_refused() -> None:
    options = few(queries=40)
    program = Ahead(1000, (300,))
    trace = TraceZkVm(options).trace(program)
    trace.padded[0, 650:] = 4  # "x" repeats until row 650, and its step is broken there as well
    forged = TraceZkVm(options).prove(program, trace=trace, check=False)
    assert not TraceZkVm(options).verify(program, forged)


@pytest.mark.parametrize("ahead", [1, 3, 7, 31])
def test_a_look_ahead_of_all_rows_but_one_holds_on_the_first_row(ahead: int) -> None:
    """And on no other, where it would begin again at the top."""
    program = Repeats(ahead)
    machine = TraceZkVm(few(queries=40))
    trace = machine.trace(program, [range(1, ahead + 2)])
    trace.padded[0, ahead] = 1
    assert [(found.constraint, found.row) for found in machine.check(program, trace=trace).violations] == []
    assert machine.verify(program, machine.prove(program, trace=trace))
    trace.padded[0, ahead] = 2
    assert [(found.constraint, found.row) for found in machine.check(program, trace=trace).violations] == [("same", 0)]
    assert not machine.verify(program, machine.prove(program, trace=trace, check=False))


@dataclass(frozen=True)
class Repeats(TraceProgram):
    """The first cell of a column stands in the last row too."""

    id = "repeats.v0"
    ahead: int

    def define(self, m: Machine) -> None:
        x = m.private_column("x")
        m.constrain("same", x[self.ahead] == x)
        m.rows(self.ahead + 1)


def test_a_verifier_takes_no_product_a_row() -> None:
    """2^17 of them would take 20 ms."""
    program = Ahead(2**18, (2**18 - 1, 2**17, 3))
    proof, seconds = QUICK.prove(program), []
    for _ in range(4):
        start = time.perf_counter()
        assert QUICK.verify(program, proof)
        seconds.append(time.perf_counter() - start)
    assert min(seconds[1:]) < 0.01


def test_a_prover_takes_no_product_a_row_that_is_left_out() -> None:
    """2^14 of them for each of 2^15 rows would take three seconds."""
    seconds = TraceZkVm().profile(Ahead(2**15, (2**14,))).seconds
    assert seconds["zerocheck"] < 0.5 and seconds["rows"] < 0.5


def test_look_aheads_that_are_near_share_memory() -> None:
    """A hundred of them take what a few columns take."""
    vm = TraceZkVm(ProofOptions(zero_knowledge=False))
    plain, near, far = (
        vm.estimate(Ahead(5000, distances)).memory
        for distances in ((1, 2), tuple(range(17, 117)), tuple(range(17, 4000, 40)))
    )
    assert near < 3 * plain and near < far
