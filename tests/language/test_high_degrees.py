"""Degrees: 32 is the most, whatever else is asked; those near p and far beyond are not taken for empty, nor slow to
refuse.
"""

from __future__ import annotations

from functools import reduce
from operator import mul

import pytest
from defining import column, defined, program
from example_programs import Powers
from hostile import few
from twin import prove, twin_proof, twin_verify

from l2zk import MODULUS, DegreeError, ProofOptions, TraceZkVm, _core
from l2zk.air.measure import BEYOND
from l2zk.errors import ConstraintError, ProgramError
from l2zk.testing import Case, check_program

HALF = (MODULUS - 1) // 2
MOST = 32
VM = TraceZkVm()


def test_the_most_is_the_core_s():
    assert _core.MOST_LEAVES == MOST


@pytest.mark.parametrize("hiding", [True, False], ids=["hiding", "plain"])
@pytest.mark.parametrize("degree", [1, 2, 3, 5, 8, 15, 16, 17, 31, 32])
@pytest.mark.parametrize("rounds", [0, 1, 3, 7, 15, 31, 63])
def test_every_degree_up_to_the_most_is_proved(degree, rounds, hiding):
    machine, made = TraceZkVm(few(queries=40, zero_knowledge=hiding)), Powers(degree, rounds)
    proof = machine.prove(made)
    value = 3
    for _ in range(rounds):
        value = (pow(value, degree, MODULUS) + 1) % MODULUS
    assert machine.verify(made, proof, outputs={"end": value})
    trace = machine.trace(made)
    trace.padded[0, -1] += 1
    assert not machine.verify(made, machine.prove(made, trace=trace, check=False))


@pytest.mark.parametrize("hiding", [True, False], ids=["hiding", "plain"])
def test_a_proof_of_the_highest_degree_is_the_twins(hiding):
    made, options = Powers(MOST, 13), few(zero_knowledge=hiding)
    proof = prove(made, options)
    twin_verify(made, proof)
    assert twin_proof(made, proof) == bytes(proof)


def multiplying(factors, on):
    """A claim on some rows that so many factors, of each kind in turn, and a public value to a power multiply to 0."""

    def define(m):
        x, y, z = m.private_columns("x", "y", "z", pad=1)
        m.rows(60)
        leaves = [x, y, m.periodic([1, 2], name="short"), x.next if on != "every" else z, m.periodic(range(1, 65))]
        some = [leaves[k % len(leaves)] for k in range(factors - 1)]
        rows = {"cyclic": m.every(4, start=1), "row": 7}.get(on, on)
        public = m.public_input("public", default=1)
        m.constrain("one", public * z == 1, on=0)
        m.constrain("many", reduce(mul, some) * public**1000 * (z - 1) == 0, on=rows)

    return program(define)


WITNESS = {name: [1] * 60 for name in "xyz"}


@pytest.mark.parametrize("options", [ProofOptions(), few(), ProofOptions(preset="fast", rate=1 / 2)], ids=str)
@pytest.mark.parametrize("on", ["every", "transitions", "row", "cyclic"])
def test_the_most_is_one_number_whatever_is_multiplied_where_and_with_which_options(on, options):
    """Cells, periodic values; the selector of the rows and the public values do not count."""
    machine, made, beyond = TraceZkVm(options), multiplying(MOST, on), multiplying(MOST + 1, on)
    assert machine.verify(made, machine.prove(made, WITNESS))
    assert machine.estimate(made).degrees.degree == MOST
    sentence = "constraint 'many' of test.v0 has degree 33, and 32 is the most: put a part of it in a column of its own"
    for ask in (lambda: machine.prove(beyond, WITNESS), lambda: machine.estimate(beyond)):
        with pytest.raises(DegreeError) as caught:
            ask()
        assert str(caught.value) == sentence
    report = machine.check(beyond, WITNESS)
    assert report.ok and report.degrees.over and report.unprovable == sentence
    assert machine.trace(beyond, WITNESS).padded.shape == (3, 64)


def test_a_constraint_of_too_high_a_degree_is_checked_on_every_row():
    made, wrong = multiplying(MOST + 1, "every"), {**WITNESS, "z": [1] * 20 + [2] + [1] * 39}
    [found] = VM.check(made, wrong).violations
    assert (found.constraint, found.row, found.count) == ("many", 20, 1)


