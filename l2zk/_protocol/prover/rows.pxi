# The sumcheck of rows: from all claims on columns, at whatever offsets, to the values of the columns at one point.
# (PROTOCOL 6.5)
#
# For the first k rounds a column's stream z matters only by its sums with eq, one for each pair: up to the *seam*,
# where the offset carries into the next stream, and behind it. Then the streams are folded into one.

cdef enum:
    BEHIND_ONE_BY_ONE = 128      # so many rows behind a seam are summed up singly

cdef inline size_t carried(const TablePlan *t, const Pair *pair) noexcept nogil:
    """o_z: the streams that an offset passes over."""
    return pair.offset >> t.variables


cdef inline size_t rest_of(const TablePlan *t, const Pair *pair) noexcept nogil:
    """o_y: the rows beyond, of which so many are behind the seam."""
    return pair.offset & (t.height - 1)


cdef k3 sum_rows(const Prover *v, const uint64_t *column, size_t at, size_t count, const uint64_t *limbs,
                 uint64_t *staged) noexcept nogil:
    """The sum of rows at, at + 1 ... of a column with eq, whose values are in `limbs`."""
    cdef size_t whole = whole_tiles(count)
    return l2zk_active.dot(limbs, CHUNK_STEP, stream(column, v.plan.table.rows, at, whole, staged), whole)


