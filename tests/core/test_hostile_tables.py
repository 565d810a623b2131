"""Hostile bytes for proofs with lookups, several tables and stacked statements: core and twin refuse them alike."""

from __future__ import annotations

import random
from functools import cache

import pytest
from compare_core import Sides
from fuzzing import examples
from mutants import EDGES, SignedCase, mutants
from reference.algebra import K, P
from reference.forger import Forger, solved
from reference.proof import prove
from reference.shape import Word
from reference.small import small
from reference.systems import calls, calls_trace, cases, many, posted, posted_trace
from reference.transcript import Kind, u64

SHAPE = small(4, 6, 3, (Word(2, 5, 2),), 3)
NAMES = ("lookups", "stacked", "four programs")


@cache
def sides(name: str, hiding: bool) -> Sides:
    if name == "stacked":
        rng = random.Random(1)
        _, groups, traces = many("", posted(4), [posted_trace(4, v, (1, 3), rng) for v in ((9, 1), (4, 8), (5, 5))])
    elif name == "lookups":
        statement, traces = calls_trace(8, 2, [3, 5])
        groups = [(calls(8, 2), (statement,))]
    else:
        groups, traces = next((groups, traces) for case, groups, traces in cases() if case == name)
    return Sides(groups, traces, SHAPE, hiding=hiding)


@cache
def signed(name: str, hiding: bool) -> SignedCase:
    return SignedCase(sides(name, hiding))


each = pytest.mark.parametrize("hiding", [True, False], ids=["hiding", "plain"])
small_ones = pytest.mark.parametrize("name", NAMES[:2])


@each
@pytest.mark.parametrize("name", NAMES)
def test_a_proof_is_read_to_its_end(name: str, hiding: bool) -> None:
    proof = signed(name, hiding)
    assert sum(size for _, size, _ in proof.places) == len(proof.body)
    assert proof.case.core_accepts(proof.body)
    assert proof.case.twin_accepts(proof.body)


@each
@small_ones
def test_every_word_is_refused_at_every_edge(name: str, hiding: bool) -> None:
    proof = signed(name, hiding)
    for at in range(0, len(proof.body), 8):
        for edge in EDGES:
            changed = proof.body[:at] + u64(edge) + proof.body[at + 8 :]
            assert changed == proof.body or not proof.case.core_accepts(changed), (at, edge)


@each
@small_ones
def test_every_truncation_is_refused(name: str, hiding: bool) -> None:
    proof = signed(name, hiding)
    for length in range(len(proof.body)):
        assert proof.case.core_section(proof.body[:length]), length
    assert proof.case.core_section(proof.body + bytes(8)) == "7.2"


@each
@pytest.mark.parametrize("name", NAMES)
def test_changes_that_are_signed_anew_are_judged_alike(name: str, hiding: bool) -> None:
    proof = signed(name, hiding)
    make, sections = mutants(proof, random.Random(3)), set[str]()
    for number in range(examples(200)):
        body = make()
        sections.add(proof.case.core_section(body))
        assert "" not in sections, number
        assert number % 20 or not proof.case.twin_accepts(body)
    assert {"7.2", "7.5"} <= sections


@each
@small_ones
def test_an_element_that_is_not_below_p_is_refused_as_such(name: str, hiding: bool) -> None:
    """In every message, behind whatever is good; openings are as those of other proofs."""
    proof = signed(name, hiding)
    kinds = set()
    for at, size, what in proof.places:
        if isinstance(what, str) or what in (Kind.ROOT, Kind.WORD, Kind.NONCE):
            continue
        kinds.add(what)
        for place in range(at, at + size, 8):
            changed = proof.body[:place] + u64(P) + proof.body[place + 8 :]
            assert proof.case.core_section(changed) == "7.2", (place, what)
    assert {Kind.LAYER, Kind.LAYER_VALUES} <= kinds


ARGUMENT = (Kind.LAYER, Kind.LAYER_VALUES, Kind.Q, Kind.ROUND, Kind.OPENINGS, Kind.ROW_ROUND, Kind.VALUES)


@each
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ARGUMENT)
def test_a_prover_that_changes_a_message_and_goes_on_is_refused(kind: Kind, name: str, hiding: bool) -> None:
    """All its openings are good, so what refuses it are the claims."""
    case = sides(name, hiding)

    def cheat(values: list[K]) -> list[K]:
        return [*values[:-1], values[-1] + 1] if values else []

    body = prove(case.groups, case.traces, SHAPE, hiding=hiding, cheat={kind: cheat})
    assert case.core_section(body) == ("7.7" if hiding else "7.3")
    assert not case.twin_accepts(body)


@pytest.mark.parametrize("by", [K(1), K(0, 1), K(0, 0, 1)], ids=str)
@pytest.mark.parametrize("number", range(3))
@small_ones
def test_without_hiding_each_layer_is_refused_in_each_coordinate(name: str, number: int, by: K) -> None:
    """Values of one layer that are bent so that its claim is off by just this."""
    case = sides(name, False)
    forger, layers = Forger(case.groups, case.traces, SHAPE, hiding=False), iter(range(99))

    def cheat(values: list[K]) -> list[K]:
        if next(layers) != number:
            return values
        return solved(values, lambda bent: forger.off(forger.audit(*bent).settled[number]) - by)

    assert case.core_section(forger.prove({Kind.LAYER_VALUES: cheat})) == "7.3"
