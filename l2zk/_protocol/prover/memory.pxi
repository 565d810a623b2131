# The memory of a proof in the making: its arrays and their lengths, one after the other in a block (base/arena.pxi).

cdef unsigned workers_of(const Plan *p, unsigned threads) noexcept nogil:
    """The threads that work on a proof."""
    return 1 if is_short(p) else threads


cdef size_t argument_stride(const Plan *p) noexcept nogil:
    """Of arrays with the rows of a window, or with eq of the columns of the commitment in a stretch; and room."""
    cdef const TablePlan *t = &p.table
    cdef size_t above = <size_t>1 << (t.log_rows - p.log_m) if t.rows >= p.m else 1
    return larger(t.height + WINDOW_SPAN, above) + 2 * TILE


cdef size_t scratch_words(const Plan *p, bint trace_only) noexcept nogil:
    """The most words of working memory that a task needs."""
    cdef const TablePlan *t = &p.table
    cdef size_t tile = TILE * (t.constraints.vector_count + t.constraint_count + t.group_count + 4)
    cdef size_t skip = extended_arrays(t) * MOST_STREAMS * EXTENDED_STEP + larger(MOST_STREAMS * EXTENDED_STEP, tile)
    cdef size_t bind = MOST_STREAMS * (ROWS_A_TASK + TILE)
    cdef size_t round = 3 * tile
    cdef size_t sums = SPLIT_WORDS + CHUNK_STEP + TILE
    cdef size_t others = larger(larger(3 * 8 * most_queries(p), p.columns), larger(t.row_slots, t.columns))
    if trace_only:
        return larger(tile, others) + TILE
    return larger(larger(larger(skip, bind), larger(round, sums)), others) + TILE


cdef void place_tree(Arena *a, Tree *t, Prover *v, size_t leaves, size_t cosets, size_t words) noexcept nogil:
    cdef unsigned i
    plan_tree(t, v.crew, leaves, cosets)
    t.leaf_words = words
    t.sources = <const uint64_t **>place(a, sizeof(void *) * words)
    t.strides = <size_t *>place(a, sizeof(size_t) * words)
    t.pointers = <uint64_t **>place(a, sizeof(void *) * v.workers)
    t.digests = <uint32_t **>place(a, sizeof(void *) * v.workers)
    t.salt_working = <uint64_t **>place(a, sizeof(void *) * v.workers)
    t.salts = NULL
    t.levels = <uint32_t *>place(a, 4 * level_words(t))
    for i in range(v.workers if a.base != NULL else 0):
        t.pointers[i], t.digests[i], t.salt_working[i] = v.leaf_sources[i], v.digests[i], v.random[i]


