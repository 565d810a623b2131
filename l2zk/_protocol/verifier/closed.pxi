# Closed forms: selectors, shifts and indicators, which the verifier evaluates at a point of a table. (PROTOCOL 8)

cdef struct Spot:                # a point of a table: weights of its skipped bits, coordinates of the others
    const TablePlan *table
    unsigned skipped             # so many bits; none for the leaves of fractions
    const k3 *weights            # of their values: L_z, or 1 alone
    unsigned count               # coordinates
    const k3 *r                  # the top one first

cdef struct Factors:             # of rows whose weight is a product over their bits, the top one first (PROTOCOL 8.4)
    size_t count
    k3 zero[32]                  # of a bit that is 0
    k3 one[32]
    k3 above[33]                 # of so many bits that may be either, from the top
    k3 below[33]                 # of all bits from here on


cdef k3 eq_at(const k3 *point, size_t count, size_t index) noexcept nogil:
    """eq of some coordinates and the bits of an index, the top one first."""
    cdef k3 value = k_from(1)
    cdef size_t i
    for i in range(count):
        value = k_mul(value, point[i] if index >> (count - 1 - i) & 1 else k_sub(k_from(1), point[i]))
    return value


cdef k3 eq_of(const k3 *a, const k3 *b, size_t count) noexcept nogil:
    """eq of two points: the product of 1 - a - b + 2ab."""
    cdef k3 value = k_from(1), both
    cdef size_t i
    for i in range(count):
        both = k_mul(a[i], b[i])
        value = k_mul(value, k_add(k_sub(k_sub(k_from(1), a[i]), b[i]), k_add(both, both)))
    return value


# ---- selectors -------------------------------------------------------------------------------------------------------

cdef k3 below(const k3 *r, size_t count, size_t bound) noexcept nogil:
    """The extension of [y < bound]."""
    cdef k3 value = k_from(0), prefix = k_from(1), other
    cdef size_t i
    if bound >> count:
        return k_from(1)
    for i in range(count):
        other = k_mul(prefix, k_sub(k_from(1), r[i]))
        if bound >> (count - 1 - i) & 1:
            value = k_add(value, other)
            prefix = k_mul(prefix, r[i])
        else:
            prefix = other
    return value


cdef k3 selector_at(const TablePlan *t, const Selector *s, k3 x, const k3 *r) noexcept nogil:
    """The selector of a domain: V_0 on the rows Y of the partial ones, V_0*V_1 or 0 on the others. (PROTOCOL 8.1)"""
    cdef k3 inside, outside, rows
    cdef size_t n = log_of_ratio(s.period, 1), low
    selector_factors(t, s, x, &inside, &outside)
    if s.partial == 0:
        return inside
    r += t.variables - n
    if s.step > 1:
        low = log_of_ratio(s.step, 1)
        rows = eq_at(r + (n - low), low, s.residue)
    else:
        rows = k_sub(below(r, n, s.last), below(r, n, s.first))
    return k_add(outside, k_mul(rows, k_sub(inside, outside)))


# ---- indicators ------------------------------------------------------------------------------------------------------

cdef void find_factors(Factors *f, const k3 *z, const k3 *q, size_t count) noexcept nogil:
    """Those of eq(z, b), or of eq(z, b)*eq(q, b)."""
    cdef size_t i
    f.count = count
    for i in range(count):
        f.zero[i], f.one[i] = k_sub(k_from(1), z[i]), z[i]
        if q != NULL:
            f.zero[i], f.one[i] = k_mul(f.zero[i], k_sub(k_from(1), q[i])), k_mul(z[i], q[i])
    f.above[0] = f.below[count] = k_from(1)
    for i in range(count):
        f.above[i + 1] = k_mul(f.above[i], k_add(f.zero[i], f.one[i]))
    for i in reversed(range(count)):
        f.below[i] = k_mul(f.below[i + 1], k_add(f.zero[i], f.one[i]))


