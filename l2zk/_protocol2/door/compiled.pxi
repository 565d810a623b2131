# A table in one shape. (PROTOCOL 4)

cdef class Compiled:
    """A table in one shape, to be proved or verified any number of times by any number of threads.

    sizes: the integers of PROTOCOL 4: those of the argument, of the commitment, and all that the seed says. All arrays
    but that of the seed message are the table's.
    """
    cdef Plan plan
    cdef readonly Table table
    cdef list keep

    def __init__(self, Table table, sizes):
        self.plan = table.plan
        self.table = table
        self.keep = []
        self._take_sizes(sizes)

    cdef int _take_sizes(self, sizes) except -1:
        cdef Plan *p = &self.plan
        cdef size_t number
        p.hiding, p.quotient, p.degree, p.last_degree = sizes.hiding, sizes.quotient, sizes.degree, sizes.last_degree
        p.hidden, p.masks = sizes.hidden, sizes.masks
        p.columns, p.log_m, p.log_n0 = sizes.columns, sizes.log_m, sizes.log_n0
        p.queries, p.tail = sizes.queries, sizes.tail
        p.m, p.grinding, p.word_count = <size_t>1 << p.log_m, sizes.grinding, len(sizes.words)
        p.log_columns = log_of_ratio(p.columns, 1)
        _require(p.masks == p.table.columns * p.table.rows, "the shape is not of this table")
        _require(p.word_count <= MOST_WORDS and p.last_degree <= MOST_DEGREE, "the shape is too large")
        for number, (k, log_n, queries) in enumerate(sizes.words):
            p.words[number].k, p.words[number].log_n, p.words[number].queries = k, log_n, queries
        p.final = p.m >> sum([word[0] for word in sizes.words])
        p.lengths = <const uint64_t *>kept(self.keep, sizes.lengths, np.uint64)
        p.length_count = len(sizes.lengths)
        return 0

    def memory(self, unsigned threads):
        """Bytes of the block that a proof lies in."""
        return run_memory(&self.plan, threads, False)
