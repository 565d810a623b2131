"""Looks at a site that was built: each link and anchor leads somewhere in it, and nothing is loaded from elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}
"""Tags and attributes by which a browser loads something by itself."""

OF_OTHERS = re.compile(r"(?:url\(|@import\s+)[\"']?(?:https?:)?//[^)\"']+")
"""What a style sheet loads from another host."""


TAG = re.compile(r"<([a-z][\w-]*)((?:\s+[\w:@.-]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?)*)\s*/?>")
ATTRIBUTE = re.compile(r"(\b(?:id|name|href|src|data))=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
SCRIPT = re.compile(r"(?<=>)[^<>]*(?=</script>)|<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Read:
    """Of a page the names that it can be entered at, and where it leads: (tag, attribute, target)."""

    anchors: frozenset[str]
    links: tuple[tuple[str, str, str], ...]


@cache
def read(page: Path) -> Read:
    """A page, read."""
    text = SCRIPT.sub("", page.read_text(encoding="utf-8"))
    found = [(tag, name, unescape(a or b or c)) for tag, inside in TAG.findall(text) for name, a, b, c in named(inside)]
    anchors = {value for tag, name, value in found if name == "id" or (tag == "a" and name == "name")}
    links = [one for one in found if one[1] in ("href", "src", "data")]
    return Read(frozenset(anchors | {""}), tuple(links))


def named(inside: str) -> list[tuple[str, str, str, str]]:
    """The attributes of a tag that name or lead."""
    return ATTRIBUTE.findall(inside)


def faults(site: Path) -> list[str]:
    """A sentence for each thing that is wrong."""
    pages = sorted(site.rglob("*.html"))
    broken = [fault for page in pages for fault in faults_of(site, page)]
    styles = [
        f"{style.relative_to(site)} loads {found}"
        for style in sorted(site.rglob("*.css"))
        for found in OF_OTHERS.findall(style.read_text(encoding="utf-8"))
    ]
    return broken + styles + unsearched(site, pages)


GENERATED = ("genindex", "search", "check-a-proof")
"""Pages of the generator's own, and the one that verifies."""


def unsearched(site: Path, pages: list[Path]) -> list[str]:
    """The pages that the search does not know."""
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    found = re.search(r'"docnames":(\[[^\]]*\])', index)
    known = {*json.loads(found[1] if found else "[]"), *GENERATED}
    names = [page.relative_to(site).with_suffix("").as_posix() for page in pages]
    return [f"the search does not know {name}" for name in names if name not in known]


def faults_of(site: Path, page: Path) -> list[str]:
    """What is wrong with the links of a page."""
    name = page.relative_to(site).as_posix()
    return [f"{name} {fault}" for link in read(page).links if (fault := wrong(site, page, *link))]


def wrong(site: Path, page: Path, tag: str, attribute: str, target: str) -> str:
    """What is wrong with a link, or nothing."""
    parts = urlsplit(target)
    if parts.scheme in ("http", "https") or parts.netloc:
        return f"loads {target} from another host" if (tag, attribute) in LOADED else ""
    if parts.scheme:
        return "" if parts.scheme in ("mailto", "data") else f"links to {target}"
    place = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not place.is_file() or not place.is_relative_to(site):
        return f"links to {target}, which is not there"
    anchor = unquote(parts.fragment)
    if place.suffix == ".html" and anchor not in read(place).anchors:
        return f"links to {target}, where no such heading is"
    return ""
