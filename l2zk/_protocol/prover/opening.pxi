# The opening of the vector: all claims as one, the first fold over the columns, R, the tail. (PROTOCOL 6.6, 6.7)
#
# The weight of a column of the commitment is a multiple of a *base*: base 0 is eq of the low coordinates, for columns
# that are a part of one stretch; every other column that has a weight has a base of its own.

cdef inline size_t first_dense(const Plan *p) noexcept nogil:
    """The first column that is no part of one stretch; so are all behind it."""
    return p.masks >> p.log_m if p.table.rows >= p.m else 0


cdef inline size_t dense_bases(const Plan *p) noexcept nogil:
    """Bases of columns of their own."""
    return p.columns - first_dense(p)


cdef void find_forms(Prover *v) noexcept nogil:
    """The coefficient of each mask in its claim: a claim on masks, or a column's value. (PROTOCOL 7.3)"""
    cdef const Plan *p = v.plan
    find_forms_of(p, v.argument.x, v.argument.r, v.argument.tau, v.argument.q, v.argument.mix, v.opening.form)


cdef k3 factor_of(const Plan *p, size_t e, k3 gamma, const k3 *powers) noexcept nogil:
    """The power of gamma of the claim that mask e stands in."""
    cdef size_t rounds = p.quotient + p.degree * (p.table.variables - 1) + p.last_degree
    cdef size_t values = p.hidden - p.table.read_count
    if e < rounds:
        return powers[0]
    return powers[1] if e < values else powers[2 + e - values]


cdef void place_bases(Prover *v, k3 gamma) noexcept nogil:
    """The bases, and each column's factor of each."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
    cdef Opening *o = &v.opening
    cdef size_t i, c, e, b, row, tensor
    cdef k3 *powers = v.argument.column_values + t.read_count
    cdef unsigned above
    tensor = first_dense(p)
    powers[0] = gamma
    for i in range(1, claims_on_masks(p) + t.read_count):
        powers[i] = k_mul(powers[i - 1], gamma)
    build_eq(o.bases, o.stride, v.argument.q + (t.log_rows - p.log_m if tensor else 0), p.log_m if tensor else 0)
    for b in range(1, o.base_count):
        o.base_column[b], o.base_first[b], o.base_last[b] = tensor + b - 1, p.m, 0
        memset(planar(o.bases, o.stride, b), 0, 8 * 3 * o.stride)
        planar_put(planar(o.factors, o.column_stride, b), o.column_stride, o.base_column[b], k_from(1))
    if tensor:
        above = t.log_rows - p.log_m
        build_eq(v.argument.eq, v.argument.stride, v.argument.q, above)
        for c in range(t.read_count):
            for i in range(<size_t>1 << above):
                planar_put(o.factors, o.column_stride, (t.reads[c] << above) + i,
                           k_mul(powers[claims_on_masks(p) + c], planar_at(v.argument.eq, v.argument.stride, i)))
    else:
        build_eq(v.opening.powers, o.stride, v.argument.q, t.log_rows)
        for c in range(t.read_count):
            for row in range(t.rows):
                add_to_base(v, t.reads[c] * t.rows + row, k_mul(powers[claims_on_masks(p) + c],
                                                                planar_at(v.opening.powers, o.stride, row)))
    for e in range(p.hidden if p.hiding else 0):
        for i in range(3):
            add_to_base(v, p.masks + 3 * e + i, k_mul(k_mul(factor_of(p, e, gamma, powers), o.form[e]), phi(i)))


cdef void add_to_base(Prover *v, size_t entry, k3 weight) noexcept nogil:
    """A weight of an entry whose column has a base of its own."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t column = entry >> p.log_m, j = entry & (p.m - 1)
    cdef size_t b = 1 + column - first_dense(p)
    cdef uint64_t *base = planar(o.bases, o.stride, b)
    planar_put(base, o.stride, j, k_add(planar_at(base, o.stride, j), weight))
    o.base_first[b], o.base_last[b] = smaller(o.base_first[b], j), larger(o.base_last[b], j + 1)


cdef void split_base(const Prover *v, size_t b, size_t j, size_t count, uint64_t *weights,
                     uint64_t *limbs) noexcept nogil:
    """Entries j ... of a base as `dot` takes them, with zeros up to whole tiles."""
    cdef const Opening *o = &v.opening
    cdef const uint64_t *base = planar(o.bases, o.stride, b)
    cdef size_t c, whole = (count + TILE - 1) // TILE * TILE
    for c in range(3):
        memcpy(weights + c * CHUNK_STEP, base + c * o.stride + j, 8 * count)
        memset(weights + c * CHUNK_STEP + count, 0, 8 * (whole - count))
    l2zk_active.split_weights(weights, CHUNK_STEP, whole, limbs)


