"""A simulator that knows the coins makes proofs that the verifier accepts, true or false (PROTOCOL 11)."""

from __future__ import annotations

import random

import pytest
from reference.proof import verify
from reference.small import SHAPES
from reference.statement import Group, Public
from reference.systems import fibonacci, posted

from .pairs import PAIRS
from .simulator import simulated


@pytest.mark.parametrize("name", PAIRS)
def test_a_simulated_proof_is_accepted(name: str) -> None:
    groups, *_ = PAIRS[name]
    proof = simulated(groups, SHAPES["one later word"], b"coins", random.Random(name))
    assert verify(groups, proof, SHAPES["one later word"], coins=b"coins") is None
    assert verify(groups, proof, SHAPES["one later word"]) is not None


@pytest.mark.parametrize("shape", SHAPES)
def test_a_simulated_proof_of_a_false_statement(shape: str) -> None:
    """The simulator has no witness, and needs none to exist."""
    groups: list[Group] = [(posted(8), (Public((9, 1)),)), (fibonacci(8), (Public((1, 1, 1)),))]
    proof = simulated(groups, SHAPES[shape], b"coins", random.Random(shape))
    assert verify(groups, proof, SHAPES[shape], coins=b"coins") is None
    assert verify(groups, proof, SHAPES[shape], coins=b"other coins") is not None
