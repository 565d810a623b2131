# Randomness: every mask and salt of a proof, expanded from one seed of the operating system. (PROTOCOL 11)
#
# The stream (purpose, index) is BLAKE3's extended output for the key `seed` and the message u64 purpose || u64 index,
# in blocks of 64 bytes that are made many at a time.

cdef enum:
    BLOCKS_AT_ONCE = 1 << 9      # a multiple of the lanes that hash together
    EXPANSION_WORDS = 8 * BLOCKS_AT_ONCE     # working memory of `expand`
    SALTS_TOGETHER = 32          # at least, of leaves that are hashed together

cdef enum Purpose:
    PURPOSE_ARGUMENT_MASK = 1    # index 0: all masks of the argument, three elements each
    PURPOSE_TAIL = 2             # index: column
    PURPOSE_BLIND = 3            # index: coordinate of R
    PURPOSE_SALT = 4             # index 0: those of the vector's tree

cdef struct Randomness:
    uint32_t seed[8]


cdef const uint32_t *expand(const Randomness *r, Purpose purpose, uint64_t index, uint64_t first, size_t count,
                            uint64_t *working) noexcept nogil:
    """Blocks first .. first + count - 1 of a stream, at most BLOCKS_AT_ONCE;
    word k of block i is result[k*BLOCKS_AT_ONCE + i]."""
    cdef uint32_t message[4]
    message[0], message[1], message[2], message[3] = purpose, 0, <uint32_t>index, <uint32_t>(index >> 32)
    l2zk_active.expand(r.seed, message, first, count, <uint32_t *>working, BLOCKS_AT_ONCE)
    return <const uint32_t *>working


cdef void draw_mask(const Randomness *r, Purpose purpose, uint64_t index, uint64_t *out, size_t count,
                    uint64_t *working) noexcept nogil:
    """The first `count` words of 8 bytes in a stream that are below p: uniform elements of F."""
    cdef size_t i, k, blocks_now, drawn = 0
    cdef uint64_t first = 0, word
    cdef const uint32_t *blocks
    while drawn < count:
        blocks_now = smaller(BLOCKS_AT_ONCE, (count - drawn + 7) // 8)
        blocks = expand(r, purpose, index, first, blocks_now, working)
        first += blocks_now
        for i in range(blocks_now):
            for k in range(8):
                word = blocks[2 * k * BLOCKS_AT_ONCE + i] | <uint64_t>blocks[(2 * k + 1) * BLOCKS_AT_ONCE + i] << 32
                if word < P and drawn < count:
                    out[drawn] = word
                    drawn += 1


# A block has four salts, for leaves that are a stretch apart: so those of neighbours lie side by side, as hash_columns
# takes them, their words BLOCKS_AT_ONCE apart.

cdef inline size_t salt_stretch(size_t leaves) noexcept nogil:
    return larger(SALTS_TOGETHER, leaves // 4)


cdef inline size_t salt_blocks(size_t leaves) noexcept nogil:
    return smaller(leaves, salt_stretch(leaves))


cdef inline size_t salt_place(size_t i, size_t leaves) noexcept nogil:
    """The place of the first word of leaf i's salt, among the salts of a task of `leaves` leaves."""
    return i % salt_stretch(leaves) + i // salt_stretch(leaves) * 4 * BLOCKS_AT_ONCE


cdef const uint32_t *draw_salts(const Randomness *r, uint64_t task, size_t leaves, uint64_t *working) noexcept nogil:
    """The salts of a task's leaves, in their places (salt_place)."""
    return expand(r, PURPOSE_SALT, 0, task * salt_blocks(leaves), salt_blocks(leaves), working)


cdef const uint32_t *draw_salt(const Randomness *r, uint64_t task, size_t leaves, size_t i,
                               uint64_t *working) noexcept nogil:
    """The salt of leaf i of a task: word k is result[k*BLOCKS_AT_ONCE]."""
    cdef size_t block = i % salt_stretch(leaves)
    cdef const uint32_t *made = expand(r, PURPOSE_SALT, 0, task * salt_blocks(leaves) + block, 1, working)
    return made + (salt_place(i, leaves) - block)
