# A table in one shape: its lengths, and on which points the quotient is evaluated. (PROTOCOL 4.2)

cdef class Compiled:
    """A table in one shape, to be proved or verified any number of times by any number of threads.

    shape: the integers of PROTOCOL 4.2. All arrays but that of the seed message are the table's.
    """
    cdef Plan plan
    cdef Table table
    cdef list keep

    def __init__(self, Table table, shape):
        self.plan = table.plan
        self.table = table
        self.keep = []
        _require(shape.length == self.plan.length and shape.columns == self.plan.columns, "the shape is not of this table")
        self._take_shape(shape)
        self._take_seed(shape, table.rows)
        self._place_quotient()

    cdef int _take_shape(self, shape) except -1:
        cdef Plan *p = &self.plan
        cdef size_t i
        p.coset_size = shape.domain_length
        p.pieces, p.piece_length = shape.pieces, shape.piece_length
        p.openings += p.pieces
        p.rows_per_leaf, p.queries, p.final_length = shape.rows_per_leaf, shape.queries, shape.final_length
        p.blowup, p.grinding = shape.blowup, shape.grinding
        p.rounds = len(shape.arities)
        if p.rounds > MOST_ROUNDS:
            raise ValueError(f"{p.rounds} rounds are more than {MOST_ROUNDS}")
        for i in range(p.rounds):
            p.log_arity[i] = log2_exact(shape.arities[i])
        p.log_coset, p.log_blowup = log2_exact(p.coset_size), log2_exact(p.blowup)
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
        self.plan.shape_words = <const uint64_t *>kept(self.keep, words, np.uint64)
        self.plan.shape_word_count = len(words)
        return 0

    def memory(self, unsigned threads):
        """Bytes of the block that a proof lies in."""
        return run_memory(&self.plan, threads, False)