cdef void place_encoding(Arena *a, Encoding *e, Tree *t, Prover *v, size_t columns, unsigned log_m, unsigned log_n,
                         size_t tail) noexcept nogil:
    """An encoding with its tree, whose leaves are its columns' values."""
    cdef size_t c, m = <size_t>1 << log_m, n = <size_t>1 << log_n
    e.columns, e.log_m, e.log_n, e.tail, e.tree, e.crew = columns, log_m, log_n, tail, t, v.crew
    e.sources = <const uint64_t **>place(a, sizeof(void *) * columns)
    e.tails = <const uint64_t **>place(a, sizeof(void *) * columns)
    e.reversed = place_columns(a, columns, m)
    e.reversed_tails = place_columns(a, columns, tail_room(tail, m))
    e.values = place_columns(a, columns, n)
    e.shifts, e.scaled, e.tables = v.shifts, v.scaled, v.tables
    place_tree(a, t, v, n, n // m, columns)
    for c in range(columns if a.base != NULL else 0):
        t.sources[c], t.strides[c] = column_of(e.values, n, c), m


cdef void lay_out_argument(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
    cdef Arena *m = &v.arena
    cdef Argument *a = &v.argument
    cdef size_t streams = t.streams, points = all_points(t), s
    a.stride = s = argument_stride(p)
    a.eq = place_words(m, 3 * s)
    a.windows = place_words(m, 3 * s * t.window_count)
    a.known = place_words(m, 3 * s * known_count(t))
    a.selectors = place_words(m, 3 * s * t.group_count)
    a.columns = place_words(m, 3 * s * t.read_count)
    a.weights = place_words(m, 3 * s * t.read_count)
    a.alphas = <k3 *>place(m, sizeof(k3) * t.constraint_count)
    a.alpha_limbs = <k3_limbs *>place(m, sizeof(k3_limbs) * t.constraint_count)
    a.points = place_words(m, points)
    a.values = <k3 *>place(m, sizeof(k3) * points)
    a.Q = <k3 *>place(m, sizeof(k3) * p.q_length)
    a.direct = place_words(m, streams * points)
    a.unroots = <f_factor *>place(m, sizeof(f_factor) * streams)
    a.roots = <f_factor *>place(m, sizeof(f_factor) * streams)
    a.coset_factors = <f_factor *>place(m, sizeof(f_factor) * points)
    a.factors = place_words(m, 2 * TILE * points * t.group_count)
    a.sum_count = larger(larger(t.sum_count, t.pair_count * streams), larger(MOST_DEGREE + 2, p.columns))
    a.sums = <k3 *>place(m, sizeof(k3) * a.sum_count * v.workers)
    a.openings = <k3 *>place(m, sizeof(k3) * t.pair_count)
    a.column_values = <k3 *>place(m, sizeof(k3) * t.read_count)
    a.before = <k3 *>place(m, sizeof(k3) * t.pair_count * streams)
    a.behind = <k3 *>place(m, sizeof(k3) * t.pair_count * streams)
    a.lags = <k3 *>place(m, sizeof(k3) * 2 * t.pair_count * streams)


cdef void lay_out_opening(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Arena *m = &v.arena
    cdef Opening *o = &v.opening
    cdef size_t bases = 1 + dense_bases(p)
    o.stride = p.m + p.tail + 2 * TILE
    o.column_stride = (<size_t>1 << p.log_columns) + TILE
    o.gammas = <k3 *>place(m, sizeof(k3) * (claims_on_masks(p) + p.table.read_count))
    o.bases = place_words(m, 3 * o.stride * bases)
    o.base_first, o.base_last = <size_t *>place_words(m, bases), <size_t *>place_words(m, bases)
    o.products = place_words(m, 3 * o.column_stride * (bases + CELLS))
    o.factors = place_words(m, 3 * o.column_stride * (bases + CELLS))
    o.message = place_words(m, 3 * o.stride)
    o.weights = place_words(m, 3 * o.stride)
    o.powers = place_words(m, 3 * o.stride)
    o.form = <k3 *>place(m, sizeof(k3) * p.masked)
    o.tail_said = <k3 *>place(m, sizeof(k3) * p.tail)
    o.final = <k3 *>place(m, sizeof(k3) * p.final)
    o.limbs = <k3_limbs *>place(m, sizeof(k3_limbs) * p.columns)


cdef void lay_out_trace(Prover *v) noexcept nogil:
    """The workers' memory and the vector, in whose front the trace lies."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
    cdef Arena *a = &v.arena
    cdef size_t i
    cdef uint64_t *values
    lay_out_workers(v)
    v.uniforms = place_words(a, t.constraints.uniform_count)
    v.outputs = place_words(a, t.output_count)
    v.placed = place_columns(a, t.placement_count, t.rows)
    for i in range(t.sequence_count):
        if t.sequences[i].is_output:
            values = place_words(a, t.sequences[i].length)
            if a.base != NULL:
                v.sequences[i] = values
    v.row_loads = <l2zk_row_load *>place(a, sizeof(l2zk_row_load) * t.step.load_count)
    v.row_results = <l2zk_row_result *>place(a, sizeof(l2zk_row_result) * t.step.result_count)
    v.first_violation = <int64_t *>place_words(a, t.constraint_count * v.workers)
    v.violations = place_words(a, t.constraint_count * v.workers)
    v.vector = place_words(a, larger(p.columns * p.m, t.columns * t.rows))


cdef size_t body_bound(const Plan *p) noexcept nogil:
    """An upper bound for the bytes of a body: every query opens a leaf of its own, and no digest is shared."""
    cdef size_t size = 32 + 24 * p.masked + 48 + 48 * (p.log_columns + p.log_m) + 24 * (p.tail + p.final) + 8, number
    size += p.queries * (8 * p.columns + 40 + 32 * p.log_n0)
    for number in range(p.word_count):
        size += 64 + p.words[number].queries * ((<size_t>24 << p.words[number].k) + 32 * p.words[number].log_n)
    return size


cdef void lay_out_workers(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
    cdef Arena *a = &v.arena
    cdef unsigned i
    cdef size_t leaf = most_leaf_words(p)
    v.scratch = <uint64_t **>place(a, sizeof(void *) * v.workers)
    v.slots = <uint64_t ***>place(a, sizeof(void *) * v.workers)
    v.groups = <l2zk_group **>place(a, sizeof(void *) * v.workers)
    v.members = <const uint64_t ***>place(a, sizeof(void *) * v.workers)
    v.random = <uint64_t **>place(a, sizeof(void *) * v.workers)
    v.shifts = <uint64_t **>place(a, sizeof(void *) * v.workers)
    v.scaled = <uint64_t **>place(a, sizeof(void *) * v.workers)
    v.digests = <uint32_t **>place(a, sizeof(void *) * v.workers)
    v.leaf_sources = <uint64_t **>place(a, sizeof(void *) * v.workers)
    for i in range(v.workers):
        lay_pointer(<void **>v.scratch, i, place_words(a, scratch_words(p, v.trace_only)), a)
        lay_pointer(<void **>v.slots, i, place(a, sizeof(void *) * t.constraints.vector_count), a)
        lay_pointer(<void **>v.groups, i, place(a, sizeof(l2zk_group) * t.group_count), a)
        lay_pointer(<void **>v.members, i, place(a, sizeof(void *) * t.constraint_count), a)
        lay_pointer(<void **>v.random, i, place_words(a, EXPANSION_WORDS), a)
        lay_pointer(<void **>v.shifts, i, place_words(a, l2zk_ntt_shift_words(p.log_m)), a)
        lay_pointer(<void **>v.scaled, i, place_words(a, <size_t>1 << log_of_ratio(larger(p.tail, 1), 1)), a)
        lay_pointer(<void **>v.digests, i, place(a, 4 * 8 * DIGEST_STEP), a)
        lay_pointer(<void **>v.leaf_sources, i, place(a, sizeof(void *) * leaf), a)
    v.reopened.roots = place_words(a, most_queries(p))
    v.reopened.digests = <uint32_t *>place(a, 4 * reopened_words(most_queries(p)))
    v.reopened.most_words = leaf
    v.reopened.sources = <const uint64_t **>place(a, sizeof(void *) * leaf * v.workers)
    v.reopened.words = place_words(a, GROUP_LEAVES * leaf * v.workers)
    v.reopened.salts = <uint32_t *>place(a, 16 * GROUP_LEAVES * v.workers)


cdef void lay_out_query(Prover *v, size_t queries) noexcept nogil:
    """What a query opens, and the weights of its points."""
    cdef Arena *a = &v.arena
    v.indices, v.known = place_words(a, queries), place_words(a, 2 * queries)
    v.opened_points = place_words(a, 2 * queries)
    v.opened_factors = <k3 *>place(a, sizeof(k3) * queries)
    v.opened_classes = <uint32_t *>place(a, sizeof(uint32_t) * queries)


cdef void lay_pointer(void **array, size_t i, void *where, const Arena *a) noexcept nogil:
    if a.base != NULL:
        array[i] = where


cdef void lay_out(Prover *v) noexcept nogil:
    """Place every array of the proof; with no base yet, only measure."""
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t c, number, size
    a.used = 0
    lay_out_trace(v)
    if v.trace_only:
        return
    v.table_words = place_words(a, l2zk_ntt_table_words(larger(p.m, 64)))
    v.tables = l2zk_ntt_tables_in(v.table_words, larger(p.m, 64))
    v.tails = place_columns(a, p.columns, p.tail)
    v.blind = place_columns(a, 3 if p.hiding else 0, p.m + p.tail)
    place_encoding(a, &v.input, &v.tree, v, p.columns + (3 if p.hiding else 0), p.log_m, p.log_n0, p.tail)
    for c in range(v.input.columns if a.base != NULL else 0):
        if c < p.columns:
            v.input.sources[c], v.input.tails[c] = v.vector + (c << p.log_m), column_of(v.tails, p.tail, c)
        else:
            v.input.sources[c] = column_of(v.blind, p.m + p.tail, c - p.columns)
            v.input.tails[c] = v.input.sources[c] + p.m
    lay_out_argument(v)
    lay_out_opening(v)
    size = p.log_m
    for number in range(p.word_count):
        size -= p.words[number].k
        place_encoding(a, v.word_encodings + number, v.word_trees + number, v, <size_t>3 << p.words[number].k, size,
                       p.words[number].log_n, 0)
    lay_out_query(v, most_queries(p))
    v.proof = <uint8_t *>place(a, body_bound(p))


cdef size_t run_memory(const Plan *p, unsigned threads, bint trace_only) noexcept nogil:
    cdef Prover v
    memset(&v, 0, sizeof(Prover))
    v.plan, v.workers, v.trace_only = p, workers_of(p, threads), trace_only
    lay_out(&v)
    return v.arena.used
