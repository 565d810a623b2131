"""TraceZkVm: proves and verifies programs. The one place where the description of a program and the core meet.

prove:  program, witness -> definition, shape -> core -> Proof         (PROTOCOL 6)
verify: program, proof   -> checks 7.1 to 7.3 here, 7.4 to 7.12 in the core
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.check import Report, report
from l2zk.errors import MemoryLimitError, OptionsError, ProgramError, ProofError, SecurityError, WitnessError
from l2zk.header import Header
from l2zk.options import ProofOptions
from l2zk.program import Definition, ExecutionTrace, TraceProgram
from l2zk.proof import Proof
from l2zk.security import proven_bits
from l2zk.shape import Shape, solve

Progress = Callable[[str, int, int], object]
"""Called as progress(stage, done, total) by the thread that proves, every 50 ms or so."""


class TraceZkVm:
    """Proves and verifies programs. It has no state but its settings: any number of threads may use one at once.

    options: what proofs are made with; the default proves 128 bits.
    min_security: the proven bits that `verify` demands, 1 to 128; by default those that `options` target. Where `options` are
    given and min_security is not, `verify` demands exactly these options.
    threads: threads that work on one proof; the proof does not depend on it.
    """

    def __init__(
        self, options: ProofOptions | None = None, *, min_security: int | None = None, threads: int | None = None
    ) -> None:
        if options is not None and not isinstance(options, ProofOptions):
            raise OptionsError(f"options are a ProofOptions, not {type(options).__name__}; write ProofOptions(...)")
        self._options = ProofOptions() if options is None else options
        self._exact = options is not None and min_security is None
        self._min_security = self._options.security if min_security is None else _bits(min_security)
        self._threads = 1 if threads is None else _thread_count(threads)

    @property
    def options(self) -> ProofOptions:
        """What proofs are made with."""
        return self._options

    @property
    def min_security(self) -> int:
        """The proven bits that `verify` demands."""
        return self._min_security

    def __repr__(self) -> str:
        return f"TraceZkVm({self._options!r}, min_security={self._min_security}, threads={self._threads})"

    def prove(
        self,
        program: TraceProgram,
        witness: Sequence[int] | Mapping[str, int] = (),
        *,
        trace: ExecutionTrace | None = None,
        check: bool = True,
        progress: Progress | None = None,
    ) -> Proof:
        """Run the program on the witness and prove that it ran right.

        witness: the inputs in their order, or by name; those that are left out take their defaults.
        trace: prove this trace rather than run the program's step; see `trace`.
        check: look whether the trace satisfies the constraints before proving; without it a wrong trace gives a proof that
        nobody accepts.
        Raises ConstraintError (which constraint, row and values), WitnessError, DegreeError, SecurityError, MemoryLimitError.
        """
        definition = _definition(program)
        binding = definition.bind(witness)
        shape = solve(self._options, definition.air.profile)
        compiled = _compile(definition, shape)
        _require_memory(compiled.memory)
        header = _header(definition, self._options, binding.public_inputs, (0,) * len(definition.air.outputs))
        try:
            head, body = _core.prove_bytes(
                compiled,
                header.to_bytes(),
                header.output_offsets(),
                binding.public_inputs,
                binding.start,
                trace=_cells(definition, trace),
                check=check,
                threads=self._threads,
                progress=progress,
                seed=os.urandom(32),
            )
        except _core.TraceViolation as violation:
            _report(definition, binding.public_inputs, violation).raise_if_violated()
            raise
        return Proof.from_bytes(head + body)

    def trace(
        self, program: TraceProgram, witness: Sequence[int] | Mapping[str, int] = (), *, progress: Progress | None = None
    ) -> ExecutionTrace:
        """Run the program without proving, and without checking any constraint."""
        definition = _definition(program)
        cells, _ = self._run(definition, definition.bind(witness), trace=None, check=False, progress=progress)
        return ExecutionTrace(definition.air.columns, cells, definition.air.rows)

    def check(
        self,
        program: TraceProgram,
        witness: Sequence[int] | Mapping[str, int] = (),
        *,
        trace: ExecutionTrace | None = None,
        progress: Progress | None = None,
    ) -> Report:
        """Look at every constraint on every row, without proving: what `prove` raises, as a report."""
        definition = _definition(program)
        binding = definition.bind(witness)
        try:
            cells, outputs = self._run(
                definition, binding, trace=_cells(definition, trace), check=True, progress=progress
            )
        except _core.TraceViolation as violation:
            return _report(definition, binding.public_inputs, violation)
        return report(definition.air, cells, binding.public_inputs, outputs, ())

    def verify(
        self,
        program: TraceProgram,
        proof: Proof | bytes,
        witness_hint: Sequence[int | None] | Mapping[str, int | None] = (),
        *,
        outputs: Sequence[int | None] | Mapping[str, int | None] = (),
    ) -> bool:
        """Whether the proof shows that this program ran right, with the security that this machine demands.

        witness_hint: what is known of the inputs, in their order or by name; it fixes the public inputs that it names. None and
        private inputs are passed over; () accepts the public inputs that the proof states (see `Proof.public_inputs`).
        outputs: fixes public outputs likewise.
        False for every bad proof, malformed ones included; raises only for a misuse by the caller. The witness is not needed.
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
        witness_hint: Sequence[int | None] | Mapping[str, int | None] = (),
        *,
        outputs: Sequence[int | None] | Mapping[str, int | None] = (),
    ) -> None:
        """As `verify`, but raises ProofError with the reason and the check of PROTOCOL 7 that failed."""
        definition = _definition(program)
        fixed_inputs = definition.fixed_inputs(witness_hint)
        fixed_outputs = _fixed_outputs(definition, outputs)
        parsed = _parse(proof)                                                   # 7.1
        header = parsed.header
        _check_statement(definition, header, fixed_inputs, fixed_outputs)        # 7.2
        shape = self._check_options(definition, header.options)                  # 7.3
        data = memoryview(parsed.data)
        _core.verify_bytes(                                                      # 7.4 to 7.12
            _compile(definition, shape),
            data[: parsed.header_length],
            data[parsed.header_length :],
            [value for _, value in header.inputs],
            [value for _, value in header.outputs],
        )

    def _run(
        self, definition: Definition, binding: Any, *, trace: Any, check: bool, progress: Progress | None
    ) -> tuple[NDArray[np.uint64], list[int]]:
        header = _header(definition, self._options, binding.public_inputs, (0,) * len(definition.air.outputs))
        return _core.run_trace(
            _compile(definition, solve(self._options, definition.air.profile)),
            header.to_bytes(),
            header.output_offsets(),
            binding.public_inputs,
            binding.start,
            trace=trace,
            check=check,
            progress=progress,
        )

    def _check_options(self, definition: Definition, options: ProofOptions) -> Shape:
        """PROTOCOL 7.3: the proof's options are those demanded, or prove the bits demanded."""
        if self._exact and options != self._options:
            raise ProofError(f"the proof was made with {options}, but {self._options} is demanded", "7.3")
        profile = definition.air.profile
        try:
            shape = solve(options, profile)
        except (OptionsError, ProgramError) as error:
            raise ProofError(f"the proof's options do not suit this program: {error}", "7.3") from None
        if not self._exact:
            bits = proven_bits(options, profile, shape)
            if bits < self._min_security:
                raise ProofError(
                    f"the proof has {bits:.1f} proven bits, but {self._min_security} are demanded", "7.3"
                )
        return shape


