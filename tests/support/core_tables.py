"""Groups of the twin as the core takes them, without the language: tables, buses, stacked statements, traces."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from reference.algebra import P
from reference.by_rows import Trace
from reference.digest import DOMAINS, Nodes
from reference.lengths import Lengths, Part, classes
from reference.shape import Shape
from reference.statement import (
    OPERATORS,
    Domain,
    Expression,
    Group,
    Interaction,
    Message,
    Program,
    Public,
    Table,
    affine,
    leaves,
    physical_tables,
)

from l2zk import _core
from l2zk.air.bytecode import Code, Op

Load = tuple[int, int, int]
Placement = tuple[int, int, int]
ONE = ("constant", 1)
VECTORS = {"+": Op.ADD_VV, "-": Op.SUB_VV, "*": Op.MUL_VV}
UNIFORM_ON_THE_RIGHT = {"+": Op.ADD_VU, "-": Op.SUB_VU, "*": Op.MUL_VU}
UNIFORM_ON_THE_LEFT = {"+": Op.ADD_VU, "-": Op.SUB_UV, "*": Op.MUL_VU}


def placements_of(table: Table) -> list[Placement]:
    """Where sequences stand: (sequence, first row, step)."""
    stated = [e for _, e in table.constraints] + [e for i in table.interactions for e in (*i.tuple, i.multiplicity)]
    return sorted({(e[1], e[2], e[3]) for said in stated for e in leaves(said) if e[0] == "sequence"})


def load_of(leaf: Expression, rows: int, placements: Sequence[Placement]) -> Load:
    """A leaf as a load of the core: rows are those of the table with all its blocks."""
    kind = leaf[0]
    if kind == "column":
        return 0, leaf[1], leaf[2] % rows
    if kind == "sequence":
        return 2, placements.index((leaf[1], leaf[2], leaf[3])), 0
    return {"periodic": 1, "row": 3, "public": 4, "conjunction": 5}[kind], (*leaf, 0)[1], 0


class Compiler:
    """Straight-line code of some expressions: every operation in a register of its own, in the order of a walk."""

    def __init__(self, scalars: int, rows: int, placements: Sequence[Placement], *, stacked: bool) -> None:
        self.rows, self.placements, self.stacked, self.scalars = rows, placements, stacked, scalars
        self.uniforms = [0] * scalars
        self.prelude: list[Load | tuple[int, ...]] = []
        self.loads: list[Load] = []
        self.operations: list[tuple[Op, Any, Any]] = []
        self.known: dict[int, tuple[Expression, tuple[str, int]]] = {}
        self.leaves: dict[Expression, tuple[str, int]] = {}

    def place(self, e: Expression) -> tuple[str, int]:
        """Where an expression's value is: a uniform slot, a load, or an operation."""
        if id(e) not in self.known:
            self.known[id(e)] = e, self.operation(e) if e[0] in OPERATORS else self.leaf(e)
        return self.known[id(e)][1]

    def leaf(self, e: Expression) -> tuple[str, int]:
        if e not in self.leaves:
            if e[0] == "constant":
                self.leaves[e] = self.uniform(e[1] % P)
            elif e[0] == "public" and not self.stacked:
                self.leaves[e] = "uniform", e[1]
            else:
                self.loads.append(load_of(e, self.rows, self.placements))
                self.leaves[e] = "load", len(self.loads) - 1
        return self.leaves[e]

    def uniform(self, value: int = 0) -> tuple[str, int]:
        self.uniforms.append(value)
        return "uniform", len(self.uniforms) - 1

    def operation(self, e: Expression) -> tuple[str, int]:
        operands = [self.place(operand) for operand in e[1:]]
        if all(kind == "uniform" for kind, _ in operands):
            to = self.uniform()
            op = Op.NEG_V if e[0] == "negation" else VECTORS[e[0]]
            self.prelude.append((op, to[1], *[slot for _, slot in (*operands, ("", 0))][:2]))
            return to
        self.operations.append(self.on_vectors(e[0], *operands))
        return "operation", len(self.operations) - 1

    @staticmethod
    def on_vectors(kind: str, a: tuple[str, int], b: tuple[str, int] = ("uniform", 0)) -> tuple[Op, Any, Any]:
        if kind == "negation":
            return Op.NEG_V, a, b
        if b[0] == "uniform":
            return UNIFORM_ON_THE_RIGHT[kind], a, b
        if a[0] != "uniform":
            return VECTORS[kind], a, b
        return (Op.SUB_UV, a, b) if kind == "-" else (UNIFORM_ON_THE_LEFT[kind], b, a)

    def slot(self, place: tuple[str, int]) -> int:
        return place[1] + (len(self.loads) if place[0] == "operation" else 0)

    def code(self, expressions: Sequence[Expression], inputs: int) -> Code:
        """Code whose result i is the i-th expression."""
        roots = [self.place(e) for e in expressions]
        body = [(op, len(self.loads) + i, self.slot(a), self.slot(b)) for i, (op, a, b) in enumerate(self.operations)]
        body += [
            (Op.RESULT_U if place[0] == "uniform" else Op.RESULT_V, i, self.slot(place), 0)
            for i, place in enumerate(roots)
        ]
        return Code(
            inputs=inputs,
            outputs=self.scalars - inputs,
            uniforms=np.array(self.uniforms, dtype=np.uint64),
            prelude=numbers(self.prelude, 4),
            loads=numbers(self.loads, 3),
            body=numbers(body, 4),
            vectors=len(self.loads) + len(self.operations),
            results=len(roots),
        )


