"""HTML as notebooks get it, read strictly, and a text that is dangerous where it is not escaped."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = "<script>alert('x')</script> & \"y\""


class Elements(HTMLParser):
    """The elements of a page, each of which has to be closed in its turn; `texts` is what stands in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
