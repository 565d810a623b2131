/* Fractions: leaves from columns, sums of two, and the rounds of their layers. (PROTOCOL 6.3)
 *
 * Some fractions are a planar array over K of numerators and one of denominators, all coordinates `stride` apart; where `in_base` is set
 * the numerators are in F, and their other two coordinates are not read. Counts need not be whole vectors: arrays have a tile of room
 * behind them, where anything may stand and anything may be written.
 */
#ifndef L2ZK_LAYERS_H
#define L2ZK_LAYERS_H

/* out[i] += sum_t factors[t]*sources[t][i], i < count; factors are three numbers each */
static void add_terms(uint64_t *out, size_t stride, size_t count, const f_factor *factors,
                      const uint64_t *const *sources, size_t number)
{
    for (size_t t = 0; t < number; t++)
        for (int c = 0; c < 3; c++) {
            const v_factor factor = v_set_factor(factors + 3 * t + c);
            uint64_t *const to = out + c * stride;
            for (size_t i = 0; i < count; i += W)
                v_store(to + i, v_add(v_load(to + i), v_times(v_load(sources[t] + i), factor)));
        }
}

/* a*b, a in F where in_base is set: then it is its first coordinate */
static inline VK numerator_times(int in_base, const uint64_t *a, size_t stride, VK b)
{
    return in_base ? vk_scale(b, v_load(a)) : vk_mul(vk_at(a, stride), b);
}

static inline void join(int in_base, const uint64_t *low, const uint64_t *high, size_t stride, size_t count,
                        uint64_t *out, size_t out_stride)
{
    for (size_t i = 0; i < count; i += W) {
        const VK q0 = vk_at(low + 3 * stride + i, stride), q1 = vk_at(high + 3 * stride + i, stride);
        vk_put(out + i, out_stride,
               vk_add(numerator_times(in_base, low + i, stride, q1), numerator_times(in_base, high + i, stride, q0)));
        vk_put(out + 3 * out_stride + i, out_stride, vk_mul(q0, q1));
    }
}

/* The sums of fractions low[i] and high[i], i < count. */
static void join_fractions(const uint64_t *low, const uint64_t *high, size_t stride, int in_base, size_t count,
                           uint64_t *out, size_t out_stride)
{
    if (in_base)
        join(1, low, high, stride, count, out, out_stride);
    else
        join(0, low, high, stride, count, out, out_stride);
}

/* Weights of K for sums with K: their coordinates and the sums of these two by two, in limbs, LAYER_STEP apart; 0 up
 * to a whole vector. */
static void layer_weights(const uint64_t *eq, size_t stride, size_t count, uint64_t *limbs)
{
    for (size_t e = 0; e < 6; e++)
        for (size_t i = 0; i < (count + W - 1) / W * W; i++) {
            uint64_t a = 0;
            if (i < count)
                a = e < 3 ? eq[e * stride + i] : f_add(eq[(e == 5) * stride + i], eq[(e == 3 ? 1 : 2) * stride + i]);
            for (size_t k = 0; k < 3; k++)
                limbs[(3 * e + k) * LAYER_STEP + i] = a >> (LIMB_BITS * k) & LIMB_MASK;
        }
}

/* The value of a sum of products that stayed below 2^64 in all lanes together. */
static inline uint64_t lanes_of_sum(const v_sum *s)
{
    uint64_t part[6][W];
    unsigned __int128 half[2] = {0, 0};
    for (int k = 0; k < 3; k++)
        v_store(part[k], s->low[k]), v_store(part[3 + k], s->high[k]);
    for (int k = 0; k < 6; k++) {
        uint64_t sum = 0;
        for (int i = 0; i < W; i++)
            sum += part[k][i];
        half[k / 3] += (unsigned __int128)sum << (LIMB_BITS * (k % 3));
    }
    return f_add(f_reduce((uint64_t)(half[0] >> 64), (uint64_t)half[0]),
                 f_mul(f_reduce((uint64_t)(half[1] >> 64), (uint64_t)half[1]), 1ULL << 32));
}

