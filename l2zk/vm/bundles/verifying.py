"""Verifying: the proofs of a bundle, each against its own program and demands, on as many threads as there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from l2zk.base.arguments import items, kind_of
from l2zk.base.progress import Progress
from l2zk.errors import ArgumentError, OptionsError
from l2zk.language.program import TraceProgram
from l2zk.proof.proof import Proof
from l2zk.proof.statement import Hint
from l2zk.vm.batch.outcomes import Outcomes, checked, outcome
from l2zk.vm.batch.threads import on_threads
from l2zk.vm.bundles.form import Entry
from l2zk.vm.bundles.told import of_proof
from l2zk.vm.zkvm import TraceZkVm

Several = TraceProgram | Iterable[TraceProgram]
"""The program of a proof; of a proof of several statements a list with that of each."""


def check_one(vm: Any, program: Several, proof: Proof | bytes, hint: Any = (), outputs: Any = ()) -> None:
    """Raise ProofError unless the proof shows that this program ran right, or these, with these public values."""
    if not isinstance(vm, TraceZkVm):
        raise OptionsError(f"vm is a TraceZkVm, not {kind_of(vm)}; write vm=TraceZkVm(...)")
    programs = None if isinstance(program, TraceProgram) else items(program)
    if programs is None:
        vm.check_proof(program, proof, hint, outputs=outputs)  # type: ignore[arg-type]
    else:
        vm.check_together(programs, proof, _each(hint), _each(outputs))


class Job(NamedTuple):
    """A proof of a bundle, and what is demanded of it."""

    program: Any
    entry: Entry
    hint: Hint
    outputs: Hint


def check_all(vm: TraceZkVm, jobs: Sequence[Job], at_once: int, progress: Progress | None) -> None:
    """Raise the first ProofError, or misuse, of these jobs; it names the proof. Of the proofs' bytes each thread puts
    together those of one at a time."""

    def check(part: Sequence[int], _: Progress) -> Outcomes:
        for index in part:
            program, entry, hint, outputs = jobs[index]
            yield index, outcome(check_one, vm, program, entry.data, hint, outputs)

    outcomes = on_threads(check, [[index] for index in range(len(jobs))], at_once, None)
    with closing(checked(outcomes, return_exceptions=True)) as found:
        for done, (index, result) in enumerate(found, 1):
            if isinstance(result, BaseException):
                raise of_proof(index, result)
            if progress is not None:
                progress("proofs", done, len(jobs))


def listed(name: str, values: Any, count: int) -> list[Any]:
    """The values, one for each of so many proofs; of None as many None."""
    if values is None:
        return [None] * count
    found = items(values)
    if found is None:
        raise ArgumentError(f"{name} are a list with one for each proof, not {kind_of(values)}")
    if len(found) != count:
        raise ArgumentError(f"the bundle has {count} x proof, but {len(found)} x one of {name} was given")
    return found


def _each(demands: Any) -> Any:
    """Demands on several statements: none if nothing is given."""
    return None if isinstance(demands, (tuple, list)) and not demands else demands