cdef void row_sums_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A chunk of rows of every stream of every pair: its sums with eq, as if there were no seam."""
    cdef Prover *v = <Prover *>context
    cdef const TablePlan *t = &v.plan.table
    cdef size_t y = task * CHUNK, count = smaller(CHUNK, t.height - y), e, z, at
    cdef size_t streams = t.streams
    cdef const uint64_t *limbs = split_chunk(v.argument.eq, v.argument.stride, y, count, v.scratch[worker])
    cdef k3 *sums = v.argument.sums + worker * v.argument.sum_count
    cdef const Pair *pair
    for e in range(t.pair_count):
        pair = t.pairs + e
        for z in range(streams):
            at = (z << t.variables) + y + pair.offset
            sums[e * streams + z] = k_add(sums[e * streams + z], sum_rows(
                v, trace_column(v, pair.column), at, count, limbs, v.scratch[worker] + SPLIT_WORDS))


cdef void rows_behind(Prover *v, size_t e) noexcept nogil:
    """The sums of a pair behind the seam."""
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef const Pair *pair = t.pairs + e
    cdef size_t streams = t.streams, z, i, rest = rest_of(t, pair), y = t.height - rest, count
    cdef const uint64_t *limbs = NULL
    cdef const uint64_t *column = trace_column(v, pair.column)
    for z in range(streams):
        a.behind[e * streams + z] = k_from(0)
    while rest:
        count = smaller(rest, CHUNK)
        if rest > BEHIND_ONE_BY_ONE:
            limbs = split_chunk(a.eq, a.stride, y, count, v.scratch[0])
        for z in range(streams):
            if rest > BEHIND_ONE_BY_ONE:
                a.behind[e * streams + z] = k_add(a.behind[e * streams + z], sum_rows(
                    v, column, (z << t.variables) + y + pair.offset, count, limbs, v.scratch[0] + SPLIT_WORDS))
                continue
            for i in range(count):
                a.behind[e * streams + z] = k_add(a.behind[e * streams + z], k_scale(
                    planar_at(a.eq, a.stride, y + i),
                    column[((z << t.variables) + y + i + pair.offset) & (t.rows - 1)]))
        rest -= count
        y += count


cdef void find_row_sums(Prover *v) noexcept nogil:
    """For each pair and stream z: `before`, the sum that has the weight L_z, and `behind`."""
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t e, z, streams = t.streams
    clear_sums(v)
    share(v, row_sums_task, v, (t.height + CHUNK - 1) // CHUNK)
    if stopped(v):
        return
    for e in range(t.pair_count):
        rows_behind(v, e)
        for z in range(streams):
            a.before[e * streams + z] = k_sub(total_of_workers(v, e * streams + z), a.behind[e * streams + z])


cdef void say_row_round(Prover *v, size_t j, k3 low, k3 top, const k3 *masked, k3 *sum) noexcept nogil:
    """Round j: g(X) = low + ... + top*X^2, whose values at 0 and 1 add up to `sum`; in the last one the masks' part,
    its coefficients of X, X^2, X^3. It is said as an average over the bits that are left."""
    cdef const TablePlan *t = &v.plan.table
    cdef k3 coefficients[3]
    cdef k3 middle = k_sub(k_sub(k_sub(sum[0], low), low), top), point
    cdef uint64_t share_of_one = f_pow(f_inv(2), t.log_rows - 1 - j)
    cdef size_t count = row_round_elements(v.plan, j), i
    coefficients[0], coefficients[1], coefficients[2] = middle, top, k_from(0)
    for i in range(3 if masked != NULL else 0):
        coefficients[i] = k_add(coefficients[i], masked[i])
    for i in range(count):
        coefficients[i] = k_scale(coefficients[i], share_of_one)
    say_hidden(v, MESSAGE_ROW_ROUND, coefficients, count)
    point = draw_no_bit(&v.transcript)
    v.argument.q[j] = point
    sum[0] = k_add(low, k_mul(point, k_add(middle, k_mul(point, top))))


# ---- the rounds over the skipped bits --------------------------------------------------------------------------------

cdef void fold_few(k3 *values, size_t half, k3 r) noexcept nogil:
    cdef size_t i
    for i in range(half):
        values[i] = k_add(values[i], k_mul(r, k_sub(values[i + half], values[i])))


cdef inline k3 *stream_sums(const Argument *a, size_t e, size_t streams) noexcept nogil:
    """The sums of pair e/2: before the seam, or for an odd e behind it."""
    return (a.behind if e % 2 else a.before) + e // 2 * streams


cdef void carry_streams(Prover *v, k3 *sum) noexcept nogil:
    """Each sum, times its power of xi, and each weight to the number of the stream whose rows they are of: stream z of
    the weights, carried on. sum: that of all products."""
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t e, z, to
    cdef k3 *sums
    cdef k3 *lag
    cdef k3 moved[MOST_STREAMS]
    cdef k3 factor = k_from(1)
    sum[0] = k_from(0)
    for e in range(2 * t.pair_count):
        sums, lag = stream_sums(a, e, t.streams), a.lags + e * t.streams
        for z in range(t.streams):
            to = (z + carried(t, t.pairs + e // 2) + e % 2) % t.streams
            moved[to], lag[to] = k_mul(factor, sums[z]), a.lagrange[z]
            sum[0] = k_add(sum[0], k_mul(moved[to], lag[to]))
        memcpy(sums, moved, sizeof(k3) * t.streams)
        if e % 2:
            factor = k_mul(factor, a.xi)


cdef void prove_stream_rounds(Prover *v, k3 *sum) noexcept nogil:
    """The k rounds over the number of the stream; `before` and `behind` are folded."""
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t e, z, j, half = t.streams // 2
    cdef k3 low, top
    cdef k3 *sums
    cdef k3 *lag
    carry_streams(v, sum)
    for j in range(t.skipped):
        low = top = k_from(0)
        for e in range(2 * t.pair_count):
            sums, lag = stream_sums(a, e, t.streams), a.lags + e * t.streams
            for z in range(half):
                low = k_add(low, k_mul(sums[z], lag[z]))
                top = k_add(top, k_mul(k_sub(sums[z + half], sums[z]), k_sub(lag[z + half], lag[z])))
        say_row_round(v, j, low, top, NULL, sum)
        for e in range(2 * t.pair_count):
            fold_few(stream_sums(a, e, t.streams), half, a.q[j])
            fold_few(a.lags + e * t.streams, half, a.q[j])
        half //= 2


# ---- the rounds over the other bits ----------------------------------------------------------------------------------

cdef void fold_columns_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of rows of every column that is read: the streams folded at the point so far."""
    cdef Prover *v = <Prover *>context
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t y = task * ROWS_A_TASK, c
    for c in range(t.read_count):
        bind_window(v, a.eq_limbs, trace_column(v, t.reads[c]), t.rows, 0, t.height, y, planar(a.columns, a.stride, c),
                    v.scratch[worker])


