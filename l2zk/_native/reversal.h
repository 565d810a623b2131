/* The bit-reversed order of coefficients, in which the transform (ntt.h) has them. */
#ifndef L2ZK_REVERSAL_H
#define L2ZK_REVERSAL_H

#if defined(__GNUC__) && !defined(__clang__) /* as in ntt.h */
#pragma GCC push_options
#pragma GCC optimize("schedule-insns", "sched-pressure")
#endif

/* Move the 64 elements whose numbers have `middle` between the first three bits and the last three to their bit-reversed places: a
 * square of eight runs of eight, transposed. n >= 64. */
static inline void reverse_square(uint64_t *out, const uint64_t *in, unsigned log_n, size_t middle)
{
    static const size_t reversed[8] = {0, 4, 2, 6, 1, 5, 3, 7};
    const size_t apart = (size_t)1 << (log_n - 3), place = reverse_bits(middle, log_n - 6) * 8;
    for (size_t first = 0; first < 8; first += W) {
        V x[8];
        UNROLLED
        for (size_t e = 0; e < 8; e++)
            x[e] = v_load(in + reversed[first + e * W / 8] * apart + middle * 8 + e * W % 8);
        v_runs_to_lanes(x);
        UNROLLED
        for (size_t q = 0; q < 8; q++)
            v_store(out + reversed[q] * apart + place + first, x[q]);
    }
}

/* From `count` coefficients in natural order to n in bit-reversed order, zeros being added; with n it is its own inverse. out does not
 * overlap them. */
static void ntt_reverse(uint64_t *out, const uint64_t *coefficients, size_t count, unsigned log_n)
{
    const size_t n = (size_t)1 << log_n;
    if (count == n && n >= 64) {
        for (size_t middle = 0; middle < n / 64; middle++)
            reverse_square(out, coefficients, log_n, middle);
        return;
    }
    for (size_t i = 0; i < n; i++)
        out[reverse_bits(i, log_n)] = i < count ? coefficients[i] : 0;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif

#endif
