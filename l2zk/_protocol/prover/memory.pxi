# The memory of a proof in the making: its arrays and their lengths, one after the other in a block (base/arena.pxi).

cdef unsigned workers_of(const Plan *p, unsigned threads) noexcept nogil:
    """The threads that work on a proof."""
    return 1 if is_short(p) else threads


cdef size_t most_tile_words(const Plan *p) noexcept nogil:
    """Of the tiles of a code: its slots, its results, selectors and sums."""
    cdef const TablePlan *t
    cdef size_t i, words = 0
    for i in range(p.table_count):
        t = p.tables + i
        words = larger(words, t.constraints.vector_count + t.constraint_count + t.domain_count + 4)
        words = larger(words, p.runs[i].constraints.vector_count + t.constraint_count)
    return TILE * words


cdef size_t most_row_words(const Plan *p) noexcept nogil:
    """Of a step: its slots, or pointers to the columns."""
    cdef size_t i, words = 0
    for i in range(p.table_count):
        words = larger(words, larger(p.runs[i].row_slots, p.runs[i].columns))
    return words


cdef size_t most_vectors(const Plan *p) noexcept nogil:
    """The most slots of a code."""
    cdef size_t i, count = 0
    for i in range(p.table_count):
        count = larger(count, larger(p.tables[i].constraints.vector_count, p.runs[i].constraints.vector_count))
    return count


cdef size_t most_extended_words(const Plan *p) noexcept nogil:
    """Of a tile of all arrays of a table at the points of the first round."""
    cdef size_t i, words = 0
    for i in range(p.table_count):
        words = larger(words, extended_arrays(p.tables + i) * MOST_STREAMS * EXTENDED_STEP)
    return words


