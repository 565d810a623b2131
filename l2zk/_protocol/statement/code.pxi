# The constraint code outside the prover's loops: its prelude, which is the same for all rows, and the constraints at
# one point of K, from the opened values. (PROTOCOL 7.3)
cdef void run_prelude(const l2zk_code *code, const uint64_t *inputs, size_t input_count, const uint64_t *outputs,
                      size_t output_count, uint64_t *uniforms) noexcept nogil:
    """The values that are the same for all rows: public ones, constants, and what follows from them."""
    cdef size_t i
    cdef uint64_t a, b
    memcpy(uniforms, code.uniforms, 8 * code.uniform_count)
    memcpy(uniforms, inputs, 8 * input_count)
    if outputs != NULL:
        memcpy(uniforms + input_count, outputs, 8 * output_count)
    for i in range(code.prelude_count):
        a, b = uniforms[code.prelude[i][2]], uniforms[code.prelude[i][3]]
        if code.prelude[i][0] == OP_ADD_VV:
            a = f_add(a, b)
        elif code.prelude[i][0] == OP_SUB_VV:
            a = f_sub(a, b)
        elif code.prelude[i][0] == OP_MUL_VV:
            a = f_mul(a, b)
        else:
            a = f_neg(a)
        uniforms[code.prelude[i][1]] = a


cdef void run_at_point(const l2zk_code *code, const uint64_t *uniforms, k3 *slots, k3 *results) noexcept nogil:
    """The constraint code on elements of K; slots holds the loads and takes the registers."""
    cdef size_t i
    cdef const uint32_t *ins
    for i in range(code.body_count):
        ins = code.body[i]
        if ins[0] == OP_ADD_VV:
            slots[ins[1]] = k_add(slots[ins[2]], slots[ins[3]])
        elif ins[0] == OP_SUB_VV:
            slots[ins[1]] = k_sub(slots[ins[2]], slots[ins[3]])
        elif ins[0] == OP_MUL_VV:
            slots[ins[1]] = k_mul(slots[ins[2]], slots[ins[3]])
        elif ins[0] == OP_ADD_VU:
            slots[ins[1]] = k_add(slots[ins[2]], k_from(uniforms[ins[3]]))
        elif ins[0] == OP_SUB_VU:
            slots[ins[1]] = k_sub(slots[ins[2]], k_from(uniforms[ins[3]]))
        elif ins[0] == OP_SUB_UV:
            slots[ins[1]] = k_sub(k_from(uniforms[ins[2]]), slots[ins[3]])
        elif ins[0] == OP_MUL_VU:
            slots[ins[1]] = k_scale(slots[ins[2]], uniforms[ins[3]])
        elif ins[0] == OP_NEG_V:
            slots[ins[1]] = k_neg(slots[ins[2]])
        elif ins[0] == OP_RESULT_V:
            results[ins[1]] = slots[ins[2]]
        else:
            results[ins[1]] = k_from(uniforms[ins[2]])
