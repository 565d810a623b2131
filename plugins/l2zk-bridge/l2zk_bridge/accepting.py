"""The rule by which the log accepts blocks: each is compared with its ledger's head field by field, then written."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from l2zk_ledger.keys import Digest, address_text
from l2zk_ledger.messages import DELIVERED, DEPOSIT, FAILED, MOST_AMOUNT, TRANSFER, ZERO, Message, advanced
from l2zk_ledger.statement import BlockStatement

from l2zk_bridge import given, queues, views
from l2zk_bridge.changes import Change
from l2zk_bridge.errors import Reason, Refusal
from l2zk_bridge.given import Block
from l2zk_bridge.views import Facts, Head, Posted


@dataclass(frozen=True)
class Accepted:
    """Blocks that the log has. height: of the last one. new: False if the log had all of them before."""

    ledger: int
    height: int
    new: bool


def had_before(db: sqlite3.Connection, digest: str, blocks: Sequence[Block]) -> bool:
    """Whether the log has these very blocks by this very proof; raises Refusal 13 if it has others of their height."""
    first = blocks[0].statement
    sql = "SELECT event FROM blocks WHERE ledger = ? AND height = ?"
    row = views.one(db, sql, first.number, first.height)
    if row is None:
        return False
    proof = views.one(db, "SELECT digest FROM proofs WHERE event = ?", row["event"])
    if proof != {"digest": digest} or stored(db, row["event"]) != list(blocks):
        raise Refusal(Reason.EQUIVOCATION, f"ledger {first.number} has another block {first.height}")
    return True


def stored(db: sqlite3.Connection, event: int) -> list[Block]:
    """The blocks that came with an event, as they were brought."""
    rows = db.execute("SELECT * FROM blocks WHERE event = ? ORDER BY height", (event,)).fetchall()
    if not rows:
        return []
    ledger = rows[0]["ledger"]
    sent = [one.message for one in views.posted(db, "event = ? AND source = ? ORDER BY sequence", event, ledger)]
    made, before = [], views.head_before(db, ledger, rows[0]["height"])
    for row in rows:
        after = views.head_of(row)
        count = after.sent - before.sent
        made.append(Block(statement_between(views.facts(db, ledger), before, after, row), tuple(sent[:count])))
        before, sent = after, sent[count:]
    return made


def statement_between(facts: Facts, before: Head, after: Head, row: views.Row) -> BlockStatement:
    """The statement of a block that leads from one head to another."""
    names = ("root", "inbox", "received", "outbox", "sent")
    sides = {
        f"{name}_{side}": getattr(head, name) for name in names for side, head in (("before", before), ("after", after))
    }
    own = {"identity": facts.identity, "number": facts.number, "height": after.height}
    return BlockStatement(**own, **sides, operations=row["operations"], fees=row["fees"])


def accept(change: Change, digest: str, proof: bytes, blocks: Sequence[Block]) -> Accepted:
    """Write blocks whose proof has verified; rules 3 and 11 to 21, and all or none."""
    last = blocks[-1].statement
    if had_before(change.db, digest, blocks):
        return Accepted(last.number, last.height, new=False)
    change.ledger = last.number
    change.insert("proofs", digest=digest, bytes=proof)
    for block in blocks:
        judged = judge(change.db, change.tick, block)
        _write(change, block, judged)
    return Accepted(last.number, last.height, new=True)


@dataclass(frozen=True)
class Judged:
    """A block that fits: how each message that it takes ended, and the ledger's balance after it."""

    ended: tuple[tuple[int, str], ...]
    balance: int


def judge(db: sqlite3.Connection, tick: int, block: Block) -> Judged:
    """Compare a block with all that the log knows; raises Refusal. Nothing is written."""
    statement = block.statement
    facts, head = views.facts(db, statement.number), views.head(db, statement.number)
    _fits(facts, head, statement)
    taken = _taken(db, tick, head, statement)
    _check_queue(
        Reason.INBOX, head.inbox, [one.message for one in taken], [one.outcome for one in taken], statement.inbox_after
    )
    _check_sent(head, block)
    failed = _failed(taken, block.messages)
    outcomes = {
        one.number: "failed" if one.number in failed else "delivered" for one in taken if one.outcome == DELIVERED
    }
    came = sum(one.message.amount for one in taken if outcomes.get(one.number) == "delivered")
    left = sum(one.amount for one in block.messages if one.kind == TRANSFER) + statement.fees
    if not 0 <= head.balance + came - left <= MOST_AMOUNT:
        raise Refusal(
            Reason.OVERDRAWN, f"ledger {head.number} has {head.balance} and gets {came}, and {left} would leave it"
        )
    return Judged(tuple(outcomes.items()), head.balance + came - left)


