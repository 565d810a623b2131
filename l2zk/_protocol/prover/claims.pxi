# Claims on columns: the openings, and what the claim on the leaves of fractions says of them, each a sum over the rows
# with a weight that is a product over row bits and skipped bits. (PROTOCOL 6.5)
#
# A column's stream z matters only by its sums with eq, two for each claim: up to the *seam*, where the offset carries
# into the next stream, and behind it. A claim on a domain has no offset; its two sums are those with eq, for the
# streams that are full, and those with eq on the rows of the partial ones.

cdef enum:
    BEHIND_ONE_BY_ONE = 128      # so many rows behind a seam are summed up singly

# ---- the claim on the leaves -----------------------------------------------------------------------------------------

cdef k3 stretch_factor(const Plan *p, const LeafPoint *at, const LeafStretch *f) noexcept nogil:
    """eq(z', a): z' the coordinates above those of the rows, a the stretch's number among stretches of its length."""
    cdef unsigned above = p.layers - p.tables[f.table].log_rows, i
    cdef size_t number = f.at >> p.tables[f.table].log_rows
    cdef k3 factor = k_from(1)
    for i in range(above):
        if number >> (above - 1 - i) & 1:
            factor = k_mul(factor, at.z[i])
        else:
            factor = k_mul(factor, k_sub(k_from(1), at.z[i]))
    return factor


cdef size_t most_leaf_weights(const TablePlan *t) noexcept nogil:
    """Room for a table's weights."""
    cdef size_t i, k, count = 0
    for i in range(t.interaction_count):
        count += t.interactions[i].multiplicity.count
        for k in range(t.interactions[i].width):
            count += t.interactions[i].entries[k].count
    return count


cdef bint same_domain(const Selector *a, const Selector *b) noexcept nogil:
    if a == NULL or b == NULL:
        return a == b
    return a.kind == b.kind and a.x == b.x and a.y == b.y


cdef size_t weigh_affine(const Affine *affine, const Selector *domain, k3 factor, ColumnClaim *out,
                         size_t count) noexcept nogil:
    """Add factor times the columns of an affine expression to `count` weights; returns how many there are then."""
    cdef size_t i, k
    cdef const Term *term
    for i in range(affine.count):
        term = affine.terms + i
        if term.kind != 0:
            continue
        k = 0
        while k < count and not (out[k].column == term.index and out[k].offset == term.offset
                                 and same_domain(out[k].domain, domain)):
            k += 1
        if k == count:
            out[k].column, out[k].offset, out[k].domain, out[k].factor = term.index, term.offset, domain, k_from(0)
            count += 1
        out[k].factor = k_add(out[k].factor, k_scale(factor, term.coefficient))
    return count


cdef inline const Selector *narrow_domain(const Interaction *w) noexcept nogil:
    """NULL: every row."""
    if w.domain.kind == DOMAIN_EVERY:
        return NULL
    return &w.domain


cdef size_t leaf_weights(const Plan *p, size_t table, const LeafPoint *at, ColumnClaim *out) noexcept nogil:
    """The weights of a table's columns in the claim on the leaves: one for each column, offset and domain, with z the
    last n_t coordinates of the point. Returns how many there are."""
    cdef const TablePlan *t = p.tables + table
    cdef const Interaction *w
    cdef const Selector *domain
    cdef size_t i, k, count = 0
    cdef k3 factor, power
    for i in range(p.stretch_count):
        if p.stretches[i].table != table:
            continue
        w = t.interactions + p.stretches[i].interaction
        factor = stretch_factor(p, at, p.stretches + i)
        domain = narrow_domain(w)
        count = weigh_affine(&w.multiplicity, domain, factor, out, count)
        power = k_neg(k_mul(factor, at.lambda_))
        for k in range(w.width):
            power = k_mul(power, at.eta)
            count = weigh_affine(w.entries + k, NULL, power, out, count)
    return count


# ---- all of them -----------------------------------------------------------------------------------------------------

cdef inline size_t carried(const TablePlan *t, const ColumnClaim *w) noexcept nogil:
    """o_z: the streams that an offset passes over."""
    return w.offset >> t.variables


cdef inline size_t rest_of(const TablePlan *t, const ColumnClaim *w) noexcept nogil:
    """o_y: the rows beyond, of which so many are behind the seam."""
    return w.offset & (t.height - 1)


