"""Sequencers: blocks that come through crashes, logs that are not what they were, and two that keep one ledger."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bridge_people import People
from l2zk_bridge import producing, status
from l2zk_bridge.failures import AnotherRoot, BridgeError, OldLog
from l2zk_bridge.log import Log
from l2zk_bridge.overlook import overview
from l2zk_bridge.sequencer import Sequencer
from l2zk_ledger import Message


@pytest.fixture(scope="module")
def people_once(tmp_path_factory: pytest.TempPathFactory) -> People:
    return People.make(tmp_path_factory.mktemp("people") / "bridge")


@pytest.fixture
def people(people_once: People, tmp_path: Path) -> People:
    """Alice has 1,000 at alpha, and bob at beta."""
    return people_once.copy(tmp_path / "bridge")


class Crash(BaseException):
    """The end of a process, as far as the one that goes on can see it."""


def crash(*arguments: Any, **settings: Any) -> Any:
    raise Crash


def test_a_transfer_a_message_and_its_refund(people: People) -> None:
    people.alpha.transfer("alice", "carol", 100, 2)
    people.send(50)
    people.send(60, deadline=5)
    people.settle(people.alpha)
    assert people.balances == (788, 100, 1000)
    people.clock.now += 6
    people.settle(people.beta)  # 50 arrives, 60 is overdue
    people.settle(people.alpha)
    assert people.balances == (848, 100, 1050)
    assert people.log.sums().holds and people.log.sums().claims == {"fees": 2}
    assert people.settle() == []  # nothing waits


STEPS = {
    "before the draft": ("l2zk_bridge.sequencer.drafts.operations", 0, 1),
    "before the proof": ("l2zk_bridge.producing.prove", 1, 1),
    "before the log": ("l2zk_bridge.log.Log.accept", 1, 0),
    "before the file": ("l2zk_bridge.ledger_file.LedgerFile.finish", 1, 0),
}
"""For each step the call at which the process ends, whether a draft is left, and the proofs that are made anew."""


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_each_step_loses_nothing_and_does_nothing_twice(
    people: People, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    call, drafts, proofs = STEPS[step]
    people.alpha.transfer("alice", "carol", 100)
    people.send(50)
    monkeypatch.setattr(call, crash)
    with pytest.raises(Crash):
        people.settle(people.alpha)
    monkeypatch.undo()
    people.reopen()
    assert (people.alpha.file.draft() is not None) == bool(drafts)
    people.alpha.transfer("alice", "carol", 1)  # what comes later is in the block after
    [again] = people.settle(people.alpha)
    accepted = step == "before the file"
    assert again.before == accepted and again.executed.statement.height == 2
    assert people.machine.cache_stats().stored == proofs
    people.settle()
    assert people.balances == (849, 101, 1050) and people.log.sums().holds
    assert people.alpha.file.pending_count() == 0 and people.settle() == []


def test_what_a_ledger_refuses_is_put_aside_with_its_reason(people: People) -> None:
    people.alpha.transfer("carol", "alice", 1)
    people.alpha.transfer("alice", "carol", 2000)
    people.alpha.transfer("alice", "carol", 5)
    people.settle(people.alpha)
    assert people.balances == (995, 5, 1000)
    reasons = [reason for _, _, reason in people.alpha.file.refused()]
    assert "no account" in reasons[0] and "the sender has 1000" in reasons[1]
    people.alpha.transfer("alice", "carol", 3000)
    assert people.settle(people.alpha) == [] and len(people.alpha.file.refused()) == 3
    assert people.alpha.told(people.alpha.file.refused()[2][1]) == "alice pays carol 3,000"


NONE = {
    "of a stranger": ["transfer", "0" * 64, "1" * 64, 1, 0],
    "to no address": ["send", "alice", 2, "bob", 1, 0, 50],
    "too short": ["transfer", "alice"],
    "of no kind": ["mint", "alice", 5],
    "no list": 7,
    "nothing": [],
    "what the inbox alone brings": ["receive", Message(2, 1, 0, 1, 5, 9, (1, 2, 3, 4), (5, 6, 7, 8)).elements(), 0],
}


def test_what_is_no_operation_holds_nobody_up(people: People) -> None:
    rows: list[Any] = [
        [people.alpha._text("alice") if one == "alice" else one for one in row] if isinstance(row, list) else row
        for row in NONE.values()
    ]
    people.alpha.submit(rows)
    people.alpha.transfer("alice", "carol", 7)
    [settled] = people.settle(people.alpha)
    assert settled.executed.statement.operations == 1 and people.balances[1] == 7
    refused = people.alpha.file.refused()
    assert [row for _, row, _ in refused] == rows and all(reason for *_, reason in refused)
    assert all(people.alpha.told(row) for row in rows)


def test_a_message_that_expires_while_its_block_is_proved(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    people.send(50, deadline=5)
    people.settle(people.alpha)
    prove = producing.prove

    def slowly(*given: Any) -> Any:
        people.clock.now += 3
        return prove(*given)

    monkeypatch.setattr(producing, "prove", slowly)
    [settled] = people.settle(people.beta)  # in time
    assert people.balances[2] == 1050 and settled.executed.statement.received_after == 2
    people.send(50, deadline=8)
    people.settle(people.alpha)
    [settled] = people.settle(people.beta)  # too late: built again, and the message is passed over
    assert people.balances[2] == 1050 and settled.executed.received[0][1] == 1
    people.settle(people.alpha)
    assert people.balances[0] == 950 and people.log.sums().holds


# ---- logs that are not what they were --------------------------------------------------------------------------------


def test_an_old_copy_of_the_log_is_noticed_and_nothing_is_built_on_it(people: People, tmp_path: Path) -> None:
    old = shutil.copy(people.log.path, tmp_path / "old.db")
    new = tmp_path / "new.db"
    people.alpha.transfer("alice", "carol", 100)
    people.settle()
    shutil.copy(people.log.path, new)
    shutil.copy(old, people.log.path)
    people.alpha.transfer("alice", "carol", 1)
    for _ in range(2):
        people.reopen()
        with pytest.raises(OldLog, match="restored from an old copy"):
            people.settle(people.alpha)
    told = status.lines(overview(people.log), people.folder.local(people.log))
    assert "alpha: THE LOG IS AN OLD COPY: it lacks what alpha.db has seen in it" in told
    assert people.alpha.file.draft() is None and people.log.head(1).height == 1
    shutil.copy(new, people.log.path)
    people.settle()
    assert people.balances == (899, 101, 1000)


def test_an_old_copy_with_another_history_on_it_is_noticed(people: People, tmp_path: Path) -> None:
    """The log is put back, and another sequencer builds on it until heights are equal again."""
    other = people.copy(tmp_path / "other")
    people.alpha.transfer("alice", "carol", 100)
    people.settle()
    other.alpha.transfer("alice", "carol", 7)
    other.settle()
    shutil.copy(other.log.path, people.log.path)
    with pytest.raises(OldLog):
        people.settle(people.alpha)


def test_the_log_of_another_settlement(people: People, tmp_path: Path) -> None:
    log = Log.create(tmp_path / "other.db")
    with pytest.raises(BridgeError, match="is of the settlement"):
        Sequencer(people.alpha.file.path, log)


# ---- two sequencers of one ledger ------------------------------------------------------------------------------------


def apart(people: People, path: Path) -> Sequencer:
    """Another sequencer of alpha, with a file of its own that knows the wallet and no block."""
    path.mkdir()
    made = Sequencer.join(path / "alpha.db", people.log, 1)
    shutil.copy(people.alpha.wallet.path, path / "alpha.keys")
    return made


def test_a_second_sequencer_takes_over_and_rebuilds(people: People, tmp_path: Path) -> None:
    other = apart(people, tmp_path / "other")
    with pytest.raises(AnotherRoot, match="another sequencer"):
        other.prepare()
    assert other.catch_up(people.alpha.file.path) == 1 and other.state.root == people.alpha.state.root
    people.alpha.transfer("alice", "carol", 100)
    other.transfer("alice", "carol", 10)
    mine, theirs = people.alpha.prepare(), other.prepare()
    proofs = producing.prove(people.machine, [mine, theirs])
    assert people.alpha.settle(mine, proofs[0]) is not None
    assert other.settle(theirs, proofs[1]) is None  # "another root": what it had is pending again
    with pytest.raises(AnotherRoot):
        people.settle(other)
    assert other.catch_up(people.alpha.file.path) == 1
    people.settle(other)
    assert people.alpha.catch_up(other.file.path) == 1
    assert people.balances == (890, 110, 1000) and people.settle() == []


def test_a_draft_that_another_sequencer_has_overtaken(people: People, tmp_path: Path) -> None:
    other = apart(people, tmp_path / "other")
    other.catch_up(people.alpha.file.path)
    other.transfer("alice", "carol", 10)
    other.prepare()  # and no further
    people.alpha.transfer("alice", "carol", 100)
    people.settle(people.alpha)
    with pytest.raises(AnotherRoot):
        other.prepare()
    other.catch_up(people.alpha.file.path)
    people.settle(other)
    assert other.account("carol").balance == 110 and other.file.pending_count() == 0


def test_a_block_that_another_process_makes_between_two_looks(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is read, then somebody else makes a block over it, then the log is asked: that is no other root."""
    mine = Sequencer(people.alpha.file.path, Log.open(people.log.path, people.clock))
    people.alpha.transfer("alice", "carol", 100)
    drafts = iter([lambda: people.settle(people.alpha)])
    read = mine.file.draft
    monkeypatch.setattr(mine.file, "draft", lambda: (read(), next(drafts, lambda: None)())[0])
    mine.prepare()
    assert mine.account("carol").balance == 100 and mine.file.draft() is None


