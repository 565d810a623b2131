# Selectors: factors of the constraints that vanish, on the rows of the table, exactly off a domain. (PROTOCOL 8.1)

cdef void classify(const TablePlan *t, Selector *s) noexcept nogil:
    """Fill in the classes of the skipped bits and the rows of the partial ones."""
    cdef size_t count = t.streams, z, cut
    cdef size_t over = s.x >> t.variables, rest = s.x & (t.height - 1)
    s.full = s.partial = s.empty = 0
    s.first, s.last, s.step, s.residue = 0, t.height, 1, 0
    if s.kind == DOMAIN_TRANSITIONS:
        s.last = t.height - rest
    elif s.kind == DOMAIN_LAST:
        s.first = t.height - rest
    elif s.kind == DOMAIN_CYCLIC and s.y <= t.height:
        s.step, s.residue = s.y, s.x
    elif s.kind != DOMAIN_EVERY:
        s.first, s.last = rest, rest + 1
    cut = count - over - (1 if rest else 0)
    for z in range(count):
        if s.kind == DOMAIN_EVERY:
            s.full |= <uint32_t>1 << z
        elif s.kind == DOMAIN_TRANSITIONS or s.kind == DOMAIN_LAST:
            if rest and z == cut:
                s.partial |= <uint32_t>1 << z
            elif (z >= count - over) == (s.kind == DOMAIN_LAST):
                s.full |= <uint32_t>1 << z
            else:
                s.empty |= <uint32_t>1 << z
        elif s.kind == DOMAIN_CYCLIC and s.y <= t.height:
            s.partial |= <uint32_t>1 << z
        elif (z if s.kind == DOMAIN_ROW else z & ((s.y >> t.variables) - 1)) == over:
            s.partial |= <uint32_t>1 << z
        else:
            s.empty |= <uint32_t>1 << z


cdef inline bint in_domain(const TablePlan *t, const Selector *s, size_t row) noexcept nogil:
    if s.kind == DOMAIN_TRANSITIONS:
        return row < t.rows - s.x
    if s.kind == DOMAIN_LAST:
        return row >= t.rows - s.x
    if s.kind == DOMAIN_ROW:
        return row == s.x
    if s.kind == DOMAIN_CYCLIC:
        return row % s.y == s.x
    return True


cdef inline bint is_in(const Selector *s, size_t y) noexcept nogil:
    """True for the rows of the partial values of the skipped bits."""
    return s.first <= y < s.last and (y & (s.step - 1)) == s.residue


cdef void selector_factors(const TablePlan *t, const Selector *s, k3 x, k3 *inside, k3 *outside) noexcept nogil:
    """The selector at x on the rows that are in, and on the others: V_0, and V_0*V_1 or 0."""
    cdef size_t z, count = t.streams
    cdef uint64_t root = f_root(t.skipped), point = 1
    cdef k3 empty = k_from(1), partial = k_from(1)
    for z in range(count):
        if s.empty >> z & 1:
            empty = k_mul(empty, k_sub(x, k_from(point)))
        elif s.partial >> z & 1:
            partial = k_mul(partial, k_sub(x, k_from(point)))
        point = f_mul(point, root)
    inside[0] = empty
    outside[0] = k_mul(empty, partial) if s.full else k_from(0)
    if s.partial == 0:
        outside[0] = empty


cdef void lagrange_at(unsigned skipped, k3 x, k3 *out) noexcept nogil:
    """L_z(x) for x outside F: (x^(2^k) - 1)*omega^z/(2^k*(x - omega^z))."""
    cdef size_t z, count = <size_t>1 << skipped
    cdef uint64_t root = f_root(skipped), point = 1
    cdef k3 vanishing = k_scale(k_sub(k_pow(x, count), k_from(1)), f_inv(count))
    for z in range(count):
        out[z] = k_scale(k_mul(vanishing, k_inv(k_sub(x, k_from(point)))), point)
        point = f_mul(point, root)
