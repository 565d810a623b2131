"""TableAir: one table of a program as prover and verifier know it, its constraints and its interactions.

Constraint i says C_i(row) = 0 on each row of its domain; an interaction puts a tuple on a bus on each row of its own
(PROTOCOL 3.1, 3.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from l2zk.air.affine import affine_terms
from l2zk.air.domains import Domain
from l2zk.air.measure import Degree, Measures, measured
from l2zk.air.nodes import (
    COLUMN,
    CONSTANT,
    MUL,
    SEQUENCE,
    Names,
    Node,
    Placement,
    columns_in,
    extract,
    operands,
    placement_of,
)
from l2zk.base.field import MODULUS

SMALL_DEGREE = 2**32  # up to it, a polynomial that is 0 at an arbitrary point is 0, but for a chance of 2^-32

Pair = tuple[int, int]
"""A column and an offset."""

Indices = tuple[int, ...]
"""Nodes by number."""

Entries = tuple[tuple[Node, ...], ...]
"""Expressions, each with nodes of its own, the last of which is its value."""


@dataclass(frozen=True)
class Constraint:
    """A constraint: the expression `node` is 0 on each row of the domain. `name` serves reports alone.

    behind: so many rows ahead of the program's own claim are domain and expression, which looks so far behind there.
    selected: how much of its degree is the program's selector of the rows on which it is claimed.
    """

    name: str
    domain: Domain
    node: int
    behind: int = 0
    selected: int = 0


@dataclass(frozen=True)
class Interaction:
    """Each row of the domain puts the tuple on a bus, as often as the multiplicity says (PROTOCOL 3.4).

    bus: its number in the program. tuple, multiplicity: nodes of the table. `name` serves reports alone. behind: as
    in a constraint.
    """

    name: str
    bus: int
    tuple: Indices
    multiplicity: int
    domain: Domain
    behind: int = 0

    @property
    def nodes(self) -> Indices:
        """The tuple and the multiplicity, in the order in which they are written."""
        return (*self.tuple, self.multiplicity)


@dataclass(frozen=True)
class Bus:
    """A bus: tuples of one width stand on it, and add up to nothing. The names of the fields serve reports."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Message:
    """A public message (PROTOCOL 3.4): a tuple of public values that stands on a bus once, with its sign, 1 or -1.

    An entry of the tuple is nodes of its own, the last of which is its value.
    """

    name: str
    sign: int
    bus: int
    tuple: Entries


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
class TableAir:
    """A table of PROTOCOL 3.1, and names for reports. `rows` is n, the user's rows; `length` is B, a power of two.

    inputs, outputs, sequences: those of the program, which its tables share.
    """

    name: str = "main"
    rows: int
    length: int
    columns: tuple[str, ...]
    periodic: tuple[tuple[int, ...], ...] = field(repr=False, default=())
    periodic_names: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = field(repr=False)
    constraints: tuple[Constraint, ...] = field(repr=False)
    interactions: tuple[Interaction, ...] = field(repr=False, default=())
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    sequences: tuple[PublicSequence, ...] = ()

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
            values=self.periodic,
        )

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The columns that constraints read, each at an offset, sorted (PROTOCOL 4.3)."""
        nodes = self.nodes
        if self.interactions:
            nodes, _ = extract(nodes, (constraint.node for constraint in self.constraints))
        return tuple(sorted({(x, y) for kind, x, y in nodes if kind == COLUMN}))

    @cached_property
    def reads(self) -> tuple[int, ...]:
        """The columns that constraints or interactions read, sorted: those that have a value (PROTOCOL 4.3)."""
        return tuple(sorted(columns_in(self.nodes)))

    @cached_property
    def placements(self) -> tuple[Placement, ...]:
        """The sequences that are read, each in its rows, sorted; the code loads them by their number."""
        return tuple(sorted(placement_of(node) for node in self.nodes if node[0] == SEQUENCE))

    def affine(self, node: int) -> Mapping[Node, int]:
        """A node as multiples of leaves, the constant as that of (CONSTANT, 1, 0); refused if it is not affine."""
        return affine_terms(self.nodes, node, self.names)

    def all_sequences(self, inputs: Iterable[Any], outputs: Iterable[Any]) -> list[Any]:
        """The values of all sequences in their order, from those of public columns and of output columns."""
        given, stated = iter(inputs), iter(outputs)
        return [next(stated if sequence.is_output else given) for sequence in self.sequences]

    @property
    def public_columns(self) -> tuple[PublicSequence, ...]:
        """The sequences that the verifier is given."""
        return tuple(one for one in self.sequences if not one.is_output)

    @property
    def output_columns(self) -> tuple[PublicSequence, ...]:
        """The sequences that a proof states."""
        return tuple(one for one in self.sequences if one.is_output)

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

    @property
    def degrees(self) -> tuple[Degree, ...]:
        """The degree of each constraint with the selector of its domain (PROTOCOL 4.2), of one block."""
        return measured(self).degrees

    def multiplied(self, constraint: int) -> int:
        """The cells and periodic values that a constraint multiplies, at most: its degree as one speaks of it."""
        return measured(self).multiplied[constraint]

    @property
    def needs(self) -> tuple[int, ...]:
        """The coefficients that each constraint gives Q, 1 at least (PROTOCOL 4.3), of one block."""
        return measured(self).needs

    @cached_property
    def measures(self) -> dict[int, Measures]:
        """What `measured` found, by the log of the blocks."""
        return {}
