"""HTML for notebooks: every text is escaped, every element closed, and no page's colour is painted over."""

from __future__ import annotations

import re

import pytest
from pages import HOSTILE, Elements

from l2zk.show import html

PARTS = {
    "heading": html.heading(HOSTILE, ok=True) + html.heading(HOSTILE, ok=False),
    "sentences": html.sentences(HOSTILE, "second"),
    "codes": html.codes(HOSTILE),
    "listing": html.listing([HOSTILE]),
    "table": html.table(["", HOSTILE], [[HOSTILE, "1"]], marked={(0, 1)}, titles={(0, 1): HOSTILE}),
    "facts": html.facts([(HOSTILE, HOSTILE)]),
    "bars": html.bars([(HOSTILE, 2.0, "2"), ("none", 0.0, HOSTILE)]),
}


@pytest.mark.parametrize("name", PARTS)
def test_texts_are_escaped(name):
    found = Elements(html.block(PARTS[name]))
    assert "script" not in found.seen and any(HOSTILE in text for text in found.texts)


@pytest.mark.parametrize("name", PARTS)
def test_light_and_dark_pages_keep_their_colours(name):
    """Text has a colour of its own in marks alone, and no background hides the page's."""
    colours = re.findall(r"[^-]color:(#\w+)", PARTS[name])
    assert set(colours) <= {html.GOOD, html.BAD}
    assert all(float(alpha) < 0.6 for alpha in re.findall(r"background:rgba\([\d,]+,([\d.]+)\)", PARTS[name]))
    assert "background:#" not in PARTS[name] and "<style" not in PARTS[name]


def test_a_table_sets_words_left_and_marks_entries():
    page = html.table(["name", "bits"], [["a", "1"], ["b", "2"]], marked=[(1, 1)])
    assert page.count("text-align:right") == 3 and page.count("text-align:left") == 3
    assert re.findall(rf'background:{re.escape(html.MARK)};[^>]*">(\w+)<', page) == ["2"]


def test_the_greatest_bar_is_the_longest():
    widths = [float(width) for width in re.findall(r"width:([\d.]+)em", html.bars([("a", 1, ""), ("b", 4, "")]))]
    assert widths == [4, 16] and "width:0.00em" in html.bars([("a", 0, "")])


def test_nothing_is_nothing():
    assert html.sentences() == html.codes() == ""
