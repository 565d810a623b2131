# Powers and inverses of many elements, on the calling thread without the GIL.

cdef size_t POWERS_AT_ONCE = 1 << 16  # elements between two looks at signals


def powers(values, uint64_t exponent, out):
    """out[i] = values[i]^exponent, with 0^0 = 1; both are uint64 (length,), of elements of F."""
    cdef list keep = []
    cdef size_t first, count = len(values)
    cdef const uint64_t *source = _column(keep, values, count, "values")
    cdef uint64_t *target = _filled_column(keep, out, count)
    for first from 0 <= first < count by POWERS_AT_ONCE:
        with nogil:
            l2zk_active.power_values(target + first, source + first, smaller(POWERS_AT_ONCE, count - first), exponent)
        PyErr_CheckSignals()


def inverses(values, out):
    """out[i] = 1/values[i], or 0 where that is 0; both are uint64 (length,), of elements of F."""
    cdef list keep = []
    cdef size_t first, count = len(values)
    cdef const uint64_t *source = _column(keep, values, count, "values")
    cdef uint64_t *target = _filled_column(keep, out, count)
    for first from 0 <= first < count by POWERS_AT_ONCE:
        with nogil:
            l2zk_active.invert_values(target + first, source + first, smaller(POWERS_AT_ONCE, count - first))
        PyErr_CheckSignals()
