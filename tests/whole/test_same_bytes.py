"""tests/same_bytes.py, the first two of its proofs: its options are today's, and it prints the same each time."""

import itertools
import os

import pytest
import same_bytes


def test_the_digests_are_drawn_and_are_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", os.urandom)  # which it replaces
    first, again = (list(itertools.islice(same_bytes.lines(), 2)) for _ in range(2))
    assert first == again and len(set(first)) == 2
    assert [line.split()[0] for line in first] == ["0", "1"], "no draw of these is refused"
