# Selectors: factors of the constraints that vanish, on the rows of the table, exactly off a domain. (PROTOCOL 8.1)

cdef void classify(const TablePlan *t, Selector *s) noexcept nogil:
    """Fill in the classes of the skipped bits and the rows of the partial ones: within a block of many streams, or
    within a stream of many blocks."""
    cdef size_t streams = larger(t.block >> t.variables, 1), z        # of a block
    cdef size_t over, rest
    s.period = smaller(t.block, t.height)
    over, rest = s.x // s.period, s.x & (s.period - 1)
    s.full = s.partial = s.empty = 0
    s.first, s.last, s.step, s.residue = 0, s.period, 1, 0
    if s.kind == DOMAIN_TRANSITIONS:
        s.last = s.period - rest
    elif s.kind == DOMAIN_LAST:
        s.first = s.period - rest
    elif s.kind == DOMAIN_CYCLIC and s.y <= s.period:
        s.step, s.residue = s.y, s.x
    elif s.kind != DOMAIN_EVERY:
        s.first, s.last = rest, rest + 1
    for z in range(t.streams):
        classify_stream(s, z, streams, z & (streams - 1), over, rest)


cdef void classify_stream(Selector *s, size_t z, size_t streams, size_t place, size_t over,
                          size_t rest) noexcept nogil:
    """The class of value z of the skipped bits, stream `place` of the streams of a block."""
    cdef uint32_t bit = <uint32_t>1 << z
    if s.kind == DOMAIN_EVERY:
        s.full |= bit
    elif s.kind == DOMAIN_TRANSITIONS or s.kind == DOMAIN_LAST:
        if rest and place == streams - over - 1:
            s.partial |= bit
        elif (place >= streams - over) == (s.kind == DOMAIN_LAST):
            s.full |= bit
        else:
            s.empty |= bit
    elif s.kind == DOMAIN_CYCLIC and s.y <= s.period:
        s.partial |= bit
    elif (place if s.kind == DOMAIN_ROW else place & (s.y // s.period - 1)) == over:
        s.partial |= bit
    else:
        s.empty |= bit


cdef inline bint in_domain(const TablePlan *t, const Selector *s, size_t row) noexcept nogil:
    row &= t.block - 1
    if s.kind == DOMAIN_TRANSITIONS:
        return row < t.block - s.x
    if s.kind == DOMAIN_LAST:
        return row >= t.block - s.x
    if s.kind == DOMAIN_ROW:
        return row == s.x
    if s.kind == DOMAIN_CYCLIC:
        return row & (s.y - 1) == s.x
    return True


cdef inline bint is_in(const Selector *s, size_t y) noexcept nogil:
    """True for the rows of the partial values of the skipped bits."""
    y &= s.period - 1
    return s.first <= y < s.last and (y & (s.step - 1)) == s.residue


# Many a selector differs from a constant on one row of each period alone: it is that of one row, or of all but one.

cdef inline size_t repeats_after(const Selector *s) noexcept nogil:
    """The rows of a period."""
    return s.step if s.step > 1 else s.period


cdef inline bint is_one_row(const Selector *s) noexcept nogil:
    """True where the partial values have one row of each period."""
    return s.partial != 0 and (s.step > 1 or s.last == s.first + 1)


cdef inline bint is_all_but_one(const Selector *s) noexcept nogil:
    """True where they have all rows of a period but one."""
    return s.partial != 0 and s.step == 1 and s.last - s.first + 1 == s.period


cdef inline size_t the_one_row(const Selector *s) noexcept nogil:
    """That row of a period, in it or out of it."""
    if s.step > 1:
        return s.residue
    if is_one_row(s):
        return s.first
    return 0 if s.first else s.last


cdef inline bint is_sparse(const Selector *s) noexcept nogil:
    """True where the selector is 0 but on one row of each period, and a period has many tiles."""
    return s.full == 0 and is_one_row(s) and repeats_after(s) >= 2 * TILE


cdef inline bint is_evaluated(const Selector *s, size_t coset) noexcept nogil:
    """True for a domain whose constraints are evaluated on coset `coset` - 1, or for 0 at the points one by one."""
    return s.cosets >= coset if coset else s.cosets == 0


cdef inline bint has_row(size_t row, size_t period, size_t y) noexcept nogil:
    """True where row `row` of a period, a power of two, is among y .. y + TILE - 1."""
    return period <= TILE or ((row - y) & (period - 1)) < TILE


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
