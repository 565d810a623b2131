"""Paths in a Merkle tree: the root is that of integers, and what goes wrong on one level is refused."""

from dataclasses import dataclass

import pytest
from quick import QUICK

import l2zk
from l2zk import gadgets as g
from l2zk.poseidon2 import compress
from l2zk.testing import Case, check_program


@dataclass(frozen=True)
class Climbs(l2zk.TraceProgram):
    """Paths of a depth from their leaves to their roots."""

    id = "climbs.v0"
    depth: int
    paths: int = 1

    def define(self, m):
        path = g.merkle.path(m, "path", self.depth)
        m.rows(path.rows * self.paths)
        for number in range(self.paths):
            for k in range(4):
                m.output(f"leaf{number}_{k}", path.node[k], row=path.rows * number)
                m.output(f"root{number}_{k}", path.parent[k], row=path.rows * number + self.depth - 1)


def climbed(leaf, siblings, bits):
    """The rows of one path, and its root."""
    rows = []
    for sibling, bit in zip(siblings, bits):
        pair = (sibling, leaf) if bit else (leaf, sibling)
        rows.append([*pair[0], *pair[1], bit])
        leaf = compress(*pair)
    return rows, leaf


NAMES = [*(f"path.left{k}" for k in range(4)), *(f"path.right{k}" for k in range(4)), "path.bit"]


def run(depth, paths):
    """The witness of paths, and the outputs that are expected."""
    rows, outputs = [], {}
    size = g.merkle.path_rows(depth)
    for number in range(paths):
        leaf = [number, 1, 2, 3]
        siblings = [[level, number, 5, 6] for level in range(depth)]
        bits = [(number + 3 * level) // 2 % 2 for level in range(depth)]
        one, root = climbed(leaf, siblings, bits)
        rows += one + [[0] * 9] * (size - depth)
        outputs |= {f"leaf{number}_{k}": leaf[k] for k in range(4)} | {f"root{number}_{k}": root[k] for k in range(4)}
    return dict(zip(NAMES, map(list, zip(*rows)))), outputs


@pytest.mark.parametrize("depth, paths", [(1, 1), (2, 2), (3, 1), (5, 2), (4, 4)])
def test_the_root_is_that_of_integers(depth, paths):
    witness, outputs = run(depth, paths)
    proof = QUICK.prove(Climbs(depth, paths), witness)
    assert QUICK.verify(Climbs(depth, paths), proof, outputs=outputs)


def test_no_fault_is_found():
    witness, outputs = run(3, 1)
    assert all(check_program(Climbs, [Case({"depth": 3}, witness, outputs)]).runs)


@pytest.mark.parametrize("column, row", [(0, 1), (5, 2), (8, 1)])
def test_another_child_or_bit_on_one_level_is_refused(column, row):
    witness, _ = run(3, 2)
    witness[NAMES[column]][row] += 1
    with pytest.raises(l2zk.ConstraintError, match=r"bit|goes on"):
        QUICK.prove(Climbs(3, 2), witness)
