# The prover: PROTOCOL 6, step by step.
#
# Every challenge, behind what is said before it, and its bad values (PROTOCOL 4.7): L are the codewords in the list, E
# the bad values for a line of words. Of queries and their nonce 4.7 counts the bits.
#
#     root of the vector     psi, eta         L*(rows of interactions + messages)*(W + 1)    prove_lookups
#     a round of a layer     r, not a bit     L*its degree                   say_layer_round, prove_last_round
#     four values            mu, lambda       L*2                            prove_layer
#     the same, or the root  alpha, tau       L*(constraints - 1 + n - k)    prove_zerocheck
#     Q                      x, outside F     L*(2^k + length of Q - 1)      prove_zerocheck
#     a round                r, not a bit     L*its degree                   prove_round
#     openings               xi               L*openings                     prove_rows
#     a round of rows        q, not a bit     L*its degree                   say_row_round
#     values, sigma          gamma            L*claims                       open_claims
#     a round of columns     r                E*pairs + 3*L                  first_fold
#     mu                     c                E + L                          blind
#     tail, root of a word   z                L^2*message/2                  prove_words
#     answer, nonce          queries, gamma   L*(queries + 1)                query, prove_words
#     a round of a word      r                E*pairs + 2*L                  fold_rounds
#     final, nonce           queries                                         query
#
# The first failure sets v.outcome; the steps after it do nothing, and challenges drawn after it are not used.

cdef void prove(Prover *v) noexcept nogil:
    generate_trace(v)
    if stopped(v):
        return
    absorb_statement(v)          # 6.2
    commit_vector(v)             # 6.1, 6.2
    if stopped(v):
        return
    prove_lookups(v)             # 6.3
    if stopped(v):
        return
    prove_zerocheck(v)           # 6.4
    if stopped(v):
        return
    prove_rows(v)                # 6.5
    open_claims(v)               # 6.6, 6.7
    prove_words(v)               # 6.8, 6.9


cdef void write_outputs(Prover *v, const Statement *s) noexcept nogil:
    """The outputs of a statement in their places in the header."""
    cdef const TablePlan *t = v.blocks[s.first_block].table
    cdef size_t i, a, number = 0
    for i in range(t.output_count):
        put_u64(v.header + s.output_places[i], s.outputs[i])
    for i in range(t.sequence_count):
        if t.sequences[i].is_output:
            for a in range(t.sequences[i].length):
                put_u64(v.header + s.sequence_places[number] + 8 * a, s.public.sequences[i][a])
            number += 1


cdef void absorb_statement(Prover *v) noexcept nogil:
    """Write the outputs into the header, and absorb everything that is public."""
    cdef size_t i
    for i in range(v.plan.statement_count):
        write_outputs(v, v.statements + i)
    begin(&v.transcript)
    v.proof_length = v.masks_used = 0
    if absorb_seed(&v.transcript, v.plan, v.header, v.header_length, v.publics):
        stop(v, NO_MEMORY)


cdef void begin_job(void *context) noexcept nogil:
    cdef Prover *v = <Prover *>context
    l2zk_crew_alone(v.crew, is_short(v.plan))
    begin_blocks(v)
    l2zk_crew_stage(v.crew, 0, 0)


cdef void prove_job(void *context) noexcept nogil:
    cdef Prover *v = <Prover *>context
    l2zk_crew_alone(v.crew, is_short(v.plan))
    l2zk_active.ntt_fill_tables(v.table_words, larger(v.plan.m, 64))
    prove(v)
    l2zk_crew_stage(v.crew, 0, 0)


cdef void trace_job(void *context) noexcept nogil:
    cdef Prover *v = <Prover *>context
    generate_trace(v)
    l2zk_crew_stage(v.crew, 0, 0)
