"""What few proofs have, and lies that chance does not make: offsets eight apart, cycles within the row bits, messages
with expressions, a denominator of 0, a leaf with a number beyond p, names of a header that are not the key's.
"""

from __future__ import annotations

import ctypes
import random
from dataclasses import replace
from unittest import mock

import pytest
from c_corpus import Case, Judged, case_of, judged_of
from c_lies import PLAIN, WEAK
from c_reading import items
from c_verifier import REASONS, WIDE, Value, Verdict, library, span
from core.test_fixtures import PIXELS
from reference.algebra import P
from reference.bits import proven_bits
from reference.demand import demand
from reference.forger import Forger
from reference.header import header_of
from reference.sizes import by_options
from reference.statement import EVERY, Domain, Interaction, Message, Program, Public, Series, Table
from reference.systems import cases

LONG = ("periodic", 0)
A, FAR, B, C, TIMES = ("column", 0, 0), ("column", 0, 8), ("column", 1, 0), ("column", 2, 0), ("column", 3, 0)
X, Y = ("public", 0), ("public", 1)
POSTED = ("-", ("*", X, Y), ("+", X, Y))


def corners() -> Program:
    """One row posts a and takes −a, which the public takes and posts."""
    stated = (
        (Domain("transitions", 8), ("-", B, ("negation", ("*", A, FAR)))),
        (Domain("cyclic", 1, 2), ("-", C, A)),
        (Domain("row", 0), ("-", ("column", 4, 0), Y)),
        (EVERY, ("-", ("column", 5, 0), ("*", LONG, ("*", LONG, A)))),
    )
    sent = (
        Interaction("b", (A,), TIMES),
        Interaction("b", (("negation", A),), ("negation", TIMES)),
        Interaction("b", (("constant", 9),), ("column", 4, 0), Domain("cyclic", 1, 4)),
        Interaction("b", (("constant", 9),), ("negation", ("column", 4, 0)), Domain("cyclic", 1, 8)),
        Interaction("b", (("constant", 9),), ("negation", ("column", 4, 0)), Domain("cyclic", 5, 8)),
    )
    said = (Message(-1, "b", (POSTED,)), Message(1, "b", (("negation", POSTED),)))
    return Program("corners", (Table(64, 6, (tuple(range(32)),), stated, sent),), ("x",), (), (("b", 1),), said, ("y",))


def corner_case(hiding: bool) -> Case:
    rng = random.Random(1)
    a, b, c = ([rng.randrange(P) for _ in range(64)] for _ in range(3))
    a[5] = 3 * 7 - 10
    b[:56] = [-a[i] * a[i + 8] % P for i in range(56)]
    c[1::2] = a[1::2]
    long = [(i % 32) ** 2 * a[i] % P for i in range(64)]
    once = [int(i == 5) for i in range(64)]
    made = case_of(
        "corners",
        [(corners(), (Public((3, 7)),))],
        [[a, b, c, once, [7] * 64, long]],
        replace(WEAK, zero_knowledge=hiding),
    )
    assert made
    return made


@pytest.mark.parametrize("hiding", [True, False])
def test_corners_are_accepted(hiding: bool) -> None:
    case = corner_case(hiding)
    verdict = case.judged.verdict()
    assert verdict.accepted, verdict
    asked = demand(case.groups, case.sides.lengths)
    assert verdict.bits == proven_bits(case.sides.shape, asked, case.options.security)


@pytest.mark.parametrize(("psi", "reason"), [(1, "ARGUMENT"), (2, "ACCEPTED")])
def test_a_message_without_a_denominator_is_refused(psi: int, reason: str) -> None:
    """With eta = 0 and psi the number of the bus, which nobody draws."""
    case = corner_case(False).judged
    verdict = Verdict()
    shared = library((*WIDE,))
    said = shared.probe_messages(span(case.keys[0]), span(case.proof), ctypes.c_uint64(psi), ctypes.byref(verdict))
    assert (said, REASONS[verdict.reason]) == (int(psi != 1), reason), verdict


def zeros(hiding: bool) -> Forger:
    """A proof of a column of zeros: without hiding all that its leaves hold is 0."""
    groups = [(Program("zeros", (Table(16, 1, (), ((EVERY, A),)),)), (Public(),))]
    options = replace(PLAIN, zero_knowledge=hiding)
    return Forger(groups, [[[0] * 16]], by_options(groups, options), hiding=hiding, options=options)


def test_a_leaf_with_a_number_beyond_p_is_refused() -> None:
    """0 written as p, which makes the same sums: all else of the proof is good."""
    forger = zeros(False)
    head = header_of(forger.groups, forger.options).to_bytes()
    assert judged_of("zeros", forger.groups, head + forger.prove()).verdict().accepted
    with mock.patch("reference.commitment.u64", lambda x: (x or P).to_bytes(8, "little")):
        body = forger.prove()
    verdict = judged_of("zeros", forger.groups, head + body).verdict()
    assert (REASONS[verdict.reason], verdict.section) == ("BODY", b"9.2")
    assert forger.verify(body) is not None


