"""Proofs of another statement, or under other options, than the verifier demands (PROTOCOL 7.2 and 7.3)."""

from __future__ import annotations

import dataclasses

import pytest
import reference
from cheats import P, few, twin_air, twin_options, twin_prover
from example_programs import Cubes, Domains, Fibonacci, LookAhead, Powers, Silent, fibonacci
from fuzzing import examples
from hostile import (
    EASY_MACHINE,
    HIDING,
    HIDING_OPTIONS,
    TINY,
    TINY_MACHINE,
    TINY_OPTIONS,
    refusal,
    replaced,
    tiny,
    tiny_parts,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm
from l2zk.errors import FormatError
from l2zk.proof.header import parameters_to_bytes

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
def test_other_public_values_are_refused(fixed: dict) -> None:
    assert refusal(TINY, tiny(), TINY_MACHINE, **fixed).section == "7.2"


@pytest.mark.parametrize("part", ["input a0", "input a1", "output result"])
@pytest.mark.parametrize("change", [1, 2, P - 2**40])
def test_a_false_statement_in_the_header_is_refused(part: str, change: int) -> None:
    where = tiny_parts()[part]
    value = (int.from_bytes(tiny()[where], "little") + change) % P
    data = replaced(tiny(), where, value.to_bytes(8, "little"))
    assert refusal(TINY, data, TINY_MACHINE).section == "7.6"
    assert refusal(TINY, data, TINY_MACHINE, witness_hint=()).section == ("7.6" if part == "output result" else "7.2")


@dataclasses.dataclass(frozen=True)
class Impostor(TraceProgram):
    """The id and parameters of Fibonacci, and another computation."""

    id = Fibonacci.id
    rounds: int

    def define(self, m):
        a, b = m.columns("a", "b")
        m.start({a: m.public_input("a0", default=0), b: m.public_input("a1", default=1)})
        m.step({a: b, b: a + b + a})
        m.output("result", a, row=self.rounds)


@dataclasses.dataclass(frozen=True)
class Renamed(TraceProgram):
    """Fibonacci with other names of its public values."""

    id = Fibonacci.id
    rounds: int

    def define(self, m):
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
    assert error.section == "7.2" and why in str(error)


@pytest.mark.parametrize("program", [Fibonacci(6), Impostor(7), Renamed(7), Cubes(7)], ids=repr)
def test_the_body_of_another_program_is_refused(program: TraceProgram) -> None:
    """A right header before a body that was made for another one."""
    head = Proof(tiny()).header_length
    other = bytes(TINY_MACHINE.prove(program))
    refusal(TINY, tiny()[:head] + other[Proof(other).header_length :], TINY_MACHINE)


def test_names_that_are_not_the_programs_are_refused() -> None:
    """The names are in the digest; but a header may name others beside the right digest."""
    header = Proof(tiny()).header
    body = tiny()[Proof(tiny()).header_length :]
    for change in (
        {"inputs": (("a0", 0), ("a2", 1))},
        {"inputs": header.inputs[::-1]},
        {"inputs": header.inputs[:1]},
        {"inputs": ()},
        {"outputs": (("fruit", 13),)},
        {"outputs": (*header.outputs, ("more", 1))},
    ):
        data = dataclasses.replace(header, **change).to_bytes() + body
        error = refusal(TINY, data, EASY_MACHINE)
        assert error.section == "7.2" and "names other public" in str(error)


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
def test_a_header_that_is_not_the_programs_is_refused(change: dict) -> None:
    body = tiny()[Proof(tiny()).header_length :]
    data = dataclasses.replace(Proof(tiny()).header, **change).to_bytes() + body
    assert refusal(TINY, data, EASY_MACHINE).section == "7.2"


# Options


@pytest.mark.parametrize(
    "change",
    [
        {"blowup": 2},
        {"security": 100},
        {"regime": "unique"},
        {"grinding": 1},
        {"folding": 2},
        {"folding": 8},
        {"final_rows": 4},
        {"final_rows": 1},
        {"rows_per_leaf": 0},
        {"queries": 2},
        {"queries": 4},
        {"queries": 0},
        {"zero_knowledge": True},
    ],
    ids=str,
)
def test_a_proof_replayed_under_other_options_is_refused(change: dict) -> None:
    """By a machine that demands its own options; and by one that takes any, if the header is changed."""
    other = dataclasses.replace(TINY_OPTIONS, **change)
    assert refusal(TINY, tiny(), TraceZkVm(other)).section == "7.3"
    changed = replaced(tiny(), tiny_parts()["options"], other.to_bytes())
    refusal(TINY, changed, EASY_MACHINE)
    refusal(TINY, changed, TraceZkVm(other))
    assert refusal(TINY, changed, TINY_MACHINE).section == "7.3"


def test_the_least_security_is_demanded_and_not_read_from_the_proof() -> None:
    default, demanding = TraceZkVm(), TraceZkVm(TINY_OPTIONS, min_security=100)
    assert default.min_security == 128
    for machine in (default, demanding):
        error = refusal(TINY, tiny(), machine)
        assert error.section == "7.3" and "proven bits" in str(error)
    weaker = TraceZkVm(ProofOptions(security=100, zero_knowledge=False)).prove(TINY)
    assert refusal(TINY, bytes(weaker), default).section == "7.3"
    TraceZkVm(min_security=100).check_proof(TINY, weaker)
    stronger = TraceZkVm(ProofOptions(blowup=16, zero_knowledge=False)).prove(TINY)
    default.check_proof(TINY, stronger)
    assert refusal(TINY, bytes(stronger), TraceZkVm(ProofOptions())).section == "7.3"


def test_a_proof_that_says_it_hides_and_does_not_is_refused() -> None:
    """Its lengths and its header are those of hiding, but there is no mask R and no salt."""
    options = HIDING_OPTIONS
    plain = TraceZkVm(few()).prove(HIDING)
    shape = reference.solve(twin_options(options), twin_air(HIDING))
    bare = dataclasses.replace(shape, zero_knowledge=False)
    data = twin_prover(HIDING, plain, options=twin_options(options), shape=bare, masks=None).prove()
    refusal(HIDING, data, TraceZkVm(options))
    refusal(HIDING, data, EASY_MACHINE)


def test_an_insecure_proof_must_say_so() -> None:
    """PROTOCOL 4.1: also before a machine that would take its few bits."""
    shape = reference.solve(twin_options(few()), twin_air(TINY))
    silent = dataclasses.replace(twin_options(few()), allow_insecure=0)
    data = twin_prover(TINY, TraceZkVm(few()).prove(TINY), options=silent, shape=shape).prove()
    error = refusal(TINY, data, EASY_MACHINE)
    assert error.section == "7.3" and "allow_insecure" in str(error)
    low = data[:9] + bytes([99]) + data[10:]
    assert isinstance(refusal(TINY, low, EASY_MACHINE), FormatError)


OPTION_BYTES = st.builds(
    lambda *b: bytes(b) + bytes(5),
    st.integers(0, 6),
    st.sampled_from((0, 1, 20, 99, 100, 128, 129)),
    st.integers(0, 2),
    st.sampled_from((0, 1, 16, 32, 33)),
    st.integers(0, 4),
    st.integers(0, 9),
    st.integers(0, 5),
    st.integers(0, 1),
    st.integers(0, 255),
    st.integers(0, 4),
    st.integers(0, 2),
)


@settings(max_examples=examples(400), deadline=None)
@given(options=OPTION_BYTES, program=st.sampled_from((TINY, Cubes(29), Domains(13), LookAhead(5), Powers(9, 7))))
def test_any_options_in_a_header_give_an_answer(options: bytes, program: TraceProgram) -> None:
    good = (
        bytes(TINY_MACHINE.prove(program))
        if program != Powers(9, 7)
        else bytes(TraceZkVm(few(blowup=16)).prove(program))
    )
    if good[8:24] != options:
        changed = good[:8] + options + good[24:]
        refusal(program, changed, EASY_MACHINE)
        refusal(program, changed, TraceZkVm())
        refusal(program, changed[: Proof(good).header_length + 40], EASY_MACHINE)
