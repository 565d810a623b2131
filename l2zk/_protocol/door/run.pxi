# Runs: the arguments of one proof or one trace, checked, and its results.

from l2zk.errors import L2zkError, StepError


class TraceViolation(Exception):
    """A trace breaks constraints: of a statement and a table of its program the `first` row (or -1) and `counts` of
    each constraint, and the trace (w, B) of this table, outputs and output sequences they broke on."""

    def __init__(self, statement, table, first, counts, trace, outputs, sequences):
        super().__init__("the trace violates a constraint")
        self.statement, self.table = statement, table
        self.first, self.counts, self.trace, self.outputs, self.sequences = first, counts, trace, outputs, sequences


@cython.auto_pickle(False)
cdef class Instance:
    """A statement to be proved: its public inputs and input sequences, and what its tables are filled with.

    runs: of each table of its program (start, columns, trace): cells (row, column, value); by index, uint64 (B,) of the
    columns that are given; or all of them, uint64 (columns, B), or None. A table of which all columns are given is not
    run. output_places: where in the header each output's 8 bytes are; sequence_places: where each output sequence
    begins.
    """
    cdef readonly object inputs, output_places, sequences, sequence_places
    cdef public object runs

    def __init__(self, inputs, runs, *, output_places=(), sequences=(), sequence_places=()):
        self.inputs, self.runs, self.output_places = inputs, runs, output_places
        self.sequences, self.sequence_places = sequences, sequence_places


