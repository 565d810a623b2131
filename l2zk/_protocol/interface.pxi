# What Python calls: prove, run the trace, verify. A proof runs without the GIL on a crew of threads of its own, trace generation
# included, while the calling thread looks in every 50 ms for Ctrl-C and progress. A verification runs on the calling thread.

import os

from cpython.exc cimport PyErr_CheckSignals

from l2zk.base.wording import short
from l2zk.errors import L2zkError, OptionsError, ProofError, StepError

cdef double LOOK_IN_SECONDS = 0.05

STAGES = ("start", "trace", "check", "commit trace", "quotient", "commit quotient", "values", "batch", "fold", "grind", "open")

REFUSALS = {
    TOO_SHORT: ("7.4", "the proof ends too early"),
    NOT_CANONICAL: ("7.4", "a value is not below p"),
    WRONG_LENGTH: ("7.8", "the openings have another length than the queries give them"),
    OPENING_NOT_CANONICAL: ("7.8", "an opened value is not below p"),
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


cdef size_t CELLS_ALONE = 1 << 19   # on L: a proof of fewer is slower with two threads than with one


cdef void trace_job(void *context) noexcept nogil:
    cdef Prover *v = <Prover *>context
    generate_trace(v)
    check_trace(v)
    l2zk_crew_stage(v.crew, 0, 0)


cdef void prove_job(void *context) noexcept nogil:
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    l2zk_crew_alone(v.crew, p.size * (p.columns + 3 * p.pieces) < CELLS_ALONE)
    l2zk_active.ntt_fill_tables(v.table_words, v.plan.coset_size)
    prove(v)
    l2zk_crew_stage(v.crew, 0, 0)


cdef class Execution:
    """One run of a table: its public inputs and arrays, and its place in memory once it has a crew."""
    cdef Prover prover
    cdef Table table
    cdef list keep               # arrays that the core reads

    def __cinit__(self):
        memset(&self.prover, 0, sizeof(Prover))
        self.keep = []

    cdef int take(self, Table table, const Plan *plan, inputs, start, columns) except -1:
        """The table, which keeps its arrays alive, and its plan, of a shape if there is one."""
        self.table = table
        self.prover.plan = plan
        self._take_inputs(inputs, start)
        self._take_columns(columns or {})
        return 0

    cdef size_t measure(self, l2zk_crew *crew) noexcept:
        """The bytes that it needs with this crew."""
        self.prover.crew, self.prover.workers = crew, l2zk_crew_threads(crew)
        self.prover.arena.base = NULL
        lay_out(&self.prover)
        return self.prover.arena.used

    cdef int _take_inputs(self, inputs, start) except -1:
        cdef Prover *v = &self.prover
        _require(len(inputs) == v.plan.input_count, "the public values do not fit the program")
        _require(all(0 <= value < P for value in inputs), "a public input is not below p")
        for row, column, value in start:
            _require(row < v.plan.length and column < v.plan.columns and value < P, "a start cell is outside the trace")
        v.inputs = <uint64_t *>kept(self.keep, list(inputs), np.uint64)
        v.start = <const uint64_t (*)[3]>kept(self.keep, list(start), np.uint64)
        v.start_count = len(start)
        return 0

    cdef int _take_columns(self, columns) except -1:
        """Columns that are given beforehand; the array of pointers lives in `keep`, as the values do."""
        cdef Prover *v = &self.prover
        pointers = np.zeros(v.plan.columns, dtype=np.uint64)
        for c, values in columns.items():
            values = np.ascontiguousarray(values, dtype=np.uint64)
            if not 0 <= c < v.plan.columns or values.shape != (v.plan.length,) or (values >= P).any():
                raise ValueError(f"column {c} is not {v.plan.length} values below p")
            pointers[c] = values.ctypes.data
            self.keep.append(values)
        self.keep.append(pointers)
        v.given = <const uint64_t **><size_t>pointers.ctypes.data
        return 0

    cdef int _take_trace(self, trace) except -1:
        cdef size_t c
        self.prover.given_trace = True
        values = np.ascontiguousarray(trace, dtype=np.uint64)
        if values.shape != (self.prover.plan.columns, self.prover.plan.length):
            raise ValueError("the trace is not of shape (columns, length)")
        if (values >= P).any():
            raise ValueError("a trace cell is not below p")
        for c in range(self.prover.plan.columns):
            memcpy(column_of(self.prover.trace, self.prover.plan.coset_size, c),
                   <const void *><size_t>values[c].ctypes.data, 8 * self.prover.plan.length)
        return 0

    cdef int finish(self) except -1:
        """Raise what the outcome calls for."""
        cdef Prover *v = &self.prover
        if v.outcome == VIOLATED:
            raise TraceViolation(self._words(<uint64_t *>v.first_violation, v.plan.constraint_count).astype(np.int64),
                                 self._words(v.violations, v.plan.constraint_count), self.trace_array(), self.outputs())
        if v.outcome == NO_MEMORY:
            raise MemoryError("the system has no memory left for this proof")
        if v.outcome == STEP_FAILED:
            raise StepError(f"the step function failed and returned {v.step_result}")
        if v.outcome == STEP_NOT_CANONICAL:
            raise StepError("the step function left a value that is not below p")
        if v.outcome != PROVED:
            raise L2zkError("the proof was cancelled")
        return 0

    cdef object _words(self, const uint64_t *values, size_t count):
        result = np.empty(count, dtype=np.uint64)
        memcpy(<void *><size_t>result.ctypes.data, values, 8 * count)
        return result

    cdef object trace_array(self):
        cdef size_t c, length = self.prover.plan.length
        result = np.empty((self.prover.plan.columns, length), dtype=np.uint64)
        for c in range(self.prover.plan.columns):
            memcpy(<void *><size_t>result[c].ctypes.data, column_of(self.prover.trace, self.prover.plan.coset_size, c), 8 * length)
        return result

    cdef object outputs(self):
        return [self.prover.outputs[i] for i in range(self.prover.plan.output_count)]


cdef class Run(Execution):
    """A proof to be made: an execution of a compiled table, the header that states it, and the randomness that hides it."""
    cdef Compiled compiled
    cdef object head
    cdef uint8_t *body           # a copy of the proof that outlives the block, or NULL

    def __cinit__(self, Compiled compiled, header, output_places, inputs, start, *, bint check=True, seed=None, columns=None):
        self.body = NULL
        self.compiled = compiled
        self.prover.check = check
        self.take(compiled.table, &compiled.plan, inputs, start, columns)
        self._take_header(header, output_places)
        if compiled.plan.hiding:
            self._take_seed(seed)

    def __dealloc__(self):
        memset(&self.prover.randomness, 0, sizeof(Randomness))
        free(self.body)

    cdef int _take_header(self, header, output_places) except -1:
        """A copy of the header, into which the outputs are written."""
        cdef Prover *v = &self.prover
        _require(len(output_places) == v.plan.output_count, "the public values do not fit the program")
        for place in output_places:
            _require(place + 8 <= len(header), "an output's place is outside the header")
        self.head = np.frombuffer(header, dtype=np.uint8).copy()
        v.header = <uint8_t *><size_t>self.head.ctypes.data
        v.header_length = len(header)
        v.output_places = <const uint64_t *>kept(self.keep, list(output_places), np.uint64)
        return 0

    cdef int _take_seed(self, seed) except -1:
        cdef const uint8_t[::1] view = seed
        _require(view.shape[0] == 32, "hiding takes a seed of 32 bytes from the operating system")
        memcpy(self.prover.randomness.seed, &view[0], 32)
        return 0

    cdef bytes proof(self):
        return self.prover.proof[:self.prover.proof_length]


cdef class Session:
    """A crew and a block of memory, taken for one call and given back after it."""
    cdef l2zk_crew *crew
    cdef char *block

    def __cinit__(self, unsigned threads):
        self.block = NULL
        self.crew = l2zk_crew_take(threads)
        if self.crew == NULL:
            raise L2zkError("the system gives no thread to prove on")

    def __dealloc__(self):
        l2zk_block_give(self.block)
        if self.crew != NULL:
            l2zk_crew_give(self.crew)

    cdef int take_block(self, size_t size) except -1:
        self.block = <char *>l2zk_block_take(size)
        if self.block == NULL:
            raise MemoryError(f"the system has no {size:,} bytes for this proof")
        return 0

    cdef int carry_out(self, l2zk_job job, void *context, progress, const size_t *done, size_t total) except -1:
        """Start the crew and see it to its end; whatever is raised meanwhile cancels it first."""
        cdef int ended
        l2zk_crew_start(self.crew, job, context)
        try:
            while True:
                with nogil:
                    ended = l2zk_crew_wait(self.crew, LOOK_IN_SECONDS)
                if ended:
                    break
                PyErr_CheckSignals()
                if progress is not None:
                    self._report(progress, done, total)
        except BaseException:
            l2zk_crew_cancel(self.crew)
            with nogil:
                l2zk_crew_wait(self.crew, -1)
            raise
        if l2zk_crew_is_gone(self.crew):
            raise L2zkError("this process was forked while the proof was being made: only the parent can finish it")
        return 0

    cdef int _report(self, progress, const size_t *done, size_t total) except -1:
        """A stage whose extent is not known yet is at 0 of 1."""
        cdef l2zk_progress now = l2zk_crew_progress(self.crew)
        if done == NULL:
            progress(STAGES[now.stage], min(now.done, now.total), max(now.total, 1))
        else:
            progress("proofs", done[0], total)
        return 0

    cdef dict seconds(self):
        """Seconds by stage."""
        return {name: l2zk_crew_seconds(self.crew, i) for i, name in enumerate(STAGES)}


cdef int _run_alone(Session session, l2zk_job job, Execution run, trace, progress) except -1:
    """One execution with the session's crew, in a block of its own."""
    session.take_block(run.measure(session.crew))
    run.prover.arena.base = session.block
    lay_out(&run.prover)
    if trace is not None:
        run._take_trace(trace)
    session.carry_out(job, &run.prover, progress, NULL, 0)
    run.finish()
    return 0


def prove_bytes(Compiled compiled, header, output_places, inputs, start, *, trace=None, bint check=True, unsigned threads=1,
                progress=None, seed=None, columns=None, profile=None):
    """Prove (PROTOCOL 6). Gives the header with the outputs filled in, and the body, as bytes.

    header: bytes with 8 bytes for each output at output_places. inputs: public inputs. start: cells (row, column, value).
    columns: by index, uint64 (length,) of those columns that are given rather than stepped. trace: uint64 (columns, length),
    instead of running the program at all. seed: 32 bytes of the operating system, for every mask and salt of a hiding proof, used
    for no other proof. progress(stage, done, total) is called by this thread. profile: a dict that gets the seconds of each stage.
    Raises TraceViolation if the trace breaks a constraint, StepError, and whatever progress or a signal handler raises.
    """
    cdef Session session = Session(threads)
    cdef Run run = Run(compiled, header, output_places, inputs, start, check=check, seed=seed, columns=columns)
    _run_alone(session, prove_job, run, trace, progress)
    if profile is not None:
        profile.update(session.seconds())
    return run.head.tobytes(), run.proof()


def run_trace(Table table, inputs, start, *, trace=None, bint check=False, progress=None, columns=None):
    """Run the program without proving: the trace as uint64 (columns, length) and the outputs. check: raise TraceViolation."""
    cdef Session session = Session(1)      # whose block the trace is in until it is copied
    cdef Execution run = Execution()
    run.take(table, &table.plan, inputs, start, columns)
    run.prover.check, run.prover.trace_only = check, True
    _run_alone(session, trace_job, run, trace, progress)
    return run.trace_array(), run.outputs()


# ---- many proofs in one region without the GIL -----------------------------------------------------------------------

cdef struct Series:
    l2zk_crew *crew
    char *block
    Prover **provers
    uint8_t **bodies
    size_t count
    size_t done
    bint stop_at_failure


cdef void prove_series(void *context) noexcept nogil:
    """One after the other in the same block; each finished body is copied out of it."""
    cdef Series *s = <Series *>context
    cdef Prover *v
    cdef size_t i
    for i in range(s.count):
        v = s.provers[i]
        v.arena.base = s.block
        lay_out(v)
        prove_job(v)
        if v.outcome == PROVED:
            s.bodies[i] = <uint8_t *>malloc(v.proof_length)
            if s.bodies[i] == NULL:
                stop(v, NO_MEMORY)
            else:
                memcpy(s.bodies[i], v.proof, v.proof_length)
        if v.outcome == CANCELLED or v.outcome != PROVED and s.stop_at_failure:
            return
        s.done = i + 1


def prove_many(runs, *, unsigned threads=1, progress=None, bint stop_at_failure=True):
    """Prove a sequence of `Run`s, each of which can be proved once, in one region without the GIL and in one block of memory.

    Gives for each its header and body, or None where it failed or was not begun: prove that one alone to see why.
    progress("proofs", done, total) is called by this thread.
    """
    if not runs:
        return []
    cdef Session session = Session(threads)
    cdef Series s
    cdef Run run
    cdef size_t i, most = 64
    provers = np.zeros(len(runs) + 1, dtype=np.uint64)
    bodies = np.zeros(len(runs) + 1, dtype=np.uint64)
    memset(&s, 0, sizeof(Series))
    s.provers, s.bodies = <Prover **><size_t>provers.ctypes.data, <uint8_t **><size_t>bodies.ctypes.data
    s.crew, s.count, s.stop_at_failure = session.crew, len(runs), stop_at_failure
    for i, run in enumerate(runs):
        if run.prover.proof_length:
            raise ValueError("a run can be proved once")
        s.provers[i] = &run.prover
        most = max(most, run.measure(session.crew))
    session.take_block(most)
    s.block = session.block
    try:
        session.carry_out(prove_series, &s, progress, &s.done, s.count)
    finally:
        for i, run in enumerate(runs):
            run.body = s.bodies[i]
    return [(run.head.tobytes(), run.body[:run.prover.proof_length]) if run.body != NULL else None for run in runs]


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
        if v.refusal in (TOO_SHORT, WRONG_LENGTH, NOT_CANONICAL, OPENING_NOT_CANONICAL):
            text += f", at byte {header.shape[0] + v.refused_at}"
        raise ProofError(text, section)


cdef size_t LONG_MESSAGE = 1 << 22  # bytes; a shorter one is hashed in less time than the GIL may take to come back


def blake3(data):
    """The 32-byte BLAKE3 hash of bytes, or of any buffer whose bytes lie together; a long one is hashed without the GIL."""
    cdef size_t length = memoryview(data).nbytes
    cdef const uint8_t[::1] view = memoryview(data).cast("B") if length else b"\0"
    cdef const uint8_t *start = &view[0]
    cdef uint8_t digest[32]
    if length < LONG_MESSAGE:
        l2zk_active.hash_bytes(start, length, digest)
    else:
        with nogil:
            l2zk_active.hash_bytes(start, length, digest)
    return digest[:32]


def tree_memory(size_t leaves, size_t blowup):
    """The bytes of the levels that a tree keeps while a proof is made."""
    cdef Tree t
    plan_tree(&t, NULL, leaves, blowup)
    return 4 * level_words(&t)


def keep_memory(size_t limit):
    """Keep at most `limit` bytes for the next proofs, and give back the rest now."""
    l2zk_block_keep(limit)


def release_memory():
    """Give back the memory and the threads that are kept for the next proofs, and say how many bytes that were."""
    l2zk_crew_release()
    return l2zk_block_release()


def kept_memory():
    """The bytes that are kept for the next proofs."""
    return l2zk_block_kept()


cdef list _sets = []              # (name, compiled, runs here), best first
cdef l2zk_isa _each = l2zk_isa_at(0)
while _each.name != NULL:
    _sets.append((_each.name.decode(), _each.compiled, _each.runs_here))
    _each = l2zk_isa_at(len(_sets))


def isas():
    """The instruction sets that this build has and this machine can run, best first."""
    return tuple([name for name, compiled, runs_here in _sets if compiled and runs_here])


def compiled_isas():
    """The instruction sets that this build has, best first."""
    return tuple([name for name, compiled, _ in _sets if compiled])


def machine_isas():
    """The instruction sets that kernels are written for and this machine can run, best first."""
    return tuple([name for name, _, runs_here in _sets if runs_here])


def isa():
    """The instruction set in use."""
    return l2zk_active.name.decode()


def use_isa(name=None):
    """Use the kernels of this instruction set, or the best; not while a proof is running."""
    cdef const char *wanted = NULL
    encoded = (name or "").encode(errors="surrogateescape")
    if name is not None:
        wanted = encoded
    if l2zk_select(wanted):
        raise OptionsError(f"this machine and build have no instruction set {short(name)}: choose one of {', '.join(isas())}")


ISA_REFUSED = ""                  # what is wrong with L2ZK_ISA: whoever proves or verifies is told, rather than who imports
try:
    use_isa(os.environ.get("L2ZK_ISA") or None)
except OptionsError as refused:
    ISA_REFUSED = f"L2ZK_ISA: {refused}"
