# Out-of-domain values: every opening at zeta and g^o*zeta. (PROTOCOL 6.6)
#
# On H, T(g^o*zeta) = (zeta^N - 1)/N * sum_i weight_i*T(g^(i+o)), weight_i = g^i/(zeta - g^i): one set of weights for all offsets.

cdef void weigh_rows(void *context, size_t task, unsigned worker) noexcept nogil:
    """Add the products of some chunks of H to the worker's sums."""
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    cdef uint64_t *x = v.scratch[worker].words
    cdef uint64_t *inverses = x + CHUNK
    cdef uint64_t *powers = inverses + CHUNK
    cdef uint64_t root = f_root(p.log_length)
    cdef size_t row, k, tiles, last = smaller((task + 1) * CHUNK * CHUNKS_A_TASK, p.length)
    fill_powers(powers, root)
    for row from task * CHUNK * CHUNKS_A_TASK <= row < last by CHUNK:
        tiles = (smaller(CHUNK, p.length - row) + TILE - 1) // TILE
        fill_points(x, tiles, f_pow(root, row), powers)
        for k in range(tiles):
            l2zk_active.minimal_values(v.zeta, x + TILE * k, inverses + TILE * k)
        l2zk_active.invert(inverses, TILE * tiles)
        for k in range(tiles):
            weigh_tile(v, row + TILE * k, x + TILE * k, inverses + TILE * k, powers + TILE, v.partial_values + worker * p.openings)


cdef void weigh_tile(Prover *v, size_t row, const uint64_t *x, const uint64_t *inverses, uint64_t *weights, k3 *sums) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef uint64_t *staged = weights + 3 * TILE
    cdef const uint64_t *column
    cdef size_t u, i, t = 0
    l2zk_active.barycentric_weights(v.zeta, x, inverses, weights)
    if p.length < TILE:
        for i in range(3):
            memset(weights + TILE * i + p.length, 0, 8 * (TILE - p.length))
    for u in range(p.offset_count):
        for i in range(p.reads[u].count):
            column = column_of(v.trace, p.length, p.reads[u].columns[i])
            sums[t] = k_add(sums[t], l2zk_active.dot(weights, tile_at(column, p.length, row + p.reads[u].offset, 1, staged)))
            t += 1
        if u == 0:
            t += p.pieces


cdef k3 mask_value(const Prover *v, size_t column, size_t offset) noexcept nogil:
    """Z_H*r at g^offset*zeta, where Z_H is zeta^N - 1."""
    cdef const Plan *p = v.plan
    cdef const uint64_t *mask = column_of(v.trace_masks, p.mask_length, column)
    cdef k3 point = k_scale(v.zeta, f_pow(f_root(p.log_length), offset)), value = k_from(0)
    cdef size_t i
    for i in range(p.mask_length):
        value = k_mul(value, point)
        value.c[0] = f_add(value.c[0], mask[p.mask_length - 1 - i])
    return k_mul(value, k_sub(k_pow(v.zeta, p.length), k_from(1)))


cdef void open_values(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef size_t tasks = (p.length + CHUNK * CHUNKS_A_TASK - 1) // (CHUNK * CHUNKS_A_TASK)
    cdef size_t t, j, u, i, worker
    cdef k3 factor = k_scale(k_sub(k_pow(v.zeta, p.length), k_from(1)), f_inv(p.length))
    cdef const uint64_t *coordinates[3]
    if stopped(v):
        return
    l2zk_crew_stage(v.crew, STAGE_VALUES, tasks)
    memset(v.partial_values, 0, sizeof(k3) * p.openings * v.workers)
    share(v, weigh_rows, v, tasks)
    for t in range(p.openings):
        v.values[t] = k_from(0)
        for worker in range(v.workers):
            v.values[t] = k_add(v.values[t], v.partial_values[worker * p.openings + t])
        v.values[t] = k_mul(v.values[t], factor)
    t = 0
    for u in range(p.offset_count if p.hiding else 0):
        for i in range(p.reads[u].count):
            v.values[t] = k_add(v.values[t], mask_value(v, p.reads[u].columns[i], p.reads[u].offset))
            t += 1
        if u == 0:
            t += p.pieces
    if p.pieces == 1:            # its value follows from the others
        v.values[p.columns] = quotient_value(p, v.uniforms, v.values, v.alpha, v.zeta, v.point_slots, v.point_results)
    for j in range(p.pieces if p.pieces > 1 else 0):
        for t in range(3):
            coordinates[t] = natural_piece(v, j, t)
        v.values[p.columns + j] = l2zk_active.evaluate(coordinates, p.piece_length + p.piece_mask_length, v.zeta)
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
