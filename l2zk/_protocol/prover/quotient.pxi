# The quotient: Q = sum over domains of (sum of alpha^i C_i)/Z, on as few cosets of L as determine it. (PROTOCOL 6.3)

cdef size_t CHUNKS_A_TASK = 2


cdef void prepare_quotient(Prover *v) noexcept nogil:
    """Powers of alpha, and on each of the quotient's cosets the periodic columns and the inverses of divisors,
    as far as they repeat.

    A divisor X^e - (g^x)^e is (g^x)^e*((X/g^x)^e - 1): the constant goes into alpha's power, and the rest has the
    inverse 1/(X^e - 1) of x rows earlier.
    """
    cdef const Plan *p = v.plan
    cdef size_t i, q, cosets = quotient_places(p)
    cdef k3 power = k_from(1)
    for i in range(p.constraint_count):
        v.alpha_powers[p.places[i]] = k_limbs(k_scale(power, f_inv(divisor_constant(p, p.groups + p.group_of[i]))))
        power = k_mul(power, v.alpha)
    for q in range(cosets):
        for i in range(p.periodic_count):
            extend_periodic(v, q, i)
    fill_powers(v.steps, f_root(p.log_coset))
    if p.overflow:
        fill_powers(v.overflow_steps, f_root(p.log_overflow))
    for i in range(p.base_count):
        fill_exempt(v, i)
    share(v, extend_exempt, v, cosets * p.base_count)
    share(v, fill_divisors, v, cosets * tasks_a_coset(p))


cdef inline size_t quotient_places(const Plan *p) noexcept nogil:
    """The quotient's cosets, and the one that has the overflow's points."""
    return p.quotient_cosets + (1 if p.overflow else 0)


cdef inline size_t tasks_a_coset(const Plan *p) noexcept nogil:
    return (p.coset_size + CHUNK * CHUNKS_A_TASK - 1) // (CHUNK * CHUNKS_A_TASK)


cdef void fill_divisors(void *context, size_t task, unsigned worker) noexcept nogil:
    """1/(X^e - 1) on some chunks of a coset, as far as it does not repeat."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t q = task // tasks_a_coset(p), first = task % tasks_a_coset(p) * CHUNK * CHUNKS_A_TASK
    cdef size_t i, row, k, last, count
    cdef uint64_t *steps = v.scratch[worker].words
    cdef uint64_t *out
    cdef uint64_t start, ratio
    for i in range(p.exponent_count):
        start = f_pow(coset_shift(p, quotient_coset(p, q)), p.exponents[i])
        ratio = f_pow(f_root(p.log_coset), p.exponents[i])
        last = smaller(first + CHUNK * CHUNKS_A_TASK, larger(TILE, divisor_span(p, p.exponents[i])))
        if first < last:
            fill_powers(steps, ratio)
        for row from first <= row < last by CHUNK:
            out, count = v.divisors[q * p.exponent_count + i] + row, smaller(CHUNK, last - row)
            fill_points(out, count // TILE, f_mul(start, f_pow(ratio, row)), steps)
            for k from 0 <= k < count by TILE:
                l2zk_active.differences(out + k, 1, out + k)
            l2zk_active.invert(out, count)


cdef void extend_periodic(Prover *v, size_t q, size_t i) noexcept nogil:
    """v(x^{N/P}) on the coset: the powers x^{N/P} are themselves a coset, of `span` points."""
    cdef const Plan *p = v.plan
    cdef uint64_t *out = v.periodic[q * p.periodic_count + i]
    cdef unsigned log_period = p.periodic[i].log_period
    cdef uint64_t shift = f_pow(coset_shift(p, quotient_coset(p, q)), p.length >> log_period)
    cdef unsigned log_span = log_period + p.log_coset - p.log_length
    l2zk_active.ntt_fill_shift(v.scratch[0].shift, shift, log_span)
    l2zk_active.ntt_reverse(out, p.periodic[i].coefficients, <size_t>1 << log_period, log_span, shift)
    l2zk_active.ntt_values(out, out, log_span, v.scratch[0].shift, NULL, 0, v.tables)


cdef void fill_exempt(Prover *v, size_t base) noexcept nogil:
    """The coefficients of the polynomial of a base's rows, and the points of the few rows before them."""
    cdef const Plan *p = v.plan
    cdef uint64_t unroot = f_inv(f_root(p.log_length)), point = f_pow(unroot, p.bases[base])
    cdef uint64_t *coefficients
    cdef size_t t
    for t in range(MOST_DIFFERENCES):
        point = f_mul(point, unroot)
        v.exempt_roots[base * MOST_DIFFERENCES + t] = point
    if base:
        coefficients = v.exempt_coefficients + (base - 1) * p.length
        exempt_coefficients(f_root(p.log_length), p.bases[base], coefficients)
        memset(coefficients + p.bases[base] + 1, 0, 8 * (p.length - p.bases[base] - 1))


