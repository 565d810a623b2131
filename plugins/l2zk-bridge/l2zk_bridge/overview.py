"""Overview: all that people are shown of a settlement log, of one moment; from a file, or as JSON from behind HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

IN_FLIGHT = "in flight"
"""The state of a message that is neither delivered nor ended otherwise."""


@dataclass(frozen=True)
class LedgerRow:
    """A ledger as its last block leaves it.

    root: 64 hexadecimal digits. received, sent: messages of all blocks; waiting: of the inbox, not taken yet.
    operations, fees: sums of all blocks. balance: the money in it. last: the tick of the last block, of the
    registration if there is none.
    """

    number: int
    name: str
    depth: int
    height: int
    root: str
    received: int
    sent: int
    waiting: int
    operations: int
    fees: int
    balance: int
    last: int
    closed: bool


@dataclass(frozen=True)
class BlockRow:
    """A block: at which tick it was accepted, its root, how many messages it took and sent, its proof's digest and
    bytes. Blocks that were proved together have one proof."""

    ledger: int
    height: int
    tick: int
    root: str
    operations: int
    fees: int
    received: int
    sent: int
    proof: str
    bytes: int


@dataclass(frozen=True)
class MessageRow:
    """A message, by its place in the log: ledgers by number, 0 is the settlement; tick: when it was sent; ended: when
    it ended, None in flight; state: IN_FLIGHT, or how it ended."""

    number: int
    tick: int
    source: int
    destination: int
    sequence: int
    kind: str
    amount: int
    deadline: int
    state: str
    ended: int | None


@dataclass(frozen=True)
class ClaimRow:
    """Money that left the ledgers for good: kind says why, `to` is the address or the text that gets it."""

    tick: int
    ledger: int
    kind: str
    amount: int
    to: str


@dataclass(frozen=True)
class Overview:
    """A settlement log: identity (64 hexadecimal digits), its clock, rows in the log's order, and the sums.

    sums: amounts by where money came from or is; agree: whether they come out even.
    """

    identity: str
    tick: int
    tick_seconds: float
    ledgers: tuple[LedgerRow, ...]
    blocks: tuple[BlockRow, ...]
    messages: tuple[MessageRow, ...]
    claims: tuple[ClaimRow, ...]
    sums: Mapping[str, int]
    agree: bool

    def name(self, number: int) -> str:
        """A ledger's name by its number; a message may go to a number that no ledger has."""
        if number == 0:
            return "settlement"
        return self.ledgers[number - 1].name if number <= len(self.ledgers) else f"ledger {number}"

    def as_dict(self) -> dict[str, Any]:
        """What JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Overview:
        """The view that `as_dict` gave. Raises TypeError or KeyError for anything else.

        It may come from a stranger: each value has its type, and what is shown on a terminal is printable.
        """
        kinds = {"ledgers": LedgerRow, "blocks": BlockRow, "messages": MessageRow, "claims": ClaimRow}
        rows = {name: tuple(_checked(kind(**row)) for row in given[name]) for name, kind in kinds.items()}
        plain = {one.name: given[one.name] for one in fields(cls) if one.name not in rows}
        for name, amount in dict(plain["sums"]).items():
            _check(name, name, "str")
            _check(name, amount, "int")
        return _checked(cls(**plain, **rows))


TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "bool": (bool,),
    "str": (str,),
    "float": (int, float),
    "int | None": (int, type(None)),
}
"""Types of plain fields."""


def _checked(row: Any) -> Any:
    """A row, or an overview, whose plain fields have their types."""
    for one in fields(row):
        _check(one.name, getattr(row, one.name), str(one.type))
    return row


def _check(name: str, value: object, kind: str) -> None:
    """Raise TypeError unless a value is of a kind that a field names."""
    if kind in TYPES and (type(value) not in TYPES[kind] or (isinstance(value, str) and not value.isprintable())):
        raise TypeError(f"{name} is no {kind}")


def counted(messages: tuple[MessageRow, ...]) -> dict[str, tuple[int, int]]:
    """How many messages are in each state, and their amounts together; answers of the log and of ledgers among them."""
    found: dict[str, tuple[int, int]] = {}
    for message in messages:
        count, amount = found.get(message.state, (0, 0))
        found[message.state] = (count + 1, amount + message.amount)
    return found
