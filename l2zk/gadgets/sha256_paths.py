"""Merkle paths of SHA-256 down the rows: leaf and node are hashed as RFC 6962 has it, with another byte before each.

leaf = SHA-256(00 ‖ data)
node = SHA-256(01 ‖ left ‖ right)        65 bytes, two blocks, 140 rows
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from l2zk.base.field import whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.gadgets.merkle import MOST_LEVELS
from l2zk.gadgets.sha256_hashes import Hashes, Layout
from l2zk.gadgets.sha256_messages import BLOCK, PERIOD, padding
from l2zk.gadgets.words import Bits
from l2zk.language.expression import Expression
from l2zk.language.table import Table

Column = NDArray[np.uint64]

LEAF, NODE = b"\0", b"\1"
"""What stands before the data of a leaf, and before the two children of a node."""

__all__ = ["LEAF", "NODE", "Paths", "columns", "layout_of"]


def layout_of(depth: int) -> Layout:
    """Where the nodes of a path of 1 to 64 levels stand: 7 in 1024 rows, of which a path takes a power of two."""
    levels = whole(depth)
    if levels is None or not 1 <= levels <= MOST_LEVELS:
        raise ProgramError(f"the depth of a path is an integer from 1 to {MOST_LEVELS}, not {short(depth)}")
    return Layout(blocks=2, each=levels)


class Paths:
    """Paths of `depth` levels, 1 to 64, as many as there are; each takes layout_of(depth).rows rows, all of its own.

        layout = g.sha256_paths.layout_of(20)
        m.rows(layout.rows)
        path = g.sha256_paths.Paths(m, "path", 20)
        m.output_word("root", path.root, row=path.top)

    The witness gives the columns that `columns` makes. leaf: the eight words of a path's leaf, on its row `bottom`;
    root: the eight words of its root, on its row `top`. Of several paths these are the rows m.every(layout.rows, top).
    Claimed: that each node is hashed as said above, that one of its children, the right one where the bit is 1, is the
    leaf or the node of the level below; so words of the leaf are below 2^32. The depth of all paths is fixed.
    Degree 3; 112 columns: those of `Hashes`, the bit, the last byte of a node, and two that hold the node on the way.

    Hazards: what the leaf is, and that the root is the one that is meant, is for the caller to claim. Nodes behind
    `top` go on from the root, and bind nothing.
    """

    def __init__(self, m: Table, name: str, depth: int, paths: int = 1) -> None:
        self.m, self.layout, self.depth = m, layout_of(depth), depth
        self.bottom, self.top = 3, self.layout.end(depth - 1)
        with m.scope(name):
            self.sha = Hashes(m, "sha", self.layout, paths)
            self.bit, self.last = m.private_column("bit", pad=0), m.private_column("last", pad=0)
            self.node_a, self.node_e = m.private_columns("node_a", "node_e", pad=0)
            self.sha.fixes([*NODE, *[None] * 64, *padding(65)])
            self._stay()
            self._choose(paths)
            self._go_on()

    @property
    def leaf(self) -> list[Expression]:
        """The eight words of the leaf, on row `bottom` of a path."""
        return [each[-k] if k else each for each in (self.node_a, self.node_e) for k in range(4)]

    @property
    def root(self) -> list[Expression]:
        """The eight words of the root, on row `top` of a path."""
        return self.sha.digest

    def _stay(self) -> None:
        """The bit and the last byte stay for a hash, the node comes from the hash before it and turns by four rows."""
        m, layout = self.m, self.layout
        m.constrain("bit is a bit", self.bit * (self.bit - 1) == 0)
        within = 1 - self._rows(lambda at: at == 0, 1)
        for name, column in (("bit", self.bit), ("last", self.last)):
            m.constrain(f"{name} stays", within * (column.next - column) == 0)
        comes = self._rows(lambda at: at >= layout.size - 4, 1)
        stays = m.rows_where(layout.rows, lambda row: (row + 1) % layout.rows >= 4) - comes
        for name, node, word in (("a", self.node_a, self.sha.a), ("e", self.node_e, self.sha.e)):
            said = stays * (node.next - node[-3]) + comes * (node.next - word.next)
            m.constrain(f"the node goes on in {name}", said == 0)

    def _choose(self, paths: int) -> None:
        """The rows on which the prover chooses, of which the others follow; of few rows, for those who examine it."""
        m, rows, layout = self.m, self.layout.rows, self.layout
        if rows * paths <= PERIOD:
            first = range(0, rows * paths, rows)
            begins = [start + layout.row(number) for start in first for number in range(layout.places)]
            m.choice(self.bit, on=begins)
            m.choice(self.last, on=[row + BLOCK + 3 for row in begins])
            m.choice(self.node_a, self.node_e, on=[start + k for start in first for k in range(4)])

    def _go_on(self) -> None:
        """The eight words of the child on the path are the node that is held.

        A word of a child is three bytes of a word of the message and one of the next; that of the very last one stands
        in the next block, and in the column `last`. Of the four words that turn, the wanted one is on the same row, or
        two behind.
        """
        m, sha, bit = self.m, self.sha, self.bit
        three = 2**8 * Bits(sha.words.bits[:24]).value
        word = three + Bits(sha.words.bits[24:])[1].value
        held: Expression = m.constant(0)
        for k, cell in enumerate((self.node_a, self.node_a[-2], self.node_e, self.node_e[-2])):
            numbers = (4 * (k // 2) + k % 2, 4 * (k // 2) + k % 2 + 2)
            held = held + self._side(*({half + number for number in numbers} for half in (0, 8))) * cell
        side = self._side({*range(8)}, {*range(8, 16)})
        m.constrain("the child is the node", side * word - held == 0)
        m.constrain("its last word is the node's", self._words({15}) * bit * (three + self.last - self.node_e[-2]) == 0)
        m.constrain(
            "its last byte is the one that stays",
            self._rows(lambda at: at == BLOCK + 3) * (sha.byte(0) - self.last) == 0,
        )

    def _side(self, left: set[int], right: set[int]) -> Expression:
        """1 on the rows of these words of the message where the path comes from the left or the right child."""
        side: Expression = self._words(left) * (1 - self.bit) + self._words(right - {15}) * self.bit
        return side

    def _words(self, numbers: set[int]) -> Expression:
        """The rows of these words of the first blocks."""
        return self._rows(lambda at: at - 3 in numbers)

    def _rows(self, chosen: Callable[[int], bool], ahead: int = 0) -> Expression:
        """The rows so many before those on whose place in a hash this holds, none of those behind the last hash."""
        size, period = self.layout.size, self.layout.period
        many = period // size

        def is_chosen(row: int) -> bool:
            number, at = divmod((row + ahead) % period, size)
            return number < many and chosen(at)

        return self.m.rows_where(period, is_chosen)


def columns(name: str, depth: int, paths: Sequence[tuple[bytes, Sequence[bytes], Sequence[int]]]) -> dict[str, Column]:
    """The columns of paths under this name: of each the leaf, the siblings from below, and the bits."""
    layout, rows = layout_of(depth), np.arange(layout_of(depth).rows)
    starts = np.array([layout.row(number) for number in range(layout.places)])
    held = np.searchsorted(starts + layout.size - 4, rows, side="right")
    hashed = np.searchsorted(starts, rows, side="right") - 1  # or behind the last hash, the same
    messages, made = [], []
    for leaf, siblings, bits in paths:
        nodes, several, sides = _climbed(leaf, siblings, bits, layout.places)
        messages += several
        words = np.frombuffer(b"".join(nodes), ">u4").astype(np.uint64).reshape(-1, 8)
        last = np.array([one[64] for one in several], np.uint64)
        turned = (3 - rows) % 4
        made.append((words[held, turned], words[held, 4 + turned], np.array(sides, np.uint64)[hashed], last[hashed]))
    names = (f"{name}.{one}" for one in ("node_a", "node_e", "bit", "last"))
    found = dict(zip(names, map(np.concatenate, zip(*made))))
    padded = b"".join(message + padding(65) for message in messages)
    return {f"{name}.sha.w": layout.column(padded), **found}


def _climbed(
    leaf: bytes, siblings: Sequence[bytes], bits: Sequence[int], places: int
) -> tuple[list[bytes], list[bytes], list[int]]:
    """The nodes of a path, the messages that they are hashed from, and the bits; zeros stand beside what follows."""
    more = places - len(siblings)
    nodes, messages, sides = [leaf], [], [*bits, *[0] * more]
    for sibling, bit in zip([*siblings, *[bytes(32)] * more], sides):
        messages.append(NODE + (sibling + nodes[-1] if bit else nodes[-1] + sibling))
        nodes.append(sha256(messages[-1]).digest())
    return nodes, messages, sides
