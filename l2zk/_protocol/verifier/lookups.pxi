# Lookups: the layers of fractions, from their sum down to a claim on their leaves, and that claim less what is known of
# it, as weights of columns. (PROTOCOL 6.3, 6.5, 7.3)

cdef k3 check_layer(Verifier *v, size_t layer, k3 claim) noexcept nogil:
    """From a claim at a point to one at a point of one coordinate more."""
    cdef LeafPoint *at = &v.leaves
    cdef size_t rounds = layer_rounds(layer), j
    cdef k3 targets[MOST_LAYERS]
    cdef k3 point[MOST_LAYERS]
    cdef k3 values[4]                        # p_0, p_1, q_0, q_1
    cdef k3 sum, mu
    memcpy(targets, at.z, sizeof(targets))
    if layer == 0:
        targets[0] = draw(&v.transcript)     # of a variable on which nothing depends
    for j in range(rounds):
        claim = hear_round(v, MESSAGE_LAYER_ROUND, layer_round_elements(v.plan, layer, j), targets[j], claim, point + j)
    hear(v, MESSAGE_LAYER_VALUES, values, 4)
    sum = k_add(k_mul(values[0], values[3]), k_mul(values[1], values[2]))
    settle(v, k_sub(claim, k_add(sum, k_mul(at.lambda_, k_mul(values[2], values[3])))))
    mu = draw(&v.transcript)
    at.lambda_ = draw(&v.transcript)
    layer_forms(v.plan, layer, targets, point, mu, at.lambda_, v.form)
    at.z[0] = mu
    memcpy(at.z + 1, point, sizeof(k3) * layer)
    for j in range(2):                       # the halves of p, then of q, at mu
        values[j] = k_add(values[2 * j], k_mul(mu, k_sub(values[2 * j + 1], values[2 * j])))
    return k_add(values[0], k_mul(at.lambda_, values[1]))


