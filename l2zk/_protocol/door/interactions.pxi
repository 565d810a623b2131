# Interactions and public messages of a program, checked: what the door is told of its buses. (PROTOCOL 3.4)

cdef size_t leaf_limit(const TablePlan *t, uint64_t kind) noexcept:
    """So many indices a load or a term of this kind may have."""
    if kind == 0:
        return t.columns
    if kind == KNOWN_PERIODIC:
        return t.periodic_count
    if kind == KNOWN_PLACEMENT:
        return t.placement_count
    if kind == KNOWN_SCALAR:
        return t.input_count + t.output_count
    if kind == KNOWN_CONJUNCTION:
        return log2_exact(t.block) // 2 + 1
    return 1


cdef int check_domain(const TablePlan *t, kind, x, y) except -1:
    """A domain of a block."""
    cdef size_t length = t.block
    good = (kind == DOMAIN_EVERY
            or kind in (DOMAIN_TRANSITIONS, DOMAIN_LAST) and 1 <= x < length
            or kind == DOMAIN_ROW and 0 <= x < length
            or kind == DOMAIN_CYCLIC and 2 <= y <= length and y & (y - 1) == 0 and 0 <= x < y)
    if not good:
        raise ValueError(f"({kind}, {x}, {y}) is no domain of {length} rows")
    return 0


cdef int take_affine(const TablePlan *t, list keep, Affine *out, affine) except -1:
    """Terms, each a coefficient times a leaf of the table; known leaves stand at the row itself."""
    terms = [tuple(int(number) for number in term) for term in affine]
    for kind, index, offset, coefficient in terms:
        good = 0 <= kind <= TERM_ONE and 0 <= index < leaf_limit(t, kind) and 0 <= coefficient < P
        good = good and (0 <= offset < t.rows if kind == 0 else offset == 0)
        _require(good, "a term of a tuple or of a multiplicity is not valid")
    out.terms = <const Term *>kept(keep, [number for term in terms for number in term], np.uint64)
    out.count = len(terms)
    return 0


cdef int take_interactions(TablePlan *t, list keep, interactions) except -1:
    cdef Interaction *out = <Interaction *>kept(keep, [0] * (sizeof(Interaction) * len(interactions)), np.uint8)
    cdef Affine *entries
    cdef size_t i, k
    for i, (bus, (kind, x, y), tuple_, multiplicity) in enumerate(interactions):
        check_domain(t, kind, x, y)
        out[i].bus, out[i].width = _whole("a bus", bus), len(tuple_)
        out[i].domain.kind, out[i].domain.x, out[i].domain.y = kind, x, y
        classify(t, &out[i].domain)
        entries = <Affine *>kept(keep, [0] * (sizeof(Affine) * len(tuple_)), np.uint8)
        for k, affine in enumerate(tuple_):
            take_affine(t, keep, entries + k, affine)
        out[i].entries = entries
        take_affine(t, keep, &out[i].multiplicity, multiplicity)
        check_multiplicity(out + i)
    t.interactions, t.interaction_count = out, len(interactions)
    return 0


cdef int check_multiplicity(const Interaction *one) except -1:
    """It reads columns on its own row, and what is known, but the constant, on the domain every alone."""
    cdef size_t i
    for i in range(one.multiplicity.count):
        kind = one.multiplicity.terms[i].kind
        _require(one.multiplicity.terms[i].offset == 0, "a multiplicity reads its own row")
        _require(kind in (0, TERM_ONE) or one.domain.kind == DOMAIN_EVERY,
                 "a multiplicity that is known stands on every row")
    return 0


cdef set columns_of_interactions(const TablePlan *t):
    cdef size_t i, k, n
    cdef const Affine *affine
    found = set()
    for i in range(t.interaction_count):
        for k in range(t.interactions[i].width + 1):
            affine = t.interactions[i].entries + k if k < t.interactions[i].width else &t.interactions[i].multiplicity
            for n in range(affine.count):
                if affine.terms[n].kind == 0:
                    found.add(int(affine.terms[n].index))
    return found


cdef int take_messages(GroupPlan *g, list keep, messages, const TablePlan *main) except -1:
    """Public messages: (sign, bus, nodes of each entry of the tuple), the last node being the entry."""
    cdef PublicMessage *out = <PublicMessage *>kept(keep, [0] * (sizeof(PublicMessage) * len(messages)), np.uint8)
    cdef size_t i
    for i, (sign, bus, entries) in enumerate(messages):
        _require(sign in (1, -1) and 0 <= bus < g.buses, f"message {i} has no bus or no sign")
        nodes = [tuple(int(number) for number in node) for entry in entries for node in entry]
        for entry in entries:
            check_message_nodes(entry, main)
        out[i].is_sent, out[i].bus, out[i].width = sign == 1, bus, len(entries)
        ends = list(np.cumsum([len(entry) for entry in entries]))
        out[i].ends = <const size_t *>kept(keep, ends, np.uintp)
        out[i].nodes = <const uint64_t (*)[3]>kept(keep, [number for node in nodes for number in node], np.uint64)
    g.messages, g.message_count = out, len(messages)
    return 0


cdef int check_messages(const GroupPlan *g, const TablePlan *tables) except -1:
    """Each on a bus on which a table of its program stands: without a leaf nobody would look at it (PROTOCOL 3.4)."""
    cdef size_t i, t, k
    used = {int(tables[t].interactions[k].bus) for t in range(g.table_count)
            for k in range(tables[t].interaction_count)}
    for i in range(g.message_count):
        _require(int(g.messages[i].bus) in used, f"message {i} is on a bus on which no table stands")
    return 0


cdef int check_message_nodes(entry, const TablePlan *main) except -1:
    """Of constants and public values alone (PROTOCOL 3.2), operands before what is made of them."""
    _require(len(entry) > 0, "an entry of a message has no value")
    for i, (kind, x, y) in enumerate(entry):
        good = (kind == 0 and 0 <= x < P or kind == 3 and 0 <= x < main.input_count
                or kind == 4 and 0 <= x < main.output_count
                or kind in (5, 6, 7) and 0 <= x < i and 0 <= y < i or kind == 8 and 0 <= x < i)
        _require(good, "a node of a message is not valid")
    return 0
