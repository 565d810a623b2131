"""Degrees: what an AIR's constraints multiply, and the numbers that fix the lengths and the bits of its proofs.

Three degrees count: in X, the variable of the skipped row bits, in one of the other row bits, and in the last of these,
where a hidden column has degree 2. They are the sums, over what is multiplied, of those of the leaves (PROTOCOL 4.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from l2zk.air.domains import CYCLIC, EVERY, ROW, TRANSITION, Domain
from l2zk.air.nodes import COLUMN, CONSTANT, INPUT, MUL, OUTPUT, PERIODIC, Node, operands
from l2zk.base.wording import number

SKIPPED = 4
"""The most row bits that the first round of the zerocheck takes at once."""

BEYOND = 2**1024
"""Stands for every degree from there on, far beyond any proof's, so that numbers stay short."""

Degree = tuple[int, int, int]
"""In X, in a row variable, in the last row variable of a hiding proof."""


class Rows(NamedTuple):
    """N = 2^log rows, of 2^log_blocks blocks: `skipped` bits, at the top, are taken at once; each value of theirs has
    M = `height` rows.

    These rows of a column are a stream.
    """

    log: int
    log_blocks: int = 0

    @property
    def skipped(self) -> int:
        """k_t, at least one bit less than there are: that of a table does not depend on those beside it."""
        return min(SKIPPED, self.log - 1)

    @property
    def height(self) -> int:
        """M."""
        return 1 << (self.log - self.skipped)

    @property
    def block(self) -> int:
        """B, the rows of a block."""
        return 1 << (self.log - self.log_blocks)


