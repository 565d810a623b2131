# Prover: the state of a proof in the making. Sizes in the comments are those of PROTOCOL 1;
# "beyond" counts coefficients from N' on.

cdef enum Stage:                 # the stages of progress reports; their names are in door/stages.pxi
    STAGE_TRACE = 1
    STAGE_CHECK
    STAGE_COMMIT_TRACE
    STAGE_QUOTIENT
    STAGE_COMMIT_QUOTIENT
    STAGE_VALUES
    STAGE_BATCH
    STAGE_FOLD
    STAGE_GRIND
    STAGE_OPEN

cdef enum Outcome:
    PROVED = 0
    CANCELLED
    VIOLATED                     # the trace breaks a constraint
    STEP_FAILED                  # the step function returned another number than 0
    STEP_NOT_CANONICAL           # the step function left a value that is not below p
    NO_MEMORY

cdef struct Prover:
    const Plan *plan
    Outcome outcome              # PROVED until something stops the proof; every later step then does nothing
    l2zk_crew *crew
    unsigned workers
    bint check                   # check that the trace satisfies the constraints
    bint given_trace             # the caller has filled the trace
    const uint64_t **given       # for each column, its N values if the caller gives them, or NULL
    int step_result              # the number that the step function returned
    bint trace_only              # stop after the trace and its check; nothing else is laid out
    # public
    uint8_t *header
    size_t header_length
    const uint64_t *output_places    # where in the header each output's value stands
    uint64_t *inputs
    uint64_t *outputs
    const uint64_t (*start)[3]       # cells (row, column, value) that the program fixes before it runs
    size_t start_count
    # findings of the check, by worker; in the end all of them in the place of the first
    int64_t *first_violation         # per constraint: row, or -1
    uint64_t *violations
    # challenges (PROTOCOL 6)
    Transcript transcript
    k3 alpha
    k3 zeta
    k3 alpha_deep
    k3 beta[MOST_ROUNDS + 1]
    Randomness randomness
    # arrays, all in one arena
    Arena arena
    l2zk_ntt_tables tables       # for transforms of up to N' values
    uint64_t *table_words
    uint64_t *trace              # w columns of N values in room for N'; once they are committed to it is `coefficients`
    l2zk_row_load *row_loads     # the sources of the step's loads
    l2zk_row_result *row_results  # the destinations of its results
    uint64_t *uniforms
    uint64_t *coefficients       # w columns of N', bit-reversed: T, or if N' > N the first N' coefficients of T + Z_H*r
    uint64_t *trace_tails        # w columns: the mask r, or if N' > N the coefficients of T + Z_H*r beyond N', in front
    size_t trace_tail_room       # words of memory for each
    size_t trace_tail_count      # coefficients in each
    uint64_t *short_masks        # where N' > N (a short trace), w columns of h: the mask r
    uint64_t *reversed_tails     # columns of tail_room: the tails, bit-reversed, that an extension adds (extension.pxi)
    size_t tail_room
    uint64_t *on_domain          # w columns of |L|: the low-degree extension of the trace
    k3_limbs *alpha_powers       # group by group
    uint64_t *steps              # TILE powers of omega_N': filled by prepare_quotient, and read by the batch too
    uint64_t *overflow_steps         # the same of the root of order `overflow`
    uint64_t *exempt_roots       # for each base, the points of the few rows before its rows
    uint64_t *exempt_coefficients  # of the polynomial of each base's rows, N places for each
    uint64_t **exempt            # for each coset, these polynomials; NULL where there are no rows
    uint64_t **periodic          # for each coset that the quotient is evaluated on, the periodic columns
    uint64_t **divisors          # and 1/(X^e - 1) for each exponent, as many as do not repeat, or a tile
    # unless the quotient is evaluated on all of L, 3 columns of quotient_cosets*N' and the overflow; then A folded, and
    # Q in natural order (add_overflow, cut_quotient)
    uint64_t *quotient_values
    # 3 columns of quotient_room: coefficients of Q, block by block of N', each bit-reversed; behind them the overflow,
    # natural; then k pieces of M + h_q coefficients, natural
    uint64_t *quotient
    size_t quotient_room
    uint64_t *piece_coefficients  # of several pieces 3k columns of N', bit-reversed, where quotient_values were
    uint64_t *piece_tails        # 3k columns: the coefficients of pieces beyond N'
    uint64_t *pieces             # 3k columns of |L|: the low-degree extension of the pieces, coordinate by coordinate
    uint64_t *batch_mask_coefficients  # R(7^s*X): 3 columns of N'/s, bit-reversed, then the rest, natural
    uint64_t *batch_mask         # 3 columns of |L|/s, in the order of word 1
    k3 *values                   # out of domain, in the order of 6.6
    uint64_t *point_powers       # for each offset, the table of powers for the coefficients of a chunk (values.pxi)
    k3 *chunk_factors            # for each offset, the factor of each chunk's sum
    k3 *sums                     # for each worker, a sum for each opening
    k3 *point_slots              # slots of the constraint code at a point
    k3 *point_results
    k3 *strides                  # working memory of exempt_value (domains.pxi)
    l2zk_deep_point *points
    const uint64_t **point_sources
    size_t *overflow_sources     # for each source, the number of its column (batch.pxi)
    k3_limbs *point_coefficients
    uint64_t *batch_values       # 3 columns: G, word 0 of FRI, on the first coset, then on the overflow's points
    # 3 columns: coefficients of G(7X) mod X^N' - 1, then of each word, bit-reversed; folded[0] is where 1/(x - zeta)
    # stands until interpolate_batch
    uint64_t *folded[MOST_ROUNDS + 2]
    uint64_t *folded_tail[MOST_ROUNDS + 2]    # 3 columns: the further coefficients of each word from 1 on, natural
    size_t tail_count[MOST_ROUNDS + 2]
    uint64_t *words[MOST_ROUNDS + 1]          # codewords: word u, 3 columns; words[1] is the first that exists
    size_t word_size[MOST_ROUNDS + 2]
    Tree trace_tree
    Tree quotient_tree
    Tree word_trees[MOST_ROUNDS + 1]
    k3 *final                    # coefficients of the final polynomial
    uint64_t *indices            # J, the leaves of the queries; then room for the sets that follow from it
    Reopened reopened            # the levels that the tree being opened does not keep
    uint8_t *proof               # the body, written by body.pxi
    size_t proof_length
    Scratch *scratch


cdef inline bint stopped(const Prover *v) noexcept nogil:
    return v.outcome != PROVED


cdef inline void stop(Prover *v, Outcome outcome) noexcept nogil:
    if v.outcome == PROVED:
        v.outcome = outcome


cdef void share(Prover *v, l2zk_task task, void *context, size_t tasks) noexcept nogil:
    """Let the crew carry out the tasks, at once and in any order; all are done when it returns."""
    if not stopped(v) and l2zk_crew_share(v.crew, task, context, tasks):
        stop(v, CANCELLED)


cdef inline uint64_t *quotient_column(const Prover *v, size_t c) noexcept nogil:
    return column_of(v.quotient, v.quotient_room, c)


cdef inline uint64_t *quotient_value_column(const Prover *v, size_t c) noexcept nogil:
    return column_of(v.quotient_values, v.plan.quotient_cosets * v.plan.coset_size + v.plan.overflow, c)


cdef inline uint64_t *batch_column(const Prover *v, size_t c) noexcept nogil:
    return column_of(v.batch_values, v.plan.coset_size + v.plan.batch_overflow, c)
