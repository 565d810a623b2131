# Openings of a Merkle tree: the digests that lead from some leaves to the root. (PROTOCOL 5.3)
#
# The levels that a tree does not keep are hashed again around the leaves that are opened: their subtrees of 2^skipped
# leaves, a few at a time, as a task's leaves are.

cdef enum:
    SUBTREES = 4                           # that are hashed again together
    GROUP_LEAVES = SUBTREES << LEVELS_SKIPPED
    GROUP_WORDS = 8 * 2 * GROUP_LEAVES     # room for the digests of these levels

cdef struct Reopened:
    const Tree *tree
    size_t count
    uint64_t *roots              # the tops of these subtrees: digests of the lowest level that is kept, increasing
    uint32_t *digests            # of a group of subtrees, by level: in the lowest k*SUBTREES + i is leaf k of subtree i
    # for each worker, the leaves of a group
    const uint64_t **sources     # room for `most_words` pointers
    uint64_t *words
    uint32_t *salts
    size_t most_words


cdef inline size_t reopened_words(size_t queries) noexcept nogil:
    return (queries + SUBTREES - 1) // SUBTREES * GROUP_WORDS


cdef void reopen(const Tree *t, Reopened *o, const uint64_t *indices, size_t count) noexcept nogil:
    """Hash again what stands below the lowest level that is kept, around these leaves."""
    cdef size_t i
    if t.skipped == 0:
        return
    o.tree = t
    for i in range(count):
        o.roots[i] = indices[i] % lowest_kept(t)
    o.count = sort_distinct(o.roots, count)
    l2zk_crew_share(t.crew, reopen_group, o, (o.count + SUBTREES - 1) // SUBTREES)


cdef void reopen_group(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef Reopened *o = <Reopened *>context
    cdef const Tree *t = o.tree
    cdef size_t i, first = task * SUBTREES, n = GROUP_LEAVES
    cdef uint32_t *below = o.digests + task * GROUP_WORDS
    cdef const uint64_t **sources = o.sources + worker * o.most_words
    cdef uint64_t *words = o.words + worker * o.most_words * GROUP_LEAVES
    cdef uint32_t *salts = o.salts + worker * 4 * GROUP_LEAVES if t.salts != NULL else NULL
    for i in range(t.leaf_words):
        sources[i] = words + i * GROUP_LEAVES
    for i in range(SUBTREES):           # the last one again where they are too few
        read_subtree(t, o.roots[smaller(first + i, o.count - 1)], words + i, salts + i if salts != NULL else NULL,
                     t.salt_working[worker])
    l2zk_active.hash_columns(sources, t.leaf_words, n, salts, n, below, n)
    while n > 2 * SUBTREES:
        n //= 2
        l2zk_active.hash_parents(below, below + n, 2 * n, n, below + 16 * n, n)
        below += 16 * n


cdef inline void read_subtree(const Tree *t, size_t root, uint64_t *words, uint32_t *salts,
                              uint64_t *working) noexcept nogil:
    """The leaves below a node, and their salts, SUBTREES apart."""
    cdef size_t apart = lowest_kept(t) // t.cosets, at = stored_at(root, lowest_kept(t), t.cosets), e, k
    cdef size_t coset = at // apart, place = at % apart
    cdef const uint64_t *source
    for e in range(t.leaf_words):
        source = t.sources[e] + coset * t.strides[e] + place
        for k in range(<size_t>1 << LEVELS_SKIPPED):
            words[e * GROUP_LEAVES + k * SUBTREES] = source[k * apart]
    if salts != NULL:
        read_salts(t, at, salts, working)


cdef inline void read_salts(const Tree *t, size_t at, uint32_t *out, uint64_t *working) noexcept nogil:
    """The salts of the leaves below the node stored at `at`; a block of randomness has those of four."""
    cdef size_t leaves = t.run << t.skipped, apart = salt_stretch(leaves) // t.run, b, k, w
    cdef const uint32_t *salts
    for b in range(apart):
        salts = draw_salt(t.salts, at // t.run, leaves, b * t.run + at % t.run, working)
        for k in range(4):
            for w in range(4):
                out[w * GROUP_LEAVES + (b + k * apart) * SUBTREES] = salts[(4 * k + w) * BLOCKS_AT_ONCE]


cdef void read_salt(const Tree *t, size_t j, uint32_t *out, uint64_t *working) noexcept nogil:
    """The salt of leaf j, four words."""
    cdef size_t at = stored_at(j % lowest_kept(t), lowest_kept(t), t.cosets), side = j // lowest_kept(t), w
    cdef const uint32_t *salt = draw_salt(t.salts, at // t.run, t.run << t.skipped, side * t.run + at % t.run, working)
    for w in range(4):
        out[w] = salt[w * BLOCKS_AT_ONCE]


cdef void read_digest(const Tree *t, const Reopened *o, size_t m, size_t j, uint8_t *out) noexcept nogil:
    """Digest j of the level of m; below the levels that are kept, one of those hashed again."""
    cdef size_t kept = lowest_kept(t), stride = m, n = GROUP_LEAVES, i, k
    cdef const uint32_t *word
    if m <= kept:
        word = level_of(t, m) + stored_at(j, m, t.cosets)
    else:
        i, stride = position_of(o.roots, o.count, j % kept), m // kept * SUBTREES
        word = o.digests + i // SUBTREES * GROUP_WORDS + j // kept * SUBTREES + i % SUBTREES
        while n > stride:
            word, n = word + 8 * n, n // 2
    for k in range(8):
        memcpy(out + 4 * k, word + k * stride, 4)


cdef size_t list_digests(const Tree *t, const Reopened *o, const uint64_t *indices, size_t count, uint64_t *known,
                         uint8_t *out) noexcept nogil:
    """Write the digests that open these leaves, those that cannot be computed from them; returns their bytes. Call
    `reopen` before. (PROTOCOL 5.3)"""
    cdef size_t m = t.leaves, half, low, high, split, parents, length = 0
    memcpy(known, indices, 8 * count)
    while m > 1:
        half = m // 2
        split = 0
        while split < count and known[split] < half:
            split += 1
        low, high, parents = 0, split, 0
        while low < split or high < count:
            if low < split and high < count and known[low] == known[high] - half:
                known[count + parents] = known[low]
                low += 1
                high += 1
            elif high == count or (low < split and known[low] < known[high] - half):
                read_digest(t, o, m, known[low] + half, out + length)
                length += 32
                known[count + parents] = known[low]
                low += 1
            else:
                read_digest(t, o, m, known[high] - half, out + length)
                length += 32
                known[count + parents] = known[high] - half
                high += 1
            parents += 1
        for low in range(parents):
            known[low] = known[count + low]
        count = parents
        m = half
    return length
