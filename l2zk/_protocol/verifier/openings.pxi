# Openings: their length, which the queries give, and the leaves that must lead to the roots. (PROTOCOL 7.8, 7.9)

cdef size_t siblings(Verifier *v, const uint64_t *indices, size_t count, size_t m) noexcept nogil:
    """The number of digests in an opening of these leaves. (PROTOCOL 5.3)"""
    cdef size_t i, low, missing = 0
    memcpy(v.known, indices, 8 * count)
    while m > 1:
        m //= 2
        low = count
        for i in range(count):
            v.known[i] &= m - 1
        count = sort_distinct(v.known, count)
        missing += 2 * count - low
    return missing


cdef void check_length(Verifier *v) noexcept nogil:
    """Refuse openings of another length than the queries give them, to the byte. (PROTOCOL 7.8)"""
    cdef const Plan *p = v.plan
    cdef size_t salt = 16 if p.hiding else 0, mask = 24 if p.hiding else 0
    cdef size_t u, i, step, leaf_count, count = v.count, size = p.leaves, expected
    if v.refusal != ACCEPTED:
        return
    expected = count * (8 * p.rows_per_leaf * (p.columns + 3 * p.pieces) + mask + 2 * salt)
    expected += 2 * 32 * siblings(v, v.indices, count, p.leaves)
    memcpy(v.leaves, v.indices, 8 * count)
    for u in range(p.rounds):
        step = size >> p.log_arity[u]
        for i in range(count):
            v.leaves[i] &= step - 1
        leaf_count = sort_distinct(v.leaves, count)
        expected += 24 * ((leaf_count << p.log_arity[u]) - count) + 32 * siblings(v, v.leaves, leaf_count, step)
        count, size = leaf_count, step
    if v.length - v.at != expected:
        refuse(v, WRONG_LENGTH)


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


cdef bint leads_to(Verifier *v, const uint64_t *indices, size_t count, size_t m, const uint8_t *root) noexcept nogil:
    """True if the digests of these leaves, with those that follow in the body, give the root. (PROTOCOL 5.3)"""
    cdef size_t half, i, low, high, split, out, q = v.lanes
    cdef uint64_t *known = v.known
    cdef bint has_left, has_right
    cdef const uint8_t *sibling
    cdef uint8_t found[32]
    memcpy(known, indices, 8 * count)
    while m > 1:
        half = m // 2
        split = 0
        while split < count and known[split] < half:
            split += 1
        low, high, out = 0, split, 0
        while low < split or high < count:
            has_left = low < split and (high == count or known[low] <= known[high] - half)
            has_right = high < count and (low == split or known[high] - half <= known[low])
            if has_left:
                copy_digest(v.left, q, out, v.digests, low)
            if has_right:
                copy_digest(v.right, q, out, v.digests, high)
            if not (has_left and has_right):
                sibling = take(v, 32)
                if sibling == NULL:
                    return False
                put_digest(v.right if has_left else v.left, q, out, sibling)
            known[count + out] = known[low] if has_left else known[high] - half
            low += has_left
            high += has_right
            out += 1
        l2zk_active.hash_parents(v.left, v.right, q, out, v.digests, q)
        for i in range(out):
            known[i] = known[count + i]
        count = out
        m = half
    for i in range(8):
        memcpy(found + 4 * i, v.digests + i * q, 4)
    return memcmp(found, root, 32) == 0


cdef void check_opened_rows(Verifier *v, uint64_t *leaf_words, size_t words, const uint8_t *root,
                            Refusal reason) noexcept nogil:
    """The leaves of an input tree, each of so many elements and with hiding a salt, and that they lead to its root."""
    cdef size_t i, e
    cdef const uint8_t *leaf
    cdef const uint8_t *salt
    if v.refusal != ACCEPTED:
        return
    for i in range(v.count):
        leaf = take_elements(v, words)
        salt = take(v, 16 if v.plan.hiding else 0)
        if salt == NULL:
            return
        for e in range(words):
            leaf_words[e * v.lanes + i] = get_u64(leaf + 8 * e)
        for e in range(4 if v.plan.hiding else 0):
            memcpy(v.salts + e * v.lanes + i, salt + 4 * e, 4)
    hash_leaves_of(v, leaf_words, words, v.count, v.salts if v.plan.hiding else NULL)
    if not leads_to(v, v.indices, v.count, v.plan.leaves, root):
        refuse(v, reason)
