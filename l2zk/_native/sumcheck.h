/* Sums over rows: folds, products and powers of arrays over K. (PROTOCOL 6.3 to 6.8)
 *
 * An array over K is planar: coordinate c of element i stands at a[c*stride + i]. Counts need not be whole vectors: arrays have a tile of
 * room behind them, where anything may stand and anything may be written.
 */
#ifndef L2ZK_SUMCHECK_H
#define L2ZK_SUMCHECK_H

static inline VK vk_at(const uint64_t *a, size_t stride) { return vk_load(a, a + stride, a + 2 * stride); }
static inline void vk_put(uint64_t *a, size_t stride, VK x) { vk_store(a, a + stride, a + 2 * stride, x); }

static inline k3 k_at(const uint64_t *a, size_t stride)
{
    k3 r = {{a[0], a[stride], a[2 * stride]}};
    return r;
}

static inline k3 vk_sum(VK a)
{
    k3 r = {{sum_of(a.c[0]), sum_of(a.c[1]), sum_of(a.c[2])}};
    return r;
}

/* out[i] = sum_z weights[z]*sources[z][i], i < count: W elements at a time, so a few more are written */
static void fold_streams(const k3_limbs *weights, const uint64_t *const *sources, size_t streams, size_t count,
                         uint64_t *out, size_t stride)
{
    for (size_t i = 0; i < count; i += W)
        vk_put(out + i, stride, weighted_sum(weights, sources, streams, i));
}

/* a[i] += r*(a[i + half] - a[i]), i < count; count may exceed half, then a goes on behind 2*half */
static void fold_pairs(uint64_t *a, size_t stride, size_t half, size_t count, k3 r)
{
    const VK factor = vk_set1(r);
    size_t i = 0;
    if (half >= W)
        for (; i + W <= count; i += W) {
            const VK low = vk_at(a + i, stride), high = vk_at(a + i + half, stride);
            vk_put(a + i, stride, vk_add(low, vk_mul(factor, vk_sub(high, low))));
        }
    for (; i < count; i++) {
        const k3 low = k_at(a + i, stride), x = k_add(low, k_mul(r, k_sub(k_at(a + i + half, stride), low)));
        for (int c = 0; c < 3; c++)
            a[c * stride + i] = x.c[c];
    }
}

/* sum_i a[i]*b[i], i < count */
static k3 dot_extension(const uint64_t *a, size_t a_stride, const uint64_t *b, size_t b_stride, size_t count)
{
    VK sum = vk_set1(k_from(0));
    size_t i = 0;
    for (; i + W <= count; i += W)
        sum = vk_add(sum, vk_mul(vk_at(a + i, a_stride), vk_at(b + i, b_stride)));
    k3 r = vk_sum(sum);
    for (; i < count; i++)
        r = k_add(r, k_mul(k_at(a + i, a_stride), k_at(b + i, b_stride)));
    return r;
}

/* The sums of low*low and of rise*rise over the pairs (i, i + half): value at 0 and coefficient of X^2 of a round. */
static void round_products(const uint64_t *a, size_t a_stride, const uint64_t *b, size_t b_stride, size_t first,
                           size_t last, size_t half, k3 out[2])
{
    VK low = vk_set1(k_from(0)), top = low;
    size_t i = first;
    for (; i + W <= last; i += W) {
        const VK x = vk_at(a + i, a_stride), y = vk_at(b + i, b_stride);
        low = vk_add(low, vk_mul(x, y));
        top = vk_add(top, vk_mul(vk_sub(vk_at(a + i + half, a_stride), x), vk_sub(vk_at(b + i + half, b_stride), y)));
    }
    out[0] = vk_sum(low), out[1] = vk_sum(top);
    for (; i < last; i++) {
        const k3 x = k_at(a + i, a_stride), y = k_at(b + i, b_stride);
        out[0] = k_add(out[0], k_mul(x, y));
        out[1] = k_add(out[1], k_mul(k_sub(k_at(a + i + half, a_stride), x), k_sub(k_at(b + i + half, b_stride), y)));
    }
}

/* From eq of some coordinates to eq of one more, the new top bit: out of `count` elements 2*count, in place. */
static void double_eq(uint64_t *a, size_t stride, size_t count, k3 r)
{
    const VK factor = vk_set1(r);
    size_t i = 0;
    if (count >= W)
        for (; i + W <= count; i += W) {
            const VK x = vk_at(a + i, stride), high = vk_mul(x, factor);
            vk_put(a + i, stride, vk_sub(x, high));
            vk_put(a + i + count, stride, high);
        }
    for (; i < count; i++) {
        const k3 x = k_at(a + i, stride), high = k_mul(x, r), low = k_sub(x, high);
        for (int c = 0; c < 3; c++) {
            a[c * stride + i] = low.c[c];
            a[c * stride + i + count] = high.c[c];
        }
    }
}

/* out[i] += factor*a[i], i < count */
static void add_multiple(uint64_t *out, size_t out_stride, const uint64_t *a, size_t a_stride, size_t count, k3 factor)
{
    const VK f = vk_set1(factor);
    size_t i = 0;
    for (; i + W <= count; i += W)
        vk_put(out + i, out_stride, vk_add(vk_at(out + i, out_stride), vk_mul(vk_at(a + i, a_stride), f)));
    for (; i < count; i++) {
        const k3 x = k_add(k_at(out + i, out_stride), k_mul(k_at(a + i, a_stride), factor));
        for (int c = 0; c < 3; c++)
            out[c * out_stride + i] = x.c[c];
    }
}

/* out[i] += start*z^i, i < count */
static void add_powers(uint64_t *out, size_t stride, size_t count, k3 start, k3 z)
{
    uint64_t first[3 * W];
    k3 turn = k_from(1);
    for (size_t i = 0; i < W; i++) {
        for (int c = 0; c < 3; c++)
            first[c * W + i] = start.c[c];
        start = k_mul(start, z);
        turn = k_mul(turn, z);
    }
    const VK step = vk_set1(turn);
    VK power = vk_load(first, first + W, first + 2 * W);
    for (size_t i = 0; i < count; i += W) {
        vk_put(out + i, stride, vk_add(vk_at(out + i, stride), power));
        power = vk_mul(power, step);
    }
}

/* out[i] += sum_u starts[u]*points[u]^i, i < count, points of F; starts become those of the next stretch */
static void add_base_powers(uint64_t *out, size_t stride, size_t count, k3 *starts, const uint64_t *points,
                            size_t number)
{
    for (size_t u = 0; u < number; u++) {
        uint64_t first[3 * W], power = 1;
        for (size_t i = 0; i < W; i++) {
            for (int c = 0; c < 3; c++)
                first[c * W + i] = f_mul(starts[u].c[c], power);
            power = f_mul(power, points[u]);
        }
        const f_factor turn = f_prepare(power);
        const v_factor step = v_set_factor(&turn);
        VK x = vk_load(first, first + W, first + 2 * W);
        for (size_t i = 0; i < count; i += W) {
            vk_put(out + i, stride, vk_add(vk_at(out + i, stride), x));
            for (int c = 0; c < 3; c++)
                x.c[c] = v_times(x.c[c], step);
        }
        starts[u] = k_scale(starts[u], f_pow(points[u], count));
    }
}

#endif
