# The value at a point of K of a polynomial over F, from its coefficients in natural order.

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


cdef k3 value_at(const uint64_t *coefficients, size_t count, const uint64_t *powers, k3 next_tile,
                 uint64_t *staged) noexcept nogil:
    """A polynomial over F, in natural order, where the first TILE powers are given and the next one: Horner,
    tile by tile."""
    cdef size_t tile, here
    cdef k3 value = k_from(0)
    for tile in reversed(range((count + TILE - 1) // TILE)):
        here = smaller(TILE, count - TILE * tile)
        memcpy(staged, coefficients + TILE * tile, 8 * here)
        memset(staged + here, 0, 8 * (TILE - here))
        value = k_add(k_mul(value, next_tile), l2zk_active.dot(powers, TILE, staged, TILE))
    return value
