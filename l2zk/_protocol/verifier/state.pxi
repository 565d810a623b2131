# Verifier: the state of a verification, and its reading of a body: once, from front to back.
#
# The first fault sets v.refusal, and the steps after it do nothing.

cdef enum Refusal:               # their texts are in the door
    ACCEPTED = 0
    TOO_SHORT
    TOO_LONG
    NOT_CANONICAL
    ENDLESS_MESSAGE              # a public message's fraction has the denominator 0
    WRONG_ARGUMENT
    NO_GRINDING
    WRONG_INPUT_OPENING
    WRONG_WORD_OPENING
    WRONG_FINAL_VALUE
    WRONG_CLAIM
    OUT_OF_MEMORY

cdef enum:
    MOST_REMEMBERED = 16

cdef struct Remembered:          # the last of a table's leaves, or of the shifts by its offsets
    size_t count
    uint64_t keys[MOST_REMEMBERED][2]
    k3 values[MOST_REMEMBERED]

cdef struct Verifier:
    const Plan *plan
    Refusal refusal
    size_t refused_at            # byte of the body
    const uint8_t *header
    size_t header_length
    const Public *publics        # by statement
    const uint8_t *body
    size_t length, at
    Transcript transcript
    const uint8_t *root
    # challenges
    k3 alpha, x, xi, gamma, c
    k3 tau[32]
    k3 r[32]
    k3 q[32]
    k3 point[64]                 # of all rounds of the commitment
    size_t bound                 # how many of them there are so far
    # the argument
    LeafPoint leaves             # where the layers end
    k3 claim_on_leaves
    size_t claim_count           # on masks, so far
    uint32_t has_spots           # those of the next two that are there, by bit
    uint64_t shares[33]          # powers of 1/2
    k3 spot_x[MOST_SKIPPED + 1]  # by the skipped bits of a table: its x and the weights of their values
    k3 lagrange[MOST_SKIPPED + 1][MOST_STREAMS]
    Factors factors              # of a domain's rows at the leaves' point
    Remembered remembered        # of a table, at that point
    # working memory, one arena
    Arena arena
    k3 *heard                    # the elements of a message
    k3 *openings
    k3 *values
    k3 *claims                   # on masks: what their forms must be
    k3 *form
    k3 *tail
    k3 *final
    k3 *weights                  # of the final coefficients
    k3 *weights_of_offsets       # at the rows' point
    k3 *weights_of_columns       # by read column
    uint64_t *message_values     # of the nodes of a public message
    uint64_t *uniforms
    k3 *slots
    k3 *results
    Known here                   # of the table that is looked at
    uint64_t *eq
    size_t eq_stride
    # openings
    uint64_t *indices
    size_t count
    size_t lanes                 # room for as many leaves, whole tiles
    uint64_t *leaf_words         # word e of leaf i is leaf_words[e*lanes + i]
    const uint64_t **leaf_columns
    k3_limbs *fold               # the factor of each word of a leaf in the fold's value
    uint64_t *x_of               # the opened points
    uint64_t *opened             # their values, planar
    uint64_t *evaluated
    uint64_t *known
    uint32_t *salts
    uint32_t *digests
    uint32_t *left
    uint32_t *right
    # claims on opened values, of every word: bound variables, factor and point
    size_t later_count
    size_t *later_bound
    k3 *later_factor
    k3 *later_z                  # of answers out of domain
    uint64_t *later_y            # of opened points; 0 for an answer


cdef void lay_out_messages(Verifier *v) noexcept nogil:
    """What is heard, and what it is weighed with."""
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    v.heard = <k3 *>place(a, sizeof(k3) * larger(p.masked, 4))
    v.openings = <k3 *>place(a, sizeof(k3) * p.pair_count)
    v.values = <k3 *>place(a, sizeof(k3) * p.read_count)
    v.claims = <k3 *>place(a, sizeof(k3) * (p.layers + 2))
    v.form = <k3 *>place(a, sizeof(k3) * p.masked)
    v.tail = <k3 *>place(a, sizeof(k3) * p.tail)
    v.final = <k3 *>place(a, sizeof(k3) * p.final)
    v.weights = <k3 *>place(a, sizeof(k3) * p.final)
    v.weights_of_columns = <k3 *>place(a, sizeof(k3) * p.read_count)
    v.message_values = place_words(a, most_message_nodes(p))


