# Known columns and selectors with the skipped bits bound to x, in the rounds over the row bits. (PROTOCOL 6.4)
#
# An array has no more elements than what it repeats, and a selector that differs from a constant on one row of each
# period has none at all. The top variable of all rows that are left matters only where it stands within a period.

cdef inline size_t bound_count(const TablePlan *t, size_t i) noexcept nogil:
    """The elements of a known column."""
    return larger(t.height // t.block, 1) if is_scalar(t, i) else smaller(known_rows(t, i), t.height)


cdef inline size_t bound_selector_count(const Selector *s) noexcept nogil:
    """The elements of a selector."""
    return 0 if s.partial == 0 or is_one_row(s) or is_all_but_one(s) else s.period


cdef inline size_t bound_stride(size_t count) noexcept nogil:
    return count + 2 * TILE


cdef void bind_scalar(const TableArgument *s, size_t i, BoundKnown *out) noexcept nogil:
    """A public value by block: one element for each block of a stream."""
    cdef const TablePlan *t = s.table
    cdef const uint64_t *values = known_in(s.part, i)
    cdef size_t e, z
    cdef k3 sum
    out.run = log_of_ratio(smaller(t.block, t.height), 1)
    for e in range(out.count):
        sum = k_from(0)
        for z in range(t.streams):
            sum = k_add(sum, k_scale(s.streams.lagrange[z], values[((z << t.variables) + (e << out.run)) // t.block]))
        planar_put(out.values, out.stride, e, sum)


cdef void bind_known_columns(const TableArgument *s) noexcept nogil:
    """Known columns but those that differ from stream to stream, which are bound like windows."""
    cdef const TablePlan *t = s.table
    cdef BoundKnown *known
    cdef size_t i, e
    for i in range(known_count(t)):
        known = s.known + i
        known.count, known.run = bound_count(t, i), 0
        if is_scalar(t, i):
            bind_scalar(s, i, known)
        elif not is_long(t, i):
            for e in range(known.count):
                planar_put(known.values, known.stride, e, k_from(known_in(s.part, i)[e]))


cdef void bind_selectors(const TableArgument *s) noexcept nogil:
    cdef const Selector *selector
    cdef BoundSelector *out
    cdef size_t g, y
    cdef k3 inside, outside
    for g in range(s.table.domain_count):
        selector, out = s.table.selectors + g, s.selectors + g
        selector_factors(s.table, selector, s.streams.x, &inside, &outside)
        out.base, out.more, out.period = inside, k_from(0), 0
        out.values.count, out.values.run = bound_selector_count(selector), 0
        for y in range(out.values.count):
            planar_put(out.values.values, out.values.stride, y, inside if is_in(selector, y) else outside)
        if is_one_row(selector):
            out.base, out.more = outside, k_sub(inside, outside)
        elif is_all_but_one(selector):
            out.more = k_sub(outside, inside)
        if selector.partial and out.values.count == 0:
            out.row, out.period = the_one_row(selector), repeats_after(selector)


# ---- in a round over `half` pairs of rows ----------------------------------------------------------------------------

cdef inline bint is_halved(const BoundKnown *k, size_t half) noexcept nogil:
    """True if the top variable is one of the column's."""
    return k.count > 1 and k.count << k.run > half


cdef k3 bound_at(const BoundKnown *k, size_t half, size_t e, uint64_t x) noexcept nogil:
    """Element e with the top variable set to x."""
    cdef k3 low
    if not is_halved(k, half):
        return planar_at(k.values, k.stride, e & (k.count - 1))
    e &= k.count // 2 - 1
    low = planar_at(k.values, k.stride, e)
    return k_add(low, k_scale(k_sub(planar_at(k.values, k.stride, e + k.count // 2), low), x))


cdef void load_bound(const BoundKnown *k, size_t half, size_t y, uint64_t x, uint64_t *tile) noexcept nogil:
    """A tile of a known column with the top variable set to x."""
    cdef size_t i = 0, c, last
    cdef k3 value
    if k.run == 0 and is_halved(k, half):
        l2zk_active.set_top(k.values + y, k.stride, half, x, tile, smaller(TILE, half - y))
    elif k.run == 0 and k.count >= TILE:
        for c in range(3):
            memcpy(tile + c * TILE, k.values + c * k.stride + (y & (k.count - 1)), 8 * TILE)
    else:
        while i < TILE:
            value = bound_at(k, half, (y + i) >> k.run, x)
            last = smaller(TILE, ((((y + i) >> k.run) + 1) << k.run) - y)
            for i in range(i, last):
                planar_put(tile, TILE, i, value)
            i = last


cdef void fold_bound(BoundKnown *k, size_t half, k3 r) noexcept nogil:
    if is_halved(k, half):
        k.count //= 2
        l2zk_active.fold_pairs(k.values, k.stride, k.count, k.count, r)


cdef void load_selector(const BoundSelector *s, size_t half, size_t y, uint64_t x, uint64_t *tile) noexcept nogil:
    """A tile of a selector with the top variable set to x."""
    cdef size_t i, c, period = smaller(s.period, half)
    cdef k3 value = s.more
    if s.values.count:
        load_bound(&s.values, half, y, x, tile)
        return
    for c in range(3):
        fill_tile(tile + c * TILE, s.base.c[c])
    if s.period > half:
        value = k_scale(value, x if s.row >= half else f_sub(1, x))
    value = k_add(s.base, value)
    if period:
        for i from (s.row - y) & (period - 1) <= i < TILE by period:
            planar_put(tile, TILE, i, value)


cdef inline void fill_tile(uint64_t *tile, uint64_t value) noexcept nogil:
    cdef size_t i
    for i in range(TILE):
        tile[i] = value


cdef void fold_selector(BoundSelector *s, size_t half, k3 r) noexcept nogil:
    if s.values.count:
        fold_bound(&s.values, half, r)
    elif s.period > half:
        s.more = k_mul(s.more, r if s.row >= half else k_sub(k_from(1), r))
        s.row, s.period = s.row & (half - 1), half
