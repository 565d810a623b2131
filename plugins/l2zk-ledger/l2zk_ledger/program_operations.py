"""The main table: a row is an operation, with its accesses to the accounts of its sender and of its recipient."""

from __future__ import annotations

from typing import Any

from l2zk.gadgets import poseidon2, sums
from l2zk_ledger.keys import KEY_TAG
from l2zk_ledger.messages import FAILED, TRANSFER
from l2zk_ledger.program_places import place
from l2zk_ledger.public import Inputs

BALANCE_BITS = 60
"""Of balances and amounts."""

FEE_BITS = 40
"""Of a fee."""

KINDS = ("transfer", "send", "credit", "failed", "overdue")
"""What a row does: a transfer; a message that is sent; one that is received, and credited, answered or passed over."""


class Row:
    """A row of the main table: which of KINDS it is, and its amounts; kinds that a block has no room for are 0."""

    def __init__(self, m: Any, receiving: bool, sending: bool) -> None:
        there = {"transfer": True, "send": sending, "credit": receiving, "failed": receiving and sending}
        there["overdue"] = receiving
        kinds = {name: m.private_column(name, pad=0) if there[name] else m.constant(0) for name in KINDS}
        for name in KINDS:
            if there[name]:
                m.constrain(f"{name} is a bit", kinds[name] * (kinds[name] - 1) == 0)
        self.transfer, self.send, self.credit, self.failed, self.overdue = kinds.values()
        self.spends = self.transfer + self.send
        self.credits = self.transfer + self.credit
        self.receives = self.credit + self.failed + self.overdue
        self.active = self.spends + self.receives
        m.constrain("an operation is one of them", self.active * (self.active - 1) == 0)
        self.amount, self.fee = m.private_columns("amount", "fee", pad=0)
        m.range("amount", self.amount, bits=BALANCE_BITS)
        m.range("fee", self.fee, bits=FEE_BITS)
        m.constrain("only who spends pays a fee", (1 - self.spends) * self.fee == 0)
        self.recipient = m.private_columns("recipient", count=4, pad=0)


def owner(m: Any) -> list[Any]:
    """The address of the sender, of which a secret is known: 4 expressions of degree 1."""
    secret = m.private_columns("secret", count=4, pad=0)
    return poseidon2.compress(m, "key", secret, [m.constant(one) for one in (KEY_TAG, 0, 0, 0)])


def sender(m: Any, row: Row, address: Any, figures: Any, rows: int) -> Any:
    """The sender's access: it pays amount and fee. Its time is 2 i + 1 on row i. The result is its nonce."""
    balance, nonce, time = m.private_columns("sender_balance", "sender_nonce", "sender_time", pad=0)
    left = balance - row.amount - row.fee
    with m.when(row.spends):
        m.receive(figures, (*address, balance, nonce, 1, time))
        m.send(figures, (*address, left, nonce + 1, 1, 2 * m.row_number() + 1))
    m.range("the sender has enough", balance - row.spends * (row.amount + row.fee), bits=BALANCE_BITS)
    m.range("the sender's access is later", 2 * m.row_number() - time, bits=time_bits(rows))
    return nonce


def recipient(m: Any, row: Row, figures: Any, rows: int, depth: int, answering: bool) -> None:
    """The recipient's access, of time 2 i + 2 on row i: its account gets the amount.

    Where a message is answered by a failure, the access is to another account, which stands at the recipient's place.
    """
    who = _other(m, row, depth) if answering else row.recipient
    balance, nonce, existed, time = m.private_columns(
        "recipient_balance", "recipient_nonce", "recipient_existed", "recipient_time", pad=0
    )
    added = m.let("added", row.credits * row.amount) if answering else row.amount
    if answering:
        m.constrain("the other account is there", row.failed * (existed - 1) == 0)
    with m.when(row.credits + row.failed):
        m.receive(figures, (*who, balance, nonce, existed, time))
        m.send(figures, (*who, balance + added, nonce, 1, 2 * m.row_number() + 2))
    m.range("the recipient's balance", balance + added, bits=BALANCE_BITS)
    m.range("the recipient's access is later", 2 * m.row_number() + 1 - time, bits=time_bits(rows))


def _other(m: Any, row: Row, depth: int) -> Any:
    """The address of the account that is accessed: the recipient's, or where a message fails another of its place."""
    other = m.private_columns("accessed", count=4, pad=0)
    places = [
        place(m, f"place_of_{name}", one[0], depth) for name, one in (("recipient", row.recipient), ("other", other))
    ]
    same = m.constant(1)
    for k, (one, two) in enumerate(zip(other, row.recipient)):
        m.constrain(f"a credit goes to the recipient {k}", row.credits * (one - two) == 0)
        same = same * m.is_zero(f"same{k}", one - two)
    m.constrain("a message fails at the place of its recipient", row.failed * (places[0] - places[1]) == 0)
    m.constrain("a message fails at another address", row.failed * same == 0)
    return other


def messages(m: Any, row: Row, address: Any, inbox: Any, outbox: Any, stated: Inputs) -> tuple[Any, ...]:
    """What operations take from the inbox and put into the outbox, row by row; without room for any, a bus is None.

    The result is the columns of the deadline and the destination of what is sent; nothing without an outbox.
    """
    source, sequence = m.private_columns("source", "sequence", pad=0) if inbox else (None, None)
    answered = m.private_columns("message_sender", count=4, pad=0) if inbox else ()
    if inbox:
        taken = _count(m, "received", row.receives, stated)
        facts = (taken, source, sequence, row.amount, row.overdue, row.failed, *answered, *row.recipient)
        with m.when(row.receives):
            m.receive(inbox, facts)
    if outbox:
        destination, deadline = m.private_columns("destination", "deadline", pad=0)
        put = _count(m, "sent", row.send + row.failed, stated)
        sent = (put, destination, TRANSFER, row.amount, deadline, *address, *row.recipient)
        m.send(outbox, sent, when=row.send)
    if inbox and outbox:
        answer = (put, source, FAILED, row.amount, 0, sequence, 0, 0, 0, *answered)
        m.send(outbox, answer, when=row.failed)
    return (deadline, destination) if outbox else ()


def totals(m: Any, row: Row, stated: Inputs) -> None:
    """How many operations there are and the sum of their fees, as stated; and the values that nothing else reads."""
    counted = sums.counter(m, "operations", row.active)
    m.constrain("operations as stated", counted == stated.operations, on="end")
    fees = sums.counter(m, "fees", row.fee)
    m.constrain("fees as stated", fees == stated.fees, on="end")
    header, heads = m.column("header"), (*stated.identity, stated.number, stated.height)
    m.start({header[k]: one for k, one in enumerate(heads)})
    m.step({header[len(heads)]: header})


def time_bits(rows: int) -> int:
    """Bits of a difference of times: these are from 0 to twice the rows."""
    return (2 * rows - 1).bit_length()


def _count(m: Any, name: str, active: Any, stated: Inputs) -> Any:
    """The number of messages of a queue before this row, from the stated one to the stated one."""
    before = m.column(f"{name}_so_far")
    m.start({before: getattr(stated, f"{name}_before")})
    m.step({before: before + active})
    m.constrain(f"{name} as stated", before + active == getattr(stated, f"{name}_after"), on="end")
    return before