cdef void lay_out_tables(Verifier *v) noexcept nogil:
    """The constraints of a table at a point, and what everybody knows there: room for any of them."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t
    cdef Arena *a = &v.arena
    cdef size_t i, uniforms = 0, slots = 0, results = 0, offsets = 0
    for i in range(p.table_count):
        t = p.tables + i
        uniforms = larger(uniforms, t.constraints.uniform_count)
        slots = larger(slots, t.constraints.vector_count)
        results, offsets = larger(results, t.constraint_count), larger(offsets, t.offset_count)
    v.uniforms = place_words(a, uniforms)
    v.slots = <k3 *>place(a, sizeof(k3) * slots)
    v.results = <k3 *>place(a, sizeof(k3) * results)
    v.weights_of_offsets = <k3 *>place(a, sizeof(k3) * offsets)
    v.here.plan, v.here.publics = p, v.publics
    place_known(&v.here, a, larger(p.final, <size_t>1 << p.log_columns))
    v.eq, v.eq_stride = v.here.eq, v.here.eq_stride


cdef void lay_out_leaves(Verifier *v) noexcept nogil:
    """Opened leaves, their digests, and the fold's values."""
    cdef size_t most = most_queries(v.plan), words = most_leaf_words(v.plan)
    cdef Arena *a = &v.arena
    v.lanes = (most + TILE - 1) // TILE * TILE
    v.indices, v.known = place_words(a, most), place_words(a, 2 * most)
    v.leaf_words = place_words(a, words * v.lanes)
    v.leaf_columns = <const uint64_t **>place(a, sizeof(void *) * words)
    v.fold = <k3_limbs *>place(a, sizeof(k3_limbs) * words)
    v.x_of = place_words(a, v.lanes)
    v.opened = place_words(a, 3 * (v.lanes + TILE))
    v.evaluated = place_words(a, 3 * (v.lanes + TILE))
    v.salts = <uint32_t *>place(a, 16 * v.lanes)
    v.digests = <uint32_t *>place(a, 32 * v.lanes)
    v.left, v.right = <uint32_t *>place(a, 32 * v.lanes), <uint32_t *>place(a, 32 * v.lanes)


cdef void lay_out_verifier(Verifier *v) noexcept nogil:
    """Place every array; with no base yet, only measure."""
    cdef size_t claims = all_queries(v.plan) + v.plan.word_count
    cdef Arena *a = &v.arena
    a.used = 0
    lay_out_messages(v)
    lay_out_tables(v)
    lay_out_leaves(v)
    v.later_bound = <size_t *>place_words(a, claims)
    v.later_factor = <k3 *>place(a, sizeof(k3) * claims)
    v.later_z = <k3 *>place(a, sizeof(k3) * claims)
    v.later_y = place_words(a, claims)


cdef inline void refuse(Verifier *v, Refusal reason) noexcept nogil:
    if v.refusal == ACCEPTED:
        v.refusal = reason
        v.refused_at = v.at
        v.transcript.log = NULL


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
            refuse(v, NOT_CANONICAL)
            return NULL
    return data


cdef const uint8_t *hear_bytes(Verifier *v, Message kind, const uint8_t *data, size_t length) noexcept nogil:
    """Absorb what was taken."""
    if data == NULL:
        return NULL
    note(v.transcript.log, ACT_MESSAGE, kind, data - v.body, length, 0)
    if absorb(&v.transcript, kind, data, length):
        refuse(v, OUT_OF_MEMORY)
    return data


cdef bint hear(Verifier *v, Message kind, k3 *out, size_t count) noexcept nogil:
    """So many elements of K; 0s if there are none."""
    cdef const uint8_t *data = hear_bytes(v, kind, take_elements(v, 3 * count), 24 * count)
    cdef size_t i
    for i in range(count):
        out[i] = get_k3(data + 24 * i) if data != NULL else k_from(0)
    return data != NULL
