"""Bad proofs: proofs to break, and the refusals of the core and the twin (PROTOCOL 7)."""

from __future__ import annotations

from functools import cache

import pytest
import reference
from cheats import any_inputs, few, parts, prove, twin_air, twin_options, twin_verify
from example_programs import Cubes, Fibonacci

from l2zk import ProofError, ProofOptions, TraceProgram, TraceZkVm

TINY = Fibonacci(7)
TINY_OPTIONS = few(final_rows=2, folding=4)
TINY_MACHINE = TraceZkVm(TINY_OPTIONS)
EASY_MACHINE = TraceZkVm(TINY_OPTIONS, min_security=1)
"""Accepts any options that prove a bit: only what the bytes say can stop a proof."""


@cache
def tiny() -> bytes:
    """A proof with three queries, one round, no grinding."""
    return bytes(TINY_MACHINE.prove(TINY))


@cache
def long_proof() -> bytes:
    """A proof with the default options."""
    return bytes(TraceZkVm().prove(Cubes(1000)))


HIDING = Fibonacci(15)
HIDING_OPTIONS = few(zero_knowledge=True, final_rows=8)


@cache
def hiding_proof() -> bytes:
    """A proof with masks and salts."""
    return bytes(prove(HIDING, HIDING_OPTIONS))


@cache
def tiny_parts() -> dict[str, slice]:
    return parts(twin_verify(TINY, tiny()), twin_air(TINY), tiny())


def refusal(program: TraceProgram, data: bytes, machine: TraceZkVm, **fixed: object) -> ProofError:
    """The ProofError that these bytes give, whatever inputs they state; anything else that is raised fails the test."""
    fixed = {"witness_hint": any_inputs(program), **fixed}
    with pytest.raises(ProofError) as caught:
        machine.check_proof(program, data, **fixed)
    assert machine.verify(program, data, **fixed) is False
    return caught.value


def twin_refuses(program: TraceProgram, data: bytes, options: ProofOptions | None = None) -> bool:
    try:
        twin_verify(program, data, options=options and twin_options(options))
    except reference.Refused:
        return True
    return False


def replaced(data: bytes, where: slice, new: bytes) -> bytes:
    return data[: where.start] + new + data[where.stop :]
