# A table in one shape. (PROTOCOL 4)

cdef class Compiled:
    """A table in one shape, to be proved or verified any number of times by any number of threads.

    sizes: the integers of PROTOCOL 4: those of the argument, of the commitment, and all that the seed says. All arrays
    but that of the seed message are the table's.
    """
    cdef Plan plan
    cdef readonly Table table
    cdef list keep

    def __init__(self, Table table not None, sizes):
        _require(table.plan.table.rows >= 2, "the table has not been made")
        _require(table.plan.q_length, "a table without needs is run and checked, and not proved")
        self.plan = table.plan
        self.keep = []
        self._take_sizes(sizes)
        self._take_words(sizes.words)
        self._check_argument()
        self._check_commitment()
        self.table = table           # as a sign that all of it has been checked

    cdef int _take_sizes(self, sizes) except -1:
        cdef Plan *p = &self.plan
        for name in ("q_length", "degree", "last_degree", "masked", "masks_at", "columns", "log_m", "log_n0", "queries",
                     "tail", "grinding"):
            _whole(name, getattr(sizes, name))
        p.hiding, p.degree, p.last_degree = bool(sizes.hiding), sizes.degree, sizes.last_degree
        p.masked, p.masks_at = sizes.masked, sizes.masks_at
        p.columns, p.log_m, p.log_n0 = sizes.columns, sizes.log_m, sizes.log_n0
        p.queries, p.tail, p.grinding = sizes.queries, sizes.tail, sizes.grinding
        _require(sizes.q_length == p.q_length, "the shape is not of this table")
        _require(p.log_m <= 32 and p.log_n0 <= 32 and p.grinding <= 32, "the shape is too large")
        p.m, p.log_columns = <size_t>1 << p.log_m, log_of_ratio(p.columns, 1)
        p.lengths = <const uint64_t *>kept(self.keep, list(sizes.lengths), np.uint64)
        p.length_count = len(sizes.lengths)
        return 0

    cdef int _take_words(self, words) except -1:
        """Each word with its domain, which is longer than its columns."""
        cdef Plan *p = &self.plan
        cdef size_t number, left = p.log_m
        _require(len(words) <= MOST_WORDS, "the shape has too many words")
        p.word_count = len(words)
        for number, (k, log_n, queries) in enumerate(words):
            _require(1 <= _whole("k", k) <= smaller(MOST_FOLDED, left), f"word {number + 1} folds {k} variables")
            left -= k
            _require(left < _whole("log_n", log_n) <= 32, f"word {number + 1} has 2^{log_n} points")
            _require(1 <= _whole("queries", queries) <= MOST_QUERIES, f"word {number + 1} has {queries} queries")
            p.words[number].k, p.words[number].log_n, p.words[number].queries = k, log_n, queries
        p.final = <size_t>1 << left
        return 0

    cdef int _check_argument(self) except -1:
        """The lengths of the messages are those of the table."""
        cdef const Plan *p = &self.plan
        cdef const TablePlan *t = &p.table
        _require(1 <= p.degree <= MOST_LEAVES + 1 and 1 <= p.last_degree <= MOST_DEGREE,
                 "the shape has a degree too high")
        _require(p.masks_at == t.columns * t.rows
                 and p.masked == zerocheck_elements(p) + t.pair_count + row_elements(p) + t.read_count,
                 "the shape is not of this table")
        return 0

    cdef int _check_commitment(self) except -1:
        """The columns hold the vector, and the first domain a column with its tail."""
        cdef const Plan *p = &self.plan
        cdef size_t entries = p.masks_at + (3 * p.masked if p.hiding else 0)
        _require(p.columns == (entries + p.m - 1) >> p.log_m, f"{p.columns} columns do not hold {entries} entries")
        _require(1 <= p.queries <= MOST_QUERIES, f"the vector has {p.queries} queries")
        _require(p.tail == (p.queries + CELLS if p.hiding else 0), f"a tail of {p.tail} coefficients is not that long")
        _require(p.m + p.tail <= <size_t>1 << p.log_n0, f"a column with its tail is longer than 2^{p.log_n0}")
        _require(p.columns << p.log_n0 <= <size_t>1 << 48, "the shape is too large")
        return 0

    def memory(self, unsigned threads):
        """Bytes of the block that a proof lies in."""
        return run_memory(&self.plan, threads, False)
