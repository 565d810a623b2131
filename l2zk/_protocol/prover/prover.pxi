# The prover: PROTOCOL 6, step by step. Beside each challenge stands its soundness error, PROTOCOL 9.2.
#
# The first failure sets v.outcome; the steps after it do nothing, and challenges drawn after it are not used.

cdef size_t CELLS_ALONE = 1 << 19   # on L: a proof of fewer is slower with two threads than with one


cdef void prove(Prover *v) noexcept nogil:
    cdef Transcript *t = &v.transcript
    cdef size_t u, queried

    generate_trace(v)
    check_trace(v)
    absorb_statement(v)                              # 6.1

    commit_trace(v)                                  # 6.2
    v.alpha = draw_extension(t)                      # 6.3: L+ * C/|K|
    compute_quotient(v)
    commit_quotient(v)                               # 6.4

    v.zeta = draw_outside_field(t)                   # 6.5: L+ * E/(|K| - p)
    open_values(v)                                   # 6.6

    v.alpha_deep = draw_extension(t)                 # 6.7, with beta_0 one message: T*e(|L|) + (s-1)*e(|L|/s)
    if v.plan.rows_per_leaf > 1:
        v.beta[0] = draw_extension(t)
    compute_batch(v)
    fold_word(v, 0, v.plan.log_rows_per_leaf, v.beta[0])     # word 1: the batch folded by s, then R is added
    add_batch_overflow(v)
    add_batch_mask(v)

    for u in range(1, v.plan.rounds + 1):            # 6.8
        commit_word(v, u)
        v.beta[u] = draw_extension(t)                # (a-1)*e(size after the fold)
        fold_word(v, u, v.plan.log_arity[u - 1], v.beta[u])
    send_final_polynomial(v)                         # 6.9

    grind(v)                                         # 6.10
    queried = draw_queries(t, v.plan, v.indices)     # 6.11: (1 - theta)^n_q * 2^-grinding
    open_queries(v, queried)


cdef void absorb_statement(Prover *v) noexcept nogil:
    """Write the outputs into the header, and absorb everything that is public."""
    cdef size_t i
    for i in range(0 if stopped(v) else v.plan.output_count):
        put_u64(v.header + v.output_places[i], v.outputs[i])
    begin(&v.transcript)
    v.proof_length = 0
    if absorb_seed(&v.transcript, v.plan, v.header, v.header_length):
        stop(v, NO_MEMORY)


cdef void prove_job(void *context) noexcept nogil:
    cdef Prover *v = <Prover *>context
    cdef const Plan *p = v.plan
    l2zk_crew_alone(v.crew, p.size * (p.columns + 3 * p.pieces) < CELLS_ALONE)
    l2zk_active.ntt_fill_tables(v.table_words, v.plan.coset_size)
    prove(v)
    l2zk_crew_stage(v.crew, 0, 0)


cdef void trace_job(void *context) noexcept nogil:
    cdef Prover *v = <Prover *>context
    generate_trace(v)
    check_trace(v)
    l2zk_crew_stage(v.crew, 0, 0)
