# The first round of the zerocheck, over the skipped bits: values of the constraints at points outside G. (PROTOCOL 6.4)
#
# G is the subgroup of 2^k elements. Q is found from its values at points of F: a few by a sum over the streams each,
# many on cosets of G.

cdef const uint64_t *stream(const uint64_t *values, size_t rows, size_t at, size_t count,
                            uint64_t *staged) noexcept nogil:
    """`count` values from row `at` on, rows counted modulo `rows`; copied where they are not next to each other."""
    cdef size_t i
    at &= rows - 1
    if at + count + TILE <= rows:
        return values + at
    for i in range(count):
        staged[i] = values[(at + i) & (rows - 1)]
    return staged


cdef void load_streams(const TablePlan *t, const uint64_t *values, size_t rows, size_t at, size_t count, size_t step,
                       const uint64_t **sources, uint64_t *staged) noexcept nogil:
    """The streams of a column from row `at` of each on. step: words of staging for a stream."""
    cdef size_t z
    for z in range(t.streams):
        sources[z] = stream(values, rows, at + (z << t.variables), count, staged + z * step)


cdef void load_scalar(const TablePlan *t, const uint64_t *values, size_t at, size_t count, size_t step,
                      const uint64_t **sources, uint64_t *staged) noexcept nogil:
    """The same of a column that has one value on all rows of a block."""
    cdef size_t z, i, row
    cdef unsigned log_block = log_of_ratio(t.block, 1)
    for z in range(t.streams):
        sources[z], row = staged + z * step, at + (z << t.variables)
        for i in range(count):
            staged[z * step + i] = values[((row + i) & (t.rows - 1)) >> log_block]


cdef inline uint64_t coset_start(size_t c) noexcept nogil:
    """g_c: cosets of a group of 2^16, so those of G are distinct."""
    return f_mul(GENERATOR, f_pow(f_root(16), c))


cdef void prepare_streams(Streams *s, bint bits) noexcept nogil:
    """The points, and what takes the streams to them."""
    cdef size_t streams = <size_t>1 << s.skipped, c, i, z
    cdef uint64_t root = f_root(s.skipped), start, point, power
    cdef k3 weights[MOST_STREAMS]
    for i in range(DIRECT_POINTS):
        s.points[i] = coset_start(i)
        lagrange_at(s.skipped, k_from(s.points[i]), weights)
        for z in range(streams):
            s.direct[i * streams + z] = weights[z].c[0]
    for c in range(s.cosets):
        start = coset_start(c)
        point = start
        for i in range(streams):
            s.points[DIRECT_POINTS + c * streams + i] = point
            point = f_mul(point, root)
            power = f_pow(start, bit_reversed(i, s.skipped))
            s.coset_factors[c * streams + i] = f_prepare(f_mul(power, f_inv(streams)))
    for i in range(streams):
        s.roots[i], s.unroots[i] = f_prepare(f_pow(root, i)), f_prepare(f_pow(f_inv(root), i))
    if bits and s.cosets_of_bits:
        prepare_bits(s)


# The points of a table: those one by one, then the cosets.

cdef inline size_t all_points(const TablePlan *t) noexcept nogil:
    return t.direct + (t.most_cosets << t.skipped)


cdef inline size_t point_number(const TablePlan *t, size_t coset, size_t i) noexcept nogil:
    """Point i of those one by one, or of coset `coset` - 1."""
    return i + (t.direct + ((coset - 1) << t.skipped) if coset else 0)


cdef inline uint64_t point_of(const TableArgument *s, size_t number) noexcept nogil:
    if number >= s.table.direct:
        number += DIRECT_POINTS - s.table.direct
    return s.streams.points[number]


