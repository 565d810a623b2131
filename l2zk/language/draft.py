"""Draft: everything that a program's `define` has stated so far, as the builder notes it.

Nothing is checked here: the builder looks at each of its calls, by rules/call.py where a check is more than a line, the
other rules at the whole draft, and lower.py makes the definition of it. Each table has a draft of its own; what a
program has once, they share.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from l2zk.air.air import Bus, Message
from l2zk.air.domains import Domain
from l2zk.air.nodes import COLUMN, Node
from l2zk.language.definition import GivenColumn, Input, PrivateArray
from l2zk.language.expression import Expression, Graph
from l2zk.language.fillings import Limbs, MemoryPass, Times


@dataclass(frozen=True)
class Every:
    """The rows first, first + period, first + 2*period, … of a constraint; made by m.every."""

    period: int
    first: int


Indices = tuple[int, ...]
"""Nodes by number."""


@dataclass(frozen=True)
class Below:
    """The user's rows but the last `less` of them."""

    less: int


Settled = str | int | range | Every | Below
"""The rows of a claim: "every", "transitions", "last", "end", a row, neighbouring rows, an Every, or a Below."""


@dataclass(frozen=True)
class Chosen:
    """Cells that the prover chooses, on these rows where the node `when`, if there is one, is 1.

    bits, among: within what they are, if the program says it.
    """

    column: int
    on: tuple[Settled | range, ...]
    bits: int | None = None
    among: tuple[int, ...] = ()
    when: int | None = None


@dataclass(frozen=True)
class Claim:
    """A constraint whose rows are not numbers yet: N is known only at the end. It may read rows behind.

    selected: how much of its degree is a selector of the rows on which it is claimed.
    """

    name: str
    node: int
    on: Settled
    selected: int = 0


@dataclass(frozen=True)
class PlacedSequence:
    """A sequence, a public column or an output column, in its rows: entry a on row first + a*step, `count` of them,
    None for all that fit.

    claim: of an output column the name of its constraint. table: the number of the table with these rows.
    """

    name: str
    count: int | None
    first: int = 0
    step: int = 1
    claim: str | None = None
    table: int = 0


@dataclass(frozen=True)
class Split:
    """The bit columns of m.bits and the node whose bits they are."""

    columns: tuple[int, ...]
    node: int


@dataclass(frozen=True)
class Target:
    """The cell that a step fills, `ahead` rows ahead, and the node of its value, which may read rows behind."""

    column: int
    ahead: int
    node: int


@dataclass(frozen=True)
class PrivateStart:
    """A start value with private inputs: their factors, none 0, and the node of the public rest that is added."""

    multiples: dict[int, int]
    public: int


@dataclass(frozen=True)
class Posted:
    """An interaction whose rows are not numbers yet: `sign` times the multiplicity's node.

    selects: the multiplicity is a selector, which has to be 0 or 1 on every row.
    """

    name: str
    bus: int
    tuple: Indices
    multiplicity: int
    sign: int
    on: Settled
    selects: bool = False


@dataclass(frozen=True)
class Placed:
    """An interaction by nodes of its table's graph, affine ones, with its rows, moved ahead by the rows `behind`."""

    name: str
    bus: int
    tuple: Indices
    multiplicity: int
    domain: Domain
    behind: int = 0


@dataclass(frozen=True)
class Ranged:
    """A claim of m.range, whose columns and lookups follow from the number of rows.

    exact: False where more bits would do as well. kind: what it is said for, as reports call it. when: the selector of
    the rows on which it is claimed, None for all. pins: columns that are pinned on its rows alone.
    """

    name: str
    node: int
    bits: int
    on: Settled
    exact: bool = True
    kind: str = "range"
    when: int | None = None
    pins: Indices = ()


@dataclass(frozen=True)
class Accessed:
    """An access to a memory by these nodes, and its columns; `old` of a read is the column that it gives."""

    is_write: bool
    address: int
    value: int
    when: int
    old: int
    then: int


@dataclass(eq=False)
class Remembered:
    """A memory: the table that reads and writes it, that of its cells, and its bus."""

    name: str
    table: Draft
    cells: Draft
    bus: int
    size: int
    initial: int
    last: int
    time: int
    accesses: list[Accessed] = field(default_factory=list)


@dataclass(eq=False)
class Said:
    """Something that the program says by its buses: `posted` are the (table, number) of what stands there for it."""

    kind: str
    name: str
    bus: int
    posted: list[tuple[int, int]] = field(default_factory=list)
    into: int | None = None
    node: tuple[Draft, int] | None = None
    bits: int = 0


