"""Each method of the builder shows how it is called, and what it shows is a program's text."""

from __future__ import annotations

import builtins
import inspect
import re
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

import l2zk

BLOCK = re.compile(r"(?<=\n\n)(?: {4}.*\n?|\n(?= {4}))+")
INLINE = re.compile(r"`([^`]+)`")
UNSHOWN = {"finish", "step_function"}
"""What the library alone calls; what takes a function of C, as tests/packages has one."""


def methods() -> list[Any]:
    """The public methods of the builder, its tables and memories."""
    kinds = [*l2zk.Machine.__mro__[:-1], l2zk.Memory]
    found = [(kind, *item) for kind in kinds for item in vars(kind).items()]
    own = [(kind, name, method) for kind, name, method in found if name[0] != "_" and inspect.isroutine(method)]
    return [pytest.param(method, id=f"{kind.__name__}.{name}") for kind, name, method in own]


def shown(method: Callable[..., Any]) -> tuple[str, list[str]]:
    """The text that is set in from the others of a docstring; code inside of its sentences that calls the method."""
    page, call = inspect.getdoc(method) or "", re.compile(rf"\b{method.__name__}\(.*\)")
    blocks = "".join(dedent(match[0]).strip() + "\n" for match in BLOCK.finditer(page))
    return blocks, [code for code in INLINE.findall(page) if call.search(code)]


class Names(dict[str, Any]):
    """Names of a `define`: the builder, a component, and a column of its name for each that is not known."""

    def __init__(self) -> None:
        super().__init__(m=l2zk.Machine(), l2zk=l2zk, component=lambda m, x: m.let("twice", 2 * x))

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        self[name] = self["m"].column(name)
        return self[name]


@pytest.mark.parametrize("method", methods())
def test_a_method_shows_how_it_is_called(method: Callable[..., Any]) -> None:
    block, codes = shown(method)
    if method.__name__ not in UNSHOWN:
        assert block or codes, "write an example into the docstring, set in by four, or as `code`"
    if block:
        assert re.search(rf"\b{method.__name__}\(", block), f"the example does not call {method.__name__}"
    for code in [block] if block else codes:
        names = Names()
        exec(f"m.constrain('here', x == 0, {code})" if code.startswith("on=") else code, {}, names)
