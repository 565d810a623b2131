"""Programs and statements as plain data, and the tables that a proof is about (PROTOCOL 3).

expressions: ("constant", v), ("column", c, offset), ("periodic", i), ("row",), ("conjunction", b),
             ("public", i), ("sequence", i, first row, step),
             ("+" | "-" | "*", expression, expression), ("negation", expression)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .algebra import K, lift

MOST_ROWS = 1 << 26
MOST_MULTIPLIED = 32
"""The highest degree of a constraint's expression in a row variable (PROTOCOL 4.2)."""

Expression = tuple[Any, ...]
OPERATORS = ("+", "-", "*", "negation")


@dataclass(frozen=True)
class Domain:
    """The rows of a constraint or an interaction, in a block of B rows (PROTOCOL 3.3)."""

    kind: str
    x: int = 0
    y: int = 0

    def rows(self, block: int) -> range:
        if self.kind == "every":
            return range(block)
        if self.kind == "transitions":
            return range(block - self.x)
        if self.kind == "last":
            return range(block - self.x, block)
        if self.kind == "row":
            return range(self.x, self.x + 1)
        return range(self.x, block, self.y)

    def check(self, block: int) -> None:
        if self.kind in ("transitions", "last"):
            legal = 1 <= self.x < block
        elif self.kind == "row":
            legal = 0 <= self.x < block > 1
        elif self.kind == "cyclic":
            legal = 2 <= self.y <= block and self.y & (self.y - 1) == 0 and 0 <= self.x < self.y
        else:
            legal = self.kind == "every"
        if not legal:
            raise ValueError(f"{self} is no domain of a block of {block} rows")


EVERY = Domain("every")


@dataclass(frozen=True)
class Interaction:
    """A tuple that each row of a domain puts on a bus, so many times; all of it affine in columns (PROTOCOL 3.4)."""

    bus: str
    tuple: tuple[Expression, ...]
    multiplicity: Expression = ("constant", 1)
    domain: Domain = EVERY


@dataclass(frozen=True)
class Table:
    """A table of a program: B rows, w columns, what constrains them, what they put on buses."""

    rows: int
    width: int
    periodic: tuple[tuple[int, ...], ...] = ()
    constraints: tuple[tuple[Domain, Expression], ...] = ()
    interactions: tuple[Interaction, ...] = ()
    user_rows: int = 0
    """n_user, the rows that the program names; 0 for all of them."""


@dataclass(frozen=True)
class Message:
    """A tuple of public values on a bus, with the sign +1 or −1."""

    sign: int
    bus: str
    tuple: tuple[Expression, ...]


@dataclass(frozen=True)
class Series:
    """A sequence: its name, its length, and whether it is an output."""

    name: str
    length: int
    output: bool = False


@dataclass(frozen=True)
class Program:
    """What is stated once: tables, names of public scalars, sequences, buses with their widths."""

    id: str
    tables: tuple[Table, ...]
    inputs: tuple[str, ...] = ()
    sequences: tuple[Series, ...] = ()
    buses: tuple[tuple[str, int], ...] = ()
    messages: tuple[Message, ...] = ()
    outputs: tuple[str, ...] = ()
    parameters: bytes = b"\0\0"


@dataclass(frozen=True)
class Public:
    """The public values of one statement: scalars, the inputs before the outputs, then sequences."""

    scalars: tuple[int, ...] = ()
    sequences: tuple[tuple[int, ...], ...] = ()


Group = tuple[Program, tuple[Public, ...]]
"""A program and the statements of it that a proof holds."""


@dataclass(frozen=True, eq=False)
class Physical:
    """A table as it is committed: the blocks of a program's table one below the other (PROTOCOL 3.5)."""

    number: int
    table: Table
    statements: tuple[Public, ...]
    buses: dict[str, tuple[int, int]]
    """Each bus: its number on block 0, and the step from block to block."""

    @property
    def block(self) -> int:
        return self.table.rows

    @property
    def rows(self) -> int:
        """N_t."""
        return self.block * len(self.statements)

    @property
    def log_rows(self) -> int:
        """n_t."""
        return self.rows.bit_length() - 1

    @property
    def stacked(self) -> bool:
        return len(self.statements) > 1

    def rows_of(self, domain: Domain) -> set[int]:
        return {j * self.block + row for j in range(len(self.statements)) for row in domain.rows(self.block)}


