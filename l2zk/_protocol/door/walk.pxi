# Rows one after the other, where a step reads what a memory holds: accesses, values of expressions, and then the step.

cdef extern from "filling.h" nogil:
    ctypedef struct l2zk_operation:
        uint32_t to, a, b
    ctypedef struct l2zk_operations:
        uint32_t kind, first, last
    ctypedef struct l2zk_ordered:
        uint32_t *reads
        uint32_t *leaves
        l2zk_operation *operations
        l2zk_operations *runs
        uint64_t *keys
    void l2zk_order(l2zk_ordered *, const l2zk_node *, size_t count, uint64_t *scratch)
    ctypedef struct l2zk_action:
        l2zk_memory *memory
        const l2zk_expressions *values
        const l2zk_ordered *ordered
        const l2zk_filled *filled
        size_t access, filled_count, ahead, delay
    ctypedef struct l2zk_walk:
        const l2zk_action *actions
        size_t count, length
        const size_t *accessed
        l2zk_memory *memories
        uint64_t **padding
        size_t memory_count
    const l2zk_memory *l2zk_walk_rows(l2zk_walk *, size_t first, size_t last)

cdef size_t ROWS_WALKED = 1 << 12        # between two looks at signals


def walk(actions, memories, size_t length):
    """Fill a table of `length` rows one after the other; None, or (memory, access, row) of one whose address is no
    cell's.

    actions: what happens on a row, in this order. (memory, access) is an access by numbers; (expressions, filled,
    ahead) puts values of `Expressions` into columns, as fill_columns does: if `ahead` is 0 on this row, and if it is
    below on the row that is so many behind it, where that is one of theirs; else the next row is filled, which is so
    many rows ahead of the row where the expressions are read.
    memories: (accesses, rows, values, times) of each, as memory_pass takes them.
    """
    cdef list keep = []
    cdef l2zk_walk w
    cdef const l2zk_memory *wrong
    cdef size_t row, last
    memset(&w, 0, sizeof(l2zk_walk))
    w.length, w.count, w.memory_count = length, len(actions), len(memories)
    _take_memories(keep, &w, memories)
    last = length + _take_actions(keep, &w, actions)
    for row from 0 <= row < last by ROWS_WALKED:
        with nogil:
            wrong = l2zk_walk_rows(&w, row, smaller(row + ROWS_WALKED, last))
        if wrong != NULL:
            return wrong - w.memories, wrong.bad_access, wrong.bad_row
        PyErr_CheckSignals()
    return None


cdef int _take_memories(list keep, l2zk_walk *w, memories) except -1:
    cdef size_t i
    w.memories = <l2zk_memory *>_cleared(keep, sizeof(l2zk_memory) * len(memories))
    w.accessed = <const size_t *>kept(keep, [rows for _, rows, _, _ in memories], np.uint64)
    w.padding = <uint64_t **>_cleared(keep, sizeof(uint64_t *) * len(memories))
    for i, (accesses, rows, values, times) in enumerate(memories):
        _require(rows <= w.length, "a memory is accessed on too many rows")
        take_memory(keep, w.memories + i, accesses, w.length, values, times)
        w.padding[i] = <uint64_t *>_cleared(keep, 8 * w.memories[i].size)
    return 0


cdef Py_ssize_t _take_actions(list keep, l2zk_walk *w, actions) except -1:
    """Gives the longest delay."""
    cdef Py_ssize_t longest = 0
    cdef l2zk_action *out = <l2zk_action *>_cleared(keep, sizeof(l2zk_action) * len(actions))
    cdef Expressions values
    cdef size_t i
    w.actions = out
    for i, action in enumerate(actions):
        if len(action) == 2:
            memory, access = action
            _require(0 <= memory < w.memory_count and 0 <= access < w.memories[memory].count, "there is no such access")
            out[i].memory, out[i].access = w.memories + <size_t>memory, access
        else:
            values, filled, ahead = action
            _require(values is not None and values.length == w.length and abs(ahead) < w.length, "rows that differ")
            keep.append(values)
            out[i].values, out[i].ahead, out[i].delay = &values.e, max(ahead, 0), max(-ahead, 0)
            out[i].filled_count = len(filled)
            longest = max(longest, -ahead)
            out[i].filled, out[i].ordered = take_filled(keep, values, filled), ordered(keep, &values.e)
    return longest


cdef const l2zk_ordered *ordered(list keep, const l2zk_expressions *e) except NULL:
    """Nodes in an order for rows."""
    cdef l2zk_ordered *out = <l2zk_ordered *>_cleared(keep, sizeof(l2zk_ordered))
    out.reads = <uint32_t *>_cleared(keep, sizeof(uint32_t) * e.count)
    out.leaves = <uint32_t *>_cleared(keep, sizeof(uint32_t) * e.count)
    out.operations = <l2zk_operation *>_cleared(keep, sizeof(l2zk_operation) * e.count)
    out.runs = <l2zk_operations *>_cleared(keep, sizeof(l2zk_operations) * e.count)
    out.keys = <uint64_t *>_cleared(keep, sizeof(uint64_t) * e.count)
    l2zk_order(out, e.nodes, e.count, e.scratch)
    return out
