"""What the proof of a block states, and whether one block follows another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from l2zk.errors import ArgumentError
from l2zk_ledger.keys import Digest
from l2zk_ledger.messages import MOST_AMOUNT, MOST_NUMBER, check_digest

FOLLOWS = {
    "root": ("root_after", "root_before"),
    "inbox": ("inbox_after", "inbox_before"),
    "received": ("received_after", "received_before"),
    "outbox": ("outbox_after", "outbox_before"),
    "sent": ("sent_after", "sent_before"),
}
"""What a block begins with as the one before ended."""


@dataclass(frozen=True)
class BlockStatement:
    """The public values of a block.

    identity: of the ledger; number: its number at the settlement; height: of the block, from 1. root: of the tree of
    accounts; inbox, outbox: digests of the queues; received, sent: how many messages are in them. operations: how many
    were carried out; fees: their sum, below 2^60. Digests are tuples of 4 elements. Raises ArgumentError.
    """

    identity: Digest
    number: int
    height: int
    root_before: Digest
    root_after: Digest
    inbox_before: Digest
    received_before: int
    inbox_after: Digest
    received_after: int
    outbox_before: Digest
    sent_before: int
    outbox_after: Digest
    sent_after: int
    operations: int
    fees: int

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if one.type == "Digest":
                check_digest(value, f"{one.name} of a block")
                continue
            most = MOST_AMOUNT if one.name == "fees" else MOST_NUMBER
            if type(value) is not int or not 0 <= value <= most:
                raise ArgumentError(f"{one.name} of a block is an integer from 0 to {most}")

    def next_to(self, before: BlockStatement) -> list[str]:
        """What does not fit if this block follows `before`, by name: nothing, if it does."""
        wrong = [name for name in ("identity", "number") if getattr(self, name) != getattr(before, name)]
        wrong += ["height"] if self.height != before.height + 1 else []
        return wrong + [name for name, (old, new) in FOLLOWS.items() if getattr(before, old) != getattr(self, new)]

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, digests as lists: what JSON can hold."""
        return {name: list(one) if isinstance(one, tuple) else one for name, one in asdict(self).items()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> BlockStatement:
        """The statement with these fields; raises ArgumentError if there are others or one is missing."""
        names = [one.name for one in fields(cls)]
        if not isinstance(given, Mapping) or set(given) != set(names):
            raise ArgumentError(f"a block's statement has the fields {', '.join(names)}")
        return cls(**{name: tuple(one) if isinstance(one, list) else one for name, one in given.items()})
