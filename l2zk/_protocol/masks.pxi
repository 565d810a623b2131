# Randomness: every mask and salt of a proof, expanded from one seed of the operating system. (PROTOCOL 10)
#
# Block i of the stream (purpose, index) is the leaf digest (PROTOCOL 5.1: padded to 64 bytes) of seed || u64 purpose || u64 index ||
# u64 i, hashed many at a time.

cdef enum:
    BLOCKS_AT_ONCE = 1 << 11     # at least the leaves of a task (tree.pxi), which draws their salts at once
    EXPANSION_WORDS = 13 * BLOCKS_AT_ONCE    # working memory of `expand`, and two columns of salts behind it

cdef enum Purpose:
    PURPOSE_TRACE_MASK = 1       # index: column
    PURPOSE_QUOTIENT_MASK = 2    # index: 3*piece + coordinate
    PURPOSE_BATCH_MASK = 3       # index: coordinate
    PURPOSE_SALT = 4             # index: tree, 0 (trace) or 1 (quotient); a block for two leaves, in storage order

cdef struct Randomness:
    uint64_t seed[4]


cdef const uint32_t *expand(const Randomness *r, Purpose purpose, uint64_t index, uint64_t first, size_t count,
                            uint64_t *working) noexcept nogil:
    """Blocks first .. first + count - 1 of a stream, at most BLOCKS_AT_ONCE; word k of block i is result[k*BLOCKS_AT_ONCE + i]."""
    cdef const uint64_t *sources[7]
    cdef uint64_t constants[6]
    cdef uint32_t *blocks = <uint32_t *>(working + 7 * BLOCKS_AT_ONCE)
    cdef size_t i, k
    memcpy(constants, r.seed, 32)
    constants[4], constants[5] = purpose, index
    for k in range(7):
        sources[k] = working + k * BLOCKS_AT_ONCE
        for i in range(count):
            working[k * BLOCKS_AT_ONCE + i] = constants[k] if k < 6 else first + i
    l2zk_active.hash_columns(sources, 7, count, blocks, BLOCKS_AT_ONCE)
    return blocks


cdef void draw_mask(const Randomness *r, Purpose purpose, uint64_t index, uint64_t *out, size_t count,
                    uint64_t *working) noexcept nogil:
    """The first `count` elements of F in a stream, uniform by rejection."""
    cdef size_t i, half, blocks_now, drawn = 0
    cdef uint64_t first = 0, word
    cdef const uint32_t *blocks
    while drawn < count:
        blocks_now = smaller(BLOCKS_AT_ONCE, (count - drawn + 3) // 4)
        blocks = expand(r, purpose, index, first, blocks_now, working)
        first += blocks_now
        for i in range(blocks_now):
            for half in range(4):
                word = blocks[2 * half * BLOCKS_AT_ONCE + i] | <uint64_t>blocks[(2 * half + 1) * BLOCKS_AT_ONCE + i] << 32
                if word < P and drawn < count:
                    out[drawn] = word
                    drawn += 1


cdef void draw_salts(const Randomness *r, size_t tree, uint64_t first, size_t count, uint64_t **low, uint64_t **high,
                     uint64_t *working) noexcept nogil:
    """The 16 bytes of each leaf first .. first + count - 1, in storage order, as two columns; count is 1 or first is even."""
    cdef const uint32_t *blocks = expand(r, PURPOSE_SALT, tree, first // 2, (count + 1) // 2, working)
    cdef size_t i, half
    low[0] = working + 11 * BLOCKS_AT_ONCE
    high[0] = working + 12 * BLOCKS_AT_ONCE
    for i in range(count):
        half = 4 * ((first + i) & 1) * BLOCKS_AT_ONCE + i // 2
        low[0][i] = blocks[half] | <uint64_t>blocks[half + BLOCKS_AT_ONCE] << 32
        high[0][i] = blocks[half + 2 * BLOCKS_AT_ONCE] | <uint64_t>blocks[half + 3 * BLOCKS_AT_ONCE] << 32
