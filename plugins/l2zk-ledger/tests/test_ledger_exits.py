"""Exits: an account's own proof of its balance under a root; other values, secrets and traces are refused."""

import pytest
from l2zk_ledger import State, Transfer, address_of, execute, identity_of
from l2zk_ledger.exits import LedgerExit, check_exit, prove_exit
from quick import QUICK

import l2zk
from l2zk.testing import Case, check_program

SECRETS = [(k, 2, 3, 4) for k in range(1, 6)]
ADDRESSES = [address_of(secret) for secret in SECRETS]


def funded(depth):
    state = State(identity_of((9, 8, 7, 6), 1), depth)
    state.fund(dict.fromkeys(ADDRESSES[:4], 100))
    execute(state, [Transfer(SECRETS[1], ADDRESSES[0], 30)])
    return state


def facts(state, k=1, balance=70):
    found = {"depth": state.depth, "root": state.root, "identity": state.identity, "address": ADDRESSES[k]}
    return {**found, "balance": balance, "recipient": "bank of bob"}


@pytest.mark.parametrize("depth", [9, 60])
def test_an_exit_shows_one_balance_and_says_whom_to_pay(depth):
    state = funded(depth)
    proof = prove_exit(QUICK, state, SECRETS[1], "bank of bob")
    check_exit(QUICK, proof, **facts(state))
    other = state.copy()
    execute(other, [Transfer(SECRETS[1], ADDRESSES[0], 1)])
    wrong = [{"root": other.root}, {"identity": (*state.identity[:3], 5)}, {"address": ADDRESSES[0]}, {"balance": 71}]
    for change in (*wrong, {"recipient": "bank of eve"}, {"depth": depth - 1}):
        with pytest.raises(l2zk.ProofError):
            check_exit(QUICK, proof, **(facts(state) | change))


def test_who_has_no_account_has_no_exit():
    state = funded(20)
    with pytest.raises(l2zk.WitnessError, match="the secret has no account in a tree of depth 20"):
        prove_exit(QUICK, state, SECRETS[4], "bank of bob")
    with pytest.raises(TypeError, match="has UTF-8"):
        prove_exit(QUICK, state, SECRETS[1], "\ud800")


def test_the_kit_finds_nothing_free():
    state = State(identity_of((9, 8, 7, 6), 1), 2)
    state.fund({ADDRESSES[1]: 100})
    witness = LedgerExit(2).witness(state, SECRETS[1], "bank of bob")
    assert all(check_program(LedgerExit, [Case({"depth": 2}, witness, {})], seconds=1).runs)


CHEATS = [
    ("path.right0", 0, "a secret is hashed with the tag 0"),
    ("path.right3", 0, "a secret is hashed with the tag 3"),
    ("path.right0", 1, "the leaf has it 0"),
    ("path.right2", 1, "the leaf has it 2"),
    ("path.left1", 1, "the address 1"),
    ("path.bit", 1, "row 1 goes on from the left"),
    ("path.bit", 0, "row 0 goes on from the left"),
    ("path.left0", 0, "the node 0 goes on"),
    ("path.right1", 1, "the node"),
    ("path.left3", 10, "a path ends at root"),
]


@pytest.mark.parametrize("column, row, reason", CHEATS, ids=str)
def test_another_cell_is_refused(column, row, reason):
    state, program = funded(9), LedgerExit(9)
    witness = program.witness(state, SECRETS[1], "bank of bob")
    witness[column] = [*witness[column][:row], 1 - witness[column][row] if "bit" in column else 12345]
    witness[column] += program.witness(state, SECRETS[1], "bank of bob")[column][row + 1 :]
    report = program.check(witness)
    assert not report and reason in str(report)