def test_nothing_of_anothers_file_is_believed(people: People, tmp_path: Path) -> None:
    other = apart(people, tmp_path / "other")
    with pytest.raises(BridgeError, match="another ledger"):
        other.catch_up(people.beta.file.path)
    people.alpha.file._db.execute("UPDATE block SET changes = replace(changes, '1000', '9000')")
    with pytest.raises(BridgeError, match="do not give its root"):
        other.catch_up(people.alpha.file.path)
    people.alpha.file._db.execute(
        "UPDATE block SET statement = replace(statement, '\"operations\": 1', '\"operations\": 2')"
    )
    people.alpha.file._db.execute(
        "UPDATE block SET statement = json_set(statement, '$.root_after', json('[1, 2, 3, 4]'))"
    )
    with pytest.raises(BridgeError, match="that the log has not"):
        other.catch_up(people.alpha.file.path)
    assert other.state.height == 0


FORGED = {
    "the statement and the accounts of a later block": "SELECT statement, changes FROM block WHERE height = 2",
    "other counts": """SELECT replace(statement, '"received_after": 1', '"received_after": 2'), changes FROM block
    WHERE height = 1""",
    "no accounts": "SELECT statement, '[[1, 2]]' FROM block WHERE height = 1",
    "accounts that are none": "SELECT statement, replace(changes, '1000', '1e3') FROM block WHERE height = 1",
    "no statement": "SELECT '[]', changes FROM block WHERE height = 1",
}


