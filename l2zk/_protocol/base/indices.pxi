# Sets of query indices: short, sorted, distinct.

cdef size_t sort_distinct(uint64_t *values, size_t count) noexcept nogil:
    """Sort in place, each value once; returns how many are left. For a few hundred values at most."""
    cdef size_t i, j, kept = 0
    cdef uint64_t value
    for i in range(1, count):
        value = values[i]
        j = i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value
    for i in range(count):
        if kept == 0 or values[i] != values[kept - 1]:
            values[kept] = values[i]
            kept += 1
    return kept


cdef size_t position_of(const uint64_t *values, size_t count, uint64_t value) noexcept nogil:
    """The position of a value among sorted ones; `count` if it is not among them."""
    cdef size_t low = 0, high = count, middle
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low if low < count and values[low] == value else count
