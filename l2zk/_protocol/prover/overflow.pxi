# The few coefficients that a masked polynomial has more than the points of its cosets determine.
#
# The m points give A = Q mod (X^m - u), u the value of x^m on them. On a small coset y*<omega> beside them x^m is another
# constant, so there E = (Q - A)/(y^m - u) is a polynomial of few coefficients, and Q = A + (X^m - u)*E.
#
# The overflow's points are every (N'/count)-th point of coset 1 of L; what is computed there is called "beside".

cdef void find_overflow(const uint64_t *folded, unsigned log_n, uint64_t difference, uint64_t *values, unsigned log_count, uint64_t shift,
                        uint64_t *overflow, l2zk_ntt_tables tables, uint64_t *words) noexcept nogil:
    """E's coefficients from values on shift*<omega_count> (which are lost) and A's n folded coefficients; all in bit-reversed order."""
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


cdef void take_overflow(uint64_t *coefficients, unsigned log_n, uint64_t u, const uint64_t *overflow, unsigned log_count) noexcept nogil:
    """Subtract u*E from A's first block of n: what A + (X^m - u)*E has below X^m."""
    cdef size_t i, gap = <size_t>1 << (log_n - log_count)
    for i in range(<size_t>1 << log_count):
        coefficients[i * gap] = f_sub(coefficients[i * gap], f_mul(u, overflow[i]))