cdef inline bint is_opening(const TableArgument *s, size_t e) noexcept nogil:
    return e < s.table.pair_count


cdef inline const uint64_t *eq_of_claim(const Argument *a, const TableArgument *s, size_t e) noexcept nogil:
    """eq of the row bits: those of r, or of the leaves' point."""
    return (a.eq if is_opening(s, e) else a.leaf_eq).levels[s.table.variables]


cdef void find_claims(Prover *v) noexcept nogil:
    """All claims with their factors, which are those in the average over n bits: 2^n_t - n for a table's."""
    cdef const Plan *p = v.plan
    cdef Argument *a = &v.argument
    cdef TableArgument *s
    cdef size_t i, e
    cdef uint64_t share_of_table
    cdef k3 power = k_from(1)
    for i in range(p.table_count):
        s = a.tables + i
        share_of_table = f_pow(f_inv(2), p.log_rows - s.table.log_rows)
        for e in range(s.table.pair_count):
            s.claims[e].column, s.claims[e].offset = s.table.pairs[e].column, s.table.pairs[e].offset
            s.claims[e].domain, s.claims[e].factor = NULL, k_scale(power, share_of_table)
            power = k_mul(power, a.xi)
    for i in range(p.table_count):
        s = a.tables + i
        s.claim_count = s.table.pair_count
        if s.table.interaction_count:
            s.claim_count += leaf_weights(p, i, &v.lookups.at, s.claims + s.table.pair_count)
        share_of_table = f_pow(f_inv(2), p.log_rows - s.table.log_rows)
        for e in range(s.table.pair_count, s.claim_count):
            s.claims[e].factor = k_mul(s.claims[e].factor, k_scale(power, share_of_table))


# ---- sums with eq ----------------------------------------------------------------------------------------------------

cdef k3 sum_rows(const TablePlan *t, const uint64_t *column, size_t at, size_t count, const uint64_t *limbs,
                 uint64_t *staged) noexcept nogil:
    """The sum of rows at, at + 1 ... of a column with eq, whose values are in `limbs`."""
    cdef size_t whole = whole_tiles(count)
    return l2zk_active.dot(limbs, CHUNK_STEP, stream(column, t.rows, at, whole, staged), whole)


cdef const uint64_t *split_domain(const Selector *domain, const uint64_t *eq, size_t stride, size_t y, size_t count,
                                  uint64_t *scratch) noexcept nogil:
    """The limbs of a chunk of eq on the rows of the partial streams, 0 on others."""
    cdef size_t c, i
    for c in range(3):
        for i in range(whole_tiles(count)):
            scratch[c * CHUNK_STEP + i] = eq[c * stride + y + i] if i < count and is_in(domain, y + i) else 0
    l2zk_active.split_weights(scratch, CHUNK_STEP, whole_tiles(count), scratch + 3 * CHUNK_STEP)
    return scratch + 3 * CHUNK_STEP


cdef void add_streams(const TableArgument *s, size_t e, size_t y, size_t count, const uint64_t *limbs, k3 *sums,
                      uint64_t *staged) noexcept nogil:
    """Add a chunk of rows of every stream of a claim."""
    cdef const TablePlan *t = s.table
    cdef const uint64_t *column = column_in(s.part, s.claims[e].column)
    cdef size_t z, words = whole_tiles(count) // 64
    if is_narrow(s.part, s.claims[e].column):
        load_words(t, words_in(s.part, s.claims[e].column), y + s.claims[e].offset, words, staged)
        l2zk_active.sum_bits(weights_of(limbs), CHUNK_STEP, 64 * words, staged, words, t.streams, sums)
        return
    for z in range(t.streams):
        sums[z] = k_add(sums[z], sum_rows(t, column, (z << t.variables) + y + s.claims[e].offset, count, limbs, staged))


