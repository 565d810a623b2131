"""Proofs of another statement, or under other options, than the verifier demands (PROTOCOL 7.1)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from example_programs import Cubes, Domains, Fibonacci, LookAhead, Powers, Silent, fibonacci
from fuzzing import examples
from hostile import (
    EASY_MACHINE,
    HIDING,
    HIDING_OPTIONS,
    TINY,
    TINY_MACHINE,
    TINY_OPTIONS,
    few,
    refusal,
    replaced,
    tiny,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.algebra import P
from reference.from_library import options_of
from reference.proof import prove
from reference.sizes import by_options
from twin import twin_groups

from l2zk import Machine, Proof, ProofOptions, TraceProgram, TraceZkVm
from l2zk.errors import FormatError
from l2zk.proof.header import parameters_to_bytes

OPTIONS = slice(8, 24)


def changed(proof: Proof, **change: Any) -> bytes:
    """The bytes of a proof whose header states another program."""
    header = proof.header
    stated = header.stating(program=dataclasses.replace(header.program, **change))
    return stated.to_bytes() + proof.data[proof.header_length :]


# The statement


@pytest.mark.parametrize(
    "fixed",
    [
        {"witness_hint": [1, None]},
        {"witness_hint": [0, 2]},
        {"witness_hint": [None, 0]},
        {"witness_hint": {"a1": 7}},
        {"outputs": [14]},
        {"outputs": {"result": 0}},
        {"witness_hint": [0, 1], "outputs": [12]},
    ],
)
def test_other_public_values_are_refused(fixed: dict[str, Any]) -> None:
    assert refusal(TINY, tiny(), TINY_MACHINE, **fixed).section == "7.1"


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("change", [1, 2, P - 2**40])
def test_a_false_statement_in_the_header_is_refused(number: int, change: int) -> None:
    """Two inputs, which have defaults, and an output."""
    at = Proof(tiny()).header_length - 24 + 8 * number
    where = slice(at, at + 8)
    value = (int.from_bytes(tiny()[where], "little") + change) % P
    data = replaced(tiny(), where, value.to_bytes(8, "little"))
    assert refusal(TINY, data, TINY_MACHINE).section == "7.3"
    assert refusal(TINY, data, TINY_MACHINE, witness_hint=()).section == ("7.3" if number == 2 else "7.1")


@dataclasses.dataclass(frozen=True)
class Impostor(TraceProgram):
    """The id and parameters of Fibonacci, and another computation."""

    id = Fibonacci.id
    rounds: int

    def define(self, m: Machine) -> None:
        a, b = m.columns("a", "b")
        m.start({a: m.public_input("a0", default=0), b: m.public_input("a1", default=1)})
        m.step({a: b, b: a + b + a})
        m.output("result", a, row=self.rounds)


@dataclasses.dataclass(frozen=True)
class Renamed(TraceProgram):
    """Fibonacci with other names of its public values."""

    id = Fibonacci.id
    rounds: int

    def define(self, m: Machine) -> None:
        fibonacci(m, self.rounds, names=("first", "a1"))


@pytest.mark.parametrize(
    "program, why",
    [
        (Fibonacci(6), "other parameters"),
        (Fibonacci(9), "other parameters"),
        (Cubes(7), "example-fibonacci.v0"),
        (Silent(), "example-fibonacci.v0"),
        (Impostor(7), "another version"),
        (Renamed(7), "another version"),
    ],
    ids=repr,
)
def test_the_proof_of_another_program_is_refused(program: TraceProgram, why: str) -> None:
    error = refusal(program, tiny(), EASY_MACHINE)
    assert error.section == "7.1" and why in str(error)


@pytest.mark.parametrize("program", [Fibonacci(6), Impostor(7), Renamed(7), Cubes(7)], ids=repr)
def test_the_body_of_another_program_is_refused(program: TraceProgram) -> None:
    """A right header before a body that was made for another one."""
    head = Proof(tiny()).header_length
    other = bytes(TINY_MACHINE.prove(program))
    refusal(TINY, tiny()[:head] + other[Proof(other).header_length :], TINY_MACHINE)


def test_names_that_are_not_the_programs_are_refused() -> None:
    """The names are in the digest; but a header may name others beside the right digest."""
    for change in ({"inputs": ("a0", "a2")}, {"inputs": ("a1", "a0")}, {"outputs": ("fruit",)}):
        error = refusal(TINY, changed(Proof(tiny()), **change), EASY_MACHINE)
        assert error.section == "7.1" and "names other public" in str(error)


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ({"inputs": ("a0",)}, {"inputs": (0,)}),
        ({"inputs": ()}, {"inputs": ()}),
        ({"outputs": ("result", "more")}, {"outputs": (13, 0)}),
    ],
)
def test_names_too_many_or_too_few_are_refused(change: dict[str, Any], values: dict[str, Any]) -> None:
    header = Proof(tiny()).header
    program = dataclasses.replace(header.program, **change)
    stated = header.stating(program=program, **values)
    error = refusal(TINY, stated.to_bytes() + tiny()[Proof(tiny()).header_length :], EASY_MACHINE)
    assert error.section == "7.1" and "names other public" in str(error)


@pytest.mark.parametrize(
    "change",
    [
        {"digest": b"\0" * 32},
        {"rows": 7},
        {"rows": 2**26},
        {"program_id": "fib.v0"},
        {"parameters": parameters_to_bytes([("rounds", 8)])},
        {"parameters": parameters_to_bytes([("round", 7)])},
        {"parameters": parameters_to_bytes([("rounds", True)])},
        {"parameters": parameters_to_bytes([])},
    ],
    ids=str,
)
def test_a_header_that_is_not_the_programs_is_refused(change: dict[str, Any]) -> None:
    assert refusal(TINY, changed(Proof(tiny()), **change), EASY_MACHINE).section == "7.1"


# Options


@pytest.mark.parametrize(
    "change",
    [
        {"preset": "compact"},
        {"preset": "fast"},
        {"rate": None},
        {"rate": 1 / 2},
        {"rate": 1 / 8},
        {"security": 100},
        {"grinding": 1},
        {"queries": 2},
        {"queries": 4},
        {"queries": 0},
        {"zero_knowledge": True},
    ],
    ids=str,
)
def test_a_proof_replayed_under_other_options_is_refused(change: dict[str, Any]) -> None:
    """By a machine that demands its own options; and by one that takes any, if the header is changed."""
    other = dataclasses.replace(TINY_OPTIONS, **change)
    assert refusal(TINY, tiny(), TraceZkVm(other)).section == "7.1"
    data = replaced(tiny(), OPTIONS, other.to_bytes())
    refusal(TINY, data, EASY_MACHINE)
    refusal(TINY, data, TraceZkVm(other))
    assert refusal(TINY, data, TINY_MACHINE).section == "7.1"


def test_the_least_security_is_demanded_and_not_read_from_the_proof() -> None:
    default, demanding = TraceZkVm(), TraceZkVm(TINY_OPTIONS, min_security=100)
    assert default.min_security == 128
    for machine in (default, demanding):
        error = refusal(TINY, tiny(), machine)
        assert error.section == "7.1" and "proven bits" in str(error)
    weaker = TraceZkVm(ProofOptions(security=100, zero_knowledge=False)).prove(TINY)
    assert refusal(TINY, bytes(weaker), default).section == "7.1"
    TraceZkVm(min_security=100).check_proof(TINY, weaker)
    stronger = TraceZkVm(ProofOptions(rate=1 / 16, zero_knowledge=False)).prove(TINY)
    default.check_proof(TINY, stronger)
    assert refusal(TINY, bytes(stronger), TraceZkVm(ProofOptions())).section == "7.1"


def test_a_proof_that_says_it_hides_and_does_not_is_refused() -> None:
    """Its header is that of hiding, but there are no masks and no salt."""
    plain = TraceZkVm(few()).prove(HIDING)
    stated, groups = options_of(HIDING_OPTIONS), twin_groups(HIDING, plain)
    shape_of = by_options(groups, options_of(few()))
    traces = [TraceZkVm(few()).trace(HIDING).padded.tolist()]
    body = prove(groups, traces, shape_of, hiding=False, options=stated)
    data = replaced(plain.data[: plain.header_length], OPTIONS, HIDING_OPTIONS.to_bytes()) + body
    refusal(HIDING, data, TraceZkVm(HIDING_OPTIONS))
    refusal(HIDING, data, EASY_MACHINE)


def test_an_insecure_proof_must_say_so() -> None:
    """PROTOCOL 4.5: also before a machine that would take its few bits."""
    silent = tiny()[:13] + bytes(1) + tiny()[14:]
    error = refusal(TINY, silent, EASY_MACHINE)
    assert error.section == "7.1" and "allow_insecure" in str(error)
    low = silent[:10] + bytes([99]) + silent[11:]
    assert isinstance(refusal(TINY, low, EASY_MACHINE), FormatError)


OPTION_BYTES = st.builds(
    lambda *b: bytes(b) + bytes(8),
    st.integers(0, 3),
    st.integers(0, 5),
    st.sampled_from((0, 1, 20, 99, 100, 128, 129)),
    st.sampled_from((0, 1, 16, 32, 33)),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 255),
    st.integers(0, 4),
)


@settings(max_examples=examples(400), deadline=None)
@given(options=OPTION_BYTES, program=st.sampled_from((TINY, Cubes(29), Domains(13), LookAhead(5), Powers(9, 7))))
def test_any_options_in_a_header_give_an_answer(options: bytes, program: TraceProgram) -> None:
    good = bytes(TINY_MACHINE.prove(program))
    if good[OPTIONS] != options:
        data = replaced(good, OPTIONS, options)
        refusal(program, data, EASY_MACHINE)
        refusal(program, data, TraceZkVm())
        refusal(program, data[: Proof(good).header_length + 40], EASY_MACHINE)
