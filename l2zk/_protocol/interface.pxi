# What Python calls: prove, run the trace, verify. One region without the GIL each; a proof runs on a crew of threads of its own
# while the calling thread looks in every 50 ms for Ctrl-C and progress.

import os

from cpython.exc cimport PyErr_CheckSignals

from l2zk.errors import L2zkError, ProofError

cdef double LOOK_IN_SECONDS = 0.05

STAGES = ("start", "trace", "check", "commit trace", "quotient", "commit quotient", "values", "batch", "fold", "grind", "open")

REFUSALS = {
    TOO_SHORT: ("7.4", "the proof ends too early"),
    TOO_LONG: ("7.8", "the proof has bytes beyond its end"),
    NOT_CANONICAL: ("7.4", "a value is not below p"),
    WRONG_VALUES: ("7.6", "the out-of-domain values do not satisfy the constraints"),
    NO_GRINDING: ("7.7", "the nonce does not give the zeros that grinding demands"),
    WRONG_TRACE_OPENING: ("7.9", "the opened trace rows do not lead to the trace root"),
    WRONG_QUOTIENT_OPENING: ("7.9", "the opened quotient rows do not lead to the quotient root"),
    WRONG_WORD_OPENING: ("7.11", "the opened members of a FRI word do not lead to its root"),
    WRONG_FINAL_VALUE: ("7.12", "the last FRI word is not the final polynomial"),
}


class TraceViolation(Exception):
    """The trace breaks constraints: `first` row (or -1) and `counts` of each, and the trace (w, N) and outputs they broke on."""

    def __init__(self, first, counts, trace, outputs):
        super().__init__("the trace violates a constraint")
        self.first, self.counts, self.trace, self.outputs = first, counts, trace, outputs


cdef void prove_job(void *context) noexcept nogil:
    cdef Prover *v = <Prover *>context
    if v.trace_only:
        generate_trace(v)
        check_trace(v)
    else:
        l2zk_active.ntt_fill_tables(v.table_words, v.plan.extended)
        fill_powers(v.row_powers, f_root(v.plan.log_extended))
        prove(v)


