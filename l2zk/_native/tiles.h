/* Polynomials at tiles of points, and sums of products over rows. (PROTOCOL 6.5, 7.6) */
#ifndef L2ZK_TILES_H
#define L2ZK_TILES_H

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