cdef void check_lookups(Verifier *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef LeafPoint *at = &v.leaves
    cdef k3 claim = k_from(0)
    cdef size_t layer
    if p.layers == 0 or v.refusal != ACCEPTED:
        return
    at.psi = draw(&v.transcript)
    at.eta = draw(&v.transcript)
    if not sum_messages(p, v.publics, at, v.message_values, &at.lambda_):
        refuse(v, ENDLESS_MESSAGE)
    for layer in range(p.layers):
        if v.refusal != ACCEPTED:
            return
        claim = check_layer(v, layer, claim)
    v.claim_on_leaves = k_sub(claim, known_of_leaves(v))


# ---- a table at the leaves' point ------------------------------------------------------------------------------------

cdef inline k3 *remembered(Remembered *m, uint64_t kind, uint64_t index, bint *is_new) noexcept nogil:
    """The place of a value, among the last ones."""
    cdef size_t i
    for i in range(smaller(m.count, MOST_REMEMBERED)):
        if m.keys[i][0] == kind and m.keys[i][1] == index:
            is_new[0] = False
            return m.values + i
    is_new[0] = True
    i = m.count % MOST_REMEMBERED
    m.count += 1
    m.keys[i][0], m.keys[i][1] = kind, index
    return m.values + i


cdef const TablePlan *go_to_leaves(Verifier *v, const LeafStretch *f, bint is_first) noexcept nogil:
    """The table of a fraction, at the last n_t coordinates of the leaves' point: nothing is skipped. Those of a table
    follow one another."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t = p.tables + f.table
    if is_first or (f - 1).table != f.table:
        go_to(&v.here, t, 0, NULL, v.leaves.z + (p.layers - t.log_rows))
        v.remembered.count = 0
        v.factors.count = 0
    return t


cdef k3 stretch_at_leaves(const Verifier *v, const TablePlan *t, const LeafStretch *f) noexcept nogil:
    """eq of the coordinates above a table's rows and of the place of a stretch."""
    return eq_at(v.leaves.z, v.plan.layers - t.log_rows, f.at >> t.log_rows)


# ---- what is known of the claim --------------------------------------------------------------------------------------

cdef k3 known_of_affine(Verifier *v, const Affine *affine, k3 one) noexcept nogil:
    """The known part of an affine expression; one: the value of its constant 1."""
    cdef size_t i
    cdef const Term *term
    cdef k3 sum = k_from(0)
    cdef k3 *place
    cdef bint is_new
    for i in range(affine.count):
        term = affine.terms + i
        if term.kind == TERM_ONE:
            sum = k_add(sum, k_scale(one, term.coefficient))
        elif term.kind:
            place = remembered(&v.remembered, term.kind, term.index, &is_new)
            if is_new:
                place[0] = known_at(&v.here, term.kind, term.index)
            sum = k_add(sum, k_scale(place[0], term.coefficient))
    return sum


cdef k3 bus_at(Verifier *v, const TablePlan *t, size_t bus) noexcept nogil:
    """The number of a bus, as a column that is constant on each block. (PROTOCOL 3.5)"""
    cdef size_t inner = log_of_ratio(t.block, 1)
    return k_add(k_from(f_add(t.bus_base, bus)), k_scale(number_at(&v.here.spot, inner, t.log_rows), t.bus_step))


cdef k3 known_of_interaction(Verifier *v, const TablePlan *t, const Interaction *w) noexcept nogil:
    """Of its numerators, and lambda times its denominators."""
    cdef k3 one = k_from(1), sum = k_sub(v.leaves.psi, bus_at(v, t, w.bus)), power = k_from(1)
    cdef size_t i
    for i in range(w.width):
        power = k_mul(power, v.leaves.eta)
        sum = k_sub(sum, k_mul(power, known_of_affine(v, w.entries + i, one)))
    if w.domain.kind != DOMAIN_EVERY:
        if v.factors.count == 0:
            find_factors(&v.factors, v.here.spot.r, NULL, t.log_rows)
        one = indicator_at(t, &w.domain, &v.factors)
    return k_add(known_of_affine(v, &w.multiplicity, one), k_mul(v.leaves.lambda_, sum))


cdef k3 known_of_leaves(Verifier *v) noexcept nogil:
    """What is known of p + lambda*q of all leaves at the point; places that no interaction has hold 0/1."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t
    cdef k3 sum = k_from(0), unused = k_from(1), stretch
    cdef size_t i
    for i in range(p.stretch_count):
        t = go_to_leaves(v, p.stretches + i, i == 0)
        stretch = stretch_at_leaves(v, t, p.stretches + i)
        unused = k_sub(unused, stretch)
        sum = k_add(sum, k_mul(stretch, known_of_interaction(v, t, t.interactions + p.stretches[i].interaction)))
    return k_add(sum, k_mul(unused, v.leaves.lambda_))


# ---- and the rest, as weights of columns at the rows' point ----------------------------------------------------------

cdef inline void add_weight(Verifier *v, const TablePlan *t, size_t column, k3 weight) noexcept nogil:
    """Add to the weight of a column that is read; their list rises."""
    cdef size_t low = 0, high = t.read_count, middle
    while high - low > 1:
        middle = (low + high) // 2
        if t.reads[middle] <= column:
            low = middle
        else:
            high = middle
    v.weights_of_columns[t.first_read + low] = k_add(v.weights_of_columns[t.first_read + low], weight)


cdef void weigh_entry(Verifier *v, const TablePlan *t, const Affine *affine, k3 factor) noexcept nogil:
    """The columns of an entry, each weighed by eq shifted by its offset."""
    cdef size_t i
    cdef const Term *term
    cdef k3 *place
    cdef bint is_new
    for i in range(affine.count):
        term = affine.terms + i
        if term.kind == 0:
            place = remembered(&v.remembered, 0, term.offset, &is_new)
            if is_new:
                place[0] = shifted(&v.here.spot, &v.here.one, rows_of(v, t), term.offset)
            add_weight(v, t, term.index, k_scale(k_mul(factor, place[0]), term.coefficient))


cdef void weigh_multiplicity(Verifier *v, const TablePlan *t, const Interaction *w, k3 factor) noexcept nogil:
    """The columns of a multiplicity, on the rows of its domain. (PROTOCOL 8.4)"""
    cdef const Affine *affine = &w.multiplicity
    cdef size_t i
    cdef bint is_found = False
    for i in range(affine.count):
        if affine.terms[i].kind == 0:
            if not is_found:
                is_found, factor = True, k_mul(factor, indicator_at(t, &w.domain, &v.factors))
            add_weight(v, t, affine.terms[i].index, k_scale(factor, affine.terms[i].coefficient))


cdef void weigh_leaves(Verifier *v, k3 factor) noexcept nogil:
    """Add to the weights of columns those of the claim on the leaves, which has this power of xi."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t
    cdef const Interaction *w
    cdef k3 power
    cdef size_t i, k
    for i in range(p.stretch_count):
        t = go_to_leaves(v, p.stretches + i, i == 0)
        w = t.interactions + p.stretches[i].interaction
        if v.factors.count == 0:
            find_factors(&v.factors, v.here.spot.r, rows_of(v, t), t.log_rows)
        power = k_scale(k_mul(factor, stretch_at_leaves(v, t, p.stretches + i)), share_of_rows(v, t))
        weigh_multiplicity(v, t, w, power)
        power = k_neg(k_mul(power, v.leaves.lambda_))
        for k in range(w.width):
            power = k_mul(power, v.leaves.eta)
            weigh_entry(v, t, w.entries + k, power)
