# What is left of the constraints' code where those on some domains are evaluated alone, and the degrees of all of it.

cdef int take_live(TablePlan *t, list keep, body) except -1:
    """A code for the domains that are evaluated one by one and on each coset, with those that are sparse and without;
    at last for the rounds, which evaluate all of them."""
    numbers, live_of = {}, []
    cdef size_t coset, g
    cdef bint sparse
    cdef LiveCode *live
    for coset in range(t.most_cosets + 2):
        for sparse in (False, True):
            domains = [g for g in range(t.domain_count) if (sparse or not is_sparse(t.selectors + g))
                       and (coset > t.most_cosets or is_evaluated(t.selectors + g, coset))]
            live_of.append(numbers.setdefault(tuple(domains), len(numbers)))
    live = <LiveCode *>kept(keep, [0] * (sizeof(LiveCode) * len(numbers)), np.uint8)
    for number, domains in enumerate(numbers):
        live_code(t, keep, body, domains, live + <size_t>number)
    t.live, t.live_of = live, <const uint32_t *>kept(keep, live_of, np.uint32)
    t.degree, t.last_degree = highest_degree(t, 1), highest_degree(t, 2)
    return 0


cdef int live_code(const TablePlan *t, list keep, body, tuple domains, LiveCode *out) except -1:
    """The instructions and loads that lead to the results of the constraints on some domains."""
    cdef const l2zk_code *code = &t.constraints
    cdef size_t k, i
    wanted, slots, kept_ones = bytearray(t.domain_count), bytearray(code.vector_count), bytearray(code.body_count)
    windows, known = bytearray(t.window_count), bytearray(known_count(t))
    for g in domains:
        wanted[g] = 1
    for k in reversed(range(code.body_count)):
        kept_ones[k] = is_live(t, code.body[k], wanted, slots)
    for i in range(code.load_count):
        if slots[i] and code.loads[i][0] == 0:
            windows[t.pairs[t.pair_of[i]].window] = 1
        elif slots[i]:
            known[t.known_of[i]] = 1
    chosen = np.array(body)[np.frombuffer(kept_ones, dtype=np.uint8).astype(bool)]
    out.code = code[0]
    out.code.body, out.code.body_count = <const uint32_t (*)[4]>kept(keep, chosen, np.uint32), len(chosen)
    out.loads = <const uint8_t *>kept(keep, list(slots[:code.load_count]), np.uint8)
    out.windows = <const uint8_t *>kept(keep, list(windows), np.uint8)
    out.known = <const uint8_t *>kept(keep, list(known), np.uint8)
    return 0


cdef bint is_live(const TablePlan *t, const uint32_t *ins, bytearray wanted, bytearray slots) except -1:
    """Whether an instruction leads to a result that is wanted; `slots` are those that the instructions behind read."""
    cdef uint32_t k
    if ins[0] == OP_RESULT_V or ins[0] == OP_RESULT_U:
        if wanted[t.domain_of[ins[1]]] and ins[0] == OP_RESULT_V:
            slots[ins[2]] = 1
        return wanted[t.domain_of[ins[1]]]
    if not slots[ins[1]]:
        return False
    slots[ins[1]] = 0
    if ins[0] == OP_SUM_V:
        for k in range(added_terms(ins[3]) + subtracted_terms(ins[3])):
            slots[t.constraints.terms[ins[2] + k][0]] = 1
        return True
    if ins[0] != OP_SUB_UV:
        slots[ins[2]] = 1
    if ins[0] in (OP_ADD_VV, OP_SUB_VV, OP_MUL_VV, OP_SUB_UV, OP_XOR_VV):
        slots[ins[3]] = 1
    return True


cdef size_t highest_degree(const TablePlan *t, size_t of_columns) except 0:
    """The highest degree of a constraint in a row variable, in which a column has this one. (PROTOCOL 4.2)"""
    cdef const l2zk_code *code = &t.constraints
    cdef const uint32_t *ins
    cdef size_t i, degree, most = 1
    cdef uint32_t k
    degrees = [of_columns if code.loads[i][0] == 0 else 1 for i in range(code.load_count)]
    degrees += [0] * (code.vector_count - code.load_count)
    for i in range(code.body_count):
        ins = code.body[i]
        if ins[0] == OP_SUM_V:
            degrees[ins[1]] = max([degrees[code.terms[ins[2] + k][0]]
                                   for k in range(added_terms(ins[3]) + subtracted_terms(ins[3]))])
            continue
        degree = 0 if ins[0] == OP_RESULT_U else degrees[ins[3] if ins[0] == OP_SUB_UV else ins[2]]
        if ins[0] == OP_MUL_VV or ins[0] == OP_XOR_VV:
            degree += degrees[ins[3]]
        elif ins[0] == OP_ADD_VV or ins[0] == OP_SUB_VV:
            degree = larger(degree, degrees[ins[3]])
        if ins[0] == OP_RESULT_V or ins[0] == OP_RESULT_U:
            most = larger(most, degree + (1 if t.selectors[t.domain_of[ins[1]]].partial else 0))
        else:
            degrees[ins[1]] = degree
    return most
