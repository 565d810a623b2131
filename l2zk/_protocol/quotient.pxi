# The quotient: Q = sum over domains of (sum of alpha^i C_i)/Z, on the first cosets of L that determine it. (PROTOCOL 6.3)

cdef size_t CHUNKS_A_TASK = 4


cdef void prepare_quotient(Prover *v) noexcept nogil:
    """Powers of alpha, of each cyclic divisor's step, and the periodic columns on the quotient's cosets."""
    cdef const Plan *p = v.plan
    cdef size_t i, q, span
    cdef k3 power = k_from(1)
    for i in range(p.constraint_count):
        v.alpha_powers[i] = power
        power = k_mul(power, v.alpha)
    for i in range(p.group_count):
        fill_powers(v.group_powers + TILE * i, f_pow(f_root(p.log_coset), divisor_exponent(p, p.groups + i)))
    for q in range(p.quotient_cosets + (1 if p.overflow else 0)):
        for i in range(p.periodic_count):
            extend_periodic(v, q, i)
    if p.overflow:
        fill_powers(v.side_powers, f_root(p.log_overflow))
        for i in range(p.group_count):
            fill_powers(v.side_powers + TILE * (1 + i), f_pow(f_root(p.log_overflow), divisor_exponent(p, p.groups + i)))
    for i in range(p.group_count):
        v.group_constants[i] = divisor_constant(p, p.groups + i)
    for i in range(p.most_exempt):
        v.exempt_roots[i] = f_pow(f_root(p.log_length), p.length - 1 - i)


cdef void extend_periodic(Prover *v, size_t q, size_t i) noexcept nogil:
    """v(x^{N/P}) on the coset: the powers x^{N/P} are themselves a coset, of `span` points."""
    cdef const Plan *p = v.plan
    cdef uint64_t *out = v.periodic[q * p.periodic_count + i]
    cdef unsigned log_period = p.periodic[i].log_period
    cdef uint64_t shift = f_pow(coset_shift(p, quotient_coset(p, q)), p.length >> log_period)
    cdef unsigned log_span = log_period + p.log_coset - p.log_length
    l2zk_active.ntt_fill_shift(v.scratch[0].shift, shift, log_span)
    l2zk_active.ntt_reverse(out, p.periodic[i].coefficients, <size_t>1 << log_period, log_span, shift)
    l2zk_active.ntt_values(out, out, log_span, v.scratch[0].shift, NULL, 0, 0, v.tables)


