# The last layer of fractions where only some leaves have a second one: the *overhang*, behind half of all places.
# (PROTOCOL 4.4, 6.3)
#
# Let a be the top bits of a leaf's place in its half and b the others, so that the overhang lies at a = 0. With second
# leaves p1/q1 there and 0/1 elsewhere, the summand is
#
#     (p0 + lambda*q0)(a, b) + [a = 0]*(p0*(q1 - 1) + q0*(p1 + lambda*(q1 - 1)))(b)
#
# linear in the leaves (a, b). So the rounds over a need two numbers for each a: the sum of the first term with eq, and
# that of the leaves (a, b) in the place of (0, b) in the second. No leaf is stored for them. Then a is bound in one
# more pass, and the rounds over b are those of a layer as short as the overhang.

cdef struct Overhang:
    Prover *prover
    size_t blocks                # of the values of b
    size_t tops                  # values of a
    k3 lambda_
    const uint64_t *tops_eq      # eq of the values that a is bound to
    k3 scale                     # eq of them with a = 0
    const uint64_t *to           # p0, q1, q0, p1 for each b, once a is bound
    size_t stride


# ---- the sums over blocks of leaves ----------------------------------------------------------------------------------

cdef struct Weights:             # of a block of leaves
    const uint64_t *p            # as limbs
    const uint64_t *q
    k3 p_sum, q_sum              # their sums


cdef k3 weigh_piece(const Piece *piece, const Weights *w, k3 factor, uint64_t *staged) noexcept nogil:
    """The sum of a piece's numerators with w.p, and of factor times its denominators with w.q."""
    cdef const Stretch *s = piece.stretch
    cdef k3 p, q, ones_p = w.p_sum, ones_q = w.q_sum
    cdef const uint64_t *ones
    cdef size_t t, j = piece.row // s.part.table.block
    if piece.count < LAYER_BLOCK:
        ones = piece_ones(piece, staged)
        ones_p = l2zk_active.dot(w.p, LAYER_STEP, ones, LAYER_BLOCK)
        ones_q = l2zk_active.dot(w.q, LAYER_STEP, ones, LAYER_BLOCK)
    if has_one_numerator(piece):
        p = k_scale(ones_p, s.multiplicities[j])
    else:
        p = l2zk_active.dot(w.p, LAYER_STEP, piece_numerators(piece, staged), LAYER_BLOCK)
    q = k_mul(s.starts[j], ones_q)
    for t in range(s.term_count):
        q = k_add(q, k_mul(s.slopes[t], l2zk_active.dot(w.q, LAYER_STEP, piece_values(piece, t, staged), LAYER_BLOCK)))
    return k_add(p, k_mul(factor, q))


cdef k3 weigh_block(const Prover *v, size_t at, const Weights *w, k3 factor, uint64_t *staged) noexcept nogil:
    """The same of the block of leaves that begins at `at`."""
    cdef Piece piece
    cdef k3 sum = k_from(0)
    memset(&piece, 0, sizeof(Piece))
    piece.stretch = v.lookups.stretches
    while piece.first + piece.count < LAYER_BLOCK:
        next_piece(v, at, &piece)
        sum = k_add(sum, weigh_piece(&piece, w, factor, staged))
    return sum


# ---- the rounds over a -----------------------------------------------------------------------------------------------

cdef k3 limbs_of_block(const uint64_t *weights, uint64_t *limbs) noexcept nogil:
    """A block of weights as limbs; returns their sum."""
    cdef k3 sum = k_from(0)
    cdef size_t i
    l2zk_active.split_weights(weights, LAYER_STEP, LAYER_BLOCK, limbs)
    for i in range(LAYER_BLOCK):
        sum = k_add(sum, planar_at(weights, LAYER_STEP, i))
    return sum


