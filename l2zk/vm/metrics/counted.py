"""What is counted of proofs, verifications and batches while they go on; the numbers themselves are in counts.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import wraps
from time import perf_counter
from typing import Any, TypeVar

from l2zk.errors import ProofError
from l2zk.proof.proof import Proof
from l2zk.vm.batch.outcomes import Outcomes
from l2zk.vm.metrics.counts import ACCEPTED, COUNTS, MADE, REFUSED, Kind, check_of, outcome_of

Verify = TypeVar("Verify", bound=Callable[..., None])
Series = TypeVar("Series", bound=Callable[..., list[Proof | None]])
Prove = TypeVar("Prove", bound=Callable[..., Proof])
ProveJobs = TypeVar("ProveJobs", bound=Callable[..., Outcomes])


def counted_proof(prove: Prove) -> Prove:
    """A decorator of `TraceZkVm`'s prove."""

    @wraps(prove)
    def counting(machine: Any, program: Any, witness: Any, asked: Any, **settings: Any) -> Proof:
        token, begun = object(), perf_counter()
        try:
            COUNTS.under_way[token] = 1
            proof = prove(machine, program, witness, asked, **settings)
        except BaseException as error:
            COUNTS.proved(program, outcome_of(error))
            raise
        finally:
            COUNTS.under_way.pop(token, None)
        COUNTS.proved(program, MADE, perf_counter() - begun, proof.size)
        return proof

    return counting  # type: ignore[return-value]


def counted_series(prove: Series) -> Series:
    """A decorator of the function that makes a series of proofs: each that is made took its part of the time."""

    @wraps(prove)
    def counting(jobs: Sequence[tuple[Any, Any]], *settings: Any) -> list[Proof | None]:
        token, begun = object(), perf_counter()
        try:
            COUNTS.under_way[token] = len(jobs)
            proofs = prove(jobs, *settings)
        except BaseException as error:
            for program, _ in jobs:
                COUNTS.proved(program, outcome_of(error))
            raise
        finally:
            COUNTS.under_way.pop(token, None)
        share = (perf_counter() - begun) / max(1, len(jobs))
        for (program, _), proof in zip(jobs, proofs):
            if proof is not None:
                COUNTS.proved(program, MADE, share, proof.size)
        return proofs

    return counting  # type: ignore[return-value]


def counted_verification(verify: Verify) -> Verify:
    """A decorator of `TraceZkVm.check_proof`."""

    @wraps(verify)
    def counting(machine: Any, program: Any, proof: Any, witness_hint: Any = (), *, outputs: Any = ()) -> None:
        begun = perf_counter()
        try:
            verify(machine, program, proof, witness_hint, outputs=outputs)
        except ProofError as error:
            COUNTS.verified(program, perf_counter() - begun, REFUSED, check_of(error))
            raise
        except BaseException as error:
            COUNTS.verified(program, perf_counter() - begun, outcome_of(error))
            raise
        COUNTS.verified(program, perf_counter() - begun)

    return counting  # type: ignore[return-value]


def counted_jobs(prove: ProveJobs) -> ProveJobs:
    """A decorator of the methods of a batch that prove its jobs."""

    @wraps(prove)
    def counting(batch: Any, jobs: Sequence[Any], *settings: Any, **more: Any) -> Outcomes:
        return counted_outcomes("prove", len(jobs), prove(batch, jobs, *settings, **more))

    return counting  # type: ignore[return-value]


def counted_outcomes(kind: Kind, count: int, outcomes: Outcomes) -> Outcomes:
    """The outcomes of so many jobs of a batch; those that it never gets to are counted as interrupted."""
    token, left = object(), count
    try:
        COUNTS.jobs_begin(kind, count, token)
        with closing(outcomes):
            for index, result in outcomes:
                left -= 1
                COUNTS.job_ends(kind, _outcome_of_job(result), token, left)
                yield index, result
    finally:
        COUNTS.jobs_end(kind, token, left)


def _outcome_of_job(result: object) -> str:
    if isinstance(result, BaseException):
        return outcome_of(result)
    return MADE if isinstance(result, Proof) else ACCEPTED if result else REFUSED