@dataclass(eq=False)
class Common:
    """What the tables of a program share.

    fixed: by content, the number of a fixed table and its bus. looked_up: by table and nodes, the bus of a table's
    columns and the number of what receives there. said_on: by bus, of those that the program opens. on_bus: the
    (table, number) of all interactions of a bus. prefix: of the names that are made in a scope.
    """

    tables: list[Draft] = field(default_factory=list)
    buses: list[Bus] = field(default_factory=list)
    bus_names: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)
    fixed: dict[object, tuple[int, int]] = field(default_factory=dict)
    looked_up: dict[tuple[int, Indices], tuple[int, int]] = field(default_factory=dict)
    memories: list[Remembered] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    said_on: dict[int, Said] = field(default_factory=dict)
    on_bus: defaultdict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    times: list[Times] = field(default_factory=list)
    passes: list[MemoryPass] = field(default_factory=list)
    prefix: str = ""


@dataclass(eq=False)
class Draft:
    """All that was stated, each part in the order of the calls.

    graph: the expressions, with the names of their leaves. names: for each name its bearers, each with its leaf.
    periodic: the values of each periodic column. pads: for each column the value of its padding, or None for the last
    value once more. given, targets: by column. sequences: public columns and output columns. private_arrays: for
    generate_trace. arrays: the names of all that a witness gives as an array. bits: by m.bits. free: (column, rows)
    by m.free. chosen: by m.choice. claims: by name. start: the node that (row, column) starts with. private_starts:
    those starts that have private inputs. named_rows: rows that there must be, each with the call that needs it.
    rows: the number by m.rows. name, number: of the table. made: True for tables that the library adds. made_in: the
    prefix of the scope. posted: interactions. posted_names: of what stands on buses. titles: how many of these have
    one name. placed: the interactions when rows are known. ranges: by m.range. limbs: pieces of values. lets,
    let_values: columns that equal an expression, by the node of their value and the other way round. moved: by rows,
    the nodes that say so many rows earlier what others say. turned: periodic columns that are there only as the values
    of another one some rows earlier. loose: columns that nothing pins but on these rows. own: all columns that fill
    themselves. served: those of them that get what is sent. idle: columns that nothing pins on
    these rows, where a selector is 0. when: the product of the selectors around what is claimed now. common: what the
    tables share. hints: the nodes of columns by m.hint.
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
    free: list[tuple[int, Settled | range]] = field(default_factory=list)
    chosen: list[Chosen] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)
    start: dict[tuple[int, int], int] = field(default_factory=dict)
    private_starts: dict[tuple[int, int], PrivateStart] = field(default_factory=dict)
    targets: dict[int, Target] = field(default_factory=dict)
    named_rows: list[tuple[int, str]] = field(default_factory=list)
    rows: int | None = None
    name: str = "main"
    number: int = 0
    made: bool = False
    made_in: str = ""
    posted: list[Posted] = field(default_factory=list)
    posted_names: set[str] = field(default_factory=set)
    titles: Counter[str] = field(default_factory=Counter)
    placed: list[Placed] = field(default_factory=list)
    ranges: list[Ranged] = field(default_factory=list)
    limbs: list[Limbs] = field(default_factory=list)
    loose: list[tuple[int, range]] = field(default_factory=list)
    lets: dict[int, int] = field(default_factory=dict)
    let_values: dict[int, int] = field(default_factory=dict)
    hints: dict[int, int] = field(default_factory=dict)
    moved: dict[int, dict[int, int]] = field(default_factory=dict)
    turned: set[int] = field(default_factory=set)
    own: set[int] = field(default_factory=set)
    served: set[int] = field(default_factory=set)
    idle: list[tuple[int, Every]] = field(default_factory=list)
    when: int | None = None
    common: Common = field(default_factory=Common)

    def __post_init__(self) -> None:
        self.number = len(self.common.tables)
        self.common.tables.append(self)

    def column(self, number: int) -> Expression:
        """The leaf of a column."""
        return self.graph.leaf(COLUMN, number)

    def beside(self, name: str, rows: int, made: bool = False) -> Draft:
        """The draft of a further table of the program."""
        parts = ("inputs", "sequences", "private_arrays", "arrays", "common")
        shared: dict[str, Any] = {part: getattr(self, part) for part in parts}
        graph, scope = Graph(name, beside=self.graph), self.common.prefix
        return Draft(graph=graph, name=name, rows=rows, made=made, made_in=scope, **shared)
