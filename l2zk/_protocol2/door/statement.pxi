# A statement: a program's table in the shape of its proofs, as arrays, every one of them checked once.

import numpy as np

from l2zk.errors import L2zkError, ProofError

cdef enum:
    MOST_SLOTS = 1 << 24


cdef class Statement:
    """A table of N rows with its constraints, and the sizes of its proofs, to be proved or verified any number of
    times.

    domains: (kind, x, y) for each constraint; needs: the coefficients that it gives Q. constraints: Code of
    bytecode.py. pairs: (column, offset) that its loads
    read, in the order in which they are opened. sizes: the integers of PROTOCOL 4.
    """
    cdef Plan plan
    cdef list keep

    def __cinit__(self):
        memset(&self.plan, 0, sizeof(Plan))
        self.keep = []

    def __init__(self, rows, *, columns, domains, needs, pairs, periodic, constraints, input_count, output_count,
                 sizes):
        cdef Table *t = &self.plan.table
        t.rows, t.columns, t.log_rows = rows, columns, log2_exact(rows)
        t.skipped = min(4, t.log_rows - 1)
        t.variables = t.log_rows - t.skipped
        t.height = <size_t>1 << t.variables
        t.input_count, t.output_count = input_count, output_count
        self._take_pairs(pairs)
        self._take_domains(domains)
        self._take_needs(needs)
        self._take_periodic(periodic)
        self._take_code(constraints, pairs)
        self._take_sizes(sizes)

    cdef const void *_array(self, values, dtype) except? NULL:
        return kept(self.keep, values, dtype)

    cdef int _take_pairs(self, pairs) except -1:
        """Pairs, and windows: runs of a column's offsets that are close together."""
        cdef Table *t = &self.plan.table
        cdef Pair *out = <Pair *>self._array([0] * (sizeof(Pair) * len(pairs)), np.uint8)
        cdef Window *windows = <Window *>self._array([0] * (sizeof(Window) * len(pairs)), np.uint8)
        cdef size_t i, w = 0
        for i, (column, offset) in enumerate(pairs):
            _require(0 <= column < t.columns, "a pair is of no column")
            if i == 0 or column != pairs[i - 1][0] or offset > first + WINDOW_SPAN:
                first = offset
                windows[w].column, windows[w].first = column, offset % t.rows
                w += 1
            windows[w - 1].span = offset - first
            out[i].column, out[i].offset, out[i].window, out[i].place = column, offset % t.rows, w - 1, offset - first
        offsets = sorted({int(offset) % int(t.rows) for _, offset in pairs})
        for i in range(len(pairs)):
            out[i].number = offsets.index(out[i].offset)
        t.offsets, t.offset_count = <const uint64_t *>self._array(offsets, np.uint64), len(offsets)
        t.pairs, t.pair_count, t.windows, t.window_count = out, len(pairs), windows, w
        reads = sorted({column for column, _ in pairs})
        t.reads, t.read_count = <const uint32_t *>self._array(reads, np.uint32), len(reads)
        return 0

    cdef int _take_domains(self, domains) except -1:
        cdef Table *t = &self.plan.table
        cdef size_t i
        cdef Selector *selectors
        numbers = {}
        groups = [numbers.setdefault(tuple(int(v) for v in domain), len(numbers)) for domain in domains]
        t.constraint_count, t.group_count = len(groups), len(numbers)
        selectors = <Selector *>self._array([0] * (sizeof(Selector) * len(numbers)), np.uint8)
        for i, (kind, x, y) in enumerate(numbers):
            selectors[i].kind, selectors[i].x, selectors[i].y = kind, x, y
            classify(t, selectors + i)
        t.selectors = selectors
        t.group_sizes = <const uint32_t *>self._array(np.bincount(groups), np.uint32)
        in_groups = np.argsort(groups, kind="stable")
        t.in_groups = <const uint32_t *>self._array(in_groups, np.uint32)
        t.places = <const uint32_t *>self._array(np.argsort(in_groups), np.uint32)
        return 0

    cdef int _take_needs(self, needs) except -1:
        """Where each group is evaluated: at a few points, or on cosets of D."""
        cdef Table *t = &self.plan.table
        cdef Selector *s
        cdef size_t g, at = 0, need, count
        places = {}
        for g in range(t.group_count):
            s = t.selectors + g
            need = max([int(needs[t.in_groups[at + i]]) for i in range(t.group_sizes[g])])
            at += t.group_sizes[g]
            s.cosets = 0 if need <= DIRECT_POINTS else (need + (1 << t.skipped) - 1) >> t.skipped
            t.direct = max(t.direct, need if s.cosets == 0 else 0)
            t.most_cosets = max(t.most_cosets, s.cosets)
        t.sum_count = t.direct
        for g in range(t.group_count):
            count = t.selectors[g].cosets
            if count and count not in places:
                places[count] = t.sum_count
                t.sum_count += count << t.skipped
            t.selectors[g].sums = places.get(count, 0)
        _require(t.most_cosets <= MOST_DEGREE, "a constraint's degree is too high")
        return 0

    cdef int _take_periodic(self, periodic) except -1:
        cdef Table *t = &self.plan.table
        cdef Periodic *out = <Periodic *>self._array([0] * (sizeof(Periodic) * len(periodic)), np.uint8)
        cdef size_t i
        for i, values in enumerate(periodic):
            _require(len(values) <= t.rows, f"periodic column {i} is longer than the trace")
            out[i].log_period = log2_exact(len(values))
            out[i].values = <const uint64_t *>self._array(values, np.uint64)
        t.periodic, t.periodic_count = out, len(periodic)
        return 0

    cdef int _take_code(self, code, pairs) except -1:
        cdef l2zk_code *c = &self.plan.table.constraints
        c.uniform_count, c.vector_count, c.result_count = len(code.uniforms), code.vectors, code.results
        c.prelude_count, c.load_count, c.body_count = len(code.prelude), len(code.loads), len(code.body)
        c.uniforms = <const uint64_t *>self._array(code.uniforms, np.uint64)
        c.prelude = <const uint32_t (*)[4]>self._array(code.prelude, np.uint32)
        c.loads = <const uint32_t (*)[3]>self._array(code.loads, np.uint32)
        c.body = <const uint32_t (*)[4]>self._array(code.body, np.uint32)
        numbers = {pair: i for i, pair in enumerate(pairs)}
        places = [numbers[column, offset] if kind == 0 else 0 for kind, column, offset in code.loads.tolist()]
        self.plan.table.pair_of = <const uint32_t *>self._array(places, np.uint32)
        return 0

    cdef int _take_sizes(self, sizes) except -1:
        cdef Plan *p = &self.plan
        cdef size_t number
        p.hiding, p.quotient, p.degree, p.last_degree = sizes.hiding, sizes.quotient, sizes.degree, sizes.last_degree
        p.hidden, p.masks = sizes.hidden, sizes.masks
        p.columns, p.log_m, p.log_n0 = sizes.columns, sizes.log_m, sizes.log_n0
        p.queries, p.tail = sizes.queries, sizes.tail
        p.m, p.grinding, p.word_count = <size_t>1 << p.log_m, sizes.grinding, len(sizes.words)
        p.log_columns = log_of_ratio(p.columns, 1)
        _require(p.word_count <= MOST_WORDS and p.last_degree <= MOST_DEGREE, "the shape is too large")
        for number, (k, log_n, queries) in enumerate(sizes.words):
            p.words[number].k, p.words[number].log_n, p.words[number].queries = k, log_n, queries
        p.final = p.m >> sum([word[0] for word in sizes.words])
        p.lengths = <const uint64_t *>self._array(sizes.lengths, np.uint64)
        p.length_count = len(sizes.lengths)
        return 0

    def memory(self, unsigned threads):
        """Bytes of the block that a proof lies in."""
        return run_memory(&self.plan, threads)


