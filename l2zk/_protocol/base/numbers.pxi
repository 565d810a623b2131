# Small arithmetic of sizes, and elements as little-endian bytes.

cdef inline unsigned log_of_ratio(size_t large, size_t small) noexcept nogil:
    cdef unsigned r = 0
    while small < large:
        small *= 2
        r += 1
    return r


cdef inline size_t bit_reversed(size_t i, unsigned bits) noexcept nogil:
    cdef size_t r = 0
    cdef unsigned k
    for k in range(bits):
        r = r << 1 | (i >> k & 1)
    return r


cdef inline size_t ones_of(size_t i) noexcept nogil:
    """The ones among its bits."""
    cdef size_t ones = 0
    while i:
        ones, i = ones + (i & 1), i >> 1
    return ones


cdef inline size_t smaller(size_t a, size_t b) noexcept nogil:
    return a if a < b else b


cdef inline size_t larger(size_t a, size_t b) noexcept nogil:
    return a if a > b else b


cdef inline void put_u64(uint8_t *out, uint64_t value) noexcept nogil:
    cdef int i
    for i in range(8):
        out[i] = <uint8_t>(value >> (8 * i))


cdef inline uint64_t get_u64(const uint8_t *data) noexcept nogil:
    cdef uint64_t value = 0
    cdef int i
    for i in range(8):
        value |= <uint64_t>data[i] << (8 * i)
    return value


cdef inline size_t put_k3(uint8_t *out, k3 value) noexcept nogil:
    """Write an element of K as 24 bytes; returns 24."""
    put_u64(out, value.c[0])
    put_u64(out + 8, value.c[1])
    put_u64(out + 16, value.c[2])
    return 24


cdef inline k3 get_k3(const uint8_t *data) noexcept nogil:
    cdef k3 r
    r.c[0], r.c[1], r.c[2] = get_u64(data), get_u64(data + 8), get_u64(data + 16)
    return r
