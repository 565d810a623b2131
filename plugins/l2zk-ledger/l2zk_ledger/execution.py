"""Operations carried out on a state in order, or refused before anything is proved."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

import l2zk
from l2zk.base.arguments import kind_of
from l2zk.errors import ArgumentError
from l2zk_ledger.authority import Spenders, all_digests
from l2zk_ledger.executed import Access, Executed, Touched
from l2zk_ledger.keys import Digest
from l2zk_ledger.messages import (
    DELIVERED,
    DEPOSIT,
    FAILED,
    MOST_AMOUNT,
    MOST_NUMBER,
    OVERDUE,
    TRANSFER,
    ZERO,
    Message,
    advanced,
)
from l2zk_ledger.operations import MOST_FEE, Operation, Receive, Send, Transfer
from l2zk_ledger.state import State
from l2zk_ledger.statement import BlockStatement


class Refused(l2zk.WitnessError):
    """An operation that a ledger does not carry out: `index`, its place in the list, and `reason`, a sentence."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"operation {index}: {reason}")
        self.index, self.reason = index, reason

    def __reduce__(self) -> tuple[type[Refused], tuple[int, str]]:
        return type(self), (self.index, self.reason)


def execute(state: State, operations: Sequence[Operation], *, skip_refused: bool = False) -> Executed:
    """The next block of a state: its operations carried out in order; the state changes once all are.

    skip_refused: leave out what is refused, and say so in the result, instead of raising Refused at the first.
    """
    run = _Run(state, operations)
    done, refused = [], []
    for index, operation in enumerate(operations):
        try:
            done.append(run.step(index, operation))
            run.points.append(run.spenders.points.get(index, NOWHERE))
            run.count += 1
        except _Reason as reason:
            if not skip_refused:
                raise Refused(index, str(reason)) from None
            refused.append((index, str(reason)))
    return run.finish(done, refused)


class _Reason(Exception):
    """Why an operation is refused."""


class _Cell:
    """An account while a block runs."""

    __slots__ = ("address", "balance", "before", "nonce", "time")

    def __init__(self, address: Digest | None, balance: int, nonce: int) -> None:
        self.address, self.balance, self.nonce, self.time = address, balance, nonce, 0
        self.before = (address is not None, balance, nonce)


NONE = (-1, False, 0, 0, 0)
"""The row of an access, as `_Run._access` gives it, of an operation that has none on a side."""


NOWHERE = (0, 0, 0, 0, 0)
"""R's u of an operation that is not signed."""


