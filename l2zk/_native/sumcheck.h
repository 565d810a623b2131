/* Sums over rows: folds and products of arrays over K, the values of streams beside a subgroup, constraints over K. (PROTOCOL-2 6.3 to 6.8)
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

/* ---- Transforms of a few vectors ---- */

/* A transform of 2^log elements on vectors, from natural to bit-reversed order; roots[b] = omega^b. */
static inline void small_spread(V *x, unsigned log, const f_factor *roots)
{
    for (size_t half = (size_t)1 << log >> 1, step = 1; half; half >>= 1, step <<= 1)
        for (size_t first = 0; first < (size_t)1 << log; first += 2 * half)
            for (size_t i = 0; i < half; i++) {
                const V a = x[first + i], b = x[first + i + half], d = v_sub(a, b);
                x[first + i] = v_add(a, b);
                x[first + i + half] = i ? v_times(d, v_set_factor(roots + i * step)) : d;
            }
}

/* And from bit-reversed to natural order. */
static inline void small_gather(V *x, unsigned log, const f_factor *roots)
{
    for (size_t half = 1, step = (size_t)1 << log >> 1; step; half <<= 1, step >>= 1)
        for (size_t first = 0; first < (size_t)1 << log; first += 2 * half)
            for (size_t i = 0; i < half; i++) {
                const V a = x[first + i],
                        b = i ? v_times(x[first + i + half], v_set_factor(roots + i * step)) : x[first + i + half];
                x[first + i] = v_add(a, b);
                x[first + i + half] = v_sub(a, b);
            }
}

/* out[f*count + i] += scales[f]*sum_u starts[u]*points[u]^(f*count + i) for f < blocks, i < count, where points[u]^count is scale times
 * omega^classes[u], omega of order 2^log_classes, its powers being roots: the powers below count are summed up by class, and a transform
 * gives all blocks. states: 3*W words for each u. */
static void add_powers_by_class(uint64_t *out, size_t stride, size_t first, size_t last, size_t count, size_t blocks,
                                const k3 *starts, const uint64_t *points, const uint32_t *classes, size_t number,
                                unsigned log_classes, const f_factor *roots, const f_factor *scales, uint64_t *states)
{
    const size_t n = (size_t)1 << log_classes;
    for (size_t u = 0; u < number; u++) {
        uint64_t power = f_pow(points[u], first);
        for (size_t i = 0; i < W; i++) {
            for (int c = 0; c < 3; c++)
                states[(3 * u + c) * W + i] = f_mul(starts[u].c[c], power);
            power = f_mul(power, points[u]);
        }
    }
    for (size_t i = first; i < last; i += W) {
        V sums[3][64];
        for (int c = 0; c < 3; c++)
            for (size_t k = 0; k < n; k++)
                sums[c][k] = v_set1(0);
        for (size_t u = 0; u < number; u++) {
            const f_factor turn = f_prepare(points[number + u]); /* points[u]^W */
            const v_factor step = v_set_factor(&turn);
            for (int c = 0; c < 3; c++) {
                const V x = v_load(states + (3 * u + c) * W);
                sums[c][classes[u]] = v_add(sums[c][classes[u]], x);
                v_store(states + (3 * u + c) * W, v_times(x, step));
            }
        }
        for (int c = 0; c < 3; c++) {
            small_spread(sums[c], log_classes, roots);
            for (size_t f = 0; f < blocks; f++) {
                uint64_t *to = out + c * stride + f * count + i;
                v_store(to,
                        v_add(v_load(to), v_times(sums[c][reverse_bits(f, log_classes)], v_set_factor(scales + f))));
            }
        }
    }
}

/* ---- Streams beside their subgroup: 2^log values v[z] at omega^z, from streams z, to their polynomial's values at other points ---- */

/* out[p][i] = sum_z weights[p*streams + z]*sources[z][i] over F, i < count */
static void extend_streams_directly(const uint64_t *const *sources, size_t streams, size_t count,
                                    const uint64_t *weights, size_t points, uint64_t *out, size_t stride)
{
    for (size_t p = 0; p < points; p++)
        for (size_t i = 0; i < count; i += W) {
            V sum = v_mul(v_load(sources[0] + i), v_set1(weights[p * streams]));
            for (size_t z = 1; z < streams; z++)
                sum = v_add(sum, v_mul(v_load(sources[z] + i), v_set1(weights[p * streams + z])));
            v_store(out + p * stride + i, sum);
        }
}

/* On `cosets` cosets g_c*<omega>: factors[c*2^log + j] = g_c^b/2^log, b the bits of j reversed. Point z of coset c is number c*2^log + z.
 * unroots are the powers of 1/omega, roots those of omega. */
