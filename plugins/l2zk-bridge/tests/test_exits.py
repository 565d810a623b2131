"""A ledger that falls silent: it is closed, its accounts leave by proofs of their own, its queue is not lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from bridge_world import ALICE, ALPHA, BETA, BOB, CAROL, DEPTH, MACHINE, World, paying, sending
from l2zk_bridge import Reason, Refusal, proofs
from l2zk_bridge.audit import audit
from l2zk_ledger import State, Transfer, address_of
from l2zk_ledger.exits import LedgerExit, prove_exit

import l2zk

SILENCE = 1000


def leave(world: World, secret: Any, balance: int, recipient: str = "by post", **settings: Any) -> Any:
    """The exit of the account of a secret from alpha."""
    proof = prove_exit(settings.get("machine", MACHINE), world.states[ALPHA], secret, recipient)
    return world.log.exit(ALPHA, proof, address_of(secret), balance, recipient)


def refused(world: World, reason: Reason, rule: Any, *given: Any) -> str:
    before = world.log.digest()
    with pytest.raises(Refusal) as caught:
        rule(*given)
    assert caught.value.reason == reason and world.log.digest() == before, caught.value
    return str(caught.value)


def test_a_ledger_is_closed_by_the_first_exit_and_each_account_leaves_once(world: World) -> None:
    world.settle(ALPHA, paying(100, to=CAROL), sending(10))
    assert "1000 ticks from now" in refused(world, Reason.NOT_SILENT, leave, world, ALICE, 888)
    world.clock.now += SILENCE
    claim = leave(world, ALICE, 888, "Alice, 1 High Street, café")
    assert (claim.kind, claim.ledger, claim.amount, claim.address) == ("exit", ALPHA, 888, address_of(ALICE))
    assert claim.recipient == "Alice, 1 High Street, café" and world.log.head(ALPHA).closed
    assert "has left" in refused(world, Reason.EXITED, leave, world, ALICE, 888)
    leave(world, CAROL, 100)
    assert world.log.head(ALPHA).balance == 0
    world.log.expire_overdue()
    world.settle(BETA)
    assert [one.kind for one in world.log.claims()] == ["fees", "exit", "exit", "refund"]
    assert world.log.sums().holds and audit(world.log)


def test_a_closed_ledger_takes_nothing_more(world: World) -> None:
    world.settle(ALPHA, sending(10, 5000), sending(20, 5000))
    world.settle(BETA, Transfer(BOB, address_of(ALICE), 1))
    world.settle(ALPHA, sending(30, 5000))
    world.log.deposit(BETA, address_of(BOB), 7, reference="late")
    world.clock.now += SILENCE
    made = world.run(BETA, Transfer(BOB, address_of(ALICE), 1))
    world.log.close(BETA)
    assert [one.state for one in world.log.messages(4)] == ["expired", "claimed", "in flight"]
    refused(world, Reason.CLOSED, world.log.close, BETA)
    refused(world, Reason.CLOSED, world.log.deposit, BETA, address_of(BOB), 1)
    refused(world, Reason.CLOSED, world.accept, made)
    world.settle(ALPHA, sending(40))
    world.settle(ALPHA)
    assert world.held[ALPHA] == 1000 - 30 - 4
    assert [one.state for one in world.log.messages(6)][-2:] == ["expired", "delivered"]
    assert ("deposit", 7, "late") in [(one.kind, one.amount, one.recipient) for one in world.log.claims()]
    assert world.log.sums().holds and audit(world.log)


def test_a_deposit_before_the_closing_is_known_after_it(world: World) -> None:
    """Whoever was cut off and asks again must not take it for refused, and bring the money in elsewhere too."""
    made = world.log.deposit(BETA, address_of(BOB), 7, reference="late")
    world.clock.now += SILENCE
    world.log.close(BETA)
    before = world.log.digest()
    again = world.log.deposit(BETA, address_of(BOB), 7, reference="late")
    assert (again.number, again.message, again.state) == (made.number, made.message, "claimed")
    assert world.log.digest() == before
    refused(world, Reason.REFERENCE, lambda: world.log.deposit(BETA, address_of(BOB), 8, reference="late"))
    refused(world, Reason.CLOSED, lambda: world.log.deposit(BETA, address_of(BOB), 7, reference="later"))


def test_a_ledger_that_nobody_could_leave_is_not_closed(world: World) -> None:
    number = world.log.register("signed", DEPTH, "schnorr")
    world.clock.now += SILENCE
    refused(world, Reason.NO_EXIT, world.log.close, number)
    world.log.deposit(number, address_of(BOB), 7)


def test_refunds_of_a_closed_ledger_are_claims_of_whom_they_were_for(world: World) -> None:
    world.settle(ALPHA, sending(10, 3), sending(20, 5000))
    world.clock.now += SILENCE
    world.log.close(ALPHA)
    assert [one.message.sequence for one in world.log.expire_overdue()] == [0]
    world.log.close(BETA)
    [fees, *refunds] = world.log.claims()
    assert [(one.kind, one.ledger, one.address, one.amount) for one in refunds] == [
        ("refund", ALPHA, address_of(ALICE), amount) for amount in (10, 20)
    ]
    assert fees.kind == "fees" and world.log.sums().holds and audit(world.log)


@pytest.mark.parametrize(
    "change",
    [{"balance": 999}, {"balance": 1001}, {"recipient": "mallory"}, {"address": address_of(BOB)}, {"ledger": BETA}],
)
def test_an_exit_that_its_proof_does_not_show(world: World, change: dict[str, Any]) -> None:
    world.clock.now += SILENCE
    right = {"ledger": ALPHA, "address": address_of(ALICE), "balance": 1000, "recipient": "alice"}
    proof = prove_exit(MACHINE, world.states[ALPHA], ALICE, "alice")
    refused(world, Reason.EXIT_PROOF, lambda: world.log.exit(**{**right, **change}, proof=proof))
    assert world.log.exit(**right, proof=proof).amount == 1000


def test_an_exit_under_an_older_root(world: World) -> None:
    old = world.states[ALPHA].copy()
    world.settle(ALPHA, paying(900, to=CAROL))
    world.clock.now += SILENCE
    proof = prove_exit(MACHINE, old, ALICE, "alice")
    refused(world, Reason.EXIT_PROOF, world.log.exit, ALPHA, proof, address_of(ALICE), 1000, "alice")


@pytest.mark.parametrize("data", [b"", b"\0" * 500], ids=len)
def test_15_no_proof_of_an_exit(world: World, data: bytes) -> None:
    refused(world, Reason.EXIT_PROOF, world.log.exit, ALPHA, data, address_of(ALICE), 1000, "alice")


def test_15_a_node_taken_for_a_leaf_by_a_path_of_another_depth(world: World) -> None:
    """The parent of two leaves has the form of a leaf, and its children that of an address and its values."""
    world.clock.now += SILENCE
    own = {"address": address_of(ALICE), "balance": 1000, "recipient": "alice"}
    for depth in (DEPTH - 1, DEPTH + 1):
        other = State(world.states[ALPHA].identity, depth, ALPHA)
        other.put(np.array([address_of(ALICE)], dtype=np.uint64), np.array([[1000, 0]], dtype=np.uint64))
        proof = prove_exit(MACHINE, other, ALICE, "alice")
        demand = LedgerExit(depth).demand(other.root, other.identity, *own.values())
        assert MACHINE.verify(LedgerExit(depth), proof, demand["inputs"])
        refused(world, Reason.EXIT_PROOF, lambda proof=proof: world.log.exit(ALPHA, proof, **own))


def test_an_exit_of_fewer_bits(world: World) -> None:
    world.clock.now += SILENCE
    weak = l2zk.TraceZkVm(l2zk.ProofOptions(security=100), threads=1)
    assert "bits" in refused(world, Reason.EXIT_PROOF, lambda: leave(world, ALICE, 1000, machine=weak))


def test_an_exit_of_more_than_the_ledger_holds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if a proof could show it."""
    world.clock.now += SILENCE
    monkeypatch.setattr(proofs, "check_exit", lambda *given: None)
    refused(world, Reason.OVERDRAWN, world.log.exit, ALPHA, b"", address_of(ALICE), 1001, "alice")
    world.log.exit(ALPHA, b"", address_of(ALICE), 600, "alice")
    refused(world, Reason.OVERDRAWN, world.log.exit, ALPHA, b"", address_of(CAROL), 401, "carol")
