/* Columns of bits: 64 rows in a word, row i of them in its bit i. Sums over them are sums of the weights of rows that have a one. */
#ifndef L2ZK_NARROW_H
#define L2ZK_NARROW_H

enum {
    COLUMNS_AT_ONCE = W == 4 ? 1 : 4, /* sums of so many columns, or of so many vectors of rows, stay in registers */
    VECTORS_AT_ONCE = W == 4 ? 1 : 2
};

/* The words of `count` values, a multiple of TILE; 1, or 0 once one of them is no bit. */
static int pack_bits(const uint64_t *values, size_t count, uint64_t *words)
{
    for (size_t at = 0; at < count; at += TILE) {
        V all = v_set1(0);
        uint64_t word = 0, lane[W], any = 0;
        EACH(j)
        {
            const V x = v_load(values + at + j);
            all = v_or(all, x);
            word |= v_odd(x) << j;
        }
        v_store(lane, all);
        for (int i = 0; i < W; i++)
            any |= lane[i];
        if (any > 1)
            return 0;
        words[at / TILE] = word;
    }
    return 1;
}

/* out[i] += sum_j weights[j]*(bit j of the words from words + i*apart on), j < count, a multiple of TILE, i < number */
static void sum_bits(const uint64_t *weights, size_t stride, size_t count, const uint64_t *words, size_t apart,
                     size_t number, k3 *out)
{
    for (size_t i = 0; i < number; i += COLUMNS_AT_ONCE) {
        V sum[COLUMNS_AT_ONCE][3], high[COLUMNS_AT_ONCE][3];
        const uint64_t *from[COLUMNS_AT_ONCE];
        for (size_t k = 0; k < COLUMNS_AT_ONCE; k++) {
            from[k] = words + (i + k < number ? i + k : i) * apart;
            for (int c = 0; c < 3; c++)
                sum[k][c] = high[k][c] = v_set1(0);
        }
        for (size_t j = 0; j < count; j += W) {
            const V a[3] = {v_load(weights + j), v_load(weights + stride + j), v_load(weights + 2 * stride + j)};
            const V h[3] = {v_high(a[0]), v_high(a[1]), v_high(a[2])};
            UNROLLED
            for (size_t k = 0; k < COLUMNS_AT_ONCE; k++) {
                const v_mask mask = v_set_mask(from[k][j / TILE] >> j % TILE);
                UNROLLED
                for (int c = 0; c < 3; c++) {
                    sum[k][c] = v_add_where(sum[k][c], mask, a[c]);
                    high[k][c] = v_add_where(high[k][c], mask, h[c]);
                }
            }
        }
        for (size_t k = 0; k < COLUMNS_AT_ONCE && i + k < number; k++)
            for (int c = 0; c < 3; c++)
                out[i + k].c[c] = f_add(out[i + k].c[c], sum_of(v_total(sum[k][c], high[k][c])));
    }
}

/* out[j] += sum_z weights[z]*(bit j of words[z]) for a tile of rows j, z < number */
static void fold_bits(const k3_words *weights, const uint64_t *words, size_t number, uint64_t *out, size_t stride)
{
    for (size_t j = 0; j < TILE; j += VECTORS_AT_ONCE * W) {
        V sum[VECTORS_AT_ONCE][3], high[VECTORS_AT_ONCE][3];
        for (int k = 0; k < VECTORS_AT_ONCE; k++)
            for (int c = 0; c < 3; c++)
                sum[k][c] = high[k][c] = v_set1(0);
        for (size_t z = 0; z < number; z++) {
            const uint64_t word = words[z] >> j;
            v_mask mask[VECTORS_AT_ONCE];
            UNROLLED
            for (int k = 0; k < VECTORS_AT_ONCE; k++)
                mask[k] = v_set_mask(word >> (k * W));
            UNROLLED
            for (int c = 0; c < 3; c++) {
                const V a = v_set1(weights[z].c[c]), h = v_set1(weights[z].high[c]);
                UNROLLED
                for (int k = 0; k < VECTORS_AT_ONCE; k++) {
                    sum[k][c] = v_add_where(sum[k][c], mask[k], a);
                    high[k][c] = v_add_where(high[k][c], mask[k], h);
                }
            }
        }
        for (int k = 0; k < VECTORS_AT_ONCE; k++)
            for (int c = 0; c < 3; c++) {
                uint64_t *to = out + c * stride + j + k * W;
                v_store(to, v_add(v_load(to), v_total(sum[k][c], high[k][c])));
            }
    }
}

/* Bit k of byte j becomes bit j of byte k. */
static inline uint64_t transpose_bits(uint64_t x)
{
    uint64_t t = (x ^ x >> 7) & 0x00aa00aa00aa00aaULL;
    x ^= t ^ t << 7;
    t = (x ^ x >> 14) & 0x0000cccc0000ccccULL;
    x ^= t ^ t << 14;
    t = (x ^ x >> 28) & 0x00000000f0f0f0f0ULL;
    return x ^ t ^ t << 28;
}

/* Byte `at` of eight words, `apart` from one another. */
static inline uint64_t bytes_of(const uint64_t *words, size_t apart, unsigned at)
{
    uint64_t x = 0;
    for (int k = 0; k < 8; k++)
        x |= (words[k * apart] >> 8 * at & 0xff) << 8 * k;
    return x;
}

/* Sixteen streams of bits at sixteen points: out[p*stride + i], i < count, and a few more, from words + z*apart for stream z. The table has
 * for each value of the bits of the first eight streams, then of the last eight, what they come to at the points. */
static void extend_bits(const uint64_t *words, size_t apart, size_t count, const uint64_t *table, uint64_t *out,
                        size_t stride)
{
    for (size_t first = 0; first < count; first += 8) {
        const uint64_t *from = words + first / TILE;
        uint8_t low[8], high[8];
        const uint64_t a = transpose_bits(bytes_of(from, apart, first % TILE / 8));
        const uint64_t b = transpose_bits(bytes_of(from + 8 * apart, apart, first % TILE / 8));
        for (int i = 0; i < 8; i++)
            low[i] = (uint8_t)(a >> 8 * i), high[i] = (uint8_t)(b >> 8 * i);
        for (size_t i = 0; i < 8; i += W)
            for (size_t p = 0; p < 16; p += 8) {
                V x[8];
                UNROLLED
                for (size_t e = 0; e < 8; e++) {
                    const size_t row = i + e * W / 8, point = p + e * W % 8;
                    x[e] = v_add(v_load(table + 16 * low[row] + point), v_load(table + 16 * (256 + high[row]) + point));
                }
                v_runs_to_lanes(x);
                UNROLLED
                for (size_t q = 0; q < 8; q++)
                    v_store(out + (p + q) * stride + first + i, x[q]);
            }
    }
}

#endif
