"""The settlement log with real proofs: what it carries and says when nobody attacks it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bridge_world import ALICE, ALPHA, BETA, BOB, CAROL, World, brought, paying, really_proved, sending
from l2zk_bridge import Log, Reason, Refusal
from l2zk_bridge.audit import audit
from l2zk_bridge.errors import RULES
from l2zk_ledger import Message, Receive, address_of
from l2zk_ledger.messages import TRANSFER


def test_a_message_is_delivered_and_the_sums_hold(world: World) -> None:
    world.settle(ALPHA, sending(40), paying(5, to=CAROL))
    assert world.log.sums().in_flight == 40 and world.log.sums().holds
    [waiting] = world.log.inbox(BETA)
    assert (waiting.position, waiting.state, waiting.message.amount) == (1, "in flight", 40)
    world.settle(BETA)
    assert world.log.inbox(BETA) == [] and [one.state for one in world.log.inbox(BETA, 0)] == ["delivered"] * 2
    assert world.held == {ALPHA: 958, BETA: 540} == world.log.sums().balances
    assert world.log.sums().claims == {"fees": 2}


def test_a_head_is_what_the_keeper_has(world: World) -> None:
    for _ in range(2):
        head, state = world.log.head(ALPHA), world.states[ALPHA]
        names = ("height", "root", "inbox", "received", "outbox", "sent")
        assert [getattr(head, name) for name in names] == [getattr(state, name) for name in names]
        world.settle(ALPHA, sending(5))


def test_several_blocks_by_one_proof_all_or_none(world: World) -> None:
    first = world.run(ALPHA, sending(10))
    second = world.run(ALPHA, sending(20), paying(5))
    third = world.run(ALPHA, *world.receive(ALPHA))
    blocks = [brought(one) for one in (first, second, third)]
    proof = really_proved(first, second, third)
    for some in (blocks[:2], [blocks[0], blocks[2]], [blocks[1], blocks[0], blocks[2]]):
        with pytest.raises(Refusal):
            world.log.accept(proof, some)
    assert world.log.accept(proof, blocks).height == 4
    assert [row["height"] for row in world.log.blocks(ALPHA)] == [1, 2, 3, 4]
    assert len({row["proof"] for row in world.log.blocks(ALPHA)}) == 2
    assert [one.message.amount for one in world.log.inbox(BETA)] == [10, 20] and audit(world.log)


def test_of_several_blocks_one_that_does_not_fit_stops_all(world: World) -> None:
    """The last one takes a message that nobody sent, which the log sees when it has written the first."""
    invented = Message(BETA, ALPHA, 0, TRANSFER, 1000, 10, address_of(BOB), address_of(ALICE))
    blocks = [world.run(ALPHA, sending(10)), world.run(ALPHA, Receive(invented))]
    before = world.log.digest()
    with pytest.raises(Refusal) as caught:
        world.accept(*blocks)
    assert caught.value.reason == Reason.INBOX and world.log.digest() == before


def test_a_withdrawal_is_a_claim(world: World) -> None:
    world.settle(ALPHA, sending(40, destination=0, to=CAROL))
    [claim, fees] = world.log.claims()
    assert (claim.kind, claim.address, claim.amount, fees.amount) == ("withdrawal", address_of(CAROL), 40, 1)


def test_a_deposit_with_a_reference_is_made_once(world: World) -> None:
    first = world.log.deposit(ALPHA, address_of(ALICE), 5, reference="transfer 17")
    before = world.log.digest()
    assert world.log.deposit(ALPHA, address_of(ALICE), 5, reference="transfer 17") == first
    for given in ((ALPHA, address_of(BOB), 5), (BETA, address_of(ALICE), 5), (ALPHA, address_of(ALICE), 6)):
        with pytest.raises(Refusal) as caught:
            world.log.deposit(*given, reference="transfer 17")
        assert caught.value.reason == Reason.REFERENCE
    assert world.log.digest() == before
    world.settle(ALPHA)
    assert world.log.deposit(ALPHA, address_of(ALICE), 5, reference="transfer 17").state == "delivered"


def test_ticks_never_go_back(world: World) -> None:
    world.clock.now += 7.9
    assert world.log.tick() == 7
    world.log.deposit(ALPHA, address_of(ALICE), 5)
    world.clock.now -= 100
    assert world.log.tick() == 7 and Log.open(world.log.path, world.clock).tick() == 7
    world.log.deposit(ALPHA, address_of(ALICE), 5)
    assert [row["tick"] for row in world.log.events()][-2:] == [7, 7]


def test_only_what_is_overdue_expires(world: World) -> None:
    world.settle(ALPHA, sending(10, 3), sending(20, 5), sending(30, 1, destination=0))
    world.clock.now += 4
    assert [one.message.amount for one in world.log.overdue()] == [10]
    assert [one.state for one in world.log.expire_overdue()] == ["expired"] and world.log.overdue() == []
    world.settle(BETA)
    assert world.held[BETA] == 520


def test_each_rule_stands_in_the_document_as_in_the_code() -> None:
    text = (Path(__file__).parents[1] / "BRIDGE.md").read_text(encoding="utf-8")
    rows = [f"| {number} | `{reason.name}` | {said} |" for reason, (number, said) in RULES.items()]
    assert list(RULES) == list(Reason) and "\n".join(rows) in text
    assert [number for number, _ in RULES.values()] == list(range(1, len(Reason) + 1))


def test_each_reason_is_given_by_the_code() -> None:
    package = Path(__file__).parents[1] / "l2zk_bridge"
    names = ("given", "rules", "accepting", "views", "log", "proofs", "queues")
    code = "".join((package / f"{name}.py").read_text(encoding="utf-8") for name in names)
    assert [reason for reason in Reason if f"Reason.{reason.name}" not in code] == []
