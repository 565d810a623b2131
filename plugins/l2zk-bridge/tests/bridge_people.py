"""A folder with two ledgers and people in them, with a clock that stands still until it is moved: for the tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from bridge_world import ACCOUNTS, SLOTS, Clock
from l2zk_bridge import producing
from l2zk_bridge.folder import LOG, Folder
from l2zk_bridge.log import Log
from l2zk_bridge.producing import settle_blocks
from l2zk_bridge.sequencer import Sequencer

import l2zk

producing.OPERATIONS, producing.MESSAGES, producing.ACCOUNTS = SLOTS, SLOTS, ACCOUNTS  # so that proofs are quick


class People:
    """Alice and carol at alpha, bob at beta; the log has the clock, the store is the folder's own."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self.folder, self.clock = Folder(path), clock or Clock()
        self.reopen()

    @classmethod
    def make(cls, path: Path, silence: int = 1000) -> People:
        """1,000 for alice and for bob wait to be taken by the first blocks."""
        clock = Clock()
        path.mkdir()
        log = Log.create(path / LOG, silence=silence, clock=clock)
        for name in ("alpha", "beta"):
            Sequencer.create(path / f"{name}.db", log, name, 6).file.close()
        made = cls(path, clock)
        for one, users in ((made.alpha, ("alice", "carol")), (made.beta, ("bob",))):
            for user in users:
                one.wallet.add(user)
            log.deposit(one.facts.number, one.address(users[0]), 1000)
        made.settle()
        return made

    def reopen(self) -> None:
        """New objects on the same files, as a new process has them."""
        self.log = Log.open(self.folder.path / LOG, self.clock)
        self.machine = l2zk.CachedZkVm(vm=l2zk.TraceZkVm(threads=1), store=self.folder.path / "proofs.db")
        self.alpha, self.beta = (Sequencer(self.folder.path / f"{name}.db", self.log) for name in ("alpha", "beta"))

    def copy(self, path: Path) -> People:
        """The same in another folder."""
        shutil.copytree(self.folder.path, path)
        return People(path, Clock(self.clock.now))

    def settle(self, *sequencers: Sequencer) -> list[Any]:
        """The next blocks, of both ledgers by default."""
        return settle_blocks(sequencers or (self.alpha, self.beta), self.machine)

    def send(self, amount: int, deadline: int = 10) -> None:
        """A message of alice's to bob, which waits for alpha's next block."""
        self.alpha.send("alice", 2, self.beta.address("bob"), amount, deadline=deadline)

    @property
    def balances(self) -> tuple[int, int, int]:
        """Of alice, carol and bob."""
        found = self.alpha.account("alice"), self.alpha.account("carol"), self.beta.account("bob")
        return tuple(0 if one is None else one.balance for one in found)  # type: ignore[return-value]
