# The batch: G = sum of alpha_deep^e*(f_t - value)/(X - g^o*zeta), whose low degree stands for all openings (DEEP).
# (PROTOCOL 6.7)
#
# The prover keeps coefficients: those of G(7X) come from G's values on one coset of L. Word 0 is never evaluated on L.


cdef void prepare_batch(Prover *v) noexcept nogil:
    """For each point: its columns, their powers of alpha_deep, and the same sum over the opened values.

    A piece of the quotient enters as its three coordinates, times 1, phi and phi^2. 1/(x - g^o*zeta) is what 1/(x -
    zeta) is o rows earlier, over g^o, which the powers take over.
    """
    cdef const Plan *p = v.plan
    cdef size_t u, i, c, t = 0, width = p.columns + p.pieces
    cdef k3 phi[3]
    cdef k3 power
    cdef uint64_t unshift
    cdef l2zk_deep_point *point
    for c in range(3):
        phi[c] = k_from(0)
        phi[c].c[c] = 1
    for u in range(p.offset_count):
        point = v.points + u
        unshift = f_inv(f_pow(f_root(p.log_length), p.reads[u].offset))
        point.constant = k_from(0)
        point.count = 0
        point.sources = v.point_sources + u * (p.columns + 3 * p.pieces)
        point.coefficients = v.point_coefficients + u * (p.columns + 3 * p.pieces)
        for i in range(p.reads[u].count):
            c = p.reads[u].columns[i]
            power = k_scale(k_pow(v.alpha_deep, 1 + c + u * width), unshift)
            add_source(v, point, c, power)
            point.constant = k_add(point.constant, k_mul(power, v.values[t]))
            t += 1
        if u == 0:
            for i in range(p.pieces):
                power = k_pow(v.alpha_deep, 1 + p.columns + i)
                for c in range(3):
                    add_source(v, point, p.columns + 3 * i + c, k_mul(power, phi[c]))
                point.constant = k_add(point.constant, k_mul(power, v.values[t]))
                t += 1


cdef inline const uint64_t *batched_column(const Prover *v, size_t i) noexcept nogil:
    """Column i of the trace, or behind them a coordinate of a piece, on L."""
    cdef size_t w = v.plan.columns
    return column_of(v.on_domain, v.plan.size, i) if i < w else column_of(v.pieces, v.plan.size, i - w)


cdef inline void add_source(Prover *v, l2zk_deep_point *point, size_t column, k3 coefficient) noexcept nogil:
    (<const uint64_t **>point.sources)[point.count] = batched_column(v, column)
    (<k3_limbs *>point.coefficients)[point.count] = k_limbs(coefficient)
    v.overflow_sources[point.sources - v.point_sources + point.count] = column
    point.count += 1


cdef void invert_minimal(const Prover *v, size_t tiles, const uint64_t *x, uint64_t *inverses) noexcept nogil:
    """1/mu(x), where mu is zeta's minimal polynomial."""
    cdef size_t k
    for k in range(tiles):
        l2zk_active.minimal_values(v.zeta, x + TILE * k, inverses + TILE * k)
    l2zk_active.invert(inverses, TILE * tiles)


cdef inline uint64_t *reciprocal_column(const Prover *v, size_t c) noexcept nogil:
    """Coordinate c of 1/(x - zeta) on the first coset: where G's coefficients will be."""
    return column_of(v.folded[0], v.plan.coset_size, c)


cdef void fill_reciprocals(void *context, size_t task, unsigned worker) noexcept nogil:
    """1/(x - zeta) on some chunks of the first coset."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef uint64_t *x = v.scratch[worker].words
    cdef uint64_t *inverses = x + CHUNK_STEP
    cdef size_t row, k, tiles, last = smaller((task + 1) * CHUNK * CHUNKS_A_TASK, p.coset_size)
    for row from task * CHUNK * CHUNKS_A_TASK <= row < last by CHUNK:
        tiles = (smaller(CHUNK, p.coset_size - row) + TILE - 1) // TILE
        fill_points(x, tiles, f_mul(GENERATOR, f_pow(f_root(p.log_coset), row)), v.steps)
        invert_minimal(v, tiles, x, inverses)
        for k in range(tiles):
            l2zk_active.reciprocals(v.zeta, x + TILE * k, inverses + TILE * k, reciprocal_column(v, 0) + row + TILE * k,
                                    p.coset_size + TILE)


cdef void batch_rows(void *context, size_t task, unsigned worker) noexcept nogil:
    """G on some chunks of the first coset."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef uint64_t *tile = v.scratch[worker].words
    cdef uint64_t *staged = tile + 3 * TILE
    cdef const uint64_t **reciprocals = v.scratch[worker].reciprocals
    cdef size_t row, u, c, ratio = p.coset_size // p.length
    cdef size_t last = smaller((task + 1) * CHUNK * CHUNKS_A_TASK, p.coset_size)
    for row from task * CHUNK * CHUNKS_A_TASK <= row < last by TILE:
        for u in range(p.offset_count):
            for c in range(3):
                reciprocals[3 * u + c] = tile_at(reciprocal_column(v, c), p.coset_size,
                                                 row + p.coset_size - p.reads[u].offset * ratio, 1,
                                                 staged + TILE * (3 * u + c))
        l2zk_active.deep(v.points, p.offset_count, row, reciprocals, tile)
        store_batch(v, row, smaller(TILE, p.coset_size - row), tile)


