# Instances of constraints that are looked at in turn, and sums of variables that have few values each.

from libc.stdint cimport int32_t


cdef extern from "puzzle.h" nogil:
    enum:
        L2ZK_STEP_LEAF, L2ZK_STEP_CONST, L2ZK_STEP_SUM, L2ZK_STEP_DIFFERENCE, L2ZK_STEP_PRODUCT, L2ZK_KNOWN
    ctypedef struct l2zk_step:
        uint32_t kind, x, y
        uint64_t constant
    ctypedef struct l2zk_claimed:
        const l2zk_step *steps
        const int64_t *words
        size_t first, rows, step_count, leaf_count
    ctypedef struct l2zk_form:
        int is_product
        uint64_t constant
        size_t at, count
    ctypedef struct l2zk_term:
        uint64_t cell, factor
    ctypedef struct l2zk_puzzle:
        size_t cells, instances, claims
        const l2zk_claimed *each
        const uint64_t *pool
        const uint64_t *reads_first
        const uint32_t *reads
        uint8_t *kind
        uint64_t *value
        int32_t *unknown
        uint8_t *waits
        uint64_t *heap
        size_t waiting
        l2zk_form *forms
        l2zk_term *terms
        uint64_t *learned
        size_t learned_count
    ctypedef enum l2zk_turn:
        L2ZK_NOTHING, L2ZK_CONFLICT, L2ZK_LOOK, L2ZK_AFFINE, L2ZK_MULTIPLIED, L2ZK_NO_MEMORY, L2ZK_PAUSE
    int l2zk_push(l2zk_puzzle *, uint32_t instance)
    int l2zk_cell_known(l2zk_puzzle *, uint64_t cell)
    int l2zk_cell_changed(l2zk_puzzle *, uint64_t cell)
    void l2zk_cell_forgotten(l2zk_puzzle *, uint64_t cell)
    int l2zk_evaluate(l2zk_puzzle *, size_t instance, l2zk_form *result)
    l2zk_turn l2zk_advance(l2zk_puzzle *, size_t most, size_t *instance, l2zk_form *result)

cdef extern from "sums.h" nogil:
    ctypedef struct l2zk_variable:
        const uint64_t *added
        uint64_t factor, first, count
    ctypedef enum l2zk_summed:
        L2ZK_TOO_WIDE, L2ZK_SOLVED, L2ZK_MANY, L2ZK_SUMS_NO_MEMORY
    l2zk_summed l2zk_sum(const l2zk_variable *, size_t count, uint64_t target, size_t most, uint64_t *solutions,
                         size_t *found, uint8_t **kept, uint64_t *range)

cdef size_t TURNS_AT_ONCE = 4096    # between two looks at signals and clocks

_STEPS = {0: L2ZK_STEP_CONST, 5: L2ZK_STEP_SUM, 6: L2ZK_STEP_DIFFERENCE, 7: L2ZK_STEP_PRODUCT, 64: L2ZK_STEP_LEAF}
_TURNS = {L2ZK_NOTHING: "nothing", L2ZK_CONFLICT: "conflict", L2ZK_LOOK: "look", L2ZK_AFFINE: "value",
          L2ZK_MULTIPLIED: "value", L2ZK_PAUSE: "pause"}


