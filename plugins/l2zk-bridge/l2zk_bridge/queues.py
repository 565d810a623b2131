"""Messages on their way: each is written down once, and ends once."""

from __future__ import annotations

from l2zk_ledger.keys import address_text
from l2zk_ledger.messages import DEPOSIT, EXPIRED, FAILED, TRANSFER, ZERO, Message

from l2zk_bridge import views
from l2zk_bridge.changes import Change
from l2zk_bridge.given import elements_text


def send(change: Change, message: Message) -> int:
    """Write a message down, in the inbox of an open ledger or ended at once; returns its number in the log."""
    number = change.next("messages", "message")
    is_open = message.destination != 0 and views.is_open(change.db, message.destination)
    change.insert(
        "messages",
        message=number,
        source=message.source,
        destination=message.destination,
        sequence=message.sequence,
        kind=message.kind,
        amount=message.amount,
        deadline=message.deadline,
        elements=elements_text(message.elements()),
        position=_next_position(change, message.destination) if is_open else None,
    )
    if not is_open:
        end_undelivered(change, number, message)
    return number


def _next_position(change: Change, destination: int) -> int:
    found = views.one(change.db, "SELECT MAX(position) AS n FROM messages WHERE destination = ?", destination)
    return 0 if found["n"] is None else found["n"] + 1


def end(change: Change, number: int, outcome: str) -> None:
    """Write down how a message ended."""
    change.insert("outcomes", message=number, outcome=outcome)


def end_undelivered(change: Change, number: int, message: Message) -> None:
    """End a message that no ledger will take: one to the settlement, or to a ledger that is not there or closed."""
    if message.kind == TRANSFER and message.destination != 0:
        expire(change, number, message)
        return
    end(change, number, "claimed")
    kind = {TRANSFER: "withdrawal", FAILED: "refund", EXPIRED: "refund", DEPOSIT: "deposit"}[message.kind]
    ledger, recipient = message.destination or message.source, ""
    if message.destination == 0 and message.kind == FAILED:  # a deposit that could not be credited
        kind, recipient = "deposit", _reference(change, message.source, message.sender[0])
    elif message.kind == DEPOSIT:
        recipient = _reference(change, message.destination, message.sequence)
    claim(change, ledger, kind, message.amount, message.recipient, message=number, recipient=recipient)


def _reference(change: Change, destination: int, sequence: int) -> str:
    """The reference of a deposit."""
    joined = "SELECT reference FROM deposits JOIN messages USING (message)"
    sql = f"{joined} WHERE source = 0 AND destination = ? AND sequence = ?"
    return views.one(change.db, sql, destination, sequence)["reference"] or ""


def expire(change: Change, number: int, message: Message) -> None:
    """End a transfer as expired, and send its source the answer."""
    end(change, number, "expired")
    own = message.sequence, 0, 0, 0
    send(change, from_settlement(change, message.source, EXPIRED, message.amount, own, message.sender))


def from_settlement(
    change: Change, destination: int, kind: int, amount: int, sender: tuple, recipient: tuple
) -> Message:
    """The next message of the settlement's own to a ledger."""
    sql = "SELECT COUNT(*) AS n FROM messages WHERE source = 0 AND destination = ?"
    sequence = views.one(change.db, sql, destination)["n"]
    return Message(0, destination, sequence, kind, amount, 0, sender, recipient)


def claim(
    change: Change,
    ledger: int,
    kind: str,
    amount: int,
    address: tuple[int, ...] = ZERO,
    *,
    message: int | None = None,
    recipient: str = "",
) -> int:
    """Write down that money leaves for good, and whom it is due; returns the claim's number."""
    change.money -= amount
    number = change.next("claims", "claim")
    due = address_text(address)
    change.insert(
        "claims",
        claim=number,
        ledger=ledger,
        kind=kind,
        address=due,
        amount=amount,
        message=message,
        recipient=recipient,
    )
    return number
