"""Commands that look at a log: status, messages, audit, page."""

from __future__ import annotations

from pathlib import Path

import click

from l2zk.base.saving import Target
from l2zk.cli.screen import print_json, terminal_width
from l2zk.show.grid import grid
from l2zk_bridge.auditing import audited
from l2zk_bridge.failures import BridgeError
from l2zk_bridge.folder import Folder
from l2zk_bridge.options import Place, in_folder
from l2zk_bridge.overlook import overview
from l2zk_bridge.page import page as html
from l2zk_bridge.status import lines, watch

JSON = click.option("--json", "as_json", is_flag=True, help="Print an object for machines.")


@click.command()
@click.option("--watch", "watched", is_flag=True, help="Go on, and show what changes, until Ctrl-C.")
@click.option("--every", type=click.FloatRange(0.1), default=1.0, show_default=True, help="Seconds between two looks.")
@JSON
@in_folder
def status(folder: Folder, watched: bool, every: float, as_json: bool) -> None:
    """Show ledgers, messages and sums of a log, and what waits in the ledgers' files here."""
    log = folder.log()
    if watched:
        watch(lambda: (overview(log), folder.local(log)), every)
    elif as_json:
        print_json({**overview(log).as_dict(), "local": {name: vars(one) for name, one in folder.local(log).items()}})
    else:
        click.echo("\n".join(lines(overview(log), folder.local(log), terminal_width())))


@click.command()
@click.option("--state", help="Only those that are so: in flight, delivered, failed, expired, claimed.")
@JSON
@in_folder
def messages(folder: Folder, state: str | None, as_json: bool) -> None:
    """List the messages between ledgers, in the order of the log."""
    seen = overview(folder.log())
    found = [one for one in seen.messages if state in (None, one.state)]
    if as_json:
        print_json({"messages": [vars(one) for one in found]})
        return
    head = ["message", "from", "to", "kind", "amount", "deadline", "sent", "ended", "state"]
    rows = [
        [
            f"{one.source}:{one.sequence}",
            seen.name(one.source),
            seen.name(one.destination),
            one.kind,
            f"{one.amount:,}",
            f"{one.deadline:,}" if one.deadline else "",
            f"{one.tick:,}",
            "" if one.ended is None else f"{one.ended:,}",
            one.state,
        ]
        for one in found
    ]
    click.echo("\n".join(grid(head, rows, terminal_width())) if rows else "no messages")


@click.command()
@JSON
@in_folder
def audit(folder: Folder, as_json: bool) -> None:
    """Play the whole log again, from public data alone, and verify every proof; fails if anything is off."""
    told = audited(folder.log())
    if as_json and told.found:
        print_json(told.as_dict())
    elif told.found:
        click.echo(told.sentence)
    else:
        click.echo("\n".join(told.faults), err=True)
        raise BridgeError(told.sentence)


@click.command()
@click.argument("folder", type=Place(), default=".", metavar="[DIR]")
@click.option("-o", "out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@click.option("--audit", "with_audit", is_flag=True, help="Audit the log too, and say on the page that it was clean.")
def page(folder: Folder, out: Path, with_audit: bool) -> None:
    """Write the log of DIR as one HTML page, which needs nothing else."""
    log = folder.log()
    told = audited(log).sentence if with_audit else ""
    Target(out).write(html(overview(log), told).encode())
    click.echo(f"{out}: the log of {folder.path}")
