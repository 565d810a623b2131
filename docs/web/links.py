"""Links of the repository's Markdown as links of the site.

A page's file becomes the page. Any other file or folder of the repository becomes a page of its own that shows it, as
the repository has no home on a host that a link could lead to. So does a file whose name stands in code, such as
`examples/sbox.py`.
"""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path

from contents import ROOT, Page, outside_fences

LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\])\(([^)\s]+)\)")
NAMED = re.compile(r"(?<![\[`])`([\w.-]+(?:/[\w.-]+)+\.(?:py|pyx|pxi|pxd|c|h|md|svg|toml))`(?![\]`])")
FOR_DEVELOPERS = "The project"
"""The heading of pages whose readers have the repository: names in code are no links there."""

COPIED = (".svg", ".png", ".ipynb", ".html", ".wasm", ".l2zk", ".l2air")
"""Endings of files that are put into the site as they are."""


class Turned:
    """The links of the pages, turned one page after another; `files` are those that they lead to beside pages."""

    def __init__(self, pages: list[Page]) -> None:
        self.names = {page.source: page.name for page in pages}
        self.files: set[str] = set()

    def text(self, page: Page, text: str) -> str:
        """A page with its links turned, and links where it names files."""
        linked = outside_fences(text, lambda part: LINK.sub(lambda found: self.link(page, *found.groups()), part))
        if page.heading == FOR_DEVELOPERS:
            return linked
        return outside_fences(linked, lambda part: NAMED.sub(lambda found: self.mention(page, found[1]), part))

    def link(self, page: Page, label: str, target: str) -> str:
        """A link of a page, with its target in the site."""
        if re.match(r"[a-z]+:|#", target):
            return f"{label}({target})"
        path, mark, anchor = target.partition("#")
        source = os.path.normpath(Path(page.source).parent / path)
        return f"{label}({self.target(page, source)}{mark}{anchor})"

    def mention(self, page: Page, source: str) -> str:
        """A file that stands in code, as a link to it."""
        return f"[`{source}`]({self.target(page, source)})" if source in tracked() else f"`{source}`"

    def target(self, page: Page, source: str) -> str:
        """Where a file or folder of the repository is in the site, from a page."""
        readme = f"{source}/README.md"
        place = self.names.get(source) or self.names.get(readme) if source != "." else "index"
        if place is None:
            if source not in tracked() and not (ROOT / source).is_dir():
                raise SystemExit(f"{page.source} links to {source}, which is no file of the repository")
            self.files.add(source)
            place = shown(source)
        relative = os.path.relpath(place, Path(page.name).parent)
        return relative if place.endswith(COPIED) else f"{relative}.md"


ORPHAN = "---\norphan: true\n---\n\n"
"""The head of a page that stands in no menu."""


def shown(source: str) -> str:
    """The page that shows a file, or its copy."""
    return f"source/{source}"


@cache
def tracked() -> frozenset[str]:
    """The files of the repository, those that git does not know yet too."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True).splitlines()
    return frozenset(name for name in listed if (ROOT / name).is_file())


def file_page(source: str) -> str | bytes:
    """A page that shows a file, or what is in a folder; the bytes of one that is copied."""
    path = ROOT / source
    if source.endswith(COPIED):
        return path.read_bytes()
    return f"# {source}\n\n{folder_list(source) if path.is_dir() else code(path)}"


def folder_list(source: str) -> str:
    """The files of a folder, as a list."""
    inside = sorted(name for name in tracked() if name.startswith(f"{source}/"))
    return "".join(f"- `{name}`\n" for name in inside)


LANGUAGES = {".py": "python", ".pyx": "cython", ".pxi": "cython", ".pxd": "cython", ".c": "c", ".h": "c"}


def code(path: Path) -> str:
    """A file as one block of code with numbers of lines."""
    language = LANGUAGES.get(path.suffix, "text")
    return f"~~~~~{{code-block}} {language}\n:linenos:\n\n{path.read_text(encoding='utf-8')}\n~~~~~\n"
