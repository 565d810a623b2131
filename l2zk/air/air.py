"""Air: the algebraic intermediate representation (AIR) of a program, all that prover and verifier know of it.

Constraint i says C_i(row) = 0 on each row of its domain; deg Q = max(0, max_i (deg C_i - deg Z_i)), where a
product of a columns and periodic factors of degree b has the degree a*(N+h-1) + b (PROTOCOL 3).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from l2zk.air.measure import Profile
from l2zk.air.nodes import (
    ADD,
    COLUMN,
    CONSTANT,
    INPUT,
    MUL,
    NEG,
    OUTPUT,
    PERIODIC,
    SUB,
    Names,
    Node,
    operands,
)
from l2zk.base.field import LONGEST_TRACE, MODULUS, is_power_of_two
from l2zk.errors import ProgramError

EVERY, TRANSITION, ROW, CYCLIC = range(4)

SMALL_DEGREE = 2**32  # up to it, a polynomial that is 0 at an arbitrary point is 0, but for a chance of 2^-32
NO_DEGREE = 2**1024 + 1  # stands for every degree from there on, far beyond any proof's, so that numbers stay short

# A degree as a function of the mask length h: the pairs (a, b) whose a*(N+h-1) + b is largest at some h >= 0.
Degree = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Domain:
    """The rows on which a constraint must be satisfied (PROTOCOL 3.3). A boundary constraint is one on a single row."""

    kind: int
    x: int = 0
    y: int = 0

    @classmethod
    def every(cls) -> Domain:
        """All N rows."""
        return cls(EVERY)

    @classmethod
    def transition(cls, exempt: int = 1) -> Domain:
        """All rows but the last `exempt` ones."""
        return cls(TRANSITION, exempt)

    @classmethod
    def row(cls, row: int) -> Domain:
        """One row."""
        return cls(ROW, row)

    @classmethod
    def cyclic(cls, first: int, period: int) -> Domain:
        """The rows first, first + period, first + 2*period, …"""
        return cls(CYCLIC, first, period)

    def degree(self, length: int) -> int:
        """The degree of the domain's vanishing polynomial on a trace of this length: its number of rows."""
        return len(self.rows(length))

    def rows(self, length: int) -> range:
        """The numbers of the rows, on a trace of this length."""
        if self.kind == ROW:
            return range(self.x, self.x + 1)
        if self.kind == CYCLIC:
            return range(self.x, length, self.y)
        return range(length - self.x)

    def fits(self, length: int) -> bool:
        """True if PROTOCOL 3.3 allows this domain on a trace of this length."""
        if self.kind == TRANSITION:
            return 1 <= self.x < length and self.y == 0
        if self.kind == ROW:
            return 0 <= self.x < length and self.y == 0
        if self.kind == CYCLIC:
            return is_power_of_two(self.y) and 2 <= self.y <= length and 0 <= self.x < self.y
        return (self.kind, self.x, self.y) == (EVERY, 0, 0)

    def __str__(self) -> str:
        if self.kind == TRANSITION:
            return "every row but the last" + (f" {self.x}" if self.x > 1 else "")
        if self.kind == CYCLIC:
            return f"rows {self.x}, {self.x + self.y}, {self.x + 2 * self.y}, …"
        return f"row {self.x}" if self.kind == ROW else "every row"


@dataclass(frozen=True)
class Constraint:
    """A constraint: the expression `node` is 0 on each row of the domain. `name` serves reports alone."""

    name: str
    domain: Domain
    node: int


