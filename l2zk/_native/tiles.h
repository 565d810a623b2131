/* What the prover does to tiles of points: divisors, the batch (DEEP), folds, barycentric weights. (PROTOCOL 6.3 to 6.8)
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

/* out[t] = start*powers[t] - constant */
static void differences(uint64_t start, const uint64_t *powers, uint64_t constant, uint64_t *out)
{
    V s = v_set1(start), c = v_set1(constant);
    EACH(i) v_store(out + i, v_sub(v_mul(s, v_load(powers + i)), c));
}

/* Montgomery's trick: one inversion and three products for each value; count is a multiple of TILE, at most CHUNK. No value is 0. */
static void invert(uint64_t *values, size_t count)
{
    uint64_t before[CHUNK], lanes[W], product = 1;
    V run = v_set1(1);
    for (size_t i = 0; i < count; i += W) { /* a chain in each lane */
        v_store(before + i, run);
        run = v_mul(run, v_load(values + i));
    }
    uint64_t ends[W];
    v_store(ends, run);
    for (int i = 0; i < W; i++) { /* and one over the lanes' ends */
        lanes[i] = product;
        product = f_mul(product, ends[i]);
    }
    uint64_t inverse = f_inv(product);
    for (int i = W; i-- > 0;) {
        lanes[i] = f_mul(lanes[i], inverse);
        inverse = f_mul(inverse, ends[i]);
    }
    run = v_load(lanes);
    for (size_t i = count; i > 0; i -= W) {
        V value = v_load(values + i - W);
        v_store(values + i - W, v_mul(run, v_load(before + i - W)));
        run = v_mul(run, value);
    }
}

/* values *= x - root */
static void multiply_differences(uint64_t *values, const uint64_t *x, uint64_t root)
{
    V r = v_set1(root);
    EACH(i) v_store(values + i, v_mul(v_load(values + i), v_sub(v_load(x + i), r)));
}

/* quotient = sum over groups of sums[group]*inverses[group], groups being `stride` apart in the latter */
static void divide_groups(const uint64_t *sums, const uint64_t *inverses, size_t stride, size_t groups,
                          uint64_t *const quotient[3])
{
    for (int c = 0; c < 3; c++) {
        EACH(i) {
            V q = v_set1(0);
            for (size_t g = 0; g < groups; g++)
                q = v_add(q, v_mul(v_load(sums + (3 * g + c) * TILE + i), v_load(inverses + g * stride + i)));
            v_store(quotient[c] + i, q);
        }
    }
}

/* mu(x) = ((x - trace)*x + second)*x - norm */
static void minimal_values(k3 z, const uint64_t *x, uint64_t *mu)
{
    const minimal_polynomial m = k_minimal(z);
    V trace = v_set1(m.trace), second = v_set1(m.second), norm = v_set1(m.norm);
    EACH(i) {
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

/* word = sum over points of (sum_t coefficients[t]*sources[t][at ..] - constant)/(x - z); word is 3 tiles; the inverses of
 * mu(x) for each point are `stride` apart */
static void deep(const l2zk_deep_point *points, size_t count, size_t at, const uint64_t *x, const uint64_t *inverses,
                 size_t stride, uint64_t *word)
{
    EACH(i) vk_store(word + i, word + TILE + i, word + 2 * TILE + i, vk_set1(k_from(0)));
    for (size_t u = 0; u < count; u++) {
        const l2zk_deep_point *point = points + u;
        const minimal_polynomial m = k_minimal(point->z);
        const adjoint_polynomial adjoint = adjoint_of(point->z, m);
        const VK constant = vk_set1(point->constant);
        const uint64_t *inverse = inverses + u * stride;
        EACH(i) {
            VK sum = vk_sub(vk_set1(k_from(0)), constant);
            for (size_t t = 0; t < point->count; t++)
                sum = vk_add_scaled(sum, vk_set1(point->coefficients[t]), v_load(point->sources[t] + at + i));
            VK term = vk_scale(vk_mul(sum, adjoint_value(&adjoint, v_load(x + i))), v_load(inverse + i));
            VK old = vk_load(word + i, word + TILE + i, word + 2 * TILE + i);
            vk_store(word + i, word + TILE + i, word + 2 * TILE + i, vk_add(old, term));
        }
    }
}

/* The fold of a polynomial: next[j] = sum_{i<a} beta^i coefficients[j*a + i], over K. In bit-reversed order those with the same
 * i are a run of count/a, number i reversed; the result is in bit-reversed order too. Runs of less than W go one by one. */
static void fold(const uint64_t *const coefficients[3], size_t count, unsigned log_arity, k3 beta, uint64_t *const out[3])
{
    const size_t a = (size_t)1 << log_arity, n = count >> log_arity;
    k3 powers[8] = {k_from(1)};
    for (size_t i = 1; i < a; i++)
        powers[i] = k_mul(powers[i - 1], beta);
    size_t j = 0;
    for (; j + W <= n; j += W) {
        VK sum = vk_load(coefficients[0] + j, coefficients[1] + j, coefficients[2] + j);
        for (size_t i = 1; i < a; i++) {
            const size_t at = reverse_bits(i, log_arity) * n + j;
            VK term = vk_load(coefficients[0] + at, coefficients[1] + at, coefficients[2] + at);
            sum = vk_add(sum, vk_mul(term, vk_set1(powers[i])));
        }
        vk_store(out[0] + j, out[1] + j, out[2] + j, sum);
    }
    for (; j < n; j++) {
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

/* weights = x/(z - x), 3 tiles, given the inverses of mu(x) */
static void barycentric_weights(k3 z, const uint64_t *x, const uint64_t *inverse, uint64_t *weights)
{
    const minimal_polynomial m = k_minimal(z);
    const adjoint_polynomial adjoint = adjoint_of(z, m);
    EACH(i) {
        V a = v_load(x + i);
        VK w = vk_scale(adjoint_value(&adjoint, a), v_mul(a, v_load(inverse + i)));
        vk_store(weights + i, weights + TILE + i, weights + 2 * TILE + i, vk_sub(vk_set1(k_from(0)), w));
    }
}

/* sum_t weights[t]*values[t] over a tile */
static k3 dot(const uint64_t *weights, const uint64_t *values)
{
    k3 r;
    for (int c = 0; c < 3; c++) {
        V sum = v_set1(0);
        EACH(i) sum = v_add(sum, v_mul(v_load(weights + c * TILE + i), v_load(values + i)));
        r.c[c] = sum_of(sum);
    }
    return r;
}

/* sum_i coefficients[i]*z^i over K: one Horner chain for each residue of i mod TILE */
static k3 evaluate(const uint64_t *const coefficients[3], size_t count, k3 z)
{
    k3 chain[TILE], sum = k_from(0), step = k_pow(z, TILE);
    for (size_t t = 0; t < TILE; t++)
        chain[t] = k_from(0);
    for (size_t block = (count + TILE - 1) / TILE; block-- > 0;)
        for (size_t t = 0; t < TILE && block * TILE + t < count; t++) {
            size_t i = block * TILE + t;
            k3 c = {{coefficients[0][i], coefficients[1][i], coefficients[2][i]}};
            chain[t] = k_add(k_mul(chain[t], step), c);
        }
    for (size_t t = TILE; t-- > 0;)
        sum = k_add(k_mul(sum, z), chain[t]);
    return sum;
}

#endif
