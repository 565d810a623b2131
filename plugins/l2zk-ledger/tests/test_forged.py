"""Forged blocks, one for each hazard: whatever else is made consistent, a named constraint or bus refuses each."""

from dataclasses import replace

import numpy as np
import pytest
from l2zk_ledger import Ledger, Receive, Transfer, execute, execution, identity_of
from l2zk_ledger.messages import FAILED, advance
from ledger_scenes import (
    ADDRESS,
    DEPTH,
    OTHER,
    SECRET,
    SETTLEMENT,
    SIZES,
    block,
    message,
    operations,
    refused,
    state,
    transfers,
)

import l2zk

P = l2zk.MODULUS


def told(executed, before=None, **changes):
    """The block with other arrays of accounts, and with the tree and the root that they give."""
    accounts = replace(executed.accounts, **{name: np.array(one, dtype=np.uint64) for name, one in changes.items()})
    after = before or state()
    figures = np.stack([accounts.balance_after, accounts.nonce_after], axis=1)
    nodes = tuple(after.put(accounts.address, figures))
    statement = replace(executed.statement, root_after=after.root)
    return replace(executed, accounts=accounts, nodes=nodes, statement=statement)


def changed(witness, row=0, **columns):
    """The witness with other values in a row of columns of the main table, or `accounts__x` of another one."""
    made = dict(witness)
    for name, value in columns.items():
        name = name.replace("__", ".")
        made[name] = np.array(made[name], dtype=np.uint64)
        made[name][row] = value % P
    return made


def test_an_amount_of_minus_one():
    program, executed, _ = transfers((0, 1, 100, 1))
    lie = program.witness(told(executed, balance_after=[1000, 999]))
    assert refused(program, changed(lie, amount=-1)) == {"amount"}


def test_a_fee_of_minus_one():
    program, executed, _ = transfers((0, 1, 100, 1))
    lie = program.witness(told(executed, balance_after=[901, 1100])) | {"fees": P - 1}
    assert refused(program, changed(lie, fee=-1)) == {"fee"}


def test_an_amount_without_cover():
    program, executed, _ = transfers((0, 1, 100, 1))
    lie = program.witness(told(executed, balance_after=[P - 1001, 3000]))
    assert refused(program, changed(lie, amount=2000)) == {"the sender has enough"}


def test_a_balance_that_reaches_two_to_the_60(monkeypatch):
    monkeypatch.setattr(execution, "MOST_AMOUNT", 2**62)
    rich = state()
    rich.put(np.array([ADDRESS[1]], dtype=np.uint64), np.array([[2**60 - 1, 0]], dtype=np.uint64))
    for amount, wrong in ((0, set()), (1, {"the recipient's balance"})):
        executed = execute(rich.copy(), [Transfer(SECRET[0], ADDRESS[1], amount)])
        program, _, _ = transfers()
        assert refused(program, program.witness(executed)) == wrong


def test_money_from_a_transfer_to_oneself():
    program, executed, _ = transfers((0, 0, 100, 1))
    lie = program.witness(told(executed, balance_after=[1100], nonce_after=[0]))
    assert refused(program, changed(lie, recipient_balance=1000, recipient_nonce=0)) == {"accounts"}
    assert refused(program, changed(lie, recipient_balance=1000, recipient_nonce=0, recipient_time=0)) == {"accounts"}


def test_a_nonce_that_was_used():
    program, executed, _ = transfers((0, 1, 100, 1), (0, 1, 100, 1))
    lie = program.witness(told(executed, nonce_after=[1, 0]))
    assert refused(program, changed(lie, 1, sender_nonce=0)) == {"accounts"}


def test_a_wrong_secret():
    program, _, witness = transfers((0, 1, 100, 1))
    assert refused(program, changed(witness, secret0=SECRET[0][0] + 1)) == {"accounts"}
    assert refused(program, changed(witness, **{f"secret{k}": SECRET[1][k] for k in range(4)})) == {"accounts"}


def test_rows_that_are_no_operation_or_two():
    program, _, witness = transfers((0, 1, 100, 1), (0, 1, 0, 0))
    assert refused(program, changed(witness, 1, transfer=0, fee=5)) >= {"only who spends pays a fee"}
    assert "transfer is a bit" in refused(program, changed(witness, transfer=2))
    assert refused(program, changed(witness, 1, transfer=0)) >= {"accounts", "operations as stated"}
    program, _, witness = block()
    assert "an operation is one of them" in refused(program, changed(witness, credit=1))


