# Runs: the arguments of one proof or one trace, checked, and its results.

from l2zk.errors import L2zkError, StepError


class TraceViolation(Exception):
    """The trace breaks constraints: `first` row (or -1) and `counts` of each, and the trace (w, N),
    outputs and output sequences they broke on."""

    def __init__(self, first, counts, trace, outputs, sequences):
        super().__init__("the trace violates a constraint")
        self.first, self.counts, self.trace, self.outputs, self.sequences = first, counts, trace, outputs, sequences


cdef class Execution:
    """One run of a table: its public inputs and arrays, and its place in memory once it has a crew."""
    cdef Prover prover
    cdef Table table
    cdef list keep               # arrays that the core reads

    def __cinit__(self):
        memset(&self.prover, 0, sizeof(Prover))
        self.keep = []

    cdef int take(self, Table table, const Plan *plan, inputs, start, columns, sequences) except -1:
        """The table, which keeps its arrays alive, and its plan, of a shape if there is one."""
        _require(table is not None and table.plan.table.rows >= 2, "the table has not been made")
        self.table = table
        self.prover.plan = plan
        self._take_inputs(inputs, start)
        self._take_columns(columns or {})
        self._take_sequences(sequences)
        return 0

    cdef size_t measure(self, l2zk_crew *crew) noexcept:
        """The bytes that it needs with this crew."""
        self.prover.crew, self.prover.workers = crew, workers_of(self.prover.plan, l2zk_crew_threads(crew))
        self.prover.arena.base = NULL
        lay_out(&self.prover)
        return self.prover.arena.used

    cdef int _take_inputs(self, inputs, start) except -1:
        cdef Prover *v = &self.prover
        _require(len(inputs) == v.plan.table.input_count, "the public values do not fit the program")
        _require(all(0 <= value < P for value in inputs), "a public input is not below p")
        for row, column, value in start:
            _require(0 <= row < v.plan.table.rows and 0 <= column < v.plan.table.columns and 0 <= value < P,
                     "a start cell is outside the trace")
        v.inputs = <uint64_t *>kept(self.keep, list(inputs), np.uint64)
        v.start = <const uint64_t (*)[3]>kept(self.keep, list(start), np.uint64)
        v.start_count = len(start)
        return 0

    cdef int _take_columns(self, columns) except -1:
        """Columns that are given beforehand; the array of pointers lives in `keep`, as the values do."""
        cdef Prover *v = &self.prover
        pointers = np.zeros(v.plan.table.columns, dtype=np.uint64)
        for c, values in columns.items():
            values = np.ascontiguousarray(values, dtype=np.uint64)
            if not 0 <= c < v.plan.table.columns or values.shape != (v.plan.table.rows,) or (values >= P).any():
                raise ValueError(f"column {c} is not {v.plan.table.rows} values below p")
            pointers[c] = values.ctypes.data
            self.keep.append(values)
        self.keep.append(pointers)
        v.given = <const uint64_t **><size_t>pointers.ctypes.data
        return 0

    cdef int _take_sequences(self, sequences) except -1:
        """The values of the input sequences; those of the outputs get a place in the block."""
        cdef const TablePlan *t = &self.prover.plan.table
        cdef size_t i
        _require(len(sequences) == t.sequence_count - t.claimed, "the sequences do not fit the program")
        given = iter(sequences)
        self.prover.sequences = kept_pointers(self.keep, t.sequence_count)
        for i in range(t.sequence_count):
            if not t.sequences[i].is_output:
                self.prover.sequences[i] = kept_sequence(self.keep, next(given), t.sequences[i].length, f"sequence {i}")
        return 0

    cdef int _take_trace(self, trace) except -1:
        cdef size_t c
        self.prover.given_trace = True
        values = np.ascontiguousarray(trace, dtype=np.uint64)
        if values.shape != (self.prover.plan.table.columns, self.prover.plan.table.rows):
            raise ValueError("the trace is not of shape (columns, length)")
        if (values >= P).any():
            raise ValueError("a trace cell is not below p")
        for c in range(self.prover.plan.table.columns):
            memcpy(trace_column(&self.prover, c),
                   <const void *><size_t>values[c].ctypes.data, 8 * self.prover.plan.table.rows)
        return 0

    cdef int finish(self) except -1:
        """Raise the error of the outcome, if there is one."""
        cdef Prover *v = &self.prover
        if v.outcome == VIOLATED:
            first = self._words(<uint64_t *>v.first_violation, v.plan.table.constraint_count).astype(np.int64)
            counts = self._words(v.violations, v.plan.table.constraint_count)
            raise TraceViolation(first, counts, self.trace_array(), self.outputs(), self.output_sequences())
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
        cdef size_t c, length = self.prover.plan.table.rows
        result = np.empty((self.prover.plan.table.columns, length), dtype=np.uint64)
        for c in range(self.prover.plan.table.columns):
            memcpy(<void *><size_t>result[c].ctypes.data, trace_column(&self.prover, c),
                   8 * length)
        return result

    cdef object outputs(self):
        return [self.prover.outputs[i] for i in range(self.prover.plan.table.output_count)]

    cdef object output_sequences(self):
        cdef const TablePlan *t = &self.prover.plan.table
        return [self._words(self.prover.sequences[i], t.sequences[i].length) for i in range(t.sequence_count)
                if t.sequences[i].is_output]


cdef class Run(Execution):
    """A proof to be made: an execution of a compiled table, the header that states it,
    and the randomness that hides it."""
    cdef Compiled compiled
    cdef object head
    cdef uint8_t *body           # a copy of the proof that outlives the block, or NULL

    def __cinit__(self, Compiled compiled not None, header, output_places, inputs, start, *, bint check=True, seed=None,
                  columns=None, sequences=(), sequence_places=()):
        self.body = NULL
        self.compiled = compiled
        self.prover.check = check
        self.take(compiled.table, &compiled.plan, inputs, start, columns, sequences)
        self._take_header(header, output_places, sequence_places)
        if compiled.plan.hiding:
            _take_seed(&self.prover.randomness, seed)

    def __dealloc__(self):
        memset(&self.prover.randomness, 0, sizeof(Randomness))
        free(self.body)

    cdef int _take_header(self, header, output_places, sequence_places) except -1:
        """A copy of the header, into which the outputs are written."""
        cdef Prover *v = &self.prover
        cdef size_t i
        _require(len(output_places) == v.plan.table.output_count, "the public values do not fit the program")
        for place in output_places:
            _require(0 <= place <= len(header) - 8, "an output's place is outside the header")
        lengths = [v.plan.table.sequences[i].length for i in range(v.plan.table.sequence_count)
                   if v.plan.table.sequences[i].is_output]
        _require(len(sequence_places) == len(lengths), "the public values do not fit the program")
        for place, length in zip(sequence_places, lengths):
            _require(0 <= place <= len(header) - 8 * length, "an output sequence's place is outside the header")
        self.head = np.frombuffer(header, dtype=np.uint8).copy()
        v.header = <uint8_t *><size_t>self.head.ctypes.data
        v.header_length = len(header)
        v.output_places = <const uint64_t *>kept(self.keep, list(output_places), np.uint64)
        v.sequence_places = <const uint64_t *>kept(self.keep, list(sequence_places), np.uint64)
        return 0

    cdef bytes proof(self):
        return self.prover.proof[:self.prover.proof_length]
