"""Hostile bytes for the core of protocol 2: refused by the core and its twin alike. `long.py` has more."""

from __future__ import annotations

import itertools
import random
from functools import cache

import pytest
from core_cases import Case
from example_programs import Fibonacci
from mutants import EDGES, SignedCase, easy_case, mutants
from reference.algebra import K, P
from reference.forger import Forger, solved
from reference.proof import prove
from reference.shape import Word
from reference.small import small
from reference.transcript import ELEMENTS, Kind, Transcript, u64

from l2zk import _core
from l2zk.errors import ProofError

WORDS = (Word(1, 4, 2), Word(1, 3, 2))


@cache
def little(hiding: bool, words: tuple[Word, ...] = WORDS) -> Case:
    return Case(Fibonacci(10), (), small(3, 5, 2, words), hiding)


@cache
def signed(hiding: bool) -> SignedCase:
    return SignedCase(easy_case(hiding))


def verdict(proof: SignedCase, body: bytes) -> str:
    """The section of the check that refuses it, or nothing."""
    try:
        _core.verify_bytes(proof.case.compiled, proof.case.header, body, [(*proof.case.scalars, ())])
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
@pytest.mark.parametrize("kind", ELEMENTS)
def test_a_prover_that_changes_a_message_and_goes_on_is_refused(kind: Kind, hiding: bool) -> None:
    """All its openings are good, so what refuses it are the claims."""
    case = little(hiding)

    def cheat(values: list[K]) -> list[K]:
        return [*values[:-1], values[-1] + 1] if values else []

    body = prove(case.groups, case.traces, case.shape_of, hiding=hiding, cheat={kind: cheat})
    without_it = not hiding and kind in (Kind.SIGMA, Kind.MU, Kind.TAIL)
    assert case.core_accepts(body) == case.twin_accepts(body) == without_it


@pytest.mark.parametrize("hiding", [True, False])
def test_an_element_that_is_not_below_p_is_refused_as_such(hiding: bool) -> None:
    """In every place where an element stands, behind whatever is good."""
    proof = signed(hiding)
    shape, opened = proof.case.shape, 0
    for at, size, what in proof.places:
        if what in ("digests", Kind.ROOT, Kind.WORD, Kind.NONCE):
            continue
        salt = shape.salt if what == "leaves" and not opened else 0
        opened += what == "leaves"
        leaf = 8 * (shape.columns + 3 * hiding) + salt
        for place in range(at, at + size, 8):
            if not salt or (place - at) % leaf < leaf - salt:
                changed = proof.body[:place] + u64(P) + proof.body[place + 8 :]
                assert verdict(proof, changed) == "7.2", (place, what)


@pytest.mark.parametrize("hiding", [True, False])
def test_work_that_was_not_done_is_refused(hiding: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prover who takes the first nonce that falls one bit short; everything else fits it."""
    case = easy_case(hiding)
    ground = Transcript.ground
    monkeypatch.setattr(Transcript, "ground", lambda t, n, bits: ground(t, n, bits - 1) and not ground(t, n, bits))
    body = prove(case.groups, case.traces, case.shape_of, hiding=hiding)
    monkeypatch.undo()
    assert not case.twin_accepts(body)
    assert verdict(SignedCase(case), body) == "7.5"


def section(case: Case, body: bytes) -> str:
    """The section of the check that refuses it; the twin refuses it too."""
    assert not case.twin_accepts(body)
    with pytest.raises(ProofError) as told:
        _core.verify_bytes(case.compiled, case.header, body, [(*case.scalars, ())])
    return str(told.value.section)


@pytest.mark.parametrize("by", [K(1), K(0, 1), K(0, 0, 1)], ids=str)
@pytest.mark.parametrize("words", [(), WORDS])
@pytest.mark.parametrize("hiding", [True, False])
def test_another_final_polynomial_is_refused_at_the_last_points(hiding: bool, words: tuple[Word, ...], by: K) -> None:
    """In each coordinate, whether there are later words or not."""
    case = little(hiding, words)
    cheat = {Kind.FINAL: lambda values: [values[0] + by, *values[1:]]}
    assert section(case, prove(case.groups, case.traces, case.shape_of, hiding=hiding, cheat=cheat)) == "7.6"


def test_a_final_polynomial_that_is_right_at_the_first_point_is_refused_at_the_others() -> None:
    """A prover who guesses that point: it is the first of 8 in some of these proofs, and the only one in none."""
    case, guessed = little(False), 0
    for guess, factor in itertools.product(range(8), (1, 2)):
        point = 7 * pow(7, (P - 1) // 8 * guess, P)
        cheat = {Kind.FINAL: lambda v, f=factor, y=point: [v[0] - f * y, v[1] + f, *v[2:]]}
        forger = Forger(case.groups, case.traces, case.shape_of, hiding=False)
        body = forger.prove(cheat)
        drawn = [data for kind, data in forger.speaker.transcript.log if kind == "queries"][-1]
        guessed += drawn[0] == guess and len(drawn) > 1
        assert section(case, body) == ("7.7" if drawn == [guess] else "7.6")
    assert guessed


@pytest.mark.parametrize("kind", [Kind.OPENINGS, Kind.VALUES])
@pytest.mark.parametrize("by", [K(1), K(0, 1), K(0, 0, 1)], ids=str)
def test_without_hiding_the_argument_is_refused_in_each_coordinate(kind: Kind, by: K) -> None:
    """Values that are bent so that the claim is off by just this."""
    case = little(False)
    forger = Forger(case.groups, case.traces, case.shape_of, hiding=False)
    number = (Kind.OPENINGS, Kind.VALUES).index(kind)

    def cheat(values: list[K]) -> list[K]:
        return solved(values, lambda bent: forger.off(forger.audit(*bent).settled[number]) - by)

    assert section(case, forger.prove({kind: cheat})) == "7.3"
