# The verifier: PROTOCOL 7, check by check. It shares with the prover the kernels, the transcript and what statement/
# has: plan, eq, selectors at x, prelude, forms of masks; no step and no closed form.

cdef void verify(Verifier *v) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef k3 claim
    begin(&v.transcript)
    if absorb_seed(&v.transcript, p, v.header, v.header_length, v.publics):
        refuse(v, OUT_OF_MEMORY)
    v.root = hear_bytes(v, MESSAGE_ROOT, take(v, 32), 32)
    check_lookups(v)                                     # 7.3
    check_zerocheck(v)
    check_rows(v)
    if v.refusal != ACCEPTED:
        return
    claim = first_claim(v)                               # 7.4
    claim = fold_rounds_heard(v, claim, p.log_columns)
    if p.hiding:
        claim = unblind(v, claim)
    claim = check_words(v, claim)                        # 7.5
    check_final_values(v)                                # 7.6
    if v.refusal == ACCEPTED and v.at != v.length:       # 7.2
        refuse(v, TOO_LONG)
    check_claim(v, claim)                                # 7.7
