"""Operations of a block: a transfer, a message that is sent, a message that is received."""

from __future__ import annotations

from dataclasses import dataclass, field

from l2zk.gadgets.ecgfp5 import Point
from l2zk_ledger.keys import Digest
from l2zk_ledger.messages import DELIVERED, Message

MOST_FEE = 2**40 - 1
"""The largest fee of an operation."""


@dataclass(frozen=True)
class Signature:
    """A signature of an operation: key, a point; s, below n; challenge, below 2^128; R is s*G - challenge*key.

    It holds for one operation of one ledger, as what is signed has its identity, number and the sender's nonce.
    """

    key: Point
    s: int
    challenge: int


@dataclass(frozen=True)
class Transfer:
    """An amount from the account of a secret to an address of the same ledger.

    secret: 4 elements, or a Signature by the key of the account. recipient: an address; an account is made there if
    there is none. amount: 0 to 2^60 - 1. fee: 0 to 2^40 - 1, which leaves the ledger. nonce: how many operations the
    sender has made before, or None for whatever that is.
    """

    secret: Digest | Signature = field(repr=False)
    recipient: Digest
    amount: int
    fee: int = 0
    nonce: int | None = None


@dataclass(frozen=True)
class Send:
    """An amount from the account of a secret to an address of another ledger, by a message.

    destination: the number of the other ledger; 0 is a withdrawal to the settlement. deadline: the last tick of the
    settlement at which the message is delivered. The rest is as for `Transfer`.
    """

    secret: Digest | Signature = field(repr=False)
    destination: int
    recipient: Digest
    amount: int
    fee: int = 0
    deadline: int = 0
    nonce: int | None = None


@dataclass(frozen=True)
class Receive:
    """The next message of the inbox, with its outcome: DELIVERED, or OVERDUE and nothing happens."""

    message: Message
    outcome: int = DELIVERED


Operation = Transfer | Send | Receive