class TableProfile(NamedTuple):
    """The numbers of a table that fix the lengths of proofs (PROTOCOL 4.3, 4.4).

    log_rows: n_t. columns: w. constraints: their number. openings: pairs of a column and an offset that constraints
    read. read_columns: columns that anything reads. interactions: their number. width: of the widest tuple.
    """

    log_rows: int
    columns: int
    constraints: int
    openings: int
    read_columns: int
    interactions: int = 0
    width: int = 0


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The numbers of statements that fix the lengths and the security of their proofs (PROTOCOL 4).

    tables: all of them. in_x, degree, last_degree: the largest degrees of a constraint with the selector of its domain,
    S, d and, in a proof that hides, d_l. messages: the public ones of all blocks.
    """

    tables: tuple[TableProfile, ...]
    in_x: int
    degree: int
    last_degree: int
    messages: int = 0

    @cached_property
    def log_rows(self) -> int:
        """n, of the tallest table."""
        return max(table.log_rows for table in self.tables)

    @cached_property
    def cells(self) -> int:
        """The entries of all columns."""
        return sum(table.columns << table.log_rows for table in self.tables)

    @cached_property
    def leaves(self) -> int:
        """The rows of all interactions."""
        return sum(table.interactions << table.log_rows for table in self.tables)

    @cached_property
    def width(self) -> int:
        """W, of the widest tuple, at least 1."""
        return max(1, *(table.width for table in self.tables))

    @cached_property
    def constraints(self) -> int:
        """Their number in all tables."""
        return sum(table.constraints for table in self.tables)

    @cached_property
    def openings(self) -> int:
        """The pairs of all tables."""
        return sum(table.openings for table in self.tables)

    @cached_property
    def read_columns(self) -> int:
        """The columns of all tables that anything reads."""
        return sum(table.read_columns for table in self.tables)


class Measured(Protocol):
    """A table as it is measured: what `TableAir` has."""

    @property
    def length(self) -> int:
        """B, the rows of a block."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names."""

    @property
    def periodic(self) -> tuple[tuple[int, ...], ...]:
        """The values of the periodic columns."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """What constraints and interactions are made of."""

    @property
    def constraints(self) -> tuple[Any, ...]:
        """Each with a name, a domain and a node."""

    @property
    def interactions(self) -> tuple[Any, ...]:
        """Each with a tuple."""

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """What constraints read."""

    @property
    def reads(self) -> tuple[int, ...]:
        """The columns that anything reads."""

    @property
    def measures(self) -> dict[int, Measures]:
        """What `measured` keeps, by the log of the blocks."""


class Measures(NamedTuple):
    """A table of so many blocks, measured.

    degrees: of each constraint with the selector of its domain. multiplied: the leaves that each of them multiplies at
    most. needs: the coefficients that each gives Q, 1 at least, as a polynomial in X^(2^(k - k_t)). most: the maxima of
    the degrees.
    """

    profile: TableProfile
    skipped: int
    degrees: tuple[Degree, ...]
    multiplied: tuple[int, ...]
    needs: tuple[int, ...]
    most: Degree


def measured(table: Measured, blocks: int = 1) -> Measures:
    """The measures of a table of so many blocks, a power of two; they are worked out once."""
    log_blocks = blocks.bit_length() - 1
    found = table.measures.get(log_blocks)
    if found is None:
        found = table.measures[log_blocks] = _measure(table, log_blocks)
    return found


def _measure(table: Measured, log_blocks: int) -> Measures:
    rows = Rows(table.length.bit_length() - 1 + log_blocks, log_blocks)
    nodes = node_degrees(table.nodes, [len(values) for values in table.periodic], rows)
    degrees = tuple(_with_selector(nodes[one.node], one.domain, rows) for one in table.constraints)
    return Measures(
        profile=_profile(table, rows.log),
        skipped=rows.skipped,
        degrees=degrees,
        multiplied=tuple(nodes[one.node][1] for one in table.constraints),
        needs=tuple(max(1, in_x - (1 << rows.skipped) + 1) for in_x, _, _ in degrees),
        most=tuple(map(max, (0, 1, 1), *degrees)) if degrees else (0, 1, 1),
    )


def _profile(table: Measured, log_rows: int) -> TableProfile:
    return TableProfile(
        log_rows=log_rows,
        columns=len(table.columns),
        constraints=len(table.constraints),
        openings=len(table.pairs),
        read_columns=len(table.reads),
        interactions=len(table.interactions),
        width=max((len(one.tuple) for one in table.interactions), default=0),
    )


def _with_selector(node: Degree, domain: Domain, rows: Rows) -> Degree:
    in_x, in_row = selector_degree(domain, rows)
    return node[0] + in_x, node[1] + in_row, node[2] + in_row


def joined(tables: Sequence[Measures], messages: int = 0) -> Profile:
    """The profile of statements of these tables, with so many public messages in all their blocks."""
    skipped = Rows(max(table.profile.log_rows for table in tables)).skipped
    degrees = {(skipped - table.skipped, *table.most) for table in tables}
    return Profile(
        tables=tuple(table.profile for table in tables),
        in_x=max(in_x << fewer for fewer, in_x, _, _ in degrees),
        degree=max(degree for _, _, degree, _ in degrees),
        last_degree=max(last_degree for *_, last_degree in degrees),
        messages=messages,
    )


def node_degrees(nodes: Sequence[Node], periods: Sequence[int], rows: Rows) -> list[Degree]:
    """The degree of each node; `periods` are the lengths of the periodic columns."""
    top = (1 << rows.skipped) - 1
    scalar = (top, 1, 1) if rows.log_blocks else (0, 0, 0)
    leaves = {CONSTANT: (0, 0, 0), INPUT: scalar, OUTPUT: scalar, COLUMN: (top, 1, 2)}
    degrees: list[Degree] = []
    for node in nodes:
        below = [degrees[operand] for operand in operands(node)]
        if not below:
            short = node[0] == PERIODIC and periods[node[1]] <= rows.height
            degrees.append((0, 1, 1) if short else leaves.get(node[0], (top, 1, 1)))
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
    if domain.kind == EVERY:
        return 0, 0
    if rows.block <= rows.height:
        return 0, 1  # some rows of every stream
    streams = rows.block // rows.height
    empty, partial, full = _classes(domain, streams, rows.height)
    return (empty + partial * (full > 0)) << (rows.skipped - streams.bit_length() + 1), min(partial, 1)


def _classes(domain: Domain, streams: int, height: int) -> tuple[int, int, int]:
    """Of the streams of a block, those with no row in the domain, those with some, those with all."""
    if domain.kind == ROW:
        return streams - 1, 1, 0
    if domain.kind == CYCLIC:
        partial = streams // max(1, domain.y // height)
        return streams - partial, partial, 0
    ended, left = divmod(domain.x, height)
    partial = int(left > 0)
    others = streams - ended - partial
    return (ended, partial, others) if domain.kind == TRANSITION else (others, partial, ended)


@dataclass(frozen=True, kw_only=True)
class Degrees:
    """The highest degree among the constraints: how many cells or periodic values it multiplies; and the limit.

    table: the name of its table, if the program has several. selected: how much of it is the selector of m.when.
    """

    constraint: str
    degree: int
    limit: int
    table: str = ""
    selected: int = 0

    @property
    def over(self) -> bool:
        """True if no proof can be made."""
        return self.degree > self.limit

    @property
    def where(self) -> str:
        """The constraint in a sentence."""
        return f"constraint {self.constraint!r}" + (f" of table {self.table!r}" if self.table else "")

    def __str__(self) -> str:
        of_it = f", {self.selected} of it the selector of m.when" if self.selected else ""
        found = f" ({self.where}{of_it})" if self.constraint else ""
        return f"degree {number(self.degree)}{found}, and {self.limit} is the most"
