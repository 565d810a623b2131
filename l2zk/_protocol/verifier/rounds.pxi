# Rounds of sumchecks as they are heard, and the claims that these end in. (PROTOCOL 7.3)

cdef k3 hear_round(Verifier *v, Message kind, size_t degree, k3 target, k3 claim, k3 *point) noexcept nogil:
    """A round of a sumcheck: the claim after it."""
    cdef k3 sum, value
    hear(v, kind, v.heard, degree)
    point[0] = draw_no_bit(&v.transcript)
    sum, value = value_of(v.heard, degree, k_from(1)), value_of(v.heard, degree, point[0])
    return k_add(k_sub(claim, k_mul(target, sum)), k_mul(point[0], value))


cdef void settle(Verifier *v, k3 difference) noexcept nogil:
    """A claim on masks; without them the difference is 0."""
    if v.plan.hiding:
        v.claims[v.claim_count] = difference
        v.claim_count += 1
    elif not is_zero(difference):
        refuse(v, WRONG_ARGUMENT)


cdef inline const k3 *rows_of(const Verifier *v, const TablePlan *t) noexcept nogil:
    """q_t, the rows' point of a table."""
    return v.q + (v.plan.log_rows - t.log_rows)


cdef void find_shares(Verifier *v) noexcept nogil:
    """Powers of 1/2, from 1 on."""
    cdef uint64_t half = f_inv(2)
    cdef size_t i
    v.shares[0] = 1
    for i in range(v.plan.log_rows):
        v.shares[i + 1] = f_mul(v.shares[i], half)


cdef inline uint64_t share_of_rows(const Verifier *v, const TablePlan *t) noexcept nogil:
    """2^(n_t - n)."""
    return v.shares[v.plan.log_rows - t.log_rows]
