# The first round of the zerocheck, over the skipped bits: Q from the values of the constraints at points outside G.
# (PROTOCOL 6.4)
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


cdef void load_streams(const Prover *v, const uint64_t *values, size_t rows, size_t at, size_t count, size_t step,
                       const uint64_t **sources, uint64_t *staged) noexcept nogil:
    """The streams of a column from row `at` of each on. step: words of staging for a stream."""
    cdef const TablePlan *t = &v.plan.table
    cdef size_t z
    for z in range(t.streams):
        sources[z] = stream(values, rows, at + (z << t.variables), count, staged + z * step)


cdef inline size_t all_points(const TablePlan *t) noexcept nogil:
    """Points: those one by one, then the cosets."""
    return t.direct + (t.most_cosets << t.skipped)


cdef inline uint64_t coset_start(size_t c) noexcept nogil:
    """g_c: cosets of a group of 2^16, so those of G are distinct."""
    return f_mul(GENERATOR, f_pow(f_root(16), c))


cdef void prepare_points(Prover *v) noexcept nogil:
    """The points, what takes the streams to them, and the selectors there."""
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t streams = t.streams, c, i, g
    cdef uint64_t root = f_root(t.skipped), start, point, power
    cdef k3 inside, outside
    cdef k3 weights[MOST_STREAMS]
    for i in range(t.direct):
        a.points[i] = coset_start(i)
        lagrange_at(t.skipped, k_from(a.points[i]), weights)
        for g in range(streams):
            a.direct[i * streams + g] = weights[g].c[0]
    for c in range(t.most_cosets):
        start = coset_start(c)
        point = start
        for i in range(streams):
            a.points[t.direct + c * streams + i] = point
            point = f_mul(point, root)
            power = f_pow(start, bit_reversed(i, t.skipped))
            a.coset_factors[c * streams + i] = f_prepare(f_mul(power, f_inv(streams)))
    for i in range(streams):
        a.roots[i], a.unroots[i] = f_prepare(f_pow(root, i)), f_prepare(f_pow(f_inv(root), i))
    for i in range(all_points(t)):
        for g in range(t.group_count):
            selector_factors(t, t.selectors + g, k_from(a.points[i]), &inside, &outside)
            fill_tile(a.factors + 2 * TILE * (i * t.group_count + g), inside.c[0])
            fill_tile(a.factors + 2 * TILE * (i * t.group_count + g) + TILE, outside.c[0])


cdef inline void fill_tile(uint64_t *tile, uint64_t value) noexcept nogil:
    cdef size_t i
    for i in range(TILE):
        tile[i] = value


cdef void extend_tile(const Prover *v, const uint64_t *values, size_t rows, size_t at, size_t count, size_t coset,
                      uint64_t *out, uint64_t *staged) noexcept nogil:
    """A column's values from row `at` of each stream on, EXTENDED_STEP words apart: at the points one by one, or on
    coset `coset` - 1."""
    cdef const TablePlan *t = &v.plan.table
    cdef const Argument *a = &v.argument
    cdef const uint64_t *sources[MOST_STREAMS]
    load_streams(v, values, rows, at, count, EXTENDED_STEP, sources, staged)
    if coset:
        l2zk_active.extend_streams(sources, t.skipped, count, a.unroots, a.roots,
                                   a.coset_factors + (coset - 1) * t.streams, out, EXTENDED_STEP)
    else:
        l2zk_active.extend_streams_directly(sources, t.streams, count, a.direct, t.direct, out, EXTENDED_STEP)


cdef inline bint is_long(const TablePlan *t, size_t known) noexcept nogil:
    """A known column that differs from stream to stream."""
    return known_rows(t, known) > t.height


cdef inline size_t extended_arrays(const TablePlan *t) noexcept nogil:
    return t.window_count + known_count(t)


cdef const uint64_t *selector_tile(const Prover *v, size_t point, size_t g, size_t y, uint64_t *out) noexcept nogil:
    """A group's selector at a point, on the rows from y on."""
    cdef const TablePlan *t = &v.plan.table
    cdef const Selector *s = t.selectors + g
    cdef const uint64_t *inside = v.argument.factors + 2 * TILE * (point * t.group_count + g)
    cdef size_t i
    if s.partial == 0 or (s.step == 1 and s.first <= y and y + TILE <= s.last):
        return inside
    if y >= s.last or y + TILE <= s.first:
        return inside + TILE
    for i in range(TILE):
        out[i] = inside[i] if is_in(s, y + i) else inside[TILE + i]
    return out


