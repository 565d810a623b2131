"""Files of states, keys and transfers: what is wrong in any field is named, and nothing is half written."""

import fcntl
import hashlib
import json
import os
import stat
from contextlib import suppress

import pytest
from hypothesis import given, settings, strategies
from l2zk_ledger import State, Transfer, address_of, address_text, durable, execute, files, identity_of
from l2zk_ledger.execution import Refused
from l2zk_ledger.keyring import Keyring
from l2zk_ledger.transfers import read_transfers

import l2zk
from l2zk.base.saving import Target
from l2zk.errors import ArgumentError, FormatError

SECRETS = {"alice": (1, 2, 3, 4), "bob": (2, 2, 3, 4), "carol": (3, 2, 3, 4)}
ADDRESS = {name: address_of(secret) for name, secret in SECRETS.items()}
BOB = address_text(ADDRESS["bob"])
RING = Keyring(SECRETS)
HEAD = "sender,recipient,amount,fee,nonce\n"


def funded():
    state = State(identity_of((9, 8, 7, 6), 1), 20)
    state.fund(dict.fromkeys(ADDRESS.values(), 100))
    return state


GOOD = json.loads(files.state_bytes(funded()))


def other_account(k, value):
    rows = [list(row) for row in GOOD["accounts"]]
    rows[1][k] = value
    return {"accounts": rows}


HOSTILE = [
    ({"kind": "another"}, "kind"),
    ({"version": 2}, "its version is 2"),
    ({"version": True}, "its version is True"),
    ({"more": 1}, "it has the fields"),
    ({"depth": 0}, "depth"),
    ({"depth": 61}, "depth is an integer"),
    ({"depth": "20"}, "depth is an integer"),
    ({"depth": 19}, "root is not the one"),
    ({"identity": "00"}, "identity has 64"),
    ({"identity": "f" * 64}, "identity has 64"),
    ({"identity": BOB}, "root is not the one"),
    ({"root": BOB}, "root is not the one"),
    ({"root": 5}, "root has 64"),
    ({"inbox": None}, "inbox has 64"),
    ({"outbox": "g" * 64}, "outbox has 64"),
    ({"number": 0}, "the number of a ledger is 1"),
    ({"number": 1.0}, "number is an integer"),
    ({"height": -1}, "height is an integer"),
    ({"height": 2**32}, "height is an integer"),
    ({"received": True}, "received is an integer"),
    ({"sent": [1]}, "sent is an integer"),
    ({"accounts": {}}, "accounts is a list"),
    ({"accounts": [[1, 2]]}, "account 0 is a list"),
    ({"accounts": GOOD["accounts"][::-1]}, "accounts stand in the order"),
    ({"accounts": GOOD["accounts"] + GOOD["accounts"][-1:]}, "accounts stand in the order"),
    ({"accounts": GOOD["accounts"][:2]}, "root is not the one"),
    (other_account(0, "0" * 63), "the address of account 1 has 64"),
    (other_account(1, 101), "root is not the one"),
    (other_account(1, -1), "the balance of account 1 is an integer"),
    (other_account(1, 2**60), "the balance of account 1 is an integer"),
    (other_account(1, 2**60 - 1), "the sum of all balances"),
    (other_account(1, 10**400), "the balance of account 1 is an integer"),
    (other_account(1, 1e2), "the balance of account 1 is an integer"),
    (other_account(2, 1), "root is not the one"),
    (other_account(2, "0"), "the nonce of account 1 is an integer"),
]


@pytest.mark.parametrize("changes, reason", HOSTILE, ids=lambda one: str(one)[:40])
def test_a_state_with_one_wrong_field_is_refused_by_its_name(changes, reason):
    with pytest.raises(FormatError, match=f"state.json is no state of a ledger: .*{reason}"):
        files.state_from(json.dumps(GOOD | changes).encode(), "state.json")


@pytest.mark.parametrize("name", list(GOOD))
def test_a_state_without_a_field_is_refused(name):
    with pytest.raises(FormatError):
        files.state_from(json.dumps({key: value for key, value in GOOD.items() if key != name}).encode())


NO_JSON = [b"", b"[]", b"{", b"\xff", b"null", b'{"kind": NaN}', b"[" * 100_000, b'{"kind": 1, "kind": 1}', b"9" * 5000]


@pytest.mark.parametrize("data", NO_JSON, ids=range(len(NO_JSON)))
def test_what_is_no_state_and_no_keys(tmp_path, data):
    with pytest.raises(FormatError):
        files.state_from(data)
    (tmp_path / "keys.json").write_bytes(data)
    with pytest.raises(FormatError):
        Keyring.load(tmp_path / "keys.json")