cdef void prepare_selectors(const TableArgument *s) noexcept nogil:
    """The selectors at the points."""
    cdef const TablePlan *t = s.table
    cdef size_t i, g
    cdef k3 inside, outside
    for i in range(all_points(t)):
        for g in range(t.domain_count):
            selector_factors(t, t.selectors + g, k_from(point_of(s, i)), &inside, &outside)
            s.factors[2 * (i * t.domain_count + g)] = inside.c[0]
            s.factors[2 * (i * t.domain_count + g) + 1] = outside.c[0]


# ---- a tile of constraints at the points -----------------------------------------------------------------------------

cdef void extend_tile(const TableArgument *s, const uint64_t **sources, size_t count, size_t coset,
                      uint64_t *out) noexcept nogil:
    """A column's values from its streams', EXTENDED_STEP words apart: at the points one by one, or on coset
    `coset` - 1."""
    cdef const Streams *g = s.streams
    if coset:
        l2zk_active.extend_streams(sources, g.skipped, count, g.unroots, g.roots,
                                   g.coset_factors + ((coset - 1) << g.skipped), out, EXTENDED_STEP)
    else:
        l2zk_active.extend_streams_directly(sources, s.table.streams, count, g.direct, s.table.direct, out,
                                            EXTENDED_STEP)


cdef inline bint is_long(const TablePlan *t, size_t known) noexcept nogil:
    """A known column that differs from stream to stream."""
    return known_rows(t, known) > t.height


cdef inline size_t extended_arrays(const TablePlan *t) noexcept nogil:
    return t.window_count + known_count(t)


# A table of few rows a stream has several points in a tile, `step` words apart; behind them there may be anything.
cdef inline size_t step_of_points(const TablePlan *t) noexcept nogil:
    """The words from the values of one point to those of the next one, in each array."""
    cdef size_t w, step = t.height
    for w in range(t.window_count):
        step = larger(step, t.height + t.windows[w].span)
    return step if 2 * step <= TILE else EXTENDED_STEP


cdef inline size_t points_in_a_tile(size_t step) noexcept nogil:
    return TILE // step if step < EXTENDED_STEP else 1


cdef void close_up(size_t arrays, size_t points, size_t step, uint64_t *extended) noexcept nogil:
    """Move the points of each array next to each other, if they are to be."""
    cdef size_t w, i
    for w from 0 <= w < arrays * points * EXTENDED_STEP by points * EXTENDED_STEP:
        for i in range(1, points if step < EXTENDED_STEP else 1):
            memcpy(extended + w + i * step, extended + w + i * EXTENDED_STEP, 8 * step)


cdef void known_at_points(const uint64_t *values, size_t rows, size_t height, size_t step, size_t points,
                          uint64_t *out) noexcept nogil:
    """A known column that is the same in all streams, once for each point."""
    cdef size_t i, y
    for i in range(points):
        for y in range(height):
            out[i * step + y] = values[y & (rows - 1)]


cdef void selectors_at_points(const TableArgument *s, size_t point, size_t g, size_t step, size_t points,
                              uint64_t *out) noexcept nogil:
    """A domain's selector at neighbouring points."""
    cdef const TablePlan *t = s.table
    cdef const uint64_t *factor = s.factors + 2 * (point * t.domain_count + g)
    cdef const Selector *selector = t.selectors + g
    cdef size_t i, y
    for i in range(points):
        for y in range(t.height):
            out[i * step + y] = factor[0 if selector.partial == 0 or is_in(selector, y) else 1]
        factor += 2 * t.domain_count


cdef void selector_tile(const TableArgument *s, size_t point, size_t g, size_t y, uint64_t *out) noexcept nogil:
    """A domain's selector at a point, on the rows from y on."""
    cdef const Selector *selector = s.table.selectors + g
    cdef const uint64_t *factor = s.factors + 2 * (point * s.table.domain_count + g)
    cdef size_t i, at = y & (selector.period - 1)
    cdef uint64_t value = factor[0]
    cdef bint whole = selector.partial == 0 or (selector.step == 1 and selector.first <= at
                                                and at + TILE <= selector.last)
    if not whole and selector.step == 1 and selector.period >= TILE and (
            at >= selector.last or at + TILE <= selector.first):
        value, whole = factor[1], True
    for i in range(TILE):
        out[i] = value if whole or is_in(selector, y + i) else factor[1]