cdef inline bint touches(const Selector *s, size_t y) noexcept nogil:
    """False where the selector is 0 on the rows y, y + 1 ... of a tile."""
    return s.full or s.partial == 0 or s.step > 1 or (y < s.last and y + TILE > s.first)


cdef bint is_wanted(const TablePlan *t, size_t y, size_t coset) noexcept nogil:
    """True if some group has rows of the tile and is evaluated there: one by one, or on coset `coset` - 1."""
    cdef size_t g
    for g in range(t.group_count):
        if touches(t.selectors + g, y) and t.selectors[g].cosets >= coset and (coset or t.selectors[g].cosets == 0):
            return True
    return False


cdef void skip_tile(Prover *v, size_t y, unsigned worker) noexcept nogil:
    """Add the constraints on the rows y, y + 1 ... to the sums of the points."""
    cdef const TablePlan *t = &v.plan.table
    cdef size_t streams = t.streams, coset, i, w, points
    cdef uint64_t *extended = v.scratch[worker]
    cdef uint64_t *staged = extended + extended_arrays(t) * MOST_STREAMS * EXTENDED_STEP
    for coset in range(t.most_cosets + 1):
        if not is_wanted(t, y, coset):
            continue
        points = streams if coset else t.direct
        for w in range(t.window_count):
            extend_tile(v, trace_column(v, t.windows[w].column), t.rows, y + t.windows[w].first,
                        TILE + t.windows[w].span, coset, extended + w * points * EXTENDED_STEP, staged)
        for i in range(known_count(t)):
            if is_long(t, i):
                extend_tile(v, known_values(v, i), known_rows(t, i), y, TILE, coset,
                            extended + (t.window_count + i) * points * EXTENDED_STEP, staged)
        for i in range(points):
            skip_point(v, y, coset, i, extended + i * EXTENDED_STEP, points * EXTENDED_STEP, staged, worker)


cdef void skip_point(Prover *v, size_t y, size_t coset, size_t i, uint64_t *extended, size_t apart, uint64_t *scratch,
                     unsigned worker) noexcept nogil:
    """The same at one point; array w's tile is extended + w*apart."""
    cdef const TablePlan *t = &v.plan.table
    cdef const l2zk_code *code = &t.constraints
    cdef uint64_t **slots = v.slots[worker]
    cdef uint64_t *results = scratch + TILE * code.vector_count
    cdef size_t k, known, cosets
    for k in range(code.vector_count):
        slots[k] = scratch + TILE * k
        if k >= code.load_count:
            continue
        if code.loads[k][0] == 0:
            slots[k] = extended + t.pairs[t.pair_of[k]].window * apart + t.pairs[t.pair_of[k]].place
            continue
        known = known_of(t, code.loads[k])
        if is_long(t, known):
            slots[k] = extended + (t.window_count + known) * apart
        else:
            slots[k] = <uint64_t *>tile_at(known_values(v, known), known_rows(t, known), y, slots[k])
    l2zk_active.store_results(code, slots, v.uniforms, results)
    for cosets in range(coset, (t.most_cosets if coset else 0) + 1):
        add_groups(v, y, cosets, coset, i, results, worker)


cdef void add_groups(Prover *v, size_t y, size_t cosets, size_t coset, size_t i, uint64_t *results,
                     unsigned worker) noexcept nogil:
    """Add the groups that are evaluated on so many cosets to their sum of the point."""
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef uint64_t *tiles = results + TILE * t.constraint_count
    cdef l2zk_group *groups = v.groups[worker]
    cdef const uint64_t **members = v.members[worker]
    cdef uint64_t *sum[3]
    cdef size_t g, k, at = 0, count = 0, place
    cdef size_t point = i + (t.direct + ((coset - 1) << t.skipped) if coset else 0)
    for g in range(t.group_count):
        if t.selectors[g].cosets == cosets and touches(t.selectors + g, y):
            place = t.selectors[g].sums
            groups[count].selector = selector_tile(v, point, g, y, tiles + TILE * g)
            groups[count].results, groups[count].powers = members + at, a.alpha_limbs + at
            groups[count].count = t.group_sizes[g]
            count += 1
        for k in range(at, at + t.group_sizes[g]):
            members[k] = results + TILE * t.in_groups[k]
        at += t.group_sizes[g]
    if count == 0:
        return
    for k in range(3):
        sum[k] = tiles + TILE * (t.group_count + k)
    l2zk_active.combine_groups(groups, count, sum)
    place += worker * a.sum_count + i + ((coset - 1) << t.skipped if coset else 0)
    a.sums[place] = k_add(a.sums[place], l2zk_active.dot_extension(sum[0], TILE, a.eq + y, a.stride,
                                                                   smaller(TILE, t.height - y)))


