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

/* sums[group] += power*result: a result is of F, a power and a sum of K. */
static inline void accumulate_result(uint64_t *sum, k3 power, const uint64_t *result)
{
    for (int c = 0; c < 3; c++) {
        V p = v_set1(power.c[c]);
        EACH(i) v_store(sum + c * TILE + i, v_add(v_load(sum + c * TILE + i), v_mul(p, v_load(result + i))));
    }
}

static void accumulate_results(const l2zk_code *code, uint64_t *const *slots, const uint64_t *uniforms, const k3 *powers,
                         const uint32_t *groups, uint64_t *sums)
{
    for (size_t k = 0; k < code->body_count; k++) {
        const uint32_t *ins = code->body[k];
        if (ins[0] == OP_RESULT_V) {
            accumulate_result(sums + 3 * TILE * groups[ins[1]], powers[ins[1]], slots[ins[2]]);
        } else if (ins[0] == OP_RESULT_U) {
            uint64_t same[TILE];
            EACH(i) v_store(same + i, v_set1(uniforms[ins[2]]));
            accumulate_result(sums + 3 * TILE * groups[ins[1]], powers[ins[1]], same);
        } else if (ins[0] == OP_SUB_UV) {
            run_subtract_from_uniform(ins, slots, uniforms);
        } else {
            run_instruction(ins, slots, uniforms);
        }
    }
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

#endif
