/* The constraint machine: straight-line code over a tile of rows, W rows at a time. (PROTOCOL 3.2, compiled by bytecode.py)
 *
 * slots[i] is the tile of vector slot i: a load, which is never written, or a register.
 */
#ifndef L2ZK_MACHINE_H
#define L2ZK_MACHINE_H

#define EACH(i) for (size_t i = 0; i < TILE; i += W)

static inline void run_instruction(const uint32_t *ins, uint64_t *const *slots, const uint64_t *uniforms)
{
    uint64_t *d = slots[ins[1]];
    const uint64_t *a = slots[ins[2]];
    switch (ins[0]) {
    case OP_ADD_VV: { const uint64_t *b = slots[ins[3]]; EACH(i) v_store(d + i, v_add(v_load(a + i), v_load(b + i))); break; }
    case OP_SUB_VV: { const uint64_t *b = slots[ins[3]]; EACH(i) v_store(d + i, v_sub(v_load(a + i), v_load(b + i))); break; }
    case OP_MUL_VV: { const uint64_t *b = slots[ins[3]]; EACH(i) v_store(d + i, v_mul(v_load(a + i), v_load(b + i))); break; }
    case OP_ADD_VU: { V u = v_set1(uniforms[ins[3]]); EACH(i) v_store(d + i, v_add(v_load(a + i), u)); break; }
    case OP_SUB_VU: { V u = v_set1(uniforms[ins[3]]); EACH(i) v_store(d + i, v_sub(v_load(a + i), u)); break; }
    case OP_MUL_VU: { V u = v_set1(uniforms[ins[3]]); EACH(i) v_store(d + i, v_mul(v_load(a + i), u)); break; }
    case OP_NEG_V: { V u = v_set1(0); EACH(i) v_store(d + i, v_sub(u, v_load(a + i))); break; }
    default: break;
    }
}

/* u - v, whose vector operand stands second */
static inline void run_subtract_from_uniform(const uint32_t *ins, uint64_t *const *slots, const uint64_t *uniforms)
{
    uint64_t *d = slots[ins[1]];
    const uint64_t *b = slots[ins[3]];
    V u = v_set1(uniforms[ins[2]]);
    EACH(i) v_store(d + i, v_sub(u, v_load(b + i)));
}

/* sum += power*result*divisor: result and divisor are of F, power and sum of K. */
static inline void accumulate_result(uint64_t *const sum[3], k3 power, const uint64_t *result, const uint64_t *divisor)
{
    uint64_t *s0 = sum[0], *s1 = sum[1], *s2 = sum[2];
    const VK p = vk_set1(power);
    if (power.c[0] == 1 && !power.c[1] && !power.c[2]) /* alpha^0 */
        EACH(i) v_store(s0 + i, v_add(v_load(s0 + i), v_mul(v_load(result + i), v_load(divisor + i))));
    else
        EACH(i) {
            const VK s = vk_load(s0 + i, s1 + i, s2 + i);
            vk_store(s0 + i, s1 + i, s2 + i, vk_add_scaled(s, p, v_mul(v_load(result + i), v_load(divisor + i))));
        }
}

/* The constraints of one divisor, kept until all are there: sum of powers*results*divisor. */
static void add_group(const l2zk_group *group, uint64_t *const quotient[3])
{
    EACH(i) {
        const VK sum = weighted_sum(group->powers, group->results, group->count, i);
        const VK old = vk_load(quotient[0] + i, quotient[1] + i, quotient[2] + i);
        vk_store(quotient[0] + i, quotient[1] + i, quotient[2] + i, vk_add_scaled(old, sum, v_load(group->divisor + i)));
    }
}

/* quotient = sum of powers[i]*(result i)/Z over the constraints, Z being the divisor of its group, which is given inverted. A group of
 * several constraints is summed up before it is divided: kept[i] is a tile for result i, or NULL where it is divided on its own. */
static void combine_results(const l2zk_code *code, uint64_t *const *slots, const uint64_t *uniforms, const k3 *powers,
                            uint64_t *const *kept, const uint32_t *group_of, const l2zk_group *groups, size_t group_count,
                            uint64_t *const quotient[3])
{
    for (int c = 0; c < 3; c++)
        EACH(i) v_store(quotient[c] + i, v_set1(0));
    for (size_t k = 0; k < code->body_count; k++) {
        const uint32_t *ins = code->body[k];
        if (ins[0] == OP_RESULT_V || ins[0] == OP_RESULT_U) {
            uint64_t alone[TILE], *result = kept[ins[1]] ? kept[ins[1]] : alone;
            EACH(i) v_store(result + i, ins[0] == OP_RESULT_V ? v_load(slots[ins[2]] + i) : v_set1(uniforms[ins[2]]));
            if (!kept[ins[1]])
                accumulate_result(quotient, powers[ins[1]], result, groups[group_of[ins[1]]].divisor);
        } else if (ins[0] == OP_SUB_UV) {
            run_subtract_from_uniform(ins, slots, uniforms);
        } else {
            run_instruction(ins, slots, uniforms);
        }
    }
    for (size_t g = 0; g < group_count; g++)
        if (groups[g].count)
            add_group(groups + g, quotient);
}

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
        const V a = row_operand(slots, step->a, step->together & 1, i), b = row_operand(slots, step->b, step->together & 2, i);
        v_store(to + i, step->op == OP_MUL_VV ? v_mul(a, b) : step->op == OP_ADD_VV ? v_add(a, b) : v_sub(a, b));
    }
}

/* Rows first .. last - 1; slots holds the uniforms. */
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