cdef inline bint touches(const Selector *s, size_t y) noexcept nogil:
    """False where the selector is 0 on the rows y, y + 1 ... of a tile."""
    cdef size_t at = y & (s.period - 1)
    if s.full or s.partial == 0:
        return True
    if is_one_row(s):
        return has_row(the_one_row(s), repeats_after(s), y)
    return s.period < TILE or (at < s.last and at + TILE > s.first)


cdef const LiveCode *live_in(const TablePlan *t, size_t y, size_t coset) noexcept nogil:
    """The code of the domains that have rows of the tile and are evaluated there, or NULL."""
    cdef size_t g
    cdef bint some = False, sparse = False
    for g in range(t.domain_count):
        if is_evaluated(t.selectors + g, coset) and touches(t.selectors + g, y):
            some, sparse = True, sparse or is_sparse(t.selectors + g)
    return t.live + t.live_of[2 * coset + sparse] if some else NULL


cdef void skip_tile(Prover *v, TableArgument *s, size_t y, unsigned worker) noexcept nogil:
    """Add the constraints on the rows y, y + 1 ... to the sums of the points."""
    cdef const TablePlan *t = s.table
    cdef size_t coset, i, points, step = step_of_points(t), together = points_in_a_tile(step)
    cdef uint64_t *extended = v.scratch[worker]
    cdef uint64_t *staged = extended + extended_arrays(t) * MOST_STREAMS * EXTENDED_STEP
    cdef const LiveCode *live
    for coset in range(t.most_cosets + 1):
        live = live_in(t, y, coset)
        if live == NULL:
            continue
        points = t.streams if coset else t.direct
        extend_arrays(s, live, y, coset, points, extended, staged)
        close_up(extended_arrays(t), points, step, extended)
        for i from 0 <= i < points by together:
            skip_points(v, s, live, y, coset, i, smaller(together, points - i), extended + i * step,
                        points * EXTENDED_STEP, staged, worker)


cdef void extend_arrays(const TableArgument *s, const LiveCode *live, size_t y, size_t coset, size_t points,
                        uint64_t *extended, uint64_t *staged) noexcept nogil:
    """What the code reads, at the points, for a tile: windows, and known columns that differ from stream to stream."""
    cdef const TablePlan *t = s.table
    cdef const uint64_t *sources[MOST_STREAMS]
    cdef size_t w, i, rows = smaller(TILE, t.height)
    for w in range(t.window_count):
        if live.windows[w] and 0 < coset <= s.streams.cosets_of_bits and is_narrow(s.part, t.windows[w].column):
            extend_narrow_tile(s, t.windows[w].column, y + t.windows[w].first, rows + t.windows[w].span, coset,
                               extended + w * points * EXTENDED_STEP, staged)
        elif live.windows[w]:
            load_streams(t, column_in(s.part, t.windows[w].column), t.rows, y + t.windows[w].first,
                         rows + t.windows[w].span, EXTENDED_STEP, sources, staged)
            extend_tile(s, sources, rows + t.windows[w].span, coset, extended + w * points * EXTENDED_STEP)
    for i in range(known_count(t)):
        if not live.known[i] or not is_long(t, i):
            continue
        if is_scalar(t, i):
            load_scalar(t, known_in(s.part, i), y, rows, EXTENDED_STEP, sources, staged)
        else:
            load_streams(t, known_in(s.part, i), known_rows(t, i), y, rows, EXTENDED_STEP, sources, staged)
        extend_tile(s, sources, rows, coset, extended + (t.window_count + i) * points * EXTENDED_STEP)


