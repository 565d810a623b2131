"""The state of a ledger in a file of JSON: written whole or not at all, and looked at wholly when it is read."""

from __future__ import annotations

import errno
import json
import os
import stat
from itertools import pairwise
from typing import Any

import numpy as np

from l2zk.base.wording import short
from l2zk.errors import ArgumentError
from l2zk_ledger import messages
from l2zk_ledger.durable import replace_file
from l2zk_ledger.keys import address_text, parse_address
from l2zk_ledger.reading import FileError, parsed
from l2zk_ledger.state import MOST_DEPTH, State

KIND, VERSION = "l2zk ledger state", 1
"""What a file says that it is."""

DIGESTS = ("identity", "root", "inbox", "outbox")
COUNTS = ("number", "height", "received", "sent")
FIELDS = ("kind", "version", "depth", *DIGESTS, *COUNTS, "accounts")


def state_bytes(state: State) -> bytes:
    """The state as a text in JSON, an account a line: address, balance, nonce."""
    head: dict[str, Any] = {"kind": KIND, "version": VERSION, "depth": state.depth}
    head |= {name: address_text(getattr(state, name)) for name in DIGESTS}
    head |= {name: getattr(state, name) for name in COUNTS}
    lines = [json.dumps([address_text(one.address), one.balance, one.nonce]) for one in state.accounts()]
    body = ",\n".join(lines)
    return f'{json.dumps(head, indent=0)[:-2]},\n"accounts": [\n{body}\n]\n}}\n'.encode()


def save(state: State, path: str | os.PathLike[str]) -> None:
    """Write the state to a file, in place of the old one once it is whole."""
    replace_file(path, state_bytes(state))


def load(path: str | os.PathLike[str]) -> State:
    """The state in a file; raises FormatError that names what is wrong, another root among it."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe or a device may never end
        raise OSError(errno.EINVAL, "it is no file that can be replaced", os.fspath(path))
    with open(path, "rb") as file:
        return state_from(file.read(), os.fspath(path))


def state_from(data: bytes, where: str = "the state") -> State:
    """The state of a text in JSON; `where` names it in errors."""
    try:
        return _read(data)
    except (ValueError, ArgumentError) as error:
        raise FileError(f"{where} is no state of a ledger: {error}") from None


def _read(data: bytes) -> State:
    given = parsed(data)
    if not isinstance(given, dict) or given.get("kind") != KIND:
        raise ValueError(f"it is no object in JSON with kind {KIND!r}")
    if given.get("version") != VERSION or type(given["version"]) is not int:
        raise ValueError(f"its version is {short(given.get('version'))}, and this library reads version {VERSION}")
    if set(given) != set(FIELDS):
        raise ValueError(f"it has the fields {', '.join(FIELDS)}, and no others")
    digests = {name: _digest(given[name], name) for name in DIGESTS}
    counts = {name: _whole(given[name], name, messages.MOST_NUMBER) for name in COUNTS}
    state = State(digests["identity"], _whole(given["depth"], "depth", MOST_DEPTH), counts["number"])
    state.inbox, state.outbox = digests["inbox"], digests["outbox"]
    state.height, state.received, state.sent = counts["height"], counts["received"], counts["sent"]
    _fill(state, given["accounts"])
    if state.root != digests["root"]:
        raise ValueError("root is not the one of its accounts")
    return state


def _fill(state: State, rows: Any) -> None:
    """Put the accounts into the state."""
    if not isinstance(rows, list):
        raise ValueError("accounts is a list")
    addresses, figures = [], []
    for number, row in enumerate(rows):
        name = f"account {number}"
        if not isinstance(row, list) or len(row) != 3:
            raise ValueError(f"{name} is a list of address, balance and nonce")
        addresses.append(_digest(row[0], f"the address of {name}"))
        balance = _whole(row[1], f"the balance of {name}", messages.MOST_AMOUNT)
        figures.append((balance, _whole(row[2], f"the nonce of {name}", messages.MOST_NUMBER)))
    places = [state.place(one) for one in addresses]
    if any(one >= other for one, other in pairwise(places)):
        raise ValueError("accounts stand in the order of their places, one at each")
    if sum(balance for balance, _ in figures) > messages.MOST_AMOUNT:
        raise ValueError("the sum of all balances is to be below 2^60")
    if rows:
        state.put(np.array(addresses, dtype=np.uint64), np.array(figures, dtype=np.uint64))


def _digest(value: Any, name: str) -> tuple[int, int, int, int]:
    try:
        return parse_address(value)
    except ArgumentError:
        raise ValueError(f"{name} has 64 hexadecimal digits, 16 for each element below p") from None


def _whole(value: Any, name: str, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{name} is an integer from 0 to {most}")
    return value
