# What is to be proved, in arrays and integers: a program and its shape (PROTOCOL 3 and 4.2), checked once and then only read.

import numpy as np

cdef enum Domain:
    DOMAIN_EVERY = 0
    DOMAIN_TRANSITION = 1
    DOMAIN_ROW = 2
    DOMAIN_CYCLIC = 3

cdef struct Reads:               # the columns that some constraint reads at one row offset
    size_t offset
    size_t count
    const uint32_t *columns

cdef struct Group:               # constraints that share a domain
    uint64_t kind, x, y

cdef struct Periodic:
    unsigned log_period
    const uint64_t *values
    const uint64_t *coefficients # of v, deg v < period, v(omega_P^i) = values[i]

cdef struct Plan:
    size_t length                # N
    size_t extended              # N'
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
    unsigned log_arity[16]
    size_t final_length          # F_c
    size_t blowup                # B
    unsigned grinding
    unsigned log_length, log_extended, log_blowup, log_rows_per_leaf, log_size
    size_t size                  # |L|
    size_t leaves                # |L|/s
    size_t final_size            # |L|/tot
    bint direct                  # the only piece is evaluated on all of L, which is cheaper than to extend it
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
    const uint32_t *group_of
    size_t periodic_count
    Periodic *periodic
    l2zk_code constraints
    bint has_step
    l2zk_code step
    const uint32_t (*step_targets)[2]
    size_t step_reach
    size_t input_count, output_count
    const uint64_t (*output_claims)[2]  # constraint, row: the value is what the constraint gives there with 0 for the output
    const uint64_t *shape_words         # of the seed message
    size_t shape_word_count


cdef unsigned log2_exact(size_t x) except? 255:
    if x == 0 or x & (x - 1):
        raise ValueError(f"{x} is no power of two")
    return (<object>x).bit_length() - 1


cdef size_t overflow_points(size_t coefficients):
    """The points that determine a few coefficients: a power of two, at least a tile."""
    cdef size_t points = TILE
    while points < coefficients:
        points *= 2
    return points


