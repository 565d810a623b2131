# Grinding, and what the prover opens for the queries; `prove` draws them, by draw_queries of channel/transcript.pxi.
# (PROTOCOL 6.10, 6.11)

cdef enum:
    NONCES_A_TASK = 1 << 12
    GRIND_TASKS = 32

cdef struct Grinding:
    uint8_t prefix[48]
    unsigned bits
    uint64_t first
    uint64_t nonces[GRIND_TASKS]     # the least of each task, where found
    int found[GRIND_TASKS]


cdef void grind_some(void *context, size_t task, unsigned worker) noexcept nogil:
    """The least nonce of a task, unless an earlier one has one."""
    cdef Grinding *g = <Grinding *>context
    cdef size_t i
    cdef int found = 0
    for i in range(task):
        if l2zk_flag_is_set(&g.found[i]):
            return
    g.nonces[task] = l2zk_active.grind(g.prefix, g.first + task * NONCES_A_TASK, NONCES_A_TASK, g.bits, &found)
    if found:
        l2zk_flag_set(&g.found[task])


cdef void grind(Prover *v) noexcept nogil:
    """The least nonce after which the state has its zeros."""
    cdef Grinding g
    cdef size_t i = GRIND_TASKS
    if stopped(v) or v.plan.grinding == 0:
        return
    l2zk_crew_stage(v.crew, STAGE_GRIND, (<uint64_t>1 << v.plan.grinding) // NONCES_A_TASK + 1)
    memcpy(g.prefix, v.transcript.state, 32)
    put_u64(g.prefix + 32, MESSAGE_NONCE)
    put_u64(g.prefix + 40, 8)
    g.bits, g.first = v.plan.grinding, 0
    while i == GRIND_TASKS:
        memset(g.found, 0, sizeof(g.found))
        share(v, grind_some, &g, GRIND_TASKS)
        if stopped(v):
            return
        i = 0
        while i < GRIND_TASKS and not g.found[i]:
            i += 1
        g.first += GRIND_TASKS * NONCES_A_TASK
    send_nonce(v, g.nonces[i])


cdef void open_input(Prover *v, const Tree *t, uint64_t *columns, size_t width, const uint64_t *indices, size_t count,
                     uint64_t *known) noexcept nogil:
    """The s rows of each leaf, with hiding R's value and the salt; then the tree's digests."""
    cdef const Plan *p = v.plan
    cdef size_t i, m, c, at
    for i in range(count):
        for m in range(p.rows_per_leaf):
            at = stored_at(indices[i] + m * p.leaves, p.size, p.blowup)
            for c in range(width):
                append_element(v, column_of(columns, p.size, c)[at])
        if p.hiding:
            at = stored_at(indices[i], p.leaves, p.blowup)
            for c in range(3 if t == &v.quotient_tree else 0):
                append_element(v, column_of(v.batch_mask, p.leaves, c)[at])
            append_salt(v, t, indices[i])
    append_digests(v, t, indices, count, known)


cdef size_t open_word(Prover *v, size_t u, uint64_t *indices, size_t count, uint64_t *leaves,
                      uint64_t *known) noexcept nogil:
    """Write the members that the verifier cannot compute, of each leaf with a computed one;
    returns the number of these leaves."""
    cdef size_t a = <size_t>1 << v.plan.log_arity[u - 1]
    cdef size_t size = v.word_size[u], step = size // a, leaf_count, i, t, c, at
    for i in range(count):
        leaves[i] = indices[i] & (step - 1)
    leaf_count = sort_distinct(leaves, count)
    for i in range(leaf_count):
        for t in range(a):
            if position_of(indices, count, leaves[i] + t * step) == count:
                at = stored_at(leaves[i] + t * step, size, v.plan.blowup)
                for c in range(3):
                    append_element(v, column_of(v.words[u], size, c)[at])
    append_digests(v, &v.word_trees[u], leaves, leaf_count, known)
    return leaf_count


cdef void open_queries(Prover *v, size_t count) noexcept nogil:
    """Open every tree at the `count` leaves of the queries, and at those that follow from them."""
    cdef const Plan *p = v.plan
    cdef uint64_t *indices = v.indices
    cdef uint64_t *leaves = indices + p.queries
    cdef uint64_t *known = leaves + p.queries
    cdef size_t u
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_OPEN, 2 + p.rounds)
    open_input(v, &v.trace_tree, v.on_domain, p.columns, indices, count, known)
    open_input(v, &v.quotient_tree, v.pieces, 3 * p.pieces, indices, count, known)
    for u in range(1, p.rounds + 1):
        count = open_word(v, u, indices, count, leaves, known)
        memcpy(indices, leaves, 8 * count)
    if l2zk_crew_cancelled(v.crew):
        stop(v, CANCELLED)