def is_power_of_two(n: int) -> bool:
    return n > 0 and n & (n - 1) == 0


def physical_tables(groups: Sequence[Group]) -> list[Physical]:
    """All tables of a proof, in order; J is a power of two, missing blocks are copies of the last (PROTOCOL 3.5)."""
    tables: list[Physical] = []
    number = 1
    for program, statements in groups:
        check_program(program, statements)
        count = 1 << (len(statements) - 1).bit_length()
        blocks = statements + statements[-1:] * (count - len(statements))
        names = [name for name, _ in program.buses]
        buses = {name: (number + q, len(names)) for q, name in enumerate(names)}
        number += len(names) * count
        for table in program.tables:
            check_table(program, table, count)
            tables.append(Physical(len(tables), table, blocks, buses))
        tallest = max(table.rows for table in program.tables)
        if any(not 1 <= said.length <= tallest for said in program.sequences):
            raise ValueError("a sequence has a value, and no more than a block has rows")
    return tables


def check_program(program: Program, statements: Sequence[Public]) -> None:
    """A message is looked at with the leaves of its bus: where no table stands on it, nobody would."""
    if not statements or not program.tables:
        raise ValueError("a program has a table, and a group a statement")
    scalars, lengths = len(program.inputs) + len(program.outputs), tuple(said.length for said in program.sequences)
    for public in statements:
        if (len(public.scalars), tuple(map(len, public.sequences))) != (scalars, lengths):
            raise ValueError("a statement has as many public values as its program says")
    used = {i.bus for table in program.tables for i in table.interactions}
    for message in program.messages:
        if message.bus not in used:
            raise ValueError(f"a public message stands on the bus '{message.bus}', on which no table does")
        check_width(program, message.bus, message.tuple)
        if {leaf[0] for e in message.tuple for leaf in leaves(e)} - {"public", "constant"}:
            raise ValueError("a public message is made of public scalars")


def check_interaction(program: Program, said: Interaction) -> None:
    check_width(program, said.bus, said.tuple)
    for e in said.tuple:
        affine(e)
    for leaf in affine(said.multiplicity):
        if leaf[0] == "column" and leaf[2] != 0:
            raise ValueError("a multiplicity reads its own row")
        if leaf[0] not in ("column", "constant") and said.domain != EVERY:
            raise ValueError("a multiplicity that is known stands on every row")


def check_width(program: Program, bus: str, shown: Sequence[Expression]) -> None:
    width = dict(program.buses)[bus]
    if len(shown) != width:
        raise ValueError(f"a tuple of {len(shown)} values on the bus '{bus}' of {width}")


def check_table(program: Program, table: Table, blocks: int) -> None:
    if not is_power_of_two(table.rows) or not max(2, table.user_rows) <= table.rows <= MOST_ROWS:
        raise ValueError(f"a table of {table.rows} rows: their number is a power of two, 2 to 2^26")
    for interaction in table.interactions:
        check_interaction(program, interaction)
    if any(not is_power_of_two(len(values)) or len(values) > table.rows for values in table.periodic):
        raise ValueError("a period is a power of two and no longer than its block")
    if any(multiplied(e, blocks > 1) > MOST_MULTIPLIED for _, e in table.constraints):
        raise ValueError(f"a constraint multiplies at most {MOST_MULTIPLIED} leaves that vary over the rows")
    stated = [*table.constraints, *[(i.domain, e) for i in table.interactions for e in (*i.tuple, i.multiplicity)]]
    for domain, expression in stated:
        domain.check(table.rows)
        for leaf in leaves(expression):
            if leaf[0] == "sequence":
                check_placement(table, program.sequences[leaf[1]].length, leaf[2], leaf[3])
            if leaf[0] == "conjunction" and not (leaf[1] >= 1 and 1 << 2 * leaf[1] <= table.rows):
                raise ValueError("a conjunction is of bits of a row number in its block")
        offsets = [leaf[2] for leaf in leaves(expression) if leaf[0] == "column"] or [0]
        free = domain.kind == "last" or domain.kind == "row"
        first, last = min(domain.rows(table.rows)), max(domain.rows(table.rows))
        beyond = first + min(offsets) < 0 or last + max(offsets) >= table.rows
        if blocks > 1 and (beyond if free or domain.kind == "transitions" else any(offsets)):
            raise ValueError("what reads beyond its block is not stacked")


