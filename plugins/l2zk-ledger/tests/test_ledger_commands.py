"""The commands: a ledger from its first account to a verified block, and what each of them refuses."""

import json
import os

import commands
import pytest
from l2zk_ledger import Keyring, State, address_text, blocks

import l2zk

HEAD = "sender,recipient,amount,fee\n"


def run(*arguments, code=0):
    """What a command prints, all of it in one text."""
    done = commands.l2zk(*arguments)
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a ledger of three keys, two with money."""
    monkeypatch.chdir(tmp_path)
    run("ledger", "init", "--depth", "12")
    run("ledger", "account", "alice", "--balance", "1000")
    run("ledger", "account", "bob", "--balance", "50")
    run("ledger", "account", "carol")
    return tmp_path


def prove(*more, text=None, code=0):
    if text is not None:
        with open("today.csv", "w") as file:
            file.write(HEAD + text)
    return run("prove", "ledger", "--transfers", "today.csv", "-o", "day.l2zk", *more, code=code)


def test_a_day_of_a_ledger(folder):
    before = (folder / "state.json").read_bytes()
    (folder / "old.json").write_bytes(before)
    out = prove("--json", text="alice,bob,25,1\nbob,carol,70,1\n")
    facts = json.loads(out)
    old, now, ring = State.load("old.json"), State.load("state.json"), Keyring.load("keys.json")
    assert facts["root_before"] == address_text(old.root) and facts["root_after"] == address_text(now.root)
    assert [now.account(ring.address(name)).balance for name in ("alice", "bob", "carol")] == [974, 4, 70]
    shown = json.loads(run("ledger", "show", "--json"))
    assert (shown["height"], shown["total"], {one["name"] for one in shown["accounts"]}) == (1, 1048, set(ring.names))
    assert "bob" in run("ledger", "show")
    stated = blocks.stated(l2zk.Proof.load("day.l2zk"))
    assert [one.fees for one in stated] == [2]
    said = run("ledger", "verify", "day.l2zk", "--before", "old.json", "--after", address_text(now.root))
    assert said.startswith("verified: 1 block of a ledger, of 2 operations\n")
    facts = json.loads(run("ledger", "verify", "day.l2zk", "--after", "state.json", "--json"))
    assert facts["verified"] and "root after" in facts["demanded"] and "root before" not in facts["demanded"]
    wrong = [("--before", "state.json"), ("--after", "0" * 64), ("--identity", "0" * 64), ("--depth", "13")]
    for demand in wrong:
        run("ledger", "verify", "day.l2zk", *demand, code=1)
    assert "another root after" in run("ledger", "verify", "day.l2zk", "--after", "0" * 64, code=1)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("alice,bob,25,1\nbob,carol,76,1\n", "line 3: the sender has 75, and 76 and a fee of 1 are more"),
        ("carol,bob,1,\n", "line 2: the sender has no account"),
        ("alice,dan,1,\n", "line 2: 'dan' is neither a name that is known here nor an address"),
        ("alice,bob,-1,\n", "line 2: the amount is '-1'"),
        ("", "today.csv has no transfer"),
    ],
)
def test_a_refused_transfer_is_named_and_nothing_is_changed(folder, text, reason):
    before = (folder / "state.json").read_bytes()
    assert reason in prove(text=text, code=2)
    assert not (folder / "day.l2zk").exists() and (folder / "state.json").read_bytes() == before


def test_a_block_that_was_left_half_done_is_brought_to_its_end(folder, monkeypatch):
    from l2zk_ledger import durable

    def interrupted(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(durable, "settle", interrupted)
        prove(text="alice,bob,25,1\n", code=130)
    assert State.load("state.json").height == 0
    said = run("ledger", "show")
    assert "its proof was there, and the state is now the one after it" in said
    assert State.load("state.json").height == 1
    run("ledger", "verify", "day.l2zk", "--after", "state.json")


def test_what_init_and_account_refuse(folder):
    assert "is there already" in run("ledger", "init", code=2)
    address = run("ledger", "account", "carol")
    assert run("ledger", "account", "carol") == address
    assert "the address has an account" in run("ledger", "account", "alice", "--balance", "5", code=1)
    (folder / "other.json.next").write_bytes(b"")
    assert "other.json.next is there" in run("ledger", "init", "--state", "other.json", code=2)
    run("ledger", "account", "a,b", code=1)
    prove(text="alice,bob,25,1\n")
    assert "money comes by messages" in run("ledger", "account", "dan", "--balance", "5", code=1)


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(folder):
    os.mkfifo("pipe")
    for name, why in (("none.json", "No such file"), ("pipe", "it is no file that can be replaced")):
        assert run("ledger", "show", "--state", name, code=1).startswith(f"l2zk: cannot use '{name}': {why}")
    (folder / "state.json").write_bytes(b"{\n,")
    assert run("ledger", "show", code=1) == "l2zk: state.json is no state of a ledger: line 2 is no JSON\n"


@pytest.mark.parametrize(
    "out", ["-", "state.json", "keys.json", "/dev/null", "today.csv", "state.json.next", "name.json"]
)
def test_a_proof_goes_into_a_file_of_its_own(folder, out):
    before = (folder / "state.json").read_bytes()
    prove(text="alice,bob,25,1\n")
    (folder / "state.json").write_bytes(before)
    os.link("state.json", "name.json")
    done = commands.l2zk("prove", "ledger", "--transfers", "today.csv", "-o", out)
    assert done.exit_code in (1, 2) and (folder / "state.json").read_bytes() == before
    assert (folder / "today.csv").read_text().startswith(HEAD) and not (folder / "state.json.next").exists()


def test_transfers_come_from_standard_input(folder):
    done = commands.l2zk("prove", "ledger", "--transfers", "-", "-o", "day.l2zk", input=f"{HEAD}alice,bob,5000,\n")
    assert "standard input, line 2: the sender has 1000" in done.output