# Headers whose digests are the key's, and names not


def header_with(fault: str) -> Judged:
    """A header of a program with two sequences, of which one is stated otherwise than in the key."""
    stated = ((EVERY, ("-", A, A)),)
    said = Program("s", (Table(8, 1, (), stated),), ("x",), (Series("in", 8), Series("out", 8, True)))
    public = Public((1,), (tuple(PIXELS), tuple(PIXELS)))
    made = judged_of("s", [(said, (public,))], header_of([(said, (public,))], PLAIN).to_bytes())
    length = len(PIXELS).to_bytes(4, "little")
    old, new = {
        "name": (b"\3out", b"\3our"),
        "shorter name": (b"\3out", b"\2ou"),
        "input name": (b"\2in", b"\2im"),
        "kind": (b"\2in\0", b"\2in\1"),
        "length": (b"out\1" + length, b"out\1" + (9).to_bytes(4, "little")),
        "value": (PIXELS[-1].to_bytes(8, "little"), P.to_bytes(8, "little")),
        "none": (b"", b""),
        "no text": (b"\3out", b"\3ou\xff"),
        "a third kind": (b"\2in\0", b"\2in\2"),
        "no length": (b"out\1" + length, b"out\1" + bytes(4)),
        "a long length": (b"out\1" + length, b"out\1" + (2**26 + 1).to_bytes(4, "little")),
        "no statement": ((1).to_bytes(4, "little") + (1).to_bytes(8, "little"), bytes(4) + (1).to_bytes(8, "little")),
        "no id": (b"\1s" + (8).to_bytes(8, "little"), b"\0" + (8).to_bytes(8, "little")),
        "an id that is no text": (b"\1s" + (8).to_bytes(8, "little"), b"\1\xff" + (8).to_bytes(8, "little")),
        "no rows": (b"\1s" + (8).to_bytes(8, "little"), b"\1s" + bytes(8)),
        "too many rows": (b"\1s" + (8).to_bytes(8, "little"), b"\1s" + (2**26 + 1).to_bytes(8, "little")),
        "an input that is no text": (b"\1x", b"\1\xff"),
        "no values": (PIXELS[-1].to_bytes(8, "little"), b""),
    }[fault]
    return replace(made, proof=new.join(made.proof.rsplit(old, 1)) if old else made.proof)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("none", "BODY"),
        ("name", "PROGRAM"),
        ("shorter name", "PROGRAM"),
        ("input name", "PROGRAM"),
        ("kind", "PROGRAM"),
        ("length", "PROGRAM"),
        ("value", "HEADER"),
    ],
)
def test_sequences_of_the_header_are_the_keys(fault: str, reason: str) -> None:
    case = header_with(fault)
    verdict = case.verdict()
    assert REASONS[verdict.reason] == reason, verdict


@pytest.mark.parametrize(
    "fault",
    [
        "no text",
        "a third kind",
        "no length",
        "a long length",
        "no statement",
        "no id",
        "an id that is no text",
        "no rows",
        "too many rows",
        "an input that is no text",
        "no values",
    ],
)
def test_a_malformed_header_is_not_read(fault: str) -> None:
    assert list(items(header_with("none").proof))
    with pytest.raises(ValueError, match="9.1"):
        list(items(header_with(fault).proof))


@pytest.mark.parametrize("kind", ["inputs", "outputs", "sequences", "none"])
def test_values_of_one_kind_are_read(kind: str) -> None:
    """Of each of three statements; of statements without values there are as many as somebody says."""
    given = {"inputs": ("x",), "outputs": ("x",), "sequences": (Series("x", 1, True),)}
    said = Program("s", (Table(8, 1, (), ((EVERY, A),)),), **({kind: given[kind]} if kind in given else {}))
    public = Public(((), (5,))[kind in ("inputs", "outputs")], (((5,),), ())[kind != "sequences"])
    head = header_of([(said, (public,) * 3)], PLAIN).to_bytes()
    assert len(list(items(head))) == (4 if kind in given else 1)
    if kind not in given:
        assert len(list(items(head[:-4] + (2**29).to_bytes(4, "little")))) == 1


# Callers who do not ask for the memory first


def test_what_the_policy_lacks_is_found_without_l2zk_memory() -> None:
    case = next(judged_of(name, groups, header_of(groups, PLAIN).to_bytes()) for name, groups, _ in cases())
    room = 1 << 22
    for demanded, reason in (
        ({"options": None}, "CALLER"),
        ({"bits": 129}, "CALLER"),
        ({"fixed": (Value("sequence", "none", (1,)),)}, "CALLER"),
    ):
        verdict = case.verdict(memory=room, **demanded)
        assert REASONS[verdict.reason] == reason, (demanded, str(verdict))
    assert REASONS[replace(case, proof=case.proof + bytes(2**24)).verdict(memory=room).reason] == "LIMIT"
