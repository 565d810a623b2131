"""Looks at the site in headless Chromium, after `python docs/build_site.py`: `python docs/web/look.py`.

    docs/web/look.py                   the pages of its list in light and dark, for a desk and for a phone, as PNG files
    docs/web/look.py programs/vdf      these pages
    docs/web/look.py --search lookup   the search's first results, from files without a server

It opens the built files themselves, so that nothing but them can be seen.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "site"
PAGES = (
    "index",
    "tutorial",
    "proof-step-by-step",
    "protocol",
    "arguments",
    "comparison",
    "programs",
    "programs/sha256",
)
WIDTHS = {"desk": 1440, "phone": 390}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--allow-file-access-from-files",
    ),
)
FRAMED = """<!doctype html><body style="margin:0"><script>localStorage.setItem("theme", "{theme}")</script>
<iframe src="{page}" style="border:0;width:{width}px;height:{height}px"></iframe>"""


def main() -> None:
    """Pictures, or what a search finds."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("pages", nargs="*", help="names without an ending")
    parser.add_argument("--search", metavar="WORD", help="look up a word instead")
    parser.add_argument("--height", type=int, default=1600, help="how much of a page is seen (default: 1600)")
    parser.add_argument("--at", default="", metavar="ANCHOR", help="the heading that is seen first")
    arguments = parser.parse_args()
    if arguments.search:
        found = results(arguments.search)
        print("\n".join(found[:10]) or "nothing is found")
        sys.exit(not found)
    for page in arguments.pages or PAGES:
        for theme in ("light", "dark"):
            for name, width in WIDTHS.items():
                print(picture(page, arguments.at, theme, name, width, arguments.height))


def picture(page: str, anchor: str, theme: str, name: str, width: int, height: int) -> Path:
    """A page in a frame of this width, as a PNG."""
    target = SITE / "seen" / f"{page.replace('/', '-')}{'-' * bool(anchor)}{anchor}-{theme}-{name}.png"
    target.parent.mkdir(exist_ok=True)
    frame = SITE / "html" / "_frame.html"
    where = f"{page}.html{'#' * bool(anchor)}{anchor}"
    frame.write_text(FRAMED.format(theme=theme, page=where, width=width, height=height))
    try:
        browse(f"--window-size={width},{height}", f"--screenshot={target}", frame.as_uri())
    finally:
        frame.unlink()
    return target


def results(word: str) -> list[str]:
    """The titles that the search page shows."""
    page = browse("--dump-dom", f"{(SITE / 'html' / 'search.html').as_uri()}?q={word}")
    [_, shown] = re.split(r'id="search-results"', page, maxsplit=1)
    titles = re.findall(r"<li[^>]*><a [^>]*>(.*?)</a>", shown.split("</article>")[0])
    return [re.sub("<[^>]*>", "", title) for title in titles]


def browse(*arguments: str) -> str:
    """What the browser prints."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"this needs a browser: install one of {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *QUIET, "--virtual-time-budget=20000", f"--user-data-dir={profile}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


if __name__ == "__main__":
    main()
