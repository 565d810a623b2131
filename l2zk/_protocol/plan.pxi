# What is to be proved, in arrays and integers: a program and its shape (PROTOCOL 3 and 4.2), checked once and then only read.

import numpy as np

from cpython.pycapsule cimport PyCapsule_GetContext, PyCapsule_GetPointer, PyCapsule_IsValid

cdef enum Domain:
    DOMAIN_EVERY = 0
    DOMAIN_TRANSITION = 1
    DOMAIN_ROW = 2
    DOMAIN_CYCLIC = 3

cdef enum:
    MOST_ROUNDS = 32             # N' <= 2^29, since |L| <= 2^30 and B >= 2, and each round halves at least

cdef struct Reads:               # the columns that are opened at one row offset: at 0 all, else those that some constraint reads there
    size_t offset
    size_t count
    const uint32_t *columns

cdef struct Group:               # constraints that share a domain
    uint64_t kind, x, y

cdef struct Periodic:
    unsigned log_period
    const uint64_t *values
    const uint64_t *coefficients # of v, deg v < period, v(omega_P^i) = values[i]

# Fills rows first .. last - 1 of every column, given the rows before; anything but 0 is a failure.
ctypedef int (*step_function)(uint64_t **columns, size_t first, size_t last, void *context) noexcept nogil

STEP_FUNCTION = "int (uint64_t **, size_t, size_t, void *)"
"""The name of a capsule that holds a step_function: its signature."""

cdef struct Plan:
    size_t length                # N
    size_t coset_size            # N'
    size_t columns               # w
    size_t pieces                # k
    size_t piece_length          # M
    size_t mask_length           # h
    size_t piece_mask_length     # h_q, 0 where there is but one piece
    size_t batch_length          # D - 1, coefficients of G
    size_t batch_overflow        # points beside the first coset for those beyond N', or 0
    size_t batch_mask_length     # coefficients of R, ceil((D - 1)/s); 0 without hiding
    bint hiding
    size_t rows_per_leaf         # s
    size_t queries               # n_q
    size_t rounds                # r
    unsigned log_arity[MOST_ROUNDS]
    size_t final_length          # F_c
    size_t blowup                # B
    unsigned grinding
    unsigned log_length, log_coset, log_blowup, log_rows_per_leaf, log_size
    size_t size                  # |L|
    size_t leaves                # |L|/s
    bint direct                  # the only piece is evaluated on all of L, which is cheaper than to extend it
    bint whole                   # else: the only piece is Q itself, one coset and the overflow, uncut
    size_t quotient_cosets       # cosets of <omega_N'> on which Q is evaluated
    unsigned log_quotient_cosets
    size_t overflow              # points beside them for the few coefficients that they do not determine, or 0
    unsigned log_overflow
    size_t offset_count
    Reads *reads
    size_t openings              # out-of-domain values
    size_t constraint_count
    size_t group_count
    Group *groups
    const uint32_t *group_sizes  # constraints of each
    const uint32_t *places       # of the constraints, group by group
    size_t exponent_count        # e of the X^e - constant that divide constraints, each once
    const uint64_t *exponents
    const uint32_t *exponent_of  # a group
    size_t most_exempt           # last rows that a transition leaves out, at most
    const uint32_t *group_of
    size_t periodic_count
    Periodic *periodic
    l2zk_code constraints
    bint has_step
    l2zk_code step
    const uint32_t (*step_targets)[2]   # column, and the first row that the step fills of it
    size_t first_target                 # the least of those rows
    const l2zk_row_step *row_steps      # the step's code as rows.pxi arranges it
    size_t row_step_count, row_slots
    const uint64_t *row_results         # the slot of each result
    const size_t *row_periodic          # of each load of a periodic column, the address of its values from the offset on
    step_function function       # fills rows in place of the step code, or NULL
    void *function_context
    size_t step_reach
    size_t input_count, output_count
    const uint64_t (*output_claims)[2]  # constraint, row: the value is what the constraint gives there with 0 for the output
    const uint64_t *shape_words         # of the seed message
    size_t shape_word_count


cdef unsigned log2_exact(size_t x) except? 255:
    if x == 0 or x & (x - 1):
        raise ValueError(f"{x} is no power of two")
    return (<object>x).bit_length() - 1


cdef enum:
    MOST_SLOTS = 1 << 24


cdef _require(bint holds, text):
    if not holds:
        raise ValueError(text)


cdef object _whole(name, value):
    _require(type(value) is int and 0 <= value < 1 << 31, f"{name} is {value!r}")
    return value


