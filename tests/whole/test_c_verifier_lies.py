"""Proofs that lie and are otherwise as they should be: the verifier in C finds each by the check that is for it."""

from __future__ import annotations

import random

from c_corpus import random_cases, systems
from c_lies import each_message, false
from c_verifier import REASONS
from reference.systems import cases

BUSES = next((groups, traces) for name, groups, traces in cases() if name == "posted")


def test_false_traces() -> None:
    """Cells changed; without hiding a sumcheck ends elsewhere, with it the claims do not hold."""
    rng, verdicts = random.Random(4), list[bool]()
    for case in [*systems(rng), *random_cases("false", 10)]:
        made = false(case, rng)
        assert bool(made.verdict().accepted) == made.accepted, made.name
        verdicts.append(made.accepted)
    assert verdicts.count(False) > 20


def test_each_message_and_what_is_committed() -> None:
    """One lie a proof, after which its prover goes on honestly."""
    seen = set[str]()
    for made in each_message(*BUSES):
        verdict = made.verdict()
        assert bool(verdict.accepted) == made.accepted, made.name
        seen.add(f"{REASONS[verdict.reason]}: {verdict.what.decode()}")
    assert {said for said in seen if said.startswith("ARGUMENT")} == {
        "ARGUMENT: a sumcheck of the argument does not end in its summand",
        "ARGUMENT: an opened value is not that of the final polynomial",
        "ARGUMENT: the final coefficients do not make the claim",
    }
