/* The transform (ntt.h) of coefficients that are bits. Eight of them, a byte, are one of 256 vectors of eight after the three nearest
 * layers, so these and the move to a coset are a look-up and a product:
 *
 *     element q of run r of stretch b = (byte's sum of (shift^..)*(-1 or a power of omega_8) + tail) * R_b^q * (scale of r * R_r^q)
 *
 * The table of the vectors, with R_b^q in them, is made for each stretch, for several columns. n is 512 or more.
 */
#ifndef L2ZK_NTT_BITS_H
#define L2ZK_NTT_BITS_H

#if defined(__GNUC__) && !defined(__clang__) /* as in ntt.h */
#pragma GCC push_options
#pragma GCC optimize("schedule-insns", "sched-pressure")
#endif

/* Byte i has the bits 8*i .. 8*i + 7 of the bit-reversed order of 2^log_n bits. */
static void ntt_reverse_bits(uint8_t *out, const uint64_t *words, unsigned log_n)
{
    static const size_t reversed[8] = {0, 4, 2, 6, 1, 5, 3, 7};
    const unsigned log_bytes = log_n - 3;
    const size_t apart = (size_t)1 << (log_n - 9);
    for (size_t w = 0; w < apart; w++) {
        uint64_t x[8];
        for (size_t k = 0; k < 8; k++)
            x[k] = words[reversed[k] * apart + w];
        uint8_t *to = out + reverse_bits(w, log_bytes - 6);
        for (size_t b = 0; b < 8; b++) {
            const uint64_t bytes = transpose_bits(bytes_of(x, 1, b));
            for (size_t j = 0; j < 8; j++)
                to[(reversed[j] << (log_bytes - 3)) + (reversed[b] << (log_bytes - 6))] = (uint8_t)(bytes >> 8 * j);
        }
    }
}

/* What a byte comes to, for all bytes: rows of eight. scale: of the first eight coefficients. */
static void fill_bytes(uint64_t *rows, const uint64_t *scale)
{
    memset(rows, 0, 64);
    for (size_t k = 0; k < 8; k++) {
        V x[8];
        for (size_t q = 0; q < 8; q++)
            x[q] = v_set1(q == k ? scale[k] : 0);
        spread_eight(x);
        for (size_t q = 0; q < 8; q++) {
            uint64_t lane[W];
            v_store(lane, x[q]);
            rows[((size_t)8 << k) + q] = lane[0];
        }
        for (size_t byte = (size_t)1 << k; byte < (size_t)2 << k; byte++)
            for (size_t q = 0; q < 8; q += W)
                v_store(rows + 8 * byte + q,
                        v_add(v_load(rows + 8 * (byte - ((size_t)1 << k)) + q), v_load(rows + ((size_t)8 << k) + q)));
    }
}

/* For a coset, of which ntt_fill_shift has filled `shift`: the rows of all bytes, and factors for the runs of a stretch. */
static void ntt_fill_bits(uint64_t *words, const uint64_t *shift, unsigned log_n, l2zk_ntt_tables t)
{
    const size_t stride = (size_t)1 << l2zk_ntt_near_log(log_n);
    uint64_t scale[8], *u = words + L2ZK_BYTE_ROWS, *v = u + stride;
    for (size_t k = 0; k < 8; k++)
        scale[k] = f_add(shift[k], shift[stride + k]); /* u + v is what a factor was made of */
    fill_bytes(words, scale);
    for (size_t e = 0; e < stride; e += 8) {
        uint64_t power = f_add(shift[e], shift[stride + e]);
        for (size_t q = 0; q < 8; q++) {
            const f_factor factor = f_prepare(power);
            u[e + q] = factor.u, v[e + q] = factor.v;
            power = f_mul(power, t.roots[e / 2]);
        }
    }
}

/* The rows of a stretch: element q of each times root^q. */
static void turn_rows(uint64_t *rows, const uint64_t *of_coset, uint64_t *u, uint64_t *v, uint64_t root)
{
    uint64_t power = 1;
    for (size_t q = 0; q < 8; q++) {
        const f_factor factor = f_prepare(power);
        u[q] = factor.u, v[q] = factor.v;
        power = f_mul(power, root);
    }
    for (size_t q = 0; q < 8; q += W) {
        const v_factor w = v_load_factors(u + q, v + q);
        for (size_t i = q; i < L2ZK_BYTE_ROWS; i += 8)
            v_store(rows + i, v_times(v_load(of_coset + i), w));
    }
}

/* The three nearest layers of a stretch. */
static void spread_bytes(uint64_t *out, const uint8_t *bytes, size_t size, const uint64_t *rows, const uint64_t *u,
                         const uint64_t *v)
{
    for (size_t e = 0; e < size; e += 8)
        for (size_t q = 0; q < 8; q += W)
            v_store(out + e + q, v_times(v_load(rows + 8 * bytes[e / 8] + q), v_load_factors(u + e + q, v + e + q)));
}

/* What a tail adds to a run: its value in each element, times the powers of the stretch and the factors of the run. */
static void add_to_run(uint64_t *run, uint64_t value, const uint64_t *stretch_u, const uint64_t *stretch_v,
                       const uint64_t *u, const uint64_t *v)
{
    for (size_t q = 0; q < 8; q += W) {
        const V x = v_times(v_set1(value), v_load_factors(stretch_u + q, stretch_v + q));
        v_store(run + q, v_add(v_load(run + q), v_times(x, v_load_factors(u + q, v + q))));
    }
}

/* ntt_values of `number` columns of bits, as ntt_reverse_bits leaves them, with tails of at most n/8 values or NULL: column i goes to
 * out + i*out_stride. words: filled by ntt_fill_bits. */
static void ntt_bits(uint64_t *out, size_t out_stride, const uint8_t *bytes, size_t number, unsigned log_n,
                     const uint64_t *shift, const uint64_t *words, const uint64_t *tails, size_t tail_stride,
                     unsigned log_tail, l2zk_ntt_tables t)
{
    const size_t n = (size_t)1 << log_n;
    const unsigned near = l2zk_ntt_near_log(log_n), far = log_n - near, log_gap = log_n - log_tail;
    const size_t stride = (size_t)1 << near;
    const uint64_t *u = words + L2ZK_BYTE_ROWS, *v = u + stride;
    uint64_t rows[L2ZK_BYTE_ROWS], stretch_u[8], stretch_v[8];
    for (size_t b = 0; b < (size_t)1 << far; b++) {
        turn_rows(rows, words, stretch_u, stretch_v, t.roots[b * stride / 2]);
        for (size_t i = 0; i < number; i++) {
            uint64_t *stretch = out + i * out_stride + b * stride;
            spread_bytes(stretch, bytes + i * (n / 8) + b * (stride / 8), stride, rows, u, v);
            for (size_t j = (b * stride + ((size_t)1 << log_gap) - 1) >> log_gap;
                 tails && j << log_gap < (b + 1) * stride; j++) {
                const size_t e = (j << log_gap) - b * stride;
                add_to_run(stretch + e, tails[i * tail_stride + j], stretch_u, stretch_v, u + e, v + e);
            }
            spread(stretch, stride, 8, b, shift[2 * stride + b], t);
        }
    }
    for (size_t i = 0; far && i < number; i++)
        spread_far(out + i * out_stride, log_n, near, t);
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif

#endif
