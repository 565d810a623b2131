"""Bad proofs: small proofs to break, and the refusal of bytes (PROTOCOL 7)."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from example_programs import Cubes, Fibonacci

from l2zk import Proof, ProofError, ProofOptions, TraceProgram, TraceZkVm
from l2zk.proof.anatomy import dissect


def few(**changes: Any) -> ProofOptions:
    """Options of a proof with three queries and no grinding: small, quick and not secure."""
    options = {"queries": 3, "allow_insecure": True, "rate": 1 / 4, "grinding": 0, "zero_knowledge": False}
    return ProofOptions(**(options | changes))


def any_inputs(program: TraceProgram) -> dict[str, None]:
    """The hint that takes whatever inputs a proof states."""
    return dict.fromkeys(program.definition.air.inputs)


TINY = Fibonacci(7)
TINY_OPTIONS = few()
TINY_MACHINE = TraceZkVm(TINY_OPTIONS)
EASY_MACHINE = TraceZkVm(TINY_OPTIONS, min_security=1)
"""Accepts any options that prove a bit: only what the bytes say can stop a proof."""


@cache
def tiny() -> bytes:
    """A proof with three queries and no grinding, which does not hide."""
    return bytes(TINY_MACHINE.prove(TINY))


@cache
def long_proof() -> bytes:
    """A proof with the default options."""
    return bytes(TraceZkVm().prove(Cubes(1000)))


HIDING = Fibonacci(15)
HIDING_OPTIONS = few(zero_knowledge=True)


@cache
def hiding_proof() -> bytes:
    """A proof with masks and salts."""
    return bytes(TraceZkVm(HIDING_OPTIONS).prove(HIDING))


def refusal(program: TraceProgram, data: bytes, machine: TraceZkVm, **fixed: object) -> ProofError:
    """The ProofError that these bytes give, whatever inputs they state; anything else that is raised fails the test."""
    fixed = {"witness_hint": any_inputs(program), **fixed}
    with pytest.raises(ProofError) as caught:
        machine.check_proof(program, data, **fixed)
    assert machine.verify(program, data, **fixed) is False
    return caught.value


def parts(program: TraceProgram, data: bytes) -> dict[str, slice]:
    """The parts of a proof by name."""
    return {part.name: slice(part.start, part.start + part.size) for part in dissect(Proof(data), program).parts}


def replaced(data: bytes, where: slice, new: bytes) -> bytes:
    return data[: where.start] + new + data[where.stop :]