cdef class Turns:
    """Instances of constraints, and others by number alone, looked at in turn: those of the fewest unknown cells first.

    kind, value: uint8 and uint64 (cells,), what is known of each cell, which is changed here and by the caller. claims:
    for each constraint its nodes, (kind, x, y) with the kinds of PROTOCOL 3.2 for constants and operations but
    negation, and 64 for a leaf by place, and the words of its leaves, int64 (rows, leaves): a cell, or -1 - place in
    the pool. reads: for each cell the instances that read it, those of cell c from reads_first[c] on. unknown: int32,
    for each instance."""
    cdef l2zk_puzzle p
    cdef list keep
    cdef size_t count            # of all instances

    def __cinit__(self, kind, value, claims, pool, reads_first, reads, unknown):
        cdef size_t i
        self.keep = [kind, value, unknown]
        self.count = len(unknown)
        for one, dtype in ((kind, np.uint8), (value, np.uint64), (unknown, np.int32)):
            _require(isinstance(one, np.ndarray) and one.dtype == dtype and one.ndim == 1 and one.flags.carray,
                     f"what is known is not an array of {dtype.__name__} that lie together and may be changed")
        _require(len(kind) == len(value) == len(reads_first) - 1, "cells of several numbers")
        _require(not len(reads) or 0 <= reads.min() <= reads.max() < self.count, "a cell is read by no instance")
        _require(reads_first[0] == 0 and reads_first[len(kind)] == len(reads), "reads are in no order")
        _require((np.diff(reads_first) >= 0).all(), "reads are in no order")
        self.p.cells, self.p.claims = len(kind), len(claims)
        self.p.kind, self.p.value = <uint8_t *><size_t>kind.ctypes.data, <uint64_t *><size_t>value.ctypes.data
        self.p.unknown = <int32_t *><size_t>unknown.ctypes.data
        self.p.waits = <uint8_t *>_cleared(self.keep, len(unknown) + 1)
        self.p.pool = <const uint64_t *>kept_field(self.keep, pool)
        self.p.reads_first = <const uint64_t *>kept(self.keep, reads_first, np.uint64)
        self.p.reads = <const uint32_t *>kept(self.keep, reads, np.uint32)
        self._take_claims(claims, len(kind), len(pool))
        _require(self.p.instances <= self.count, "constraints have more instances than there are")
        for i in range(len(unknown)):
            self.push(i)

    def __dealloc__(self):
        free(self.p.heap)
        free(self.p.forms)
        free(self.p.terms)
        free(self.p.learned)

    cdef int _take_claims(self, claims, cells, pool) except -1:
        cdef l2zk_claimed *out = <l2zk_claimed *>_cleared(self.keep, sizeof(l2zk_claimed) * (len(claims) + 1))
        cdef size_t i
        self.p.each = out
        for i, (nodes, words) in enumerate(claims):
            _require(words.ndim == 2 and len(nodes), f"claim {i} is none")
            _require(not words.size or -pool <= words.min() <= words.max() < cells, f"claim {i} reads no cell")
            _require(all(x < words.shape[1] for kind, x, _ in nodes if kind == 64), f"claim {i} has a leaf too many")
            out[i].first, out[i].rows = self.p.instances, words.shape[0]
            out[i].leaf_count, out[i].step_count = words.shape[1], len(nodes)
            out[i].words = <const int64_t *>kept(self.keep, words, np.int64)
            out[i].steps = _steps(self.keep, nodes)
            self.p.instances += out[i].rows
        return 0

    def push(self, uint32_t instance):
        """Look at an instance again."""
        _at(instance, self.count)
        if not self.p.waits[instance]:
            _there_is_memory(l2zk_push(&self.p, instance))

    def drop(self, uint32_t instance):
        """Look at an instance no more, until one of its cells changes."""
        _at(instance, self.count)
        self.p.waits[instance] = 0

    def known(self, uint64_t cell):
        """The cell has got a value."""
        _at(cell, self.p.cells)
        _there_is_memory(l2zk_cell_known(&self.p, cell))

    def changed(self, uint64_t cell):
        """Something else is known of the cell."""
        _at(cell, self.p.cells)
        _there_is_memory(l2zk_cell_changed(&self.p, cell))

    def forgotten(self, uint64_t cell):
        """The cell has its value no more."""
        _at(cell, self.p.cells)
        l2zk_cell_forgotten(&self.p, cell)

    def clear(self):
        """Look at nothing."""
        self.p.waiting = 0
        memset(self.p.waits, 0, self.count)

    def advance(self):
        """(what, instance, value, learned): what is to be done next, for which instance, and its value, see `evaluate`.

        "value": to be concluded from; "look": at an instance that is no constraint; "conflict", "nothing", "pause".
        learned: [(cell, instance)] of cells that were known on the way, by affine instances with one open cell."""
        cdef size_t instance = 0, i
        cdef l2zk_form form
        cdef l2zk_turn turn
        self.p.learned_count = 0
        with nogil:
            turn = l2zk_advance(&self.p, TURNS_AT_ONCE, &instance, &form)
        _there_is_memory(turn != L2ZK_NO_MEMORY)
        learned = [(self.p.learned[2 * i], self.p.learned[2 * i + 1]) for i in range(self.p.learned_count)]
        value = self._value(&form) if turn == L2ZK_AFFINE or turn == L2ZK_MULTIPLIED else 0
        return _TURNS[turn], instance, value, learned

    def evaluate(self, size_t instance):
        """A constraint as far as it is known: an int, (constant, {cell: factor}), or a frozenset of cells."""
        cdef l2zk_form form
        _at(instance, self.p.instances)
        _there_is_memory(l2zk_evaluate(&self.p, instance, &form))
        return self._value(&form)

    def tried(self, size_t instance, cells, values):
        """The values of a constraint with other values in some cells, one list for each; None for what is no value."""
        _at(instance, self.p.instances)
        for cell in cells:
            _at(cell, self.p.cells)
        cdef list found = [], chosen = list(cells)
        cdef list before = [(self.p.kind[cell], self.p.value[cell]) for cell in chosen]
        cdef l2zk_form form
        cdef int there = 1
        for given in values:
            for cell, value in zip(chosen, given):
                self.p.kind[<size_t>cell], self.p.value[<size_t>cell] = L2ZK_KNOWN, value
            there = there and l2zk_evaluate(&self.p, instance, &form)
            found.append(None if form.count or form.is_product else form.constant)
        for cell, (kind, value) in zip(chosen, before):
            self.p.kind[<size_t>cell], self.p.value[<size_t>cell] = kind, value
        _there_is_memory(there)
        return found

    cdef object _value(self, const l2zk_form *form):
        cdef const l2zk_term *terms = self.p.terms + form.at
        cdef size_t i
        if form.is_product:
            return frozenset([terms[i].cell for i in range(form.count)])
        if not form.count:
            return form.constant
        return form.constant, {terms[i].cell: terms[i].factor for i in range(form.count)}


