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
    k3 *weights                  # alpha_deep^e of each opening
    k3 *final                    # coefficients
    uint64_t *uniforms
    k3 *slots
    k3 *results
    uint64_t *indices            # J_u
    uint64_t *leaves             # Lambda_u
    size_t count
    k3 *word                     # the values of word u at J_u
    k3 *next_word
    const uint8_t **trace_rows   # for each leaf, its bytes in the body
    const uint8_t **quotient_rows
    uint64_t *known
    uint64_t *leaf_words         # word e of leaf i is leaf_words[e*queries + i]
    const uint64_t **leaf_columns
    uint32_t *digests            # of a level, word-sliced as in tree.pxi, `queries` apart
    uint32_t *left
    uint32_t *right
    uint64_t *offset_roots       # g^o of each offset
    uint64_t *x                  # the points of the opened rows
    uint64_t *inverses           # of mu(x), for each offset


cdef void lay_out_verifier(Verifier *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t width = p.columns if p.columns > 3 * p.pieces else 3 * p.pieces
    cdef size_t words = p.rows_per_leaf * width + 24
    cdef size_t rows = (p.rows_per_leaf * p.queries + CHUNK - 1) // CHUNK * CHUNK
    a.used = 0
    v.values = <k3 *>place(a, sizeof(k3) * p.openings)
    v.weights = <k3 *>place(a, sizeof(k3) * p.openings)
    v.final = <k3 *>place(a, sizeof(k3) * p.final_length)
    v.uniforms = place_words(a, p.constraints.uniform_count)
    v.slots = <k3 *>place(a, sizeof(k3) * p.constraints.vector_count)
    v.results = <k3 *>place(a, sizeof(k3) * p.constraint_count)
    v.indices = place_words(a, p.queries)
    v.leaves = place_words(a, p.queries)
    v.known = place_words(a, 2 * p.queries)
    v.word = <k3 *>place(a, sizeof(k3) * p.queries)
    v.next_word = <k3 *>place(a, sizeof(k3) * p.queries)
    v.trace_rows = <const uint8_t **>place(a, sizeof(void *) * p.queries)
    v.quotient_rows = <const uint8_t **>place(a, sizeof(void *) * p.queries)
    v.leaf_words = place_words(a, words * p.queries)
    v.leaf_columns = <const uint64_t **>place(a, sizeof(void *) * words)
    v.digests = <uint32_t *>place(a, 32 * p.queries)
    v.left = <uint32_t *>place(a, 32 * p.queries)
    v.right = <uint32_t *>place(a, 32 * p.queries)
    v.offset_roots = place_words(a, p.offset_count)
    v.x = place_words(a, rows)
    v.inverses = place_words(a, rows * p.offset_count)


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
    check_rows(v, v.trace_rows, p.rows_per_leaf * p.columns, v.trace_root, WRONG_TRACE_OPENING)   # 7.9
    check_rows(v, v.quotient_rows, p.rows_per_leaf * 3 * p.pieces + (3 if p.hiding else 0), v.quotient_root,
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
    left = quotient_value(p, v.uniforms, v.values, v.alpha, v.zeta, v.slots, v.results)
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
    for i in range(v.plan.queries):
        v.indices[i] = draw_word(&v.transcript) & (v.plan.leaves - 1)
    v.count = sort_distinct(v.indices, v.plan.queries)
    if v.refusal == ACCEPTED:
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


cdef void hash_leaves_of(Verifier *v, size_t words, size_t count) noexcept nogil:
    """The digests of the leaves in leaf_words. (PROTOCOL 5.1)"""
    cdef size_t e
    for e in range(words):
        v.leaf_columns[e] = v.leaf_words + e * v.plan.queries
    l2zk_active.hash_columns(v.leaf_columns, words, count, v.digests, v.plan.queries)


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
    cdef size_t half, i, low, high, split, out, q = v.plan.queries
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


cdef void check_rows(Verifier *v, const uint8_t **rows, size_t words, const uint8_t *root, Refusal reason) noexcept nogil:
    """The leaves of an input tree, each of so many elements and with hiding a salt, and that they lead to its root."""
    cdef size_t i, e, salt = 2 if v.plan.hiding else 0
    for i in range(v.count):
        rows[i] = take_elements(v, words)
        if take(v, 8 * salt) == NULL:
            return
        for e in range(words + salt):
            v.leaf_words[e * v.plan.queries + i] = get_u64(rows[i] + 8 * e)
    if v.refusal != ACCEPTED:
        return
    hash_leaves_of(v, words + salt, v.count)
    if not leads_to(v, v.indices, v.count, v.plan.leaves, root):
        refuse(v, reason)


cdef void weigh_openings(Verifier *v) noexcept nogil:
    """alpha_deep^e of each opening. (PROTOCOL 6.7)"""
    cdef const Plan *p = v.plan
    cdef size_t u, i, t = 0, width = p.columns + p.pieces
    for u in range(p.offset_count):
        for i in range(p.reads[u].count):
            v.weights[t] = k_pow(v.alpha_deep, 1 + p.reads[u].columns[i] + u * width)
            t += 1
        for i in range(p.pieces if u == 0 else 0):
            v.weights[t] = k_pow(v.alpha_deep, 1 + p.columns + i)
            t += 1


cdef void invert_differences(Verifier *v) noexcept nogil:
    """The points x of the opened rows, and 1/mu(x) where mu is the minimal polynomial of each g^o*zeta: 1/(x - z) = adjoint(x)/mu(x)."""
    cdef const Plan *p = v.plan
    cdef size_t i, m, u, rows = p.rows_per_leaf * v.count
    cdef size_t padded = (rows + TILE - 1) // TILE * TILE
    cdef uint64_t root = f_root(p.log_size)
    cdef uint64_t turn = f_root(p.log_rows_per_leaf)     # from one row of a leaf to the next
    cdef k3 z
    for i in range(v.count):
        v.x[p.rows_per_leaf * i] = f_mul(GENERATOR, f_pow(root, v.indices[i]))
        for m in range(1, p.rows_per_leaf):
            v.x[p.rows_per_leaf * i + m] = f_mul(v.x[p.rows_per_leaf * i + m - 1], turn)
    for i in range(rows, padded):
        v.x[i] = 0
    for u in range(p.offset_count):
        v.offset_roots[u] = f_pow(f_root(p.log_length), p.reads[u].offset)
        z = k_scale(v.zeta, v.offset_roots[u])
        for i from 0 <= i < padded by TILE:
            l2zk_active.minimal_values(z, v.x + i, v.inverses + u * padded + i)
        for i from 0 <= i < padded by CHUNK:
            l2zk_active.invert(v.inverses + u * padded + i, smaller(CHUNK, padded - i))


cdef k3 batch_value(const Verifier *v, const uint8_t *row, const uint8_t *pieces, size_t at) noexcept nogil:
    """Word 0 at x[at]: sum of alpha_deep^e*(f_t(x) - value)/(x - g^o*zeta)."""
    cdef const Plan *p = v.plan
    cdef size_t u, i, t = 0, padded = (p.rows_per_leaf * v.count + TILE - 1) // TILE * TILE
    cdef k3 value = k_from(0), sum
    for u in range(p.offset_count):
        sum = k_from(0)
        for i in range(p.reads[u].count):
            sum = k_add(sum, k_mul(v.weights[t], k_sub(
                k_from(get_u64(row + 8 * p.reads[u].columns[i])), v.values[t])))
            t += 1
        if u == 0:
            for i in range(p.pieces):
                sum = k_add(sum, k_mul(v.weights[t], k_sub(get_k3(pieces + 24 * i), v.values[t])))
                t += 1
        sum = k_mul(sum, k_adjoint(k_scale(v.zeta, v.offset_roots[u]), v.x[at]))
        value = k_add(value, k_scale(sum, v.inverses[u * padded + at]))
    return value


cdef k3 fold_leaf(const k3 *members, unsigned log_arity, k3 beta, uint64_t unpoint) noexcept nogil:
    """sum_i beta^i (1/a) sum_t (y*omega_a^t)^-i member t, given 1/y. (PROTOCOL 6.8) The prover folds coefficients instead (fri.pxi)."""
    cdef size_t a = <size_t>1 << log_arity, i, t
    cdef uint64_t unroot = f_root_inverse(log_arity)
    cdef uint64_t powers[8]
    cdef k3 ratio = k_scale(beta, unpoint), power = k_from(1), value = k_from(0), sum
    powers[0] = 1
    for t in range(1, a):
        powers[t] = f_mul(powers[t - 1], unroot)
    for i in range(a):
        sum = k_from(0)
        for t in range(a):
            sum = k_add(sum, k_scale(members[t], powers[i * t & (a - 1)]))
        value = k_add(value, k_mul(power, sum))
        power = k_mul(power, ratio)
    return k_scale(value, f_half_power(log_arity))


cdef inline uint64_t f_root_inverse(unsigned log_order) noexcept nogil:
    """omega^-1 = omega^(order - 1)."""
    return f_pow(f_root(log_order), (<uint64_t>1 << log_order) - 1)


cdef inline uint64_t f_half_power(unsigned log_arity) noexcept nogil:
    """1/2^log_arity: 2^-1 = (p + 1)/2."""
    return f_pow(P // 2 + 1, log_arity)


cdef void compute_word(Verifier *v) noexcept nogil:
    """The values of word 1 at J, from the opened rows."""
    cdef const Plan *p = v.plan
    cdef size_t s = p.rows_per_leaf, i, m
    cdef uint64_t unroot = f_root_inverse(p.log_size)
    cdef k3 members[8]
    if v.refusal != ACCEPTED:
        return
    weigh_openings(v)
    invert_differences(v)
    for i in range(v.count):
        for m in range(s):
            members[m] = batch_value(v, v.trace_rows[i] + 8 * p.columns * m, v.quotient_rows[i] + 24 * p.pieces * m, s * i + m)
        v.word[i] = members[0] if s == 1 else fold_leaf(members, p.log_rows_per_leaf, v.beta[0], f_pow(unroot, v.indices[i]))
        if p.hiding:
            v.word[i] = k_add(v.word[i], get_k3(v.quotient_rows[i] + 24 * p.pieces * s))


cdef size_t word_length(const Plan *p, size_t u) noexcept nogil:
    cdef size_t k, size = p.leaves
    for k in range(u - 1):
        size >>= p.log_arity[k]
    return size


cdef void check_word(Verifier *v, size_t u) noexcept nogil:
    """Every computed value takes its place among the members of its leaf; the leaves lead to the root and fold to the next word."""
    cdef const Plan *p = v.plan
    cdef unsigned log_arity = p.log_arity[u - 1]
    cdef size_t a = <size_t>1 << log_arity, size = word_length(p, u)
    cdef size_t step = size >> log_arity, leaf_count, i, t, c, at
    cdef uint64_t unroot = f_root_inverse(log_of_ratio(size, 1))
    cdef k3 members[8]
    cdef const uint8_t *data
    if v.refusal != ACCEPTED:
        return
    for i in range(v.count):
        v.leaves[i] = v.indices[i] & (step - 1)
    leaf_count = sort_distinct(v.leaves, v.count)
    for i in range(leaf_count):
        for t in range(a):
            at = position_of(v.indices, v.count, v.leaves[i] + t * step)
            if at < v.count:
                members[t] = v.word[at]
            else:
                data = take_elements(v, 3)
                if data == NULL:
                    return
                members[t] = get_k3(data)
            for c in range(3):
                v.leaf_words[(3 * t + c) * p.queries + i] = members[t].c[c]
        v.next_word[i] = fold_leaf(members, log_arity, v.beta[u], f_pow(unroot, v.leaves[i]))
    hash_leaves_of(v, 3 * a, leaf_count)
    if not leads_to(v, v.leaves, leaf_count, step, v.word_roots + 32 * (u - 1)):
        refuse(v, WRONG_WORD_OPENING)
    v.word, v.next_word = v.next_word, v.word
    v.indices, v.leaves = v.leaves, v.indices
    v.count = leaf_count


cdef k3 final_value(const Verifier *v, uint64_t x) noexcept nogil:
    """The final polynomial at x, in four chains of every fourth coefficient."""
    cdef size_t count = v.plan.final_length, k, c
    cdef uint64_t x2 = f_mul(x, x)
    cdef uint64_t x4 = f_mul(x2, x2)
    cdef k3 chain[4]
    for c in range(4):
        chain[c] = k_from(0)
    for k in range((count + 3) // 4):
        for c in range(4):
            chain[c] = k_scale(chain[c], x4)
            if 4 * ((count + 3) // 4 - 1 - k) + c < count:
                chain[c] = k_add(chain[c], v.final[4 * ((count + 3) // 4 - 1 - k) + c])
    return k_add(k_add(chain[0], k_scale(chain[1], x)), k_scale(k_add(chain[2], k_scale(chain[3], x)), x2))


cdef void check_final_values(Verifier *v) noexcept nogil:
    """The last word is the final polynomial."""
    cdef const Plan *p = v.plan
    cdef uint64_t root = f_root(log_of_ratio(p.final_size, 1))
    cdef size_t i
    cdef k3 value
    if v.refusal != ACCEPTED:
        return
    for i in range(v.count):
        value = final_value(v, f_pow(root, v.indices[i]))
        if memcmp(&value, &v.word[i], sizeof(k3)):
            refuse(v, WRONG_FINAL_VALUE)
            return
