"""Air: the algebraic intermediate representation (AIR) of a program, all that prover and verifier know of it.

Constraint i says C_i(row) = 0 on each row of its domain (PROTOCOL 3).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from l2zk.air.domains import Domain
from l2zk.air.measure import Degree, Profile, Rows, node_degrees, selector_degree
from l2zk.air.nodes import (
    COLUMN,
    CONSTANT,
    INPUT,
    MUL,
    NEG,
    OUTPUT,
    PERIODIC,
    SEQUENCE,
    Names,
    Node,
    Placement,
    operands,
    placement_of,
)
from l2zk.base.field import LONGEST_TRACE, MODULUS, is_power_of_two
from l2zk.errors import ProgramError

SMALL_DEGREE = 2**32  # up to it, a polynomial that is 0 at an arbitrary point is 0, but for a chance of 2^-32

NONE = bytes(8)  # the bytes of a list of nothing

Pair = tuple[int, int]
"""A column and an offset."""


@dataclass(frozen=True)
class Constraint:
    """A constraint: the expression `node` is 0 on each row of the domain. `name` serves reports alone."""

    name: str
    domain: Domain
    node: int


@dataclass(frozen=True)
class PublicSequence:
    """A sequence (PROTOCOL 3.1): `length` values of F, which the verifier is given or the proof states."""

    name: str
    length: int
    is_output: bool = False

    @property
    def kind(self) -> str:
        """As users call it."""
        return "output column" if self.is_output else "public column"


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
    sequences: tuple[PublicSequence, ...] = ()

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
        return Names(
            self.columns,
            self.periodic_names,
            self.inputs,
            self.outputs,
            cells=cells,
            sequences=[sequence.name for sequence in self.sequences],
            placements=[self.sequences[placement.sequence].name for placement in self.placements],
        )

    @cached_property
    def public_columns(self) -> tuple[PublicSequence, ...]:
        """The sequences that the verifier is given."""
        return tuple(one for one in self.sequences if not one.is_output)

    @cached_property
    def output_columns(self) -> tuple[PublicSequence, ...]:
        """The sequences that a proof states."""
        return tuple(one for one in self.sequences if one.is_output)

    @cached_property
    def digest(self) -> bytes:
        """The 32 bytes that stand for the program in a proof (PROTOCOL 3.6)."""
        from l2zk._core import blake3

        return blake3(self.canonical_bytes())

    def canonical_bytes(self) -> bytes:
        """The bytes whose hash is the program's digest (PROTOCOL 3.6)."""
        domains = [(c.domain.kind, c.domain.x, c.domain.y, c.node) for c in self.constraints]
        return b"".join(
            [
                b"l2zk program 2",
                _sized(self.id.encode()),
                _sized(self.parameters),
                _listed(_sized(name.encode()) for name in self.inputs),
                _listed(_sized(name.encode()) for name in self.outputs),
                _listed(_sized(s.name.encode()) + struct.pack("<2Q", s.length, s.is_output) for s in self.sequences),
                NONE,  # buses
                struct.pack("<4Q", 1, self.rows, self.length, len(self.columns)),  # one table
                _listed(struct.pack("<Q", len(values)) + _words(values) for values in self.periodic),
                struct.pack("<Q", len(self.nodes)) + _words(self.nodes),
                struct.pack("<Q", len(self.constraints)) + _words(domains),
                NONE,  # interactions
                NONE,  # public messages
            ]
        )

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The columns that constraints read, each at an offset, sorted (PROTOCOL 4.3)."""
        return tuple(sorted({(x, y) for kind, x, y in self.nodes if kind == COLUMN}))

    def all_sequences(self, inputs: Iterable[Any], outputs: Iterable[Any]) -> list[Any]:
        """The values of all sequences in their order, from those of public columns and of output columns."""
        given, stated = iter(inputs), iter(outputs)
        return [next(stated if sequence.is_output else given) for sequence in self.sequences]

    @cached_property
    def placements(self) -> tuple[Placement, ...]:
        """The sequences that constraints read, each in its rows, sorted; the code loads them by their number."""
        return tuple(sorted(placement_of(node) for node in self.nodes if node[0] == SEQUENCE))

    @cached_property
    def total_degrees(self) -> list[int]:
        """The degree of each node in all its leaves together (columns, known ones, public values), capped at p."""
        degrees: list[int] = []
        for node in self.nodes:
            below = [degrees[operand] for operand in operands(node)]
            if not below:
                degrees.append(int(node[0] != CONSTANT))
            else:
                degrees.append(min(sum(below), MODULUS) if node[0] == MUL else max(below))
        return degrees

    @cached_property
    def degrees(self) -> tuple[Degree, ...]:
        """The degree of each constraint with the selector of its domain (PROTOCOL 4.2)."""
        rows = self._split
        nodes, found = self._node_degrees, []
        for constraint in self.constraints:
            in_x, in_row = selector_degree(constraint.domain, rows)
            a, b, c = nodes[constraint.node]
            found.append((a + in_x, b + in_row, c + in_row))
        return tuple(found)

    def multiplied(self, constraint: int) -> int:
        """The cells and periodic values that a constraint multiplies, at most: its degree as one speaks of it."""
        return self._node_degrees[self.constraints[constraint].node][1]

    @cached_property
    def needs(self) -> tuple[int, ...]:
        """The coefficients that each constraint gives Q, 1 at least (PROTOCOL 4.3)."""
        count = 1 << self._split.skipped
        return tuple(max(1, in_x - count + 1) for in_x, _, _ in self.degrees)

    @cached_property
    def profile(self) -> Profile:
        """The profile: the numbers of the AIR that fix the shape and the security of its proofs."""
        in_x, degree, last_degree = map(max, zip(*self.degrees))
        return Profile(
            log_rows=self._split.log,
            columns=len(self.columns),
            constraints=len(self.constraints),
            openings=len(self.pairs),
            read_columns=len({column for column, _ in self.pairs}),
            in_x=in_x,
            degree=max(1, degree),
            last_degree=max(1, last_degree),
        )

    @cached_property
    def _split(self) -> Rows:
        return Rows(self.length.bit_length() - 1)

    @cached_property
    def _node_degrees(self) -> list[Degree]:
        return node_degrees(self.nodes, [len(values) for values in self.periodic], self._split)


def _check_sizes(air: Air) -> None:
    if not (is_power_of_two(air.length) and max(2, air.rows) <= air.length <= LONGEST_TRACE and air.rows >= 1):
        raise ProgramError(
            f"an AIR of n = {air.rows} rows has as length N a power of two with max(2, n) <= N <= 2^26, not"
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
    for sequence in air.sequences:
        if not 1 <= sequence.length <= air.length:
            raise ProgramError(f"{sequence.kind} {sequence.name!r} has {sequence.length} values; 1 to N are allowed")


def _check_nodes(air: Air) -> None:
    counts = {
        CONSTANT: MODULUS,
        COLUMN: len(air.columns),
        PERIODIC: len(air.periodic),
        INPUT: len(air.inputs),
        OUTPUT: len(air.outputs),
        SEQUENCE: len(air.sequences),
    }
    for index, node in enumerate(air.nodes):
        kind, x, y = node
        below = operands(node)
        known = 0 <= x < counts[kind] if kind in counts else kind <= NEG and all(0 <= o < index for o in below)
        if not known or (kind == COLUMN and not 0 <= y < air.length):
            raise ProgramError(f"node {index} of an AIR is {node}, which names nothing that comes before it")
        if kind == SEQUENCE:
            _check_placement(air, node)
    if len(set(air.nodes)) != len(air.nodes):
        raise ProgramError("two nodes of an AIR are equal")


def _check_placement(air: Air, node: Node) -> None:
    placement = placement_of(node)
    sequence = air.sequences[placement.sequence]
    if node != placement.node or not placement.ends_within(sequence.length, air.length):
        raise ProgramError(
            f"{sequence.kind} {sequence.name!r} of {sequence.length} values, from row {placement.first} on with the"
            f" step {placement.step}, does not end within {air.length} rows"
        )


def _words(numbers: Sequence[object]) -> bytes:
    return np.array(numbers, dtype="<u8").tobytes()


def _sized(content: bytes) -> bytes:
    return struct.pack("<Q", len(content)) + content


def _listed(items: Iterable[bytes]) -> bytes:
    items = list(items)
    return struct.pack("<Q", len(items)) + b"".join(items)
