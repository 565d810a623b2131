# The functions for Python: prove, run the trace, verify. A verification runs on the calling thread.

from l2zk.base.room import room
from l2zk.errors import ProofError

REFUSALS = {
    TOO_SHORT: ("7.2", "the body ends too early"),
    TOO_LONG: ("7.2", "the body goes on behind its end"),
    NOT_CANONICAL: ("7.2", "a number in the body is not below p"),
    ENDLESS_MESSAGE: ("7.3", "a public message has the denominator 0"),
    WRONG_ARGUMENT: ("7.3", "the argument does not add up"),
    NO_GRINDING: ("7.5", "a nonce does not show the work"),
    WRONG_INPUT_OPENING: ("7.5", "the opened leaves of the vector do not lead to its root"),
    WRONG_WORD_OPENING: ("7.5", "the opened leaves of a word do not lead to its root"),
    WRONG_FINAL_VALUE: ("7.6", "an opened value is not that of the final polynomial"),
    WRONG_CLAIM: ("7.7", "the claims do not hold"),
}


MANY_WORDS = 1 << 17             # of given columns, which are then freed before the rest of the proof takes its memory


cdef int _run_alone(Session session, l2zk_job job, Execution run, progress) except -1:
    """One execution with the session's crew, in a block of its own."""
    session.take_block(run.measure(session.crew))
    run.prover.arena.base = session.block
    lay_out(&run.prover)
    if run.given_words >= MANY_WORDS:
        session.carry_out(begin_job, &run.prover, None, NULL, 0)
        run.given.clear()
    session.carry_out(job, &run.prover, progress, NULL, 0)
    run.finish()
    return 0


def prove_bytes(Compiled compiled not None, header, instances, *, bint check=True, unsigned threads=1, progress=None,
                seed=None, profile=None):
    """Prove (PROTOCOL 6). Gives the header with the outputs filled in, and the body, as bytes.

    header: bytes, with 8 bytes for each output where the instances say. instances: an `Instance` for each statement, in
    order, whose runs are then taken away. check: look whether each trace satisfies its constraints; buses are not
    looked at. seed: 32 bytes of the operating system, for every mask and salt of a hiding proof, used for no other
    proof. progress(stage, done, total) is called by this thread. profile: a dict that gets the seconds of each stage.
    Raises TraceViolation if a trace breaks a constraint, StepError, and whatever progress or a signal handler raises.
    """
    cdef Session session = Session(threads)
    cdef Run run = Run(compiled, header, instances, check=check, seed=seed)
    for one in instances:
        if isinstance(one, Instance):
            one.runs = ()
    _run_alone(session, prove_job, run, progress)
    if profile is not None:
        profile.update(session.seconds())
    return run.head.tobytes(), run.proof()


def run_trace(Table table not None, inputs, start, *, trace=None, outputs=None, bint check=False, progress=None,
              columns=None, sequences=()):
    """Run one block of a table without proving: the trace as uint64 (columns, length), the outputs, the output
    sequences. outputs, sequences: of a table that claims none, the public outputs and all sequences that its
    constraints read. check: raise TraceViolation."""
    cdef Session session = Session(1)
    cdef Execution run = Execution()
    cdef bint is_main = table.table.claim_count == table.table.output_count and outputs is None
    cdef size_t i
    _require(table.table.rows >= 2 and table.table.blocks == 1, "the table has not been made")
    run.take_alone(table, inputs, start, trace, columns, None if is_main else outputs or [], sequences)
    made = room(table.table.columns, table.table.rows, TILE)
    run.prover.check, run.prover.trace_only = check, True
    run.prover.vector = <uint64_t *><size_t>made.ctypes.data
    _run_alone(session, trace_job, run, progress)
    return made, run.outputs(0), run.output_sequences(0)


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


cdef int _take_public(Public *public, const TablePlan *main, list keep, inputs, outputs, sequences) except -1:
    """The public values of a statement."""
    cdef list public_inputs = list(inputs), public_outputs = list(outputs)
    cdef size_t i
    if len(public_inputs) != main.input_count or len(public_outputs) != main.output_count:
        raise ValueError("the public values do not fit the program")
    _require(all(0 <= value < P for value in public_inputs + public_outputs), "a public value is not below p")
    _require(len(sequences) == main.sequence_count, "the sequences do not fit the program")
    public.inputs = <const uint64_t *>kept(keep, public_inputs, np.uint64)
    public.outputs = <const uint64_t *>kept(keep, public_outputs, np.uint64)
    public.sequences = kept_pointers(keep, main.sequence_count)
    for i in range(main.sequence_count):
        public.sequences[i] = kept_sequence(keep, sequences[i], main.sequences[i].length, f"sequence {i}")
    return 0


cdef Public *_take_publics(const Plan *p, list keep, statements) except NULL:
    """Public values, statement by statement or by `Publics`, each of which is of one group."""
    cdef Public *publics
    cdef const GroupPlan *g
    cdef size_t number = 0, count
    statements = list(statements)
    count = statements_in(statements)
    _require(count == p.statement_count, f"{count} statements do not fit the proof")
    publics = <Public *>kept_zeros(keep, sizeof(Public) * count)
    for statement in statements:
        g = p.groups + group_of_statement(p, number)
        if isinstance(statement, Publics):
            _require(number + statement.count <= g.first_statement + g.statements, "values are of several groups")
            _take_many_publics(publics + number, p.tables + g.first_table, keep, statement)
            number += statement.count
        else:
            inputs, outputs, sequences = statement
            _take_public(publics + number, p.tables + g.first_table, keep, inputs, outputs, sequences)
            number += 1
    return publics


cdef int _take_many_publics(Public *publics, const TablePlan *main, list keep, Publics many) except -1:
    """The public values of statements of a program without sequences."""
    cdef const uint64_t *inputs = start_of(keep, many.inputs)
    cdef const uint64_t *outputs = start_of(keep, many.outputs)
    cdef const uint64_t **none = kept_pointers(keep, 0)
    cdef size_t i, count = many.count
    _require(main.sequence_count == 0 and many.inputs.shape[1] == main.input_count
             and many.outputs.shape[1] == main.output_count, "the public values do not fit the program")
    for i in range(count):
        publics[i].inputs, publics[i].outputs = inputs + i * main.input_count, outputs + i * main.output_count
        publics[i].sequences = none
    return 0


cdef object _refusal(Compiled compiled, header, body, statements, Log *log):
    """The error of a verification, or None. log: that its acts are noted in, or NULL."""
    cdef Verifier v
    cdef _Bytes head = _Bytes(header), rest = _Bytes(body)
    cdef list keep = []
    memset(&v, 0, sizeof(Verifier))
    _require(compiled.groups is not None, "the tables have not been made")
    v.plan = &compiled.plan
    v.publics = _take_publics(v.plan, keep, statements)
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


def verify_bytes(Compiled compiled not None, header, body, statements):
    """Verify a body (PROTOCOL 7.2 to 7.7) under a header that has been checked. Raises ProofError, or returns None.

    statements: of each (inputs, outputs, sequences), these the values of all sequences, inputs and outputs in order."""
    refusal = _refusal(compiled, header, body, statements, NULL)
    if refusal is not None:
        raise refusal
