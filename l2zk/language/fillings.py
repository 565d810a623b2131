"""Fillings: the columns that fill themselves, as data; and what a program has said of its buses, for reports.

A list of fillings is in an order in which it can be carried out, after given columns, steps and generate_trace: each
reads columns that are full by then. Tables are numbers, the main one 0; nodes are those of a table, the last one being
the value; an expression that looks `ahead` rows ahead and `behind` behind leaves 0 on the last `ahead` rows of its
table and on the first `behind`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from l2zk.air.nodes import Node

Nodes = tuple[Node, ...]


@dataclass(frozen=True)
class Limbs:
    """Pieces of a value: columns[i] is (value >> sum(widths[:i])) mod 2^widths[i]."""

    table: int
    columns: tuple[int, ...]
    widths: tuple[int, ...]
    nodes: Nodes
    ahead: int = 0
    behind: int = 0


@dataclass(frozen=True)
class Let:
    """A column that equals an expression, or that integer code fills."""

    table: int
    column: int
    nodes: Nodes
    ahead: int = 0
    behind: int = 0

    def __hash__(self) -> int:
        """That of the column, which one filling fills; of the nodes, of which there may be many, it is slow."""
        return hash((self.table, self.column))


@dataclass(frozen=True)
class Access:
    """One access to a memory on each row where `when` is 1.

    It finds the value `old` that was left at the time `then`, both columns, and leaves `value`. What a read finds it
    leaves: it has no `value`. Where `when` is 0, both columns are 0.
    """

    is_write: bool
    address: Nodes
    value: Nodes
    when: Nodes
    old: int
    then: int


@dataclass(frozen=True)
class MemoryPass:
    """The accesses of a memory, on rows 0 … rows - 1 of a table, within a row in their order.

    Access k of row i has the time len(accesses)*i + k + 1. cells: the table whose row a < size is the cell a: it holds
    the value of `initial` (nodes of that table) at the time 0, and its columns `last` and `time` get the value and the
    time that are left. An access may read what earlier ones of its row have found. The rows behind the user's, the
    padding, have no accesses; as constraints may stand on them, what is read goes on there as if they had, with 0 for
    an address that is none, and `then` is 0.
    """

    name: str
    table: int
    rows: int
    accesses: tuple[Access, ...]
    cells: int
    size: int
    initial: Nodes
    last: int
    time: int


@dataclass(frozen=True)
class Stepped:
    """What steps fill `ahead` rows ahead of where the nodes are read: (column, place of its value) of each."""

    nodes: Nodes
    ahead: int
    columns: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Walk:
    """A table that is filled row by row, since its steps read what fills itself.

    On each row come the parts in their order, values of expressions and accesses (memory, access) by number; then the
    steps fill cells of the next row, instead of the table's step code. delays: of each part how many rows its own is
    behind the row where the walk is, so that what it looks ahead at is there; 0 of accesses.
    """

    table: int
    memories: tuple[MemoryPass, ...]
    parts: tuple[Let | Limbs | tuple[int, int], ...]
    steps: tuple[Stepped, ...]
    delays: tuple[int, ...]


@dataclass(frozen=True)
class Served:
    """A table that serves what is sent on a bus: its row i gets entry i of the distinct keys that are sent.

    keys: (place in the tuple, column) of each. They are filled in the order of their first appearance, by tables and
    their rows and interactions; what is left, the padding too, repeats the last one (0 if there is none). Then the
    table's own step and its bits are filled. interaction: what receives, by number.
    """

    table: int
    bus: int
    interaction: int
    keys: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Times:
    """How often each row of a table is asked for: the column counts what is sent on the bus, as many as others do not
    receive, on the first row that has the tuple.

    interaction: what receives with the multiplicity -column. indexed: ("range", bits), ("xor", bits) or ("and", bits)
    for a fixed table whose row follows from the tuple.
    """

    table: int
    bus: int
    interaction: int
    column: int
    indexed: tuple[str, int] | None = None


Filling = Limbs | Let | MemoryPass | Walk | Served | Times


def memory_passes(fillings: Sequence[Filling]) -> list[MemoryPass]:
    """The memories, those in walks too."""
    found: list[MemoryPass] = []
    for one in fillings:
        if isinstance(one, MemoryPass | Walk):
            found += [one] if isinstance(one, MemoryPass) else one.memories
    return found


def self_filled(fillings: Sequence[Filling], table: int) -> set[int]:
    """The columns of a table that fill themselves."""
    return {column for one in fillings for number, column in filled_by(one) if number == table}


def filled_by(one: Filling) -> Iterator[tuple[int, int]]:
    """(table, column) of all that a filling fills."""
    if isinstance(one, Limbs):
        yield from ((one.table, column) for column in one.columns)
    elif isinstance(one, Served):
        yield from ((one.table, column) for _, column in one.keys)
    elif isinstance(one, Walk):
        for part in (*one.memories, *one.parts):
            yield from () if isinstance(part, tuple) else filled_by(part)
    elif isinstance(one, MemoryPass):
        yield from ((one.table, column) for access in one.accesses for column in (access.old, access.then))
        yield from ((one.cells, column) for column in (one.last, one.time))
    else:
        yield one.table, one.column


@dataclass(frozen=True)
class Claimed:
    """Something that a program says by its buses, for reports: what stands there for it.

    kind: "range", "lookup", "permutation", "memory" or "bus". interactions: (table, number) of each, those that send
    first. into: the table that is looked up in, or that of the cells. nodes, bits: of a range, whose value (the last of
    the nodes) is below 2^bits on the rows of the domain of its interactions.
    """

    kind: str
    name: str
    bus: int
    interactions: tuple[tuple[int, int], ...]
    into: int | None = None
    nodes: Nodes = ()
    bits: int = 0
