# The memory of one proof: a single block, laid out by a function that is run twice, first to measure and then to place.
# A column of values has a tile of room behind it.

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


cdef uint64_t *place_columns(Arena *a, size_t count, size_t size) noexcept nogil:
    return place_words(a, count * (size + TILE))


cdef inline uint64_t *column_of(uint64_t *columns, size_t size, size_t c) noexcept nogil:
    """Column c of columns of `size` values that stand one after the other, a tile apart."""
    return columns + c * (size + TILE)
