# Forms: the coefficient of every mask in the claim on masks, or on a column's value, that it stands in. Both sides find
# them from the challenges. (PROTOCOL 7.3)

cdef void find_forms_of(const Plan *p, k3 x, const k3 *r, const k3 *tau, const k3 *q, k3 mix, k3 *form) noexcept nogil:
    cdef const TablePlan *t = &p.table
    cdef k3 half = k_from(f_inv(2)), power = k_sub(k_pow(x, <uint64_t>1 << t.skipped), k_from(1)), last
    cdef size_t i, j, at = 0
    for i in range(p.quotient):
        form[at] = power
        power = k_mul(power, x)
        at += 1
    for j in range(t.variables):
        at += round_forms(r[j], tau[j], p.last_degree if j + 1 == t.variables else p.degree, form + at)
    last = r[t.variables - 1]
    power = k_scale(k_mul(last, k_sub(k_from(1), last)), f_pow(f_inv(2), t.log_rows))
    for i in range(t.pair_count):
        form[at] = power
        power = k_mul(power, mix)
        at += 1
    for j in range(t.log_rows):
        at += round_forms(q[j], half, 3 if p.hiding and j + 1 == t.log_rows else 2, form + at)
    last = q[t.log_rows - 1]
    for i in range(t.read_count):
        form[at] = k_mul(last, k_sub(k_from(1), last))
        at += 1


cdef inline size_t round_forms(k3 r, k3 target, size_t degree, k3 *form) noexcept nogil:
    """Those of a round: r^i - target."""
    cdef k3 power = r
    cdef size_t i
    for i in range(degree):
        form[i] = k_sub(power, target)
        power = k_mul(power, r)
    return degree
