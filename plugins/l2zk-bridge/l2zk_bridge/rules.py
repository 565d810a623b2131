"""The rules by which a log changes, each within one transaction: register, deposit, expire, close, exit.

`accepting` has the rule by which a block is accepted. BRIDGE.md numbers what each demands.
"""

from __future__ import annotations

from typing import Any

from l2zk_ledger.keys import Digest, address_text, identity_of, parse_address
from l2zk_ledger.messages import DEPOSIT, MOST_AMOUNT, TRANSFER, ZERO
from l2zk_ledger.state import MOST_DEPTH, State

from l2zk_bridge import given, queues, views
from l2zk_bridge.changes import Change
from l2zk_bridge.errors import Reason, Refusal
from l2zk_bridge.views import Claim, Head, Posted

AUTHORITIES = ("preimage", "schnorr")
"""How an account's owner is known: by the secret of its address, or by a signature."""

LEAST_BITS, MOST_BITS = 100, 128
"""Proven bits that a ledger's proofs may be asked for."""


def register(change: Change, name: Any, depth: Any, authority: Any, bits: Any, root: Any) -> int:
    """Add a ledger that has no account; rules 1, 4, 5. Returns its number, from 1.

    root: with which its keeper says that it begins, or None.
    """
    given.text(name, "a ledger's name", 64, Reason.NAME)
    given.whole(depth, "a ledger's depth", MOST_DEPTH, 1)
    given.whole(bits, "the bits of a ledger's proofs", MOST_BITS, LEAST_BITS)
    if not isinstance(authority, str) or authority not in AUTHORITIES:
        raise Refusal(Reason.MALFORMED, f"a ledger's authority is {' or '.join(AUTHORITIES)}")
    if views.one(change.db, "SELECT 1 FROM ledgers WHERE name = ?", name):
        raise Refusal(Reason.NAME, f"there is a ledger called {name} already")
    number = change.next("ledgers", "number")
    [settlement] = views.one(change.db, "SELECT identity FROM settlement").values()
    identity = identity_of(parse_address(settlement), number)
    empty = State(identity, depth, number).root
    if root is not None and given.digest(root, "a root") != empty:
        raise Refusal(Reason.GENESIS, f"{_root_in_words(root)} is not the root of an empty tree of depth {depth}")
    texts = {"identity": address_text(identity), "root": address_text(empty)}
    change.insert("ledgers", number=number, name=name, depth=depth, authority=authority, bits=bits, **texts)
    change.ledger = number
    return number


def _root_in_words(root: Any) -> str:
    return "a root of zeros" if not any(root) else f"the root {address_text(root)}"


def deposit(change: Change, ledger: Any, address: Any, amount: Any, reference: Any) -> Posted:
    """Bring money into a ledger by a message to it; rules 1, 2, 3, 6, 7, 8. Returns the message.

    A deposit with the reference of an earlier one is that one, if both are alike, and nothing is written.
    """
    given.whole(ledger, "a ledger's number")
    recipient, amount = given.digest(address, "an address"), given.amount(amount, "a deposit")
    if reference is not None:
        given.text(reference, "a reference", 256)
    head = views.head(change.db, ledger)
    if earlier := _earlier(change, reference):  # also of a ledger that is closed by now: whoever asks again has to know
        if (earlier.message.destination, earlier.message.recipient, earlier.message.amount) != (
            ledger,
            recipient,
            amount,
        ):
            raise Refusal(Reason.REFERENCE, f"the reference {reference} is that of another deposit")
        return earlier
    _require_open(head)
    if change.money + amount > MOST_AMOUNT:
        raise Refusal(Reason.MONEY, f"with {amount} more than {change.money} there would be 2^60 or more")
    change.money, change.ledger = change.money + amount, ledger
    message = queues.from_settlement(change, ledger, DEPOSIT, amount, ZERO, recipient)
    number = queues.send(change, message)
    change.insert("deposits", message=number, reference=reference)
    position = views.one(change.db, "SELECT position FROM messages WHERE message = ?", number)["position"]
    return Posted(number, message, position, "in flight", change.tick)


