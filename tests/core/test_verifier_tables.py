"""The core's verifier on the twin's proofs of tables, stacked statements and buses: what it accepts and refuses."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np
import pytest
from compare_core import Sides
from reference.algebra import K, P, total
from reference.forger import Forger, changed
from reference.judge import judge
from reference.linear import solution
from reference.random_programs import random_case
from reference.small import SHAPES
from reference.statement import Group, Interaction, Message, Program, Public, Table
from reference.systems import Traces, cases, column, names, public
from reference.systems import one as one_case
from reference.transcript import ELEMENTS, OF_LOOKUPS, Kind

from l2zk import _core
from l2zk.errors import ProofError

CASES = {name: (groups, traces) for name, groups, traces in cases()}
SMALL = ["posted", "stacked messages", "a table of 2 rows", "domains", "3 stacked"]
OPENED = ("leaves", "digests")


@cache
def sides(name: str, hiding: bool) -> Sides:
    return Sides(*CASES[name], hiding=hiding)


@cache
def body(name: str, hiding: bool) -> bytes:
    return sides(name, hiding).by_twin()


def agreed(one: Sides, said: bytes) -> None:
    """It is accepted, and each challenge is the twin's."""
    ours, theirs = one.heard_by_core(said), one.heard_by_twin(said)
    assert [x for _, x in ours] == [x for _, x in theirs]
    assert one.core_accepts(said)


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_what_the_twin_proves_is_accepted(name: str, hiding: bool) -> None:
    agreed(sides(name, hiding), body(name, hiding))


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_in_every_kind_of_shape(shape: str, hiding: bool) -> None:
    one = Sides(*CASES["calls"], SHAPES[shape], hiding=hiding)
    agreed(one, one.by_twin())


@pytest.mark.parametrize("part", range(6))
def test_random_programs(part: int) -> None:
    for number in range(4):
        one = Sides(*random_case(f"verifier {part} {number}", interactions=True), hiding=number % 2 == 0)
        agreed(one, one.by_twin())


# What is refused


def refusal(one: Sides, said: bytes, statements: Sequence[Any] | None = None) -> str:
    """The text of the error, or none."""
    try:
        _core.verify_bytes(one.compiled.core, one.header, said, one.statements() if statements is None else statements)
    except ProofError as error:
        return str(error)
    return ""


class Judged(Forger):
    """A forger whose proofs go to both verifiers, which are of one mind."""

    @cached_property
    def sides(self) -> Sides:
        return Sides([*self.groups], self.traces, self.shape_of, hiding=self.hiding)

    def verify(self, proof: bytes) -> str | None:
        theirs = super().verify(proof)
        assert self.sides.core_accepts(proof) == (theirs is None), theirs
        return theirs


@pytest.mark.parametrize("part", range(6))
def test_wrong_traces_of_random_programs_are_judged_alike(part: int) -> None:
    """With values that are fitted, so that what is false is left to the columns' claims; and without."""
    rng = random.Random(part)
    for number in range(3):
        groups, traces = random_case(f"false {part} {number}", interactions=True)
        false = changed(traces, rng)
        forger = Judged(groups, false, hiding=rng.random() < 0.7)
        assert (forger.verify(forger.prove(forger.fitted())) is None) == (not judge(groups, false))


LIES = (*OF_LOOKUPS, *ELEMENTS)


def lie(number: int, element: int, unless: list[bool]) -> Callable[[list[K]], list[K]]:
    """Add 1 to an element of a message of some kind; `unless` becomes true if there is none."""
    count = itertools.count()

    def bend(values: list[K]) -> list[K]:
        if next(count) == number and element < len(values):
            values[element] = values[element] + 1
            unless[0] = False
        return values

    return bend


def lies(forger: Forger, kind: Kind) -> Iterator[bytes]:
    """Proofs each of which has one element of one message changed, and goes on from there."""
    for number in itertools.count():
        for element in itertools.count():
            none = [True]
            proof = forger.prove({kind: lie(number, element, none)})
            if none[0]:
                break
            yield proof
        if element == 0:
            return


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("kind", LIES)
def test_each_element_of_each_message_is_looked_at(kind: Kind, hiding: bool) -> None:
    """The prover goes on honestly from the false one."""
    groups, traces = CASES["stacked messages"]
    forger = Judged(groups, traces, SHAPES["no later word" if kind != Kind.ANSWER else "one later word"], hiding=hiding)
    assert forger.verify(forger.prove()) is None
    found = [forger.verify(proof) for proof in lies(forger, kind)]
    assert None not in found
    only_hiding = kind in (Kind.SIGMA, Kind.MU, Kind.TAIL)
    assert bool(found) == (hiding or not only_hiding)


