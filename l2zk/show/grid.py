"""Tables and sentences as lines of text that fit a width: columns in groups, long entries cut in their midst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

GAP = "  "
NARROWEST = 20
"""Columns of a screen: a narrower one is taken to have as many."""

NUMBER, NAME = 12, 16
"""Characters of an entry and of a heading, where they are cut because not all of them fit."""

INDENT = "    "


def width_of(text: str) -> int:
    """The columns of a screen that a text takes."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def shortened(text: str, most: int) -> str:
    """The text, or the beginning and the end of a long one with "…" between, in at most so many columns."""
    if width_of(text) <= most:
        return text
    start, end, left = "", "", most - 1
    for k in range(len(text)):
        for piece, at_end in ((text[k], False), (text[-1 - k], True)):
            if width_of(piece) > left:
                return f"{start}…{end}"
            left -= width_of(piece)
            start, end = (start, piece + end) if at_end else (start + piece, end)
    return text


def grid(head: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> list[str]:
    """A table as lines: its first column set left, the others right.

    width: the columns of the screen, None for any number. Where the table is wider, its columns come in groups, one
    below the other, each with the first column; entries are cut.
    """
    blocks = [_lines(*part) for part in parts(head, rows, width)]
    return [line for number, block in enumerate(blocks) for line in ([""] * (number > 0)) + block]


def parts(
    head: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None
) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The groups of a table's columns, (head, rows) of each, so that each is no wider than `width`."""
    table = [list(column) for column in zip(head, *rows)]
    if width is None or _width(table) <= width or len(table) < 2:
        yield list(head), [list(row) for row in rows]
        return
    width = max(width, NARROWEST - len(INDENT))
    first, *others = _cut(table, width)
    group = [first]
    for column in others:
        if len(group) > 1 and _width([*group, column]) > width:
            yield _turned(group)
            group = [first]
        group.append(column)
    yield _turned(group)


def _turned(group: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    head, *rows = map(list, zip(*group))
    return head, rows


def _cut(table: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The columns with entries that are short enough for two of them to stand in the width."""
    first = max(width // 3, 6)
    most = max(width - first - len(GAP), 6)
    found = [[shortened(entry, first) for entry in table[0]]]
    for name, *entries in table[1:]:
        cut = [shortened(entry, min(NUMBER, most)) for entry in entries]
        found.append([shortened(name, min(NAME, most)), *cut])
    return found


def _width(table: Sequence[Sequence[str]]) -> int:
    return sum(max(map(width_of, column)) for column in table) + len(GAP) * (len(table) - 1)


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(width_of, column)) for column in zip(head, *rows)]
    return [_line(row, widths) for row in (head, *rows)]


def _line(entries: Sequence[str], widths: Sequence[int]) -> str:
    spaces = [" " * (width - width_of(entry)) for entry, width in zip(entries, widths)]
    others = (space + entry for space, entry in zip(spaces[1:], entries[1:]))
    return GAP.join([entries[0] + spaces[0], *others]).rstrip()


def folded(text: str, width: int | None, indent: str = "") -> list[str]:
    """A sentence as lines of at most `width` columns, if there is one, broken between words where that can be."""
    if width is None or len(indent) + width_of(text) <= width:
        return [f"{indent}{text}".rstrip()]
    from textwrap import wrap

    room = max(width, NARROWEST)
    return wrap(text, room, initial_indent=indent, subsequent_indent=indent + "  " * bool(indent))
