"""Two ledgers and a settlement log in a folder, with a clock that stands still until it is moved: for the tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from l2zk_bridge import Block, Log, Reason, Refusal, proofs
from l2zk_ledger import BlockStatement, Receive, Send, State, Transfer, address_of, execute
from l2zk_ledger.executed import Executed
from l2zk_ledger.program import Ledger
from l2zk_ledger.program_sizes import most_nodes, tables

import l2zk

ALPHA, BETA = 1, 2
DEPTH = 6
ALICE, BOB, CAROL = (11, 12, 13, 14), (21, 22, 23, 24), (31, 32, 33, 34)
"""Secrets; the last has no account."""

MACHINE = l2zk.TraceZkVm(threads=1)
SETTLEMENT = (5, 6, 7, 8)

SLOTS, ACCOUNTS = 8, 16
PROGRAM = Ledger(DEPTH, SLOTS, SLOTS, SLOTS, ACCOUNTS, tables(most_nodes(DEPTH, ACCOUNTS)))
"""Of all blocks here and in bridge_people: they have at most 8 operations, and to state a program takes a second."""


REAL = os.environ.get("L2ZK_REAL_PROOFS") == "1"


class Clock:
    """Seconds, moved by hand; a tick is a second."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """A settlement log and the states of its ledgers, as their keepers have them."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    states: dict[int, State] = field(default_factory=dict)
    log: Log = None  # type: ignore[assignment]

    @classmethod
    def make(cls, folder: Path, *, silence: int = 1000, depth: int = DEPTH, identity: Any = SETTLEMENT) -> World:
        """A log with two ledgers that have no account."""
        made = cls(folder)
        made.log = Log.create(folder / "settlement.db", silence=silence, identity=identity, clock=made.clock)
        for name in ("alpha", "beta"):
            number = made.log.register(name, depth)
            made.states[number] = State(made.log.ledger(number).identity, depth, number)
        return made

    @classmethod
    def funded(cls, folder: Path, **settings: Any) -> World:
        """Alice has 1000 in alpha, and bob 500 in beta, a block each; the tick is 0."""
        made = cls.make(folder, **settings)
        made.log.deposit(ALPHA, address_of(ALICE), 1000)
        made.log.deposit(BETA, address_of(BOB), 500)
        for number in (ALPHA, BETA):
            made.settle(number)
        return made

    def copy(self, folder: Path) -> World:
        """The same in another folder."""
        made = World(folder, Clock(self.clock.now), {number: state.copy() for number, state in self.states.items()})
        shutil.copy(self.log.path, folder / "settlement.db")
        made.log = Log.open(folder / "settlement.db", made.clock)
        return made

    def receive(self, number: int) -> list[Receive]:
        """The messages that wait for a ledger, as operations."""
        return [Receive(one.message, one.outcome) for one in self.log.inbox(number)]

    def run(self, number: int, *operations: Any, state: State | None = None) -> Executed:
        """The next block of a ledger, carried out on its state or on another one."""
        return execute(self.states[number] if state is None else state, operations)

    def settle(self, number: int, *operations: Any) -> Executed:
        """A block with all messages that wait and these operations, proved and accepted."""
        made = self.run(number, *self.receive(number), *operations)
        self.accept(made)
        return made

    def accept(self, *blocks: Executed) -> Any:
        """Prove blocks that were carried out, and bring them to the log."""
        return self.log.accept(proved(*blocks), [brought(one) for one in blocks])

    @property
    def held(self) -> dict[int, int]:
        """What the accounts of each ledger have together, by the keepers' states."""
        return {number: state.total for number, state in self.states.items()}


def proved(*blocks: Executed) -> bytes:
    """What shows blocks that were carried out: a stand-in, with L2ZK_REAL_PROOFS=1 in the environment a proof."""
    return really_proved(*blocks) if REAL else stand_in([one.statement for one in blocks])


def really_proved(*blocks: Executed, machine: l2zk.TraceZkVm = MACHINE) -> bytes:
    """The proof of blocks that were carried out, all by one program: a program costs ten times what a proof does."""
    program = PROGRAM if blocks[0].depth == DEPTH else Ledger(blocks[0].depth, SLOTS)
    witnesses = [program.witness(one) for one in blocks]
    if len(blocks) == 1:
        return machine.prove(program, witnesses[0]).data
    return machine.prove_together([program] * len(blocks), witnesses).data


MARK = b"stand-in "


def stand_in(statements: Sequence[BlockStatement]) -> bytes:
    """What stands for a proof of these statements, for tests in which it matters only that there is one."""
    return MARK + sha256(repr(list(statements)).encode()).digest()


def allow_stand_ins(patch: Any) -> None:
    """Let the log take a stand-in for a proof of what it stands for, and verify all else as ever; by monkeypatch."""
    verify = proofs.check_blocks

    def check(facts: Any, data: bytes, blocks: Sequence[Block]) -> None:
        if data != stand_in([one.statement for one in blocks]):
            verify(facts, data, blocks)

    patch.setattr(proofs, "check_blocks", check)


def brought(executed: Executed) -> Block:
    """A block as it is brought to the log."""
    return Block(executed.statement, executed.sent)


def sending(amount: int, deadline: int = 10, *, fee: int = 1, to: Any = BOB, destination: int = BETA) -> Send:
    """A message from alice."""
    return Send(ALICE, destination, address_of(to), amount, fee, deadline)


def paying(amount: int, *, fee: int = 1, to: Any = BOB) -> Transfer:
    """A transfer of alice's."""
    return Transfer(ALICE, address_of(to), amount, fee)


def written(log: Log) -> tuple[int, str]:
    """What changes if anything is written."""
    return log.digest()


def refused(log: Log, reason: Reason, rule: Any, *given: Any) -> str:
    """The sentence of a refusal, which has this reason and writes nothing."""
    before = log.digest(), log.path.read_bytes()
    with pytest.raises(Refusal) as caught:
        rule(*given)
    assert caught.value.reason == reason, caught.value
    assert (log.digest(), log.path.read_bytes()) == before
    return str(caught.value)


def refused_block(world: World, reason: Reason, proof: Any, *blocks: Block) -> str:
    return refused(world.log, reason, world.log.accept, proof, list(blocks))
