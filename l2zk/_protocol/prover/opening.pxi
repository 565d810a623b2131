# The opening of the vector: all claims as one, the first fold over the columns, R, the tail. (PROTOCOL 6.6, 6.7)
#
# The weight of a column of the commitment is a multiple of a *base*: base 0 is eq of the point's low coordinates, for
# columns that are a part of one stretch; every other column that has a weight has a base of its own.

cdef inline size_t first_dense(const Plan *p) noexcept nogil:
    """The first column that is no part of one stretch; so are all behind it."""
    return p.masks_at >> p.log_m if p.table.rows >= p.m else 0


cdef inline size_t dense_bases(const Plan *p) noexcept nogil:
    """Bases of columns of their own."""
    return p.columns - first_dense(p)


cdef void find_forms(Prover *v) noexcept nogil:
    """The coefficient of each mask in its claim: a claim on masks, or a column's value. (PROTOCOL 7.3)"""
    cdef const Plan *p = v.plan
    find_forms_of(p, v.argument.x, v.argument.r, v.argument.tau, v.argument.q, v.argument.xi, v.opening.form)


cdef k3 factor_of(const Prover *v, size_t e) noexcept nogil:
    """The power of gamma of the claim that mask e stands in."""
    cdef const Plan *p = v.plan
    cdef size_t values = p.masked - p.table.read_count
    if e < zerocheck_elements(p):
        return v.opening.gammas[0]
    return v.opening.gammas[1 if e < values else 2 + e - values]


cdef void place_bases(Prover *v, k3 gamma) noexcept nogil:
    """The bases, and each column's factor of each."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i, b, low = smaller(p.log_m, p.table.log_rows)
    o.gammas[0] = gamma
    for i in range(1, claims_on_masks(p) + p.table.read_count):
        o.gammas[i] = k_mul(o.gammas[i - 1], gamma)
    build_eq(o.bases, o.stride, v.argument.q + (p.table.log_rows - low), low)
    for b in range(1, o.base_count):
        o.base_first[b], o.base_last[b] = p.m, 0
        memset(planar(o.bases, o.stride, b), 0, 8 * 3 * o.stride)
        planar_put(planar(o.factors, o.column_stride, b), o.column_stride, first_dense(p) + b - 1, k_from(1))
    for i in range(p.table.read_count):
        if first_dense(p):
            place_columns_of(v, p.table.reads[i], o.gammas[claims_on_masks(p) + i])
        else:
            place_entries_of(v, p.table.reads[i], o.gammas[claims_on_masks(p) + i])
    if p.hiding:
        place_forms(v)


cdef void place_columns_of(Prover *v, size_t c, k3 gamma) noexcept nogil:
    """The factors of base 0, where column c of the table is some columns of the commitment."""
    cdef Opening *o = &v.opening
    cdef Argument *a = &v.argument
    cdef unsigned above = v.plan.table.log_rows - v.plan.log_m
    cdef size_t i
    build_eq(a.eq, a.stride, a.q, above)
    for i in range(<size_t>1 << above):
        planar_put(o.factors, o.column_stride, (c << above) + i, k_mul(gamma, planar_at(a.eq, a.stride, i)))


cdef void place_entries_of(Prover *v, size_t c, k3 gamma) noexcept nogil:
    """The weights of its entries, where it is shorter than those."""
    cdef size_t row, rows = v.plan.table.rows
    for row in range(rows):
        add_to_base(v, c * rows + row, k_mul(gamma, planar_at(v.opening.bases, v.opening.stride, row)))


cdef void place_forms(Prover *v) noexcept nogil:
    """The weights of the masks."""
    cdef const Plan *p = v.plan
    cdef size_t e, i
    for e in range(p.masked):
        for i in range(3):
            add_to_base(v, p.masks_at + 3 * e + i, k_mul(k_mul(factor_of(v, e), v.opening.form[e]), phi(i)))


cdef void add_to_base(Prover *v, size_t entry, k3 weight) noexcept nogil:
    """A weight of an entry whose column has a base of its own."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t column = entry >> p.log_m, j = entry & (p.m - 1)
    cdef size_t b = 1 + column - first_dense(p)
    cdef uint64_t *base = planar(o.bases, o.stride, b)
    planar_put(base, o.stride, j, k_add(planar_at(base, o.stride, j), weight))
    o.base_first[b], o.base_last[b] = smaller(o.base_first[b], j), larger(o.base_last[b], j + 1)


cdef void chunk_of_products(void *context, size_t task, unsigned worker) noexcept nogil:
    """A chunk of the products of all columns with base 0."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t j = task * CHUNK, count = smaller(CHUNK, p.m - j), i
    cdef const uint64_t *limbs = split_chunk(v.opening.bases, v.opening.stride, j, count, v.scratch[worker])
    cdef k3 *sums = v.argument.sums + worker * v.argument.sum_count
    for i in range(p.columns):
        sums[i] = k_add(sums[i], l2zk_active.dot(limbs, CHUNK_STEP, v.vector + (i << p.log_m) + j, whole_tiles(count)))


cdef void dense_product(void *context, size_t task, unsigned worker) noexcept nogil:
    """The product of one column with the base of another."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i = task % p.columns, b = 1 + task // p.columns, j = o.base_first[b], last = o.base_last[b], count
    cdef const uint64_t *limbs
    cdef uint64_t *staged = v.scratch[worker] + SPLIT_WORDS
    cdef k3 sum = k_from(0)
    while j < last:
        count = smaller(CHUNK, last - j)
        limbs = split_chunk(planar(o.bases, o.stride, b), o.stride, j, count, v.scratch[worker])
        memcpy(staged, v.vector + (i << p.log_m) + j, 8 * count)
        sum = k_add(sum, l2zk_active.dot(limbs, CHUNK_STEP, staged, whole_tiles(count)))
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
    for cell in range(CELLS if p.hiding else 0):
        b = o.base_count + cell
        for i in range(p.columns):
            planar_put(planar(o.products, o.column_stride, b), o.column_stride, i,
                       k_from(column_of(v.tails, p.tail, i)[p.queries + cell]))
        for i in range(<size_t>1 << p.log_columns):
            planar_put(planar(o.factors, o.column_stride, b), o.column_stride, i, theta(cell, k_from(ones_of(i))))


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


cdef void say_sigma(Prover *v) noexcept nogil:
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
    say(v, MESSAGE_SIGMA, &sigma, 1)


cdef void fold_vector_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of f', the folded columns."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t j = task * ROWS_A_TASK, i
    cdef const uint64_t **sources = <const uint64_t **>v.scratch[worker]
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
    cdef k3 mu, c, ones = ones_at(point, p.log_columns)
    mu = l2zk_active.dot_extension(o.weights, o.stride, v.blind, blind_stride, p.m)
    for i in range(CELLS):
        mu = k_add(mu, k_mul(theta(i, ones), planar_at(v.blind, blind_stride, p.m + p.queries + i)))
    say(v, MESSAGE_MU, &mu, 1)
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
        say_sigma(v)
    gamma = draw(&v.transcript)
    place_bases(v, gamma)
    find_products(v)
    if stopped(v):
        return
    first_fold(v, point)
    fold_vector(v, point)
    if p.hiding:
        blind(v, point)
