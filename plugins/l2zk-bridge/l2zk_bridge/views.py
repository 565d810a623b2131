"""What the log says: heads of ledgers, messages with what became of them, claims, sums. Nothing here writes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from l2zk_ledger import messages
from l2zk_ledger.keys import Digest, parse_address
from l2zk_ledger.messages import DELIVERED, INBOX, OUTBOX, OVERDUE, Message

from l2zk_bridge.errors import Reason, Refusal
from l2zk_bridge.given import text_elements
from l2zk_bridge.seals import Row


@dataclass(frozen=True)
class Facts:
    """A ledger as it was registered, for good. root: with which it begins; bits: that its proofs have to show."""

    number: int
    name: str
    depth: int
    authority: str
    bits: int
    identity: Digest
    root: Digest


@dataclass(frozen=True)
class Head:
    """Where a ledger stands, with the fields of the next statement's "before". Height 0: it has no block yet.

    balance: all that came in less what went out. tick: of its last block, or of its registration.
    """

    number: int
    height: int
    root: Digest
    inbox: Digest
    received: int
    outbox: Digest
    sent: int
    balance: int
    tick: int
    closed: bool


@dataclass(frozen=True)
class Posted:
    """A message in the log. number: its own, from 1. position: its place in the destination's inbox, or None.

    state: "in flight", "delivered", "failed", "expired" or "claimed". tick: at which it was sent. outcome: with which
    the destination takes it, DELIVERED or OVERDUE.
    """

    number: int
    message: Message
    position: int | None
    state: str
    tick: int

    @property
    def outcome(self) -> int:
        return OVERDUE if self.state == "expired" else DELIVERED


@dataclass(frozen=True)
class Claim:
    """What has left for good, and whom it is due. kind: "withdrawal", "fees", "refund", "deposit" or "exit".

    address: who has it, zeros for fees and for deposits that could not be credited. recipient: whom an exit pays, or
    a deposit's reference.
    """

    number: int
    ledger: int
    kind: str
    address: Digest
    amount: int
    recipient: str
    tick: int


@dataclass(frozen=True)
class Sums:
    """Where all deposited money is: in ledgers, by number; in flight; claimed, by kind."""

    deposited: int
    balances: dict[int, int]
    in_flight: int
    claims: dict[str, int]

    @property
    def holds(self) -> bool:
        """Whether nothing was made and nothing lost."""
        return self.deposited == sum(self.balances.values()) + self.in_flight + sum(self.claims.values())


def one(db: sqlite3.Connection, sql: str, *given: object) -> Row | None:
    """The first row of a query."""
    return db.execute(sql, given).fetchone()


def facts(db: sqlite3.Connection, number: int) -> Facts:
    """The ledger with this number; raises Refusal NO_LEDGER."""
    row = one(db, "SELECT * FROM ledgers WHERE number = ?", number)
    if row is None:
        raise Refusal(Reason.NO_LEDGER, f"no ledger has the number {number}")
    return facts_of(row)


def facts_of(row: Row) -> Facts:
    """A row of `ledgers`."""
    identity, root = parse_address(row["identity"]), parse_address(row["root"])
    return Facts(row["number"], row["name"], row["depth"], row["authority"], row["bits"], identity, root)


def is_open(db: sqlite3.Connection, number: int) -> bool:
    """Whether a ledger has this number and is not closed."""
    there = one(db, "SELECT 1 FROM ledgers WHERE number = ?", number)
    return there is not None and one(db, "SELECT 1 FROM closings WHERE ledger = ?", number) is None


def head(db: sqlite3.Connection, number: int) -> Head:
    """Where a ledger stands; raises Refusal NO_LEDGER."""
    facts(db, number)
    last = one(db, "SELECT MAX(height) AS n FROM blocks WHERE ledger = ?", number)
    found = head_before(db, number, (last["n"] or 0) + 1)
    closed = one(db, "SELECT 1 FROM closings WHERE ledger = ?", number) is not None
    return replace(found, closed=closed, balance=found.balance - exited(db, number))


def head_before(db: sqlite3.Connection, number: int, height: int) -> Head:
    """Where a ledger stood before the block of a height, while it was open."""
    sql = "SELECT blocks.*, tick FROM blocks LEFT JOIN events USING (event) WHERE blocks.ledger = ? AND height = ?"
    row = one(db, sql, number, height - 1)
    return _genesis(db, facts(db, number)) if row is None else head_of(row)


def head_of(row: Row) -> Head:
    """Where a block, a row of `blocks`, leaves its ledger."""
    digests = {name: parse_address(row[name]) for name in ("root", "inbox", "outbox")}
    numbers = {name: row[name] for name in ("height", "received", "sent", "balance")}
    return Head(number=row["ledger"], tick=row.get("tick") or 0, closed=False, **digests, **numbers)


def _genesis(db: sqlite3.Connection, known: Facts) -> Head:
    """Where a ledger stands that has no block."""
    [tick] = one(db, "SELECT tick FROM ledgers JOIN events USING (event) WHERE number = ?", known.number).values()
    queues = [messages.start(known.identity, direction) for direction in (INBOX, OUTBOX)]
    return Head(known.number, 0, known.root, queues[0], 0, queues[1], 0, 0, tick, False)


def exited(db: sqlite3.Connection, number: int) -> int:
    """What has left a closed ledger by exits."""
    found = one(db, "SELECT SUM(amount) AS n FROM claims WHERE ledger = ? AND kind = 'exit'", number)
    return found["n"] or 0


POSTED = """SELECT messages.*, outcome, tick FROM messages LEFT JOIN (SELECT event, tick FROM events) USING (event)
LEFT JOIN (SELECT message, outcome FROM outcomes) USING (message) WHERE """


def posted(db: sqlite3.Connection, condition: str, *given: object) -> list[Posted]:
    """The messages for which a condition of SQL holds, with what became of them."""
    return [posted_of(row) for row in db.execute(POSTED + condition, given)]


def posted_of(row: Row) -> Posted:
    """A row of `messages` with its outcome and its tick, which an event that is being written has not yet."""
    message = Message.from_elements(text_elements(row["elements"]))
    return Posted(row["message"], message, row["position"], row["outcome"] or "in flight", row["tick"] or 0)


def inbox(db: sqlite3.Connection, number: int, after: int, most: int) -> list[Posted]:
    """The messages of a ledger's inbox from the position `after`, so many at most, in order."""
    facts(db, number)
    where = "destination = ? AND position >= ? ORDER BY position LIMIT ?"
    return posted(db, where, number, after, most)


