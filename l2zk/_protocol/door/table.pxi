# A table: a program as arrays, every one of them checked once, which its proofs in all shapes share. (PROTOCOL 3)

from cpython.pycapsule cimport PyCapsule_GetContext, PyCapsule_GetPointer, PyCapsule_IsValid


STEP_FUNCTION = "int (uint64_t **, size_t, size_t, void *)"
"""The name of a step_function's capsule: its signature."""

cdef enum:
    MOST_SLOTS = 1 << 24


cdef class Table:
    """A program of `length` rows with padding and so many columns: to be run and checked as it is,
    or proved in any number of shapes.

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
    """
    cdef Plan plan
    cdef list keep
    cdef object rows
    cdef dict opened             # (column, offset): its place among the pairs

    def __cinit__(self):
        memset(&self.plan, 0, sizeof(Plan))
        self.keep = []

    def __init__(self, length, *, columns, rows, domains, needs, pairs, periodic, constraints, input_count,
                 output_claims, step=None, step_targets=None, step_reach=0, step_function=None, sequences=(),
                 placements=(), sequence_claims=()):
        cdef TablePlan *p = &self.plan.table
        input_count, step_reach = _whole("input_count", input_count), _whole("step_reach", step_reach)
        self.rows = rows
        p.columns, p.log_rows = _whole("columns", columns), log2_exact(length)
        _require(1 <= p.log_rows <= 32, "a table has two rows at least, and 2^32 at most")
        _require(1 <= p.columns and p.columns << p.log_rows < 1 << 40, f"a table of {columns} columns is no table")
        p.rows = length
        p.skipped = min(4, p.log_rows - 1)
        p.streams = <size_t>1 << p.skipped
        p.variables = p.log_rows - p.skipped
        p.height = <size_t>1 << p.variables
        self._take_pairs(pairs)
        self._take_domains(domains)
        if needs is not None:
            self._take_needs(needs)
        self._take_periodic(periodic)
        take_sequences(p, self.keep, sequences, placements, sequence_claims)
        p.input_count = input_count
        p.output_count = len(output_claims)
        p.output_claims = <const uint64_t (*)[2]>self._table(output_claims, 2, np.uint64)
        by_row = sorted(range(len(output_claims)), key=lambda i: output_claims[i][1])
        p.outputs_by_row = <const uint64_t *>self._array(by_row, np.uint64)
        self._take_code(&p.constraints, constraints, p.constraint_count)
        self._place_loads()
        self._check_claims()
        self._take_step(step, step_targets, step_reach, step_function, periodic)

    cdef int _take_step(self, step, step_targets, step_reach, step_function, periodic) except -1:
        """What fills the trace."""
        cdef TablePlan *p = &self.plan.table
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
            self._take_code(&p.step, step, len(step_targets))
            self._take_rows(_RowCode(step))
            self._take_row_periodic(step.loads, periodic)
        return 0

    cdef int _take_rows(self, rows) except -1:
        self.plan.table.row_steps = <const l2zk_row_step *>self._array(np.array(rows.steps).reshape(-1), np.uint32)
        self.plan.table.row_step_count, self.plan.table.row_slots = len(rows.steps), rows.slots
        self.plan.table.row_results = <const uint64_t *>self._array(rows.results, np.uint64)
        return 0

    cdef int _take_row_periodic(self, loads, periodic) except -1:
        """A copy that begins at the offset for each load that has one."""
        cdef size_t k
        cdef size_t *addresses = <size_t *>self._array([0] * len(loads), np.uintp)
        self.plan.table.row_periodic = addresses
        for k, (kind, index, offset) in enumerate(loads.tolist()):
            if kind == 1 and offset:
                addresses[k] = <size_t>self._array(np.roll(np.array(periodic[index], dtype=np.uint64), -offset),
                                                   np.uint64)
            elif kind == 1:
                addresses[k] = <size_t>self.plan.table.periodic[index].values
        return 0

    cdef int _take_function(self, capsule) except -1:
        """The C function in a capsule whose name is its signature, as scipy.LowLevelCallable has it."""
        name = STEP_FUNCTION.encode()
        if not PyCapsule_IsValid(capsule, name):
            raise ValueError(f"a step function is a capsule named {STEP_FUNCTION!r}, not {capsule!r}")
        self.plan.table.function = <step_function>PyCapsule_GetPointer(capsule, name)
        self.plan.table.function_context = PyCapsule_GetContext(capsule)
        self.keep.append(capsule)
        return 0

    cdef const void *_table(self, rows, width, dtype) except? NULL:
        """As `_array`, of rows of so many numbers."""
        _require(all(len(row) == width and min(row) >= 0 for row in rows),
                 f"a table has rows that are not of {width} numbers")
        return self._array(rows, dtype)

    cdef const void *_field(self, values) except? NULL:
        """As `_array`, of elements of F."""
        try:
            array = np.array(values, dtype=np.uint64)
        except OverflowError:
            array = np.array([P], dtype=np.uint64)
        _require(array.ndim == 1 and bool((array < P).all()), "a value is not below p")
        return self._array(array, np.uint64)

    cdef const void *_array(self, values, dtype) except? NULL:
        return kept(self.keep, values, dtype)

    cdef int _take_pairs(self, pairs) except -1:
        """Pairs, and windows: runs of a column's offsets that are close together."""
        cdef TablePlan *t = &self.plan.table
        cdef Pair *out = <Pair *>self._array([0] * (sizeof(Pair) * len(pairs)), np.uint8)
        cdef Window *windows = <Window *>self._array([0] * (sizeof(Window) * len(pairs)), np.uint8)
        cdef size_t i, w = 0
        _require(list(pairs) == sorted(set(pairs)), "the pairs do not rise")
        self.opened = {pair: i for i, pair in enumerate(pairs)}
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
        cdef TablePlan *t = &self.plan.table
        cdef size_t i
        cdef Selector *selectors
        _require(len(domains) > 0 and all(len(domain) == 3 for domain in domains), "a domain is three numbers")
        for kind, x, y in domains:
            self._check_domain(kind, x, y)
        numbers = {}
        groups = [numbers.setdefault(tuple(int(v) for v in domain), len(numbers)) for domain in domains]
        t.constraint_count, t.group_count = len(groups), len(numbers)
        selectors = <Selector *>self._array([0] * (sizeof(Selector) * len(numbers)), np.uint8)
        for i, (kind, x, y) in enumerate(numbers):
            selectors[i].kind, selectors[i].x, selectors[i].y = kind, x, y
            classify(t, selectors + i)
        t.selectors = selectors
        t.group_of = <const uint32_t *>self._array(groups, np.uint32)
        t.group_sizes = <const uint32_t *>self._array(np.bincount(groups), np.uint32)
        in_groups = np.argsort(groups, kind="stable")
        t.in_groups = <const uint32_t *>self._array(in_groups, np.uint32)
        t.places = <const uint32_t *>self._array(np.argsort(in_groups), np.uint32)
        return 0

    cdef int _check_domain(self, kind, x, y) except -1:
        cdef size_t length = self.plan.table.rows
        good = (kind == DOMAIN_EVERY
                or kind in (DOMAIN_TRANSITIONS, DOMAIN_LAST) and 1 <= x < length
                or kind == DOMAIN_ROW and 0 <= x < length
                or kind == DOMAIN_CYCLIC and 2 <= y <= length and y & (y - 1) == 0 and 0 <= x < y)
        if not good:
            raise ValueError(f"({kind}, {x}, {y}) is no domain of {length} rows")
        return 0

    cdef int _take_needs(self, needs) except -1:
        """Where each group is evaluated: at a few points, or on cosets of G."""
        cdef TablePlan *t = &self.plan.table
        cdef Selector *s
        cdef size_t g, at = 0, need, count
        places = {}
        _require(len(needs) == t.constraint_count and all(_whole("a need", need) for need in needs),
                 "a constraint gives Q one coefficient at least")
        _require(max(needs) <= 1 + MOST_LEAVES * (t.streams - 1), "a constraint's degree is too high")
        self.plan.q_length = max(needs)
        for g in range(t.group_count):
            s = t.selectors + g
            need = max([int(needs[t.in_groups[at + i]]) for i in range(t.group_sizes[g])])
            at += t.group_sizes[g]
            s.cosets = 0 if need <= DIRECT_POINTS else (need + t.streams - 1) >> t.skipped
            t.direct = max(t.direct, need if s.cosets == 0 else 0)
            t.most_cosets = max(t.most_cosets, s.cosets)
        t.sum_count = t.direct
        for g in range(t.group_count):
            count = t.selectors[g].cosets
            if count and count not in places:
                places[count] = t.sum_count
                t.sum_count += count << t.skipped
            t.selectors[g].sums = places.get(count, 0)
        return 0

    cdef int _take_periodic(self, periodic) except -1:
        cdef TablePlan *t = &self.plan.table
        cdef Periodic *out = <Periodic *>self._array([0] * (sizeof(Periodic) * len(periodic)), np.uint8)
        cdef size_t i
        for i, values in enumerate(periodic):
            _require(len(values) <= t.rows, f"periodic column {i} is longer than the trace")
            out[i].log_period = log2_exact(len(values))
            out[i].values = <const uint64_t *>self._field(values)
        t.periodic, t.periodic_count = out, len(periodic)
        return 0

    cdef int _take_code(self, l2zk_code *c, code, size_t results) except -1:
        """Check every instruction once, so that the loops that run it need not."""
        _require(0 <= len(code.loads) <= code.vectors <= MOST_SLOTS,
                 "the code has fewer vector slots than loads, or too many")
        c.uniform_count, c.vector_count, c.result_count = len(code.uniforms), code.vectors, code.results
        c.prelude_count, c.load_count, c.body_count = len(code.prelude), len(code.loads), len(code.body)
        c.uniforms = <const uint64_t *>self._field(code.uniforms)
        for table, width in ((code.prelude, 4), (code.loads, 3), (code.body, 4)):
            _require(getattr(table, "dtype", None) == np.uint32 and np.ndim(table) == 2 and table.shape[1] == width,
                     "an instruction is four numbers of 32 bits, a load three")
        c.prelude = <const uint32_t (*)[4]>self._array(code.prelude, np.uint32)
        c.loads = <const uint32_t (*)[3]>self._array(code.loads, np.uint32)
        c.body = <const uint32_t (*)[4]>self._array(code.body, np.uint32)
        if c.result_count != results or self.plan.table.input_count + self.plan.table.output_count > c.uniform_count:
            raise ValueError("the code does not fit its program")
        self._check_prelude(c)
        self._check_loads(c)
        self._check_body(c)
        return 0

    cdef int _place_loads(self) except -1:
        cdef const l2zk_code *c = &self.plan.table.constraints
        cdef size_t i
        places = [self.opened[c.loads[i][1], c.loads[i][2]] if c.loads[i][0] == 0 else 0 for i in range(c.load_count)]
        self.plan.table.pair_of = <const uint32_t *>self._array(places, np.uint32)
        return 0

    cdef int _check_claims(self) except -1:
        cdef size_t i
        cdef const TablePlan *p = &self.plan.table
        for i in range(p.output_count):
            if p.output_claims[i][0] >= p.constraint_count or p.output_claims[i][1] >= p.rows:
                raise ValueError(f"output {i} has no constraint or row")
        return 0

    cdef int _check_prelude(self, const l2zk_code *c) except -1:
        cdef size_t i
        cdef const uint32_t *ins
        for i in range(c.prelude_count):
            ins = c.prelude[i]
            known = ins[0] in (OP_ADD_VV, OP_SUB_VV, OP_MUL_VV, OP_NEG_V)
            if not known or max(ins[1], ins[2], ins[3]) >= c.uniform_count:
                raise ValueError(f"prelude instruction {i} is not valid")
        return 0

    cdef int _check_loads(self, const l2zk_code *c) except -1:
        cdef size_t i, limit
        cdef const uint32_t *load
        cdef size_t[3] limits = [self.plan.table.columns, self.plan.table.periodic_count,
                                 self.plan.table.placement_count]
        for i in range(c.load_count):
            load = c.loads[i]
            limit = limits[load[0]] if load[0] <= 2 else 0
            if load[1] >= limit or load[2] >= self.plan.table.rows:
                raise ValueError(f"load {i} is not valid")
            if c == &self.plan.table.constraints and load[0] and load[2]:
                raise ValueError(f"load {i} is not valid")
            if c == &self.plan.table.step and load[0] == 2 and self._is_output(load[1]):
                raise ValueError(f"load {i} reads an output before the trace is there")
            if c == &self.plan.table.constraints and load[0] == 0 and (load[1], load[2]) not in self.opened:
                raise ValueError(f"load {i} is of a column that is not opened at its offset")
            if c == &self.plan.table.step and load[2] >= self.plan.table.step_reach:
                raise ValueError(f"load {i} reads the row that the step is about to fill")
        return 0

    cdef bint _is_output(self, size_t placement) noexcept:
        cdef const TablePlan *t = &self.plan.table
        return t.sequences[t.placements[placement].sequence].is_output

    cdef int _check_body(self, const l2zk_code *c) except -1:
        cdef size_t i
        cdef const uint32_t *ins
        defined = [True] * c.load_count + [False] * (c.vector_count - c.load_count)
        results = [False] * c.result_count
        for i in range(c.body_count):
            ins = c.body[i]
            if not self._reads_are_defined(c, ins, defined):
                raise ValueError(f"body instruction {i} is not valid")
            if ins[0] == OP_RESULT_V or ins[0] == OP_RESULT_U:
                if ins[1] >= c.result_count or results[ins[1]]:
                    raise ValueError(f"body instruction {i} gives a wrong result")
                results[ins[1]] = True
            elif c.load_count <= ins[1] < c.vector_count:
                defined[ins[1]] = True
            else:
                raise ValueError(f"body instruction {i} writes to a slot that is no register")
        if not all(results):
            raise ValueError("the code leaves a result out")
        return 0

    cdef bint _reads_are_defined(self, const l2zk_code *c, const uint32_t *ins, list defined) except? True:
        cdef bint a_vector = ins[2] < c.vector_count and defined[ins[2]]
        cdef bint b_vector = ins[3] < c.vector_count and defined[ins[3]]
        cdef bint a_uniform = ins[2] < c.uniform_count
        cdef bint b_uniform = ins[3] < c.uniform_count
        if ins[0] in (OP_ADD_VV, OP_SUB_VV, OP_MUL_VV):
            return a_vector and b_vector
        if ins[0] in (OP_ADD_VU, OP_SUB_VU, OP_MUL_VU):
            return a_vector and b_uniform
        if ins[0] == OP_SUB_UV:
            return a_uniform and b_vector
        if ins[0] == OP_NEG_V or ins[0] == OP_RESULT_V:
            return a_vector
        return ins[0] == OP_RESULT_U and a_uniform

    def memory(self):
        """Bytes of the block that a trace lies in while it is made and checked, on one thread."""
        return run_memory(&self.plan, 1, True)
