"""What the core's verifier hears and draws is what the twin's does, act by act."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from core_cases import Case
from example_programs import Cubes, Domains, Fibonacci, Silent
from mutants import SignedCase, easy_case, mutants
from reference.algebra import K
from reference.proof import check
from reference.shape import Word
from reference.small import SHAPES, small
from reference.transcript import Listener, Transcript

from l2zk import _core
from l2zk.errors import ProofError

CASES: dict[str, tuple[Any, Any]] = {
    "fibonacci": (Fibonacci(20), ()),
    "a period, degree 3": (Cubes(29), (7, 11)),
    "every kind of domain": (Domains(29), ()),
    "no public value": (Silent(), ()),
}


def dissected(case: Case, body: bytes) -> tuple[list[tuple[Any, ...]], ProofError | None]:
    return _core.dissect(case.compiled, case.header, body, [(*case.scalars, ())])


def heard_by_twin(case: Case, body: bytes) -> Listener:
    """What the twin notes while it verifies."""
    return check(case.groups, body, case.lengths, case.shape, Transcript(), case.options)


def told(acts: list[tuple[Any, ...]], body: bytes) -> list[Any]:
    """The core's messages and challenges as the twin notes them."""
    said: list[Any] = []
    for act in acts:
        if act[0] == "message":
            said.append((act[1], body[act[2] : act[2] + act[3]]))
        elif act[0] == "challenge":
            said.append(K(*act[1]))
        elif act[0] == "points":
            said.append(act[2])
    return said


def places(acts: list[tuple[Any, ...]]) -> list[tuple[int, int, Any]]:
    """Where the core's messages and openings stand, as the twin notes it."""
    found: list[tuple[int, int, Any]] = []
    for act in acts:
        if act[0] == "message":
            found.append((act[2], act[3], act[1]))
        elif act[0] == "opening":
            found += [(act[2], act[3], "leaves"), (act[2] + act[3], act[4], "digests")]
    return found


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CASES)
def test_core_and_twin_hear_and_draw_the_same(name: str, shape: str, hiding: bool) -> None:
    case = Case(*CASES[name], SHAPES[shape], hiding)
    body = case.by_core()
    acts, refusal = dissected(case, body)
    heard = heard_by_twin(case, body)
    assert refusal is None
    noted = heard.transcript.log[1:]  # from the root on
    assert told(acts, body) == [(kind, data) if isinstance(kind, int) else data for kind, data in noted]
    assert places(acts) == heard.places


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_messages_and_openings_are_the_whole_body(shape: str, hiding: bool) -> None:
    case = Case(*CASES["fibonacci"], SHAPES[shape], hiding)
    body = case.by_core()
    acts, _ = dissected(case, body)
    pieces = [(act[2], act[2] + sum(act[3:])) for act in acts if act[0] in ("message", "opening")]
    assert [end for _, end in pieces] == [*[start for start, _ in pieces[1:]], len(body)]
    assert pieces[0][0] == 0
    openings = [(drawn, act) for drawn, act in pairwise(acts) if act[0] == "opening"]
    assert [act[1] for _, act in openings] == list(range(len(case.shape.words) + 1))
    for drawn, (_, word, _, leaves, digests) in openings:
        columns = case.shape.columns if word == 0 else 3 << case.shape.words[word - 1].k
        leaf = 8 * columns + (40 if hiding and word == 0 else 0)
        assert leaves == leaf * len(drawn[2]) and digests % 32 == 0
        assert drawn[1] == (case.shape.words[word - 1].log_n if word else case.shape.log_n0)


@pytest.mark.parametrize("hiding", [True, False])
def test_a_body_that_is_cut_off_is_dissected_up_to_there(hiding: bool) -> None:
    case = Case(*CASES["fibonacci"], small(3, 5, 2, (Word(1, 4, 2), Word(1, 3, 2))), hiding)
    body = case.by_core()
    whole, _ = dissected(case, body)
    for length in range(len(body)):
        acts, refusal = dissected(case, body[:length])
        assert refusal is not None and "ends too early" in str(refusal)
        assert acts == whole[: len(acts)] and acts != whole


@pytest.mark.parametrize("hiding", [True, False])
def test_what_is_refused_is_dissected_up_to_there(hiding: bool) -> None:
    """Any bytes: the same refusal as of a verification, and nothing noted that is not in the body."""
    case = easy_case(hiding)
    rng = random.Random(hiding)
    mutant = mutants(SignedCase(case), rng)
    for changed in [*(mutant() for _ in range(500)), b"", rng.randbytes(5000)]:
        acts, refusal = dissected(case, changed)
        if refusal is None:
            case_verified(case, changed)
            continue
        with pytest.raises(ProofError) as raised:
            case_verified(case, changed)
        assert str(raised.value) == str(refusal) and raised.value.section == refusal.section
        for act in acts:
            if act[0] in ("message", "opening"):
                assert act[2] + sum(act[3:]) <= len(changed)


def case_verified(case: Case, body: bytes) -> None:
    _core.verify_bytes(case.compiled, case.header, body, [(*case.scalars, ())])


def test_dissection_asks_for_the_same_arguments_as_a_verification() -> None:
    case = easy_case(True)
    body, (inputs, outputs) = case.by_core(), case.scalars
    for compiled, values in (
        (case.compiled, (inputs, [*outputs, 1])),
        (_core.Compiled.__new__(_core.Compiled), ([], [])),
        (None, (inputs, outputs)),
    ):
        with pytest.raises((ValueError, TypeError)):
            _core.dissect(compiled, b"", body, [(*values, ())])
