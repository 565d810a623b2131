"""HTML for notebooks: headings, sentences, tables and bars of texts, each of which is escaped here.

Text has the colour of its page, lines and bars are half transparent, so that light and dark notebooks show the same;
all styles stand in the elements, as some pages drop others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

GOOD, BAD = "#2a9d5c", "#dc4c4c"
"""Of what is satisfied, and of what fails: readable on white and on black."""

LINE = "rgba(128,128,128,0.4)"
BAR = "rgba(70,130,220,0.55)"
MARK = "rgba(220,76,76,0.3)"

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})

_TABLE = "border-collapse:collapse;margin:0.4em 0;font-variant-numeric:tabular-nums"
_CELL = "padding:0.1em 0.6em;text-align:"
_WIDEST = 16  # em, of a bar


def escape(text: str) -> str:
    """The text with nothing in it that HTML would read as its own."""
    return text.translate(_ESCAPES)  # `html.escape` does the same, and loads a list of all entities first


def bytes_text(count: int) -> str:
    """A number of bytes, and the same in larger units where it is large."""
    for power, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if count >= 1 << power:
            return f"{count:,} bytes ({count / (1 << power):.3g} {unit})"
    return f"{count:,} bytes"


def block(*parts: str) -> str:
    """Parts as one element; wide ones get a scroll bar of their own."""
    return f'<div style="overflow-x:auto;text-align:left">{"".join(parts)}</div>'


def heading(text: str, ok: bool | None = None) -> str:
    """A line in bold; `ok`: with the mark of what is satisfied, or of what fails."""
    colour, sign = (GOOD, "✓") if ok else (BAD, "✗")
    mark = "" if ok is None else f'<span style="color:{colour}">{sign}</span> '
    return f"<p>{mark}<b>{escape(text)}</b></p>"


def sentences(*texts: str) -> str:
    """Lines of text; nothing if there are none."""
    return f"<p>{'<br>'.join(map(escape, texts))}</p>" if texts else ""


def codes(*texts: str) -> str:
    """Lines of code; nothing if there are none."""
    return f"<p>{'<br>'.join(f'<code>{escape(text)}</code>' for text in texts)}</p>" if texts else ""


def listing(texts: Iterable[str]) -> str:
    """A list of sentences."""
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    words: int = 1,
    marked: Collection[tuple[int, int]] = (),
    titles: dict[tuple[int, int], str] | None = None,
) -> str:
    """A table of texts: the first `words` columns are set left, the others right.

    marked: (row, column) of entries that stand out. titles: by (row, column) what an entry says when pointed at.
    """
    lines = [_row("th", head, words, f"border-bottom:1px solid {LINE};")] if any(head) else []
    for number, row in enumerate(rows):
        style = {column: f"background:{MARK};" for at, column in marked if at == number}
        hint = {column: text for (at, column), text in (titles or {}).items() if at == number}
        lines.append(_row("td", row, words, "", style, hint))
    return f'<table style="{_TABLE}">{"".join(lines)}</table>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A table of names with what they are."""
    return table((), pairs, words=2)


def bars(rows: Sequence[tuple[str, float, str]], head: Sequence[str] = ("", "", "")) -> str:
    """A table of (name, amount, the amount as text) with a bar for each amount, the greatest one's the longest."""
    most = max((amount for _, amount, _ in rows), default=0) or 1
    lines = [_row("th", head, 1, f"border-bottom:1px solid {LINE};")] if any(head) else []
    for name, amount, text in rows:
        bar = f"display:inline-block;height:0.8em;width:{_WIDEST * amount / most:.2f}em;background:{BAR}"
        cells = _cell("td", name, "left") + _cell("td", text, "right")
        lines.append(f'<tr>{cells}<td style="{_CELL}left"><span style="{bar}"></span></td></tr>')
    return f'<table style="{_TABLE}">{"".join(lines)}</table>'


def _row(
    tag: str,
    entries: Sequence[str],
    words: int,
    style: str,
    styles: dict[int, str] | None = None,
    titles: dict[int, str] | None = None,
) -> str:
    cells = [
        _cell(
            tag,
            entry,
            "left" if column < words else "right",
            style + (styles or {}).get(column, ""),
            (titles or {}).get(column, ""),
        )
        for column, entry in enumerate(entries)
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _cell(tag: str, entry: str, side: str, style: str = "", title: str = "") -> str:
    hint = f' title="{escape(title)}"' if title else ""
    return f'<{tag} style="{style}{_CELL}{side}"{hint}>{escape(entry)}</{tag}>'


def verdict(text: str, ok: bool) -> str:
    """A text whose first line is a verdict: a heading with its mark, and a list of the other lines."""
    first, *others = text.splitlines()
    lines = [line.strip().removeprefix("- ") for line in others if line.strip()]
    return block(heading(first, ok), listing(lines) if lines else "")
