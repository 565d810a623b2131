"""The text and the HTML of a report: each thing that fails with its place, the equation, the cells that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from l2zk.air.imbalance import Imbalance
from l2zk.air.violation import PRIVATE, Violation, window
from l2zk.base.wording import counted
from l2zk.show import html
from l2zk.show.grid import INDENT, folded, grid, width_of

MOST_COLUMNS = 32
"""Of the cells that a constraint reads, those of so many columns are shown."""

Failing = Violation | Imbalance


def report_text(head: Sequence[str], failing: Sequence[Failing], width: int | None) -> str:
    """The text of a report, in lines of at most `width` columns where there is one."""
    parts = [[part for line in head for part in folded(line, width)]]
    parts += [list(_text(one, width)) for one in failing]
    return "\n\n".join("\n".join(part) for part in parts)


def _text(one: Failing, width: int | None) -> Iterator[str]:
    """The lines of one thing that fails."""
    if isinstance(one, Imbalance):
        yield from folded(str(one), width)
        return
    yield from folded(one.place, width)
    for line in (*_equations(one), *_where(one)):
        yield from folded(line, width, INDENT)
    head, lines = window(one)
    if lines:
        room = None if width is None else width - width_of(INDENT)
        yield from (f"{INDENT}{line}".rstrip() for line in grid(head, lines[:MOST_COLUMNS], room))
    for line in (*_more(lines), *_known(one)):
        yield from folded(line, width, INDENT)


def report_html(head: Sequence[str], ok: bool, failing: Sequence[Failing]) -> str:
    """The same for a notebook."""
    first, *more = head
    return html.block(html.heading(first, ok), html.sentences(*more), *map(_html, failing))


def _html(one: Failing) -> str:
    if isinstance(one, Imbalance):
        return html.heading(str(one))
    head, lines = window(one)
    cells = html.table(head, lines[:MOST_COLUMNS]) if lines else ""
    where = html.sentences(*_where(one))
    known = html.sentences(*_more(lines), *_known(one))
    return html.heading(one.place) + html.codes(*_equations(one)) + where + cells + known


def _equations(violation: Violation) -> list[str]:
    """The equation and the same with values in place, and the values of its sides if they say more; of a value and its
    bits what is wrong with the value."""
    if violation.said:
        return [violation.said]
    if PRIVATE in violation.values:
        return [violation.expression, violation.filled]
    return [violation.expression, *dict.fromkeys([violation.filled, violation.values])]


def _where(violation: Violation) -> list[str]:
    """The rows of the constraint in words, and the reason for padded rows among them."""
    padding = "constraints are claimed of the padding too: choose a pad= of the columns that satisfies them"
    return [f"on {violation.domain}", *([padding] if violation.padding else [])]


def _more(lines: Sequence[object]) -> list[str]:
    more = len(lines) - MOST_COLUMNS
    return [f"… and {counted(more, 'more column')}"] if more > 0 else []


def _known(violation: Violation) -> list[str]:
    return [f"{item.kind} {item.name} = {item.value}" for item in violation.known]
