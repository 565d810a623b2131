# The layout of what the zerocheck, the rows and the opening work on, for each table and for all of them.

cdef inline size_t table_stride(const TablePlan *t) noexcept nogil:
    """Of arrays with the rows of a window; and room."""
    return longest_window(t) + 2 * TILE


cdef size_t most_claims(const TablePlan *t) noexcept nogil:
    return t.pair_count + most_leaf_weights(t)


cdef void lay_out_bound(Arena *m, BoundKnown *known, size_t count) noexcept nogil:
    cdef uint64_t *values = place_words(m, 3 * bound_stride(count))
    if m.base != NULL:
        known.values, known.stride = values, bound_stride(count)


cdef void lay_out_known(Arena *m, TableArgument *s, const TablePlan *t) noexcept nogil:
    """Known columns and selectors, with the skipped bits bound."""
    cdef BoundKnown *known = <BoundKnown *>place(m, sizeof(BoundKnown) * known_count(t))
    cdef BoundSelector *selectors = <BoundSelector *>place(m, sizeof(BoundSelector) * t.domain_count)
    cdef size_t i
    for i in range(known_count(t)):
        lay_out_bound(m, known + i if m.base != NULL else NULL, bound_count(t, i))
    for i in range(t.domain_count):
        if bound_selector_count(t.selectors + i):
            lay_out_bound(m, &selectors[i].values if m.base != NULL else NULL, bound_selector_count(t.selectors + i))
    if m.base != NULL:
        s.known, s.selectors = known, selectors


cdef void lay_out_table(Prover *v, size_t i, TableArgument *s) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = p.tables + i
    cdef Arena *m = &v.arena
    cdef TableArgument here
    memset(&here, 0, sizeof(TableArgument))
    here.table, here.part, here.streams, here.stride = t, v.parts + i, v.argument.streams + t.skipped, table_stride(t)
    here.windows = here.columns = place_words(m, 3 * here.stride * larger(t.window_count, t.read_count))
    lay_out_known(m, &here, t)
    here.weights = place_words(m, 3 * here.stride * t.read_count)
    here.joined = place_words(m, 3 * here.stride * most_joined(t))
    here.kind_of, here.kinds = <size_t *>place_words(m, most_claims(t)), <size_t *>place_words(m, most_claims(t))
    here.alphas = <k3 *>place(m, sizeof(k3) * t.constraint_count)
    here.alpha_limbs = <k3_limbs *>place(m, sizeof(k3_limbs) * t.constraint_count)
    here.Q = <k3 *>place(m, sizeof(k3) * larger(all_points(t), round_room(p) + 1))
    here.claims = <ColumnClaim *>place(m, sizeof(ColumnClaim) * most_claims(t))
    here.before = <k3 *>place(m, sizeof(k3) * most_claims(t) * t.streams)
    here.behind = <k3 *>place(m, sizeof(k3) * most_claims(t) * t.streams)
    here.lags = <k3 *>place(m, sizeof(k3) * 2 * most_claims(t) * t.streams)
    here.eq_limbs = <k3_limbs *>place(m, sizeof(k3_limbs) * t.streams)
    here.eq_words = <k3_words *>place(m, sizeof(k3_words) * t.streams)
    if m.base != NULL:
        s[0] = here


cdef void number_tasks(const Plan *p, Argument *a) noexcept nogil:
    """The tables in their orders, and where the tasks of each begin."""
    cdef TableArgument *s
    cdef const TablePlan *t
    cdef size_t i, k = 0, sums = 0, claims = 0
    a.first_chunk[0] = a.first_column[0] = a.first_stretch[0] = a.first_bound[0] = a.first_array[0] = 0
    for i in range(p.table_count):
        s = a.by_height[i] = a.tables + p.by_height[i]
        t = s.table
        a.first_chunk[i + 1] = a.first_chunk[i] + (t.height + CHUNK - 1) // CHUNK
        a.first_column[i + 1] = a.first_column[i] + t.read_count
        s.first_claim, claims = claims, claims + most_claims(t)
        if t.constraint_count:
            a.stated[k], s.first_sum = s, sums
            sums += t.sum_count
            k += 1
            a.first_stretch[k] = a.first_stretch[k - 1] + (t.height + ROWS_A_TASK - 1) // ROWS_A_TASK
            a.first_bound[k] = a.first_bound[k - 1] + (longest_window(t) + ROWS_A_TASK - 1) // ROWS_A_TASK
            a.first_array[k] = a.first_array[k - 1] + extended_arrays(t) + t.domain_count
    a.stated_count = k


