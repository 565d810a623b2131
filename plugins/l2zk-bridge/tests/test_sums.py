"""Random operations on a log and two ledgers: no money is made or lost, whatever is done.

The model counts by itself: what was deposited, and what the keepers' states, the queues and the claims have.
L2ZK_FUZZ=50 in the environment does fifty times as much, L2ZK_REAL_PROOFS=1 proves each block.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bridge_races import MEMORY
from bridge_world import ALICE, ALPHA, BETA, BOB, CAROL, MACHINE, World, brought, proved
from fuzzing import SAME, TIMES
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from l2zk_bridge import Reason, Refusal
from l2zk_bridge.audit import audit
from l2zk_ledger import Send, Transfer, address_of, execute
from l2zk_ledger.exits import prove_exit

LEDGERS = st.sampled_from([ALPHA, BETA])
SECRETS = st.sampled_from([ALICE, BOB, CAROL])
AMOUNTS = st.integers(1, 400)
FEES = st.integers(0, 3)
SILENCE = 40

PAYMENTS = st.tuples(st.just(None), SECRETS, SECRETS, AMOUNTS, FEES, st.just(0))
MESSAGES = st.tuples(
    st.sampled_from(["other", "other", "other", 0, 7]), SECRETS, SECRETS, AMOUNTS, FEES, st.integers(0, 9)
)
"""Destination (the other ledger, the settlement, or one that is not there), sender, recipient, amount, fee, ticks."""


class Bridge(RuleBasedStateMachine):
    """A log with two ledgers, on which alice and bob have money from the beginning."""

    @initialize()
    def make(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="l2zk-sums-", dir=MEMORY if MEMORY.is_dir() else None))
        self.world = World.funded(self.folder, silence=SILENCE)
        self.deposited, self.closed = 1500, set()
        self.left: set[Any] = set()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            assert audit(self.world.log)
            shutil.rmtree(self.folder)

    # ---- what may be done --------------------------------------------------------------------------------------------

    @rule(ledger=LEDGERS, secret=SECRETS, amount=AMOUNTS)
    def deposit(self, ledger: int, secret: Any, amount: int) -> None:
        with refused_if(ledger in self.closed, Reason.CLOSED):
            self.world.log.deposit(ledger, address_of(secret), amount)
            self.deposited += amount

    @rule(ledger=LEDGERS, wanted=st.lists(MESSAGES | PAYMENTS, min_size=1, max_size=4), most=st.integers(1, 4))
    def block(self, ledger: int, wanted: list[Any], most: int) -> None:
        """Settle a block; one that takes a message whose time is over is refused."""
        world, log = self.world, self.world.log
        taken = world.receive(ledger)[:most]
        overdue = {one.message for one in log.overdue()}
        state = world.states[ledger].copy()
        made = execute(state, [*taken, *(self.operation(ledger, *one) for one in wanted)], skip_refused=True)
        late = any(one.message in overdue for one in taken)
        with refused_if(ledger in self.closed or late, Reason.CLOSED if ledger in self.closed else Reason.DEADLINE):
            proof = proved(made)
            assert log.accept(proof, brought(made)).new and not log.accept(proof, brought(made)).new
            world.states[ledger] = state

    def operation(self, ledger: int, to: Any, sender: Any, recipient: Any, amount: int, fee: int, ticks: int) -> Any:
        if to is None:
            return Transfer(sender, address_of(recipient), amount, fee)
        other = ALPHA + BETA - ledger if to == "other" else to
        return Send(sender, other, address_of(recipient), amount, fee, self.world.log.tick() + ticks)

    @rule(ticks=st.integers(1, 25))
    def wait(self, ticks: int) -> None:
        self.world.clock.now += ticks

    @rule()
    def expire(self) -> None:
        self.world.log.expire_overdue()
        assert self.world.log.overdue() == []

    @rule(ledger=LEDGERS)
    def close(self, ledger: int) -> None:
        head = self.world.log.head(ledger)
        silent = self.world.log.tick() - head.tick >= SILENCE
        reason = Reason.CLOSED if head.closed else Reason.NOT_SILENT
        with refused_if(head.closed or not silent, reason):
            self.world.log.close(ledger)
            self.closed.add(ledger)

    @rule(secret=SECRETS)
    @precondition(lambda self: self.closed)
    def leave(self, secret: Any) -> None:
        """An account leaves a closed ledger with its balance, once."""
        ledger = min(self.closed)
        account = self.world.states[ledger].account(address_of(secret))
        if account is None or not account.balance:
            return
        proof = prove_exit(MACHINE, self.world.states[ledger], secret, "by post")
        with refused_if((ledger, secret) in self.left, Reason.EXITED):
            self.world.log.exit(ledger, proof, account.address, account.balance, "by post")
            self.left.add((ledger, secret))

    # ---- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_made_or_lost(self) -> None:
        if not hasattr(self, "world"):
            return
        sums = self.world.log.sums()
        assert sums.holds and sums.deposited == self.deposited
        gone = {ledger: self.balance_left(ledger) for ledger in (ALPHA, BETA)}
        assert sums.balances == {ledger: state.total - gone[ledger] for ledger, state in self.world.states.items()}
        assert self.world.log.events()[-1]["money"] == self.deposited - sum(sums.claims.values())

    def balance_left(self, ledger: int) -> int:
        accounts = [self.world.states[ledger].account(address_of(secret)) for at, secret in self.left if at == ledger]
        return sum(one.balance for one in accounts)

    @invariant()
    def heads_are_what_keepers_have(self) -> None:
        if not hasattr(self, "world"):
            return
        for ledger, state in self.world.states.items():
            head = self.world.log.head(ledger)
            for name in ("height", "root", "inbox", "received", "outbox", "sent"):
                assert getattr(head, name) == getattr(state, name), name


@contextmanager
def refused_if(expected: bool, reason: Reason) -> Iterator[None]:
    """What has to be refused for a reason, or else has to go through."""
    try:
        yield
    except Refusal as error:
        assert expected and error.reason == reason, error
    else:
        assert not expected


TestBridge = pytest.mark.usefixtures("stand_ins")(Bridge.TestCase)
TestBridge.settings = settings(
    max_examples=4 * TIMES, stateful_step_count=25, deadline=None, database=None, derandomize=SAME
)