cdef void row_sums_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A chunk of rows of every claim on a table: sums with eq as if there were no seam, and those on domains."""
    cdef Prover *v = <Prover *>context
    cdef Argument *a = &v.argument
    cdef size_t number = owner_of(a.first_chunk, v.plan.table_count, task), e, y, count
    cdef const TableArgument *s = a.by_height[number]
    cdef const TablePlan *t = s.table
    cdef uint64_t *scratch = v.scratch[worker]
    cdef const uint64_t *limbs = NULL
    cdef const uint64_t *eq
    cdef const Selector *domain = NULL
    cdef k3 *sums
    y = (task - a.first_chunk[number]) * CHUNK
    count = smaller(CHUNK, t.height - y)
    for e in range(s.claim_count):
        eq = eq_of_claim(a, s, e)
        sums = a.sums + worker * a.sum_count + 2 * MOST_STREAMS * (s.first_claim + e)
        if e == 0 or e == t.pair_count:
            limbs = split_chunk(eq, eq_stride(t.variables), y, count, scratch)
        add_streams(s, e, y, count, limbs, sums, scratch + 2 * SPLIT_WORDS)
        if s.claims[e].domain != NULL and s.claims[e].domain.partial:
            if domain == NULL or not same_domain(domain, s.claims[e].domain):
                domain = s.claims[e].domain
                split_domain(domain, eq, eq_stride(t.variables), y, count, scratch + SPLIT_WORDS)
            add_streams(s, e, y, count, scratch + SPLIT_WORDS + 3 * CHUNK_STEP, sums + MOST_STREAMS,
                        scratch + 2 * SPLIT_WORDS)


cdef void sum_up(Prover *v, const TableArgument *s, size_t e, size_t first, size_t count, k3 *out) noexcept nogil:
    """The sums of rows first ... of all streams of a claim, with eq there."""
    cdef const TablePlan *t = s.table
    cdef const uint64_t *eq = eq_of_claim(&v.argument, s, e)
    cdef const uint64_t *column = column_in(s.part, s.claims[e].column)
    cdef const uint64_t *limbs
    cdef size_t z, i, row, some, last = first + count, stride = eq_stride(t.variables)
    cdef k3 weight
    for z in range(t.streams):
        out[z] = k_from(0)
    for i in range(first, last if count <= BEHIND_ONE_BY_ONE else first):
        weight = planar_at(eq, stride, i)
        for z in range(t.streams):
            row = ((z << t.variables) + i + s.claims[e].offset) & (t.rows - 1)
            out[z] = k_add(out[z], k_scale(weight, column[row]))
    while count > BEHIND_ONE_BY_ONE and first < last:
        some = smaller(CHUNK, last - first)
        limbs = split_chunk(eq, stride, first, some, v.scratch[0])
        add_streams(s, e, first, some, limbs, out, v.scratch[0] + 2 * SPLIT_WORDS)
        first += some


cdef void find_sums(Prover *v, const TableArgument *s, size_t e) noexcept nogil:
    """`before` and `behind` of a claim, from the sums of the workers."""
    cdef const TablePlan *t = s.table
    cdef const k3 *total = v.argument.sums + 2 * MOST_STREAMS * (s.first_claim + e)
    cdef k3 *before = s.before + e * t.streams
    cdef k3 *behind = s.behind + e * t.streams
    cdef size_t z, rest = rest_of(t, s.claims + e)
    if s.claims[e].domain != NULL or rest == 0:
        memcpy(before, total, sizeof(k3) * t.streams)
        memcpy(behind, total + MOST_STREAMS, sizeof(k3) * t.streams)
        return
    if rest <= t.height // 2:
        sum_up(v, s, e, t.height - rest, rest, behind)
    else:
        sum_up(v, s, e, 0, t.height - rest, before)
    for z in range(t.streams):
        if rest <= t.height // 2:
            before[z] = k_sub(total[z], behind[z])
        else:
            behind[z] = k_sub(total[z], before[z])


cdef void find_row_sums(Prover *v) noexcept nogil:
    cdef Argument *a = &v.argument
    cdef size_t i, e
    clear_sums(v)
    share(v, row_sums_task, v, a.first_chunk[v.plan.table_count])
    if stopped(v):
        return
    for i in range(v.plan.table_count):
        for e in range(2 * MOST_STREAMS * a.tables[i].first_claim,
                       2 * MOST_STREAMS * (a.tables[i].first_claim + a.tables[i].claim_count)):
            a.sums[e] = total_of_workers(v, e)
    for i in range(v.plan.table_count):
        for e in range(a.tables[i].claim_count):
            find_sums(v, a.tables + i, e)


# ---- weights ---------------------------------------------------------------------------------------------------------

cdef void weights_of_streams(Prover *v, const TableArgument *s, size_t e, k3 *out) noexcept nogil:
    """The weight of each value of the skipped bits in a claim: L_z, or eq of the leaves' point."""
    cdef const LeafPoint *at = &v.lookups.at
    cdef uint64_t eq[3 * MOST_STREAMS]
    cdef size_t z
    if is_opening(s, e):
        memcpy(out, s.streams.lagrange, sizeof(k3) * s.table.streams)
        return
    build_eq(eq, MOST_STREAMS, at.z + (v.plan.layers - s.table.log_rows), s.table.skipped)
    for z in range(s.table.streams):
        out[z] = planar_at(eq, MOST_STREAMS, z)


