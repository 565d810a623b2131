"""Execution against a ledger of dicts: random operations, those that are refused, and what a witness is made of."""

import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from l2zk_ledger import Account, Message, Receive, Refused, Send, State, Transfer, address_of, execute, identity_of
from l2zk_ledger.messages import DEPOSIT, EXPIRED, FAILED, INBOX, MOST_AMOUNT, OUTBOX, OVERDUE, TRANSFER, advance, start
from l2zk_ledger.operations import MOST_FEE

from l2zk import poseidon2
from l2zk.errors import ArgumentError

SECRETS = [(k, 2, 3, 4) for k in range(1, 9)]
ADDRESSES = [address_of(secret) for secret in SECRETS]
IDENTITY = identity_of((9, 8, 7, 6), 1)
ZERO = (0, 0, 0, 0)
DEPTH = 3
"""So few places that several addresses have the same one."""


def funded(depth=20, count=4, balance=100):
    state = State(IDENTITY, depth)
    state.fund(dict.fromkeys(ADDRESSES[:count], balance))
    return state


def taken(address, depth=20):
    """Another address with the same place."""
    return (address[0] ^ 1 << depth, *address[1:])


def snapshot(state):
    heads = state.root, state.height, state.inbox, state.outbox, state.received, state.sent
    return heads, state.accounts()


def transfer_to_us(amount=5, recipient=ADDRESSES[1], kind=TRANSFER, **changes):
    sender = {TRANSFER: ADDRESSES[7], DEPOSIT: ZERO}.get(kind, (3, 0, 0, 0))
    deadline = 9 if kind == TRANSFER else 0
    return dataclasses.replace(Message(2, 1, 0, kind, amount, deadline, sender, recipient), **changes)


def test_no_secret_is_printed():
    secret = tuple(2**60 + k for k in range(4))
    state = State(IDENTITY, 20)
    state.fund({address_of(secret): 9})
    made = execute(state, [Transfer(secret, ADDRESSES[1], 5), Send(secret, 2, ADDRESSES[1], 1, 0, 9)])
    assert made.secrets.tolist() == [list(secret)] * 2
    assert not [one for one in secret if str(one) in repr(made) or str(one) in str(made.operations)]


def check_witness(made):
    """Every access finds what the one before left, and every node is the digest of its children."""
    touched, last = made.accounts, {}
    rows = zip(touched.existed.tolist(), touched.balance_before.tolist(), touched.nonce_before.tolist())
    now = {account: (*row, 0) for account, row in enumerate(rows)}
    for index, operation in enumerate(made.operations):
        for side, access in ((1, made.senders), (2, made.recipients)):
            account = int(access.account[index])
            if account < 0:
                continue
            found = access.existed[index], access.balance[index], access.nonce[index], access.time[index]
            assert now[account] == tuple(one.item() for one in found)
            now[account] = after(operation, side, touched.address[account], now[account], 2 * index + side)
            last[account] = 2 * index + side
    ends = zip(touched.balance_after.tolist(), touched.nonce_after.tolist(), touched.time.tolist())
    assert now == {account: (True, *end) for account, end in enumerate(ends)}
    assert [one.level for one in made.nodes] == (list(range(made.depth)) if len(touched.place) else [])
    for level in made.nodes:
        assert (poseidon2.compress(level.left_before, level.right_before) == level.before).all()
        assert (poseidon2.compress(level.left_after, level.right_after) == level.after).all()
        assert (level.left_before[~level.left_touched] == level.left_after[~level.left_touched]).all()
        assert (level.right_before[~level.right_touched] == level.right_after[~level.right_touched]).all()
    if made.nodes:
        roots = made.nodes[0].before[0].tolist(), made.nodes[0].after[0].tolist()
        assert roots == (list(made.statement.root_before), list(made.statement.root_after))


def after(operation, side, address, found, time):
    """What an access leaves of an account."""
    _, balance, nonce, _ = found
    if side == 1:
        return True, balance - operation.amount - operation.fee, nonce + 1, time
    to = operation.message if isinstance(operation, Receive) else operation
    return True, balance + to.amount if to.recipient == tuple(address.tolist()) else balance, nonce, time


