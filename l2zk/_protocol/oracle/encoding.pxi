# Columns of coefficients with a tail, evaluated on the cosets of a domain, and the tree over the values.
# (PROTOCOL 6.2, 6.8)
#
# On a coset of m points Y^m is one constant, so a tail folds back onto the first coefficients; one longer than m in
# several pieces.

cdef size_t COLUMNS_A_TASK = 8

cdef struct Encoding:
    size_t columns
    unsigned log_m               # m = 2^log_m coefficients, also the points of a coset
    const uint64_t **sources     # by column: its m coefficients, in natural order
    const uint64_t **tails       # by column, in natural order; NULL: none
    size_t tail                  # coefficients of each
    unsigned log_n               # points in all
    uint64_t *reversed           # columns of m: the coefficients, bit-reversed
    uint64_t *reversed_tails     # columns of pieces*2^log_piece
    uint64_t *values             # columns of n, coset after coset
    Tree *tree
    l2zk_crew *crew
    uint64_t **shifts            # for each worker: powers of a coset's first point
    uint64_t **scaled            # for each worker: a tail, scaled for a coset
    l2zk_ntt_tables tables


cdef inline unsigned log_piece(const Encoding *e) noexcept nogil:
    """Tails are cut in pieces of so many coefficients."""
    cdef unsigned log_tail = log_of_ratio(e.tail, 1)
    return log_tail if log_tail < e.log_m else e.log_m


cdef inline size_t tail_pieces(size_t tail, size_t m) noexcept nogil:
    return (tail + m - 1) // m


cdef inline size_t tail_room(size_t tail, size_t m) noexcept nogil:
    """Words of a reversed tail."""
    return tail_pieces(tail, m) * smaller(m, <size_t>1 << log_of_ratio(larger(tail, 1), 1))


cdef void reverse_column(void *context, size_t c, unsigned worker) noexcept nogil:
    """A column's coefficients and tail in bit-reversed order."""
    cdef Encoding *e = <Encoding *>context
    cdef size_t m = <size_t>1 << e.log_m, i, pieces = tail_pieces(e.tail, m)
    cdef unsigned log_size = log_piece(e)
    l2zk_active.ntt_reverse(column_of(e.reversed, m, c), e.sources[c], m, e.log_m)
    for i in range(pieces):
        l2zk_active.ntt_reverse(column_of(e.reversed_tails, tail_room(e.tail, m), c) + (i << log_size),
                                e.tails[c] + i * m, smaller(m, e.tail - i * m), log_size)


cdef void encode_columns(void *context, size_t task, unsigned worker) noexcept nogil:
    """The values of some columns on one coset."""
    cdef Encoding *e = <Encoding *>context
    cdef unsigned log_cosets = e.log_n - e.log_m, log_size = log_piece(e)
    cdef size_t m = <size_t>1 << e.log_m, coset = task & ((<size_t>1 << log_cosets) - 1)
    cdef size_t first = (task >> log_cosets) * COLUMNS_A_TASK, c, i, pieces = tail_pieces(e.tail, m)
    cdef uint64_t point = f_mul(GENERATOR, f_pow(f_root(e.log_n), coset)), scale = f_pow(point, m), power
    cdef uint64_t *tail = e.scaled[worker]
    cdef const uint64_t *given
    l2zk_active.ntt_fill_shift(e.shifts[worker], point, e.log_m)
    for c in range(first, smaller(first + COLUMNS_A_TASK, e.columns)):
        if pieces:
            given = column_of(e.reversed_tails, tail_room(e.tail, m), c)
            l2zk_active.scale_values(tail, given, <size_t>1 << log_size, scale)
            power = scale
            for i in range(1, pieces):
                power = f_mul(power, scale)
                l2zk_active.add_scaled(tail, given + (i << log_size), <size_t>1 << log_size, power)
        l2zk_active.ntt_values(column_of(e.values, <size_t>1 << e.log_n, c) + (coset << e.log_m),
                               column_of(e.reversed, m, c), e.log_m, e.shifts[worker], tail if pieces else NULL,
                               log_size, e.tables)


cdef inline size_t encoding_tasks(const Encoding *e) noexcept nogil:
    """Tasks for each coset."""
    return (e.columns + COLUMNS_A_TASK - 1) // COLUMNS_A_TASK


cdef void encode_coset(void *context, size_t coset, unsigned worker) noexcept nogil:
    """All columns on one coset, and its part of the tree while the values are at hand."""
    cdef Encoding *e = <Encoding *>context
    cdef size_t i
    for i in range(encoding_tasks(e)):
        if not l2zk_crew_cancelled(e.crew):
            encode_columns(context, coset + (i << (e.log_n - e.log_m)), worker)
    hash_coset(e.tree, coset, worker)


cdef int encode(Encoding *e) noexcept nogil:
    """The values of all columns, and the tree over them up to one node a coset. Returns 0 unless it was cancelled."""
    cdef size_t cosets = <size_t>1 << (e.log_n - e.log_m)
    if l2zk_crew_share(e.crew, reverse_column, e, e.columns):
        return -1
    if cosets_are_shared_evenly(e.tree):
        return l2zk_crew_share(e.crew, encode_coset, e, cosets)
    if l2zk_crew_share(e.crew, encode_columns, e, cosets * encoding_tasks(e)):
        return -1
    hash_tree(e.tree)
    return 0
