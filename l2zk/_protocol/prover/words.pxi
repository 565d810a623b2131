# The words after the vector: each commits to the message, answers out of domain, and opens the word before.
# (PROTOCOL 6.8, 6.9)

cdef enum:
    NONCES_A_TASK = 1 << 12
    GRIND_TASKS = 32
    GRIND_ALONE = 18        # bits of work, from which on it is shared in a short proof too

cdef struct Grinding:
    uint8_t prefix[48]
    unsigned bits
    uint64_t first
    uint64_t nonces[GRIND_TASKS]     # the least of each task, where found
    int found[GRIND_TASKS]


cdef void grind_some(void *context, size_t task, unsigned worker) noexcept nogil:
    """The least nonce of a task, unless an earlier one has one."""
    cdef Grinding *g = <Grinding *>context
    cdef size_t i
    cdef int found = 0
    for i in range(task):
        if l2zk_flag_is_set(&g.found[i]):
            return
    g.nonces[task] = l2zk_active.grind(g.prefix, g.first + task * NONCES_A_TASK, NONCES_A_TASK, g.bits, &found)
    if found:
        l2zk_flag_set(&g.found[task])


cdef uint64_t least_nonce(Prover *v) noexcept nogil:
    """The least nonce after which the state has its zeros."""
    cdef Grinding g
    cdef size_t i = GRIND_TASKS
    if v.plan.grinding == 0:
        return 0
    memcpy(g.prefix, v.transcript.state, 32)
    put_u64(g.prefix + 32, MESSAGE_NONCE)
    put_u64(g.prefix + 40, 8)
    g.bits, g.first = v.plan.grinding, 0
    l2zk_crew_alone(v.crew, is_short(v.plan) and g.bits < GRIND_ALONE)
    while i == GRIND_TASKS:
        memset(g.found, 0, sizeof(g.found))
        share(v, grind_some, &g, GRIND_TASKS)
        if stopped(v):
            return 0
        i = 0
        while i < GRIND_TASKS and not g.found[i]:
            i += 1
        g.first += GRIND_TASKS * NONCES_A_TASK
    l2zk_crew_alone(v.crew, is_short(v.plan))
    return g.nonces[i]


