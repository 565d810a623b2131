"""Commands of whoever keeps a log, and of those who leave a ledger: init, serve, exit, demo."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from l2zk_bridge.folder import LOG, Folder
from l2zk_bridge.leaving import leave
from l2zk_bridge.log import Log
from l2zk_bridge.options import Place, in_folder

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.argument("ledgers", nargs=-1, required=True, metavar="LEDGER…")
@click.option(
    "--depth", type=click.IntRange(1, 60), default=30, show_default=True, help="Levels of the ledgers' trees."
)
@click.option("--tick", type=click.FloatRange(0.001), default=1.0, show_default=True, help="Seconds of a tick.")
@click.option(
    "--silence",
    type=click.IntRange(1),
    default=86_400,
    show_default=True,
    help="Ticks without a block after which accounts may leave a ledger by their own proofs.",
)
@click.option("--log", "url", metavar="URL", help="Use the log that `l2zk bridge serve` serves there.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --log: a copy of the server's settlement.token.",
)
def init(
    folder: Path,
    ledgers: tuple[str, ...],
    depth: int,
    tick: float,
    silence: int,
    url: str | None,
    token_file: Path | None,
) -> None:
    """Make a folder with a settlement log and these ledgers; with --log, with ledgers at a log elsewhere."""
    token = None if token_file is None else token_file.read_text(encoding="ascii").strip()
    made = Folder.create(folder, ledgers, depth=depth, tick_seconds=tick, silence=silence, url=url, token=token)
    where = f"the log at {url}" if url else LOG
    click.echo(f"{made.path}: {where}, and the ledgers {', '.join(ledgers)}")


@click.command()
@click.argument("folder", type=Place(), default=".", metavar="[DIR]")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8750, show_default=True, help="0 for any that is free.")
def serve(folder: Folder, host: str, port: int) -> None:
    """Serve the log of DIR by HTTP, until Ctrl-C; the page of the log is at its root.

    There is no TLS in it: on a network that others share, put a proxy with TLS in front of it.
    """
    from l2zk_bridge.server import serve as run
    from l2zk_bridge.server import token

    log = Log.open(folder.path / LOG)
    secret = folder.path / "settlement.token"
    run(
        log,
        token(secret),
        host,
        port,
        lambda url: _listens(f"{url} serves {folder.path / LOG}; its token is in {secret}"),
    )


def _listens(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


@click.command("exit")
@click.argument("ledger")
@click.argument("user")
@click.option("--to", "recipient", required=True, help="Whom the settlement is to pay: a text that the proof is about.")
@in_folder
def exit_(folder: Folder, ledger: str, user: str, recipient: str) -> None:
    """Take USER's whole balance out of a LEDGER that has been silent, by USER's own proof.

    The first exit closes the ledger for good. It needs the accounts under the ledger's last root, which are in its file
    or in a copy of it.
    """
    claim = leave(folder.sequencer(ledger), folder.machine(), user, recipient)
    click.echo(f"{user} leaves {ledger} with {claim.amount:,}, to be paid to {claim.recipient}")


@click.command()
@click.option("--keep", type=FOLDER, metavar="DIR", help="Keep the folder of the demo here.")
def demo(keep: Path | None) -> None:
    """Tell the whole story with real proofs: two ledgers, transfers, messages, a crash, a refund, attacks, an audit."""
    from l2zk_bridge.demo import tell

    tell(keep, click.echo)