@dataclass(frozen=True, kw_only=True)
class Air:
    """The data of PROTOCOL 3.1, and names for reports. `rows` is n, the user's rows; `length` is N, a power of two."""

    id: str
    parameters: bytes
    rows: int
    length: int
    columns: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    periodic: tuple[tuple[int, ...], ...] = field(repr=False)
    periodic_names: tuple[str, ...]
    nodes: tuple[Node, ...] = field(repr=False)
    constraints: tuple[Constraint, ...] = field(repr=False)

    def __post_init__(self) -> None:
        _check_sizes(self)
        _check_nodes(self)
        for constraint in self.constraints:
            if not (0 <= constraint.node < len(self.nodes) and constraint.domain.fits(self.length)):
                raise ProgramError(
                    f"constraint {constraint.name!r} has a node or a domain that does not fit an AIR of"
                    f" {self.length} rows"
                )

    @cached_property
    def names(self) -> Names:
        """The names of the leaves, for texts of expressions."""
        cells = frozenset(self.columns + self.periodic_names)
        return Names(self.columns, self.periodic_names, self.inputs, self.outputs, cells=cells)

    @cached_property
    def digest(self) -> bytes:
        """The 32 bytes that stand for the program in a proof (PROTOCOL 3.5)."""
        from l2zk._core import blake3

        return blake3(self.canonical_bytes())

    def canonical_bytes(self) -> bytes:
        """The bytes whose hash is the program's digest (PROTOCOL 3.5)."""
        domains = [(c.domain.kind, c.domain.x, c.domain.y, c.node) for c in self.constraints]
        return b"".join(
            [
                b"l2zk program 1",
                _sized(self.id.encode()),
                _sized(self.parameters),
                struct.pack("<3Q", self.rows, self.length, len(self.columns)),
                _listed(_sized(name.encode()) for name in self.inputs),
                _listed(_sized(name.encode()) for name in self.outputs),
                _listed(struct.pack("<Q", len(values)) + _words(values) for values in self.periodic),
                struct.pack("<Q", len(self.nodes)) + _words(self.nodes),
                struct.pack("<Q", len(self.constraints)) + _words(domains),
            ]
        )

    @cached_property
    def reads(self) -> dict[int, tuple[int, ...]]:
        """The columns that constraints read, by row offset; offset 0 is always there."""
        read: dict[int, set[int]] = {0: set()}
        for kind, column, offset in self.nodes:
            if kind == COLUMN:
                read.setdefault(offset, set()).add(column)
        return {offset: tuple(sorted(read[offset])) for offset in sorted(read)}

    @property
    def offsets(self) -> tuple[int, ...]:
        """O of PROTOCOL 1: the row offsets that the constraints read, increasing, with 0."""
        return tuple(self.reads)

    def degree(self, node: int, h: int = 0) -> int:
        """The degree of an expression, with h mask coefficients in a column (PROTOCOL 3.4)."""
        return max(a * (self.length + h - 1) + b for a, b in self._degrees[node])

    def column_degree(self, node: int) -> tuple[int, int]:
        """(a, b): the largest number of columns multiplied in a node, and the degree of their periodic factor."""
        return max(self._degrees[node])

    @cached_property
    def total_degrees(self) -> list[int]:
        """The degree of each node in all its leaves together (columns, periodic ones, public values), capped at p."""
        degrees: list[int] = []
        for node in self.nodes:
            below = [degrees[operand] for operand in operands(node)]
            if not below:
                degrees.append(int(node[0] != CONSTANT))
            else:
                degrees.append(min(sum(below), MODULUS) if node[0] == MUL else max(below))
        return degrees

    def quotient_degree(self, constraint: int, h: int = 0) -> int:
        """deg C_i - deg Z_i for constraint i: the degree of its quotient, which can be below 0."""
        chosen = self.constraints[constraint]
        return self.degree(chosen.node, h) - chosen.domain.degree(self.length)

    @cached_property
    def profile(self) -> Profile:
        """The profile: the numbers of the AIR that fix the shape and the security of its proofs."""
        return self.profile_at(self.length)

    def profile_at(self, length: int) -> Profile:
        """The profile of the same constraints, periods and look-aheads on a trace of `length` rows, a multiple of N."""
        return Profile(
            length=length,
            columns=len(self.columns),
            offsets=self.offsets,
            constraints=len(self.constraints),
            terms=frozenset(term for index in range(len(self.constraints)) for term in self.terms(index, length)),
            last_read=self.reads[self.offsets[-1]][-1] if self.offsets[-1] else len(self.columns) - 1,
        )

    def terms(self, constraint: int, length: int) -> Iterator[tuple[int, int, int]]:
        """The (a, b, z) of a `Profile` for one constraint, on a trace of this length."""
        chosen = self.constraints[constraint]
        for a, b in self._degrees[chosen.node]:
            yield a, b * (length // self.length), chosen.domain.degree(length)

    @cached_property
    def _degrees(self) -> list[Degree]:
        degrees: list[Degree] = []
        for kind, x, y in self.nodes:
            if kind == MUL:
                products = ((a + c, b + d) for a, b in degrees[x] for c, d in degrees[y])
                degrees.append(self._largest((min(a, NO_DEGREE), min(b, NO_DEGREE)) for a, b in products))
            elif kind in (ADD, SUB):
                degrees.append(degrees[x] if degrees[x] == degrees[y] else self._largest(degrees[x] + degrees[y]))
            elif kind == NEG:
                degrees.append(degrees[x])
            else:
                degrees.append((self._leaf_degree(kind, x),))
        return degrees

    def _leaf_degree(self, kind: int, x: int) -> tuple[int, int]:
        if kind == COLUMN:
            return 1, 0
        return 0, self.length - self.length // len(self.periodic[x]) if kind == PERIODIC else 0

    def _largest(self, pairs: Iterable[tuple[int, int]]) -> Degree:
        """The pairs (a, b) on the upper envelope of the lines h -> a*(N-1) + b + a*h over h >= 0, by increasing a."""
        envelope: list[tuple[int, int]] = []
        for slope, height in sorted((a, a * (self.length - 1) + b) for a, b in set(pairs)):
            while envelope and (envelope[-1][1] <= height or _covered(*envelope[-2:], (slope, height))):
                envelope.pop()
            envelope.append((slope, height))
        return tuple((slope, height - slope * (self.length - 1)) for slope, height in envelope)


def _covered(*lines: tuple[int, int]) -> bool:
    """True if the middle one of three lines (slope, height), by increasing slope, is nowhere the highest."""
    if len(lines) < 3:
        return False
    (a, low), (b, middle), (c, high) = lines
    return (middle - low) * (c - b) <= (high - middle) * (b - a)


def _check_sizes(air: Air) -> None:
    if not (is_power_of_two(air.length) and max(4, air.rows) <= air.length <= LONGEST_TRACE and air.rows >= 1):
        raise ProgramError(
            f"an AIR of n = {air.rows} rows has as length N a power of two with max(4, n) <= N <= 2^26, not"
            f" {air.length}"
        )
    if not (air.columns and air.constraints):
        raise ProgramError("an AIR has at least one column and one constraint")
    if len(air.periodic) != len(air.periodic_names):
        raise ProgramError("an AIR has one name for each periodic column")
    for name, values in zip(air.periodic_names, air.periodic):
        if not (is_power_of_two(len(values)) and len(values) <= air.length):
            raise ProgramError(f"periodic column {name!r} has {len(values)} values; a power of two up to N is needed")
        if not all(0 <= value < MODULUS for value in values):
            raise ProgramError(f"periodic column {name!r} has a value outside 0 <= x < p")


def _check_nodes(air: Air) -> None:
    counts = {
        CONSTANT: MODULUS,
        COLUMN: len(air.columns),
        PERIODIC: len(air.periodic),
        INPUT: len(air.inputs),
        OUTPUT: len(air.outputs),
    }
    for index, node in enumerate(air.nodes):
        kind, x, y = node
        below = operands(node)
        known = 0 <= x < counts[kind] if kind in counts else kind <= NEG and all(0 <= o < index for o in below)
        if not known or (kind == COLUMN and not 0 <= y < air.length):
            raise ProgramError(f"node {index} of an AIR is {node}, which names nothing that comes before it")
    if len(set(air.nodes)) != len(air.nodes):
        raise ProgramError("two nodes of an AIR are equal")


def _words(numbers: Sequence[object]) -> bytes:
    return np.array(numbers, dtype="<u8").tobytes()


def _sized(content: bytes) -> bytes:
    return struct.pack("<Q", len(content)) + content


def _listed(items: Iterable[bytes]) -> bytes:
    items = list(items)
    return struct.pack("<Q", len(items)) + b"".join(items)
