/* Remainders of a polynomial: by X^m - turn from its coefficients, and its coefficients from several; and the bit-reversed order of
 * coefficients in which the transform (ntt.h) has them.
 */
#ifndef L2ZK_REMAINDERS_H
#define L2ZK_REMAINDERS_H

#if defined(__GNUC__) && !defined(__clang__) /* as in ntt.h */
#pragma GCC push_options
#pragma GCC optimize("schedule-insns", "sched-pressure")
#endif

/* From a polynomial's 2^log_n coefficients to those, 2^log_m, of its remainder by X^m - turn, both in bit-reversed order, where the
 * coefficients that fall together are a run. powers: room for n/m. */
static void ntt_wrap(uint64_t *out, const uint64_t *coefficients, unsigned log_n, unsigned log_m, uint64_t turn,
                     uint64_t *powers)
{
    const size_t m = (size_t)1 << log_m, run = (size_t)1 << (log_n - log_m);
    size_t i = 0;
    reversed_powers(powers, 1, turn, log_n - log_m);
    for (; run >= 8 && i + W <= m; i += W) { /* a run in each lane */
        V sum = v_set1(0);
        for (size_t k = 0; k < run; k += 8) {
            V x[8];
            UNROLLED
            for (int e = 0; e < 8; e++)
                x[e] = v_load(coefficients + (i + (size_t)e * W / 8) * run + k + (size_t)e * W % 8);
            v_runs_to_lanes(x);
            UNROLLED
            for (int e = 0; e < 8; e++)
                sum = v_add(sum, v_mul(x[e], v_set1(powers[k + e])));
        }
        v_store(out + i, sum);
    }
    for (; i < m; i++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < run; k++)
            sum = f_add(sum, f_mul(coefficients[i * run + k], powers[k]));
        out[i] = sum;
    }
}

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

/* Coefficients, n of them in bit-reversed order, of the polynomial that has the same values on shift*<omega> as one with `count`
 * coefficients in natural order: those beyond n are added back, times shift^n. With n coefficients it is its own inverse. out does not
 * overlap them. */
static void ntt_reverse(uint64_t *out, const uint64_t *coefficients, size_t count, unsigned log_n, uint64_t shift)
{
    const size_t n = (size_t)1 << log_n;
    const uint64_t turn = f_pow(shift, n);
    if (count == n && n >= 64) {
        for (size_t middle = 0; middle < n / 64; middle++)
            reverse_square(out, coefficients, log_n, middle);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t x = 0, scale = 1;
        for (size_t k = i; k < count; k += n, scale = f_mul(scale, turn))
            x = f_add(x, k < n ? coefficients[k] : f_mul(coefficients[k], scale));
        out[reverse_bits(i, log_n)] = x;
    }
}

/* From P mod (X^n - u*w^j), j < c = 2^log_cosets, w of order c, to the c blocks of n coefficients of P, in place: residue j is
 * sum_b (u*w^j)^b P_b, so P_b = u^-b (1/c) sum_j w^(-jb) residue j, a transform of c values at each place. */
static void join_cosets(uint64_t *const *cosets, unsigned log_cosets, size_t n, uint64_t u)
{
    const size_t c = (size_t)1 << log_cosets;
    if (c == 1)
        return;
    const uint64_t unroot = f_inv(f_root(log_cosets)), u_inverse = f_inv(u);
    f_factor scale[32], root[32];
    for (size_t b = 0; b < c; b++) {
        scale[b] = f_prepare(f_mul(f_inv(c), f_pow(u_inverse, reverse_bits(b, log_cosets))));
        root[b] = f_prepare(f_pow(unroot, b));
    }
    for (size_t i = 0; i < n; i += W) {
        const size_t rest = n - i < W ? n - i : 0;
        uint64_t few[W] = {0};
        V x[32];
        for (size_t j = 0; j < c; j++)
            x[j] = rest ? v_load(memcpy(few, cosets[j] + i, 8 * rest)) : v_load(cosets[j] + i);
        for (size_t half = c / 2; half; half /= 2)
            for (size_t block = 0; block < c; block += 2 * half)
                for (size_t k = block; k < block + half; k++) {
                    const V difference = v_sub(x[k], x[k + half]);
                    x[k] = v_add(x[k], x[k + half]);
                    x[k + half] = k == block ? difference
                                             : v_times(difference, v_set_factor(root + (k - block) * (c / 2 / half)));
                }
        for (size_t b = 0; b < c; b++) { /* the sum for b stands at b reversed */
            uint64_t *place = cosets[reverse_bits(b, log_cosets)] + i;
            v_store(rest ? few : place, v_times(x[b], v_set_factor(scale + b)));
            if (rest)
                memcpy(place, few, 8 * rest);
        }
    }
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif

#endif
