/* The constraint machine: straight-line code over a tile of rows, W rows at a time. (PROTOCOL 3.2, compiled by bytecode.py)
 *
 * slots[i] is the tile of vector slot i: a load, which is never written, or a register.
 */
#ifndef L2ZK_MACHINE_H
#define L2ZK_MACHINE_H

#define EACH(i) for (size_t i = 0; i < TILE; i += W)

/* a + b - 2*a*b */
static inline V v_xor(V a, V b)
{
    const V product = v_mul(a, b);
    return v_sub(v_add(a, b), v_add(product, product));
}

enum { SUMMED = 4 }; /* vectors that are summed up side by side */
_Static_assert(TILE % (SUMMED * W) == 0, "a tile is summed up in whole vectors");

/* sums[k] = sum_t terms[t][1]*(slot terms[t][0])[at + k*W], the coefficients below 2^32 together */
static inline void add_terms_of_sum(const uint32_t (*terms)[2], size_t count, uint64_t *const *slots, size_t at,
                                    V sums[SUMMED])
{
    V low[SUMMED], high[SUMMED];
    for (int k = 0; k < SUMMED; k++)
        low[k] = high[k] = v_set1(0);
    for (size_t t = 0; t < count; t++) {
        const uint64_t *a = slots[terms[t][0]] + at;
        const V factor = v_set1(terms[t][1]);
        for (int k = 0; k < SUMMED; k++) {
            const V x = v_load(a + k * W);
            low[k] = v_add_low_product(low[k], x, factor);
            high[k] = v_add_low_product(high[k], v_high(x), factor);
        }
    }
    for (int k = 0; k < SUMMED; k++)
        sums[k] = v_add(v_canonical(low[k]), v_shift32(high[k]));
}

/* A sum of multiples on SUMMED vectors of a tile. */
static inline void run_sum_at(const l2zk_code *code, const uint32_t *ins, uint64_t *const *slots, size_t at)
{
    const uint32_t (*terms)[2] = code->terms + ins[2];
    const size_t added = ins[3] & 0xffff, subtracted = ins[3] >> 16;
    V sums[SUMMED], less[SUMMED];
    add_terms_of_sum(terms, added, slots, at, sums);
    if (subtracted) {
        add_terms_of_sum(terms + added, subtracted, slots, at, less);
        for (int k = 0; k < SUMMED; k++)
            sums[k] = v_sub(sums[k], less[k]);
    }
    for (int k = 0; k < SUMMED; k++)
        v_store(slots[ins[1]] + at + k * W, sums[k]);
}

static inline void run_sum(const l2zk_code *code, const uint32_t *ins, uint64_t *const *slots)
{
    for (size_t at = 0; at < TILE; at += SUMMED * W)
        run_sum_at(code, ins, slots, at);
}

#define ON_VECTORS(operation) \
    for (size_t i = 0; i < TILE; i += W) \
        v_store(d + i, operation(v_load(a + i), v_load(b + i))); \
    break

static inline void run_instruction(const uint32_t *ins, uint64_t *const *slots, const uint64_t *uniforms)
{
    uint64_t *d = slots[ins[1]];
    const uint64_t *a = slots[ins[2]], *b = ins[0] <= OP_MUL_VV || ins[0] == OP_XOR_VV ? slots[ins[3]] : a;
    switch (ins[0]) {
    case OP_ADD_VV:
        ON_VECTORS(v_add);
    case OP_SUB_VV:
        ON_VECTORS(v_sub);
    case OP_MUL_VV:
        ON_VECTORS(v_mul);
    case OP_XOR_VV:
        ON_VECTORS(v_xor);
    case OP_ADD_VU: {
        V u = v_set1(uniforms[ins[3]]);
        EACH(i) v_store(d + i, v_add(v_load(a + i), u));
        break;
    }
    case OP_SUB_VU: {
        V u = v_set1(uniforms[ins[3]]);
        EACH(i) v_store(d + i, v_sub(v_load(a + i), u));
        break;
    }
    case OP_MUL_VU: {
        V u = v_set1(uniforms[ins[3]]);
        EACH(i) v_store(d + i, v_mul(v_load(a + i), u));
        break;
    }
    case OP_NEG_V: {
        V u = v_set1(0);
        EACH(i) v_store(d + i, v_sub(u, v_load(a + i)));
        break;
    }
    default:
        break;
    }
}

/* uniform - vector: the vector is the second operand */
static inline void run_subtract_from_uniform(const uint32_t *ins, uint64_t *const *slots, const uint64_t *uniforms)
{
    uint64_t *d = slots[ins[1]];
    const uint64_t *b = slots[ins[3]];
    V u = v_set1(uniforms[ins[2]]);
    EACH(i) v_store(d + i, v_sub(u, v_load(b + i)));
}

