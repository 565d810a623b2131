# FRI: folds of the batch, commitments to the words (codewords) between them, the final polynomial. (PROTOCOL 6.8, 6.9)
#
# The prover folds coefficients: one of the next word is a sum of a few of the word before. Only a word that is
# committed is evaluated. A word has N'/s, N'/(s*a_1), … coefficients in bit-reversed order, and a tail of further ones.

cdef size_t FOLDED_A_TASK = 1 << 10        # coefficients of the word after the fold

cdef struct Fold:
    const uint64_t *coefficients[3]
    size_t count                 # of the word after the fold
    unsigned log_arity
    k3 beta
    uint64_t *out[3]


cdef void fold_part(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef Fold *f = <Fold *>context
    cdef size_t first = task * FOLDED_A_TASK
    l2zk_active.fold_coefficients(f.coefficients, f.count, first, smaller(first + FOLDED_A_TASK, f.count), f.log_arity,
                                  f.beta, f.out)


cdef void fold_word(Prover *v, size_t u, unsigned log_arity, k3 beta) noexcept nogil:
    """Fold word u into word u + 1, by coefficients: next[j] = sum_i beta^i coefficients[j*a + i].

    The verifier folds values instead, by the formula of PROTOCOL 6.8 (fold_opened_leaves in words.pxi). Both give the
    same polynomial: the remainder by X^a - y^a, at beta.
    """
    cdef const Plan *p = v.plan
    cdef size_t count = p.coset_size if u == 0 else v.word_size[u] // p.blowup, c
    cdef Fold f
    f.count, f.log_arity, f.beta = count >> log_arity, log_arity, beta
    for c in range(3):
        f.coefficients[c] = column_of(v.folded[u], count, c)
        f.out[c] = column_of(v.folded[u + 1], f.count, c)
    share(v, fold_part, &f, (f.count + FOLDED_A_TASK - 1) // FOLDED_A_TASK)
    if not stopped(v):
        fold_tail(v, u, <size_t>1 << log_arity, beta)


cdef void fold_tail(Prover *v, size_t u, size_t a, k3 beta) noexcept nogil:
    """Fold the tail of word u. That of word 0 is not known yet: it is still in the values on the overflow's points."""
    cdef size_t c, t
    cdef uint64_t *out
    cdef k3 power = k_from(1), term
    for c in range(3):
        memset(column_of(v.folded_tail[u + 1], v.tail_count[u + 1], c), 0, 8 * v.tail_count[u + 1])
    for t in range(v.tail_count[u] if u else 0):
        power = k_from(1) if t % a == 0 else k_mul(power, beta)
        for c in range(3):
            term.c[c] = column_of(v.folded_tail[u], v.tail_count[u], c)[t]
        term = k_mul(term, power)
        for c in range(3):
            out = column_of(v.folded_tail[u + 1], v.tail_count[u + 1], c) + t // a
            out[0] = f_add(out[0], term.c[c])


cdef inline uint64_t *overflow_values(const Prover *v, size_t c) noexcept nogil:
    return batch_column(v, c) + v.plan.coset_size


cdef void fold_overflow_values(Prover *v) noexcept nogil:
    """Fold word 0's values on the overflow's points by s, in place: values at y, y = omega_|L|*omega^j, become values
    at y^s. The members of leaf j are `count` apart."""
    cdef const Plan *p = v.plan
    cdef size_t count = p.batch_overflow // p.rows_per_leaf, j, t, c, here
    cdef uint64_t *members = v.scratch[0].words
    cdef uint64_t *powers = members + 24 * TILE
    cdef uint64_t *inverse_points = powers + TILE
    cdef uint64_t start = f_inv(f_root(p.log_size))
    cdef uint64_t *out[3]
    fill_powers(powers, f_inv(f_root(log_of_ratio(p.batch_overflow, 1))))
    for j from 0 <= j < count by TILE:
        here = smaller(TILE, count - j)
        for c in range(3):
            out[c] = inverse_points + TILE * (1 + c)
            for t in range(p.rows_per_leaf):
                memset(members + TILE * (3 * t + c), 0, 8 * TILE)
                memcpy(members + TILE * (3 * t + c), overflow_values(v, c) + t * count + j, 8 * here)
        l2zk_active.points(start, powers, inverse_points)
        start = f_mul(start, f_mul(powers[TILE - 1], powers[1]))
        l2zk_active.fold_values(members, TILE, p.log_rows_per_leaf, v.beta[0], inverse_points, out)
        for c in range(3):
            memcpy(overflow_values(v, c) + j, out[c], 8 * here)


cdef void add_batch_overflow(Prover *v) noexcept nogil:
    """From the fold of G(7X) mod X^N' - 1, which is word 1 mod X^(N'/s) - 1, to word 1's coefficients."""
    if stopped(v) or v.plan.batch_overflow == 0:
        return
    fold_overflow_values(v)
    share(v, find_batch_overflow, v, 3)


cdef void find_batch_overflow(void *context, size_t c, unsigned worker) noexcept nogil:
    """A coordinate of the overflow. On the subgroup its points are the coset omega_|L|*<omega>, where x^N' is not 1."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef const Scratch *scratch = v.scratch + worker
    cdef unsigned log_rows = p.log_coset - p.log_rows_per_leaf
    cdef unsigned log_count = log_of_ratio(p.batch_overflow, 1) - p.log_rows_per_leaf
    cdef uint64_t y = f_root(p.log_size)
    cdef uint64_t *coefficients = column_of(v.folded[1], <size_t>1 << log_rows, c)
    find_overflow(coefficients, log_rows, f_sub(f_pow(y, p.coset_size), 1), overflow_values(v, c), log_count,
                  f_pow(y, p.rows_per_leaf), scratch.tail, v.tables, scratch.shift)
    take_overflow(coefficients, log_rows, 1, scratch.tail, log_count)
    l2zk_active.ntt_reverse(overflow_values(v, c), scratch.tail, <size_t>1 << log_count, log_count, 1)
    memcpy(column_of(v.folded_tail[1], v.tail_count[1], c), overflow_values(v, c), 8 * v.tail_count[1])


cdef void add_batch_mask(Prover *v) noexcept nogil:
    """Word 1 = R + the fold of word 0."""
    cdef const Plan *p = v.plan
    cdef size_t rows = p.coset_size // p.rows_per_leaf, c
    cdef const uint64_t *mask
    if stopped(v) or not p.hiding:
        return
    for c in range(3):
        mask = column_of(v.batch_mask_coefficients, batch_mask_room(p), c)
        l2zk_active.add_scaled(column_of(v.folded[1], rows, c), mask, rows, 1)
        l2zk_active.add_scaled(column_of(v.folded_tail[1], v.tail_count[1], c), mask + rows, v.tail_count[1], 1)


cdef void commit_word(Prover *v, size_t u) noexcept nogil:
    """Evaluate word u and commit to it; its leaf i has the values i + t*m/a, which are rows/a apart within a coset."""
    cdef const Plan *p = v.plan
    cdef Tree *tree = &v.word_trees[u]
    cdef size_t a = <size_t>1 << p.log_arity[u - 1], rows = v.word_size[u] // p.blowup, t, c
    cdef Extension e
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_FOLD, v.word_size[u])
    e.columns, e.log_rows, e.masks = 3, log_of_ratio(rows, 1), False
    e.main, e.main_size = v.folded[u], rows
    e.tail, e.tail_size, e.tail_count = v.folded_tail[u], v.tail_count[u], v.tail_count[u]
    e.out, e.out_size = v.words[u], v.word_size[u]
    e.first, e.ratio = 1, f_root(log_of_ratio(v.word_size[u], 1))
    for t in range(a):
        for c in range(3):
            tree.sources[3 * t + c] = column_of(v.words[u], v.word_size[u], c) + t * (rows // a)
            tree.strides[3 * t + c] = rows
    extend_for(v, &e, tree)
    commit(v, tree, MESSAGE_WORD_ROOT)


cdef void send_final_polynomial(Prover *v) noexcept nogil:
    """The last word's coefficients, in natural order."""
    cdef const Plan *p = v.plan
    cdef size_t c, i, u = p.rounds + 1, rows = v.word_size[u] // p.blowup
    if stopped(v):
        return
    for i in range(p.final_length):
        for c in range(3):
            if i < rows:
                v.final[i].c[c] = column_of(v.folded[u], rows, c)[bit_reversed(i, log_of_ratio(rows, 1))]
            else:
                v.final[i].c[c] = column_of(v.folded_tail[u], v.tail_count[u], c)[i - rows]
    send_elements(v, v.final, p.final_length, MESSAGE_FINAL)