class _Run:
    """A block as it is made: cells by place, and rows of accesses."""

    def __init__(self, state: State, operations: Sequence[Operation]) -> None:
        for one in operations:
            if type(one) not in (Transfer, Send, Receive):
                raise ArgumentError(f"an operation is a Transfer, a Send or a Receive, not {kind_of(one)}")
        self.state, self.fees, self.mask = state, 0, (1 << state.depth) - 1
        self.spenders = Spenders(operations, state.identity, state.number)
        self.addresses, self.ends = self.spenders.addresses, _recipients(operations)
        self.points: list[Sequence[int]] = []
        self.cells = _cells(state, [*self.addresses, *self.ends])
        self.senders, self.recipients, self.count = array("q"), array("q"), 0
        self.received: list[tuple[Message, int]] = []
        self.sent: list[Message] = []

    def step(self, index: int, operation: Operation) -> Operation:
        """Carry out one operation, or raise why not, with nothing changed."""
        if type(operation) is Receive:
            return self._receive(operation)
        address, nonce = self._check_sender(index, operation)
        if type(operation) is Transfer:
            self._check_recipient(operation, address)
            self._debit(address, operation)
            self._credit(operation.recipient, operation.amount)
        else:
            self._check_send(operation)
            self._debit(address, operation)
            self.recipients.extend(NONE)
            ends = address, operation.recipient
            self._post(TRANSFER, operation.destination, operation.amount, operation.deadline, *ends)
        return replace(operation, nonce=nonce) if operation.nonce is None else operation

    def _check_sender(self, index: int, operation: Transfer | Send) -> tuple[Digest, int]:
        """The sender's address and nonce, if it may spend that much."""
        address = self.addresses[index]
        _whole("the amount", operation.amount, MOST_AMOUNT)
        _whole("the fee", operation.fee, MOST_FEE)
        if self.ends[index] is None:
            raise _Reason("the recipient is to be a tuple of 4 integers from 0 to p - 1")
        if index in self.spenders.reasons:
            raise _Reason(self.spenders.reasons[index])
        if address is None:
            raise _Reason("the secret is to be a tuple of 4 integers from 0 to p - 1")
        cell = self.cells[address[0] & self.mask]
        if cell.address != address:
            raise _Reason("the sender has no account")
        self._check_spending(operation, cell)
        return address, cell.nonce

    def _check_spending(self, operation: Transfer | Send, cell: _Cell) -> None:
        """Raise unless nonce and balance of the sender are right."""
        if operation.nonce is not None and (type(operation.nonce) is not int or operation.nonce != cell.nonce):
            raise _Reason(f"the nonce is {operation.nonce}, and the sender's next one is {cell.nonce}")
        if cell.nonce >= MOST_NUMBER:
            raise _Reason("the sender's nonces are used up")
        if cell.balance < operation.amount + operation.fee:
            raise _Reason(
                f"the sender has {cell.balance}, and {operation.amount} and a fee of {operation.fee} are more"
            )
        if self.fees + operation.fee > MOST_AMOUNT:
            raise _Reason("the fees of the block would reach 2^60")

    def _check_recipient(self, operation: Transfer, sender: Digest) -> None:
        cell = self.cells[operation.recipient[0] & self.mask]
        if cell.address not in (None, operation.recipient):
            raise _Reason("the place of the recipient is taken by another address")
        if cell.balance + operation.amount > MOST_AMOUNT and operation.recipient != sender:
            raise _Reason("the recipient's balance would reach 2^60")

    def _check_send(self, operation: Send) -> None:
        if not operation.amount:
            raise _Reason("a message brings an amount of at least 1")
        _whole("the destination", operation.destination, MOST_NUMBER)
        _whole("the deadline", operation.deadline, MOST_NUMBER)
        if operation.destination == self.state.number:
            raise _Reason("the destination is this ledger itself: a transfer goes there")

    def _receive(self, operation: Receive) -> Receive:
        message, outcome = operation.message, operation.outcome
        if message.destination != self.state.number:
            raise _Reason(f"the message is for ledger {message.destination}, and this is {self.state.number}")
        if outcome not in (DELIVERED, OVERDUE) or (outcome == OVERDUE and message.kind != TRANSFER):
            raise _Reason("the outcome of a message is 0, or 1 for a transfer after its deadline")
        cell = self.cells[message.recipient[0] & self.mask]
        fits = cell.address in (None, message.recipient)
        if outcome == DELIVERED and not fits and message.kind not in (TRANSFER, DEPOSIT):
            raise _Reason("the place of the recipient of an answer is taken by another address")
        if outcome == DELIVERED and fits and cell.balance + message.amount > MOST_AMOUNT:
            raise _Reason("the recipient's balance would reach 2^60")
        self.received.append((message, outcome))
        self.senders.extend(NONE)
        if outcome == OVERDUE:
            self.recipients.extend(NONE)
        elif fits:
            self._credit(message.recipient, message.amount)
        else:
            self.recipients.extend(self._access(message.recipient, 2))
            back = message.sender if message.kind == TRANSFER else ZERO
            self._post(FAILED, message.source, message.amount, 0, (message.sequence, 0, 0, 0), back)
        return operation

    def _debit(self, address: Digest, operation: Transfer | Send) -> None:
        self.senders.extend(self._access(address, 1))
        cell = self.cells[address[0] & self.mask]
        cell.balance -= operation.amount + operation.fee
        cell.nonce += 1
        self.fees += operation.fee

    def _credit(self, address: Digest, amount: int) -> None:
        self.recipients.extend(self._access(address, 2))
        cell = self.cells[address[0] & self.mask]
        cell.address = address
        cell.balance += amount

    def _access(self, address: Digest, side: int) -> tuple[int, bool, int, int, int]:
        """The row of an access to the place of an address: what it found, and the time before."""
        place = address[0] & self.mask
        cell = self.cells[place]
        found = (place, cell.address is not None, cell.balance, cell.nonce, cell.time)
        cell.time = 2 * self.count + side
        return found

    def _post(self, kind: int, to: int, amount: int, deadline: int, sender: Digest, recipient: Digest) -> None:
        """Put a message into the outbox."""
        place = self.state.sent + len(self.sent)
        self.sent.append(Message(self.state.number, to, place, kind, amount, deadline, sender, recipient))

    def finish(self, done: list[Operation], refused: list[tuple[int, str]]) -> Executed:
        """Change the state, and gather what the block is."""
        before = self.state
        after = before.copy()
        places = sorted(place for place, cell in self.cells.items() if cell.time)
        accounts = _touched(places, [self.cells[place] for place in places])
        figures = np.stack([accounts.balance_after, accounts.nonce_after], axis=1)
        nodes = after.put(accounts.address, figures) if places else []
        after.height += 1
        after.received, after.sent = before.received + len(self.received), before.sent + len(self.sent)
        after.inbox = [before.inbox, *advanced(before.inbox, *_columns(self.received))][-1]
        after.outbox = [before.outbox, *advanced(before.outbox, self.sent, [DELIVERED] * len(self.sent))][-1]
        statement = _statement(before, after, len(done), self.fees)
        secrets = [one.secret if type(getattr(one, "secret", None)) is tuple else ZERO for one in done]
        points = np.array(self.points, dtype=np.uint64).reshape(-1, 5) if self.spenders.points else None
        made = Executed(
            statement,
            before.depth,
            tuple(done),
            accounts,
            tuple(nodes),
            _rows(places, self.senders),
            _rows(places, self.recipients),
            np.array(secrets, dtype=np.uint64).reshape(-1, 4),
            tuple(self.received),
            tuple(self.sent),
            tuple(refused),
            points,
        )
        before.become(after)
        return made