def _definition(program: TraceProgram) -> Definition:
    if not isinstance(program, TraceProgram):
        hint = "; give an instance, with its parameters" if isinstance(program, type) else ""
        raise ProgramError(f"a program is a TraceProgram, not {program!r}{hint}")
    return program.definition


@lru_cache(maxsize=256)
def _compile(definition: Definition, shape: Shape) -> Any:
    """What the core runs; the arrays of a definition and the integers of a shape."""
    air = definition.air
    return _core.Compiled(
        shape,
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
    )


def _header(
    definition: Definition, options: ProofOptions, inputs: Sequence[int], outputs: Sequence[int]
) -> Header:
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


def _cells(definition: Definition, trace: ExecutionTrace | None) -> NDArray[np.uint64] | None:
    """The padded trace as (columns, length)."""
    if trace is None:
        return None
    if not isinstance(trace, ExecutionTrace):
        raise WitnessError(f"a trace is an ExecutionTrace, not {type(trace).__name__}; TraceZkVm.trace gives one")
    air = definition.air
    if tuple(trace) != air.columns or trace.padded.shape[1] != air.length:
        raise WitnessError(
            f"{air.id} has columns {', '.join(air.columns)} and {air.length} padded rows; "
            f"the trace has {', '.join(trace)} and {trace.padded.shape[1]}"
        )
    return trace.padded


