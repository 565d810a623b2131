# The commitment's rounds and words, the final polynomial, and the last comparison. (PROTOCOL 7.4 to 7.7)

cdef k3 fold_rounds_heard(Verifier *v, k3 claim, size_t count) noexcept nogil:
    """Rounds of the commitment: g(0) and the coefficient of X^2; g(0) + g(1) is the claim."""
    cdef size_t i
    cdef k3 r, middle
    for i in range(count):
        hear(v, MESSAGE_FOLD_ROUND, v.heard, 2)
        r = draw(&v.transcript)
        middle = k_sub(k_sub(k_sub(claim, v.heard[0]), v.heard[0]), v.heard[1])
        claim = k_add(v.heard[0], k_mul(r, k_add(middle, k_mul(r, v.heard[1]))))
        v.point[v.bound] = r
        v.bound += 1
    return claim


cdef k3 first_claim(Verifier *v) noexcept nogil:
    """sigma, and all claims on the vector with powers of gamma from 1 on. (PROTOCOL 6.6)"""
    cdef const Plan *p = v.plan
    cdef k3 claim = k_from(0), power
    cdef size_t i
    if p.hiding:
        hear(v, MESSAGE_SIGMA, &claim, 1)
    v.gamma = draw(&v.transcript)
    power = v.gamma
    if p.hiding:
        claim = k_add(claim, k_mul(power, v.claim_on_zerocheck))
        power = k_mul(power, v.gamma)
        claim = k_add(claim, k_mul(power, v.claim_on_rows))
        power = k_mul(power, v.gamma)
    for i in range(p.table.read_count):
        claim = k_add(claim, k_mul(power, v.values[i]))
        power = k_mul(power, v.gamma)
    return claim


cdef k3 unblind(Verifier *v, k3 claim) noexcept nogil:
    """mu, c and the tail, on which only the cells have a weight. (PROTOCOL 7.4)"""
    cdef const Plan *p = v.plan
    cdef k3 mu, ones = ones_at(v.point, p.log_columns)
    cdef size_t i
    hear(v, MESSAGE_MU, &mu, 1)
    v.c = draw(&v.transcript)
    hear(v, MESSAGE_TAIL, v.tail, p.tail)
    claim = k_add(mu, k_mul(v.c, claim))
    for i in range(CELLS):
        claim = k_sub(claim, k_mul(theta(i, ones), v.tail[p.queries + i]))
    return claim


cdef k3 add_opened(Verifier *v, k3 claim, k3 z, k3 answer) noexcept nogil:
    """Claims on the answer and on the opened values. (PROTOCOL 6.8)"""
    cdef k3 gamma = draw(&v.transcript), power = gamma
    cdef size_t i
    for i in range(1 + v.count):
        v.later_bound[v.later_count], v.later_factor[v.later_count] = v.bound, power
        if i:
            v.later_y[v.later_count] = v.x_of[i - 1]
            claim = k_add(claim, k_mul(power, planar_at(v.opened, v.lanes + TILE, i - 1)))
        else:
            v.later_y[v.later_count], v.later_z[v.later_count] = 0, z
            claim = k_add(claim, k_mul(power, answer))
        v.later_count += 1
        power = k_mul(power, gamma)
    return claim


cdef k3 check_words(Verifier *v, k3 claim) noexcept nogil:
    """All words; returns the claim that is left."""
    cdef const Plan *p = v.plan
    cdef const uint8_t *root = NULL
    cdef const uint8_t *next_root
    cdef k3 z, answer
    cdef size_t number
    for number in range(p.word_count):
        next_root = hear_bytes(v, MESSAGE_WORD, take(v, 32), 32)
        z = draw(&v.transcript)
        hear(v, MESSAGE_ANSWER, &answer, 1)
        if number == 0:
            open_vector(v)
        else:
            open_word(v, number - 1, root)
        if v.refusal != ACCEPTED:
            return claim
        claim = add_opened(v, claim, z, answer)
        claim = fold_rounds_heard(v, claim, p.words[number].k)
        root = next_root
    hear(v, MESSAGE_FINAL, v.final, p.final)
    if p.word_count:
        open_word(v, p.word_count - 1, root)
    else:
        open_vector(v)
    return claim


cdef void check_final_values(Verifier *v) noexcept nogil:
    """The value at each point of the last query is that of the final polynomial."""
    cdef size_t i, stride = v.lanes + TILE
    cdef k3 a, b
    if v.refusal != ACCEPTED:
        return
    evaluate_all(v, v.final, v.plan.final)
    for i in range(v.count):
        a, b = planar_at(v.opened, stride, i), planar_at(v.evaluated, stride, i)
        if memcmp(&a, &b, sizeof(k3)):
            refuse(v, WRONG_FINAL_VALUE)
            return


# ---- the weights at the point of all rounds --------------------------------------------------------------------------