def prove_bytes(Statement statement, header, inputs, outputs, columns, seed, *, unsigned threads=1, profile=None):
    """The body of a proof of this trace, given as arrays of N elements."""
    cdef Prover v
    cdef list keep = []
    cdef Session session = Session(threads)
    cdef _Bytes head = _Bytes(header)
    memset(&v, 0, sizeof(Prover))
    v.plan, v.crew, v.workers = &statement.plan, session.crew, l2zk_crew_threads(session.crew)
    v.header, v.header_length = <uint8_t *>head.start(), head.size()
    v.inputs = <const uint64_t *>kept(keep, list(inputs), np.uint64)
    v.outputs = <const uint64_t *>kept(keep, list(outputs), np.uint64)
    pointers = np.zeros(max(1, len(columns)), dtype=np.uint64)
    for c, values in enumerate(columns):
        values = np.ascontiguousarray(values, dtype=np.uint64)
        _require(values.shape == (statement.plan.table.rows,), "a column has another length")
        keep.append(values)
        pointers[c] = values.ctypes.data
    v.given = <const uint64_t **><size_t>pointers.ctypes.data
    if statement.plan.hiding:
        _take_seed(&v.randomness, seed)
    lay_out(&v)
    session.take_block(v.arena.used)
    v.arena.base = session.block
    lay_out(&v)
    session.carry_out(prove_job, &v, None, NULL, 0)
    if profile is not None:
        profile.update(session.seconds())
    if v.outcome != PROVED:
        raise L2zkError("the proof was cancelled")
    return v.proof[:v.proof_length]


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


def verify_bytes(Statement statement, header, body, inputs, outputs):
    """Verify a body (PROTOCOL 7.2 to 7.7) under a header that has been checked. Raises ProofError, or returns None."""
    cdef Verifier v
    cdef _Bytes head = _Bytes(header), rest = _Bytes(body)
    cdef list keep = [], public_inputs = list(inputs), public_outputs = list(outputs)
    memset(&v, 0, sizeof(Verifier))
    v.plan = &statement.plan
    v.inputs = <const uint64_t *>kept(keep, public_inputs, np.uint64)
    v.outputs = <const uint64_t *>kept(keep, public_outputs, np.uint64)
    v.header, v.header_length = head.start(), head.size()
    v.body, v.length = rest.start(), rest.size()
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
        if v.refusal in (TOO_SHORT, TOO_LONG, NOT_CANONICAL):
            text += f", at byte {head.size() + v.refused_at}"
        raise ProofError(text, section)