def test_an_account_that_is_opened_twice():
    """The second row of place 0 gives its figures once more, and the second transfer spends them again."""
    program, executed, _ = transfers((0, 1, 1000, 0), (0, 1, 0, 0))
    lie = program.witness(told(executed, balance_after=[0, 3000], nonce_after=[1, 0], time=[1, 4]))
    more = {"address": ADDRESS[0], "active": 1, "existed": 1, "balance_before": 1000, "nonce_after": 1, "time": 3}
    for name in [one for one in lie if one.startswith("accounts.")]:
        field = name.removeprefix("accounts.")
        value = more["address"][int(field[-1])] if field[-1].isdigit() else more.get(field, 0)
        lie[name] = np.append(lie[name].astype(np.uint64), np.uint64(value))
    lie = changed(lie, 1, amount=1000, sender_balance=1000, sender_nonce=0, sender_time=0, recipient_balance=2000)
    assert refused(program, lie) == {"nodes"}


def test_an_account_that_is_opened_twice_and_stays():
    """Its row is there twice, and a node takes the leaf twice, which is the same before and after."""
    program, executed, _ = transfers((0, 2, 0, 0), (0, 2, 0, 0))
    lie = program.witness(told(executed, time=[3, 2]))
    for name in [one for one in lie if one.startswith("accounts.")]:
        lie[name] = np.append(np.array(lie[name], dtype=np.uint64), np.uint64(lie[name][1]))
    lie = changed(changed(lie, 2, accounts__time=4), 1, recipient_time=0)
    assert refused(program, changed(lie, rows_of(lie)[2, 1], nodes0__left_touched=2)) == {"left_touched is a bit"}


def unbalanced(program, witness, rows=slice(None)):
    """The witness with nodes of a second table: those of some rows of the first once more."""
    made = dict(witness)
    for name in [one for one in witness if one.startswith("nodes0.")]:
        made[name.replace("nodes0", "nodes1")] = np.array(witness[name], dtype=np.uint64)[rows]
    return made


def test_a_node_that_is_given_twice():
    program, _, witness = transfers((0, 1, 100, 1))
    assert refused(program, unbalanced(program, witness, slice(0, 1))) == {"nodes"}
    assert refused(program, unbalanced(program, witness, slice(2, 3))) == {"nodes"}


@pytest.mark.parametrize(("place", "side"), [(2, "left"), (3, "right")])
def test_a_node_from_thin_air(place, side):
    """An account gets a million beside the transfer; its row is taken out, and its leaf is said to be untouched."""
    program, executed, _ = transfers((0, 1, 100, 1), (place, place, 0, 0))
    lie = program.witness(told(executed, balance_after=[899, 1100, 10**6]))
    first = {name: column[:1] for name, column in lie.items() if not name.count(".") and np.ndim(column)}
    lie |= first | {name: column[:2] for name, column in lie.items() if name.startswith("accounts.")}
    row = rows_of(lie)
    hidden = changed(lie | {"operations": 1}, row[2, 1], **{f"nodes0__{side}_touched": 0})
    assert refused(program, hidden) == {f"an untouched {side} child stays"}
    bare = changed(hidden, row[2, 1], nodes0__active=0)
    bare = changed(bare, row[1, 0], nodes0__right_touched=0)
    assert refused(program, bare) == {f"an untouched {one} child stays" for one in (side, "right")}


def rows_of(witness):
    """The rows of the first table of nodes by level and number."""
    ends = zip(witness["nodes0.level"].tolist(), witness["nodes0.number"].tolist())
    return {node: row for row, node in enumerate(ends)}


def test_a_node_that_takes_its_children_and_gives_nothing():
    """The leaves of a transfer go to a row that is not active; above it nothing is touched, and the root stays."""
    program, executed, witness = transfers((0, 1, 100, 1))
    row = rows_of(witness)
    lie = witness | {f"root_after{k}": one for k, one in enumerate(executed.statement.root_before)}
    for level in (0, 1):
        old = {f"nodes0__left_after{k}": int(lie[f"nodes0.left_before{k}"][row[level, 0]]) for k in range(4)}
        lie = changed(lie, row[level, 0], nodes0__left_touched=0, **old)
    lie = changed(changed(lie, row[1, 0], nodes0__active=0), row[2, 0], nodes0__active=0)
    sides = {f"a row that takes its {side} child is active" for side in ("left", "right")}
    assert refused(program, lie) == sides


def test_a_root_that_stays_and_changes():
    program, _, witness = transfers((0, 1, 100, 1))
    assert "a root that stays is the same" in refused(program, witness | {"root_stays": [1]})


