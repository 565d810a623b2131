"""Updates and keys: roots of plain trees; a second leaf, another key, a leaf that is there are refused."""

import pytest
from l2zk_merkle import EMPTY, SparseProgram, Tree, UpdateProgram
from quick import QUICK

from l2zk.testing import Case, check_program

LEAVES = [[10 * k + j for j in range(4)] for k in range(1, 7)]
KEYS = {5: [1, 2, 3, 4], 2**40 + 9: [5, 6, 7, 8], 2**64 - 1: [9, 9, 9, 9]}


def inputs(program, witness):
    return {name: witness[name] for name in witness if "." not in name}


@pytest.mark.parametrize("depth, place", [(3, 5), (1, 0), (4, 15)])
def test_an_update_is_between_the_roots_of_both_trees(depth, place):
    tree = Tree(LEAVES[: 2**depth], depth)
    program = UpdateProgram(depth, public_leaves=True)
    witness = program.witness(tree, place, [7, 7, 7, 7])
    proof = QUICK.prove(program, witness)
    given = inputs(program, witness)
    assert [given[f"new_root{k}"] for k in range(4)] == tree.changed(place, [7, 7, 7, 7]).root
    assert QUICK.verify(program, proof, given)
    assert not QUICK.verify(program, proof, given | {"new_root0": given["old_root0"]})
    assert not QUICK.verify(program, proof, given | {"old_leaf1": 1})


def test_a_sibling_that_changes_as_well_is_refused():
    tree = Tree(LEAVES)
    program = UpdateProgram(tree.depth)
    witness = program.witness(tree, 2, [7, 7, 7, 7])
    other = tree.changed(3, [8, 8, 8, 8]).changed(2, [7, 7, 7, 7])
    forged = other.columns([2], "path_new") | {f"new_root{k}": one for k, one in enumerate(other.root)}
    del forged["path_new.bit"]
    assert program.check(witness) and "sibling" in str(program.check(witness | forged))


def test_no_fault_is_found_in_an_update():
    program = UpdateProgram(depth=1)
    assert all(
        check_program(UpdateProgram, [Case({"depth": 1}, program.witness(Tree(LEAVES[:2]), 1, [7, 7, 7, 7]))]).runs
    )


@pytest.mark.parametrize(
    "depth, key", [(64, 5), (64, 2**40 + 9), (64, 2**64 - 1), (64, 6), (33, 5), (32, 5), (32, 2**32 - 1), (1, 1)]
)
def test_a_key_has_its_leaf_or_none(depth, key):
    tree = Tree({place: leaf for place, leaf in KEYS.items() if place < 2**depth}, depth)
    program = SparseProgram(depth)
    witness = program.witness(tree, key)
    given = inputs(program, witness)
    assert [given[f"leaf{k}"] for k in range(4)] == KEYS.get(key, EMPTY)
    assert given["key_low"] + (given.get("key_high", 0) << 32) == key
    proof = QUICK.prove(program, witness)
    assert QUICK.verify(program, proof, given)
    assert not QUICK.verify(program, proof, given | {"key_low": given["key_low"] ^ 1})
    assert not QUICK.verify(program, proof, given | {"leaf2": 5})


def test_the_path_of_another_key_is_refused():
    tree = Tree(KEYS, 64)
    program = SparseProgram(64)
    other = program.witness(tree, 7)
    absent = {name: other[name] for name in other if "." in name}
    for key in (5, 7 + 2**32, 7 + (l2zk_modulus_high() << 32)):
        assert not program.check(program.witness(tree, key) | absent)


def l2zk_modulus_high():
    """The bits of p above 32: numbers that differ by p are the same in the field."""
    return (2**64 - 2**32 + 1) >> 32


def test_no_fault_is_found_in_a_key():
    tree = Tree({1: [1, 2, 3, 4]}, 2)
    assert all(check_program(SparseProgram, [Case({"depth": 2}, SparseProgram(2).witness(tree, 2))]).runs)
