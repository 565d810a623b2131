# A layer of fractions: the rounds of its sumcheck. (PROTOCOL 6.3)

cdef enum:
    SMALL_LAYER = 64             # fractions: so few are folded to another place
    BLOCKS_A_TASK = 4
    ROUND_LENGTH = 5             # coefficients of a layer's last round with masks

cdef struct Layer:               # arrays p0, q1, q0, and p1 or u = p1 + lambda*q1, in the making of a layer's rounds
    Prover *prover
    bint on_lowest               # they are the lowest level still, and stand nowhere
    size_t count                 # of fractions that are left
    uint64_t *arrays[4]
    uint64_t *folded[4]          # where they are folded to, perhaps the same place
    size_t stride
    size_t folded_stride
    size_t inner                 # elements of the inner factor of eq, at most LAYER_BLOCK
    size_t outer                 # and of the other one
    k3 lambda_
    bint is_first                # the last array is p1
    k3 r


cdef inline k3 between(k3 low, k3 high, k3 r) noexcept nogil:
    return k_add(low, k_mul(r, k_sub(high, low)))


# ---- eq of the targets, in two factors -------------------------------------------------------------------------------

cdef void begin_eq(Layer *y, const k3 *targets, size_t count) noexcept nogil:
    cdef Lookups *u = &y.prover.lookups
    cdef size_t inner = smaller(count, log_of_ratio(LAYER_BLOCK, 1))
    y.inner, y.outer = <size_t>1 << inner, <size_t>1 << (count - inner)
    build_eq(u.outer, u.outer_stride, targets, count - inner)
    build_eq(u.inner, LAYER_STEP, targets + (count - inner), inner)
    l2zk_active.layer_weights(u.inner, LAYER_STEP, y.inner, u.weights)


cdef void shorten_eq(Layer *y) noexcept nogil:
    """eq without its first target."""
    cdef Lookups *u = &y.prover.lookups
    if y.outer > 1:
        y.outer //= 2
        l2zk_active.add_multiple(u.outer, u.outer_stride, u.outer + y.outer, u.outer_stride, y.outer, k_from(1))
    else:
        y.inner //= 2
        l2zk_active.add_multiple(u.inner, LAYER_STEP, u.inner + y.inner, LAYER_STEP, y.inner, k_from(1))
        l2zk_active.layer_weights(u.inner, LAYER_STEP, y.inner, u.weights)


# ---- the rounds ------------------------------------------------------------------------------------------------------

