/* Streams beside their subgroup, and powers by class: transforms of a few vectors, of 2 to 64. (PROTOCOL 6.4, 6.8) */
#ifndef L2ZK_STREAMS_H
#define L2ZK_STREAMS_H

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

/* On the coset g*<omega>: factors[j] = g^b/2^log, b the bits of j reversed. unroots are the powers of 1/omega, roots those of omega. */
static void extend_streams(const uint64_t *const *sources, unsigned log, size_t count, const f_factor *unroots,
                           const f_factor *roots, const f_factor *factors, uint64_t *out, size_t stride)
{
    const size_t n = (size_t)1 << log;
    for (size_t i = 0; i < count; i += W) {
        V x[16];
        for (size_t z = 0; z < n; z++)
            x[z] = v_load(sources[z] + i);
        small_spread(x, log, unroots);
        for (size_t z = 0; z < n; z++)
            x[z] = v_times(x[z], v_set_factor(factors + z));
        small_gather(x, log, roots);
        for (size_t z = 0; z < n; z++)
            v_store(out + z * stride + i, x[z]);
    }
}

#endif
