"""A changed trace is accepted if and only if the statement is still true of it."""

from __future__ import annotations

import random

import pytest
from reference.forger import Forger, agree, changed
from reference.judge import judge
from reference.random_programs import random_case
from reference.statement import Program, Public, Table
from reference.systems import cases, column, many, minus, public, row

CASES = {name: (groups, traces) for name, groups, traces in cases()}


@pytest.mark.parametrize("name", CASES)
def test_the_verifier_agrees_with_the_judge(name: str) -> None:
    groups, traces = CASES[name]
    assert not judge(groups, traces)
    rng = random.Random(name)
    for _ in range(3):
        agree(groups, changed(traces, rng), rng)


@pytest.mark.parametrize("interactions", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_random_programs(seed: int, interactions: bool) -> None:
    groups, traces = random_case(f"{seed} {interactions}", interactions=interactions)
    rng = random.Random(seed)
    assert agree(groups, traces, rng)
    agree(groups, changed(traces, rng), rng)


def test_a_row_is_numbered_in_its_block() -> None:
    """A statement says the same wherever it is stacked."""
    stated = ((row(3), minus(column(0), ("row",))), (row(2), minus(column(0), public(0))))
    program = Program("numbered", (Table(4, 1, (), stated),), ("x",))
    parts = [(Public((v,)), [[[0, 0, v, 3]]]) for v in (7, 8)]
    _, groups, traces = many("", program, parts)
    assert agree(groups, traces, random.Random(1))
    assert not agree(groups, [[[0, 0, 7, 3, 0, 0, 8, 7]]], random.Random(1))


def test_a_fitted_proof_settles_every_claim_but_those_of_columns() -> None:
    groups, traces = CASES["ranges"]
    for table, number in ((0, 0), (1, 0)):
        false = [[list(c) for c in t] for t in traces]
        false[table][number][3] += 1
        for hiding in (True, False):
            forger = Forger(groups, false, hiding=hiding)
            proof = forger.prove(forger.fitted())
            audit = forger.audit()
            assert all(forger.off(claim) == 0 for claim in audit.settled)
            assert any(forger.gap(claim) != 0 for claim in audit.claims)
            assert forger.verify(proof) == "the claims do not hold"