def _fits(facts: Facts, head: Head, statement: BlockStatement) -> None:
    """What a block begins with is what the last one ended with; rules 3, 11, 12, 14, 15, 16."""
    if head.closed:
        raise Refusal(Reason.CLOSED, f"ledger {head.number} is closed")
    if statement.identity != facts.identity:
        raise Refusal(Reason.IDENTITY, f"the block is of a ledger with another identity than ledger {facts.number}")
    if statement.height != head.height + 1:
        raise Refusal(Reason.HEIGHT, f"the block has height {statement.height}, and {head.height + 1} is next")
    if statement.root_before != head.root:
        raise Refusal(Reason.ROOT, f"the block begins with another root than block {head.height} ended with")
    if (statement.inbox_before, statement.received_before) != (head.inbox, head.received):
        raise Refusal(Reason.INBOX, f"the block begins with another inbox than block {head.height} ended with")
    if (statement.outbox_before, statement.sent_before) != (head.outbox, head.sent):
        raise Refusal(Reason.OUTBOX, f"the block begins with another outbox than block {head.height} ended with")


def _taken(db: sqlite3.Connection, tick: int, head: Head, statement: BlockStatement) -> list[Posted]:
    """The messages of the inbox that a block takes; rules 15, 17, 21."""
    count = statement.received_after - statement.received_before
    if count < 0:
        raise Refusal(Reason.INBOX, "the block takes fewer than no messages")
    if count > given.MOST_MESSAGES:
        raise Refusal(Reason.FLOOD, f"the block takes {count} messages, and {given.MOST_MESSAGES} may be taken")
    found = views.inbox(db, head.number, head.received, count)
    if len(found) != count:
        raise Refusal(Reason.INBOX, f"the block takes {count} messages, and {len(found)} are in the inbox")
    for one in found:
        if one.message.kind == TRANSFER and one.outcome == DELIVERED and tick > one.message.deadline:
            due = f"the deadline of message {one.position} is tick {one.message.deadline}, and this is tick {tick}"
            raise Refusal(Reason.DEADLINE, due)
    return found


def _check_queue(
    reason: Reason, before: Digest, messages: Sequence[Message], outcomes: Sequence[int], after: Digest
) -> None:
    """The digest of a queue is that of these messages; rules 15, 16."""
    found = [before, *advanced(before, messages, outcomes)][-1]
    if tuple(found) != after:
        raise Refusal(reason, f"the digest of the {reason} is not that of the {len(messages)} messages that are next")


def _check_sent(head: Head, block: Block) -> None:
    """The messages that a block sends are as many as it states, of its ledger, in order; rules 16, 18."""
    statement, sent = block.statement, block.messages
    if statement.sent_after - statement.sent_before != len(sent):
        stated = statement.sent_after - statement.sent_before
        raise Refusal(Reason.OUTBOX, f"the block states that it sends {stated} messages, and {len(sent)} come with it")
    for place, one in enumerate(sent):
        _check_message(head, place, one)
    _check_queue(Reason.OUTBOX, head.outbox, sent, [DELIVERED] * len(sent), statement.outbox_after)


def _check_message(head: Head, place: int, message: Message) -> None:
    """A message that a ledger may send; rules 6, 18."""
    if message.kind not in (TRANSFER, FAILED):
        raise Refusal(Reason.MESSAGE, f"message {place} is of kind {message.kind}, which the settlement alone sends")
    if message.source != head.number:
        raise Refusal(Reason.MESSAGE, f"message {place} is of ledger {message.source}, and the block of {head.number}")
    if message.sequence != head.sent + place:
        raise Refusal(
            Reason.MESSAGE, f"message {place} has sequence {message.sequence}, and {head.sent + place} is next"
        )
    if not 1 <= message.amount <= MOST_AMOUNT:
        raise Refusal(Reason.AMOUNT, f"message {place} brings {message.amount}")


def _failed(taken: Sequence[Posted], sent: Sequence[Message]) -> set[int]:
    """The messages that a block gives back, by their numbers in the log; rule 19."""
    open_ones = {_answer(one.message): one.number for one in taken if one.outcome == DELIVERED}
    found = set()
    for place, message in enumerate(sent):
        if message.kind != FAILED:
            continue
        number = open_ones.pop((message.destination, message.sender[0], message.amount, message.recipient), None)
        if number is None:
            raise Refusal(Reason.ANSWER, f"message {place} gives back what the block does not take")
        found.add(number)
    return found


def _answer(message: Message) -> tuple[int, int, int, Digest] | None:
    """What a failed answer to a message has: destination, sequence answered, amount, recipient; None if it has none."""
    if message.kind not in (TRANSFER, DEPOSIT):
        return None
    back = message.sender if message.kind == TRANSFER else ZERO
    return message.source, message.sequence, message.amount, back


def _write(change: Change, block: Block, judged: Judged) -> None:
    """Write a block that fits: itself, how messages ended, those that it sends, its fees."""
    after = block.statement
    digests = {name: address_text(getattr(after, f"{name}_after")) for name in ("root", "inbox", "outbox")}
    numbers = {name: getattr(after, f"{name}_after") for name in ("received", "sent")}
    change.insert(
        "blocks",
        ledger=after.number,
        height=after.height,
        operations=after.operations,
        fees=after.fees,
        balance=judged.balance,
        **digests,
        **numbers,
    )
    for number, outcome in judged.ended:
        queues.end(change, number, outcome)
    for message in block.messages:
        queues.send(change, message)
    if after.fees:
        queues.claim(change, after.number, "fees", after.fees)
