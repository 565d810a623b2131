# Domains: the rows on which a constraint must be satisfied, and the polynomial Z that vanishes on just those. One row
# is the domain of a boundary constraint. CONTRIBUTING.md lists the files that a new kind of domain touches.
# (PROTOCOL 3.3)

cdef inline bint in_domain(const Plan *p, const Group *g, size_t row) noexcept nogil:
    if g.kind == DOMAIN_TRANSITION:
        return row < p.length - g.x
    if g.kind == DOMAIN_ROW:
        return row == g.x
    if g.kind == DOMAIN_CYCLIC:
        return row % g.y == g.x
    return True


cdef inline size_t divisor_exponent(const Plan *p, const Group *g) noexcept nogil:
    """e of the X^e - constant that the divisor is or contains. (PROTOCOL 3.3)"""
    if g.kind == DOMAIN_CYCLIC:
        return p.length // g.y
    return 1 if g.kind == DOMAIN_ROW else p.length


cdef inline size_t divisor_span(const Plan *p, size_t exponent) noexcept nogil:
    """The values of X^e on a coset of N' points before they repeat."""
    return p.coset_size // exponent


cdef inline size_t first_row(const Group *g) noexcept nogil:
    """The first row x of a domain, from which its divisor X^e - (g^x)^e has the constant."""
    return g.x if g.kind == DOMAIN_ROW or g.kind == DOMAIN_CYCLIC else 0


cdef inline uint64_t divisor_constant(const Plan *p, const Group *g) noexcept nogil:
    return f_pow(f_root(p.log_length), first_row(g) * divisor_exponent(p, g))


cdef k3 divisor_value(const Plan *p, const Group *g, k3 zeta, k3 *strides) noexcept nogil:
    """Z(zeta). (PROTOCOL 3.3) strides: room for p.strides values."""
    cdef uint64_t root = f_root(p.log_length)
    cdef k3 whole = k_sub(k_pow(zeta, p.length), k_from(1))
    if g.kind == DOMAIN_ROW:
        return k_sub(zeta, k_from(f_pow(root, g.x)))
    if g.kind == DOMAIN_CYCLIC:
        return k_sub(k_pow(zeta, p.length // g.y), k_from(f_pow(root, g.x * (p.length // g.y))))
    if g.kind == DOMAIN_TRANSITION:
        return k_mul(whole, k_inv(exempt_value(p, g.x, zeta, strides)))
    return whole


# ---- the last rows that a transition leaves out ----------------------------------------------------------------------
#
# Their polynomial is E(X), the product of X - g^-t over t = 1 .. x. Nothing here takes a product for each row at each
# point: a prover extends E's coefficients like a column's, a verifier takes a stride of rows at once.

cdef enum:
    INVERTED_AT_ONCE = 512       # whole tiles


cdef void place_strides(Plan *p, size_t most) noexcept nogil:
    """The length of a stride of rows, and how many there are, if some transition leaves out many: `most` rows,
    more than any other."""
    p.log_stride = (p.log_length + 1) // 2
    p.strides = p.length >> p.log_stride if most > (<size_t>MOST_STRIDES << p.log_stride) else 0


cdef void exempt_coefficients(uint64_t root, size_t count, uint64_t *out) noexcept nogil:
    """The coefficients, lowest first, of the product of X - q^t over t = 1 .. count, q = 1/root,
    by Gauss's binomial theorem:

    c_count = 1,  c_(count - j) = -q^j (1 - q^(count - j + 1))/(1 - q^j) c_(count - j + 1)
    """
    cdef uint64_t inverses[INVERTED_AT_ONCE]
    cdef uint64_t q = f_inv(root), low = q, power = q, high = f_pow(q, count), c = 1
    cdef size_t first, i, j
    out[count] = 1
    for first from 1 <= first <= count by INVERTED_AT_ONCE:
        for i in range(INVERTED_AT_ONCE):
            inverses[i] = f_sub(1, power) if first + i <= count else 1
            power = f_mul(power, q)
        l2zk_active.invert(inverses, INVERTED_AT_ONCE)
        for j in range(first, smaller(first + INVERTED_AT_ONCE, count + 1)):
            c = f_mul(f_mul(c, f_neg(low)), f_mul(f_sub(1, high), inverses[j - first]))
            out[count - j] = c
            low, high = f_mul(low, q), f_mul(high, root)


cdef k3 exempt_value(const Plan *p, size_t count, k3 zeta, k3 *strides) noexcept nogil:
    """E(zeta) for the last `count` rows: by whole strides, if they are many, and the rest one by one."""
    cdef uint64_t unroot = f_inv(f_root(p.log_length)), power
    cdef k3 value = k_from(1)
    cdef size_t t, done = 0
    if p.strides and count > (<size_t>MOST_STRIDES << p.log_stride):
        done = count >> p.log_stride << p.log_stride
        value = stride_product(p, done >> p.log_stride, zeta, strides)
    power = f_pow(unroot, done)
    for t in range(done, count):
        power = f_mul(power, unroot)
        value = k_mul(value, k_sub(zeta, k_from(power)))
    return value


cdef k3 stride_product(const Plan *p, size_t count, k3 zeta, k3 *strides) noexcept nogil:
    """E(zeta) for the last `count` strides of k rows.

    With S the polynomial of the last k rows, that of stride i, counted from the end, is g^(-k*k*i) S(g^(k*i)*X); g^k
    has order N/k, so that its values at zeta, for all i, are a transform of N/k values.
    """
    cdef unsigned log_strides = p.log_length - p.log_stride
    cdef size_t j, k = <size_t>1 << p.log_stride, turns
    cdef k3 power = k_from(1), value = k_from(1)
    for j in range(p.strides):
        strides[j] = k_from(0)
    for j in range(k + 1):
        strides[j % p.strides] = k_add(strides[j % p.strides], k_scale(power, p.stride_polynomial[j]))
        power = k_mul(power, zeta)
    transform(strides, log_strides)
    for j in range(count):
        value = k_mul(value, strides[bit_reversed(j, log_strides)])
    turns = k * k % p.length * (count * (count - 1) // 2) % p.length
    return k_scale(value, f_pow(f_inv(f_root(p.log_length)), turns))


cdef void transform(k3 *values, unsigned log_n) noexcept nogil:
    """Polynomial to its values on <omega_n>, of elements of K, in bit-reversed order: for a few values. (Columns:
    ntt.h)"""
    cdef size_t n = <size_t>1 << log_n, half = n // 2, first, i
    cdef uint64_t root = f_root(log_n), power
    cdef k3 a, b
    while half:
        power = 1
        for i in range(half):
            for first from i <= first < n by 2 * half:
                a, b = values[first], values[first + half]
                values[first], values[first + half] = k_add(a, b), k_scale(k_sub(a, b), power)
            power = f_mul(power, root)
        root = f_mul(root, root)
        half //= 2
