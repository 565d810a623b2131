# The memory of one proof: a single block, laid out by a function that is run twice, first to measure and then to place.
# A column of values has a tile of room behind it.

cdef struct Arena:
    char *base                   # NULL while measuring
    size_t used

cdef struct Scratch:             # one worker's part of it
    uint64_t *words              # working memory of a task; scratch_words is its size
    uint64_t **slots             # vector slots of the constraint machine
    l2zk_group *groups           # the divisors on a tile
    const uint64_t **results     # a tile for every constraint, group by group
    uint64_t **sources           # words of a leaf
    const uint64_t **reciprocals  # for each offset the coordinates of 1/(x - g^o*zeta) on a tile
    uint64_t *random             # working memory of `expand`
    uint64_t *shift              # powers of a coset's first point, or those that wrap a polynomial (overflow.pxi)
    uint64_t *tail               # the tail that an extension adds to a column's coefficients, scaled for a coset
    uint64_t *column             # a copy of a column's values, while its coefficients take their place
    uint32_t *digests            # the digests of one task of a tree


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
