# Verifier: the state of a verification, and its reading of a body: once, from front to back.
#
# The first fault sets v.refusal, and the steps after it do nothing.

cdef enum Refusal:               # their texts are in door/interface.pxi
    ACCEPTED = 0
    TOO_SHORT
    NOT_CANONICAL
    WRONG_VALUES
    NO_GRINDING
    WRONG_TRACE_OPENING
    WRONG_QUOTIENT_OPENING
    WRONG_WORD_OPENING
    WRONG_FINAL_VALUE
    WRONG_LENGTH
    OPENING_NOT_CANONICAL
    OUT_OF_MEMORY

cdef struct Verifier:
    const Plan *plan
    Refusal refusal
    size_t refused_at            # byte of the body
    const uint8_t *header
    size_t header_length
    const uint64_t *inputs
    const uint64_t *outputs
    const uint8_t *body
    size_t length, at
    Transcript transcript
    k3 alpha
    k3 zeta
    k3 alpha_deep
    k3 beta[MOST_ROUNDS + 1]
    # the fixed part of the body (PROTOCOL 8.2)
    const uint8_t *trace_root
    const uint8_t *quotient_root
    const uint8_t *word_roots
    const uint8_t *value_bytes
    const uint8_t *final_bytes
    const uint8_t *nonce
    # working memory, one arena
    Arena arena
    k3 *values                   # out of domain
    k3 *final                    # coefficients of the final polynomial
    uint64_t *uniforms
    k3 *slots
    k3 *results
    k3 *strides
    uint64_t *indices            # J_u
    uint64_t *leaves             # Lambda_u
    size_t count
    size_t lanes                 # room for as many leaves, whole tiles: from one array of these to the next
    uint64_t *word               # the values of word u at J_u, 3 arrays
    uint64_t *next_word
    uint64_t *y                  # omega_m^j for j in J_u, m the size of the word
    uint64_t *next_y
    uint64_t *inverse_y          # 1/y of each leaf in Lambda_u
    uint64_t *trace_words        # word e of leaf i is trace_words[e*lanes + i]
    uint64_t *quotient_words
    uint64_t *word_words
    const uint64_t **leaf_columns
    uint64_t *known
    uint32_t *salts              # as hash_columns takes them, `lanes` apart
    uint32_t *digests            # of a level, word-sliced as in tree.pxi, `lanes` apart
    uint32_t *left
    uint32_t *right
    l2zk_deep_point *points      # g^o*zeta of each offset, with what is opened there
    const uint64_t **sources     # for each point, one after the other
    k3_limbs *coefficients
    uint64_t *x                  # the points of a row of each leaf
    uint64_t *inverses           # of mu(x)
    uint64_t *reciprocals        # for each offset 1/(x - g^o*zeta), 3 arrays
    const uint64_t **reciprocal_tiles    # tiles of these
    uint64_t *batch              # three tiles


cdef void lay_out_verifier(Verifier *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t width = p.columns + 3 * p.pieces
    v.lanes = (smaller(p.queries, p.leaves) + TILE - 1) // TILE * TILE
    a.used = 0
    v.values = <k3 *>place(a, sizeof(k3) * p.openings)
    v.final = <k3 *>place(a, sizeof(k3) * p.final_length)
    v.uniforms = place_words(a, p.constraints.uniform_count)
    v.slots = <k3 *>place(a, sizeof(k3) * p.constraints.vector_count)
    v.results = <k3 *>place(a, sizeof(k3) * p.constraint_count)
    v.strides = <k3 *>place(a, sizeof(k3) * p.strides)
    v.indices = place_words(a, p.queries)
    v.leaves = place_words(a, p.queries)
    v.known = place_words(a, 2 * p.queries)
    v.word = place_words(a, 3 * v.lanes)
    v.next_word = place_words(a, 3 * v.lanes)
    v.y = place_words(a, v.lanes)
    v.next_y = place_words(a, v.lanes)
    v.inverse_y = place_words(a, v.lanes)
    v.trace_words = place_words(a, p.rows_per_leaf * p.columns * v.lanes)
    v.quotient_words = place_words(a, (p.rows_per_leaf * 3 * p.pieces + 3) * v.lanes)
    v.word_words = place_words(a, 24 * v.lanes)
    v.leaf_columns = <const uint64_t **>place(a, sizeof(void *) * (p.rows_per_leaf * width + 24))
    v.salts = <uint32_t *>place(a, 16 * v.lanes)
    v.digests = <uint32_t *>place(a, 32 * v.lanes)
    v.left = <uint32_t *>place(a, 32 * v.lanes)
    v.right = <uint32_t *>place(a, 32 * v.lanes)
    v.points = <l2zk_deep_point *>place(a, sizeof(l2zk_deep_point) * p.offset_count)
    v.sources = <const uint64_t **>place(a, sizeof(void *) * p.offset_count * width)
    v.coefficients = <k3_limbs *>place(a, sizeof(k3_limbs) * p.offset_count * width)
    v.x = place_words(a, v.lanes)
    v.inverses = place_words(a, v.lanes)
    v.reciprocals = place_words(a, 3 * p.offset_count * v.lanes)
    v.reciprocal_tiles = <const uint64_t **>place(a, sizeof(void *) * 3 * p.offset_count)
    v.batch = place_words(a, 3 * TILE)


cdef inline void refuse(Verifier *v, Refusal reason) noexcept nogil:
    if v.refusal == ACCEPTED:
        v.refusal = reason
        v.refused_at = v.at


cdef const uint8_t *take(Verifier *v, size_t size) noexcept nogil:
    """The next bytes of the body, or NULL."""
    cdef const uint8_t *data = v.body + v.at
    if v.refusal != ACCEPTED:
        return NULL
    if size > v.length - v.at:
        refuse(v, TOO_SHORT)
        return NULL
    v.at += size
    return data


cdef const uint8_t *take_elements(Verifier *v, size_t count) noexcept nogil:
    """The next elements of F, each below p, or NULL."""
    cdef const uint8_t *data = take(v, 8 * count)
    cdef size_t i
    if data == NULL:
        return NULL
    for i in range(count):
        if get_u64(data + 8 * i) >= P:
            v.at -= 8 * (count - i)
            refuse(v, OPENING_NOT_CANONICAL if v.count else NOT_CANONICAL)
            return NULL
    return data


cdef void hear_seed(Verifier *v) noexcept nogil:
    if v.refusal == ACCEPTED and absorb_seed(&v.transcript, v.plan, v.header, v.header_length):
        refuse(v, OUT_OF_MEMORY)


cdef void hear(Verifier *v, Message kind, const uint8_t *data, size_t length) noexcept nogil:
    if v.refusal == ACCEPTED and absorb(&v.transcript, kind, data, length):
        refuse(v, OUT_OF_MEMORY)
