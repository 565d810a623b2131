"""Messages between ledgers, and the running digests of queues of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import l2zk
from l2zk import poseidon2
from l2zk.errors import ArgumentError
from l2zk_ledger.keys import Digest

MESSAGE_TAG = int.from_bytes(b"l2zkmsg0", "big")
"""Element 0 of a message: what it is, and the version of its layout."""

QUEUE_TAG = int.from_bytes(b"l2zkque0", "big")
"""The first element of what a queue's digest starts as the digest of."""

TRANSFER, FAILED, EXPIRED, DEPOSIT = 1, 3, 4, 5
"""Kinds of messages."""

KINDS = {TRANSFER: "transfer", FAILED: "failed", EXPIRED: "expired", DEPOSIT: "deposit"}

INBOX, OUTBOX = 0, 1
"""Directions of queues."""

DELIVERED, OVERDUE = 0, 1
"""Outcomes of a message of an inbox: it is carried out, or it came after its deadline and nothing happens."""

MOST_AMOUNT = 2**60 - 1
"""The largest amount and balance."""

MOST_NUMBER = 2**32 - 1
"""The largest number of a ledger, sequence, tick, nonce and height."""

ZERO: Digest = (0, 0, 0, 0)


@dataclass(frozen=True)
class Message:
    """A message from one ledger to another, 16 elements; 0 as a ledger's number is the settlement.

    source, destination: numbers of ledgers. sequence: its place in the source's outbox, from 0. kind: TRANSFER,
    FAILED, EXPIRED, DEPOSIT. amount: 0 to 2^60 - 1. deadline: a tick of the settlement, 0 but for transfers. sender:
    an address; of kinds FAILED and EXPIRED (sequence answered, 0, 0, 0), of DEPOSIT zeros. recipient: who is credited.
    Raises ArgumentError.
    """

    source: int
    destination: int
    sequence: int
    kind: int
    amount: int
    deadline: int
    sender: Digest
    recipient: Digest
    token: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ArgumentError(f"a message is of kind 1, 3, 4 or 5, not {self.kind!r}")
        for name, most in (("amount", MOST_AMOUNT), *((one, MOST_NUMBER) for one in NUMBERS)):
            value = getattr(self, name)
            if type(value) is not int or not 0 <= value <= most:
                raise ArgumentError(f"{name} of a message is an integer from 0 to {most}")
        if self.token != 0:
            raise ArgumentError("token of a message is 0, as there is no other")
        for name in ("sender", "recipient"):
            check_digest(getattr(self, name), f"{name} of a message")
        self._check_kind()

    def _check_kind(self) -> None:
        """Refuse fields that another kind of message has."""
        if self.kind != TRANSFER and self.deadline:
            raise ArgumentError("deadline of a message that is no transfer is 0")
        if self.kind in (FAILED, EXPIRED) and (self.sender[0] > MOST_NUMBER or any(self.sender[1:])):
            raise ArgumentError("sender of an answer is the sequence answered, 0, 0, 0")
        if self.kind == DEPOSIT and any(self.sender):
            raise ArgumentError("sender of a deposit is 0, 0, 0, 0")

    def elements(self) -> list[int]:
        """The 16 elements, in the order of the layout."""
        head = [MESSAGE_TAG, self.source, self.destination, self.sequence]
        return [*head, self.kind, self.token, self.amount, self.deadline, *self.sender, *self.recipient]

    @classmethod
    def from_elements(cls, elements: Sequence[int]) -> Message:
        """The message with these 16 elements; raises ArgumentError if they are none."""
        given = [int(one) for one in elements]
        if len(given) != 16 or given[0] != MESSAGE_TAG:
            raise ArgumentError("a message has 16 elements, the first of which is its tag")
        source, destination, sequence, kind, token, amount, deadline = given[1:8]
        ends = tuple(given[8:12]), tuple(given[12:16])
        return cls(source, destination, sequence, kind, amount, deadline, *ends, token)  # type: ignore[arg-type]

    def digest(self) -> Digest:
        """The digest of the 16 elements: two permutations of width 12."""
        return tuple(poseidon2.hash(self.elements()))  # type: ignore[return-value]


NUMBERS = ("source", "destination", "sequence", "deadline")
"""Fields of a message below 2^32."""


def check_digest(value: object, what: str) -> None:
    """Raise ArgumentError unless the value is a tuple of 4 elements."""
    if type(value) is not tuple or len(value) != 4:
        raise ArgumentError(f"{what} is a tuple of 4 elements")
    if not all(type(one) is int and 0 <= one < l2zk.MODULUS for one in value):
        raise ArgumentError(f"{what} is a tuple of 4 integers from 0 to p - 1")


def start(identity: Sequence[int], direction: int) -> Digest:
    """The digest of an empty queue, INBOX or OUTBOX, of the ledger with this identity."""
    return tuple(poseidon2.hash([QUEUE_TAG, *identity, direction]))  # type: ignore[return-value]


def advance(acc: Sequence[int], message: Message, outcome: int = DELIVERED) -> Digest:
    """The digest of a queue after one more message: compress(acc, compress(digest, [outcome, 0, 0, 0]))."""
    return advanced(acc, [message], [outcome])[-1]


def advanced(acc: Sequence[int], messages: Sequence[Message], outcomes: Sequence[int]) -> list[Digest]:
    """The digests of a queue after each of more messages."""
    entries = queue_entries(messages, outcomes)
    found, now = [], np.array(acc, dtype=np.uint64)
    for entry in entries:
        now = poseidon2.compress(now, entry)
        found.append(tuple(now.tolist()))
    return found  # type: ignore[return-value]


def queue_entries(messages: Sequence[Message], outcomes: Sequence[int]) -> NDArray[np.uint64]:
    """What a queue's digest is compressed with for each message, an array (n, 4)."""
    if not messages:
        return np.zeros((0, 4), dtype=np.uint64)
    digests = poseidon2.hash(np.array([one.elements() for one in messages], dtype=np.uint64))
    tails = np.zeros_like(digests)
    tails[:, 0] = outcomes
    return poseidon2.compress(digests, tails)
