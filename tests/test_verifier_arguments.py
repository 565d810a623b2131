"""Careless callers: what is a misuse of the verifier, and what it takes. Only misuse raises anything but a ProofError."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from cheats import P
from example_programs import Fibonacci
from hostile import TINY, TINY_MACHINE, refusal, tiny

from l2zk import L2zkError, Proof, ProofOptions, TraceProgram, TraceZkVm
from l2zk.errors import OptionsError, ProgramError, SecurityError, WitnessError
from l2zk.words import short

# Misuse


@pytest.mark.parametrize("proof", ["l2zk", None, 7, 1.5, ["l2zk"], {}])
def test_what_is_no_proof_at_all_is_a_misuse(proof: object) -> None:
    for call in (TINY_MACHINE.verify, TINY_MACHINE.check_proof):
        with pytest.raises(TypeError, match=f"Proof or bytes, not {type(proof).__name__}"):
            call(TINY, proof)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "program, sentence",
    [
        (Fibonacci, "give an instance"),
        ("example-fibonacci.v0", "a program is a TraceProgram"),
        (None, "a program is a TraceProgram"),
        (Proof, "a program is a TraceProgram"),
    ],
)
def test_what_is_no_program_is_a_misuse(program: object, sentence: str) -> None:
    for call in (TINY_MACHINE.verify, TINY_MACHINE.check_proof):
        with pytest.raises(ProgramError, match=sentence):
            call(program, tiny())  # type: ignore[arg-type]


HINT_MISUSES = [
    ([0, 1, 2], r"2 public inputs \(a0, a1\); 3 were given"),
    ([0], "1 was given: give each in its order, with None for any value"),
    ([], "0 were given"),
    (np.array([]), "0 were given"),
    (np.array([[0, 1]]), r"not an array of shape \(1, 2\)"),
    (np.array(0), r"not an array of shape \(\)"),
    ({"a2": 1}, "no input 'a2'; it has 'a0', 'a1'"),
    ({"a0": 0, 1: 1}, "no input 1; it has 'a0', 'a1'"),
    ({"a2": None}, "no input 'a2'"),
    ({"result": 13}, "'result' of example-fibonacci.v0 is an output"),
    ("01", "not of type str"),
    (b"01", "not of type bytes"),
    (bytearray(b"01"), "not of type bytearray"),
    (memoryview(b"01"), "not of type memoryview"),
    (7, "not of type int"),
    ({0, 1}, "not of type set"),
    ([0.0, 1], "of type float"),
    ([True, 1], "of type bool"),
    ([0, np.True_], "input 'a1' is .*, of type bool"),
    (["0", 1], "of type str"),
    ([[0], [1]], "of type list"),
    (np.array([0.0, 1.0]), "of type float64"),
    ([np.array(0.0), 1], "of type ndarray"),
    ([np.array([0]), 1], "input 'a0' is an array"),
    ([-1, 1], "not an element of the field"),
    ([P, 1], "not an element of the field"),
    ([0, 10**5000], "an integer of 16610 bits, not an element of the field"),
    ({"a0": 2**64}, "not an element of the field"),
]


@pytest.mark.parametrize("hint, sentence", HINT_MISUSES, ids=short)
def test_misused_hints(hint: object, sentence: str) -> None:
    """Even beside a bad proof: the mistake is the caller's."""
    for data in (tiny(), b"no proof"):
        with pytest.raises(WitnessError, match=sentence):
            TINY_MACHINE.verify(TINY, data, hint)  # type: ignore[arg-type]


OUTPUT_MISUSES = [
    ([13, 1], r"1 public output \(result\); 2 were given"),
    ([], "1 public output .*; 0 were given"),
    ({"a0": 0}, "'a0' of example-fibonacci.v0 is an input"),
    ({"resul": 13}, "no output 'resul'"),
    ({"resul": None}, "no output 'resul'; did you mean 'result'"),
    ("13", "not of type str"),
    (13, "not of type int"),
    ([13.0], "'result' is 13.0, of type float"),
    ([True], "'result' is True, of type bool"),
    ([-1], "'result' is -1, not an element"),
    ([P], "'result' is 18446744069414584321, not an element"),
    ({"result": "13"}, "'result' is '13', of type str"),
]


@pytest.mark.parametrize("outputs, sentence", OUTPUT_MISUSES, ids=repr)
def test_misused_outputs(outputs: object, sentence: str) -> None:
    for data in (tiny(), b"no proof"):
        with pytest.raises(WitnessError, match=sentence):
            TINY_MACHINE.verify(TINY, data, outputs=outputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options, least, error",
    [
        ({"blowup": 8}, None, OptionsError),
        (ProofOptions, None, OptionsError),
        ("default", None, OptionsError),
        (None, 0, SecurityError),
        (None, 129, SecurityError),
        (None, 100.0, SecurityError),
        (None, True, SecurityError),
        (None, "128", SecurityError),
    ],
    ids=repr,
)
def test_misused_machines(options: object, least: object, error: type[L2zkError]) -> None:
    with pytest.raises(error):
        TraceZkVm(options, min_security=least)  # type: ignore[arg-type]


# What the verifier knows

OTHER_START = bytes(TINY_MACHINE.prove(TINY, [2, 5]))
"""A proof of other inputs than the defaults, 0 and 1."""


