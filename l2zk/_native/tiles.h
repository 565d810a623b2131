/* Tiles of points: inverses of divisors, the batch of quotients at zeta (DEEP), FRI folds, sums of products. (PROTOCOL 6.3 to 6.8)
 *
 * For x in F and z outside F, 1/(x - z) = adjoint(x)/mu(x), mu the minimal polynomial of z and adjoint the product over the
 * two conjugates of z, so that only elements of F are ever inverted.
 */
#ifndef L2ZK_TILES_H
#define L2ZK_TILES_H

/* x[t] = start*powers[t] */
static void points(uint64_t start, const uint64_t *powers, uint64_t *x)
{
    V s = v_set1(start);
    EACH(i) v_store(x + i, v_mul(s, v_load(powers + i)));
}

/* out = x - constant */
static void differences(const uint64_t *x, uint64_t constant, uint64_t *out)
{
    V c = v_set1(constant);
    EACH(i) v_store(out + i, v_sub(v_load(x + i), c));
}

/* The inverse of each lane. */
static inline V invert_lanes(V a)
{
    uint64_t lane[W], before[W], product = 1;
    v_store(lane, a);
    for (int i = 0; i < W; i++) {
        before[i] = product;
        product = f_mul(product, lane[i]);
    }
    uint64_t inverse = f_inv(product);
    for (int i = W; i-- > 0;) {
        before[i] = f_mul(before[i], inverse);
        inverse = f_mul(inverse, lane[i]);
    }
    return v_load(before);
}

/* values[i] = 1/values[i] by Montgomery's trick: one inversion in all, and three products for each value. count is a multiple of TILE, at
 * most CHUNK; no value is 0. Each lane has four chains of products, since the products of one chain wait for one another. */
static void invert(uint64_t *values, size_t count)
{
    uint64_t before[CHUNK];
    V run[4] = {v_set1(1), v_set1(1), v_set1(1), v_set1(1)};
    for (size_t i = 0; i < count; i += 4 * W)
        for (int k = 0; k < 4; k++) {
            v_store(before + i + k * W, run[k]);
            run[k] = v_mul(run[k], v_load(values + i + k * W));
        }
    const V first = v_mul(run[0], run[1]), last = v_mul(run[2], run[3]);
    const V inverse = invert_lanes(v_mul(first, last));
    const V first_inverse = v_mul(inverse, last), last_inverse = v_mul(inverse, first);
    V back[4] = {v_mul(first_inverse, run[1]), v_mul(first_inverse, run[0]), v_mul(last_inverse, run[3]),
                 v_mul(last_inverse, run[2])};
    for (size_t i = count; i > 0; i -= 4 * W)
        for (int k = 0; k < 4; k++) {
            const size_t at = i - (4 - k) * W;
            const V value = v_load(values + at);
            v_store(values + at, v_mul(back[k], v_load(before + at)));
            back[k] = v_mul(back[k], value);
        }
}

/* out = values*(x - root); out may be values */
static void multiply_differences(const uint64_t *values, const uint64_t *x, uint64_t root, uint64_t *out)
{
    V r = v_set1(root);
    EACH(i) v_store(out + i, v_mul(v_load(values + i), v_sub(v_load(x + i), r)));
}

/* mu(x) = ((x - trace)*x + second)*x - norm */
static void minimal_values(k3 z, const uint64_t *x, uint64_t *mu)
{
    const minimal_polynomial m = k_minimal(z);
    V trace = v_set1(m.trace), second = v_set1(m.second), norm = v_set1(m.norm);
    EACH(i)
    {
        V a = v_load(x + i);
        v_store(mu + i, v_sub(v_mul(v_add(v_mul(v_sub(a, trace), a), second), a), norm));
    }
}

/* adjoint(x) = x^2 + (z - trace)*x + (z^2 - trace*z + second) */
typedef struct {
    VK linear, constant;
} adjoint_polynomial;

