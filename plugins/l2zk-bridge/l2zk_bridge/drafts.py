"""Operations as a ledger's file has them: rows of JSON with addresses in place of secrets, which the wallet has.

    ["transfer", sender, recipient, amount, fee]
    ["send", sender, destination, recipient, amount, fee, deadline]
    ["receive", the message's 16 elements, outcome]

Addresses are 64 hexadecimal digits. There are no nonces: a draft is executed on one state, which has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from l2zk_ledger.keys import parse_address
from l2zk_ledger.messages import Message
from l2zk_ledger.operations import Operation, Receive, Send, Transfer

import l2zk
from l2zk_bridge.failures import BridgeError
from l2zk_bridge.ledger_file import Row
from l2zk_bridge.wallet import Secret

Given = tuple[int, Row]
"""A pending operation with its id."""

Secrets = Mapping[str, tuple[str, Secret]]
"""(name, secret) by address, as `Wallet.by_address` gives them."""


def received(message: Message, outcome: int) -> Row:
    """The row of a message that is taken from the inbox."""
    return ["receive", message.elements(), outcome]


def operations(rows: Iterable[Row], secrets: Secrets) -> list[Operation]:
    """The operations of rows. Raises BridgeError for a sender whose secret the wallet lacks."""
    return [_operation(row, secrets) for row in rows]


def sifted(pending: Iterable[Given], secrets: Secrets) -> tuple[list[Given], list[tuple[int, str]]]:
    """Pending rows that are operations of those whose secrets are there; the others' ids, with the reason.

    One that is none would otherwise hold up the block of all.
    """
    found, refused = [], []
    for number, row in pending:
        try:
            if row[0] not in ("transfer", "send"):
                raise BridgeError("it is neither a transfer nor sent elsewhere")
            operations([row], secrets)
            found.append((number, row))
        except (l2zk.L2zkError, TypeError, ValueError, LookupError) as error:
            refused.append((number, str(error) if isinstance(error, l2zk.L2zkError) else "it is no operation"))
    return found, refused


def _operation(row: Row, secrets: Secrets) -> Operation:
    kind, *rest = row
    if kind == "receive":
        return Receive(Message.from_elements(rest[0]), rest[1])
    sender, *rest = rest
    if sender not in secrets:
        raise BridgeError(f"the wallet has no secret for the address {sender[:16]}…, whose operation is pending")
    secret = secrets[sender][1]
    if kind == "transfer":
        recipient, amount, fee = rest
        return Transfer(secret, parse_address(recipient), amount, fee)
    destination, recipient, amount, fee, deadline = rest
    return Send(secret, destination, parse_address(recipient), amount, fee, deadline)


def told(row: Sequence[object], names: Secrets) -> str:
    """A row in words, with names for the addresses that the wallet has; one that is no operation by its beginning."""
    try:
        return _told(row, names)
    except (TypeError, ValueError, LookupError):
        return repr(row)[:60]


def _told(row: Sequence[object], names: Secrets) -> str:
    kind, *rest = row
    if kind == "transfer":
        return f"{_name(rest[0], names)} pays {_name(rest[1], names)} {rest[2]:,}"
    if kind == "send":
        whom = "the settlement" if rest[1] == 0 else f"{_name(rest[2], names)} of ledger {rest[1]}"
        return f"{_name(rest[0], names)} sends {whom} {rest[3]:,} by tick {rest[5]:,}"
    return f"message {rest[0][3]} of ledger {rest[0][1]}"  # type: ignore[index]


def _name(address: object, names: Secrets) -> str:
    return names[str(address)][0] if address in names else f"{str(address)[:8]}…"
