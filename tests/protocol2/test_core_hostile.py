"""Hostile bytes for the core of protocol 2: refused by the core and its twin alike. `long.py` has more."""

from __future__ import annotations

import random
from functools import cache

import pytest
from core2 import core2
from example_programs import Fibonacci

from l2zk.errors import ProofError

from .algebra import K
from .from_library import Case
from .hostile import EDGES, Signed, easy_case, mutants
from .proof import header, prove
from .shape import Word
from .small import small
from .transcript import Kind, u64

CHANGED = (
    Kind.QUOTIENT,
    Kind.ROUND,
    Kind.OPENINGS,
    Kind.ROW_ROUND,
    Kind.VALUES,
    Kind.MASK_SUM,
    Kind.FOLD_ROUND,
    Kind.MASK_SHARE,
    Kind.TAIL,
    Kind.ANSWER,
    Kind.FINAL,
)


@cache
def little(hiding: bool) -> Case:
    return Case(Fibonacci(10), (), small(3, 5, 2, (Word(1, 4, 2), Word(1, 3, 2))), hiding)


@cache
def signed(hiding: bool) -> Signed:
    return Signed(easy_case(hiding))


def verdict(proof: Signed, body: bytes) -> str:
    """The section of the check that refuses it, or nothing."""
    try:
        core2.verify_bytes(proof.case.compiled, header(proof.case.groups), body, *proof.case.scalars)
    except ProofError as error:
        return str(error.section)
    return ""


@pytest.mark.parametrize("hiding", [True, False])
def test_a_proof_is_read_to_its_end(hiding: bool) -> None:
    proof = signed(hiding)
    assert sum(size for _, size, _ in proof.places) == len(proof.body)
    assert proof.resigned(proof.body) == proof.body
    assert verdict(proof, proof.body) == ""


@pytest.mark.parametrize("hiding", [True, False])
def test_every_word_is_refused_at_every_edge(hiding: bool) -> None:
    proof = signed(hiding)
    for at in range(0, len(proof.body), 8):
        for edge in EDGES:
            changed = proof.body[:at] + u64(edge) + proof.body[at + 8 :]
            assert changed == proof.body or verdict(proof, changed), (at, edge)


@pytest.mark.parametrize("hiding", [True, False])
def test_every_truncation_is_refused(hiding: bool) -> None:
    proof = signed(hiding)
    for length in range(len(proof.body)):
        assert verdict(proof, proof.body[:length]), length


@pytest.mark.parametrize("hiding", [True, False])
def test_changes_that_are_signed_anew_are_judged_alike(hiding: bool) -> None:
    proof = signed(hiding)
    make = mutants(proof, random.Random(3))
    sections = set()
    for number in range(300):
        body = make()
        sections.add(verdict(proof, body))
        assert sections.isdisjoint({""}), number
        assert number % 15 or not proof.case.twin_accepts(body)
    assert {"7.2", "7.5"} <= sections


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("kind", CHANGED)
def test_a_prover_that_changes_a_message_and_goes_on_is_refused(kind: Kind, hiding: bool) -> None:
    """All its openings are good, so what refuses it are the claims."""
    case = little(hiding)

    def cheat(values: list[K]) -> list[K]:
        return [*values[:-1], values[-1] + 1] if values else []

    body = prove(case.groups, case.traces, case.shape_of, hiding=hiding, cheat={kind: cheat})
    without_it = not hiding and kind in (Kind.MASK_SUM, Kind.MASK_SHARE, Kind.TAIL)
    assert case.core_accepts(body) == case.twin_accepts(body) == without_it