cdef size_t scratch_words(const Plan *p, bint trace_only) noexcept nogil:
    """The most words of working memory that a task needs."""
    cdef size_t tile = most_tile_words(p)
    cdef size_t skip = most_extended_words(p) + larger(MOST_STREAMS * EXTENDED_STEP, tile)
    cdef size_t bind = MOST_STREAMS * (ROWS_A_TASK + TILE)
    cdef size_t round = 3 * tile
    cdef size_t sums = larger(2 * SPLIT_WORDS + CHUNK_STEP + TILE, fraction_words() if p.layers else 0)
    cdef size_t others = larger(larger(3 * 8 * most_queries(p), p.columns), most_row_words(p))
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
    """An encoding with its tree, whose leaves are its columns' values; after place_shared."""
    cdef size_t c, m = <size_t>1 << log_m, n = <size_t>1 << log_n
    e.columns, e.log_m, e.log_n, e.tail, e.tree, e.crew = columns, log_m, log_n, tail, t, v.crew
    e.workers, e.prepared, e.of_bytes, e.narrow = v.workers, v.prepared, v.of_bytes, NULL
    e.sources = <const uint64_t **>place(a, sizeof(void *) * columns)
    e.tails = <const uint64_t **>place(a, sizeof(void *) * columns)
    e.reversed_tails = place_columns(a, columns, tail_room(tail, m))
    if e == &v.input:
        e.values = place_columns(a, columns, n)
    else:
        e.reversed = place_columns(a, columns, m)
    e.shifts, e.scaled, e.tables = v.shifts, v.scaled, v.tables
    place_tree(a, t, v, n, n // m, columns)
    for c in range(columns if a.base != NULL else 0):
        t.sources[c], t.strides[c] = column_of(e.values, n, c), m


cdef void place_shared(Prover *v) noexcept nogil:
    """What the vector's coefficients take until they are encoded, then the streams' values of bits, and in the end the
    later words' values."""
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t start = a.used, end, number
    for number in range(p.word_count):
        v.word_encodings[number].values = place_columns(a, <size_t>3 << p.words[number].k,
                                                        <size_t>1 << p.words[number].log_n)
    end, a.used = a.used, start
    v.argument.of_bits = place_words(a, cosets_of_bits(p) * WORDS_OF_BITS)
    end, a.used = larger(end, a.used), start
    v.input.reversed = place_columns(a, p.columns + (3 if p.hiding else 0), p.m)
    a.used = larger(a.used, end)


cdef void lay_out_part(Prover *v, size_t i) noexcept nogil:
    """What is known of a table, and the place of its columns."""
    cdef const TablePlan *t = v.plan.tables + i
    cdef size_t whole = whole_derived(t)
    cdef uint64_t *derived = place_columns(&v.arena, whole, t.rows)
    cdef uint64_t *scalars = place_words(&v.arena, (t.derived_count - whole) * t.blocks)
    cdef uint64_t *uniforms = place_words(&v.arena, t.constraints.uniform_count)
    cdef uint8_t *narrow = <uint8_t *>place(&v.arena, t.columns)
    if v.arena.base == NULL:
        return
    v.parts[i].table, v.parts[i].cells, v.parts[i].words = t, v.vector + t.at, v.words + t.at // 64
    v.parts[i].narrow = narrow
    v.parts[i].derived, v.parts[i].scalars, v.parts[i].uniforms = derived, scalars, uniforms


cdef void lay_out_block(Prover *v, size_t i, size_t table, size_t j, Public *public) noexcept nogil:
    """Block j of a table, in the table's place."""
    cdef const TablePlan *t = v.plan.runs[table]
    cdef Arena *a = &v.arena
    cdef Block *b = v.blocks + i
    cdef uint64_t *uniforms = place_words(a, t.constraints.uniform_count)
    cdef l2zk_row_load *loads = <l2zk_row_load *>place(a, sizeof(l2zk_row_load) * t.step.load_count)
    cdef l2zk_row_result *results = <l2zk_row_result *>place(a, sizeof(l2zk_row_result) * t.step.result_count)
    cdef int64_t *first = <int64_t *>place_words(a, t.constraint_count * v.workers)
    cdef uint64_t *violations = place_words(a, t.constraint_count * v.workers)
    if a.base == NULL:
        return
    b.table, b.public, b.uniforms, b.row_loads, b.row_results = t, public, uniforms, loads, results
    b.first_violation, b.violations = first, violations
    b.apart = v.plan.tables[table].rows
    b.cells, b.derived = v.parts[table].cells + j * t.rows, v.parts[table].derived + j * t.rows


cdef void lay_out_statement(Prover *v, size_t i, const GroupPlan *g) noexcept nogil:
    """A statement's outputs, and its blocks."""
    cdef const TablePlan *main = v.plan.tables + g.first_table
    cdef Statement *s = v.statements + i
    cdef Arena *a = &v.arena
    cdef uint64_t *outputs = place_words(a, main.output_count if main.claim_count else 0)
    cdef uint64_t *values
    cdef size_t k, first
    if a.base != NULL and main.claim_count:
        s.outputs = outputs
    for k in range(main.sequence_count if main.claimed else 0):
        if main.sequences[k].is_output:
            values = place_words(a, main.sequences[k].length)
            if a.base != NULL:
                s.public.sequences[k] = values
    if a.base != NULL:
        s.public.outputs = s.outputs
        v.publics[i] = s.public
    for k in range(g.table_count):
        first = s.first_block if a.base != NULL else 0
        lay_out_block(v, first + k, g.first_table + k, i - g.first_statement, v.publics + i)
        if a.base != NULL:
            v.blocks[first + k].outputs = s.outputs


cdef void lay_out_trace(Prover *v) noexcept nogil:
    """The workers' memory and the vector, in whose front the tables lie; a trace alone has a place of its own."""
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t i, g
    lay_out_workers(v)
    if not v.trace_only:
        v.vector = place_words(a, larger(p.columns * p.m, p.masks_at))
    v.words = place_words(a, 0 if v.trace_only else larger(p.columns * p.m, p.masks_at) // 64 + 1)
    v.narrow = <uint8_t *>place(a, p.columns + 3)
    v.first_cells = <size_t *>place_words(a, p.table_count + 1)
    v.parts = <Part *>place(a, sizeof(Part) * p.table_count)
    for i in range(p.table_count):
        lay_out_part(v, i)
        if a.base != NULL:
            v.first_cells[i + 1] = (v.first_cells[i] if i else 0) + p.tables[i].columns
    if a.base != NULL:
        v.first_cells[0] = 0
    for g in range(p.group_count):
        for i in range(p.groups[g].statements):
            lay_out_statement(v, p.groups[g].first_statement + i, p.groups + g)


cdef size_t body_bound(const Plan *p) noexcept nogil:
    """An upper bound for the bytes of a body: every query opens a leaf of its own, and no digest is shared."""
    cdef size_t size = 32 + 24 * p.masked + 48 + 48 * (p.log_columns + p.log_m) + 24 * (p.tail + p.final) + 8, number
    size += p.queries * (8 * p.columns + 40 + 32 * p.log_n0)
    for number in range(p.word_count):
        size += 64 + p.words[number].queries * ((<size_t>24 << p.words[number].k) + 32 * p.words[number].log_n)
    return size


cdef void lay_out_workers(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef unsigned i
    cdef size_t leaf = most_leaf_words(p), domains = 0, constraints = 0, k
    for k in range(p.table_count):
        domains = larger(domains, p.tables[k].domain_count)
        constraints = larger(constraints, p.tables[k].constraint_count)
    v.scratch = <uint64_t **>place(a, sizeof(void *) * v.workers)
    v.slots = <uint64_t ***>place(a, sizeof(void *) * v.workers)
    v.on_domains = <l2zk_group **>place(a, sizeof(void *) * v.workers)
    v.members = <const uint64_t ***>place(a, sizeof(void *) * v.workers)
    v.random = <uint64_t **>place(a, sizeof(void *) * v.workers)
    v.shifts = <uint64_t **>place(a, sizeof(void *) * v.workers)
    v.scaled = <uint64_t **>place(a, sizeof(void *) * v.workers)
    v.of_bytes = <uint64_t **>place(a, sizeof(void *) * v.workers)
    v.prepared = <size_t *>place_words(a, v.workers)
    v.digests = <uint32_t **>place(a, sizeof(void *) * v.workers)
    v.leaf_sources = <uint64_t **>place(a, sizeof(void *) * v.workers)
    for i in range(v.workers):
        lay_pointer(<void **>v.scratch, i, place_words(a, scratch_words(p, v.trace_only)), a)
        lay_pointer(<void **>v.slots, i, place(a, sizeof(void *) * most_vectors(p)), a)
        lay_pointer(<void **>v.on_domains, i, place(a, sizeof(l2zk_group) * domains), a)
        lay_pointer(<void **>v.members, i, place(a, sizeof(void *) * constraints), a)
        lay_pointer(<void **>v.random, i, place_words(a, EXPANSION_WORDS), a)
        lay_pointer(<void **>v.shifts, i, place_words(a, l2zk_ntt_shift_words(p.log_m)), a)
        lay_pointer(<void **>v.scaled, i, place_words(a, COLUMNS_A_TASK << log_of_ratio(larger(p.tail, 1), 1)), a)
        lay_pointer(<void **>v.of_bytes, i, place_words(a, l2zk_ntt_bits_words(p.log_m)), a)
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
    place_shared(v)
    place_encoding(a, &v.input, &v.tree, v, p.columns + (3 if p.hiding else 0), p.log_m, p.log_n0, p.tail)
    for c in range(v.input.columns if a.base != NULL else 0):
        if c < p.columns:
            v.input.sources[c], v.input.tails[c] = v.vector + (c << p.log_m), column_of(v.tails, p.tail, c)
        else:
            v.input.sources[c] = column_of(v.blind, p.m + p.tail, c - p.columns)
            v.input.tails[c] = v.input.sources[c] + p.m
    v.input.bytes = <uint8_t *>place(a, p.columns * p.m // 8)
    v.input.words = v.words
    if p.m >= LEAST_PACKED and 8 * p.tail <= p.m:
        v.input.narrow = v.narrow
    lay_out_argument(v)
    lay_out_lookups(v)
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