@pytest.mark.parametrize("right", [1, -1, 0, 7])
@pytest.mark.parametrize("exponent", [HALF, MODULUS - 1, HALF // 2, (MODULUS - 1) // 3, 2**40])
def test_a_power_that_few_values_have_is_of_too_high_a_degree(exponent, right):
    def define(m):
        m.rows(8)
        m.constrain("residue", m.private_column("x", pad=1) ** exponent == right)

    sentence = r"constraint 'residue' of test.v0 has degree .*, and 32 is the most: put a part"
    with pytest.raises(DegreeError, match=sentence):
        VM.prove(program(define), {"x": [4] * 8})
    with pytest.raises(DegreeError, match=sentence):
        VM.estimate(program(define))
    assert VM.check(program(define), {"x": [4] * 8}).ok == (pow(4, exponent, MODULUS) == right % MODULUS)


@pytest.mark.parametrize("seed", range(6))
def test_a_gate_does_not_make_it_empty(seed):
    """Whatever point a column is looked at: half of all points are squares."""

    def define(m):
        m.rows(8)
        for k in range(seed):
            m.constrain(f"one{k}", m.private_column(f"y{k}") == 1)
        x, gate = m.private_column("x", pad=1), m.periodic([1, 0])
        m.constrain("residue", gate * (x**HALF - 1) == 0)

    with pytest.raises(DegreeError, match="constraint 'residue'"):
        VM.estimate(program(define))


def test_a_public_input_may_be_said_to_be_a_square():
    """Inputs are no columns: in them a degree is no obstacle, and what it says is neither empty nor impossible."""

    def define(m):
        m.rows(8)
        a = m.public_input("a")
        m.constrain("square", a**HALF == 1)
        m.constrain("cell", m.private_column("x") == a, on=3)

    known = program(define)
    proof = VM.prove(known, {"a": 4, "x": [4] * 4})
    assert VM.verify(known, proof, {"a": 4})
    with pytest.raises(ConstraintError, match="constraint 'square' fails"):
        VM.prove(known, {"a": 7, "x": [7] * 4})


CONSTANT = {
    "small": lambda a: (a + 1) ** 2 - a * (a + 2) - 1,
    "large": lambda a: (a ** (2**40) + 1) * (a ** (2**40) - 1) - a ** (2**41) + 1,
    "half": lambda a: (a ** (HALF // 2) + 1) * (a ** (HALF // 2) - 1) - a ** (HALF // 2 * 2) + 1,
}


@pytest.mark.parametrize("expression", CONSTANT.values(), ids=CONSTANT)
def test_what_is_empty_is_seen_up_to_half_of_p(expression):
    def define(m):
        m.constrain("empty", expression(m.public_input("a")) == 0)
        m.constrain("impossible", expression(m.public_input("b")) == 5)
        column(m, "x")
        m.rows(8)

    with pytest.raises(ProgramError, match="constraint 'empty' says 0 == 0 on every trace"):
        defined(define)


@pytest.mark.parametrize("levels", [100, 1000, 20_000])
def test_a_tower_of_squares_is_refused_in_one_short_sentence(levels):
    def define(m):
        m.rows(2)
        power = x = m.private_column("x")
        for _ in range(levels):
            power = power * power
        gate = m.periodic([1, 2])
        for _ in range(levels):
            gate = gate * gate
        m.constrain("tower", power + gate == x * x + 3, on="first")

    known = program(define)
    with pytest.raises(DegreeError, match=r"constraint 'tower' of test.v0 has degree more than 2\^\d+,") as caught:
        VM.estimate(known)
    assert len(str(caught.value)) < 400
    assert max(map(max, known.definition.air.degrees)) <= BEYOND + MOST


def power(degree):
    def define(m):
        x = m.column("x")
        m.start({x: 3})
        m.step({x: x**degree})
        m.output("r", x, row=5)

    return type(program(define))


@pytest.mark.parametrize("degree", [7, 10, 20, 32])
def test_the_kit_takes_every_degree_that_is_proved(degree):
    assert check_program(power(degree), [Case({})])


def test_the_kit_says_which_degree_is_too_high():
    with pytest.raises(DegreeError, match="constraint 'x' of test.v0 has degree 33"):
        check_program(power(33), [Case({})])
