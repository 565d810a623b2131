# Expressions on the rows of a table, made from nodes and arrays: what columns are filled by, and what messages say.
# (PROTOCOL 3.2)

cdef extern from "filling.h" nogil:
    enum: L2ZK_ROWS
    enum: L2ZK_NUMBER, L2ZK_LOAD, L2ZK_PLACED, L2ZK_ROW, L2ZK_CONJUNCTION
    enum: L2ZK_SUM, L2ZK_DIFFERENCE, L2ZK_PRODUCT, L2ZK_NEGATIVE, L2ZK_SHIFT_LEFT
    ctypedef struct l2zk_fault:
        uint64_t found, row, place, node
    ctypedef struct l2zk_node:
        uint64_t kind, a, b
        const uint64_t *values
        uint64_t offset, mask, step, count
        l2zk_fault *fault
    ctypedef struct l2zk_expressions:
        const l2zk_node *nodes
        const uint64_t *roots
        size_t count, root_count, start, stop, step, tile
        uint64_t *scratch
        const uint64_t **slots

cdef enum NodeKind:          # the kinds of PROTOCOL 3.2
    NODE_CONSTANT, NODE_COLUMN, NODE_PERIODIC, NODE_INPUT, NODE_OUTPUT
    NODE_ADD, NODE_SUB, NODE_MUL, NODE_NEG, NODE_SEQUENCE, NODE_ROW_NUMBER, NODE_CONJUNCTION
    NODE_CODE = 16           # integer code: eleven operations of two operands, then those of one (air/nodes.py)
    NODE_INVERSE = 27, NODE_POWER, NODE_ROTATE, NODE_LOOK_UP

cdef size_t MOST_NODES = 1 << 20

_OPERATIONS = {NODE_ADD: L2ZK_SUM, NODE_SUB: L2ZK_DIFFERENCE, NODE_MUL: L2ZK_PRODUCT, NODE_NEG: L2ZK_NEGATIVE}


cdef void *_cleared(list keep, size_t size) except NULL:
    """So many bytes of 0 that live as long as the list."""
    array = np.zeros(size + 1, dtype=np.uint8)
    keep.append(array)
    return <void *><size_t>array.ctypes.data