cdef inline size_t quotient_coset(const Plan *p, size_t q) noexcept nogil:
    """The q-th of the cosets that make up 7*<omega of order quotient_cosets*N'>; behind them the one that holds the overflow's points."""
    return q * (p.blowup // p.quotient_cosets) if q < p.quotient_cosets else 1


cdef void invert_divisors(const Prover *v, size_t tiles, uint64_t start, const uint64_t *group_powers, const uint64_t *x,
                          uint64_t *inverses) noexcept nogil:
    """1/Z of each group, CHUNK apart, on some tiles of points x = start*root^t; group_powers are those of root^e."""
    cdef const Plan *p = v.plan
    cdef size_t i, k, t
    cdef uint64_t first, turn
    cdef const uint64_t *powers
    for i in range(p.group_count):
        powers = group_powers + TILE * i
        first = f_pow(start, divisor_exponent(p, p.groups + i))
        turn = f_mul(powers[TILE - 1], powers[1])
        for k in range(tiles):
            l2zk_active.differences(first, powers, v.group_constants[i], inverses + CHUNK * i + TILE * k)
            first = f_mul(first, turn)
        l2zk_active.invert(inverses + CHUNK * i, TILE * tiles)
        if p.groups[i].kind == DOMAIN_TRANSITION:    # the last rows are exempt
            for k in range(tiles):
                for t in range(p.groups[i].x):
                    l2zk_active.multiply_differences(inverses + CHUNK * i + TILE * k, x + TILE * k, v.exempt_roots[t])


cdef void load_tile(const Prover *v, size_t q, size_t row, size_t stride, const uint32_t *load, uint64_t **slot) noexcept nogil:
    """A tile of a column or of a periodic column on a coset, rows `stride` apart."""
    cdef const Plan *p = v.plan
    if load[0] == 0:
        slot[0] = <uint64_t *>tile_at(column_of(v.on_domain, p.size, load[1]) + quotient_coset(p, q) * p.coset_size, p.coset_size,
                                      row + load[2] * (p.coset_size // p.length), stride, slot[0])
    else:
        slot[0] = <uint64_t *>tile_at(v.periodic[q * p.periodic_count + load[1]], periodic_span(p, load[1]), row, stride, slot[0])


cdef void quotient_chunk(const Prover *v, size_t q, size_t row, size_t stride, size_t tiles, const uint64_t *powers,
                         const uint64_t *group_powers, uint64_t *words, uint64_t **slots, uint64_t **out) noexcept nogil:
    """Q on some tiles, rows row, row + stride, ... of a coset; powers are those of the root that leads from one to the next.

    The divisors of all tiles are inverted together, group by group. out[c] gets coordinate c, `tiles` tiles.
    """
    cdef const Plan *p = v.plan
    cdef uint64_t *x = words
    cdef uint64_t *inverses = x + CHUNK
    cdef uint64_t *tile = inverses + CHUNK * p.group_count
    cdef uint64_t start = f_mul(coset_shift(p, quotient_coset(p, q)), f_pow(f_root(p.log_coset), row))
    cdef uint64_t *place[3]
    cdef size_t k, c
    fill_points(x, tiles, start, powers)
    invert_divisors(v, tiles, start, group_powers, x, inverses)
    for k in range(tiles):
        for c in range(3):
            place[c] = out[c] + TILE * k
        quotient_tile(v, q, row + k * TILE * stride, stride, inverses + TILE * k, tile, slots, place)


cdef void quotient_tile(const Prover *v, size_t q, size_t row, size_t stride, const uint64_t *inverses, uint64_t *words,
                        uint64_t **slots, uint64_t **out) noexcept nogil:
    """Fold the constraints of each group and divide."""
    cdef const Plan *p = v.plan
    cdef const l2zk_code *code = &p.constraints
    cdef uint64_t *sums = words + TILE * code.vector_count
    cdef size_t i
    for i in range(code.vector_count):
        slots[i] = words + TILE * i
        if i < code.load_count:
            load_tile(v, q, row, stride, code.loads[i], slots + i)
    memset(sums, 0, 8 * 3 * TILE * p.group_count)
    l2zk_active.accumulate_results(code, slots, v.uniforms, v.alpha_powers, p.group_of, sums)
    l2zk_active.divide_groups(sums, inverses, CHUNK, p.group_count, out)


cdef void quotient_tiles(void *context, size_t task, unsigned worker) noexcept nogil:
    """Q on some chunks of a coset; the last one of a short coset is cut."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t tasks_a_coset = (p.coset_size + CHUNK * CHUNKS_A_TASK - 1) // (CHUNK * CHUNKS_A_TASK)
    cdef size_t q = task // tasks_a_coset
    cdef size_t first = task % tasks_a_coset * CHUNK * CHUNKS_A_TASK
    cdef size_t row, c, count
    cdef uint64_t *out[3]
    cdef uint64_t *words = v.scratch[worker].words
    for c in range(3):
        out[c] = words + CHUNK * c
    for row from first <= row < smaller(first + CHUNK * CHUNKS_A_TASK, p.coset_size) by CHUNK:
        count = smaller(CHUNK, p.coset_size - row)
        quotient_chunk(v, q, row, 1, (count + TILE - 1) // TILE, v.row_powers, v.group_powers, words + 3 * CHUNK,
                       v.scratch[worker].slots, out)
        for c in range(3):
            memcpy(quotient_place(v, c) + q * p.coset_size + row, out[c], 8 * count)


cdef inline uint64_t *quotient_place(const Prover *v, size_t c) noexcept nogil:
    """Where a coordinate of Q's values goes: an only piece straight to its place on L."""
    cdef const Plan *p = v.plan
    if p.direct:
        return column_of(v.pieces, p.size, c)
    return column_of(v.quotient_values, p.quotient_cosets * p.coset_size + p.overflow, c)


cdef void interpolate_quotient(void *context, size_t task, unsigned worker) noexcept nogil:
    """The coefficients of one coordinate of Q modulo X^N' - shift^N' on one coset."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t q = task // 3
    cdef size_t c = task % 3
    cdef size_t size = p.quotient_cosets * p.coset_size + p.overflow
    cdef uint64_t *out = column_of(v.quotient, size, c) + q * p.coset_size
    l2zk_active.ntt_coefficients(out, column_of(v.quotient_values, size, c) + q * p.coset_size, p.log_coset, v.tables)
    l2zk_active.ntt_fill_shift(v.scratch[worker].shift, f_inv(coset_shift(p, quotient_coset(p, q))), p.log_coset)
    l2zk_active.ntt_scale(out, p.log_coset, v.scratch[worker].shift)


cdef void compute_quotient(Prover *v) noexcept nogil:
    """Q on L, if that is cheapest; else its coefficients."""
    cdef const Plan *p = v.plan
    cdef size_t tasks = p.quotient_cosets * ((p.coset_size + CHUNK * CHUNKS_A_TASK - 1) // (CHUNK * CHUNKS_A_TASK))
    cdef size_t c, q, size = p.quotient_cosets * p.coset_size + p.overflow
    cdef uint64_t *cosets[32]
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_QUOTIENT, tasks + (0 if p.direct else 3 * p.quotient_cosets))
    prepare_quotient(v)
    share(v, quotient_tiles, v, tasks)
    if p.direct:
        return
    share(v, interpolate_quotient, v, 3 * p.quotient_cosets)
    if stopped(v):
        return
    for c in range(3):
        for q in range(p.quotient_cosets):
            cosets[q] = column_of(v.quotient, size, c) + q * p.coset_size
        l2zk_active.join_cosets(cosets, p.log_quotient_cosets, p.coset_size, f_pow(GENERATOR, p.coset_size))
    if p.overflow:
        add_overflow(v)


# ---- the few coefficients beyond (overflow.pxi) -------------------------------------------------------------------------

cdef void add_overflow(Prover *v) noexcept nogil:
    """Q from A and its values beside; A has one block of N' coefficients after the other."""
    cdef const Plan *p = v.plan
    cdef size_t c, b, i, k, m = p.quotient_cosets * p.coset_size
    cdef uint64_t shift = coset_shift(p, 1), u = f_pow(GENERATOR, m), turn = f_pow(shift, p.coset_size), scale
    cdef uint64_t *quotient
    cdef uint64_t *values
    evaluate_beside(v)
    for c in range(3):
        quotient = column_of(v.quotient, m + p.overflow, c)
        values = column_of(v.quotient_values, m + p.overflow, c)
        memcpy(values, quotient, 8 * p.coset_size)
        scale = turn
        for b in range(1, p.quotient_cosets):      # A on the coset: its blocks fold into one
            for i in range(p.coset_size):
                values[i] = f_add(values[i], f_mul(quotient[b * p.coset_size + i], scale))
            scale = f_mul(scale, turn)
        find_overflow(values, p.log_coset, f_sub(f_pow(shift, m), u), values + m, p.overflow, shift, quotient + m, v.tables,
                      v.scratch[0].shift)
        for i in range(p.overflow):
            k = bit_reversed(i, p.log_coset)
            quotient[k] = f_sub(quotient[k], f_mul(u, quotient[m + i]))


cdef void evaluate_beside(Prover *v) noexcept nogil:
    """Q on the overflow's points, every N'/overflow-th of coset 1."""
    cdef const Plan *p = v.plan
    cdef size_t i, c, stride = p.coset_size // p.overflow, m = p.quotient_cosets * p.coset_size
    cdef uint64_t *out[3]
    for i from 0 <= i < p.overflow by CHUNK:
        for c in range(3):
            out[c] = column_of(v.quotient_values, m + p.overflow, c) + m + i
        quotient_chunk(v, p.quotient_cosets, i * stride, stride, (smaller(CHUNK, p.overflow - i) + TILE - 1) // TILE, v.side_powers,
                       v.side_powers + TILE, v.scratch[0].words, v.scratch[0].slots, out)
