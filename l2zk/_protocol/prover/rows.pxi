# The sumcheck of rows: from all claims on columns, at whatever offsets, to the values of the columns at one point.
# (PROTOCOL 6.5)
#
# A table takes part once its bits are those that are left. For its first k rounds the sums of its streams do; then the
# streams are folded into one, and its columns do. So in every round some tables do nothing, some have streams, some
# columns; these are the first ones of `by_height`.

cdef enum TablesRound:           # what a round is to a table
    ROUND_EARLY = 0
    ROUND_OF_STREAMS
    ROUND_OF_COLUMNS

cdef struct RowRound:
    Prover *prover
    size_t half
    size_t stretches             # tasks for each column
    size_t tables                # that have columns
    size_t first_column          # among those of all tables
    size_t first_product         # likewise
    k3 r


cdef inline TablesRound kind_of_round(const TablePlan *t, size_t left) noexcept nogil:
    """Of the round with so many bits left, its own included."""
    if t.log_rows < left:
        return ROUND_EARLY
    return ROUND_OF_STREAMS if t.variables < left else ROUND_OF_COLUMNS


cdef void say_row_round(Prover *v, size_t j, k3 low, k3 top, const k3 *masked, k3 *sum) noexcept nogil:
    """Round j: g(X) = low + ... + top*X^2, whose values at 0 and 1 add up to `sum`; in the last one the masks' part,
    its coefficients of X, X^2, X^3. It is said as an average over the bits that are left."""
    cdef k3 coefficients[3]
    cdef k3 middle = k_sub(k_sub(k_sub(sum[0], low), low), top), point
    cdef uint64_t share_of_one = f_pow(f_inv(2), v.plan.log_rows - 1 - j)
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


# ---- rounds over the skipped bits ------------------------------------------------------------------------------------

cdef inline size_t streams_left(const TablePlan *t, size_t left) noexcept nogil:
    """Half of them, in the round with so many bits left."""
    return <size_t>1 << (left - 1 - t.variables)


cdef void add_stream_products(const TableArgument *s, size_t half, k3 *low, k3 *top) noexcept nogil:
    cdef size_t e, z
    cdef const k3 *sums
    cdef const k3 *lag
    for e in range(2 * s.claim_count):
        sums, lag = stream_sums(s, e), s.lags + e * s.table.streams
        for z in range(half):
            low[0] = k_add(low[0], k_mul(sums[z], lag[z]))
            top[0] = k_add(top[0], k_mul(k_sub(sums[z + half], sums[z]), k_sub(lag[z + half], lag[z])))


cdef void fold_stream_sums(const TableArgument *s, size_t half, k3 r) noexcept nogil:
    cdef size_t e
    for e in range(2 * s.claim_count):
        fold_few(stream_sums(s, e), half, r)
        fold_few(s.lags + e * s.table.streams, half, r)


# ---- from the streams to the columns ---------------------------------------------------------------------------------

cdef inline const TableArgument *column_of_round(const RowRound *r, size_t column, size_t *c) noexcept nogil:
    """The table of a column of the round, and its number there."""
    cdef Argument *a = &r.prover.argument
    cdef size_t number = owner_of(a.first_column, r.prover.plan.table_count, column)
    c[0] = column - a.first_column[number]
    return a.by_height[number]


