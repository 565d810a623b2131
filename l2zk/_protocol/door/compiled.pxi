# A table in one shape. (PROTOCOL 4.2)

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
        _require(shape.length == self.plan.length and shape.columns == self.plan.columns,
                 "the shape is not of this table")
        self._take_shape(shape)
        self._take_seed(shape, table.rows)
        place_quotient(&self.plan)

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

    cdef int _take_seed(self, shape, rows) except -1:
        """The shape as the seed message states it. (PROTOCOL 5.4)"""
        words = [rows, shape.length, shape.domain_length, shape.columns, len(shape.offsets), shape.pieces,
                 shape.piece_length,
                 shape.mask_length, shape.quotient_mask_length, shape.degree_bound, shape.rows_per_leaf, shape.queries,
                 len(shape.arities), *shape.arities, shape.final_length]
        self.plan.shape_words = <const uint64_t *>kept(self.keep, words, np.uint64)
        self.plan.shape_word_count = len(words)
        return 0

    def memory(self, unsigned threads):
        """Bytes of the block that a proof lies in."""
        return run_memory(&self.plan, threads, False)
