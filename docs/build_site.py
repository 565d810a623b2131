"""Builds the site from the repository's Markdown: `python docs/build_site.py`, then open build/site/html/index.html.

The generator is Sphinx with MyST and the theme Furo: its search loads an index as a script, so that it works from files
without a server, and a reference that leads nowhere is an error to it. MkDocs Material is in maintenance, its search
asks for a server, and Zensical, which is to follow it, is young.

The Markdown stays where it is. `web/contents.py` names the pages, `web/links.py` turns their links, `web/pictures.py`
lets the library draw, `web/formulas.py` sets powers and indices, `web/checker.py` adds the page that verifies,
`web/audit.py` looks at what was built, and `web/look.py` shows it in a browser. The tools stand in the group "site"
of pyproject.toml.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from time import monotonic

WEB = Path(__file__).parent / "web"
sys.path.insert(0, str(WEB))

import checker  # noqa: E402
from audit import faults  # noqa: E402
from contents import ROOT, found_pages, front_page  # noqa: E402
from pictures import draw_into  # noqa: E402
from stage import staged  # noqa: E402

PLACE = ROOT / "build" / "site"


def main() -> int:
    """The site, and 1 where something is wrong with it."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--place", type=Path, default=PLACE, help="the folder, which is emptied (default: build/site)")
    place = parser.parse_args().place.resolve()
    begun = monotonic()
    shutil.rmtree(place, ignore_errors=True)
    draw_into(place / "pages" / "pictures")
    lay_out(place / "pages")
    if generate(place):
        return 1
    checker.add_to(place / "html")
    wrong = faults(place / "html")
    print(
        "\n".join(wrong) or f"{count(place)} pages in {place / 'html'}, no link is broken, {monotonic() - begun:.0f} s"
    )
    return bool(wrong)


def lay_out(folder: Path) -> None:
    """Write what the generator reads: the pages with their links turned, and the files that they lead to."""
    for name, text in staged(found_pages(), front_page()).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text) if isinstance(text, bytes) else target.write_text(text, encoding="utf-8")


def generate(place: Path) -> int:
    """Run the generator, to which each warning is an error; its exit code."""
    from sphinx.application import Sphinx

    folders = (place / "pages", WEB, place / "html", place / "trees")
    site = Sphinx(*folders, "html", status=None, warningiserror=True, parallel=os.cpu_count() or 1)
    site.build()
    return int(site.statuscode)


def count(place: Path) -> int:
    """The number of pages that were built."""
    return sum(1 for _ in (place / "html").rglob("*.html"))


if __name__ == "__main__":
    sys.exit(main())
