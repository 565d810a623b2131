# Low-degree extension: from the coefficients of columns to their values on cosets, and the tree over these.
# (PROTOCOL 6.2, 6.4, 6.8)
#
# The polynomials have a little more than n coefficients, n a power of two: the first n stand in bit-reversed order, the
# rest (the tail) in natural order. On a coset x^n is one constant, so the tail folds back onto the first coefficients.

cdef size_t COLUMNS_A_TASK = 8

cdef struct Extension:
    size_t columns
    unsigned log_rows            # n = 2^log_rows, also the points of a coset
    uint64_t *main               # columns of main_size
    size_t main_size
    const uint64_t *tail         # columns of tail_size, of which tail_count <= n count
    size_t tail_size
    size_t tail_count
    bint masks                   # the tail is r of T + (X^n - 1)*r, rather than the coefficients from n on
    uint64_t *out                # columns of out_size, coset after coset
    size_t out_size
    size_t cosets
    uint64_t first               # point of coset 0
    uint64_t ratio               # to the first point of the next coset
    Tree *tree                   # whose leaves the values make, or NULL
    # threads and working memory
    l2zk_crew *crew
    const Scratch *scratch       # of each worker: shift, tail
    l2zk_ntt_tables tables       # for transforms of at least n values
    uint64_t *reversed_tails     # columns of tail_room: a place for the tails, bit-reversed
    size_t tail_room


cdef void reverse_tail(void *context, size_t c, unsigned worker) noexcept nogil:
    """A column's tail in bit-reversed order, with zeros up to a power of two."""
    cdef Extension *e = <Extension *>context
    l2zk_active.ntt_reverse(column_of(e.reversed_tails, e.tail_room, c), column_of(<uint64_t *>e.tail, e.tail_size, c),
                            e.tail_count, log_of_ratio(e.tail_count, 1), 1)


cdef void extend_columns(void *context, size_t task, unsigned worker) noexcept nogil:
    """Evaluate some columns on one coset: a part of their low-degree extension."""
    cdef Extension *e = <Extension *>context
    cdef size_t coset = task % e.cosets
    cdef size_t first = task // e.cosets * COLUMNS_A_TASK
    cdef size_t c
    cdef uint64_t *tail = e.scratch[worker].tail
    cdef unsigned log_tail = log_of_ratio(e.tail_count, 1)
    cdef uint64_t *shift = e.scratch[worker].shift
    cdef uint64_t point = f_mul(e.first, f_pow(e.ratio, coset))
    cdef uint64_t scale = f_pow(point, <uint64_t>1 << e.log_rows)
    if e.masks:
        scale = f_sub(scale, 1)
    l2zk_active.ntt_fill_shift(shift, point, e.log_rows)
    for c in range(first, smaller(first + COLUMNS_A_TASK, e.columns)):
        if e.tail_count:
            l2zk_active.scale_values(tail, column_of(e.reversed_tails, e.tail_room, c), <size_t>1 << log_tail, scale)
        l2zk_active.ntt_values(column_of(e.out, e.out_size, c) + (coset << e.log_rows),
                               column_of(e.main, e.main_size, c),
                               e.log_rows, shift, tail if e.tail_count else NULL, log_tail, e.tables)


cdef void extend_coset(void *context, size_t coset, unsigned worker) noexcept nogil:
    """All columns on one coset, and its part of the tree while the values are at hand:
    a leaf's rows lie in one coset."""
    cdef Extension *e = <Extension *>context
    cdef size_t i
    for i in range(column_groups(e)):
        if not l2zk_crew_cancelled(e.crew):
            extend_columns(context, coset + e.cosets * i, worker)
    hash_coset(e.tree, coset, worker)


cdef inline size_t column_groups(const Extension *e) noexcept nogil:
    return (e.columns + COLUMNS_A_TASK - 1) // COLUMNS_A_TASK


cdef int extend(Extension *e) noexcept nogil:
    """The low-degree extension of all columns; and the tree over it, if there is one, coset by coset where these can be
    shared evenly. Returns 0 unless it was cancelled."""
    if e.tail_count and l2zk_crew_share(e.crew, reverse_tail, e, e.columns):
        return -1
    if e.tree != NULL and cosets_are_shared_evenly(e.tree):
        return l2zk_crew_share(e.crew, extend_coset, e, e.cosets)
    if l2zk_crew_share(e.crew, extend_columns, e, e.cosets * column_groups(e)):
        return -1
    if e.tree != NULL:
        hash_tree(e.tree)
    return 0


cdef void split(uint64_t *main, uint64_t *tail, const uint64_t *coefficients, size_t count,
                unsigned log_n) noexcept nogil:
    """Split coefficients in natural order into the first n, in bit-reversed order, and the tail."""
    cdef size_t n = <size_t>1 << log_n
    l2zk_active.ntt_reverse(main, coefficients, smaller(n, count), log_n, 1)
    if count > n:
        memcpy(tail, coefficients + n, 8 * (count - n))