cdef void extend_exempt(void *context, size_t task, unsigned worker) noexcept nogil:
    """The polynomial of a base's rows on a coset of N' points, as a column's is."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t q = task // p.base_count, base = task % p.base_count
    cdef uint64_t shift = coset_shift(p, quotient_coset(p, q))
    if v.exempt[task] == NULL:
        return
    l2zk_active.ntt_fill_shift(v.scratch[worker].shift, shift, p.log_coset)
    l2zk_active.ntt_reverse(v.exempt[task], v.exempt_coefficients + (base - 1) * p.length, p.length, p.log_coset, shift)
    l2zk_active.ntt_values(v.exempt[task], v.exempt[task], p.log_coset, v.scratch[worker].shift, NULL, 0, v.tables)


cdef void load_divisors(const Prover *v, size_t q, size_t row, size_t stride, const uint64_t *x, uint64_t *staged,
                        l2zk_group *groups) noexcept nogil:
    """1/Z for each group on a tile of points x, but for the constant that alpha's power has; `staged` has room for a
    tile of each, and one more."""
    cdef const Plan *p = v.plan
    cdef const Group *g
    cdef size_t i, span, earlier
    for i in range(p.group_count):
        g = p.groups + i
        span = larger(TILE, divisor_span(p, p.exponents[p.exponent_of[i]]))
        earlier = first_row(g) * (p.coset_size // p.length) % span
        groups[i].divisor = tile_at(v.divisors[q * p.exponent_count + p.exponent_of[i]], span, row + span - earlier,
                                    stride, staged + TILE * i)
        if g.kind == DOMAIN_TRANSITION:                              # the last rows are exempt
            exempt_rows(v, i, v.exempt[q * p.base_count + p.base_of[i]], row, stride, x, staged + TILE * p.group_count,
                        staged + TILE * i, groups + i)


cdef inline void exempt_rows(const Prover *v, size_t group, const uint64_t *base, size_t row, size_t stride,
                             const uint64_t *x, uint64_t *room, uint64_t *out, l2zk_group *divided) noexcept nogil:
    """A group's divisor times the polynomial of its last rows, in `out`;
    `base` holds that of its base's rows on the coset, or is NULL."""
    cdef const Plan *p = v.plan
    cdef size_t t, number = p.base_of[group]
    if base != NULL:
        l2zk_active.multiply_differences(divided.divisor, tile_at(base, p.coset_size, row, stride, room), 0, out)
        divided.divisor = out
    for t in range(p.groups[group].x - p.bases[number]):
        l2zk_active.multiply_differences(divided.divisor, x, v.exempt_roots[number * MOST_DIFFERENCES + t], out)
        divided.divisor = out


cdef inline uint64_t quotient_point(const Plan *p, size_t q, size_t row) noexcept nogil:
    return f_mul(coset_shift(p, quotient_coset(p, q)), f_pow(f_root(p.log_coset), row))