def test_keys_are_their_owners_alone(tmp_path):
    path = tmp_path / "keys.json"
    for mode in (None, 0o644):
        if mode:
            path.chmod(mode)
        RING.save(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = Keyring.load(path)
    assert again.names == list(SECRETS) and again.secret("bob") == SECRETS["bob"] == again.secret(BOB.upper())
    assert os.listdir(tmp_path) == ["keys.json"]


@pytest.mark.parametrize("keys", [{"a": "00"}, {"": "0" * 64}, {"a": 5}, {"../x": "0" * 64}, {BOB: "0" * 64}, [], None])
def test_keys_that_are_none_are_refused_and_not_shown(tmp_path, keys):
    text = json.dumps({"kind": "l2zk ledger keys", "version": 1, "keys": keys})
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(FormatError) as caught:
        Keyring.load(tmp_path / "keys.json")
    assert "0" * 10 not in str(caught.value).replace(BOB, "")


@pytest.mark.parametrize("text", ["ab" * 32, "ab" * 31, "x" + "ab" * 32])
def test_a_secret_in_the_place_of_a_name_is_not_shown(text):
    for line in (f"{text},bob,5,,\n", f"alice,{text}-,5,,\n"):
        with pytest.raises(l2zk.WitnessError, match=r"today\.csv, line 2: .*…'") as caught:
            read(HEAD + line)
        assert "ab" * 5 not in str(caught.value)
    with pytest.raises(ArgumentError) as refused:
        Keyring().add(f"{text}ab", (1, 2, 3, 4))
    assert "ab" * 5 not in str(refused.value)


def test_names_of_keys():
    ring = Keyring(SECRETS)
    for name in ("alice", "", "-x", " x", "x ", "a,b", 'a"b', "a\nb", "x" * 64, BOB, 7):
        with pytest.raises(ArgumentError):
            ring.new(name)
    assert ring.new("Zoë 2") == ring.address("Zoë 2") and len(ring.names) == 4
    with pytest.raises(ArgumentError, match="no free place"):
        ring.new("eve", lambda address: False)


def read(text, where="today.csv"):
    return read_transfers(text if isinstance(text, bytes) else text.encode(), RING, where)


ONE = Transfer(SECRETS["alice"], ADDRESS["bob"], 5)


@pytest.mark.parametrize(
    "text, lines",
    [
        (f"{HEAD}alice,bob,5,,\n", [2]),
        (f"\ufeff{HEAD}alice,bob,5,0,", [2]),
        (f"{HEAD}alice,{BOB},5,,\n".replace("\n", "\r\n"), [2]),
        (f'{HEAD}"alice","bob","5","0",""\n', [2]),
        (f"\n{HEAD}\n,,,,\n  alice , bob,5,,\n\n", [5]),
        ("amount,recipient,sender\n05,bob,alice\n5,bob,alice\n", [2, 3]),
        ("sender,recipient,amount\r" + "alice,bob,5\r", [2]),
    ],
    ids=range(7),
)
def test_transfers_are_read(text, lines):
    found = read(text)
    assert [dict(fee=0) | {"op": one} for one in found.operations] == [{"fee": 0, "op": ONE}] * len(lines)
    assert list(found.lines) == lines


WRONG_LINES = [
    ("alice,bob,-5,,", "the amount is '-5', and has to be a whole number from 0 to 1152921504606846975"),
    ("alice,bob,+5,,", "the amount is"),
    ("alice,bob,5.0,,", "the amount is"),
    ("alice,bob,1e3,,", "the amount is"),
    ("alice,bob,0x5,,", "the amount is"),
    ("alice,bob,5_0,,", "the amount is"),
    ("alice,bob,\u0665,,", "the amount is"),
    ("alice,bob,,,", "the amount is"),
    (f"alice,bob,{2**60},,", "the amount is"),
    (f"alice,bob,{2**64 - 2**32},,", "the amount is"),
    (f"alice,bob,{'9' * 5000},,", "the amount is"),
    (f"alice,bob,5,{2**40},", "the fee is"),
    ("alice,bob,5,-1,", "the fee is"),
    ("alice,bob,5,,x", "the nonce is"),
    (f"alice,bob,5,,{2**32}", "the nonce is"),
    ("alice,bob,5", "it has 3 cells, and the first line names 5 columns"),
    ("alice,bob,5,,,", "it has 6 cells"),
    (",bob,5,,", "the sender is missing"),
    ("alice,,5,,", "the recipient is missing"),
    ("alicia,bob,5,,", "'alicia' is neither a name that is known here nor an address"),
    ("alice,bobby,5,,", "'bobby' is neither a name"),
    (f"alice,{'f' * 64},5,,", "each 16 digits of an address"),
    (f"{'0' * 64},bob,5,,", "there is no key of"),
    ('alice,"bob,5,,', "it is no line of CSV"),
    ('alice,"b"ob,5,,', "it is no line of CSV"),
    ("alice,b\0b,5,,", ""),
]


@pytest.mark.parametrize("line, reason", WRONG_LINES, ids=range(len(WRONG_LINES)))
def test_a_line_that_is_wrong_is_named(line, reason):
    with pytest.raises(l2zk.WitnessError) as caught:
        read(f"{HEAD}alice,bob,1,,\n{line}\n")
    assert str(caught.value).startswith(f"today.csv, line 3: {reason}")


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "line 1: it names the columns sender, recipient, amount, and sender is missing"),
        ("sender,amount\n", "line 1: it names the columns sender, recipient, amount, and recipient is missing"),
        ("sender,recipient,amount,fees\n", "line 1: there is no column 'fees'"),
        ("sender,recipient,amount,amount\n", "line 1: the column amount stands twice"),
        ("sender;recipient;amount\nalice;bob;5\n", "line 1: it names the columns"),
        (b"sender,recipient,amount\nalice,b\xffb,5\n", "line 2: it is no text in UTF-8"),
        ("sender,recipient,amount\n".encode("utf-16"), "line 1: it is no text in UTF-8"),
    ],
    ids=range(7),
)
def test_a_file_that_is_wrong_is_named(text, reason):
    with pytest.raises(l2zk.WitnessError) as caught:
        read(text)
    assert str(caught.value).startswith(f"today.csv, {reason}")


