# The memory of a proof in the making: the size of each array, and which arrays share a place.

cdef void place_tree(Arena *a, Tree *t, const Prover *v, size_t leaves, size_t words) noexcept nogil:
    """A tree but for its levels."""
    plan_tree(t, v.crew, leaves, v.plan.blowup)
    t.leaf_words = words
    t.sources = <const uint64_t **>place(a, sizeof(void *) * words)
    t.strides = <size_t *>place(a, sizeof(size_t) * words)
    t.pointers = <uint64_t **>place(a, sizeof(void *) * v.workers)
    t.digests = <uint32_t **>place(a, sizeof(void *) * v.workers)
    t.salt_working = <uint64_t **>place(a, sizeof(void *) * v.workers)
    t.salts = NULL


cdef void place_levels(Arena *a, Tree *t) noexcept nogil:
    t.levels = <uint32_t *>place(a, 4 * level_words(t))


cdef size_t body_bound(const Plan *p) noexcept nogil:
    """An upper bound for the bytes of a body: every query opens a leaf of its own, and no digest is shared."""
    cdef size_t q = smaller(p.queries, p.leaves)
    cdef size_t size = 64 + 24 * p.openings + 32 * p.rounds + 24 * p.final_length + 8
    cdef size_t u, path = 32 * (p.log_size - p.log_rows_per_leaf)
    size += q * (8 * p.rows_per_leaf * (p.columns + 3 * p.pieces) + 2 * path)
    if p.hiding:
        size += q * (24 + 2 * 16)
    for u in range(p.rounds):
        size += q * ((24 << p.log_arity[u]) + path)
    return size


cdef size_t scratch_words(const Plan *p) noexcept nogil:
    """The most words of working memory that a task of one worker needs."""
    cdef size_t row = larger(p.columns, p.row_slots)         # or a step function's columns
    cdef size_t tile = 3 * CHUNK_STEP + TILE * (1 + p.group_count + p.constraints.vector_count + p.constraint_count)
    cdef size_t batch = CHUNK_STEP * (2 + 3 * p.offset_count) + TILE * (4 + p.columns + 3 * p.pieces)  # at the overflow
    cdef size_t values = larger(13 * TILE, 3 * VALUES_STEP)  # fill_extension_powers and value_at, or fill_point_powers
    cdef size_t members = 29 * TILE                          # fold_overflow_values
    return larger(larger(larger(row, values), members), larger(tile, batch))


cdef size_t most_tail(const Plan *p) noexcept nogil:
    """Room for the longest tail of an extension, or for E (overflow.pxi): a power of two."""
    cdef size_t most = larger(p.mask_length, p.overflow)
    most = larger(most, excess(p.piece_length + p.piece_mask_length, p.coset_size))
    most = larger(most, excess(p.batch_length, p.coset_size))
    return <size_t>1 << log_of_ratio(most, 1)


cdef void lay_out(Prover *v) noexcept nogil:
    """Place every array of the proof; with no base yet, only measure.

    What is placed first lives all proof long, as does what lay_out itself writes: tables of pointers. Three groups of
    arrays then have the same place, one after the other. A worker's column is dead when commit_trace is over; what
    lay_out_quotient places is written from compute_quotient on and last read in open_values; what lay_out_words places
    is written from compute_batch on. Where an array takes another's place within a group, its comment says so, and a
    `share` lies between the last use of the one and the first of the other.
    """
    cdef Arena *a = &v.arena
    cdef size_t i, start, end
    a.used = 0
    lay_out_trace(v)
    if v.trace_only:
        return
    lay_out_commitments(v)
    lay_out_openings(v)
    lay_out_tables(v)
    start = a.used
    for i in range(v.workers):
        lay_column(v, i, a)
    end = a.used
    a.used = start
    lay_out_quotient(v)
    end = larger(end, a.used)
    a.used = start
    lay_out_words(v)
    a.used = larger(end, a.used)
    for i in range(v.workers):
        hand_out_scratch(v, i)


cdef void lay_out_commitments(Prover *v) noexcept nogil:
    """The trace and the pieces on L with their trees, and what the tails of their extensions take."""
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef bint short_trace = p.coset_size > p.length
    v.table_words = place_words(a, l2zk_ntt_table_words(p.coset_size))
    v.tables = l2zk_ntt_tables_in(v.table_words, p.coset_size)
    v.coefficients = v.trace
    v.trace_tail_room = p.length + p.mask_length if short_trace else p.mask_length
    v.trace_tail_count = excess(p.length + p.mask_length, p.coset_size)
    v.trace_tails = place_columns(a, p.columns, v.trace_tail_room)
    v.short_masks = place_columns(a, p.columns, p.mask_length if short_trace else 0)
    v.tail_room = most_tail(p)
    v.reversed_tails = place_columns(a, larger(p.columns, 3 * p.pieces), v.tail_room)
    v.on_domain = place_columns(a, p.columns, p.size)
    v.pieces = place_columns(a, 3 * p.pieces, p.size)
    v.batch_mask_coefficients = place_columns(a, 3, batch_mask_room(p) if p.hiding else 0)
    v.batch_mask = place_columns(a, 3, p.leaves if p.hiding else 0)
    place_tree(a, &v.trace_tree, v, p.leaves, p.rows_per_leaf * p.columns)
    place_tree(a, &v.quotient_tree, v, p.leaves, p.rows_per_leaf * 3 * p.pieces + (3 if p.hiding else 0))
    place_levels(a, &v.trace_tree)
    place_levels(a, &v.quotient_tree)


