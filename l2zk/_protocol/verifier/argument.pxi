# The argument: from the messages to claims on the vector. Nothing is compared here with hiding. (PROTOCOL 7.3)

cdef k3 hear_round(Verifier *v, Message kind, size_t degree, k3 target, k3 claim, k3 *point) noexcept nogil:
    """A round of a sumcheck: the claim after it."""
    cdef k3 sum, value
    hear(v, kind, v.heard, degree)
    point[0] = draw_no_bit(&v.transcript)
    sum, value = value_of(v.heard, degree, k_from(1)), value_of(v.heard, degree, point[0])
    return k_add(k_sub(claim, k_mul(target, sum)), k_mul(point[0], value))


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


cdef k3 constraints_at(Verifier *v) noexcept nogil:
    """G: all constraints at the opened values."""
    cdef const TablePlan *t = &v.plan.table
    cdef const l2zk_code *code = &t.constraints
    cdef const Placement *p
    cdef k3 sum = k_from(0), part, power = k_from(1)
    cdef size_t i, g, at = 0
    prepare_stretches(&v.stretches, t, v.r)
    for i in range(code.load_count):
        if code.loads[i][0] == 0:
            v.slots[i] = v.openings[t.pair_of[i]]
        elif code.loads[i][0] == 2:
            p = t.placements + code.loads[i][1]
            v.slots[i] = sequence_at(t, p, v.sequences[p.sequence], &v.stretches, v.lagrange)
        else:
            v.slots[i] = periodic_at(t, code.loads[i][1], v.lagrange, v.r, v.eq, v.eq_stride)
    run_prelude(code, v.inputs, t.input_count, v.outputs, t.output_count, v.uniforms)
    run_at_point(code, v.uniforms, v.slots, v.results)
    for i in range(t.constraint_count):
        v.results[i] = k_mul(v.results[i], power)
        power = k_mul(power, v.alpha)
    for g in range(t.group_count):
        part = k_from(0)
        for i in range(t.group_sizes[g]):
            part = k_add(part, v.results[t.in_groups[at]])
            at += 1
        sum = k_add(sum, k_mul(part, selector_at(t, t.selectors + g, v.x, v.r)))
    return sum


cdef inline void settle(Verifier *v, k3 difference, k3 *claim) noexcept nogil:
    """A claim on masks; without them the difference is 0."""
    cdef k3 zero = k_from(0)
    claim[0] = difference
    if not v.plan.hiding and memcmp(&difference, &zero, sizeof(k3)):
        refuse(v, WRONG_ARGUMENT)


cdef void check_zerocheck(Verifier *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
    cdef size_t j
    cdef k3 claim
    v.alpha = draw(&v.transcript)
    for j in range(t.variables):
        v.tau[j] = draw(&v.transcript)
    hear(v, MESSAGE_Q, v.heard, p.q_length)
    v.x = draw_outside_field(&v.transcript)
    claim = k_mul(value_of(v.heard, p.q_length, v.x), k_sub(k_pow(v.x, t.streams), k_from(1)))
    for j in range(t.variables):
        claim = hear_round(v, MESSAGE_ROUND, round_elements(p, j), v.tau[j], claim, v.r + j)
    if not hear(v, MESSAGE_OPENINGS, v.openings, t.pair_count):
        return
    lagrange_at(t.skipped, v.x, v.lagrange)
    settle(v, k_sub(claim, constraints_at(v)), &v.claim_on_zerocheck)


cdef void check_rows(Verifier *v) noexcept nogil:
    """The sumcheck that takes all openings to the columns' values at one point. (PROTOCOL 6.5)"""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
    cdef k3 claim = k_from(0), half = k_from(f_inv(2)), power = k_from(1), sum = k_from(0)
    cdef k3 *by_column = v.weights_of_columns
    cdef size_t i, j, c = 0
    if v.refusal != ACCEPTED:
        return
    v.xi = draw(&v.transcript)
    for i in range(t.pair_count):
        claim = k_add(claim, k_mul(power, v.openings[i]))
        power = k_mul(power, v.xi)
    claim = k_scale(claim, f_pow(f_inv(2), t.log_rows))
    for j in range(t.log_rows):
        claim = hear_round(v, MESSAGE_ROW_ROUND, row_round_elements(p, j), half, claim, v.q + j)
    if not hear(v, MESSAGE_VALUES, v.values, t.read_count):
        return
    for i in range(t.offset_count):
        v.weights_of_offsets[i] = shifted(t, v.lagrange, v.r, v.q, t.offsets[i])
    memset(by_column, 0, sizeof(k3) * t.read_count)
    power = k_from(1)
    for i in range(t.pair_count):
        while t.reads[c] != t.pairs[i].column:
            c += 1
        by_column[c] = k_add(by_column[c], k_mul(power, v.weights_of_offsets[t.pairs[i].number]))
        power = k_mul(power, v.xi)
    for c in range(t.read_count):
        sum = k_add(sum, k_mul(by_column[c], v.values[c]))
    settle(v, k_sub(claim, sum), &v.claim_on_rows)