cdef class Execution:
    """Runs of tables: their public values and arrays, and their place in memory once there is a crew."""
    cdef Prover prover
    cdef list keep               # arrays that the core reads
    cdef list given              # columns that it reads only at first
    cdef size_t given_words      # all their values
    cdef object owner            # what keeps the plan alive

    def __cinit__(self):
        memset(&self.prover, 0, sizeof(Prover))
        self.keep, self.given, self.given_words = [], [], 0

    cdef int take(self, owner, const Plan *plan, instances) except -1:
        """The plan, and an instance for each of its statements; `Instances` are of one group."""
        cdef Prover *v = &self.prover
        cdef const GroupPlan *g
        cdef size_t count = statements_in(instances), number = 0, next = 0
        self.owner = owner
        v.plan = plan
        _require(count == plan.statement_count, f"{count} statements do not fit the proof")
        self._make_room(count)
        for instance in instances:
            g = plan.groups + group_of_statement(plan, number)
            next = number + (instance.count if isinstance(instance, Instances) else 1)
            _require(next <= g.first_statement + g.statements, "instances are of several groups")
            if isinstance(instance, Instances):
                self._take_instances(g, number, instance)
            else:
                self._take_instance(g, number, instance)
            number = next
        return 0

    cdef int _make_room(self, size_t count) except -1:
        """Statements and their blocks, in order."""
        cdef Prover *v = &self.prover
        cdef const Plan *p = v.plan
        cdef size_t g, i, number = 0, block = 0
        for g in range(p.group_count):
            block += p.groups[g].statements * p.groups[g].table_count
        v.block_count = block
        v.blocks = <Block *>kept_zeros(self.keep, sizeof(Block) * block)
        v.publics = <Public *>kept_zeros(self.keep, sizeof(Public) * count)
        v.statements = <Statement *>kept_zeros(self.keep, sizeof(Statement) * (count + 1))
        block = 0
        for g in range(p.group_count):
            for i in range(p.groups[g].statements):
                v.statements[number].first_block = block
                block += p.groups[g].table_count
                number += 1
        v.statements[number].first_block = block
        return 0

    cdef int take_alone(self, Table table, inputs, start, trace, columns, outputs, sequences) except -1:
        """One block of a table; outputs: where others claim them, and then all sequences are given."""
        cdef const TablePlan *t = &table.table
        cdef Statement *s
        cdef size_t i
        if outputs is None:
            return self.take(table, &table.plan, [Instance(inputs, [(start, columns, trace)], sequences=sequences)])
        given = [values for i, values in enumerate(sequences) if not t.sequences[i].is_output]
        _require(len(sequences) == t.sequence_count and len(outputs) == t.output_count,
                 "the public values do not fit the program")
        self.take(table, &table.plan, [Instance(inputs, [(start, columns, trace)], sequences=given)])
        s = self.prover.statements
        s.outputs = <uint64_t *>kept(self.keep, list(outputs), np.uint64)
        for i in range(t.sequence_count):
            if t.sequences[i].is_output:
                s.public.sequences[i] = kept_sequence(self.keep, sequences[i], t.sequences[i].length, f"sequence {i}")
        return 0

    cdef int _take_instance(self, const GroupPlan *g, size_t number, Instance instance) except -1:
        cdef Prover *v = &self.prover
        cdef Statement *s = v.statements + number
        cdef const TablePlan *main = v.plan.tables + g.first_table
        cdef size_t i
        _require(instance is not None and len(instance.inputs) == main.input_count,
                 "the public values do not fit the program")
        _require(all(0 <= value < P for value in instance.inputs), "a public input is not below p")
        s.public.inputs = <const uint64_t *>kept(self.keep, list(instance.inputs), np.uint64)
        self._take_sequences(main, s, instance.sequences)
        _require(len(instance.runs) == g.table_count, "the runs do not fit the program")
        for i, (start, columns, trace) in enumerate(instance.runs):
            self._take_run(v.plan.runs[g.first_table + i], v.blocks + s.first_block + i, start, columns, trace)
        return 0

    cdef int _take_instances(self, const GroupPlan *g, size_t first, Instances many) except -1:
        """Statements from the first on, whose values stay where they are."""
        cdef Statement *s = self.prover.statements + first
        cdef const TablePlan *main = self.prover.plan.tables + g.first_table
        cdef const uint64_t *inputs = start_of(self.keep, many.inputs)
        cdef const uint64_t **none = kept_pointers(self.keep, 0)
        cdef size_t i, k, count = many.count
        _require(main.sequence_count == 0 and many.inputs.shape[1] == main.input_count
                 and len(many.starts) == g.table_count, "the public values or the runs do not fit the program")
        for i in range(count):
            s[i].public.inputs, s[i].public.sequences = inputs + i * main.input_count, none
        for k in range(g.table_count):
            self._take_starts(self.prover.plan.runs[g.first_table + k], s, k, many.starts[k])
        return 0

    cdef int _take_starts(self, const TablePlan *t, const Statement *s, size_t table, starts) except -1:
        """Of a table of some statements the cells that start; no column is given."""
        cdef const uint64_t *cells = start_of(self.keep, starts)
        cdef const uint64_t **given = kept_pointers(self.keep, t.columns)
        cdef size_t i, count = len(starts), each = starts.shape[1]
        cdef Block *b
        check_cells(t, starts)
        for i in range(count):
            b = self.prover.blocks + s[i].first_block + table
            b.given, b.start, b.start_count = given, <const uint64_t (*)[3]>(cells + 3 * i * each), each
        return 0

    cdef int _take_run(self, const TablePlan *t, Block *b, start, columns, trace) except -1:
        for row, column, value in start:
            _require(0 <= row < t.rows and 0 <= column < t.columns and 0 <= value < P,
                     "a start cell is outside the trace")
        b.start, b.start_count = <const uint64_t (*)[3]>kept(self.keep, list(start), np.uint64), len(start)
        self._take_columns(t, b, columns or {}, trace)
        return 0

    cdef int _take_columns(self, const TablePlan *t, Block *b, columns, trace) except -1:
        """Columns that are given beforehand; the array of pointers lives in `keep`, as the values do."""
        if trace is not None:
            trace = np.ascontiguousarray(trace, dtype=np.uint64)
            if trace.shape != (t.columns, t.rows):
                raise ValueError("the trace is not of shape (columns, length)")
            if any((column >= P).any() for column in trace):
                raise ValueError("a trace cell is not below p")
            columns = dict(enumerate(trace))
        pointers = np.zeros(t.columns, dtype=np.uint64)
        for c, values in columns.items():
            values = np.ascontiguousarray(values, dtype=np.uint64)
            if not 0 <= c < t.columns or values.shape != (t.rows,):
                raise ValueError(f"column {c} is not {t.rows} values below p")
            if trace is None and (values >= P).any():
                raise ValueError(f"column {c} is not {t.rows} values below p")
            pointers[c] = values.ctypes.data
            self.given.append(values)
            self.given_words += len(values)
        self.keep.append(pointers)
        b.given, b.is_given = <const uint64_t **><size_t>pointers.ctypes.data, len(columns) == t.columns
        return 0

    cdef int _take_sequences(self, const TablePlan *main, Statement *s, sequences) except -1:
        """The values of the input sequences; those of the outputs get a place in the block."""
        cdef size_t i, outputs = 0
        for i in range(main.sequence_count):
            outputs += main.sequences[i].is_output
        _require(len(sequences) == main.sequence_count - outputs, "the sequences do not fit the program")
        given = iter(sequences)
        s.public.sequences = kept_pointers(self.keep, main.sequence_count)
        for i in range(main.sequence_count):
            if not main.sequences[i].is_output:
                s.public.sequences[i] = kept_sequence(self.keep, next(given), main.sequences[i].length, f"sequence {i}")
        return 0

    cdef size_t measure(self, l2zk_crew *crew) noexcept:
        """The bytes that it needs with this crew."""
        self.prover.crew, self.prover.workers = crew, workers_of(self.prover.plan, l2zk_crew_threads(crew))
        self.prover.arena.base = NULL
        lay_out(&self.prover)
        return self.prover.arena.used

    cdef int finish(self) except -1:
        """Raise the error of the outcome, if there is one."""
        cdef Prover *v = &self.prover
        cdef const Block *b = v.blocks + v.failed
        cdef size_t number = self._statement_of(v.failed)
        if v.outcome == VIOLATED:
            first = self._words(<const uint64_t *>b.first_violation, b.table.constraint_count).astype(np.int64)
            counts = self._words(b.violations, b.table.constraint_count)
            raise TraceViolation(number, v.failed - v.statements[number].first_block, first, counts,
                                 self.trace_array(v.failed), self.outputs(number), self.output_sequences(number))
        if v.outcome == NO_MEMORY:
            raise MemoryError("the system has no memory left for this proof")
        whose = f"statement {number}: " if v.plan.statement_count > 1 else ""
        if v.outcome == STEP_FAILED:
            raise StepError(f"{whose}the step function failed and returned {b.step_result}")
        if v.outcome == STEP_NOT_CANONICAL:
            raise StepError(f"{whose}the step function left a value that is not below p")
        if v.outcome == ZERO_DENOMINATOR:
            raise L2zkError("a fraction of the lookups has the denominator 0, of a chance below 2^-150: prove again "
                            "with zero_knowledge, which draws other challenges")
        if v.outcome != PROVED:
            raise L2zkError("the proof was cancelled")
        return 0

    cdef size_t _statement_of(self, size_t block) noexcept:
        cdef size_t number = 0
        while number + 1 < self.prover.plan.statement_count and self.prover.statements[number + 1].first_block <= block:
            number += 1
        return number

    cdef object _words(self, const uint64_t *values, size_t count):
        result = np.empty(count, dtype=np.uint64)
        memcpy(<void *><size_t>result.ctypes.data, values, 8 * count)
        return result

    cdef object trace_array(self, size_t block):
        cdef const Block *b = self.prover.blocks + block
        cdef size_t c
        result = np.empty((b.table.columns, b.table.rows), dtype=np.uint64)
        for c in range(b.table.columns):
            memcpy(<void *><size_t>result[c].ctypes.data, cells_of(b, c), 8 * b.table.rows)
        return result

    cdef const TablePlan *_main(self, size_t number) noexcept:
        cdef const Plan *p = self.prover.plan
        return p.runs[p.groups[group_of_statement(p, number)].first_table]

    cdef object outputs(self, size_t number):
        return [self.prover.statements[number].public.outputs[i] for i in range(self._main(number).output_count)]

    cdef object output_sequences(self, size_t number):
        cdef const TablePlan *t = self._main(number)
        return [self._words(self.prover.statements[number].public.sequences[i], t.sequences[i].length)
                for i in range(t.sequence_count) if t.sequences[i].is_output]