def numbers(lines: Sequence[Any], width: int) -> NDArray[np.uint32]:
    return np.array(lines, dtype=np.uint32).reshape(len(lines), width)


def domain_of(domain: Domain) -> tuple[int, int, int]:
    return DOMAINS.index(domain.kind), domain.x, domain.y


def affine_of(e: Expression, rows: int, placements: Sequence[Placement]) -> list[tuple[int, int, int, int]]:
    """An affine expression as (kind, index, offset, coefficient) of its leaves; the kind 6 is the constant 1."""
    form = []
    for leaf, coefficient in affine(e).items():
        load = (6, 0, 0) if leaf == ONE else load_of(leaf, rows, placements)
        form.append((*load, coefficient % P))
    return form


def interaction_of(program: Program, table: Table, said: Interaction, rows: int) -> tuple[Any, ...]:
    placements = placements_of(table)
    bus = [name for name, _ in program.buses].index(said.bus)
    shown = [affine_of(e, rows, placements) for e in said.tuple]
    return bus, domain_of(said.domain), shown, affine_of(said.multiplicity, rows, placements)


def message_of(program: Program, said: Message) -> tuple[Any, ...]:
    """A public message: its sign, its bus, and for each entry the nodes of which the last one is its value."""
    entries = []
    for e in said.tuple:
        nodes = Nodes(len(program.inputs))
        nodes.number(e)
        entries.append(list(nodes.numbers))
    return said.sign, [name for name, _ in program.buses].index(said.bus), entries


def needed(part: Part, domain: Domain, stated: Expression, lengths: Lengths) -> int:
    """The coefficients that a constraint gives Q, in its table's own variable."""
    degree = part.degree(stated, lengths.hiding)[0] + classes(part.table, domain, part.skipped).degree[0]
    return max(1, degree - (1 << part.skipped) + 1)


def output_claim(program: Program, table: Table, number: int) -> tuple[int, int]:
    """The constraint that places an output, and its row."""
    shown = ("public", len(program.inputs) + number)
    for i, (domain, e) in enumerate(table.constraints):
        if domain.kind == "row" and e[0] == "-" and e[2] == shown:
            return i, domain.x
    raise ValueError(f"no constraint places the output {program.outputs[number]}")


