"""Numbers of sections of PROTOCOL.md as links, in the texts that cite it by bare numbers."""

from __future__ import annotations

import re

from contents import Page

CITING = ("l2zk/PROTOCOL.md", "docs/soundness.md", "docs/proof-step-by-step.md")
"""Texts in which a number n.m is a section of PROTOCOL.md."""

TITLED = re.compile(r"^\*\*(\d+\.\d+) ", re.MULTILINE)
NO_PROSE = re.compile(
    r"\[[^\]]*: eprint [^\]]*\]|^\| 2\^[^\n]*|^    [^\n]*|^```.*?^```|`[^`]+`|^\*\*\d+\.\d+|\[[^\]]*\]\([^)]*\)",
    re.MULTILINE | re.DOTALL,
)
"""Other texts' theorems, tables of figures, blocks, code, titles, links."""

NUMBER = re.compile(r"(?<![\d.,])(\d{1,2})\.(\d)(?![\d.]*\d)")


def linked(page: Page, text: str, protocol: str) -> str:
    """A page with its citations as links; that of the protocol with places for them."""
    if page.source not in CITING:
        return text
    known = set(TITLED.findall(protocol))
    parts, end = [], 0
    for found in NO_PROSE.finditer(text):
        parts += [cite(text[end : found.start()], known), found[0]]
        end = found.end()
    whole = "".join([*parts, cite(text[end:], known)])
    if page.source != CITING[0]:
        return whole
    return re.sub(r"^## 7\.", "(s7)=\n## 7.", TITLED.sub(r"(s\1)=\n**\1 ", whole), flags=re.MULTILINE)


def cite(text: str, known: set[str]) -> str:
    """The text with each number of a section as a link to it; of a check (7) to their list."""

    def link(found: re.Match[str]) -> str:
        if found[1] == "7":
            return f"[{found[0]}](#s7)"
        return f"[{found[0]}](#s{found[0]})" if found[0] in known else found[0]

    return NUMBER.sub(link, text)
