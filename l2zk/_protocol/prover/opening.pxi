# The opening of the vector: all claims as one, the first fold over the columns, R, the tail. (PROTOCOL 6.6, 6.7)
#
# The weight of a column of the commitment is a sum of multiples of *bases*: eq of some last coordinates of q, on a
# stretch of the column, which all tables of that length share; a longer table's columns are whole columns. Masks, and
# what is short, have *dense* columns' bases of their own, behind the others.

cdef enum:
    LEAST_LEVEL = 6              # coordinates of eq; a shorter table's columns are entries

cdef inline unsigned eq_level(const Plan *p, const TablePlan *t) noexcept nogil:
    """The coordinates of eq on the part of a table's column that a column of the commitment holds."""
    return smaller(t.log_rows, p.log_m)


cdef inline bint has_bases(const Plan *p, const TablePlan *t) noexcept nogil:
    return eq_level(p, t) >= smaller(LEAST_LEVEL, p.log_m)


cdef size_t first_dense(const Plan *p) noexcept nogil:
    """The first column with a base of its own; so are all behind it."""
    cdef const TablePlan *t
    cdef size_t i
    for i in range(p.table_count):
        t = p.tables + p.by_height[i]
        if not has_bases(p, t):
            return t.at >> p.log_m
    return p.masks_at >> p.log_m if p.hiding else p.columns


cdef size_t find_level(const Plan *p, unsigned level, size_t *first) noexcept nogil:
    """The bases of a level: of so many stretches of a column, from the one numbered `first` on, and from the end of the
    column on from its beginning."""
    cdef const TablePlan *t
    cdef size_t i, count = 0, room = <size_t>1 << (p.log_m - level)
    first[0] = 0
    for i in range(p.table_count):
        t = p.tables + p.by_height[i]
        if has_bases(p, t) and eq_level(p, t) == level:
            if count == 0:
                first[0] = t.at >> level & (room - 1)
            count += t.columns << (t.log_rows - level)
    return smaller(count, room)


cdef size_t base_count(const Plan *p) noexcept nogil:
    cdef unsigned level
    cdef size_t first, count = 0
    for level in range(p.log_m + 1):
        count += find_level(p, level, &first)
    return count


cdef void number_bases(Prover *v) noexcept nogil:
    """The bases level by level."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef unsigned level
    cdef size_t i, count, room, b = 0
    o.first_piece[0] = 0
    for level in range(p.log_m + 1):
        count, room = find_level(p, level, o.first_stretch + level), <size_t>1 << (p.log_m - level)
        o.first_base[level] = b
        for i in range(count):
            o.bases[b].level, o.bases[b].at = level, ((o.first_stretch[level] + i) & (room - 1)) << level
            o.first_piece[b + 1] = o.first_piece[b] + ((<size_t>1 << level) + CHUNK - 1) // CHUNK
            b += 1


cdef void find_forms(Prover *v) noexcept nogil:
    """The coefficient of each mask in its claim: a claim on masks, or a column's value. Those of layers are there.
    (PROTOCOL 7.3)"""
    cdef const Plan *p = v.plan
    find_forms_of(p, v.argument.x, v.argument.r, v.argument.tau, v.argument.q, v.argument.xi, v.opening.form)


cdef void place_claims(Prover *v, k3 gamma) noexcept nogil:
    """Each column's factor of each base, and the dense bases."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef const TablePlan *t
    cdef size_t i, c, b
    o.gammas[0] = gamma
    for i in range(1, claims_on_masks(p) + p.read_count):
        o.gammas[i] = k_mul(o.gammas[i - 1], gamma)
    build_suffixes(&o.eq, v.argument.q + (p.log_rows - smaller(p.log_m, p.log_rows)), smaller(p.log_m, p.log_rows))
    memset(o.dense, 0, 8 * 3 * o.stride * o.dense_count)
    for b in range(o.dense_count):
        o.dense_first[b], o.dense_last[b] = p.m, 0
        planar_put(planar(o.factors, o.column_stride, o.base_count + b), o.column_stride, first_dense(p) + b, k_from(1))
    for i in range(p.table_count):
        t = p.tables + i
        for c in range(t.read_count):
            if has_bases(p, t):
                place_column(v, t, t.reads[c], o.gammas[claims_on_masks(p) + t.first_read + c])
            else:
                place_entries(v, t, t.reads[c], o.gammas[claims_on_masks(p) + t.first_read + c])
    if p.hiding:
        place_forms(v)


