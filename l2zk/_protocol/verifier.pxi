# The verifier: PROTOCOL 7, check by check. It shares with the prover only the field, the hash, the transcript and the plan.
#
# The body is read once, from front to back; whatever it lacks or has too much, and whatever fails, sets v.refusal, and the
# steps after it do nothing.

cdef enum Refusal:               # texts in interface.pxi
    ACCEPTED = 0
    TOO_SHORT
    TOO_LONG
    NOT_CANONICAL
    WRONG_VALUES
    NO_GRINDING
    WRONG_TRACE_OPENING
    WRONG_QUOTIENT_OPENING
    WRONG_WORD_OPENING
    WRONG_FINAL_VALUE
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
    k3 beta[17]
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
    uint8_t *digests
    uint8_t *leaf


cdef void lay_out_verifier(Verifier *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef size_t width = p.columns if p.columns > 3 * p.pieces else 3 * p.pieces
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
    v.digests = <uint8_t *>place(a, 64 * p.queries)
    v.leaf = <uint8_t *>place(a, 8 * p.rows_per_leaf * width + 256)


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
    check_grinding(v)                                                # 7.7
    draw_queries(v)                                                  # 7.8
    check_rows(v, v.trace_rows, p.rows_per_leaf * p.columns, v.trace_root, WRONG_TRACE_OPENING)   # 7.9
    check_rows(v, v.quotient_rows, p.rows_per_leaf * 3 * p.pieces + (3 if p.hiding else 0), v.quotient_root,
               WRONG_QUOTIENT_OPENING)
    compute_word(v)                                                  # 7.10
    for u in range(1, p.rounds + 1):
        check_word(v, u)                                             # 7.11
    check_final_values(v)                                            # 7.12
    if v.refusal == ACCEPTED and v.at != v.length:
        refuse(v, TOO_LONG)


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
            refuse(v, NOT_CANONICAL)
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
    if v.plan.grinding == 0:
        return
    hear(v, MESSAGE_NONCE, v.nonce, 8)
    if not has_zeros(&v.transcript, v.plan.grinding):
        refuse(v, NO_GRINDING)


cdef void draw_queries(Verifier *v) noexcept nogil:
    cdef size_t i
    for i in range(v.plan.queries):
        v.indices[i] = draw_word(&v.transcript) & (v.plan.leaves - 1)
    v.count = sort_distinct(v.indices, v.plan.queries)


cdef void hash_leaf(const uint8_t *data, size_t size, uint8_t *leaf, uint8_t *digest) noexcept nogil:
    """PROTOCOL 5.1; leaf has room for the padding."""
    cdef size_t padded = (size + 63) // 64 * 64
    memcpy(leaf, data, size)
    memset(leaf + size, 0, padded - size)
    l2zk_active.hash_bytes(leaf, padded, digest)


cdef bint leads_to(Verifier *v, const uint64_t *indices, size_t count, size_t m, const uint8_t *root) noexcept nogil:
    """Whether the digests of these leaves and those that follow in the body give the root. (PROTOCOL 5.3)"""
    cdef size_t half, i, low, high, split, out
    cdef uint8_t *now = v.digests
    cdef uint8_t *above = v.digests + 32 * v.plan.queries
    cdef uint64_t *known = v.known
    cdef const uint8_t *left
    cdef const uint8_t *right
    memcpy(known, indices, 8 * count)
    while m > 1:
        half = m // 2
        split = 0
        while split < count and known[split] < half:
            split += 1
        low, high, out = 0, split, 0
        while low < split or high < count:
            left, right = NULL, NULL
            if low < split and (high == count or known[low] <= known[high] - half):
                left = now + 32 * low
            if high < count and (low == split or known[high] - half <= known[low]):
                right = now + 32 * high
            known[count + out] = known[low] if left != NULL else known[high] - half
            low += left != NULL
            high += right != NULL
            left = take(v, 32) if left == NULL else left
            right = take(v, 32) if right == NULL else right
            if left == NULL or right == NULL:
                return False
            l2zk_active.hash_parent(left, right, above + 32 * out)
            out += 1
        for i in range(out):
            known[i] = known[count + i]
        now, above = above, now
        count = out
        m = half
    return memcmp(now, root, 32) == 0


cdef void check_rows(Verifier *v, const uint8_t **rows, size_t words, const uint8_t *root, Refusal reason) noexcept nogil:
    """The leaves of an input tree, each of so many elements and with hiding a salt, and that they lead to its root."""
    cdef size_t i, salt = 16 if v.plan.hiding else 0
    for i in range(v.count):
        rows[i] = take_elements(v, words)
        if take(v, salt) == NULL:
            return
        hash_leaf(rows[i], 8 * words + salt, v.leaf, v.digests + 32 * i)
    if v.refusal == ACCEPTED and not leads_to(v, v.indices, v.count, v.plan.leaves, root):
        refuse(v, reason)


cdef void weigh_openings(Verifier *v) noexcept nogil:
    """alpha_deep^e of each opening. (PROTOCOL 6.7)"""
    cdef const Plan *p = v.plan
    cdef size_t u, i, t = 0, width = p.columns + p.pieces
    for i in range(width):
        v.weights[t] = k_pow(v.alpha_deep, 1 + i)
        t += 1
    for u in range(1, p.offset_count):
        for i in range(p.reads[u].count):
            v.weights[t] = k_pow(v.alpha_deep, 1 + p.reads[u].columns[i] + u * width)
            t += 1


cdef k3 batch_value(const Verifier *v, const uint8_t *row, const uint8_t *pieces, uint64_t x) noexcept nogil:
    """Word 0 at x: sum of alpha_deep^e*(f_t(x) - value)/(x - g^o*zeta)."""
    cdef const Plan *p = v.plan
    cdef size_t u, i, t = 0
    cdef k3 value = k_from(0), sum, z
    for u in range(p.offset_count):
        sum = k_from(0)
        for i in range(p.columns if u == 0 else p.reads[u].count):
            sum = k_add(sum, k_mul(v.weights[t], k_sub(
                k_from(get_u64(row + 8 * (i if u == 0 else p.reads[u].columns[i]))), v.values[t])))
            t += 1
        if u == 0:
            for i in range(p.pieces):
                sum = k_add(sum, k_mul(v.weights[t], k_sub(get_k3(pieces + 24 * i), v.values[t])))
                t += 1
        z = k_scale(v.zeta, f_pow(f_root(p.log_length), p.reads[u].offset))
        value = k_add(value, k_mul(sum, k_inv(k_sub(k_from(x), z))))
    return value


cdef k3 fold_leaf(const k3 *members, unsigned log_arity, k3 beta, uint64_t y) noexcept nogil:
    """sum_i beta^i (1/a) sum_t (y*omega_a^t)^-i member t. (PROTOCOL 6.8)"""
    cdef size_t a = <size_t>1 << log_arity, i, t
    cdef uint64_t unroot = f_inv(f_root(log_arity))
    cdef uint64_t powers[8]
    cdef k3 ratio = k_scale(beta, f_inv(y)), power = k_from(1), value = k_from(0), sum
    for t in range(a):
        powers[t] = f_pow(unroot, t)
    for i in range(a):
        sum = k_from(0)
        for t in range(a):
            sum = k_add(sum, k_scale(members[t], powers[i * t & (a - 1)]))
        value = k_add(value, k_mul(power, sum))
        power = k_mul(power, ratio)
    return k_scale(value, f_inv(a))


cdef void compute_word(Verifier *v) noexcept nogil:
    """The values of word 1 at J, from the opened rows."""
    cdef const Plan *p = v.plan
    cdef size_t s = p.rows_per_leaf, i, m
    cdef uint64_t root = f_root(p.log_size)
    cdef k3 members[8]
    if v.refusal != ACCEPTED:
        return
    weigh_openings(v)
    for i in range(v.count):
        for m in range(s):
            members[m] = batch_value(v, v.trace_rows[i] + 8 * p.columns * m, v.quotient_rows[i] + 24 * p.pieces * m,
                                     f_mul(GENERATOR, f_pow(root, v.indices[i] + m * p.leaves)))
        v.word[i] = members[0] if s == 1 else fold_leaf(members, p.log_rows_per_leaf, v.beta[0], f_pow(root, v.indices[i]))
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
    cdef size_t step = size >> log_arity, leaf_count, i, t, at
    cdef uint64_t root = f_root(p.log_size - p.log_rows_per_leaf - log_of_ratio(p.leaves, size))
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
        hash_members(members, a, v.leaf, v.digests + 32 * i)
        v.next_word[i] = fold_leaf(members, log_arity, v.beta[u], f_pow(root, v.leaves[i]))
    if not leads_to(v, v.leaves, leaf_count, step, v.word_roots + 32 * (u - 1)):
        refuse(v, WRONG_WORD_OPENING)
    v.word, v.next_word = v.next_word, v.word
    v.indices, v.leaves = v.leaves, v.indices
    v.count = leaf_count


cdef void hash_members(const k3 *members, size_t count, uint8_t *leaf, uint8_t *digest) noexcept nogil:
    cdef size_t t, c
    cdef uint8_t data[192]
    for t in range(count):
        for c in range(3):
            put_u64(data + 24 * t + 8 * c, members[t].c[c])
    hash_leaf(data, 24 * count, leaf, digest)


cdef void check_final_values(Verifier *v) noexcept nogil:
    """The last word is the final polynomial."""
    cdef const Plan *p = v.plan
    cdef uint64_t root = f_root(log_of_ratio(p.final_size, 1))
    cdef size_t i, k
    cdef uint64_t x
    cdef k3 value
    if v.refusal != ACCEPTED:
        return
    for i in range(v.count):
        x = f_pow(root, v.indices[i])
        value = k_from(0)
        for k in range(p.final_length):
            value = k_add(k_scale(value, x), v.final[p.final_length - 1 - k])
        if memcmp(&value, &v.word[i], sizeof(k3)):
            refuse(v, WRONG_FINAL_VALUE)
            return