cdef inline void store_batch(Prover *v, size_t at, size_t count, const uint64_t *tile) noexcept nogil:
    cdef size_t c
    for c in range(3):
        memcpy(batch_column(v, c) + at, tile + TILE * c, 8 * count)


cdef void interpolate_batch(void *context, size_t c, unsigned worker) noexcept nogil:
    """Task c: coordinate c of G(7X) mod X^N' - 1. Task 3: G on the overflow's points, which no interpolation reads."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    if c == 3:
        batch_at_overflow(v, worker)
        return
    l2zk_active.ntt_coefficients(column_of(v.folded[0], p.coset_size, c),
                                 batch_column(v, c), p.log_coset, v.tables)


cdef void compute_batch(Prover *v) noexcept nogil:
    """The coefficients of G(7X) mod X^N' - 1, and G's values on the overflow's points,
    from which add_batch_overflow finds the others."""
    cdef const Plan *p = v.plan
    cdef size_t tasks = (p.coset_size + CHUNK * CHUNKS_A_TASK - 1) // (CHUNK * CHUNKS_A_TASK)
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_BATCH, 2 * tasks + 3)
    prepare_batch(v)
    share(v, fill_reciprocals, v, tasks)
    share(v, batch_rows, v, tasks)
    share(v, interpolate_batch, v, 4 if p.batch_overflow else 3)


cdef void batch_at_overflow(Prover *v, unsigned worker) noexcept nogil:
    """G on the overflow's points: the same sums, over tiles to which the columns are copied,
    and where the sources point from now on."""
    cdef const Plan *p = v.plan
    cdef size_t row, k, u, i, c, column, tiles, stride = p.coset_size // p.batch_overflow
    cdef uint64_t *inverses = v.scratch[worker].words
    cdef uint64_t *powers = inverses + CHUNK_STEP * (2 + 3 * p.offset_count)
    cdef uint64_t *tile = powers + TILE
    cdef uint64_t *copies = tile + 3 * TILE
    cdef const uint64_t **reciprocals = v.scratch[worker].reciprocals
    for u in range(p.offset_count):
        for i in range(v.points[u].count):
            column = v.overflow_sources[u * (p.columns + 3 * p.pieces) + i]
            (<const uint64_t **>v.points[u].sources)[i] = copies + TILE * column
    fill_powers(powers, f_pow(f_root(p.log_coset), stride))
    for row from 0 <= row < p.batch_overflow by CHUNK:
        tiles = (smaller(CHUNK, p.batch_overflow - row) + TILE - 1) // TILE
        reciprocals_at_overflow(v, row * stride, tiles, powers, inverses)
        for k in range(tiles):
            for i in range(p.columns + 3 * p.pieces):
                copy_strided(copies + TILE * i, batched_column(v, i) + p.coset_size, p.coset_size,
                             (row + TILE * k) * stride, stride)
            for c in range(3 * p.offset_count):
                reciprocals[c] = inverses + CHUNK_STEP * (2 + c) + TILE * k
            l2zk_active.deep(v.points, p.offset_count, 0, reciprocals, tile)
            store_batch(v, p.coset_size + row + TILE * k, smaller(TILE, p.batch_overflow - row - TILE * k), tile)


cdef void reciprocals_at_overflow(const Prover *v, size_t row, size_t tiles, const uint64_t *powers,
                                  uint64_t *inverses) noexcept nogil:
    """1/(x/g^o - zeta) for each offset on some of the overflow's points x, from a row of coset 1 on;
    behind room for two chunks."""
    cdef const Plan *p = v.plan
    cdef uint64_t *x = inverses + CHUNK_STEP
    cdef uint64_t start = f_mul(coset_shift(p, 1), f_pow(f_root(p.log_coset), row))
    cdef size_t u, k
    for u in range(p.offset_count):
        fill_points(x, tiles, f_mul(start, f_inv(f_pow(f_root(p.log_length), p.reads[u].offset))), powers)
        invert_minimal(v, tiles, x, inverses)
        for k in range(tiles):
            l2zk_active.reciprocals(v.zeta, x + TILE * k, inverses + TILE * k,
                                    inverses + CHUNK_STEP * (2 + 3 * u) + TILE * k, CHUNK_STEP)
