# What everybody knows of the rows: public sequences in their places, what follows from the number of a row, public
# values of a statement's block. (PROTOCOL 3.2)

cdef inline uint64_t *cells_of(const Block *b, size_t c) noexcept nogil:
    """Column c of a block."""
    return b.cells + c * b.apart


cdef inline const uint64_t *known_of_block(const Block *b, size_t i) noexcept nogil:
    """A known column's values in a block, `known_rows` of them."""
    cdef const TablePlan *t = b.table
    if i < t.periodic_count:
        return t.periodic[i].values
    return column_of(b.derived, b.apart, i - t.periodic_count)


cdef size_t derived_index(const TablePlan *t, uint32_t kind, uint32_t index) noexcept nogil:
    """A derived column's place among them; of a placement that is its number."""
    cdef size_t i
    if kind == KNOWN_PLACEMENT:
        return index
    for i in range(t.placement_count, t.derived_count):
        if t.derived[i].kind == kind and t.derived[i].index == index:
            return i
    return t.derived_count       # the door has seen to it that this is never so


cdef void place_sequences(Block *b, bint outputs) noexcept nogil:
    """The values of input sequences, or of outputs, on the rows of their placements; 0 on others."""
    cdef const TablePlan *t = b.table
    cdef const Placement *p
    cdef uint64_t *placed
    cdef size_t a, number
    for number in range(t.placement_count):
        p, placed = t.placements + number, column_of(b.derived, b.apart, number)
        if not outputs:
            memset(placed, 0, 8 * t.rows)
        if t.sequences[p.sequence].is_output == outputs:
            for a in range(t.sequences[p.sequence].length):
                placed[p.first + a * p.step] = b.public.sequences[p.sequence][a]


cdef void derive_columns(Block *b) noexcept nogil:
    """What follows from the number of a row."""
    cdef const TablePlan *t = b.table
    cdef uint64_t *column
    cdef size_t i, row
    for i in range(t.placement_count, t.derived_count):
        column = column_of(b.derived, b.apart, i)
        for row in range(t.rows if t.derived[i].kind == KNOWN_ROW else 0):
            column[row] = row
        for row in range(t.rows if t.derived[i].kind == KNOWN_CONJUNCTION else 0):
            column[row] = conjunction(row, t.derived[i].index)


cdef inline void copy_block(uint64_t *column, size_t block, size_t source, size_t to) noexcept nogil:
    memcpy(column + to * block, column + source * block, 8 * block)


cdef void derive_part(Prover *v, Part *part) noexcept nogil:
    """What is known of each row of a table of many blocks, and the uniforms of its code."""
    cdef const TablePlan *t = part.table
    cdef const Public *public = public_of(v.plan, v.publics, t, 0)
    cdef const Public *of_block
    cdef size_t i, j, whole = whole_derived(t)
    run_prelude(&t.constraints, public.inputs, t.input_count if t.blocks == 1 else 0, public.outputs,
                t.output_count if t.blocks == 1 else 0, part.uniforms)
    for j in range(t.blocks if t.blocks > 1 else 0):
        of_block = public_of(v.plan, v.publics, t, j)
        for i in range(t.placement_count, whole if j else 0):
            copy_block(column_of(part.derived, t.rows, i), t.block, 0, j)
        for i in range(whole, t.derived_count):
            part.scalars[(i - whole) * t.blocks + j] = scalar_of(t, of_block, t.derived[i].index)
