# Instances: many statements of one program that its steps alone fill, as arrays: the next of them costs no more than
# its values.

@cython.auto_pickle(False)
cdef class Instances:
    """`count` statements of a program without sequences, to be proved: inputs uint64 (count, inputs), and of each of
    its tables the cells that it starts with, uint64 (count, cells, 3), of each row, column and value. output_places:
    where in the header the outputs of the first one are, `apart` bytes before those of the next."""
    cdef readonly object count, inputs, starts, output_places

    def __init__(self, inputs, starts, *, output_places=(), apart=0):
        self.inputs, self.starts = _values_below_p(inputs, 2), [_cells(cells, len(inputs)) for cells in starts]
        self.count = len(self.inputs)
        _require(self.count, "there is no statement")
        first = np.array(output_places, dtype=np.uint64)
        self.output_places = np.arange(self.count, dtype=np.uint64)[:, None] * np.uint64(apart) + first


@cython.auto_pickle(False)
cdef class Publics:
    """The public values of `count` statements of a program without sequences: uint64 (count, inputs) and (count,
    outputs)."""
    cdef readonly object count, inputs, outputs

    def __init__(self, inputs, outputs):
        self.inputs, self.outputs = _values_below_p(inputs, 2), _values_below_p(outputs, 2)
        self.count = len(self.inputs)
        _require(self.count and len(self.outputs) == self.count, "there is no statement, or there are values of none")


cdef object _values_below_p(values, dimensions):
    """A copy of an array of elements of F."""
    _require(isinstance(values, np.ndarray) and values.dtype == np.uint64 and values.ndim == dimensions,
             f"public values are an array uint64 of {dimensions} dimensions")
    array = np.array(values, order="C")
    _require(not (array >= P).any(), "a public value is not below p")
    return array


cdef object _cells(cells, count):
    """A copy of the cells that a table starts with, by statement."""
    array = _values_below_p(cells, 3)
    _require(array.shape[0] == count and array.shape[2] == 3, "start cells are of shape (count, cells, 3)")
    return array


cdef int check_cells(const TablePlan *t, cells) except -1:
    _require(not cells.size or cells[:, :, 0].max() < t.rows and cells[:, :, 1].max() < t.columns,
             "a start cell is outside the trace")
    return 0


cdef const uint64_t *start_of(list keep, array) except? NULL:
    """Where the values of an array begin, which lives as long as the list."""
    keep.append(array)
    return <const uint64_t *><size_t>array.ctypes.data


cdef size_t statements_in(items) except? 0:
    """The statements of a list of instances, or of public values, single ones and many."""
    cdef size_t count = 0
    for item in items:
        count += item.count if isinstance(item, (Instances, Publics)) else 1
    return count


cdef size_t group_of_statement(const Plan *p, size_t number) noexcept:
    cdef size_t g = 0
    while g + 1 < p.group_count and p.groups[g + 1].first_statement <= number:
        g += 1
    return g
