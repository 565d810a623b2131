# Openings: leaves that must lead to the roots, and the value of the fold at each. (PROTOCOL 7.5)

cdef void hash_leaves_of(Verifier *v, const uint64_t *leaf_words, size_t words, size_t count,
                         const uint32_t *salts) noexcept nogil:
    """The digests of leaves, with their salts if there are any. (PROTOCOL 5.1)"""
    cdef size_t e
    for e in range(words):
        v.leaf_columns[e] = leaf_words + e * v.lanes
    l2zk_active.hash_columns(v.leaf_columns, words, count, salts, v.lanes, v.digests, v.lanes)


cdef void put_digest(uint32_t *level, size_t stride, size_t i, const uint8_t *digest) noexcept nogil:
    cdef int k
    for k in range(8):
        memcpy(level + k * stride + i, digest + 4 * k, 4)


cdef inline void copy_digest(uint32_t *level, size_t stride, size_t i, const uint32_t *source, size_t j) noexcept nogil:
    cdef int k
    for k in range(8):
        level[k * stride + i] = source[k * stride + j]


cdef size_t join_level(Verifier *v, size_t half, size_t count) noexcept nogil:
    """From known digests of a level to those of the next, which has `half`; siblings that are not known follow in the
    body. How many there are, or 0 if the body ends."""
    cdef size_t low = 0, split = 0, high, out = 0
    cdef uint64_t *known = v.known
    cdef bint has_left, has_right
    cdef const uint8_t *sibling
    while split < count and known[split] < half:
        split += 1
    high = split
    while low < split or high < count:
        has_left = low < split and (high == count or known[low] <= known[high] - half)
        has_right = high < count and (low == split or known[high] - half <= known[low])
        if has_left:
            copy_digest(v.left, v.lanes, out, v.digests, low)
        if has_right:
            copy_digest(v.right, v.lanes, out, v.digests, high)
        if not (has_left and has_right):
            sibling = take(v, 32)
            if sibling == NULL:
                return 0
            put_digest(v.right if has_left else v.left, v.lanes, out, sibling)
        known[count + out] = known[low] if has_left else known[high] - half
        low += has_left
        high += has_right
        out += 1
    l2zk_active.hash_parents(v.left, v.right, v.lanes, out, v.digests, v.lanes)
    for low in range(out):
        known[low] = known[count + low]
    return out


cdef bint leads_to(Verifier *v, const uint64_t *indices, size_t count, size_t m, const uint8_t *root) noexcept nogil:
    """True if the digests of these leaves, with those that follow in the body, give the root. (PROTOCOL 5.3)"""
    cdef uint8_t found[32]
    cdef size_t i
    memcpy(v.known, indices, 8 * count)
    while m > 1 and count:
        m //= 2
        count = join_level(v, m, count)
    for i in range(8):
        memcpy(found + 4 * i, v.digests + i * v.lanes, 4)
    return count and memcmp(found, root, 32) == 0


cdef void read_leaves(Verifier *v, size_t words, bint salted) noexcept nogil:
    """The opened leaves of a word."""
    cdef size_t i, e
    cdef const uint8_t *leaf
    cdef const uint8_t *salt
    for i in range(v.count):
        leaf = take_elements(v, words)
        salt = take(v, 16 if salted else 0)
        if salt == NULL:
            return
        for e in range(words):
            v.leaf_words[e * v.lanes + i] = get_u64(leaf + 8 * e)
        for e in range(4 if salted else 0):
            memcpy(v.salts + e * v.lanes + i, salt + 4 * e, 4)


cdef void fold_leaves(Verifier *v, size_t words) noexcept nogil:
    """The value of the fold at each opened point: the sum of the leaf's words, each with its factor."""
    cdef size_t e
    for e in range(words):
        v.leaf_columns[e] = v.leaf_words + e * v.lanes
    l2zk_active.fold_streams(v.fold, v.leaf_columns, words, v.lanes, v.opened, v.lanes + TILE)


