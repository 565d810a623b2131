"""The tables of messages, inbox and outbox: a row is a message, its digest, and the queue's digest after it."""

from __future__ import annotations

from typing import Any

from l2zk.gadgets import poseidon2
from l2zk_ledger.messages import DEPOSIT, EXPIRED, FAILED, MESSAGE_TAG, TRANSFER
from l2zk_ledger.public import Inputs

ENDS = ("before", "after")

LEAST = 2
"""Rows of a table of messages: one row would have another one as padding, which moves the queue, and no bus sees it."""


def inbox(m: Any, bus: Any, rows: int, stated: Inputs) -> None:
    """The messages taken from the inbox, in order, each given to the operation that receives it.

    A tuple of the bus: place in the queue, source, sequence, amount, whether it is overdue, whether it is answered by a
    failure, sender (4), recipient (4).
    """
    t = m.table("inbox", rows=max(LEAST, rows))
    active, overdue, failed = t.private_columns("active", "overdue", "failed", pad=0)
    source, sequence, kind, amount, deadline = _figures(t, "source", "sequence")
    sender, recipient = t.private_columns("sender", count=4, pad=0), t.private_columns("recipient", count=4, pad=0)
    t.constrain("overdue is a bit", overdue * (overdue - 1) == 0)
    t.constrain("failed is a bit", failed * (failed - 1) == 0)
    t.constrain("only transfers are overdue", overdue * (kind - TRANSFER) == 0)
    t.constrain("only transfers and deposits fail", failed * (kind - TRANSFER) * (kind - DEPOSIT) == 0)
    known = (kind - TRANSFER) * (kind - FAILED) * (kind - EXPIRED) * (kind - DEPOSIT)
    t.constrain("the kind is one of four", active * known == 0)
    elements = [MESSAGE_TAG, source, stated.number, sequence, kind, 0, amount, deadline, *sender, *recipient]
    _queue(t, "inbox", stated, active, elements, overdue)
    place = stated.received_before + t.row_number()
    t.send(bus, (place, source, sequence, amount, overdue, failed, *sender, *recipient), when=active)


def outbox(m: Any, bus: Any, rows: int, stated: Inputs) -> None:
    """The messages put into the outbox, in order, each as an operation gives it.

    A tuple of the bus: place in the queue, destination, kind, amount, deadline, sender (4), recipient (4).
    """
    t = m.table("outbox", rows=max(LEAST, rows))
    active = t.private_column("active", pad=0)
    t.constrain("active is a bit", active * (active - 1) == 0)
    destination, kind, amount, deadline = _figures(t, "destination")
    sender, recipient = t.private_columns("sender", count=4, pad=0), t.private_columns("recipient", count=4, pad=0)
    place = stated.sent_before + t.row_number()
    elements = [MESSAGE_TAG, stated.number, destination, place, kind, 0, amount, deadline, *sender, *recipient]
    _queue(t, "outbox", stated, active, elements, 0)
    with t.when(active):
        t.receive(bus, (place, destination, kind, amount, deadline, *sender, *recipient))


def nothing(m: Any, queue: str, count: str, stated: Inputs) -> None:
    """A queue of which a block of this size takes nothing: its digest and its count stay as they are."""
    before, after = ((*getattr(stated, f"{queue}_{when}"), getattr(stated, f"{count}_{when}")) for when in ENDS)
    for k, (one, other) in enumerate(zip(before, after)):
        m.constrain(f"the {queue} stays {k}", one == other, on=0)


def _figures(t: Any, *first: str) -> tuple[Any, ...]:
    names: tuple[Any, ...] = t.private_columns(*first, "kind", "amount", "deadline", pad=0)
    return names


def _queue(t: Any, queue: str, stated: Inputs, active: Any, elements: list[Any], outcome: Any) -> None:
    """The digest of the queue row by row, from its public start to its public end; inactive rows leave it."""
    digest = poseidon2.hash(t, "message", elements)
    entry = poseidon2.compress(t, "entry", digest, [t.constant(0) + one for one in (outcome, 0, 0, 0)])
    queued = t.columns("queue", count=4)
    after = [t.where(active, new, old) for new, old in zip(poseidon2.compress(t, "next", queued, entry), queued)]
    t.start(dict(zip(queued, getattr(stated, f"{queue}_before"))))
    t.step(dict(zip(queued, after)))
    for k, (one, end) in enumerate(zip(after, getattr(stated, f"{queue}_after"))):
        t.constrain(f"the {queue} ends {k}", one == end, on="end")
