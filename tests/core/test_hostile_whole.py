"""Proofs of the library that are changed in header or body, with nonces that fit: it and the twin are of one mind.

`long_twin.py` has more.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from example_programs import Fibonacci
from hostile import few, refusal
from mutants import Whole


@pytest.fixture(scope="module", params=[True, False], ids=["hiding", "open"])
def whole(request: pytest.FixtureRequest) -> Whole:
    return Whole(Fibonacci(10), few(zero_knowledge=request.param, grinding=2), random.Random(request.param))


def test_the_proof_itself_is_accepted(whole: Whole) -> None:
    assert whole.verdicts(whole.proof) == (True, True)
    assert whole.signed(whole.proof) == whole.proof


def test_changed_proofs_are_refused_by_both(whole: Whole) -> None:
    """Some in the header, some as soon as they are read, some when what was opened is looked at."""
    sections = set()
    for number in range(300):
        data = whole.changed()
        assert data == whole.proof or whole.verdicts(data) == (False, False), number
        sections.add("" if data == whole.proof else refusal(whole.program, data, whole.machine).section)
    assert {"7.1", "7.2", "7.5", "9.1"} <= sections


def test_every_byte_of_a_header_counts_for_both(whole: Whole) -> None:
    for at in range(whole.length):
        for bit in range(8):
            head = bytearray(whole.proof[: whole.length])
            head[at] ^= 1 << bit
            assert whole.verdicts(whole.signed(bytes(head) + whole.proof[whole.length :])) == (False, False), (at, bit)


@pytest.mark.parametrize("change", ["bit", "byte", "value", "option", "hole"])
def test_each_kind_of_change_is_tried(whole: Whole, change: str) -> None:
    """Of a header alone; what is left of the proof is signed anew, where that header has a shape."""
    act: Callable[[bytearray], None] = getattr(whole, change)
    for number in range(60):
        head = bytearray(whole.proof[: whole.length])
        act(head)
        data = whole.signed(bytes(head) + whole.proof[whole.length :])
        assert data == whole.proof or whole.verdicts(data) == (False, False), number
