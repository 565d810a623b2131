"""Merkle trees of Poseidon2 digests in a trace: a node is l2zk.poseidon2.compress of its two children."""

from __future__ import annotations

from dataclasses import dataclass

from l2zk.base.field import whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.gadgets.poseidon2 import compress
from l2zk.language.builder import Machine
from l2zk.language.expression import Expression
from l2zk.language.table import Table

MOST_LEVELS = 64
"""The greatest depth."""

HALF = 32
"""Levels whose bits are read as one number: a place is told in two of them, since 2^64 is beyond the field."""


@dataclass(frozen=True)
class Path:
    """A path from a leaf up to a root, a level a row: row k of a block has the two children of level k.

    left, right: the children, private columns NAME.left0, … and NAME.right0, …; bit: the column NAME.bit, 1 where the
    path comes from the right one. node: the child that it comes from, 4 expressions of degree 2, and on the first row
    of a block the leaf; sibling: the other one. parent: 4 expressions of degree 1, and on row depth - 1 of a block the
    root. rows: the rows of a block, the least power of two that is at least depth, from 2 on.
    """

    left: tuple[Expression, ...]
    right: tuple[Expression, ...]
    bit: Expression
    node: tuple[Expression, ...]
    sibling: tuple[Expression, ...]
    parent: tuple[Expression, ...]
    depth: int
    rows: int

    @property
    def top(self) -> int:
        """The row of a block on which `parent` is the root."""
        return self.depth - 1


def path(m: Table, name: str, depth: int, *, bit: Expression | None = None, degree: int = 7) -> Path:
    """Paths of `depth` levels, 1 to 64, as many as the trace has blocks of rows; the witness gives children and bits.

        path = g.merkle.path(m, "path", 20)
        m.rows(path.rows)
        g.merkle.ends_at_root(m, path, "root")
        g.sums.equal(m, "leaf", path.node, leaf, on=m.every(path.rows, 0))

    Claimed: that bits are bits on every row, and on rows 0 … depth - 2 of each block that the node of the next row is
    the parent on this one. What the leaf is, and that the root is the one that is meant, is for the caller to claim, on
    rows `m.every(path.rows, 0)` and, as `ends_at_root` does, `m.every(path.rows, path.top)`. The rows behind these bind
    nothing. The length of all paths is fixed, so that no inner node passes as a leaf. Blocks are a power of two, or
    what fills the padding goes on as well.
    bit: the bits of another path, which this one shares; degree: as of g.poseidon2.permutation.
    Columns: 9 given and 86 of the digest, of degree 7. Where all nodes are given, nothing waits for the row before.
    """
    rows = path_rows(depth)
    with m.scope(name):
        left, right = m.private_columns("left", count=4), m.private_columns("right", count=4)
        if bit is None:
            bit = m.private_column("bit", pad=0)
            m.constrain("bit is a bit", bit * (bit - 1) == 0)
        parent = compress(m, "hash", left, right, degree=degree)
        if depth > 1:
            with m.when(m.rows_where(rows, lambda k: k < depth - 1)):
                for k in range(4):
                    after = m.where(bit.next, right[k].next, left[k].next)
                    m.constrain(f"the node {k} goes on", after == parent[k])
    node = tuple(m.where(bit, one, other) for one, other in zip(right, left))
    sibling = tuple(m.where(bit, other, one) for one, other in zip(right, left))
    return Path(left, right, bit, node, sibling, tuple(parent), depth, rows)


def ends_at_root(m: Machine, way: Path, name: str) -> None:
    """Claim that each path ends at the root that is given by the public inputs NAME0 … NAME3: 4 claims of degree 1."""
    for k, one in enumerate(way.parent):
        root = m.public_input(f"{name}{k}")
        m.constrain(f"a path ends at {name} {k}", one == root, on=m.every(way.rows, way.top))


def update(m: Table, name: str, depth: int, *, degree: int = 7) -> tuple[Path, Path]:
    """Two paths, NAME_old and NAME_new, of one place and with the same siblings: trees that differ in one leaf at most.

    Claimed is what `path` claims of each, and on every row that siblings are the same. Leaves and roots are for the
    caller to claim. Columns: 17 given and 172 of digests.
    """
    old = path(m, f"{name}_old", depth, degree=degree)
    new = path(m, f"{name}_new", depth, bit=old.bit, degree=degree)
    for k, (one, other) in enumerate(zip(old.sibling, new.sibling)):
        m.constrain(f"{name}: the sibling {k} stays", one == other)
    return old, new


def place(m: Table, name: str, way: Path) -> list[tuple[Expression, int]]:
    """The place of the leaf of a path by its bits, the least first: expressions, each with its row in a block.

    One up to depth 32; above that the number of the lower 32 bits, and that of the others. Each is meant on its row.
    Columns: NAME, which fills itself row by row.
    """
    with m.scope(name):
        before = m.column("before")
        weight = m.periodic([2 ** (k % HALF) if k < way.depth else 0 for k in range(way.rows)], name="weight")
        ended = m.rows_where(way.rows, lambda k: k in (HALF - 1, way.rows - 1))
    number = before + weight * way.bit
    m.start({before: 0})
    m.step({before: m.where(ended, 0, number)})
    return [(number, row) for row in sorted({min(HALF, way.depth) - 1, way.top})]


def path_rows(depth: int) -> int:
    """The rows of a block of a path: the least power of two that is at least depth, from 2 on."""
    levels = whole(depth)
    if levels is None or not 1 <= levels <= MOST_LEVELS:
        raise ProgramError(f"the depth of a path is an integer from 1 to {MOST_LEVELS}, not {short(depth)}")
    return max(2, 1 << (levels - 1).bit_length())
