# Forms: the coefficient of every mask in the claim on masks, or on a column's value, that it stands in; theta, that of
# every cell in sigma. Both sides find them from the challenges: those of a layer when it ends, the others at the end.
# (PROTOCOL 6.6, 7.3)

cdef void layer_forms(const Plan *p, size_t layer, const k3 *targets, const k3 *point, k3 mu, k3 lambda_,
                      k3 *form) noexcept nogil:
    """Those of a layer: of its rounds, with these targets and challenges, and of its four values, which enter the next
    claim with the factors 1 - mu, mu, lambda*(1 - mu), lambda*mu."""
    cdef size_t at = elements_before_layer(p, layer), rounds = layer_rounds(layer), j
    cdef k3 last = point[rounds - 1], low, high
    for j in range(rounds):
        at += round_forms(point[j], targets[j], layer_round_elements(p, layer, j), form + at)
    last = k_mul(last, k_sub(k_from(1), last))
    high = k_mul(mu, last)
    low = k_sub(last, high)
    form[at], form[at + 1], form[at + 2], form[at + 3] = low, high, k_mul(lambda_, low), k_mul(lambda_, high)


cdef void find_forms_of(const Plan *p, k3 x, const k3 *r, const k3 *tau, const k3 *q, k3 xi, k3 *form) noexcept nogil:
    """All but those of layers, whose last four values enter the claim of the rows."""
    cdef k3 half = k_from(f_inv(2)), power = k_sub(k_pow(x, p.streams), k_from(1)), last
    cdef size_t i, j, at = all_layer_elements(p)
    for i in range(p.q_length):
        form[at] = power
        power = k_mul(power, x)
        at += 1
    for j in range(p.variables):
        at += round_forms(r[j], tau[j], round_elements(p, j), form + at)
    last = r[p.variables - 1]
    at += opening_forms(p, k_mul(last, k_sub(k_from(1), last)), xi, form, form + at)
    for j in range(p.log_rows):
        at += round_forms(q[j], half, row_round_elements(p, j), form + at)
    last = q[p.log_rows - 1]
    for i in range(p.read_count):
        form[at] = k_mul(last, k_sub(k_from(1), last))
        at += 1


cdef size_t opening_forms(const Plan *p, k3 last, k3 xi, k3 *of_layers, k3 *form) noexcept nogil:
    """Of what enters the claim of the rows: the openings, and the last layer's values, which have forms already."""
    cdef size_t i, layers = all_layer_elements(p)
    cdef k3 power = k_from(f_pow(f_inv(2), p.log_rows))
    for i in range(p.pair_count):
        form[i] = k_mul(power, last)
        power = k_mul(power, xi)
    for i in range(layers - 4 if layers else 0, layers):
        of_layers[i] = k_mul(of_layers[i], power)
    return p.pair_count


cdef inline size_t round_forms(k3 r, k3 target, size_t degree, k3 *form) noexcept nogil:
    """Those of a round: r^i - target."""
    cdef k3 power = r
    cdef size_t i
    for i in range(degree):
        form[i] = k_sub(power, target)
        power = k_mul(power, r)
    return degree


cdef inline size_t elements_before_layer(const Plan *p, size_t layer) noexcept nogil:
    """Elements of the messages of so many layers."""
    cdef size_t i, count = 0
    for i in range(layer):
        count += layer_elements(p, i)
    return count


cdef size_t claim_of_mask(const Plan *p, size_t e) noexcept nogil:
    """The number of the claim on the vector in which mask e stands: of a layer, of the zerocheck, of the rows, of a
    column's value. The values of a layer stand in the claim after its own. (PROTOCOL 6.6)"""
    cdef size_t layer, values = p.masked - p.read_count, zerocheck = p.layers, rows = p.layers + 1, end
    if e >= values:
        return rows + 1 + (e - values)
    for layer in range(p.layers):
        end = layer_elements(p, layer)
        if e < end:
            return layer if e + 4 < end else layer + 1 if layer + 1 < p.layers else rows
        e -= end
    return zerocheck if e < zerocheck_elements(p) else rows


cdef inline k3 theta(size_t cell, k3 ones) noexcept nogil:
    """Of a column's cell; ones: among the bits of its number."""
    return phi(cell) if cell < 3 else k_mul(phi(cell - 3), ones)


cdef inline k3 ones_at(const k3 *point, size_t count) noexcept nogil:
    """The ones among so many bits, as a polynomial."""
    cdef k3 sum = k_from(0)
    cdef size_t i
    for i in range(count):
        sum = k_add(sum, point[i])
    return sum