static void extend_streams(const uint64_t *const *sources, unsigned log, size_t count, const f_factor *unroots,
                           const f_factor *roots, const f_factor *factors, size_t cosets, uint64_t *out, size_t stride)
{
    const size_t n = (size_t)1 << log;
    for (size_t i = 0; i < count; i += W) {
        V x[16], y[16];
        for (size_t z = 0; z < n; z++)
            x[z] = v_load(sources[z] + i);
        small_spread(x, log, unroots);
        for (size_t c = 0; c < cosets; c++) {
            for (size_t z = 0; z < n; z++)
                y[z] = v_times(x[z], v_set_factor(factors + c * n + z));
            small_gather(y, log, roots);
            for (size_t z = 0; z < n; z++)
                v_store(out + (c * n + z) * stride + i, y[z]);
        }
    }
}

/* ---- Constraints over K ---- */

/* A tile of an array with its top variable set to x: a[i] + x*(a[i + half] - a[i]); 3 tiles are written. */
static void set_top(const uint64_t *a, size_t stride, size_t half, uint64_t x, uint64_t *out)
{
    const V factor = v_set1(x);
    EACH(i)
    {
        const VK low = vk_at(a + i, stride), rise = vk_sub(vk_at(a + i + half, stride), low);
        vk_put(out + i, TILE, vk_add_scaled(low, rise, factor));
    }
}

/* One operation on tiles of elements of K; slot s is 3 tiles. Uniforms are of F. */
static inline void run_instruction_extension(const uint32_t *ins, uint64_t *const *slots, const uint64_t *uniforms)
{
    uint64_t *d = slots[ins[1]];
    const int two_vectors = ins[0] <= OP_MUL_VV, uniform_first = ins[0] == OP_SUB_UV, one = ins[0] == OP_NEG_V;
    const uint64_t *a = slots[uniform_first ? ins[3] : ins[2]], *b = two_vectors ? slots[ins[3]] : a;
    const uint64_t u = two_vectors || one ? 0 : uniforms[uniform_first ? ins[2] : ins[3]];
    const VK uniform = vk_set1(k_from(u));
    switch (ins[0]) {
    case OP_ADD_VV:
        EACH(i) vk_put(d + i, TILE, vk_add(vk_at(a + i, TILE), vk_at(b + i, TILE)));
        break;
    case OP_SUB_VV:
        EACH(i) vk_put(d + i, TILE, vk_sub(vk_at(a + i, TILE), vk_at(b + i, TILE)));
        break;
    case OP_MUL_VV:
        EACH(i) vk_put(d + i, TILE, vk_mul(vk_at(a + i, TILE), vk_at(b + i, TILE)));
        break;
    case OP_ADD_VU:
        EACH(i) vk_put(d + i, TILE, vk_add(vk_at(a + i, TILE), uniform));
        break;
    case OP_SUB_VU:
        EACH(i) vk_put(d + i, TILE, vk_sub(vk_at(a + i, TILE), uniform));
        break;
    case OP_SUB_UV:
        EACH(i) vk_put(d + i, TILE, vk_sub(uniform, vk_at(a + i, TILE)));
        break;
    case OP_MUL_VU:
        EACH(i) vk_put(d + i, TILE, vk_scale(vk_at(a + i, TILE), v_set1(u)));
        break;
    default: /* OP_NEG_V */
        EACH(i) vk_put(d + i, TILE, vk_sub(uniform, vk_at(a + i, TILE)));
        break;
    }
}

/* The code on a tile of elements of K: result i fills the 3 tiles at results + 3*i*TILE. */
static void store_results_extension(const l2zk_code *code, uint64_t *const *slots, const uint64_t *uniforms,
                                    uint64_t *results)
{
    for (size_t k = 0; k < code->body_count; k++) {
        const uint32_t *ins = code->body[k];
        uint64_t *result = results + (size_t)3 * TILE * ins[1];
        if (ins[0] == OP_RESULT_V) {
            EACH(i) vk_put(result + i, TILE, vk_at(slots[ins[2]] + i, TILE));
        } else if (ins[0] == OP_RESULT_U) {
            EACH(i) vk_put(result + i, TILE, vk_set1(k_from(uniforms[ins[2]])));
        } else {
            run_instruction_extension(ins, slots, uniforms);
        }
    }
}

/* sum_i factors[i]*(sum_t powers[t]*results[t][i]), i < count <= TILE: one group of constraints, its selector and eq; results are 3 tiles
 * each, in a row; factors and selectors too. */
static k3 sum_group(const uint64_t *results, const uint32_t *members, size_t number, const k3 *powers,
                    const uint64_t *selectors, const uint64_t *factors, size_t factors_stride, size_t count)
{
    VK sum = vk_set1(k_from(0));
    uint64_t products[3 * TILE];
    EACH(i)
    {
        VK inner = vk_set1(k_from(0));
        for (size_t t = 0; t < number; t++)
            inner = vk_add(inner, vk_mul(vk_at(results + (size_t)3 * TILE * members[t] + i, TILE), vk_set1(powers[t])));
        vk_put(products + i, TILE, vk_mul(inner, vk_at(selectors + i, TILE)));
    }
    if (count == TILE) {
        EACH(i) sum = vk_add(sum, vk_mul(vk_at(products + i, TILE), vk_at(factors + i, factors_stride)));
        return vk_sum(sum);
    }
    return dot_extension(products, TILE, factors, factors_stride, count);
}

#endif
