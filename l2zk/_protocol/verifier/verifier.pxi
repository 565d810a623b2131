# The verifier: PROTOCOL 7, check by check. It shares with the prover the vocabulary alone: field, hash and other
# kernels, transcript, plan, sets of indices, and the value of the constraints at a point (code.pxi).

cdef void verify(Verifier *v) noexcept nogil:
    cdef Transcript *t = &v.transcript
    cdef const Plan *p = v.plan
    cdef size_t u

    read_fixed_part(v)                                               # 7.4
    begin(t)                                                         # 7.5
    hear_seed(v)
    hear(v, MESSAGE_TRACE_ROOT, v.trace_root, 32)
    v.alpha = draw_extension(t)
    hear(v, MESSAGE_QUOTIENT_ROOT, v.quotient_root, 32)
    v.zeta = draw_outside_field(t)
    hear(v, MESSAGE_VALUES, v.value_bytes, 24 * p.openings)
    v.alpha_deep = draw_extension(t)
    if p.rows_per_leaf > 1:
        v.beta[0] = draw_extension(t)
    for u in range(1, p.rounds + 1):
        hear(v, MESSAGE_WORD_ROOT, v.word_roots + 32 * (u - 1), 32)
        v.beta[u] = draw_extension(t)
    hear(v, MESSAGE_FINAL, v.final_bytes, 24 * p.final_length)

    check_values(v)                                                  # 7.6
    if p.grinding:                                                   # 7.7
        hear(v, MESSAGE_NONCE, v.nonce, 8)
        check_grinding(v)
    v.count = draw_queries(t, p, v.indices)                          # 7.8
    check_length(v)
    check_opened_rows(v, v.trace_words, p.rows_per_leaf * p.columns, v.trace_root, WRONG_TRACE_OPENING)   # 7.9
    check_opened_rows(v, v.quotient_words, p.rows_per_leaf * 3 * p.pieces + (3 if p.hiding else 0), v.quotient_root,
                      WRONG_QUOTIENT_OPENING)
    compute_word(v)                                                  # 7.10
    for u in range(1, p.rounds + 1):
        check_word(v, u)                                             # 7.11
    check_final_values(v)                                            # 7.12


cdef void read_fixed_part(Verifier *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef size_t i
    v.trace_root = take(v, 32)
    v.quotient_root = take(v, 32)
    v.value_bytes = take_elements(v, 3 * p.openings)
    v.word_roots = take(v, 32 * p.rounds)
    v.final_bytes = take_elements(v, 3 * p.final_length)
    v.nonce = take(v, 8) if p.grinding else NULL
    if v.refusal != ACCEPTED:
        return
    for i in range(p.openings):
        v.values[i] = get_k3(v.value_bytes + 24 * i)
    for i in range(p.final_length):
        v.final[i] = get_k3(v.final_bytes + 24 * i)


cdef void check_values(Verifier *v) noexcept nogil:
    """sum of alpha^i C_i(zeta)/Z_i(zeta) = sum of zeta^(jM) q_j(zeta)."""
    cdef const Plan *p = v.plan
    cdef k3 left, right = k_from(0), step = k_pow(v.zeta, p.piece_length)
    cdef size_t i
    if v.refusal != ACCEPTED:
        return
    run_prelude(&p.constraints, v.inputs, p.input_count, v.outputs, p.output_count, v.uniforms)
    left = quotient_value(p, v.uniforms, v.values, v.alpha, v.zeta, v.slots, v.results, v.strides)
    for i in range(p.pieces):
        right = k_add(k_mul(right, step), v.values[p.columns + p.pieces - 1 - i])
    if memcmp(&left, &right, sizeof(k3)):
        refuse(v, WRONG_VALUES)


cdef void check_grinding(Verifier *v) noexcept nogil:
    if not has_zeros(&v.transcript, v.plan.grinding):
        refuse(v, NO_GRINDING)