cdef inline bint has_stream(const ColumnClaim *w, bint behind, size_t z) noexcept nogil:
    """True for the streams whose rows a sum of a claim counts."""
    if w.domain == NULL:
        return True
    return (w.domain.partial if behind else w.domain.full) >> z & 1


cdef inline k3 *stream_sums(const TableArgument *s, size_t e) noexcept nogil:
    """The sums of claim e/2: before the seam, or for an odd e behind it."""
    return (s.behind if e % 2 else s.before) + e // 2 * s.table.streams


cdef void carry_streams(Prover *v, TableArgument *s) noexcept nogil:
    """Each sum, times its claim's factor, and each weight to the number of the stream whose rows they are of: stream z
    of the weights, carried on. s.sum: that of all products."""
    cdef const TablePlan *t = s.table
    cdef size_t e, z, to
    cdef k3 *sums
    cdef k3 *lag
    cdef k3 weights[MOST_STREAMS]
    cdef k3 moved[MOST_STREAMS]
    s.sum = k_from(0)
    for e in range(2 * s.claim_count):
        sums, lag = stream_sums(s, e), s.lags + e * t.streams
        if e == 0 or e == 2 * t.pair_count:
            weights_of_streams(v, s, e // 2, weights)
        for z in range(t.streams):
            to = (z + carried(t, s.claims + e // 2) + (e % 2 if s.claims[e // 2].domain == NULL else 0)) % t.streams
            moved[to] = k_mul(s.claims[e // 2].factor, sums[z])
            lag[to] = weights[z] if has_stream(s.claims + e // 2, e % 2, z) else k_from(0)
            s.sum = k_add(s.sum, k_mul(moved[to], lag[to]))
        memcpy(sums, moved, sizeof(k3) * t.streams)


cdef void add_on_domain(const Selector *domain, const uint64_t *eq, size_t stride, size_t height, k3 factor,
                        uint64_t *weights, size_t weights_stride, uint64_t *scratch) noexcept nogil:
    """Add eq times a factor on the rows of the partial streams."""
    cdef size_t y, i, c, count
    for y from 0 <= y < height by CHUNK:
        count = smaller(CHUNK, height - y)
        for c in range(3):
            for i in range(count):
                scratch[c * CHUNK_STEP + i] = eq[c * stride + y + i] if is_in(domain, y + i) else 0
        l2zk_active.add_multiple(weights + y, weights_stride, scratch, CHUNK_STEP, count, factor)


cdef void add_weights(Prover *v, const TableArgument *s, size_t e, k3 factor, uint64_t *weights,
                      uint64_t *scratch) noexcept nogil:
    """Add a claim's weights of the rows of its column, times a factor, once the number of the stream is bound."""
    cdef const TablePlan *t = s.table
    cdef const ColumnClaim *w = s.claims + e
    cdef const uint64_t *eq = eq_of_claim(&v.argument, s, e)
    cdef size_t stride = eq_stride(t.variables), rest = rest_of(t, w)
    cdef k3 before = k_mul(factor, s.lags[2 * e * t.streams])
    cdef k3 behind = k_mul(factor, s.lags[(2 * e + 1) * t.streams])
    if w.domain == NULL or w.domain.full:
        l2zk_active.add_multiple(weights + rest, s.stride, eq, stride, t.height - rest, before)
    if w.domain != NULL and w.domain.partial:
        add_on_domain(w.domain, eq, stride, t.height, behind, weights, s.stride, scratch)
    elif rest:
        l2zk_active.add_multiple(weights, s.stride, eq + t.height - rest, stride, rest, behind)
