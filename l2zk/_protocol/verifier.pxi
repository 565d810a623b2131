# The verifier: PROTOCOL 7, check by check. It shares with the prover the vocabulary alone: field, hash and other kernels,
# transcript, plan, sets of indices, and the value of the constraints at a point (point.pxi).
#
# The body is read once, from front to back; whatever it lacks or has too much, and whatever fails, sets v.refusal, and the
# steps after it do nothing.

cdef enum Refusal:               # texts in interface.pxi
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
    # what the fixed part holds
    const uint8_t *trace_root
    const uint8_t *quotient_root
    const uint8_t *word_roots
    const uint8_t *value_bytes
    const uint8_t *final_bytes
    const uint8_t *nonce
    # working memory, one arena
    Arena arena
    k3 *values                   # out of domain
    k3 *final                    # coefficients
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


cdef void verify(Verifier *v) noexcept nogil:
    cdef Transcript *t = &v.transcript
    cdef const Plan *p = v.plan
    cdef size_t u

    read_fixed_part(v)                                               # 7.4
    begin(t)                                                         # 7.5
    hear_seed(v)
    hear(v, MESSAGE_TRACE_ROOT, v.trace_root, 32)
    v.alpha = draw_extension(t)
    hear(v, MESSAGE_QUOTIENT_ROOT, v.quotient_root, 32)
    v.zeta = draw_outside_field(t)
    hear(v, MESSAGE_VALUES, v.value_bytes, 24 * p.openings)
    v.alpha_deep = draw_extension(t)
    if p.rows_per_leaf > 1:
        v.beta[0] = draw_extension(t)
    for u in range(1, p.rounds + 1):
        hear(v, MESSAGE_WORD_ROOT, v.word_roots + 32 * (u - 1), 32)
        v.beta[u] = draw_extension(t)
    hear(v, MESSAGE_FINAL, v.final_bytes, 24 * p.final_length)

    check_values(v)                                                  # 7.6
    if p.grinding:                                                   # 7.7
        hear(v, MESSAGE_NONCE, v.nonce, 8)
        check_grinding(v)
    draw_queries(v)                                                  # 7.8, with the length of all that follows
    check_rows(v, v.trace_words, p.rows_per_leaf * p.columns, v.trace_root, WRONG_TRACE_OPENING)   # 7.9
    check_rows(v, v.quotient_words, p.rows_per_leaf * 3 * p.pieces + (3 if p.hiding else 0), v.quotient_root,
               WRONG_QUOTIENT_OPENING)
    compute_word(v)                                                  # 7.10
    for u in range(1, p.rounds + 1):
        check_word(v, u)                                             # 7.11
    check_final_values(v)                                            # 7.12


cdef inline void refuse(Verifier *v, Refusal reason) noexcept nogil:
    if v.refusal == ACCEPTED:
        v.refusal = reason
        v.refused_at = v.at


# ---- reading ---------------------------------------------------------------------------------------------------------

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


cdef inline k3 get_k3(const uint8_t *data) noexcept nogil:
    cdef k3 r
    r.c[0], r.c[1], r.c[2] = get_u64(data), get_u64(data + 8), get_u64(data + 16)
    return r


