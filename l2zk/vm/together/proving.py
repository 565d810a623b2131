"""Joint: a machine's proofs of several statements, and their verification.

prove:  programs, witnesses → layout, shape → all of them prepared and checked → one proof      (PROTOCOL 3.5, 6)
verify: programs, proof → these statements, in this order and no others (7.1) → the core         (PROTOCOL 7)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from types import MappingProxyType
from typing import Any

import numpy as np

from l2zk import _core
from l2zk.base.arguments import items, kind_of
from l2zk.base.foreign import unwarned
from l2zk.base.progress import Progress
from l2zk.base.resources import require_memory
from l2zk.errors import ArgumentError, ConstraintError, L2zkError, ProofError
from l2zk.language.core_tables import compiled
from l2zk.language.definition import Definition
from l2zk.language.encoding import content
from l2zk.language.program import TraceProgram, defined
from l2zk.language.redaction import attempt
from l2zk.language.run import constraint_error
from l2zk.language.shared_definitions import SharedDefinitions
from l2zk.language.witness import Witness
from l2zk.proof.body_size import check_length
from l2zk.proof.groups import by_group, groups_of
from l2zk.proof.header import Header
from l2zk.proof.proof import Proof, proof_bytes
from l2zk.proof.shape import shape_of
from l2zk.proof.statement import (
    Demanded,
    Hint,
    accepted_shape,
    check_options,
    demanded_inputs,
    demanded_outputs,
    read_statements,
    stated_values,
)
from l2zk.vm.asynchronous import proved_async
from l2zk.vm.cost import ProofProfile
from l2zk.vm.metrics.counted import counted_proof, counted_verification
from l2zk.vm.observers import observed
from l2zk.vm.settings import Asked, Settings
from l2zk.vm.together.costs import JointEstimate, estimate, memory, require_joint_room
from l2zk.vm.together.layout import layout
from l2zk.vm.together.preparing import Prepared, prepared_together
from l2zk.vm.together.report import AggregationReport
from l2zk.vm.together.reporting import report
from l2zk.vm.together.told import of_statement, told_of


class Joint(Settings):
    """What a machine does with several statements at once."""

    def prove_together(
        self,
        programs: Iterable[TraceProgram],
        witnesses: Iterable[Witness],
        *,
        check: bool = True,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Proof:
        """Run each program on its witness, and prove in one proof that all of them ran right.

        Its statements are these, in this order, each with public values of its own; programs may differ and repeat:
        `vm.prove_together([program] * 1000, witnesses)`. One proof is far smaller than as many proofs, and quicker to
        make where they are short. `estimate_together` says what it needs.
        witnesses: one for each program, () for none. check, threads, progress: as of `prove`.
        All traces are made and checked before anything is committed to; an error names its statement, as in "statement
        17: …", which counts from 0. Raises the errors of `prove`.
        """
        known, jobs = jobs_of(programs, witnesses)
        return self._prove_together(known, jobs, Asked(check=check, threads=threads, progress=progress))

    async def prove_together_async(
        self, programs: Iterable[TraceProgram], witnesses: Iterable[Witness], **settings: Any
    ) -> Proof:
        """As `prove_together`, on a thread of asyncio's, and cancelled with the task that waits, as `prove_async`."""
        return await proved_async(self.prove_together, programs, witnesses, **settings)

    def profile_together(
        self,
        programs: Iterable[TraceProgram],
        witnesses: Iterable[Witness],
        *,
        check: bool = True,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> ProofProfile:
        """As `prove_together`, but gives the proof with the seconds of each stage."""
        asked, seconds = Asked(check=check, threads=threads, progress=progress), dict[str, float]()
        known, jobs = jobs_of(programs, witnesses)
        start = perf_counter()
        proof = self._prove_together(known, jobs, asked, profile=seconds)
        outside = perf_counter() - start - sum(seconds.values())
        stages = MappingProxyType({"python": outside, **seconds})
        return ProofProfile(proof=proof, threads=self._count(threads), seconds=stages)

    @observed
    @counted_proof
    def _prove_together(
        self,
        program: TraceProgram,
        jobs: tuple[list[Any], list[Any]],
        asked: Asked,
        profile: dict[str, float] | None = None,
    ) -> Proof:
        """The proof of these programs and witnesses; observers are told of it by the first program."""
        return SharedDefinitions().during(self._proved_together, *jobs, asked, profile)

    def _proved_together(
        self, programs: list[Any], witnesses: list[Any], asked: Asked, profile: dict[str, float] | None
    ) -> Proof:
        threads, definitions = self._count(asked.threads), _definitions(programs)
        groups = layout(self._options, definitions)
        shape = shape_of(self._options, groups_of(groups))
        require_memory(memory(groups, shape, threads), self._max_memory)
        require_joint_room(groups, shape)
        ready = prepared_together(self._options, groups, witnesses, self._redact, asked.check)
        run = partial(
            _core.prove_bytes,
            compiled(groups, shape),
            ready.header,
            ready.instances,
            check=asked.check,
            threads=threads,
            progress=asked.progress,
            seed=os.urandom(32),
            profile=profile,
        )
        made = attempt(run, partial(self._violation, definitions, ready))
        if isinstance(made, ConstraintError):
            raise made
        return Proof.from_bytes(b"".join(made))

    def _violation(self, definitions: Sequence[Definition], ready: Prepared, violation: Any) -> ConstraintError:
        index = violation.statement
        error = constraint_error(definitions[index], ready.binding(index), None, self._redact, violation)
        told_of(index, error)
        return error

    def estimate_together(self, programs: Iterable[TraceProgram], *, threads: int | None = None) -> JointEstimate:
        """The layout, memory, bytes, queries and proven bits of a proof of these programs together, as `estimate`."""
        known, count = _programs(programs), self._count(threads)

        def estimated() -> JointEstimate:
            return estimate(self._options, layout(self._options, _definitions(known)), count)

        return SharedDefinitions().during(estimated)

    def report_together(
        self,
        programs: Iterable[TraceProgram],
        together: Proof | ProofProfile | None = None,
        *,
        apart: Iterable[Proof | ProofProfile] | None = None,
        threads: int | None = None,
    ) -> AggregationReport:
        """What goes together in one proof of these programs, its bytes and work against proofs apart, and why it is
        laid out so. Nothing is run.

        together: a proof of them, of which the report is then, with its bytes and its own options; a profile
        (`profile_together`) gives the seconds as well. apart: a proof or a profile of each program alone, with
        the same options, to compare with what was measured rather than with what is expected. Raises ProofError for a
        proof of other programs.
        """
        known, count = _programs(programs), self._count(threads)
        return SharedDefinitions().during(lambda: report(self._options, _definitions(known), count, together, apart))

    def verify_together(
        self,
        programs: Iterable[TraceProgram],
        proof: Proof | bytes,
        hints: Iterable[Hint] | None = None,
        outputs: Iterable[Hint] | None = None,
    ) -> bool:
        """True if the proof shows that these programs ran right: it states them, in this order, and nothing else.

            vm.verify_together(programs, proof)                                   # default inputs, some results
            vm.verify_together([program] * 2, proof, [{"a0": 2}, None], [None, {"result": 5}])

        hints, outputs: the demands on each statement's public inputs and outputs, None or () for none, as of `verify`.
        False for every bad proof; raises only for a misuse by the caller, which names the statement.
        """
        try:
            self.check_together(programs, proof, hints, outputs)
        except ProofError:
            return False
        return True

    def check_together(
        self,
        programs: Iterable[TraceProgram],
        proof: Proof | bytes,
        hints: Iterable[Hint] | None = None,
        outputs: Iterable[Hint] | None = None,
    ) -> None:
        """As `verify_together`, but raises ProofError with the reason, the statement if it is about one, and the check
        of PROTOCOL 7 that failed."""
        known = _programs(programs)
        nothing = [None] * len(known)
        inputs = nothing if hints is None else _listed("hints", hints, "a hint")
        stated = nothing if outputs is None else _listed("outputs", outputs, "a set of outputs")
        _require_as_many(known, "hint", inputs)
        _require_as_many(known, "set of outputs", stated)
        self._check_together(known[0], proof, (known, inputs, stated))

    @counted_verification
    def _check_together(
        self, program: TraceProgram, proof: Proof | bytes, demands: tuple[list[Any], ...], *, outputs: Hint = ()
    ) -> None:
        """The verification; it is counted as one of the first program's."""
        with unwarned():
            demanded = SharedDefinitions().during(_demanded, *demands)
        data = proof_bytes(proof)
        header, start = read_statements(data, demanded)  # 7.1
        if self._exact:
            check_options(header.options, self._options)
        groups = by_group(header, [one.definition for one in demanded])
        shape = accepted_shape(header.options, groups_of(groups), self.min_security)
        check_length(shape, start, len(data))  # of 7.2, before anything is compiled
        view = memoryview(data)
        _core.verify_bytes(compiled(groups, shape), view[:start], view[start:], list(_publics(header, demanded)))


def _publics(header: Header, demanded: Sequence[Demanded]) -> Iterator[Any]:
    """The public values of a header as the core takes them: of a program without columns among them as one array."""
    at = 0
    for group in header.groups:
        program = group.program
        if program.sequences:
            arrays = [one.inputs.arrays for one in demanded[at : at + group.count]]
            yield from stated_values(replace(header, groups=(group,)), arrays)
        else:
            values = np.frombuffer(group.data, "<u8").reshape(group.count, len(program.inputs) + len(program.outputs))
            yield _core.Publics(values[:, : len(program.inputs)], values[:, len(program.inputs) :])
        at += group.count


def jobs_of(programs: Any, witnesses: Any) -> tuple[TraceProgram, tuple[list[Any], list[Any]]]:
    """The first program, and all of them with their witnesses, of which files are read once."""
    known, given = _programs(programs), _listed("witnesses", witnesses, "a witness")
    _require_as_many(known, "witness", given)
    return known[0], (known, [content(one) for one in given])


def _programs(programs: Any) -> list[Any]:
    """The programs, at least one."""
    known = _listed("programs", programs, "a program")
    if not known:
        raise ArgumentError("a proof of several statements is of one program at least, and none was given")
    return known


def _listed(name: str, values: Any, each: str) -> list[Any]:
    found = items(values)
    if found is None:
        raise ArgumentError(f"{name} are a list with {each} for each statement, not {kind_of(values)}")
    return found


def _require_as_many(programs: list[Any], what: str, values: list[Any]) -> None:
    if len(programs) != len(values):
        raise ArgumentError(
            f"{len(programs)} x program, but {len(values)} x {what}: a proof of several statements takes one {what} for"
            " each program"
        )


def _definitions(programs: Sequence[Any]) -> list[Definition]:
    """The definition of each program, of one that follows itself the same; an error names the statement."""
    found: list[Definition] = []
    before: Any = None
    for index, program in enumerate(programs):
        if program is before and found:
            found.append(found[-1])
            continue
        with of_statement(index):
            found.append(defined(program))
        before = program
    return found


def _demanded(programs: list[Any], hints: list[Any], outputs: list[Any]) -> list[Demanded]:
    """What is demanded of each statement."""
    found: list[Demanded] = []
    for index, (definition, hint, known) in enumerate(zip(_definitions(programs), hints, outputs)):
        if found and definition is found[-1].definition and _says_nothing(hints, outputs, index):
            found.append(found[-1])
            continue
        try:
            found.append(Demanded(definition, demanded_inputs(definition, hint), demanded_outputs(definition, known)))
        except L2zkError as error:
            raise told_of(index, error)  # noqa: B904, the same error
    return found


def _says_nothing(hints: list[Any], outputs: list[Any], index: int) -> bool:
    """True if nothing is demanded of this statement and of the one before it."""
    return hints[index - 1] is hints[index] is outputs[index - 1] is outputs[index] is None
