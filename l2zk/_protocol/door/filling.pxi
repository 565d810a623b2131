# What fills itself: columns from expressions, counts of tuples that are sent, the accesses of a memory; and messages
# that do not balance. All of it runs on the calling thread without the GIL, and looks at signals from time to time.

import os

cdef extern from "filling.h" nogil:
    enum: L2ZK_WIDEST_TUPLE
    ctypedef enum l2zk_indexed:
        L2ZK_RANGE, L2ZK_XOR, L2ZK_AND
    ctypedef struct l2zk_filled:
        uint64_t root, shift, mask
        uint64_t *column
    ctypedef struct l2zk_tally:
        size_t width, used
    ctypedef struct l2zk_counts:
        uint64_t *times
        uint64_t missing, first_message, first_row
    ctypedef struct l2zk_access:
        const l2zk_node *address
        const l2zk_node *value
        const l2zk_node *when
        size_t address_count, value_count, when_count
        uint64_t *old
        uint64_t *then
    ctypedef struct l2zk_memory:
        const l2zk_access *accesses
        size_t count, size
        uint64_t *values
        uint64_t *times
        uint64_t *scratch
        int is_padding
        size_t bad_access, bad_row
    size_t l2zk_pieces(const l2zk_expressions *e)
    void l2zk_fill_columns(const l2zk_expressions *, const l2zk_filled *, size_t count, size_t first, size_t last)
    int l2zk_tally_begin(l2zk_tally *, size_t width, int forgets, uint64_t key)
    void l2zk_tally_end(l2zk_tally *)
    void l2zk_tally_list(const l2zk_tally *, uint64_t *tuples, uint64_t *sums, uint64_t *numbers)
    size_t l2zk_tally_first(const l2zk_tally *, size_t most, uint64_t *tuples, uint64_t *sums)
    int l2zk_tally_messages(l2zk_tally *, const l2zk_expressions *, size_t count, size_t first, size_t last,
                            uint64_t base)
    void l2zk_count_indexed(l2zk_counts *, l2zk_indexed, unsigned bits, const l2zk_expressions *, size_t count,
                            size_t first, size_t last)
    void l2zk_count_tuples(l2zk_counts *, const l2zk_tally *, const l2zk_expressions *, size_t count, size_t first,
                           size_t last)
    int l2zk_memory_pass(l2zk_memory *, size_t first, size_t last)

cdef size_t PIECES = 64      # of one message between two looks at signals
cdef size_t ACCESSES = 1 << 15
cdef size_t FEWEST_ROWS = 64, WORDS_AT_ONCE = 1 << 16  # of a piece where columns are filled

_INDEXED = {"range": L2ZK_RANGE, "xor": L2ZK_XOR, "and": L2ZK_AND}


cdef class _Messages:
    """Several expressions side by side, and how many pieces the longest has."""
    cdef const l2zk_expressions *each
    cdef size_t count, pieces, longest, at_once
    cdef list keep

    def __cinit__(self, messages, size_t width):
        cdef Expressions one
        cdef l2zk_expressions *out
        cdef size_t i
        self.keep, self.count = [list(messages)], len(messages)
        self.at_once = PIECES // larger(1, smaller(PIECES, self.count))
        _require(1 <= width <= L2ZK_WIDEST_TUPLE, f"a tuple of {width} entries")
        out = <l2zk_expressions *>_cleared(self.keep, sizeof(l2zk_expressions) * len(messages))
        self.each = out
        for i, one in enumerate(messages):
            _require(one is not None and one.e.root_count == width + 1, f"messages {i} have another width")
            out[i] = one.e
            self.pieces, self.longest = larger(self.pieces, l2zk_pieces(&one.e)), larger(self.longest, one.length)


cdef class _Tally:
    """Tuples with the sums of their multiplicities."""
    cdef l2zk_tally tally
    cdef uint64_t next           # number of the next message
    cdef bint begun

    def __cinit__(self, size_t width, bint forgets):
        cdef uint64_t key = int.from_bytes(os.urandom(8), "little")
        self.begun = l2zk_tally_begin(&self.tally, width, forgets, key)
        if not self.begun:
            raise MemoryError("the system has no memory left to count messages")

    def __dealloc__(self):
        if self.begun:
            l2zk_tally_end(&self.tally)

    cdef int add(self, _Messages messages) except -1:
        cdef size_t first
        cdef int added
        for first from 0 <= first < messages.pieces by messages.at_once:
            with nogil:
                added = l2zk_tally_messages(&self.tally, messages.each, messages.count, first,
                                            first + messages.at_once, self.next)
            if not added:
                raise MemoryError("the system has no memory left to count messages")
            PyErr_CheckSignals()
        self.next += messages.count * messages.longest
        return 0


