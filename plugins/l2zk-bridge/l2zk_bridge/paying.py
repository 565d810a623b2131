"""Commands of a ledger's users and of its sequencer: account, send, deposit, withdraw, block."""

from __future__ import annotations

from pathlib import Path

import click
from l2zk_ledger.keys import address_text, parse_address
from l2zk_ledger.messages import MOST_NUMBER

from l2zk.base.wording import counted
from l2zk_bridge.folder import Folder
from l2zk_bridge.options import AMOUNT, in_folder, number_of, recipient
from l2zk_bridge.producing import settle_blocks
from l2zk_bridge.sequencer import MOST, Sequencer, Settled

FEE = click.option("--fee", type=click.IntRange(0, 2**40 - 1), default=0, help="What the ledger collects of it.")


@click.command()
@click.argument("ledger")
@click.argument("user", required=False)
@click.option("--fund", type=AMOUNT, help="Deposit so much at once.")
@in_folder
def account(folder: Folder, ledger: str, user: str | None, fund: int | None) -> None:
    """Show the account of USER at LEDGER, made if it is new; without USER all users whose secrets are here."""
    sequencer = folder.sequencer(ledger)
    if user is None:
        for name in sequencer.wallet.names():
            _show(sequencer, name)
        return
    if len(user) != 64 and user not in sequencer.wallet.names():
        sequencer.wallet.add(user)
    if fund is not None:
        sequencer.log.deposit(sequencer.facts.number, sequencer.address(user), fund)
        click.echo(f"{fund:,} are deposited and wait for the next block of {ledger}", err=True)
    _show(sequencer, user)


def _show(sequencer: Sequencer, user: str) -> None:
    found = sequencer.account(user)
    balance = "no money yet" if found is None else f"{found.balance:,}"
    click.echo(f"{user}  {address_text(sequencer.address(user))}  {balance}")


@click.command()
@click.argument("ledger")
@click.argument("sender")
@click.argument("destination")
@click.argument("to", metavar="RECIPIENT")
@click.argument("amount", type=AMOUNT)
@click.option("--deadline", type=click.IntRange(1, 2**31), default=600, show_default=True, help="Ticks from now.")
@FEE
@in_folder
def send(
    folder: Folder, ledger: str, sender: str, destination: str, to: str, amount: int, deadline: int, fee: int
) -> None:
    """Let SENDER of LEDGER pay AMOUNT to RECIPIENT of the ledger DESTINATION, which may be the same.

    It waits for the next block. To another ledger it goes as a message, which has to arrive before the deadline; after
    it the sender is refunded.
    """
    sequencer = folder.sequencer(ledger)
    address = recipient(folder, destination, to)
    if destination == ledger:
        sequencer.transfer(sender, address_text(address), amount, fee)
    else:
        last = sequencer.log.tick() + deadline
        number = number_of(sequencer.log, destination)
        sequencer.send(sender, number, address, amount, fee, deadline=last)
    click.echo(f"{sender} pays {amount:,}: it waits for the next block of {ledger}")


@click.command()
@click.argument("ledger")
@click.argument("user")
@click.argument("amount", type=AMOUNT)
@click.option(
    "--reference", help="A text that names this deposit, so that it is made once, however often it is asked for."
)
@in_folder
def deposit(folder: Folder, ledger: str, user: str, amount: int, reference: str | None) -> None:
    """Bring AMOUNT into LEDGER for USER, for which whoever keeps the log vouches."""
    log = folder.log()
    made = log.deposit(number_of(log, ledger), recipient(folder, ledger, user), amount, reference=reference)
    click.echo(f"deposit {made.message.sequence} of {amount:,} waits for the next block of {ledger}")


@click.command()
@click.argument("ledger")
@click.argument("user")
@click.argument("amount", type=AMOUNT)
@click.option("--to", metavar="ADDRESS", help="Who has a claim on it then; by default USER.")
@FEE
@in_folder
def withdraw(folder: Folder, ledger: str, user: str, amount: int, to: str | None, fee: int) -> None:
    """Let USER take AMOUNT out of LEDGER: with the next block it is a claim at the settlement."""
    sequencer = folder.sequencer(ledger)
    address = sequencer.address(user) if to is None else parse_address(to)
    sequencer.send(user, 0, address, amount, fee, deadline=MOST_NUMBER)  # it does not wait
    click.echo(f"{user} takes {amount:,} out: it waits for the next block of {ledger}")


@click.command()
@click.argument("ledgers", nargs=-1, metavar="[LEDGER]…")
@click.option("--most", type=click.IntRange(1, 2**16), default=MOST, show_default=True, help="Operations of a block.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="First take over blocks that another sequencer of the ledger settled, from its file.",
)
@in_folder
def block(folder: Folder, ledgers: tuple[str, ...], most: int, source: Path | None) -> None:
    """Prove what waits at each LEDGER, by default at all of this folder, and settle it at the log."""
    log = folder.log()
    found = [folder.sequencer(name, log) for name in ledgers or folder.names()]
    if source is not None:
        if len(found) != 1:
            raise click.UsageError("--from takes blocks of one ledger: name it")
        click.echo(f"{found[0].catch_up(source)} blocks taken over from {source}")
    before = {one.facts.name: len(one.file.refused()) for one in found}
    settled = settle_blocks(found, folder.machine(), most=most)
    for one in settled:
        click.echo(_told(one))
    for name in sorted({one.facts.name for one in found} - {one.name for one in settled}):
        click.echo(f"{name}: nothing waits")
    for one in found:
        for _, row, reason in one.file.refused()[before[one.facts.name] :]:
            click.echo(f"{one.facts.name} refuses {one.told(row)}: {reason}", err=True)


def _told(settled: Settled) -> str:
    stated, executed = settled.executed.statement, settled.executed
    how = ", which the log had already" if settled.before else ""
    return (
        f"{settled.name}: block {stated.height} is accepted{how}: {counted(stated.operations, 'operation')}, "
        f"{counted(len(executed.received), 'message')} taken, {len(executed.sent)} sent, fees {stated.fees:,}"
    )
