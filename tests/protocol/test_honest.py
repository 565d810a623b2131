"""Honest proofs of the twin of protocol 2 are accepted; what is said of other public values is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reference.proof import prove, verify
from reference.small import SHAPES, small
from reference.systems import cases, fibonacci, fibonacci_trace, one

CASES = {name: (groups, traces) for name, groups, traces in cases()}


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_an_honest_proof_is_accepted(name: str, hiding: bool) -> None:
    groups, traces = CASES[name]
    proof = prove(groups, traces, small(), hiding=hiding)
    assert verify(groups, proof, small(), hiding=hiding) is None


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_kind_of_shape(shape: str, hiding: bool) -> None:
    groups, traces = CASES["calls"]
    proof = prove(groups, traces, SHAPES[shape], hiding=hiding)
    assert verify(groups, proof, SHAPES[shape], hiding=hiding) is None


def test_other_public_values_are_refused() -> None:
    _, groups, traces = one("", fibonacci(16), fibonacci_trace(16, 3, 4))
    proof = prove(groups, traces, small())
    for place in range(3):
        [(program, (public,))] = groups
        scalars = list(public.scalars)
        scalars[place] += 1
        other = [(program, (replace(public, scalars=tuple(scalars)),))]
        assert verify(other, proof, small()) is not None
        assert verify(other, prove(other, traces, small()), small()) == "the claims do not hold"
