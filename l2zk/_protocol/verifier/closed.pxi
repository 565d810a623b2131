# Closed forms: what the verifier evaluates of everything that both sides know, at a point (x, r) of a table.
# (PROTOCOL 8)

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
    cdef size_t n = t.variables, low
    selector_factors(t, s, x, &inside, &outside)
    if s.partial == 0:
        return inside
    if s.step > 1:
        low = log_of_ratio(s.step, 1)
        rows = eq_at(r + (n - low), low, s.residue)
    else:
        rows = k_sub(below(r, n, s.last), below(r, n, s.first))
    return k_add(outside, k_mul(rows, k_sub(inside, outside)))


cdef k3 periodic_at(const TablePlan *t, size_t i, const k3 *lagrange, const k3 *r, uint64_t *eq,
                    size_t stride) noexcept nogil:
    """A periodic column at the point; eq: room for as many values as it has in a stream. (PROTOCOL 8.2)"""
    cdef const Periodic *p = t.periodic + i
    cdef size_t log_low = smaller(p.log_period, t.variables), count = <size_t>1 << log_low, a, y, z, streams
    cdef k3 value = k_from(0), part, weight
    build_eq(eq, stride, r + (t.variables - log_low), log_low)
    streams = (<size_t>1 << p.log_period) >> log_low
    for a in range(streams):
        part = k_from(0)
        for y in range(count):
            part = k_add(part, k_scale(planar_at(eq, stride, y), p.values[(a << log_low) + y]))
        weight = k_from(1)
        if streams > 1:
            weight = k_from(0)
            for z in range(t.streams):
                if z % streams == a:
                    weight = k_add(weight, lagrange[z])
        value = k_add(value, k_mul(weight, part))
    return value


# A sequence's entries are summed up in stretches of rows, whose number is the top bits of a row and has one factor; the
# low bits have the same weights in all of them.

cdef enum:
    LOG_STRETCH = 10             # row bits within a stretch, at most: CHUNK
    SCATTERED = 8                # rows for an entry from which on entries are taken one by one

cdef struct Stretches:           # what the placements of all sequences share, at a point
    unsigned log_low             # row bits within a stretch
    uint64_t *low                # eq of these, planar, whole tiles; then split
    uint64_t *limbs
    uint64_t *high               # eq of the row bits above them
    size_t high_stride
    uint64_t *staged             # a stretch's rows


cdef void lay_out_stretches(Stretches *s, const TablePlan *t, Arena *a) noexcept nogil:
    if t.placement_count == 0:
        return
    s.log_low = <unsigned>smaller(t.variables, LOG_STRETCH)
    s.high_stride = (<size_t>1 << (t.variables - s.log_low)) + TILE
    s.low = place_words(a, 3 * CHUNK_STEP)
    s.limbs = place_words(a, 9 * CHUNK_STEP)
    s.high = place_words(a, 3 * s.high_stride)
    s.staged = place_words(a, CHUNK)


cdef void prepare_stretches(Stretches *s, const TablePlan *t, const k3 *r) noexcept nogil:
    cdef size_t log_high = t.variables - s.log_low
    if t.placement_count == 0:
        return
    build_eq(s.low, CHUNK_STEP, r + log_high, s.log_low)
    l2zk_active.split_weights(s.low, CHUNK_STEP, larger(TILE, <size_t>1 << s.log_low), s.limbs)
    build_eq(s.high, s.high_stride, r, log_high)


cdef k3 stretch_at(const Stretches *s, const uint64_t *values, size_t count, size_t row, size_t step) noexcept nogil:
    """The sum of so many entries with the weights of their rows within a stretch; row: that of the first."""
    cdef size_t i, size = <size_t>1 << s.log_low
    cdef k3 sum = k_from(0)
    if count * SCATTERED <= size:
        for i in range(count):
            sum = k_add(sum, k_scale(planar_at(s.low, CHUNK_STEP, row + i * step), values[i]))
        return sum
    if step > 1 or count < size or size < TILE:
        memset(s.staged, 0, 8 * larger(size, TILE))
        for i in range(count):
            s.staged[row + i * step] = values[i]
        values = s.staged
    return l2zk_active.dot(s.limbs, CHUNK_STEP, values, larger(size, TILE))


cdef k3 sequence_at(const TablePlan *t, const Placement *p, const uint64_t *values, const Stretches *s,
                    const k3 *lagrange) noexcept nogil:
    """A sequence at the point: the sum over its entries of L_z*eq(r, y)*entry. (PROTOCOL 8.2)"""
    cdef size_t length = t.sequences[p.sequence].length, a = 0, row, stretch, following
    cdef size_t high = (<size_t>1 << (t.variables - s.log_low)) - 1
    cdef k3 sum = k_from(0), weight
    while a < length:
        row = p.first + a * p.step
        stretch = row >> s.log_low
        following = entries_before(t, p, (stretch + 1) << s.log_low)
        weight = k_mul(lagrange[row >> t.variables], planar_at(s.high, s.high_stride, stretch & high))
        row -= stretch << s.log_low
        sum = k_add(sum, k_mul(weight, stretch_at(s, values + a, following - a, row, p.step)))
        a = following
    return sum


cdef k3 shifted(const TablePlan *t, const k3 *lagrange, const k3 *r, const k3 *q, size_t offset) noexcept nogil:
    """The sum over the rows b of W(b - offset)*eq(q, b), W(z*M + y) = L_z*eq(r, y). (PROTOCOL 8.3)"""
    cdef size_t over = offset >> t.variables, low = offset & (t.height - 1), count = t.streams
    cdef size_t i, carry, bit, sum, z
    cdef k3 states[2]
    cdef k3 following[2]
    cdef k3 value = k_from(0), a, b, part
    states[0], states[1] = k_from(1), k_from(0)
    for i in range(t.variables):
        a, b = r[t.variables - 1 - i], q[t.log_rows - 1 - i]
        following[0] = following[1] = k_from(0)
        for carry in range(2):
            for bit in range(2):
                sum = bit + (low >> i & 1) + carry
                part = k_mul(a if bit else k_sub(k_from(1), a), b if sum & 1 else k_sub(k_from(1), b))
                following[sum >> 1] = k_add(following[sum >> 1], k_mul(states[carry], part))
        states[0], states[1] = following[0], following[1]
    for carry in range(2):
        part = k_from(0)
        for z in range(count):
            part = k_add(part, k_mul(lagrange[z], eq_at(q, t.skipped, (z + over + carry) & (count - 1))))
        value = k_add(value, k_mul(states[carry], part))
    return value
