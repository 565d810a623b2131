"""Update: two public roots of trees that differ in one private leaf at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import l2zk
from l2zk.gadgets import merkle
from l2zk_merkle.tree import Tree


@dataclass(frozen=True)
class UpdateProgram(l2zk.TraceProgram):
    """The tree of a public root, in which one leaf at a private place was changed, has another public root."""

    id = "merkle-update.v0"
    depth: int = field(metadata={"help": "Levels of the tree, 1 to 64."})
    public_leaves: bool = field(default=False, metadata={"help": "Whether everybody knows the leaf before and after."})

    def define(self, m: l2zk.Machine) -> None:
        old, new = merkle.update(m, "path", self.depth)
        m.rows(old.rows)
        for path, name in ((old, "old"), (new, "new")):
            merkle.ends_at_root(m, path, f"{name}_root")
            if self.public_leaves:
                for k, one in enumerate(path.node):
                    leaf = m.public_input(f"{name}_leaf{k}")
                    m.constrain(f"the {name} leaf {k} is the public one", one == leaf, on=0)

    def witness(self, tree: Tree, place: int, leaf: Sequence[int]) -> dict[str, Any]:
        """The inputs and columns for another leaf at a place; the tree after it is `tree.changed(place, leaf)`."""
        if tree.depth != self.depth:
            raise l2zk.WitnessError(f"a tree of depth {self.depth} is needed, not of depth {tree.depth}")
        made: dict[str, Any] = {}
        for one, name in ((tree, "old"), (tree.changed(place, leaf), "new")):
            made |= {f"{name}_root{k}": value for k, value in enumerate(one.root)}
            made |= one.columns([place], f"path_{name}")
            if self.public_leaves:
                made |= {f"{name}_leaf{k}": value for k, value in enumerate(one.node(0, place))}
        del made["path_new.bit"]  # which both have
        return made
