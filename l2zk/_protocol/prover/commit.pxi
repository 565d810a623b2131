# The commitments to the trace and to the quotient: masks, extension to L, the root of the tree over it. (PROTOCOL 6.2,
# 6.4)

cdef void fill_row_leaves(Tree *t, const Plan *p, uint64_t *columns, size_t count) noexcept nogil:
    """Leaf i of an input tree: rows i, i + |L|/s, ...; in storage they are N'/s apart within a coset."""
    cdef size_t m, c
    for m in range(p.rows_per_leaf):
        for c in range(count):
            t.sources[m * count + c] = column_of(columns, p.size, c) + m * (p.coset_size // p.rows_per_leaf)
            t.strides[m * count + c] = p.coset_size


cdef void extend_for(Prover *v, Extension *e, Tree *tree) noexcept nogil:
    """Extend to all of L, with the proof's crew and memory; hash the tree over it too, if there is one."""
    e.tree, e.cosets, e.crew = tree, v.plan.blowup, v.crew
    e.scratch, e.tables = v.scratch, v.tables
    e.reversed_tails, e.tail_room = v.reversed_tails, v.tail_room
    if not stopped(v) and extend(e):
        stop(v, CANCELLED)


cdef void commit(Prover *v, Tree *t, Message kind) noexcept nogil:
    """Finish a tree and send its root."""
    if l2zk_crew_cancelled(v.crew):
        stop(v, CANCELLED)
    if stopped(v):
        return
    hash_top(t)
    send_root(v, t, kind)


# ---- the trace -------------------------------------------------------------------------------------------------------

cdef inline bint is_short(const Plan *p) noexcept nogil:
    """True for a short trace, N' > N: masks make its polynomials much longer than it is."""
    return p.coset_size > p.length


cdef inline uint64_t *column_mask(const Prover *v, size_t c) noexcept nogil:
    """The mask r of column c, h coefficients; of a trace that is not short it is the tail of T + Z_H*r."""
    if is_short(v.plan):
        return column_of(v.short_masks, v.plan.mask_length, c)
    return column_of(v.trace_tails, v.trace_tail_room, c)


cdef void draw_column_mask(Prover *v, size_t c, unsigned worker) noexcept nogil:
    """Draw the mask r of column c, uniform, if the proof hides. (PROTOCOL 6.2, 10)"""
    if v.plan.hiding:
        draw_mask(&v.randomness, PURPOSE_TRACE_MASK, c, column_mask(v, c), v.plan.mask_length, v.scratch[worker].random)


cdef void interpolate_and_mask_column(void *context, size_t c, unsigned worker) noexcept nogil:
    """Column c's values become the coefficients of T + Z_H*r.

    Where N' = N, T's coefficients stay as they are and the tail is r;
    of a short trace the tail is the coefficients beyond N'.
    """
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef uint64_t *main = column_of(v.coefficients, p.coset_size, c)
    draw_column_mask(v, c, worker)
    memcpy(v.scratch[worker].column, main, 8 * p.length)
    l2zk_active.ntt_coefficients(main, v.scratch[worker].column, p.log_length, v.tables)
    if is_short(p):
        mask_short_column(p, main, column_mask(v, c), column_of(v.trace_tails, v.trace_tail_room, c))


cdef void mask_short_column(const Plan *p, uint64_t *main, const uint64_t *mask, uint64_t *work) noexcept nogil:
    """From T's N coefficients all N + h, T_i - r_i + r_(i-N), in `work`, then their tail at its front.

    h may exceed N, so the two r may meet.
    """
    cdef size_t i, count = p.length + p.mask_length
    memset(work, 0, 8 * count)
    l2zk_active.ntt_reverse(work, main, p.length, p.log_length, 1)
    for i in range(p.mask_length):
        work[i] = f_sub(work[i], mask[i])
        work[p.length + i] = f_add(work[p.length + i], mask[i])
    split(main, work, work, count, p.log_coset)


cdef void commit_trace(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Extension e
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_COMMIT_TRACE, p.columns + p.blowup)
    share(v, interpolate_and_mask_column, v, p.columns)
    e.columns, e.log_rows = p.columns, p.log_coset
    e.main, e.main_size = v.coefficients, p.coset_size
    e.tail, e.tail_size, e.masks = v.trace_tails, v.trace_tail_room, p.coset_size == p.length
    e.tail_count = v.trace_tail_count
    e.out, e.out_size = v.on_domain, p.size
    e.first, e.ratio = GENERATOR, f_root(p.log_size)
    fill_row_leaves(&v.trace_tree, p, v.on_domain, p.columns)
    if p.hiding:
        v.trace_tree.salts, v.trace_tree.number = &v.randomness, 0
    extend_for(v, &e, &v.trace_tree)
    commit(v, &v.trace_tree, MESSAGE_TRACE_ROOT)


# ---- the quotient ----------------------------------------------------------------------------------------------------

cdef inline uint64_t *natural_piece(const Prover *v, size_t piece, size_t coordinate) noexcept nogil:
    return quotient_column(v, coordinate) + piece * cut_length(v.plan)


cdef void cut_quotient(void *context, size_t c, unsigned worker) noexcept nogil:
    """Coordinate c of every piece. (PROTOCOL 6.4)

    Piece j has the coefficients jM .. jM + M - 1 of Q, and the masks X^M*t_j - t_{j-1}, which cancel in the sum.
    """
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t j, i, b, there, size = p.quotient_cosets * p.coset_size + p.overflow
    cdef uint64_t *piece
    cdef uint64_t *next_piece
    cdef uint64_t *quotient = quotient_column(v, c)
    cdef uint64_t *all_coefficients = quotient_value_column(v, c)
    for b in range(p.quotient_cosets):
        l2zk_active.ntt_reverse(all_coefficients + b * p.coset_size, quotient + b * p.coset_size, p.coset_size,
                                p.log_coset, 1)
    memcpy(all_coefficients + p.quotient_cosets * p.coset_size, quotient + p.quotient_cosets * p.coset_size,
           8 * p.overflow)
    for j in range(p.pieces):
        piece = natural_piece(v, j, c)
        there = smaller(p.piece_length, size - smaller(size, j * p.piece_length))
        memcpy(piece, all_coefficients + j * p.piece_length, 8 * there)
        memset(piece + there, 0, 8 * (cut_length(p) - there))
    for j in range(p.pieces - 1 if p.hiding else 0):
        piece = natural_piece(v, j, c)
        next_piece = natural_piece(v, j + 1, c)
        draw_mask(&v.randomness, PURPOSE_QUOTIENT_MASK, 3 * j + c, piece + p.piece_length, p.piece_mask_length,
                  v.scratch[worker].random)
        for i in range(p.piece_mask_length):
            next_piece[i] = f_sub(next_piece[i], piece[p.piece_length + i])


cdef void reverse_piece(void *context, size_t i, unsigned worker) noexcept nogil:
    """Bring a coordinate of a piece into the form of an extension: N' coefficients in bit-reversed order,
    and the tail."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    split(column_of(v.piece_coefficients, p.coset_size, i),
          column_of(v.piece_tails, excess(cut_length(p), p.coset_size), i),
          natural_piece(v, i // 3, i % 3), cut_length(p), p.log_coset)


cdef void extend_pieces(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Extension e
    e.columns, e.log_rows, e.masks = 3 * p.pieces, p.log_coset, False
    e.out, e.out_size = v.pieces, p.size
    e.first, e.ratio = GENERATOR, f_root(p.log_size)
    if p.quotient_uncut:                  # Q itself: one block, and its overflow behind it
        e.main, e.main_size = v.quotient, v.quotient_room
        e.tail, e.tail_size, e.tail_count = v.quotient + p.coset_size, v.quotient_room, p.overflow
    else:
        share(v, cut_quotient, v, 3)
        share(v, reverse_piece, v, 3 * p.pieces)
        e.main, e.main_size = v.piece_coefficients, p.coset_size
        e.tail, e.tail_size = v.piece_tails, excess(cut_length(p), p.coset_size)
        e.tail_count = e.tail_size
    extend_for(v, &e, &v.quotient_tree)


cdef void mask_batch(Prover *v) noexcept nogil:
    """Draw R, extend it to word 1's domain, and let its values follow the rows in each leaf of the quotient tree.

    R(7^s*X) is drawn rather than R: it is as uniform, and FRI's words are on the subgroup.
    """
    cdef const Plan *p = v.plan
    cdef Tree *t = &v.quotient_tree
    cdef Extension e
    cdef size_t c, words = 3 * p.pieces * p.rows_per_leaf, rows = p.coset_size // p.rows_per_leaf
    cdef size_t size = batch_mask_room(p)
    share(v, draw_batch_mask, v, 3)
    for c in range(3):
        t.sources[words + c] = column_of(v.batch_mask, p.leaves, c)
        t.strides[words + c] = rows
    e.columns, e.log_rows, e.masks = 3, p.log_coset - p.log_rows_per_leaf, False
    e.main, e.main_size = v.batch_mask_coefficients, size
    e.tail, e.tail_size = v.batch_mask_coefficients + rows, size
    e.tail_count = excess(p.batch_mask_length, rows)
    e.out, e.out_size = v.batch_mask, p.leaves
    e.first, e.ratio = 1, f_root(p.log_size - p.log_rows_per_leaf)
    extend_for(v, &e, NULL)


cdef void draw_batch_mask(void *context, size_t c, unsigned worker) noexcept nogil:
    """Draw a coordinate of R's coefficients; if they are fewer than the rows of a coset,
    put them into bit-reversed order."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef uint64_t *coefficients = column_of(v.batch_mask_coefficients, batch_mask_room(p), c)
    memset(coefficients, 0, 8 * batch_mask_room(p))
    draw_mask(&v.randomness, PURPOSE_BATCH_MASK, c, coefficients, p.batch_mask_length, v.scratch[worker].random)
    if p.batch_mask_length < p.coset_size // p.rows_per_leaf:
        put_in_order(coefficients, p.log_coset - p.log_rows_per_leaf)


cdef void put_in_order(uint64_t *coefficients, unsigned log_n) noexcept nogil:
    """Move each coefficient to its bit-reversed place."""
    cdef size_t i, k
    for i in range(<size_t>1 << log_n):
        k = bit_reversed(i, log_n)
        if i < k:
            coefficients[i], coefficients[k] = coefficients[k], coefficients[i]


cdef void commit_quotient(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_COMMIT_QUOTIENT, p.blowup)
    fill_row_leaves(&v.quotient_tree, p, v.pieces, 3 * p.pieces)
    if p.hiding:
        mask_batch(v)
        v.quotient_tree.salts, v.quotient_tree.number = &v.randomness, 1
    if not p.quotient_on_domain:
        extend_pieces(v)
    elif not stopped(v):
        hash_tree(&v.quotient_tree)
    commit(v, &v.quotient_tree, MESSAGE_QUOTIENT_ROOT)
