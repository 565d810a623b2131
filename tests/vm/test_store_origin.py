"""What a stored proof's key knows of the code that fills a trace: whatever it names, wherever that is; else no key."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from quick import QUICK
from storing import text_of_a_program

from l2zk.vm.settings import Asked
from l2zk.vm.store import origin as store_origin
from l2zk.vm.store.key import key_of

HELPER = """
from collections import deque
from functools import lru_cache, partial, wraps
import logging
number = {number}
log = logging.getLogger("helper")
def function(): return {number}
def calling(): return function()
@lru_cache
def cached(): return {number}
def wrap(inner):
    @wraps(inner)
    def outer(): return inner()
    return outer
wrapped = wrap(lambda: {number})
class Class:
    _kept = {number}
    def __init__(self): self.number = {number}
    @classmethod
    def of_class(cls): return {number}
    @property
    def asked(self): return {number}
    def __call__(self): return self._kept
one = Class()
bound = one.__call__
some, queue, table = {{{number}}}, deque([{number}]), {{"a": [{number}]}}
part = partial(int, {number})
class Slotted:
    __slots__ = ("number",)
    def __init__(self): self.number = {number}
slotted = Slotted()
"""

TOLD = (
    "function()",
    "calling()",
    "cached()",
    "wrapped()",
    "Class().number",
    "Class._kept",
    "Class.of_class()",
    "one.asked",
    "one()",
    "one.number",
    "bound()",
    "max(some)",
    "queue[0]",
    "table['a'][0]",
    "part()",
)


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def module(name: str, text: str) -> ModuleType:
    """A module of no distribution, as of a file beside a script."""
    made = sys.modules[name] = ModuleType(name)
    exec(compile(text, f"{name}.py", "exec"), vars(made))
    return made


def key(imports: str, value: str, number: int, helper: str = "store_helper") -> bytes | None:
    """The key of a program with a helper beside it, which has this number wherever it has one."""
    module(helper, HELPER.format(number=number))
    program = module("store_program", text_of_a_program(imports, value, number)).Made()
    known = key_of(bytes(32), QUICK.options, program, (), Asked())
    return known and known[0]


@pytest.mark.parametrize("value", [*TOLD, "number"])
@pytest.mark.parametrize("way", ["from store_helper import *", "import store_helper", "in the program's own file"])
def test_what_fills_a_trace_is_in_the_key_wherever_it_is(value: str, way: str) -> None:
    if way == "import store_helper":
        for name in ("function", "calling", "cached", "wrapped", "Class", "one", "bound", "some", "queue", "table"):
            value = value.replace(name, f"store_helper.{name}") if value.startswith(name) else value
        value = value.replace("(some", "(store_helper.some").replace("part(", "store_helper.part(")
        value = value.replace("number", "store_helper.number") if value == "number" else value
    keys = []
    for number in (3, 5, 3):
        imports = HELPER.format(number=number) if way.startswith("in") else way
        keys.append(key(imports, value, number))
    assert None not in keys and keys[0] == keys[2] != keys[1]


def test_an_attribute_of_the_program_s_own_is_in_the_key() -> None:
    assert key("", "self._own", 3) != key("", "self._own", 5)


@pytest.mark.parametrize(
    "value",
    [
        "__import__('store_helper').function()",
        "import_module('store_helper').function()",
        "slotted.number",
        "(lambda: exec('import store_helper') or beside())()",
    ],
)
def test_what_cannot_be_told_has_no_key(value: str) -> None:
    imports = "from importlib import import_module\nfrom store_helper import slotted\n"
    imports += "def beside():\n    from store_helper import number\n    return number\n"
    assert key(imports, value, 3) is None


def test_a_library_stands_there_by_its_version_and_is_not_walked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def function() -> bytes | None:
        return key("import numpy as np\nfrom numpy import sum as summed", "int(np.max([summed([1, 2])]))", 3)

    one = function()
    monkeypatch.setattr(store_origin, "_release", lambda module: ("numpy 0",) if module[:5] == "numpy" else ())
    assert one is not None and function() not in (None, one)
