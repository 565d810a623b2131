"""Keys that are no programs: the verifier in C refuses each by the rule that it breaks, and so does the twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from c_verifier import REASONS, canonical_bytes, key_file, verify
from reference.algebra import P
from reference.header import header_of
from reference.options import Options
from reference.statement import EVERY, Domain, Interaction, Message, Program, Public, Series, Table, physical_tables
from reference.tree import h3

A, B, ONE = ("column", 0, 0), ("column", 1, 0), ("constant", 1)
OPTIONS = Options(security=1, queries=1, allow_insecure=True)
SENT = Interaction("bus", (A,))


def program(*constraints: tuple[Domain, Any], **said: Any) -> Program:
    """A table of eight rows and two columns, and one bus."""
    of_table = {
        name: said.pop(name) for name in ("rows", "width", "periodic", "interactions", "user_rows") if name in said
    }
    table = Table(**{"rows": 8, "width": 2, "constraints": constraints or ((EVERY, A),), **of_table})
    return Program(**{"id": "key", "tables": (table,), "buses": (("bus", 1),), **said})


def stated(expression: Any, domain: Domain = EVERY, **said: Any) -> Program:
    return program((domain, expression), **said)


def sent(*interactions: Interaction, **said: Any) -> Program:
    return program(interactions=interactions, **said)


def product(count: int) -> Any:
    return A if count == 1 else ("*", product(count - 1), A)


S = Series("s", 3, True)
FAULTS: dict[str, tuple[str, Program]] = {
    "rows are no power of two": ("3.1", program(rows=12)),
    "one row": ("3.1", program(rows=1)),
    "too many rows": ("3.1", program(rows=1 << 27)),
    "more user rows than rows": ("3.1", program(user_rows=9)),
    "no columns": ("3.1", program(width=0)),
    "a period of three": ("3.1", program(periodic=((1, 2, 3),))),
    "a period beyond the block": ("3.1", program(periodic=((1,) * 16,))),
    "a periodic value beyond p": ("3.1", program(periodic=((P,),))),
    "no table": ("3.1", replace(program(), tables=())),
    "a bus without width": ("3.1", replace(program(), buses=(("bus", 0),))),
    "two inputs of one name": ("3.1", program(inputs=("x", "y", "x"))),
    "two outputs of one name": ("3.1", program(outputs=("x", "x"))),
    "two sequences of one name": ("3.1", program(sequences=(S, S))),
    "a sequence of no values": ("3.1", program(sequences=(Series("s", 0, True),))),
    "a sequence longer than the block": ("3.2", program(sequences=(Series("s", 9, True),))),
    "a long name": ("9.1", program(inputs=("x" * 256,))),
    "a long id": ("9.1", program(id="x" * 256)),
    "no id": ("9.1", program(id="")),
    "malformed parameters": ("3.7", program(parameters=b"\0\0\0")),
    "a column that is not there": ("3.2", stated(("column", 2, 0))),
    "an offset of the block": ("3.2", stated(("column", 0, 8))),
    "an offset of less than the block": ("3.2", stated(("column", 0, -8))),
    "a periodic column that is not there": ("3.2", stated(("periodic", 0))),
    "an input that is not there": ("3.2", stated(("public", 0))),
    "a sequence that is not there": ("3.2", stated(("sequence", 0, 0, 1))),
    "a sequence beyond its block": ("3.2", stated(("sequence", 0, 6, 1), sequences=(S,))),
    "a sequence with wide steps": ("3.2", stated(("sequence", 0, 0, 4), sequences=(S,))),
    "a sequence without steps": ("3.2", stated(("sequence", 0, 0, 0), sequences=(S,))),
    "a conjunction of no bits": ("3.2", stated(("conjunction", 0))),
    "a conjunction of four bits of three": ("3.2", stated(("conjunction", 2))),
    "all rows are the last": ("3.3", stated(A, Domain("last", 8))),
    "no transition": ("3.3", stated(A, Domain("transitions", 8))),
    "transitions of all rows": ("3.3", stated(A, Domain("transitions", 0))),
    "a row behind the last": ("3.3", stated(A, Domain("row", 8))),
    "a cycle of three": ("3.3", stated(A, Domain("cyclic", 0, 3))),
    "a cycle of one": ("3.3", stated(A, Domain("cyclic", 0, 1))),
    "a cycle beyond the block": ("3.3", stated(A, Domain("cyclic", 0, 16))),
    "a cycle that begins behind its step": ("3.3", stated(A, Domain("cyclic", 4, 4))),
    "numbers of every row": ("3.3", stated(A, Domain("every", 1))),
    "a second number of every row": ("3.3", stated(A, Domain("every", 0, 1))),
    "a second number of transitions": ("3.3", stated(A, Domain("transitions", 1, 1))),
    "thirty-three factors": ("4.2", stated(product(33))),
    "a tuple too wide": ("3.4", sent(Interaction("bus", (A, B)))),
    "a tuple that is not affine": ("3.4", sent(Interaction("bus", (("*", A, B),)))),
    "a multiplicity that is not affine": ("3.4", sent(replace(SENT, multiplicity=("*", A, B)))),
    "a multiplicity of the next row": ("3.4", sent(replace(SENT, multiplicity=("column", 0, 1)))),
    "a known multiplicity on one row": ("3.4", sent(replace(SENT, multiplicity=("row",), domain=Domain("row", 1)))),
    "an interaction behind the last row": ("3.3", sent(replace(SENT, domain=Domain("row", 8)))),
    "a message on an unused bus": ("3.4", program(messages=(Message(1, "bus", (ONE,)),))),
    "a message too wide": ("3.4", sent(SENT, messages=(Message(1, "bus", (ONE, ONE)),))),
    "a message of a column": ("3.4", sent(SENT, messages=(Message(1, "bus", (A,)),))),
}


def judged(canonical: bytes, said: Program, count: int = 1) -> tuple[str, str]:
    """The reason and the section; the proof has no body."""
    public = Public((0,) * (len(said.inputs) + len(said.outputs)), tuple((0,) * s.length for s in said.sequences))
    shown = said if said.tables else replace(said, tables=program().tables)
    head = (
        header_of([(shown, (public,) * count)], OPTIONS).to_bytes().replace(h3(canonical_bytes(shown)), h3(canonical))
    )
    verdict = verify([key_file(canonical)], head)
    assert not verdict.accepted
    return REASONS[verdict.reason], verdict.section.decode()


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(fault: str) -> None:
    section, said = FAULTS[fault]
    if len(said.id) > 255 or any(len(name) > 255 for name in said.inputs):
        verdict = verify([key_file(canonical_bytes(said))], header_of([(program(), (Public(),))], OPTIONS).to_bytes())
        assert (REASONS[verdict.reason], verdict.section.decode()) == ("KEY", section)
    else:
        assert judged(canonical_bytes(said), said) == ("KEY", section)


def test_what_is_no_fault() -> None:
    """At the edges of the rules: refused for its body alone, which is not there."""
    legal = [
        program(),
        program(periodic=((1,) * 8, (P - 1,))),
        stated(("column", 0, 7)),
        stated(("column", 0, -7)),
        stated(("sequence", 0, 5, 1), sequences=(S,)),
        stated(("sequence", 0, 0, 3), sequences=(S,)),
        stated(("conjunction", 1)),
        stated(A, Domain("last", 7)),
        stated(A, Domain("cyclic", 7, 8)),
        stated(product(32)),
        sent(SENT, messages=(Message(1, "bus", (("+", ONE, ONE),)),)),
        sent(replace(SENT, multiplicity=("row",)), replace(SENT, multiplicity=A, domain=Domain("row", 1))),
    ]
    for said in legal:
        physical_tables([(said, (Public((), tuple((0,) * s.length for s in said.sequences)),))])
        assert judged(canonical_bytes(said), said) == ("BODY", "9.2")


@pytest.mark.parametrize(
    "said",
    [
        stated(("column", 0, 1)),
        stated(("column", 0, 2), Domain("transitions", 1)),
        stated(("column", 0, -1), Domain("row", 0)),
        stated(("column", 0, -7), Domain("last", 2)),
        stated(("column", 0, 1), Domain("cyclic", 0, 2)),
        sent(Interaction("bus", (("column", 0, 1),))),
    ],
)
def test_what_reads_beyond_its_block_is_not_stacked(said: Program) -> None:
    canonical = canonical_bytes(said)
    assert judged(canonical, said, 1) == ("BODY", "9.2")
    assert judged(canonical, said, 2) == ("PUBLIC", "3.5")


# Canonical bytes that no program has


def counted(nodes: list[tuple[int, int, int]]) -> bytes:
    words = [len(nodes), *(x for node in nodes for x in node)]
    return b"".join(x.to_bytes(8, "little") for x in words)


ORDERLY = [(1, 0, 0), (1, 1, 0), (7, 0, 1)]
"""The nodes of A·B."""
DISORDERLY = {
    "right before left": [(1, 1, 0), (1, 0, 0), (7, 1, 0)],
    "a node twice": [(1, 0, 0), (1, 0, 0), (7, 0, 1)],
    "an operand behind": [(1, 0, 0), (7, 0, 2), (1, 1, 0)],
    "an operand of itself": [(1, 0, 0), (1, 1, 0), (7, 0, 2)],
    "a node that nobody reads": [*ORDERLY, (1, 1, 1)],
    "a kind that is none": [(1, 0, 0), (1, 1, 0), (12, 0, 1)],
    "a number where there is none": [(10, 0, 1), (1, 1, 0), (7, 0, 1)],
    "a constant beyond p": [(0, P, 0), (1, 1, 0), (7, 0, 1)],
    "a negation of what is behind it": [(1, 0, 0), (8, 2, 0), (7, 0, 1)],
    "a negation of two": [(1, 0, 0), (8, 0, 1), (7, 0, 1)],
}


@pytest.mark.parametrize("fault", DISORDERLY)
def test_nodes_are_in_their_order(fault: str) -> None:
    said = stated(("*", A, B))
    canonical = canonical_bytes(said)
    assert counted(ORDERLY) in canonical and judged(canonical, said) == ("BODY", "9.2")
    made = canonical.replace(counted(ORDERLY), counted(DISORDERLY[fault]))
    assert judged(made, said) == ("KEY", "3.2")


def words(*numbers: int) -> bytes:
    return b"".join(x.to_bytes(8, "little") for x in numbers)


LEAVES = program(
    (EVERY, ("*", ("periodic", 0), ("*", ("public", 0), ("*", ("row",), ("conjunction", 1))))),
    (Domain("cyclic", 1, 2), A),
    periodic=((3, 4),),
    inputs=("x",),
    sequences=(Series("ser", 3, True),),
    interactions=(SENT,),
    messages=(Message(1, "bus", (("+", ONE, ("public", 0)),)),),
)
ENTRY = words(3, 0, 1, 0, 3, 0, 0, 5, 0, 1)
"""The nodes of its message's one entry."""

