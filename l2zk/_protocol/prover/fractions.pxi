# Fractions: the leaves of the lookups, row by row of every interaction, and the sums of pairs above them.
# (PROTOCOL 4.4, 6.3)

cdef enum:
    TERMS_TOGETHER = 8
    MOST_BLOCKS = 9              # of fractions that a task works on at once

cdef inline uint64_t *block_of_fractions(uint64_t *scratch, size_t i) noexcept nogil:
    """Block i of a worker: up to LAYER_BLOCK fractions, six coordinates LAYER_STEP apart."""
    return scratch + 6 * LAYER_STEP * i


cdef size_t fraction_words() noexcept nogil:
    """Working memory of a task: its blocks, and the values of some terms."""
    return (6 * MOST_BLOCKS + TERMS_TOGETHER) * LAYER_STEP


cdef inline bint varies(const Term *term) noexcept nogil:
    """True for what is not the same on all rows of a block."""
    return term.kind != TERM_ONE and term.kind != KNOWN_SCALAR


cdef size_t varying(const Affine *affine) noexcept nogil:
    cdef size_t i, count = 0
    for i in range(affine.count):
        count += varies(affine.terms + i)
    return count


cdef size_t varying_entries(const Interaction *w) noexcept nogil:
    """Terms of the tuple that vary."""
    cdef size_t i, count = 0
    for i in range(w.width):
        count += varying(w.entries + i)
    return count


cdef uint64_t in_block(const Prover *v, const TablePlan *t, const Affine *affine, size_t j) noexcept nogil:
    """The part of an affine expression that is the same on all rows of block j."""
    cdef const Public *public = public_of(v.plan, v.publics, t, j)
    cdef uint64_t sum = 0, value
    cdef size_t i
    for i in range(affine.count):
        if not varies(affine.terms + i):
            value = 1 if affine.terms[i].kind == TERM_ONE else scalar_of(t, public, affine.terms[i].index)
            sum = f_add(sum, f_mul(affine.terms[i].coefficient, value))
    return sum


# ---- the stretches, prepared for their challenges --------------------------------------------------------------------

cdef inline void prepare_factors(k3 factor, f_factor *out) noexcept nogil:
    """A factor of numbers in F."""
    cdef size_t c
    for c in range(3):
        out[c] = f_prepare(factor.c[c])


cdef void prepare_stretch(Prover *v, Stretch *s) noexcept nogil:
    """The factors of a tuple's terms, and what begins the leaves of each block."""
    cdef const Interaction *w = s.interaction
    cdef const TablePlan *t = s.part.table
    cdef LeafPoint *at = &v.lookups.at
    cdef size_t i, k, j, count = 0
    cdef k3 power = k_from(1), factor
    for j in range(t.blocks):
        s.starts[j] = k_sub(at.psi, k_from(f_add(f_add(t.bus_base, w.bus), f_mul(j, t.bus_step))))
        s.multiplicities[j] = in_block(v, t, &w.multiplicity, j)
    for i in range(w.width):
        power = k_mul(power, at.eta)
        for j in range(t.blocks):
            s.starts[j] = k_sub(s.starts[j], k_scale(power, in_block(v, t, w.entries + i, j)))
        for k in range(w.entries[i].count):
            if varies(w.entries[i].terms + k):
                factor = k_neg(k_scale(power, w.entries[i].terms[k].coefficient))
                s.terms[count], s.slopes[count] = w.entries[i].terms + k, factor
                prepare_factors(factor, s.factors + 3 * count)
                count += 1


# ---- leaves ----------------------------------------------------------------------------------------------------------

cdef const uint64_t *term_values(const Part *part, const Term *term, size_t row, size_t count,
                                 uint64_t *staged) noexcept nogil:
    """What a term multiplies, on `count` rows."""
    cdef const TablePlan *t = part.table
    cdef size_t i
    if term.kind == 0:
        return stream(column_in(part, term.index), t.rows, row + term.offset, count, staged)
    if term.kind == KNOWN_PERIODIC:
        return stream(known_in(part, term.index), known_rows(t, term.index), row, count, staged)
    if term.kind == KNOWN_PLACEMENT:
        return stream(known_in(part, t.periodic_count + term.index), t.rows, row, count, staged)
    for i in range(count):
        staged[i] = (row + i) & (t.block - 1)
    if term.kind == KNOWN_CONJUNCTION:
        for i in range(count):
            staged[i] = conjunction(staged[i], term.index)
    return staged