cdef void lay_out_tables(Prover *v) noexcept nogil:
    """Place the tables of pointers to short-lived arrays; the tables themselves live all proof long."""
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t u, size = p.leaves
    v.periodic = <uint64_t **>place(a, sizeof(void *) * p.periodic_count * (p.quotient_cosets + 1))
    v.divisors = <uint64_t **>place(a, sizeof(void *) * p.exponent_count * (p.quotient_cosets + 1))
    v.exempt = <uint64_t **>place(a, sizeof(void *) * p.base_count * (p.quotient_cosets + 1))
    for u in range(1, p.rounds + 1):
        place_tree(a, &v.word_trees[u], v, size >> p.log_arity[u - 1], <size_t>3 << p.log_arity[u - 1])
        size >>= p.log_arity[u - 1]


cdef void lay_out_quotient(Prover *v) noexcept nogil:
    """Place the arrays of the quotient; its pieces' coefficients stay until they are opened."""
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t i, size, pieces, cosets = p.quotient_cosets
    v.alpha_powers = <k3_limbs *>place(a, sizeof(k3_limbs) * p.constraint_count)
    v.overflow_steps = place_words(a, TILE)
    v.exempt_roots = place_words(a, p.base_count * MOST_DIFFERENCES)
    v.exempt_coefficients = place_words(a, (p.base_count - 1) * p.length)
    for i in range(p.base_count * (cosets + (1 if p.overflow else 0))):
        lay_pointer(v.exempt, i, place_words(a, p.coset_size) if i % p.base_count else NULL, a)
    for i in range(p.periodic_count * (cosets + 1)):
        lay_pointer(v.periodic, i, place_words(a, periodic_span(p, i % p.periodic_count)), a)
    for i in range(p.exponent_count * (cosets + 1)):
        lay_pointer(v.divisors, i, place_words(a, larger(TILE, divisor_span(p, p.exponents[i % p.exponent_count]))), a)
    size = 0 if p.quotient_on_domain else cosets * p.coset_size + p.overflow
    v.quotient_room = larger(size, p.pieces * cut_length(p))
    v.quotient = place_columns(a, 3, v.quotient_room)
    pieces = 3 * p.pieces * (p.coset_size + TILE) if cut_length(p) else 0
    v.quotient_values = place_words(a, larger(3 * (size + TILE), pieces))
    v.piece_coefficients = v.quotient_values
    v.piece_tails = place_columns(a, 3 * p.pieces, excess(cut_length(p), p.coset_size))


cdef void lay_out_openings(Prover *v) noexcept nogil:
    """The values out of domain, the points of the batch, the queries and the body."""
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t leaf_words = most_leaf_words(p)
    v.steps = place_words(a, TILE)
    v.values = <k3 *>place(a, sizeof(k3) * p.openings)
    v.point_powers = place_words(a, POINT_POWERS * p.offset_count)
    v.chunk_factors = <k3 *>place(a, sizeof(k3) * p.offset_count * value_chunks(p))
    v.sums = <k3 *>place(a, sizeof(k3) * sum_count(p) * v.workers)
    v.point_slots = <k3 *>place(a, sizeof(k3) * p.constraints.vector_count)
    v.point_results = <k3 *>place(a, sizeof(k3) * p.constraint_count)
    v.strides = <k3 *>place(a, sizeof(k3) * p.strides)
    v.points = <l2zk_deep_point *>place(a, sizeof(l2zk_deep_point) * p.offset_count)
    v.point_sources = <const uint64_t **>place(a, sizeof(void *) * p.offset_count * (p.columns + 3 * p.pieces))
    v.overflow_sources = <size_t *>place_words(a, p.offset_count * (p.columns + 3 * p.pieces))
    v.point_coefficients = <k3_limbs *>place(a, sizeof(k3_limbs) * p.offset_count * (p.columns + 3 * p.pieces))
    v.final = <k3 *>place(a, sizeof(k3) * p.final_length)
    v.indices = place_words(a, 4 * p.queries)    # J, Lambda, and what `known` holds twice
    v.reopened.roots = place_words(a, p.queries)
    v.reopened.digests = <uint32_t *>place(a, 4 * reopened_words(p.queries))
    v.reopened.most_words = leaf_words
    v.reopened.sources = <const uint64_t **>place(a, sizeof(void *) * leaf_words * v.workers)
    v.reopened.words = place_words(a, GROUP_LEAVES * leaf_words * v.workers)
    v.reopened.salts = <uint32_t *>place(a, 16 * GROUP_LEAVES * v.workers)
    v.proof = <uint8_t *>place(a, body_bound(p))


