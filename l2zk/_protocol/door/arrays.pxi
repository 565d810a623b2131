# From Python's numbers and buffers to the core's arrays: copies, checked once.

import numpy as np

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer


cdef class _Bytes:
    """The bytes of an object that has them side by side, for as long as this lives."""
    cdef Py_buffer buffer

    def __cinit__(self, data):
        PyObject_GetBuffer(data, &self.buffer, PyBUF_SIMPLE)

    def __dealloc__(self):
        PyBuffer_Release(&self.buffer)

    cdef const uint8_t *start(self) noexcept:
        return <const uint8_t *>self.buffer.buf

    cdef size_t size(self) noexcept:
        return self.buffer.len


cdef const void *kept(list keep, values, dtype) except? NULL:
    """A pointer to a contiguous copy that lives as long as the list."""
    array = np.array(values, dtype=dtype, order="C", copy=True)
    if array.size == 0:
        array = np.zeros(1, dtype=dtype)
    keep.append(array)
    return <const void *><size_t>array.ctypes.data


cdef void *kept_zeros(list keep, size_t size) except? NULL:
    """Room for so many bytes, all 0, that lives as long as the list."""
    array = np.zeros(larger(size, 1), dtype=np.uint8)
    keep.append(array)
    return <void *><size_t>array.ctypes.data


cdef const void *kept_field(list keep, values) except? NULL:
    """As `kept`, of elements of F."""
    try:
        array = np.array(values, dtype=np.uint64)
    except OverflowError:
        array = np.array([P], dtype=np.uint64)
    _require(array.ndim == 1 and bool((array < P).all()), "a value is not below p")
    return kept(keep, array, np.uint64)


cdef _require(bint good, text):
    if not good:
        raise ValueError(text)


cdef object _whole(name, value):
    _require(type(value) is int and 0 <= value < 1 << 31, f"{name} is {value!r}")
    return value


cdef unsigned log2_exact(size_t x) except? 255:
    _require(x and not x & (x - 1), f"{x} is no power of two")
    return log_of_ratio(x, 1)


cdef int _take_seed(Randomness *randomness, seed) except -1:
    cdef _Bytes view = _Bytes(b"" if seed is None else seed)
    _require(view.size() == 32, "hiding takes a seed of 32 bytes from the operating system")
    memcpy(randomness.seed, view.start(), 32)
    return 0
