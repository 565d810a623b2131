# Zerocheck: every constraint on its rows, by a first round over the skipped bits and a sumcheck over the others.
# (PROTOCOL 6.4)

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


# ---- the skipped bits ------------------------------------------------------------------------------------------------
#
# Q is found from its values at points of F outside D: a few by a sum over the streams each, many on cosets of D.

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


# ---- the skipped bits bound to x -------------------------------------------------------------------------------------

cdef void bind_window(const Prover *v, const uint64_t *values, size_t rows, size_t first, size_t count, size_t y,
                      uint64_t *out, uint64_t *staged) noexcept nogil:
    """Rows y ... of an array: the sum over the streams, each with its weight."""
    cdef const uint64_t *sources[MOST_STREAMS]
    cdef size_t here = smaller(ROWS_A_TASK, count - y)
    load_streams(v, values, rows, first + y, here, ROWS_A_TASK + TILE, sources, staged)
    l2zk_active.fold_streams(v.argument.lagrange_limbs, sources, <size_t>1 << v.plan.table.skipped, here, out + y,
                             v.argument.stride)


cdef void bind_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of rows of every window, periodic column and selector."""
    cdef Prover *v = <Prover *>context
    cdef const Table *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t y = task * ROWS_A_TASK, w, i, rows, last
    cdef uint64_t *array
    cdef k3 inside, outside
    for w in range(t.window_count):
        if y < t.height + t.windows[w].span:
            bind_window(v, trace_column(v, t.windows[w].column), t.rows, t.windows[w].first,
                        t.height + t.windows[w].span, y, planar(a.windows, a.stride, w), v.words[worker])
    last = smaller(y + ROWS_A_TASK, t.height)
    for w in range(t.periodic_count if y < t.height else 0):
        array, rows = planar(a.periodic, a.stride, w), <size_t>1 << t.periodic[w].log_period
        if is_long(t, w):
            bind_window(v, t.periodic[w].values, rows, 0, t.height, y, array, v.words[worker])
        else:
            for i in range(y, last):
                planar_put(array, a.stride, i, k_from(t.periodic[w].values[i & (rows - 1)]))
    for w in range(t.group_count if y < t.height else 0):
        selector_factors(t, t.selectors + w, a.x, &inside, &outside)
        array = planar(a.selectors, a.stride, w)
        for i in range(y, last):
            planar_put(array, a.stride, i, inside if t.selectors[w].partial == 0 or is_in(t.selectors + w, i)
                       else outside)


cdef void bind_skipped(Prover *v) noexcept nogil:
    cdef const Table *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t z
    lagrange_at(t.skipped, a.x, a.lagrange)
    for z in range(<size_t>1 << t.skipped):
        a.lagrange_limbs[z] = k_limbs(a.lagrange[z])
    share(v, bind_task, v, (t.height + WINDOW_SPAN + ROWS_A_TASK - 1) // ROWS_A_TASK)


# ---- the rounds over row bits ----------------------------------------------------------------------------------------

cdef struct Round:
    Prover *prover
    size_t half
    size_t degree
    bint last
    size_t rho                   # mask of the first opening


cdef inline uint64_t round_point(size_t i) noexcept nogil:
    """The points at which a round is evaluated: 0, 2, 3 ...; its value at 1 follows from the claim."""
    return i + 1 if i else 0


cdef void round_tile(const Round *r, size_t y, size_t point, unsigned worker) noexcept nogil:
    cdef Prover *v = r.prover
    cdef const Table *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef const l2zk_code *code = &t.constraints
    cdef uint64_t x = round_point(point)
    cdef uint64_t **slots = v.slots[worker]
    cdef uint64_t *words = v.words[worker]
    cdef uint64_t *results = words + 3 * TILE * code.vector_count
    cdef uint64_t *tile = results + 3 * TILE * t.constraint_count
    cdef size_t i, g, at = 0, count = smaller(TILE, r.half - y)
    cdef const Pair *pair
    cdef k3 sum = a.sums[worker * a.sum_count + point], bump
    for i in range(code.vector_count):
        slots[i] = words + 3 * TILE * i
        if i < code.load_count and code.loads[i][0] == 0:
            pair = t.pairs + t.pair_of[i]
            l2zk_active.set_top(planar(a.windows, a.stride, pair.window) + pair.place + y, a.stride, r.half, x, slots[i])
            if r.last and v.plan.hiding:
                bump = k_scale(mask_of(v, r.rho + t.pair_of[i]), f_mul(x, f_sub(1, x)))
                planar_put(slots[i], TILE, 0, k_add(planar_at(slots[i], TILE, 0), bump))
        elif i < code.load_count:
            l2zk_active.set_top(planar(a.periodic, a.stride, code.loads[i][1]) + y, a.stride, r.half, x, slots[i])
    l2zk_active.store_results_extension(code, slots, v.uniforms, results)
    for g in range(t.group_count):
        l2zk_active.set_top(planar(a.selectors, a.stride, g) + y, a.stride, r.half, x, tile)
        sum = k_add(sum, l2zk_active.sum_group(results, t.in_groups + at, t.group_sizes[g], a.alphas + at, tile,
                                               a.eq + y, a.stride, count))
        at += t.group_sizes[g]
    a.sums[worker * a.sum_count + point] = sum


cdef void round_task(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef Round *r = <Round *>context
    cdef size_t y, i, last = smaller((task + 1) * ROWS_A_TASK, r.half)
    for y from task * ROWS_A_TASK <= y < last by TILE:
        if l2zk_crew_cancelled(r.prover.crew):
            return
        for i in range(r.degree):
            round_tile(r, y, i, worker)


cdef void fold_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """Bind the top variable of one array of the zerocheck."""
    cdef Round *r = <Round *>context
    cdef Prover *v = r.prover
    cdef const Table *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t count = r.half
    cdef uint64_t *array
    if task < t.window_count:
        array, count = planar(a.windows, a.stride, task), r.half + t.windows[task].span
    elif task < t.window_count + t.periodic_count:
        array = planar(a.periodic, a.stride, task - t.window_count)
    else:
        array = planar(a.selectors, a.stride, task - t.window_count - t.periodic_count)
    l2zk_active.fold_pairs(array, a.stride, r.half, count, a.r[r.rho])


cdef k3 value_of(const k3 *coefficients, size_t count, k3 x) noexcept nogil:
    cdef k3 value = k_from(0)
    cdef size_t i
    for i in reversed(range(count)):
        value = k_add(k_mul(value, x), coefficients[i])
    return value


cdef void prove_round(Prover *v, size_t j, k3 *claim) noexcept nogil:
    """Round j of the zerocheck, counted from 0."""
    cdef const Plan *p = v.plan
    cdef const Table *t = &p.table
    cdef Argument *a = &v.argument
    cdef Round r
    cdef uint64_t points[MOST_DEGREE + 2]
    cdef k3 values[MOST_DEGREE + 2]
    cdef k3 coefficients[MOST_DEGREE + 2]
    cdef size_t i
    r.prover, r.half, r.last = v, t.height >> (j + 1), j + 1 == t.variables
    r.degree = p.last_degree if r.last else p.degree
    r.rho = v.hidden + r.degree
    l2zk_active.add_multiple(a.eq, a.stride, a.eq + r.half, a.stride, r.half, k_from(1))
    clear_sums(v)
    share(v, round_task, &r, (r.half + ROWS_A_TASK - 1) // ROWS_A_TASK)
    for i in range(r.degree):
        points[i], values[i] = round_point(i), total_of_workers(v, i)
    points[r.degree] = 1
    values[r.degree] = k_mul(k_sub(claim[0], k_mul(k_sub(k_from(1), a.tau[j]), values[0])), k_inv(a.tau[j]))
    interpolate_at(points, values, r.degree + 1, coefficients)
    say_hidden(v, MESSAGE_ROUND, coefficients + 1, r.degree)
    a.r[j] = draw_no_bit(&v.transcript)
    claim[0] = value_of(coefficients, r.degree + 1, a.r[j])
    r.rho = j
    share(v, fold_task, &r, t.window_count + t.periodic_count + t.group_count)


cdef void prove_zerocheck(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef const Table *t = &p.table
    cdef Argument *a = &v.argument
    cdef Transcript *transcript = &v.transcript
    cdef size_t i, j
    cdef k3 alpha = draw(transcript), power = k_from(1), claim
    l2zk_crew_stage(v.crew, STAGE_ZEROCHECK, t.variables + 2)
    for j in range(t.variables):
        a.tau[j] = draw(transcript)
    for i in range(t.constraint_count):
        a.alphas[t.places[i]], a.alpha_limbs[t.places[i]] = power, k_limbs(power)
        power = k_mul(power, alpha)
    build_eq(a.eq, a.stride, a.tau, t.variables)
    prepare_points(v)
    find_quotient(v)
    say_hidden(v, MESSAGE_QUOTIENT, a.values, p.quotient)
    a.x = draw_outside_field(transcript)
    claim = k_mul(k_sub(k_pow(a.x, <uint64_t>1 << t.skipped), k_from(1)), value_of(a.values, p.quotient, a.x))
    bind_skipped(v)
    for j in range(t.variables):
        prove_round(v, j, &claim)
    for i in range(t.pair_count):
        a.openings[i] = planar_at(planar(a.windows, a.stride, t.pairs[i].window), a.stride, t.pairs[i].place)
    say_opened(v, MESSAGE_OPENINGS, a.openings, t.pair_count, a.r[t.variables - 1])
