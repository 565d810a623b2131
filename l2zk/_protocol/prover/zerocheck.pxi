# Zerocheck: every constraint on its rows, by a first round over the skipped bits and a sumcheck over the others.
# (PROTOCOL 6.4)

# ---- the skipped bits bound to x -------------------------------------------------------------------------------------

cdef void bind_window(const Prover *v, const k3_limbs *weights, const uint64_t *values, size_t rows, size_t first,
                      size_t count, size_t y, uint64_t *out, uint64_t *staged) noexcept nogil:
    """Rows y ... of an array: the sum over the streams, each with its weight."""
    cdef const uint64_t *sources[MOST_STREAMS]
    cdef size_t here = smaller(ROWS_A_TASK, count - y)
    load_streams(v, values, rows, first + y, here, ROWS_A_TASK + TILE, sources, staged)
    l2zk_active.fold_streams(weights, sources, v.plan.table.streams, here, out + y, v.argument.stride)


cdef void bind_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of rows of every window, known column and selector."""
    cdef Prover *v = <Prover *>context
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t y = task * ROWS_A_TASK, w, i, rows, last
    cdef uint64_t *array
    cdef k3 inside, outside
    for w in range(t.window_count):
        if y < t.height + t.windows[w].span:
            bind_window(v, a.lagrange_limbs, trace_column(v, t.windows[w].column), t.rows, t.windows[w].first,
                        t.height + t.windows[w].span, y, planar(a.windows, a.stride, w), v.scratch[worker])
    last = smaller(y + ROWS_A_TASK, t.height)
    for w in range(known_count(t) if y < t.height else 0):
        array, rows = planar(a.known, a.stride, w), known_rows(t, w)
        if is_long(t, w):
            bind_window(v, a.lagrange_limbs, known_values(v, w), rows, 0, t.height, y, array, v.scratch[worker])
        else:
            for i in range(y, last):
                planar_put(array, a.stride, i, k_from(known_values(v, w)[i & (rows - 1)]))
    for w in range(t.group_count if y < t.height else 0):
        selector_factors(t, t.selectors + w, a.x, &inside, &outside)
        array = planar(a.selectors, a.stride, w)
        for i in range(y, last):
            planar_put(array, a.stride, i, inside if t.selectors[w].partial == 0 or is_in(t.selectors + w, i)
                       else outside)


cdef void bind_skipped(Prover *v) noexcept nogil:
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t z
    lagrange_at(t.skipped, a.x, a.lagrange)
    for z in range(t.streams):
        a.lagrange_limbs[z] = k_limbs(a.lagrange[z])
    share(v, bind_task, v, (t.height + WINDOW_SPAN + ROWS_A_TASK - 1) // ROWS_A_TASK)


# ---- the rounds over row bits ----------------------------------------------------------------------------------------

cdef struct Round:
    Prover *prover
    size_t half
    size_t degree
    size_t number                # j, from 0 on
    bint last
    size_t opening_masks         # the number of the first opening's mask


cdef inline uint64_t round_point(size_t i) noexcept nogil:
    """The points at which a round is evaluated: 0, 2, 3 ...; its value at 1 follows from the claim."""
    return i + 1 if i else 0


cdef inline bint is_one_row(const Selector *s) noexcept nogil:
    """True where the selector is 0 but on one row, whose number is counted modulo what is left."""
    return s.full == 0 and s.partial and s.step == 1 and s.last == s.first + 1


cdef void load_opening(const Round *r, size_t e, size_t y, uint64_t x, uint64_t *slot) noexcept nogil:
    """A tile of pair e with the top variable set to x; in the last round its one element stands plus x*(1 - x)*mask."""
    cdef Argument *a = &r.prover.argument
    cdef const Pair *pair = r.prover.plan.table.pairs + e
    cdef k3 mask
    l2zk_active.set_top(planar(a.windows, a.stride, pair.window) + pair.place + y, a.stride, r.half, x, slot)
    if r.last:
        mask = mask_of(r.prover, r.opening_masks + e)
        planar_put(slot, TILE, 0, k_add(planar_at(slot, TILE, 0), k_scale(mask, f_mul(x, f_sub(1, x)))))


cdef void round_tile(const Round *r, size_t y, size_t point, unsigned worker) noexcept nogil:
    """Add the constraints on the pairs of rows y, y + 1 ... to the round's value at a point."""
    cdef Prover *v = r.prover
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef const l2zk_code *code = &t.constraints
    cdef uint64_t x = round_point(point)
    cdef uint64_t **slots = v.slots[worker]
    cdef uint64_t *scratch = v.scratch[worker]
    cdef uint64_t *results = scratch + 3 * TILE * code.vector_count
    cdef uint64_t *tile = results + 3 * TILE * t.constraint_count
    cdef size_t i, g, at = 0, count = smaller(TILE, r.half - y)
    cdef k3 sum = a.sums[worker * a.sum_count + point]
    for i in range(code.vector_count):
        slots[i] = scratch + 3 * TILE * i
        if i < code.load_count and code.loads[i][0] == 0:
            load_opening(r, t.pair_of[i], y, x, slots[i])
        elif i < code.load_count:
            l2zk_active.set_top(planar(a.known, a.stride, known_of(t, code.loads[i])) + y, a.stride, r.half, x,
                                slots[i])
    l2zk_active.store_results_extension(code, slots, v.uniforms, results)
    for g in range(t.group_count):
        if is_one_row(t.selectors + g) and (t.selectors[g].first & (r.half - 1)) // TILE != y // TILE:
            at += t.group_sizes[g]       # its selector is 0 here
            continue
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
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t count = r.half
    cdef uint64_t *array
    if task < t.window_count:
        array, count = planar(a.windows, a.stride, task), r.half + t.windows[task].span
    elif task < extended_arrays(t):
        array = planar(a.known, a.stride, task - t.window_count)
    else:
        array = planar(a.selectors, a.stride, task - extended_arrays(t))
    l2zk_active.fold_pairs(array, a.stride, r.half, count, a.r[r.number])