cdef class Expressions:
    """Some nodes of a table (PROTOCOL 3.2) on rows of it: what messages say, or what columns are filled by.

    nodes: (kind, x, y), an operand before what is made of it. roots: the places of those that are asked for. columns:
    by index, uint64 (length,), which are read where they stand, so that what fills them is seen. periodic: values of
    each. inputs, outputs: public values. sequences: values of each. lists: of constants. rows: (start, stop, step).
    checked: the rows on which it is a fault to look up beyond the end of a list; on further rows that gives 0.
    """
    cdef l2zk_expressions e
    cdef readonly size_t length
    cdef l2zk_fault beyond
    cdef list keep

    def __cinit__(self, length, nodes, roots, *, columns=None, periodic=(), inputs=(), outputs=(), sequences=(),
                  lists=(), rows=None, checked=None):
        self.keep, self.length = [], _whole("a table's length", length)
        log2_exact(length)
        start, stop, step = (0, length, 1) if rows is None else rows
        _require(0 <= start <= stop <= length and step >= 1, f"rows {rows} are not those of {length}")
        _require(0 < len(nodes) <= MOST_NODES, f"{len(nodes)} nodes")
        _require(all(0 <= root < len(nodes) for root in roots), "a root is no node")
        self.e.start, self.e.stop, self.e.step = start, stop, step
        self.e.count, self.e.root_count, self.e.tile = len(nodes), len(roots), L2ZK_ROWS
        self.e.roots = <const uint64_t *>kept(self.keep, list(roots), np.uint64)
        leaves = (columns or {}, periodic, inputs, outputs, sequences)
        self._take_nodes(nodes, leaves, lists, length if checked is None else checked)
        self.e.scratch = <uint64_t *>_cleared(self.keep, 8 * L2ZK_ROWS * len(nodes))
        self.e.slots = <const uint64_t **>_cleared(self.keep, 8 * (len(nodes) + len(roots)))

    @property
    def fault(self):
        """None, or (row, place, node) of what was first looked up beyond the end of a list."""
        return (self.beyond.row, self.beyond.place, self.beyond.node) if self.beyond.found else None

    cdef int _take_nodes(self, nodes, leaves, lists, checked) except -1:
        cdef l2zk_node *out = <l2zk_node *>_cleared(self.keep, sizeof(l2zk_node) * len(nodes))
        cdef size_t i
        self.e.nodes = out
        for i, (kind, x, y) in enumerate(nodes):
            if NODE_ADD <= kind <= NODE_NEG:
                self._take_operation(out, i, kind, x, y)
            elif NODE_CODE <= kind <= NODE_LOOK_UP:
                self._take_code(out, i, kind, x, y)
                if kind == NODE_LOOK_UP:
                    self._take_list(out + i, i, lists[y], checked)
            else:
                self._take_leaf(out + i, kind, x, y, leaves)
        return 0

    cdef int _take_operation(self, l2zk_node *nodes, size_t i, kind, x, y) except -1:
        _require(0 <= x < i and (kind == NODE_NEG or 0 <= y < i), f"node {i} is made of no earlier nodes")
        nodes[i].a, nodes[i].b = x, x if kind == NODE_NEG else y
        nodes[i].kind = _OPERATIONS[kind]
        return 0

    cdef int _take_code(self, l2zk_node *nodes, size_t i, kind, x, y) except -1:
        """An operation of integer code; a rotation is by y mod 2^8 places of y / 2^8 bits."""
        _require(0 <= x < i and (kind >= NODE_INVERSE or 0 <= y < i), f"node {i} is made of no earlier nodes")
        nodes[i].kind, nodes[i].a, nodes[i].b = kind - NODE_CODE + L2ZK_SHIFT_LEFT, x, y
        if kind == NODE_ROTATE:
            nodes[i].offset, nodes[i].count = y & 255, y >> 8
            _require(0 <= nodes[i].offset < nodes[i].count < 64, "a rotation by more places than there are")
        return 0

    cdef int _take_list(self, l2zk_node *n, size_t number, constants, checked) except -1:
        n.b, n.count, n.step, n.fault = number, len(constants), checked, &self.beyond
        n.values = kept_sequence(self.keep, constants, n.count, "a list of constants")
        return 0

    cdef int _take_leaf(self, l2zk_node *n, kind, x, y, leaves) except -1:
        columns, periodic, inputs, outputs, sequences = leaves
        if kind == NODE_COLUMN:
            n.kind, n.offset = L2ZK_LOAD, y % self.length
            n.values, n.mask = _column(self.keep, columns[x], self.length, f"column {x}"), self.length - 1
        elif kind == NODE_PERIODIC:
            n.kind, n.mask = L2ZK_LOAD, len(periodic[x]) - 1
            log2_exact(len(periodic[x]))
            n.values = kept_sequence(self.keep, periodic[x], len(periodic[x]), "a periodic column")
        elif kind == NODE_SEQUENCE:
            n.kind, n.offset, n.step = L2ZK_PLACED, y & 0xffffffff, y >> 32
            n.count = len(sequences[x])
            _require(n.step > 0, "a sequence has the step 0")
            n.values = kept_sequence(self.keep, sequences[x], n.count, f"sequence {x}")
        elif kind == NODE_ROW_NUMBER or kind == NODE_CONJUNCTION:
            _require(0 <= x < 32, "a conjunction of too many bits")
            n.kind, n.a = L2ZK_ROW if kind == NODE_ROW_NUMBER else L2ZK_CONJUNCTION, x
        else:
            _require(kind in (NODE_CONSTANT, NODE_INPUT, NODE_OUTPUT), f"a node of the kind {kind}")
            n.kind, n.a = L2ZK_NUMBER, x if kind == NODE_CONSTANT else (inputs if kind == NODE_INPUT else outputs)[x]
            _require(n.a < P, "a constant is not below p")
        return 0


cdef uint64_t *_column(list keep, array, size_t length, what) except NULL:
    """Where the values of a column stand, which the list keeps alive."""
    if not isinstance(array, np.ndarray) or array.dtype != np.uint64 or array.shape != (length,) \
            or not array.flags.c_contiguous:
        raise ValueError(f"{what} is not an array of {length} values of type uint64 that lie together")
    keep.append(array)
    return <uint64_t *><size_t>array.ctypes.data


cdef uint64_t *_filled_column(list keep, array, size_t length) except NULL:
    cdef uint64_t *values = _column(keep, array, length, "a column to fill")
    _require(array.flags.writeable, "a column to fill is read-only")
    return values
