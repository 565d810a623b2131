# Sizes that follow from a shape: the points on which the quotient is evaluated, the lengths of arrays. (PROTOCOL 4.2)

cdef size_t overflow_points(size_t coefficients) noexcept nogil:
    """The points that determine a few coefficients: a power of two."""
    return <size_t>1 << log_of_ratio(coefficients, 1)


cdef void place_quotient(Plan *p) noexcept nogil:
    """Choose the points on which Q is evaluated: all of L, if that is cheaper than an extension; else the fewest cosets
    that determine Q, or half of these and a few extra points, if these cosets determine all but a few coefficients
    (overflow.pxi)."""
    cdef size_t wanted = smaller(p.pieces * p.piece_length, p.size), beyond    # deg Q < |L|, whatever k*M comes to
    p.quotient_on_domain = p.pieces == 1 and direct_cost(p) < extension_cost(p)
    p.log_quotient_cosets = p.log_blowup if p.quotient_on_domain else 0
    p.quotient_cosets = <size_t>1 << p.log_quotient_cosets
    if p.quotient_on_domain:
        return
    while (p.coset_size << p.log_quotient_cosets) < wanted:
        p.log_quotient_cosets += 1
    p.overflow, p.log_overflow = 0, 0
    if p.log_quotient_cosets:
        beyond = wanted - (p.coset_size << (p.log_quotient_cosets - 1))
        if 4 * overflow_points(beyond) <= p.coset_size:
            p.overflow = overflow_points(beyond)
            p.log_overflow = log_of_ratio(p.overflow, 1)
            p.log_quotient_cosets -= 1
    p.quotient_cosets = <size_t>1 << p.log_quotient_cosets
    p.quotient_uncut = p.pieces == 1 and p.quotient_cosets == 1


cdef double direct_cost(const Plan *p) noexcept nogil:
    """Q at one point, in units of a nanosecond of AVX-512, of which only ratios count: memory, instructions, products
    by powers of alpha, divisors."""
    cdef const l2zk_code *code = &p.constraints
    cdef double cost = 4
    cdef size_t i
    for i in range(code.body_count):
        cost += 0.5 if code.body[i][0] == OP_MUL_VV or code.body[i][0] == OP_MUL_VU else 0.15
    for i in range(p.group_count):
        cost += 2.4 * p.group_sizes[i] if p.group_sizes[i] <= 2 else 1.9 * p.group_sizes[i] + 1.6
        cost += 0.5
    for i in range(p.exponent_count):
        cost += 3.6 / p.exponents[i]
    return cost


cdef double extension_cost(const Plan *p) noexcept nogil:
    """The cost of one point of L by transforms of the three coordinates, its share of evaluating Q included."""
    return 3 * (5.6 + 0.16 * p.log_coset) + direct_cost(p) / p.blowup


cdef inline size_t quotient_coset(const Plan *p, size_t q) noexcept nogil:
    """The q-th coset of L on which Q is evaluated: together they are 7*<omega of order quotient_cosets*N'>. The last q
    stands for coset 1, which has the overflow's points."""
    return q * (p.blowup // p.quotient_cosets) if q < p.quotient_cosets else 1


cdef inline uint64_t coset_shift(const Plan *p, size_t c) noexcept nogil:
    """The first point of coset c of L."""
    return f_mul(GENERATOR, f_pow(f_root(p.log_size), c))


cdef size_t periodic_span(const Plan *p, size_t i) noexcept nogil:
    """Values of a periodic column on a coset of N' points before they repeat."""
    return (<size_t>1 << p.periodic[i].log_period) * (p.coset_size // p.length)


cdef inline size_t cut_length(const Plan *p) noexcept nogil:
    """Coefficients of a piece that is cut from Q; 0 where the only piece is Q."""
    return 0 if p.quotient_on_domain or p.quotient_uncut else p.piece_length + p.piece_mask_length


cdef inline size_t batch_mask_room(const Plan *p) noexcept nogil:
    """R's coefficients, or the rows of a coset of word 1 if these are more."""
    return larger(p.coset_size // p.rows_per_leaf, p.batch_mask_length)


cdef inline size_t most_leaf_words(const Plan *p) noexcept nogil:
    """The most words of a leaf: of an input tree, R's value included, or of a FRI tree."""
    return larger(p.rows_per_leaf * larger(p.columns, 3 * p.pieces) + 3, 24)


cdef inline size_t wrap_words(const Plan *p) noexcept nogil:
    """The number of powers that wrap N' coefficients into as few as the smaller overflow has (overflow.pxi)."""
    cdef size_t most = p.coset_size // p.overflow if p.overflow else 0
    return larger(most, p.coset_size // p.batch_overflow if p.batch_overflow else 0)
