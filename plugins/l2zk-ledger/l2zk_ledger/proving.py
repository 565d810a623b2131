"""`l2zk prove ledger`: transfers in a file carried out on a state in a file, the proof, and the state after it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

import l2zk
from l2zk.base.saving import Target
from l2zk.base.wording import counted, printable
from l2zk.cli.data_file import DataFile
from l2zk.cli.failure import Command
from l2zk.cli.foresight import announce
from l2zk.cli.program_commands import json_option, options_of, proof_options, threads_option
from l2zk.cli.screen import duration, print_json, progress_bar, told
from l2zk.cli.streams import is_standard_output, say
from l2zk_ledger.blocks import program_for
from l2zk_ledger.commands import current, keys_option, keys_path, state_option
from l2zk_ledger.durable import NEXT, alone, step
from l2zk_ledger.executed import Executed
from l2zk_ledger.execution import Refused, execute
from l2zk_ledger.files import state_bytes
from l2zk_ledger.keyring import Keyring
from l2zk_ledger.keys import address_text
from l2zk_ledger.state import State
from l2zk_ledger.transfers import read_transfers


def command() -> click.Command:
    """The command `l2zk prove ledger`."""
    return Command("ledger", params=_options(), callback=prove, help=prove.__doc__, short_help="A block of a ledger.")


def _options() -> list[click.Parameter]:
    transfers = "Transfers, a file of CSV with the columns sender, recipient, amount, and fee and nonce if it likes."
    return [
        state_option(),
        click.Option(["--transfers"], type=DataFile(), required=True, help=transfers),
        keys_option(),
        click.Option(["-o", "--out"], type=click.Path(dir_okay=False), required=True, help="The file of the proof."),
        *proof_options(),
        threads_option(),
        click.Option(["-v", "--verbose"], is_flag=True, help="Show the stages on stderr as they begin."),
        json_option(),
    ]


def prove(
    state: Path,
    transfers: Path,
    keys: Path | None,
    out: str,
    threads: int | None,
    verbose: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Carry out the transfers of a file as the next block of a ledger, and prove that.

    The proof is written to --out, and the state after it to --state: both, or none if the command ends before. The
    names of senders and recipients are those of `l2zk ledger account`; a recipient may be an address. A transfer that
    is refused is named by its line, with the reason, before anything is proved, and nothing is changed.
    """
    machine = l2zk.TraceZkVm(options_of(**options), threads=threads)
    place = _target(out, state, keys_path(state, keys), transfers, Path(os.path.realpath(state) + NEXT))
    with alone(os.fspath(state)):
        after = current(state)
        made = _carried_out(after, transfers, Keyring.load(keys_path(state, keys)))
        program = program_for(made)
        announce(machine, program, quiet=as_json)
        with told(verbose), progress_bar(shown=not (as_json or verbose)) as progress:
            profile = machine.profile(program, program.witness(made), progress=progress)
        step(os.fspath(state), state_bytes(after), place, bytes(profile.proof))
    _report(made, profile, out, state, as_json)


def _target(out: str, *others: Path) -> Target:
    """The file of the proof, which is none of the others."""
    if is_standard_output(out):
        raise click.UsageError("a proof that a state follows is kept in a file: -o FILE")
    if any(_is_same(out, one) for one in others):
        raise click.UsageError(f"{out} is a file that the ledger needs itself: the proof needs another one")
    return Target(out)


def _is_same(one: str, other: Path) -> bool:
    """Whether two paths are of one file, by links or by several names."""
    if os.path.exists(one) and other.exists():
        return os.path.samefile(one, other)
    return os.path.realpath(one) == os.path.realpath(other)


def _carried_out(state: State, transfers: Path, keyring: Keyring) -> Executed:
    """The block of the transfers in a file; the state becomes the one after it."""
    found = read_transfers(transfers.read_bytes(), keyring, _name(transfers))
    if not found.operations:
        raise l2zk.WitnessError(f"{found.where} has no transfer")
    try:
        return execute(state, found.operations)
    except Refused as refused:
        raise found.named(refused) from None


def _name(path: Path) -> str:
    """What an error calls a file; standard input stands in a file without a name."""
    return "standard input" if os.fspath(path).startswith("/proc/self/fd/") else os.fspath(path)


def _report(made: Executed, profile: Any, out: str, state: Path, as_json: bool) -> None:
    """Say what was proved, and where it is."""
    stated, proof = made.statement, profile.proof
    roots = {name: address_text(getattr(stated, name)) for name in ("identity", "root_before", "root_after")}
    facts = {"height": stated.height, "operations": stated.operations, "fees": stated.fees}
    if as_json:
        places = {"bytes": len(bytes(proof)), "seconds": round(profile.total, 6), "file": out, "state": str(state)}
        print_json({**roots, **facts, **places})
        return
    transfers = counted(stated.operations, "transfer")
    say(f"block {stated.height}: {transfers}, fees {stated.fees:,}, {counted(len(made.accounts.place), 'account')}")
    say("\n".join(f"{name.replace('_', ' '):12} {value}" for name, value in roots.items()))
    files = f"written to {printable(out)}, and the state to {printable(str(state))}"
    say(f"proved in {duration(profile.total)}, {len(bytes(proof)):,} bytes; {files}")