def test_forged_blocks_in_anothers_file(people: People, tmp_path: Path) -> None:
    """They are told, and nothing of them is written."""
    people.alpha.transfer("alice", "carol", 5)
    people.settle(people.alpha)
    other, path = apart(people, tmp_path / "other"), tmp_path / "forged.db"
    for forged in FORGED.values():
        shutil.copy(people.alpha.file.path, path)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute(f"UPDATE block SET (statement, changes) = ({forged}) WHERE height = 1")
        with pytest.raises(BridgeError, match="has a block 1 that"):
            other.catch_up(path)
        assert other.state.height == other.file.height() == 0, forged


def test_two_sequencers_on_one_file_at_once(people: People) -> None:
    """Six payments, given by two threads that each make blocks: none is lost, none is carried out twice."""
    failed: list[BaseException] = []

    def work(amount: int) -> None:
        try:
            mine = Sequencer(people.alpha.file.path, Log.open(people.log.path, people.clock))
            for _ in range(3):
                mine.transfer("alice", "carol", amount)
                producing.settle_blocks([mine], people.machine)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(amount,)) for amount in (1, 100)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failed, failed
    people.alpha.load()
    people.settle(people.alpha)
    assert people.balances == (1000 - 303, 303, 1000) and people.alpha.file.pending_count() == 0


# ---- the wallet ------------------------------------------------------------------------------------------------------


def test_a_wallet_is_its_owners_alone(people: People) -> None:
    wallet = people.alpha.wallet
    assert wallet.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BridgeError, match="has a user 'alice' already"):
        wallet.add("alice")
    for name in ("", "Alice", "a b", "../x", "a" * 32, "7up"):
        with pytest.raises(BridgeError, match="a letter first"):
            wallet.add(name)
    with pytest.raises(BridgeError, match="no user 'dave', but alice, carol"):
        wallet.secret("dave")
    wallet.path.chmod(0o644)
    with pytest.raises(BridgeError, match="chmod 600"):
        wallet.secret("alice")


def test_a_line_that_was_not_written_to_its_end(people: People) -> None:
    wallet = people.alpha.wallet
    before = wallet.address("alice")
    with open(wallet.path, "ab") as file:
        file.write(b"dave 0123")
    assert wallet.names() == ["alice", "carol"]
    wallet.add("dave")
    assert wallet.names() == ["alice", "carol", "dave"] and wallet.address("alice") == before
