"""Sparse: a public key has a public leaf in the tree of a public root, or none, where the leaf is empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import l2zk
from l2zk.gadgets import merkle
from l2zk_merkle.tree import Tree

WORDS = ("key_low", "key_high")
"""The lower 32 bits of a key, and those above them, if there are any."""


@dataclass(frozen=True)
class SparseProgram(l2zk.TraceProgram):
    """A public key of `depth` bits has a public leaf in the tree of a public root; where that is empty, it has none."""

    id = "merkle-sparse.v0"
    depth: int = field(default=32, metadata={"help": "Bits of a key, which are the levels of the tree, 1 to 64."})

    def define(self, m: l2zk.Machine) -> None:
        path = merkle.path(m, "path", self.depth)
        m.rows(path.rows)
        merkle.ends_at_root(m, path, "root")
        for name, (number, row) in zip(WORDS, merkle.place(m, "key", path)):
            m.constrain(f"{name} is the public one", number == m.public_input(name), on=row)
        for k, one in enumerate(path.node):
            m.constrain(f"the leaf {k} is the public one", one == m.public_input(f"leaf{k}", default=0), on=0)

    def witness(self, tree: Tree, key: int) -> dict[str, Any]:
        """The inputs and columns for a key of a tree."""
        if tree.depth != self.depth:
            raise l2zk.WitnessError(f"a tree of depth {self.depth} is needed, not of depth {tree.depth}")
        words = {"key_low": key & 0xFFFFFFFF, "key_high": key >> 32}
        words = {name: words[name] for name in WORDS[: 1 + (self.depth > merkle.HALF)]}
        leaf = {f"leaf{k}": one for k, one in enumerate(tree.node(0, key))}
        return {f"root{k}": one for k, one in enumerate(tree.root)} | words | leaf | tree.columns([key])