def sequence_claim(table: Table, number: int) -> tuple[int, int]:
    """The constraint that places an output sequence, and its placement."""
    for i, (_, e) in enumerate(table.constraints):
        if e[0] == "-" and e[2][0] == "sequence" and e[2][1] == number:
            return i, placements_of(table).index((e[2][1], e[2][2], e[2][3]))
    raise ValueError(f"no constraint places the sequence {number}")


def table_of(program: Program, part: Part, lengths: Lengths, **changes: Any) -> Any:
    """A table of a program, of as many blocks as the twin's."""
    return _core.Table(**arguments_of(program, part, lengths) | changes)


def arguments_of(program: Program, part: Part, lengths: Lengths) -> dict[str, Any]:
    """The arguments of the core's table."""
    table, rows = part.table.table, part.table.rows
    main, blocks = table is program.tables[0], rows // table.rows
    placements, scalars = placements_of(table), len(program.inputs) + len(program.outputs)
    compiler = Compiler(scalars, rows, placements, stacked=blocks > 1)
    outputs = [i for i, said in enumerate(program.sequences) if said.output]
    return dict(
        length=table.rows,
        columns=table.width,
        rows=table.user_rows or table.rows,
        domains=[domain_of(domain) for domain, _ in table.constraints],
        needs=[needed(part, domain, e, lengths) for domain, e in table.constraints],
        pairs=part.pairs,
        periodic=table.periodic,
        constraints=compiler.code([e for _, e in table.constraints], len(program.inputs)),
        input_count=len(program.inputs),
        output_claims=[output_claim(program, table, i) for i in range(len(program.outputs))] if main else [],
        sequences=[(said.length, said.output) for said in program.sequences],
        placements=placements,
        sequence_claims=[sequence_claim(table, i) for i in outputs] if main else [],
        blocks=blocks,
        output_count=len(program.outputs),
        interactions=[interaction_of(program, table, said, rows) for said in table.interactions],
    )


class Compiled:
    """The core's arrays of all groups in a shape, and the tables of one block of each group."""

    def __init__(self, groups: Sequence[Group], lengths: Lengths, shape: Shape) -> None:
        self.runs: list[list[Any]] = []
        made, parts = [], iter(lengths.parts)
        for program, statements in groups:
            tables = [table_of(program, next(parts), lengths) for _ in program.tables]
            alone = tables if len(statements) == 1 else self.alone(program, statements[0], lengths.hiding)
            messages = [message_of(program, said) for said in program.messages]
            made.append(_core.Group(tables, alone, len(statements), len(program.buses), messages))
            self.runs.append(alone)
        self.core = _core.Compiled(made, sizes_of(lengths, shape))

    @staticmethod
    def alone(program: Program, public: Public, hiding: bool) -> list[Any]:
        """The tables of one block."""
        lengths = Lengths(physical_tables([(program, (public,))]), hiding)
        return [table_of(program, part, lengths) for part in lengths.parts]


def sizes_of(lengths: Lengths, shape: Shape) -> SimpleNamespace:
    return SimpleNamespace(
        hiding=lengths.hiding,
        q_length=lengths.q_length,
        degree=lengths.degree,
        last_degree=lengths.last_degree,
        layers=lengths.layers,
        masked=sum(lengths.hidden()),
        masks_at=lengths.masks_at,
        columns=shape.columns,
        log_m=shape.log_m,
        log_n0=shape.log_n0,
        queries=shape.t0,
        tail=shape.T,
        grinding=shape.grinding,
        words=[(word.k, word.log_n, word.queries) for word in shape.words],
        lengths=[*lengths.words(), *shape.numbers()],
    )


def block_of(trace: Trace, number: int, rows: int) -> NDArray[np.uint64]:
    """The rows of one statement."""
    return np.array([column[number * rows : (number + 1) * rows] for column in trace], dtype=np.uint64)


def values_of(program: Program, public: Public, *, output: bool) -> list[NDArray[np.uint64]]:
    """The sequences of a statement that are inputs, or those that are outputs."""
    pairs = zip(program.sequences, public.sequences)
    return [np.array(values, dtype=np.uint64) for said, values in pairs if said.output == output]