cdef void add_column_weights(Verifier *v, k3 power) noexcept nogil:
    """Those of the columns' values: eq of the rows' point on each stretch. power: of gamma, of the first of them."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = &p.table
    cdef size_t fin = log_of_ratio(p.final, 1), all = p.log_columns + p.log_m, b, c, i, entry
    cdef size_t low = smaller(fin, t.log_rows), high = larger(fin, t.log_rows)
    cdef k3 inner = eq_of(v.q, v.point + (all - t.log_rows), t.log_rows - low), outer
    build_eq(v.eq, v.eq_stride, v.q + (t.log_rows - low), low)
    for c in range(t.read_count):
        entry = <size_t>t.reads[c] << t.log_rows
        outer = k_mul(k_mul(power, inner), eq_at(v.point, all - high, entry >> high))
        for b in range(<size_t>1 << low):
            i = (entry & (p.final - 1)) + b
            v.weights[i] = k_add(v.weights[i], k_mul(outer, planar_at(v.eq, v.eq_stride, b)))
        power = k_mul(power, v.gamma)


cdef void add_mask_weights(Verifier *v) noexcept nogil:
    """Those of the forms, on the masks."""
    cdef const Plan *p = v.plan
    cdef size_t fin = log_of_ratio(p.final, 1), all = p.log_columns + p.log_m, e, i, entry
    cdef size_t block = <size_t>-1, values = p.masked - p.table.read_count
    cdef k3 outer = k_from(0), weight, power = v.gamma
    find_forms_of(p, v.x, v.r, v.tau, v.q, v.xi, v.form)
    for e in range(p.masked):
        if e == zerocheck_elements(p) or e >= values:
            power = k_mul(power, v.gamma)
        weight = k_mul(power, v.form[e])
        for i in range(3):
            entry = p.masks_at + 3 * e + i
            if entry >> fin != block:
                block = entry >> fin
                outer = eq_at(v.point, all - fin, block)
            entry &= p.final - 1
            v.weights[entry] = k_add(v.weights[entry], k_mul(k_mul(outer, weight), phi(i)))


cdef k3 later_value(Verifier *v, size_t u, k3 at_final) noexcept nogil:
    """What the claim on a polynomial's value, added when some variables were bound, has become."""
    cdef const Plan *p = v.plan
    cdef size_t i, left = p.log_columns + p.log_m - v.later_bound[u], j
    cdef k3 value = v.later_factor[u], power, r
    cdef k3 powers_of_z[64]
    cdef uint64_t powers_of_y[64]
    if v.later_y[u]:
        powers_of_y[0] = v.later_y[u]
        for i in range(1, left):
            powers_of_y[i] = f_mul(powers_of_y[i - 1], powers_of_y[i - 1])
    else:
        powers_of_z[0] = v.later_z[u]
        for i in range(1, left):
            powers_of_z[i] = k_mul(powers_of_z[i - 1], powers_of_z[i - 1])
    for j in range(v.later_bound[u], v.bound):
        left -= 1
        r = v.point[j]
        power = k_scale(r, powers_of_y[left]) if v.later_y[u] else k_mul(r, powers_of_z[left])
        value = k_mul(value, k_add(k_sub(k_from(1), r), power))
    return k_mul(value, at_final)


cdef k3 later_sum(Verifier *v) noexcept nogil:
    """All claims on values of polynomials: each is a multiple of the final polynomial at its point."""
    cdef const Plan *p = v.plan
    cdef size_t u, i, first = 0, stride = v.lanes + TILE
    cdef k3 sum = k_from(0)
    while first < v.later_count:         # an answer, then the opened points of one query
        sum = k_add(sum, later_value(v, first, value_of(v.final, p.final, v.later_z[first])))
        first += 1
        u = first
        while u < v.later_count and v.later_y[u]:
            v.x_of[u - first] = v.later_y[u]
            u += 1
        evaluate_all(v, v.final, p.final)
        for i in range(first, u):
            sum = k_add(sum, later_value(v, i, planar_at(v.evaluated, stride, i - first)))
        first = u
    return sum


cdef void check_claim(Verifier *v, k3 claim) noexcept nogil:
    """The sum of weights and final coefficients is the claim."""
    cdef const Plan *p = v.plan
    cdef size_t i
    cdef k3 sum, power = v.gamma
    if v.refusal != ACCEPTED:
        return
    if p.hiding:
        power = k_mul(k_mul(power, v.gamma), v.gamma)
    memset(v.weights, 0, sizeof(k3) * p.final)
    add_column_weights(v, power)
    if p.hiding:
        add_mask_weights(v)
    sum = later_sum(v)
    for i in range(p.final):
        sum = k_add(sum, k_mul(v.weights[i], v.final[i]))
    if memcmp(&sum, &claim, sizeof(k3)):
        refuse(v, WRONG_CLAIM)