cdef void skip_task(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef Prover *v = <Prover *>context
    cdef size_t y, last = smaller((task + 1) * ROWS_A_TASK, v.plan.table.height)
    for y from task * ROWS_A_TASK <= y < last by TILE:
        if l2zk_crew_cancelled(v.crew):
            return
        skip_tile(v, y, worker)


cdef void interpolate_at(const uint64_t *points, const k3 *values, size_t count, k3 *out) noexcept nogil:
    """The coefficients of the polynomial over K with these values at a few points of F, by Lagrange."""
    cdef uint64_t whole[MOST_DEGREE + 2]
    cdef uint64_t basis[MOST_DEGREE + 2]
    cdef size_t i, j
    cdef uint64_t scale
    memset(whole, 0, sizeof(whole))
    whole[0] = 1
    for i in range(count):               # the product of X - point
        for j in reversed(range(1, i + 2)):
            whole[j] = f_sub(whole[j - 1], f_mul(points[i], whole[j]))
        whole[0] = f_neg(f_mul(points[i], whole[0]))
    for j in range(count):
        out[j] = k_from(0)
    for i in range(count):
        basis[count - 1] = whole[count]
        for j in reversed(range(count - 1)):
            basis[j] = f_add(whole[j + 1], f_mul(points[i], basis[j + 1]))
        scale = basis[count - 1]
        for j in reversed(range(count - 1)):
            scale = f_add(f_mul(scale, points[i]), basis[j])
        scale = f_inv(scale)
        for j in range(count):
            out[j] = k_add(out[j], k_scale(values[i], f_mul(basis[j], scale)))


cdef void add_from_cosets(Prover *v, size_t cosets, k3 *values) noexcept nogil:
    """Add to Q the polynomial with these values on so many cosets."""
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t streams = t.streams, c, i, j
    cdef uint64_t unroot = f_inv(f_root(t.skipped)), scale
    cdef uint64_t turns[MOST_LEAVES]
    cdef k3 column[MOST_LEAVES]
    cdef k3 found[MOST_LEAVES]
    cdef k3 remainder[MOST_STREAMS]
    for c in range(cosets):              # modulo X^(2^k) - g_c^(2^k), a transform of 2^k values
        scale = f_inv(streams)
        for i in range(streams):
            remainder[i] = k_from(0)
            for j in range(streams):
                remainder[i] = k_add(remainder[i], k_scale(values[c * streams + j], f_pow(unroot, i * j % streams)))
            remainder[i] = k_scale(remainder[i], scale)
            scale = f_mul(scale, f_inv(coset_start(c)))
        memcpy(values + c * streams, remainder, sizeof(k3) * streams)
        turns[c] = f_pow(coset_start(c), streams)
    for i in range(streams):             # and a polynomial in X^(2^k) for each power of X below
        for c in range(cosets):
            column[c] = values[c * streams + i]
        interpolate_at(turns, column, cosets, found)
        for c in range(cosets):
            if c * streams + i < v.plan.q_length:
                a.Q[c * streams + i] = k_add(a.Q[c * streams + i], found[c])


cdef void find_Q(Prover *v) noexcept nogil:
    """Q's coefficients, from the sums of the constraints at the points."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
    cdef Argument *a = &v.argument
    cdef size_t i, g, cosets
    cdef k3 found[DIRECT_POINTS]
    clear_sums(v)
    share(v, skip_task, v, (t.height + ROWS_A_TASK - 1) // ROWS_A_TASK)
    if stopped(v):
        return
    memset(a.Q, 0, sizeof(k3) * p.q_length)
    for i in range(t.direct):
        a.values[i] = k_scale(total_of_workers(v, i), vanishing_inverse(t, a.points[i]))
    interpolate_at(a.points, a.values, t.direct, found)
    memcpy(a.Q, found, sizeof(k3) * t.direct)
    for cosets in range(1, t.most_cosets + 1):
        for g in range(t.group_count):
            if t.selectors[g].cosets == cosets:
                for i in range(cosets << t.skipped):
                    a.values[i] = k_scale(total_of_workers(v, t.selectors[g].sums + i),
                                          vanishing_inverse(t, a.points[t.direct + i]))
                add_from_cosets(v, cosets, a.values)
                break


cdef inline uint64_t vanishing_inverse(const TablePlan *t, uint64_t x) noexcept nogil:
    """1/(x^(2^k) - 1)."""
    return f_inv(f_sub(f_pow(x, t.streams), 1))