class Plain(RuleBasedStateMachine):
    """Blocks of random operations, on a state and on dicts; most are wrong in some way."""

    @initialize()
    def begin(self):
        self.state, self.plain, self.collected, self.out, self.taken_in = State(IDENTITY, DEPTH), {}, 0, 0, 0
        self.inbox, self.outbox = start(IDENTITY, INBOX), start(IDENTITY, OUTBOX)
        self.pending, self.posted, self.before = [], [], 0

    def place(self, address):
        return address[0] % 2**DEPTH

    def credit(self, address, amount):
        """Whether the amount found its account."""
        known, balance, nonce = self.plain.get(self.place(address), (address, 0, 0))
        if known != address:
            return False
        self.plain[self.place(address)] = (address, balance + amount, nonce)
        return True

    def debit(self, secret, amount, fee, nonce):
        address = address_of(secret)
        known, balance, now = self.plain.get(self.place(address), (None, 0, 0))
        if known != address or nonce not in (None, now) or balance < amount + fee:
            return False
        self.plain[self.place(address)] = (address, balance - amount - fee, now + 1)
        self.collected += fee
        return True

    @rule(
        who=strategies.integers(0, 7),
        to=strategies.integers(0, 7),
        amount=strategies.integers(0, 60),
        fee=strategies.integers(0, 2),
        nonce=strategies.sampled_from([None, None, None, 0, 1]),
        away=strategies.booleans(),
    )
    def spend(self, who, to, amount, fee, nonce, away):
        before, made = dict(self.plain), (SECRETS[who], ADDRESSES[to], amount, fee, nonce)
        fits = self.debit(SECRETS[who], amount, fee, nonce)
        if away:
            operation = Send(SECRETS[who], 2, ADDRESSES[to], amount, fee, deadline=7, nonce=nonce)
        else:
            operation = Transfer(*made)
            fits = fits and self.credit(ADDRESSES[to], amount)
        if not fits:
            self.collected -= fee if self.plain != before else 0
            self.plain = before
        elif away:
            self.out += amount
            self.posted.append((TRANSFER, 2, amount, 7, ADDRESSES[who], ADDRESSES[to]))
        self.pending.append((operation, fits))

    @rule(
        to=strategies.integers(0, 7),
        amount=strategies.integers(0, 200),
        kind=strategies.sampled_from([TRANSFER, DEPOSIT]),
        outcome=strategies.sampled_from([0, 0, 0, OVERDUE]),
    )
    def receive(self, to, amount, kind, outcome):
        message = transfer_to_us(amount, ADDRESSES[to], kind)
        outcome = 0 if kind == DEPOSIT else outcome
        self.inbox = advance(self.inbox, message, outcome)
        if outcome == 0:
            self.taken_in += amount
            if not self.credit(ADDRESSES[to], amount):
                self.out += amount
                self.posted.append((FAILED, 2, amount, 0, (message.sequence, 0, 0, 0), message.sender))
        self.pending.append((Receive(message, outcome), True))

    @rule(skip=strategies.booleans())
    def block(self, skip):
        operations, wrong = (
            [one for one, _ in self.pending],
            [k for k, (_, fits) in enumerate(self.pending) if not fits],
        )
        before = snapshot(self.state)
        if wrong and not skip:
            with pytest.raises(Refused) as caught:
                execute(self.state, operations)
            assert caught.value.index == wrong[0] and snapshot(self.state) == before
        made = execute(self.state, operations, skip_refused=True)
        assert [index for index, _ in made.refused] == wrong
        assert made.statement.root_before == before[0][0] and made.statement.operations == len(operations) - len(wrong)
        assert made.statement.fees == self.collected - self.before
        self.before = self.collected
        found = [(one.kind, one.destination, one.amount, one.deadline, one.sender, one.recipient) for one in made.sent]
        assert found == self.posted
        for message in made.sent:
            self.outbox = advance(self.outbox, message)
        check_witness(made)
        self.pending, self.posted = [], []

    @invariant()
    def same(self):
        if not self.pending:
            plain = {self.place(one.address): (one.address, one.balance, one.nonce) for one in self.state.accounts()}
            assert plain == self.plain and self.state.inbox == self.inbox
            assert self.state.outbox == self.outbox
            assert self.state.total + self.collected + self.out == self.taken_in


