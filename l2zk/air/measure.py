"""Degrees: what an AIR's constraints multiply, and the numbers that fix the lengths and the bits of its proofs.

Three degrees count: in X, the variable of the skipped row bits, in one of the other row bits, and in the last of these,
where a hidden column has degree 2. They are the sums, over what is multiplied, of those of the leaves (PROTOCOL 4.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from l2zk.air.domains import EVERY, ROW, TRANSITION, Domain
from l2zk.air.nodes import COLUMN, CONSTANT, INPUT, MUL, OUTPUT, PERIODIC, SEQUENCE, Node, operands
from l2zk.base.wording import number

SKIPPED = 4
"""The most row bits that the first round of the zerocheck takes at once."""

BEYOND = 2**1024
"""Stands for every degree from there on, far beyond any proof's, so that numbers stay short."""

Degree = tuple[int, int, int]
"""In X, in a row variable, in the last row variable of a hiding proof."""


@dataclass(frozen=True)
class Rows:
    """N = 2^log rows: `skipped` bits, at the top, are taken at once; each value of theirs has M = `height` rows.

    These rows of a column are a stream.
    """

    log: int

    @property
    def skipped(self) -> int:
        """k, at least one bit less than there are."""
        return min(SKIPPED, self.log - 1)

    @property
    def height(self) -> int:
        """M."""
        return 1 << (self.log - self.skipped)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The numbers of an AIR that fix the lengths and the security of its proofs (PROTOCOL 4).

    log_rows: n. columns: w. constraints: their number. openings: pairs of a column and an offset that constraints read.
    read_columns: columns that they read. in_x, degree, last_degree: the largest degrees of a constraint with the
    selector of its domain, the last one in a proof that hides.
    """

    log_rows: int
    columns: int
    constraints: int
    openings: int
    read_columns: int
    in_x: int
    degree: int
    last_degree: int


def node_degrees(nodes: Sequence[Node], periods: Sequence[int], rows: Rows) -> list[Degree]:
    """The degree of each node; `periods` are the lengths of the periodic columns."""
    top = (1 << rows.skipped) - 1
    leaves = {CONSTANT: (0, 0, 0), INPUT: (0, 0, 0), OUTPUT: (0, 0, 0), COLUMN: (top, 1, 2), SEQUENCE: (top, 1, 1)}
    degrees: list[Degree] = []
    for node in nodes:
        below = [degrees[operand] for operand in operands(node)]
        if not below:
            degrees.append((top * (periods[node[1]] > rows.height), 1, 1) if node[0] == PERIODIC else leaves[node[0]])
        elif node[0] == MUL:
            (a, b, c), (d, e, f) = below
            degrees.append((min(a + d, BEYOND), min(b + e, BEYOND), min(c + f, BEYOND)))
        else:
            degrees.append(below[0] if below[0] == below[-1] else tuple(map(max, *below)))
    return degrees


def selector_degree(domain: Domain, rows: Rows) -> tuple[int, int]:
    """The degrees of a domain's selector in X and in a row variable (PROTOCOL 8.1).

    They follow from how many of the streams have all of their rows in the domain, some, or none.
    """
    streams, height = 1 << rows.skipped, rows.height
    if domain.kind == EVERY:
        return 0, 0
    if domain.kind == TRANSITION:
        empty, left = divmod(domain.x, height)
        partial = int(left > 0)
        return empty + partial * (empty + partial < streams), partial
    if domain.kind == ROW:
        return streams - 1, 1
    return streams - streams // max(1, domain.y // height), 1  # cyclic: an AIR has no other kind


@dataclass(frozen=True, kw_only=True)
class Degrees:
    """The highest degree among the constraints: how many cells or periodic values it multiplies; and the limit."""

    constraint: str
    degree: int
    limit: int

    @property
    def over(self) -> bool:
        """True if no proof can be made."""
        return self.degree > self.limit

    def __str__(self) -> str:
        return f"degree {number(self.degree)} (constraint {self.constraint!r}), and {self.limit} is the most"