cdef class Run:
    """One use of a compiled program by a crew: its arena, its arrays, and the wait for it."""
    cdef Prover prover
    cdef Compiled compiled
    cdef list keep

    def __cinit__(self, Compiled compiled, header, output_places, inputs, start, bint check, bint trace_only, trace,
                  unsigned threads, seed=None):
        cdef Prover *v = &self.prover
        memset(v, 0, sizeof(Prover))
        self.compiled = compiled
        self.keep = []
        v.plan = &compiled.plan
        v.check, v.trace_only, v.given_trace = check, trace_only, trace is not None
        v.crew = l2zk_crew_take(threads)
        if v.crew == NULL:
            raise L2zkError("the system gives no thread to prove on")
        v.workers = l2zk_crew_threads(v.crew)
        self._take_public(header, output_places, inputs, start)
        if v.plan.hiding and not trace_only:
            self._take_seed(seed)
        lay_out(v)
        v.arena.base = <char *>l2zk_block_take(v.arena.used)
        if v.arena.base == NULL:
            raise MemoryError(f"the system has no {v.arena.used:,} bytes for this proof")
        lay_out(v)
        if trace is not None:
            self._take_trace(trace)

    def __dealloc__(self):
        memset(&self.prover.randomness, 0, sizeof(Randomness))
        l2zk_block_give(self.prover.arena.base, self.prover.arena.used)
        if self.prover.crew != NULL:
            l2zk_crew_give(self.prover.crew)

    cdef int _take_public(self, header, output_places, inputs, start) except -1:
        cdef Prover *v = &self.prover
        if len(inputs) != v.plan.input_count or len(output_places) != v.plan.output_count:
            raise ValueError("the public values do not fit the program")
        self.keep = [np.frombuffer(header, dtype=np.uint8).copy(), np.array(list(inputs) + [0], dtype=np.uint64),
                     np.array(list(output_places) + [0], dtype=np.uint64), np.array(list(start) + [(0, 0, 0)], dtype=np.uint64)]
        for row, column, value in start:
            if not (row < v.plan.length and column < v.plan.columns and value < P):
                raise ValueError("a start cell is outside the trace")
        for place in output_places:
            if place + 8 > len(header):
                raise ValueError("an output's place is outside the header")
        v.header = <uint8_t *><size_t>self.keep[0].ctypes.data
        v.header_length = len(header)
        v.inputs = <uint64_t *><size_t>self.keep[1].ctypes.data
        v.output_places = <const uint64_t *><size_t>self.keep[2].ctypes.data
        v.start = <const uint64_t (*)[3]><size_t>self.keep[3].ctypes.data
        v.start_count = len(start)
        return 0

    cdef int _take_seed(self, seed) except -1:
        cdef const uint8_t[::1] view = seed
        if view.shape[0] != 32:
            raise ValueError("hiding takes a seed of 32 bytes from the operating system")
        memcpy(self.prover.randomness.seed, &view[0], 32)
        return 0

    cdef int _take_trace(self, trace) except -1:
        cdef size_t c
        values = np.ascontiguousarray(trace, dtype=np.uint64)
        if values.shape != (self.prover.plan.columns, self.prover.plan.length):
            raise ValueError("the trace is not of shape (columns, length)")
        if (values >= P).any():
            raise ValueError("a trace cell is not below p")
        for c in range(self.prover.plan.columns):
            memcpy(column_of(self.prover.trace, self.prover.plan.length, c),
                   <const void *><size_t>values[c].ctypes.data, 8 * self.prover.plan.length)
        return 0

    cdef int wait(self, progress) except -1:
        """Start the crew and see it to its end; whatever is raised meanwhile cancels it first."""
        cdef l2zk_crew *crew = self.prover.crew
        cdef int ended
        l2zk_crew_start(crew, prove_job, &self.prover)
        try:
            while True:
                with nogil:
                    ended = l2zk_crew_wait(crew, LOOK_IN_SECONDS)
                if ended:
                    break
                PyErr_CheckSignals()
                self._report(progress)
        except BaseException:
            l2zk_crew_cancel(crew)
            with nogil:
                l2zk_crew_wait(crew, -1)
            raise
        return 0

    cdef int _report(self, progress) except -1:
        cdef l2zk_progress now
        if progress is not None:
            now = l2zk_crew_progress(self.prover.crew)
            progress(STAGES[now.stage], min(now.done, now.total), now.total)
        return 0

    cdef int finish(self) except -1:
        """Raise what the outcome calls for."""
        cdef Prover *v = &self.prover
        if v.outcome == VIOLATED:
            raise TraceViolation(self._words(<uint64_t *>v.first_violation, v.plan.constraint_count).astype(np.int64),
                                 self._words(v.violations, v.plan.constraint_count), self.trace_array(), self.outputs())
        if v.outcome == NO_MEMORY:
            raise MemoryError("the system has no memory left for this proof")
        if v.outcome != PROVED:
            raise L2zkError("the proof was cancelled")
        return 0

    cdef object _words(self, const uint64_t *values, size_t count):
        result = np.empty(count, dtype=np.uint64)
        memcpy(<void *><size_t>result.ctypes.data, values, 8 * count)
        return result

    cdef object trace_array(self):
        cdef size_t c
        return np.stack([self._words(column_of(self.prover.trace, self.prover.plan.length, c), self.prover.plan.length)
                         for c in range(self.prover.plan.columns)])

    cdef object outputs(self):
        return [self.prover.outputs[i] for i in range(self.prover.plan.output_count)]