Plain.TestCase.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
TestPlain = Plain.TestCase


WRONG = [
    (dict(secret=SECRETS[6]), "the sender has no account"),
    (dict(secret=(1, 2, 3)), "the secret is to be"),
    (dict(secret=(1, 2, 3, 2**64 - 1)), "the secret is to be"),
    (dict(secret=(1.0, 2, 3, 4)), "the secret is to be"),
    (dict(recipient=list(ADDRESSES[1])), "the recipient is to be"),
    (dict(recipient=(2**64 - 2**32 + 1, 0, 0, 0)), "the recipient is to be"),
    (dict(recipient=taken(ADDRESSES[1])), "the place of the recipient is taken by another address"),
    (dict(amount=101), "the sender has 100, and 101 and a fee of 0 are more"),
    (dict(fee=1), "the sender has 100, and 100 and a fee of 1 are more"),
    (dict(amount=-1), "the amount is to be an integer from 0 to"),
    (dict(amount=MOST_AMOUNT + 1), "the amount is to be an integer from 0 to"),
    (dict(amount=2**64 - 2**32), "the amount is to be an integer from 0 to"),
    (dict(amount=1.5), "the amount is to be an integer from 0 to"),
    (dict(amount=True), "the amount is to be an integer from 0 to"),
    (dict(fee=MOST_FEE + 1), "the fee is to be an integer from 0 to"),
    (dict(nonce=1), "the nonce is 1, and the sender's next one is 0"),
    (dict(nonce=-1), "the nonce is -1"),
    (dict(nonce=False), "the nonce is False"),
]


@pytest.mark.parametrize("changes, reason", WRONG, ids=lambda one: str(one)[:40])
@pytest.mark.parametrize("kind", [Transfer, Send])
def test_what_is_refused_changes_nothing_and_says_why(kind, changes, reason):
    state = funded()
    before = snapshot(state)
    right = dict(secret=SECRETS[0], recipient=ADDRESSES[1], amount=100) | ({"destination": 2} if kind is Send else {})
    if kind is Send and "is taken" in reason:
        execute(state, [Send(**(right | changes))])
        return
    with pytest.raises(Refused) as caught:
        execute(state, [Transfer(SECRETS[2], ADDRESSES[3], 1), kind(**(right | changes))])
    assert caught.value.index == 1 and caught.value.reason.startswith(reason)
    assert snapshot(state) == before and str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    made = execute(state, [Transfer(SECRETS[2], ADDRESSES[3], 1), kind(**(right | changes))], skip_refused=True)
    assert made.refused == ((1, caught.value.reason),) and made.statement.operations == 1


@pytest.mark.parametrize("destination, deadline", [(1, 0), (-1, 0), (2**32, 0), (2, -1), (2, 2**32)])
def test_a_send_to_nowhere_is_refused(destination, deadline):
    with pytest.raises(Refused):
        execute(funded(), [Send(SECRETS[0], destination, ADDRESSES[1], 1, deadline=deadline)])


def test_a_sender_may_be_its_recipient():
    state = funded()
    execute(state, [Transfer(SECRETS[0], ADDRESSES[0], 99, 1), Transfer(SECRETS[0], ADDRESSES[0], 99)])
    assert state.account(ADDRESSES[0]) == Account(ADDRESSES[0], 99, 2) and state.total == 399
    with pytest.raises(Refused):  # what it would get back does not help
        execute(state, [Transfer(SECRETS[0], ADDRESSES[0], 100)])


