# Out-of-domain values: every opening at zeta and g^o*zeta. (PROTOCOL 6.6)
#
# On H, T(g^o*zeta) = (zeta^N - 1)/N * sum_i weight_i*T(g^(i+o)), weight_i = g^i/(zeta - g^i): one set of weights for all offsets.

cdef void weigh_rows(void *context, size_t task, unsigned worker) noexcept nogil:
    """Add the products of some chunks of H to the worker's sums."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef size_t row, last = smaller((task + 1) * CHUNK * CHUNKS_A_TASK, p.length)
    for row from task * CHUNK * CHUNKS_A_TASK <= row < last by CHUNK:
        weigh_chunk(v, row, smaller(CHUNK, p.length - row), v.scratch[worker].words, v.partial_values + worker * p.openings)


cdef void weigh_chunk(const Prover *v, size_t row, size_t count, uint64_t *words, k3 *sums) noexcept nogil:
    """Rows row .. row + count - 1; where they are less than a tile, the weights of the others are 0."""
    cdef const Plan *p = v.plan
    cdef uint64_t *x = words
    cdef uint64_t *weights = x + CHUNK_STEP
    cdef uint64_t *limbs = weights + 3 * CHUNK_STEP
    cdef size_t k, u, i, t = 0, tiles = (count + TILE - 1) // TILE
    cdef const uint64_t *column
    fill_weights(v, row, tiles, x, weights)
    for i in range(3 if count < TILE else 0):
        memset(weights + CHUNK_STEP * i + count, 0, 8 * (TILE - count))
    l2zk_active.split_weights(weights, CHUNK_STEP, TILE * tiles, limbs)
    for u in range(p.offset_count):
        for i in range(p.reads[u].count):
            column = column_of(v.trace, p.length, p.reads[u].columns[i])
            k = row + p.reads[u].offset
            if k + TILE * tiles > p.length:          # round the end of the trace
                copy_wrapped(x, column, p.length, k, TILE * tiles)
                column, k = x, 0
            sums[t] = k_add(sums[t], l2zk_active.dot(limbs, CHUNK_STEP, column + k, TILE * tiles))
            t += 1
        if u == 0:
            t += p.pieces


cdef inline void copy_wrapped(uint64_t *out, const uint64_t *values, size_t count, size_t at, size_t size) noexcept nogil:
    cdef size_t i
    for i in range(size):
        out[i] = values[(at + i) & (count - 1)]


cdef void fill_weights(const Prover *v, size_t row, size_t tiles, uint64_t *x, uint64_t *weights) noexcept nogil:
    """x/(zeta - x) on H from a row on."""
    cdef size_t k
    cdef uint64_t root = f_root(v.plan.log_length)
    cdef uint64_t *inverses = weights + 3 * CHUNK_STEP
    fill_points(x, tiles, f_pow(root, row), v.trace_steps)
    for k in range(tiles):
        l2zk_active.minimal_values(v.zeta, x + TILE * k, inverses + TILE * k)
    l2zk_active.invert(inverses, TILE * tiles)
    for k in range(tiles):
        l2zk_active.barycentric_weights(v.zeta, x + TILE * k, inverses + TILE * k, weights + TILE * k, CHUNK_STEP)


cdef void fill_extension_powers(uint64_t *limbs, k3 z) noexcept nogil:
    """The first TILE powers of z, as `dot` takes them; 12 tiles."""
    cdef uint64_t *powers = limbs + 9 * TILE
    cdef size_t t, c
    cdef k3 power = k_from(1)
    for t in range(TILE):
        for c in range(3):
            powers[TILE * c + t] = power.c[c]
        power = k_mul(power, z)
    l2zk_active.split_weights(powers, TILE, TILE, limbs)


cdef k3 value_at(const uint64_t *coefficients, size_t count, const uint64_t *powers, k3 turn, uint64_t *staged) noexcept nogil:
    """A polynomial over F, in natural order, where the first TILE powers are given and the next is `turn`: Horner, tile by tile."""
    cdef size_t tile, here
    cdef k3 value = k_from(0)
    for tile in reversed(range((count + TILE - 1) // TILE)):
        here = smaller(TILE, count - TILE * tile)
        memcpy(staged, coefficients + TILE * tile, 8 * here)
        memset(staged + here, 0, 8 * (TILE - here))
        value = k_add(k_mul(value, turn), l2zk_active.dot(powers, TILE, staged, TILE))
    return value


cdef void add_masks(Prover *v) noexcept nogil:
    """Z_H*r at g^o*zeta, where Z_H is zeta^N - 1."""
    cdef const Plan *p = v.plan
    cdef k3 vanishing = k_sub(k_pow(v.zeta, p.length), k_from(1)), point, turn
    cdef uint64_t *powers = v.scratch[0].words
    cdef size_t u, i, t = 0
    for u in range(p.offset_count):
        point = k_scale(v.zeta, f_pow(f_root(p.log_length), p.reads[u].offset))
        turn = k_pow(point, TILE)
        fill_extension_powers(powers, point)
        for i in range(p.reads[u].count):
            v.values[t] = k_add(v.values[t], k_mul(vanishing, value_at(
                column_of(v.trace_masks, p.mask_length, p.reads[u].columns[i]), p.mask_length, powers, turn, powers + 12 * TILE)))
            t += 1
        if u == 0:
            t += p.pieces


cdef k3 piece_value(const Prover *v, size_t piece, const uint64_t *powers, uint64_t *staged) noexcept nogil:
    """sum_c phi^c q_c(zeta)."""
    cdef const Plan *p = v.plan
    cdef k3 value = k_from(0), phi = k_from(0), turn = k_pow(v.zeta, TILE)
    cdef size_t c
    phi.c[1] = 1
    for c in reversed(range(3)):
        value = k_add(k_mul(value, phi), value_at(natural_piece(v, piece, c), p.piece_length + p.piece_mask_length, powers, turn, staged))
    return value


cdef void open_values(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef size_t tasks = (p.length + CHUNK * CHUNKS_A_TASK - 1) // (CHUNK * CHUNKS_A_TASK)
    cdef size_t t, j, worker
    cdef k3 factor = k_scale(k_sub(k_pow(v.zeta, p.length), k_from(1)), f_inv(p.length))
    cdef uint64_t *powers = v.scratch[0].words
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_VALUES, tasks)
    fill_powers(v.trace_steps, f_root(p.log_length))
    memset(v.partial_values, 0, sizeof(k3) * p.openings * v.workers)
    share(v, weigh_rows, v, tasks)
    for t in range(p.openings):
        v.values[t] = k_from(0)
        for worker in range(v.workers):
            v.values[t] = k_add(v.values[t], v.partial_values[worker * p.openings + t])
        v.values[t] = k_mul(v.values[t], factor)
    if p.hiding:
        add_masks(v)
    if p.pieces == 1:            # its value follows from the others
        v.values[p.columns] = quotient_value(p, v.uniforms, v.values, v.alpha, v.zeta, v.point_slots, v.point_results)
    fill_extension_powers(powers, v.zeta)
    for j in range(p.pieces if p.pieces > 1 else 0):
        v.values[p.columns + j] = piece_value(v, j, powers, powers + 12 * TILE)
    send_extension(v, v.values, p.openings, MESSAGE_VALUES)


cdef void send_extension(Prover *v, const k3 *values, size_t count, Message kind) noexcept nogil:
    """Put elements of K into the body and the transcript."""
    cdef size_t t, start = v.proof_length
    for t in range(count):
        v.proof_length += put_k3(v.proof + v.proof_length, values[t])
    if absorb(&v.transcript, kind, v.proof + start, v.proof_length - start):
        stop(v, NO_MEMORY)


cdef inline size_t put_k3(uint8_t *out, k3 value) noexcept nogil:
    put_u64(out, value.c[0])
    put_u64(out + 8, value.c[1])
    put_u64(out + 16, value.c[2])
    return 24
