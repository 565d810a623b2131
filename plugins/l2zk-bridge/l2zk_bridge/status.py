"""`status`: a log and the ledgers of a folder in lines of text, once, or again and again while they change."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import click

from l2zk.show.grid import folded, grid
from l2zk_bridge.overview import Overview, counted


@dataclass(frozen=True)
class Local:
    """What a ledger's own file has: accounts, pending operations, the height of a draft that is not settled.

    old: the log lacks what the file has seen in it.
    """

    accounts: int
    pending: int
    draft: int | None
    old: bool


Look = Callable[[], tuple[Overview, Mapping[str, Local]]]
"""What is shown: the log, and by name the ledgers whose files are here."""


def lines(view: Overview, local: Mapping[str, Local], width: int | None = None) -> list[str]:
    """The status as lines of at most `width` columns."""
    waits = "every" if view.tick_seconds == 1 else f"every {view.tick_seconds:g}"
    head = f"settlement {view.identity[:12]}…   tick {view.tick:,} (one {waits} s)   {len(view.blocks):,} blocks"
    told = [*folded(head, width), "", *_ledgers(view, local, width), "", *_messages(view, width), ""]
    return told + _sums(view, width)


def _ledgers(view: Overview, local: Mapping[str, Local], width: int | None) -> list[str]:
    if not view.ledgers:
        return ["no ledger is registered"]
    head = ["ledger", "height", "root", "money", "taken", "waiting", "sent", "last block", "accounts", "pending"]
    rows = []
    for one in view.ledgers:
        here = local.get(one.name)
        name = f"{one.name} (closed)" if one.closed else one.name
        counts = (one.received, one.waiting, one.sent)
        mine = ["", ""] if here is None else [f"{here.accounts:,}", f"{here.pending:,}"]
        rows.append([
            name, f"{one.height:,}", f"{one.root[:8]}…", f"{one.balance:,}", *(f"{n:,}" for n in counts),
            f"tick {one.last:,}", *mine,
        ])  # fmt: skip
    return [*grid(head, rows, width), *(line for one in _troubles(local) for line in folded(one, width))]


def _troubles(local: Mapping[str, Local]) -> list[str]:
    drafts = [(name, here.draft) for name, here in local.items() if here.draft is not None]
    told = [f"{name}: block {draft} is drafted; `l2zk bridge block {name}` goes on with it" for name, draft in drafts]
    old = [name for name, here in local.items() if here.old]
    return [*told, *(f"{name}: THE LOG IS AN OLD COPY: it lacks what {name}.db has seen in it" for name in old)]


def _messages(view: Overview, width: int | None) -> list[str]:
    if not view.messages:
        return ["no messages"]
    rows = [[state, f"{count:,}", f"{amount:,}"] for state, (count, amount) in counted(view.messages).items()]
    return grid(["messages", "count", "amount"], rows, width)


def _sums(view: Overview, width: int | None) -> list[str]:
    rows = [[name, f"{amount:,}"] for name, amount in view.sums.items()]
    verdict = "the sums agree" if view.agree else "THE SUMS DO NOT AGREE: run `l2zk bridge audit`"
    return [*grid(["sums", "amount"], rows, width), verdict]


def watch(look: Look, seconds: float, again: Callable[[], bool] = lambda: True) -> None:
    """Show the status on a terminal, anew every few seconds, until Ctrl-C; to anything else a line for each change."""
    if sys.stdout.isatty():
        _on_terminal(look, seconds, again)
        return
    before = ""
    while True:
        view, local = look()
        line = one_line(view, local)
        if line != before:
            click.echo(line)
            before = line
        if not again():
            return
        time.sleep(seconds)


def one_line(view: Overview, local: Mapping[str, Local]) -> str:
    """The status in one line, without the tick, so that it changes only when something happens."""
    ledgers = (
        f"{one.name} {one.height} {one.root[:8]} money {one.balance} waiting {one.waiting}"
        + (f" pending {local[one.name].pending}" if one.name in local else "")
        for one in view.ledgers
    )
    states = (f"{state} {count}" for state, (count, _) in counted(view.messages).items())
    return " | ".join(
        (*ledgers, ", ".join(states) or "no messages", "sums agree" if view.agree else "SUMS DO NOT AGREE")
    )


def _on_terminal(look: Look, seconds: float, again: Callable[[], bool]) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(highlight=False, emoji=False)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            shown = fitting(lines(*look(), width=console.width), console.height - 1)
            live.update(Text("\n".join([*shown, "Ctrl-C ends"])), refresh=True)
            if not again():
                return
            time.sleep(seconds)


def fitting(text: Iterable[str], height: int) -> list[str]:
    """The lines that fit on a screen; the last one says how many do not."""
    found = list(text)
    if len(found) <= max(height, 1):
        return found
    kept = found[: max(height - 1, 0)]
    return [*kept, f"… {len(found) - len(kept)} more lines"]
