# Known leaves: what both sides know of a table, at a point. (PROTOCOL 8.2)

cdef enum:
    LOG_STRETCH = 10             # row bits within a stretch of rows, at most: CHUNK
    SCATTERED = 8                # rows for an entry from which on entries are taken one by one

cdef struct Known:               # at a point of a table; what several leaves share is found when the first one needs it
    const Plan *plan
    const Public *publics        # by statement
    Spot spot
    k3 one
    # long sums over rows are taken in stretches: the low bits of a row have the same weights in all of them
    unsigned log_low             # row bits within a stretch
    bint has_low, has_high, has_blocks
    uint64_t *low                # eq of these, planar, whole tiles; then split
    uint64_t *limbs
    uint64_t *high               # eq of the row bits above them
    size_t high_stride
    uint64_t *staged             # a stretch's rows
    uint64_t *eq                 # of other bits
    size_t eq_stride
    k3 *blocks                   # the weight of each block of rows


cdef void place_known(Known *k, Arena *a, size_t eq_room) noexcept nogil:
    cdef const Plan *p = k.plan
    cdef const TablePlan *t
    cdef size_t i, high = 0, blocks = 1
    for i in range(p.table_count):
        t = p.tables + i
        blocks = larger(blocks, t.blocks)
        if t.placement_count:
            high = larger(high, (t.rows if t.interaction_count else t.height) >> LOG_STRETCH)
        if t.periodic_count:
            eq_room = larger(eq_room, larger(<size_t>1 << LOG_STRETCH, t.rows >> LOG_STRETCH))
    k.high_stride, k.eq_stride = high + 1 + TILE, larger(eq_room, blocks) + TILE
    k.low, k.limbs = place_words(a, 3 * CHUNK_STEP), place_words(a, 9 * CHUNK_STEP)
    k.high, k.eq = place_words(a, 3 * k.high_stride), place_words(a, 3 * k.eq_stride)
    k.staged, k.blocks = place_words(a, CHUNK), <k3 *>place(a, sizeof(k3) * blocks)


cdef void go_to(Known *k, const TablePlan *t, unsigned skipped, const k3 *weights, const k3 *r) noexcept nogil:
    """A point of another table; weights: NULL where nothing is skipped."""
    k.one = k_from(1)
    k.spot.table, k.spot.skipped, k.spot.weights = t, skipped, weights
    if weights == NULL:
        k.spot.weights = &k.one
    k.spot.count, k.spot.r = t.log_rows - skipped, r
    k.log_low = <unsigned>smaller(k.spot.count, LOG_STRETCH)
    k.has_low = k.has_high = k.has_blocks = False


cdef k3 known_at(Known *k, uint64_t kind, size_t index) noexcept nogil:
    """A known leaf at the point."""
    cdef const TablePlan *t = k.spot.table
    if kind == KNOWN_PERIODIC:
        return periodic_at(k, t.periodic + index)
    if kind == KNOWN_PLACEMENT:
        return sequence_at(k, t.placements + index)
    if kind == KNOWN_ROW:
        return number_at(&k.spot, 0, log_of_ratio(t.block, 1))
    if kind == KNOWN_SCALAR:
        return scalar_at(k, index)
    if kind == KNOWN_CONJUNCTION:
        return conjunction_at(&k.spot, index)
    return k_from(1)


# ---- what follows from the number of the row -------------------------------------------------------------------------

cdef k3 bits_at(const Spot *s, size_t low, size_t high) noexcept nogil:
    """The product of two bits of the row's number, which may be the same; bit 0 is the lowest."""
    cdef size_t z, both
    cdef k3 sum = k_from(0)
    if low < s.count:
        sum = s.r[s.count - 1 - low]
        return sum if low == high else k_mul(sum, bits_at(s, high, high))
    both = <size_t>1 << (low - s.count) | <size_t>1 << (high - s.count)
    for z in range(<size_t>1 << s.skipped):
        if z & both == both:
            sum = k_add(sum, s.weights[z])
    return sum


cdef k3 number_at(const Spot *s, size_t first, size_t last) noexcept nogil:
    """The number that the row's bits from `first` to below `last` make."""
    cdef size_t i
    cdef k3 sum = k_from(0)
    for i in reversed(range(first, last)):
        sum = k_add(k_add(sum, sum), bits_at(s, i, i))
    return sum


cdef k3 conjunction_at(const Spot *s, size_t bits) noexcept nogil:
    """The sum of 2^i*(bit i)*(bit b + i)."""
    cdef size_t i
    cdef k3 sum = k_from(0)
    for i in reversed(range(bits)):
        sum = k_add(k_add(sum, sum), bits_at(s, i, bits + i))
    return sum


# ---- scalars of stacked statements -----------------------------------------------------------------------------------

cdef void find_blocks(Known *k) noexcept nogil:
    """The weight of each block: eq and L on the bits of its number."""
    cdef const Spot *s = &k.spot
    cdef size_t outer = log_of_ratio(s.table.blocks, 1), z, y, rest
    k.has_blocks = True
    if outer < s.skipped:
        memset(k.blocks, 0, sizeof(k3) << outer)
        for z in range(<size_t>1 << s.skipped):
            y = z >> (s.skipped - outer)
            k.blocks[y] = k_add(k.blocks[y], s.weights[z])
        return
    rest = outer - s.skipped
    build_eq(k.eq, k.eq_stride, s.r, rest)
    for z in range(<size_t>1 << s.skipped):
        for y in range(<size_t>1 << rest):
            k.blocks[(z << rest) + y] = k_mul(s.weights[z], planar_at(k.eq, k.eq_stride, y))


