"""Series: many small proofs in one region without the GIL, which saves what each would pay to enter it.

jobs → those that a step alone fills, prepared → the core, one after the other in one block of memory
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from l2zk import _core
from l2zk.base.progress import Progress
from l2zk.errors import L2zkError
from l2zk.language.definition import Definition
from l2zk.language.program import TraceProgram
from l2zk.language.run import has_tables
from l2zk.language.witness import Witness
from l2zk.proof.proof import Proof
from l2zk.vm.metrics.counted import counted_series
from l2zk.vm.prepare import Prepared

Jobs = Sequence[tuple[TraceProgram, Witness]]


@counted_series
def prove_in_series(
    jobs: Jobs, prepare: Callable[[TraceProgram, Witness], Prepared], threads: int, progress: Progress | None
) -> list[Proof | None]:
    """The proofs of the jobs; None where none can be made, or where more than a step fills the trace."""
    runs: dict[int, _core.Run] = {}
    for index, (program, witness) in enumerate(jobs):
        with suppress(Exception):
            definition, binding, statement, arrays = prepare(program, witness)
            if is_stepped(definition) and len(binding.columns) < len(definition.air.columns):
                runs[index] = _core.Run(
                    statement.compiled,
                    statement.header,
                    [statement.instance([(binding.start, dict(binding.columns), None)], **arrays)],
                    seed=os.urandom(32),
                )
    made = _core.prove_many(list(runs.values()), threads=threads, progress=progress, stop_at_failure=False)
    proofs: list[Proof | None] = [None] * len(jobs)
    for index, parts in zip(runs, made):
        proofs[index] = None if parts is None else Proof.from_bytes(b"".join(parts))
    return proofs


def is_stepped(definition: Definition) -> bool:
    """True if nothing is filled after the step."""
    return not definition.filled_late and not has_tables(definition)


def prove_each(jobs: Jobs, prove: Callable[..., Proof], progress: Progress | None) -> list[Proof | None]:
    """The same by a call for each job, so that observers are told of each."""
    proofs: list[Proof | None] = []

    def look_in(*_: Any) -> None:
        if progress is not None:
            progress("proofs", len(proofs), len(jobs))

    for program, witness in jobs:
        try:
            proofs.append(prove(program, witness, look_in))
        except (L2zkError, MemoryError):
            proofs.append(None)
    return proofs
