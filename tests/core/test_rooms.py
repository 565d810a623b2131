"""The rooms of the core: each part after those that it needs, verifier apart from prover, Python objects at the door alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from places import HOUSE

PARTS = re.findall(r'^include "_protocol/(.+?)"', (HOUSE / "_core.pyx").read_text(encoding="utf-8"), re.M)
FLOORS = (("base",), ("statement", "channel", "oracle"), ("prover", "verifier"), ("door",))
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}

FUNCTION = re.compile(r"^(?:cdef|def) [^=\n]*?(\w+)\(", re.M)
TYPE = re.compile(r"^(?:cdef )?(?:struct|class|enum) (\w+)", re.M)
VALUE = re.compile(r"^cdef \w+ (\w+) = |^([A-Z_]+) = ", re.M)
ENUM = re.compile(r"^cdef enum[^\n]*:\n((?:    .*\n|\n)+)", re.M)


def room(part: str) -> str:
    return part.split("/")[0]


@cache
def code(part: str) -> str:
    """A part without comments, docstrings and other text."""
    text = (HOUSE / "_protocol" / part).read_text(encoding="utf-8")
    text = re.sub(r'""".*?"""', "", text, flags=re.S)
    return re.sub(r'"[^"\n]*"|#.*', "", text)


@cache
def defined(part: str) -> frozenset[str]:
    """The functions, types and constants that a part gives to those after it."""
    text = code(part)
    values = {a or b for a, b in VALUE.findall(text)}
    members = {name for block in ENUM.findall(text) for name in re.findall(r"^    (\w+)", block, re.M)}
    return frozenset({*FUNCTION.findall(text), *TYPE.findall(text), *values, *members})


@cache
def used(part: str) -> frozenset[str]:
    """The functions, types and constants of the core that a part names: not its own, not a member, not a variable."""
    text = code(part)
    called = set(re.findall(r"(?<![.\w*])[A-Za-z_]\w+(?=\()|(?<![.\w])[A-Z_]\w+", text))
    passed = set(re.findall(r"(?<=[(,] )(?<!\w)[a-z]\w+(?=[,)])", text.replace("(", "( ")))
    variables = {name for line in re.findall(r"^ +cdef (.*)", text, re.M) for name in re.findall(r"\w+", line)}
    return frozenset((called | passed - variables) - defined(part))


def needs(part: str) -> set[str]:
    """The parts that define what a part uses."""
    return {other for other in PARTS if other != part and defined(other) & used(part)}


def test_every_part_is_included_once() -> None:
    there = {path.relative_to(HOUSE / "_protocol").as_posix() for path in (HOUSE / "_protocol").rglob("*.pxi")}
    assert len(PARTS) == len(set(PARTS)) and set(PARTS) == there
    assert {room(part) for part in PARTS} == set(FLOOR)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_stands_after_those_that_it_needs(part: str) -> None:
    later = {other: defined(other) & used(part) for other in needs(part) if PARTS.index(other) > PARTS.index(part)}
    assert not later


@pytest.mark.parametrize("part", PARTS)
def test_a_part_needs_no_higher_floor_and_no_neighbour_of_the_door(part: str) -> None:
    here, others = room(part), {room(other) for other in needs(part)}
    assert not {other for other in others if FLOOR[other] > FLOOR[here]}
    assert not {here, *others} >= {"prover", "verifier"} or here == "door"


def test_these_tests_see_what_a_part_needs() -> None:
    assert "prover/state.pxi" in needs("prover/fold.pxi") and "oracle/extension.pxi" in needs("prover/commit.pxi")
    assert "verifier/state.pxi" in needs("verifier/words.pxi") and "base/indices.pxi" in needs("verifier/openings.pxi")
    assert "statement/plan.pxi" in needs("statement/domains.pxi") and "prover/prover.pxi" in needs("door/interface.pxi")


def signatures(part: str) -> Iterator[str]:
    """Each function's, to its colon."""
    text = code(part)
    for found in FUNCTION.finditer(text):
        yield text[found.start() : text.index(":\n", found.start())]


@pytest.mark.parametrize("part", [part for part in PARTS if room(part) != "door"])
def test_python_objects_stay_at_the_door(part: str) -> None:
    """The compiler lets no function that is `nogil` touch one: so every function is, and nothing else runs."""
    assert not [signature for signature in signatures(part) if not signature.endswith(" noexcept nogil")]
    assert not re.search(r"^(?:def|class|import|cdef class)\b|\bwith gil\b|^\w+ = ", code(part), re.M)
