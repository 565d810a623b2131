/* The number-theoretic transform of n = 2^log_n values on a coset shift*<omega>, natural order on both sides of the door.
 *
 *     values[j] = sum_i coefficients[i]*(shift*omega^j)^i
 *
 * Coefficients are kept in bit-reversed order, and the layers go from near to far pairs: in block b of a layer the pair (x, y) becomes
 * x + y and (x - y)*roots[b]. roots[b] = omega_4^b0 * omega_8^b1 * omega_16^b2 ... over the bits of b, so one table serves every layer
 * and every size, and a block needs one element of it. Three layers are done at once: the roots within are powers of
 * omega_8 = -2^24, which are shifts. Layers of far pairs go through a small tile, so that the array is read twice in all.
 * What a step multiplies by is kept as factors (field.h), two words each.
 */
#ifndef L2ZK_NTT_H
#define L2ZK_NTT_H

/* Unless told, GCC for x86-64 orders instructions only after it has given out registers, which keeps the long products apart. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("schedule-insns", "sched-pressure")
#endif

/* Stands before a loop over the vectors of a step, so that they stay in registers: clang would keep some as loops. */
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED
#endif

static inline size_t reverse_bits(size_t i, unsigned bits)
{
    uint64_t x = i;
    x = (x >> 1 & 0x5555555555555555ULL) | (x & 0x5555555555555555ULL) << 1;
    x = (x >> 2 & 0x3333333333333333ULL) | (x & 0x3333333333333333ULL) << 2;
    x = (x >> 4 & 0x0f0f0f0f0f0f0f0fULL) | (x & 0x0f0f0f0f0f0f0f0fULL) << 4;
    return bits ? (size_t)(__builtin_bswap64(x) >> (64 - bits)) : 0;
}

/* out += values*scale */
static void add_scaled(uint64_t *out, const uint64_t *values, size_t count, uint64_t scale)
{
    const V s = v_set1(scale);
    size_t i = 0;
    for (; i + W <= count; i += W)
        v_store(out + i, v_add(v_load(out + i), v_mul(v_load(values + i), s)));
    for (; i < count; i++)
        out[i] = f_add(out[i], f_mul(values[i], scale));
}

/* out = values*scale; out may be values */
static void scale_values(uint64_t *out, const uint64_t *values, size_t count, uint64_t scale)
{
    const f_factor s = f_prepare(scale);
    size_t i = 0;
    for (; i + W <= count; i += W)
        v_store(out + i, v_times(v_load(values + i), v_set_factor(&s)));
    for (; i < count; i++)
        out[i] = f_times(values[i], s.v);
}

/* powers[q] = root^(q + 1)*scale for q < count */
static void prepare_powers(f_factor *powers, size_t count, uint64_t root, uint64_t scale)
{
    for (size_t q = 0; q < count; q++)
        powers[q] = f_prepare(scale = f_mul(scale, root));
}

static void ntt_fill_tables(uint64_t *words, size_t n)
{
    const l2zk_ntt_tables t = l2zk_ntt_tables_in(words, n);
    uint64_t *roots = (uint64_t *)t.roots, *runs = (uint64_t *)t.runs;
    roots[0] = 1;
    for (unsigned j = 0; (size_t)4 << j <= n; j++)
        scale_values(roots + ((size_t)1 << j), roots, (size_t)1 << j, f_root(j + 2));
    for (size_t b = 0; b < n / 64; b++)
        prepare_powers((f_factor *)t.octets + 7 * b, 7, roots[4 * b], 1);
    for (size_t b = 0; b < n / 64 * 8; b += W) {
        uint64_t root[W];
        for (size_t lane = 0; lane < W; lane++)
            root[lane] = roots[4 * (b + lane)];
        V power = v_set1(1);
        for (size_t q = 0; q < 7; q++) {
            power = v_mul(power, v_load(root));
            const V shifted = v_shift32(power);
            v_store(runs + 14 * b + 2 * q * W, shifted);
            v_store(runs + 14 * b + (2 * q + 1) * W, v_sub(power, shifted));
        }
    }
}

/* ---- One step of three, two or one layers on one block: a[q*m + j], j < m, m a multiple of W ----------------------- */

/* (x, y) <- (x + y, x - y) */
#define BUTTERFLY(x, y) \
    do { \
        V sum_ = v_add(x, y); \
        y = v_sub(x, y); \
        x = sum_; \
    } while (0)

/* (x, y) <- (x - y, x + y): where y stands for -y */
#define BUTTERFLY_NEGATED(x, y) \
    do { \
        V difference_ = v_sub(x, y); \
        y = v_add(x, y); \
        x = difference_; \
    } while (0)

