# Merkle trees over columns of values: leaves, levels, openings. (PROTOCOL 5.1 to 5.3)
#
# A level of m digests is "word-sliced": word k of digest i is level[k*m + i], digests in the storage order of points.pxi.
#
# Node i of a coset is the parent of i and i + rows/2 of the same coset. So eight runs of neighbouring leaves that are rows/8 apart have,
# three levels up, one run of nodes above them. A task hashes eight such runs of a long tree while they are in cache and keeps only the
# nodes; what lies below is made again around the leaves that are opened. Of a short tree a task hashes one run, and keeps it.

cdef enum:
    LEAVES_A_TASK = 4 * BLOCKS_AT_ONCE     # at most, and so many salts are drawn at once
    LEVELS_SKIPPED = 3                     # the lowest ones are not kept
    SKIP_FROM_ROWS = 1 << 13               # leaves a coset: what it costs to hash again does not grow with them
    DIGEST_STEP = LEAVES_A_TASK + 32       # from word to word of a task's digests
    SUBTREES = 4                           # that are hashed again together
    GROUP_LEAVES = SUBTREES << LEVELS_SKIPPED
    GROUP_WORDS = 8 * 2 * GROUP_LEAVES     # room for the digests of these levels

cdef size_t NODES_A_TASK = 1 << 12

cdef struct Tree:
    l2zk_crew *crew              # that hashes it
    size_t leaves                # m
    size_t blowup
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
    size_t number                # which of the two salted trees
    uint64_t **salt_working      # for each worker


cdef void plan_tree(Tree *t, l2zk_crew *crew, size_t leaves, size_t blowup) noexcept nogil:
    cdef size_t rows = leaves // blowup
    t.crew, t.leaves, t.blowup = crew, leaves, blowup
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
    """Some runs of leaves, and where levels are skipped the nodes over them."""
    cdef Tree *t = <Tree *>context
    cdef size_t apart = lowest_kept(t) // t.blowup, count = t.run << t.skipped, m = lowest_kept(t), level, i
    cdef size_t coset = task * t.run // apart, place = task * t.run % apart
    cdef uint32_t *kept = level_of(t, m) + task * t.run
    cdef uint32_t *digests = t.digests[worker] if t.skipped else kept
    cdef size_t stride = DIGEST_STEP if t.skipped else m
    cdef size_t step = t.run if t.salts == NULL else smaller(t.run, salt_stretch(count))
    cdef const uint32_t *salts = NULL
    if t.salts != NULL:
        salts = draw_salts(t.salts, t.number, task, count, t.salt_working[worker])
    for i from 0 <= i < count by step:
        hash_run(t, coset, place + i // t.run * apart + i % t.run, step,
                 salts + salt_place(i, count) if salts != NULL else NULL, <const uint64_t **>t.pointers[worker], digests + i, stride)
    for level in range(t.skipped):
        count //= 2
        if level + 1 < t.skipped:
            l2zk_active.hash_parents(digests, digests + count, stride, count, digests, stride)
        else:
            l2zk_active.hash_parents(digests, digests + count, stride, count, kept, m)


cdef inline void hash_run(const Tree *t, size_t coset, size_t first, size_t count, const uint32_t *salts, const uint64_t **words,
                          uint32_t *out, size_t stride) noexcept nogil:
    """Neighbours in storage."""
    cdef size_t e
    for e in range(t.leaf_words):
        words[e] = t.sources[e] + coset * t.strides[e] + first
    l2zk_active.hash_columns(words, t.leaf_words, count, salts, BLOCKS_AT_ONCE, out, stride)


# ---- levels ----------------------------------------------------------------------------------------------------------

