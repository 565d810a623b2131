"""Degrees near p and far beyond: what they say is neither taken for empty nor slow to refuse."""

from __future__ import annotations

import warnings

import pytest
from defining import column, defined, program

from l2zk import MODULUS, DegreeError, DegreeWarning, TraceZkVm
from l2zk.air.air import NO_DEGREE
from l2zk.errors import ConstraintError, L2zkWarning, ProgramError
from l2zk.testing import Case, check_program

HALF = (MODULUS - 1) // 2
VM = TraceZkVm()


@pytest.mark.parametrize("right", [1, -1, 0, 7])
@pytest.mark.parametrize("exponent", [HALF, MODULUS - 1, HALF // 2, (MODULUS - 1) // 3, 2**40])
def test_a_power_that_few_values_have_is_of_too_high_a_degree(exponent, right):
    def define(m):
        m.rows(8)
        m.constrain("residue", m.private_column("x", pad=1) ** exponent == right)

    sentence = r"constraint 'residue' of test.v0 has degree .*, where blowup=8 .* allows \d+: put a part"
    with pytest.raises(DegreeError, match=sentence):
        VM.prove(program(define), {"x": [4] * 8})
    with pytest.raises(DegreeError, match=sentence):
        VM.estimate(program(define))
    with pytest.warns(DegreeWarning, match=sentence):
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
    assert max(max(pair) for pairs in known.definition.air._degrees for pair in pairs) <= NO_DEGREE


def power(degree):
    def define(m):
        x = m.column("x")
        m.start({x: 3})
        m.step({x: x**degree})
        m.output("r", x, row=5)

    return type(program(define))


@pytest.mark.parametrize("degree", [7, 10, 11, 15, 20])
def test_the_kit_chooses_options_that_suit(degree):
    """Without the masks of zero knowledge this trace has fewer points, so that blowup=8 would not do."""
    with warnings.catch_warnings():
        warnings.simplefilter("error" if degree < 9 else "ignore", L2zkWarning)
        assert check_program(power(degree), [Case({})])