/* sum + power*result, or sum + result if the power is alpha^0 */
static inline VK add_weighted(VK sum, VK power, int is_one, V result)
{
    if (!is_one)
        return vk_add_scaled(sum, power, result);
    sum.c[0] = v_add(sum.c[0], result);
    return sum;
}

/* The sum of powers*results of one domain, each times its selector; count is 1 or 2. */
static inline void add_few(const l2zk_group *group, int count, uint64_t *q0, uint64_t *q1, uint64_t *q2)
{
    const uint64_t *selector = group->selector, *results[2] = {group->results[0], group->results[count - 1]};
    VK power[2];
    int is_one[2];
    for (int t = 0; t < count; t++) {
        const k3 p = k_from_limbs(group->powers + t);
        power[t] = vk_set1(p);
        is_one[t] = p.c[0] == 1 && !p.c[1] && !p.c[2];
    }
    EACH(i)
    {
        VK sum = vk_load(q0 + i, q1 + i, q2 + i);
        for (int t = 0; t < count; t++)
            sum = add_weighted(sum, power[t], is_one[t], v_mul(v_load(results[t] + i), v_load(selector + i)));
        vk_store(q0 + i, q1 + i, q2 + i, sum);
    }
}

/* The same for more constraints: they are summed up before the selector. */
static inline void add_many(const l2zk_group *group, uint64_t *q0, uint64_t *q1, uint64_t *q2)
{
    EACH(i)
    {
        const VK sum = weighted_sum(group->powers, group->results, group->count, i);
        vk_store(q0 + i, q1 + i, q2 + i,
                 vk_add_scaled(vk_load(q0 + i, q1 + i, q2 + i), sum, v_load(group->selector + i)));
    }
}

/* sum = that over all groups */
static void combine_groups(const l2zk_group *groups, size_t count, uint64_t *const sum[3])
{
    uint64_t *q0 = sum[0], *q1 = sum[1], *q2 = sum[2];
    EACH(i) vk_store(q0 + i, q1 + i, q2 + i, vk_set1(k_from(0)));
    for (size_t g = 0; g < count; g++)
        if (groups[g].count == 1)
            add_few(groups + g, 1, q0, q1, q2);
        else if (groups[g].count == 2)
            add_few(groups + g, 2, q0, q1, q2);
        else
            add_many(groups + g, q0, q1, q2);
}

/* Run the code on a tile: result i fills the tile results + i*TILE. */
static void store_results(const l2zk_code *code, uint64_t *const *slots, const uint64_t *uniforms, uint64_t *results)
{
    for (size_t k = 0; k < code->body_count; k++) {
        const uint32_t *ins = code->body[k];
        uint64_t *result = results + (size_t)TILE * ins[1];
        if (ins[0] == OP_RESULT_V) {
            EACH(i) v_store(result + i, v_load(slots[ins[2]] + i));
        } else if (ins[0] == OP_RESULT_U) {
            EACH(i) v_store(result + i, v_set1(uniforms[ins[2]]));
        } else if (ins[0] == OP_SUB_UV) {
            run_subtract_from_uniform(ins, slots, uniforms);
        } else if (ins[0] == OP_SUM_V) {
            run_sum(code, ins, slots);
        } else {
            run_instruction(ins, slots, uniforms);
        }
    }
}

/* ---- One row at a time ---- */

static inline V row_operand(const uint64_t *slots, const uint32_t *index, int together, int at)
{
    return together ? v_load(slots + index[0] + at) : v_gather(slots, index + at);
}

static inline void run_row_step(const l2zk_row_step *step, uint64_t *slots)
{
    uint64_t *to = slots + step->to;
    if (step->count <= 2) { /* not worth a vector */
        for (uint32_t i = 0; i < step->count; i++) {
            const uint64_t a = slots[step->a[i]], b = slots[step->b[i]];
            to[i] = step->op == OP_MUL_VV ? f_mul(a, b) : step->op == OP_ADD_VV ? f_add(a, b) : f_sub(a, b);
        }
        return;
    }
    for (int i = 0; i < 8; i += W) {
        const V a = row_operand(slots, step->a, step->together & 1, i),
                b = row_operand(slots, step->b, step->together & 2, i);
        v_store(to + i, step->op == OP_MUL_VV ? v_mul(a, b) : step->op == OP_ADD_VV ? v_add(a, b) : v_sub(a, b));
    }
}

/* Fill rows first .. last - 1 of the trace by the step's code; the uniforms are in slots already. */
static void run_rows(const l2zk_row_code *code, size_t first, size_t last, uint64_t *slots)
{
    for (size_t row = first; row < last; row++) {
        for (size_t k = 0; k < code->load_count; k++)
            slots[code->first_load + k] = code->loads[k].values[row & code->loads[k].mask];
        for (size_t k = 0; k < code->step_count; k++)
            run_row_step(code->steps + k, slots);
        for (size_t k = 0; k < code->result_count; k++)
            code->results[k].values[row] = slots[code->results[k].slot];
    }
}

#endif