cdef void append_leaf(Prover *v, const Tree *t, size_t j) noexcept nogil:
    """The values of leaf j, and its salt."""
    cdef size_t at = stored_at(j, t.leaves, t.cosets), rows = t.leaves // t.cosets, e
    cdef uint32_t salt[4]
    for e in range(t.leaf_words):
        put_u64(append(v, 8), t.sources[e][at // rows * t.strides[e] + at % rows])
    if t.salts != NULL:
        read_salt(t, j, salt, v.random[0])
        memcpy(append(v, 16), salt, 16)


cdef size_t query(Prover *v, const Tree *t, size_t queries, unsigned log_n) noexcept nogil:
    """A nonce, the points that are drawn, their leaves; returns how many."""
    cdef size_t count, i
    cdef uint64_t nonce
    l2zk_crew_stage(v.crew, STAGE_GRIND, 1)
    nonce = least_nonce(v)
    if stopped(v):
        return 0
    say_nonce(v, nonce)
    l2zk_crew_stage(v.crew, STAGE_WORDS, 1)
    count = draw_points(&v.transcript, queries, log_n, v.indices)
    for i in range(count):
        append_leaf(v, t, v.indices[i])
    append_digests(v, t, v.indices, count)
    return count


# The weights of opened points y = 7*omega_n^j are the powers y^b, b < M. With M cut in blocks of S, y^S is 7^S times a
# root of unity of order n/S, and powers below S are summed up by its exponent: `add_powers_by_class`.

cdef enum:
    LOG_CLASSES = 6
    LEAST_BLOCK = 64

cdef struct QueryWeights:
    Prover *prover
    size_t size                  # M
    size_t count
    size_t block                 # S, or M where there is but one block
    size_t blocks
    uint64_t *points             # y_u; behind them, for blocks, y_u^W
    uint32_t *classes
    k3 *factors
    f_factor roots[1 << LOG_CLASSES]
    f_factor scales[1 << LOG_CLASSES]


cdef void add_query_weights(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of the weights of the opened points, the sum of gamma^(1+u)*y_u^b; of every block, if there are any."""
    cdef QueryWeights *w = <QueryWeights *>context
    cdef Opening *o = &w.prover.opening
    cdef size_t first = task * ROWS_A_TASK, last = smaller(first + ROWS_A_TASK, w.block), u
    cdef k3 *starts = <k3 *>w.prover.scratch[worker]
    if w.blocks > 1:
        l2zk_active.add_powers_by_class(o.weights, o.stride, first, last, w.block, w.blocks, w.factors, w.points,
                                        w.classes, w.count, LOG_CLASSES, w.roots, w.scales, w.prover.scratch[worker])
        return
    for u in range(w.count):
        starts[u] = k_scale(w.factors[u], f_pow(w.points[u], first))
    l2zk_active.add_base_powers(o.weights + first, o.stride, last - first, starts, w.points, w.count)


cdef void cut_in_blocks(Prover *v, QueryWeights *w, unsigned log_n) noexcept nogil:
    """Blocks, where the message is long enough for them."""
    cdef size_t cosets = (<size_t>1 << log_n) // w.size, u, f
    cdef uint64_t root = f_root(LOG_CLASSES), scale
    w.blocks = (<size_t>1 << LOG_CLASSES) // cosets
    w.block = w.size // larger(w.blocks, 1)
    if w.blocks < 2 or w.block < LEAST_BLOCK:
        w.blocks, w.block = 1, w.size
        return
    scale = f_pow(GENERATOR, w.block)
    for f in range(1 << LOG_CLASSES):
        w.roots[f] = f_prepare(f_pow(root, f))
        w.scales[f] = f_prepare(f_pow(scale, f))
    for u in range(w.count):
        w.classes[u] = <uint32_t>(v.indices[u] & ((1 << LOG_CLASSES) - 1))
        w.points[w.count + u] = f_pow(w.points[u], l2zk_active.lanes)


cdef void add_claims(Prover *v, size_t size, k3 gamma, size_t count, unsigned log_n) noexcept nogil:
    """To the weights those of the answer out of domain, whose powers are at hand, and of the opened points."""
    cdef Opening *o = &v.opening
    cdef QueryWeights w
    cdef k3 power = gamma
    cdef size_t u
    w.points, w.factors, w.classes = v.opened_points, v.opened_factors, v.opened_classes
    l2zk_active.add_multiple(o.weights, o.stride, o.powers, o.stride, size, gamma)
    for u in range(count):
        power = k_mul(power, gamma)
        w.points[u], w.factors[u] = f_mul(GENERATOR, f_pow(f_root(log_n), v.indices[u])), power
    w.prover, w.size, w.count = v, size, count
    cut_in_blocks(v, &w, log_n)
    share(v, add_query_weights, &w, (w.block + ROWS_A_TASK - 1) // ROWS_A_TASK)


cdef struct FoldRound:
    Prover *prover
    size_t half
    k3 r


cdef void fold_round_task(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef FoldRound *r = <FoldRound *>context
    cdef Opening *o = &r.prover.opening
    cdef size_t first = task * ROWS_A_TASK
    cdef k3 found[2]
    l2zk_active.round_products(o.message, o.stride, o.weights, o.stride, first, smaller(first + ROWS_A_TASK, r.half),
                               r.half, found)
    add_to_sums(r.prover, worker, found)


cdef void fold_message(void *context, size_t task, unsigned worker) noexcept nogil:
    """Bind the top variable, of a coordinate's stretch after the other, of the message or of the weights."""
    cdef FoldRound *r = <FoldRound *>context
    cdef Opening *o = &r.prover.opening
    cdef size_t first = task // 2 * ROWS_A_TASK
    cdef uint64_t *a = o.message if task % 2 else o.weights
    l2zk_active.fold_pairs(a + first, o.stride, r.half, smaller(ROWS_A_TASK, r.half - first), r.r)


cdef void fold_rounds(Prover *v, size_t *size, size_t count) noexcept nogil:
    """So many rounds of the sumcheck of message and weights."""
    cdef FoldRound r
    cdef size_t i, tasks
    cdef k3 sums[2]
    r.prover = v
    for i in range(count):
        r.half = size[0] // 2
        tasks = (r.half + ROWS_A_TASK - 1) // ROWS_A_TASK
        clear_sums(v)
        share(v, fold_round_task, &r, tasks)
        sums[0], sums[1] = total_of_workers(v, 0), total_of_workers(v, 1)
        say(v, MESSAGE_FOLD_ROUND, sums, 2)
        r.r = draw(&v.transcript)
        share(v, fold_message, &r, 2 * tasks)
        size[0] = r.half


cdef void commit_word(Prover *v, size_t number, size_t size) noexcept nogil:
    """The message, cut into columns, on the domain of word l."""
    cdef const Word *w = v.plan.words + number
    cdef Encoding *e = v.word_encodings + number
    cdef size_t i, c
    for i in range(<size_t>1 << w.k):
        for c in range(3):
            e.sources[3 * i + c] = v.opening.message + c * v.opening.stride + i * (size >> w.k)
    if stopped(v) or encode(e):
        stop(v, CANCELLED)
        return
    hash_top(v.word_trees + number)
    say_root(v, v.word_trees + number, MESSAGE_WORD)


cdef void prove_words(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t size = p.m, number, count, queries = p.queries, i
    cdef unsigned log_n = p.log_n0
    cdef const Tree *before = &v.tree
    cdef k3 z, answer, gamma
    for number in range(p.word_count):
        if stopped(v):
            return
        l2zk_crew_stage(v.crew, STAGE_WORDS, 1)
        commit_word(v, number, size)
        z = draw(&v.transcript)
        for i in range(3):
            memset(o.powers + i * o.stride, 0, 8 * size)
        l2zk_active.add_powers(o.powers, o.stride, size, k_from(1), z)
        answer = l2zk_active.dot_extension(o.powers, o.stride, o.message, o.stride, size)
        say(v, MESSAGE_ANSWER, &answer, 1)
        count = query(v, before, queries, log_n)
        gamma = draw(&v.transcript)
        add_claims(v, size, gamma, count, log_n)
        fold_rounds(v, &size, p.words[number].k)
        before, queries, log_n = v.word_trees + number, p.words[number].queries, p.words[number].log_n
    if stopped(v):
        return
    for i in range(size):
        o.final[i] = planar_at(o.message, o.stride, i)
    say(v, MESSAGE_FINAL, o.final, size)
    query(v, before, queries, log_n)
