# Lookups: that all fractions add up to nothing, layer by layer from their sum down to the leaves. (PROTOCOL 6.3)

# ---- a layer ---------------------------------------------------------------------------------------------------------

cdef void copy_small(Prover *v, size_t count, Layer *y) noexcept nogil:
    """The arrays of a small layer, where they have room."""
    cdef size_t h, k, stride = level_stride(SMALL_LAYER), apart = LAYER_STEP if y.on_lowest else y.stride
    cdef uint64_t *small = v.lookups.small[0]
    cdef uint64_t *block = block_of_fractions(v.scratch[0], 0)
    for h in range(2):
        if y.on_lowest:
            if fill_lowest(v, h * count, count, block, v.scratch[0]):
                lift(block, count)
        else:
            block = y.arrays[3 if h else 0]
        copy_coordinates(block, apart, count, planar(small, stride, 3 if h else 0), stride)
        copy_coordinates(block + 3 * apart, apart, count, planar(small, stride, 1 if h else 2), stride)
    for k in range(4):
        y.arrays[k] = planar(small, stride, k)
    y.stride, y.on_lowest = stride, False


cdef void begin_layer(Prover *v, size_t layer, Layer *y) noexcept nogil:
    """The layer's arrays, the halves of the level below; and their place when they are folded."""
    cdef Lookups *u = &v.lookups
    cdef size_t count = <size_t>1 << layer, k
    y.prover, y.count, y.lambda_, y.is_first = v, count, u.at.lambda_, True
    y.on_lowest = layer + 1 == lowest_level(v.plan)
    if not y.on_lowest:
        y.stride = level_stride(2 * count)
        y.arrays[0], y.arrays[2] = u.levels[layer + 1], planar(u.levels[layer + 1], y.stride, 1)
        y.arrays[3], y.arrays[1] = y.arrays[0] + count, y.arrays[2] + count
    if count < SMALL_LAYER:
        copy_small(v, count, y)
    elif y.on_lowest:
        y.folded_stride = level_stride(count // 2)
        for k in range(4):
            y.arrays[k] = NULL
            y.folded[k] = planar(u.levels[layer], y.folded_stride, k)
    else:
        memcpy(y.folded, y.arrays, sizeof(y.arrays))
        y.folded_stride = y.stride


cdef void prove_layer(Prover *v, size_t layer, k3 *claim) noexcept nogil:
    """From a claim at a point to one at a point of one coordinate more."""
    cdef LeafPoint *at = &v.lookups.at
    cdef k3 *values = v.lookups.values
    cdef Layer y
    cdef k3 point[MOST_LAYERS]
    cdef k3 ends[2][4]
    cdef k3 said[4]
    cdef k3 targets[MOST_LAYERS]
    cdef size_t j, h, last = larger(layer, 1) - 1, before = 0
    cdef k3 low
    memcpy(targets, at.z, sizeof(targets))
    if layer == 0:
        targets[0] = draw(&v.transcript)     # of the artificial variable
    if layer + 1 == v.plan.layers and is_overhanging(v.plan):
        low = begin_overhang(v, &y, claim, point, &before)
    else:
        begin_layer(v, layer, &y)        # the lower half of the level has been said in the layer before
        low = k_add(values[0], k_mul(at.lambda_, values[2]))
    if layer > 1:
        prove_rounds(&y, at.z + before, layer - 1 - before, low, claim, point + before)
    for h in range(2):
        j = h if layer else 0
        ends[h][0], ends[h][1] = planar_at(y.arrays[0], y.stride, j), planar_at(y.arrays[3], y.stride, j)
        ends[h][2], ends[h][3] = planar_at(y.arrays[2], y.stride, j), planar_at(y.arrays[1], y.stride, j)
        if not y.is_first:
            ends[h][1] = k_sub(ends[h][1], k_mul(y.lambda_, ends[h][3]))
    prove_last_round(v, ends[0], ends[1], y.lambda_, values, point + last)
    memcpy(said, values, sizeof(said))
    say_opened(v, MESSAGE_LAYER_VALUES, said, 4, point[last])
    at.z[0] = draw(&v.transcript)
    at.lambda_ = draw(&v.transcript)
    if v.plan.hiding:
        layer_forms(v.plan, layer, targets, point, at.z[0], at.lambda_, v.opening.form)
    for j in range(layer):
        at.z[j + 1] = point[j]
    claim[0] = k_add(between(values[0], values[1], at.z[0]),
                     k_mul(at.lambda_, between(values[2], values[3], at.z[0])))


cdef void prove_lookups(Prover *v) noexcept nogil:
    """From the interactions to a claim on their leaves, at v.lookups.at."""
    cdef Lookups *u = &v.lookups
    cdef size_t layer, i
    cdef k3 claim = k_from(0)
    if v.plan.layers == 0:
        return
    l2zk_crew_stage(v.crew, STAGE_LOOKUPS, v.plan.layers + 1)
    u.at.psi = draw(&v.transcript)
    u.at.eta = draw(&v.transcript)
    for i in range(v.plan.stretch_count):
        prepare_stretch(v, u.stretches + i)
    build_levels(v)
    if stopped(v):
        return
    l2zk_crew_advance(v.crew, 1)
    if is_zero(planar_at(planar(u.levels[0], level_stride(1), 1), level_stride(1), 0)) or not sum_messages(
            v.plan, v.publics, &u.at, u.message_values, &u.at.lambda_):
        stop(v, ZERO_DENOMINATOR)
        return
    for layer in range(v.plan.layers):
        if stopped(v):
            return
        prove_layer(v, layer, &claim)
        l2zk_crew_advance(v.crew, 1)


# ---- memory ----------------------------------------------------------------------------------------------------------

cdef void lay_out_stretch(Prover *v, size_t i) noexcept nogil:
    cdef const LeafStretch *f = v.plan.stretches + i
    cdef const TablePlan *t = v.plan.tables + f.table
    cdef const Interaction *w = t.interactions + f.interaction
    cdef size_t terms = varying_entries(w)
    cdef Arena *a = &v.arena
    cdef const Term **sources = <const Term **>place(a, sizeof(void *) * terms)
    cdef k3 *slopes = <k3 *>place(a, sizeof(k3) * terms)
    cdef f_factor *factors = <f_factor *>place(a, 3 * sizeof(f_factor) * terms)
    cdef k3 *starts = <k3 *>place(a, sizeof(k3) * t.blocks)
    cdef uint64_t *multiplicities = place_words(a, t.blocks)
    cdef Stretch *s = v.lookups.stretches + i
    if a.base == NULL:
        return
    s.part, s.interaction, s.at, s.term_count = v.parts + f.table, w, f.at, terms
    s.terms, s.slopes, s.factors, s.starts, s.multiplicities = sources, slopes, factors, starts, multiplicities


cdef void lay_out_lookups(Prover *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef Arena *a = &v.arena
    cdef Lookups *u = &v.lookups
    cdef size_t i, level, tops
    if p.layers == 0:
        return
    u.stretches = <Stretch *>place(a, sizeof(Stretch) * p.stretch_count)
    for i in range(p.stretch_count):
        lay_out_stretch(v, i)
    u.message_values = place_words(a, most_message_nodes(p))
    for level in range(lowest_level(p)):
        u.levels[level] = place_words(a, fractions_room(<size_t>1 << level))
    for i in range(2):
        u.small[i] = place_words(a, 12 * level_stride(SMALL_LAYER))
    u.inner = place_words(a, 3 * LAYER_STEP)
    u.weights = place_words(a, LAYER_WEIGHTS)
    u.outer_stride = (<size_t>1 << p.layers) // (4 * LAYER_BLOCK) + TILE
    u.outer = place_words(a, 3 * u.outer_stride)
    if is_overhanging(p):
        tops = <size_t>1 << (p.layers - 1 - overhang_bits(p))
        u.tops = <k3 *>place(a, sizeof(k3) * 4 * tops * v.workers)
        u.tops_eq = <k3 *>place(a, sizeof(k3) * tops)
        u.limbs = place_words(a, 9 * LAYER_STEP)
