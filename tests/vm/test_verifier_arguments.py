"""Careless callers: what is a misuse of the verifier. Only misuse raises anything but a ProofError."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from example_programs import Fibonacci
from quick import QUICK

from l2zk import MODULUS, L2zkError, Proof, ProofOptions, TraceZkVm
from l2zk.base.wording import short
from l2zk.errors import OptionsError, ProgramError, SecurityError, WitnessError

TINY = Fibonacci(7)


@cache
def tiny() -> bytes:
    """A proof, which is good."""
    return QUICK.prove(TINY).data


@pytest.mark.parametrize("proof", ["l2zk", None, 7, 1.5, ["l2zk"], {}])
def test_what_is_no_proof_at_all_is_a_misuse(proof: object) -> None:
    for call in (QUICK.verify, QUICK.check_proof):
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
    for call in (QUICK.verify, QUICK.check_proof):
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
    ([MODULUS, 1], "not an element of the field"),
    ([0, 10**5000], "an integer of 16610 bits, not an element of the field"),
    ({"a0": 2**64}, "not an element of the field"),
]


@pytest.mark.parametrize("hint, sentence", HINT_MISUSES, ids=short)
def test_misused_hints(hint: object, sentence: str) -> None:
    """Even beside a bad proof: the mistake is the caller's."""
    for data in (tiny(), b"no proof"):
        with pytest.raises(WitnessError, match=sentence):
            QUICK.verify(TINY, data, hint)  # type: ignore[arg-type]


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
    ([MODULUS], "'result' is 18446744069414584321, not an element"),
    ({"result": "13"}, "'result' is '13', of type str"),
]


@pytest.mark.parametrize("outputs, sentence", OUTPUT_MISUSES, ids=repr)
def test_misused_outputs(outputs: object, sentence: str) -> None:
    for data in (tiny(), b"no proof"):
        with pytest.raises(WitnessError, match=sentence):
            QUICK.verify(TINY, data, outputs=outputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options, least, error",
    [
        ({"rate": 1 / 8}, None, OptionsError),
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
