"""The page of a log: whole in itself, hostile names in it, and how a browser shows it, light and dark."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from bridge_people import People
from l2zk_bridge.overlook import overview
from l2zk_bridge.overview import Overview
from l2zk_bridge.page import MOST_ROWS, page


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    """A log with a message of each fate but one: delivered, expired, refunded, in flight."""
    people = People.make(tmp_path_factory.mktemp("page") / "bridge")
    people.send(25)
    people.send(30, deadline=1)
    people.settle(people.alpha)
    people.clock.now += 2
    people.settle()
    people.send(40, deadline=90)
    people.settle(people.alpha)
    return overview(people.log)


class Checked(HTMLParser):
    """Raises for tags that are not closed in order, and keeps what the elements are and say."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        if tag not in ("meta", "line", "polygon"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "polygon"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


def parsed(text: str) -> Checked:
    found = Checked()
    found.feed(text)
    assert found.open == []
    return found


def test_a_page_needs_nothing_else_and_says_all(seen: Overview) -> None:
    text = page(seen, "The audit is clean.")
    found = parsed(text)
    assert found.tags.isdisjoint({"script", "link", "img", "iframe", "form", "a"}) and not found.links
    assert not re.search(r"url\(|@import|https?:", text)
    for said in (
        "The sums agree. The audit is clean.",
        "alpha",
        "beta",
        "delivered",
        "expired",
        "in flight",
        "deposited",
    ):
        assert said in found.text
    for one in seen.blocks:
        assert one.root in text and one.proof in text
    assert len(re.findall(r"<polygon", text)) == len(seen.messages) == 6
    together, deposited = re.findall(r"<tr class=sum><td>[^<]*</td><td class=\"r\">([\d,]+)</td>", text)
    assert together == deposited == "2,000"


def test_names_and_texts_of_others_are_no_html(seen: Overview) -> None:
    evil = "<script>alert(1)</script>\"'&<!--"
    ledgers = tuple(replace(one, name=evil) for one in seen.ledgers)
    text = page(replace(seen, ledgers=ledgers, claims=(), identity=evil), evil)
    assert "script" not in parsed(text).tags and "<!--" not in text


ESCAPES = {
    "ledgers": {"name": "\x1b[2J"},
    "claims": {"to": "a\nb"},
    "messages": {"source": "<b>"},
    "blocks": {"tick": 1.5},
}


def test_an_overview_of_a_stranger_has_its_types_and_no_escapes(seen: Overview) -> None:
    rows = {"claims": ({"tick": 1, "ledger": 1, "kind": "fees", "amount": 1, "to": "–"},)}
    right = {**seen.as_dict(), **rows}
    assert Overview.from_dict(right).ledgers == seen.ledgers
    changed = [{**right, name: ({**right[name][0], **change},)} for name, change in ESCAPES.items()]
    for wrong in (*changed, {**right, "tick": True}, {**right, "identity": "\x07"}, {**right, "sums": {"a\n": 1}}):
        with pytest.raises(TypeError, match=" is no "):
            Overview.from_dict(wrong)


def test_messages_to_ledgers_that_are_not_there(seen: Overview) -> None:
    lost = tuple(replace(one, destination=2**32 - 1 - k) for k, one in enumerate(seen.messages))
    assert "ledger 4294967295" in parsed(page(replace(seen, messages=lost))).text


def test_sums_that_do_not_agree_are_told(seen: Overview) -> None:
    assert 'class="bad">The sums do not agree.' in page(replace(seen, agree=False))


def test_a_long_log_is_cut_and_it_is_said(seen: Overview) -> None:
    long = replace(seen, messages=seen.messages * 1000)
    text = page(long)
    assert f"The last {MOST_ROWS:,} of 6,000." in text and len(text) < 10**6
    assert "the last 40 messages that are no deposits" in text


def test_a_log_without_anything(seen: Overview) -> None:
    nothing = replace(seen, ledgers=(), blocks=(), messages=(), claims=(), sums={"deposited": 0}, agree=True)
    assert "Who sent whom" not in parsed(page(nothing)).text
