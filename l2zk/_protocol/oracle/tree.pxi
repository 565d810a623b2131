# Merkle trees over columns of values: leaves and levels. (PROTOCOL 5.1, 5.2; opened in reopen.pxi)
#
# A tree is a commitment to columns of values: its root fixes them all. A level of m digests is "word-sliced": word k of
# digest i is level[k*m + i], digests in the storage order of storage.pxi.
#
# Node i of a coset is the parent of i and i + rows/2 of the same coset. So eight runs of neighbouring leaves that are
# rows/8 apart have, three levels up, one run of nodes above them. A task hashes eight such runs of a long tree while
# they are in cache and keeps only the nodes; the levels below are hashed again around the leaves that are opened. Of a
# short tree a task hashes one run, and keeps it.

cdef enum:
    LEAVES_A_TASK = 4 * BLOCKS_AT_ONCE     # at most, and so many salts are drawn at once
    LEVELS_SKIPPED = 3                     # the lowest ones are not kept
    SKIP_FROM_ROWS = 1 << 13               # leaves a coset from which on: hashing them again costs any tree the same
    DIGEST_STEP = LEAVES_A_TASK + 32       # from word to word of a task's digests

cdef size_t NODES_A_TASK = 1 << 12

cdef struct Tree:
    l2zk_crew *crew              # that hashes it
    size_t leaves                # m
    size_t cosets                # in which its leaves are stored
    unsigned skipped             # levels that are not kept: the lowest
    size_t run                   # leaves that a task takes side by side, from each of 2^skipped places
    uint32_t *levels             # the level of m/2^skipped digests, then half of them, ... then 1

    # what its leaves are made of: word e of leaf i of coset c is sources[e][c*strides[e] + i]
    size_t leaf_words
    const uint64_t **sources
    size_t *strides
    uint64_t **pointers          # for each worker, room for `leaf_words` of them
    uint32_t **digests           # for each worker, room for those of a task

    # the salt of each leaf, 16 bytes; NULL: none
    const Randomness *salts
    uint64_t **salt_working      # for each worker


cdef void plan_tree(Tree *t, l2zk_crew *crew, size_t leaves, size_t cosets) noexcept nogil:
    cdef size_t rows = leaves // cosets
    t.crew, t.leaves, t.cosets = crew, leaves, cosets
    t.skipped = LEVELS_SKIPPED if rows >= SKIP_FROM_ROWS else 0
    t.run = smaller(LEAVES_A_TASK, rows) >> t.skipped


cdef inline size_t lowest_kept(const Tree *t) noexcept nogil:
    """Digests of the lowest level that is kept."""
    return t.leaves >> t.skipped


cdef inline size_t level_words(const Tree *t) noexcept nogil:
    return 16 * lowest_kept(t)


cdef inline uint32_t *level_of(const Tree *t, size_t m) noexcept nogil:
    """The level of m digests."""
    return t.levels + 8 * (2 * lowest_kept(t) - 2 * m)


cdef inline size_t leaf_tasks(const Tree *t) noexcept nogil:
    return lowest_kept(t) // t.run


# ---- leaves ----------------------------------------------------------------------------------------------------------

cdef void hash_leaves(void *context, size_t task, unsigned worker) noexcept nogil:
    """Hash the leaves of a task and, if the lowest levels are not kept, the nodes over them."""
    cdef Tree *t = <Tree *>context
    cdef size_t apart = lowest_kept(t) // t.cosets, count = t.run << t.skipped, m = lowest_kept(t), level, i
    cdef size_t coset = task * t.run // apart, place = task * t.run % apart
    cdef uint32_t *kept = level_of(t, m) + task * t.run
    cdef uint32_t *digests = t.digests[worker] if t.skipped else kept
    cdef size_t stride = DIGEST_STEP if t.skipped else m
    cdef size_t step = t.run if t.salts == NULL else smaller(t.run, salt_stretch(count))
    cdef const uint32_t *salts = NULL
    if t.salts != NULL:
        salts = draw_salts(t.salts, task, count, t.salt_working[worker])
    for i from 0 <= i < count by step:
        hash_run(t, coset, place + i // t.run * apart + i % t.run, step,
                 salts + salt_place(i, count) if salts != NULL else NULL, <const uint64_t **>t.pointers[worker],
                 digests + i, stride)
    for level in range(t.skipped):
        count //= 2
        if level + 1 < t.skipped:
            l2zk_active.hash_parents(digests, digests + count, stride, count, digests, stride)
        else:
            l2zk_active.hash_parents(digests, digests + count, stride, count, kept, m)