cdef bint find_block(const Layer *y, size_t first, size_t parts, const uint64_t *(*at)[4],
                     uint64_t *scratch) noexcept nogil:
    """Where y.inner fractions begin, from `first` on in each part of the arrays; True if numerators are in F."""
    cdef size_t apart = y.count // parts, i, k, base = 0
    cdef bint in_base[MOST_BLOCKS]
    cdef uint64_t *block
    if not y.on_lowest:
        for i in range(parts):
            for k in range(4):
                at[i][k] = y.arrays[k] + first + i * apart
        return False
    for i in range(2 * parts):           # of each part the upper half, then the lower one
        block = block_of_fractions(scratch, i)
        in_base[i] = fill_lowest(y.prover, (i % 2 * parts + i // 2) * apart + first, y.inner, block, scratch)
        at[i // 2][3 if i % 2 else 0], at[i // 2][1 if i % 2 else 2] = block, block + 3 * LAYER_STEP
        base += in_base[i]
    for i in range(2 * parts if base < 2 * parts else 0):
        if in_base[i]:
            lift(block_of_fractions(scratch, i), y.inner)
    return base == 2 * parts


cdef inline bint is_of_columns(const Layer *y, size_t first) noexcept nogil:
    """True where the fractions from `first` on in each part of the arrays are whole blocks of leaves."""
    cdef const Plan *p = y.prover.plan
    return y.on_lowest and y.inner == LAYER_BLOCK and not (is_overhanging(p) and first < overhang(p))


cdef void mix_quarters(const Layer *y, size_t first, uint64_t *(*to)[4], uint64_t *staged) noexcept nogil:
    """The halves of the folded arrays out of the quarters of the leaves, from `first` on in each."""
    cdef size_t apart = y.count // 4, h, side
    cdef Mixture mix
    for h in range(2):
        for side in range(2):            # lower leaves, then those beside them
            begin_mixture(&mix, to[h][3 if side else 0], to[h][1 if side else 2], y.folded_stride)
            mix_leaves(y.prover, first + (4 * side + h) * apart, k_sub(k_from(1), y.r), &mix, staged)
            mix_leaves(y.prover, first + (4 * side + h + 2) * apart, y.r, &mix, staged)
            end_mixture(&mix)


cdef void add_block(const Layer *y, size_t block, unsigned worker, k3 *found) noexcept nogil:
    """Add a block's sums to the worker's, times eq's outer factor."""
    cdef k3 factor = planar_at(y.prover.lookups.outer, y.prover.lookups.outer_stride, block)
    found[0], found[1] = k_mul(found[0], factor), k_mul(found[1], factor)
    add_to_sums(y.prover, worker, found)


cdef void first_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """Some blocks of pairs: the coefficient of X^2 of a layer's first round."""
    cdef Layer *y = <Layer *>context
    cdef Prover *v = y.prover
    cdef const uint64_t *at[2][4]
    cdef k3 found[2]
    cdef size_t block
    cdef bint in_base
    found[0] = k_from(0)
    for block in range(task * BLOCKS_A_TASK, smaller((task + 1) * BLOCKS_A_TASK, y.outer)):
        if y.on_lowest and y.count + block * y.inner >= v.plan.leaf_count:
            return               # 0/1 beside all fractions: their sums are linear
        if is_of_columns(y, block * y.inner) and first_of_columns(v, block * y.inner, y.count // 2, y.count, y.lambda_,
                                                                  v.scratch[worker], found + 1):
            add_block(y, block, worker, found)
            continue
        in_base = find_block(y, block * y.inner, 2, at, v.scratch[worker])
        found[1] = l2zk_active.layer_first(at, LAYER_STEP if y.on_lowest else y.stride, in_base, y.inner, y.lambda_,
                                           v.lookups.weights)
        add_block(y, block, worker, found)


cdef void layer_fold_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """Some blocks of pairs: the arrays with their top variable bound, and the next round's sums."""
    cdef Layer *y = <Layer *>context
    cdef Prover *v = y.prover
    cdef const uint64_t *at[4][4]
    cdef uint64_t *to[2][4]
    cdef k3 found[2]
    cdef size_t block, h, k, first
    cdef bint in_base
    for block in range(task * BLOCKS_A_TASK, smaller((task + 1) * BLOCKS_A_TASK, y.outer)):
        first = block * y.inner
        for h in range(2):
            for k in range(4):
                to[h][k] = y.folded[k] + first + h * (y.count // 4)
        if is_of_columns(y, first):
            mix_quarters(y, first, to, block_of_fractions(v.scratch[worker], 0))
            l2zk_active.layer_sums(to, y.folded_stride, y.inner, y.lambda_, v.lookups.weights, found)
            add_block(y, block, worker, found)
            continue
        in_base = find_block(y, first, 4, at, v.scratch[worker])
        l2zk_active.layer_fold(at, LAYER_STEP if y.on_lowest else y.stride, in_base, y.inner, y.r,
                               &y.lambda_ if y.is_first else NULL, to, y.folded_stride, v.lookups.weights, found)
        add_block(y, block, worker, found)


cdef inline size_t tasks_of(const Layer *y) noexcept nogil:
    return (y.outer + BLOCKS_A_TASK - 1) // BLOCKS_A_TASK


cdef void fold_layer(Layer *y) noexcept nogil:
    """Bind the top variable to r; half as many fractions are left, and their sums for the next round."""
    cdef Lookups *u = &y.prover.lookups
    cdef size_t k
    shorten_eq(y)
    if y.count <= SMALL_LAYER:
        for k in range(4):
            y.folded[k] = planar(u.small[1 if y.arrays[0] == u.small[0] else 0], level_stride(SMALL_LAYER), k)
        y.folded_stride = level_stride(SMALL_LAYER)
    clear_sums(y.prover)
    share(y.prover, layer_fold_task, y, tasks_of(y))
    memcpy(y.arrays, y.folded, sizeof(y.arrays))
    y.stride, y.count, y.on_lowest, y.is_first = y.folded_stride, y.count // 2, False, False


cdef void say_layer_round(Layer *y, k3 target, k3 low, k3 top, k3 *claim, k3 *point) noexcept nogil:
    """A round, but the last one of a layer: g(X) = low + ... + top*X^2."""
    cdef k3 coefficients[3]
    cdef k3 high
    # a proof with the target 0, which has the chance 1/|K|, is refused
    high = k_mul(k_sub(claim[0], k_mul(k_sub(k_from(1), target), low)), k_inv(target))
    coefficients[0], coefficients[1], coefficients[2] = low, k_sub(k_sub(high, low), top), top
    say_hidden(y.prover, MESSAGE_LAYER_ROUND, coefficients + 1, 2)
    point[0] = y.r = draw_no_bit(&y.prover.transcript)
    claim[0] = value_of(coefficients, 3, y.r)


cdef void prove_rounds(Layer *y, const k3 *targets, size_t count, k3 low, k3 *claim, k3 *point) noexcept nogil:
    """The rounds of a layer, or those that are left of it, but the last one. low: the first one's value at 0."""
    cdef Prover *v = y.prover
    cdef size_t j
    begin_eq(y, targets + 1, count)
    clear_sums(v)
    share(v, first_task, y, tasks_of(y))
    for j in range(count):
        if stopped(v):
            return
        say_layer_round(y, targets[j], total_of_workers(v, 0) if j else low, total_of_workers(v, 1), claim, point + j)
        fold_layer(y)


cdef void add_product(const k3 *a, const k3 *b, k3 factor, k3 *out) noexcept nogil:
    """Add factor*a*b, a product of two quadratic polynomials."""
    cdef size_t i, j
    for i in range(3):
        for j in range(3):
            out[i + j] = k_add(out[i + j], k_mul(factor, k_mul(a[i], b[j])))


cdef void prove_last_round(Prover *v, const k3 *low, const k3 *high, k3 lambda_, k3 *values, k3 *point) noexcept nogil:
    """The last round of a layer, where p0, p1, q0, q1 have two values each, and masks; `values` become theirs there."""
    cdef size_t elements = 4 if v.plan.hiding else 2, k
    cdef k3 f[4][3]
    cdef k3 sum[ROUND_LENGTH]
    cdef k3 mask
    for k in range(ROUND_LENGTH):
        sum[k] = k_from(0)
    for k in range(4):
        mask = mask_of(v, v.masks_used + elements + k)
        f[k][0], f[k][1], f[k][2] = low[k], k_add(k_sub(high[k], low[k]), mask), k_neg(mask)
    add_product(f[0], f[3], k_from(1), sum)
    add_product(f[1], f[2], k_from(1), sum)
    add_product(f[2], f[3], lambda_, sum)
    say_hidden(v, MESSAGE_LAYER_ROUND, sum + 1, elements)
    point[0] = draw_no_bit(&v.transcript)
    for k in range(4):
        values[k] = between(low[k], high[k], point[0])


cdef void copy_coordinates(const uint64_t *a, size_t stride, size_t count, uint64_t *out,
                           size_t out_stride) noexcept nogil:
    cdef size_t c
    for c in range(3):
        memcpy(out + c * out_stride, a + c * stride, 8 * count)
