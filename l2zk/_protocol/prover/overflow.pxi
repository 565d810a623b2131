# Masking makes a polynomial slightly longer than the cosets that it is evaluated on. This file recovers the missing
# coefficients, the overflow, from a few extra points.
#
# The m points of the cosets, on which x^m = u, determine A = Q mod (X^m - u). On a small extra coset y*<omega> x^m is
# another constant, y^m, so there E = (Q - A)/(y^m - u) is a polynomial of few coefficients, and Q = A + (X^m - u)*E.
#
# The extra points, the overflow's points, are every (N'/count)-th point of coset 1 of L.

cdef void find_overflow(const uint64_t *folded, unsigned log_n, uint64_t difference, uint64_t *values,
                        unsigned log_count, uint64_t shift,
                        uint64_t *overflow, l2zk_ntt_tables tables, uint64_t *words) noexcept nogil:
    """E's coefficients, from Q's values on the extra coset shift*<omega_count> (which are overwritten) and from A,
    folded to n coefficients; all in bit-reversed order. difference: y^m - u."""
    cdef size_t i, count = <size_t>1 << log_count
    cdef uint64_t scale = f_inv(difference)
    l2zk_active.ntt_wrap(overflow, folded, log_n, log_count, f_pow(shift, count), words)
    l2zk_active.ntt_fill_shift(words, shift, log_count)
    l2zk_active.ntt_values(overflow, overflow, log_count, words, NULL, 0, tables)
    for i in range(count):
        values[i] = f_mul(f_sub(values[i], overflow[i]), scale)
    l2zk_active.ntt_coefficients(overflow, values, log_count, tables)
    l2zk_active.ntt_fill_shift(words, f_inv(shift), log_count)
    l2zk_active.ntt_scale(overflow, log_count, words)


cdef void take_overflow(uint64_t *coefficients, unsigned log_n, uint64_t u, const uint64_t *overflow,
                        unsigned log_count) noexcept nogil:
    """Subtract u*E from A's first n coefficients: so they become those of A + (X^m - u)*E below X^m."""
    cdef size_t i, gap = <size_t>1 << (log_n - log_count)
    for i in range(<size_t>1 << log_count):
        coefficients[i * gap] = f_sub(coefficients[i * gap], f_mul(u, overflow[i]))
