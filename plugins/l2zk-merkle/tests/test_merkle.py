"""Membership: paths against a plain tree in Python's integers; what is no path to the root is refused."""

import poseidon2_by_hand as twin
import pytest
from l2zk_merkle import EMPTY, MerkleProgram, Tree, elements_of, leaf_of
from quick import QUICK

import l2zk
from l2zk.testing import Case, check_program

NAMES = ["ann", "bob", "a longer name than others", "", "ann\0"]


def plain_root(leaves, depth):
    """The root by a list of all nodes of each level."""
    level = [*leaves, *[EMPTY] * (2**depth - len(leaves))]
    while len(level) > 1:
        level = [twin.compress(one, other) for one, other in zip(level[::2], level[1::2])]
    return level[0]


def roots(tree):
    return {f"root{k}": one for k, one in enumerate(tree.root)}


@pytest.mark.parametrize("count, depth", [(5, None), (1, None), (3, 4), (0, 2)])
def test_a_tree_is_the_plain_one(count, depth):
    tree = Tree.of(NAMES[:count], depth)
    leaves = [twin.hash(elements_of(name)) for name in NAMES[:count]]
    assert tree.root == plain_root(leaves, tree.depth)
    if count == 5:
        siblings, bits = tree.path(4)
        assert (siblings[0], bits) == (EMPTY, [0, 0, 1]) and len({tuple(leaf) for leaf in leaves}) == 5
        leaves[1] = [7, 8, 9, 10]
        assert tree.changed(1, [7, 8, 9, 10]).root == plain_root(leaves, 3)


@pytest.mark.parametrize(
    "depth, places, public", [(3, [4], False), (1, [0], True), (5, [2, 0, 1], True), (4, [3, 1], False)]
)
def test_paths_end_at_the_root(depth, places, public):
    tree = Tree.of(NAMES[: 2**depth], depth)
    program = MerkleProgram(depth, 1 << (len(places) - 1).bit_length(), public_leaves=public)
    witness = program.witness(tree, places)
    proof = QUICK.prove(program, witness)
    given = roots(tree) | {name: witness[name] for name in witness if name.startswith("leaf")}
    assert QUICK.verify(program, proof, given)
    assert not QUICK.verify(program, proof, given | {"root1": tree.root[1] ^ 1})
    if public:
        assert not QUICK.verify(program, proof, given | {"leaf0": [1] * program.paths})


def test_a_file_marks_the_lines_that_are_proved(tmp_path):
    (tmp_path / "names.txt").write_text("ann\n* bob\ncyd\n* dan\n* eve\n")
    program, witness = MerkleProgram.from_file(tmp_path / "names.txt")
    assert (program.depth, program.paths, program.elements) == (3, 4, 2)
    assert QUICK.verify(program, QUICK.prove(program, witness), roots(Tree.of(["ann", "bob", "cyd", "dan", "eve"])))
    with pytest.raises(l2zk.WitnessError):
        QUICK.prove(program, "ann\nbob\n")


def test_no_fault_is_found():
    tree = Tree([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
    program = MerkleProgram(2, public_leaves=True)
    assert all(
        check_program(MerkleProgram, [Case({"depth": 2, "public_leaves": True}, program.witness(tree, [2]))]).runs
    )


def false_trace(program, witness, name, row, value):
    """Whether a cell may be another one."""
    return program.check({**witness, name: [value if k == row else one for k, one in enumerate(witness[name])]})


@pytest.mark.parametrize("name, row", [("path.left0", 0), ("path.right3", 1), ("path.bit", 2), ("data.value1", 0)])
def test_another_child_bit_or_datum_is_refused(name, row):
    tree = Tree.of(NAMES)
    program = MerkleProgram(depth=3, elements=2)
    witness = program.witness(tree, [1], [elements_of("bob")])
    assert program.check(witness)
    assert not false_trace(program, witness, name, row, 2 if name == "path.bit" else 12345)


def test_an_inner_node_is_no_leaf():
    """A path from a node above leaves is one level short, and no further level leads there."""
    tree = Tree.of(NAMES)
    program = MerkleProgram(depth=3)
    witness = program.witness(tree, [0])
    short = Tree([tree.node(1, place) for place in range(4)])
    assert short.root == tree.root
    shorter = {name: [*column[:2], column[1], 0] for name, column in short.columns([0]).items()}
    assert not program.check(witness | shorter)


def inverse_permutation(state):
    """The inputs that the permutation leads from to a state: each round backwards."""
    order = twin.P - 1
    full, partial = (inverted(matrix) for matrix in twin.matrices(8))
    added = twin.constants(8)
    rounds = [added[k : k + 8] for k in range(0, 32, 8)] + [[one] for one in added[32:54]]
    rounds += [added[k : k + 8] for k in range(54, 86, 8)]
    for constants in reversed(rounds):
        state = times(full if len(constants) > 1 else partial, state)
        powers = [(pow(one, pow(7, -1, order), twin.P) - c) % twin.P for one, c in zip(state, constants)]
        state = [*powers, *state[len(constants) :]]
    return times(full, state)


def times(matrix, state):
    return [sum(a * b for a, b in zip(row, state)) % twin.P for row in matrix]


def inverted(matrix):
    """By Gauss and Jordan."""
    size = len(matrix)
    rows = [[*row, *(int(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for k in range(size):
        pivot = next(i for i in range(k, size) if rows[i][k] % twin.P)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        scale = pow(rows[k][k], -1, twin.P)
        rows[k] = [one * scale % twin.P for one in rows[k]]
        for i in range(size):
            if i != k:
                rows[i] = [(one - rows[i][k] * other) % twin.P for one, other in zip(rows[i], rows[k])]
    return [row[size:] for row in rows]


def test_children_of_any_root_by_computing_backwards_are_refused():
    """Truncation alone would take them: P leads from them to a state whose first half is the root."""
    tree = Tree.of(NAMES[:2])
    forged = inverse_permutation([*tree.root, 1, 2, 3, 4])
    assert twin.permute(forged)[:4] == tree.root
    program = MerkleProgram(depth=1)
    columns = {
        f"path.{side}{k}": [forged[4 * at + k], 0] for at, side in enumerate(("left", "right")) for k in range(4)
    }
    assert program.check(program.witness(tree, [0]))
    report = program.check(program.witness(tree, [0]) | columns)
    assert not report and "a path ends at root" in str(report)


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda: MerkleProgram(2, 3).definition, "paths is a power of two, not 3"),
        (lambda: MerkleProgram(65).definition, "depth of a path is an integer from 1 to 64, not 65"),
        (lambda: MerkleProgram(2).witness(Tree.of(NAMES), [1]), "a tree of depth 2"),
        (lambda: MerkleProgram(3, elements=2).witness(Tree.of(NAMES), [1], [elements_of("eve")]), "not those that its"),
        (lambda: Tree.of(NAMES, 2), "places 0 to 2^2 - 1, not 4"),
        (lambda: Tree([[1, 2, 3, l2zk.MODULUS]]), "a leaf is 4 elements of the field"),
        (lambda: Tree([[1, 2, 3]]), "a leaf is 4 elements of the field"),
        (lambda: Tree([[1, 2, 3, 4.5]]), "a leaf is 4 elements of the field"),
        (lambda: Tree({0: EMPTY, 1.5: EMPTY, 3: EMPTY}, 2), "places 0 to 2^2 - 1, not 1.5"),
        (lambda: leaf_of([-1]), "is no element of the field"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(l2zk.L2zkError, match=sentence.replace("^", r"\^")):
        make()