cdef k3 rows_below(const Factors *f, size_t first, size_t bound) noexcept nogil:
    """The sum of the rows below the bound, in the bits from `first` on."""
    cdef k3 sum = k_from(0), prefix = k_from(1)
    cdef size_t i
    for i in range(first, f.count):
        if bound >> (f.count - 1 - i) & 1:
            sum = k_add(sum, k_mul(k_mul(prefix, f.zero[i]), f.below[i + 1]))
            prefix = k_mul(prefix, f.one[i])
        else:
            prefix = k_mul(prefix, f.zero[i])
    return sum


cdef k3 row_among(const Factors *f, size_t first, size_t row) noexcept nogil:
    """The one row with these bits from `first` on."""
    cdef k3 product = k_from(1)
    cdef size_t i
    for i in range(first, f.count):
        product = k_mul(product, f.one[i] if row >> (f.count - 1 - i) & 1 else f.zero[i])
    return product


cdef k3 indicator_at(const TablePlan *t, const Selector *s, const Factors *f) noexcept nogil:
    """The sum over the rows of a domain in all blocks. (PROTOCOL 8.4)"""
    cdef size_t first = f.count - log_of_ratio(t.block, 1)
    cdef k3 inside
    if s.kind == DOMAIN_EVERY:
        return f.below[0]
    if s.kind == DOMAIN_CYCLIC:
        first = f.count - log_of_ratio(s.y, 1)
    if s.kind == DOMAIN_CYCLIC or s.kind == DOMAIN_ROW:
        inside = row_among(f, first, s.x)
    else:
        inside = rows_below(f, first, t.block - s.x)
        if s.kind == DOMAIN_LAST:
            inside = k_sub(f.below[first], inside)
    return k_mul(f.above[first], inside)


# ---- shifts ----------------------------------------------------------------------------------------------------------

cdef void carry_shift(const Spot *s, const k3 *q, size_t low, k3 *states) noexcept nogil:
    """The sums over the row bits, by the carry out of them, which runs through them from the lowest one up."""
    cdef size_t i, carry, bit, sum
    cdef k3 following[2]
    cdef k3 a, b, part
    for i in range(s.count):
        a, b = s.r[s.count - 1 - i], q[s.count - 1 - i]
        following[0] = following[1] = k_from(0)
        for carry in range(2):
            for bit in range(2):
                sum = bit + (low >> i & 1) + carry
                part = k_mul(a if bit else k_sub(k_from(1), a), b if sum & 1 else k_sub(k_from(1), b))
                following[sum >> 1] = k_add(following[sum >> 1], k_mul(states[carry], part))
        states[0], states[1] = following[0], following[1]


cdef k3 shifted(const Spot *s, const k3 *tops, const k3 *q, size_t offset) noexcept nogil:
    """The sum over the rows b of W(b - offset)*eq(q, b), W(z*M + y) = L_z*eq(r, y); tops: eq of q's coordinates of the
    skipped bits. (PROTOCOL 8.3)"""
    cdef size_t over = offset >> s.count, low = offset & ((<size_t>1 << s.count) - 1), values = <size_t>1 << s.skipped
    cdef size_t carry, z
    cdef k3 states[2]
    cdef k3 sum = k_from(0), part
    q += s.skipped
    states[0], states[1] = k_from(1), k_from(0)
    if low:
        carry_shift(s, q, low, states)
    else:
        states[0] = eq_of(s.r, q, s.count)
    for carry in range(2 if low else 1):
        part = k_from(0)
        for z in range(values):
            part = k_add(part, k_mul(s.weights[z], tops[(z + over + carry) & (values - 1)]))
        sum = k_add(sum, k_mul(states[carry], part))
    return sum


cdef void eq_of_bits(const k3 *q, unsigned count, k3 *out) noexcept nogil:
    """eq of a few coordinates and every index."""
    cdef size_t i, z
    out[0] = k_from(1)
    for i in range(count):
        for z in reversed(range(<size_t>1 << i)):
            out[2 * z + 1] = k_mul(out[z], q[i])
            out[2 * z] = k_sub(out[z], out[2 * z + 1])
