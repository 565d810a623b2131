# Arrays over K: planar ones, where coordinate c of element i stands at a[c*stride + i], and polynomials.

cdef inline k3 planar_at(const uint64_t *a, size_t stride, size_t i) noexcept nogil:
    cdef k3 r
    r.c[0], r.c[1], r.c[2] = a[i], a[stride + i], a[2 * stride + i]
    return r


cdef inline void planar_put(uint64_t *a, size_t stride, size_t i, k3 value) noexcept nogil:
    a[i], a[stride + i], a[2 * stride + i] = value.c[0], value.c[1], value.c[2]


cdef inline uint64_t *planar(uint64_t *arrays, size_t stride, size_t i) noexcept nogil:
    """Array i of arrays over K that stand one after the other."""
    return arrays + 3 * stride * i


cdef inline bint is_zero(k3 x) noexcept nogil:
    return x.c[0] == 0 and x.c[1] == 0 and x.c[2] == 0


cdef void build_eq(uint64_t *eq, size_t stride, const k3 *point, size_t count) noexcept nogil:
    """eq of so many coordinates, the first one being the top bit of the index."""
    cdef size_t i
    planar_put(eq, stride, 0, k_from(1))
    for i in range(count):
        l2zk_active.double_eq(eq, stride, <size_t>1 << i, point[count - 1 - i])


cdef inline k3 phi(size_t i) noexcept nogil:
    """1, phi, phi^2."""
    cdef k3 r = k_from(0)
    r.c[i] = 1
    return r


cdef k3 value_of(const k3 *coefficients, size_t count, k3 x) noexcept nogil:
    """A polynomial's value at x."""
    cdef k3 value = k_from(0)
    cdef size_t i
    for i in reversed(range(count)):
        value = k_add(k_mul(value, x), coefficients[i])
    return value


cdef void fold_few(k3 *values, size_t half, k3 r) noexcept nogil:
    cdef size_t i
    for i in range(half):
        values[i] = k_add(values[i], k_mul(r, k_sub(values[i + half], values[i])))
