"""The text of the core: its parts in their order, and which of them needs which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from places import HOUSE

PARTS = re.findall(r'^include "_protocol/(.+?)"', (HOUSE / "_core.pyx").read_text(encoding="utf-8"), re.M)

FUNCTION = re.compile(r"^(?:cdef|def) [^=\n]*?(\w+)\(", re.M)
TYPE = re.compile(r"^(?:cdef )?(?:struct|class|enum) (\w+)", re.M)
VALUE = re.compile(r"^cdef \w+ (\w+) = |^([A-Z_]+) = ", re.M)
ENUM = re.compile(r"^cdef enum[^\n]*:\n((?:    .*\n|\n)+)", re.M)


def core_room(part: str) -> str:
    """The folder that a part is in."""
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


def signatures(part: str) -> Iterator[str]:
    """Each function's, to its colon."""
    text = code(part)
    for found in FUNCTION.finditer(text):
        yield text[found.start() : text.index(":\n", found.start())]
