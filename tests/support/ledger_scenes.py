"""Small ledgers, with keys that are found by their places, and blocks with every kind of operation."""

from dataclasses import fields, is_dataclass, replace

import numpy as np
from l2zk_ledger import Ledger, Receive, Send, State, Transfer
from l2zk_ledger.execution import execute
from l2zk_ledger.keys import addresses_of, identity_of
from l2zk_ledger.messages import DEPOSIT, FAILED, TRANSFER, ZERO, Message

DEPTH = 3
SIZES = {"depth": DEPTH, "operations": 8, "messages_in": 8, "messages_out": 4, "accounts": 8, "nodes": (8, 4)}
SETTLEMENT = (1, 2, 3, 4)


def keys(depth=DEPTH, count=512):
    """Secrets and addresses by place, in lists."""
    secrets = np.array([[k, 5, 6, 7] for k in range(count)], dtype=np.uint64)
    found = {}
    for secret, address in zip(secrets.tolist(), addresses_of(secrets).tolist()):
        found.setdefault(address[0] % 2**depth, []).append((tuple(secret), tuple(address)))
    return found


KEYS = keys()
SECRET = {place: of[0][0] for place, of in KEYS.items()}
ADDRESS = {place: of[0][1] for place, of in KEYS.items()}
OTHER = {place: of[1][1] for place, of in KEYS.items()}
"""Another address of the same place."""


def state(number=1):
    """A ledger with 1,000 on each of the places 0 to 3."""
    made = State(identity_of(SETTLEMENT, number), DEPTH, number)
    made.fund({ADDRESS[place]: 1000 for place in range(4)})
    return made


def message(sequence, kind=TRANSFER, amount=50, recipient=ADDRESS[5], sender=(7, 7, 7, 7), number=1):
    deadline = 9 if kind == TRANSFER else 0
    sender = {TRANSFER: sender, FAILED: (0, 0, 0, 0), DEPOSIT: ZERO}[kind]
    return Message(2 if kind != DEPOSIT else 0, number, sequence, kind, amount, deadline, sender, recipient)


def operations():
    """One of each kind; place 5 is made by a message and pays at once, place 0's account sends to itself."""
    return [
        Transfer(SECRET[0], ADDRESS[1], 100, 1),
        Receive(message(0)),
        Send(SECRET[5], 2, ADDRESS[6], 20, 2, deadline=77),
        Receive(message(0, DEPOSIT, 60, ADDRESS[6])),
        Receive(message(1, recipient=OTHER[0])),
        Receive(message(2, recipient=ADDRESS[1]), 1),
        Receive(message(3, FAILED, 53, ADDRESS[1])),
        Transfer(SECRET[0], ADDRESS[0], 5, 3),
    ]


def block(what=None, sizes=SIZES):
    """A program with its executed block and witness."""
    program, executed = Ledger(**sizes), execute(state(), operations() if what is None else what)
    return program, executed, program.witness(executed)


def transfers(*what):
    """The same of transfers alone, given as (place of the sender, place of the recipient, amount, fee)."""
    made = [Transfer(SECRET[payer], ADDRESS[payee], amount, fee) for payer, payee, amount, fee in what]
    return block(made, {"depth": DEPTH, "operations": 8, "accounts": 8, "nodes": (8, 4)})


def refused(program, witness):
    """Names of the constraints, ranges and buses that a witness breaks, without the numbers of elements."""
    names = {getattr(one, "constraint", None) or one.name for one in program.check(witness).violations}
    return {name.rstrip(" 0123") for name in names}


def copied(value):
    """Arrays and what holds them, copied, so that a test may forge in them."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple):
        return tuple(copied(one) for one in value)
    if is_dataclass(value):
        return replace(value, **{one.name: copied(getattr(value, one.name)) for one in fields(value)})
    return value
