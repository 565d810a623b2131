"""A program of the library as the twin of protocol 2 takes it, and as the core does; the randomness of a seed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from blake3 import blake3
from core2 import core2

from l2zk import TraceProgram, TraceZkVm
from l2zk.errors import ProofError
from l2zk.language.definition import Definition
from l2zk.language.program import defined
from l2zk.language.witness import bind

from . import lengths as of_lengths
from .algebra import K, P
from .lengths import Lengths, Part
from .proof import header, prove, verify
from .shape import Shape
from .small import ShapeOf
from .statement import Domain, Expression, Group, Program, Public, Table, physical_tables
from .transcript import u64

DOMAINS = {0: "every", 1: "transitions", 2: "row", 3: "cyclic"}


def expression(air: Any, index: int) -> Expression:
    """A node of an AIR as a tree."""
    kind, x, y = air.nodes[index]
    leaf = {
        0: lambda: ("constant", x),
        1: lambda: ("column", x, y),
        2: lambda: ("periodic", x),
        3: lambda: ("public", x),
        4: lambda: ("public", len(air.inputs) + x),
        8: lambda: ("-", ("constant", 0), expression(air, x)),
    }
    if kind in leaf:
        return leaf[kind]()  # type: ignore[no-any-return]
    return ("+-*"[kind - 5], expression(air, x), expression(air, y))


def stated_table(air: Any) -> Table:
    """The table of an AIR."""
    stated = tuple(
        (Domain(DOMAINS[c.domain.kind], c.domain.x, c.domain.y), expression(air, c.node)) for c in air.constraints
    )
    return Table(air.length, len(air.columns), air.periodic, stated)


def group_of(program: TraceProgram, witness: object = ()) -> tuple[list[Group], list[list[list[int]]], Definition]:
    """The statement and the trace of a run."""
    definition = defined(program)
    air = definition.air
    trace = TraceZkVm().trace(program, witness)  # type: ignore[arg-type]
    table = stated_table(air)
    proof = TraceZkVm().prove(program, witness)  # type: ignore[arg-type]
    scalars = (*proof.public_inputs.values(), *proof.public_outputs.values())
    twin = Program(air.id, (table,), len(scalars))
    columns = [[int(v) for v in column] for column in trace.padded]
    return [(twin, (Public(scalars),))], [columns], definition


def compiled_of(definition: Definition, lengths: Lengths, shape: Shape) -> Any:
    """The core's arrays of a program in a shape."""
    return core2.Compiled(core2.Table(**table_of(definition, lengths)), sizes_of(lengths, shape))


def sizes_of(lengths: Lengths, shape: Shape) -> SimpleNamespace:
    return SimpleNamespace(
        hiding=lengths.hiding,
        quotient=lengths.quotient,
        degree=lengths.degree,
        last_degree=lengths.last_degree,
        hidden=sum(lengths.hidden()),
        masks=lengths.masks,
        columns=shape.columns,
        log_m=shape.log_m,
        log_n0=shape.log_n0,
        queries=shape.t0,
        tail=shape.T,
        grinding=shape.grinding,
        words=[(word.k, word.log_n, word.queries) for word in shape.words],
        lengths=[*lengths.words(), *shape.numbers()],
    )


def table_of(definition: Definition, lengths: Lengths) -> dict[str, Any]:
    """The arguments of the core's table."""
    air = definition.air
    [part] = lengths.parts
    return dict(
        length=air.length,
        columns=len(air.columns),
        rows=air.rows,
        domains=[(c.domain.kind, c.domain.x, c.domain.y) for c in air.constraints],
        needs=[needed(part, domain, e, lengths) for domain, e in part.table.table.constraints],
        pairs=part.pairs,
        periodic=air.periodic,
        constraints=definition.constraint_code,
        input_count=len(air.inputs),
        output_claims=[(output.constraint, output.row) for output in definition.outputs],
        step=definition.step_code,
        step_targets=definition.step_targets,
        step_reach=definition.step_reach,
        step_function=definition.step_function,
    )


def needed(part: Part, domain: Domain, stated: Expression, lengths: Lengths) -> int:
    """The coefficients that a constraint gives Q."""
    degree = part.degree(stated, lengths.hiding)[0] + of_lengths.classes(part.table, domain, part.skipped).degree[0]
    return max(1, degree - (1 << part.skipped) + 1)


