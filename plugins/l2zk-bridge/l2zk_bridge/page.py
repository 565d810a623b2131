"""`page`: a settlement log as one HTML page, which needs nothing else: no script, font or picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files

from l2zk.show.html import bytes_text, escape
from l2zk_bridge.overview import IN_FLIGHT, Overview
from l2zk_bridge.picture import flows

MOST_ROWS = 1000
"""Rows of a table on the page, the last ones; how many are left out is said."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def page(view: Overview, audited: str = "") -> str:
    """The page of a log; audited: what an audit has said of it, in a sentence."""
    style = files("l2zk_bridge").joinpath("page.css").read_text(encoding="utf-8")
    parts = (_head(view, audited), _money(view), _ledgers(view), flows(view), _blocks(view), _messages(view))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Settlement log {escape(view.identity[:8])}</title>\n<style>\n{style}</style></head>\n"
        f"<body><main>\n{''.join(parts)}{_claims(view)}{_check()}</main></body></html>\n"
    )


def _head(view: Overview, audited: str) -> str:
    waiting = sum(message.state == IN_FLIGHT for message in view.messages)
    cards = (
        (f"{len(view.ledgers):,}", "ledgers"),
        (f"{len(view.blocks):,}", "blocks, each accepted by its proof"),
        (f"{sum(ledger.operations for ledger in view.ledgers):,}", "operations in them"),
        (f"{len(view.messages):,}", f"messages, {waiting:,} in flight"),
        (f"{view.tick:,}", f"ticks of {view.tick_seconds:g} s"),
    )
    boxes = "".join(f"<div><b>{escape(number)}</b><span>{escape(what)}</span></div>" for number, what in cards)
    told = "The sums agree." if view.agree else "The sums do not agree."
    verdict = f'<p class="{"good" if view.agree else "bad"}">{escape(" ".join((told, audited)).strip())}</p>'
    return (
        f"<header><h1>Settlement log</h1><p>{_digest(view.identity)}</p>{verdict}</header>"
        f'<section class="cards">{boxes}</section>\n'
    )


def _money(view: Overview) -> str:
    """Where the money is: a bar of its parts, and the account of what came in and where it is."""
    parts = [(f"in {ledger.name}", ledger.balance) for ledger in view.ledgers]
    parts += [(name, amount) for name, amount in view.sums.items() if name not in ("deposited", "in ledgers")]
    whole = sum(amount for _, amount in parts) or 1
    bar = "".join(_share(place, name, amount, whole) for place, (name, amount) in enumerate(parts) if amount)
    rows = [
        (f'<i class="key c{place % 8}"></i>{escape(name)}', _number(amount))
        for place, (name, amount) in enumerate(parts)
    ]
    total = ("all of it", _number(whole if any(amount for _, amount in parts) else 0))
    came = ("deposited", _number(view.sums.get("deposited", 0)))
    table = _table(("where the money is", "amount"), [*rows, total, came], right=(1,), foot=2)
    return f'<section><h2>Money</h2><div class="bar">{bar}</div>{table}</section>\n'


def _share(place: int, name: str, amount: int, whole: int) -> str:
    told = escape(f"{name}: {amount:,}")
    return f'<i class="c{place % 8}" style="width:{100 * amount / whole:.4f}%" title="{told}"></i>'


def _ledgers(view: Overview) -> str:
    head = ("ledger", "height", "root", "operations", "fees", "taken", "waiting", "sent", "money", "last block")
    rows = [
        (
            f"<b>{escape(one.name)}</b>{' <em>closed</em>' if one.closed else ''}",
            _number(one.height),
            _digest(one.root),
            *map(_number, (one.operations, one.fees, one.received, one.waiting, one.sent, one.balance)),
            f"tick {one.last:,}",
        )
        for one in view.ledgers
    ]
    note = "Taken, waiting, sent: messages. A root is the digest of all accounts of a ledger, which are not in the log."
    table = _table(head, rows, right=(1, 3, 4, 5, 6, 7, 8, 9))
    return f"<section><h2>Ledgers</h2>{table}<p>{note}</p></section>\n"


