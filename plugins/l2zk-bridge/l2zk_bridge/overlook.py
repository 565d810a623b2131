"""`overview`: what people are shown of a settlement log, read from its file in one transaction, or asked for."""

from __future__ import annotations

import sqlite3
from typing import Any

from l2zk_ledger.messages import KINDS

from l2zk_bridge import views
from l2zk_bridge.changes import tick_of
from l2zk_bridge.file import every
from l2zk_bridge.overview import BlockRow, ClaimRow, LedgerRow, MessageRow, Overview
from l2zk_bridge.seals import Row

BLOCKS = """SELECT blocks.*, tick, (SELECT digest FROM proofs WHERE proofs.event = blocks.event) AS proof,
(SELECT length(bytes) FROM proofs WHERE proofs.event = blocks.event) AS size
FROM blocks JOIN events USING (event) ORDER BY blocks.event, height"""

MESSAGES = """SELECT messages.*, events.tick, outcome, ended.tick AS ended FROM messages JOIN events USING (event)
LEFT JOIN outcomes USING (message) LEFT JOIN events AS ended ON ended.event = outcomes.event ORDER BY message"""


def overview(log: Any) -> Overview:
    """The overview of a log: of a file's, or of one behind HTTP, which answers with its own."""
    if hasattr(log, "overview"):
        return log.overview()  # type: ignore[no-any-return]
    with log._file.reading() as db:
        return read(db, log._file.clock())


def read(db: sqlite3.Connection, now: float) -> Overview:
    """The overview of a log that is open, at a time of its clock."""
    [settlement] = every(db, "SELECT * FROM settlement")
    last = every(db, "SELECT MAX(tick) AS tick FROM events")[0]["tick"]
    blocks, sums = every(db, BLOCKS), views.sums(db)
    amounts = {"deposited": sums.deposited, "in ledgers": sum(sums.balances.values()), "in flight": sums.in_flight}
    return Overview(
        identity=settlement["identity"],
        tick=max(last, tick_of(db, now)),
        tick_seconds=settlement["tick_ms"] / 1000,
        ledgers=tuple(_ledger(db, row, blocks) for row in every(db, "SELECT * FROM ledgers ORDER BY number")),
        blocks=tuple(_blocks(blocks)),
        messages=tuple(_message(row) for row in every(db, MESSAGES)),
        claims=tuple(_claim(db, one) for one in views.claims(db)),
        sums=amounts | {f"left as {kind}": amount for kind, amount in sums.claims.items()},
        agree=sums.holds,
    )


def _ledger(db: sqlite3.Connection, row: Row, blocks: list[Row]) -> LedgerRow:
    head = views.head(db, row["number"])
    mine = [block for block in blocks if block["ledger"] == head.number]
    waiting = "SELECT COUNT(*) AS n FROM messages WHERE destination = ? AND position >= ?"
    return LedgerRow(
        number=head.number,
        name=row["name"],
        depth=row["depth"],
        height=head.height,
        root="".join(f"{one:016x}" for one in head.root),
        received=head.received,
        sent=head.sent,
        waiting=every(db, waiting, head.number, head.received)[0]["n"],
        operations=sum(block["operations"] for block in mine),
        fees=sum(block["fees"] for block in mine),
        balance=head.balance,
        last=head.tick,
        closed=head.closed,
    )


def _blocks(rows: list[Row]) -> list[BlockRow]:
    """Blocks with the messages of each: the log has counts since the ledger's beginning."""
    before: dict[int, tuple[int, int]] = {}
    found = []
    for row in rows:
        received, sent = before.get(row["ledger"], (0, 0))
        before[row["ledger"]] = row["received"], row["sent"]
        counts = {"received": row["received"] - received, "sent": row["sent"] - sent, "bytes": row["size"]}
        plain = {name: row[name] for name in ("ledger", "height", "tick", "root", "operations", "fees", "proof")}
        found.append(BlockRow(**plain, **counts))
    return found


def _message(row: Row) -> MessageRow:
    plain = {name: row[name] for name in ("tick", "source", "destination", "sequence", "amount", "deadline", "ended")}
    return MessageRow(
        number=row["message"], kind=KINDS.get(row["kind"], "?"), state=row["outcome"] or "in flight", **plain
    )


def _claim(db: sqlite3.Connection, claim: views.Claim) -> ClaimRow:
    to = claim.recipient or "".join(f"{one:016x}" for one in claim.address)
    return ClaimRow(claim.tick, claim.ledger, claim.kind, claim.amount, (to.strip("0") and to) or "–")


def copy(log: Any) -> bytes:
    """The file of a log as it is at one moment, whatever others write meanwhile."""
    if hasattr(log, "copy"):
        return log.copy()  # type: ignore[no-any-return]
    with log._file.reading() as db:
        return bytes(db.serialize())
