# Storage: points of the subgroups and of the coset L, and the order in which the core stores their values.
#
# Point j of L is 7*omega^j. Storage is coset by coset: j = c + B*i stands at c*N' + i, so that a coset of <omega_N'> is
# contiguous and in natural order. A word of m = B*rows values, or a level of a tree, is stored the same way.

cdef void fill_powers(uint64_t *powers, uint64_t ratio) noexcept nogil:
    """The first TILE powers of a ratio."""
    cdef size_t t
    cdef uint64_t power = 1
    for t in range(TILE):
        powers[t] = power
        power = f_mul(power, ratio)


cdef void fill_points(uint64_t *x, size_t tiles, uint64_t start, const uint64_t *powers) noexcept nogil:
    """The points start*ratio^t of some tiles, from the first TILE powers of the ratio."""
    cdef size_t k
    cdef uint64_t turn = f_mul(powers[TILE - 1], powers[1])
    for k in range(tiles):
        l2zk_active.points(start, powers, x + TILE * k)
        start = f_mul(start, turn)


cdef inline size_t stored_at(size_t j, size_t m, size_t blowup) noexcept nogil:
    """The place in storage of value j of a codeword of m values: j itself, if there are fewer values than cosets."""
    return j if m <= blowup else (j % blowup) * (m // blowup) + j // blowup


cdef const uint64_t *tile_at(const uint64_t *values, size_t count, size_t at, size_t stride,
                             uint64_t *staged) noexcept nogil:
    """TILE values from `at` on, `stride` apart, counted modulo count, a power of two;
    copied if they are not next to each other."""
    at &= count - 1
    if stride == 1 and at + TILE <= count:
        return values + at
    copy_strided(staged, values, count, at, stride)
    return staged


cdef inline void copy_strided(uint64_t *out, const uint64_t *values, size_t count, size_t at,
                              size_t stride) noexcept nogil:
    """TILE values from `at` on, `stride` apart, counted modulo count, a power of two."""
    cdef size_t t
    for t in range(TILE):
        out[t] = values[(at + t * stride) & (count - 1)]


cdef int interpolate(uint64_t *coefficients, const uint64_t *values, unsigned log_n) noexcept nogil:
    """The coefficients, in natural order, of the polynomial with these values on <omega_n>. 0, or -1 without memory."""
    cdef size_t n = <size_t>1 << log_n
    cdef uint64_t *tables = <uint64_t *>malloc(8 * (l2zk_ntt_table_words(n) + n))
    cdef uint64_t *reversed_order
    if tables == NULL:
        return -1
    reversed_order = tables + l2zk_ntt_table_words(n)
    l2zk_active.ntt_fill_tables(tables, n)
    l2zk_active.ntt_coefficients(reversed_order, values, log_n, l2zk_ntt_tables_in(tables, n))
    l2zk_active.ntt_reverse(coefficients, reversed_order, n, log_n, 1)
    free(tables)
    return 0