cdef void weigh_column_task(void *context, size_t c, unsigned worker) noexcept nogil:
    """The weight of each row of a column, of all pairs together."""
    cdef Prover *v = <Prover *>context
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef uint64_t *weights = planar(a.weights, a.stride, c)
    cdef size_t e, i, streams = t.streams, rest
    cdef k3 factor = k_from(1)
    for i in range(3):
        memset(weights + i * a.stride, 0, 8 * t.height)
    for e in range(t.pair_count):
        if t.pairs[e].column == t.reads[c]:
            rest = rest_of(t, t.pairs + e)
            l2zk_active.add_multiple(weights + rest, a.stride, a.eq, a.stride, t.height - rest,
                                     k_mul(factor, a.lags[2 * e * streams]))
            if rest:
                l2zk_active.add_multiple(weights, a.stride, a.eq + t.height - rest, a.stride, rest,
                                         k_mul(factor, a.lags[(2 * e + 1) * streams]))
        factor = k_mul(factor, a.xi)


cdef struct RowRound:
    Prover *prover
    size_t half
    size_t stretches             # tasks for each column
    k3 r


cdef void row_round_task(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef RowRound *r = <RowRound *>context
    cdef Argument *a = &r.prover.argument
    cdef size_t c = task // r.stretches, y = task % r.stretches * ROWS_A_TASK
    cdef k3 found[2]
    l2zk_active.round_products(planar(a.columns, a.stride, c), a.stride, planar(a.weights, a.stride, c), a.stride, y,
                               smaller(y + ROWS_A_TASK, r.half), r.half, found)
    add_to_sums(r.prover, worker, found)


cdef void fold_rows_task(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef RowRound *r = <RowRound *>context
    cdef Argument *a = &r.prover.argument
    l2zk_active.fold_pairs(planar(a.columns if task % 2 else a.weights, a.stride, task // 2), a.stride, r.half, r.half,
                           r.r)


cdef void masks_of_values(Prover *v, k3 *out) noexcept nogil:
    """The part of the masks in the last round: the sum over the columns of (w_0 + w_1*X)*(X - X^2)*mask."""
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t c
    cdef k3 mask, low, rise
    out[0] = out[1] = out[2] = k_from(0)
    for c in range(t.read_count):
        mask = mask_of(v, v.masks_used + row_round_elements(v.plan, t.log_rows - 1) + c)
        low = planar_at(planar(a.weights, a.stride, c), a.stride, 0)
        rise = k_sub(planar_at(planar(a.weights, a.stride, c), a.stride, 1), low)
        out[0] = k_add(out[0], k_mul(mask, low))
        out[1] = k_add(out[1], k_mul(mask, k_sub(rise, low)))
        out[2] = k_sub(out[2], k_mul(mask, rise))


cdef void prove_row_round(Prover *v, size_t j, k3 *sum) noexcept nogil:
    cdef const TablePlan *t = &v.plan.table
    cdef RowRound r
    cdef k3 masked[3]
    cdef bint last = j + 1 == t.log_rows and v.plan.hiding
    r.prover, r.half = v, t.rows >> (j + 1)
    r.stretches = (r.half + ROWS_A_TASK - 1) // ROWS_A_TASK
    clear_sums(v)
    share(v, row_round_task, &r, r.stretches * t.read_count)
    if last:
        masks_of_values(v, masked)
    say_row_round(v, j, total_of_workers(v, 0), total_of_workers(v, 1), masked if last else NULL, sum)
    r.r = v.argument.q[j]
    share(v, fold_rows_task, &r, 2 * t.read_count)


cdef void prove_rows(Prover *v) noexcept nogil:
    cdef const TablePlan *t = &v.plan.table
    cdef Argument *a = &v.argument
    cdef size_t j, z, streams = t.streams
    cdef k3 sum
    cdef uint64_t eq_bits[3 * MOST_STREAMS]
    l2zk_crew_stage(v.crew, STAGE_ROWS, t.log_rows + 2)
    a.xi = draw(&v.transcript)
    build_eq(a.eq, a.stride, a.r, t.variables)
    find_row_sums(v)
    prove_stream_rounds(v, &sum)
    build_eq(eq_bits, MOST_STREAMS, a.q, t.skipped)
    for z in range(streams):
        a.eq_limbs[z] = k_limbs(planar_at(eq_bits, MOST_STREAMS, z))
    share(v, fold_columns_task, v, (t.height + ROWS_A_TASK - 1) // ROWS_A_TASK)
    share(v, weigh_column_task, v, t.read_count)
    for j in range(t.skipped, t.log_rows):
        prove_row_round(v, j, &sum)
    for z in range(t.read_count):
        a.column_values[z] = planar_at(planar(a.columns, a.stride, z), a.stride, 0)
    say_opened(v, MESSAGE_VALUES, a.column_values, t.read_count, a.q[t.log_rows - 1])
