"""CONTRIBUTING.md: short; its paths and names exist, its floors are those that test_house.py demands."""

import re
from pathlib import Path

import pytest
from places import HOUSE, ROOT, TESTS
from test_house import FLOORS

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PLACES = (ROOT, HOUSE, HOUSE / "_protocol", HOUSE / "_native", TESTS / "reference")
"""Folders from which a path on the page may start."""

NAMED_IN = re.findall(r"`([\w./]+\.\w+)`\s\(([^()]*)\)", TEXT)
"""A file, and the words in parentheses behind it."""


def found(name: str) -> list[Path]:
    return [place / name for place in PLACES if (place / name).exists()]


def test_the_page_is_short() -> None:
    assert len(TEXT.splitlines()) <= 270


PATHS = sorted(set(re.findall(r"`((?:[\w.]+/)*[\w.]+(?:\.(?:pyx|pxi|py|c|h|md|ipynb)|/))`", TEXT)))


@pytest.mark.parametrize("name", PATHS)
def test_every_path_leads_somewhere(name: str) -> None:
    assert found(name), f"{name} is not there"


@pytest.mark.parametrize("name, words", NAMED_IN, ids=[name for name, _ in NAMED_IN])
def test_what_is_named_behind_a_file_stands_in_it(name: str, words: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in found(name)]
    for word in re.findall(r"`([A-Za-z_]\w*)`", words):
        assert any(re.search(rf"\b{word}\b", text) for text in texts), f"{word} is not in {name}"


def test_the_floors_are_drawn_as_they_are_tested() -> None:
    """From the top down, a line for each, what stands there on the left; a line further in goes on with the last."""
    [drawing] = re.findall(r"^## The floors\n.*?\n\n((?: {5}[^\n]*\n)+)", TEXT, re.MULTILINE | re.DOTALL)
    drawn = list[set[str]]()
    for line in drawing.splitlines():
        if line[5] != " ":
            drawn.append(set())
        drawn[-1].update(line[:35].split())
    assert drawn == [set(rooms) for rooms in reversed(FLOORS)]
