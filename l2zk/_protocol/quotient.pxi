# The quotient: Q = sum over domains of (sum of alpha^i C_i)/Z, on the first cosets of L that determine it. (PROTOCOL 6.3)

cdef size_t TILES_A_TASK = 32


cdef void prepare_quotient(Prover *v) noexcept nogil:
    """Powers of alpha, of each cyclic divisor's step, and the periodic columns on the quotient's cosets."""
    cdef const Plan *p = v.plan
    cdef size_t i, q, span
    cdef k3 power = k_from(1)
    for i in range(p.constraint_count):
        v.alpha_powers[i] = power
        power = k_mul(power, v.alpha)
    for i in range(p.group_count):
        fill_powers(v.group_powers + TILE * i, f_pow(f_root(p.log_extended), divisor_exponent(p, p.groups + i)))
    for q in range(p.quotient_cosets + (1 if p.overflow else 0)):
        for i in range(p.periodic_count):
            extend_periodic(v, q, i)
    if p.overflow:
        fill_powers(v.side_powers, f_root(p.log_overflow))
        for i in range(p.group_count):
            fill_powers(v.side_powers + TILE * (1 + i), f_pow(f_root(p.log_overflow), divisor_exponent(p, p.groups + i)))


cdef void extend_periodic(Prover *v, size_t q, size_t i) noexcept nogil:
    """v(x^{N/P}) on the coset: the powers x^{N/P} are themselves a coset, of `span` points. Repeated to fill a tile."""
    cdef const Plan *p = v.plan
    cdef uint64_t *out = v.periodic[q * p.periodic_count + i]
    cdef unsigned log_period = p.periodic[i].log_period
    cdef size_t t, span = periodic_span(p, i)
    cdef uint64_t shift = f_pow(coset_shift(p, quotient_coset(p, q)), p.length >> log_period)
    cdef unsigned log_span = log_period + p.log_extended - p.log_length
    l2zk_active.ntt_fill_shift(v.scratch[0].shift, shift, log_span)
    l2zk_active.ntt_reverse(out, p.periodic[i].coefficients, <size_t>1 << log_period, log_span, shift)
    l2zk_active.ntt_values(out, out, log_span, v.scratch[0].shift, NULL, 0, 0, v.tables)
    for t in range(span, TILE):
        out[t] = out[t - span]