cdef void lay_out_streams(Prover *v) noexcept nogil:
    """For every number of skipped bits that a table has."""
    cdef const Plan *p = v.plan
    cdef Arena *m = &v.arena
    cdef Streams here
    cdef size_t i, k, streams
    for k in range(p.skipped + 1):
        memset(&here, 0, sizeof(Streams))
        here.skipped, streams = k, <size_t>1 << k
        for i in range(p.table_count):
            if p.tables[i].skipped == k:
                here.cosets = larger(here.cosets, p.tables[i].most_cosets)
        here.points = place_words(m, DIRECT_POINTS + here.cosets * streams)
        here.direct = place_words(m, DIRECT_POINTS * streams)
        here.unroots = <f_factor *>place(m, sizeof(f_factor) * streams)
        here.roots = <f_factor *>place(m, sizeof(f_factor) * streams)
        here.coset_factors = <f_factor *>place(m, sizeof(f_factor) * here.cosets * streams)
        if k == MOST_SKIPPED:
            here.of_bits, here.cosets_of_bits = v.argument.of_bits, cosets_of_bits(p)
        if m.base != NULL:
            v.argument.streams[k] = here


cdef void lay_out_factors(Prover *v) noexcept nogil:
    """The selectors at the points: the same for tables of one program that stand side by side."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t
    cdef const TablePlan *before = NULL
    cdef uint64_t *factors = NULL
    cdef size_t i
    for i in range(p.table_count):
        t = p.tables + p.by_height[i]
        if t.constraint_count and (before == NULL or t.selectors != before.selectors):
            factors = place_words(&v.arena, 2 * all_points(t) * t.domain_count)
        if t.constraint_count:
            before = t
        if v.arena.base != NULL:
            v.argument.tables[p.by_height[i]].factors = factors


cdef size_t argument_sums(const Plan *p) noexcept nogil:
    """The most sums of a worker: of the first round, of a round, of rows, of products."""
    cdef size_t i, first = 0, rounds = 0, claims = 0
    for i in range(p.table_count):
        first += p.tables[i].sum_count
        rounds += round_room(p)
        claims += 2 * MOST_STREAMS * most_claims(p.tables + i)
    return larger(larger(first, rounds), larger(larger(claims, 2), base_count(p) * p.columns))


cdef void lay_out_argument(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Arena *m = &v.arena
    cdef Argument *a = &v.argument
    cdef size_t i, points = 0, count = p.table_count
    a.tables = <TableArgument *>place(m, sizeof(TableArgument) * count)
    a.by_height = <TableArgument **>place(m, sizeof(void *) * count)
    a.stated = <TableArgument **>place(m, sizeof(void *) * count)
    a.first_stretch, a.first_bound = <size_t *>place_words(m, count + 1), <size_t *>place_words(m, count + 1)
    a.first_array, a.first_chunk = <size_t *>place_words(m, count + 1), <size_t *>place_words(m, count + 1)
    a.first_column, a.first_product = <size_t *>place_words(m, count + 1), <size_t *>place_words(m, count + 1)
    lay_out_streams(v)
    for i in range(count):
        lay_out_table(v, i, a.tables + i if m.base != NULL else NULL)
        points = larger(points, all_points(p.tables + i))
    lay_out_factors(v)
    place_suffixes(m, &a.eq, p.variables)
    if p.layers:
        place_suffixes(m, &a.leaf_eq, smaller(p.variables, p.layers))
    a.values = <k3 *>place(m, sizeof(k3) * points)
    a.Q = <k3 *>place(m, sizeof(k3) * p.q_length)
    a.sum_count = argument_sums(p)
    a.sums = <k3 *>place(m, sizeof(k3) * a.sum_count * v.workers)
    a.openings = <k3 *>place(m, sizeof(k3) * p.pair_count)
    a.column_values = <k3 *>place(m, sizeof(k3) * p.read_count)
    if m.base != NULL:
        number_tasks(p, a)


cdef void lay_out_opening(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Arena *m = &v.arena
    cdef Opening *o = &v.opening
    cdef size_t all
    o.dense_count, o.base_count = p.columns - first_dense(p), base_count(p)
    all = o.base_count + o.dense_count + CELLS
    o.stride = p.m + p.tail + 2 * TILE
    o.column_stride = (<size_t>1 << p.log_columns) + TILE
    o.gammas = <k3 *>place(m, sizeof(k3) * (claims_on_masks(p) + p.read_count))
    place_suffixes(m, &o.eq, smaller(p.log_m, p.log_rows))
    o.bases = <Base *>place(m, sizeof(Base) * o.base_count)
    o.first_piece = <size_t *>place_words(m, o.base_count + 1)
    o.dense = place_words(m, 3 * o.stride * o.dense_count)
    o.dense_first, o.dense_last = <size_t *>place_words(m, o.dense_count), <size_t *>place_words(m, o.dense_count)
    o.products = place_words(m, 3 * o.column_stride * all)
    o.factors = place_words(m, 3 * o.column_stride * all)
    o.above = place_words(m, 3 * o.column_stride)
    o.message = place_words(m, 3 * o.stride)
    o.weights = place_words(m, 3 * o.stride)
    o.powers = place_words(m, 3 * o.stride)
    o.form = <k3 *>place(m, sizeof(k3) * p.masked)
    o.tail_said = <k3 *>place(m, sizeof(k3) * p.tail)
    o.final = <k3 *>place(m, sizeof(k3) * p.final)
    o.limbs = <k3_limbs *>place(m, sizeof(k3_limbs) * p.columns)
    o.words = <k3_words *>place(m, sizeof(k3_words) * p.columns)
