# Out-of-domain values (out-of-domain sampling): every opening at zeta and g^o*zeta. (PROTOCOL 6.6)
#
# T(z) is evaluated from T's N' bit-reversed coefficients in chunks of 256: T(z) = sum_j z^rev(j) * S_j, where chunk j
# has the sum S_j = sum_i z^(chunks*rev(i)) * coefficient_(j,i), and every S_j uses the same table of powers.
# A tail is added by Horner's rule.

cdef enum:
    VALUES_CHUNK = 256           # coefficients: their powers stay in L1
    VALUES_STEP = VALUES_CHUNK + 32
    POINT_POWERS = 9 * VALUES_STEP
    VALUES_CHUNKS_A_TASK = 16


cdef inline unsigned log_of_chunk(const Plan *p) noexcept nogil:
    return log_of_ratio(smaller(VALUES_CHUNK, p.coset_size), 1)


cdef inline size_t value_chunks(const Plan *p) noexcept nogil:
    return p.coset_size >> log_of_chunk(p)


cdef inline size_t sum_count(const Plan *p) noexcept nogil:
    """The number of sums: one for each opening, three for a piece of the quotient, its coordinates."""
    return p.openings + 2 * p.pieces


cdef inline k3 opening_point(const Prover *v, size_t u) noexcept nogil:
    return k_scale(v.zeta, f_pow(f_root(v.plan.log_length), v.plan.reads[u].offset))


cdef inline size_t coordinates_opened(const Plan *p, size_t u) noexcept nogil:
    """The coordinates of pieces that are summed at offset u: none for an only piece,
    whose value follows from the columns'."""
    return 3 * p.pieces if u == 0 and p.pieces > 1 else 0


cdef inline const uint64_t *opened_polynomial(const Prover *v, size_t u, size_t i) noexcept nogil:
    """The coefficients of the i-th polynomial that is opened at offset u: columns,
    and behind them coordinates of pieces."""
    cdef const Plan *p = v.plan
    if i < p.reads[u].count:
        return column_of(v.coefficients, p.coset_size, p.reads[u].columns[i])
    return column_of(v.piece_coefficients, p.coset_size, i - p.reads[u].count)


cdef void fill_point_powers(Prover *v, size_t u, uint64_t *words) noexcept nogil:
    """The table of powers for the coefficients of a chunk, at offset u; and for each chunk j its factor z^rev(j)."""
    cdef const Plan *p = v.plan
    cdef unsigned log_chunk = log_of_chunk(p), log_chunks = p.log_coset - log_chunk, j
    cdef k3 z = opening_point(v, u), y = k_pow(z, value_chunks(p)), power = k_from(1)
    cdef k3 *factors = v.chunk_factors + u * value_chunks(p)
    cdef size_t i, c
    memset(words, 0, 8 * 3 * VALUES_STEP)
    for i in range(<size_t>1 << log_chunk):
        for c in range(3):
            words[c * VALUES_STEP + bit_reversed(i, log_chunk)] = power.c[c]
        power = k_mul(power, y)
    l2zk_active.split_weights(words, VALUES_STEP, VALUES_CHUNK, v.point_powers + u * POINT_POWERS)
    factors[0] = k_from(1)
    for j in range(log_chunks):
        power = k_pow(z, <size_t>1 << (log_chunks - 1 - j))
        for i in range(<size_t>1 << j):
            factors[(<size_t>1 << j) + i] = k_mul(factors[i], power)


cdef void sum_chunks(void *context, size_t task, unsigned worker) noexcept nogil:
    """Add some chunks of every polynomial to the worker's sums."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t size = (<size_t>1 << log_of_chunk(p)), chunk, u, i, t
    cdef k3 *sums = v.sums + worker * sum_count(p)
    cdef k3 term
    for chunk in range(task * VALUES_CHUNKS_A_TASK, smaller((task + 1) * VALUES_CHUNKS_A_TASK, value_chunks(p))):
        t = 0
        for u in range(p.offset_count):
            for i in range(p.reads[u].count + coordinates_opened(p, u)):
                term = l2zk_active.dot(v.point_powers + u * POINT_POWERS, VALUES_STEP,
                                       opened_polynomial(v, u, i) + chunk * size, larger(TILE, size))
                sums[t] = k_add(sums[t], k_mul(term, v.chunk_factors[u * value_chunks(p) + chunk]))
                t += 1


cdef void add_tails(Prover *v, k3 *sums) noexcept nogil:
    """Add the tails' values at each point: Z_H*r of a column,
    or z^N' times the coefficients beyond N' of a column or a piece."""
    cdef const Plan *p = v.plan
    cdef size_t u, i, t = 0, count = excess(cut_length(p), p.coset_size)
    cdef uint64_t *powers = v.scratch[0].words
    cdef const uint64_t *tail
    cdef k3 z, next_tile, beyond, factor, value
    for u in range(p.offset_count):
        z = opening_point(v, u)
        next_tile, beyond = k_pow(z, TILE), k_pow(z, p.coset_size)
        factor = k_sub(beyond, k_from(1)) if p.coset_size == p.length else beyond
        fill_extension_powers(powers, z)
        for i in range(p.reads[u].count):
            tail = column_of(v.trace_tails, v.trace_tail_room, p.reads[u].columns[i])
            value = value_at(tail, v.trace_tail_count, powers, next_tile, powers + 12 * TILE)
            sums[t] = k_add(sums[t], k_mul(factor, value))
            t += 1
        for i in range(coordinates_opened(p, u)):
            value = value_at(column_of(v.piece_tails, count, i), count, powers, next_tile, powers + 12 * TILE)
            sums[t] = k_add(sums[t], k_mul(beyond, value))
            t += 1


cdef void take_values(Prover *v, const k3 *sums) noexcept nogil:
    """The values in their order, a piece's from its coordinates."""
    cdef const Plan *p = v.plan
    cdef size_t t, j, at = 0
    cdef k3 phi = k_from(0)
    phi.c[1] = 1
    for t in range(p.columns):
        v.values[t] = sums[t]
    for j in range(p.pieces if p.pieces > 1 else 0):
        at = p.columns + 3 * j
        v.values[p.columns + j] = k_add(sums[at], k_mul(phi, k_add(sums[at + 1], k_mul(phi, sums[at + 2]))))
    at = p.columns + coordinates_opened(p, 0)
    for t in range(p.columns + p.pieces, p.openings):
        v.values[t] = sums[at]
        at += 1


cdef void open_values(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef size_t tasks = (value_chunks(p) + VALUES_CHUNKS_A_TASK - 1) // VALUES_CHUNKS_A_TASK
    cdef size_t t, u, worker
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_VALUES, tasks)
    for u in range(p.offset_count):
        fill_point_powers(v, u, v.scratch[0].words)
    memset(v.sums, 0, sizeof(k3) * sum_count(p) * v.workers)
    share(v, sum_chunks, v, tasks)
    for worker in range(1, v.workers):
        for t in range(sum_count(p)):
            v.sums[t] = k_add(v.sums[t], v.sums[worker * sum_count(p) + t])
    add_tails(v, v.sums)
    take_values(v, v.sums)
    if p.pieces == 1:            # the only piece is Q, whose value follows from the columns'
        v.values[p.columns] = quotient_value(p, v.uniforms, v.values, v.alpha, v.zeta, v.point_slots, v.point_results,
                                             v.strides)
    send_elements(v, v.values, p.openings, MESSAGE_VALUES)