def _whole(what: str, value: object, most: int) -> None:
    if type(value) is not int or not 0 <= value <= most:
        raise _Reason(f"{what} is to be an integer from 0 to {most}")


def _recipients(operations: Sequence[Operation]) -> list[Digest | None]:
    """The recipient's address of each operation whose recipient is one."""
    ends = [one.message.recipient if isinstance(one, Receive) else one.recipient for one in operations]
    return [end if fits else None for end, fits in zip(ends, all_digests(ends))]


def _cells(state: State, addresses: Sequence[Digest | None]) -> dict[int, _Cell]:
    """What stands at each place that operations may touch."""
    mask = (1 << state.depth) - 1
    places = np.array(sorted({one[0] & mask for one in addresses if one is not None}), dtype=np.uint64)
    rows, there = state.find(places)
    kept = rows[there]
    found = zip(places[there].tolist(), state.addresses[kept].tolist(), state.figures[kept].tolist())
    cells = {place: _Cell(None, 0, 0) for place in places[~there].tolist()}
    return cells | {place: _Cell(tuple(address), *figures) for place, address, figures in found}


def _touched(places: list[int], cells: list[_Cell]) -> Touched:
    """The arrays of touched accounts."""
    address = np.array([cell.address for cell in cells], dtype=np.uint64).reshape(-1, 4)
    before = np.array([cell.before for cell in cells], dtype=np.uint64).reshape(-1, 3)
    after = np.array([(cell.balance, cell.nonce, cell.time) for cell in cells], dtype=np.uint64).reshape(-1, 3)
    (existed, balance, nonce), (balance_after, nonce_after, time) = before.T, after.T
    place = np.array(places, dtype=np.uint64)
    return Touched(address, place, existed.astype(bool), balance, balance_after, nonce, nonce_after, time)


def _rows(places: list[int], rows: array[int]) -> Access:
    """The arrays of accesses, places as rows of touched accounts."""
    place, existed, balance, nonce, time = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    account = np.where(place < 0, -1, np.searchsorted(np.array(places, dtype=np.int64), place))
    figures = (one.astype(np.uint64) for one in (balance, nonce, time))
    return Access(account, existed.astype(bool), *figures)


def _columns(received: list[tuple[Message, int]]) -> tuple[list[Message], list[int]]:
    return [message for message, _ in received], [outcome for _, outcome in received]


def _statement(before: State, after: State, operations: int, fees: int) -> BlockStatement:
    return BlockStatement(
        identity=before.identity,
        number=before.number,
        height=after.height,
        root_before=before.root,
        root_after=after.root,
        inbox_before=before.inbox,
        received_before=before.received,
        inbox_after=after.inbox,
        received_after=after.received,
        outbox_before=before.outbox,
        sent_before=before.sent,
        outbox_after=after.outbox,
        sent_after=after.sent,
        operations=operations,
        fees=fees,
    )
