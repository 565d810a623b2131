"""The messages of a log as a picture: a line down for each ledger, and an arrow for each message."""

from __future__ import annotations

from l2zk.show.html import escape
from l2zk_bridge.overview import IN_FLIGHT, MessageRow, Overview

MOST = 40
"""Messages in the picture, the last ones."""

ROW, TOP, LEFT = 22, 46, 90
LEAST_GAP, WIDE = 130, 860
"""Between two lines at least, and from the first to the last if that leaves more."""


def flows(view: Overview) -> str:
    """The picture, with a heading; nothing if there are no messages."""
    if not view.messages:
        return ""
    many = len(view.messages) > MOST
    shown = [one for one in view.messages if not many or one.kind != "deposit"][-MOST:]
    used = {number for message in shown for number in (message.source, message.destination)}
    gap = max(LEAST_GAP, WIDE // max(len(used) - 1, 1))
    places = {number: LEFT + gap * at for at, number in enumerate(sorted(used))}
    width, height = 2 * LEFT + gap * (len(places) - 1), TOP + ROW * len(shown) + 16
    lines = "".join(_line(view.name(number), x, height) for number, x in places.items())
    arrows = "".join(_arrow(view, message, TOP + ROW * row + 8, places, gap) for row, message in enumerate(shown))
    told = f"the last {len(shown)} messages that are no deposits" if many else "all messages"
    return (
        f"<section><h2>Who sent whom</h2><p>From the top down, {told}, in the order of the log: "
        '<span class="state delivered">delivered</span>, <span class="state in-flight">in flight</span>, '
        '<span class="state expired">expired or failed</span>, '
        '<span class="state claimed">out of the ledgers</span>.</p>'
        f'<div class="wide"><svg role="img" aria-label="messages between ledgers" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{lines}{arrows}</svg></div></section>\n'
    )


def _line(name: str, x: int, height: int) -> str:
    head = f'<text x="{x}" y="20" class="who">{escape(name[:16])}</text>'
    return f'{head}<line x1="{x}" y1="30" x2="{x}" y2="{height - 6}" class="life"/>'


def _arrow(view: Overview, message: MessageRow, y: int, places: dict[int, int], gap: int) -> str:
    start, end = places[message.source], places[message.destination]
    side = 1 if end > start else -1
    tip = end - 3 * side
    dashed = ' stroke-dasharray="4 4"' if message.state == IN_FLIGHT else ""
    head = f"{tip},{y} {tip - 8 * side},{y - 4} {tip - 8 * side},{y + 4}"
    title = (
        f"{view.name(message.source)} to {view.name(message.destination)}: {message.kind} of {message.amount:,}, "
        f"sent at tick {message.tick:,}, {message.state}"
    )
    return (
        f'<g class="{escape(message.state.replace(" ", "-"))}"><title>{escape(title)}</title>'
        f'<line x1="{start}" y1="{y}" x2="{tip}" y2="{y}"{dashed}/><polygon points="{head}"/>'
        f'<text x="{start + side * min(gap, abs(end - start)) // 2}" y="{y - 4}">{escape(_label(message))}</text></g>'
    )


def _label(message: MessageRow) -> str:
    back = {"expired": "refund of ", "failed": "given back: "}
    return f"{back.get(message.kind, '')}{message.amount:,}"