cdef inline size_t quotient_coset(const Plan *p, size_t q) noexcept nogil:
    """The q-th of the cosets that make up 7*<omega of order quotient_cosets*N'>; behind them the one that holds the overflow's points."""
    return q * (p.blowup // p.quotient_cosets) if q < p.quotient_cosets else 1


cdef inline uint64_t divisor_exponent(const Plan *p, const Group *g) noexcept nogil:
    """e of the X^e - constant that the divisor is or contains; 0 if it is X - g^row."""
    if g.kind == DOMAIN_CYCLIC:
        return p.length // g.y
    return 0 if g.kind == DOMAIN_ROW else p.length


cdef void invert_divisor(const Prover *v, size_t i, uint64_t start, const uint64_t *powers, const uint64_t *x,
                         uint64_t *out) noexcept nogil:
    """1/Z of group i on the tile of points x = start*root^t; powers are those of root^e, e the divisor's exponent. (PROTOCOL 3.3)"""
    cdef const Plan *p = v.plan
    cdef const Group *g = p.groups + i
    cdef uint64_t root = f_root(p.log_length)
    cdef uint64_t exponent = divisor_exponent(p, g)
    cdef uint64_t constant
    cdef size_t t
    if g.kind == DOMAIN_ROW:
        constant = f_pow(root, g.x)
        for t in range(TILE):
            out[t] = f_sub(x[t], constant)
    else:
        constant = f_pow(root, g.x * exponent) if g.kind == DOMAIN_CYCLIC else 1
        l2zk_active.points(f_pow(start, exponent), powers, out)
        for t in range(TILE):
            out[t] = f_sub(out[t], constant)
    l2zk_active.invert(out)
    if g.kind == DOMAIN_TRANSITION:
        for t in range(1, g.x + 1):
            l2zk_active.multiply_differences(out, x, f_pow(root, p.length - t))


cdef void load_tile(const Prover *v, size_t q, size_t row, size_t stride, const uint32_t *load, uint64_t *staged,
                    uint64_t **slot) noexcept nogil:
    """Point the slot at TILE values of the coset, `stride` rows apart; stage a copy if they are not next to each other."""
    cdef const Plan *p = v.plan
    cdef size_t t, at = row, rows = p.extended
    cdef uint64_t *values
    if load[0] == 1:
        rows = periodic_span(p, load[1])
        at = row & (rows - 1)
        values = v.periodic[q * p.periodic_count + load[1]]
    else:
        at = row + load[2] * (p.extended // p.length)
        values = column_of(v.extended, p.size, load[1]) + quotient_coset(p, q) * p.extended
    if stride == 1 and (at + TILE <= rows or rows < TILE and load[0] == 1):
        slot[0] = values + at
        return
    for t in range(TILE):
        staged[t] = values[(at + t * stride) & (rows - 1)]
    slot[0] = staged


cdef void quotient_tile(const Prover *v, size_t q, size_t row, size_t stride, const uint64_t *powers, const uint64_t *group_powers,
                        uint64_t *words, uint64_t **slots, uint64_t **out) noexcept nogil:
    """Q on TILE points, rows row, row + stride, ... of a coset; powers are those of the root that leads from one to the next."""
    cdef const Plan *p = v.plan
    cdef const l2zk_code *code = &p.constraints
    cdef uint64_t *sums = words + TILE * code.vector_count
    cdef uint64_t *inverses = sums + 3 * TILE * p.group_count
    cdef uint64_t *x = inverses + TILE * p.group_count
    cdef uint64_t start = f_mul(coset_shift(p, quotient_coset(p, q)), f_pow(f_root(p.log_extended), row))
    cdef size_t i
    for i in range(code.vector_count):
        slots[i] = words + TILE * i
        if i < code.load_count:
            load_tile(v, q, row, stride, code.loads[i], words + TILE * i, slots + i)
    memset(sums, 0, 8 * 3 * TILE * p.group_count)
    l2zk_active.fold_results(code, slots, v.uniforms, v.alpha_powers, p.group_of, sums)
    l2zk_active.points(start, powers, x)
    for i in range(p.group_count):
        invert_divisor(v, i, start, group_powers + TILE * i, x, inverses + TILE * i)
    for i in range(3):
        out[i] = x + TILE * (1 + i)
    l2zk_active.divide_groups(sums, inverses, p.group_count, out)


cdef void quotient_tiles(void *context, size_t task, unsigned worker) noexcept nogil:
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t tasks_a_coset = (p.extended + TILE * TILES_A_TASK - 1) // (TILE * TILES_A_TASK)
    cdef size_t q = task // tasks_a_coset
    cdef size_t first = task % tasks_a_coset * TILE * TILES_A_TASK
    cdef size_t row, c
    cdef uint64_t *out[3]
    for row from first <= row < smaller(first + TILE * TILES_A_TASK, p.extended) by TILE:
        quotient_tile(v, q, row, 1, v.row_powers, v.group_powers, v.scratch[worker].words, v.scratch[worker].slots, out)
        for c in range(3):
            memcpy(quotient_place(v, c) + q * p.extended + row, out[c], 8 * smaller(TILE, p.extended - row))


cdef inline uint64_t *quotient_place(const Prover *v, size_t c) noexcept nogil:
    """Where a coordinate of Q's values goes: an only piece straight to its place on L."""
    cdef const Plan *p = v.plan
    if p.direct:
        return column_of(v.pieces, p.size, c)
    return column_of(v.quotient_values, p.quotient_cosets * p.extended + p.overflow, c)


cdef void interpolate_quotient(void *context, size_t task, unsigned worker) noexcept nogil:
    """The coefficients of one coordinate of Q modulo X^N' - shift^N' on one coset."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t q = task // 3
    cdef size_t c = task % 3
    cdef size_t size = p.quotient_cosets * p.extended + p.overflow
    cdef uint64_t *out = column_of(v.quotient, size, c) + q * p.extended
    l2zk_active.ntt_coefficients(out, column_of(v.quotient_values, size, c) + q * p.extended, p.log_extended, v.tables)
    l2zk_active.ntt_fill_shift(v.scratch[worker].shift, f_inv(coset_shift(p, quotient_coset(p, q))), p.log_extended)
    l2zk_active.ntt_scale(out, p.log_extended, v.scratch[worker].shift)


cdef void compute_quotient(Prover *v) noexcept nogil:
    """Q on L, if that is cheapest; else its coefficients."""
    cdef const Plan *p = v.plan
    cdef size_t tasks = p.quotient_cosets * ((p.extended + TILE * TILES_A_TASK - 1) // (TILE * TILES_A_TASK))
    cdef size_t c, q, size = p.quotient_cosets * p.extended + p.overflow
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
            cosets[q] = column_of(v.quotient, size, c) + q * p.extended
        l2zk_active.join_cosets(cosets, p.log_quotient_cosets, p.extended, f_pow(GENERATOR, p.extended))
    if p.overflow:
        add_overflow(v)


# ---- the overflow ----------------------------------------------------------------------------------------------------
#
# With masks a polynomial has a few coefficients more than the m points of its cosets determine. They give A = Q mod (X^m - u),
# u the value of x^m on them. On a small coset y*<omega> beside them x^m is another constant, so there
# E = (Q - A)/(y^m - u) is a polynomial of few coefficients, and Q = A + (X^m - u)*E.

cdef void add_overflow(Prover *v) noexcept nogil:
    """Q from A and its values beside; A has one block of N' coefficients after the other."""
    cdef const Plan *p = v.plan
    cdef size_t c, b, i, k, m = p.quotient_cosets * p.extended
    cdef uint64_t shift = coset_shift(p, 1), u = f_pow(GENERATOR, m), turn = f_pow(shift, p.extended), scale
    cdef uint64_t *quotient
    cdef uint64_t *values
    evaluate_beside(v)
    for c in range(3):
        quotient = column_of(v.quotient, m + p.overflow, c)
        values = column_of(v.quotient_values, m + p.overflow, c)
        scale = 1
        for i in range(p.extended):              # A on the coset: its blocks fold into one
            values[i] = 0
        for b in range(p.quotient_cosets):
            for i in range(p.extended):
                values[i] = f_add(values[i], f_mul(quotient[b * p.extended + i], scale))
            scale = f_mul(scale, turn)
        find_overflow(values, p.log_extended, f_sub(f_pow(shift, m), u), values + m, p.overflow, shift, quotient + m, v.tables)
        for i in range(p.overflow):
            k = bit_reversed(i, p.log_extended)
            quotient[k] = f_sub(quotient[k], f_mul(u, quotient[m + i]))


cdef void evaluate_beside(Prover *v) noexcept nogil:
    """Q on the overflow's points, every N'/overflow-th of coset 1."""
    cdef const Plan *p = v.plan
    cdef size_t i, c, stride = p.extended // p.overflow, m = p.quotient_cosets * p.extended
    cdef uint64_t *out[3]
    for i from 0 <= i < p.overflow by TILE:
        quotient_tile(v, p.quotient_cosets, i * stride, stride, v.side_powers, v.side_powers + TILE,
                      v.scratch[0].words, v.scratch[0].slots, out)
        for c in range(3):
            memcpy(column_of(v.quotient_values, m + p.overflow, c) + m + i, out[c], 8 * TILE)


cdef void find_overflow(const uint64_t *folded, unsigned log_n, uint64_t difference, uint64_t *values, size_t count, uint64_t shift,
                        uint64_t *overflow, l2zk_ntt_tables tables) noexcept nogil:
    """E's coefficients, in natural order, from values on shift*<omega_count> (which are lost) and A's n folded coefficients.

    folded: bit-reversed, so that those that fold onto one coefficient of the small coset are a run of n/count.
    """
    cdef size_t run = (<size_t>1 << log_n) // count, i, k
    cdef unsigned log_count = log_of_ratio(count, 1)
    cdef unsigned log_run = log_n - log_count
    cdef uint64_t turn = f_pow(shift, count), power = 1, scale = f_inv(difference), unshift = f_inv(shift), sum
    for i in range(count):
        sum = 0
        for k in range(run):
            sum = f_add(f_mul(sum, turn), folded[i * run + bit_reversed(run - 1 - k, log_run)])
        overflow[i] = f_mul(sum, f_pow(shift, bit_reversed(i, log_count)))
    l2zk_active.ntt_values(overflow, overflow, log_count, NULL, NULL, 0, 0, tables)
    for i in range(count):
        values[i] = f_mul(f_sub(values[i], overflow[i]), scale)
    l2zk_active.ntt_coefficients(overflow, values, log_count, tables)
    l2zk_active.ntt_reverse(values, overflow, count, log_count, 1)
    for i in range(count):
        overflow[i] = f_mul(values[i], power)
        power = f_mul(power, unshift)


cdef void split_overflow(uint64_t *coefficients, unsigned log_n, uint64_t u, uint64_t *values, size_t count, uint64_t shift,
                         uint64_t *overflow, l2zk_ntt_tables tables) noexcept nogil:
    """A, bit-reversed, becomes the first n coefficients of A + (X^n - u)*E; overflow gets the rest, which are E's."""
    cdef size_t i, k
    find_overflow(coefficients, log_n, f_sub(f_pow(shift, <uint64_t>1 << log_n), u), values, count, shift, overflow, tables)
    for i in range(count):
        k = bit_reversed(i, log_n)
        coefficients[k] = f_sub(coefficients[k], f_mul(u, overflow[i]))