static inline adjoint_polynomial adjoint_of(k3 z, minimal_polynomial m)
{
    k3 linear = k_sub(z, k_from(m.trace));
    adjoint_polynomial r = {vk_set1(linear), vk_set1(k_add(k_mul(z, linear), k_from(m.second)))};
    return r;
}

static inline VK adjoint_value(const adjoint_polynomial *a, V x)
{
    VK r = vk_add_scaled(a->constant, a->linear, x);
    r.c[0] = v_add(r.c[0], v_mul(x, x));
    return r;
}

/* 1/(x - z) on a tile, given the inverses of mu(x); its coordinates stand `stride` apart. */
static void reciprocals(k3 z, const uint64_t *x, const uint64_t *inverse, uint64_t *out, size_t stride)
{
    const adjoint_polynomial adjoint = adjoint_of(z, k_minimal(z));
    EACH(i)
    {
        const VK reciprocal = vk_scale(adjoint_value(&adjoint, v_load(x + i)), v_load(inverse + i));
        vk_store(out + i, out + stride + i, out + 2 * stride + i, reciprocal);
    }
}

/* A tile of the batch G, word 0 of FRI: word = sum over points z of (sum_t coefficients[t]*sources[t][at ..] - constant)/(x - z), over K, 3
 * tiles. reciprocals: three tiles for each point, the coordinates of 1/(x - z). */
static void deep(const l2zk_deep_point *points, size_t count, size_t at, const uint64_t *const *reciprocals,
                 uint64_t *word)
{
    EACH(i) vk_store(word + i, word + TILE + i, word + 2 * TILE + i, vk_set1(k_from(0)));
    for (size_t u = 0; u < count; u++) {
        const l2zk_deep_point *point = points + u;
        const uint64_t *r0 = reciprocals[3 * u], *r1 = reciprocals[3 * u + 1], *r2 = reciprocals[3 * u + 2];
        const VK constant = vk_set1(point->constant);
        EACH(i)
        {
            const VK sum = vk_sub(weighted_sum(point->coefficients, point->sources, point->count, at + i), constant);
            const VK old = vk_load(word + i, word + TILE + i, word + 2 * TILE + i);
            vk_store(word + i, word + TILE + i, word + 2 * TILE + i,
                     vk_add(old, vk_mul(sum, vk_load(r0 + i, r1 + i, r2 + i))));
        }
    }
}

/* The fold of a polynomial: next[j] = sum_{i<a} beta^i coefficients[j*a + i], over K. In bit-reversed order those with the same
 * i are a run of n = count/a, number i reversed; the result is in bit-reversed order too. Of it those from first to last - 1. Runs of less
 * than W go one by one. */
static void fold_coefficients(const uint64_t *const coefficients[3], size_t n, size_t first, size_t last,
                              unsigned log_arity, k3 beta, uint64_t *const out[3])
{
    const size_t a = (size_t)1 << log_arity;
    k3 powers[8] = {k_from(1)};
    for (size_t i = 1; i < a; i++)
        powers[i] = k_mul(powers[i - 1], beta);
    size_t j = first;
    for (; j + W <= last; j += W) {
        VK sum = vk_load(coefficients[0] + j, coefficients[1] + j, coefficients[2] + j);
        for (size_t i = 1; i < a; i++) {
            const size_t at = reverse_bits(i, log_arity) * n + j;
            VK term = vk_load(coefficients[0] + at, coefficients[1] + at, coefficients[2] + at);
            sum = vk_add(sum, vk_mul(term, vk_set1(powers[i])));
        }
        vk_store(out[0] + j, out[1] + j, out[2] + j, sum);
    }
    for (; j < last; j++) {
        k3 sum = k_from(0);
        for (size_t i = 0; i < a; i++) {
            const size_t at = reverse_bits(i, log_arity) * n + j;
            k3 term = {{coefficients[0][at], coefficients[1][at], coefficients[2][at]}};
            sum = k_add(sum, k_mul(term, powers[i]));
        }
        for (int c = 0; c < 3; c++)
            out[c][j] = sum.c[c];
    }
}

