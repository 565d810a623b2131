# Storage: the order in which the core stores the values of a codeword, and tiles of a column.
#
# Point j of a domain of n points is 7*omega^j. Storage is coset by coset: with B cosets of r = n/B points j = c + B*i
# stands at c*r + i, so that a coset of <omega_r> is contiguous and in natural order. A level of a tree is stored alike.

cdef inline size_t stored_at(size_t j, size_t n, size_t cosets) noexcept nogil:
    """The place in storage of value j of a codeword of n values: j itself, if there are fewer values than cosets."""
    return j if n <= cosets else (j % cosets) * (n // cosets) + j // cosets


cdef const uint64_t *tile_at(const uint64_t *values, size_t count, size_t at, uint64_t *staged) noexcept nogil:
    """TILE values from `at` on, counted modulo count, a power of two; copied if they are not next to each other."""
    cdef size_t t
    at &= count - 1
    if at + TILE <= count:
        return values + at
    for t in range(TILE):
        staged[t] = values[(at + t) & (count - 1)]
    return staged
