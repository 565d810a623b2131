# The prelude of the constraints' code and of the step's: what is the same on all rows. (PROTOCOL 7.3)

cdef inline uint32_t added_terms(uint32_t counts) noexcept nogil:
    """Of an OP_SUM_V."""
    return counts & 0xffff


cdef inline uint32_t subtracted_terms(uint32_t counts) noexcept nogil:
    return counts >> 16


cdef void run_prelude(const l2zk_code *code, const uint64_t *inputs, size_t input_count, const uint64_t *outputs,
                      size_t output_count, uint64_t *uniforms) noexcept nogil:
    """The values that are the same for all rows: public ones, constants, and what follows from them."""
    cdef size_t i
    cdef uint64_t a, b
    memcpy(uniforms, code.uniforms, 8 * code.uniform_count)
    if input_count:              # there may be no array of none
        memcpy(uniforms, inputs, 8 * input_count)
    if outputs != NULL and output_count:
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
