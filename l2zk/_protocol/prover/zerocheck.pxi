# Zerocheck: every constraint on its rows, by a first round over the skipped bits and a sumcheck over the others.
# (PROTOCOL 6.4)
#
# A table takes part from the round on in which its row bits are those that are left; `stated` begins with those that
# do.

# ---- the skipped bits bound to x -------------------------------------------------------------------------------------

cdef void bind_rows(const TablePlan *t, const k3_limbs *weights, const uint64_t *values, size_t rows, size_t first,
                    size_t count, size_t y, uint64_t *out, size_t stride, uint64_t *staged) noexcept nogil:
    """Rows y ... of an array: the sum over the streams, each with its weight."""
    cdef const uint64_t *sources[MOST_STREAMS]
    cdef size_t here = smaller(ROWS_A_TASK, count - y)
    load_streams(t, values, rows, first + y, here, ROWS_A_TASK + TILE, sources, staged)
    l2zk_active.fold_streams(weights, sources, t.streams, here, out + y, stride)


cdef void bind_bits(const TablePlan *t, const k3_words *weights, const uint64_t *words, size_t first, size_t count,
                    size_t y, uint64_t *out, size_t stride) noexcept nogil:
    """The same of a column of bits."""
    cdef uint64_t staged[MOST_STREAMS]
    cdef size_t i, c
    for i from y <= i < smaller(y + ROWS_A_TASK, count) by TILE:
        load_words(t, words, first + i, 1, staged)
        for c in range(3):
            memset(out + c * stride + i, 0, 8 * TILE)
        l2zk_active.fold_bits(weights, staged, t.streams, out + i, stride)


cdef inline size_t longest_window(const TablePlan *t) noexcept nogil:
    cdef size_t w, span = 0
    for w in range(t.window_count):
        span = larger(span, t.windows[w].span)
    return t.height + span


cdef void bind_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of rows of every window and of known columns of a table."""
    cdef Prover *v = <Prover *>context
    cdef Argument *a = &v.argument
    cdef size_t number = owner_of(a.first_bound, a.stated_count, task), y, w, i
    cdef const TableArgument *s = a.stated[number]
    cdef const TablePlan *t = s.table
    y = (task - a.first_bound[number]) * ROWS_A_TASK
    for w in range(t.window_count):
        if y >= t.height + t.windows[w].span:
            continue
        if is_narrow(s.part, t.windows[w].column):
            bind_bits(t, s.streams.words, words_in(s.part, t.windows[w].column), t.windows[w].first,
                      t.height + t.windows[w].span, y, planar(s.windows, s.stride, w), s.stride)
        else:
            bind_rows(t, s.streams.limbs, column_in(s.part, t.windows[w].column), t.rows, t.windows[w].first,
                      t.height + t.windows[w].span, y, planar(s.windows, s.stride, w), s.stride, v.scratch[worker])
    for i in range(known_count(t) if y < t.height else 0):
        if is_long(t, i) and not is_scalar(t, i):
            bind_rows(t, s.streams.limbs, known_in(s.part, i), known_rows(t, i), 0, t.height, y, s.known[i].values,
                      s.known[i].stride, v.scratch[worker])


cdef void bind_skipped(Prover *v) noexcept nogil:
    """x_t for the skipped bits of each table."""
    cdef Argument *a = &v.argument
    cdef Streams *g
    cdef size_t i, z
    for i in range(v.plan.skipped + 1):
        g = a.streams + i
        g.x = k_pow(a.x, <uint64_t>1 << (v.plan.skipped - i))
        lagrange_at(i, g.x, g.lagrange)
        for z in range(<size_t>1 << i):
            g.limbs[z], g.words[z] = k_limbs(g.lagrange[z]), k_words(g.lagrange[z])
    for i in range(a.stated_count):
        bind_known_columns(a.stated[i])
        bind_selectors(a.stated[i])
    share(v, bind_task, v, a.first_bound[a.stated_count])


# ---- the rounds over row bits ----------------------------------------------------------------------------------------

cdef struct Round:
    Prover *prover
    size_t half
    size_t number                # j, from 0 on
    bint last
    size_t tables                # that take part
    size_t stretches             # tasks for each table
    size_t room                  # sums of each table


cdef inline uint64_t round_point(size_t i) noexcept nogil:
    """The points at which a round is evaluated: 0, 2, 3 ...; its value at 1 follows from the claim."""
    return i + 1 if i else 0


cdef inline size_t degree_in(const Round *r, const TablePlan *t) noexcept nogil:
    """Of a table's part of the round."""
    if r.last:
        return smaller(t.last_degree if r.prover.plan.hiding else t.degree, r.prover.plan.last_degree)
    return smaller(t.degree, r.prover.plan.degree)


