"""Values as sentences show them."""

from __future__ import annotations

import numpy as np
import pytest

from l2zk.base.wording import meant, nearest, short
from l2zk.language.builder import Machine


@pytest.mark.parametrize(
    "value", ["x" * 999, ["x" * 999] * 9, {"x" * 99: "y" * 99}, (1 << 255,) * 9, np.eye(9), "a\n\x1bb", b"\xff" * 999]
)
def test_any_value_is_short_and_on_one_line(value):
    text = short(value)
    assert 0 < len(text) <= 121 and text.isprintable()


def test_a_long_integer_is_its_length():
    assert short(1 << 5000) == "an integer of 5001 bits" and short(2**64) == str(2**64)


def test_an_expression_is_as_it_is_written():
    m = Machine()
    assert short(m.column("a") + 1) == "a + 1"


def test_the_name_that_was_meant():
    assert meant("FOB", ["fib", "mimc"]) == "fib" and meant("zzz", ["fib"]) is None
    assert nearest("fob", ["Fib"]) == "; did you mean 'Fib'?"
    assert nearest("zzz", ["fib"]) == "; it has 'fib'" and nearest("zzz", []) == "; it has none"
