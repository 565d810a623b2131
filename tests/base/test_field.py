"""The field: one modulus and one signature in all languages that l2zk is written in."""

from __future__ import annotations

import re

import pytest
from places import HOUSE, NATIVE

from l2zk import _core
from l2zk.base.field import MODULUS, is_power_of_two

INTERFACE = (HOUSE / "__init__.pxd").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [INTERFACE, (NATIVE / "field.h").read_text(encoding="utf-8")], ids=["pxd", "C"])
def test_the_modulus_is_one(text: str) -> None:
    written = re.findall(r"(?:\bp = |define P )(0x[0-9a-f]{16})ULL", text)
    assert written and {int(number, 16) for number in written} == {MODULUS}


def test_the_signature_of_a_step_in_c_is_one() -> None:
    """That of the core, which is the name of capsules, and that of Cython plugins, by type and by name."""
    (name,) = re.findall(r'PyCapsule_New\(.*, b"(.*)", NULL\)', INTERFACE)
    (result, arguments) = re.findall(r"ctypedef (\w+) \(\*step_function\)\((.*)\) noexcept nogil", INTERFACE)[0]
    kinds = [re.sub(r"\w+$", "", argument).strip() for argument in arguments.split(", ")]
    written = f"{result} ({', '.join(kind.replace('void*', 'void *') for kind in kinds)})"
    assert name == written == _core.STEP_FUNCTION


def test_powers_of_two() -> None:
    assert [number for number in range(-2, 40) if is_power_of_two(number)] == [1, 2, 4, 8, 16, 32]
    assert not any(map(is_power_of_two, (True, 2.0, "2", None)))
