"""The commands: a folder from its beginning to exits, what is refused and how, status on a terminal and elsewhere."""

from __future__ import annotations

import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bridge_people import People
from click.testing import CliRunner
from l2zk_bridge import status
from l2zk_bridge.overlook import overview

from l2zk.cli import main

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder: what it printed, on both streams. `code`: with which it has to end."""
    monkeypatch.chdir(tmp_path)

    def command(text: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["bridge", *text.split()])
        assert done.exit_code == code, done.output
        return done.output

    return command


def test_a_folder_from_its_beginning(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "settlement.db, and the ledgers alpha, beta" in run("init shop alpha beta --depth 6 --tick 0.01 --silence 1")
    monkeypatch.setenv("L2ZK_BRIDGE", "shop")
    assert "no money yet" in run("account alpha alice --fund 1000")
    bob = run("account beta bob").split()[1]
    assert "block 1 is accepted: 1 operation, 1 message taken" in run("block")
    run("send alpha alice beta bob 25 --deadline 60000 --fee 1")
    run(f"send alpha alice beta {bob} 5")
    run(f"send alpha alice alpha {bob} 7")
    run("send alpha alice beta bob 100000")
    run("withdraw alpha alice 3")
    told = run("block alpha")
    assert "block 2 is accepted: 4 operations, 0 messages taken, 3 sent, fees 1" in told
    assert "alpha refuses alice sends" in told and "the sender has 9" in told
    assert "nothing waits" in run("block alpha")
    assert "in flight" in run("messages") and "no messages" in run("messages --state failed")
    run("block beta")
    assert run("account beta bob").split()[2] == "30"
    assert run("account alpha").split() == ["alice", run("account alpha alice").split()[1], "959"]
    assert "the sums agree" in run("status")
    assert json.loads(run("status --json"))["local"]["alpha"] == {
        "accounts": 2,
        "pending": 0,
        "draft": None,
        "old": False,
    }
    assert len(json.loads(run("messages --json --state delivered"))["messages"]) == 3
    assert run("audit").startswith("The audit is clean")
    facts = json.loads(run("audit --json"))
    assert facts["ok"] and facts["blocks"] == 3
    run("page shop -o log.html --audit")
    assert "The audit is clean" in (tmp_path / "log.html").read_text()
    assert "alice leaves alpha with 959, to be paid to IBAN" in run("exit alpha alice --to IBAN")
    assert "rule 26" in run("exit alpha alice --to IBAN", 1)
    assert "alpha (closed)" in run("status") and run("audit").startswith("The audit is clean")
    run("send beta bob alpha alice 4")
    run("block")
    assert "expired" in run("messages") and run("account beta bob").split()[2] == "26"
    run("block")
    assert run("account beta bob").split()[2] == "30"  # a closed ledger takes nothing
    run("send alpha alice beta bob 1")
    assert "rule 3" in run("block alpha", 1)


REFUSED = {
    "status -C nowhere": (1, "is no folder of the bridge: it has neither settlement.db nor log.url"),
    "init shop alpha": (1, "a folder of the bridge already"),
    "init new Alpha": (1, "a letter first"),
    "init new settlement": (1, "take another name"),
    "init new alpha --log http://127.0.0.1:9": (1, "does not answer"),
    "account gamma alice": (1, "has no ledger 'gamma'; its ledgers: alpha, beta"),
    "account alpha Alice": (1, "a letter first"),
    "send alpha alice beta nobody 5": (1, "no user 'nobody', but bob"),
    "send alpha alice gamma bob 5": (1, "give an address of 64 hexadecimal digits"),
    "send alpha alice beta bob 0": (2, "0 is not in the range"),
    "send alpha alice beta bob 5 --deadline 0": (2, "0 is not in the range"),
    "deposit alpha alice 1152921504606846976": (2, "is not in the range"),
    "withdraw alpha alice 5 --to 12": (1, "64 hexadecimal digits"),
    "block gamma": (1, "has no ledger 'gamma'"),
    "block --from shop/alpha.db": (2, "name it"),
    "block alpha --from shop/beta.db": (1, "another ledger"),
    "block alpha --from shop/settlement.db": (1, "not a ledger's file"),
    "exit alpha alice --to x": (1, "rule 25"),
    "exit alpha carol --to x": (1, "has nothing at alpha"),
    "page shop -o nowhere/log.html": (1, "nowhere"),
    "serve nowhere": (1, "is not there"),
    "audit --folder shop --frobnicate": (2, "No such option"),
}
"""What is refused, in a folder `shop`: the code, and what the sentence has."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Alice and carol at alpha, bob at beta."""
    return People.make(tmp_path_factory.mktemp("shop") / "shop", silence=2**32 - 1)


def test_what_is_refused_is_one_sentence_with_its_code(shop: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.folder.path.parent)
    monkeypatch.setenv("L2ZK_BRIDGE", "shop")
    before = shop.log.digest()
    for command, (code, sentence) in REFUSED.items():
        done = CliRunner().invoke(main, ["bridge", *command.split()])
        assert done.exit_code == code, (command, done.output)
        assert sentence in done.output and done.output.startswith("l2zk: ") and done.output.count("\n") == 1, command
    assert shop.log.digest() == before and shop.alpha.file.pending_count() == 0


def test_an_audit_that_finds_something_fails_and_says_where(shop: People, tmp_path: Path) -> None:
    place = tmp_path / "bad"
    shutil.copytree(shop.folder.path, place)
    data = bytearray((place / "settlement.db").read_bytes())
    [proof] = sqlite3.connect(place / "settlement.db").execute("SELECT bytes FROM proofs LIMIT 1").fetchone()
    data[max(data.find(proof[at : at + 50]) for at in (1000, 1100))] ^= 1  # one of them is within a page
    (place / "settlement.db").write_bytes(data)
    done = CliRunner().invoke(main, ["bridge", "audit", "-C", str(place)])
    assert done.exit_code == 1 and "l2zk: the audit found a fault: proofs, event=" in done.output


def test_status_goes_on_in_lines_where_there_is_no_terminal(shop: People, tmp_path: Path) -> None:
    people, looks, said = shop.copy(tmp_path / "copy"), iter(range(5)), []

    def again() -> bool:
        if next(looks) == 1:
            people.alpha.transfer("alice", "carol", 5)
        return next(looks, 4) < 4

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(status.click, "echo", said.append)
        status.watch(lambda: (overview(people.log), people.folder.local(people.log)), 0.01, again)
    assert said[0].startswith("alpha 1 ") and said[0].endswith("sums agree")
    assert len(said) == len(set(said)) <= 2


def test_status_on_a_terminal_fits_it_and_ends_by_ctrl_c(shop: People) -> None:
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "l2zk", "bridge", "status", "--watch", "-C", str(shop.folder.path)]
    environment = {**os.environ, "COLUMNS": "60", "LINES": "12", "TERM": "xterm"}
    with subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=environment) as process:
        os.close(child)
        seen = b""
        while b"Ctrl-C ends" not in seen:
            seen += os.read(parent, 4096)
        os.write(parent, b"\x03")
        process.send_signal(2)
        assert process.wait(timeout=20) == 130
    os.close(parent)
    text = seen.decode(errors="replace")
    assert "settlement" in text and "more lines" in text and "\x1b[?1049h" in text


def test_lines_that_do_not_fit(shop: People) -> None:
    seen = overview(shop.log)
    for width in (30, 60, 120):
        assert max(map(len, status.lines(seen, {}, width))) <= width
    assert status.fitting(["a", "b", "c"], 2) == ["a", "… 2 more lines"]
    assert status.fitting(["a", "b"], 2) == ["a", "b"]
