"""TraceZkVm: proves and verifies programs. The only place where a program's definition and the core meet.

prove:  program, witness -> definition, shape -> core -> Proof         (PROTOCOL 6)
verify: program, proof   -> checks 7.1 to 7.3 here, 7.4 to 7.12 in the core
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Event
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.air.measure import Degrees
from l2zk.air.report import Report, report
from l2zk.base.arguments import callback, flag, kind_of, pairs_of_jobs
from l2zk.base.caches import cached
from l2zk.base.foreign import warn_caller
from l2zk.base.resources import (
    default_threads,
    memory_limit,
    require_instruction_set,
    require_memory,
    thread_count,
)
from l2zk.base.wording import short
from l2zk.errors import (
    ConstraintError,
    DegreeWarning,
    L2zkError,
    OptionsError,
    ProgramError,
    ProofError,
    SecurityError,
)
from l2zk.language.given_trace import given_cells
from l2zk.language.program import Binding, Definition, ExecutionTrace, TraceProgram
from l2zk.language.redaction import attempt, violation_error, violation_report
from l2zk.proof.anatomy import check_length, expected, proof_size
from l2zk.proof.degree_report import complaint, degrees_of, shape_of
from l2zk.proof.header import Header
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import MAX_BYTES, Proof, proof_bytes
from l2zk.proof.shape import Shape
from l2zk.proof.statement import Known, accepted_shape, demanded_inputs, demanded_outputs, read_statement
from l2zk.vm.observers import observed, watched
from l2zk.vm.profile import ProofProfile

if TYPE_CHECKING:
    from l2zk.vm.estimate import Estimate

Witness = Sequence[Any] | Mapping[str, Any]
"""The inputs in their order and then the private columns in theirs, or by name: integers, arrays for columns."""

Progress = Callable[[str, int, int], object]
"""Called as progress(stage, done, total) by the thread that proves, every 50 ms or so."""


class TraceZkVm:
    """A machine that proves and verifies programs. It has only its settings: any number of threads may use one at once.

    options: what proofs are made with; the default proves 128 bits and hides.
    min_security: the proven bits that `verify` demands, 1 to 128. Without it and with `options`, `verify` demands
    exactly these options, whatever they prove; with neither, 128 bits.
    threads: threads that work on one proof, which does not depend on it; by default L2ZK_NUM_THREADS, else as many as
    there are processors that this process may use. A short proof, of less than 2^19 words, is quicker by one, and one
    makes it.
    max_memory: the bytes that one proof or trace may take; what needs more is refused before it takes any. By default
    all that this machine has, or its container may use. `estimate` says what a proof needs.
    redact: leave private values out of errors and reports, and the words of generate_trace's own errors, which may hold
    any.
    """

    def __init__(
        self,
        options: ProofOptions | None = None,
        *,
        min_security: int | None = None,
        threads: int | None = None,
        max_memory: int | None = None,
        redact: bool = True,
    ) -> None:
        require_instruction_set()
        if options is not None and not isinstance(options, ProofOptions):
            raise OptionsError(f"options are a ProofOptions, not {type(options).__name__}; write ProofOptions(...)")
        self._options = ProofOptions() if options is None else options
        self._exact = options is not None and min_security is None
        self._min_security = self._options.security if min_security is None else _bits(min_security)
        self._threads = default_threads() if threads is None else thread_count(threads)
        self._max_memory = memory_limit(max_memory)
        self._redact = flag("redact", redact)

    @property
    def options(self) -> ProofOptions:
        """The options of the proofs that it makes."""
        return self._options

    @property
    def min_security(self) -> int | None:
        """The proven bits that `verify` demands; None where it demands exactly `options`."""
        return None if self._exact else self._min_security

    @property
    def threads(self) -> int:
        """The number of threads that work on one proof."""
        return self._threads

    @property
    def max_memory(self) -> int | None:
        """The bytes that one proof or trace may take; None for all that there are."""
        return self._max_memory

    @property
    def redact(self) -> bool:
        """True if private values are left out of errors and reports."""
        return self._redact

    def __repr__(self) -> str:
        settings = f"min_security={self.min_security}, threads={self._threads}, max_memory={self._max_memory}"
        settings += "" if self._redact else ", redact=False"
        return f"TraceZkVm({self._options!r}, {settings})"

    def prove(
        self,
        program: TraceProgram,
        witness: Witness = (),
        *,
        trace: ExecutionTrace | None = None,
        check: bool = True,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Proof:
        """Run the program on the witness and prove that it ran right.

        witness: the inputs in their order and then the private columns, or by name; inputs left out take defaults.
        trace: prove this trace rather than run the program's step; see `trace`. Where no column fills itself, its n
        rows are enough, and are padded. Of the witness the public inputs are needed; what else it names has to be what
        the trace holds.
        check: look whether the trace satisfies the constraints, and goes with the witness, before proving; without it a
        wrong trace gives a proof that nobody accepts.
        threads: threads that work on this proof, if not as many as the machine has been given.
        Raises ConstraintError (which constraint and row; with redact=False all values), WitnessError, DegreeError,
        SecurityError, MemoryLimitError. Warns by DegreeWarning of a degree that longer traces do not allow, or that
        costs many queries.
        """
        check, progress = flag("check", check), callback("progress", progress)
        return self._prove(program, witness, trace=trace, check=check, threads=threads, progress=progress)

    def profile(
        self,
        program: TraceProgram,
        witness: Witness = (),
        *,
        trace: ExecutionTrace | None = None,
        check: bool = True,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> ProofProfile:
        """As `prove`, but gives the proof with the seconds of each stage."""
        check, progress = flag("check", check), callback("progress", progress)
        seconds: dict[str, float] = {}
        start = perf_counter()
        proof = self._prove(
            program, witness, trace=trace, check=check, threads=threads, progress=progress, profile=seconds
        )
        outside = perf_counter() - start - sum(seconds.values())
        stages = MappingProxyType({"python": outside, **seconds})
        return ProofProfile(proof=proof, threads=self._count(threads), seconds=stages)

    def prove_series(
        self,
        jobs: Sequence[tuple[TraceProgram, Witness]],
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> list[Proof | None]:
        """A proof for each program and witness, as by `prove`, all in one region without the GIL: quicker for small
        proofs.

        None stands where no proof could be made, or where the trace has to be filled by more than a step: `prove` makes
        it or says why not. `progress` is called as progress("proofs", done, total). If observers or the log want to
        hear of each proof, they are made one by one.
        """
        jobs, count = pairs_of_jobs(jobs), self._count(threads)
        if watched():
            return self._prove_each(jobs, count, callback("progress", progress))
        runs: dict[int, Any] = {}
        for index, (program, witness) in enumerate(jobs):
            with suppress(Exception):
                definition, binding, statement = self._prepare(program, witness, None, count)
                if not definition.filled_late and len(binding.columns) < len(definition.air.columns):
                    runs[index] = _core.Run(*statement, columns=dict(binding.columns), seed=os.urandom(32))
        made = _core.prove_many(
            list(runs.values()),
            threads=count,
            progress=callback("progress", progress),
            stop_at_failure=False,
        )
        proofs: list[Proof | None] = [None] * len(jobs)
        for index, parts in zip(runs, made):
            proofs[index] = None if parts is None else Proof.from_bytes(b"".join(parts))
        return proofs

    def _prove_each(
        self, jobs: Sequence[tuple[TraceProgram, Witness]], threads: int | None, progress: Progress | None
    ) -> list[Proof | None]:
        """The results of `prove_series`, by a call of `prove` for each."""
        proofs: list[Proof | None] = []
        for program, witness in jobs:

            def look_in(stage: str, done: int, total: int) -> None:
                if progress is not None:
                    progress("proofs", len(proofs), len(jobs))

            try:
                proofs.append(self._prove(program, witness, trace=None, check=True, threads=threads, progress=look_in))
            except (L2zkError, MemoryError):
                proofs.append(None)
        return proofs

    async def prove_async(self, program: TraceProgram, witness: Witness = (), **settings: Any) -> Proof:
        """As `prove`, on a thread of asyncio's: a running event loop is not blocked.

        A task that is cancelled while it waits here stops its proof within a moment. `progress` is called by that
        thread.
        """
        import asyncio

        cancelled = Event()
        look_in = stop_when(cancelled, callback("progress", settings.pop("progress", None)))
        try:
            return await asyncio.to_thread(self.prove, program, witness, progress=look_in, **settings)
        finally:
            cancelled.set()

    def estimate(self, program: TraceProgram, *, threads: int | None = None) -> Estimate:
        """The memory, bytes, queries and proven bits of a proof of the program. Nothing is run, and no witness needed.

        Raises DegreeError and SecurityError and warns as `prove` does; a proof that needs too much memory is estimated
        all the same.
        """
        definition = _definition(program)
        _warn_of_degree(self._options, definition)
        return _estimate(definition, self._options, self._count(threads))

    def trace(
        self, program: TraceProgram, witness: Witness = (), *, progress: Progress | None = None
    ) -> ExecutionTrace:
        """The trace of the program on the witness; no constraint is checked and no proof made."""
        definition, progress = self._runnable(program), callback("progress", progress)
        cells, _ = self._run(
            definition, definition.bind(witness, redact=self._redact), None, check=False, progress=progress
        )
        return ExecutionTrace(definition.air.columns, cells, definition.air.rows)

    def check(
        self,
        program: TraceProgram,
        witness: Witness = (),
        *,
        trace: ExecutionTrace | None = None,
        redact: bool | None = None,
        progress: Progress | None = None,
    ) -> Report:
        """A report on every constraint on every row, without a proof; its violations are those that `prove` would
        raise. raise.

        trace: look at this trace rather than run the program's step; what is private and the witness names has to be in
        it.
        redact: leave values out of the report that are private, whatever the machine does: those of columns that
        private inputs, private columns or generate_trace enter, and of a trace that is given. False shows them.
        """
        definition, progress = self._runnable(program), callback("progress", progress)
        _warn_of_degree(self._options, definition)
        redact = self._redact if redact is None else flag("redact", redact)
        binding = definition.bind(witness, fill=trace is None, redact=redact)
        run = partial(self._run, definition, binding, trace, check=True, progress=progress)
        found = attempt(run, partial(violation_report, definition, binding, trace is not None, redact))
        if not isinstance(found, Report):
            cells, outputs = found
            inputs, doubled_by = binding.public_inputs, definition.doubled_by
            found = report(definition.air, cells, inputs, outputs, (), redacted=redact, doubled_by=doubled_by)
        return replace(found, degrees=_degrees(definition, self._options))

    def verify(
        self,
        program: TraceProgram,
        proof: Proof | bytes,
        witness_hint: Known = (),
        *,
        outputs: Known = (),
    ) -> bool:
        """True if the proof shows that this program ran right, with the security that this machine demands.

        An input that you do not name is fixed to its default, if it has one; every other value that you do not name is
        whatever the proof states (see `Proof.public_inputs`):

            vm.verify(program, proof)                                 # the default inputs, some result
            vm.verify(program, proof, {"a0": 2, "a1": None})          # this a0, any a1, some result
            vm.verify(program, proof, outputs={"result": 6765})       # the default inputs, this result

        witness_hint: the demands on the public inputs, by name, or in their order and then all of them; None for any
        value.
        outputs: the demands on the outputs, likewise.
        False for every bad proof, malformed ones included; raises only for a misuse by the caller, as WitnessError for
        a name that is unknown or private and for a sequence of another length. The witness is not needed.
        """
        try:
            self.check_proof(program, proof, witness_hint, outputs=outputs)
        except ProofError:
            return False
        return True

    def check_proof(
        self,
        program: TraceProgram,
        proof: Proof | bytes,
        witness_hint: Known = (),
        *,
        outputs: Known = (),
    ) -> None:
        """As `verify`, but raises ProofError with the reason and the check of PROTOCOL 7 that failed."""
        definition = _definition(program)
        demands = demanded_inputs(definition, witness_hint), demanded_outputs(definition, outputs)
        data = proof_bytes(proof)
        header, start = read_statement(definition, data, *demands)  # 7.1, 7.2
        shape = self._accepted_shape(definition, header.options)  # 7.3
        check_length(definition.air, shape, start, len(data))  # part of 7.4 and 7.8, before anything is compiled
        view = memoryview(data)
        _core.verify_bytes(  # 7.4 to 7.12
            _compile(definition, shape),
            view[:start],
            view[start:],
            [value for _, value in header.inputs],
            [value for _, value in header.outputs],
        )

    @observed
    def _prove(
        self,
        program: TraceProgram,
        witness: Witness,
        *,
        trace: ExecutionTrace | None,
        check: bool,
        threads: int | None,
        progress: Progress | None,
        profile: dict[str, float] | None = None,
    ) -> Proof:
        count = self._count(threads)
        definition, binding, statement = self._prepare(program, witness, trace, count)
        run = partial(
            _core.prove_bytes,
            *statement,
            **self._filled(definition, binding, trace, check),
            check=check,
            threads=count,
            progress=progress,
            seed=os.urandom(32),
            profile=profile,
        )
        made = attempt(run, partial(violation_error, definition, binding, trace is not None, self._redact))
        if isinstance(made, ConstraintError):
            raise made
        head, body = made
        return Proof.from_bytes(head + body)

    def _count(self, threads: int | None) -> int:
        return self._threads if threads is None else thread_count(threads)

    def _prepare(
        self, program: TraceProgram, witness: Witness, trace: ExecutionTrace | None, threads: int
    ) -> tuple[Definition, Binding, tuple[Any, ...]]:
        """A program's definition and bound witness, and the core's arguments but for the columns that are filled."""
        definition = _definition(program)
        compiled = _compile(definition, _shape(self._options, definition))
        _warn_of_degree(self._options, definition)
        _require_room(definition, self._options)
        require_memory(_proof_memory(definition, compiled, threads), self._max_memory)
        binding = definition.bind(witness, fill=trace is None, redact=self._redact)
        header = _header(definition, self._options, binding.public_inputs, (0,) * len(definition.air.outputs))
        places = header.output_offsets()
        return definition, binding, (compiled, header.to_bytes(), places, binding.public_inputs, binding.start)

    def _runnable(self, program: TraceProgram) -> Definition:
        """The definition of a program, if there is memory for its trace."""
        definition = _definition(program)
        require_memory(_trace_memory(definition), self._max_memory)
        return definition

    def _filled(
        self, definition: Definition, binding: Binding, trace: ExecutionTrace | None, check: bool
    ) -> dict[str, Any]:
        """The cells that the core is given: the whole trace, or the columns that are filled before the step."""
        if trace is not None:
            return {"trace": given_cells(definition, binding, trace, check)}
        if len(binding.columns) == len(definition.air.columns):
            return {"trace": np.stack([binding.columns[i] for i in range(len(binding.columns))])}
        if definition.filled_late:
            cells, _ = self._core_run(definition, binding, {"columns": binding.columns}, False, None)
            definition.fill_late(cells, binding)
            return {"trace": cells}
        return {"columns": binding.columns} if binding.columns else {}

    def _run(
        self,
        definition: Definition,
        binding: Binding,
        trace: ExecutionTrace | None,
        *,
        check: bool,
        progress: Progress | None,
    ) -> tuple[NDArray[np.uint64], list[int]]:
        filled = self._filled(definition, binding, trace, check)
        return self._core_run(definition, binding, filled, check, progress)

    def _core_run(
        self,
        definition: Definition,
        binding: Binding,
        filled: dict[str, Any],
        check: bool,
        progress: Progress | None,
    ) -> tuple[NDArray[np.uint64], list[int]]:
        return _core.run_trace(
            _table(definition),
            binding.public_inputs,
            binding.start,
            **filled,
            check=check,
            progress=progress,
        )

    def _accepted_shape(self, definition: Definition, options: ProofOptions) -> Shape:
        """The shape of a proof whose options are those demanded, or prove the bits demanded (PROTOCOL 7.3)."""
        if self._exact and options != self._options:
            raise ProofError(f"the proof was made with {options}, but {self._options} is demanded", "7.3")
        return accepted_shape(options, definition.air.profile, None if self._exact else self._min_security)


class Stopped(Exception):
    """A proof was stopped, since nobody waits for it any more."""


def stop_when(stop: Event, progress: Progress | None) -> Progress:
    """A progress callback that stops its proof once the event is set, and else passes the call on."""

    def look_in(stage: str, done: int, total: int) -> None:
        if stop.is_set():
            raise Stopped("the proof was stopped")
        if progress is not None:
            progress(stage, done, total)

    return look_in


def _definition(program: TraceProgram) -> Definition:
    if not isinstance(program, TraceProgram):
        hint = "; give an instance, with its parameters" if isinstance(program, type) else ""
        raise ProgramError(f"a program is a TraceProgram, not {kind_of(program)}{hint}")
    return program.definition


def _shape(options: ProofOptions, definition: Definition) -> Shape:
    """The shape of proofs; raises the reason if there is none."""
    return shape_of(options, definition.air)


def _warn_of_degree(options: ProofOptions, definition: Definition) -> None:
    """Warn of a degree that a long trace would not allow, or that costs many queries."""
    text = _complaint(definition, options)
    if text is not None:
        warn_caller(text, DegreeWarning)


@cached(128)
def _complaint(definition: Definition, options: ProofOptions) -> str | None:
    return complaint(options, definition.air, _shape(options, definition))


@cached(128)
def _degrees(definition: Definition, options: ProofOptions) -> Degrees:
    return degrees_of(options, definition.air)


@cached(128)
def _compile(definition: Definition, shape: Shape) -> _core.Compiled:
    """A table in one shape, ready for the core to prove: a few hundred bytes beside the table's own arrays."""
    return _core.Compiled(_table(definition), shape)


