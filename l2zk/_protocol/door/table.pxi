# A table: a program as arrays, every one of them checked once, which its proofs in all shapes share. (PROTOCOL 3)

from cpython.pycapsule cimport PyCapsule_GetContext, PyCapsule_GetPointer, PyCapsule_IsValid


STEP_FUNCTION = "int (uint64_t **, size_t, size_t, void *)"
"""The name of a step_function's capsule: its signature."""

cdef enum:
    MOST_SLOTS = 1 << 24


cdef class Table:
    """A program of `length` rows with padding and so many columns: to be run and checked as it is,
    or proved in any number of shapes.

    rows: n, of the seed message. domains: uint64 (constraints, 3). reads: (offset, uint32 columns) in increasing order.
    step: on row i it gives row i + step_reach of each column of step_targets, (column, first row that it fills).
    step_function: a capsule named STEP_FUNCTION, whose function fills the rows from step_reach on, instead of the step
    code. periodic: uint64 arrays. constraints, step: Code of bytecode.py. output_claims: (constraint, row) of each
    output, whose value is what the constraint's expression gives on this row with 0 for the output.
    """
    cdef Plan plan
    cdef list keep
    cdef object rows
    cdef dict opened             # (offset, column): its place among what is read

    def __cinit__(self):
        memset(&self.plan, 0, sizeof(Plan))
        self.keep = []

    def __init__(self, length, *, columns, rows, domains, reads, periodic, constraints, input_count, output_claims,
                 step=None, step_targets=None, step_reach=0, step_function=None):
        cdef Plan *p = &self.plan
        input_count, step_reach = _whole("input_count", input_count), _whole("step_reach", step_reach)
        _require(reads and reads[0][0] == 0, "the first reads are not those at offset 0")
        self.rows = rows
        p.length, p.columns = length, columns
        p.log_length = log2_exact(p.length)
        p.coset_size = p.length        # until a shape says more: a trace that is only run and checked needs no more
        self._take_reads(reads)
        self._take_domains(domains)
        self._take_periodic(periodic)
        p.input_count = input_count
        p.output_count = len(output_claims)
        p.output_claims = <const uint64_t (*)[2]>self._table(output_claims, 2, np.uint64)
        by_row = sorted(range(len(output_claims)), key=lambda i: output_claims[i][1])
        p.outputs_by_row = <const uint64_t *>self._array(by_row, np.uint64)
        self._take_code(&p.constraints, constraints, p.constraint_count)
        self._place_loads()
        self._check_claims()
        p.has_step = step is not None
        p.step_reach = step_reach
        if not 0 <= step_reach < p.length:
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

    cdef int _take_rows(self, rows) except -1:
        self.plan.row_steps = <const l2zk_row_step *>self._array(np.array(rows.steps).reshape(-1), np.uint32)
        self.plan.row_step_count, self.plan.row_slots = len(rows.steps), rows.slots
        self.plan.row_results = <const uint64_t *>self._array(rows.results, np.uint64)
        return 0

    cdef int _take_row_periodic(self, loads, periodic) except -1:
        """A copy that begins at the offset for each load that has one."""
        cdef size_t k
        cdef size_t *addresses = <size_t *>self._array([0] * len(loads), np.uintp)
        self.plan.row_periodic = addresses
        for k, (kind, index, offset) in enumerate(loads.tolist()):
            if kind == 1 and offset:
                addresses[k] = <size_t>self._array(np.roll(np.array(periodic[index], dtype=np.uint64), -offset),
                                                   np.uint64)
            elif kind == 1:
                addresses[k] = <size_t>self.plan.periodic[index].values
        return 0

    cdef int _take_function(self, capsule) except -1:
        """The C function in a capsule whose name is its signature, as scipy.LowLevelCallable has it."""
        name = STEP_FUNCTION.encode()
        if not PyCapsule_IsValid(capsule, name):
            raise ValueError(f"a step function is a capsule named {STEP_FUNCTION!r}, not {capsule!r}")
        self.plan.function = <step_function>PyCapsule_GetPointer(capsule, name)
        self.plan.function_context = PyCapsule_GetContext(capsule)
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

    cdef int _take_reads(self, reads) except -1:
        cdef Plan *p = &self.plan
        cdef size_t i
        p.offset_count = len(reads)
        p.reads = <Reads *>self._array([0] * (p.offset_count * sizeof(Reads)), np.uint8)
        self.opened = {}
        for i, (offset, columns) in enumerate(reads):
            if i == 0:
                columns = range(p.columns)   # every column is opened at zeta
            _require(i == 0 or offset > reads[i - 1][0], "the offsets of the reads do not rise")
            p.reads[i].offset = offset
            p.reads[i].count = len(columns)
            p.reads[i].columns = <const uint32_t *>self._array(columns, np.uint32)
            if len(columns) and max(columns) >= p.columns or offset >= p.length:
                raise ValueError(f"the reads at offset {offset} are outside the trace")
            for column in columns:
                self.opened[offset, column] = len(self.opened)
        p.openings = len(self.opened)
        return 0

    cdef int _take_domains(self, domains) except -1:
        cdef Plan *p = &self.plan
        _require(len(domains) > 0 and all(len(domain) == 3 for domain in domains), "a domain is three numbers")
        for kind, x, y in domains:
            self._check_domain(kind, x, y)
        numbers = {}
        groups = [numbers.setdefault(tuple(int(v) for v in domain), len(numbers)) for domain in domains]
        p.constraint_count = len(groups)
        p.group_count = len(numbers)
        p.group_of = <const uint32_t *>self._array(groups, np.uint32)
        p.groups = <Group *>self._array(list(numbers), np.uint64)
        p.group_sizes = <const uint32_t *>self._array(np.bincount(groups), np.uint32)
        in_groups = np.argsort(groups, kind="stable")
        p.in_groups = <const uint32_t *>self._array(in_groups, np.uint32)
        p.places = <const uint32_t *>self._array(np.argsort(in_groups), np.uint32)
        self._take_exempt([x if kind == DOMAIN_TRANSITION else 0 for kind, x, _ in numbers])
        exponents = [divisor_exponent(p, p.groups + i) for i in range(p.group_count)]
        distinct = sorted(set(exponents))
        p.exponent_count = len(distinct)
        p.exponents = <const uint64_t *>self._array(distinct, np.uint64)
        p.exponent_of = <const uint32_t *>self._array([distinct.index(e) for e in exponents], np.uint32)
        return 0

    cdef int _take_exempt(self, exempt) except -1:
        """The last rows that each group leaves out: a base of many by their polynomial,
        and a few more by a product each. (domains.pxi)"""
        cdef Plan *p = &self.plan
        cdef size_t stride
        bases, base_of = [0], {}
        for x in sorted(set(exempt)):
            if x > max(bases) + MOST_DIFFERENCES:
                bases.append(x)
            base_of[x] = len(bases) - 1
        p.base_count = len(bases)
        p.bases = <const uint64_t *>self._array(bases, np.uint64)
        p.base_of = <const uint32_t *>self._array([base_of[x] for x in exempt], np.uint32)
        place_strides(p, max(bases))
        stride = <size_t>1 << p.log_stride
        p.stride_polynomial = <const uint64_t *>self._array(np.zeros(stride + 1 if p.strides else 0), np.uint64)
        if p.strides:
            exempt_coefficients(f_root(p.log_length), stride, <uint64_t *>p.stride_polynomial)
        return 0

    cdef int _check_domain(self, kind, x, y) except -1:
        cdef size_t length = self.plan.length
        good = (kind == DOMAIN_EVERY
                or kind == DOMAIN_TRANSITION and 1 <= x < length
                or kind == DOMAIN_ROW and 0 <= x < length
                or kind == DOMAIN_CYCLIC and 2 <= y <= length and y & (y - 1) == 0 and 0 <= x < y)
        if not good:
            raise ValueError(f"({kind}, {x}, {y}) is no domain of {length} rows")
        return 0

    cdef int _take_periodic(self, periodic) except -1:
        cdef Plan *p = &self.plan
        cdef size_t i
        p.periodic_count = len(periodic)
        p.periodic = <Periodic *>self._array([0] * (p.periodic_count * sizeof(Periodic)), np.uint8)
        for i, values in enumerate(periodic):
            p.periodic[i].log_period = log2_exact(len(values))
            _require(len(values) <= p.length, f"periodic column {i} is longer than the trace")
            p.periodic[i].values = <const uint64_t *>self._field(values)
            p.periodic[i].coefficients = <const uint64_t *>self._array(values, np.uint64)
            if interpolate(<uint64_t *>p.periodic[i].coefficients, p.periodic[i].values, p.periodic[i].log_period):
                raise MemoryError("the system has no memory to interpolate a periodic column")
        return 0

    cdef int _take_code(self, l2zk_code *c, code, size_t results) except -1:
        """Check every instruction once, so that the loops that run it need not."""
        _require(0 <= len(code.loads) <= code.vectors <= MOST_SLOTS,
                 "the code has fewer vector slots than loads, or too many")
        c.uniform_count, c.vector_count, c.result_count = len(code.uniforms), code.vectors, code.results
        c.prelude_count, c.load_count, c.body_count = len(code.prelude), len(code.loads), len(code.body)
        c.uniforms = <const uint64_t *>self._field(code.uniforms)
        for table, width in ((code.prelude, 4), (code.loads, 3), (code.body, 4)):
            _require(np.ndim(table) == 2 and np.shape(table)[1] == width,
                     "an instruction is four numbers, a load three")
        c.prelude = <const uint32_t (*)[4]>self._array(code.prelude, np.uint32)
        c.loads = <const uint32_t (*)[3]>self._array(code.loads, np.uint32)
        c.body = <const uint32_t (*)[4]>self._array(code.body, np.uint32)
        if c.result_count != results or self.plan.input_count + self.plan.output_count > c.uniform_count:
            raise ValueError("the code does not fit its program")
        self._check_prelude(c)
        self._check_loads(c)
        self._check_body(c)
        return 0

    cdef int _place_loads(self) except -1:
        cdef const l2zk_code *c = &self.plan.constraints
        cdef size_t i
        places = [self.opened[c.loads[i][2], c.loads[i][1]] if c.loads[i][0] == 0 else 0 for i in range(c.load_count)]
        self.plan.opening_of = <const uint32_t *>self._array(places, np.uint32)
        return 0

    cdef int _check_claims(self) except -1:
        cdef size_t i
        cdef const Plan *p = &self.plan
        for i in range(p.output_count):
            if p.output_claims[i][0] >= p.constraint_count or p.output_claims[i][1] >= p.length:
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
        for i in range(c.load_count):
            load = c.loads[i]
            limit = self.plan.columns if load[0] == 0 else self.plan.periodic_count
            if load[0] > 1 or load[1] >= limit or load[2] >= self.plan.length:
                raise ValueError(f"load {i} is not valid")
            if c == &self.plan.constraints and load[0] == 1 and load[2]:
                raise ValueError(f"load {i} is not valid")
            if c == &self.plan.constraints and load[0] == 0 and (load[2], load[1]) not in self.opened:
                raise ValueError(f"load {i} is of a column that is not opened at its offset")
            if c == &self.plan.step and load[2] >= self.plan.step_reach:
                raise ValueError(f"load {i} reads the row that the step is about to fill")
        return 0

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
