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
    uint64_t **scaled            # for each worker: tails of a task's columns, scaled for a coset
    # columns of bits
    const uint8_t *narrow        # by column: it is one; NULL: none is
    const uint64_t *words        # the bits of all columns, 64 coefficients a word
    uint8_t *bytes               # columns of m/8: the same, bit-reversed
    uint64_t **of_bytes          # for each worker: what a coset's transforms of bits need
    size_t *prepared             # for each worker: the coset that its arrays are filled for, from 1 on; 0: none
    unsigned workers
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


cdef inline size_t narrow_run(const uint8_t *narrow, size_t i, size_t last) noexcept nogil:
    """How many columns from column i on, which has bits, have bits."""
    cdef size_t end = i
    while end < last and narrow[end]:
        end += 1
    return end - i


cdef inline bint is_of_bits(const Encoding *e, size_t c) noexcept nogil:
    return e.narrow != NULL and e.narrow[c]


cdef void reverse_column(void *context, size_t c, unsigned worker) noexcept nogil:
    """A column's coefficients and tail in bit-reversed order."""
    cdef Encoding *e = <Encoding *>context
    cdef size_t m = <size_t>1 << e.log_m, i, pieces = tail_pieces(e.tail, m)
    cdef unsigned log_size = log_piece(e)
    if is_of_bits(e, c):
        l2zk_active.ntt_reverse_bits(e.bytes + c * (m // 8), e.words + c * (m // 64), e.log_m)
    else:
        l2zk_active.ntt_reverse(column_of(e.reversed, m, c), e.sources[c], m, e.log_m)
    for i in range(pieces):
        l2zk_active.ntt_reverse(column_of(e.reversed_tails, tail_room(e.tail, m), c) + (i << log_size),
                                e.tails[c] + i * m, smaller(m, e.tail - i * m), log_size)


cdef uint64_t prepare_coset(const Encoding *e, size_t coset, unsigned worker) noexcept nogil:
    """Fill a worker's arrays for a coset; returns what Y^m is there."""
    cdef uint64_t point = f_mul(GENERATOR, f_pow(f_root(e.log_n), coset))
    if e.prepared[worker] != coset + 1:
        l2zk_active.ntt_fill_shift(e.shifts[worker], point, e.log_m)
        if e.narrow != NULL:
            l2zk_active.ntt_fill_bits(e.of_bytes[worker], e.shifts[worker], e.log_m, e.tables)
        e.prepared[worker] = coset + 1
    return f_pow(point, <uint64_t>1 << e.log_m)


cdef void scale_tail(const Encoding *e, size_t c, uint64_t scale, uint64_t *tail) noexcept nogil:
    """A column's tail as it is added to coefficients where Y^m is `scale`."""
    cdef size_t m = <size_t>1 << e.log_m, i
    cdef unsigned log_size = log_piece(e)
    cdef const uint64_t *given = column_of(e.reversed_tails, tail_room(e.tail, m), c)
    cdef uint64_t power = scale
    l2zk_active.scale_values(tail, given, <size_t>1 << log_size, scale)
    for i in range(1, tail_pieces(e.tail, m)):
        power = f_mul(power, scale)
        l2zk_active.add_scaled(tail, given + (i << log_size), <size_t>1 << log_size, power)


cdef void encode_columns(void *context, size_t task, unsigned worker) noexcept nogil:
    """The values of some columns on one coset: those of bits together."""
    cdef Encoding *e = <Encoding *>context
    cdef unsigned log_cosets = e.log_n - e.log_m, log_size = log_piece(e)
    cdef size_t m = <size_t>1 << e.log_m, n = <size_t>1 << e.log_n, coset = task & ((<size_t>1 << log_cosets) - 1)
    cdef size_t c = (task >> log_cosets) * COLUMNS_A_TASK, i, run, last = smaller(c + COLUMNS_A_TASK, e.columns)
    cdef uint64_t scale = prepare_coset(e, coset, worker)
    cdef uint64_t *tails = e.scaled[worker] if e.tail else NULL
    cdef uint64_t *out
    while c < last:
        run = narrow_run(e.narrow, c, last) if e.narrow != NULL else 0
        for i in range(larger(run, 1) if e.tail else 0):
            scale_tail(e, c + i, scale, tails + (i << log_size))
        out = column_of(e.values, n, c) + (coset << e.log_m)
        if run:
            l2zk_active.ntt_bits(out, n + TILE, e.bytes + c * (m // 8), run, e.log_m, e.shifts[worker],
                                 e.of_bytes[worker], tails, <size_t>1 << log_size, log_size, e.tables)
        else:
            l2zk_active.ntt_values(out, column_of(e.reversed, m, c), e.log_m, e.shifts[worker], tails, log_size,
                                   e.tables)
        c += larger(run, 1)


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
    memset(e.prepared, 0, sizeof(size_t) * e.workers)
    if l2zk_crew_share(e.crew, reverse_column, e, e.columns):
        return -1
    if cosets_are_shared_evenly(e.tree):
        return l2zk_crew_share(e.crew, encode_coset, e, cosets)
    if l2zk_crew_share(e.crew, encode_columns, e, cosets * encoding_tasks(e)):
        return -1
    hash_tree(e.tree)
    return 0
