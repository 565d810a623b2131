# cython: language_level=3, freethreading_compatible=True
"""Fills the rows of the inversive generator: x[i+1] = a·x[i]^(p-2) + c, and fails at a 0, which has no inverse."""

from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.pycapsule cimport PyCapsule_GetContext, PyCapsule_SetDestructor
from libc.stdint cimport uint64_t

cimport l2zk

cdef struct Parameters:
    uint64_t a
    uint64_t c


cdef uint64_t inverse(uint64_t x) noexcept nogil:
    """x^(p-2), the bits of the exponent from the highest."""
    cdef uint64_t result = 1
    cdef int bit
    for bit in range(63, -1, -1):
        result = l2zk.mul(result, result)
        if 0xfffffffeffffffffULL >> bit & 1:
            result = l2zk.mul(result, x)
    return result


cdef int fill(uint64_t **columns, size_t first, size_t last, void *context) noexcept nogil:
    cdef Parameters *parameters = <Parameters *>context
    cdef uint64_t *x = columns[0]
    cdef size_t i
    for i in range(first, last):
        if x[i - 1] == 0:
            return 1
        x[i] = l2zk.add(l2zk.mul(parameters.a, inverse(x[i - 1])), parameters.c)
    return 0


cdef void forget(object holder) noexcept:
    PyMem_Free(PyCapsule_GetContext(holder))


def capsule(uint64_t a, uint64_t c):
    """The function with its parameters, which live as long as the capsule."""
    cdef Parameters *parameters = <Parameters *>PyMem_Malloc(sizeof(Parameters))
    if parameters == NULL:
        raise MemoryError
    parameters.a, parameters.c = a, c
    made = l2zk.step_capsule(fill, parameters)
    PyCapsule_SetDestructor(made, forget)
    return made


def arithmetic(uint64_t a, uint64_t b):
    """a + b, a - b and a·b modulo p, as `cimport l2zk` computes them."""
    return l2zk.add(a, b), l2zk.sub(a, b), l2zk.mul(a, b)
