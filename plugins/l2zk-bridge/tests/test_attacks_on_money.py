"""Attacks with amounts, roots, kinds of messages, keys and floods: each refused with its reason, nothing written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from bridge_world import (
    ALICE,
    ALPHA,
    BETA,
    BOB,
    CAROL,
    DEPTH,
    World,
    brought,
    paying,
    refused,
    refused_block,
    sending,
)
from l2zk_bridge import Block, Reason
from l2zk_bridge import given as given_module
from l2zk_ledger import Message, Receive, Refused, Send, State, address_of
from l2zk_ledger.keys import identity_of
from l2zk_ledger.messages import DEPOSIT, EXPIRED, FAILED, advance

import l2zk

P = l2zk.MODULUS


# 12, 13, 14


@pytest.mark.parametrize("amount", [P - 1, P, 2**60, 0, -1, 2**64, 10**40])
def test_12_amounts_beyond_their_range(world: World, amount: int) -> None:
    assert "rule 6" in refused(world.log, Reason.AMOUNT, world.log.deposit, ALPHA, address_of(ALICE), amount)
    for operation in (sending(amount), paying(amount))[: 1 if amount == 0 else 2]:
        with pytest.raises(Refused):
            world.run(ALPHA, operation)


def test_12_a_message_of_nothing(world: World) -> None:
    made = world.run(ALPHA, sending(10))
    assert "brings 0" in refused_block(
        world, Reason.AMOUNT, b"", Block(made.statement, (replace(made.sent[0], amount=0),))
    )


def test_12_sums_that_would_wrap(world: World) -> None:
    rest = 2**60 - 1 - 1500
    assert "rule 7" in refused(world.log, Reason.MONEY, world.log.deposit, ALPHA, address_of(ALICE), rest + 1)
    world.log.deposit(ALPHA, address_of(ALICE), rest)
    world.settle(ALPHA)
    assert world.held[ALPHA] == 2**60 - 1 - 500 and world.log.sums().holds
    assert "rule 7" in refused(world.log, Reason.MONEY, world.log.deposit, BETA, address_of(ALICE), 1)


def test_12_a_ledger_that_gives_out_more_than_came_in(world: World) -> None:
    """Even if a proof could show that, the log counts by itself."""
    rich = State(world.log.ledger(ALPHA).identity, DEPTH, ALPHA)
    deposit = Message(0, ALPHA, 0, DEPOSIT, 10**6, 0, (0, 0, 0, 0), address_of(ALICE))
    world.run(ALPHA, Receive(deposit), state=rich)
    made = world.run(ALPHA, sending(1001), state=rich)
    own, head = made.statement, world.log.head(ALPHA)
    claimed = replace(own, root_before=head.root, inbox_before=head.inbox, inbox_after=head.inbox)
    assert "has 1000 and gets 0" in refused_block(world, Reason.OVERDRAWN, b"", Block(claimed, made.sent))


@pytest.mark.parametrize("root", [(0, 0, 0, 0), (1, 2, 3, 4)])
def test_13_a_root_that_is_not_the_empty_trees(world: World, root: tuple[int, ...]) -> None:
    said = refused(world.log, Reason.GENESIS, lambda: world.log.register("gamma", DEPTH, root=root))
    assert "rule 5" in said and ("zeros" in said) == (root[0] == 0)
    empty = State(identity_of(world.log.identity, 3), DEPTH, 3).root
    assert world.log.register("gamma", DEPTH, root=empty) == 3


@pytest.mark.parametrize("kind", [0, 2, EXPIRED, DEPOSIT, 6, P - 1])
def test_14_a_message_that_speaks_for_the_settlement(world: World, kind: int) -> None:
    made = world.run(ALPHA, sending(10, 0))
    elements = made.sent[0].elements()
    elements[4] = kind
    elements[8:12] = [0, 0, 0, 0]
    refused(world.log, Reason.MESSAGE, world.log.accept, b"", [(made.statement, [elements])])


@pytest.mark.parametrize("change", [{"source": BETA}, {"source": 0}, {"sequence": 1}])
def test_14_a_message_in_anothers_name(world: World, change: dict[str, Any]) -> None:
    made = world.run(ALPHA, sending(10))
    assert "rule 18" in refused_block(
        world, Reason.MESSAGE, b"", Block(made.statement, (replace(made.sent[0], **change),))
    )


@pytest.mark.parametrize(
    "change", [{}, {"amount": 11}, {"recipient": address_of(BOB)}, {"sender": (7, 0, 0, 0)}, {"destination": 3}]
)
def test_14_an_answer_to_what_was_not_taken(sent: World, change: dict[str, Any]) -> None:
    """A failed answer without its message would be money out of nothing, even if a proof could show it."""
    made = sent.run(BETA, *sent.receive(BETA), Send(BOB, ALPHA, address_of(ALICE), 5, 0, 10))
    first = sent.log.inbox(BETA)[0].message
    answer = Message(BETA, ALPHA, 0, FAILED, 10, 0, (first.sequence, 0, 0, 0), first.sender)
    wrong = replace(answer, **change)
    claimed = replace(made.statement, outbox_after=advance(made.statement.outbox_before, wrong))
    if change:
        assert "rule 19" in refused_block(sent, Reason.ANSWER, b"", Block(claimed, (wrong,)))
    else:
        refused_block(sent, Reason.PROOF, b"", Block(claimed, (wrong,)))
        twice = replace(answer, sequence=1)
        after = replace(claimed, sent_after=2, outbox_after=advance(claimed.outbox_after, twice))
        assert "message 1 gives back" in refused_block(sent, Reason.ANSWER, b"", Block(after, (answer, twice)))


# 16, 17, 18


def test_16_a_wrong_key_a_replayed_nonce_the_key_of_another(world: World) -> None:
    world.settle(ALPHA, replace(paying(10), nonce=0))
    for operation in (replace(paying(10), nonce=0), replace(paying(10), nonce=2), replace(paying(1), secret=CAROL)):
        with pytest.raises(Refused):
            world.run(ALPHA, operation)


def test_17_a_message_that_cannot_be_credited_blocks_nobody(world: World) -> None:
    taken = neighbour(address_of(BOB)[0])
    assert address_of(taken) != address_of(BOB)
    world.settle(ALPHA, sending(10, to=taken), sending(20))
    world.log.deposit(BETA, address_of(taken), 7, reference="by post")
    world.settle(BETA)
    assert [one.state for one in world.log.messages(2)] == ["failed", "delivered", "failed", "in flight", "claimed"]
    world.settle(ALPHA)
    assert world.held == {ALPHA: 1000 - 22, BETA: 520} and world.log.sums().holds
    [fees, back] = world.log.claims()
    assert (fees.kind, back.kind, back.amount, back.recipient) == ("fees", "deposit", 7, "by post")


def neighbour(first: int) -> tuple[int, int, int, int]:
    """A secret whose account would stand at the same place."""
    return next((k, 0, 0, 0) for k in range(10_000) if (address_of((k, 0, 0, 0))[0] ^ first) % 2**DEPTH == 0)


def test_17_a_ledger_that_is_not_there_blocks_nobody(world: World) -> None:
    world.settle(ALPHA, sending(10, destination=77), sending(20))
    assert [one.state for one in world.log.messages(2)] == ["expired", "in flight", "in flight"]
    world.settle(ALPHA)
    assert world.held[ALPHA] == 1000 - 20 - 2 and world.log.sums().holds


def test_18_a_flood_of_dust(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block sends and takes so many at most; each costs its sender at least 1, and they are taken in order."""
    monkeypatch.setattr(given_module, "MOST_MESSAGES", 4)
    made = world.run(ALPHA, *[sending(1)] * 5, state=world.states[ALPHA].copy())
    assert "rule 21" in refused_block(world, Reason.FLOOD, b"", brought(made))
    assert "rule 21" in refused_block(world, Reason.FLOOD, b"", *[brought(world.run(ALPHA))] * 257)
    for _ in range(5):
        world.log.deposit(BETA, address_of(BOB), 1)
    taken = world.run(BETA, *world.receive(BETA))
    assert "takes 5" in refused_block(world, Reason.FLOOD, b"", brought(taken))
