# Poseidon2 of many rows without the GIL: on the calling thread, or on a crew where there is work for one.

cdef extern from "poseidon2_constants.h" nogil:
    const uint64_t poseidon2_constants_8[86]
    const uint64_t poseidon2_constants_12[118]

cdef size_t ROWS_AT_ONCE = 1 << 10     # of a task, and between two looks at signals

cdef enum:
    PERMUTE, COMPRESS, HASH

_POSEIDON2 = {"permute": PERMUTE, "compress": COMPRESS, "hash": HASH}

ctypedef struct Permuted:
    int what
    const uint64_t *rows
    uint64_t *out
    size_t size, out_size, count       # elements of a row and of what it gives, rows
    l2zk_crew *crew


cdef void permute_some(void *context, size_t task, unsigned worker) noexcept nogil:
    """The rows of one task."""
    cdef Permuted *p = <Permuted *>context
    cdef size_t first = task * ROWS_AT_ONCE, count = smaller(ROWS_AT_ONCE, p.count - first)
    cdef const uint64_t *rows = p.rows + p.size * first
    cdef uint64_t *out = p.out + p.out_size * first
    if p.what == PERMUTE:
        l2zk_active.poseidon2_permute(out, rows, p.size, count)
    elif p.what == COMPRESS:
        l2zk_active.poseidon2_compress(out, rows, count)
    else:
        l2zk_active.poseidon2_hash(out, rows, p.size, count)


cdef size_t _tasks(const Permuted *p) noexcept nogil:
    return (p.count + ROWS_AT_ONCE - 1) // ROWS_AT_ONCE


cdef void permute_all(void *context) noexcept nogil:
    cdef Permuted *p = <Permuted *>context
    l2zk_crew_share(p.crew, permute_some, p, _tasks(p))


def poseidon2(str what, rows, size_t size, size_t count, out, *, unsigned threads=1):
    """Poseidon2 of each row, of `size` elements of F, into the rows of `out`; both are uint64, row after row.

    what: "permute" of 8 or 12 elements gives as many, "compress" of two digests, 8 elements, 4, "hash" of any number 4.
    """
    cdef list keep = []
    cdef Permuted p
    cdef Session session
    cdef size_t task
    p.what, p.size, p.count = _POSEIDON2[what], size, count
    _require(p.what == HASH or size == 8 or (p.what == PERMUTE and size == 12), "no such width")
    p.out_size = size if p.what == PERMUTE else 4
    p.rows = _column(keep, rows, size * count, "the rows")
    p.out = _filled_column(keep, out, p.out_size * count)
    if threads > 1 and _tasks(&p) > 1:
        session = Session(threads)
        p.crew = session.crew
        session.carry_out(permute_all, &p, None, NULL, 0)
        return
    for task in range(_tasks(&p)):
        with nogil:
            permute_some(&p, task, 0)
        PyErr_CheckSignals()


def poseidon2_constants():
    """The constants of the rounds by width, one after the other."""
    cdef size_t k
    return {8: [poseidon2_constants_8[k] for k in range(86)], 12: [poseidon2_constants_12[k] for k in range(118)]}