cdef void prove_round(Prover *v, size_t j, k3 *claim) noexcept nogil:
    """Round j of the zerocheck, counted from 0."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
    cdef Argument *a = &v.argument
    cdef Round r
    cdef uint64_t points[MOST_DEGREE + 2]
    cdef k3 values[MOST_DEGREE + 2]
    cdef k3 coefficients[MOST_DEGREE + 2]
    cdef size_t i
    r.prover, r.number, r.half, r.last = v, j, t.height >> (j + 1), j + 1 == t.variables
    r.degree = round_elements(p, j)
    r.opening_masks = v.masks_used + r.degree
    l2zk_active.add_multiple(a.eq, a.stride, a.eq + r.half, a.stride, r.half, k_from(1))
    clear_sums(v)
    share(v, round_task, &r, (r.half + ROWS_A_TASK - 1) // ROWS_A_TASK)
    for i in range(r.degree):
        points[i], values[i] = round_point(i), total_of_workers(v, i)
    points[r.degree] = 1                 # a proof with tau_j = 0, which has the chance 1/|K|, is refused
    values[r.degree] = k_mul(k_sub(claim[0], k_mul(k_sub(k_from(1), a.tau[j]), values[0])), k_inv(a.tau[j]))
    interpolate_at(points, values, r.degree + 1, coefficients)
    say_hidden(v, MESSAGE_ROUND, coefficients + 1, r.degree)
    a.r[j] = draw_no_bit(&v.transcript)
    claim[0] = value_of(coefficients, r.degree + 1, a.r[j])
    share(v, fold_task, &r, extended_arrays(t) + t.group_count)


cdef void prove_zerocheck(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
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
    find_Q(v)
    say_hidden(v, MESSAGE_Q, a.Q, p.q_length)
    a.x = draw_outside_field(transcript)
    claim = k_mul(k_sub(k_pow(a.x, t.streams), k_from(1)), value_of(a.Q, p.q_length, a.x))
    bind_skipped(v)
    for j in range(t.variables):
        prove_round(v, j, &claim)
    for i in range(t.pair_count):
        a.openings[i] = planar_at(planar(a.windows, a.stride, t.pairs[i].window), a.stride, t.pairs[i].place)
    say_opened(v, MESSAGE_OPENINGS, a.openings, t.pair_count, a.r[t.variables - 1])