cdef void load_opening(const Round *r, const TableArgument *s, size_t e, size_t y, uint64_t x,
                       uint64_t *slot) noexcept nogil:
    """A tile of pair e with the top variable set to x; in the last round its one element stands plus x*(1 - x)*mask.
    The points of a tile come one after the other, so that the slot holds it at the one before."""
    cdef const Pair *pair = s.table.pairs + e
    cdef const uint64_t *a = planar(s.windows, s.stride, pair.window) + pair.place + y
    cdef size_t count = smaller(TILE, r.half - y)
    cdef k3 mask
    if x > 2 and not r.last:
        l2zk_active.raise_top(a, s.stride, r.half, slot, count)
    else:
        l2zk_active.set_top(a, s.stride, r.half, x, slot, count)
    if r.last:
        mask = mask_of(r.prover, s.opening_masks + e)
        planar_put(slot, TILE, 0, k_add(planar_at(slot, TILE, 0), k_scale(mask, f_mul(x, f_sub(1, x)))))


cdef inline bint is_away(const Round *r, const TableArgument *s, size_t g, size_t y) noexcept nogil:
    """True where a sparse selector is 0 on a tile."""
    cdef const BoundSelector *b = s.selectors + g
    return is_sparse(s.table.selectors + g) and not has_row(b.row, smaller(b.period, r.half), y)


cdef const LiveCode *live_in_round(const Round *r, const TableArgument *s, size_t y) noexcept nogil:
    """The code of the domains that have rows of the tile, or NULL."""
    cdef const TablePlan *t = s.table
    cdef size_t g
    cdef bint some = False, sparse = False
    for g in range(t.domain_count):
        if not is_away(r, s, g, y):
            some, sparse = True, sparse or is_sparse(t.selectors + g)
    return t.live + t.live_of[2 * (t.most_cosets + 1) + sparse] if some else NULL


cdef k3 round_tile(const Round *r, const TableArgument *s, const LiveCode *live, size_t y, uint64_t x,
                   unsigned worker) noexcept nogil:
    """The constraints on the pairs of rows y, y + 1 ... with the top variable set to x."""
    cdef Prover *v = r.prover
    cdef const TablePlan *t = s.table
    cdef const l2zk_code *code = &live.code
    cdef uint64_t **slots = v.slots[worker]
    cdef uint64_t *scratch = v.scratch[worker]
    cdef uint64_t *results = scratch + 3 * TILE * code.vector_count
    cdef uint64_t *tile = results + 3 * TILE * t.constraint_count
    cdef unsigned left = v.plan.variables - 1 - r.number
    cdef const uint64_t *eq = v.argument.eq.levels[left] + y
    cdef size_t i, g, at = 0, count = smaller(TILE, r.half - y)
    cdef k3 sum = k_from(0)
    for i in range(code.vector_count):
        slots[i] = scratch + 3 * TILE * i
        if i >= code.load_count or not live.loads[i]:
            continue
        if code.loads[i][0] == 0:
            load_opening(r, s, t.pair_of[i], y, x, slots[i])
        else:
            load_bound(s.known + t.known_of[i], r.half, y, x, slots[i])
    l2zk_active.store_results_extension(code, slots, s.part.uniforms, results, count)
    for g in range(t.domain_count):
        if not is_away(r, s, g, y):
            load_selector(s.selectors + g, r.half, y, x, tile)
            sum = k_add(sum, l2zk_active.sum_group(results, t.by_domain + at, t.domain_sizes[g], s.alphas + at, tile,
                                                   eq, eq_stride(left), count))
        at += t.domain_sizes[g]
    return sum