def fill_columns(Expressions expressions not None, filled):
    """Fill columns by bits of expressions: for each (root, shift, mask, column), uint64 (length,), those bits of the
    root's value from `shift` on that are in the mask. Of many nodes few rows at a time are in the cache."""
    cdef list keep = []
    cdef const l2zk_filled *out = take_filled(keep, expressions, filled)
    cdef l2zk_expressions e = expressions.e
    cdef size_t first, count = len(filled), at_once = PIECES // larger(1, smaller(PIECES, count))
    while e.tile > FEWEST_ROWS and e.tile * e.count > WORDS_AT_ONCE:
        e.tile //= 2
    for first from 0 <= first < l2zk_pieces(&e) by at_once:
        with nogil:
            l2zk_fill_columns(&e, out, count, first, first + at_once)
        PyErr_CheckSignals()


cdef const l2zk_filled *take_filled(list keep, Expressions expressions, filled) except NULL:
    """The columns that are filled by expressions, as fill_columns has them."""
    cdef l2zk_filled *out = <l2zk_filled *>_cleared(keep, sizeof(l2zk_filled) * len(filled))
    cdef size_t i
    for i, (root, shift, mask, column) in enumerate(filled):
        _require(0 <= root < expressions.e.root_count and 0 <= shift < 64, f"column {i} is filled by no root")
        out[i].root, out[i].shift, out[i].mask = root, shift, mask
        out[i].column = _filled_column(keep, column, expressions.length)
    return out


def tally(groups, size_t width):
    """The tuples that are sent with another multiplicity than 0, uint64 (tuples, width), in order of first appearance,
    and the sums of their multiplicities mod p, uint64 (tuples,).

    groups: lists of messages, which are `Expressions` whose roots are the entries of a tuple and the multiplicity. They
    come one after the other; those of one list by their rows, and on a row one after the other."""
    cdef _Tally found = _Tally(width, False)
    for group in groups:
        found.add(_Messages(group, width))
    tuples = np.empty((found.tally.used, width), dtype=np.uint64)
    sums, numbers = np.empty(found.tally.used, dtype=np.uint64), np.empty(found.tally.used, dtype=np.uint64)
    l2zk_tally_list(&found.tally, <uint64_t *><size_t>tuples.ctypes.data, <uint64_t *><size_t>sums.ctypes.data,
                    <uint64_t *><size_t>numbers.ctypes.data)
    order = np.argsort(numbers)
    return tuples[order], sums[order]


def unbalanced(messages, size_t width, size_t most=8):
    """How many tuples do not have the total multiplicity 0 mod p; and the first of them, at most so many, uint64
    (tuples, width), with their totals, uint64 (tuples,)."""
    cdef _Messages all = _Messages(messages, width)
    cdef _Tally left = _Tally(width, True)
    cdef size_t count
    left.add(all)
    most = smaller(most, left.tally.used)
    tuples, sums = np.empty((most, width), dtype=np.uint64), np.empty(most, dtype=np.uint64)
    count = l2zk_tally_first(&left.tally, most, <uint64_t *><size_t>tuples.ctypes.data,
                             <uint64_t *><size_t>sums.ctypes.data)
    return left.tally.used, tuples[:count], sums[:count]


def count_indexed(messages, kind, unsigned bits, times):
    """Add to `times`, uint64 (rows,), how often each row of a table is sent; gives the number of messages that no row
    has, and where the first of them is, (message, row).

    kind: "range", rows x below 2^bits; "xor" or "and", rows (x, y, their xor or and), x + 2^bits*y in order."""
    cdef _Messages all = _Messages(messages, 1 if kind == "range" else 3)
    cdef list keep = []
    cdef l2zk_counts counts
    cdef l2zk_indexed by = _INDEXED[kind]
    cdef size_t first
    _require(bits < 32, "a table of too many rows")
    memset(&counts, 0, sizeof(l2zk_counts))
    counts.times = _filled_column(keep, times, 1 << (bits if by == L2ZK_RANGE else 2 * bits))
    for first from 0 <= first < all.pieces by all.at_once:
        with nogil:
            l2zk_count_indexed(&counts, by, bits, all.each, all.count, first, first + all.at_once)
        PyErr_CheckSignals()
    return counts.missing, (counts.first_message, counts.first_row)


