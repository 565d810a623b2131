# Interactions as fractions: what prover and verifier share of the lookups, the point and the public messages.
# (PROTOCOL 3.4, 6.3)

cdef enum:
    MOST_LAYERS = 40

cdef struct LeafPoint:           # where the layers of fractions end
    k3 psi, eta
    k3 lambda_                   # the claim is on p + lambda*q of the leaves
    k3 z[MOST_LAYERS]            # at this point, of Lambda coordinates

# ---- public messages -------------------------------------------------------------------------------------------------

cdef uint64_t value_of_nodes(const uint64_t (*nodes)[3], size_t count, const TablePlan *t, const Public *public,
                             uint64_t *values) noexcept nogil:
    """The last one of an entry's nodes; `values` has room for all of them."""
    cdef size_t i
    cdef uint64_t x, y
    for i in range(count):
        x, y = nodes[i][1], nodes[i][2]
        if nodes[i][0] == 0:
            values[i] = x
        elif nodes[i][0] == 3:
            values[i] = public.inputs[x]
        elif nodes[i][0] == 4:
            values[i] = public.outputs[x]
        elif nodes[i][0] == 5:
            values[i] = f_add(values[x], values[y])
        elif nodes[i][0] == 6:
            values[i] = f_sub(values[x], values[y])
        elif nodes[i][0] == 7:
            values[i] = f_mul(values[x], values[y])
        else:
            values[i] = f_neg(values[x])
    return values[count - 1]


cdef size_t most_message_nodes(const Plan *p) noexcept nogil:
    """Room for the values of a message's nodes."""
    cdef size_t g, i, most = 0
    cdef const PublicMessage *m
    for g in range(p.group_count):
        for i in range(p.groups[g].message_count):
            m = p.groups[g].messages + i
            most = larger(most, m.ends[m.width - 1])
    return most


cdef k3 message_denominator(const Plan *p, const GroupPlan *g, const PublicMessage *m, size_t j, const Public *public,
                            const LeafPoint *at, uint64_t *values) noexcept nogil:
    """psi - number of the bus in block j - sum of eta^i*v_i."""
    cdef k3 sum = k_sub(at.psi, k_from(f_add(g.bus_base, m.bus + j * g.buses))), power = at.eta
    cdef size_t i, first = 0
    for i in range(m.width):
        sum = k_sub(sum, k_scale(power, value_of_nodes(m.nodes + first, m.ends[i] - first,
                                                       p.tables + g.first_table, public, values)))
        power, first = k_mul(power, at.eta), m.ends[i]
    return sum


cdef bint sum_messages(const Plan *p, const Public *publics, const LeafPoint *at, uint64_t *values,
                       k3 *sum) noexcept nogil:
    """The public messages' fractions added up, those of copies included; False where a denominator is 0.
    values: most_message_nodes."""
    cdef size_t g, j, i
    cdef const GroupPlan *group
    cdef k3 top = k_from(0), bottom = k_from(1), q        # of the sum so far, and the next denominator
    for g in range(p.group_count):
        group = p.groups + g
        for j in range(group.blocks if group.message_count else 0):
            for i in range(group.message_count):
                q = message_denominator(p, group, group.messages + i, j,
                                        public_of(p, publics, p.tables + group.first_table, j), at, values)
                top = k_mul(top, q)
                top = k_add(top, bottom) if group.messages[i].is_sent else k_sub(top, bottom)
                bottom = k_mul(bottom, q)
    sum[0] = k_mul(top, k_inv(bottom))
    return not is_zero(bottom)
