# The rows on which a constraint holds, and the polynomial Z that vanishes on just them. (PROTOCOL 3.3)
#
# A new kind of domain is: the enum Domain and Compiled._check_domain (plan.pxi; _take_domains if it exempts rows), this file,
# load_divisors (quotient.pxi) if Z is more than X^e - constant with an e that divides N, check_tile's short cut (trace.pxi); Domain in
# air.py, `On` in machine.py, `Settled` in draft.py, `settled` and the look-ahead in call_checks.py, `_domain` and `_length` in
# finish.py; PROTOCOL 3.3, tests/reference/air.py, code_interpreter.py and tree_walk.py, and a new version number.

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
    """x of the constant (g^x)^e."""
    return g.x if g.kind == DOMAIN_ROW or g.kind == DOMAIN_CYCLIC else 0


cdef inline uint64_t divisor_constant(const Plan *p, const Group *g) noexcept nogil:
    return f_pow(f_root(p.log_length), first_row(g) * divisor_exponent(p, g))


cdef k3 divisor_value(const Plan *p, const Group *g, k3 zeta) noexcept nogil:
    """Z(zeta). (PROTOCOL 3.3)"""
    cdef uint64_t root = f_root(p.log_length)
    cdef k3 whole = k_sub(k_pow(zeta, p.length), k_from(1)), exempt = k_from(1)
    cdef size_t t
    if g.kind == DOMAIN_ROW:
        return k_sub(zeta, k_from(f_pow(root, g.x)))
    if g.kind == DOMAIN_CYCLIC:
        return k_sub(k_pow(zeta, p.length // g.y), k_from(f_pow(root, g.x * (p.length // g.y))))
    if g.kind == DOMAIN_TRANSITION:
        for t in range(1, g.x + 1):
            exempt = k_mul(exempt, k_sub(zeta, k_from(f_pow(root, p.length - t))))
        return k_mul(whole, k_inv(exempt))
    return whole
