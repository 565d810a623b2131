/* The constraint machine over K: straight-line code on tiles of elements, planar, TILE words from coordinate to coordinate. (PROTOCOL 6.4) */
#ifndef L2ZK_MACHINE_EXTENSION_H
#define L2ZK_MACHINE_EXTENSION_H

/* The rows of a tile of which there are so many, whole vectors of them. */
#define SOME(i, count) for (size_t i = 0; i < (count); i += W)

/* A kernel whose callees are all compiled into it, as constants of theirs then stay in registers. */
#if defined(__GNUC__)
#define FLAT __attribute__((flatten))
#else
#define FLAT
#endif

/* A tile of an array with its top variable set to x: a[i] + x*(a[i + half] - a[i]), i < count <= TILE; 3 tiles are written. */
FLAT static void set_top(const uint64_t *a, size_t stride, size_t half, uint64_t x, uint64_t *out, size_t count)
{
    const V factor = v_set1(x);
    SOME(i, count)
    {
        const VK low = vk_at(a + i, stride);
        if (x == 0) {
            vk_put(out + i, TILE, low);
            continue;
        }
        const VK high = vk_at(a + i + half, stride), rise = vk_sub(high, low);
        vk_put(out + i, TILE, x == 2 ? vk_add(high, rise) : vk_add_scaled(low, rise, factor));
    }
}

/* From the tile of set_top for x to that for x + 1. */
FLAT static void raise_top(const uint64_t *a, size_t stride, size_t half, uint64_t *out, size_t count)
{
    SOME(i, count)
    {
        const VK rise = vk_sub(vk_at(a + i + half, stride), vk_at(a + i, stride));
        vk_put(out + i, TILE, vk_add(vk_at(out + i, TILE), rise));
    }
}

/* One operation on tiles of elements of K, on `count` rows; slot s is 3 tiles. Uniforms are of F. */
static inline void run_instruction_extension(const uint32_t *ins, uint64_t *const *slots, const uint64_t *uniforms,
                                             size_t count)
{
    uint64_t *d = slots[ins[1]];
    const int two_vectors = ins[0] <= OP_MUL_VV || ins[0] == OP_XOR_VV, uniform_first = ins[0] == OP_SUB_UV,
              one = ins[0] == OP_NEG_V;
    const uint64_t *a = slots[uniform_first ? ins[3] : ins[2]], *b = two_vectors ? slots[ins[3]] : a;
    const uint64_t u = two_vectors || one ? 0 : uniforms[uniform_first ? ins[2] : ins[3]];
    const VK uniform = vk_set1(k_from(u));
    switch (ins[0]) {
    case OP_ADD_VV:
        SOME(i, count) vk_put(d + i, TILE, vk_add(vk_at(a + i, TILE), vk_at(b + i, TILE)));
        break;
    case OP_SUB_VV:
        SOME(i, count) vk_put(d + i, TILE, vk_sub(vk_at(a + i, TILE), vk_at(b + i, TILE)));
        break;
    case OP_MUL_VV:
        SOME(i, count) vk_put(d + i, TILE, vk_mul(vk_at(a + i, TILE), vk_at(b + i, TILE)));
        break;
    case OP_ADD_VU:
        SOME(i, count) vk_put(d + i, TILE, vk_add(vk_at(a + i, TILE), uniform));
        break;
    case OP_SUB_VU:
        SOME(i, count) vk_put(d + i, TILE, vk_sub(vk_at(a + i, TILE), uniform));
        break;
    case OP_SUB_UV:
        SOME(i, count) vk_put(d + i, TILE, vk_sub(uniform, vk_at(a + i, TILE)));
        break;
    case OP_MUL_VU:
        SOME(i, count) vk_put(d + i, TILE, vk_scale(vk_at(a + i, TILE), v_set1(u)));
        break;
    case OP_XOR_VV:
        SOME(i, count)
        {
            const VK x = vk_at(a + i, TILE), y = vk_at(b + i, TILE), product = vk_mul(x, y);
            vk_put(d + i, TILE, vk_sub(vk_add(x, y), vk_add(product, product)));
        }
        break;
    default: /* OP_NEG_V */
        SOME(i, count) vk_put(d + i, TILE, vk_sub(uniform, vk_at(a + i, TILE)));
        break;
    }
}

/* The code on `count` rows of a tile of elements of K: result i fills the 3 tiles at results + 3*i*TILE. */
FLAT static void store_results_extension(const l2zk_code *code, uint64_t *const *slots, const uint64_t *uniforms,
                                         uint64_t *results, size_t count)
{
    for (size_t k = 0; k < code->body_count; k++) {
        const uint32_t *ins = code->body[k];
        uint64_t *result = results + (size_t)3 * TILE * ins[1];
        if (ins[0] == OP_RESULT_V) {
            SOME(i, count) vk_put(result + i, TILE, vk_at(slots[ins[2]] + i, TILE));
        } else if (ins[0] == OP_RESULT_U) {
            SOME(i, count) vk_put(result + i, TILE, vk_set1(k_from(uniforms[ins[2]])));
        } else if (ins[0] == OP_SUM_V) {
            for (size_t c = 0; c < 3; c++)
                for (size_t at = 0; at < count; at += SUMMED * W)
                    run_sum_at(code, ins, slots, c * TILE + at);
        } else {
            run_instruction_extension(ins, slots, uniforms, count);
        }
    }
}

/* sum_i factors[i]*(sum_t powers[t]*results[t][i]), i < count <= TILE: one group of constraints, its selector and eq; results are 3 tiles
 * each, in a row; factors and selectors too. */
FLAT static k3 sum_group(const uint64_t *results, const uint32_t *members, size_t number, const k3 *powers,
                         const uint64_t *selectors, const uint64_t *factors, size_t factors_stride, size_t count)
{
    VK sum = vk_set1(k_from(0));
    uint64_t products[3 * TILE];
    SOME(i, count)
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
