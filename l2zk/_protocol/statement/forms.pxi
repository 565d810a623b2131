# Forms: the coefficient of every mask in the claim on masks, or on a column's value, that it stands in; theta, that of
# every cell in sigma. Both sides find them from the challenges. (PROTOCOL 6.6, 7.3)

cdef void find_forms_of(const Plan *p, k3 x, const k3 *r, const k3 *tau, const k3 *q, k3 xi, k3 *form) noexcept nogil:
    cdef const TablePlan *t = &p.table
    cdef k3 half = k_from(f_inv(2)), power = k_sub(k_pow(x, t.streams), k_from(1)), last
    cdef size_t i, j, at = 0
    for i in range(p.q_length):
        form[at] = power
        power = k_mul(power, x)
        at += 1
    for j in range(t.variables):
        at += round_forms(r[j], tau[j], round_elements(p, j), form + at)
    last = r[t.variables - 1]
    power = k_scale(k_mul(last, k_sub(k_from(1), last)), f_pow(f_inv(2), t.log_rows))
    for i in range(t.pair_count):
        form[at] = power
        power = k_mul(power, xi)
        at += 1
    for j in range(t.log_rows):
        at += round_forms(q[j], half, row_round_elements(p, j), form + at)
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


cdef inline k3 theta(size_t cell, k3 ones) noexcept nogil:
    """Of a column's cell; ones: among the bits of its number."""
    return phi(cell) if cell < 3 else k_mul(phi(cell - 3), ones)


cdef inline k3 ones_at(const k3 *point, size_t count) noexcept nogil:
    """The ones among so many bits, as a polynomial."""
    cdef k3 sum = k_from(0)
    cdef size_t i
    for i in range(count):
        sum = k_add(sum, point[i])
    return sum