cdef void chunk_of_products(void *context, size_t task, unsigned worker) noexcept nogil:
    """A chunk of the products of all columns with base 0."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t j = task * CHUNK, count = smaller(CHUNK, p.m - j), whole = (count + TILE - 1) // TILE * TILE, i
    cdef uint64_t *weights = v.words[worker]
    cdef uint64_t *limbs = weights + 3 * CHUNK_STEP
    cdef k3 *sums = v.argument.sums + worker * v.argument.sum_count
    split_base(v, 0, j, count, weights, limbs)
    for i in range(p.columns):
        sums[i] = k_add(sums[i], l2zk_active.dot(limbs, CHUNK_STEP, v.vector + (i << p.log_m) + j, whole))


cdef void dense_product(void *context, size_t task, unsigned worker) noexcept nogil:
    """The product of one column with the base of another."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i = task % p.columns, b = 1 + task // p.columns, j = o.base_first[b], last = o.base_last[b], count
    cdef uint64_t *weights = v.words[worker]
    cdef uint64_t *limbs = weights + 3 * CHUNK_STEP
    cdef uint64_t *staged = limbs + 9 * CHUNK_STEP
    cdef k3 sum = k_from(0)
    while j < last:
        count = smaller(CHUNK, last - j)
        split_base(v, b, j, count, weights, limbs)
        memcpy(staged, v.vector + (i << p.log_m) + j, 8 * count)
        sum = k_add(sum, l2zk_active.dot(limbs, CHUNK_STEP, staged, (count + TILE - 1) // TILE * TILE))
        j += count
    planar_put(planar(o.products, o.column_stride, b), o.column_stride, i, sum)


cdef void find_products(Prover *v) noexcept nogil:
    """The products of every column with every base."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i
    if first_dense(p):
        clear_sums(v)
        share(v, chunk_of_products, v, (p.m + CHUNK - 1) // CHUNK)
        for i in range(p.columns):
            planar_put(o.products, o.column_stride, i, total_of_workers(v, i))
    share(v, dense_product, v, p.columns * (o.base_count - 1))


cdef void place_cells(Prover *v) noexcept nogil:
    """The cells of the tails as products, theta as their factors."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i, cell, b
    cdef uint64_t ones, bits
    for cell in range(CELLS if p.hiding else 0):
        b = o.base_count + cell
        for i in range(p.columns):
            ones, bits = 0, i
            while bits:
                ones, bits = ones + (bits & 1), bits >> 1
            planar_put(planar(o.products, o.column_stride, b), o.column_stride, i,
                       k_from(column_of(v.tails, p.tail, i)[p.queries + cell]))
        for i in range(<size_t>1 << p.log_columns):
            ones, bits = 0, i
            while bits:
                ones, bits = ones + (bits & 1), bits >> 1
            planar_put(planar(o.factors, o.column_stride, b), o.column_stride, i,
                       k_scale(phi(cell % 3), ones if cell >= 3 else 1))


cdef void first_fold(Prover *v, k3 *point) noexcept nogil:
    """The kappa rounds over the number of the column."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t half = (<size_t>1 << p.log_columns) // 2, j, b, bases = o.base_count + (CELLS if p.hiding else 0)
    cdef k3 sums[2]
    cdef k3 found[2]
    for j in range(p.log_columns):
        sums[0] = sums[1] = k_from(0)
        for b in range(bases):
            l2zk_active.round_products(planar(o.products, o.column_stride, b), o.column_stride,
                                       planar(o.factors, o.column_stride, b), o.column_stride, 0, half, half, found)
            sums[0], sums[1] = k_add(sums[0], found[0]), k_add(sums[1], found[1])
        say(v, MESSAGE_FOLD_ROUND, sums, 2)
        point[j] = draw(&v.transcript)
        for b in range(bases):
            l2zk_active.fold_pairs(planar(o.products, o.column_stride, b), o.column_stride, half, half, point[j])
            l2zk_active.fold_pairs(planar(o.factors, o.column_stride, b), o.column_stride, half, half, point[j])
        half //= 2


cdef void say_mask_sum(Prover *v) noexcept nogil:
    """sigma, the sum of the cells with theta."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t cell, b
    cdef k3 sigma = k_from(0)
    for cell in range(CELLS):
        b = o.base_count + cell
        sigma = k_add(sigma, l2zk_active.dot_extension(
            planar(o.products, o.column_stride, b), o.column_stride, planar(o.factors, o.column_stride, b),
            o.column_stride, p.columns))
    say(v, MESSAGE_MASK_SUM, &sigma, 1)


cdef void fold_vector_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of f', the folded columns."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t j = task * ROWS_A_TASK, i
    cdef const uint64_t **sources = <const uint64_t **>v.words[worker]
    for i in range(p.columns):
        sources[i] = v.vector + (i << p.log_m) + j
    l2zk_active.fold_streams(v.opening.limbs, sources, p.columns, smaller(ROWS_A_TASK, p.m - j), v.opening.message + j,
                             v.opening.stride)


cdef void fold_vector(Prover *v, const k3 *point) noexcept nogil:
    """f' = sum of eq(point, i)*column i, tails too, and its weight."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i, j, b
    cdef uint64_t *eq = o.products                      # which is not needed any more
    cdef k3_limbs *limbs = o.limbs
    cdef k3 sum
    build_eq(eq, o.column_stride, point, p.log_columns)
    for i in range(p.columns):
        limbs[i] = k_limbs(planar_at(eq, o.column_stride, i))
    share(v, fold_vector_task, v, (p.m + ROWS_A_TASK - 1) // ROWS_A_TASK)
    for j in range(p.tail):
        sum = k_from(0)
        for i in range(p.columns):
            sum = k_add(sum, k_scale(planar_at(eq, o.column_stride, i), column_of(v.tails, p.tail, i)[j]))
        planar_put(o.message, o.stride, p.m + j, sum)
    memset(o.weights, 0, 8 * 3 * o.stride)
    for b in range(o.base_count):
        if b or first_dense(p):
            l2zk_active.add_multiple(o.weights, o.stride, planar(o.bases, o.stride, b), o.stride, p.m,
                                     planar_at(planar(o.factors, o.column_stride, b), o.column_stride, 0))


cdef void blind(Prover *v, const k3 *point) noexcept nogil:
    """From f' to the message of g = R + c*f'; mu and the tail are said."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i, j
    cdef size_t blind_stride = p.m + p.tail + TILE
    cdef k3 share_of_R, c, ones = k_from(0)
    for i in range(p.log_columns):
        ones = k_add(ones, point[i])
    share_of_R = l2zk_active.dot_extension(o.weights, o.stride, v.blind, blind_stride, p.m)
    for i in range(CELLS):
        share_of_R = k_add(share_of_R, k_mul(k_mul(phi(i % 3), ones if i >= 3 else k_from(1)),
                                             planar_at(v.blind, blind_stride, p.m + p.queries + i)))
    say(v, MESSAGE_MASK_SHARE, &share_of_R, 1)
    c = draw(&v.transcript)
    # R + c*f' in the place of R, then copied: R itself is encoded
    l2zk_active.add_multiple(v.blind, blind_stride, o.message, o.stride, p.m + p.tail, c)
    for i in range(3):
        memcpy(o.message + i * o.stride, v.blind + i * blind_stride, 8 * (p.m + p.tail))
    for j in range(p.tail):
        o.tail_said[j] = planar_at(o.message, o.stride, p.m + j)
    say(v, MESSAGE_TAIL, o.tail_said, p.tail)


cdef void open_claims(Prover *v) noexcept nogil:
    """Everything from the claims on the vector to the message of the first word."""
    cdef const Plan *p = v.plan
    cdef k3 point[32]
    cdef k3 gamma
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_OPEN, p.columns)
    find_forms(v)
    v.opening.base_count = 1 + dense_bases(p)
    memset(v.opening.products, 0, 8 * 3 * v.opening.column_stride * (v.opening.base_count + CELLS))
    memset(v.opening.factors, 0, 8 * 3 * v.opening.column_stride * (v.opening.base_count + CELLS))
    if p.hiding:
        place_cells(v)
        say_mask_sum(v)
    gamma = draw(&v.transcript)
    place_bases(v, gamma)
    find_products(v)
    if stopped(v):
        return
    first_fold(v, point)
    fold_vector(v, point)
    if p.hiding:
        blind(v, point)
