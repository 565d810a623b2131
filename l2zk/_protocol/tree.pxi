# Merkle trees over columns of values: leaves, levels, openings. (PROTOCOL 5.1 to 5.3)
#
# A level of m digests is "word-sliced": word k of digest i is level[k*m + i], digests in the storage order of points.pxi.

cdef size_t LEAVES_A_TASK = 4 * BLOCKS_AT_ONCE    # whose salts are drawn at once
cdef size_t NODES_A_TASK = 1 << 12
cdef size_t DIGESTS_ALONE = 1 << 13    # of a level that is not worth waking a thread for

cdef struct Tree:
    size_t leaves                # m
    size_t blowup
    uint32_t *levels             # the level of m digests, then m/2, ... then 1: 8*(2m - 1) words

    # what its leaves are made of: word e of leaf i of coset c is sources[e][c*strides[e] + i]
    size_t words
    const uint64_t **sources
    size_t *strides
    uint64_t **scratch           # for each worker, room for `words` pointers

    # the salt of each leaf, 16 bytes; NULL: none
    const Randomness *salts
    size_t number                # which of the two salted trees
    uint64_t **salt_working      # for each worker


cdef inline size_t tree_words(size_t leaves) noexcept nogil:
    return 16 * leaves


cdef inline uint32_t *level_of(const Tree *t, size_t m) noexcept nogil:
    """The level of m digests."""
    return t.levels + 8 * (2 * t.leaves - 2 * m)


cdef inline size_t leaf_run(const Tree *t) noexcept nogil:
    """The leaves of a task: neighbours in storage."""
    return smaller(LEAVES_A_TASK, t.leaves // t.blowup)


cdef void hash_leaves(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef Tree *t = <Tree *>context
    cdef size_t rows = t.leaves // t.blowup, run = leaf_run(t), e
    cdef size_t first = task * run, coset = task * run // rows
    cdef const uint64_t **words = <const uint64_t **>t.scratch[worker]
    cdef const uint32_t *salts = NULL
    for e in range(t.words):
        words[e] = t.sources[e] + coset * t.strides[e] + first % rows
    if t.salts != NULL:
        salts = draw_salts(t.salts, t.number, task, run, t.salt_working[worker])
    l2zk_active.hash_columns(words, t.words, run, salts, BLOCKS_AT_ONCE, t.levels + first, t.leaves)


cdef void read_salt(const Tree *t, size_t at, uint8_t *out, uint64_t *working) noexcept nogil:
    """The 16 bytes of the leaf that stands at `at`."""
    cdef size_t run = leaf_run(t), k
    cdef const uint32_t *salt = draw_salt(t.salts, t.number, at // run, run, at % run, working)
    for k in range(4):
        memcpy(out + 4 * k, salt + k * BLOCKS_AT_ONCE, 4)


cdef struct Level:
    Tree *tree
    size_t m                     # digests of the level that is read
    size_t tasks_a_coset


cdef void hash_nodes(void *context, size_t task, unsigned worker) noexcept nogil:
    """Node i of a coset is the parent of i and i + rows/2 of the same coset."""
    cdef Level *l = <Level *>context
    cdef Tree *t = l.tree
    cdef size_t parents = l.m // t.blowup // 2
    cdef size_t c = task // l.tasks_a_coset
    cdef size_t first = task % l.tasks_a_coset * NODES_A_TASK
    cdef uint32_t *below = level_of(t, l.m) + c * 2 * parents + first
    cdef uint32_t *above = level_of(t, l.m // 2) + c * parents + first
    l2zk_active.hash_parents(below, below + parents, l.m, smaller(NODES_A_TASK, parents - first), above, l.m // 2)


cdef int build_levels(l2zk_crew *crew, Tree *t) noexcept nogil:
    """The levels above the leaves; 1 if cancelled."""
    cdef Level l
    cdef size_t task
    l.tree = t
    l.m = t.leaves
    while l.m > t.blowup:
        l.tasks_a_coset = (l.m // t.blowup // 2 + NODES_A_TASK - 1) // NODES_A_TASK
        if l.m <= DIGESTS_ALONE:
            for task in range(t.blowup * l.tasks_a_coset):
                hash_nodes(&l, task, 0)
        elif l2zk_crew_share(crew, hash_nodes, &l, t.blowup * l.tasks_a_coset):
            return 1
        l.m //= 2
    while l.m > 1:               # one node a coset: coset c pairs with c + m/2
        l2zk_active.hash_parents(level_of(t, l.m), level_of(t, l.m) + l.m // 2, l.m, l.m // 2, level_of(t, l.m // 2), l.m // 2)
        l.m //= 2
    return 0


cdef void read_digest(const Tree *t, size_t m, size_t j, uint8_t *out) noexcept nogil:
    """Digest j of the level of m."""
    cdef const uint32_t *word = level_of(t, m) + stored_at(j, m, t.blowup)
    cdef int k
    for k in range(8):
        memcpy(out + 4 * k, word + k * m, 4)