def overdue(db: sqlite3.Connection, tick: int) -> list[Posted]:
    """All that may be expired at a tick."""
    return posted(db, "kind = ? AND deadline < ? AND outcome IS NULL ORDER BY message", messages.TRANSFER, tick)


def claims(db: sqlite3.Connection) -> list[Claim]:
    """All claims, in order."""
    rows = db.execute("SELECT claims.*, tick FROM claims JOIN events USING (event) ORDER BY claim")
    names = ("claim", "ledger", "kind", "address", "amount", "recipient", "tick")
    return [Claim(*(parse_address(row[name]) if name == "address" else row[name] for name in names)) for row in rows]


def sums(db: sqlite3.Connection) -> Sums:
    """Where all deposited money is."""
    deposited = _total(db, "amount", f"messages WHERE source = 0 AND kind = {messages.DEPOSIT}")
    in_flight = _total(db, "amount", "messages LEFT JOIN outcomes USING (message) WHERE outcome IS NULL")
    numbers = [row["number"] for row in db.execute("SELECT number FROM ledgers ORDER BY number")]
    kinds = [row["kind"] for row in db.execute("SELECT DISTINCT kind FROM claims ORDER BY kind")]
    claimed = {kind: _total(db, "amount", "claims WHERE kind = ?", kind) for kind in kinds}
    return Sums(deposited, {number: head(db, number).balance for number in numbers}, in_flight, claimed)


def _total(db: sqlite3.Connection, column: str, source: str, *given: object) -> int:
    """A sum that may be above 2^63: SQLite adds halves."""
    row = one(db, f"SELECT SUM({column} >> 32) AS high, SUM({column} & 4294967295) AS low FROM {source}", *given)
    return ((row["high"] or 0) << 32) + (row["low"] or 0)


def blocks(db: sqlite3.Connection, number: int) -> list[Row]:
    """The blocks of a ledger, with the ticks of their events, and digests and sizes of their proofs."""
    facts(db, number)
    sql = """SELECT blocks.*, tick, proofs.digest AS proof, length(bytes) AS size FROM blocks JOIN events USING (event)
    JOIN proofs USING (event) WHERE blocks.ledger = ? ORDER BY height"""
    return [{name: value for name, value in row.items() if name != "seal"} for row in db.execute(sql, (number,))]
