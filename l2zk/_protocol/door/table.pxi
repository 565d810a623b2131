# A table of a program as arrays, each checked once, which its proofs in all shapes share. (PROTOCOL 3)

from cpython.pycapsule cimport PyCapsule_GetContext, PyCapsule_GetPointer, PyCapsule_IsValid


STEP_FUNCTION = "int (uint64_t **, size_t, size_t, void *)"
"""The name of a step_function's capsule: its signature."""

cdef class Table:
    """A table of a program, of `length` rows with padding and so many columns: to be run and checked as it is, or
    proved in any number of shapes.

    rows: n, which the program names. domains: uint64 (constraints, 3). needs: the coefficients that each gives Q; None:
    the table is not to be proved, and constraints may have any degree. pairs: (column, offset) that constraints read,
    in the order in which they are opened.
    step: on row i it gives row i + step_reach of each column of step_targets, (column, first row that it fills).
    step_function: a capsule named STEP_FUNCTION, whose function fills the rows from step_reach on, instead of the step
    code. periodic: uint64 arrays. constraints, step: Code of bytecode.py. output_claims: (constraint, row) of each
    output, whose value is what the constraint's expression gives on this row with 0 for the output.
    sequences: (length, is_output) of each. placements: (sequence, first, step), which loads of the kind 2 name: entry a
    stands on row first + a*step, elsewhere it is 0. sequence_claims: (constraint, placement) of each output sequence,
    in order; its entries are what the constraint's expression gives on the placement's rows with 0 for all of them.
    blocks: J, a power of two: a table of so many blocks of `length` rows, to be proved alone, in whose constraints
    public values are loads. output_count: the public outputs of its program, whose first table claims them all; of the
    other tables output_claims and sequence_claims are empty. interactions: (bus, domain, entries of the tuple,
    multiplicity), these as lists of terms (kind, index, offset, coefficient) (interactions.pxi).
    """
    cdef TablePlan table
    cdef Plan plan               # of this table alone, to be run and checked
    cdef GroupPlan group
    cdef const TablePlan *run
    cdef uint32_t by_height
    cdef size_t q_length
    cdef list keep
    cdef object rows
    cdef dict opened             # (column, offset): its place among the pairs

    def __cinit__(self):
        memset(&self.table, 0, sizeof(TablePlan))
        memset(&self.plan, 0, sizeof(Plan))
        memset(&self.group, 0, sizeof(GroupPlan))
        self.keep = []

    def __init__(self, length, *, columns, rows, domains, needs, pairs, periodic, constraints, input_count,
                 output_claims, step=None, step_targets=None, step_reach=0, step_function=None, sequences=(),
                 placements=(), sequence_claims=(), blocks=1, output_count=None, interactions=()):
        cdef TablePlan *p = &self.table
        input_count, step_reach = _whole("input_count", input_count), _whole("step_reach", step_reach)
        self.rows = rows
        p.block, p.blocks = <size_t>1 << log2_exact(length), <size_t>1 << log2_exact(blocks)
        p.columns, p.log_rows = _whole("columns", columns), log2_exact(length) + log2_exact(blocks)
        _require(p.block >= 2 and p.log_rows <= 32, "a table has two rows at least, and 2^32 at most")
        _require(1 <= p.columns and p.columns << p.log_rows < 1 << 40, f"a table of {columns} columns is no table")
        p.rows = <size_t>1 << p.log_rows
        p.skipped = min(4, p.log_rows - 1)
        p.streams = <size_t>1 << p.skipped
        p.variables = p.log_rows - p.skipped
        p.height = <size_t>1 << p.variables
        self._take_pairs(pairs)
        self._take_domains(domains, needs)
        if needs is not None:
            self._take_needs(needs)
        self._take_periodic(periodic)
        take_sequences(p, self.keep, sequences, placements, sequence_claims)
        p.input_count = input_count
        p.claim_count = len(output_claims)
        p.output_count = p.claim_count if output_count is None else _whole("output_count", output_count)
        _require(p.claim_count in (0, p.output_count), "an output has no constraint")
        p.output_claims = <const uint64_t (*)[2]>self._table(output_claims, 2, np.uint64)
        by_row = sorted(range(len(output_claims)), key=lambda i: output_claims[i][1])
        p.outputs_by_row = <const uint64_t *>self._array(by_row, np.uint64)
        self._derive(constraints, step)
        take_code(p, self.keep, &p.constraints, constraints, p.constraint_count, self.opened)
        self._place_loads()
        if needs is not None:
            take_live(p, self.keep, constraints.body)
        self._check_claims()
        self._take_step(step, step_targets, step_reach, step_function, periodic)
        take_interactions(p, self.keep, interactions)
        self._find_reads()
        self._stand_alone()

    cdef int _stand_alone(self) except -1:
        """The plan that has this table and one statement."""
        cdef Plan *p = &self.plan
        self.run, self.by_height = &self.table, 0
        p.tables, p.runs, p.by_height, p.table_count = &self.table, &self.run, &self.by_height, 1
        p.groups, p.group_count, p.statement_count = &self.group, 1, 1
        self.group.table_count = self.group.statements = self.group.blocks = 1
        p.masks_at = self.table.columns << self.table.log_rows
        return 0

    cdef int _derive(self, constraints, step) except -1:
        """The known columns that are not periodic: placements, what follows from a row's number, scalars by block."""
        cdef TablePlan *t = &self.table
        cdef Derived *out
        codes = [code for code in (constraints, step) if code is not None]
        for code in codes:
            check_shapes(code)
        loads = {(int(kind), int(index)) for code in codes for kind, index, _ in code.loads.tolist()
                 if kind > KNOWN_PLACEMENT}
        order = [(KNOWN_ROW, 0), *sorted(load for load in loads if load[0] == KNOWN_CONJUNCTION)]
        others = [load for load in order if load in loads] + sorted(load for load in loads if load[0] == KNOWN_SCALAR)
        out = <Derived *>self._array([0] * (sizeof(Derived) * (t.placement_count + len(others))), np.uint8)
        for i in range(t.placement_count):
            out[i].kind, out[i].index = KNOWN_PLACEMENT, i
        for i, (kind, index) in enumerate(others, t.placement_count):
            out[i].kind, out[i].index = kind, index
        t.derived, t.derived_count = out, t.placement_count + len(others)
        return 0

    cdef int _find_reads(self) except -1:
        """The columns that constraints or interactions read."""
        cdef TablePlan *t = &self.table
        cdef size_t i
        reads = {int(t.pairs[i].column) for i in range(t.pair_count)} | columns_of_interactions(t)
        t.reads, t.read_count = <const uint32_t *>self._array(sorted(reads), np.uint32), len(reads)
        return 0

    cdef int _take_step(self, step, step_targets, step_reach, step_function, periodic) except -1:
        """What fills the trace."""
        cdef TablePlan *p = &self.table
        p.has_step = step is not None
        p.step_reach = step_reach
        if not 0 <= step_reach < p.rows + (step_function is not None):  # a function may find every row started
            raise ValueError(f"a step of {step_reach} rows is longer than the trace")
        if step_function is not None:
            self._take_function(step_function)
        if p.has_step:
            p.step_targets = <const uint32_t (*)[2]>self._table(step_targets, 2, np.uint32)
            for column, first in step_targets:
                _require(column < p.columns and 1 <= first <= step_reach,
                         f"the step fills column {column} from row {first} on")
            p.first_target = min([int(first) for _, first in step_targets], default=step_reach)
            take_code(p, self.keep, &p.step, step, len(step_targets), self.opened)
            self._take_rows(_RowCode(step))
            self._take_row_periodic(step.loads, periodic)
        return 0

    cdef int _take_rows(self, rows) except -1:
        self.table.row_steps = <const l2zk_row_step *>self._array(np.array(rows.steps).reshape(-1), np.uint32)
        self.table.row_step_count, self.table.row_slots = len(rows.steps), rows.slots
        self.table.row_results = <const uint64_t *>self._array(rows.results, np.uint64)
        return 0

    cdef int _take_row_periodic(self, loads, periodic) except -1:
        """A copy that begins at the offset for each load that has one."""
        cdef size_t k
        cdef size_t *addresses = <size_t *>self._array([0] * len(loads), np.uintp)
        self.table.row_periodic = addresses
        for k, (kind, index, offset) in enumerate(loads.tolist()):
            if kind == 1 and offset:
                addresses[k] = <size_t>self._array(np.roll(np.array(periodic[index], dtype=np.uint64), -offset),
                                                   np.uint64)
            elif kind == 1:
                addresses[k] = <size_t>self.table.periodic[index].values
        return 0

    cdef int _take_function(self, capsule) except -1:
        """The C function in a capsule whose name is its signature, as scipy.LowLevelCallable has it."""
        name = STEP_FUNCTION.encode()
        if not PyCapsule_IsValid(capsule, name):
            raise ValueError(f"a step function is a capsule named {STEP_FUNCTION!r}, not {capsule!r}")
        self.table.function = <step_function>PyCapsule_GetPointer(capsule, name)
        self.table.function_context = PyCapsule_GetContext(capsule)
        self.keep.append(capsule)
        return 0

    cdef const void *_table(self, rows, width, dtype) except? NULL:
        """As `_array`, of rows of so many numbers."""
        _require(all(len(row) == width and min(row) >= 0 for row in rows),
                 f"a table has rows that are not of {width} numbers")
        return self._array(rows, dtype)

    cdef const void *_array(self, values, dtype) except? NULL:
        return kept(self.keep, values, dtype)

    cdef int _take_pairs(self, pairs) except -1:
        """Pairs, and windows: runs of a column's offsets that are close together."""
        cdef TablePlan *t = &self.table
        cdef Pair *out = <Pair *>self._array([0] * (sizeof(Pair) * len(pairs)), np.uint8)
        cdef Window *windows = <Window *>self._array([0] * (sizeof(Window) * len(pairs)), np.uint8)
        cdef size_t i, w = 0
        _require(list(pairs) == sorted(set(pairs)), "the pairs do not rise")
        self.opened = {(column, offset % t.rows): i for i, (column, offset) in enumerate(pairs)}
        _require(len(self.opened) == len(pairs), "two pairs are of the same cells")
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
        return 0

    cdef int _take_domains(self, domains, needs) except -1:
        """The domains that differ, each once for every number of cosets on which some of its constraints are
        evaluated."""
        cdef TablePlan *t = &self.table
        cdef size_t i
        cdef Selector *selectors
        _require(all(len(domain) == 3 for domain in domains), "a domain is three numbers")
        for kind, x, y in domains:
            check_domain(t, kind, x, y)
        cosets = [0] * len(domains) if needs is None else self._cosets(needs, len(domains))
        numbers = {}
        domain_of = [numbers.setdefault((*(int(v) for v in domain), count), len(numbers))
                     for domain, count in zip(domains, cosets)]
        t.constraint_count, t.domain_count = len(domain_of), len(numbers)
        selectors = <Selector *>self._array([0] * (sizeof(Selector) * len(numbers)), np.uint8)
        for i, (kind, x, y, count) in enumerate(numbers):
            selectors[i].kind, selectors[i].x, selectors[i].y, selectors[i].cosets = kind, x, y, count
            classify(t, selectors + i)
        t.selectors = selectors
        t.domain_of = <const uint32_t *>self._array(domain_of, np.uint32)
        t.domain_sizes = <const uint32_t *>self._array(np.bincount(domain_of), np.uint32)
        by_domain = np.argsort(domain_of, kind="stable")
        t.by_domain = <const uint32_t *>self._array(by_domain, np.uint32)
        t.places = <const uint32_t *>self._array(np.argsort(by_domain), np.uint32)
        return 0

    cdef list _cosets(self, needs, count):
        """On how many cosets of G each constraint is evaluated; 0: at a few points."""
        cdef TablePlan *t = &self.table
        _require(len(needs) == count and all(_whole("a need", need) for need in needs),
                 "a constraint gives Q one coefficient at least")
        _require(max(needs, default=1) <= 1 + MOST_LEAVES * (t.streams - 1), "a constraint's degree is too high")
        return [0 if need <= DIRECT_POINTS else int((need + t.streams - 1) >> t.skipped) for need in needs]

    cdef int _take_needs(self, needs) except -1:
        """Where the constraints of each domain are evaluated: at a few points, or on cosets of G."""
        cdef TablePlan *t = &self.table
        cdef size_t g, count
        places = {}
        self.q_length = max(needs, default=1)
        t.direct = max([int(need) for need in needs if need <= DIRECT_POINTS], default=0)
        for g in range(t.domain_count):
            t.most_cosets = max(t.most_cosets, t.selectors[g].cosets)
        t.sum_count = t.direct
        for g in range(t.domain_count):
            count = t.selectors[g].cosets
            if count and count not in places:
                places[count] = t.sum_count
                t.sum_count += count << t.skipped
            t.selectors[g].sums = places.get(count, 0)
        return 0

    cdef int _take_periodic(self, periodic) except -1:
        cdef TablePlan *t = &self.table
        cdef Periodic *out = <Periodic *>self._array([0] * (sizeof(Periodic) * len(periodic)), np.uint8)
        cdef size_t i
        for i, values in enumerate(periodic):
            _require(len(values) <= t.block, f"periodic column {i} is longer than the trace")
            out[i].log_period = log2_exact(len(values))
            out[i].values = <const uint64_t *>kept_field(self.keep, values)
        t.periodic, t.periodic_count = out, len(periodic)
        return 0

    cdef int _place_loads(self) except -1:
        cdef const l2zk_code *c = &self.table.constraints
        cdef size_t i
        cdef TablePlan *t = &self.table
        places = [self.opened[c.loads[i][1], c.loads[i][2]] if c.loads[i][0] == 0 else 0 for i in range(c.load_count)]
        t.pair_of = <const uint32_t *>self._array(places, np.uint32)
        known = [0 if c.loads[i][0] == 0 else c.loads[i][1] if c.loads[i][0] == KNOWN_PERIODIC
                 else t.periodic_count + derived_index(t, c.loads[i][0], c.loads[i][1]) for i in range(c.load_count)]
        t.known_of = <const uint32_t *>self._array(known, np.uint32)
        return 0

    cdef int _check_claims(self) except -1:
        cdef size_t i
        cdef const TablePlan *p = &self.table
        for i in range(p.claim_count):
            if p.output_claims[i][0] >= p.constraint_count or p.output_claims[i][1] >= p.rows:
                raise ValueError(f"output {i} has no constraint or row")
        return 0

    def memory(self):
        """Bytes of the block that a trace lies in while it is made and checked, on one thread."""
        return run_memory(&self.plan, 1, True)
