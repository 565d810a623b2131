"""The declarations for Cython plugins, by `cimport l2zk`: step functions, their capsules, arithmetic modulo p.

    cdef int fill(uint64_t **columns, size_t first, size_t last, void *context) noexcept nogil: ...
    capsule = l2zk.step_capsule(fill, NULL)      # for m.step_function(capsule)

Everything here is a type or inline, without `extern` and methods, so that a plugin links with nothing and goes
on working with a newer l2zk. tests/packages/l2zk-inversive is a package to copy from.
"""

from cpython.pycapsule cimport PyCapsule_New, PyCapsule_SetContext
from libc.stdint cimport uint64_t

ctypedef int (*step_function)(uint64_t **columns, size_t first, size_t last, void *context) noexcept nogil
# Fills rows first … last - 1, given the rows before; columns[c][i] is row i of column c, a number below p.
# 0, or another number for a failure. It is called without the GIL, for one block of rows after the other.


cdef inline object step_capsule(step_function function, void *context):
    """The function, with a context that outlives it, in a capsule whose name is the function's signature."""
    capsule = PyCapsule_New(<void *>function, b"int (uint64_t **, size_t, size_t, void *)", NULL)
    PyCapsule_SetContext(capsule, context)
    return capsule


cdef inline uint64_t add(uint64_t a, uint64_t b) noexcept nogil:
    """a + b modulo p = 2^64 - 2^32 + 1, for a, b < p; so below."""
    cdef uint64_t p = 0xffffffff00000001ULL
    return a - (p - b) if a >= p - b else a + b


cdef inline uint64_t sub(uint64_t a, uint64_t b) noexcept nogil:
    """a - b modulo p."""
    cdef uint64_t p = 0xffffffff00000001ULL
    return a - b if a >= b else a + (p - b)


cdef inline uint64_t mul(uint64_t a, uint64_t b) noexcept nogil:
    """a·b modulo p. The product is low + 2^64·m + 2^96·t, where 2^64 = 2^32 - 1 and 2^96 = -1."""
    cdef uint64_t mask = 0xffffffffULL
    cdef uint64_t p = 0xffffffff00000001ULL
    cdef uint64_t a0 = a & mask, a1 = a >> 32, b0 = b & mask, b1 = b >> 32
    cdef uint64_t cross = a1 * b0 + (a0 * b0 >> 32)
    cdef uint64_t middle = a0 * b1 + (cross & mask)
    cdef uint64_t high = a1 * b1 + (cross >> 32) + (middle >> 32)
    cdef uint64_t low = a * b
    return add(sub(low - p if low >= p else low, high >> 32), (high & mask) * mask)