cdef size_t overflow_points(size_t coefficients):
    """The points that determine a few coefficients: a power of two."""
    cdef size_t points = 1
    while points < coefficients:
        points *= 2
    return points


cdef class Compiled:
    """A program compiled for one shape, to be proved or verified any number of times by any number of threads.

    shape: the integers of PROTOCOL 4.2. domains: uint64 (constraints, 3). reads: (offset, uint32 columns) in increasing order.
    step: on row i it gives row i + step_reach of each column of step_targets, (column, first row that it fills).
    step_function: a capsule named STEP_FUNCTION, whose function fills the rows from step_reach on, instead of the step code.
    periodic: uint64 arrays. constraints, step: Code of bytecode.py. output_claims: (constraint, row) of each output, whose value is
    what the constraint's expression gives on this row with 0 for the output. rows: n, of the seed message.
    """
    cdef Plan plan
    cdef list keep

    def __cinit__(self):
        memset(&self.plan, 0, sizeof(Plan))
        self.keep = []

    def __init__(self, shape, *, rows, domains, reads, periodic, constraints, input_count, output_claims, step=None,
                 step_targets=None, step_reach=0, step_function=None):
        cdef Plan *p = &self.plan
        input_count, step_reach = _whole("input_count", input_count), _whole("step_reach", step_reach)
        _require(reads and reads[0][0] == 0, "the first reads are not those at offset 0")
        self._take_shape(shape)
        self._take_seed(shape, rows)
        self._take_reads(reads)
        self._take_domains(domains)
        self._take_periodic(periodic)
        p.input_count = input_count
        p.output_count = len(output_claims)
        p.output_claims = <const uint64_t (*)[2]>self._table(output_claims, 2, np.uint64)
        self._take_code(&p.constraints, constraints, p.constraint_count)
        self._check_claims()
        self._place_quotient()
        p.has_step = step is not None
        p.step_reach = step_reach
        if not 0 <= step_reach < p.length:
            raise ValueError(f"a step of {step_reach} rows is longer than the trace")
        if step_function is not None:
            self._take_function(step_function)
        if p.has_step:
            p.step_targets = <const uint32_t (*)[2]>self._table(step_targets, 2, np.uint32)
            for column, first in step_targets:
                _require(column < p.columns and 1 <= first <= step_reach, f"the step fills column {column} from row {first} on")
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
                addresses[k] = <size_t>self._array(np.roll(np.array(periodic[index], dtype=np.uint64), -offset), np.uint64)
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
        _require(all(len(row) == width and min(row) >= 0 for row in rows), f"a table has rows that are not of {width} numbers")
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
        """A pointer to a contiguous copy that lives as long as this object."""
        array = np.array(values, dtype=dtype, order="C", copy=True)
        if array.size == 0:
            array = np.zeros(1, dtype=dtype)
        self.keep.append(array)
        return <const void *><size_t>array.ctypes.data

    cdef int _take_shape(self, shape) except -1:
        cdef Plan *p = &self.plan
        cdef size_t i
        p.length, p.coset_size, p.columns = shape.length, shape.domain_length, shape.columns
        p.pieces, p.piece_length = shape.pieces, shape.piece_length
        p.rows_per_leaf, p.queries, p.final_length = shape.rows_per_leaf, shape.queries, shape.final_length
        p.blowup, p.grinding = shape.blowup, shape.grinding
        p.rounds = len(shape.arities)
        if p.rounds > MOST_ROUNDS:
            raise ValueError(f"{p.rounds} rounds are more than {MOST_ROUNDS}")
        for i in range(p.rounds):
            p.log_arity[i] = log2_exact(shape.arities[i])
        p.log_length, p.log_coset, p.log_blowup = log2_exact(p.length), log2_exact(p.coset_size), log2_exact(p.blowup)
        p.log_rows_per_leaf = log2_exact(p.rows_per_leaf)
        p.size = p.blowup * p.coset_size
        p.log_size = p.log_blowup + p.log_coset
        p.leaves = p.size // p.rows_per_leaf
        p.hiding = shape.zero_knowledge
        p.mask_length = shape.mask_length
        p.piece_mask_length = shape.quotient_mask_length if p.pieces > 1 else 0
        p.batch_length = shape.degree_bound - 1
        p.batch_overflow = 0
        if p.batch_length > p.coset_size:
            p.batch_overflow = max(overflow_points(p.batch_length - p.coset_size), p.rows_per_leaf)    # whole leaves
        p.batch_mask_length = -(-(shape.degree_bound - 1) // p.rows_per_leaf) if p.hiding else 0
        return 0

    cdef int _place_quotient(self) except -1:
        """The fewest cosets that hold Q; half of them, and a small coset beside, where they hold all but a few coefficients; or all of
        L, where that is cheaper."""
        cdef Plan *p = &self.plan
        cdef size_t wanted = min(p.pieces * p.piece_length, p.size), beyond    # deg Q < |L|, whatever k*M comes to
        p.direct = p.pieces == 1 and self._direct_cost() < self._extension_cost()
        p.log_quotient_cosets = p.log_blowup if p.direct else 0
        p.quotient_cosets = <size_t>1 << p.log_quotient_cosets
        if p.direct:
            return 0
        while (p.coset_size << p.log_quotient_cosets) < wanted:
            p.log_quotient_cosets += 1
        p.overflow, p.log_overflow = 0, 0
        if p.log_quotient_cosets:
            beyond = wanted - (p.coset_size << (p.log_quotient_cosets - 1))
            if 4 * overflow_points(beyond) <= p.coset_size:
                p.overflow = overflow_points(beyond)
                p.log_overflow = log2_exact(p.overflow)
                p.log_quotient_cosets -= 1
        p.quotient_cosets = <size_t>1 << p.log_quotient_cosets
        p.whole = p.pieces == 1 and p.quotient_cosets == 1
        return 0

    cdef double _direct_cost(self):
        """Q at one point, in units of a nanosecond of AVX-512, of which only ratios count: memory, instructions, products by powers of
        alpha, divisors."""
        cdef const Plan *p = &self.plan
        cdef const l2zk_code *c = &p.constraints
        cdef double cost = 4
        cdef size_t i
        for i in range(c.body_count):
            cost += 0.5 if c.body[i][0] in (OP_MUL_VV, OP_MUL_VU) else 0.15
        for i in range(p.group_count):
            cost += 2.4 * p.group_sizes[i] if p.group_sizes[i] <= 2 else 1.9 * p.group_sizes[i] + 1.6
            cost += 0.5
        for i in range(p.exponent_count):
            cost += 3.6 / p.exponents[i]
        return cost

    cdef double _extension_cost(self):
        """The same for one point of L by transforms of the three coordinates, with the points that they start from."""
        return 3 * (5.6 + 0.16 * self.plan.log_coset) + self._direct_cost() / self.plan.blowup

    cdef int _take_seed(self, shape, rows) except -1:
        """The shape as the seed message states it. (PROTOCOL 5.4)"""
        words = [rows, shape.length, shape.domain_length, shape.columns, len(shape.offsets), shape.pieces, shape.piece_length,
                 shape.mask_length, shape.quotient_mask_length, shape.degree_bound, shape.rows_per_leaf, shape.queries,
                 len(shape.arities), *shape.arities, shape.final_length]
        self.plan.shape_words = <const uint64_t *>self._array(words, np.uint64)
        self.plan.shape_word_count = len(words)
        return 0

    cdef int _take_reads(self, reads) except -1:
        cdef Plan *p = &self.plan
        cdef size_t i
        p.offset_count = len(reads)
        p.reads = <Reads *>self._array([0] * (p.offset_count * sizeof(Reads)), np.uint8)
        p.openings = p.pieces
        for i, (offset, columns) in enumerate(reads):
            if i == 0:
                columns = range(p.columns)   # every column is opened at zeta
            _require(i == 0 or offset > reads[i - 1][0], "the offsets of the reads do not rise")
            p.reads[i].offset = offset
            p.reads[i].count = len(columns)
            p.reads[i].columns = <const uint32_t *>self._array(columns, np.uint32)
            if len(columns) and max(columns) >= p.columns or offset >= p.length:
                raise ValueError(f"the reads at offset {offset} are outside the trace")
            p.openings += p.reads[i].count
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
        p.group_sizes = <const uint32_t *>self._array([groups.count(i) for i in range(len(numbers))], np.uint32)
        p.places = <const uint32_t *>self._array(np.argsort(np.argsort(groups, kind="stable")), np.uint32)
        p.most_exempt = max([x for kind, x, _ in numbers if kind == DOMAIN_TRANSITION], default=0)
        exponents = [divisor_exponent(p, p.groups + i) for i in range(p.group_count)]
        distinct = sorted(set(exponents))
        p.exponent_count = len(distinct)
        p.exponents = <const uint64_t *>self._array(distinct, np.uint64)
        p.exponent_of = <const uint32_t *>self._array([distinct.index(e) for e in exponents], np.uint32)
        return 0

    cdef int _check_domain(self, kind, x, y) except -1:
        cdef size_t length = self.plan.length
        good = (kind == DOMAIN_EVERY or kind == DOMAIN_TRANSITION and 1 <= x < length or kind == DOMAIN_ROW and 0 <= x < length
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
            interpolate(<uint64_t *>p.periodic[i].coefficients, p.periodic[i].values, p.periodic[i].log_period)
        return 0

    cdef int _take_code(self, l2zk_code *c, code, size_t results) except -1:
        """Check every instruction once, so that the loops that run it need not."""
        _require(0 <= len(code.loads) <= code.vectors <= MOST_SLOTS, "the code has fewer vector slots than loads, or too many")
        c.uniform_count, c.vector_count, c.result_count = len(code.uniforms), code.vectors, code.results
        c.prelude_count, c.load_count, c.body_count = len(code.prelude), len(code.loads), len(code.body)
        c.uniforms = <const uint64_t *>self._field(code.uniforms)
        for table, width in ((code.prelude, 4), (code.loads, 3), (code.body, 4)):
            _require(np.ndim(table) == 2 and np.shape(table)[1] == width, "an instruction is four numbers, a load three")
        c.prelude = <const uint32_t (*)[4]>self._array(code.prelude, np.uint32)
        c.loads = <const uint32_t (*)[3]>self._array(code.loads, np.uint32)
        c.body = <const uint32_t (*)[4]>self._array(code.body, np.uint32)
        if c.result_count != results or self.plan.input_count + self.plan.output_count > c.uniform_count:
            raise ValueError("the code does not fit its program")
        self._check_prelude(c)
        self._check_loads(c)
        self._check_body(c)
        return 0

    cdef int _check_claims(self) except -1:
        cdef size_t i
        for i in range(self.plan.output_count):
            if self.plan.output_claims[i][0] >= self.plan.constraint_count or self.plan.output_claims[i][1] >= self.plan.length:
                raise ValueError(f"output {i} has no constraint or row")
        return 0

    cdef int _check_prelude(self, const l2zk_code *c) except -1:
        cdef size_t i
        cdef const uint32_t *ins
        for i in range(c.prelude_count):
            ins = c.prelude[i]
            if ins[0] not in (OP_ADD_VV, OP_SUB_VV, OP_MUL_VV, OP_NEG_V) or max(ins[1], ins[2], ins[3]) >= c.uniform_count:
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
            if c == &self.plan.constraints and load[0] == 0 and not self._is_opened(load[1], load[2]):
                raise ValueError(f"load {i} is of a column that is not opened at its offset")
            if c == &self.plan.step and load[2] >= self.plan.step_reach:
                raise ValueError(f"load {i} reads the row that the step is about to fill")
        return 0

    cdef bint _is_opened(self, uint32_t column, uint32_t offset) except? True:
        cdef size_t u, i
        for u in range(self.plan.offset_count):
            for i in range(self.plan.reads[u].count):
                if self.plan.reads[u].offset == offset and self.plan.reads[u].columns[i] == column:
                    return True
        return False

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

    def memory(self, unsigned threads, *, bint trace_only=False):
        """Bytes of the block that a proof lies in, or a trace without one."""
        return run_memory(&self.plan, threads, trace_only)


cdef void run_prelude(const l2zk_code *code, const uint64_t *inputs, size_t input_count, const uint64_t *outputs,
                      size_t output_count, uint64_t *uniforms) noexcept nogil:
    """The values that are the same for all rows: public ones, constants, and what follows from them."""
    cdef size_t i
    cdef uint64_t a, b
    memcpy(uniforms, code.uniforms, 8 * code.uniform_count)
    memcpy(uniforms, inputs, 8 * input_count)
    if outputs != NULL:
        memcpy(uniforms + input_count, outputs, 8 * output_count)
    for i in range(code.prelude_count):
        a, b = uniforms[code.prelude[i][2]], uniforms[code.prelude[i][3]]
        if code.prelude[i][0] == OP_ADD_VV:
            a = f_add(a, b)
        elif code.prelude[i][0] == OP_SUB_VV:
            a = f_sub(a, b)
        elif code.prelude[i][0] == OP_MUL_VV:
            a = f_mul(a, b)
        else:
            a = f_neg(a)
        uniforms[code.prelude[i][1]] = a