cdef void read_fixed_part(Verifier *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef size_t i
    v.trace_root = take(v, 32)
    v.quotient_root = take(v, 32)
    v.value_bytes = take_elements(v, 3 * p.openings)
    v.word_roots = take(v, 32 * p.rounds)
    v.final_bytes = take_elements(v, 3 * p.final_length)
    v.nonce = take(v, 8) if p.grinding else NULL
    if v.refusal != ACCEPTED:
        return
    for i in range(p.openings):
        v.values[i] = get_k3(v.value_bytes + 24 * i)
    for i in range(p.final_length):
        v.final[i] = get_k3(v.final_bytes + 24 * i)


cdef void hear_seed(Verifier *v) noexcept nogil:
    if v.refusal == ACCEPTED and absorb_seed(&v.transcript, v.plan, v.header, v.header_length):
        refuse(v, OUT_OF_MEMORY)


cdef void hear(Verifier *v, Message kind, const uint8_t *data, size_t length) noexcept nogil:
    if v.refusal == ACCEPTED and absorb(&v.transcript, kind, data, length):
        refuse(v, OUT_OF_MEMORY)


# ---- out of domain ---------------------------------------------------------------------------------------------------

cdef void check_values(Verifier *v) noexcept nogil:
    """sum of alpha^i C_i(zeta)/Z_i(zeta) = sum of zeta^(jM) q_j(zeta)."""
    cdef const Plan *p = v.plan
    cdef k3 left, right = k_from(0), step = k_pow(v.zeta, p.piece_length)
    cdef size_t i
    if v.refusal != ACCEPTED:
        return
    run_prelude(&p.constraints, v.inputs, p.input_count, v.outputs, p.output_count, v.uniforms)
    left = quotient_value(p, v.uniforms, v.values, v.alpha, v.zeta, v.slots, v.results, v.strides)
    for i in range(p.pieces):
        right = k_add(k_mul(right, step), v.values[p.columns + p.pieces - 1 - i])
    if memcmp(&left, &right, sizeof(k3)):
        refuse(v, WRONG_VALUES)


# ---- queries ---------------------------------------------------------------------------------------------------------

cdef void check_grinding(Verifier *v) noexcept nogil:
    if not has_zeros(&v.transcript, v.plan.grinding):
        refuse(v, NO_GRINDING)


cdef void draw_queries(Verifier *v) noexcept nogil:
    cdef size_t i
    if v.refusal != ACCEPTED:
        return
    for i in range(v.plan.queries):
        v.indices[i] = draw_word(&v.transcript) & (v.plan.leaves - 1)
    v.count = sort_distinct(v.indices, v.plan.queries)
    check_length(v)


cdef size_t siblings(Verifier *v, const uint64_t *indices, size_t count, size_t m) noexcept nogil:
    """How many digests an opening of these leaves has. (PROTOCOL 5.3)"""
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
    """What follows has the length that the queries give it, to the byte. (PROTOCOL 7.8)"""
    cdef const Plan *p = v.plan
    cdef size_t salt = 16 if p.hiding else 0, mask = 24 if p.hiding else 0
    cdef size_t u, i, step, leaf_count, count = v.count, size = p.leaves, expected
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


cdef void hash_leaves_of(Verifier *v, const uint64_t *leaf_words, size_t words, size_t count, const uint32_t *salts) noexcept nogil:
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
    """Whether the digests of these leaves and those that follow in the body give the root. (PROTOCOL 5.3)"""
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


cdef void check_rows(Verifier *v, uint64_t *leaf_words, size_t words, const uint8_t *root, Refusal reason) noexcept nogil:
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


# ---- word 1 from the opened rows ---------------------------------------------------------------------------------------

cdef void weigh_openings(Verifier *v) noexcept nogil:
    """For each point g^o*zeta the coefficients of what is opened there, alpha_deep^e, and their sum with the values. (PROTOCOL 6.7)"""
    cdef const Plan *p = v.plan
    cdef size_t u, i, c, t = 0, width = p.columns + p.pieces
    cdef k3 weight, phi = k_from(0)
    cdef l2zk_deep_point *point
    phi.c[1] = 1
    for u in range(p.offset_count):
        point = v.points + u
        point.constant, point.count = k_from(0), 0
        point.sources = v.sources + u * (p.columns + 3 * p.pieces)
        point.coefficients = v.coefficients + u * (p.columns + 3 * p.pieces)
        for i in range(p.reads[u].count):
            weight = k_pow(v.alpha_deep, 1 + p.reads[u].columns[i] + u * width)
            add_opening(point, weight)
            point.constant = k_add(point.constant, k_mul(weight, v.values[t]))
            t += 1
        for i in range(p.pieces if u == 0 else 0):
            weight = k_pow(v.alpha_deep, 1 + p.columns + i)
            point.constant = k_add(point.constant, k_mul(weight, v.values[t]))
            for c in range(3):       # a piece's coordinates: times 1, phi and phi^2
                add_opening(point, weight)
                weight = k_mul(weight, phi)
            t += 1


cdef inline void add_opening(l2zk_deep_point *point, k3 coefficient) noexcept nogil:
    (<k3_limbs *>point.coefficients)[point.count] = k_limbs(coefficient)
    point.count += 1


cdef void find_row(Verifier *v, size_t m) noexcept nogil:
    """Where the words of row m of each leaf stand, in the order of weigh_openings."""
    cdef const Plan *p = v.plan
    cdef const uint64_t **source
    cdef size_t u, i
    for u in range(p.offset_count):
        source = <const uint64_t **>v.points[u].sources
        for i in range(p.reads[u].count):
            source[i] = v.trace_words + (m * p.columns + p.reads[u].columns[i]) * v.lanes
        for i in range(3 * p.pieces if u == 0 else 0):
            source[p.reads[u].count + i] = v.quotient_words + (m * 3 * p.pieces + i) * v.lanes


cdef void batch_row(Verifier *v, size_t m, uint64_t *out) noexcept nogil:
    """Word 0 at row m of each leaf: sum of alpha_deep^e*(f_t(x) - value)/(x - g^o*zeta), as 3 arrays."""
    cdef const Plan *p = v.plan
    cdef size_t i, u, c
    cdef uint64_t turn = f_mul(GENERATOR, f_pow(f_root(p.log_rows_per_leaf), m))
    find_row(v, m)
    l2zk_active.scale_values(v.x, v.y, v.lanes, turn)
    for u in range(p.offset_count):
        fill_reciprocals_of(v, k_scale(v.zeta, f_pow(f_root(p.log_length), p.reads[u].offset)), v.reciprocals + 3 * u * v.lanes)
    for i from 0 <= i < v.lanes by TILE:
        for c in range(3 * p.offset_count):
            v.reciprocal_tiles[c] = v.reciprocals + c * v.lanes + i
        l2zk_active.deep(v.points, p.offset_count, i, v.reciprocal_tiles, v.batch)
        for c in range(3):
            memcpy(out + c * v.lanes + i, v.batch + TILE * c, 8 * TILE)


cdef void fill_reciprocals_of(Verifier *v, k3 z, uint64_t *out) noexcept nogil:
    """1/(x - z) for the points x of a row, as 3 arrays."""
    cdef size_t i
    for i from 0 <= i < v.lanes by TILE:
        l2zk_active.minimal_values(z, v.x + i, v.inverses + i)
    invert_all(v.inverses, v.lanes)
    for i from 0 <= i < v.lanes by TILE:
        l2zk_active.reciprocals(z, v.x + i, v.inverses + i, out + i, v.lanes)


cdef void invert_all(uint64_t *values, size_t count) noexcept nogil:
    cdef size_t i
    for i from 0 <= i < count by CHUNK:
        l2zk_active.invert(values + i, smaller(CHUNK, count - i))


cdef void fold_word(Verifier *v, uint64_t *members, unsigned log_arity, k3 beta, uint64_t *out) noexcept nogil:
    """The fold of each leaf at beta; inverse_y holds 1/y of its first member. (PROTOCOL 6.8)

    The prover folds coefficients instead (fri.pxi).
    """
    cdef size_t i, c
    cdef uint64_t *place[3]
    for i from 0 <= i < v.lanes by TILE:
        for c in range(3):
            place[c] = out + c * v.lanes + i
        l2zk_active.fold_leaves(members + i, v.lanes, log_arity, beta, v.inverse_y + i, place)


cdef void raise_points(Verifier *v, const uint64_t *y, unsigned log_power, uint64_t *out) noexcept nogil:
    cdef size_t i
    for i in range(v.lanes):
        out[i] = f_pow(y[i], <uint64_t>1 << log_power)


cdef void compute_word(Verifier *v) noexcept nogil:
    """The values of word 1 at J, from the opened rows; y becomes the points of word 1."""
    cdef const Plan *p = v.plan
    cdef size_t i, m, c, words = 3 * p.pieces * p.rows_per_leaf
    if v.refusal != ACCEPTED:
        return
    for i in range(v.lanes):
        v.y[i] = f_pow(f_root(p.log_size), v.indices[i]) if i < v.count else 1
    memcpy(v.inverse_y, v.y, 8 * v.lanes)
    invert_all(v.inverse_y, v.lanes)
    weigh_openings(v)
    for m in range(p.rows_per_leaf):
        batch_row(v, m, v.word_words + 3 * m * v.lanes)
    fold_word(v, v.word_words, p.log_rows_per_leaf, v.beta[0], v.word)
    raise_points(v, v.y, p.log_rows_per_leaf, v.y)
    for c in range(3 if p.hiding else 0):
        for i in range(v.count):
            v.word[c * v.lanes + i] = f_add(v.word[c * v.lanes + i], v.quotient_words[(words + c) * v.lanes + i])


# ---- the other words -------------------------------------------------------------------------------------------------

cdef size_t word_length(const Plan *p, size_t u) noexcept nogil:
    cdef size_t k, size = p.leaves
    for k in range(u - 1):
        size >>= p.log_arity[k]
    return size


cdef size_t find_leaves(Verifier *v, size_t step, unsigned log_arity) noexcept nogil:
    """The leaves that hold J; next_y becomes the first point of each, y over a root of unity."""
    cdef size_t i, leaf_count
    cdef uint64_t unroot = f_inv(f_root(log_arity))
    for i in range(v.count):
        v.leaves[i] = v.indices[i] & (step - 1)
    leaf_count = sort_distinct(v.leaves, v.count)
    for i in range(v.lanes):
        v.next_y[i] = 1
    for i in range(v.count):
        v.next_y[position_of(v.leaves, leaf_count, v.indices[i] & (step - 1))] = f_mul(v.y[i], f_pow(unroot, v.indices[i] // step))
    return leaf_count


cdef void check_word(Verifier *v, size_t u) noexcept nogil:
    """Every computed value takes its place among the members of its leaf; the leaves lead to the root and fold to the next word."""
    cdef const Plan *p = v.plan
    cdef unsigned log_arity = p.log_arity[u - 1]
    cdef size_t a = <size_t>1 << log_arity, step = word_length(p, u) >> log_arity, leaf_count, i, t, c, at
    cdef const uint8_t *data
    if v.refusal != ACCEPTED:
        return
    leaf_count = find_leaves(v, step, log_arity)
    for i in range(leaf_count):
        for t in range(a):
            at = position_of(v.indices, v.count, v.leaves[i] + t * step)
            data = NULL if at < v.count else take_elements(v, 3)
            if at == v.count and data == NULL:
                return
            for c in range(3):
                v.word_words[(3 * t + c) * v.lanes + i] = v.word[c * v.lanes + at] if at < v.count else get_u64(data + 8 * c)
    hash_leaves_of(v, v.word_words, 3 * a, leaf_count, NULL)
    if not leads_to(v, v.leaves, leaf_count, step, v.word_roots + 32 * (u - 1)):
        refuse(v, WRONG_WORD_OPENING)
    memcpy(v.inverse_y, v.next_y, 8 * v.lanes)
    invert_all(v.inverse_y, v.lanes)
    fold_word(v, v.word_words, log_arity, v.beta[u], v.next_word)
    raise_points(v, v.next_y, log_arity, v.y)
    v.word, v.next_word = v.next_word, v.word
    v.indices, v.leaves = v.leaves, v.indices
    v.count = leaf_count


cdef void check_final_values(Verifier *v) noexcept nogil:
    """The last word is the final polynomial."""
    cdef size_t i, c
    cdef uint64_t *place[3]
    if v.refusal != ACCEPTED:
        return
    for i from 0 <= i < v.lanes by TILE:
        for c in range(3):
            place[c] = v.next_word + c * v.lanes + i
        l2zk_active.evaluate(v.final, v.plan.final_length, v.y + i, place)
    for c in range(3):
        if memcmp(v.next_word + c * v.lanes, v.word + c * v.lanes, 8 * v.count):
            refuse(v, WRONG_FINAL_VALUE)
