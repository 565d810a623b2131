"""Far: what a worker elsewhere does, `make`: a part of a batch as bytes in, the outcomes of its jobs as bytes out.

    part → programs by name, or by their code → proofs by one machine → outcomes        (wire.py)

Invariant: `make` never raises, and prints and logs nothing of a witness: what an engine shows of a task is that it ran.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from typing import Any, cast

from l2zk.air.parameter_bytes import parameters_from_bytes
from l2zk.base.foreign import foreign, unwarned
from l2zk.base.progress import Stopped
from l2zk.base.resources import VARIABLE, default_threads, processors
from l2zk.errors import ProgramError
from l2zk.language.program import TraceProgram, defined
from l2zk.plugins.registry import get_program
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import Proof
from l2zk.vm.batch import dask
from l2zk.vm.batch.parts import Costs, Jobs, Prover
from l2zk.vm.batch.place import Place
from l2zk.vm.batch.stopping import is_over
from l2zk.vm.batch.travel import program_of
from l2zk.vm.batch.wire import STOPPED, Job, Part, outcomes_to_bytes, part_from_bytes
from l2zk.vm.zkvm import TraceZkVm


def make(part: bytes) -> bytes:
    """The outcomes of a part's jobs: each a proof, an error, or that it was stopped; one for all where none began."""
    place = dask.place() or Place(f"process {os.getpid()} of {platform.node()}")
    outcomes: list[Any] = []
    count = 1
    try:
        read = part_from_bytes(part)
        count = len(read.jobs)
        with unwarned():
            outcomes.extend(_outcomes(read, place))
        left: BaseException = STOPPED
    except BaseException as error:  # one that is none of our own, too: an engine would log what is raised
        left = error
    return outcomes_to_bytes(place.name, outcomes + [left] * (count - len(outcomes)))


def _outcomes(part: Part, place: Place) -> Iterator[bytes | BaseException]:
    """The outcomes of the jobs in their order, until the batch is over."""
    is_stopped = place.is_stopped or is_over(part.stop)

    def look_in(stage: str, done: int, total: int) -> None:
        if is_stopped():
            raise Stopped("the proof was stopped")

    found = [_found(job) for job in part.jobs]
    sound = [index for index, one in enumerate(found) if not isinstance(one, BaseException)]
    jobs = Jobs((one, job.witness) for one, job in zip(found, part.jobs))
    proofs = Prover(Costs(_machine(part, place)), jobs, None)(sound, look_in)
    for one in found:
        if isinstance(one, BaseException):
            yield one
        elif is_stopped():
            return
        else:
            _, made = next(proofs)
            if isinstance(made, Stopped):
                return
            yield made.data if isinstance(made, Proof) else made


def _machine(part: Part, place: Place) -> TraceZkVm:
    """The machine that makes a part's proofs: their options, the threads and the memory that there are for each."""
    alone = max(1, processors() // part.slots) if part.slots else 1
    limits = [limit for limit in (part.memory, place.memory) if limit]
    return TraceZkVm(
        ProofOptions.from_bytes(part.options),
        threads=default_threads() if os.environ.get(VARIABLE) else alone,
        max_memory=min(limits, default=None),
    )


def _found(job: Job) -> TraceProgram | BaseException:
    """A job's program, if it is here and the same as the client's."""
    try:
        return _program(job)
    except BaseException as error:
        return error


def _program(job: Job) -> TraceProgram:
    """A job's program, by its name or by its code; ProgramError if it is another here than at the client's."""
    if job.code:
        program: Any = program_of(job.code, job.id)
    else:
        kind = get_program(job.id)
        with foreign(ProgramError, f"the class {kind.__name__}"):
            program = kind(**dict(parameters_from_bytes(job.parameters)))
    air = defined(program).air
    if (air.id, air.parameters, air.digest) != (job.id, job.parameters, job.digest):
        raise ProgramError(
            f"the worker has another version of {job.id}: the program digests differ; install one on both"
        )
    return cast(TraceProgram, program)
