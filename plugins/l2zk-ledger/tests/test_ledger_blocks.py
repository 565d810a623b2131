"""Blocks: executed, proved one by one or together, verified; whatever is demanded otherwise is refused."""

import dataclasses
from types import SimpleNamespace

import pytest
from l2zk_ledger import (
    State,
    Transfer,
    address_of,
    blocks,
    execute,
    identity_of,
    prove_block,
    prove_blocks,
    public,
    verify_block,
)
from quick import QUICK

import l2zk
from l2zk.errors import ArgumentError

SECRETS = [(k, 2, 3, 4) for k in range(1, 12)]
ADDRESSES = [address_of(secret) for secret in SECRETS]
DEPTH = 20


@pytest.fixture(scope="module")
def executed():
    state = State(identity_of((9, 8, 7, 6), 1), DEPTH)
    state.fund(dict.fromkeys(ADDRESSES[:6], 100))
    return [
        execute(state, [Transfer(SECRETS[0], ADDRESSES[1], 10 + k, 1), Transfer(SECRETS[1], ADDRESSES[8], 3)])
        for k in range(3)
    ]


def test_a_block_is_proved_and_verified_for_its_statement_alone(executed):
    one, other = executed[:2]
    proof = prove_block(QUICK, one)
    assert verify_block(QUICK, proof, one.statement, depth=DEPTH)
    assert verify_block(QUICK, bytes(proof), one.statement, depth=DEPTH)
    assert not verify_block(QUICK, proof, other.statement, depth=DEPTH)
    assert not verify_block(QUICK, proof, one.statement, depth=DEPTH + 1)
    with pytest.raises(l2zk.ProofError, match="block 0 of the proof has another root_after, fees than is demanded"):
        wrong = dataclasses.replace(one.statement, fees=0, root_after=other.statement.root_after)
        blocks.check_blocks(QUICK, proof, [wrong], depth=DEPTH)
    assert not blocks.verify_blocks(QUICK, proof, [one.statement, other.statement], depth=DEPTH)
    assert not verify_block(QUICK, b"no proof", one.statement, depth=DEPTH)
    assert blocks.stated(proof) == [one.statement]


HOSTILE = [
    {"operations": "8"},
    {"operations": 2**40},
    {"operations": True},
    {"operations": 7},
    {"nodes": 8},
    {"nodes": (2**40,)},
    {"nodes": ("a",)},
    {"authority": 5},
    {"authority": "none"},
    {"depth": 21},
    {"slots": 8},
]


@pytest.mark.parametrize("changes", HOSTILE, ids=str)
def test_a_header_with_other_parameters_is_refused(changes):
    parameters = {"depth": DEPTH, "operations": 8} | changes
    stated = SimpleNamespace(program_id="ledger.v0", parameters=parameters)
    with pytest.raises(l2zk.ProofError):
        blocks.programs_of(SimpleNamespace(statements=[stated]), DEPTH)


def test_a_header_of_several_programs_is_refused():
    stated = [
        SimpleNamespace(program_id="ledger.v0", parameters={"depth": DEPTH, "operations": rows}) for rows in (8, 16)
    ]
    with pytest.raises(l2zk.ProofError, match="of several programs"):
        blocks.programs_of(SimpleNamespace(statements=stated), DEPTH)


def test_a_header_whose_values_are_no_statement(executed):
    values = public.values(executed[0].statement) | {"fees": 2**60}
    with pytest.raises(l2zk.ProofError, match="not of a block"):
        blocks.stated(SimpleNamespace(statements=[SimpleNamespace(public_inputs=values)]))


def test_blocks_in_a_row_are_proved_in_one(executed, monkeypatch):
    statements = [one.statement for one in executed]
    proof = prove_blocks(QUICK, executed)
    assert blocks.verify_blocks(QUICK, proof, statements, depth=DEPTH)
    assert not blocks.verify_blocks(QUICK, proof, [statements[0], statements[2], statements[1]], depth=DEPTH)
    assert not blocks.verify_blocks(QUICK, proof, [], depth=DEPTH)
    monkeypatch.setattr(blocks, "programs_of", None)  # no program is made for a header of more blocks than are stated
    assert not blocks.verify_blocks(QUICK, proof, statements[:2], depth=DEPTH)
    with pytest.raises(ArgumentError, match="block 1 does not follow the one before: another height, root"):
        prove_blocks(QUICK, [executed[0], executed[2]])