cdef class Run(Execution):
    """A proof to be made: an instance for each statement, the header that states them, with 8 bytes for each output,
    and the randomness that hides it."""
    cdef Compiled compiled
    cdef object head
    cdef uint8_t *body           # a copy of the proof that outlives the block, or NULL

    def __cinit__(self, Compiled compiled not None, header, instances, *, bint check=True, seed=None):
        self.body = NULL
        self.compiled = compiled
        self.prover.check = check
        _require(compiled.groups is not None, "the tables have not been made")
        instances = list(instances)
        self.take(compiled, &compiled.plan, instances)
        self._take_header(header, instances)
        if compiled.plan.hiding:
            _take_seed(&self.prover.randomness, seed)

    def __dealloc__(self):
        memset(&self.prover.randomness, 0, sizeof(Randomness))
        free(self.body)

    cdef int _take_header(self, header, list instances) except -1:
        """A copy of the header, into which the outputs are written."""
        cdef Prover *v = &self.prover
        cdef size_t number = 0
        for instance in instances:
            if isinstance(instance, Instances):
                self._take_many_places(number, len(header), instance)
                number += instance.count
            else:
                self._take_places(v.statements + number, self._main(number), len(header), instance)
                number += 1
        self.head = np.frombuffer(header, dtype=np.uint8).copy()
        v.header = <uint8_t *><size_t>self.head.ctypes.data
        v.header_length = len(header)
        return 0

    cdef int _take_many_places(self, size_t first, size, Instances many) except -1:
        cdef Prover *v = &self.prover
        cdef const uint64_t *places = start_of(self.keep, many.output_places)
        cdef size_t i, outputs = many.output_places.shape[1], count = many.count
        _require(outputs == self._main(first).output_count, "the public values do not fit the program")
        _require(not outputs or many.output_places.max() <= size - 8, "an output's place is outside the header")
        for i in range(count):
            v.statements[first + i].output_places = places + i * outputs
            v.statements[first + i].sequence_places = NULL
        return 0

    cdef int _take_places(self, Statement *s, const TablePlan *t, size, Instance instance) except -1:
        """Where the outputs of a statement go."""
        cdef size_t i
        _require(len(instance.output_places) == t.output_count, "the public values do not fit the program")
        for place in instance.output_places:
            _require(0 <= place <= size - 8, "an output's place is outside the header")
        lengths = [t.sequences[i].length for i in range(t.sequence_count) if t.sequences[i].is_output]
        _require(len(instance.sequence_places) == len(lengths), "the public values do not fit the program")
        for place, length in zip(instance.sequence_places, lengths):
            _require(0 <= place <= size - 8 * length, "an output sequence's place is outside the header")
        s.output_places = <const uint64_t *>kept(self.keep, list(instance.output_places), np.uint64)
        s.sequence_places = <const uint64_t *>kept(self.keep, list(instance.sequence_places), np.uint64)
        return 0

    cdef bytes proof(self):
        return self.prover.proof[:self.prover.proof_length]