@settings(max_examples=60, deadline=None)
@given(strategies.binary(max_size=60) | strategies.text(alphabet='alicebo,5\n\r" \ufeff', max_size=80).map(str.encode))
def test_any_bytes_are_transfers_or_an_error_of_ours(data):
    for text in (data, HEAD.encode() + data):
        try:
            assert all(type(one) is Transfer for one in read(text).operations)
        except l2zk.WitnessError as error:
            assert str(error).startswith("today.csv, line ")


def test_a_refused_transfer_has_its_line():
    found = read(f"{HEAD}alice,bob,60,,\n\nalice,carol,60,,\n")
    with pytest.raises(Refused) as caught:
        execute(funded(), found.operations)
    assert str(found.named(caught.value)) == ("today.csv, line 4: the sender has 40, and 60 and a fee of 0 are more")


class Crash(BaseException):
    """What ends a process in the middle."""


@pytest.mark.parametrize("calls", range(28))
def test_a_crash_at_any_call_leaves_both_files_or_none(tmp_path, monkeypatch, calls):
    """Of all calls to the system that write, one more is let through each time."""
    path, proof = str(tmp_path / "state.json"), tmp_path / "day.l2zk"
    durable.replace_file(path, b"before")
    left = [calls]

    def counted(call):
        def run(*arguments, **named):
            left[0] -= 1
            if left[0] < 0:
                raise Crash
            return call(*arguments, **named)

        return run

    for name in ("replace", "fsync", "unlink", "open"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    with suppress(Crash):
        durable.step(path, b"after", Target(proof), b"the proof")
    monkeypatch.undo()
    durable.settle(path)
    state = (tmp_path / "state.json").read_bytes()
    assert state == (b"after" if proof.exists() else b"before")
    assert not [name for name in os.listdir(tmp_path) if name.endswith(durable.NEXT)]
    if proof.exists():
        assert proof.read_bytes() == b"the proof"


def step_of(proof, before):
    """What a step says of itself."""
    digests = [hashlib.sha256(data).hexdigest() for data in (b"the proof", before)]
    return {"proof": str(proof), "sha256": digests[0], "before": digests[1]}


def test_a_step_of_another_state_changes_nothing(tmp_path):
    path, proof = tmp_path / "state.json", tmp_path / "day.l2zk"
    path.write_bytes(b"before")
    proof.write_bytes(b"the proof")
    (tmp_path / "state.json.next").write_bytes(json.dumps(step_of(proof, b"older")).encode() + b"\nafter")
    with pytest.raises(FormatError, match=r"is the step of another state than .*state\.json"):
        durable.settle(str(path))
    assert path.read_bytes() == b"before" and (tmp_path / "state.json.next").exists()


def test_a_step_through_a_link_is_one_of_the_file(tmp_path):
    (tmp_path / "here").mkdir()
    state, link, proof = tmp_path / "state.json", tmp_path / "here" / "link.json", tmp_path / "day.l2zk"
    state.write_bytes(b"before")
    link.symlink_to(state)
    with durable.alone(str(link)), pytest.raises(BlockingIOError):
        fcntl.flock(os.open(tmp_path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    proof.write_bytes(b"the proof")
    (tmp_path / "state.json.next").write_bytes(json.dumps(step_of(proof, b"before")).encode() + b"\nafter")
    assert durable.settle(str(link)) and state.read_bytes() == b"after" and link.is_symlink()


def test_a_step_is_settled_by_the_bytes_of_its_proof(tmp_path):
    path, proof = str(tmp_path / "state.json"), tmp_path / "day.l2zk"
    for there, happened in ((b"the proof", True), (b"another", False), (None, False)):
        durable.replace_file(path, b"before")
        proof.unlink(missing_ok=True)
        if there is not None:
            proof.write_bytes(there)
        head = step_of(proof, b"before")
        (tmp_path / "state.json.next").write_bytes(json.dumps(head).encode() + b"\nafter")
        assert durable.settle(path) is happened and durable.settle(path) is None
        assert (tmp_path / "state.json").read_bytes() == (b"after" if happened else b"before")
    (tmp_path / "state.json.next").write_bytes(b"junk\nafter")
    with pytest.raises(FormatError, match="is no step of a ledger"):
        durable.settle(path)
