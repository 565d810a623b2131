# Sums over rows, of which each worker has its own, and weights as `dot` takes them.

cdef enum:
    SPLIT_WORDS = 12 * CHUNK_STEP    # of a chunk of weights and of their limbs


cdef inline k3 total_of_workers(const Prover *v, size_t i) noexcept nogil:
    cdef k3 total = k_from(0)
    cdef unsigned w
    for w in range(v.workers):
        total = k_add(total, v.argument.sums[w * v.argument.sum_count + i])
    return total


cdef inline void clear_sums(Prover *v) noexcept nogil:
    memset(v.argument.sums, 0, sizeof(k3) * v.argument.sum_count * v.workers)


cdef inline void add_to_sums(Prover *v, unsigned worker, const k3 *found) noexcept nogil:
    """Add the two values of a part of a round to the worker's."""
    cdef k3 *sums = v.argument.sums + worker * v.argument.sum_count
    sums[0], sums[1] = k_add(sums[0], found[0]), k_add(sums[1], found[1])


cdef inline size_t whole_tiles(size_t count) noexcept nogil:
    return (count + TILE - 1) // TILE * TILE


cdef const uint64_t *split_chunk(const uint64_t *array, size_t stride, size_t at, size_t count,
                                 uint64_t *scratch) noexcept nogil:
    """The limbs of some elements of a planar array, zeros up to whole tiles. scratch: SPLIT_WORDS."""
    cdef size_t c
    for c in range(3):
        memcpy(scratch + c * CHUNK_STEP, array + c * stride + at, 8 * count)
        memset(scratch + c * CHUNK_STEP + count, 0, 8 * (whole_tiles(count) - count))
    l2zk_active.split_weights(scratch, CHUNK_STEP, whole_tiles(count), scratch + 3 * CHUNK_STEP)
    return scratch + 3 * CHUNK_STEP


cdef inline const uint64_t *weights_of(const uint64_t *limbs) noexcept nogil:
    """The elements, CHUNK_STEP words from coordinate to coordinate, that were split into the limbs."""
    return limbs - 3 * CHUNK_STEP


cdef inline size_t eq_stride(unsigned h) noexcept nogil:
    """Of eq of h coordinates."""
    return (<size_t>1 << h) + 2 * TILE


cdef void place_suffixes(Arena *a, Suffixes *s, unsigned count) noexcept nogil:
    cdef unsigned h
    for h in range(count + 1):
        s.levels[h] = place_words(a, 3 * eq_stride(h))


cdef void build_suffixes(Suffixes *s, const k3 *point, unsigned count) noexcept nogil:
    """eq of the last h coordinates of a point, h = 0 ... count: that of all but the first with one more of them."""
    cdef unsigned h
    cdef size_t c
    planar_put(s.levels[0], eq_stride(0), 0, k_from(1))
    for h in range(1, count + 1):
        for c in range(3):
            memcpy(s.levels[h] + c * eq_stride(h), s.levels[h - 1] + c * eq_stride(h - 1), <size_t>8 << (h - 1))
        l2zk_active.double_eq(s.levels[h], eq_stride(h), <size_t>1 << (h - 1), point[count - h])


cdef size_t owner_of(const size_t *firsts, size_t count, size_t task) noexcept nogil:
    """Of which of `count` owners a task is, those of owner i being firsts[i] .. firsts[i + 1] - 1."""
    cdef size_t low = 0, high = count, middle
    while high - low > 1:
        middle = (low + high) // 2
        if firsts[middle] <= task:
            low = middle
        else:
            high = middle
    return low