def _earlier(change: Change, reference: str | None) -> Posted | None:
    """The deposit with this reference."""
    where = "message IN (SELECT message FROM deposits WHERE reference = ?)"
    return next(iter(views.posted(change.db, where, reference)), None)


def _require_open(head: Head) -> None:
    if head.closed:
        raise Refusal(Reason.CLOSED, f"ledger {head.number} is closed")


def expire(change: Change, source: Any, sequence: Any) -> Posted:
    """End a transfer that was not taken by its deadline, and send its source the answer; rules 22, 23, 24.

    source, sequence: of the message. Returns it as it is now.
    """
    given.whole(source, "a message's source")
    given.whole(sequence, "a message's sequence")
    found = views.posted(change.db, "source = ? AND sequence = ?", source, sequence)
    if not found:
        raise Refusal(Reason.NO_MESSAGE, f"ledger {source} has sent no message {sequence}")
    [sent] = found if source else found[:1]
    if sent.message.kind != TRANSFER:
        raise Refusal(Reason.EARLY, "only a transfer has a deadline")
    if sent.state != "in flight":
        raise Refusal(Reason.ENDED, f"message {sequence} of ledger {source} is {sent.state}")
    if change.tick <= sent.message.deadline:
        raise Refusal(Reason.EARLY, f"the deadline is tick {sent.message.deadline}, and this is tick {change.tick}")
    queues.expire(change, sent.number, sent.message)
    change.ledger = sent.message.destination
    return Posted(sent.number, sent.message, sent.position, "expired", sent.tick)


def close(change: Change, ledger: Any) -> None:
    """Close a silent ledger for good; rules 2, 3, 25, 28. What waits in its inbox is answered, or becomes claims."""
    head = views.head(change.db, given.whole(ledger, "a ledger's number"))
    _require_open(head)
    if views.facts(change.db, ledger).authority == "schnorr":
        raise Refusal(Reason.NO_EXIT, f"ledger {ledger} is one of signed operations")
    [silence] = views.one(change.db, "SELECT silence FROM settlement").values()
    if change.tick - head.tick < silence:
        left = silence - (change.tick - head.tick)
        raise Refusal(Reason.NOT_SILENT, f"ledger {ledger} may be closed {left} ticks from now, if it stays silent")
    change.ledger = ledger
    change.insert("closings", ledger=ledger)
    waiting = "destination = ? AND position >= ? AND outcome IS NULL ORDER BY position"
    for one in views.posted(change.db, waiting, ledger, head.received):
        queues.end_undelivered(change, one.number, one.message)


def exit_facts(head: Head, address: Any, balance: Any, recipient: Any) -> tuple[Digest, int, str]:
    """What an exit says, if its values are in range; rules 1, 6."""
    found = given.digest(address, "an address"), given.amount(balance, "a balance")
    return *found, given.text(recipient, "the recipient of an exit", 256)


def leave(
    change: Change, ledger: int, address: Digest, balance: int, recipient: str, proof: bytes, root: Digest
) -> Claim:
    """Book the balance of an account of a ledger that is closed, or closes now; rules 3, 14, 20, 25, 26, 28.

    root: the last one, which the exit's proof was verified with.
    """
    head = views.head(change.db, ledger)
    if head.root != root:
        raise Refusal(Reason.ROOT, f"ledger {ledger} has another root by now")
    change.ledger = ledger
    if not head.closed:
        close(change, ledger)
    sql = "SELECT 1 FROM claims WHERE kind = 'exit' AND ledger = ? AND address = ?"
    if views.one(change.db, sql, ledger, address_text(address)):
        raise Refusal(Reason.EXITED, f"{address_text(address)} has left ledger {ledger} already")
    if balance > head.balance:
        raise Refusal(Reason.OVERDRAWN, f"ledger {ledger} holds {head.balance}, and {balance} would leave it")
    change.insert("proofs", digest=given.proof_digest(proof), bytes=proof)
    number = queues.claim(change, ledger, "exit", balance, address, recipient=recipient)
    return Claim(number, ledger, "exit", address, balance, recipient, change.tick)
