# The functions for Python: prove, run the trace, verify. A verification runs on the calling thread.

from l2zk.errors import ProofError

REFUSALS = {
    TOO_SHORT: ("7.2", "the body ends too early"),
    TOO_LONG: ("7.2", "the body goes on behind its end"),
    NOT_CANONICAL: ("7.2", "a number in the body is not below p"),
    WRONG_ARGUMENT: ("7.3", "the argument does not add up"),
    NO_GRINDING: ("7.5", "a nonce does not show the work"),
    WRONG_INPUT_OPENING: ("7.5", "the opened leaves of the vector do not lead to its root"),
    WRONG_WORD_OPENING: ("7.5", "the opened leaves of a word do not lead to its root"),
    WRONG_FINAL_VALUE: ("7.6", "an opened value is not that of the final polynomial"),
    WRONG_CLAIM: ("7.7", "the claims do not hold"),
}


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


def prove_bytes(Compiled compiled not None, header, output_places, inputs, start, *, trace=None, bint check=True,
                unsigned threads=1, progress=None, seed=None, columns=None, profile=None, sequences=(),
                sequence_places=()):
    """Prove (PROTOCOL 6). Gives the header with the outputs filled in, and the body, as bytes.

    header: bytes with 8 bytes for each output at output_places, and for each output sequence 8 bytes a value from
    sequence_places on. inputs: public inputs. sequences: the values of each input sequence, uint64. start: cells (row,
    column, value). columns: by index, uint64 (length,) of those columns that are given rather than stepped. trace:
    uint64 (columns, length), instead of running the program at all. seed: 32 bytes of the operating system, for every
    mask and salt of a hiding proof, used for no other proof. progress(stage, done, total) is called by this thread.
    profile: a dict that gets the seconds of each stage. Raises TraceViolation if the trace breaks a constraint,
    StepError, and whatever progress or a signal handler raises.
    """
    cdef Session session = Session(threads)
    cdef Run run = Run(compiled, header, output_places, inputs, start, check=check, seed=seed, columns=columns,
                       sequences=sequences, sequence_places=sequence_places)
    _run_alone(session, prove_job, run, trace, progress)
    if profile is not None:
        profile.update(session.seconds())
    return run.head.tobytes(), run.proof()


def run_trace(Table table not None, inputs, start, *, trace=None, bint check=False, progress=None, columns=None,
              sequences=()):
    """Run the program without proving: the trace as uint64 (columns, length), the outputs, the output sequences.
    check: raise TraceViolation."""
    cdef Session session = Session(1)      # whose block the trace is in until it is copied
    cdef Execution run = Execution()
    run.take(table, &table.plan, inputs, start, columns, sequences)
    run.prover.check, run.prover.trace_only = check, True
    _run_alone(session, trace_job, run, trace, progress)
    return run.trace_array(), run.outputs(), run.output_sequences()


def prove_many(runs, *, unsigned threads=1, progress=None, bint stop_at_failure=True):
    """Prove a sequence of `Run`s, each of which can be proved once,
    in one region without the GIL and in one block of memory.

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
    _require(len(set(map(id, runs))) == len(runs), "a run stands twice in a series")
    for i, run in enumerate(runs):
        if run is None or run.prover.proof_length:
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


cdef object _refusal(Compiled compiled, header, body, inputs, outputs, sequences, Log *log):
    """The error of a verification, or None. log: that its acts are noted in, or NULL."""
    cdef Verifier v
    cdef _Bytes head = _Bytes(header), rest = _Bytes(body)
    cdef list keep = [], public_inputs = list(inputs), public_outputs = list(outputs)
    cdef const TablePlan *t = &compiled.plan.table
    cdef size_t i
    memset(&v, 0, sizeof(Verifier))
    if len(public_inputs) != compiled.plan.table.input_count or len(public_outputs) != compiled.plan.table.output_count:
        raise ValueError("the public values do not fit the program")
    _require(compiled.table is not None, "the table has not been made")
    _require(all(0 <= value < P for value in public_inputs + public_outputs), "a public value is not below p")
    v.plan = &compiled.plan
    v.inputs = <const uint64_t *>kept(keep, public_inputs, np.uint64)
    v.outputs = <const uint64_t *>kept(keep, public_outputs, np.uint64)
    _require(len(sequences) == t.sequence_count, "the sequences do not fit the program")
    v.sequences = kept_pointers(keep, t.sequence_count)
    for i in range(t.sequence_count):
        v.sequences[i] = kept_sequence(keep, sequences[i], t.sequences[i].length, f"sequence {i}")
    v.header, v.header_length = head.start(), head.size()
    v.body, v.length = rest.start(), rest.size()
    v.transcript.log = log
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
    if v.refusal == ACCEPTED:
        return None
    section, text = REFUSALS[v.refusal]
    if v.refusal in (TOO_SHORT, TOO_LONG, NOT_CANONICAL):
        text += f", at byte {head.size() + v.refused_at}"
    return ProofError(text, section)


def verify_bytes(Compiled compiled not None, header, body, inputs, outputs, sequences=()):
    """Verify a body (PROTOCOL 7.2 to 7.7) under a header that has been checked. Raises ProofError, or returns None.

    sequences: the values of all sequences, inputs and outputs in order, uint64."""
    refusal = _refusal(compiled, header, body, inputs, outputs, sequences, NULL)
    if refusal is not None:
        raise refusal
