"""Poseidon2: the published vector of width 8, chains by Python's integers."""

from poseidon2 import Poseidon2Chain, permuted
from quick import QUICK

from l2zk.testing import Case, check_program

PUBLISHED = [
    *(0x020CF04A1B214D14, 0x84E14AAAEACAED25, 0x1AE0F640E81C7457, 0xA4D204CBAEB0D8A5),
    *(0x0CF637B627B3A7FF, 0x788D304D948B486B, 0x7327133EA1949AF4, 0xF415ABB924DA395B),
]
"""Of Plonky3: the permutation of 0 … 7."""


def test_numbers_are_permuted_as_published():
    assert permuted(range(8)) == PUBLISHED


def test_a_chain_of_one_is_the_published_permutation():
    check_program(Poseidon2Chain, [Case({"permutations": 1}, list(range(8)), {"end": PUBLISHED})])


def test_a_chain_is_one_permutation_after_the_other():
    wanted = list(range(8))
    for _ in range(4):
        wanted = permuted(wanted)
    proof = QUICK.prove(Poseidon2Chain(4), list(range(8)))
    assert QUICK.verify(Poseidon2Chain(4), proof, outputs={"end": wanted})
