"""A block that was carried out, as arrays: what the witness of its proof is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from l2zk_ledger.messages import Message
from l2zk_ledger.operations import Operation, Receive, Signature
from l2zk_ledger.statement import BlockStatement
from l2zk_ledger.tree import Array, Level


@dataclass(frozen=True)
class Touched:
    """The accounts that a block touched, by their places, which rise; each is there after it.

    address: (n, 4). place, balance_before, balance_after, nonce_before, nonce_after: (n,); before an account was there
    both are 0. existed: (n,). time: (n,), of the last access, as in `Accesses`.
    """

    address: Array
    place: Array
    existed: NDArray[np.bool_]
    balance_before: Array
    balance_after: Array
    nonce_before: Array
    nonce_after: Array
    time: Array


@dataclass(frozen=True)
class Access:
    """The accesses to accounts of one side, sender or recipient, a row an operation, as they found the account.

    account: (n,), its row in `Touched`, or -1 where there is no access. existed: (n,), whether it was there. balance,
    nonce: (n,). time: (n,), of the access before, 0 for the first. The access of operation i has the time 2 i + 1 as a
    sender's and 2 i + 2 as a recipient's.
    """

    account: NDArray[np.int64]
    existed: NDArray[np.bool_]
    balance: Array
    nonce: Array
    time: Array


@dataclass(frozen=True)
class Executed:
    """A block that was carried out: what its proof states, and what its witness is made of.

    operations: those carried out, in order, with their nonces. received: the messages of the inbox among them, with
    outcomes; sent: those that went to the outbox. refused: places and reasons of those left out. senders, recipients:
    a row an operation. secrets: (n, 4), zeros for received messages. nodes: the touched ones of levels 0 to depth - 1.
    points: where operations are signed, (n, 5), R's u of each; else None.
    """

    statement: BlockStatement
    depth: int
    operations: tuple[Operation, ...]
    accounts: Touched
    nodes: tuple[Level, ...]
    senders: Access
    recipients: Access
    secrets: Array = field(repr=False)
    received: tuple[tuple[Message, int], ...]
    sent: tuple[Message, ...]
    refused: tuple[tuple[int, str], ...]
    points: Array | None = None

    @property
    def authority(self) -> str:
        """How those who spend show it, "preimage" or "schnorr"; "none" where nobody spends."""
        shown = {type(one.secret) for one in self.operations if not isinstance(one, Receive)}
        return "none" if not shown else "schnorr" if Signature in shown else "preimage"