cdef class Compiled:
    """A program compiled for one shape, to be proved or verified any number of times by any number of threads.

    shape: the integers of PROTOCOL 4.2. domains: uint64 (constraints, 3). reads: (offset, uint32 columns) in increasing order.
    periodic: uint64 arrays. constraints, step: Code of bytecode.py. output_claims: (constraint, row) of each output, whose value is
    what the constraint's expression gives on this row with 0 for the output. rows: n, of the seed message.
    """
    cdef Plan plan
    cdef list keep

    def __cinit__(self):
        memset(&self.plan, 0, sizeof(Plan))
        self.keep = []

    def __init__(self, shape, *, rows, domains, reads, periodic, constraints, input_count, output_claims, step=None,
                 step_targets=None, step_reach=0):
        cdef Plan *p = &self.plan
        self._take_shape(shape)
        self._take_seed(shape, rows)
        self._take_reads(reads)
        self._take_domains(domains)
        self._take_periodic(periodic)
        p.input_count = input_count
        p.output_count = len(output_claims)
        p.output_claims = <const uint64_t (*)[2]>self._array(output_claims, np.uint64)
        self._take_code(&p.constraints, constraints, p.constraint_count)
        self._check_claims()
        self._place_quotient()
        p.has_step = step is not None
        if p.has_step:
            p.step_targets = <const uint32_t (*)[2]>self._array(step_targets, np.uint32)
            p.step_reach = step_reach
            self._take_code(&p.step, step, len(step_targets))

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
        p.length, p.extended, p.columns = shape.length, shape.domain_length, shape.columns
        p.pieces, p.piece_length = shape.pieces, shape.piece_length
        p.rows_per_leaf, p.queries, p.final_length = shape.rows_per_leaf, shape.queries, shape.final_length
        p.blowup, p.grinding = shape.blowup, shape.grinding
        p.rounds = len(shape.arities)
        for i in range(p.rounds):
            p.log_arity[i] = log2_exact(shape.arities[i])
        p.log_length, p.log_extended, p.log_blowup = log2_exact(p.length), log2_exact(p.extended), log2_exact(p.blowup)
        p.log_rows_per_leaf = log2_exact(p.rows_per_leaf)
        p.size = p.blowup * p.extended
        p.log_size = p.log_blowup + p.log_extended
        p.leaves = p.size // p.rows_per_leaf
        p.final_size = p.leaves
        for i in range(p.rounds):
            p.final_size >>= p.log_arity[i]
        p.hiding = shape.zero_knowledge
        p.mask_length = shape.mask_length
        p.piece_mask_length = shape.quotient_mask_length if p.pieces > 1 else 0
        p.batch_length = shape.degree_bound - 1
        p.batch_overflow = overflow_points(p.batch_length - p.extended) if p.batch_length > p.extended else 0
        p.batch_mask_length = -(-(shape.degree_bound - 1) // p.rows_per_leaf) if p.hiding else 0
        return 0

    cdef int _place_quotient(self) except -1:
        """The fewest cosets that hold Q; half of them, and a small coset beside, where they hold all but a few coefficients."""
        cdef Plan *p = &self.plan
        cdef size_t wanted = p.pieces * p.piece_length, beyond
        p.direct = p.pieces == 1 and self._direct_cost() < self._extension_cost()
        p.log_quotient_cosets = p.log_blowup if p.direct else 0
        p.quotient_cosets = <size_t>1 << p.log_quotient_cosets
        if p.direct:
            return 0
        while (p.extended << p.log_quotient_cosets) < wanted:
            p.log_quotient_cosets += 1
        p.overflow, p.log_overflow = 0, 0
        if p.log_quotient_cosets:
            beyond = wanted - (p.extended << (p.log_quotient_cosets - 1))
            if 4 * overflow_points(beyond) <= p.extended:
                p.overflow = overflow_points(beyond)
                p.log_overflow = log2_exact(p.overflow)
                p.log_quotient_cosets -= 1
        p.quotient_cosets = <size_t>1 << p.log_quotient_cosets
        return 0

    cdef double _direct_cost(self):
        """Products, or what takes as long, for Q at one point: instructions, folds into sums, divisors."""
        return 0.8 * self.plan.constraints.body_count + 3.5 * self.plan.constraint_count + 10 * self.plan.group_count

    cdef double _extension_cost(self):
        """The same for one point of L by transforms of the three coordinates, three layers costing 2 products a value."""
        return 3 * (1 + 0.7 * self.plan.log_extended) + self._direct_cost() / self.plan.blowup

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
        p.openings = p.columns + p.pieces
        for i, (offset, columns) in enumerate(reads):
            p.reads[i].offset = offset
            p.reads[i].count = len(columns)
            p.reads[i].columns = <const uint32_t *>self._array(columns, np.uint32)
            if i:
                p.openings += p.reads[i].count
        return 0

    cdef int _take_domains(self, domains) except -1:
        cdef Plan *p = &self.plan
        numbers = {}
        groups = [numbers.setdefault(tuple(int(v) for v in domain), len(numbers)) for domain in domains]
        p.constraint_count = len(groups)
        p.group_count = len(numbers)
        p.group_of = <const uint32_t *>self._array(groups, np.uint32)
        p.groups = <Group *>self._array(list(numbers), np.uint64)
        return 0

    cdef int _take_periodic(self, periodic) except -1:
        cdef Plan *p = &self.plan
        cdef size_t i
        p.periodic_count = len(periodic)
        p.periodic = <Periodic *>self._array([0] * (p.periodic_count * sizeof(Periodic)), np.uint8)
        for i, values in enumerate(periodic):
            p.periodic[i].log_period = log2_exact(len(values))
            p.periodic[i].values = <const uint64_t *>self._array(values, np.uint64)
            p.periodic[i].coefficients = <const uint64_t *>self._array(values, np.uint64)
            interpolate(<uint64_t *>p.periodic[i].coefficients, p.periodic[i].values, p.periodic[i].log_period)
        return 0

    cdef int _take_code(self, l2zk_code *c, code, size_t results) except -1:
        """Check every instruction once, so that the loops that run it need not."""
        c.uniform_count, c.vector_count, c.result_count = len(code.uniforms), code.vectors, code.results
        c.prelude_count, c.load_count, c.body_count = len(code.prelude), len(code.loads), len(code.body)
        c.uniforms = <const uint64_t *>self._array(code.uniforms, np.uint64)
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
            if load[0] > 1 or load[1] >= limit or load[2] >= self.plan.length or (load[0] == 1 and load[2]):
                raise ValueError(f"load {i} is not valid")
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

    @property
    def memory(self):
        """Bytes that a proof takes at its peak, with one thread."""
        return proof_memory(&self.plan, 1)


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