cdef void round_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of rows of a table."""
    cdef Round *r = <Round *>context
    cdef Argument *a = &r.prover.argument
    cdef size_t number = task // r.stretches, first = task % r.stretches * ROWS_A_TASK, y, i
    cdef const TableArgument *s = a.stated[number]
    cdef k3 *sums = a.sums + worker * a.sum_count + number * r.room
    cdef const LiveCode *live
    for y from first <= y < smaller(first + ROWS_A_TASK, r.half) by TILE:
        if l2zk_crew_cancelled(r.prover.crew):
            return
        live = live_in_round(r, s, y)
        for i in range(degree_in(r, s.table) if live != NULL else 0):
            sums[i] = k_add(sums[i], round_tile(r, s, live, y, round_point(i), worker))


cdef void fold_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """Bind the top variable of one array of a table."""
    cdef Round *r = <Round *>context
    cdef Argument *a = &r.prover.argument
    cdef size_t number = owner_of(a.first_array, a.stated_count, task)
    cdef const TableArgument *s = a.stated[number]
    cdef const TablePlan *t = s.table
    task -= a.first_array[number]
    if task < t.window_count:
        l2zk_active.fold_pairs(planar(s.windows, s.stride, task), s.stride, r.half, r.half + t.windows[task].span,
                               a.r[r.number])
    elif task < extended_arrays(t):
        fold_bound(s.known + (task - t.window_count), r.half, a.r[r.number])
    else:
        fold_selector(s.selectors + (task - extended_arrays(t)), r.half, a.r[r.number])


cdef void begin_round(Prover *v, size_t j, Round *r) noexcept nogil:
    cdef Argument *a = &v.argument
    r.prover, r.number, r.last = v, j, j + 1 == v.plan.variables
    r.half = <size_t>1 << (v.plan.variables - 1 - j)
    r.stretches = (r.half + ROWS_A_TASK - 1) // ROWS_A_TASK
    r.room = round_room(v.plan)
    r.tables = 0
    while r.tables < a.stated_count and a.stated[r.tables].table.height > r.half:
        r.tables += 1


cdef inline size_t round_room(const Plan *p) noexcept nogil:
    return larger(p.degree, p.last_degree)


cdef void prove_round(Prover *v, size_t j) noexcept nogil:
    """Round j of the zerocheck, counted from 0."""
    cdef Argument *a = &v.argument
    cdef TableArgument *s
    cdef Round r
    cdef uint64_t points[MOST_DEGREE + 2]
    cdef k3 values[MOST_DEGREE + 2]
    cdef k3 coefficients[MOST_DEGREE + 2]
    cdef k3 sum[MOST_DEGREE + 2]
    cdef k3 inverse = k_inv(a.tau[j])    # a proof with tau_j = 0, which has the chance 1/|K|, is refused
    cdef size_t i, k, degree, most = round_elements(v.plan, j)
    begin_round(v, j, &r)
    for i in range(r.tables):
        a.stated[i].opening_masks = v.masks_used + most + a.stated[i].table.first_pair
    memset(sum, 0, sizeof(sum))
    clear_sums(v)
    share(v, round_task, &r, r.tables * r.stretches)
    for i in range(r.tables):
        s, degree = a.stated[i], degree_in(&r, a.stated[i].table)
        for k in range(degree):
            points[k], values[k] = round_point(k), total_of_workers(v, i * r.room + k)
        points[degree] = 1
        values[degree] = k_mul(k_sub(s.claim, k_mul(k_sub(k_from(1), a.tau[j]), values[0])), inverse)
        interpolate_at(points, values, degree + 1, coefficients)
        for k in range(1, degree + 1):
            sum[k] = k_add(sum[k], coefficients[k])
        memcpy(s.Q, coefficients, sizeof(k3) * (degree + 1))
    say_hidden(v, MESSAGE_ROUND, sum + 1, most)
    a.r[j] = draw_no_bit(&v.transcript)
    for i in range(r.tables):
        a.stated[i].claim = value_of(a.stated[i].Q, degree_in(&r, a.stated[i].table) + 1, a.r[j])
    share(v, fold_task, &r, a.first_array[r.tables])


cdef void weigh_constraints(Argument *a, const Plan *p, k3 alpha) noexcept nogil:
    """The powers of alpha of all constraints, table by table."""
    cdef size_t i, k
    cdef k3 power = k_from(1)
    cdef const TablePlan *t
    for i in range(p.table_count):
        t = p.tables + i
        for k in range(t.constraint_count):
            a.tables[i].alphas[t.places[k]], a.tables[i].alpha_limbs[t.places[k]] = power, k_limbs(power)
            power = k_mul(power, alpha)


cdef void say_openings(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef const TableArgument *s
    cdef const Pair *pair
    cdef size_t i, k
    for i in range(p.table_count):
        s = v.argument.tables + i
        for k in range(s.table.pair_count):
            pair = s.table.pairs + k
            v.argument.openings[s.table.first_pair + k] = planar_at(planar(s.windows, s.stride, pair.window), s.stride,
                                                                    pair.place)
    say_opened(v, MESSAGE_OPENINGS, v.argument.openings, p.pair_count, v.argument.r[p.variables - 1])


cdef void prove_zerocheck(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Argument *a = &v.argument
    cdef size_t i, j
    cdef k3 alpha = draw(&v.transcript), vanishing
    l2zk_crew_stage(v.crew, STAGE_ZEROCHECK, p.variables + 2)
    for j in range(p.variables):
        a.tau[j] = draw(&v.transcript)
    weigh_constraints(a, p, alpha)
    build_suffixes(&a.eq, a.tau, p.variables)
    find_Q(v)
    say_hidden(v, MESSAGE_Q, a.Q, p.q_length)
    a.x = draw_outside_field(&v.transcript)
    bind_skipped(v)
    vanishing = k_sub(k_pow(a.x, p.streams), k_from(1))
    for i in range(a.stated_count):
        a.stated[i].claim = k_mul(vanishing, value_of(a.stated[i].Q, all_points(a.stated[i].table),
                                                      a.stated[i].streams.x))
    for j in range(p.variables):
        prove_round(v, j)
    say_openings(v)