cdef const l2zk_step *_steps(list keep, nodes) except NULL:
    """Nodes as the core has them."""
    cdef l2zk_step *out = <l2zk_step *>_cleared(keep, sizeof(l2zk_step) * (len(nodes) + 1))
    cdef size_t i
    for i, (kind, x, y) in enumerate(nodes):
        _require(kind in _STEPS and (kind in (0, 64) or (x < i and y < i)), f"node {i} is none of a claim")
        out[i].kind = _STEPS[kind]
        if kind == 0:
            out[i].constant = x
        else:
            out[i].x, out[i].y = x, 0 if kind == 64 else y
    return out


def few_valued_sum(variables, uint64_t target, size_t most):
    """The solutions of a sum that is congruent to the target: a list of tuples, a place for each variable.

    variables: each a list of elements that it may add, or (factor, first, count) for factor*v with so many v from the
    first on. Where the solutions are more than `most` or take too long, a dict instead: for a variable of
    which some places are outside of what the others leave, the places that are left, a list or a range. None where
    the sums span too much."""
    cdef list keep = []
    cdef size_t count = len(variables), found = 0, i
    cdef size_t listed = sum([len(one) for one in variables if not isinstance(one, tuple)])
    _require(0 < count < 1 << 20 and 0 < most < 1 << 20, "a sum is of no variables, or of too many")
    cdef uint64_t *added = <uint64_t *>_cleared(keep, 8 * listed)
    cdef uint8_t *marks = <uint8_t *>_cleared(keep, listed)
    cdef l2zk_variable *each = <l2zk_variable *>_cleared(keep, sizeof(l2zk_variable) * count)
    cdef uint64_t *solutions = <uint64_t *>_cleared(keep, 8 * count * most)
    cdef uint64_t *ends = <uint64_t *>_cleared(keep, 16 * count)
    cdef uint8_t **kept_places = <uint8_t **>_cleared(keep, sizeof(uint8_t *) * count)
    cdef l2zk_summed how
    for i, variable in enumerate(variables):
        _take_variable(each + i, added, variable)
        kept_places[i] = marks
        if each[i].added:
            added += each[i].count
            marks += each[i].count
    with nogil:
        how = l2zk_sum(each, count, target, most, solutions, &found, kept_places, ends)
    _there_is_memory(how != L2ZK_SUMS_NO_MEMORY)
    if how == L2ZK_TOO_WIDE:
        return None
    if how == L2ZK_SOLVED:
        return [tuple([solutions[k * count + i] for i in range(count)]) for k in range(found)]
    return {i: places for i in range(count) for places in [_places(each + i, kept_places[i], ends + 2 * i)]
            if len(places) < each[i].count}


cdef int _take_variable(l2zk_variable *out, uint64_t *added, variable) except -1:
    """A variable; what it may add is put into room for it."""
    cdef size_t k
    if isinstance(variable, tuple):
        out.factor, out.first, out.count = variable
        _require(0 < out.factor < P and 0 < out.count < <uint64_t>1 << 62, "a progression adds nothing or too much")
        return 0
    out.added, out.count = added, len(variable)
    _require(out.count, "a variable without values")
    for k in range(out.count):
        added[k] = variable[k]
        _require(added[k] < P, "a value is not below p")
    return 0


cdef object _places(const l2zk_variable *variable, const uint8_t *kept_places, const uint64_t *ends):
    cdef size_t k
    if not variable.added:
        return range(ends[0], max(ends[0], ends[1]))
    return [k for k in range(variable.count) if kept_places[k]]


cdef int _at(size_t number, size_t count) except -1:
    if number >= count:
        raise IndexError(f"{number} of {count}")
    return 0


cdef _there_is_memory(bint there):
    if not there:
        raise MemoryError("the system has no memory left to look at claims")