cdef void load_tile(const Prover *v, size_t q, size_t row, size_t stride, const uint32_t *load,
                    uint64_t **slot) noexcept nogil:
    """A tile of a column or of a periodic column on a coset, rows `stride` apart."""
    cdef const Plan *p = v.plan
    if load[0] == 0:
        slot[0] = <uint64_t *>tile_at(column_of(v.on_domain, p.size, load[1]) + quotient_coset(p, q) * p.coset_size,
                                      p.coset_size, row + load[2] * (p.coset_size // p.length), stride, slot[0])
    else:
        slot[0] = <uint64_t *>tile_at(v.periodic[q * p.periodic_count + load[1]], periodic_span(p, load[1]), row,
                                      stride, slot[0])


cdef void quotient_chunk(const Prover *v, size_t q, size_t row, size_t stride, size_t tiles, uint64_t start,
                         const uint64_t *steps, uint64_t *words, Scratch *scratch, uint64_t **out) noexcept nogil:
    """Q on some tiles: rows row, row + stride, ... of a coset, of which the first is the point `start`.
    out[c] gets coordinate c."""
    cdef const Plan *p = v.plan
    cdef uint64_t *x = words
    cdef uint64_t *staged = x + TILE
    cdef uint64_t turn = f_mul(steps[TILE - 1], steps[1])
    cdef uint64_t *place[3]
    cdef size_t k, c
    for k in range(tiles):
        for c in range(3):
            place[c] = out[c] + TILE * k
        l2zk_active.points(start, steps, x)
        start = f_mul(start, turn)
        load_divisors(v, q, row + k * TILE * stride, stride, x, staged, scratch.groups)
        quotient_tile(v, q, row + k * TILE * stride, stride, staged + TILE * p.group_count, scratch, place)


cdef void quotient_tile(const Prover *v, size_t q, size_t row, size_t stride, uint64_t *words, Scratch *scratch,
                        uint64_t **out) noexcept nogil:
    """The sum of alpha^i C_i/Z_i."""
    cdef const Plan *p = v.plan
    cdef const l2zk_code *code = &p.constraints
    cdef uint64_t *results = words + TILE * code.vector_count
    cdef size_t i, first = 0
    for i in range(code.vector_count):
        scratch.slots[i] = words + TILE * i
        if i < code.load_count:
            load_tile(v, q, row, stride, code.loads[i], scratch.slots + i)
    for i in range(p.constraint_count):
        scratch.results[p.places[i]] = results + TILE * i
    for i in range(p.group_count):
        scratch.groups[i].results, scratch.groups[i].powers = scratch.results + first, v.alpha_powers + first
        scratch.groups[i].count = p.group_sizes[i]
        first += p.group_sizes[i]
    l2zk_active.store_results(code, scratch.slots, v.uniforms, results)
    l2zk_active.combine_groups(scratch.groups, p.group_count, out)


cdef void quotient_tiles(void *context, size_t task, unsigned worker) noexcept nogil:
    """Q on some chunks of a coset; one that is shorter than a tile is cut."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t q = task // tasks_a_coset(p)
    cdef size_t first = task % tasks_a_coset(p) * CHUNK * CHUNKS_A_TASK
    cdef size_t row, c, count
    cdef uint64_t *out[3]
    cdef uint64_t *words = v.scratch[worker].words
    for row from first <= row < smaller(first + CHUNK * CHUNKS_A_TASK, p.coset_size) by CHUNK:
        count = smaller(CHUNK, p.coset_size - row)
        for c in range(3):
            out[c] = words + CHUNK_STEP * c if count < TILE else quotient_place(v, c) + q * p.coset_size + row
        quotient_chunk(v, q, row, 1, (count + TILE - 1) // TILE, quotient_point(p, q, row), v.steps,
                       words + 3 * CHUNK_STEP, v.scratch + worker, out)
        for c in range(3 if count < TILE else 0):
            memcpy(quotient_place(v, c) + q * p.coset_size + row, out[c], 8 * count)


cdef inline uint64_t *quotient_place(const Prover *v, size_t c) noexcept nogil:
    """The column for a coordinate of Q's values: of an only piece that is evaluated on L, its place there."""
    cdef const Plan *p = v.plan
    if p.quotient_on_domain:
        return column_of(v.pieces, p.size, c)
    return quotient_value_column(v, c)


cdef void interpolate_quotient(void *context, size_t task, unsigned worker) noexcept nogil:
    """Task 3q + c: the coefficients of coordinate c of Q modulo X^N' - shift^N' on coset q. The last task: Q on the
    overflow's points, which no interpolation reads."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t q = task // 3
    cdef size_t c = task % 3
    cdef size_t size = p.quotient_cosets * p.coset_size + p.overflow
    cdef uint64_t *out = quotient_column(v, c) + q * p.coset_size
    if q == p.quotient_cosets:
        evaluate_at_overflow(v, worker)
        return
    l2zk_active.ntt_coefficients(out, quotient_value_column(v, c) + q * p.coset_size, p.log_coset, v.tables)
    l2zk_active.ntt_fill_shift(v.scratch[worker].shift, f_inv(coset_shift(p, quotient_coset(p, q))), p.log_coset)
    l2zk_active.ntt_scale(out, p.log_coset, v.scratch[worker].shift)


cdef void compute_quotient(Prover *v) noexcept nogil:
    """Q on L, if that is cheapest; else its coefficients."""
    cdef const Plan *p = v.plan
    cdef size_t tasks = p.quotient_cosets * tasks_a_coset(p), transforms
    if stopped(v):
        return
    transforms = 0 if p.quotient_on_domain else 3 * p.quotient_cosets
    l2zk_crew_stage(v.crew, STAGE_QUOTIENT, tasks + quotient_places(p) * tasks_a_coset(p) + transforms)
    prepare_quotient(v)
    share(v, quotient_tiles, v, tasks)
    if p.quotient_on_domain:
        return
    share(v, interpolate_quotient, v, 3 * p.quotient_cosets + (1 if p.overflow else 0))
    share(v, join_coordinate, v, 3)


cdef void join_coordinate(void *context, size_t c, unsigned worker) noexcept nogil:
    """The coefficients of a coordinate, from its remainders on the cosets and its values on the overflow's points."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef uint64_t *cosets[32]
    cdef size_t q
    for q in range(p.quotient_cosets):
        cosets[q] = quotient_column(v, c) + q * p.coset_size
    l2zk_active.join_cosets(cosets, p.log_quotient_cosets, p.coset_size, f_pow(GENERATOR, p.coset_size))
    if p.overflow:
        add_overflow(v, c, v.scratch + worker)


# ---- the overflow of the quotient (overflow.pxi) ---------------------------------------------------------------------

cdef void add_overflow(Prover *v, size_t c, const Scratch *scratch) noexcept nogil:
    """Q from A and from Q's values on the overflow's points; A is blocks of N' coefficients, one after the other."""
    cdef const Plan *p = v.plan
    cdef size_t b, m = p.quotient_cosets * p.coset_size
    cdef uint64_t shift = coset_shift(p, 1), u = f_pow(GENERATOR, m), turn = f_pow(shift, p.coset_size), scale = 1
    cdef uint64_t *quotient = quotient_column(v, c)
    cdef uint64_t *values = quotient_value_column(v, c)
    memcpy(values, quotient, 8 * p.coset_size)
    for b in range(1, p.quotient_cosets):      # A on the coset: its blocks fold into one
        scale = f_mul(scale, turn)
        l2zk_active.add_scaled(values, quotient + b * p.coset_size, p.coset_size, scale)
    find_overflow(values, p.log_coset, f_sub(f_pow(shift, m), u), values + m, p.log_overflow, shift, scratch.tail,
                  v.tables, scratch.shift)
    take_overflow(quotient, p.log_coset, u, scratch.tail, p.log_overflow)
    l2zk_active.ntt_reverse(quotient + m, scratch.tail, p.overflow, p.log_overflow, 1)


cdef void evaluate_at_overflow(Prover *v, unsigned worker) noexcept nogil:
    """Q on the overflow's points, every N'/overflow-th of coset 1."""
    cdef const Plan *p = v.plan
    cdef size_t i, c, stride = p.coset_size // p.overflow, m = p.quotient_cosets * p.coset_size
    cdef uint64_t *out[3]
    for i from 0 <= i < p.overflow by CHUNK:
        for c in range(3):
            out[c] = quotient_value_column(v, c) + m + i
        quotient_chunk(v, p.quotient_cosets, i * stride, stride, (smaller(CHUNK, p.overflow - i) + TILE - 1) // TILE,
                       quotient_point(p, p.quotient_cosets, i * stride), v.overflow_steps, v.scratch[worker].words,
                       v.scratch + worker, out)