cdef void weights_of_second(const Overhang *o, size_t block, uint64_t *scratch, Weights *w) noexcept nogil:
    """What multiplies p0 and q0 in a block of the second term, both times eq's inner factor."""
    cdef Prover *v = o.prover
    cdef size_t i, at = (<size_t>1 << (v.plan.layers - 1)) + block * LAYER_BLOCK
    cdef uint64_t *second = scratch      # becomes p1 + lambda*(q1 - 1) and q1 - 1
    cdef uint64_t *eq = block_of_fractions(scratch, 1)
    cdef uint64_t *rest = second + 3 * LAYER_STEP
    fill_leaves(v, at, LAYER_BLOCK, second, block_of_fractions(scratch, MOST_BLOCKS))
    lift(second, LAYER_BLOCK)
    for i in range(LAYER_BLOCK):
        rest[i] = f_sub(rest[i], 1)
    l2zk_active.add_multiple(second, LAYER_STEP, rest, LAYER_STEP, LAYER_BLOCK, o.lambda_)
    memset(eq, 0, 8 * 3 * LAYER_STEP)
    memcpy(eq + 3 * LAYER_STEP, v.lookups.inner, 8 * 3 * LAYER_STEP)
    l2zk_active.join_fractions(eq, second, LAYER_STEP, False, LAYER_BLOCK, eq, LAYER_STEP)
    w.q, w.p = block_of_fractions(scratch, 2), block_of_fractions(scratch, 4)
    w.q_sum = limbs_of_block(eq, block_of_fractions(scratch, 2))
    w.p_sum = limbs_of_block(eq + 3 * LAYER_STEP, block_of_fractions(scratch, 4))


cdef void tops_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """The sums of a block of values of b, for every a and the top bit of b."""
    cdef Overhang *o = <Overhang *>context
    cdef Prover *v = o.prover
    cdef Lookups *u = &v.lookups
    cdef size_t half = o.blocks // 2, a, i, at
    cdef k3 outer = planar_at(u.outer, u.outer_stride, task % half), found
    cdef uint64_t *staged = block_of_fractions(v.scratch[worker], MOST_BLOCKS)
    cdef k3 *sums = u.tops + worker * 4 * o.tops
    cdef bint is_over = task * LAYER_BLOCK < overhang(v.plan)
    cdef Weights first
    cdef Weights second
    first.p = first.q = u.limbs
    first.p_sum = first.q_sum = u.inner_sum
    if is_over:
        weights_of_second(o, task, v.scratch[worker], &second)
    for a in range(o.tops):
        if l2zk_crew_cancelled(v.crew):
            return
        at, i = (a * o.blocks + task) * LAYER_BLOCK, 2 * a + task // half
        sums[i] = k_add(sums[i], k_mul(outer, weigh_block(v, at, &first, o.lambda_, staged)))
        if is_over:
            found = k_mul(outer, weigh_block(v, at, &second, k_from(1), staged))
            sums[2 * o.tops + i] = k_add(sums[2 * o.tops + i], found)


cdef void find_tops(Overhang *o, const k3 *targets, size_t bits) noexcept nogil:
    """In the first worker's place: for each a and top bit of b the sum of the first term, then of the second one."""
    cdef Prover *v = o.prover
    cdef Lookups *u = &v.lookups
    cdef size_t inner = log_of_ratio(LAYER_BLOCK, 1), i, w
    build_eq(u.outer, u.outer_stride, targets + 1, bits - 1 - inner)
    build_eq(u.inner, LAYER_STEP, targets + bits - inner, inner)
    u.inner_sum = limbs_of_block(u.inner, u.limbs)
    memset(u.tops, 0, sizeof(k3) * 4 * o.tops * v.workers)
    share(v, tops_task, o, o.blocks)
    for w in range(1, v.workers):
        for i in range(4 * o.tops):
            u.tops[i] = k_add(u.tops[i], u.tops[w * 4 * o.tops + i])


cdef k3 sum_of_tops(const k3 *values, size_t count, const k3 *eq) noexcept nogil:
    cdef k3 sum = k_from(0)
    cdef size_t i
    for i in range(count):
        sum = k_add(sum, k_mul(eq[i], values[i]))
    return sum


cdef void few_eq(const k3 *point, size_t count, k3 *out) noexcept nogil:
    """eq of so many coordinates."""
    cdef size_t i, k
    out[0] = k_from(1)
    for i in reversed(range(count)):
        for k in range(<size_t>1 << (count - 1 - i)):
            out[(<size_t>1 << (count - 1 - i)) + k] = k_mul(out[k], point[i])
            out[k] = k_sub(out[k], out[(<size_t>1 << (count - 1 - i)) + k])