cdef void place_column(Prover *v, const TablePlan *t, size_t c, k3 gamma) noexcept nogil:
    """Column c of a table: some columns of the commitment, or a stretch of one."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef unsigned level = eq_level(p, t), above = t.log_rows - level
    cdef size_t i, at = t.at + c * t.rows, room = <size_t>1 << (p.log_m - level)
    cdef size_t b = o.first_base[level] + (((at >> level) - o.first_stretch[level]) & (room - 1))
    cdef uint64_t *factors = planar(o.factors, o.column_stride, b)
    build_eq(o.above, o.column_stride, v.argument.q + (p.log_rows - t.log_rows), above)
    for i in range(<size_t>1 << above):
        planar_put(factors, o.column_stride, (at >> p.log_m) + i,
                   k_mul(gamma, planar_at(o.above, o.column_stride, i)))


cdef void place_entries(Prover *v, const TablePlan *t, size_t c, k3 gamma) noexcept nogil:
    """The weights of its entries, where it is short."""
    cdef size_t row
    cdef const uint64_t *eq = v.opening.eq.levels[t.log_rows]
    for row in range(t.rows):
        add_to_dense(v, t.at + c * t.rows + row, k_mul(gamma, planar_at(eq, eq_stride(t.log_rows), row)))


cdef void place_forms(Prover *v) noexcept nogil:
    """The weights of the masks."""
    cdef const Plan *p = v.plan
    cdef k3 weight
    cdef size_t e, i
    for e in range(p.masked):
        weight = k_mul(v.opening.gammas[claim_of_mask(p, e)], v.opening.form[e])
        for i in range(3):
            add_to_dense(v, p.masks_at + 3 * e + i, k_mul(weight, phi(i)))


cdef void add_to_dense(Prover *v, size_t entry, k3 weight) noexcept nogil:
    """A weight of an entry whose column has a base of its own."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t b = (entry >> p.log_m) - (p.columns - o.dense_count), j = entry & (p.m - 1)
    cdef uint64_t *base = planar(o.dense, o.stride, b)
    planar_put(base, o.stride, j, k_add(planar_at(base, o.stride, j), weight))
    o.dense_first[b], o.dense_last[b] = smaller(o.dense_first[b], j), larger(o.dense_last[b], j + 1)


