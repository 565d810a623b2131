# Q, from the values of the constraints at points outside G. (PROTOCOL 6.4)

cdef void interpolate_at(const uint64_t *points, const k3 *values, size_t count, k3 *out) noexcept nogil:
    """The coefficients of the polynomial over K with these values at a few points of F, by Lagrange."""
    cdef uint64_t whole[MOST_DEGREE + 2]
    cdef uint64_t basis[MOST_DEGREE + 2]
    cdef size_t i, j
    cdef uint64_t scale
    memset(whole, 0, sizeof(whole))
    whole[0] = 1
    for i in range(count):               # the product of X - point
        for j in reversed(range(1, i + 2)):
            whole[j] = f_sub(whole[j - 1], f_mul(points[i], whole[j]))
        whole[0] = f_neg(f_mul(points[i], whole[0]))
    for j in range(count):
        out[j] = k_from(0)
    for i in range(count):
        basis[count - 1] = whole[count]
        for j in reversed(range(count - 1)):
            basis[j] = f_add(whole[j + 1], f_mul(points[i], basis[j + 1]))
        scale = basis[count - 1]
        for j in reversed(range(count - 1)):
            scale = f_add(f_mul(scale, points[i]), basis[j])
        scale = f_inv(scale)
        for j in range(count):
            out[j] = k_add(out[j], k_scale(values[i], f_mul(basis[j], scale)))


cdef void add_from_cosets(const TableArgument *s, size_t cosets, k3 *values) noexcept nogil:
    """Add to a table's part of Q the polynomial with these values on so many cosets."""
    cdef size_t streams = s.table.streams, c, i, j
    cdef uint64_t unroot = f_inv(f_root(s.table.skipped)), scale
    cdef uint64_t powers[MOST_STREAMS]
    cdef uint64_t turns[MOST_LEAVES]
    cdef k3 column[MOST_LEAVES]
    cdef k3 found[MOST_LEAVES]
    cdef k3 remainder[MOST_STREAMS]
    for i in range(streams):
        powers[i] = f_pow(unroot, i)
    for c in range(cosets):              # modulo X^(2^k) - g_c^(2^k), a transform of 2^k values
        scale = f_inv(streams)
        turns[c] = f_inv(coset_start(c))
        for i in range(streams):
            remainder[i] = k_from(0)
            for j in range(streams):
                remainder[i] = k_add(remainder[i], k_scale(values[c * streams + j], powers[i * j % streams]))
            remainder[i] = k_scale(remainder[i], scale)
            scale = f_mul(scale, turns[c])
        memcpy(values + c * streams, remainder, sizeof(k3) * streams)
        turns[c] = f_pow(coset_start(c), streams)
    for i in range(streams):             # and a polynomial in X^(2^k) for each power of X below
        for c in range(cosets):
            column[c] = values[c * streams + i]
        interpolate_at(turns, column, cosets, found)
        for c in range(cosets):
            s.Q[c * streams + i] = k_add(s.Q[c * streams + i], found[c])


cdef void find_part_of_Q(Prover *v, const TableArgument *s) noexcept nogil:
    """The coefficients of a table's part, from the sums of its constraints at the points."""
    cdef const TablePlan *t = s.table
    cdef k3 *values = v.argument.values
    cdef size_t i, g, cosets
    cdef k3 found[DIRECT_POINTS]
    memset(s.Q, 0, sizeof(k3) * all_points(t))
    for i in range(t.direct):
        values[i] = k_scale(total_of_workers(v, s.first_sum + i), vanishing_inverse(t, point_of(s, i)))
    interpolate_at(s.streams.points, values, t.direct, found)
    memcpy(s.Q, found, sizeof(k3) * t.direct)
    for cosets in range(1, t.most_cosets + 1):
        for g in range(t.domain_count):
            if t.selectors[g].cosets == cosets:
                for i in range(cosets << t.skipped):
                    values[i] = k_scale(total_of_workers(v, s.first_sum + t.selectors[g].sums + i),
                                        vanishing_inverse(t, point_of(s, t.direct + i)))
                add_from_cosets(s, cosets, values)
                break


cdef void find_Q(Prover *v) noexcept nogil:
    """Q's coefficients: those of the tables, spread out where they have fewer skipped bits."""
    cdef const Plan *p = v.plan
    cdef Argument *a = &v.argument
    cdef TableArgument *s
    cdef size_t i, k
    cdef unsigned spread
    for i in range(MOST_SKIPPED + 1):
        if a.streams[i].points != NULL:
            prepare_streams(a.streams + i, v.has_narrow)
    for i in range(a.stated_count):
        if i == 0 or a.stated[i].factors != a.stated[i - 1].factors:
            prepare_selectors(a.stated[i])
    clear_sums(v)
    share(v, skip_task, v, a.first_stretch[a.stated_count])
    memset(a.Q, 0, sizeof(k3) * p.q_length)
    for i in range(a.stated_count if not stopped(v) else 0):
        s = a.stated[i]
        spread = p.skipped - s.table.skipped
        find_part_of_Q(v, s)
        for k in range(all_points(s.table)):
            if k << spread < p.q_length:
                a.Q[k << spread] = k_add(a.Q[k << spread], s.Q[k])
            else:
                s.Q[k] = k_from(0)       # it is 0 where the trace satisfies the constraints


cdef inline uint64_t vanishing_inverse(const TablePlan *t, uint64_t x) noexcept nogil:
    """1/(x^(2^k) - 1)."""
    return f_inv(f_sub(f_pow(x, t.streams), 1))