cdef void fill_blocks(const TablePlan *t, const uint64_t *starts, size_t apart, size_t row, size_t count,
                      uint64_t *out) noexcept nogil:
    """Rows from `row` on, each of which has the number of its block of the table; those are `apart`."""
    cdef size_t first = 0, end, i
    cdef uint64_t value
    while first < count:
        end = smaller(count, first + t.block - ((row + first) & (t.block - 1)))
        value = starts[(row + first) // t.block * apart]
        for i in range(first, end):
            out[i] = value
        first = end


cdef void zero_outside(const TablePlan *t, const Selector *domain, size_t row, size_t count,
                       uint64_t *out) noexcept nogil:
    """Zeros in the rows that are not in a domain."""
    cdef size_t i, last = (row & (t.block - 1)) + count - 1     # in its block, or in the next one
    if domain.kind == DOMAIN_EVERY or domain.kind == DOMAIN_TRANSITIONS and last < t.block - domain.x:
        return
    for i in range(count):
        if not in_domain(t, domain, row + i):
            out[i] = 0


cdef void fill_multiplicities(const Stretch *s, size_t row, size_t count, uint64_t *out,
                              uint64_t *staged) noexcept nogil:
    """The numerators of `count` rows."""
    cdef const Interaction *w = s.interaction
    cdef const Term *term
    cdef size_t i
    fill_blocks(s.part.table, s.multiplicities, 1, row, count, out)
    for i in range(w.multiplicity.count):
        term = w.multiplicity.terms + i
        if varies(term):
            l2zk_active.add_scaled(out, term_values(s.part, term, row, count, staged), count, term.coefficient)
    zero_outside(s.part.table, &w.domain, row, count, out)


cdef void fill_denominators(const Stretch *s, size_t row, size_t count, uint64_t *out, uint64_t *staged) noexcept nogil:
    """The denominators of `count` rows."""
    cdef const uint64_t *sources[TERMS_TOGETHER]
    cdef size_t i, k, c, some
    for c in range(3):
        fill_blocks(s.part.table, s.starts.c + c, 3, row, count, out + c * LAYER_STEP)
    for i from 0 <= i < s.term_count by TERMS_TOGETHER:
        some = smaller(TERMS_TOGETHER, s.term_count - i)
        for k in range(some):
            sources[k] = term_values(s.part, s.terms[i + k], row, count, staged + k * LAYER_STEP)
        l2zk_active.add_terms(out, LAYER_STEP, count, s.factors + 3 * i, sources, some)


cdef void fill_leaves(const Prover *v, size_t at, size_t count, uint64_t *out, uint64_t *staged) noexcept nogil:
    """A block of leaves at, at + 1 ..., numerators in F; 0/1 where no stretch is."""
    cdef const Stretch *s = v.lookups.stretches
    cdef const Stretch *end = s + v.plan.stretch_count
    cdef size_t here, i
    while s < end and s.at + s.part.table.rows <= at:
        s += 1
    while count:
        here = count
        if s < end:
            here = smaller(count, s.at + s.part.table.rows - at)
            fill_denominators(s, at - s.at, here, out + 3 * LAYER_STEP, staged)
            fill_multiplicities(s, at - s.at, here, out, staged)
            s += 1
        else:
            for i in range(here):
                out[i] = out[4 * LAYER_STEP + i] = out[5 * LAYER_STEP + i] = 0
                out[3 * LAYER_STEP + i] = 1
        out, at, count = out + here, at + here, count - here


cdef void lift(uint64_t *block, size_t count) noexcept nogil:
    """Numerators in F as elements of K."""
    memset(block + LAYER_STEP, 0, 8 * count)
    memset(block + 2 * LAYER_STEP, 0, 8 * count)


# ---- the lowest level ------------------------------------------------------------------------------------------------
#
# Its fractions are made anew whenever they are needed. They are the leaves, or, where few leaves have a second one, the
# level above (overhang.pxi).

cdef inline size_t overhang(const Plan *p) noexcept nogil:
    """Leaves that are a second one."""
    return p.leaf_count - (<size_t>1 << (p.layers - 1))


cdef unsigned overhang_bits(const Plan *p) noexcept nogil:
    """Bits of b: blocks of leaves, and no fewer than about half of all bits, so that there are not many values of a."""
    cdef unsigned bits = log_of_ratio(overhang(p), 1)
    return <unsigned>larger(bits, larger((p.layers + 1) // 2, log_of_ratio(2 * LAYER_BLOCK, 1)))


cdef inline bint is_overhanging(const Plan *p) noexcept nogil:
    """True where the last layer is of this kind; then the level above the leaves is not stored either."""
    return p.layers > 0 and overhang_bits(p) + 3 <= p.layers


cdef inline unsigned lowest_level(const Plan *p) noexcept nogil:
    """The log of the nodes of the level from which the stored ones are made: its nodes are leaves, or few sums."""
    return p.layers - 1 if is_overhanging(p) else p.layers


# ---- the sums above them ---------------------------------------------------------------------------------------------

cdef inline size_t level_stride(size_t nodes) noexcept nogil:
    return nodes + 2 * TILE


cdef inline size_t fractions_room(size_t nodes) noexcept nogil:
    """Room for a level, or for the four arrays of half as many fractions that take its place."""
    return 12 * level_stride(nodes // 2 + 1)


cdef void copy_fractions(const uint64_t *block, size_t count, uint64_t *out, size_t stride) noexcept nogil:
    cdef size_t c
    for c in range(6):
        memcpy(out + c * stride, block + c * LAYER_STEP, 8 * count)


cdef bint fill_lowest(const Prover *v, size_t at, size_t count, uint64_t *out, uint64_t *scratch) noexcept nogil:
    """A block of the lowest level; True if its numerators are in F. scratch: the worker's."""
    cdef uint64_t *second = block_of_fractions(scratch, MOST_BLOCKS - 1)
    cdef uint64_t *staged = block_of_fractions(scratch, MOST_BLOCKS)
    fill_leaves(v, at, count, out, staged)
    if not is_overhanging(v.plan) or at >= overhang(v.plan):
        return True
    fill_leaves(v, (<size_t>1 << (v.plan.layers - 1)) + at, count, second, staged)
    l2zk_active.join_fractions(out, second, LAYER_STEP, True, count, out, LAYER_STEP)
    return False


cdef void join_lowest_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A block of the level above the lowest one; where there is no second fraction it is the first one."""
    cdef Prover *v = <Prover *>context
    cdef unsigned level = lowest_level(v.plan) - 1
    cdef size_t nodes = <size_t>1 << level, at = task * LAYER_BLOCK, count = smaller(LAYER_BLOCK, nodes - at)
    cdef uint64_t *low = v.scratch[worker]
    cdef uint64_t *high = block_of_fractions(low, 1)
    cdef uint64_t *out = v.lookups.levels[level] + at
    cdef bint in_base
    if l2zk_crew_cancelled(v.crew):
        return
    in_base = fill_lowest(v, at, count, low, v.scratch[worker])
    if nodes + at >= v.plan.leaf_count:
        lift(low, count)
        copy_fractions(low, count, out, level_stride(nodes))
        return
    if fill_lowest(v, nodes + at, count, high, v.scratch[worker]) != in_base:
        lift(high, count)
    l2zk_active.join_fractions(low, high, LAYER_STEP, in_base, count, out, level_stride(nodes))


cdef struct Join:
    Prover *prover
    size_t level


cdef void join_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A chunk of a level, of 2^level nodes."""
    cdef Join *j = <Join *>context
    cdef uint64_t **levels = j.prover.lookups.levels
    cdef size_t nodes = <size_t>1 << j.level, at = task * CHUNK
    cdef const uint64_t *below = levels[j.level + 1] + at
    l2zk_active.join_fractions(below, below + nodes, level_stride(2 * nodes), False, smaller(CHUNK, nodes - at),
                               levels[j.level] + at, level_stride(nodes))


cdef void build_levels(Prover *v) noexcept nogil:
    """Every level above the lowest one, up to the root."""
    cdef Join j
    cdef size_t level = lowest_level(v.plan) - 1
    share(v, join_lowest_task, v, ((<size_t>1 << level) + LAYER_BLOCK - 1) // LAYER_BLOCK)
    j.prover = v
    while level:
        level -= 1
        j.level = level
        share(v, join_task, &j, ((<size_t>1 << level) + CHUNK - 1) // CHUNK)