cdef void skip_points(Prover *v, TableArgument *s, const LiveCode *live, size_t y, size_t coset, size_t i,
                      size_t points, uint64_t *extended, size_t apart, uint64_t *scratch,
                      unsigned worker) noexcept nogil:
    """The same at points from i on, in one tile; array w's tile is extended + w*apart."""
    cdef const TablePlan *t = s.table
    cdef const l2zk_code *code = &live.code
    cdef uint64_t **slots = v.slots[worker]
    cdef uint64_t *results = scratch + TILE * code.vector_count
    cdef size_t k, known, cosets, step = step_of_points(t)
    for k in range(code.vector_count):
        slots[k] = scratch + TILE * k
        if k >= code.load_count or not live.loads[k]:
            continue
        if code.loads[k][0] == 0:
            slots[k] = extended + t.pairs[t.pair_of[k]].window * apart + t.pairs[t.pair_of[k]].place
            continue
        known = t.known_of[k]
        if is_long(t, known):
            slots[k] = extended + (t.window_count + known) * apart
        elif points_in_a_tile(step) > 1:
            known_at_points(known_in(s.part, known), known_rows(t, known), t.height, step, points, slots[k])
        else:
            slots[k] = <uint64_t *>tile_at(known_in(s.part, known), known_rows(t, known), y, slots[k])
    l2zk_active.store_results(code, slots, s.part.uniforms, results)
    for cosets in range(coset, (t.most_cosets if coset else 0) + 1):
        add_domains(v, s, y, cosets, coset, i, points, results, worker)


cdef void add_domains(Prover *v, const TableArgument *s, size_t y, size_t cosets, size_t coset, size_t i,
                      size_t points, uint64_t *results, unsigned worker) noexcept nogil:
    """Add the constraints that are evaluated on so many cosets to their sums of the points."""
    cdef const TablePlan *t = s.table
    cdef uint64_t *tiles = results + TILE * t.constraint_count
    cdef l2zk_group *joined = v.on_domains[worker]
    cdef const uint64_t **members = v.members[worker]
    cdef uint64_t *sum[3]
    cdef const uint64_t *eq = v.argument.eq.levels[t.variables] + y
    cdef size_t g, k, at = 0, count = 0, place = 0, step = step_of_points(t)
    cdef k3 *sums = v.argument.sums + worker * v.argument.sum_count + s.first_sum
    for g in range(t.domain_count):
        if t.selectors[g].cosets == cosets and touches(t.selectors + g, y):
            place = t.selectors[g].sums
            if points_in_a_tile(step) > 1:
                selectors_at_points(s, point_number(t, coset, i), g, step, points, tiles + TILE * g)
            else:
                selector_tile(s, point_number(t, coset, i), g, y, tiles + TILE * g)
            joined[count].selector = tiles + TILE * g
            joined[count].results, joined[count].powers = members + at, s.alpha_limbs + at
            joined[count].count = t.domain_sizes[g]
            count += 1
            for k in range(at, at + t.domain_sizes[g]):
                members[k] = results + TILE * t.by_domain[k]
        at += t.domain_sizes[g]
    if count == 0:
        return
    for k in range(3):
        sum[k] = tiles + TILE * (t.domain_count + k)
    l2zk_active.combine_groups(joined, count, sum)
    place += i + ((coset - 1) << t.skipped if coset else 0)
    for k in range(points):
        sums[place + k] = k_add(sums[place + k], l2zk_active.dot_extension(
            sum[0] + k * step, TILE, eq, eq_stride(t.variables), smaller(TILE, t.height - y)))


cdef void skip_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of rows of a table."""
    cdef Prover *v = <Prover *>context
    cdef Argument *a = &v.argument
    cdef size_t i = owner_of(a.first_stretch, a.stated_count, task), y, last
    cdef TableArgument *s = a.stated[i]
    task -= a.first_stretch[i]
    last = smaller((task + 1) * ROWS_A_TASK, s.table.height)
    for y from task * ROWS_A_TASK <= y < last by TILE:
        if l2zk_crew_cancelled(v.crew):
            return
        skip_tile(v, s, y, worker)
