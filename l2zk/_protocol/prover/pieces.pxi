# Blocks of leaves as sums of columns: what takes a linear combination of leaves needs none of them. (PROTOCOL 6.3)

cdef struct Piece:               # rows of a stretch that lie in a block of leaves and in one block of their table
    const Stretch *stretch
    size_t row
    size_t first                 # the first one in the block of leaves
    size_t count


cdef void next_piece(const Prover *v, size_t at, Piece *piece) noexcept nogil:
    """The piece behind a piece of the block that begins at leaf `at`; a first one has the count 0. Behind all stretches
    its stretch is NULL."""
    cdef size_t place, block
    cdef const Stretch *s = piece.stretch
    cdef const Stretch *end = v.lookups.stretches + v.plan.stretch_count
    piece.first += piece.count
    place = at + piece.first
    while s < end and s.at + s.part.table.rows <= place:
        s += 1
    if s == end:
        piece.stretch, piece.count = NULL, LAYER_BLOCK - piece.first
        return
    block = s.part.table.block
    piece.stretch, piece.row = s, place - s.at
    piece.count = smaller(LAYER_BLOCK - piece.first, block - (piece.row & (block - 1)))


cdef const uint64_t *spread(const Piece *piece, const uint64_t *values, uint64_t *staged) noexcept nogil:
    """A piece's values as a whole block, with zeros where others are."""
    if piece.count == LAYER_BLOCK:
        return values
    memmove(staged + piece.first, values, 8 * piece.count)
    memset(staged, 0, 8 * piece.first)
    memset(staged + piece.first + piece.count, 0, 8 * (LAYER_BLOCK - piece.first - piece.count))
    return staged


cdef const uint64_t *piece_values(const Piece *piece, size_t term, uint64_t *staged) noexcept nogil:
    """A term's values as a whole block. staged: two blocks."""
    return spread(piece, term_values(piece.stretch.part, piece.stretch.terms[term], piece.row, piece.count,
                                     staged + LAYER_STEP), staged)


cdef const uint64_t *piece_numerators(const Piece *piece, uint64_t *staged) noexcept nogil:
    fill_multiplicities(piece.stretch, piece.row, piece.count, staged + LAYER_STEP, staged + 2 * LAYER_STEP)
    return spread(piece, staged + LAYER_STEP, staged)


cdef const uint64_t *piece_ones(const Piece *piece, uint64_t *staged) noexcept nogil:
    cdef size_t i
    for i in range(piece.count):
        staged[LAYER_STEP + i] = 1
    return spread(piece, staged + LAYER_STEP, staged)


cdef inline bint has_one_numerator(const Piece *piece) noexcept nogil:
    """True where its rows have the same multiplicity."""
    cdef const Interaction *w = piece.stretch.interaction
    return w.domain.kind == DOMAIN_EVERY and varying(&w.multiplicity) == 0


# ---- linear combinations of leaves -----------------------------------------------------------------------------------

cdef struct Mixture:             # a block of numerators and one of denominators, in the making
    uint64_t *p
    uint64_t *q
    size_t stride
    k3 p_everywhere              # what is still to be added in every place
    k3 q_everywhere


cdef void begin_mixture(Mixture *mix, uint64_t *p, uint64_t *q, size_t stride) noexcept nogil:
    cdef size_t c
    mix.p, mix.q, mix.stride = p, q, stride
    mix.p_everywhere = mix.q_everywhere = k_from(0)
    for c in range(3):
        memset(p + c * stride, 0, 8 * LAYER_BLOCK)
        memset(q + c * stride, 0, 8 * LAYER_BLOCK)


cdef void add_everywhere(uint64_t *out, size_t stride, k3 value) noexcept nogil:
    cdef size_t c, i
    for c in range(3):
        for i in range(LAYER_BLOCK if value.c[c] else 0):
            out[c * stride + i] = f_add(out[c * stride + i], value.c[c])


cdef void end_mixture(Mixture *mix) noexcept nogil:
    add_everywhere(mix.p, mix.stride, mix.p_everywhere)
    add_everywhere(mix.q, mix.stride, mix.q_everywhere)


cdef void add_source(uint64_t *out, size_t stride, k3 factor, const uint64_t *values) noexcept nogil:
    """Add factor times a block of values in F."""
    cdef f_factor factors[3]
    prepare_factors(factor, factors)
    l2zk_active.add_terms(out, stride, LAYER_BLOCK, factors, &values, 1)


cdef void mix_piece(const Piece *piece, k3 factor, Mixture *mix, uint64_t *staged) noexcept nogil:
    """Add factor times a piece's leaves."""
    cdef const Stretch *s = piece.stretch
    cdef size_t t, j = piece.row // s.part.table.block
    cdef bint is_whole = piece.count == LAYER_BLOCK
    if is_whole and has_one_numerator(piece):
        mix.p_everywhere = k_add(mix.p_everywhere, k_scale(factor, s.multiplicities[j]))
    else:
        add_source(mix.p, mix.stride, factor, piece_numerators(piece, staged))
    if is_whole:
        mix.q_everywhere = k_add(mix.q_everywhere, k_mul(factor, s.starts[j]))
    else:
        add_source(mix.q, mix.stride, k_mul(factor, s.starts[j]), piece_ones(piece, staged))
    for t in range(s.term_count):
        add_source(mix.q, mix.stride, k_mul(factor, s.slopes[t]), piece_values(piece, t, staged))


