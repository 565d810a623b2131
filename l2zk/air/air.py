"""Air: the algebraic intermediate representation (AIR) of a program, all that prover and verifier know of it.

A program is public values, buses, and tables whose constraints are 0 on the rows of their domains and whose
interactions add up to nothing on every bus (PROTOCOL 3).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from l2zk.air.checks import check_buses, check_table
from l2zk.air.measure import Degree, Profile, joined, measured
from l2zk.air.nodes import Names, Node, Placement
from l2zk.air.table import SMALL_DEGREE, Bus, Constraint, Interaction, Message, Pair, PublicSequence, TableAir
from l2zk.base.field import LONGEST_TRACE
from l2zk.errors import ProgramError

__all__ = ["SMALL_DEGREE", "Air", "Bus", "Constraint", "Interaction", "Message", "Pair", "PublicSequence", "TableAir"]


@dataclass(frozen=True, kw_only=True)
class Air:
    """The data of PROTOCOL 3.1. The first table is the main one, and for programs of one table all that it has, its
    rows, columns, constraints and so on, is also the program's.
    """

    id: str
    parameters: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tables: tuple[TableAir, ...]
    sequences: tuple[PublicSequence, ...] = ()
    buses: tuple[Bus, ...] = ()
    messages: tuple[Message, ...] = field(repr=False, default=())

    def __post_init__(self) -> None:
        if not self.tables:
            raise ProgramError("an AIR has at least one table")
        public = self.inputs, self.outputs, self.sequences
        for table in self.tables:
            if (table.inputs, table.outputs, table.sequences) != public:
                raise ProgramError(f"table {table.name!r} has other public values than its program")
            check_table(table)
        longest = min(LONGEST_TRACE, max(table.length for table in self.tables))
        for sequence in self.sequences:
            if not 1 <= sequence.length <= longest:
                raise ProgramError(
                    f"{sequence.kind} {sequence.name!r} has {sequence.length} values; 1 to N are allowed"
                )
        check_buses(self.tables, self.buses, self.messages)

    @classmethod
    def of_table(
        cls,
        *,
        id: str,
        parameters: bytes,
        inputs: tuple[str, ...],
        outputs: tuple[str, ...],
        sequences: tuple[PublicSequence, ...] = (),
        **table: Any,
    ) -> Air:
        """The program of one table without buses, from the fields of both."""
        public: dict[str, Any] = dict(inputs=inputs, outputs=outputs, sequences=sequences)
        return cls(id=id, parameters=parameters, tables=(TableAir(**public, **table),), **public)

    @property
    def main(self) -> TableAir:
        """The first table, in which the outputs are claimed."""
        return self.tables[0]

    @cached_property
    def digest(self) -> bytes:
        """The 32 bytes that stand for the program in a proof (PROTOCOL 3.6)."""
        from l2zk._core import blake3

        return blake3(self.canonical_bytes())

    def canonical_bytes(self) -> bytes:
        """The bytes whose hash is the program's digest (PROTOCOL 3.6)."""
        return b"".join(
            [
                b"l2zk program 2",
                _sized(self.id.encode()),
                _sized(self.parameters),
                _listed(_sized(name.encode()) for name in self.inputs),
                _listed(_sized(name.encode()) for name in self.outputs),
                _listed(_sized(s.name.encode()) + struct.pack("<2Q", s.length, s.is_output) for s in self.sequences),
                _listed(_sized(bus.name.encode()) + struct.pack("<Q", len(bus.fields)) for bus in self.buses),
                _listed(map(_table_bytes, self.tables)),
                _listed(map(_message_bytes, self.messages)),
            ]
        )

    @cached_property
    def public_columns(self) -> tuple[PublicSequence, ...]:
        """The sequences that the verifier is given."""
        return self.main.public_columns

    @cached_property
    def output_columns(self) -> tuple[PublicSequence, ...]:
        """The sequences that a proof states."""
        return self.main.output_columns

    def all_sequences(self, inputs: Iterable[Any], outputs: Iterable[Any]) -> list[Any]:
        """The values of all sequences in their order, from those of public columns and of output columns."""
        return self.main.all_sequences(inputs, outputs)

    @cached_property
    def profile(self) -> Profile:
        """The profile: the numbers of a statement that fix the shape and the security of proofs of it alone."""
        return joined([measured(table) for table in self.tables], len(self.messages))

    @cached_property
    def stacking(self) -> list[str | None]:
        """What `stackable` found, once it has looked."""
        return []

    @property
    def rows(self) -> int:
        """n of the main table."""
        return self.main.rows

    @property
    def length(self) -> int:
        """The rows of the main table with its padding."""
        return self.main.length

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the main table."""
        return self.main.columns

    @property
    def periodic(self) -> tuple[tuple[int, ...], ...]:
        """The periodic columns of the main table."""
        return self.main.periodic

    @property
    def periodic_names(self) -> tuple[str, ...]:
        """The names of the main table's periodic columns."""
        return self.main.periodic_names

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of the main table."""
        return self.main.nodes

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """The constraints of the main table."""
        return self.main.constraints

    @property
    def names(self) -> Names:
        """The names of the main table's leaves."""
        return self.main.names

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The columns that the main table's constraints read, each at an offset."""
        return self.main.pairs

    @property
    def placements(self) -> tuple[Placement, ...]:
        """The sequences that the main table reads."""
        return self.main.placements

    @property
    def total_degrees(self) -> list[int]:
        """The degree of each node of the main table."""
        return self.main.total_degrees

    @property
    def degrees(self) -> tuple[Degree, ...]:
        """The degree of each constraint of the main table."""
        return self.main.degrees

    def multiplied(self, constraint: int) -> int:
        """What a constraint of the main table multiplies, at most."""
        return self.main.multiplied(constraint)

    @property
    def needs(self) -> tuple[int, ...]:
        """The coefficients that each constraint of the main table gives Q."""
        return self.main.needs


def _table_bytes(table: TableAir) -> bytes:
    claims = [(c.domain.kind, c.domain.x, c.domain.y, c.node) for c in table.constraints]
    nodes = [(kind, x, y % 2**64) for kind, x, y in table.nodes]
    return b"".join(
        [
            struct.pack("<3Q", table.rows, table.length, len(table.columns)),
            _listed(_numbers(values) for values in table.periodic),
            struct.pack("<Q", len(nodes)) + _words(nodes),
            struct.pack("<Q", len(claims)) + _words(claims),
            _listed(map(_interaction_bytes, table.interactions)),
        ]
    )


def _interaction_bytes(one: Interaction) -> bytes:
    domain = struct.pack("<3Q", one.domain.kind, one.domain.x, one.domain.y)
    return struct.pack("<Q", one.bus) + _numbers(one.tuple) + struct.pack("<Q", one.multiplicity) + domain


def _message_bytes(message: Message) -> bytes:
    head = struct.pack("<2Q", message.sign == 1, message.bus)
    return head + _listed(struct.pack("<Q", len(nodes)) + _words(nodes) for nodes in message.tuple)


def _words(numbers: Sequence[object]) -> bytes:
    return np.array(numbers, dtype="<u8").tobytes()


def _numbers(values: Sequence[int]) -> bytes:
    """A list of numbers, as PROTOCOL 1 writes it."""
    return struct.pack("<Q", len(values)) + _words(values)


def _sized(content: bytes) -> bytes:
    return struct.pack("<Q", len(content)) + content


def _listed(items: Iterable[bytes]) -> bytes:
    items = list(items)
    return struct.pack("<Q", len(items)) + b"".join(items)
