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
    ([0, 1, 2], "3 were given"),
    ({"a2": 1}, "no input 'a2'"),
    ("01", "not of type str"),
    (b"01", "not of type bytes"),
    (7, "not of type int"),
    ({0, 1}, "not of type set"),
    ([0.0], "of type float"),
    ([True], "of type bool"),
    (["0"], "of type str"),
    ([-1], "not an element of the field"),
    ([P], "not an element of the field"),
    ({"a0": 2**64}, "not an element of the field"),
]


@pytest.mark.parametrize("hint, sentence", HINT_MISUSES, ids=repr)
def test_misused_hints(hint: object, sentence: str) -> None:
    """Even beside a bad proof: the mistake is the caller's."""
    for data in (tiny(), b"no proof"):
        with pytest.raises(WitnessError, match=sentence):
            TINY_MACHINE.verify(TINY, data, hint)  # type: ignore[arg-type]


OUTPUT_MISUSES = [
    ([13, 1], "1 public output"),
    ({"resul": 13}, "no output 'resul'"),
    ("13", "not str"),
    (13, "not int"),
    ([13.0], "result"),
    ([True], "result"),
    ([-1], "result"),
    ([P], "result"),
    ({"result": "13"}, "result"),
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


@pytest.mark.parametrize(
    "hint",
    [
        (),
        [],
        {},
        [None],
        [None, None],
        [0],
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
    for outputs in ((), [], {}, [None], [13], (13,), {"result": 13}, {"result": None}, np.array([13])):
        assert TINY_MACHINE.verify(TINY, tiny(), hint, outputs=outputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "hint", [[1], [0, 0], [None, 2], {"a0": 1}, {"a0": None, "a1": 0}, np.array([0, 2])], ids=repr
)
def test_hints_that_disagree(hint: object) -> None:
    error = refusal(TINY, tiny(), TINY_MACHINE, witness_hint=hint)
    assert error.section == "7.2" and "input a" in str(error) and "demanded" in str(error)


def test_without_a_hint_the_stated_inputs_are_taken() -> None:
    data = bytes(TINY_MACHINE.prove(TINY, [2, 5]))
    TINY_MACHINE.check_proof(TINY, data)
    assert Proof(data).public_inputs == {"a0": 2, "a1": 5}
    assert refusal(TINY, data, TINY_MACHINE, witness_hint=[0, 1]).section == "7.2"


@dataclasses.dataclass(frozen=True)
class Mixed(TraceProgram):
    """Private inputs before and between public ones."""

    id = "example-mixed.v0"

    def define(self, m):
        a, b, c, d = m.columns("a", "b", "c", "d")
        hidden, more = m.private_input("hidden"), m.public_input("more")
        secret, last = m.private_input("secret"), m.public_input("last")
        m.start({a: hidden, b: more, c: secret, d: last})
        m.step({a: b, b: c, c: d, d: a * b})
        m.output("d", d, row=5)


@pytest.mark.parametrize(
    "hint, accepted",
    [
        ((), True),
        ([1], True),
        ([77], True),
        ([None, 2], True),
        ([77, 2, 77, 4], True),
        ([1, 2, 3, 4], True),
        ({"hidden": 77, "last": 4}, True),
        ({"secret": 77}, True),
        ([1, 3], False),
        ([1, 2, 3, 5], False),
        ({"last": 3}, False),
    ],
    ids=repr,
)
def test_private_inputs_are_passed_over(hint: object, accepted: bool) -> None:
    data = bytes(TINY_MACHINE.prove(Mixed(), [1, 2, 3, 4]))
    assert TINY_MACHINE.verify(Mixed(), data, hint) is accepted  # type: ignore[arg-type]
    assert Proof(data).public_inputs == {"more": 2, "last": 4}
