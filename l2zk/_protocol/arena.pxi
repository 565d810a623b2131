# The memory of one proof: a single block, laid out by a function that is run twice, first to measure and then to place.

cdef struct Arena:
    char *base                   # NULL while measuring
    size_t used


cdef void *place(Arena *a, size_t size) noexcept nogil:
    """The next `size` bytes, on a cache line, with room for a tile to be read beyond their end."""
    cdef size_t at = a.used
    a.used += (size + 8 * TILE + 63) // 64 * 64
    return NULL if a.base == NULL else a.base + at


cdef inline uint64_t *place_words(Arena *a, size_t count) noexcept nogil:
    return <uint64_t *>place(a, 8 * count)
