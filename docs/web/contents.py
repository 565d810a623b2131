"""The pages of the site: which Markdown of the repository each one is, under which heading of the menu it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

MENU: dict[str, dict[str, str]] = {
    "Learn": {
        "docs/tutorial.md": "Tutorial",
        "docs/patterns.md": "Patterns",
        "docs/proof-step-by-step.md": "A proof opened step by step",
        "docs/reference.md": "Reference",
        "examples/README.md": "Examples",
    },
    "Programs": {"plugins/README.md": "Programs that ship"},
    "A ledger and a bridge": {
        "plugins/l2zk-ledger/README.md": "The ledger",
        "plugins/l2zk-bridge/README.md": "The bridge",
        "plugins/l2zk-bridge/BRIDGE.md": "Rules of the settlement log",
    },
    "Many proofs": {
        "docs/aggregation.md": "Aggregation",
        "docs/cluster.md": "Clusters",
        "examples/service.py": "A service",
        "docs/metrics.md": "Metrics",
    },
    "What a proof is worth": {
        "l2zk/PROTOCOL.md": "The protocol",
        "docs/soundness.md": "The arguments",
        "SECURITY.md": "Security",
        "verify/README.md": "Verifiers without Python",
        "docs/comparison.md": "How it compares",
    },
    "The project": {
        "README.md": "README",
        "CONTRIBUTING.md": "Working on it",
        "tests/README.md": "Tests",
        "benchmarks/README.md": "Benchmarks",
        "CHANGELOG.md": "Changes",
    },
}
"""For each heading the files that are its pages, with their names in the menu. A file that is not there has no page."""

NAMES = {
    "README.md": "readme",
    "SECURITY.md": "security",
    "CONTRIBUTING.md": "contributing",
    "CHANGELOG.md": "changes",
    "l2zk/PROTOCOL.md": "protocol",
    "docs/soundness.md": "arguments",
    "plugins/README.md": "programs",
    "plugins/l2zk-bridge/BRIDGE.md": "programs/settlement-log",
}
"""Names of pages in the site that are not those of their files or folders."""


@dataclass(frozen=True)
class Page:
    """source: its file from the root. name: in the site, without an ending. title: in the menu. heading: above it."""

    source: str
    name: str
    title: str
    heading: str


def found_pages() -> list[Page]:
    """All pages whose files are there, in the order of the menu."""
    menu = {heading: dict(pages) for heading, pages in MENU.items()}
    plugins = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("plugins/*/README.md"))
    elsewhere = menu["A ledger and a bridge"]
    menu["Programs"] |= {source: titled(source) for source in plugins if source not in elsewhere}
    return [
        Page(source, named(source), title, heading)
        for heading, pages in menu.items()
        for source, title in pages.items()
        if (ROOT / source).exists()
    ]


def titled(source: str) -> str:
    """The name of a plugin in the menu."""
    return source.split("/")[1].removeprefix("l2zk-")


def named(source: str) -> str:
    """The name of a page in the site: of a plugin `programs/NAME`, of a README its folder, else the file's."""
    path = Path(source)
    if source in NAMES:
        return NAMES[source]
    if source.startswith("plugins/"):
        return f"programs/{titled(source)}"
    return path.parent.as_posix() if path.name == "README.md" else path.stem


def front_page() -> Page:
    """The first page, which has the menu."""
    return Page("docs/web/front.md", "index", "l2zk", "")


def menu(pages: list[Page]) -> str:
    """The menu, as MyST writes it."""
    headings = dict.fromkeys(page.heading for page in pages)
    return "\n".join(block(heading, [page for page in pages if page.heading == heading]) for heading in headings)


def block(heading: str, pages: list[Page]) -> str:
    """The pages of one heading."""
    lines = "\n".join(f"{page.title} <{page.name}>" for page in pages)
    return f"```{{toctree}}\n:hidden:\n:caption: {heading}\n\n{lines}\n```\n"


FENCED = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)


def outside_fences(text: str, change: object) -> str:
    """The text, changed by a function where it stands in no fenced block."""
    parts, end = [], 0
    for found in FENCED.finditer(text):
        parts += [change(text[end : found.start()]), found[0]]  # type: ignore[operator]
        end = found.end()
    return "".join([*parts, change(text[end:])])  # type: ignore[operator]
