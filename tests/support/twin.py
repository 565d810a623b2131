"""The twin's view of the library: its programs, options and proofs; a proof whose randomness is known."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from typing import Any
from unittest import mock

from reference.algebra import P
from reference.from_library import options_of, program_of
from reference.header import parse
from reference.lengths import Lengths
from reference.proof import prove as twin_body
from reference.randomness import masks_of
from reference.sizes import by_options
from reference.statement import Group, Program, physical_tables
from reference.transcript import Refused
from reference.verifier import Verified, groups_of, verified, verify_bytes

from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm

SEED = bytes(range(32))

Columns = Sequence[Sequence[int]]
"""The values of public columns, which no proof carries."""


def prove_together(
    programs: Sequence[TraceProgram], options: ProofOptions, witnesses: Sequence[Any], *, threads: int = 1
) -> Proof:
    """One proof of many statements by the core, with the same randomness."""
    with mock.patch.object(os, "urandom", lambda count: SEED[:count]):
        return TraceZkVm(options, threads=threads).prove_together(programs, witnesses)


def prove(program: TraceProgram, options: ProofOptions, witness: Any = (), *, threads: int = 1) -> Proof:
    """The core's proof; one that hides takes its randomness from SEED, not from the operating system."""
    with mock.patch.object(os, "urandom", lambda count: SEED[:count]):
        return TraceZkVm(options, threads=threads).prove(program, witness)


def twin_program(program: TraceProgram) -> Program:
    return program_of(program.definition.air)


def twin_verify(program: TraceProgram, proof: Proof | bytes, **demanded: Any) -> Verified:
    """What the twin's verifier reads in a proof; Refused if it is none. `inputs` are the values of public columns."""
    return verified([twin_program(program)], bytes(proof), **demanded)


def twin_refusal(
    program: TraceProgram, proof: Proof | bytes, options: ProofOptions | None = None, inputs: Columns = ()
) -> str | None:
    """Why the twin refuses a proof, or None."""
    return verify_bytes([twin_program(program)], bytes(proof), options=options and options_of(options), inputs=inputs)


def twin_verify_together(programs: Sequence[TraceProgram], proof: Proof | bytes, **demanded: Any) -> Verified:
    """What the twin's verifier reads in a proof of one statement of each of these programs, in order."""
    header, _ = parse(bytes(proof))
    starts = [0, *itertools.accumulate(len(group.statements) for group in header.groups)]
    if starts[-1] != len(programs):
        raise Refused("the proof is of another number of statements")
    stacks = [programs[a:b] for a, b in itertools.pairwise(starts)]
    if any(program != stack[0] for stack in stacks for program in stack):
        raise Refused("the proof is of other programs")
    return verified([twin_program(stack[0]) for stack in stacks], bytes(proof), **demanded)


def twin_groups(program: TraceProgram, proof: Proof, inputs: Columns = ()) -> list[Group]:
    """The statement of a proof."""
    return groups_of([twin_program(program)], parse(bytes(proof))[0], inputs)


def twin_traces(program: TraceProgram, proof: Proof, witness: Any = ()) -> list[list[list[int]]]:
    """The tables of a run, as columns."""
    trace = TraceZkVm(proof.options).trace(program, witness)
    others = [trace.tables[table.name] for table in program.definition.air.tables[1:]]
    return [one.padded.tolist() for one in (trace, *others)]


def twin_proof(program: TraceProgram, proof: Proof, witness: Any = (), inputs: Columns = ()) -> bytes:
    """The twin's proof of the statement of a proof; it hides with the masks that the core expands from SEED."""
    groups = twin_groups(program, proof, inputs)
    return proved(proof, groups, twin_traces(program, proof, witness))


def twin_proof_together(
    programs: Sequence[TraceProgram], proof: Proof, witnesses: Sequence[Any], inputs: Columns = ()
) -> bytes:
    """The twin's proof of the statements of a proof, whose groups are those that the header says."""
    groups = twin_verify_together(programs, proof, inputs=inputs).groups
    traces, at = list[Any](), 0
    for _, statements in groups:
        count = len(statements)
        runs = [twin_traces(programs[i], proof, witnesses[i]) for i in range(at, at + count)]
        runs += runs[-1:] * ((1 << (count - 1).bit_length()) - count)
        traces += [[[v for part in column for v in part] for column in zip(*table)] for table in zip(*runs)]
        at += count
    return proved(proof, groups, traces)


def proved(proof: Proof, groups: list[Group], traces: Sequence[Any]) -> bytes:
    """The twin's proof with the header, the options and the masks of a proof of the core."""
    options = options_of(proof.options)
    lengths, shape_of = Lengths(physical_tables(groups), options.zero_knowledge), by_options(groups, options)
    body = twin_body(
        groups,
        traces,
        shape_of,
        masks=masks_of(SEED, lengths, shape_of(lengths)),
        hiding=options.zero_knowledge,
        options=options,
    )
    return bytes(proof)[: parse(bytes(proof))[1]] + body


__all__ = [
    "SEED",
    "P",
    "prove",
    "prove_together",
    "twin_groups",
    "twin_program",
    "twin_proof",
    "twin_proof_together",
    "twin_refusal",
    "twin_verify",
    "twin_verify_together",
]