/* Values to be weighted: with the sums of their coordinates two by two, LAYER_STEP apart. */
static inline void put_weighted(uint64_t *x, VK a)
{
    vk_put(x, LAYER_STEP, a);
    v_store(x + 3 * LAYER_STEP, v_add(a.c[0], a.c[1]));
    v_store(x + 4 * LAYER_STEP, v_add(a.c[0], a.c[2]));
    v_store(x + 5 * LAYER_STEP, v_add(a.c[1], a.c[2]));
}

/* The sums of the products of some arrays of values with the weights, i < count <= 256. */
static inline void weighted_by(const uint64_t *limbs, const uint64_t *x, size_t count, size_t arrays, k3 *out)
{
    uint64_t d[6][2];
    for (size_t e = 0; e < 6; e++) {
        v_sum s[2] = {v_sum_zero(), v_sum_zero()};
        for (size_t i = e * LAYER_STEP; i < e * LAYER_STEP + count; i += W) {
            const uint64_t *b = limbs + 2 * e * LAYER_STEP + i;
            const V b0 = v_load(b), b1 = v_load(b + LAYER_STEP), b2 = v_load(b + 2 * LAYER_STEP);
            for (size_t t = 0; t < arrays; t++)
                v_sum_add(s + t, v_load(x + 6 * t * LAYER_STEP + i), b0, b1, b2);
        }
        for (size_t t = 0; t < arrays; t++)
            d[e][t] = lanes_of_sum(s + t);
    }
    for (size_t t = 0; t < arrays; t++) {
        const uint64_t d01 = f_sub(d[0][t], d[1][t]);
        const k3 sum = {{f_add(f_sub(d[5][t], d[2][t]), d01),
                         f_sub(f_sub(f_add(d[3][t], d[5][t]), d[1][t]), f_add(d[0][t], d[1][t])), f_sub(d[4][t], d01)}};
        out[t] = sum;
    }
}

/* Arrays in the order of a round's products: p0, q1, q0, and p1 or u = p1 + lambda*q1. */
static inline k3 first_round(int in_base, const uint64_t *const (*at)[4], size_t stride, size_t count, k3 lambda,
                             const uint64_t *limbs)
{
    _Alignas(64) uint64_t x[6 * LAYER_STEP];
    const vk_factor factor = vk_prepare(lambda);
    for (size_t i = 0; i < count; i += W) {
        VK rise[4];
        for (int k = 0; k < 4; k++)
            if (in_base && k % 3 == 0)
                rise[k].c[0] = v_sub(v_load(at[1][k] + i), v_load(at[0][k] + i));
            else
                rise[k] = vk_sub(vk_at(at[1][k] + i, stride), vk_at(at[0][k] + i, stride));
        VK u = vk_times(rise[1], &factor);
        u.c[0] = v_add(u.c[0], rise[3].c[0]);
        if (in_base) {
            put_weighted(x + i, vk_add_scaled(vk_mul(rise[2], u), rise[1], rise[0].c[0]));
        } else {
            u.c[1] = v_add(u.c[1], rise[3].c[1]), u.c[2] = v_add(u.c[2], rise[3].c[2]);
            put_weighted(x + i, vk_mul_two(rise[0], rise[1], rise[2], u));
        }
    }
    k3 sum;
    weighted_by(limbs, x, count, 1, &sum);
    return sum;
}

/* The first round of a layer: the sum over pairs of eq*(p0*q1 + p1*q0 + lambda*q0*q1) of the rises, i < count <= LAYER_BLOCK. */
static k3 layer_first(const uint64_t *const (*at)[4], size_t stride, int in_base, size_t count, k3 lambda,
                      const uint64_t *limbs)
{
    return in_base ? first_round(1, at, stride, count, lambda, limbs)
                   : first_round(0, at, stride, count, lambda, limbs);
}

/* One array with its top variable bound, at some pairs: its values before are `low` and `high`. With an array beside it, factor times
 * that one's result is added. */
static inline void fold_some(int in_base, const uint64_t *low, const uint64_t *high, size_t stride, size_t count,
                             const vk_factor *r, uint64_t *out, size_t out_stride, const uint64_t *beside,
                             const vk_factor *factor)
{
    for (size_t i = 0; i < count; i += W) {
        VK sum;
        if (in_base) {
            const V x = v_load(low + i);
            sum = vk_times_base(v_sub(v_load(high + i), x), r);
            sum.c[0] = v_add(sum.c[0], x);
        } else {
            const VK x = vk_at(low + i, stride);
            sum = vk_add(x, vk_times(vk_sub(vk_at(high + i, stride), x), r));
        }
        if (beside)
            sum = vk_add(sum, vk_times(vk_at(beside + i, out_stride), factor));
        vk_put(out + i, out_stride, sum);
    }
}

