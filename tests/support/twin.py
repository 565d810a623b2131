"""The twin's view of the library: its programs, options and proofs; a proof whose randomness is known."""

from __future__ import annotations

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
from reference.verifier import Verified, groups_of, verified, verify_bytes

from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm

SEED = bytes(range(32))

Columns = Sequence[Sequence[int]]
"""The values of public columns, which no proof carries."""


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


def twin_groups(program: TraceProgram, proof: Proof, inputs: Columns = ()) -> list[Group]:
    """The statement of a proof."""
    return groups_of([twin_program(program)], parse(bytes(proof))[0], inputs)


def twin_proof(program: TraceProgram, proof: Proof, witness: Any = (), inputs: Columns = ()) -> bytes:
    """The twin's proof of the statement of a proof; it hides with the masks that the core expands from SEED."""
    options, groups = options_of(proof.options), twin_groups(program, proof, inputs)
    lengths, shape_of = Lengths(physical_tables(groups), options.zero_knowledge), by_options(groups, options)
    body = twin_body(
        groups,
        [TraceZkVm(proof.options).trace(program, witness).padded.tolist()],
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
    "twin_groups",
    "twin_program",
    "twin_proof",
    "twin_refusal",
    "twin_verify",
]
