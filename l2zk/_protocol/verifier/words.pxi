# The words of FRI at the queries: word 1 from the opened rows, each next one from the word before, the last one from
# the final polynomial. (PROTOCOL 7.10 to 7.12)

cdef void weigh_openings(Verifier *v) noexcept nogil:
    """For each point g^o*zeta the coefficients of what is opened there, alpha_deep^e, and their sum with the values.
    (PROTOCOL 6.7)"""
    cdef const Plan *p = v.plan
    cdef size_t u, i, c, t = 0, width = p.columns + p.pieces
    cdef k3 weight, phi = k_from(0)
    cdef l2zk_deep_point *point
    phi.c[1] = 1
    for u in range(p.offset_count):
        point = v.points + u
        point.constant, point.count = k_from(0), 0
        point.sources = v.sources + u * (p.columns + 3 * p.pieces)
        point.coefficients = v.coefficients + u * (p.columns + 3 * p.pieces)
        for i in range(p.reads[u].count):
            weight = k_pow(v.alpha_deep, 1 + p.reads[u].columns[i] + u * width)
            add_opening(point, weight)
            point.constant = k_add(point.constant, k_mul(weight, v.values[t]))
            t += 1
        for i in range(p.pieces if u == 0 else 0):
            weight = k_pow(v.alpha_deep, 1 + p.columns + i)
            point.constant = k_add(point.constant, k_mul(weight, v.values[t]))
            for c in range(3):       # a piece's coordinates: times 1, phi and phi^2
                add_opening(point, weight)
                weight = k_mul(weight, phi)
            t += 1


cdef inline void add_opening(l2zk_deep_point *point, k3 coefficient) noexcept nogil:
    (<k3_limbs *>point.coefficients)[point.count] = k_limbs(coefficient)
    point.count += 1


cdef void find_row(Verifier *v, size_t m) noexcept nogil:
    """Point the sources at row m of each leaf, in the order of weigh_openings."""
    cdef const Plan *p = v.plan
    cdef const uint64_t **source
    cdef size_t u, i
    for u in range(p.offset_count):
        source = <const uint64_t **>v.points[u].sources
        for i in range(p.reads[u].count):
            source[i] = v.trace_words + (m * p.columns + p.reads[u].columns[i]) * v.lanes
        for i in range(3 * p.pieces if u == 0 else 0):
            source[p.reads[u].count + i] = v.quotient_words + (m * 3 * p.pieces + i) * v.lanes


cdef void batch_row(Verifier *v, size_t m, uint64_t *out) noexcept nogil:
    """Word 0 at row m of each leaf: sum of alpha_deep^e*(f_t(x) - value)/(x - g^o*zeta), as 3 arrays."""
    cdef const Plan *p = v.plan
    cdef size_t i, u, c
    cdef uint64_t turn = f_mul(GENERATOR, f_pow(f_root(p.log_rows_per_leaf), m))
    find_row(v, m)
    l2zk_active.scale_values(v.x, v.y, v.lanes, turn)
    for u in range(p.offset_count):
        fill_reciprocals_of(v, k_scale(v.zeta, f_pow(f_root(p.log_length), p.reads[u].offset)),
                            v.reciprocals + 3 * u * v.lanes)
    for i from 0 <= i < v.lanes by TILE:
        for c in range(3 * p.offset_count):
            v.reciprocal_tiles[c] = v.reciprocals + c * v.lanes + i
        l2zk_active.deep(v.points, p.offset_count, i, v.reciprocal_tiles, v.batch)
        for c in range(3):
            memcpy(out + c * v.lanes + i, v.batch + TILE * c, 8 * TILE)


cdef void fill_reciprocals_of(Verifier *v, k3 z, uint64_t *out) noexcept nogil:
    """1/(x - z) for the points x of a row, as 3 arrays."""
    cdef size_t i
    for i from 0 <= i < v.lanes by TILE:
        l2zk_active.minimal_values(z, v.x + i, v.inverses + i)
    invert_all(v.inverses, v.lanes)
    for i from 0 <= i < v.lanes by TILE:
        l2zk_active.reciprocals(z, v.x + i, v.inverses + i, out + i, v.lanes)


cdef void invert_all(uint64_t *values, size_t count) noexcept nogil:
    cdef size_t i
    for i from 0 <= i < count by CHUNK:
        l2zk_active.invert(values + i, smaller(CHUNK, count - i))


cdef void fold_opened_leaves(Verifier *v, uint64_t *members, unsigned log_arity, k3 beta, uint64_t *out) noexcept nogil:
    """Fold the members of each opened leaf at beta; inverse_y has 1/y of its first member. (PROTOCOL 6.8)

    The prover folds coefficients instead (fold_opened_leaves in fold.pxi).
    """
    cdef size_t i, c
    cdef uint64_t *place[3]
    for i from 0 <= i < v.lanes by TILE:
        for c in range(3):
            place[c] = out + c * v.lanes + i
        l2zk_active.fold_values(members + i, v.lanes, log_arity, beta, v.inverse_y + i, place)