/* The values at the lower halves of some pairs, and of the rises, to be weighted. */
static inline void pair_values(uint64_t *const (*at)[4], size_t stride, size_t first, size_t count,
                               uint64_t (*x)[6 * LAYER_STEP])
{
    for (size_t i = first; i < first + count; i += W) {
        VK low[4], rise[4];
        for (int k = 0; k < 4; k++) {
            low[k] = vk_at(at[0][k] + i, stride);
            rise[k] = vk_sub(vk_at(at[1][k] + i, stride), low[k]);
        }
        put_weighted(x[0] + i, vk_mul_two(low[0], low[1], low[2], low[3]));
        put_weighted(x[1] + i, vk_mul_two(rise[0], rise[1], rise[2], rise[3]));
    }
}

static inline void fold_round(int in_base, const uint64_t *const (*at)[4], size_t stride, size_t count, k3 r,
                              const k3 *lambda, uint64_t *const (*to)[4], size_t to_stride, const uint64_t *limbs,
                              k3 out[2])
{
    _Alignas(64) uint64_t x[2][6 * LAYER_STEP];
    const vk_factor factor = vk_prepare(r), joined = vk_prepare(lambda ? *lambda : k_from(0));
    for (size_t first = 0; first < count; first += TILE) {
        const size_t some = count - first < TILE ? count - first : TILE;
        for (int k = 0; k < 4; k++)
            for (int h = 0; h < 2; h++)
                fold_some(in_base && k % 3 == 0, at[h][k] + first, at[h + 2][k] + first, stride, some, &factor,
                          to[h][k] + first, to_stride, lambda && k == 3 ? to[h][1] + first : NULL, &joined);
        pair_values(to, to_stride, first, some, x);
    }
    weighted_by(limbs, x[0], count, 2, out);
}

/* The top variable of p0, q1, q0, u bound to r, and the next round's sums over pairs of eq*(p0*q1 + q0*u), i < count <= LAYER_BLOCK: at
 * the lower halves, and of the rises. at: the quarters before; to: the halves, which may stand where the first two quarters do. With
 * lambda the last array is p1, and u is made of it. */
static void layer_fold(const uint64_t *const (*at)[4], size_t stride, int in_base, size_t count, k3 r, const k3 *lambda,
                       uint64_t *const (*to)[4], size_t to_stride, const uint64_t *limbs, k3 out[2])
{
    if (in_base)
        fold_round(1, at, stride, count, r, lambda, to, to_stride, limbs, out);
    else if (lambda)
        fold_round(0, at, stride, count, r, lambda, to, to_stride, limbs, out);
    else
        fold_round(0, at, stride, count, r, NULL, to, to_stride, limbs, out);
}

/* The sums of a round over pairs in whole vectors: first p1 in its place becomes u = p1 + lambda*q1. */
static void layer_sums(uint64_t *const (*at)[4], size_t stride, size_t count, k3 lambda, const uint64_t *limbs,
                       k3 out[2])
{
    _Alignas(64) uint64_t x[2][6 * LAYER_STEP];
    const vk_factor joined = vk_prepare(lambda);
    for (int h = 0; h < 2; h++)
        for (size_t i = 0; i < count; i += W)
            vk_put(at[h][3] + i, stride,
                   vk_add(vk_at(at[h][3] + i, stride), vk_times(vk_at(at[h][1] + i, stride), &joined)));
    pair_values(at, stride, 0, count, x);
    weighted_by(limbs, x[0], count, 2, out);
}

/* out[i] = (high_a[i] - low_a[i])*(high_b[i] - low_b[i]) in F, i < count */
static void multiply_rises(const uint64_t *low_a, const uint64_t *high_a, const uint64_t *low_b, const uint64_t *high_b,
                           size_t count, uint64_t *out)
{
    for (size_t i = 0; i < count; i += W)
        v_store(out + i,
                v_mul(v_sub(v_load(high_a + i), v_load(low_a + i)), v_sub(v_load(high_b + i), v_load(low_b + i))));
}

#endif