@cached(128)
def _table(definition: Definition) -> _core.Table:
    """A definition as the core's arrays, without a shape: enough to run and to check it; all shapes share it."""
    air = definition.air
    return _core.Table(
        length=air.length,
        columns=len(air.columns),
        rows=air.rows,
        domains=[(c.domain.kind, c.domain.x, c.domain.y) for c in air.constraints],
        reads=[(offset, air.reads.get(offset, ())) for offset in air.offsets],
        periodic=air.periodic,
        constraints=definition.constraint_code,
        input_count=len(air.inputs),
        output_claims=[(output.constraint, output.row) for output in definition.outputs],
        step=definition.step_code,
        step_targets=definition.step_targets,
        step_reach=definition.step_reach,
        step_function=definition.step_function,
    )


@cached(128)
def _estimate(definition: Definition, options: ProofOptions, threads: int) -> Estimate:
    from l2zk.vm.estimate import estimated

    air, shape = definition.air, _shape(options, definition)
    header = _header(definition, options, (0,) * len(air.inputs), (0,) * len(air.outputs))
    memory = _proof_memory(definition, _compile(definition, shape), threads)
    found = estimated(header, air, shape, memory, _degrees(definition, options))
    return replace(found, doubled_by=definition.doubled_by)


@cached(128)
def _require_room(definition: Definition, options: ProofOptions) -> None:
    """Refuse a proof that would have more bytes than any reader accepts (PROTOCOL 8.5)."""
    air, shape = definition.air, _shape(options, definition)
    header = _header(definition, options, (0,) * len(air.inputs), (0,) * len(air.outputs))
    size = proof_size(len(header.to_bytes()), air, shape, expected(shape.queries))
    if size > MAX_BYTES:
        raise ProgramError(
            f"a proof of {air.id} would have about {size:,.0f} bytes, and {MAX_BYTES:,} are the most: take fewer"
            " columns, fewer public values or shorter names of them, or a larger blowup, which takes fewer queries"
        )


def _proof_memory(definition: Definition, compiled: _core.Compiled, threads: int) -> int:
    """The peak of a proof's bytes; if columns are filled late, the step has run in a block of its own."""
    first = _table(definition).memory() if definition.filled_late else 0
    return first + compiled.memory(threads) + definition.array_bytes


def _trace_memory(definition: Definition) -> int:
    """The peak of a trace's bytes, with the copy for the caller."""
    copy = 8 * len(definition.air.columns) * definition.air.length
    return _table(definition).memory() + copy + definition.array_bytes


def _header(definition: Definition, options: ProofOptions, inputs: Sequence[int], outputs: Sequence[int]) -> Header:
    air = definition.air
    return Header(
        options=options,
        digest=air.digest,
        program_id=air.id,
        rows=air.rows,
        parameters=air.parameters,
        inputs=tuple(zip(air.inputs, inputs)),
        outputs=tuple(zip(air.outputs, outputs)),
    )


def _bits(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 128:
        raise SecurityError(f"min_security={short(value)} is not allowed; it must be an integer from 1 to 128")
    return value