def bent_words(said: bytes, places: Sequence[tuple[int, int, Any]]) -> Iterator[bytes]:
    """Every word of every message with one bit changed, and some of what is opened. Of nonces any may do."""
    for start, length, what in places:
        for at in range(start, start + length, 56 if what in OPENED else 8):
            if what != Kind.NONCE:
                yield said[:at] + bytes([said[at] ^ 1]) + said[at + 1 :]


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", SMALL)
def test_no_word_can_be_another(name: str, hiding: bool) -> None:
    one, said = sides(name, hiding), body(name, hiding)
    assert all(refusal(one, other) for other in bent_words(said, one.places(said)))


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", SMALL)
def test_elements_are_below_p(name: str, hiding: bool) -> None:
    one, said = sides(name, hiding), body(name, hiding)
    for start, length, what in one.places(said):
        if what in (*LIES, "leaves") and length:
            last = (length // 24 - 1) * 24 if what != "leaves" else 0
            other = said[: start + last] + P.to_bytes(8, "little") + said[start + last + 8 :]
            assert "is not below p, at byte" in refusal(one, other)


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_a_body_has_its_length(name: str, hiding: bool) -> None:
    one, said = sides(name, hiding), body(name, hiding)
    ends = {end for start, _, _ in one.places(said) for end in (start - 1, start, start + 1) if 0 <= end < len(said)}
    for end in ends:
        assert "the body ends too early" in refusal(one, said[:end])
    assert "goes on behind its end" in refusal(one, said + b"\0")


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", ["posted", "stacked messages", "3 stacked", "four programs", "offsets"])
def test_public_values_of_every_statement(name: str, hiding: bool) -> None:
    """They stand in the header, but it is the arrays that are believed."""
    one, said = sides(name, hiding), body(name, hiding)
    for number, (inputs, _, sequences) in enumerate(one.statements()):
        for i in range(len(inputs)):
            others = one.statements()
            others[number][0][i] = (inputs[i] + 1) % P
            assert refusal(one, said, others)
        for i, values in enumerate(sequences):
            others = one.statements()
            others[number][2][i] = np.array([*values[:-1], (int(values[-1]) + 1) % P], dtype=np.uint64)
            assert refusal(one, said, others)


def test_statements_do_not_change_places() -> None:
    one, said = sides("3 stacked", True), body("3 stacked", True)
    given = one.statements()
    for others in itertools.permutations(given):
        assert bool(refusal(one, said, others)) == (list(others) != given)


# Leaves and denominators


def box() -> tuple[list[Group], Traces]:
    """A row posts three values, which the public takes."""
    shown = tuple(column(c) for c in range(3))
    sent = Interaction("box", shown, column(3))
    taken = Message(-1, "box", tuple(public(i) for i in range(3)))
    program = Program("box", (Table(4, 4, (), (), (sent,)),), names(3), (), (("box", 3),), (taken,))
    _, groups, traces = one_case("", program, (Public((5, 6, 7)), [[[5] * 4, [6] * 4, [7] * 4, [0, 1, 0, 0]]]))
    return groups, traces


@pytest.mark.parametrize("hiding", [True, False])
def test_a_public_message_with_the_denominator_0(hiding: bool) -> None:
    """The header says other values, so that the challenges can be known: nobody meets such a statement by chance."""
    one = Sides(*box(), hiding=hiding)
    said = one.by_twin()
    psi, eta = [K(*x) for _, x in one.heard_by_core(said)[:2]]
    powers = [eta, eta * eta, eta * eta * eta]
    found = solution([[x.c[i] for x in powers] for i in range(3)], list((psi - 1).c))
    assert found is not None
    text = refusal(one, said, [(found, [], [])])
    assert text == "a public message has the denominator 0 (PROTOCOL 7.3)"
    assert refusal(one, said, [([5, 6, 7], [], [])]) == ""


def fractions(p: list[K], q: list[K]) -> K:
    return total([a * b.inverse() for a, b in zip(p, q)])


def bends(groups: list[Group], traces: Traces, bend: Callable[[list[K], list[K]], None]) -> str | None:
    """A proof of bent leaves whose fractions add up to what they did before, and whose values are fitted."""
    forger = Judged(groups, traces)

    def repaired(p: list[K], q: list[K]) -> None:
        before = fractions(p, q)
        bend(p, q)
        p[5] = p[5] + (before - fractions(p, q)) * q[5]

    return forger.verify(forger.prove({**forger.fitted(), "leaves": repaired}))


def numerator(p: list[K], q: list[K]) -> None:
    p[1] = p[1] + 1


def denominator(p: list[K], q: list[K]) -> None:
    q[3] = q[3] + 1


def unused(p: list[K], q: list[K]) -> None:
    p[-1] = p[-1] + 1


@pytest.mark.parametrize("bend", [numerator, denominator, unused])
@pytest.mark.parametrize("name", ["ranges", "domains", "stacked messages"])
def test_bent_leaves(bend: Callable[[list[K], list[K]], None], name: str) -> None:
    groups, traces = CASES[name]
    assert bends(groups, traces, lambda p, q: None) is None
    assert bends(groups, traces, bend) is not None
