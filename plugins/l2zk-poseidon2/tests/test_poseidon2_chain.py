"""Chains of permutations, against the published vectors and Python's integers."""

import poseidon2_by_hand as twin
import pytest
from l2zk_poseidon2 import Poseidon2Program
from quick import QUICK

import l2zk
from l2zk.testing import Case, check_program

PUBLISHED = {
    8: "020cf04a1b214d1484e14aaaeacaed251ae0f640e81c7457a4d204cbaeb0d8a5"
    "0cf637b627b3a7ff788d304d948b486b7327133ea1949af4f415abb924da395b",
    12: "f292ab67c0f14b030a32f1b37656544c053c61ab895498de02ff92e55b196ffb"
    "58176e8f6f58cab2b0aa1206e7aec0f8e90c13f3dce83ca4f4da15333edf39c2"
    "23b701c053c2ca6cd233d593dcdfbf584effa5f9516fb52e0aaf4489f1f40166",
}
"""Of Plonky3: the permutations of 0, 1, 2, …"""


def test_it_is_found_by_name():
    assert l2zk.get_program("poseidon2") is Poseidon2Program


@pytest.mark.parametrize("width", [8, 12])
def test_one_permutation_is_the_published_one(width):
    proof = QUICK.prove(Poseidon2Program(count=1, width=width), list(range(width)))
    assert proof.public_outputs["end"] == PUBLISHED[width]


@pytest.mark.parametrize("count, width", [(5, 8), (16, 12)])
def test_a_chain_is_one_permutation_after_the_other(count, width):
    state = start = [l2zk.MODULUS - 1 - k for k in range(width)]
    for _ in range(count):
        state = twin.permute(state)
    program = Poseidon2Program(count, width, public_start=True)
    proof = QUICK.prove(program, start)
    assert QUICK.verify(program, proof, start, outputs={"end": state})
    assert not QUICK.verify(program, proof, [0, *start[1:]], outputs={"end": state})
    assert not QUICK.verify(program, proof, start, outputs={"end": [*state[:-1], state[-1] ^ 1]})


def test_a_private_start_is_no_part_of_the_proof():
    proof = QUICK.prove(Poseidon2Program(count=2), [77] * 8)
    assert not proof.public_inputs and proof.public_outputs["end"] == twin_text([77] * 8, 2)


def twin_text(state, count):
    for _ in range(count):
        state = twin.permute(state)
    return "".join(f"{one:016x}" for one in state)


def test_no_fault_is_found():
    assert all(check_program(Poseidon2Program, [Case({"count": 1}, list(range(8)), {"end": PUBLISHED[8]})]).runs)


def test_no_other_width():
    with pytest.raises(l2zk.ProgramError, match="width is 8 or 12, not 16"):
        QUICK.prove(Poseidon2Program(count=1, width=16), [0] * 16)
