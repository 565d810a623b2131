"""Several processes at one log: no lost update, each message ended once, and a process that is killed leaves no half.

The long form of both is long_crash.py: each step of each rule ten times, and thousands of messages.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import long_crash
import pytest
from bridge_races import MEMORY, in_child, race, result_of
from bridge_world import ALICE, ALPHA, BETA, World, brought, paying, proved
from l2zk_bridge import LogError, Refusal, file
from l2zk_bridge.audit import audit
from l2zk_ledger import address_of


def test_11_expiry_and_delivery_at_once() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        found = race(Path(folder), 40)
    assert found["delivered"] + found["expired"] == 40 and found["ended"] == found["delivered"]


@pytest.mark.skipif(sys.platform != "linux", reason="steps are counted by a library that is loaded ahead of others")
def test_19_kill_9_at_some_steps(tmp_path: Path) -> None:
    acts = [part for name in ("create", "accept") for part in ("--act", name)]
    given = ["--times", "1", "--stand-ins", "--stride", "13", "--record", str(tmp_path / "record"), *acts]
    ahead = {"LD_PRELOAD": str(long_crash.library(tmp_path)), "L2ZK_COUNTED": "1"}
    command = [sys.executable, long_crash.__file__, *given]
    done = subprocess.run(command, env={**os.environ, **ahead}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("killed at each of") == 2


def test_of_blocks_for_one_height_one_is_accepted(world: World) -> None:
    made = [world.run(ALPHA, paying(k), state=world.states[ALPHA].copy()) for k in (1, 2, 3)]
    offers = [(proved(one), brought(one)) for one in made]

    def offer(number: int) -> str:
        try:
            return "new" if world.log.accept(*offers[number]).new else "known"
        except Refusal as error:
            return error.reason

    found = [result_of(one) for one in [in_child(lambda k=k: offer(k % 3)) for k in range(6)]]
    assert sorted(found) == ["equivocation"] * 4 + ["known", "new"] and audit(world.log)


def test_no_deposit_is_lost_or_made_twice(world: World) -> None:
    def deposit(number: int) -> None:
        for k in range(6):
            world.log.deposit(BETA, address_of(ALICE), 1, reference=f"{number % 3} {k}")

    for one in [in_child(lambda k=k: deposit(k)) for k in range(6)]:
        result_of(one)
    assert world.log.sums().deposited == 1500 + 18 and audit(world.log)
    assert [one.position for one in world.log.inbox(BETA)] == list(range(1, 19))


def test_threads_share_a_log(world: World) -> None:
    threads = [threading.Thread(target=world.log.deposit, args=(BETA, address_of(ALICE), 1)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert world.log.sums().deposited == 1508


def test_who_writes_for_too_long_is_told_of(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "WAIT", 0.05)
    with world.log._file.connected() as db:
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogError, match=r"settlement.db is locked: another process has been writing for too long"):
            world.log.deposit(BETA, address_of(ALICE), 1)
        assert world.log.head(ALPHA).height == 1  # who reads does not wait
        db.execute("ROLLBACK")
    world.log.deposit(BETA, address_of(ALICE), 1)