def _messages(view: Overview) -> str:
    head = ("message", "from", "to", "kind", "amount", "deadline", "sent", "ended", "state")
    rows = [
        (
            f"{one.source}:{one.sequence}",
            escape(view.name(one.source)),
            escape(view.name(one.destination)),
            escape(one.kind),
            _number(one.amount),
            _number(one.deadline) if one.deadline else "–",
            _number(one.tick),
            "–" if one.ended is None else _number(one.ended),
            f'<span class="state {escape(one.state.replace(" ", "-"))}">{escape(one.state)}</span>',
        )
        for one in view.messages[-MOST_ROWS:]
    ]
    note = "A message ends once: it is delivered before its deadline, or expires after it and its sender is refunded."
    table = _table(head, rows, right=(4, 5, 6, 7))
    return f"<section><h2>Messages</h2>{_left_out(view.messages)}{table}<p>{note}</p></section>\n"


def _blocks(view: Overview) -> str:
    head = ("block", "tick", "root", "operations", "fees", "taken", "sent", "proof", "bytes")
    rows = [
        (
            f"{escape(view.name(one.ledger))} {one.height:,}",
            _number(one.tick),
            _digest(one.root),
            *map(_number, (one.operations, one.fees, one.received, one.sent)),
            _digest(one.proof),
            f'<span title="{escape(bytes_text(one.bytes))}">{one.bytes:,}</span>',
        )
        for one in view.blocks[-MOST_ROWS:]
    ]
    table = _table(head, rows, right=(1, 3, 4, 5, 6, 8))
    return f"<section><h2>Blocks and proofs</h2>{_left_out(view.blocks)}{table}</section>\n"


def _claims(view: Overview) -> str:
    if not view.claims:
        return ""
    rows = [
        (_number(one.tick), escape(view.name(one.ledger)), escape(one.kind), _number(one.amount), _digest(one.to))
        for one in view.claims[-MOST_ROWS:]
    ]
    table = _table(("tick", "ledger", "why", "amount", "to"), rows, right=(0, 3))
    return f"<section><h2>Money that has left</h2>{_left_out(view.claims)}{table}</section>\n"


def _check() -> str:
    return (
        "<section><h2>To check it</h2><p>This page shows what the log says. <code>l2zk bridge audit</code> replays the "
        "log from its beginning and verifies every proof; whoever can rewrite the file can rewrite its history.</p>"
        "</section>\n"
    )


def _left_out(rows: Sequence[object]) -> str:
    return f"<p>The last {MOST_ROWS:,} of {len(rows):,}.</p>" if len(rows) > MOST_ROWS else ""


def _number(amount: int) -> str:
    return f"{amount:,}"


def _digest(text: str) -> str:
    """A digest by its first digits; the rest is there when it is pointed at or copied."""
    if len(text) <= 16:
        return f"<code>{escape(text)}</code>"
    return f'<code title="{escape(text)}">{escape(text[:12])}…</code>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = (), foot: int = 0) -> str:
    """A table of cells that are HTML already; the columns in `right` are set right, the last `foot` rows are sums."""
    found = list(rows)
    lines = ["".join(f"<th{_side(at, right)}>{escape(one)}</th>" for at, one in enumerate(head))]
    lines += ["".join(f"<td{_side(at, right)}>{one}</td>" for at, one in enumerate(row)) for row in found]
    marked = len(lines) - foot
    body = "".join(f"<tr{' class=sum' if foot and at >= marked else ''}>{line}</tr>" for at, line in enumerate(lines))
    return f'<div class="wide"><table>{body}</table></div>'


def _side(at: int, right: Sequence[int]) -> str:
    return ' class="r"' if at in right else ""
