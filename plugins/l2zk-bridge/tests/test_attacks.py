"""The attacks that bridges have died of, each refused with its reason and nothing written.

Proofs are real where the attack is on them; where it is on what they state, a stand-in shows that, and with
L2ZK_REAL_PROOFS=1 in the environment a proof does.

The rest of the list: amounts, names and queues in test_attacks_on_money.py, paths in test_exits.py, crashes and
races in test_processes.py, changed bytes in test_audit.py, sums in test_sums.py.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bridge_world import (
    ALICE,
    ALPHA,
    BETA,
    BOB,
    CAROL,
    DEPTH,
    MACHINE,
    World,
    brought,
    paying,
    proved,
    really_proved,
    refused,
    refused_block,
    sending,
)
from l2zk_bridge import Block, Reason, Refusal
from l2zk_ledger import Message, Receive, State, Transfer, address_of, execute
from l2zk_ledger.messages import OVERDUE, TRANSFER

import l2zk

P = l2zk.MODULUS


# 1


def test_1_no_proof_and_noise(world: World) -> None:
    block = brought(world.run(ALPHA, paying(10)))
    for data in (b"", b"l2zk", os.urandom(20_000), bytes(1000)):
        assert "rule 9" in refused_block(world, Reason.PROOF, data, block)


def test_1_a_cut_a_changed_and_a_longer_proof(world: World) -> None:
    made = world.run(ALPHA, paying(10))
    proof, block = really_proved(made), brought(made)
    places = random.Random(1).sample(range(1000, len(proof)), 4)  # behind the header
    changed = [proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1 :] for at in places]
    for data in (proof[:-1], proof[: len(proof) // 2], proof + b"\0", *changed):
        with pytest.raises(Refusal) as caught:
            world.log.accept(data, block)
        assert caught.value.reason in (Reason.PROOF, Reason.PROGRAM)  # a changed byte may name another program
    assert world.log.accept(proof, block).new


# 2


def test_2_the_proof_of_another_program(world: World) -> None:
    proof = MACHINE.prove(l2zk.get_program("fib")(rounds=20))
    assert "fib.v0" in refused_block(world, Reason.PROGRAM, proof, brought(world.run(ALPHA, paying(10))))


def test_2_a_proof_of_a_tree_of_another_depth(world: World) -> None:
    block = brought(world.run(ALPHA, paying(10)))
    other = State(world.states[ALPHA].identity, DEPTH - 1, ALPHA)
    proof = really_proved(execute(other, []))
    assert "another depth" in refused_block(world, Reason.PROGRAM, proof, block)


def test_2_a_proof_of_fewer_bits(world: World) -> None:
    made = world.run(ALPHA, paying(10))
    weaker = l2zk.TraceZkVm(l2zk.ProofOptions(security=100), threads=1)
    assert "bits" in refused_block(world, Reason.PROOF, really_proved(made, machine=weaker), brought(made))


# 3, 4, 5, 6


def test_3_a_right_proof_that_begins_with_another_root(world: World) -> None:
    fork = world.states[ALPHA].copy()
    world.settle(ALPHA, paying(10))
    world.run(ALPHA, paying(20), state=fork)
    made = world.run(ALPHA, paying(30), state=fork)
    assert "another root" in refused_block(world, Reason.ROOT, proved(made), brought(made))


def test_4_two_right_blocks_of_one_height(world: World) -> None:
    fork = world.states[ALPHA].copy()
    world.settle(ALPHA, paying(10))
    other = world.run(ALPHA, paying(20), state=fork)
    assert "another block 2" in refused_block(world, Reason.EQUIVOCATION, proved(other), brought(other))


def test_4_a_height_that_is_not_the_next(world: World) -> None:
    world.run(ALPHA, paying(10))
    made = world.run(ALPHA, paying(20))
    assert "3, and 2 is next" in refused_block(world, Reason.HEIGHT, proved(made), brought(made))


def test_5_a_block_of_another_ledger_as_ones_own(world: World) -> None:
    """Both ledgers have one program; identity and number tell them apart."""
    made = world.run(BETA, Transfer(BOB, address_of(ALICE), 5))
    claimed = replace(brought(made), statement=replace(made.statement, number=ALPHA))
    assert "another identity" in refused_block(world, Reason.IDENTITY, proved(made), claimed)
    stolen = replace(made.statement, number=ALPHA, identity=world.log.ledger(ALPHA).identity)
    right_start = {name: getattr(world.states[ALPHA], name) for name in ("root", "inbox", "outbox", "received", "sent")}
    stolen = replace(stolen, **{f"{name}_before": value for name, value in right_start.items()})
    stolen = replace(stolen, inbox_after=stolen.inbox_before, outbox_after=stolen.outbox_before)
    assert "rule 9" in refused_block(world, Reason.PROOF, proved(made), Block(stolen))


def test_6_the_same_block_twice_changes_nothing(world: World) -> None:
    made = world.run(ALPHA, sending(10))
    proof, block = really_proved(made), brought(made)
    assert world.log.accept(proof, block).new
    before = world.log.digest()
    assert world.log.accept(proof, [block]) == replace(world.log.accept(proof, block), new=False)
    assert world.log.digest() == before
    for other in (replace(block, statement=replace(made.statement, fees=2)), replace(block, messages=())):
        assert "another block 2" in refused_block(world, Reason.EQUIVOCATION, proof, other)
    again = really_proved(made)  # hiding proofs differ: it is another proof of the same block
    assert "another block 2" in refused_block(world, Reason.EQUIVOCATION, again, block)


# 7, 8, 9, 10


def test_7_a_message_taken_twice_skipped_or_out_of_order(sent: World) -> None:
    first, second, third = (one.message for one in sent.log.inbox(BETA))
    for taken in ([first, first], [second], [second, first], [first, third, second], [third]):
        made = sent.run(BETA, *(Receive(one) for one in taken), state=sent.states[BETA].copy())
        assert "rule 15" in refused_block(sent, Reason.INBOX, proved(made), brought(made))
    sent.settle(BETA)
    made = sent.run(BETA, Receive(first))
    assert "0 are in the inbox" in refused_block(sent, Reason.INBOX, proved(made), brought(made))


@pytest.mark.parametrize(
    "change", [{"amount": 11}, {"recipient": address_of(CAROL)}, {"deadline": 11}, {"sequence": 9}]
)
def test_8_a_message_changed_after_it_was_sent(sent: World, change: dict[str, Any]) -> None:
    first = sent.log.inbox(BETA)[0].message
    made = sent.run(BETA, Receive(replace(first, **change)))
    assert "rule 15" in refused_block(sent, Reason.INBOX, proved(made), brought(made))


@pytest.mark.parametrize("change", [{"amount": 12}, {"recipient": address_of(CAROL)}, {"deadline": 11}])
def test_8_a_message_changed_beside_its_block(world: World, change: dict[str, Any]) -> None:
    made = world.run(ALPHA, sending(10))
    changed = Block(made.statement, (replace(made.sent[0], **change),))
    assert "rule 16" in refused_block(world, Reason.OUTBOX, b"", changed)
    other_token = [*made.sent[0].elements()]
    other_token[5] = 1
    assert "token" in refused(world.log, Reason.MESSAGE, world.log.accept, b"", [(made.statement, [other_token])])


def test_9_money_that_nobody_sent(world: World) -> None:
    invented = Message(ALPHA, BETA, 0, TRANSFER, 1000, 10, address_of(ALICE), address_of(BOB))
    made = world.run(BETA, Receive(invented))
    assert "takes 1 messages, and 0" in refused_block(world, Reason.INBOX, proved(made), brought(made))


def test_10_a_message_of_another_settlement(world: World, tmp_path: Path) -> None:
    """The same numbers, names and secrets there: identities and queues begin with others."""
    (tmp_path / "other").mkdir()
    other = World.funded(tmp_path / "other", identity=(9, 9, 9, 9))
    other.settle(ALPHA, sending(10))
    made = other.run(BETA, *other.receive(BETA))
    assert "identity" in refused_block(world, Reason.IDENTITY, proved(made), brought(made))


def test_10_an_outbox_taken_for_an_inbox(world: World) -> None:
    state = world.states[BETA]
    state.inbox, state.outbox = state.outbox, state.inbox
    made = world.run(BETA)
    assert "another inbox" in refused_block(world, Reason.INBOX, proved(made), brought(made))


# 11 (in turn; at once in test_processes.py)


def test_11_a_refund_after_delivery(sent: World) -> None:
    sent.settle(BETA)
    sent.clock.now += 11
    assert "delivered" in refused(sent.log, Reason.ENDED, sent.log.expire, ALPHA, 0)


def test_11_delivery_after_a_refund(sent: World) -> None:
    sent.clock.now += 11
    taken = sent.receive(BETA)
    late = sent.run(BETA, *taken, state=sent.states[BETA].copy())
    assert "tick 11" in refused_block(sent, Reason.DEADLINE, proved(late), brought(late))
    assert [one.state for one in sent.log.expire_overdue()] == ["expired"] * 3
    assert "rule 15" in refused_block(sent, Reason.INBOX, proved(late), brought(late))
    assert "expired" in refused(sent.log, Reason.ENDED, sent.log.expire, ALPHA, 0)
    sent.settle(BETA)
    sent.settle(ALPHA)
    assert sent.held == {ALPHA: 1000 - 3, BETA: 500} and sent.log.sums().holds


def test_11_a_message_skipped_before_its_deadline(sent: World) -> None:
    made = sent.run(BETA, Receive(sent.log.inbox(BETA)[0].message, OVERDUE))
    assert "rule 15" in refused_block(sent, Reason.INBOX, proved(made), brought(made))
    assert "tick 10" in refused(sent.log, Reason.EARLY, sent.log.expire, ALPHA, 0)
    sent.clock.now += 10
    assert "tick 10, and this is tick 10" in refused(sent.log, Reason.EARLY, sent.log.expire, ALPHA, 0)
