"""`l2zk ledger init | account | show | verify`: a ledger in files, and proofs of its blocks against roots or states."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import l2zk
from l2zk.base.wording import counted, short
from l2zk.cli.failure import failure, is_broken_pipe
from l2zk.cli.program_commands import json_option
from l2zk.cli.screen import print_json, screen, table
from l2zk.cli.streams import say
from l2zk_ledger.blocks import check_blocks, stated
from l2zk_ledger.durable import NEXT, alone, settle
from l2zk_ledger.files import load, save
from l2zk_ledger.keyring import Keyring, check_name
from l2zk_ledger.keys import Digest, address_text, identity_of, new_secret, parse_address
from l2zk_ledger.messages import MOST_AMOUNT, MOST_NUMBER
from l2zk_ledger.state import MOST_DEPTH, State
from l2zk_ledger.statement import BlockStatement

KEYS = "keys.json"
"""The name of the file of keys beside a state."""

PATH = click.Path(dir_okay=False, path_type=Path)


def state_option(default: str | None = "state.json") -> click.Option:
    """`--state`."""
    return click.Option(["--state"], type=PATH, default=default, show_default=True, help="The file of the state.")


def keys_option() -> click.Option:
    """`--keys`."""
    return click.Option(["--keys"], type=PATH, help=f"The file of names and secrets; {KEYS} beside the state.")


def keys_path(state: Path, keys: Path | None) -> Path:
    """The file of keys."""
    return keys or state.parent / KEYS


def current(path: Path) -> State:
    """The state in a file, once a step that a crash left is brought to its end."""
    happened = settle(os.fspath(path))
    if happened is not None:
        what = "was there, and the state is now the one after it" if happened else "was not there, and the state stays"
        say(f"an earlier block was left half done: its proof {what}", err=True)
    return load(path)


class Hexadecimal(click.ParamType):
    """The type of 4 elements as 64 hexadecimal digits."""

    name = "HEX"

    def convert(self, value, param, ctx):
        """The digest."""
        try:
            return parse_address(value) if isinstance(value, str) else value
        except l2zk.L2zkError:
            self.fail("64 hexadecimal digits are needed, 16 for each of 4 elements below p", param, ctx)


class RootOrState(Hexadecimal):
    """The type of a root as 64 hexadecimal digits, or of the path to a state."""

    name = "ROOT|FILE"

    def convert(self, value, param, ctx):
        """The root, or the state."""
        if isinstance(value, str) and not re.fullmatch("[0-9a-fA-F]{64}", value):
            return load(PATH.convert(value, param, ctx))
        return super().convert(value, param, ctx)


class Commands(click.Group):
    """The group: an error of a file is a sentence that names it."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (OSError, MemoryError) as error:
            if is_broken_pipe(error):
                raise
            raise failure(error) from error


@click.group(cls=Commands)
def ledger() -> None:
    """Keep a ledger in files, and verify the proofs of its blocks."""


@ledger.command()
@click.option("--state", type=PATH, default="state.json", show_default=True, help="The file to make.")
@click.option("--depth", type=click.IntRange(1, MOST_DEPTH), default=30, show_default=True, help="Levels of the tree.")
@click.option("--settlement", type=Hexadecimal(), help="The identity of its settlement; a random one without a bridge.")
@click.option("--number", type=click.IntRange(1, MOST_NUMBER), default=1, show_default=True, help="Its number there.")
def init(state: Path, depth: int, settlement: Digest | None, number: int) -> None:
    """Make a ledger without accounts, in a new file."""
    with alone(os.fspath(state)):
        if state.exists():
            raise click.UsageError(f"{state} is there already: a ledger is made in a new file")
        if os.path.lexists(os.path.realpath(state) + NEXT):
            raise click.UsageError(f"{state}{NEXT} is there, a block of another ledger that was left half done")
        made = State(identity_of(settlement or new_secret(), number), depth, number)
        save(made, state)
    say(f"identity {address_text(made.identity)}\nroot     {address_text(made.root)}")


@ledger.command(params=[state_option(), keys_option()])
@click.argument("name")
@click.option("--balance", type=click.IntRange(0, MOST_AMOUNT), help="Its money, of a ledger that has no block yet.")
def account(name: str, balance: int | None, state: Path, keys: Path | None) -> None:
    """Make a key with this name, unless there is one, and print its address.

    Its account begins with --balance, before the first block; without it, with the first transfer to it.
    """
    check_name(name)
    place = keys_path(state, keys)
    with alone(os.fspath(state)):
        now = current(state)
        keyring = Keyring.load(place) if place.exists() else Keyring()
        if name not in keyring.names:
            taken = {now.place(keyring.address(one)) for one in keyring.names}
            keyring.new(name, lambda address: now.at(now.place(address)) is None and now.place(address) not in taken)
        address = keyring.address(name)
        if balance is not None:
            now.fund({address: balance})
        keyring.save(place)
        if balance is not None:
            save(now, state)
    say(address_text(address))


