"""What the generator reads: each page with its links turned and its pictures named, and the pages that show files."""

from __future__ import annotations

import re

import checker
from contents import ROOT, Page, menu
from links import FOR_DEVELOPERS, ORPHAN, Turned, file_page, shown
from pictures import HINTED, PLOTTED, TRACED, told
from sections import CITING, linked

HINT = re.compile(r"^<!-- picture: ([\w-]+) -->$", re.MULTILINE)
CHECKER = "<!-- the page that verifies -->"
OUTPUT = re.compile(r"^(```(?:python|console|sh)\n.*?^```\n)```text$", re.MULTILINE | re.DOTALL)


def staged(pages: list[Page], front: Page) -> dict[str, str | bytes]:
    """The files of the generator's folder by their names."""
    turned = Turned(pages)
    texts = {page.name: page_text(turned, page) for page in [front, *pages] if page.source.endswith(".md")}
    texts["reference"] = f"---\ntocdepth: 3\n---\n\n{texts['reference']}"  # of its hundreds of headings
    texts["index"] = texts["index"].replace(CHECKER, checker.sentence()) + "\n" + menu(pages)
    files: dict[str, str | bytes] = {f"{name}.md": text for name, text in texts.items()}
    shown_files: set[str] = set()
    while left := turned.files - shown_files:  # a text that is shown leads to more files
        shown_files |= left
        files |= dict(shown_file(turned, source) for source in left)
    code = [page for page in pages if not page.source.endswith(".md")]
    return files | {f"{page.name}.md": code_page(page) for page in code}


def shown_file(turned: Turned, source: str) -> tuple[str, str | bytes]:
    """The name and the text of what shows a file: a text as a page, another as code or as it is."""
    if source.endswith(".md"):
        return f"{shown(source)}.md", ORPHAN + page_text(turned, Page(source, shown(source), "", FOR_DEVELOPERS))
    page = file_page(source)
    return (shown(source), page) if isinstance(page, bytes) else (f"{shown(source)}.md", ORPHAN + page)


def page_text(turned: Turned, page: Page) -> str:
    """A page of the repository as one of the site."""
    protocol = (ROOT / CITING[0]).read_text(encoding="utf-8")
    text = turned.text(page, linked(page, (ROOT / page.source).read_text(encoding="utf-8"), protocol))
    text = OUTPUT.sub(r"\1```{code-block} text\n:class: output\n", text)
    if page.source in TRACED:
        name, words = told(page.source)
        intro, heading, rest = text.partition("\n## ")
        text = f"{intro}\n\n{picture(page, name, words)}\n\n*{words}, drawn by the library.*\n{heading}{rest}"
    return plotted(page, HINT.sub(lambda found: picture(page, *HINTED[found[1]]), text))


def plotted(page: Page, text: str) -> str:
    """The page with a picture under each block that draws one."""
    blocks = iter(PLOTTED.get(page.source, ()))
    drawing = re.compile(r"^```python\n(?:(?!^```).*\n)*?.*\.plot\((?:(?!^```).*\n)*?```$", re.MULTILINE)
    return drawing.sub(lambda found: f"{found[0]}\n\n{picture(page, *next(blocks))}", text)


def picture(page: Page, name: str, words: str) -> str:
    """A picture in light and in dark, with what it shows for those who do not see it."""
    up = "../" * page.name.count("/")
    both = [f"```{{image}} {up}pictures/{name}-{mode}.svg\n:alt: {words}\n:class: only-{mode}\n```" for mode in MODES]
    return "\n\n".join(both)


MODES = ("light", "dark")


def code_page(page: Page) -> str:
    """A page that is a file of code."""
    return str(file_page(page.source))
