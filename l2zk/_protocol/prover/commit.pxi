# The commitment to the vector: masks, tails and R are drawn, columns and R are encoded, the root is said.
# (PROTOCOL 6.1, 6.2)

cdef void fill_vector(Prover *v) noexcept nogil:
    """Behind the columns of all tables the masks, and zeros."""
    cdef const Plan *p = v.plan
    memset(v.vector + p.masks_at, 0, 8 * (p.columns * p.m - p.masks_at))
    if p.hiding:
        draw_mask(&v.randomness, PURPOSE_ARGUMENT_MASK, 0, v.vector + p.masks_at, 3 * p.masked, v.random[0])


cdef void draw_tail(void *context, size_t c, unsigned worker) noexcept nogil:
    """The tail of a column, or a coordinate of R."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    if c < p.columns:
        draw_mask(&v.randomness, PURPOSE_TAIL, c, column_of(v.tails, p.tail, c), p.tail, v.random[worker])
    else:
        draw_mask(&v.randomness, PURPOSE_BLIND, c - p.columns, column_of(v.blind, p.m + p.tail, c - p.columns),
                  p.m + p.tail, v.random[worker])


cdef void commit_vector(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    l2zk_crew_stage(v.crew, STAGE_COMMIT, p.columns + (<size_t>1 << (p.log_n0 - p.log_m)))
    fill_vector(v)
    find_narrow(v)
    if p.hiding:
        share(v, draw_tail, v, p.columns + 3)
        v.tree.salts = &v.randomness
    if stopped(v) or encode(&v.input):
        stop(v, CANCELLED)
        return
    hash_top(&v.tree)
    say_root(v, &v.tree, MESSAGE_ROOT)
