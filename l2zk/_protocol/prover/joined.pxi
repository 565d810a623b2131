# Claims with the same weights as one: the rounds of rows over as many products as there are different weights.
#
#     sum over claims of factor*<weights, column> = sum over kinds of claims of <weights, sum of factor*column>
#
# Claims on any columns at one offset have the same weights but for a factor. Where these kinds are far fewer than the
# columns, their sums of columns take part in the rounds, and the columns' values are found in the end. (PROTOCOL 6.5)

cdef bint same_kind(const TableArgument *s, size_t e, size_t k) noexcept nogil:
    """Whether two claims weigh the rows of their columns alike."""
    return (is_opening(s, e) == is_opening(s, k) and s.claims[e].offset == s.claims[k].offset
            and same_domain(s.claims[e].domain, s.claims[k].domain))


cdef void find_kinds(TableArgument *s) noexcept nogil:
    """The kind of each claim, a claim of each kind, and whether the kinds take part in the rounds, or the columns."""
    cdef size_t e, k
    s.kind_count = 0
    for e in range(s.claim_count):
        k = 0
        while k < s.kind_count and not same_kind(s, e, s.kinds[k]):
            k += 1
        if k == s.kind_count:
            s.kinds[k] = e
            s.kind_count += 1
        s.kind_of[e] = k
    s.is_joined = s.kind_count <= most_joined(s.table)


cdef inline size_t most_joined(const TablePlan *t) noexcept nogil:
    """As many kinds as are worth it."""
    return t.read_count // 2


cdef inline size_t product_count(const TableArgument *s) noexcept nogil:
    """The products that take part in the rounds."""
    return s.kind_count if s.is_joined else s.table.read_count


cdef inline uint64_t *product_columns(const TableArgument *s, size_t k) noexcept nogil:
    """The column of a product, or its sum of columns."""
    return planar(s.joined if s.is_joined else s.columns, s.stride, k)


cdef inline size_t read_of(const TablePlan *t, size_t column) noexcept nogil:
    """The number of a column among those that are read."""
    cdef size_t c = 0
    while t.reads[c] != column:
        c += 1
    return c


cdef void join_kind(Prover *v, const TableArgument *s, size_t k, uint64_t *scratch) noexcept nogil:
    """The weights of a kind of claims, which are all zeros yet, and the sum of its columns."""
    cdef uint64_t *joined = planar(s.joined, s.stride, k)
    cdef const uint64_t *column
    cdef size_t e
    add_weights(v, s, s.kinds[k], k_from(1), planar(s.weights, s.stride, k), scratch)
    for e in range(3):
        memset(joined + e * s.stride, 0, 8 * s.table.height)
    for e in range(s.claim_count):
        if s.kind_of[e] == k:
            column = planar(s.columns, s.stride, read_of(s.table, s.claims[e].column))
            l2zk_active.add_multiple(joined, s.stride, column, s.stride, s.table.height, s.claims[e].factor)


cdef void add_mask(k3 mask, const TableArgument *s, size_t k, k3 *out) noexcept nogil:
    """Add (w_0 + w_1*X)*(X - X^2)*mask, w the weights of a product in the last round."""
    cdef const uint64_t *weights = planar(s.weights, s.stride, k)
    cdef k3 low = planar_at(weights, s.stride, 0)
    cdef k3 rise = k_sub(planar_at(weights, s.stride, 1), low)
    out[0] = k_add(out[0], k_mul(mask, low))
    out[1] = k_add(out[1], k_mul(mask, k_sub(rise, low)))
    out[2] = k_sub(out[2], k_mul(mask, rise))


cdef void value_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """The value of a column at the point, once all of it is known."""
    cdef Prover *v = <Prover *>context
    cdef Argument *a = &v.argument
    cdef size_t number = owner_of(a.first_column, v.plan.table_count, task), c = task - a.first_column[number]
    cdef const TableArgument *s = a.by_height[number]
    cdef const uint64_t *column = planar(s.columns, s.stride, c)
    cdef unsigned h = s.table.variables
    cdef k3 value
    if s.is_joined:
        value = l2zk_active.dot_extension(column, s.stride, a.eq.levels[h], eq_stride(h), s.table.height)
    else:
        value = planar_at(column, s.stride, 0)
    a.column_values[s.table.first_read + c] = value