/* The fold of a word's values, TILE leaves at a time: member t of a leaf is the value at y*omega_a^t, its coordinate c stands at
 * members[(3*t + c)*stride]; they are overwritten. Halves are folded on halves: (f(y) + f(-y))/2 + beta*(f(y) - f(-y))/(2*y), then with
 * y^2 and beta^2. inverse_points are the 1/y. */
static void fold_values(uint64_t *members, size_t stride, unsigned log_arity, k3 beta, const uint64_t *inverse_points,
                        uint64_t *const out[3])
{
    const V scale = v_set1(f_inv((uint64_t)1 << log_arity));
    uint64_t unroots[3];
    k3 powers[3] = {beta};
    for (unsigned layer = 0; layer < log_arity; layer++) {
        unroots[layer] = f_inv(f_root(log_arity - layer));
        if (layer)
            powers[layer] = k_mul(powers[layer - 1], powers[layer - 1]);
    }
    EACH(j)
    {
        V unpoint = v_load(inverse_points + j);
        for (unsigned layer = 0; layer < log_arity; layer++) {
            const size_t half = ((size_t)1 << log_arity) >> (layer + 1);
            V turn = unpoint;
            for (size_t t = 0; t < half; t++) {
                uint64_t *low = members + 3 * t * stride + j, *high = low + 3 * half * stride;
                const VK a = vk_load(low, low + stride, low + 2 * stride),
                         b = vk_load(high, high + stride, high + 2 * stride);
                const VK odd = vk_mul(vk_set1(powers[layer]), vk_scale(vk_sub(a, b), turn));
                vk_store(low, low + stride, low + 2 * stride, vk_add(vk_add(a, b), odd));
                turn = v_mul(turn, v_set1(unroots[layer]));
            }
            unpoint = v_mul(unpoint, unpoint);
        }
        vk_store(out[0] + j, out[1] + j, out[2] + j,
                 vk_scale(vk_load(members + j, members + stride + j, members + 2 * stride + j), scale));
    }
}

/* out = sum_i coefficients[i]*x^i over K, at a tile of points of F */
static void evaluate(const k3 *coefficients, size_t count, const uint64_t *x, uint64_t *const out[3])
{
    for (int c = 0; c < 3; c++)
        EACH(j) v_store(out[c] + j, v_set1(0));
    for (size_t i = count; i-- > 0;) {
        const VK next = vk_set1(coefficients[i]);
        EACH(j)
        {
            const VK sum = vk_load(out[0] + j, out[1] + j, out[2] + j);
            vk_store(out[0] + j, out[1] + j, out[2] + j, vk_add_scaled(next, sum, v_load(x + j)));
        }
    }
}

/* Limb k of coordinate c of each weight: limbs[(3*c + k)*stride + i], i < count; the coordinates are `stride` apart. */
static void split_weights(const uint64_t *weights, size_t stride, size_t count, uint64_t *limbs)
{
    for (size_t c = 0; c < 3; c++)
        for (size_t k = 0; k < 3; k++)
            for (size_t i = 0; i < count; i++)
                limbs[(3 * c + k) * stride + i] = weights[c * stride + i] >> (LIMB_BITS * k) & LIMB_MASK;
}

/* sum_i weights[i]*values[i] over K, i < count <= CHUNK, a multiple of TILE, with weights as split_weights leaves them. */
static k3 dot(const uint64_t *limbs, size_t stride, const uint64_t *values, size_t count)
{
    k3 r;
    for (size_t c = 0; c < 3; c++) {
        V total = v_set1(0);
        for (size_t first = 0; first < count; first += MOST_PRODUCTS * W) {
            v_sum s = v_sum_zero();
            for (size_t i = first; i < count && i < first + MOST_PRODUCTS * W; i += W) {
                const uint64_t *b = limbs + 3 * c * stride + i;
                v_sum_add(&s, v_load(values + i), v_load(b), v_load(b + stride), v_load(b + 2 * stride));
            }
            total = v_add(total, v_sum_value(&s));
        }
        r.c[c] = sum_of(total);
    }
    return r;
}

#endif
