# The argument: from the messages to claims on the vector. Nothing is compared here with hiding. (PROTOCOL 7.3)

cdef k3 xor_at_point(k3 a, k3 b) noexcept nogil:
    cdef k3 product = k_mul(a, b)
    return k_sub(k_add(a, b), k_add(product, product))


cdef k3 sum_at_point(const uint32_t (*terms)[2], uint32_t counts, const k3 *slots) noexcept nogil:
    cdef uint32_t i
    cdef k3 term, sum = k_from(0)
    for i in range(added_terms(counts) + subtracted_terms(counts)):
        term = k_scale(slots[terms[i][0]], terms[i][1])
        sum = k_add(sum, term) if i < added_terms(counts) else k_sub(sum, term)
    return sum


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
        elif ins[0] == OP_XOR_VV:
            slots[ins[1]] = xor_at_point(slots[ins[2]], slots[ins[3]])
        elif ins[0] == OP_SUM_V:
            slots[ins[1]] = sum_at_point(code.terms + ins[2], ins[3], slots)
        elif ins[0] == OP_RESULT_V:
            results[ins[1]] = slots[ins[2]]
        else:
            results[ins[1]] = k_from(uniforms[ins[2]])


cdef void go_to_spot(Verifier *v, const TablePlan *t) noexcept nogil:
    """The point (x_t, r_t) of a table, x_t = x^(2^(k - k_t))."""
    cdef unsigned k = t.skipped
    if not v.has_spots >> k & 1:
        v.has_spots |= 1 << k
        v.spot_x[k] = k_pow(v.x, v.plan.streams >> k)
        lagrange_at(k, v.spot_x[k], v.lagrange[k])
    go_to(&v.here, t, k, v.lagrange[k], v.r + (v.plan.variables - t.variables))


cdef void load(Verifier *v, const TablePlan *t) noexcept nogil:
    """What a table's constraints read."""
    cdef const l2zk_code *code = &t.constraints
    cdef const Public *public = public_of(v.plan, v.publics, t, 0)
    cdef size_t i
    for i in range(code.load_count):
        if code.loads[i][0] == 0:
            v.slots[i] = v.openings[t.first_pair + t.pair_of[i]]
        else:
            v.slots[i] = known_at(&v.here, code.loads[i][0], code.loads[i][1])
    run_prelude(code, public.inputs, t.input_count if t.blocks == 1 else 0, public.outputs,
                t.output_count if t.blocks == 1 else 0, v.uniforms)


cdef k3 table_at(Verifier *v, const TablePlan *t, k3 *power) noexcept nogil:
    """The constraints of a table, with powers of alpha from this one on."""
    cdef k3 sum = k_from(0), part
    cdef size_t i, g, at = 0
    go_to_spot(v, t)
    load(v, t)
    run_at_point(&t.constraints, v.uniforms, v.slots, v.results)
    for i in range(t.constraint_count):
        v.results[i] = k_mul(v.results[i], power[0])
        power[0] = k_mul(power[0], v.alpha)
    for g in range(t.domain_count):
        part = k_from(0)
        for i in range(t.domain_sizes[g]):
            part = k_add(part, v.results[t.by_domain[at]])
            at += 1
        sum = k_add(sum, k_mul(part, selector_at(t, t.selectors + g, v.spot_x[t.skipped], v.here.spot.r)))
    return sum


cdef k3 constraints_at(Verifier *v) noexcept nogil:
    """G: all constraints at the opened values."""
    cdef k3 sum = k_from(0), power = k_from(1)
    cdef size_t i
    for i in range(v.plan.table_count):
        if v.plan.tables[i].constraint_count:
            sum = k_add(sum, table_at(v, v.plan.tables + i, &power))
    return sum


cdef void check_zerocheck(Verifier *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef size_t j
    cdef k3 claim
    if v.refusal != ACCEPTED:
        return
    v.alpha = draw(&v.transcript)
    for j in range(p.variables):
        v.tau[j] = draw(&v.transcript)
    hear(v, MESSAGE_Q, v.heard, p.q_length)
    v.x = draw_outside_field(&v.transcript)
    claim = k_mul(value_of(v.heard, p.q_length, v.x), k_sub(k_pow(v.x, p.streams), k_from(1)))
    for j in range(p.variables):
        claim = hear_round(v, MESSAGE_ROUND, round_elements(p, j), v.tau[j], claim, v.r + j)
    if hear(v, MESSAGE_OPENINGS, v.openings, p.pair_count):
        settle(v, k_sub(claim, constraints_at(v)))


# ---- rows ------------------------------------------------------------------------------------------------------------

cdef k3 claim_on_columns(Verifier *v) noexcept nogil:
    """All openings and what is left of the claim on the leaves, mixed, as an average over the rows."""
    cdef k3 claim = k_from(0), power = k_from(1)
    cdef size_t i
    find_shares(v)
    v.xi = draw(&v.transcript)
    for i in range(v.plan.pair_count):
        claim = k_add(claim, k_mul(power, v.openings[i]))
        power = k_mul(power, v.xi)
    claim = k_add(claim, k_mul(power, v.claim_on_leaves))
    return k_scale(claim, v.shares[v.plan.log_rows])


cdef void weigh_openings(Verifier *v, const TablePlan *t, k3 *power) noexcept nogil:
    """Add to the weights of a table's columns those of its openings, with powers of xi from this one on."""
    cdef const k3 *q = rows_of(v, t)
    cdef uint64_t share = share_of_rows(v, t)
    cdef k3 *by_column = v.weights_of_columns + t.first_read
    cdef k3 tops[MOST_STREAMS]
    cdef size_t i, c = 0
    go_to_spot(v, t)
    eq_of_bits(q, t.skipped, tops)
    for i in range(t.offset_count):
        v.weights_of_offsets[i] = k_scale(shifted(&v.here.spot, tops, q, t.offsets[i]), share)
    for i in range(t.pair_count):
        while t.reads[c] != t.pairs[i].column:
            c += 1
        by_column[c] = k_add(by_column[c], k_mul(power[0], v.weights_of_offsets[t.pairs[i].number]))
        power[0] = k_mul(power[0], v.xi)


cdef void check_rows(Verifier *v) noexcept nogil:
    """The sumcheck that takes all claims on columns to their values at one point. (PROTOCOL 6.5)"""
    cdef const Plan *p = v.plan
    cdef k3 claim, half, power = k_from(1)
    cdef size_t i
    if v.refusal != ACCEPTED:
        return
    claim = claim_on_columns(v)
    half = k_from(v.shares[1])
    for i in range(p.log_rows):
        claim = hear_round(v, MESSAGE_ROW_ROUND, row_round_elements(p, i), half, claim, v.q + i)
    if not hear(v, MESSAGE_VALUES, v.values, p.read_count):
        return
    memset(v.weights_of_columns, 0, sizeof(k3) * p.read_count)
    for i in range(p.table_count):
        if p.tables[i].pair_count:
            weigh_openings(v, p.tables + i, &power)
    weigh_leaves(v, power)
    for i in range(p.read_count):
        claim = k_sub(claim, k_mul(v.weights_of_columns[i], v.values[i]))
    settle(v, claim)
