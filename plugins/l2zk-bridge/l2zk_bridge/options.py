"""What the commands have in common: their group, the folder, users and ledgers by name, amounts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from l2zk_ledger.keys import Digest, parse_address
from l2zk_ledger.messages import MOST_AMOUNT

from l2zk_bridge.failures import BridgeError
from l2zk_bridge.folder import Folder


class Commands(click.Group):
    """The group: its commands in the order in which they were added, and errors of files as sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, as they were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise BridgeError(f"cannot use {error.filename or 'a file'}: {error.strerror or error}") from error


class Place(click.ParamType):
    """The type of a folder of the bridge."""

    name = "DIR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Folder:
        """The folder."""
        return value if isinstance(value, Folder) else Folder(Path(value))


AMOUNT = click.IntRange(1, MOST_AMOUNT)


def in_folder(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option of its folder."""
    return click.option(
        "-C",
        "--folder",
        type=Place(),
        default=".",
        metavar="DIR",
        envvar="L2ZK_BRIDGE",
        help="The folder, if it is not the one you are in; or the variable L2ZK_BRIDGE.",
    )(command)


def recipient(folder: Folder, ledger: str, user: str) -> Digest:
    """The address of a user of a ledger in this folder, or the one that 64 hexadecimal digits stand for."""
    if len(user) == 64:
        return parse_address(user)
    if ledger not in folder.names():
        raise BridgeError(f"the users of {ledger} are not in {folder.path}: give an address of 64 hexadecimal digits")
    return folder.sequencer(ledger).address(user)


def number_of(log: Any, name: str) -> int:
    """The number of a ledger by its name at the log."""
    found = {one.name: one.number for one in log.ledgers()}
    if name not in found:
        raise BridgeError(f"the log has no ledger {name!r}, but {', '.join(found) or 'none'}")
    return int(found[name])
