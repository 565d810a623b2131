"""Statements with many witnesses, and what is to be seen of their proofs (PROTOCOL 8, 10)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import reference
from cheats import twin_air
from reference import GOLDILOCKS
from reference.verifier import Verifier

from l2zk import ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.language.witness import bind
from l2zk.proof.solver import Shape, solve
from l2zk.vm.prepare import compiled, header_of


@dataclass(frozen=True)
class Twins(TraceProgram):
    """Two columns that run alike from a secret, and one of zeros: true of every secret, so it tells none.

    It has degree - 1 pieces, and reads up to `reach` rows ahead.
    """

    id = "hiding-twins.v0"
    degree: int = 2
    rounds: int = 7
    reach: int = 1

    def define(self, m):
        a, b, zero = m.columns("a", "b", "zero")
        secret, ahead = m.private_input("secret", default=0), self.reach
        m.start({c[row]: secret + row for c in (a, b) for row in range(ahead)})
        m.start({zero[row]: 0 for row in range(ahead)})
        m.step({c[ahead]: c**self.degree + c[ahead - 1] + 5 for c in (a, b)} | {zero[ahead]: zero})
        m.output("difference", a - b, row=self.rounds)


def trace_of(program: TraceProgram, secret: int) -> list[list[int]]:
    return TraceZkVm().trace(program, [secret]).padded.tolist()


def shape_of(program: TraceProgram, options: ProofOptions) -> Shape:
    return solve(options, program.definition.air.profile)


def twin_shape(program: TraceProgram, shape: Shape) -> reference.Shape:
    return reference.Shape(rows=program.definition.air.rows, **dataclasses.asdict(shape))


def core_proof(
    program: TraceProgram,
    options: ProofOptions,
    seed: bytes | None,
    secret: int,
    *,
    shape: Shape | None = None,
    threads: int = 1,
) -> bytes:
    """The core's proof, random by this seed alone; another shape than the options' may be forced on it."""
    definition = program.definition
    binding = bind(definition, [secret])
    header = header_of(definition, options, binding.public_inputs)
    head, body = _core.prove_bytes(
        compiled(definition, shape or shape_of(program, options)),
        header.to_bytes(),
        header.output_offsets(),
        binding.public_inputs,
        binding.start,
        threads=threads,
        seed=seed,
    )
    return head + body


class View(Verifier):
    """A proof, read but not checked: `values`; by opened leaf `rows`, `piece_rows`, `mask`, and leaves."""

    def __init__(self, program: TraceProgram, data: bytes, shape: reference.Shape):
        super().__init__(twin_air(program), data, GOLDILOCKS, None)
        body = self.read_header()
        self.check_statement({}, {})
        self.shape = shape
        self.read_fixed_part(body)
        self.replay()
        self.check_grinding()
        self.opened = sorted(set(self.transcript.queries(shape.queries, shape.leaves)))
        self.read_openings(body, self.opened)