def count_tuples(messages, Expressions table not None, size_t width, times):
    """The same for any table, whose roots are its tuple and the constant 1; of equal rows the first is counted."""
    cdef _Messages all = _Messages(messages, width), rows = _Messages([table], width)
    cdef _Tally known = _Tally(width, False)
    cdef list keep = []
    cdef l2zk_counts counts
    cdef size_t first
    known.add(rows)
    memset(&counts, 0, sizeof(l2zk_counts))
    counts.times = _filled_column(keep, times, table.length)
    for first from 0 <= first < all.pieces by all.at_once:
        with nogil:
            l2zk_count_tuples(&counts, &known.tally, all.each, all.count, first, first + all.at_once)
        PyErr_CheckSignals()
    return counts.missing, (counts.first_message, counts.first_row)


cdef uint64_t *_wanted_column(list keep, array, size_t length) except? NULL:
    return NULL if array is None else _filled_column(keep, array, length)


cdef int _take_expression(list keep, Expressions one, const l2zk_node **nodes, size_t *count,
                          size_t *longest) except -1:
    """Of one root, which is the last node."""
    _require(one is not None and one.e.root_count == 1 and one.e.roots[0] == one.e.count - 1, "no last node")
    keep.append(one)
    nodes[0], count[0] = one.e.nodes, one.e.count
    longest[0] = larger(longest[0], one.e.count)
    return 0


cdef int _take_access(list keep, l2zk_access *out, access, size_t rows, size_t *longest) except -1:
    address, value, when, old, then = access
    _require(address.length == when.length >= rows and (value is None or value.length == when.length), "too few rows")
    _take_expression(keep, address, &out.address, &out.address_count, longest)
    _take_expression(keep, when, &out.when, &out.when_count, longest)
    if value is not None:
        _take_expression(keep, value, &out.value, &out.value_count, longest)
    out.old, out.then = _wanted_column(keep, old, when.length), _wanted_column(keep, then, when.length)
    return 0


def memory_pass(accesses, size_t rows, values, times):
    """Carry out the accesses of a memory on so many rows, one after the other; None, or (access, row) of one whose
    address is no cell's.

    accesses: in the order of time within a row, (address, value, when, old, then): the first three are `Expressions` of
    one root, which is their last node; the columns, uint64 (length,), are what the cell had and since when, or None.
    Access k of row i has the time accesses*i + k + 1, and takes place where `when` is not 0; elsewhere both columns are
    0. The cell gets `value`, or keeps what it has if that is None. On further rows `old` goes on, and is 0 at an
    address that is no cell's; `then` is 0.
    values, times: of cells, uint64 (size,): what is there at first and 0; in the end the last ones of these rows.
    """
    cdef list keep = []
    cdef l2zk_memory m
    take_memory(keep, &m, accesses, rows, values, times)
    if not _carry_out(&m, 0, rows):
        return m.bad_access, m.bad_row
    m.is_padding, m.values = True, <uint64_t *>kept(keep, values, np.uint64)
    _carry_out(&m, rows, accesses[0][0].length if accesses else 0)
    return None


cdef int take_memory(list keep, l2zk_memory *m, accesses, size_t rows, values, times) except -1:
    """A memory, as memory_pass has it."""
    cdef l2zk_access *out = <l2zk_access *>_cleared(keep, sizeof(l2zk_access) * len(accesses))
    cdef size_t i, longest = 1
    memset(m, 0, sizeof(l2zk_memory))
    m.accesses, m.count, m.size = out, len(accesses), len(values)
    for i, access in enumerate(accesses):
        _take_access(keep, out + i, access, rows, &longest)
    m.values, m.times = _filled_column(keep, values, m.size), _filled_column(keep, times, m.size)
    m.scratch = <uint64_t *>_cleared(keep, 8 * longest)
    return 0


cdef int _carry_out(l2zk_memory *m, size_t first, size_t last) except -1:
    """The accesses of some rows; 0 at an address that is no cell's."""
    cdef size_t row, at_once = 1 + ACCESSES // larger(1, m.count)
    cdef int good
    for row from first <= row < last by at_once:
        with nogil:
            good = l2zk_memory_pass(m, row, smaller(row + at_once, last))
        if not good:
            return 0
        PyErr_CheckSignals()
    return 1