cdef inline void hash_run(const Tree *t, size_t coset, size_t first, size_t count, const uint32_t *salts,
                          const uint64_t **words, uint32_t *out, size_t stride) noexcept nogil:
    """Hash `count` leaves of a coset that are neighbours in storage, from `first` on."""
    cdef size_t e
    for e in range(t.leaf_words):
        words[e] = t.sources[e] + coset * t.strides[e] + first
    l2zk_active.hash_columns(words, t.leaf_words, count, salts, BLOCKS_AT_ONCE, out, stride)


# ---- levels ----------------------------------------------------------------------------------------------------------

cdef void hash_coset(Tree *t, size_t coset, unsigned worker) noexcept nogil:
    """The leaves of a coset, and all levels above them up to its one node."""
    cdef size_t tasks = leaf_tasks(t) // t.cosets, m = lowest_kept(t), task
    for task in range(tasks):
        if l2zk_crew_cancelled(t.crew):
            return
        hash_leaves(t, coset * tasks + task, worker)
    while m > t.cosets:
        hash_nodes(t, m, coset, 0, m // t.cosets // 2)
        m //= 2


cdef void hash_one_coset(void *context, size_t coset, unsigned worker) noexcept nogil:
    hash_coset(<Tree *>context, coset, worker)


cdef inline void hash_nodes(const Tree *t, size_t m, size_t coset, size_t first, size_t count) noexcept nogil:
    """Hash `count` nodes of a coset, from `first` on: from the level of m digests to that of m/2."""
    cdef size_t parents = m // t.cosets // 2
    cdef uint32_t *below = level_of(t, m) + coset * 2 * parents + first
    l2zk_active.hash_parents(below, below + parents, m, count, level_of(t, m // 2) + coset * parents + first, m // 2)


cdef struct Level:
    Tree *tree
    size_t m                     # digests of the level that is read
    size_t tasks_a_coset


cdef void hash_some_nodes(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef Level *level = <Level *>context
    cdef size_t first = task % level.tasks_a_coset * NODES_A_TASK, nodes = level.m // level.tree.cosets // 2
    hash_nodes(level.tree, level.m, task // level.tasks_a_coset, first, smaller(NODES_A_TASK, nodes - first))


cdef inline bint cosets_are_shared_evenly(const Tree *t) noexcept nogil:
    return t.cosets % l2zk_crew_threads(t.crew) == 0


cdef void hash_tree(Tree *t) noexcept nogil:
    """Leaves and levels up to one node a coset; by coset where these are shared evenly."""
    cdef Level l
    if cosets_are_shared_evenly(t):
        l2zk_crew_share(t.crew, hash_one_coset, t, t.cosets)
        return
    l2zk_crew_share(t.crew, hash_leaves, t, leaf_tasks(t))
    l.tree, l.m = t, lowest_kept(t)
    while l.m > t.cosets:
        l.tasks_a_coset = (l.m // t.cosets // 2 + NODES_A_TASK - 1) // NODES_A_TASK
        l2zk_crew_share(t.crew, hash_some_nodes, &l, t.cosets * l.tasks_a_coset)
        l.m //= 2


cdef void hash_top(Tree *t) noexcept nogil:
    """The levels over the cosets: coset c pairs with c + m/2."""
    cdef size_t m = smaller(t.cosets, t.leaves)
    while m > 1:
        l2zk_active.hash_parents(level_of(t, m), level_of(t, m) + m // 2, m, m // 2, level_of(t, m // 2), m // 2)
        m //= 2