cdef void hash_coset(Tree *t, size_t coset, unsigned worker) noexcept nogil:
    """The leaves of a coset, and all levels above them up to its one node."""
    cdef size_t tasks = leaf_tasks(t) // t.blowup, m = lowest_kept(t), task
    for task in range(tasks):
        if l2zk_crew_cancelled(t.crew):
            return
        hash_leaves(t, coset * tasks + task, worker)
    while m > t.blowup:
        hash_nodes(t, m, coset, 0, m // t.blowup // 2)
        m //= 2


cdef void hash_one_coset(void *context, size_t coset, unsigned worker) noexcept nogil:
    hash_coset(<Tree *>context, coset, worker)


cdef inline void hash_nodes(const Tree *t, size_t m, size_t coset, size_t first, size_t count) noexcept nogil:
    """Some nodes of a coset from the level of m."""
    cdef size_t parents = m // t.blowup // 2
    cdef uint32_t *below = level_of(t, m) + coset * 2 * parents + first
    l2zk_active.hash_parents(below, below + parents, m, count, level_of(t, m // 2) + coset * parents + first, m // 2)


cdef struct Level:
    Tree *tree
    size_t m                     # digests of the level that is read
    size_t tasks_a_coset


cdef void hash_some_nodes(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef Level *l = <Level *>context
    cdef size_t first = task % l.tasks_a_coset * NODES_A_TASK
    hash_nodes(l.tree, l.m, task // l.tasks_a_coset, first, smaller(NODES_A_TASK, l.m // l.tree.blowup // 2 - first))


cdef inline bint cosets_are_shared_evenly(const Tree *t) noexcept nogil:
    return t.blowup % l2zk_crew_threads(t.crew) == 0


cdef void hash_tree(Tree *t) noexcept nogil:
    """Leaves and levels up to one node a coset; by coset where these are shared evenly."""
    cdef Level l
    if cosets_are_shared_evenly(t):
        l2zk_crew_share(t.crew, hash_one_coset, t, t.blowup)
        return
    l2zk_crew_share(t.crew, hash_leaves, t, leaf_tasks(t))
    l.tree, l.m = t, lowest_kept(t)
    while l.m > t.blowup:
        l.tasks_a_coset = (l.m // t.blowup // 2 + NODES_A_TASK - 1) // NODES_A_TASK
        l2zk_crew_share(t.crew, hash_some_nodes, &l, t.blowup * l.tasks_a_coset)
        l.m //= 2


cdef void hash_top(Tree *t) noexcept nogil:
    """The levels over the cosets: coset c pairs with c + m/2."""
    cdef size_t m = smaller(t.blowup, t.leaves)
    while m > 1:
        l2zk_active.hash_parents(level_of(t, m), level_of(t, m) + m // 2, m, m // 2, level_of(t, m // 2), m // 2)
        m //= 2


# ---- openings --------------------------------------------------------------------------------------------------------

# What a tree does not keep, around the leaves that are opened: the subtrees of 2^skipped leaves that hold them, hashed a few together as
# a task's leaves are.
cdef struct Reopened:
    const Tree *tree
    size_t count
    uint64_t *roots              # which digests of the level that is kept are theirs, in increasing order
    uint32_t *digests            # of each group of subtrees, level by level: leaf k of subtree i is digest k*SUBTREES + i of the lowest
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
        read_subtree(t, o.roots[smaller(first + i, o.count - 1)], words + i, salts + i if salts != NULL else NULL, t.salt_working[worker])
    l2zk_active.hash_columns(sources, t.leaf_words, n, salts, n, below, n)
    while n > 2 * SUBTREES:
        n //= 2
        l2zk_active.hash_parents(below, below + n, 2 * n, n, below + 16 * n, n)
        below += 16 * n


cdef inline void read_subtree(const Tree *t, size_t root, uint64_t *words, uint32_t *salts, uint64_t *working) noexcept nogil:
    """The leaves below a node, and their salts, SUBTREES apart."""
    cdef size_t apart = lowest_kept(t) // t.blowup, at = stored_at(root, lowest_kept(t), t.blowup), e, k
    cdef size_t coset = at // apart, place = at % apart
    cdef const uint64_t *source
    for e in range(t.leaf_words):
        source = t.sources[e] + coset * t.strides[e] + place
        for k in range(<size_t>1 << LEVELS_SKIPPED):
            words[e * GROUP_LEAVES + k * SUBTREES] = source[k * apart]
    if salts != NULL:
        read_salts(t, at, salts, working)


cdef inline void read_salts(const Tree *t, size_t at, uint32_t *out, uint64_t *working) noexcept nogil:
    """The salts of the leaves below the node that is stored at a place: a block has those of four."""
    cdef size_t leaves = t.run << t.skipped, apart = salt_stretch(leaves) // t.run, b, k, w
    cdef const uint32_t *salts
    for b in range(apart):
        salts = draw_salt(t.salts, t.number, at // t.run, leaves, b * t.run + at % t.run, working)
        for k in range(4):
            for w in range(4):
                out[w * GROUP_LEAVES + (b + k * apart) * SUBTREES] = salts[(4 * k + w) * BLOCKS_AT_ONCE]


cdef void read_salt(const Tree *t, size_t j, uint32_t *out, uint64_t *working) noexcept nogil:
    """The salt of leaf j, four words."""
    cdef size_t at = stored_at(j % lowest_kept(t), lowest_kept(t), t.blowup), side = j // lowest_kept(t), w
    cdef const uint32_t *salt = draw_salt(t.salts, t.number, at // t.run, t.run << t.skipped, side * t.run + at % t.run, working)
    for w in range(4):
        out[w] = salt[w * BLOCKS_AT_ONCE]


cdef void read_digest(const Tree *t, const Reopened *o, size_t m, size_t j, uint8_t *out) noexcept nogil:
    """Digest j of the level of m; below the levels that are kept, one of those hashed again."""
    cdef size_t kept = lowest_kept(t), stride = m, n = GROUP_LEAVES, i, k
    cdef const uint32_t *word
    if m <= kept:
        word = level_of(t, m) + stored_at(j, m, t.blowup)
    else:
        i, stride = position_of(o.roots, o.count, j % kept), m // kept * SUBTREES
        word = o.digests + i // SUBTREES * GROUP_WORDS + j // kept * SUBTREES + i % SUBTREES
        while n > stride:
            word, n = word + 8 * n, n // 2
    for k in range(8):
        memcpy(out + 4 * k, word + k * stride, 4)


cdef size_t list_digests(const Tree *t, const Reopened *o, const uint64_t *indices, size_t count, uint64_t *known,
                         uint8_t *out) noexcept nogil:
    """The digests that cannot be computed from the opened leaves, once these are reopened; how many bytes they are. (PROTOCOL 5.3)"""
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