/* Near to far: pairs at distance 1, 2, 4, each difference times its root among the powers of omega_8 = -2^24. */
static inline void spread_eight(V x[8])
{
    for (int q = 0; q < 8; q += 2)
        BUTTERFLY(x[q], x[q + 1]);
    x[3] = v_shift48(x[3]);
    x[5] = v_shift24(x[5]); /* x[5] and x[7] wait with a minus sign */
    x[7] = v_shift72(x[7]);
    BUTTERFLY(x[0], x[2]);
    BUTTERFLY(x[1], x[3]);
    BUTTERFLY(x[4], x[6]);
    BUTTERFLY(x[5], x[7]);
    x[6] = v_shift48(x[6]);
    x[7] = v_shift48(x[7]);
    BUTTERFLY(x[0], x[4]);
    BUTTERFLY_NEGATED(x[1], x[5]);
    BUTTERFLY(x[2], x[6]);
    BUTTERFLY_NEGATED(x[3], x[7]);
}

/* Multiply the first result by `first` and the others by the powers; NULL stands for ones. */
static void spread_block_by_eight(uint64_t *a, size_t m, const f_factor *first, const f_factor *powers)
{
    for (size_t j = 0; j < m; j += W) {
        V x[8];
        UNROLLED
        for (int q = 0; q < 8; q++)
            x[q] = v_load(a + q * m + j);
        spread_eight(x);
        v_store(a + j, first ? v_times(x[0], v_set_factor(first)) : x[0]);
        UNROLLED
        for (int q = 1; q < 8; q++)
            v_store(a + q * m + j, powers ? v_times(x[q], v_set_factor(powers + q - 1)) : x[q]);
    }
}

static void spread_block_by_four(uint64_t *a, size_t m, const f_factor *first, const f_factor *powers)
{
    for (size_t j = 0; j < m; j += W) {
        V x[4];
        UNROLLED
        for (int q = 0; q < 4; q++)
            x[q] = v_load(a + q * m + j);
        BUTTERFLY(x[0], x[1]);
        BUTTERFLY(x[2], x[3]);
        x[3] = v_shift48(x[3]);
        BUTTERFLY(x[0], x[2]);
        BUTTERFLY(x[1], x[3]);
        v_store(a + j, first ? v_times(x[0], v_set_factor(first)) : x[0]);
        UNROLLED
        for (int q = 1; q < 4; q++)
            v_store(a + q * m + j, powers ? v_times(x[q], v_set_factor(powers + q - 1)) : x[q]);
    }
}

static void spread_block_by_two(uint64_t *a, size_t m, const f_factor *first, const f_factor *root)
{
    for (size_t j = 0; j < m; j += W) {
        V x = v_load(a + j), y = v_load(a + m + j);
        BUTTERFLY(x, y);
        v_store(a + j, first ? v_times(x, v_set_factor(first)) : x);
        v_store(a + m + j, root ? v_times(y, v_set_factor(root)) : y);
    }
}

/* ---- All layers of one stretch --------------------------------------------------------------------------------------
 *
 * A stretch is the `index`-th run of `size` elements, which layers of pairs at distance m, 2m, ... size/2 do not leave.
 * Steps of three layers, and one of two or one for the rest, at the far end. The last step also multiplies by `scale`; there
 * is one if size > m. The first stretch has the scale 1, and its first block the root 1, which costs no products.
 */

static void spread(uint64_t *a, size_t size, size_t m, size_t index, uint64_t scale, l2zk_ntt_tables t)
{
    for (; 8 * m < size; m *= 8)
        for (size_t b = 0; b < size / (8 * m); b++) {
            const size_t block = index * (size / (8 * m)) + b;
            spread_block_by_eight(a + 8 * m * b, m, NULL, block ? t.octets + 7 * block : NULL);
        }
    const f_factor scaled = f_prepare(scale), *first = scale == 1 ? NULL : &scaled;
    f_factor prepared[7], *powers = index ? prepared : NULL;
    if (powers)
        prepare_powers(powers, size / m - 1, t.roots[index * (size / m / 2)], scale);
    if (8 * m == size)
        spread_block_by_eight(a, m, first, powers);
    else if (4 * m == size)
        spread_block_by_four(a, m, first, powers);
    else if (2 * m == size)
        spread_block_by_two(a, m, first, powers);
}

/* A tail: values to be added to some coefficients, value j at place j*2^log_gap of the bit-reversed order. */
typedef struct {
    const uint64_t *values;
    unsigned log_gap;
} ntt_tail;

/* Add the part of the tail that falls on coefficients begin .. begin + 8*W - 1; the gap is W or more. */
static inline void add_tail(V x[8], size_t begin, const ntt_tail *t)
{
    UNROLLED
    for (size_t i = 0; i < 8; i++) {
        const size_t place = begin + i * W, j = place >> t->log_gap;
        if (j << t->log_gap == place)
            x[i] = v_add(x[i], v_first(t->values[j]));
    }
}

/* The three nearest layers of `size` elements, a run of eight in each lane; `runs` has for W runs the W roots, then their squares ...
 * The tail is added first, then all is multiplied by the factors `scale`. */
