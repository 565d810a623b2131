"""Membership in a tree of SHA-256: private paths from private or public leaves to a public root, one or many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import l2zk
from l2zk import gadgets as g
from l2zk.gadgets.sha256_messages import blocks_of, padding
from l2zk.gadgets.sha256_paths import LEAF
from l2zk_merkle.member import marked
from l2zk_merkle.sha256_tree import Sha256Tree, sha256_leaf

LONGEST = 4096
"""Bytes of a leaf's data, at most."""


@dataclass(frozen=True)
class Sha256MerkleProgram(l2zk.TraceProgram):
    """So many leaves stand in the tree of a public root; what they are the digests of is known, or they are public."""

    id = "merkle-sha256.v0"
    depth: int = field(metadata={"help": "Levels of the tree, 1 to 64."})
    paths: int = field(default=1, metadata={"help": "Paths of one proof, a power of two."})
    length: int = field(
        default=0, metadata={"help": "Bytes of the private data of each leaf; 0: leaves are digests as they are."}
    )
    public_leaves: bool = field(
        default=False, metadata={"help": "Whether everybody knows the leaves, not their places."}
    )

    def define(self, m: l2zk.Machine) -> None:
        if self.paths < 1 or self.paths & (self.paths - 1):
            raise l2zk.ProgramError(
                f"paths is a power of two, not {self.paths}: give one path several times to fill it"
            )
        if not 0 <= self.length <= LONGEST:
            raise l2zk.ProgramError(f"the data of a leaf have 1 to {LONGEST} bytes, or 0: none, not {self.length}")
        rows = g.sha256_paths.layout_of(self.depth).rows
        m.rows(rows * self.paths)
        path = g.sha256_paths.Paths(m, "path", self.depth, self.paths)
        words = m.output_word("root", path.root, row=path.top)
        if self.paths > 1:
            g.sums.equal(m, "the root of each", path.root, words, on=m.every(rows, path.top))
        if self.public_leaves:
            for number in range(self.paths):
                m.output_word(f"leaf{number}", path.leaf, row=rows * number + path.bottom)
        if self.length:
            self._digests(m, path)

    def _digests(self, m: l2zk.Machine, path: g.sha256_paths.Paths) -> None:
        """Leaves are digests of data, each of which is hashed in rows of its own of another table."""
        layout, rows = self._data_layout, path.layout.rows
        bus = m.bus("leaves", "row", *"abcdefgh")
        data = m.table("data", rows=layout.rows * self.paths)
        sha = g.sha256_hashes.Hashes(data, "sha", layout, self.paths)
        sha.fixes([*LEAF, *[None] * self.length, *padding(self.length + 1)])
        m.send(bus, (m.row_number(), *path.leaf), on=m.every(rows, path.bottom))
        end = layout.end(0)
        row = (data.row_number() - end) * (rows * pow(layout.rows, -1, l2zk.MODULUS) % l2zk.MODULUS) + path.bottom
        data.receive(bus, (row, *sha.digest), on=data.every(layout.rows, end))

    @property
    def _data_layout(self) -> g.sha256_hashes.Layout:
        return g.sha256_hashes.Layout(blocks_of(self.length + 1))

    def encode(self, data: Any) -> dict[str, Any]:
        """The witness of a text with a leaf a line: the paths of those with `* ` in front."""
        items, places = marked(data)
        if len(places) > self.paths:
            raise l2zk.WitnessError(f"{len(places)} lines begin with '* ', and the program has {self.paths} paths")
        return self.witness(Sha256Tree.of(items, self.depth), places, [items[place] for place in places])

    @classmethod
    def from_file(cls, path: Any, **parameters: Any) -> tuple[Sha256MerkleProgram, dict[str, Any]]:
        """The program and its witness of a file with a leaf a line, of which some have `* ` in front."""
        content = Path(path).read_bytes()
        items, places = marked(content)
        found = {
            "depth": max(1, (len(items) - 1).bit_length()),
            "paths": 1 << (len(places) - 1).bit_length(),
            "length": len(items[places[0]].encode()),
        }
        program = cls(**{**found, **parameters})
        return program, program.encode(content)

    def witness(self, tree: Sha256Tree, places: Sequence[int], data: Sequence[bytes | str] = ()) -> dict[str, Any]:
        """The columns for places of a tree, of which the last is repeated as often as there is room.

        data: of each place the bytes, or the text, that its leaf is the digest of. Raises WitnessError if they are not.
        """
        if tree.depth != self.depth or not 1 <= len(places) <= self.paths:
            raise l2zk.WitnessError(f"a tree of depth {self.depth} and 1 to {self.paths} places are needed")
        more = self.paths - len(places)
        made = tree.columns([*places, *[places[-1]] * more])
        if self.length:
            several = [one.encode() if isinstance(one, str) else bytes(one) for one in data]
            self._check_data(several, [tree.node(0, place) for place in places])
            padded = [LEAF + one + padding(self.length + 1) for one in [*several, *several[-1:] * more]]
            made["data.sha.w"] = self._data_layout.column(b"".join(padded))
        return made

    def _check_data(self, several: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Refuse data that are not those of the leaves."""
        if len(several) != len(leaves) or any(len(one) != self.length for one in several):
            raise l2zk.WitnessError(f"the data of each place are needed, {self.length} bytes of each")
        if any(sha256_leaf(one) != leaf for one, leaf in zip(several, leaves)):
            raise l2zk.WitnessError("the data of a place are not those that its leaf is the digest of")