def test_a_node_of_another_level_or_number():
    program, executed, witness = transfers((0, 1, 100, 1))
    for columns in ({"nodes0__level": 1}, {"nodes0__number": (P + 1) // 2}, {"nodes0__number": 1}):
        assert refused(program, changed(witness, **columns)) == {"nodes"}
    other = Ledger(DEPTH + 1, 8, accounts=8, nodes=(8, 4))
    assert refused(other, other.witness(replace(executed, depth=DEPTH + 1))) == {"nodes"}


def test_a_cycle_of_payments_without_cover():
    """Each pays from what it gets from the other one; the first payment reads what the second one leaves."""
    program, executed, _ = transfers((0, 1, 0, 0), (1, 0, 0, 0))
    lie = program.witness(told(executed, balance_after=[1500, 500], nonce_after=[1, 1], time=[1, 3]))
    lie = changed(lie, amount=1500, sender_balance=3000, sender_time=4, recipient_balance=1000)
    lie = changed(lie, 1, amount=2000, sender_balance=2500, sender_time=2, recipient_balance=1000, recipient_time=0)
    lie = changed(lie, 1, recipient_nonce=0)
    assert refused(program, lie) == {"the sender's access is later"}


def test_a_credit_that_reads_what_a_later_one_leaves():
    program, executed, _ = transfers((0, 2, 10, 0), (1, 2, 20, 0))
    lie = program.witness(told(executed, time=[1, 3, 2]))
    lie = changed(lie, recipient_balance=1020, recipient_time=4)
    lie = changed(lie, 1, recipient_balance=1000, recipient_time=0)
    assert refused(program, lie) == {"the recipient's access is later"}


def test_a_new_account_that_begins_with_money():
    program, executed, _ = transfers((0, 4, 100, 1))
    lie = program.witness(told(executed, balance_after=[899, 10**6 + 100]))
    lie = changed(changed(lie, 1, accounts__balance_before=10**6), recipient_balance=10**6)
    assert refused(program, lie) == {"a new account has no balance"}
    lie = program.witness(told(executed, nonce_after=[1, 7]))
    lie = changed(changed(lie, 1, accounts__nonce_before=7), recipient_nonce=7)
    assert refused(program, lie) == {"a new account has no nonce"}


def test_a_credit_to_a_place_that_is_taken():
    program, executed, _ = transfers((1, 0, 100, 1))
    other = np.array(executed.accounts.address)
    other[0] = OTHER[0]
    facts = {"existed": [0, 1], "balance_before": [0, 1000], "balance_after": [100, 899]}
    lie = program.witness(told(executed, address=other, **facts))
    lie = changed(lie, recipient_balance=0, recipient_existed=0, **{f"recipient{k}": OTHER[0][k] for k in range(4)})
    assert refused(program, lie) == {"nodes"}


def test_a_credit_to_another_account_than_the_message_says():
    program, executed, _ = block([Receive(message(0, recipient=ADDRESS[6]))])
    other = replace(executed.received[0][0], recipient=ADDRESS[5])
    statement = replace(executed.statement, inbox_after=advance(executed.statement.inbox_before, other))
    executed = replace(executed, operations=(Receive(other),), received=((other, 0),), statement=statement)
    assert refused(program, program.witness(executed) | {"failed": [0], "credit": [1], "inbox.failed": [0]}) == {
        "a credit goes to the recipient"
    }


def failing(recipient, accessed=0):
    """A message that is answered by a failure, to this recipient, with the account of a place as the one in its way."""
    program, executed, _ = block([Receive(message(0, recipient=OTHER[accessed]))])
    sent = replace(executed.received[0][0], recipient=recipient)
    statement = replace(executed.statement, inbox_after=advance(executed.statement.inbox_before, sent))
    executed = replace(executed, operations=(Receive(sent),), received=((sent, 0),), statement=statement)
    return program, program.witness(executed) | {"failed": [1], "credit": [0], "inbox.failed": [1]}


def test_a_failure_where_there_is_none():
    assert refused(*failing(OTHER[0])) == set()
    assert refused(*failing(ADDRESS[0])) == {"a message fails at another address"}
    assert refused(*failing(ADDRESS[1])) == {"a message fails at the place of its recipient"}
    assert refused(*failing(ADDRESS[6])) == {"a message fails at the place of its recipient"}


def test_a_failure_by_an_account_that_is_made_later():
    """A message to an empty place fails, because of the account that the next message makes there."""
    program, executed, _ = block([Receive(message(0, recipient=OTHER[0])), Receive(message(1, recipient=ADDRESS[5]))])
    first = replace(executed.received[0][0], recipient=OTHER[5])
    received = ((first, 0), executed.received[1])
    inbox = advance(advance(executed.statement.inbox_before, first), received[1][0])
    executed = replace(executed, operations=tuple(Receive(one) for one, _ in received), received=received)
    executed = replace(executed, statement=replace(executed.statement, inbox_after=inbox))
    only = {name: getattr(executed.accounts, name)[1:] for name in vars(executed.accounts)}
    executed = replace(executed, recipients=replace(executed.recipients, account=np.zeros(2, dtype=np.int64)))
    lie = program.witness(told(executed, **only))
    lie |= {"failed": [1, 0], "credit": [0, 1], "inbox.failed": [1, 0]}
    there = {f"accessed{k}": ADDRESS[5][k] for k in range(4)}
    lie = changed(changed(lie, recipient_balance=0, recipient_nonce=0, **there), 1, recipient_time=2)
    assert refused(program, changed(lie, 1, recipient_existed=1)) == {"accounts"}
    lie = changed(lie, 1, recipient_existed=1)
    assert refused(program, changed(lie, recipient_existed=0)) == {"the other account is there"}


QUEUED = [Receive(message(0)), Receive(message(1, amount=51), 1), Receive(message(2, amount=52))]


def stating(witness, wanted):
    """The witness with the public queues of another block, and with its counts."""
    names = [name for name in witness if name.startswith(("inbox_", "received_", "outbox_", "sent_"))]
    return witness | {name: wanted[name] for name in names}


def test_messages_that_are_taken_twice_skipped_or_in_another_order():
    program, _, honest = block(QUEUED)
    for queue in (
        [QUEUED[0], QUEUED[0], QUEUED[2]],
        [QUEUED[0], QUEUED[2]],
        [QUEUED[0], QUEUED[2], QUEUED[1]],
        [*QUEUED, Receive(message(3))],
    ):
        _, _, witness = block(queue)
        broken = refused(program, stating(witness, honest))
        assert "the inbox ends" in broken and broken <= {"the inbox ends", "received as stated"}


def test_operations_that_take_other_messages_than_the_queue_has():
    program, _, honest = block(QUEUED)
    for queue in ([QUEUED[0], QUEUED[0], QUEUED[2]], [QUEUED[0], QUEUED[2]], [QUEUED[1], QUEUED[0], QUEUED[2]]):
        _, _, witness = block(queue)
        inbox = {name: column for name, column in honest.items() if name.startswith("inbox.")}
        broken = refused(program, stating(witness | inbox, honest))
        assert "inbox" in broken and broken <= {"inbox", "received as stated"}


def test_another_outcome_than_the_log_gave():
    program, _, honest = block([QUEUED[1]])
    _, _, witness = block([Receive(QUEUED[1].message, 0)])
    assert refused(program, stating(witness, honest)) == {"the inbox ends"}
    assert "inbox" in refused(program, changed(stating(witness, honest), inbox__overdue=1))


def test_an_answer_that_is_overdue_or_fails():
    for kind, name in ((FAILED, "only transfers and deposits fail"), (2, "the kind is one of four")):
        program, _, witness = block(operations())
        rows = witness["inbox.failed"].tolist().index(1)
        assert name in refused(program, changed(witness, rows, inbox__kind=kind))
    program, _, witness = block([QUEUED[1]])
    assert "only transfers are overdue" in refused(program, changed(witness, inbox__kind=FAILED))


def test_an_outbox_that_operations_do_not_give():
    program, _, witness = block(operations())
    for name in ("amount", "destination", "recipient0"):
        assert {"outbox", "the outbox ends"} == refused(program, changed(witness, **{f"outbox__{name}": 3}))
    assert "outbox" in refused(program, changed(witness, 1, outbox__active=0))
    assert "active is a bit" in refused(program, changed(witness, 1, outbox__active=2))
    assert refused(program, witness | {"sent_after": 1}) == {"sent as stated"}


@pytest.mark.parametrize("queue", ["inbox", "outbox"])
def test_a_message_behind_the_only_one(queue):
    """A table for one message has no padding: there the queue would move, and no operation would take or give it."""
    program, executed, witness = block([], SIZES | {"messages_in": 1, "messages_out": 1})
    one = replace(message(1), source=2 if queue == "inbox" else 1, destination=1)
    facts = {"active": 1, **{name: getattr(one, name) for name in ("source", "destination", "sequence", "kind")}}
    facts |= {"amount": one.amount, "deadline": one.deadline}
    facts |= {f"{end}{k}": value for end in ("sender", "recipient") for k, value in enumerate(getattr(one, end))}
    facts = {f"{queue}.{name}": [0, value] for name, value in facts.items() if f"{queue}.{name}" in witness}
    after = advance(getattr(executed.statement, f"{queue}_before"), one)
    lie = witness | facts | {f"{queue}_after{k}": value for k, value in enumerate(after)}
    assert refused(program, lie) == {queue}


def test_another_ledger():
    """Of another identity the leaves are others, of another number the messages."""
    other = {f"identity{k}": one for k, one in enumerate(identity_of(SETTLEMENT, 2))}
    program, _, witness = transfers((0, 1, 5, 1))
    assert refused(program, witness | other) == {"nodes"}
    assert refused(program, witness | {"operations": 2}) == {"operations as stated"}
    assert refused(program, witness | {"fees": 2}) == {"fees as stated"}
    program, _, witness = block(QUEUED)
    assert refused(program, witness | {"number": 2}) == {"the inbox ends"}