def prove_bytes(Compiled compiled, header, output_places, inputs, start, *, trace=None, bint check=True, unsigned threads=1,
                progress=None, seed=None):
    """Prove (PROTOCOL 6). Gives the header with the outputs filled in, and the body, as bytes.

    header: bytes with 8 bytes for each output at output_places. inputs: public inputs. start: cells (row, column, value).
    seed: 32 bytes of the operating system, for every mask and salt of a hiding proof, used for no other proof.
    trace: uint64 (columns, length), instead of running the program's step. progress(stage, done, total) is called by this thread.
    Raises TraceViolation if the trace breaks a constraint, and whatever progress or a signal handler raises.
    """
    cdef Run run = Run(compiled, header, output_places, inputs, start, check, False, trace, threads, seed)
    run.wait(progress)
    run.finish()
    return run.keep[0].tobytes(), run.prover.proof[:run.prover.proof_length]


def run_trace(Compiled compiled, header, output_places, inputs, start, *, trace=None, bint check=False, progress=None):
    """Run the program without proving: the trace as uint64 (columns, length) and the outputs. check: raise TraceViolation."""
    cdef Run run = Run(compiled, header, output_places, inputs, start, check, True, trace, 1)
    run.wait(progress)
    run.finish()
    return run.trace_array(), run.outputs()


def verify_bytes(Compiled compiled, const uint8_t[::1] header, const uint8_t[::1] body, inputs, outputs):
    """Verify a body (PROTOCOL 7.4 to 7.12) under a header that has been checked. Raises ProofError, or returns None."""
    cdef Verifier v
    memset(&v, 0, sizeof(Verifier))
    public_inputs = np.array(list(inputs) + [0], dtype=np.uint64)
    public_outputs = np.array(list(outputs) + [0], dtype=np.uint64)
    if len(public_inputs) != compiled.plan.input_count + 1 or len(public_outputs) != compiled.plan.output_count + 1:
        raise ValueError("the public values do not fit the program")
    v.plan = &compiled.plan
    v.inputs = <const uint64_t *><size_t>public_inputs.ctypes.data
    v.outputs = <const uint64_t *><size_t>public_outputs.ctypes.data
    v.header, v.header_length = &header[0], header.shape[0]
    v.body, v.length = (&body[0] if body.shape[0] else v.header), body.shape[0]
    lay_out_verifier(&v)
    v.arena.base = <char *>calloc(1, v.arena.used)
    if v.arena.base == NULL:
        raise MemoryError("the system has no memory to verify this proof")
    with nogil:
        lay_out_verifier(&v)
        verify(&v)
        free(v.arena.base)
    if v.refusal == OUT_OF_MEMORY:
        raise MemoryError("the system has no memory to verify this proof")
    if v.refusal != ACCEPTED:
        section, text = REFUSALS[v.refusal]
        raise ProofError(f"{text}, at byte {header.shape[0] + v.refused_at}" if v.refusal in (TOO_SHORT, TOO_LONG, NOT_CANONICAL)
                         else text, section)


def blake3(data):
    """The 32-byte BLAKE3 hash of bytes."""
    cdef const uint8_t[::1] view = memoryview(data).cast("B") if len(data) else b"\0"
    cdef uint8_t digest[32]
    l2zk_active.hash_bytes(&view[0], len(data), digest)
    return digest[:32]


def isas():
    """The instruction sets that this build has and this machine can run, best first."""
    names = []
    while l2zk_isa_name(len(names)) != NULL:
        names.append(l2zk_isa_name(len(names)).decode())
    return tuple(names)


def isa():
    """The instruction set in use."""
    return l2zk_active.name.decode()


def use_isa(name=None):
    """Use the kernels of this instruction set, or the best; not while a proof is running."""
    cdef const char *wanted = NULL
    encoded = (name or "").encode()
    if name is not None:
        wanted = encoded
    if l2zk_select(wanted):
        raise L2zkError(f"this machine and build have no instruction set {name!r}: choose one of {', '.join(isas())}")


use_isa(os.environ.get("L2ZK_ISA") or None)
