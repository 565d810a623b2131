# The few coefficients that a masked polynomial has more than the points of its cosets determine.
#
# The m points give A = Q mod (X^m - u), u the value of x^m on them. On a small coset y*<omega> beside them x^m is another
# constant, so there E = (Q - A)/(y^m - u) is a polynomial of few coefficients, and Q = A + (X^m - u)*E.

cdef void find_overflow(const uint64_t *folded, unsigned log_n, uint64_t difference, uint64_t *values, size_t count, uint64_t shift,
                        uint64_t *overflow, l2zk_ntt_tables tables, uint64_t *powers) noexcept nogil:
    """E's coefficients, in natural order, from values on shift*<omega_count> (which are lost) and A's n folded coefficients,
    bit-reversed."""
    cdef size_t i
    cdef unsigned log_count = log_of_ratio(count, 1)
    cdef uint64_t power = 1, scale = f_inv(difference), unshift = f_inv(shift)
    l2zk_active.ntt_wrap(overflow, folded, log_n, log_count, f_pow(shift, count), powers)
    for i in range(count):
        overflow[i] = f_mul(overflow[i], f_pow(shift, bit_reversed(i, log_count)))
    l2zk_active.ntt_values(overflow, overflow, log_count, NULL, NULL, 0, 0, tables)
    for i in range(count):
        values[i] = f_mul(f_sub(values[i], overflow[i]), scale)
    l2zk_active.ntt_coefficients(overflow, values, log_count, tables)
    l2zk_active.ntt_reverse(values, overflow, count, log_count, 1)
    for i in range(count):
        overflow[i] = f_mul(values[i], power)
        power = f_mul(power, unshift)


cdef void split_overflow(uint64_t *coefficients, unsigned log_n, uint64_t u, uint64_t *values, size_t count, uint64_t shift,
                         uint64_t *overflow, l2zk_ntt_tables tables, uint64_t *powers) noexcept nogil:
    """A, bit-reversed, becomes the first n coefficients of A + (X^n - u)*E; overflow gets the rest, which are E's."""
    cdef size_t i, k
    find_overflow(coefficients, log_n, f_sub(f_pow(shift, <uint64_t>1 << log_n), u), values, count, shift, overflow, tables,
                  powers)
    for i in range(count):
        k = bit_reversed(i, log_n)
        coefficients[k] = f_sub(coefficients[k], f_mul(u, overflow[i]))
