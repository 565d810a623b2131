"""Membership: private paths from private or public leaves to a public root, many of them in one proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import l2zk
from l2zk.gadgets import merkle, poseidon2
from l2zk.gadgets.files import elements_of
from l2zk_merkle.tree import Tree, leaf_of

MARK = "* "
"""In front of the lines of a file whose paths are proved."""


@dataclass(frozen=True)
class MerkleProgram(l2zk.TraceProgram):
    """So many leaves stand in the tree of a public root; what they are the digests of is known, or they are public."""

    id = "merkle.v0"
    depth: int = field(metadata={"help": "Levels of the tree, 1 to 64."})
    paths: int = field(default=1, metadata={"help": "Paths of one proof, a power of two."})
    elements: int = field(
        default=0, metadata={"help": "Elements of the private data of each leaf; 0: leaves are digests as they are."}
    )
    public_leaves: bool = field(
        default=False, metadata={"help": "Whether everybody knows the leaves, not their places."}
    )

    def define(self, m: l2zk.Machine) -> None:
        if self.paths < 1 or self.paths & (self.paths - 1):
            raise l2zk.ProgramError(
                f"paths is a power of two, not {self.paths}: give one path several times to fill it"
            )
        path = merkle.path(m, "path", self.depth)
        m.rows(path.rows * self.paths)
        merkle.ends_at_root(m, path, "root")
        if self.public_leaves:
            for k, one in enumerate(path.node):
                leaf = m.public_column(f"leaf{k}", self.paths, every=path.rows)
                m.constrain(f"the leaf {k} is the public one", one == leaf, on=m.every(path.rows))
        if self.elements:
            self._digests(m, path)

    def _digests(self, m: l2zk.Machine, path: merkle.Path) -> None:
        """Leaves are digests of data, which a table of a row a path hashes."""
        bus = m.bus("leaves", "row", *(f"digest{k}" for k in range(4)))
        data = m.table("data", rows=self.paths)
        values = data.private_columns("value", count=self.elements)
        digest = poseidon2.hash(data, "hash", values)
        m.send(bus, (m.row_number(), *path.node), on=m.every(path.rows))
        data.receive(bus, (path.rows * data.row_number(), *digest))

    def encode(self, data: Any) -> dict[str, Any]:
        """The witness of a text with a leaf a line: the paths of those with `* ` in front."""
        items, places = marked(data)
        if len(places) > self.paths:
            raise l2zk.WitnessError(f"{len(places)} lines begin with '* ', and the program has {self.paths} paths")
        return self.witness(Tree.of(items, self.depth), places, [elements_of(items[place]) for place in places])

    @classmethod
    def from_file(cls, path: Any, **parameters: Any) -> tuple[MerkleProgram, dict[str, Any]]:
        """A text with a leaf a line, of which those whose paths are proved have `* ` in front."""
        content = Path(path).read_bytes()
        items, places = marked(content)
        found = {
            "depth": max(1, (len(items) - 1).bit_length()),
            "paths": 1 << (len(places) - 1).bit_length(),
            "elements": len(elements_of(items[places[0]])),
        }
        program = cls(**{**found, **parameters})
        return program, program.encode(content)

    def witness(self, tree: Tree, places: Sequence[int], data: Sequence[Sequence[int]] = ()) -> dict[str, Any]:
        """The inputs and columns for places of a tree, of which the last is repeated as often as there is room.

        data: of each place the elements that its leaf is the digest of. Raises WitnessError if they are not.
        """
        if tree.depth != self.depth or not 1 <= len(places) <= self.paths:
            raise l2zk.WitnessError(f"a tree of depth {self.depth} and 1 to {self.paths} places are needed")
        repeated = [*places, *[places[-1]] * (self.paths - len(places))]
        made: dict[str, Any] = {f"root{k}": one for k, one in enumerate(tree.root)} | tree.columns(repeated)
        leaves = [tree.node(0, place) for place in repeated]
        if self.public_leaves:
            made |= {f"leaf{k}": [leaf[k] for leaf in leaves] for k in range(4)}
        if self.elements:
            rows = [list(one) for one in data]
            rows += [rows[-1]] * (self.paths - len(rows)) if rows else []
            check_data(rows, leaves, self.elements)
            made |= {f"data.value{k}": [row[k] for row in rows] for k in range(self.elements)}
        return made


def marked(data: Any) -> tuple[list[str], list[int]]:
    """The lines of a text without their marks, and the places of those that have one."""
    if not isinstance(data, (bytes, str)):
        raise l2zk.WitnessError(
            "a text with a leaf a line is needed, or the witness that program.witness(tree, …) gives"
        )
    lines = (data if isinstance(data, str) else data.decode()).splitlines()
    places = [place for place, line in enumerate(lines) if line.startswith(MARK)]
    if not places:
        raise l2zk.WitnessError("no line begins with '* ', as those do whose paths are proved")
    return [line.removeprefix(MARK) for line in lines], places


def check_data(rows: Sequence[Sequence[int]], leaves: Sequence[Sequence[int]], elements: int) -> None:
    """Refuse data that are not those of the leaves."""
    if len(rows) != len(leaves) or any(len(row) != elements for row in rows):
        raise l2zk.WitnessError(f"the data of each place are needed, {elements} elements of each")
    if any(leaf_of(row) != list(leaf) for row, leaf in zip(rows, leaves)):
        raise l2zk.WitnessError("the data of a place are not those that its leaf is the digest of")
