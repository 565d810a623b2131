"""Draft: what a program's `define` has said so far, as the builder of machine.py notes it.

Nothing is checked here: the builder looks at each of its calls, by call_checks.py where a check is more than a line,
draft_checks.py at the whole draft, and finish.py makes the definition of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from l2zk.air.nodes import Node
from l2zk.language.definition import GivenColumn, Input
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
    """A constraint whose rows are settled when the number of rows is known."""

    name: str
    node: int
    on: Settled


@dataclass(frozen=True)
class Word:
    """Bit columns, of an expression."""

    columns: tuple[int, ...]
    node: int


@dataclass(frozen=True)
class Target:
    """A step fills this cell, so many rows ahead, with the value of a node."""

    column: int
    ahead: int
    node: int


@dataclass(frozen=True)
class PrivateStart:
    """A start value: constants by private input, none of them 0, and the node of what is added to their products."""

    multiples: dict[int, int]
    public: int


@dataclass(eq=False)
class Draft:
    """All that was said, each part in the order of the calls.

    graph: the expressions, with the names of their leaves. names: what bears each name, and its leaf. periodic: the values of each periodic column.
    pads: for each column what its padding holds, or None for the last value once more. given, targets: by
    column. words: what m.bits says. free: (column, rows) of m.free. claims: by name. start: the node that
    (row, column) starts as. private_starts: those of them that hold private inputs. named_rows: rows that
    there must be, each with what needs it. rows: how many m.rows says.
    """

    graph: Graph = field(default_factory=Graph)
    names: dict[str, dict[str, Node]] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)
    periodic: list[tuple[int, ...]] = field(default_factory=list)
    pads: list[int | None] = field(default_factory=list)
    given: dict[int, GivenColumn] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)
    step_function: object = None
    free: list[tuple[int, Settled]] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)
    start: dict[tuple[int, int], int] = field(default_factory=dict)
    private_starts: dict[tuple[int, int], PrivateStart] = field(default_factory=dict)
    targets: dict[int, Target] = field(default_factory=dict)
    named_rows: list[tuple[int, str]] = field(default_factory=list)
    rows: int | None = None
