# The transcript: a chained BLAKE3 state that absorbs messages and gives challenges. (PROTOCOL 5.4)

cdef enum Message:
    MESSAGE_SEED = 1
    MESSAGE_ROOT = 2
    MESSAGE_LAYER_ROUND = 3
    MESSAGE_LAYER_VALUES = 4
    MESSAGE_Q = 5
    MESSAGE_ROUND = 6
    MESSAGE_OPENINGS = 7
    MESSAGE_ROW_ROUND = 8
    MESSAGE_VALUES = 9
    MESSAGE_SIGMA = 10
    MESSAGE_FOLD_ROUND = 11
    MESSAGE_MU = 12
    MESSAGE_TAIL = 13
    MESSAGE_WORD = 14
    MESSAGE_ANSWER = 15
    MESSAGE_FINAL = 16
    MESSAGE_NONCE = 17

cdef struct Transcript:
    uint8_t state[32]
    uint64_t block
    uint64_t words[4]
    int left                     # words not yet taken
    Log *log                     # NULL: nobody wants to see it


cdef void begin(Transcript *t) noexcept nogil:
    l2zk_active.hash_bytes(<const uint8_t *>b"l2zk transcript 2", 17, t.state)
    t.block = 0
    t.left = 0


cdef int absorb(Transcript *t, Message kind, const uint8_t *data, size_t length) noexcept nogil:
    """state <- H(state, kind, length, data); 0, or -1 without memory."""
    cdef uint8_t small[1024]
    cdef uint8_t *message = small
    if 48 + length > sizeof(small):
        message = <uint8_t *>malloc(48 + length)
        if message == NULL:
            return -1
    memcpy(message, t.state, 32)
    put_u64(message + 32, kind)
    put_u64(message + 40, length)
    memcpy(message + 48, data, length)
    l2zk_active.hash_bytes(message, 48 + length, t.state)
    if message != small:
        free(message)
    t.block = 0
    t.left = 0
    return 0


cdef uint64_t draw_word(Transcript *t) noexcept nogil:
    cdef uint8_t message[48]
    cdef uint8_t digest[32]
    cdef int i
    if t.left == 0:
        memcpy(message, t.state, 32)
        put_u64(message + 32, 0xffffffffffffffffULL)
        put_u64(message + 40, t.block)
        l2zk_active.hash_bytes(message, 48, digest)
        for i in range(4):
            t.words[i] = get_u64(digest + 8 * i)
        t.block += 1
        t.left = 4
    t.left -= 1
    return t.words[3 - t.left]


cdef uint64_t draw_field(Transcript *t) noexcept nogil:
    """Uniform in F, by rejection."""
    cdef uint64_t word = draw_word(t)
    while word >= P:
        word = draw_word(t)
    return word


cdef k3 draw_extension(Transcript *t) noexcept nogil:
    """Uniform in K."""
    cdef k3 r
    r.c[0] = draw_field(t)
    r.c[1] = draw_field(t)
    r.c[2] = draw_field(t)
    return r


cdef inline k3 drawn(Transcript *t, k3 r) noexcept nogil:
    note(t.log, ACT_CHALLENGE, r.c[0], r.c[1], r.c[2], 0)
    return r


cdef k3 draw(Transcript *t) noexcept nogil:
    """A challenge."""
    return drawn(t, draw_extension(t))


cdef k3 draw_outside_field(Transcript *t) noexcept nogil:
    """A challenge in K without F."""
    cdef k3 r = draw_extension(t)
    while r.c[1] == 0 and r.c[2] == 0:
        r = draw_extension(t)
    return drawn(t, r)


cdef k3 draw_no_bit(Transcript *t) noexcept nogil:
    """A challenge in K without 0 and 1, at which a value would be sent without its mask."""
    cdef k3 r = draw_extension(t)
    while r.c[0] <= 1 and r.c[1] == 0 and r.c[2] == 0:
        r = draw_extension(t)
    return drawn(t, r)


cdef size_t draw_points(Transcript *t, size_t count, unsigned log_n, uint64_t *indices) noexcept nogil:
    """The set of so many drawn points, increasing; returns how many there are. (PROTOCOL 6.8)"""
    cdef size_t i
    for i in range(count):
        indices[i] = draw_word(t) & ((<uint64_t>1 << log_n) - 1)
    count = sort_distinct(indices, count)
    note_points(t.log, log_n, indices, count)
    return count


cdef inline bint has_zeros(const Transcript *t, unsigned bits) noexcept nogil:
    """True if the state, after a nonce, has zeros for its lowest bits."""
    return get_u64(t.state) & ((1ULL << bits) - 1) == 0


cdef int absorb_seed(Transcript *t, const Plan *p, const uint8_t *header, size_t length,
                     const Public *publics) noexcept nogil:
    """Absorb the header, the hashes of the sequences and all lengths, everything that is public. (PROTOCOL 6.2)
    0, or -1 without memory."""
    cdef size_t g, j, i, at = length, count = 0
    cdef int failed
    cdef uint8_t *message
    cdef const TablePlan *main
    for g in range(p.group_count):
        count += p.groups[g].statements * p.tables[p.groups[g].first_table].sequence_count
    message = <uint8_t *>malloc(length + 32 * count + 8 * p.length_count)
    if message == NULL:
        return -1
    memcpy(message, header, length)
    for g in range(p.group_count):
        main = p.tables + p.groups[g].first_table
        for j in range(p.groups[g].statements):
            for i in range(main.sequence_count):
                l2zk_active.hash_bytes(<const uint8_t *>publics[p.groups[g].first_statement + j].sequences[i],
                                       8 * main.sequences[i].length, message + at)
                at += 32
    for i in range(p.length_count):
        put_u64(message + at, p.lengths[i])
        at += 8
    failed = absorb(t, MESSAGE_SEED, message, at)
    free(message)
    return failed