static void spread_runs(uint64_t *out, const uint64_t *in, const uint64_t *scale, size_t size, const uint64_t *runs,
                        size_t begin, const ntt_tail *tail)
{
    for (size_t e = 0; e < size; e += 8 * W) {
        const uint64_t *powers = runs + 14 * (e / 8);
        V x[8];
        UNROLLED
        for (int i = 0; i < 8; i++)
            x[i] = v_load(in + e + i * W);
        if (tail)
            add_tail(x, begin + e, tail);
        if (scale) {
            UNROLLED
            for (int i = 0; i < 8; i++)
                x[i] = v_times(x[i], v_load_factors(scale + e + i * W, scale + size + e + i * W));
        }
        v_runs_to_lanes(x);
        spread_eight(x);
        UNROLLED
        for (int q = 1; q < 8; q++)
            x[q] = v_times(x[q], v_load_factors(powers + (2 * q - 2) * W, powers + (2 * q - 1) * W));
        v_lanes_to_runs(x);
        UNROLLED
        for (int i = 0; i < 8; i++)
            v_store(out + e + i * W, x[i]);
    }
}

/* ---- The whole ----------------------------------------------------------------------------------------------------- */

enum { SMALLEST_SPLIT = 64, TILE_COLUMNS = 64, TILE_ROWS = 128 };

static void spread_small(uint64_t *a, size_t n, const uint64_t *roots)
{
    for (size_t m = 1; m < n; m *= 2)
        for (size_t b = 0; b < n / (2 * m); b++)
            for (size_t j = 2 * m * b; j < 2 * m * b + m; j++) {
                uint64_t x = a[j], y = a[j + m];
                a[j] = f_add(x, y);
                a[j + m] = f_mul(f_sub(x, y), roots[b]);
            }
}

/* The far layers, a tile of a few columns at a time. */
static void spread_far(uint64_t *a, unsigned log_n, unsigned near, l2zk_ntt_tables t)
{
    const size_t rows = (size_t)1 << (log_n - near), stride = (size_t)1 << near;
    uint64_t tile[TILE_ROWS * TILE_COLUMNS];
    for (size_t c = 0; c < stride; c += TILE_COLUMNS) {
        for (size_t r = 0; r < rows; r++)
            memcpy(tile + r * TILE_COLUMNS, a + r * stride + c, 8 * TILE_COLUMNS);
        spread(tile, rows * TILE_COLUMNS, TILE_COLUMNS, 0, 1, t);
        for (size_t r = 0; r < rows; r++)
            memcpy(a + r * stride + c, tile + r * TILE_COLUMNS, 8 * TILE_COLUMNS);
    }
}

/* scale[i] = first*ratio^(i reversed) for i < 2^bits */
static void reversed_powers(uint64_t *scale, uint64_t first, uint64_t ratio, unsigned bits)
{
    scale[0] = first;
    for (unsigned j = 0; j < bits; j++)
        scale_values(scale + ((size_t)1 << j), scale, (size_t)1 << j, f_pow(ratio, (uint64_t)1 << (bits - 1 - j)));
}

static void ntt_fill_shift(uint64_t *words, uint64_t shift, unsigned log_n)
{
    const unsigned near = l2zk_ntt_near_log(log_n);
    const size_t stride = (size_t)1 << near;
    const uint64_t ratio = f_pow(shift, (uint64_t)1 << (log_n - near));
    const f_factor one = f_prepare(1); /* the words of a factor w are w times the words of 1 */
    reversed_powers(words, one.u, ratio, near);
    reversed_powers(words + stride, one.v, ratio, near);
    reversed_powers(words + 2 * stride, 1, shift, log_n - near);
}

/* Values on shift*<omega> of coefficients in bit-reversed order, to the first 2^log_tail <= n of which the tail is added, itself in
 * bit-reversed order; tail: NULL for none. shift: filled by ntt_fill_shift, or NULL for 1. out is coefficients or does not
 * overlap. */
static void ntt_values(uint64_t *out, const uint64_t *coefficients, unsigned log_n, const uint64_t *shift,
                       const uint64_t *tail, unsigned log_tail, l2zk_ntt_tables t)
{
    const size_t n = (size_t)1 << log_n;
    const unsigned near = l2zk_ntt_near_log(log_n), far = log_n - near;
    const size_t stride = (size_t)1 << near;
    const ntt_tail added = {tail, log_n - log_tail};
    const int dense = tail && (n < SMALLEST_SPLIT || (size_t)1 << added.log_gap < W);
    if (dense) {
        if (out != coefficients)
            memcpy(out, coefficients, 8 * n);
        for (size_t j = 0; j < (size_t)1 << log_tail; j++)
            out[j << added.log_gap] = f_add(out[j << added.log_gap], tail[j]);
        coefficients = out;
    }
    if (n < SMALLEST_SPLIT) {
        for (size_t i = 0; i < n; i++)
            out[i] = shift ? f_times(coefficients[i], shift[n + i]) : coefficients[i];
        spread_small(out, n, t.roots);
        return;
    }
    for (size_t b = 0; b < (size_t)1 << far; b++) {
        uint64_t *stretch = out + b * stride;
        spread_runs(stretch, coefficients + b * stride, shift, stride, t.runs + 14 * (b * stride / 8), b * stride,
                    tail && !dense ? &added : NULL);
        spread(stretch, stride, 8, b, shift ? shift[2 * stride + b] : 1, t);
    }
    if (far)
        spread_far(out, log_n, near, t);
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif

#endif