BENT: dict[str, tuple[str, bytes, bytes]] = {
    "a number behind a periodic column": ("3.2", words(2, 0, 0, 3), words(2, 0, 1, 3)),
    "a number behind an input": ("3.2", words(3, 0, 0, 10), words(3, 0, 1, 10)),
    "a number before a row": ("3.2", words(10, 0, 0), words(10, 1, 0)),
    "a number behind a conjunction": ("3.2", words(11, 1, 0), words(11, 1, 1)),
    "a domain of a sixth kind": ("3.3", words(3, 1, 2), words(5, 1, 2)),
    "a bus that is not there": ("3.4", words(1, 0, 1), words(1, 1, 1)),
    "a message of a third sign": ("3.4", words(1, 0, 1) + ENTRY, words(2, 0, 1) + ENTRY),
    "a message on a bus that is not there": ("3.4", words(1, 0, 1) + ENTRY, words(1, 1, 1) + ENTRY),
    "an entry with a node twice": ("3.4", ENTRY, words(3, 0, 1, 0, 0, 1, 0, 5, 0, 1)),
    "an entry with a node for nobody": ("3.4", ENTRY, words(4, 0, 1, 0, 3, 0, 0, 5, 0, 1, 0, 2, 0)),
    "an entry without a value": ("3.4", ENTRY, words(0)),
    "an id without text": ("9.1", words(3) + b"key", words(3) + b"k\xffy"),
    "an input without text": ("9.1", words(1) + b"x", words(1) + b"\xff"),
    "a sequence of a third kind": ("3.1", b"ser" + words(3, 1), b"ser" + words(3, 2)),
    "a sequence without end": ("3.1", b"ser" + words(3, 1), b"ser" + words(2**26 + 1, 1)),
    "a bus without text": ("3.1", words(3) + b"bus", words(3) + b"bu\xff"),
}


@pytest.mark.parametrize("fault", BENT)
def test_bytes_that_no_program_has(fault: str) -> None:
    section, old, new = BENT[fault]
    canonical = canonical_bytes(LEAVES)
    assert old in canonical and judged(canonical, LEAVES) == ("BODY", "9.2")
    assert judged(new.join(canonical.rsplit(old, 1)), LEAVES) == ("KEY", section)


def test_more_entries_than_a_vector_has() -> None:
    said = program(rows=1 << 26, width=17)
    assert judged(canonical_bytes(said), said) == ("OPTIONS", "4.9")


CUTS: dict[str, Callable[[bytes], bytes]] = {
    "a byte more": lambda data: data + b"\0",
    "a byte less": lambda data: data[:-1],
    "another text": lambda data: b"l2zk program 3" + data[14:],
    "half": lambda data: data[: len(data) // 2],
    "a table less": lambda data: data[: data.index((8).to_bytes(8, "little") * 2)],
}


@pytest.mark.parametrize("cut", CUTS)
def test_cuts(cut: str) -> None:
    said = program()
    assert judged(CUTS[cut](canonical_bytes(said)), said)[0] == "KEY"