@ledger.command(params=[state_option(), keys_option(), json_option()])
def show(state: Path, keys: Path | None, as_json: bool) -> None:
    """Show a ledger's state: its root, and its accounts with the names that the file of keys has for them."""
    with alone(os.fspath(state)):
        now = current(state)
    place = keys_path(state, keys)
    keyring = Keyring.load(place) if place.exists() else Keyring()
    digests = {name: address_text(getattr(now, name)) for name in ("identity", "root", "inbox", "outbox")}
    counts = {name: getattr(now, name) for name in ("depth", "number", "height", "received", "sent", "total")}
    rows = [(keyring.name_of(one.address), address_text(one.address), one.balance, one.nonce) for one in now.accounts()]
    if as_json:
        accounts = [dict(zip(("name", "address", "balance", "nonce"), row)) for row in rows]
        print_json({**digests, **counts, "accounts": accounts})
        return
    say("\n".join(f"{name:10}{value}" for name, value in {**digests, **counts}.items()))
    grid = table("name", "address", "balance", "nonce", right=("balance", "nonce"))
    for name, address, balance, nonce in rows:
        grid.add_row(name or "", address, f"{balance:,}", str(nonce))
    screen().print(grid)


@ledger.command(params=[json_option()])
@click.argument("proof", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--before", type=RootOrState(), help="The root that its first block begins with, or a file of the state.")
@click.option("--after", type=RootOrState(), help="The root that its last block ends with, or a file of the state.")
@click.option("--identity", type=Hexadecimal(), help="The ledger that it must be of.")
@click.option("--depth", type=click.IntRange(1, MOST_DEPTH), help="The depth that its tree must have.")
@click.option("--min-security", type=click.IntRange(1, 128), default=128, show_default=True, help="In proven bits.")
def verify(proof: Path, before, after, identity, depth, min_security: int, as_json: bool) -> None:
    """Verify the proof of a block, or of blocks in a row, against its old root and its new one.

    What is not given is whatever the proof states, and is printed with the word stated.
    """
    made = l2zk.Proof.load(proof)
    blocks = stated(made)
    demands = _demands(before, after, identity, depth)
    states = [one for one in (before, after) if isinstance(one, State)]
    levels = depth or next((one.depth for one in states), made.statements[0].parameters.get("depth"))
    check_blocks(l2zk.TraceZkVm(min_security=min_security), made, blocks, depth=levels)
    found = _facts(blocks, levels)
    for name, value in demands:
        if found[name] != value:
            raise l2zk.ProofError(f"the proof is of another {name}: {_shown(found[name])}, not {_shown(value)}")
    demanded = {name for name, _ in demands}
    if as_json:
        facts = {name: _shown(value) if isinstance(value, tuple) else value for name, value in found.items()}
        print_json({"verified": True, **facts, "demanded": sorted(demanded), "blocks": len(blocks)})
        return
    say(f"verified: {counted(len(blocks), 'block')} of a ledger, of {counted(found['operations'], 'operation')}")
    for name, value in found.items():
        say(f"{name:16} {_shown(value):64}  {'demanded' if name in demanded else 'stated'}")


def _demands(before, after, identity: Digest | None, depth: int | None) -> list[tuple[str, object]]:
    """What must be as the caller says, by name; a state says more than its root."""
    found = [("identity", identity)] if identity else []
    found += [("depth", depth)] if depth else []
    for one, when in ((before, "before"), (after, "after")):
        if isinstance(one, State):
            found += [(f"{name} {when}", getattr(one, name)) for name in STATED]
            found += [(name, getattr(one, name)) for name in ("identity", "number", "depth")]
        elif one:
            found.append((f"root {when}", one))
    return found


STATED = ("height", "root", "inbox", "received", "outbox", "sent")
"""What a state says of the block before it, or after it."""


def _facts(blocks: Sequence[BlockStatement], depth: int) -> dict:
    """What the proof of blocks in a row states, by name."""
    first, last = blocks[0], blocks[-1]
    found = {"identity": first.identity, "number": first.number, "depth": depth}
    for name in STATED[1:]:
        found[f"{name} before"], found[f"{name} after"] = (
            getattr(first, f"{name}_before"),
            getattr(last, f"{name}_after"),
        )
    found |= {"height before": first.height - 1, "height after": last.height}
    return found | {name: sum(getattr(one, name) for one in blocks) for name in ("operations", "fees")}


def _shown(value: object) -> str:
    return address_text(value) if isinstance(value, tuple) else short(value)