cdef void product_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A chunk of the products of all columns with a base."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t b = owner_of(o.first_piece, o.base_count, task), i = 0, run
    cdef unsigned level = o.bases[b].level
    cdef size_t j = (task - o.first_piece[b]) * CHUNK, count = smaller(CHUNK, (<size_t>1 << level) - j)
    cdef const uint64_t *limbs = split_chunk(o.eq.levels[level], eq_stride(level), j, count, v.scratch[worker])
    cdef k3 *sums = v.argument.sums + worker * v.argument.sum_count + b * p.columns
    while i < p.columns:
        run = narrow_run(v.narrow, i, p.columns)
        if run:
            l2zk_active.sum_bits(weights_of(limbs), CHUNK_STEP, whole_tiles(count),
                                 words_of_column(v, i) + (o.bases[b].at + j) // 64, p.m // 64, run, sums + i)
        else:
            sums[i] = k_add(sums[i], l2zk_active.dot(limbs, CHUNK_STEP, v.vector + (i << p.log_m) + o.bases[b].at + j,
                                                     whole_tiles(count)))
        i += larger(run, 1)


cdef void dense_product_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """The product of one column with the base of another."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i = task % p.columns, b = task // p.columns, j = o.dense_first[b], last = o.dense_last[b], count
    cdef const uint64_t *limbs
    cdef uint64_t *staged = v.scratch[worker] + SPLIT_WORDS
    cdef k3 sum = k_from(0)
    while j < last:
        count = smaller(CHUNK, last - j)
        limbs = split_chunk(planar(o.dense, o.stride, b), o.stride, j, count, v.scratch[worker])
        memcpy(staged, v.vector + (i << p.log_m) + j, 8 * count)
        sum = k_add(sum, l2zk_active.dot(limbs, CHUNK_STEP, staged, whole_tiles(count)))
        j += count
    planar_put(planar(o.products, o.column_stride, o.base_count + b), o.column_stride, i, sum)


cdef void find_products(Prover *v) noexcept nogil:
    """The products of every column with every base."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i, b
    clear_sums(v)
    share(v, product_task, v, o.first_piece[o.base_count])
    for b in range(o.base_count):
        for i in range(p.columns):
            planar_put(planar(o.products, o.column_stride, b), o.column_stride, i,
                       total_of_workers(v, b * p.columns + i))
    share(v, dense_product_task, v, p.columns * o.dense_count)


cdef inline size_t first_cell(const Opening *o) noexcept nogil:
    """Where the cells' products and factors are."""
    return o.base_count + o.dense_count


cdef void place_cells(Prover *v) noexcept nogil:
    """The cells of the tails as products, theta as their factors."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i, cell, b
    for cell in range(CELLS if p.hiding else 0):
        b = first_cell(o) + cell
        for i in range(p.columns):
            planar_put(planar(o.products, o.column_stride, b), o.column_stride, i,
                       k_from(column_of(v.tails, p.tail, i)[p.queries + cell]))
        for i in range(<size_t>1 << p.log_columns):
            planar_put(planar(o.factors, o.column_stride, b), o.column_stride, i, theta(cell, k_from(ones_of(i))))


cdef void first_fold(Prover *v, k3 *point) noexcept nogil:
    """The kappa rounds over the number of the column."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t half = (<size_t>1 << p.log_columns) // 2, j, b, bases = first_cell(o) + (CELLS if p.hiding else 0)
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
        b = first_cell(o) + cell
        sigma = k_add(sigma, l2zk_active.dot_extension(
            planar(o.products, o.column_stride, b), o.column_stride, planar(o.factors, o.column_stride, b),
            o.column_stride, p.columns))
    say(v, MESSAGE_SIGMA, &sigma, 1)


cdef void fold_vector_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A stretch of f', the folded columns."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t j = task * ROWS_A_TASK, i, k = 0, last = smaller(j + ROWS_A_TASK, p.m)
    cdef const uint64_t **sources = <const uint64_t **>v.scratch[worker]
    cdef uint64_t *words = v.scratch[worker]
    for i in range(p.columns):
        if not v.narrow[i]:
            sources[k] = v.vector + (i << p.log_m) + j
            k += 1
    l2zk_active.fold_streams(o.limbs, sources, k, last - j, o.message + j, o.stride)
    for i from j <= i < (last if v.has_narrow else j) by TILE:
        l2zk_active.fold_bits(o.words, words, narrow_words(v, i, words), o.message + i, o.stride)


cdef inline k3 final_factor(const Opening *o, size_t b) noexcept nogil:
    """Of a base, once all bits of the column's number are bound."""
    return planar_at(planar(o.factors, o.column_stride, b), o.column_stride, 0)


cdef void fold_vector(Prover *v, const k3 *point) noexcept nogil:
    """f' = sum of eq(point, i)*column i, tails too, and its weight."""
    cdef const Plan *p = v.plan
    cdef Opening *o = &v.opening
    cdef size_t i, j, b, count = 0
    cdef uint64_t *eq = o.products                      # which is not needed any more
    cdef unsigned level
    cdef k3 sum
    build_eq(eq, o.column_stride, point, p.log_columns)
    for i in range(p.columns):
        if v.narrow[i]:
            o.words[count] = k_words(planar_at(eq, o.column_stride, i))
            count += 1
        else:
            o.limbs[i - count] = k_limbs(planar_at(eq, o.column_stride, i))
    share(v, fold_vector_task, v, (p.m + ROWS_A_TASK - 1) // ROWS_A_TASK)
    for j in range(p.tail):
        sum = k_from(0)
        for i in range(p.columns):
            sum = k_add(sum, k_scale(planar_at(eq, o.column_stride, i), column_of(v.tails, p.tail, i)[j]))
        planar_put(o.message, o.stride, p.m + j, sum)
    memset(o.weights, 0, 8 * 3 * o.stride)
    for b in range(o.base_count):
        level = o.bases[b].level
        l2zk_active.add_multiple(o.weights + o.bases[b].at, o.stride, o.eq.levels[level], eq_stride(level),
                                 <size_t>1 << level, final_factor(o, b))
    for b in range(o.dense_count):
        l2zk_active.add_multiple(o.weights, o.stride, planar(o.dense, o.stride, b), o.stride, p.m,
                                 final_factor(o, o.base_count + b))


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
    number_bases(v)
    memset(v.opening.products, 0, 8 * 3 * v.opening.column_stride * (first_cell(&v.opening) + CELLS))
    memset(v.opening.factors, 0, 8 * 3 * v.opening.column_stride * (first_cell(&v.opening) + CELLS))
    if p.hiding:
        place_cells(v)
        say_sigma(v)
    gamma = draw(&v.transcript)
    place_claims(v, gamma)
    find_products(v)
    if stopped(v):
        return
    first_fold(v, point)
    fold_vector(v, point)
    if p.hiding:
        blind(v, point)
