"""Draft: everything that a program's `define` has stated so far, as the builder notes it.

Nothing is checked here: the builder looks at each of its calls, by rules/call.py where a check is more than a line, the
other rules at the whole draft, and lower.py makes the definition of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from l2zk.air.nodes import Node
from l2zk.language.definition import GivenColumn, Input, PrivateArray
from l2zk.language.expression import Graph


@dataclass(frozen=True)
class Every:
    """The rows first, first + period, first + 2*period, … of a constraint; made by m.every."""

    period: int
    first: int


Settled = str | int | Every
"""The rows of a claim: "every", "transitions", "last", "end", a row, or an Every."""


@dataclass(frozen=True)
class Claim:
    """A constraint whose rows are not numbers yet: N is known only at the end."""

    name: str
    node: int
    on: Settled


@dataclass(frozen=True)
class PlacedSequence:
    """A sequence, a public column or an output column, in its rows: entry a on row first + a*step, `count` of them,
    None for all that fit.

    claim: of an output column the name of its constraint.
    """

    name: str
    count: int | None
    first: int = 0
    step: int = 1
    claim: str | None = None


@dataclass(frozen=True)
class Split:
    """The bit columns of m.bits and the node whose bits they are."""

    columns: tuple[int, ...]
    node: int


@dataclass(frozen=True)
class Target:
    """The cell that a step fills, `ahead` rows ahead, and the node of its value."""

    column: int
    ahead: int
    node: int


@dataclass(frozen=True)
class PrivateStart:
    """A start value with private inputs: their factors, none 0, and the node of the public rest that is added."""

    multiples: dict[int, int]
    public: int


@dataclass(eq=False)
class Draft:
    """All that was stated, each part in the order of the calls.

    graph: the expressions, with the names of their leaves. names: for each name its bearers, each with its leaf.
    periodic: the values of each periodic column. pads: for each column the value of its padding, or None for the last
    value once more. given, targets: by column. sequences: public columns and output columns. private_arrays: for
    generate_trace. arrays: the names of all that a witness gives as an array. bits: by m.bits. free: (column, rows) by
    m.free. claims: by name. start: the node that (row, column) starts with. private_starts: those starts that have
    private inputs. named_rows: rows that there must be, each with the call that needs it. rows: the number by m.rows.
    """

    graph: Graph = field(default_factory=Graph)
    names: dict[str, dict[str, Node]] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    periodic: list[tuple[int, ...]] = field(default_factory=list)
    pads: list[int | None] = field(default_factory=list)
    given: dict[int, GivenColumn] = field(default_factory=dict)
    sequences: list[PlacedSequence] = field(default_factory=list)
    private_arrays: list[PrivateArray] = field(default_factory=list)
    arrays: list[str] = field(default_factory=list)
    bits: list[Split] = field(default_factory=list)
    step_function: object = None
    free: list[tuple[int, Settled]] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)
    start: dict[tuple[int, int], int] = field(default_factory=dict)
    private_starts: dict[tuple[int, int], PrivateStart] = field(default_factory=dict)
    targets: dict[int, Target] = field(default_factory=dict)
    named_rows: list[tuple[int, str]] = field(default_factory=list)
    rows: int | None = None