def stream(key: bytes, purpose: int, index: int, count: int) -> list[int]:
    """The first `count` words below p of a stream of randomness."""
    hasher = blake3(u64(purpose) + u64(index), key=key)
    found: list[int] = []
    at = 0
    while len(found) < count:
        data = hasher.digest(length=64 * (count // 8 + 2), seek=at)
        found += [x for x in (int.from_bytes(data[i : i + 8], "little") for i in range(0, len(data), 8)) if x < P]
        at += len(data)
    return found[:count]


def masks_of(key: bytes, lengths: Lengths, shape: Shape, salts: list[bytes]) -> dict[str, Any]:
    """The twin's randomness for a seed of the core."""
    argument = stream(key, 1, 0, 3 * lengths.mask_count)
    blind = [stream(key, 3, c, shape.m + shape.T) for c in range(3)]
    return {
        "argument": [K(*argument[3 * e : 3 * e + 3]) for e in range(lengths.mask_count)],
        "tails": [stream(key, 2, c, shape.T) for c in range(shape.columns)],
        "R": [K(*values) for values in zip(*blind)],
        "salts": salts,
    }


def lengths_of(groups: list[Group], hiding: bool) -> Lengths:
    return Lengths(physical_tables(groups), hiding)


def salts_of(key: bytes, shape: Shape) -> list[bytes]:
    """The salts of a small tree by leaf: a block of randomness has those of four leaves that are a stretch apart."""
    rows = shape.m
    run = min(2048, rows)
    stretch = max(32, run // 4)
    blocks = min(run, stretch)
    cosets = (1 << shape.log_n0) // rows
    hasher = blake3(u64(4) + u64(0), key=key)
    salts = []
    for j in range(1 << shape.log_n0):
        task, i = divmod(j % cosets * rows + j // cosets, run)
        block = hasher.digest(length=64, seek=64 * (task * blocks + i % stretch))
        salts.append(block[16 * (i // stretch) :][:16])
    return salts


KEY = bytes(range(32))


class Case:
    """A statement in a shape, as both sides take it."""

    def __init__(self, program: TraceProgram, witness: object, shape_of: ShapeOf, hiding: bool) -> None:
        self.groups, self.traces, self.definition = group_of(program, witness)
        self.shape_of, self.hiding, self.witness = shape_of, hiding, witness
        self.lengths = lengths_of(self.groups, hiding)
        self.shape = shape_of(self.lengths)
        self.compiled = compiled_of(self.definition, self.lengths, self.shape)

    @property
    def scalars(self) -> tuple[list[int], list[int]]:
        """The public inputs, and the public outputs."""
        [(_, (public,))] = self.groups
        count = len(self.definition.air.inputs)
        return list(public.scalars[:count]), list(public.scalars[count:])

    @scalars.setter
    def scalars(self, values: tuple[list[int], list[int]]) -> None:
        [(program, _)] = self.groups
        self.groups = [(program, (Public((*values[0], *values[1])),))]

    def by_core(self, threads: int = 1, *, run: bool = False) -> bytes:
        """The proof of the trace, or with `run` of the one that the core makes itself; outputs are read off it."""
        inputs, outputs = self.scalars
        blank = header(self.groups)[: 32 + 8 * len(inputs)] + bytes(8 * len(outputs))
        places = [32 + 8 * (len(inputs) + i) for i in range(len(outputs))]
        binding = bind(self.definition, self.witness, fill=run)  # type: ignore[arg-type]
        how: dict[str, Any] = {"columns": dict(binding.columns)} if run else {"trace": self.traces[0]}
        head, body = core2.prove_bytes(
            self.compiled, blank, places, inputs, binding.start, check=False, threads=threads, seed=KEY, **how
        )
        self.scalars = inputs, [int.from_bytes(head[at : at + 8], "little") for at in places]
        return body  # type: ignore[no-any-return]

    def by_twin(self) -> bytes:
        masks = masks_of(KEY, self.lengths, self.shape, salts_of(KEY, self.shape)) if self.hiding else None
        return prove(self.groups, self.traces, self.shape_of, masks=masks, hiding=self.hiding)

    def core_accepts(self, body: bytes) -> bool:
        try:
            core2.verify_bytes(self.compiled, header(self.groups), body, *self.scalars)
        except ProofError:
            return False
        return True

    def twin_accepts(self, body: bytes) -> bool:
        return verify(self.groups, body, self.shape_of, hiding=self.hiding) is None