cdef void check_opening(Verifier *v, size_t number, const uint8_t *root, unsigned log_n, size_t words,
                        bint salted) noexcept nogil:
    """The leaves of a word at the drawn points lead to the root; their folds' values."""
    cdef size_t i, start = v.at, digests
    cdef bint good
    if v.refusal != ACCEPTED:
        return
    read_leaves(v, words, salted)
    if v.refusal != ACCEPTED:
        return
    digests = v.at
    hash_leaves_of(v, v.leaf_words, words, v.count, v.salts if salted else NULL)
    good = leads_to(v, v.indices, v.count, <size_t>1 << log_n, root)
    note(v.transcript.log, ACT_OPENING, number, start, digests - start, v.at - digests)
    if not good:
        refuse(v, WRONG_WORD_OPENING if number else WRONG_INPUT_OPENING)
        return
    fold_leaves(v, words)
    for i in range(v.lanes):
        v.x_of[i] = f_mul(GENERATOR, f_pow(f_root(log_n), v.indices[i] if i < v.count else 0))


cdef void hear_query(Verifier *v, size_t queries, unsigned log_n) noexcept nogil:
    """The nonce, and the points that are drawn."""
    if hear_bytes(v, MESSAGE_NONCE, take(v, 8), 8) == NULL:
        return
    if not has_zeros(&v.transcript, v.plan.grinding):
        refuse(v, NO_GRINDING)
    v.count = draw_points(&v.transcript, queries, log_n, v.indices)


cdef void evaluate_all(Verifier *v, const k3 *coefficients, size_t count) noexcept nogil:
    """A polynomial at all opened points, into `evaluated`."""
    cdef size_t i, c
    cdef uint64_t *out[3]
    for i from 0 <= i < v.lanes by TILE:
        for c in range(3):
            out[c] = v.evaluated + c * (v.lanes + TILE) + i
        l2zk_active.evaluate(coefficients, count, v.x_of + i, out)


cdef void open_vector(Verifier *v) noexcept nogil:
    """The values of g less its tail: R(y) + c*sum of eq*leaf - y^m*tail(y)."""
    cdef const Plan *p = v.plan
    cdef size_t i, stride = v.lanes + TILE
    cdef k3 factor = v.c if p.hiding else k_from(1), value
    hear_query(v, p.queries, p.log_n0)
    if v.refusal != ACCEPTED:
        return
    build_eq(v.eq, v.eq_stride, v.point, p.log_columns)
    for i in range(p.columns):
        v.fold[i] = k_limbs(k_mul(factor, planar_at(v.eq, v.eq_stride, i)))
    for i in range(3 if p.hiding else 0):
        v.fold[p.columns + i] = k_limbs(phi(i))
    check_opening(v, 0, v.root, p.log_n0, p.columns + (3 if p.hiding else 0), p.hiding)
    if v.refusal != ACCEPTED or not p.hiding:
        return
    evaluate_all(v, v.tail, p.tail)
    for i in range(v.count):
        value = k_scale(planar_at(v.evaluated, stride, i), f_pow(v.x_of[i], p.m))
        planar_put(v.opened, stride, i, k_sub(planar_at(v.opened, stride, i), value))


cdef void open_word(Verifier *v, size_t number, const uint8_t *root) noexcept nogil:
    """The values of the fold of word l, whose own rounds are the last ones."""
    cdef const Word *w = v.plan.words + number
    cdef size_t i
    hear_query(v, w.queries, w.log_n)
    if v.refusal != ACCEPTED:
        return
    build_eq(v.eq, v.eq_stride, v.point + (v.bound - w.k), w.k)
    for i in range(<size_t>3 << w.k):
        v.fold[i] = k_limbs(k_mul(planar_at(v.eq, v.eq_stride, i // 3), phi(i % 3)))
    check_opening(v, number + 1, root, w.log_n, <size_t>3 << w.k, False)