def check_placement(table: Table, length: int, first: int, step: int) -> None:
    """The step is positive, so that no row has two entries; both numbers have 32 bits in a node (PROTOCOL 3.2)."""
    if not (0 <= first < 1 << 32 and 1 <= step < 1 << 32 and first + (length - 1) * step < table.rows):
        raise ValueError("a sequence ends in its block, from a row on, by a step of 1 or more")


def multiplied(expression: Expression, stacked: bool) -> int:
    """The leaves that vary over the rows and are multiplied: the degree in a row variable (PROTOCOL 4.2)."""
    kind = expression[0]
    if kind not in OPERATORS:
        return int(kind != "constant" and (kind != "public" or stacked))
    degrees = [multiplied(operand, stacked) for operand in expression[1:]]
    return sum(degrees) if kind == "*" else max(degrees)


def messages_of(groups: Sequence[Group], tables: Sequence[Physical]) -> Iterator[tuple[Message, int, Public]]:
    """The public messages of every block, each with the number of its bus, and whose values it has."""
    at = 0
    for program, _ in groups:
        first = tables[at]
        for j, public in enumerate(first.statements):
            for message in program.messages:
                start, step = first.buses[message.bus]
                yield message, start + j * step, public
        at += len(program.tables)


def leaves(expression: Expression) -> Iterator[Expression]:
    """The leaves of an expression, with repetitions."""
    if expression[0] in OPERATORS:
        for operand in expression[1:]:
            yield from leaves(operand)
    else:
        yield expression


def evaluate(expression: Expression, leaf: Callable[[Expression], K]) -> K:
    kind = expression[0]
    if kind == "constant":
        return lift(expression[1])
    if kind not in OPERATORS:
        return leaf(expression)
    if kind == "negation":
        return -evaluate(expression[1], leaf)
    a, b = evaluate(expression[1], leaf), evaluate(expression[2], leaf)
    return a + b if kind == "+" else a - b if kind == "-" else a * b


def affine(expression: Expression) -> dict[Expression, int]:
    """Coefficients of the leaves of an affine expression; the constant stands under ("constant", 1)."""
    kind = expression[0]
    one = ("constant", 1)
    if kind == "constant":
        return {one: expression[1]}
    if kind not in OPERATORS:
        return {expression: 1}
    if kind == "negation":
        return {leaf: -c for leaf, c in affine(expression[1]).items()}
    a, b = affine(expression[1]), affine(expression[2])
    if kind == "*":
        if set(a) - {one} and set(b) - {one}:
            raise ValueError("what stands on a bus is affine in the columns")
        scale, rest = (a, b) if not set(a) - {one} else (b, a)
        return {leaf: c * scale.get(one, 0) for leaf, c in rest.items()}
    sign = 1 if kind == "+" else -1
    return {leaf: a.get(leaf, 0) + sign * b.get(leaf, 0) for leaf in {**a, **b}}


def conjunction(bits: int, place: int) -> int:
    """The lowest bits of a row's number, each times the one so many places above it."""
    return place & place >> bits & (1 << bits) - 1


def known(table: Physical, leaf: Expression, row: int) -> int:
    """The value in a row of a leaf that everybody knows."""
    block, place = divmod(row, table.block)
    public = table.statements[block]
    kind = leaf[0]
    if kind == "periodic":
        values = table.table.periodic[leaf[1]]
        return values[row % len(values)]
    if kind == "row":
        return place
    if kind == "conjunction":
        return conjunction(leaf[1], place)
    if kind == "block":
        return block
    if kind == "public":
        return public.scalars[leaf[1]]
    step, rest = divmod(place - leaf[2], leaf[3])
    values = public.sequences[leaf[1]]
    return values[step] if rest == 0 and 0 <= step < len(values) else 0