cdef k3 scalar_at(Known *k, size_t i) noexcept nogil:
    """A public value, as a column that is constant on each block."""
    cdef const TablePlan *t = k.spot.table
    cdef size_t j
    cdef k3 sum = k_from(0)
    if t.blocks == 1:
        return k_from(scalar_of(t, public_of(k.plan, k.publics, t, 0), i))
    if not k.has_blocks:
        find_blocks(k)
    for j in range(t.blocks):
        sum = k_add(sum, k_scale(k.blocks[j], scalar_of(t, public_of(k.plan, k.publics, t, j), i)))
    return sum


# ---- periodic columns ------------------------------------------------------------------------------------------------

cdef void find_low(Known *k) noexcept nogil:
    k.has_low = True
    build_eq(k.low, CHUNK_STEP, k.spot.r + (k.spot.count - k.log_low), k.log_low)
    l2zk_active.split_weights(k.low, CHUNK_STEP, larger(TILE, <size_t>1 << k.log_low), k.limbs)


cdef k3 periodic_at(Known *k, const Periodic *p) noexcept nogil:
    """A periodic column: its values are those of one stream of rows, or of several."""
    cdef const Spot *s = &k.spot
    cdef size_t log_low = smaller(p.log_period, s.count), a, z, streams = (<size_t>1 << p.log_period) >> log_low
    cdef k3 sum = k_from(0), weight
    if log_low <= LOG_STRETCH:
        build_eq(k.eq, k.eq_stride, s.r + (s.count - log_low), log_low)
    else:
        build_eq(k.eq, k.eq_stride, s.r + (s.count - log_low), log_low - LOG_STRETCH)
        if not k.has_low:
            find_low(k)
    for a in range(streams):
        weight = k_from(1 if streams == 1 else 0)
        for z from a <= z < (<size_t>1 << s.skipped if streams > 1 else 0) by streams:
            weight = k_add(weight, s.weights[z])
        sum = k_add(sum, k_mul(weight, values_at(k, p.values + (a << log_low), log_low)))
    return sum


cdef k3 values_at(const Known *k, const uint64_t *values, size_t log_count) noexcept nogil:
    """The sum of so many values with eq of the last coordinates, of all of them or of those above a stretch."""
    cdef size_t i
    cdef k3 sum = k_from(0), part
    if log_count <= LOG_STRETCH:
        for i in range(<size_t>1 << log_count):
            sum = k_add(sum, k_scale(planar_at(k.eq, k.eq_stride, i), values[i]))
        return sum
    for i in range(<size_t>1 << (log_count - LOG_STRETCH)):
        part = l2zk_active.dot(k.limbs, CHUNK_STEP, values + (i << LOG_STRETCH), <size_t>1 << LOG_STRETCH)
        sum = k_add(sum, k_mul(planar_at(k.eq, k.eq_stride, i), part))
    return sum


# ---- sequences -------------------------------------------------------------------------------------------------------

cdef k3 stretch_at(const Known *k, const uint64_t *values, size_t count, size_t row, size_t step) noexcept nogil:
    """The sum of so many entries with the weights of their rows within a stretch; row: that of the first."""
    cdef size_t i, size = <size_t>1 << k.log_low
    cdef k3 sum = k_from(0)
    if count * SCATTERED <= size:
        for i in range(count):
            sum = k_add(sum, k_scale(planar_at(k.low, CHUNK_STEP, row + i * step), values[i]))
        return sum
    if step > 1 or count < size or size < TILE:
        memset(k.staged, 0, 8 * larger(size, TILE))
        for i in range(count):
            k.staged[row + i * step] = values[i]
        values = k.staged
    return l2zk_active.dot(k.limbs, CHUNK_STEP, values, larger(size, TILE))


cdef k3 entries_at(const Known *k, const Placement *p, size_t block) noexcept nogil:
    """The entries that stand in a block of rows."""
    cdef const Spot *s = &k.spot
    cdef const TablePlan *t = s.table
    cdef const uint64_t *values = public_of(k.plan, k.publics, t, block).sequences[p.sequence]
    cdef size_t length = t.sequences[p.sequence].length, a = 0, start = block * t.block, row, stretch, following
    cdef size_t high = (<size_t>1 << (s.count - k.log_low)) - 1
    cdef k3 sum = k_from(0), weight
    while a < length:
        row = start + p.first + a * p.step
        stretch = row >> k.log_low
        following = entries_before(t, p, ((stretch + 1) << k.log_low) - start)
        weight = k_mul(s.weights[row >> s.count], planar_at(k.high, k.high_stride, stretch & high))
        row -= stretch << k.log_low
        sum = k_add(sum, k_mul(weight, stretch_at(k, values + a, following - a, row, p.step)))
        a = following
    return sum


cdef k3 sequence_at(Known *k, const Placement *p) noexcept nogil:
    """A sequence: the sum over its entries of all blocks of L_z*eq(r, y)*entry."""
    cdef size_t block
    cdef k3 sum = k_from(0)
    if not k.has_low:
        find_low(k)
    if not k.has_high:
        k.has_high = True
        build_eq(k.high, k.high_stride, k.spot.r, k.spot.count - k.log_low)
    for block in range(k.spot.table.blocks):
        sum = k_add(sum, entries_at(k, p, block))
    return sum
