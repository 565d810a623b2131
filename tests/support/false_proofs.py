"""Proofs of a cheating prover, and how they are refused.

A cheating prover is the twin's with one step changed. Where a verifier that makes the same mistake would
accept its proof, the twin's verifier is given that mistake and does, so that nothing but the trap can be why
the core refuses (PROTOCOL 5 to 7).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import reference
from cheats import few, twin_air, twin_options, twin_prover
from example_programs import Fibonacci
from reference import GOLDILOCKS, Prover, Transcript
from reference.verifier import Verifier

from l2zk import ProofError, ProofOptions, TraceProgram, TraceZkVm

PROGRAM = Fibonacci(63)
OPTIONS = few(rows_per_leaf=2, final_rows=4, folding=4, grinding=4)
"""Two rows a leaf, two rounds, a nonce: every message and every challenge occurs."""


def proof_by(
    cheat: type[Prover],
    program: TraceProgram = PROGRAM,
    options: ProofOptions = OPTIONS,
    *,
    transcript: Transcript | None = None,
    **changes: Any,
) -> bytes:
    """A cheating prover's proof of what the core proves honestly."""
    honest = TraceZkVm(options).prove(program)
    prover = twin_prover(program, honest, prover=cheat, **changes)
    if transcript is not None:
        prover.transcript = deepcopy(transcript)
    return prover.prove()


def refusal(data: bytes, program: TraceProgram = PROGRAM, options: ProofOptions = OPTIONS) -> str:
    """The check of PROTOCOL 7 at which the core refuses; the twin refuses as well."""
    with pytest.raises(reference.Refused):
        reference.verify(twin_air(program), data, options=twin_options(options))
    with pytest.raises(ProofError) as caught:
        TraceZkVm(options).check_proof(program, data)
    return caught.value.section


def mistaken_verifier_accepts(
    data: bytes,
    transcript: Transcript | None = None,
    program: TraceProgram = PROGRAM,
    options: ProofOptions = OPTIONS,
) -> None:
    """The twin's verifier, with this transcript in place of the right one."""
    verifier = Verifier(twin_air(program), data, GOLDILOCKS, None)
    if transcript is not None:
        verifier.transcript = deepcopy(transcript)
    verifier.run({}, {}, twin_options(options), 0, None)


FALSE_OUTPUT = (12345,)


class Deaf(Transcript):
    """Hears of each message only what `hear` leaves of it; None is a message that is not absorbed at all."""

    def __init__(self, hear: Callable[[int, bytes], bytes | None]) -> None:
        super().__init__(GOLDILOCKS)
        self.hear = hear

    def absorb(self, kind: int, data: bytes) -> None:
        heard = self.hear(kind, data)
        if heard is not None:
            super().absorb(kind, heard)
