"""TraceZkVm: proves and verifies programs. The one place where the description of a program and the core meet.

prove:  program, witness -> definition, shape -> core -> Proof         (PROTOCOL 6)
verify: program, proof   -> check 7.1 here, 7.2 to 7.7 in the core
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from types import MappingProxyType
from typing import Any, Unpack

from l2zk import _core
from l2zk.air.report import Report
from l2zk.base.arguments import callback, flag, pairs_of_jobs
from l2zk.base.foreign import unwarned
from l2zk.base.progress import Progress
from l2zk.base.resources import require_memory
from l2zk.errors import ConstraintError, ProofError
from l2zk.language.core_tables import compiled
from l2zk.language.program import ExecutionTrace, TraceProgram, defined
from l2zk.language.redaction import attempt
from l2zk.language.run import constraint_error, report_of, table_runs, trace_of
from l2zk.language.witness import Witness, bind
from l2zk.proof.body_size import check_length
from l2zk.proof.degree_report import degrees, unprovable
from l2zk.proof.groups import Group
from l2zk.proof.proof import Proof, proof_bytes
from l2zk.proof.shape import shape_of
from l2zk.proof.statement import (
    Hint,
    accepted_shape,
    check_options,
    demanded_inputs,
    demanded_outputs,
    read_statement,
    stated_values,
)
from l2zk.vm import cost
from l2zk.vm.asynchronous import proved_async
from l2zk.vm.cost import Estimate, ProofProfile, proof_memory, require_room
from l2zk.vm.metrics.counted import counted_proof, counted_verification
from l2zk.vm.observers import observed, watched
from l2zk.vm.prepare import Prepared, prepared
from l2zk.vm.series import prove_each, prove_in_series
from l2zk.vm.settings import Asked, ProveSettings
from l2zk.vm.together.proving import Joint


class TraceZkVm(Joint):
    """A machine that proves and verifies programs. It has only its settings: any number of threads may use one at once.

    options: what proofs are made with; the default proves 128 bits and hides.
    min_security: the proven bits that `verify` demands, 1 to 128. Without it and with `options`, `verify` demands
    exactly these options, whatever they prove; with neither, 128 bits.
    threads: threads that work on one proof, which does not depend on it; by default L2ZK_NUM_THREADS, else as many as
    there are processors that this process may use. A short proof, which commits to fewer than 2^18 values of columns at
    points (by the default rate of some 10,000 cells), is quicker by one, and one makes it; but a search for 18 bits of
    grinding or more is shared in any proof.
    max_memory: the bytes that one proof or trace may take; what needs more is refused before it takes any. By default
    all that this machine has, or its container may use. `estimate` says what a proof needs.
    redact: leave private values out of errors and reports, and the words of generate_trace's own errors, which may hold
    any.
    """

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

        witness: the inputs in order and then the private columns, or by name; inputs left out take their defaults. Or
        what the program's `encode` makes a witness of: bytes, a text, a `Path`, whose file is read.
        trace: prove this trace rather than run the program's step; see `trace`. Where no column fills itself, its n
        rows are enough, and are padded. Of the witness the public inputs are needed, and what else it names has to be
        what the trace holds.
        check: look whether the trace satisfies the constraints, and goes with the witness, before proving; without it a
        wrong trace gives a proof that nobody accepts.
        threads: threads that work on this proof, if not as many as the machine has been given.
        Raises ConstraintError (which constraint and row; with redact=False all values), WitnessError, DegreeError,
        SecurityError, MemoryLimitError.
        """
        return self._prove(program, witness, Asked(trace=trace, check=check, threads=threads, progress=progress))

    @observed
    @counted_proof
    def _prove(
        self, program: TraceProgram, witness: Witness, asked: Asked, profile: dict[str, float] | None = None
    ) -> Proof:
        """The statement, the columns that no step fills, then the core: run, check and prove (PROTOCOL 6)."""
        threads = self._count(asked.threads)
        definition, binding, statement, arrays = self._prepare(program, witness, threads, given=asked.trace is not None)
        filled = partial(table_runs, definition, binding, asked.trace, check=asked.check, redact=self._redact)
        run = partial(
            _core.prove_bytes,
            statement.compiled,
            statement.header,
            [statement.instance(filled(), **arrays)],
            check=asked.check,
            threads=threads,
            progress=asked.progress,
            seed=os.urandom(32),
            profile=profile,
        )
        made = attempt(run, partial(constraint_error, definition, binding, asked.trace, self._redact))
        if isinstance(made, ConstraintError):
            raise made
        return Proof.from_bytes(b"".join(made))

    def _prepare(self, program: TraceProgram, witness: Witness, threads: int, *, given: bool = False) -> Prepared:
        """The statement to prove, if its proofs have a shape and there is room; `given`: the trace is there already."""
        definition = defined(program)
        shape = shape_of(self._options, [Group(definition.air)])
        require_memory(proof_memory(definition, shape, threads), self._max_memory)
        require_room(definition, self._options)
        binding = bind(definition, witness, fill=not given, redact=self._redact)
        return prepared(definition, self._options, shape, binding)

    def profile(self, program: TraceProgram, witness: Witness = (), **settings: Unpack[ProveSettings]) -> ProofProfile:
        """As `prove`, with the same settings, but gives the proof with the seconds of each stage."""
        asked, seconds = Asked(**settings), dict[str, float]()
        start = perf_counter()
        proof = self._prove(program, witness, asked, profile=seconds)
        outside = perf_counter() - start - sum(seconds.values())
        stages = MappingProxyType({"python": outside, **seconds})
        return ProofProfile(proof=proof, threads=self._count(asked.threads), seconds=stages)

    def prove_series(
        self,
        jobs: Sequence[tuple[TraceProgram, Witness]],
        *,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> list[Proof | None]:
        """A proof of each program and witness, as by `prove`; many small ones take less time so than one by one.

        They are made one after the other in one call of the core, which releases the GIL once for all of them. None
        stands where no proof could be made, or where the trace has to be filled by more than a step: `prove` makes it
        or says why not. `progress` is called as progress("proofs", done, total). If observers or the log want to
        hear of each proof, they are made one by one.
        """
        jobs, count, progress = pairs_of_jobs(jobs), self._count(threads), callback("progress", progress)
        if not watched():
            return prove_in_series(jobs, partial(self._prepare, threads=count), count, progress)

        def prove(program: TraceProgram, witness: Witness, look_in: Progress) -> Proof:
            return self._prove(program, witness, Asked(threads=count, progress=look_in))

        return prove_each(jobs, prove, progress)

    async def prove_async(self, program: TraceProgram, witness: Witness = (), **settings: Any) -> Proof:
        """As `prove`, on a thread of asyncio's: a running event loop is not blocked.

        A task that is cancelled while it waits here stops its proof within a moment. `progress` is called by that
        thread.
        """
        return await proved_async(self.prove, program, witness, **settings)

    def estimate(self, program: TraceProgram, *, threads: int | None = None) -> Estimate:
        """The memory, bytes, queries and proven bits of a proof of the program. Nothing is run, and no witness needed.

        Raises DegreeError and SecurityError as `prove` does; a proof that needs too much memory is estimated
        all the same.
        """
        definition = defined(program)
        return cost.estimate(definition, self._options, self._count(threads))

    def trace(
        self, program: TraceProgram, witness: Witness = (), *, progress: Progress | None = None
    ) -> ExecutionTrace:
        """The trace of the program on the witness; no constraint is checked and no proof made."""
        progress = callback("progress", progress)
        return trace_of(defined(program), witness, redact=self._redact, max_memory=self._max_memory, progress=progress)

    def check(
        self,
        program: TraceProgram,
        witness: Witness = (),
        *,
        trace: ExecutionTrace | None = None,
        redact: bool | None = None,
        progress: Progress | None = None,
    ) -> Report:
        """A report on every constraint on every row, without a proof; its violations are what `prove` would raise.

        A program of which the options allow no proof is checked too; the report says why.
        trace: check this trace, and run no step; what is private and the witness names has to be in it.
        redact: leave values out of the report that are private, whatever the machine does: those of columns that
        private inputs, private columns or generate_trace enter, and of a trace that is given. False shows them.
        """
        definition, progress = defined(program), callback("progress", progress)
        found = report_of(
            definition,
            witness,
            trace=trace,
            redact=self._redact if redact is None else flag("redact", redact),
            max_memory=self._max_memory,
            progress=progress,
        )
        refused = unprovable(definition, self._options)
        return replace(found, degrees=degrees(definition), unprovable=refused)

    def verify(
        self, program: TraceProgram, proof: Proof | bytes, witness_hint: Hint = (), *, outputs: Hint = ()
    ) -> bool:
        """True if the proof shows that this program ran right, with the security that this machine demands.

        An input that you do not name is fixed to its default, if it has one; every other value that you do not name is
        whatever the proof states (see `Proof.public_inputs`):

            vm.verify(program, proof)                                 # the default inputs, some result
            vm.verify(program, proof, {"a0": 2, "a1": None})          # this a0, any a1, some result
            vm.verify(program, proof, outputs={"result": 6765})       # the default inputs, this result

        witness_hint: the demands on the public inputs, by name, or in order and then all of them; None for any value.
        outputs: the demands on the outputs, likewise.
        False for every bad proof, malformed ones included; raises only for a misuse by the caller, as WitnessError for
        a name that is unknown or private and for a sequence of another length. The witness is not needed.
        """
        try:
            self.check_proof(program, proof, witness_hint, outputs=outputs)
        except ProofError:
            return False
        return True

    @counted_verification
    def check_proof(
        self, program: TraceProgram, proof: Proof | bytes, witness_hint: Hint = (), *, outputs: Hint = ()
    ) -> None:
        """As `verify`, but raises ProofError with the reason and the check of PROTOCOL 7 that failed."""
        with unwarned():
            definition = defined(program)
        demands = demanded_inputs(definition, witness_hint), demanded_outputs(definition, outputs)
        data = proof_bytes(proof)
        header, start = read_statement(definition, data, *demands)  # 7.1
        if self._exact:
            check_options(header.options, self._options)
        shape = accepted_shape(header.options, [Group(definition.air)], self.min_security)
        check_length(shape, start, len(data))  # of 7.2, before anything is compiled
        view = memoryview(data)
        _core.verify_bytes(
            compiled(((definition, 1),), shape),
            view[:start],
            view[start:],
            stated_values(header, [demands[0].arrays]),
        )
