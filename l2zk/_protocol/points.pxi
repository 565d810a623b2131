# Points: the subgroups, the coset L, and the order in which the core stores it.
#
# Point j of L is 7*omega^j. Storage is coset by coset: j = c + B*i stands at c*N' + i, so that a coset of <omega_N'> is
# contiguous and in natural order. A word of m = B*rows values, or a level of a tree, is stored the same way.

cdef int interpolate(uint64_t *coefficients, const uint64_t *values, unsigned log_n) except -1:
    """The coefficients, in natural order, of the polynomial with these values on <omega_n>."""
    cdef size_t n = <size_t>1 << log_n
    tables = np.empty(l2zk_ntt_table_words(n), dtype=np.uint64)
    reversed_order = np.empty(n, dtype=np.uint64)
    cdef uint64_t *words = <uint64_t *><size_t>tables.ctypes.data
    cdef uint64_t *result = <uint64_t *><size_t>reversed_order.ctypes.data
    l2zk_active.ntt_fill_tables(words, n)
    l2zk_active.ntt_coefficients(result, values, log_n, l2zk_ntt_tables_in(words, n))
    l2zk_active.ntt_reverse(coefficients, result, n, log_n, 1)
    return 0


cdef void fill_powers(uint64_t *powers, uint64_t ratio) noexcept nogil:
    """The first TILE powers of a ratio."""
    cdef size_t t
    cdef uint64_t power = 1
    for t in range(TILE):
        powers[t] = power
        power = f_mul(power, ratio)


cdef void fill_points(uint64_t *x, size_t tiles, uint64_t start, const uint64_t *powers) noexcept nogil:
    """start*ratio^t for the ratio whose first TILE powers are given."""
    cdef size_t k
    cdef uint64_t turn = f_mul(powers[TILE - 1], powers[1])
    for k in range(tiles):
        l2zk_active.points(start, powers, x + TILE * k)
        start = f_mul(start, turn)


cdef inline uint64_t coset_shift(const Plan *p, size_t c) noexcept nogil:
    """The first point of coset c of L."""
    return f_mul(GENERATOR, f_pow(f_root(p.log_size), c))


cdef inline size_t stored_at(size_t j, size_t m, size_t blowup) noexcept nogil:
    """Where value j of a word of m values stands; with fewer values than cosets, in order."""
    return j if m <= blowup else (j % blowup) * (m // blowup) + j // blowup


cdef inline unsigned log_of_ratio(size_t large, size_t small) noexcept nogil:
    cdef unsigned r = 0
    while small < large:
        small *= 2
        r += 1
    return r


cdef inline size_t bit_reversed(size_t i, unsigned bits) noexcept nogil:
    cdef size_t r = 0
    cdef unsigned k
    for k in range(bits):
        r = r << 1 | (i >> k & 1)
    return r


cdef inline size_t smaller(size_t a, size_t b) noexcept nogil:
    return a if a < b else b


cdef inline size_t larger(size_t a, size_t b) noexcept nogil:
    return a if a > b else b


cdef inline size_t excess(size_t a, size_t b) noexcept nogil:
    """a - b, or 0."""
    return a - b if a > b else 0


cdef const uint64_t *tile_at(const uint64_t *values, size_t count, size_t at, size_t stride, uint64_t *staged) noexcept nogil:
    """TILE values from `at` on, `stride` apart, counted modulo count, a power of two; copied if they are not next to each other."""
    at &= count - 1
    if stride == 1 and at + TILE <= count:
        return values + at
    copy_strided(staged, values, count, at, stride)
    return staged


cdef inline void copy_strided(uint64_t *out, const uint64_t *values, size_t count, size_t at, size_t stride) noexcept nogil:
    """TILE values from `at` on, `stride` apart, counted modulo count, a power of two."""
    cdef size_t t
    for t in range(TILE):
        out[t] = values[(at + t * stride) & (count - 1)]