cdef void fold_columns_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of rows of a column: the streams folded at the point so far."""
    cdef RowRound *r = <RowRound *>context
    cdef size_t c
    cdef const TableArgument *s = column_of_round(r, r.first_column + task // r.stretches, &c)
    cdef size_t y = task % r.stretches * ROWS_A_TASK
    if is_narrow(s.part, s.table.reads[c]):
        bind_bits(s.table, s.eq_words, words_in(s.part, s.table.reads[c]), 0, s.table.height, y,
                  planar(s.columns, s.stride, c), s.stride)
    else:
        bind_rows(s.table, s.eq_limbs, column_in(s.part, s.table.reads[c]), s.table.rows, 0, s.table.height, y,
                  planar(s.columns, s.stride, c), s.stride, r.prover.scratch[worker])


cdef inline const TableArgument *product_of_round(const RowRound *r, size_t product, size_t *k) noexcept nogil:
    """The table of a product of the round, and its number there."""
    cdef Argument *a = &r.prover.argument
    cdef size_t number = owner_of(a.first_product, r.prover.plan.table_count, product)
    k[0] = product - a.first_product[number]
    return a.by_height[number]


cdef void weigh_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """The weight of each row of a column, of all claims together; or what a kind of claims comes to."""
    cdef RowRound *r = <RowRound *>context
    cdef size_t k, i, e
    cdef const TableArgument *s = product_of_round(r, r.first_product + task, &k)
    cdef uint64_t *weights = planar(s.weights, s.stride, k)
    for i in range(3):
        memset(weights + i * s.stride, 0, 8 * s.table.height)
    if s.is_joined:
        join_kind(r.prover, s, k, r.prover.scratch[worker])
        return
    for e in range(s.claim_count):
        if s.claims[e].column == s.table.reads[k]:
            add_weights(r.prover, s, e, s.claims[e].factor, weights, r.prover.scratch[worker])


cdef void begin_columns(Prover *v, size_t left) noexcept nogil:
    """Of the tables that have so many row bits."""
    cdef Argument *a = &v.argument
    cdef size_t i, z, columns = 0, products = 0
    cdef const TableArgument *s
    cdef uint64_t eq_bits[3 * MOST_STREAMS]
    cdef RowRound r
    r.prover, r.first_column = v, a.first_column[v.plan.table_count]
    r.first_product = a.first_product[v.plan.table_count]
    r.stretches = ((<size_t>1 << left) + ROWS_A_TASK - 1) // ROWS_A_TASK
    for i in range(v.plan.table_count):
        s = a.by_height[i]
        if s.table.variables == left:
            build_eq(eq_bits, MOST_STREAMS, a.q + (v.plan.log_rows - s.table.log_rows), s.table.skipped)
            for z in range(s.table.streams):
                s.eq_limbs[z] = k_limbs(planar_at(eq_bits, MOST_STREAMS, z))
                s.eq_words[z] = k_words(planar_at(eq_bits, MOST_STREAMS, z))
            r.first_column = smaller(r.first_column, a.first_column[i])
            r.first_product = smaller(r.first_product, a.first_product[i])
            columns += s.table.read_count
            products += product_count(s)
    if columns:
        share(v, fold_columns_task, &r, columns * r.stretches)
        share(v, weigh_task, &r, products)


# ---- rounds over the other bits --------------------------------------------------------------------------------------

cdef void row_round_task(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef RowRound *r = <RowRound *>context
    cdef size_t k, y = task % r.stretches * ROWS_A_TASK
    cdef const TableArgument *s = product_of_round(r, task // r.stretches, &k)
    cdef k3 found[2]
    l2zk_active.round_products(product_columns(s, k), s.stride, planar(s.weights, s.stride, k), s.stride, y,
                               smaller(y + ROWS_A_TASK, r.half), r.half, found)
    add_to_sums(r.prover, worker, found)


cdef void fold_rows_task(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef RowRound *r = <RowRound *>context
    cdef size_t k
    cdef const TableArgument *s = product_of_round(r, task // 2, &k)
    l2zk_active.fold_pairs(product_columns(s, k) if task % 2 else planar(s.weights, s.stride, k), s.stride, r.half,
                           r.half, r.r)


cdef void masks_of_values(const Prover *v, k3 *out) noexcept nogil:
    """The part of the masks in the last round: the sum over the columns of (w_0 + w_1*X)*(X - X^2)*mask."""
    cdef const TableArgument *s
    cdef size_t i, c, e
    cdef size_t first = v.masks_used + row_round_elements(v.plan, v.plan.log_rows - 1)
    out[0] = out[1] = out[2] = k_from(0)
    for i in range(v.plan.table_count):
        s = v.argument.tables + i
        for c in range(0 if s.is_joined else s.table.read_count):
            add_mask(mask_of(v, first + s.table.first_read + c), s, c, out)
        for e in range(s.claim_count if s.is_joined else 0):
            c = first + s.table.first_read + read_of(s.table, s.claims[e].column)
            add_mask(k_mul(s.claims[e].factor, mask_of(v, c)), s, s.kind_of[e], out)


cdef void begin_row_round(Prover *v, size_t left, RowRound *r, k3 *sum) noexcept nogil:
    """Of the tables whose bits are those that are left, the claims join the sum."""
    cdef Argument *a = &v.argument
    cdef size_t i
    r.prover, r.half, r.first_column, r.tables = v, <size_t>1 << (left - 1), 0, 0
    r.stretches = (r.half + ROWS_A_TASK - 1) // ROWS_A_TASK
    for i in range(v.plan.table_count):
        if a.tables[i].table.log_rows == left:
            sum[0] = k_add(sum[0], a.tables[i].sum)
        r.tables += kind_of_round(a.tables[i].table, left) == ROUND_OF_COLUMNS


cdef void prove_row_round(Prover *v, size_t j, k3 *sum) noexcept nogil:
    cdef Argument *a = &v.argument
    cdef const TableArgument *s
    cdef RowRound r
    cdef size_t i, left = v.plan.log_rows - j
    cdef k3 low = k_from(0), top = k_from(0)
    cdef k3 masked[3]
    cdef bint last = left == 1 and v.plan.hiding
    begin_row_round(v, left, &r, sum)
    clear_sums(v)
    share(v, row_round_task, &r, a.first_product[r.tables] * r.stretches)
    for i in range(v.plan.table_count):
        s = a.tables + i
        if kind_of_round(s.table, left) == ROUND_OF_STREAMS:
            add_stream_products(s, streams_left(s.table, left), &low, &top)
    low, top = k_add(low, total_of_workers(v, 0)), k_add(top, total_of_workers(v, 1))
    if last:
        masks_of_values(v, masked)
    say_row_round(v, j, low, top, masked if last else NULL, sum)
    r.r = a.q[j]
    for i in range(v.plan.table_count):
        s = a.tables + i
        if kind_of_round(s.table, left) == ROUND_OF_STREAMS:
            fold_stream_sums(s, streams_left(s.table, left), r.r)
    share(v, fold_rows_task, &r, 2 * a.first_product[r.tables])
    begin_columns(v, left - 1)


cdef void prove_rows(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Argument *a = &v.argument
    cdef size_t i
    cdef unsigned leaf_bits = smaller(p.variables, p.layers)
    cdef k3 sum = k_from(0)
    l2zk_crew_stage(v.crew, STAGE_ROWS, p.log_rows + 2)
    a.xi = draw(&v.transcript)
    build_suffixes(&a.eq, a.r, p.variables)
    if p.layers:
        build_suffixes(&a.leaf_eq, v.lookups.at.z + (p.layers - leaf_bits), leaf_bits)
    find_claims(v)
    a.first_product[0] = 0
    for i in range(p.table_count):
        find_kinds(a.by_height[i])
        a.first_product[i + 1] = a.first_product[i] + product_count(a.by_height[i])
    find_row_sums(v)
    for i in range(p.table_count):
        carry_streams(v, a.tables + i)
    begin_columns(v, p.log_rows)         # where no bit is skipped
    for i in range(p.log_rows):
        prove_row_round(v, i, &sum)
    build_suffixes(&a.eq, a.q + (p.log_rows - p.variables), p.variables)
    share(v, value_task, v, a.first_column[p.table_count])
    say_opened(v, MESSAGE_VALUES, a.column_values, p.read_count, a.q[p.log_rows - 1])
