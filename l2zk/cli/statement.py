"""What a proof file says, for people and for machines, and which program it is of."""

from __future__ import annotations

from typing import Any

from l2zk.cli.program_commands import program_class
from l2zk.cli.screen import plain
from l2zk.plugins import program_from, program_of
from l2zk.program import TraceProgram
from l2zk.proof import Proof


def stated_program(proof: Proof, given: str | None) -> TraceProgram:
    """The program that a proof names, from an installed plugin or from the class that the caller gives."""
    return program_of(proof) if given is None else program_from(program_class(given), proof)


def facts(program: TraceProgram, proof: Proof) -> dict[str, Any]:
    """What a proof says, for machines."""
    return {
        "ok": True,
        "program": proof.program_id,
        "parameters": {name: plain(value) for name, value in proof.parameters.items()},
        "inputs": dict(proof.public_inputs),
        "outputs": dict(proof.public_outputs),
        "steps": proof.steps,
        "bytes": proof.size,
        "proven_bits": proof.security_as(program).whole_bits,
        "zero_knowledge": proof.is_zk,
    }


def figures(program: TraceProgram, proof: Proof) -> str:
    """The figures of a proof, for people."""
    bits = proof.security_as(program).whole_bits
    hiding = "zero knowledge" if proof.is_zk else "no zero knowledge"
    return f"{proof.steps:,} steps, {proof.size:,} bytes, {bits} proven bits, {hiding}"