cdef void raise_points(Verifier *v, const uint64_t *y, unsigned log_power, uint64_t *out) noexcept nogil:
    cdef size_t i
    for i in range(v.lanes):
        out[i] = f_pow(y[i], <uint64_t>1 << log_power)


cdef void compute_word(Verifier *v) noexcept nogil:
    """The values of word 1 at J, from the opened rows; y becomes the points of word 1."""
    cdef const Plan *p = v.plan
    cdef size_t i, m, c, words = 3 * p.pieces * p.rows_per_leaf
    if v.refusal != ACCEPTED:
        return
    for i in range(v.lanes):
        v.y[i] = f_pow(f_root(p.log_size), v.indices[i]) if i < v.count else 1
    memcpy(v.inverse_y, v.y, 8 * v.lanes)
    invert_all(v.inverse_y, v.lanes)
    weigh_openings(v)
    for m in range(p.rows_per_leaf):
        batch_row(v, m, v.word_words + 3 * m * v.lanes)
    fold_opened_leaves(v, v.word_words, p.log_rows_per_leaf, v.beta[0], v.word)
    raise_points(v, v.y, p.log_rows_per_leaf, v.y)
    for c in range(3 if p.hiding else 0):
        for i in range(v.count):
            v.word[c * v.lanes + i] = f_add(v.word[c * v.lanes + i], v.quotient_words[(words + c) * v.lanes + i])


cdef size_t word_length(const Plan *p, size_t u) noexcept nogil:
    cdef size_t k, size = p.leaves
    for k in range(u - 1):
        size >>= p.log_arity[k]
    return size


cdef size_t find_leaves(Verifier *v, size_t step, unsigned log_arity) noexcept nogil:
    """The leaves with the values at J; next_y becomes the first point of each, y over a root of unity."""
    cdef size_t i, at, leaf_count
    cdef uint64_t unroot = f_inv(f_root(log_arity))
    for i in range(v.count):
        v.leaves[i] = v.indices[i] & (step - 1)
    leaf_count = sort_distinct(v.leaves, v.count)
    for i in range(v.lanes):
        v.next_y[i] = 1
    for i in range(v.count):
        at = position_of(v.leaves, leaf_count, v.indices[i] & (step - 1))
        v.next_y[at] = f_mul(v.y[i], f_pow(unroot, v.indices[i] // step))
    return leaf_count


cdef void check_word(Verifier *v, size_t u) noexcept nogil:
    """Put every computed value in its place among the members of its leaf; check that the leaves lead to the root;
    fold them."""
    cdef const Plan *p = v.plan
    cdef unsigned log_arity = p.log_arity[u - 1]
    cdef size_t a = <size_t>1 << log_arity, step = word_length(p, u) >> log_arity, leaf_count, i, t, c, at
    cdef const uint8_t *data
    cdef uint64_t word
    if v.refusal != ACCEPTED:
        return
    leaf_count = find_leaves(v, step, log_arity)
    for i in range(leaf_count):
        for t in range(a):
            at = position_of(v.indices, v.count, v.leaves[i] + t * step)
            data = NULL
            if at == v.count:
                data = take_elements(v, 3)
                if data == NULL:
                    return
            for c in range(3):
                word = v.word[c * v.lanes + at] if at < v.count else get_u64(data + 8 * c)
                v.word_words[(3 * t + c) * v.lanes + i] = word
    hash_leaves_of(v, v.word_words, 3 * a, leaf_count, NULL)
    if not leads_to(v, v.leaves, leaf_count, step, v.word_roots + 32 * (u - 1)):
        refuse(v, WRONG_WORD_OPENING)
    memcpy(v.inverse_y, v.next_y, 8 * v.lanes)
    invert_all(v.inverse_y, v.lanes)
    fold_opened_leaves(v, v.word_words, log_arity, v.beta[u], v.next_word)
    raise_points(v, v.next_y, log_arity, v.y)
    v.word, v.next_word = v.next_word, v.word
    v.indices, v.leaves = v.leaves, v.indices
    v.count = leaf_count


cdef void check_final_values(Verifier *v) noexcept nogil:
    """Check that the last word is the final polynomial, at every point that is left."""
    cdef size_t i, c
    cdef uint64_t *place[3]
    if v.refusal != ACCEPTED:
        return
    for i from 0 <= i < v.lanes by TILE:
        for c in range(3):
            place[c] = v.next_word + c * v.lanes + i
        l2zk_active.evaluate(v.final, v.plan.final_length, v.y + i, place)
    for c in range(3):
        if memcmp(v.next_word + c * v.lanes, v.word + c * v.lanes, 8 * v.count):
            refuse(v, WRONG_FINAL_VALUE)