cdef void lay_out_words(Prover *v) noexcept nogil:
    """G, and each word: its coefficients, and where it is committed its values and its tree."""
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t u, size = p.leaves, tail = excess(p.batch_length, p.coset_size)
    v.batch_values = place_columns(a, 3, p.coset_size + p.batch_overflow)
    v.folded[0] = place_columns(a, 3, p.coset_size)
    v.tail_count[0] = tail
    tail = (tail + p.rows_per_leaf - 1) // p.rows_per_leaf
    for u in range(1, p.rounds + 2):
        v.word_size[u] = size
        v.tail_count[u] = tail
        v.folded[u] = place_columns(a, 3, size // p.blowup)
        v.folded_tail[u] = place_columns(a, 3, tail)
        if u <= p.rounds:
            v.words[u] = place_columns(a, 3, size)
            place_levels(a, &v.word_trees[u])
            size >>= p.log_arity[u - 1]
            tail = (tail + (<size_t>1 << p.log_arity[u - 1]) - 1) >> p.log_arity[u - 1]


cdef void lay_out_trace(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t i
    v.trace = place_columns(a, p.columns, p.coset_size)
    v.row_loads = <l2zk_row_load *>place(a, sizeof(l2zk_row_load) * p.step.load_count)
    v.row_results = <l2zk_row_result *>place(a, sizeof(l2zk_row_result) * p.step.result_count)
    v.uniforms = place_words(a, p.constraints.uniform_count)
    v.outputs = place_words(a, p.output_count)
    v.first_violation = <int64_t *>place_words(a, p.constraint_count * v.workers)
    v.violations = place_words(a, p.constraint_count * v.workers)
    v.scratch = <Scratch *>place(a, sizeof(Scratch) * v.workers)
    for i in range(v.workers):
        lay_scratch(v, i, a)


cdef void lay_pointer(uint64_t **array, size_t i, uint64_t *where, const Arena *a) noexcept nogil:
    if a.base != NULL:
        array[i] = where


cdef void lay_scratch(Prover *v, size_t worker, Arena *a) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Scratch s
    s.words = place_words(a, scratch_words(p))
    s.slots = <uint64_t **>place(a, sizeof(void *) * (p.constraints.vector_count))
    s.groups = <l2zk_group *>place(a, sizeof(l2zk_group) * p.group_count)
    s.results = <const uint64_t **>place(a, sizeof(void *) * p.constraint_count)
    if not v.trace_only:
        s.sources = <uint64_t **>place(a, sizeof(void *) * most_leaf_words(p))
        s.reciprocals = <const uint64_t **>place(a, sizeof(void *) * 3 * p.offset_count)
        s.random = place_words(a, EXPANSION_WORDS if p.hiding else 0)
        s.shift = place_words(a, larger(l2zk_ntt_shift_words(p.log_coset), wrap_words(p)))
        s.tail = place_words(a, most_tail(p))
        s.digests = <uint32_t *>place(a, 4 * 8 * DIGEST_STEP)
    if a.base != NULL:
        v.scratch[worker] = s


cdef void lay_column(Prover *v, size_t worker, Arena *a) noexcept nogil:
    cdef uint64_t *column = place_words(a, v.plan.length)
    if a.base != NULL:
        v.scratch[worker].column = column


cdef void hand_out_scratch(Prover *v, size_t worker) noexcept nogil:
    """Lend each tree the working memory of this worker, for the time when it is hashed."""
    cdef size_t u
    if v.arena.base == NULL:
        return
    hand_to_tree(&v.trace_tree, v.scratch + worker, worker)
    hand_to_tree(&v.quotient_tree, v.scratch + worker, worker)
    for u in range(1, v.plan.rounds + 1):
        hand_to_tree(&v.word_trees[u], v.scratch + worker, worker)


cdef void hand_to_tree(Tree *t, const Scratch *s, size_t worker) noexcept nogil:
    t.pointers[worker], t.digests[worker], t.salt_working[worker] = <uint64_t *>s.sources, s.digests, s.random


cdef size_t run_memory(const Plan *p, unsigned workers, bint trace_only) noexcept nogil:
    cdef Prover v
    memset(&v, 0, sizeof(Prover))
    v.plan = p
    v.workers, v.trace_only = workers, trace_only
    lay_out(&v)
    return v.arena.used
