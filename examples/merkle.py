"""A private leaf of a Merkle tree of Poseidon2 digests: its path and place are private, the root is public."""

from dataclasses import dataclass

from poseidon2 import permute, permuted

import l2zk


def compress(m, name, left, right):
    """The digest of two digests, each of 4 expressions, on each row; what goes in is added, so that none goes back."""
    inputs = [m.let(f"{name}_{k}", one) for k, one in enumerate([*left, *right])]
    return [one + given for one, given in zip(permute(m, name, inputs)[:4], inputs)]


def compressed(left, right):
    """The digest of two digests, each of 4 numbers."""
    return [(one + given) % l2zk.MODULUS for one, given in zip(permuted([*left, *right])[:4], left)]


@dataclass(frozen=True)
class Membership(l2zk.TraceProgram):
    """A private leaf stands in the tree of so many levels with this root."""

    id = "merkle.v0"
    depth: int

    def define(self, m):
        m.rows(self.depth)
        node, sibling = m.columns("node", count=4), m.private_columns("sibling", count=4, pad=0)
        right = m.private_column("right", pad=0)  # whether the node is the right one of the two
        m.constrain("right is a bit", right * (right - 1) == 0)
        pairs = [(m.where(right, s, n), m.where(right, n, s)) for n, s in zip(node, sibling)]
        parent = compress(m, "hash", *zip(*pairs))
        m.start({one: m.private_input(f"leaf{k}") for k, one in enumerate(node)})
        m.step(dict(zip(node, parent)))
        m.output_word("root", parent, row="last", bits=64)


if __name__ == "__main__":
    program, machine = Membership(depth=8), l2zk.TraceZkVm()
    path = {f"sibling{k}": range(k, k + 8) for k in range(4)}
    proof = machine.prove(program, {f"leaf{k}": k for k in range(4)} | path | {"right": [0, 1, 1, 0, 1, 0, 0, 1]})
    assert machine.verify(program, proof)
    print(proof.claim)