cdef void prove_tops(Layer *y, Overhang *o, const k3 *targets, size_t count, k3 *claim, k3 *point) noexcept nogil:
    """The rounds over a; afterwards the sums of both terms for the top bit of b."""
    cdef Lookups *u = &o.prover.lookups
    cdef k3 *first = u.tops
    cdef k3 *second = u.tops + 2 * o.tops
    cdef k3 *eq = u.tops_eq
    cdef size_t j, i, half
    cdef k3 low, top, behind
    o.scale = k_from(1)
    for j in range(count):
        half = o.tops >> j               # values of the bits of a that are left, and of the top one of b, by two
        few_eq(targets + j + 1, count - j, eq)
        low = sum_of_tops(first, half, eq)
        behind = o.scale
        for i in range(j + 1, count):
            behind = k_mul(behind, k_sub(k_from(1), targets[i]))
        top = k_mul(behind, between(second[0], second[1], targets[count]))
        low = k_add(low, top)
        top = k_sub(top, k_mul(behind, between(second[half], second[half + 1], targets[count])))
        say_layer_round(y, targets[j], low, top, claim, point + j)
        fold_few(first, half, point[j])
        fold_few(second, half, point[j])
        o.scale = k_mul(o.scale, k_sub(k_from(1), point[j]))


# ---- a bound ---------------------------------------------------------------------------------------------------------

cdef void scale_second(const Overhang *o, uint64_t *leaves) noexcept nogil:
    """From second leaves to scale*p1 and 1 + scale*(q1 - 1)."""
    cdef size_t i
    cdef k3 q
    cdef uint64_t *denominators = leaves + 3 * LAYER_STEP
    for i in range(LAYER_BLOCK):
        planar_put(leaves, LAYER_STEP, i, k_scale(o.scale, leaves[i]))
        q = k_sub(planar_at(denominators, LAYER_STEP, i), k_from(1))
        planar_put(denominators, LAYER_STEP, i, k_add(k_from(1), k_mul(o.scale, q)))


cdef void bind_tops_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A block of values of b: p0, q1, q0, p1 with a bound."""
    cdef Overhang *o = <Overhang *>context
    cdef Prover *v = o.prover
    cdef Lookups *u = &v.lookups
    cdef uint64_t *block = v.scratch[worker]
    cdef uint64_t *staged = block_of_fractions(block, MOST_BLOCKS)
    cdef uint64_t *to = <uint64_t *>o.to + task * LAYER_BLOCK
    cdef Mixture mix
    cdef size_t a
    begin_mixture(&mix, planar(to, o.stride, 0), planar(to, o.stride, 2), o.stride)
    for a in range(o.tops):
        if l2zk_crew_cancelled(v.crew):
            return
        mix_leaves(v, (a * o.blocks + task) * LAYER_BLOCK, u.tops_eq[a], &mix, staged)
    end_mixture(&mix)
    fill_leaves(v, (<size_t>1 << (v.plan.layers - 1)) + task * LAYER_BLOCK, LAYER_BLOCK, block, staged)
    scale_second(o, block)
    copy_coordinates(block, LAYER_STEP, LAYER_BLOCK, planar(to, o.stride, 3), o.stride)
    copy_coordinates(block + 3 * LAYER_STEP, LAYER_STEP, LAYER_BLOCK, planar(to, o.stride, 1), o.stride)


cdef k3 begin_overhang(Prover *v, Layer *y, k3 *claim, k3 *point, size_t *before) noexcept nogil:
    """The rounds over a, and the arrays over b; returns the value at 0 of the next round."""
    cdef Lookups *u = &v.lookups
    cdef size_t bits = overhang_bits(v.plan), k, count = v.plan.layers - 1 - bits
    cdef Overhang o
    cdef k3 low
    o.prover, o.blocks, o.tops, o.lambda_ = v, (<size_t>1 << bits) // LAYER_BLOCK, <size_t>1 << count, u.at.lambda_
    y.prover, y.count, y.lambda_, y.is_first, y.on_lowest = v, <size_t>1 << bits, u.at.lambda_, True, False
    before[0] = count
    find_tops(&o, u.at.z + count, bits)
    prove_tops(y, &o, u.at.z, count, claim, point)
    low = k_add(u.tops[0], k_mul(o.scale, u.tops[2 * o.tops]))
    few_eq(point, count, u.tops_eq)
    o.to, o.stride = u.levels[v.plan.layers - 2], level_stride(y.count)
    share(v, bind_tops_task, &o, o.blocks)
    for k in range(4):
        y.arrays[k] = y.folded[k] = planar(<uint64_t *>o.to, o.stride, k)
    y.stride = y.folded_stride = o.stride
    return low
