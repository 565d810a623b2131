# The first round of the zerocheck, over the skipped bits: Q from the values of the constraints at points outside D.
# (PROTOCOL 6.4)
#
# Q is found from its values at points of F: a few by a sum over the streams each, many on cosets of D.

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
    cdef const Table *t = &v.plan.table
    cdef size_t z
    for z in range(<size_t>1 << t.skipped):
        sources[z] = stream(values, rows, at + (z << t.variables), count, staged + z * step)


cdef inline size_t quotient_cosets(const Plan *p) noexcept nogil:
    """The cosets of D on which Q is evaluated; 0 where its few values are found one by one."""
    cdef unsigned k = p.table.skipped
    return 0 if p.quotient <= DIRECT_POINTS else (p.quotient + (<size_t>1 << k) - 1) >> k


cdef inline size_t quotient_points(const Plan *p) noexcept nogil:
    return quotient_cosets(p) << p.table.skipped if quotient_cosets(p) else p.quotient


cdef inline uint64_t coset_start(size_t c) noexcept nogil:
    """g_c: cosets of a group of 2^16, so those of D are distinct."""
    return f_mul(GENERATOR, f_pow(f_root(16), c))


cdef void prepare_points(Prover *v) noexcept nogil:
    """The points, what takes the streams to them, and the selectors there."""
    cdef const Plan *p = v.plan
    cdef const Table *t = &p.table
    cdef Argument *a = &v.argument
    cdef size_t q = <size_t>1 << t.skipped, c, i, g, cosets = quotient_cosets(p)
    cdef uint64_t root = f_root(t.skipped), start, point
    cdef k3 inside, outside
    cdef k3 weights[MOST_STREAMS]
    for c in range(cosets):
        start = coset_start(c)
        point = start
        for i in range(q):
            a.points[c * q + i] = point
            point = f_mul(point, root)
            a.coset_factors[c * q + i] = f_prepare(f_mul(f_pow(start, bit_reversed(i, t.skipped)), f_inv(q)))
    for i in range(q):
        a.roots[i], a.unroots[i] = f_prepare(f_pow(root, i)), f_prepare(f_pow(f_inv(root), i))
    for i in range(0 if cosets else p.quotient):
        a.points[i] = coset_start(i)
        lagrange_at(t.skipped, k_from(a.points[i]), weights)
        for g in range(q):
            a.direct[i * q + g] = weights[g].c[0]
    for i in range(quotient_points(p)):
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
    """A column's values from row `at` of each stream on, at the points of a coset, EXTENDED_STEP words apart."""
    cdef const Plan *p = v.plan
    cdef const Argument *a = &v.argument
    cdef const uint64_t *sources[MOST_STREAMS]
    cdef size_t q = <size_t>1 << p.table.skipped
    load_streams(v, values, rows, at, count, EXTENDED_STEP, sources, staged)
    if quotient_cosets(p):
        l2zk_active.extend_streams(sources, p.table.skipped, count, a.unroots, a.roots, a.coset_factors + coset * q, 1,
                                   out, EXTENDED_STEP)
    else:
        l2zk_active.extend_streams_directly(sources, q, count, a.direct, p.quotient, out, EXTENDED_STEP)


cdef inline bint is_long(const Table *t, size_t periodic) noexcept nogil:
    """A periodic column that differs from stream to stream."""
    return t.periodic[periodic].log_period > t.variables


cdef inline size_t extended_arrays(const Table *t) noexcept nogil:
    return t.window_count + t.periodic_count


cdef const uint64_t *selector_tile(const Prover *v, size_t point, size_t g, size_t y, uint64_t *out) noexcept nogil:
    """A group's selector at a point, on the rows from y on."""
    cdef const Table *t = &v.plan.table
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


