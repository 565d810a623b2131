# The commitment's rounds and words, the final polynomial, and the last comparison. (PROTOCOL 7.4 to 7.7)

cdef enum:
    LOW_STRETCHES = 4

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
    for i in range(claims_on_masks(p)):
        claim = k_add(claim, k_mul(power, v.claims[i]))
        power = k_mul(power, v.gamma)
    for i in range(p.read_count):
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

cdef struct Stretches:           # eq of the first coordinates of the point, at stretches of 2^n_t entries
    size_t above                 # so many coordinates
    size_t low                   # of them the last ones
    k3 inner[MOST_STREAMS]       # eq of these
    size_t outer_of              # the number that the others have
    k3 outer


cdef void begin_stretches(Stretches *s, const k3 *point, size_t above) noexcept nogil:
    s.above, s.low, s.outer_of = above, smaller(above, LOW_STRETCHES), <size_t>-1
    eq_of_bits(point + (above - s.low), s.low, s.inner)


cdef k3 stretch_in_vector(Stretches *s, const k3 *point, size_t i) noexcept nogil:
    """eq of the coordinates above a stretch, at its number."""
    if i >> s.low != s.outer_of:
        s.outer_of = i >> s.low
        s.outer = eq_at(point, s.above - s.low, s.outer_of)
    return k_mul(s.outer, s.inner[i & ((<size_t>1 << s.low) - 1)])


cdef k3 weigh_columns(Verifier *v, const TablePlan *t, k3 *power) noexcept nogil:
    """Add the weights of a table's columns that are shorter than the final polynomial. Of longer ones, which are the
    same in all tables, their factor. power: of gamma, of the first column."""
    cdef const Plan *p = v.plan
    cdef size_t fin = log_of_ratio(p.final, 1), all = p.log_columns + p.log_m, c, b, i
    cdef size_t high = larger(fin, t.log_rows), low = smaller(fin, t.log_rows)
    cdef k3 sum = k_from(0), factor
    cdef Stretches s
    begin_stretches(&s, v.point, all - high)
    build_eq(v.eq, v.eq_stride, v.q + (p.log_rows - low), low)
    for c in range(t.read_count):
        i = t.at + (<size_t>t.reads[c] << t.log_rows)
        factor = k_mul(power[0], stretch_in_vector(&s, v.point, i >> high))
        power[0] = k_mul(power[0], v.gamma)
        if t.log_rows >= fin:
            sum = k_add(sum, factor)
            continue
        i &= p.final - 1
        for b in range(t.rows):
            v.weights[i + b] = k_add(v.weights[i + b], k_mul(factor, planar_at(v.eq, v.eq_stride, b)))
    return k_mul(sum, eq_of(rows_of(v, t), v.point + (all - t.log_rows), t.log_rows - low))


cdef void add_column_weights(Verifier *v, k3 power) noexcept nogil:
    """Those of the columns' values: eq of the rows' point on each stretch. power: of gamma, of the first of them."""
    cdef const Plan *p = v.plan
    cdef size_t fin = log_of_ratio(p.final, 1), i, b
    cdef k3 tall = k_from(0)
    for i in range(p.table_count):
        if p.tables[i].read_count:
            tall = k_add(tall, weigh_columns(v, p.tables + i, &power))
    if is_zero(tall):
        return
    build_eq(v.eq, v.eq_stride, v.q + (p.log_rows - fin), fin)
    for b in range(p.final):
        v.weights[b] = k_add(v.weights[b], k_mul(tall, planar_at(v.eq, v.eq_stride, b)))


cdef struct MaskPlace:           # masks one after the other
    size_t e
    size_t block                 # the entries of the vector that become one of the final ones each
    k3 outer                     # eq of the point at their number


cdef void weigh_masks(Verifier *v, MaskPlace *at, size_t count, k3 power) noexcept nogil:
    """Add the weights of so many masks more, whose claim has this power of gamma."""
    cdef const Plan *p = v.plan
    cdef size_t fin = log_of_ratio(p.final, 1), end = at.e + count, i, entry
    cdef k3 weight
    while at.e < end:
        weight = k_mul(power, v.form[at.e])
        for i in range(3):
            entry = p.masks_at + 3 * at.e + i
            if entry >> fin != at.block:
                at.block = entry >> fin
                at.outer = eq_at(v.point, p.log_columns + p.log_m - fin, at.block)
            entry &= p.final - 1
            v.weights[entry] = k_add(v.weights[entry], k_mul(at.outer, weight))
            weight = times_phi(weight)
        at.e += 1


cdef inline k3 times_phi(k3 a) noexcept nogil:
    cdef k3 r
    r.c[0], r.c[1], r.c[2] = a.c[2], f_add(a.c[0], a.c[2]), a.c[1]
    return r


cdef k3 add_mask_weights(Verifier *v) noexcept nogil:
    """Those of the forms, on the masks of all messages. Gives the power of gamma of the first column's claim."""
    cdef const Plan *p = v.plan
    cdef MaskPlace at
    cdef k3 power = v.gamma, first
    cdef size_t i
    at.e, at.block = 0, <size_t>-1
    find_forms_of(p, v.x, v.r, v.tau, v.q, v.xi, v.form)
    for i in range(p.layers):            # the four values stand in the next layer's claim, at last in that of the rows
        weigh_masks(v, &at, layer_elements(p, i) - 4, power)
        power = k_mul(power, v.gamma)
        weigh_masks(v, &at, 4, power if i + 1 < p.layers else k_mul(power, v.gamma))
    weigh_masks(v, &at, zerocheck_elements(p), power)
    power = k_mul(power, v.gamma)
    weigh_masks(v, &at, p.pair_count + row_elements(p), power)
    first = power = k_mul(power, v.gamma)
    for i in range(p.read_count):
        weigh_masks(v, &at, 1, power)
        power = k_mul(power, v.gamma)
    return first


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
    cdef k3 sum
    if v.refusal != ACCEPTED:
        return
    memset(v.weights, 0, sizeof(k3) * p.final)
    add_column_weights(v, add_mask_weights(v) if p.hiding else v.gamma)
    sum = later_sum(v)
    for i in range(p.final):
        sum = k_add(sum, k_mul(v.weights[i], v.final[i]))
    if memcmp(&sum, &claim, sizeof(k3)):
        refuse(v, WRONG_CLAIM)