def test_no_balance_and_no_sum_of_fees_reaches_its_bound():
    state = State(IDENTITY, 20)
    state.fund({ADDRESSES[0]: MOST_AMOUNT})
    execute(state, [Transfer(SECRETS[0], ADDRESSES[1], MOST_AMOUNT), Transfer(SECRETS[1], ADDRESSES[0], MOST_AMOUNT)])
    assert state.account(ADDRESSES[0]) == Account(ADDRESSES[0], MOST_AMOUNT, 1)
    with pytest.raises(Refused, match="the recipient's balance would reach 2\\^60"):
        execute(state, [Receive(transfer_to_us(1, ADDRESSES[0]))])


def test_a_message_that_cannot_be_credited_goes_back():
    state = funded()
    other = taken(ADDRESSES[0])
    made = execute(state, [Receive(transfer_to_us(5, other, sequence=7)), Receive(transfer_to_us(6, other, DEPOSIT))])
    assert made.sent == (
        Message(1, 2, 0, FAILED, 5, 0, (7, 0, 0, 0), ADDRESSES[7]),
        Message(1, 2, 1, FAILED, 6, 0, (0, 0, 0, 0), ZERO),
    )
    assert state.total == 400 and state.received == state.sent == 2
    check_witness(made)
    for kind in (FAILED, EXPIRED):
        with pytest.raises(Refused, match="the place of the recipient of an answer is taken"):
            execute(state, [Receive(transfer_to_us(5, other, kind))])


@pytest.mark.parametrize("kind", [FAILED, EXPIRED, DEPOSIT, TRANSFER])
def test_a_message_is_credited(kind):
    state = funded()
    execute(state, [Receive(transfer_to_us(5, ADDRESSES[0], kind)), Receive(transfer_to_us(6, ADDRESSES[7], kind))])
    assert state.account(ADDRESSES[0]).balance == 105 and state.account(ADDRESSES[7]) == Account(ADDRESSES[7], 6, 0)


def test_outcomes_and_destinations_of_messages():
    state = funded()
    execute(state, [Receive(transfer_to_us(), OVERDUE)])
    assert state.total == 400 and state.received == 1
    wrong = [Receive(transfer_to_us(), 2), Receive(transfer_to_us(kind=DEPOSIT), OVERDUE)]
    for one in (*wrong, Receive(transfer_to_us(destination=3))):
        with pytest.raises(Refused):
            execute(state, [one])


NO_MESSAGES = [
    dict(kind=2),
    dict(token=1),
    dict(amount=-1),
    dict(amount=2**60),
    dict(source=2**32),
    dict(sequence=1.0),
    dict(sender=(1, 2, 3)),
    dict(recipient=[1, 2, 3, 4]),
    dict(recipient=(2**64, 0, 0, 0)),
    dict(kind=DEPOSIT, deadline=0),
    dict(kind=FAILED, deadline=0),
    dict(kind=FAILED, sender=(1, 0, 0, 0)),
    dict(deadline=-1),
]


@pytest.mark.parametrize("changes", NO_MESSAGES, ids=str)
def test_what_is_no_message(changes):
    with pytest.raises(ArgumentError):
        dataclasses.replace(transfer_to_us(), **changes)


def test_a_message_is_its_16_elements():
    message = transfer_to_us()
    assert Message.from_elements(message.elements()) == message
    assert Message.from_elements(np.array(message.elements(), dtype=np.uint64)) == message
    for wrong in ([], message.elements()[:15], [0, *message.elements()[1:]]):
        with pytest.raises(ArgumentError):
            Message.from_elements(wrong)


def test_what_is_no_operation():
    with pytest.raises(ArgumentError, match="an operation is a Transfer, a Send or a Receive, not str"):
        execute(funded(), ["pay"])
    made = execute(funded(), [])
    assert made.statement.root_before == made.statement.root_after and made.statement.operations == 0


def test_money_from_nowhere_is_refused():
    state = funded()
    for balances in ({ADDRESSES[5]: -1}, {ADDRESSES[5]: 2**60 - 1}, {ADDRESSES[0]: 1}, {taken(ADDRESSES[0]): 1}):
        with pytest.raises(ArgumentError):
            state.fund(balances)
    execute(state, [])
    with pytest.raises(ArgumentError, match="the ledger has 1 blocks"):
        state.fund({ADDRESSES[5]: 1})