cdef void skip_tile(Prover *v, size_t y, unsigned worker) noexcept nogil:
    """Add the constraints on the rows y, y + 1 ... to the sums of the points."""
    cdef const Plan *p = v.plan
    cdef const Table *t = &p.table
    cdef Argument *a = &v.argument
    cdef size_t points = quotient_points(p), a_coset = points // larger(quotient_cosets(p), 1)
    cdef size_t first, i, w
    cdef uint64_t *extended = v.words[worker]
    cdef uint64_t *staged = extended + extended_arrays(t) * a_coset * EXTENDED_STEP
    for first from 0 <= first < points by a_coset:
        for w in range(t.window_count):
            extend_tile(v, trace_column(v, t.windows[w].column), t.rows, y + t.windows[w].first,
                        TILE + t.windows[w].span, first // a_coset, extended + w * a_coset * EXTENDED_STEP, staged)
        for i in range(t.periodic_count):
            if is_long(t, i):
                extend_tile(v, t.periodic[i].values, <size_t>1 << t.periodic[i].log_period, y, TILE, first // a_coset,
                            extended + (t.window_count + i) * a_coset * EXTENDED_STEP, staged)
        for i in range(a_coset):
            skip_point(v, y, first + i, extended + i * EXTENDED_STEP, a_coset * EXTENDED_STEP, staged, worker)


cdef void skip_point(Prover *v, size_t y, size_t point, uint64_t *extended, size_t apart, uint64_t *words,
                     unsigned worker) noexcept nogil:
    """The same at one point; array w's tile is extended + w*apart."""
    cdef const Table *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef const l2zk_code *code = &t.constraints
    cdef uint64_t **slots = v.slots[worker]
    cdef uint64_t *results = words + TILE * code.vector_count
    cdef uint64_t *tiles = results + TILE * t.constraint_count
    cdef uint64_t *sum[3]
    cdef l2zk_group *groups = <l2zk_group *>(tiles + TILE * (t.group_count + 3))
    cdef const uint64_t **members = <const uint64_t **>(groups + t.group_count)
    cdef size_t i, g, at = 0
    for i in range(code.vector_count):
        slots[i] = words + TILE * i
        if i >= code.load_count:
            continue
        if code.loads[i][0] == 0:
            slots[i] = extended + t.pairs[t.pair_of[i]].window * apart + t.pairs[t.pair_of[i]].place
        elif is_long(t, code.loads[i][1]):
            slots[i] = extended + (t.window_count + code.loads[i][1]) * apart
        else:
            slots[i] = <uint64_t *>tile_at(t.periodic[code.loads[i][1]].values,
                                           <size_t>1 << t.periodic[code.loads[i][1]].log_period, y, 1, slots[i])
    l2zk_active.store_results(code, slots, v.uniforms, results)
    for g in range(t.group_count):
        groups[g].divisor = selector_tile(v, point, g, y, tiles + TILE * g)
        groups[g].results, groups[g].powers, groups[g].count = members + at, a.alpha_limbs + at, t.group_sizes[g]
        for i in range(t.group_sizes[g]):
            members[at] = results + TILE * t.in_groups[at]
            at += 1
    for i in range(3):
        sum[i] = tiles + TILE * (t.group_count + i)
    l2zk_active.combine_groups(groups, t.group_count, sum)
    i = worker * a.sum_count + point
    a.sums[i] = k_add(a.sums[i], l2zk_active.dot_extension(sum[0], TILE, a.eq + y, a.stride,
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


cdef void interpolate_quotient(Prover *v) noexcept nogil:
    """From the values of Q to its coefficients, in their place."""
    cdef const Plan *p = v.plan
    cdef Argument *a = &v.argument
    cdef size_t q = <size_t>1 << p.table.skipped, cosets = quotient_cosets(p), c, i, j
    cdef uint64_t unroot = f_inv(f_root(p.table.skipped)), scale
    cdef uint64_t turns[MOST_DEGREE + 2]
    cdef k3 column[MOST_DEGREE + 2]
    cdef k3 found[MOST_DEGREE + 2]
    cdef k3 remainder[MOST_STREAMS]
    if cosets == 0:
        interpolate_at(a.points, a.values, p.quotient, found)
        memcpy(a.values, found, sizeof(k3) * p.quotient)
        return
    for c in range(cosets):              # Q modulo X^q - g_c^q, a transform of q values
        scale = f_inv(q)
        for i in range(q):
            remainder[i] = k_from(0)
            for j in range(q):
                remainder[i] = k_add(remainder[i], k_scale(a.values[c * q + j], f_pow(unroot, i * j % q)))
            remainder[i] = k_scale(remainder[i], scale)
            scale = f_mul(scale, f_inv(coset_start(c)))
        memcpy(a.values + c * q, remainder, sizeof(k3) * q)
        turns[c] = f_pow(coset_start(c), q)
    for i in range(q):                   # and a polynomial in X^q for each power of X below
        for c in range(cosets):
            column[c] = a.values[c * q + i]
        interpolate_at(turns, column, cosets, found)
        for c in range(cosets):
            a.values[c * q + i] = found[c]


cdef void find_quotient(Prover *v) noexcept nogil:
    """Q's coefficients, from the sums of the constraints at the points."""
    cdef const Plan *p = v.plan
    cdef Argument *a = &v.argument
    cdef size_t i
    clear_sums(v)
    share(v, skip_task, v, (p.table.height + ROWS_A_TASK - 1) // ROWS_A_TASK)
    if stopped(v):
        return
    for i in range(quotient_points(p)):
        a.values[i] = k_scale(total_of_workers(v, i),
                              f_inv(f_sub(f_pow(a.points[i], <uint64_t>1 << p.table.skipped), 1)))
    interpolate_quotient(v)