cdef void mix_leaves(const Prover *v, size_t at, k3 factor, Mixture *mix, uint64_t *staged) noexcept nogil:
    """Add factor times the block of leaves that begins at `at`. staged: TERMS_TOGETHER arrays."""
    cdef Piece piece
    memset(&piece, 0, sizeof(Piece))
    piece.stretch = v.lookups.stretches
    while piece.first + piece.count < LAYER_BLOCK:
        next_piece(v, at, &piece)
        if piece.stretch != NULL:
            mix_piece(&piece, factor, mix, staged)
        elif piece.first == 0:
            mix.q_everywhere = k_add(mix.q_everywhere, factor)
        else:
            add_source(mix.q, mix.stride, factor, piece_ones(&piece, staged))


# ---- tuples of one number --------------------------------------------------------------------------------------------

cdef bint are_alike(const Piece *low, const Piece *high) noexcept nogil:
    """True for whole blocks whose denominators differ by a multiple of the difference of two columns."""
    cdef const Stretch *a = low.stretch
    cdef const Stretch *b = high.stretch
    if low.count < LAYER_BLOCK or high.count < LAYER_BLOCK or a == NULL or b == NULL:
        return False
    return (a.term_count == 1 and b.term_count == 1 and are_equal(a.slopes[0], b.slopes[0])
            and are_equal(a.starts[low.row // a.part.table.block], b.starts[high.row // b.part.table.block]))


cdef inline bint are_equal(k3 a, k3 b) noexcept nogil:
    return a.c[0] == b.c[0] and a.c[1] == b.c[1] and a.c[2] == b.c[2]


cdef bint numerators_rise(const Piece *low, const Piece *high) noexcept nogil:
    """False where all numerators of two blocks are the same."""
    if not has_one_numerator(low) or not has_one_numerator(high):
        return True
    return (low.stretch.multiplicities[low.row // low.stretch.part.table.block]
            != high.stretch.multiplicities[high.row // high.stretch.part.table.block])


cdef k3 dot_of_rises(const Prover *v, const Piece *pieces, const uint64_t **values, uint64_t *scratch,
                     uint64_t *out) noexcept nogil:
    """The sum of eq times the rise of the numerators of pieces 0 and 2 times that of values 0 and 2."""
    cdef const uint64_t *numerators[2]
    cdef size_t h
    for h in range(2):
        numerators[h] = piece_numerators(pieces + 2 * h, block_of_fractions(scratch, 5 + h))
    l2zk_active.multiply_rises(numerators[0], numerators[1], values[0], values[2], LAYER_BLOCK, out)
    return l2zk_active.dot(v.lookups.weights, LAYER_STEP, out, LAYER_BLOCK)


cdef bint first_of_columns(const Prover *v, size_t at, size_t apart, size_t nodes, k3 lambda_, uint64_t *scratch,
                           k3 *found) noexcept nogil:
    """The first round's coefficient of X^2 on the leaves at, at + apart, and `nodes` behind them, out of differences of
    columns, if it can be found so."""
    cdef Piece pieces[4]             # lower leaf and upper leaf of the lower pair, then of the upper pair
    cdef const uint64_t *values[4]
    cdef uint64_t *out = block_of_fractions(scratch, 4)
    cdef const uint64_t *weights = v.lookups.weights
    cdef size_t i
    cdef k3 f0, f1
    for i in range(4):
        memset(pieces + i, 0, sizeof(Piece))
        pieces[i].stretch = v.lookups.stretches
        next_piece(v, at + i // 2 * apart + i % 2 * nodes, pieces + i)
    if not are_alike(pieces, pieces + 2) or not are_alike(pieces + 1, pieces + 3):
        return False
    f0, f1 = pieces[0].stretch.slopes[0], pieces[1].stretch.slopes[0]
    for i in range(4):
        values[i] = piece_values(pieces + i, 0, block_of_fractions(scratch, i))
    l2zk_active.multiply_rises(values[0], values[2], values[1], values[3], LAYER_BLOCK, out)
    found[0] = k_mul(k_mul(lambda_, k_mul(f0, f1)), l2zk_active.dot(weights, LAYER_STEP, out, LAYER_BLOCK))
    if numerators_rise(pieces, pieces + 2):
        found[0] = k_add(found[0], k_mul(f1, dot_of_rises(v, pieces, values + 1, scratch, out)))
    if numerators_rise(pieces + 1, pieces + 3):
        found[0] = k_add(found[0], k_mul(f0, dot_of_rises(v, pieces + 1, values, scratch, out)))
    return True
