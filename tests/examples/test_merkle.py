"""Membership: roots by digests of numbers; a path of wrong bits is refused."""

import pytest
from merkle import Membership, compressed
from poseidon2 import permuted
from quick import QUICK

from l2zk import MODULUS, ConstraintError, TraceZkVm
from l2zk.testing import Case, check_program

LEAF, PATH = [11, 22, 33, 44], [[4 * level + k for k in range(4)] for level in range(1, 6)]


def witness(right):
    path = {f"sibling{k}": [one[k] for one in PATH[: len(right)]] for k in range(4)}
    return {f"leaf{k}": one for k, one in enumerate(LEAF)} | path | {"right": right}


def test_a_digest_adds_what_went_in():
    wanted = [(one + k) % MODULUS for k, one in enumerate(permuted(range(8)))]
    assert compressed(range(4), range(4, 8)) == wanted[:4]


@pytest.mark.parametrize("right", [[0, 1, 1, 0], [1], [1, 0, 1, 1, 0]])
def test_the_root_is_that_of_numbers(right):
    node = LEAF
    for bit, sibling in zip(right, PATH):
        node = compressed(sibling, node) if bit else compressed(node, sibling)
    proof = QUICK.prove(Membership(len(right)), witness(right))
    assert QUICK.verify(Membership(len(right)), proof, outputs={"root": node})


def test_no_fault_is_found():
    check_program(Membership, [Case({"depth": 1}, witness([1]), {"root": compressed(PATH[0], LEAF)})])


def test_a_direction_that_is_no_bit_is_refused():
    with pytest.raises(ConstraintError, match="right is a bit"):
        TraceZkVm().prove(Membership(depth=4), witness([0, 2, 1, 0]))