@pytest.mark.parametrize(
    "hint",
    [
        (),
        None,
        {},
        [None, None],
        [0, None],
        [None, 1],
        [0, 1],
        (0, 1),
        {"a0": 0},
        {"a1": 1},
        {"a0": 0, "a1": 1},
        {"a0": None, "a1": 1},
        np.array([0, 1], dtype=np.uint64),
        [np.int64(0), np.uint8(1)],
    ],
    ids=repr,
)
def test_hints_that_agree(hint: object) -> None:
    TINY_MACHINE.check_proof(TINY, tiny(), hint)  # type: ignore[arg-type]
    for outputs in ((), None, {}, [None], [13], (13,), {"result": 13}, {"result": None}, np.array([13])):
        assert TINY_MACHINE.verify(TINY, tiny(), hint, outputs=outputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "hint", [[1, None], [0, 0], [None, 2], {"a0": 1}, {"a0": None, "a1": 0}, np.array([0, 2])], ids=repr
)
def test_hints_that_disagree(hint: object) -> None:
    error = refusal(TINY, tiny(), TINY_MACHINE, witness_hint=hint)
    assert error.section == "7.2" and "input a" in str(error) and "demanded" in str(error)


@pytest.mark.parametrize("hint", [(), None, {}, {"a0": 2}, {"a0": None}, {"a1": 1}], ids=repr)
def test_an_input_that_is_not_named_has_its_default(hint: object) -> None:
    """Or the prover would choose it: with a start of his own, any result is that of some Fibonacci sequence."""
    error = refusal(TINY, OTHER_START, TINY_MACHINE, witness_hint=hint)
    assert error.section == "7.2" and "is demanded" in str(error)
    assert refusal(TINY, OTHER_START, TINY_MACHINE, witness_hint=hint, outputs={"result": 81}).section == "7.2"


@pytest.mark.parametrize(
    "hint", [[None, None], {"a0": None, "a1": None}, {"a0": 2, "a1": None}, [2, 5], Proof(OTHER_START).public_inputs], ids=repr
)
def test_none_takes_what_the_proof_states(hint: object) -> None:
    TINY_MACHINE.check_proof(TINY, OTHER_START, hint)  # type: ignore[arg-type]
    assert TINY_MACHINE.verify(TINY, OTHER_START, hint, outputs={"result": 81})  # type: ignore[arg-type]


def test_the_refusal_of_a_default_says_that_it_is_one_and_how_to_take_another() -> None:
    default = refusal(TINY, OTHER_START, TINY_MACHINE, witness_hint={"a0": 2})
    assert str(default) == (
        "the proof states input a1 = 5, but 1 is demanded: its default, since the caller gives it no value;"
        " the hint {'a1': None} (--input a1=any) accepts what is stated (PROTOCOL 7.2)"
    )
    demanded = refusal(TINY, OTHER_START, TINY_MACHINE, witness_hint={"a0": 2, "a1": 1})
    assert str(demanded) == "the proof states input a1 = 5, but 1 is demanded (PROTOCOL 7.2)"


@dataclasses.dataclass(frozen=True)
class Mixed(TraceProgram):
    """Private inputs before and between public ones, none of which has a default."""

    id = "example-mixed.v0"

    def define(self, m):
        a, b, c, d = m.columns("a", "b", "c", "d")
        hidden, more = m.private_input("hidden"), m.public_input("more")
        secret, last = m.private_input("secret"), m.public_input("last")
        m.start({a: hidden, b: more, c: secret, d: last})
        m.step({a: b, b: c, c: d, d: a * b})
        m.output("d", d, row=5)


MIXED = bytes(TINY_MACHINE.prove(Mixed(), [1, 2, 3, 4]))


@pytest.mark.parametrize(
    "hint, accepted",
    [
        ((), True),
        ({}, True),
        ([None, None], True),
        ([None, 4], True),
        ([2, 4], True),
        (np.array([2, 4]), True),
        ({"last": 4}, True),
        ([1, 2], False),
        ([2, 3], False),
        ({"last": 3}, False),
    ],
    ids=repr,
)
def test_a_hint_by_position_counts_public_inputs_alone(hint: object, accepted: bool) -> None:
    """And inputs without a default are as the proof states them."""
    assert TINY_MACHINE.verify(Mixed(), MIXED, hint) is accepted  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "hint, sentence",
    [
        ([1, 2, 3, 4], r"2 public inputs \(more, last\); 4 were given"),
        ([1], "1 was given"),
        ({"hidden": 1}, "'hidden' of example-mixed.v0 is private"),
        ({"hidden": 77, "last": 4}, "'hidden' of example-mixed.v0 is private"),
        ({"secret": None}, "'secret' of example-mixed.v0 is private"),
    ],
    ids=repr,
)
def test_what_no_proof_states_is_no_hint(hint: object, sentence: str) -> None:
    with pytest.raises(WitnessError, match=sentence):
        TINY_MACHINE.verify(Mixed(), MIXED, hint)  # type: ignore[arg-type]


@dataclasses.dataclass(frozen=True)
class Column(TraceProgram):
    """A private column, and no public input."""

    id = "example-column.v0"

    def define(self, m):
        v, t = m.private_column("v", pad=0), m.column("t")
        m.start({t: 0})
        m.step({t: t + v})
        m.output("sum", t, row=4)


def test_a_private_column_is_no_hint() -> None:
    proof = TINY_MACHINE.prove(Column(), {"v": [1, 2, 3, 4]})
    for nothing in ((), None, {}, []):
        TINY_MACHINE.check_proof(Column(), proof, nothing, outputs=[10])
    for hint in ({"v": [1, 2, 3, 4]}, {"v": "nonsense"}, {"v": None}):
        with pytest.raises(WitnessError, match="'v' of example-column.v0 is private"):
            TINY_MACHINE.verify(Column(), proof, hint)
    with pytest.raises(WitnessError, match="0 public inputs; 1 was given"):
        TINY_MACHINE.verify(Column(), proof, [[1, 2, 3, 4]])
