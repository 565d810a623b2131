"""Constraints that look far ahead: the rows that they leave out cost no product each, and proofs are the twin's."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from cheats import P, few, prove, twin_prover, twin_verify
from probes import probes

from l2zk import Machine, ProofOptions, TraceProgram, TraceZkVm
from l2zk.proof.header import Header


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


@pytest.mark.parametrize(
    ("rows", "distances", "options"),
    [
        (100, (16,), few()),
        (100, (17,), few()),
        (100, (60,), few(blowup=8)),
        (500, (100,), few(blowup=2)),
        (250, (100, 5, 99), few(zero_knowledge=True, rows_per_leaf=2)),
        (250, (16, 17, 33, 34, 49, 50, 67), few(blowup=2)),
        (60, (20, 25), few(zero_knowledge=True, blowup=8)),
        (1000, (300, 511), few(blowup=2)),
    ],
    ids=str,
)
def test_the_proof_is_that_of_the_twin(rows: int, distances: tuple[int, ...], options: ProofOptions) -> None:
    program = Ahead(rows, distances)
    proof = prove(program, options)
    assert TraceZkVm(options).verify(program, proof)
    twin_verify(program, proof)
    assert bytes(twin_prover(program, proof).prove()) == bytes(proof)


def test_a_wrong_value_far_ahead_is_refused() -> None:
    options = few(queries=40)
    program = Ahead(1000, (300,))
    trace = TraceZkVm(options).trace(program)
    trace.padded[0, 650:] = 4  # "x" repeats until row 650, and its step is broken there as well
    forged = TraceZkVm(options).prove(program, trace=trace, check=False)
    assert not TraceZkVm(options).verify(program, forged)


@pytest.mark.parametrize("count", [1, 2, 5, 16, 511, 512, 513, 1000])
def test_coefficients_of_the_last_rows(count: int) -> None:
    root = pow(7, -((P - 1) // 1024), P)
    product = [1]
    for t in range(1, count + 1):
        point = pow(root, t, P)
        product = [(a - point * b) % P for a, b in zip([0, *product], [*product, 0])]
    assert probes.exempt_coefficients_probe(10, count).tolist() == product


@pytest.mark.parametrize("count", [1, 100, 128, 129, 160, 300, 479, 511])
def test_the_value_at_a_point(count: int) -> None:
    zeta, root, value = (5, 6, P - 7), pow(7, -((P - 1) // 1024), P), (1, 0, 0)
    for t in range(1, count + 1):
        value = probes.extension_probe("mul", value, ((zeta[0] - pow(root, t, P)) % P, *zeta[1:]))
    assert tuple(probes.exempt_probe(10, 511, count, zeta)) == tuple(value)


def junk(program: TraceProgram) -> bytes:
    """A header that is right, and a body that fails at the values out of domain."""
    air = program.definition.air
    inputs, outputs = ((name, 3) for name in air.inputs), ((name, 9) for name in air.outputs)
    header = Header(
        options=ProofOptions(),
        digest=air.digest,
        program_id=air.id,
        rows=air.rows,
        parameters=air.parameters,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
    )
    return header.to_bytes() + bytes(20_000)


def test_a_verifier_takes_no_product_a_row() -> None:
    """2^18 of them took 40 ms."""
    program, vm, seconds = Ahead(2**19 + 1, (2**18,)), TraceZkVm(), []
    for _ in range(4):
        start = time.perf_counter()
        assert not vm.verify(program, junk(program))
        seconds.append(time.perf_counter() - start)
    assert min(seconds[1:]) < 0.01


def test_a_prover_takes_no_product_a_row_and_point() -> None:
    """2^14 of them at each of 2^16 points took three seconds."""
    seconds = TraceZkVm().profile(Ahead(2**15 + 1, (2**14,))).seconds
    assert seconds["quotient"] < 0.5


def test_look_aheads_that_are_near_share_memory() -> None:
    """A hundred of them take what a few columns take."""
    vm = TraceZkVm(ProofOptions(zero_knowledge=False))
    plain, near, far = (
        vm.estimate(Ahead(5000, distances)).memory
        for distances in ((1, 2), tuple(range(17, 117)), tuple(range(17, 4000, 40)))
    )
    assert near < 3 * plain and near < far