def _report(definition: Definition, inputs: Sequence[int], violation: Any) -> Report:
    found = [(i, int(row), int(n)) for i, (row, n) in enumerate(zip(violation.first, violation.counts)) if n]
    return report(definition.air, violation.trace, inputs, violation.outputs, found)


def _parse(proof: Proof | bytes) -> Proof:
    if isinstance(proof, Proof):
        return proof
    if isinstance(proof, (bytes, bytearray, memoryview)):
        return Proof.from_bytes(proof)
    raise TypeError(f"a proof is a Proof or bytes, not {type(proof).__name__}")


def _check_statement(
    definition: Definition, header: Header, inputs: Sequence[int | None], outputs: Sequence[int | None]
) -> None:
    """PROTOCOL 7.2: the header is this program's, and states the values that the caller fixes."""
    air = definition.air
    if header.program_id != air.id:
        raise ProofError(f"the proof is of program {header.program_id!r}, not of {air.id!r}", "7.2")
    if header.parameters != air.parameters:
        raise ProofError(f"the proof is of {air.id} with other parameters", "7.2")
    if header.digest != air.digest or header.rows != air.rows:
        raise ProofError(f"the proof is of another version of {air.id}: the program digests differ", "7.2")
    for kind, names, stated, fixed in (
        ("input", air.inputs, header.inputs, inputs),
        ("output", air.outputs, header.outputs, outputs),
    ):
        if tuple(name for name, _ in stated) != names:
            raise ProofError(f"the proof names other public {kind}s than {air.id}", "7.2")
        for (name, value), wanted in zip(stated, fixed):
            if wanted is not None and value != wanted:
                raise ProofError(f"the proof states {kind} {name} = {value}, but {wanted} is demanded", "7.2")


def _fixed_outputs(definition: Definition, outputs: Any) -> tuple[int | None, ...]:
    """For each public output the value that the caller fixes, else None."""
    names = definition.air.outputs
    if isinstance(outputs, Mapping):
        unknown = [name for name in outputs if name not in names]
        if unknown:
            raise WitnessError(f"{definition.air.id} has no output {unknown[0]!r}; it has {', '.join(names) or 'none'}")
        values = [outputs.get(name) for name in names]
    elif isinstance(outputs, (Sequence, np.ndarray)) and not isinstance(outputs, (str, bytes)):
        if len(outputs) > len(names):
            raise WitnessError(f"{definition.air.id} has {len(names)} public outputs; {len(outputs)} were given")
        values = list(outputs) + [None] * (len(names) - len(outputs))
    else:
        raise WitnessError(f"outputs are a mapping or a sequence, not {type(outputs).__name__}")
    return tuple(None if value is None else _element(name, value) for name, value in zip(names, values))


def _element(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 0 <= int(value) < 2**64 - 2**32 + 1:
        raise WitnessError(f"output {name} is an integer from 0 to p - 1, not {value!r}")
    return int(value)


def _bits(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 128:
        raise SecurityError(f"min_security={value!r} is not allowed; it must be an integer from 1 to 128")
    return value


def _thread_count(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 1024:
        raise OptionsError(f"threads={value!r} is not allowed; it must be an integer from 1 to 1024")
    return value


def _require_memory(size: int) -> None:
    """Refuse a proof that this machine cannot hold, rather than be killed for it."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size > there > 0:
        raise MemoryLimitError(
            f"the proof needs {size / 2**30:.1f} GiB, but this machine has {there / 2**30:.1f} GiB; "
            "prove a shorter trace or take a smaller blowup"
        )
