"""Programs of the twin with sequences, one table of one statement, as the core takes them.

The library's language is not asked: an AIR is made of the twin's expressions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from core_cases import KEY, Case, compiled_of, prove_alone
from reference.algebra import P
from reference.digest import DOMAINS, Nodes
from reference.header import hash_of, header_of
from reference.judge import Stacked, value
from reference.proof import ANY_OPTIONS, verify
from reference.random_programs import Draw, Drawn
from reference.small import ShapeOf
from reference.statement import EVERY, Domain, Expression, Group, Program, Public, Series, Table

from l2zk import _core
from l2zk.air.air import Air, Constraint, PublicSequence
from l2zk.air.bytecode import Code, compile_constraints, compile_nodes
from l2zk.air.domains import Domain as Rows
from l2zk.air.nodes import Placement, placement_of
from l2zk.errors import ProofError


def air_of(program: Program) -> Air:
    """The AIR of a program of one table without buses."""
    [table] = program.tables
    nodes = Nodes(len(program.inputs))
    stated = [
        Constraint(str(i), Rows(DOMAINS.index(domain.kind), domain.x, domain.y), nodes.number(e))
        for i, (domain, e) in enumerate(table.constraints)
    ]
    return Air.of_table(
        id=program.id,
        parameters=program.parameters,
        rows=table.user_rows or table.rows,
        length=table.rows,
        columns=tuple(f"c{i}" for i in range(table.width)),
        inputs=program.inputs,
        outputs=program.outputs,
        periodic=table.periodic,
        periodic_names=tuple(f"p{i}" for i in range(len(table.periodic))),
        nodes=tuple(nodes.numbers),
        constraints=tuple(stated),
        sequences=tuple(PublicSequence(said.name, said.length, said.output) for said in program.sequences),
    )


def step_of(air: Air, steps: Sequence[Expression]) -> Code:
    """The code of steps: column i becomes steps[i] on the next row."""
    nodes = Nodes(len(air.inputs))
    roots = [nodes.number(e) for e in steps]
    inputs, outputs = len(air.inputs), len(air.outputs)
    return compile_nodes(list(nodes.numbers), roots, inputs=inputs, outputs=outputs, placements=air.placements)


class SequenceCase(Case):
    """A statement with sequences. claims: of each output sequence its constraint, and the leaf that stands for it."""

    def __init__(
        self,
        program: Program,
        public: Public,
        trace: list[list[int]],
        claims: Sequence[tuple[int, Expression]],
        shape_of: ShapeOf,
        hiding: bool,
        *,
        outputs: Sequence[tuple[int, int]] = (),
        steps: Sequence[Expression] = (),
    ) -> None:
        self.program, self.public, self.traces = program, public, [trace]
        self.shape_of, self.hiding, self.options = shape_of, hiding, ANY_OPTIONS
        self.air = air_of(program)
        placed = [(constraint, self.air.placements.index(placement_of_leaf(leaf))) for constraint, leaf in claims]
        self.definition: Any = SimpleNamespace(
            air=self.air,
            constraint_code=compile_constraints(self.air),
            outputs=[SimpleNamespace(constraint=constraint, row=row) for constraint, row in outputs],
            step_code=step_of(self.air, steps) if steps else None,
            step_targets=[(i, 1) for i in range(len(steps))],
            step_reach=1 if steps else 0,
            step_function=None,
            sequence_claims=placed,
        )
        self.definition.tables = [SimpleNamespace(**{**vars(self.definition), "air": self.air.tables[0]})]
        self.shape = shape_of(self.lengths)
        self.compiled = compiled_of(self.definition, self.lengths, self.shape)

    @property
    def groups(self) -> list[Group]:
        return [(self.program, (self.public,))]

    @property
    def scalars(self) -> tuple[list[int], list[int]]:
        count = len(self.program.inputs)
        return list(self.public.scalars[:count]), list(self.public.scalars[count:])

    @property
    def sequences(self) -> list[tuple[int, ...]]:
        return list(self.public.sequences)

    @property
    def header(self) -> bytes:
        return header_of(self.groups, self.options).to_bytes()

    def given(self) -> list[Any]:
        """The values of the input sequences, as arrays."""
        pairs = zip(self.program.sequences, self.public.sequences)
        return [np.array(values, dtype=np.uint64) for said, values in pairs if not said.output]

    def blank(self) -> tuple[bytes, list[int], list[int]]:
        """The header with 0 for all outputs, and where these stand in it."""
        head, sequences = bytearray(self.header), list[int]()
        at = len(head) - sum(8 * said.length if said.output else 32 for said in self.program.sequences)
        count = len(self.program.outputs)
        places = [at - 8 * (count - i) for i in range(count)]
        for said, values in zip(self.program.sequences, self.public.sequences):
            size = 8 * said.length if said.output else 32
            if said.output:
                sequences.append(at)
                head[at : at + size] = bytes(size)
            else:
                assert head[at : at + size] == hash_of(values)
            at += size
        for place in places:
            head[place : place + 8] = bytes(8)
        return bytes(head), places, sequences

    def arguments(self) -> dict[str, Any]:
        """What a run takes."""
        head, places, sequence_places = self.blank()
        return {
            "header": head,
            "output_places": places,
            "inputs": self.scalars[0],
            "start": [],
            "check": False,
            "seed": KEY,
            "sequences": self.given(),
            "sequence_places": sequence_places,
        }

    def by_core(self, threads: int = 1, *, run: bool = False) -> bytes:
        """The body; `run`: of the trace that the core makes from its first row. The outputs are those of the case."""
        columns = self.traces[0]
        start = [(0, c, values[0]) for c, values in enumerate(columns)]
        how: dict[str, Any] = {"start": start} if run else {"trace": np.array(columns, dtype=np.uint64)}
        head, body = prove_alone(self.compiled, **{**self.arguments(), **how}, threads=threads)
        assert head == self.header
        return bytes(body)

    def judged(self, body: bytes, public: Public) -> tuple[bool, bool]:
        """What core and twin say of a body for these public values."""
        groups, count = [(self.program, (public,))], len(self.program.inputs)
        head = header_of(groups, self.options).to_bytes()
        by_twin = verify(groups, body, self.shape_of, hiding=self.hiding, options=self.options) is None
        try:
            _core.verify_bytes(
                self.compiled, head, body, [(public.scalars[:count], public.scalars[count:], public.sequences)]
            )
        except ProofError:
            return False, by_twin
        return True, by_twin

    def core_accepts(self, body: bytes) -> bool:
        try:
            _core.verify_bytes(self.compiled, self.header, body, [(*self.scalars, self.sequences)])
        except ProofError:
            return False
        return True


def placement_of_leaf(leaf: Expression) -> Placement:
    return placement_of((9, leaf[1], leaf[2] + (leaf[3] << 32)))


def changed(public: Public, sequence: int, entry: int, by: int = 1) -> Public:
    """With another entry of a sequence."""
    sequences = [list(values) for values in public.sequences]
    sequences[sequence][entry] = (sequences[sequence][entry] + by) % P
    return Public(public.scalars, tuple(map(tuple, sequences)))


# Random programs


class DrawSequences(Draw):
    """Draws a table with some sequences, each at a place or two; those that are outputs say what an expression is."""

    def __init__(self, rng: random.Random, most_log_rows: int = 6) -> None:
        self.rng, self.messages = rng, ()
        rows = 1 << rng.randrange(1, most_log_rows + 1)
        self.kinds = [rng.random() < 0.5 for _ in range(rng.randrange(1, 5))]
        self.values = [() if output else self.some(self.number(rows)) for output in self.kinds]
        self.scalars = (*self.some(1), rng.randrange(9))
        self.claims: list[tuple[int, Expression]] = []
        self.tables = [self.draw_table(rows)]

    @property
    def blocks(self) -> list[Public]:  # type: ignore[override]
        return [Public(self.scalars, tuple(self.values))]

    def number(self, most: int) -> int:
        return self.rng.choice((1, most, self.rng.randrange(1, most + 1)))

    def some(self, count: int) -> tuple[int, ...]:
        return tuple(self.rng.randrange(P) for _ in range(count))

    def domain(self, rows: int) -> Domain:
        """Of a kind that the library has."""
        found = super().domain(rows)
        return found if found.kind != "last" else self.domain(rows)

    def reach(self, rows: int, domain: Domain) -> tuple[int, int]:
        """Rows ahead alone, and fewer than there are."""
        return 0, max(0, min(super().reach(rows, domain)[1], rows - 1))

    def leaf(self, drawn: Drawn, reach: tuple[int, int]) -> Expression:
        found = super().leaf(drawn, reach)
        return found if found[0] not in ("row", "conjunction") else self.leaf(drawn, reach)

    def placements(self, rows: int) -> Iterator[Expression]:
        """Places of the sequences that are there."""
        for i, values in enumerate(self.values):
            for _ in range(self.rng.randrange(1, 3) if values else 0):
                most = (rows - 1) // (len(values) - 1) if len(values) > 1 else rows
                step = self.rng.choice((1, most, self.rng.randrange(1, most + 1)))
                yield "sequence", i, self.rng.randrange(rows - (len(values) - 1) * step), step

    def draw_table(self, rows: int) -> Drawn:
        periods = [1 << self.rng.randrange(rows.bit_length()) for _ in range(2)]
        drawn = Drawn(rows, tuple(self.some(period) for period in periods), [])
        drawn.sequences.extend(self.placements(rows))
        drawn.trace = [list(self.some(rows)) for _ in range(self.rng.randrange(1, 4))]
        for _ in range(self.rng.randrange(1, 4)):
            self.constrain(drawn)
        for i, output in enumerate(self.kinds):
            if output:
                self.claim(drawn, i)
        drawn.sequences[:] = self.placements(rows)
        self.constrain(drawn)
        return drawn

    def claim(self, drawn: Drawn, sequence: int) -> None:
        """An output sequence on the rows of a domain."""
        domain = self.domain(drawn.rows)
        on = domain.rows(drawn.rows)
        e = self.expression(drawn, self.reach(drawn.rows, domain), self.rng.randrange(1, 3))
        stacked = Stacked(drawn.table(), self.blocks, drawn.trace)
        self.values[sequence] = tuple(value(e, stacked.at(0, row)) for row in on)
        leaf: Expression = ("sequence", sequence, on.start, on.step)
        drawn.constraints.append((domain, ("-", e, leaf)))
        self.claims.append((len(drawn.constraints) - 1, leaf))

    def sequence_case(self, shape_of: ShapeOf, hiding: bool) -> SequenceCase:
        [drawn] = self.tables
        said = tuple(
            Series(f"s{i}", len(values), kind) for i, (values, kind) in enumerate(zip(self.values, self.kinds))
        )
        program = Program("random", (drawn.table(),), ("x", "y"), said)
        return SequenceCase(program, self.blocks[0], drawn.trace, self.claims, shape_of, hiding)


# Programs by hand


def table(rows: int, width: int, *constraints: tuple[Domain, Expression]) -> Table:
    return Table(rows, width, constraints=constraints)


def sums(rows: int, step: int, first: int, length: int, shape_of: ShapeOf, hiding: bool) -> SequenceCase:
    """a is the sum of the input s before the row, plus y squared; the output o is a + 5 on every row; z the last a."""
    leaf: Expression = ("sequence", 1, first, step)
    out: Expression = ("sequence", 0, 0, 1)
    a: Expression = ("column", 0, 0)
    after: Expression = ("+", a, ("+", leaf, ("*", ("public", 0), ("public", 0))))
    drawn = random.Random(f"{rows} {first}")
    values = tuple(drawn.randrange(P) for _ in range(length))
    x = drawn.randrange(P)
    placed = dict(zip(range(first, rows, step), values))
    column = [drawn.randrange(P)]
    for row in range(rows - 1):
        column.append((column[-1] + placed.get(row, 0) + x * x) % P)
    stated = (
        (Domain("transitions", 1), ("-", ("column", 0, 1), after)),
        (EVERY, ("-", ("+", a, ("constant", 5)), out)),
        (Domain("row", rows - 1), ("-", a, ("public", 1))),
    )
    series = (Series("o", rows, True), Series("s", length))
    program = Program("sums", (table(rows, 1, *stated),), ("x",), series, outputs=("z",))
    public = Public((x, column[-1]), (tuple((v + 5) % P for v in column), values))
    return SequenceCase(program, public, [column], [(1, out)], shape_of, hiding, outputs=[(2, rows - 1)], steps=[after])
