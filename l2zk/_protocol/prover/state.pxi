# Prover: the state of a proof in the making, and its memory. Sizes are those of PROTOCOL 1. An array over K is planar:
# its three coordinates stand `stride` words apart.

cdef enum Stage:                 # the stages of progress reports; their names are in door/stages.pxi
    STAGE_TRACE = 1
    STAGE_CHECK
    STAGE_COMMIT
    STAGE_ZEROCHECK
    STAGE_ROWS
    STAGE_OPEN
    STAGE_WORDS
    STAGE_GRIND

cdef enum Outcome:
    PROVED = 0
    CANCELLED
    VIOLATED                     # the trace breaks a constraint
    STEP_FAILED                  # the step function returned another number than 0
    STEP_NOT_CANONICAL           # the step function left a value that is not below p
    NO_MEMORY

cdef enum:
    EXTENDED_STEP = 2 * TILE + 8     # words of a window's values at one point, for a tile
    DIRECT_POINTS = 6                # so few values of Q are found by a sum each, more by transforms
    ROWS_A_TASK = 1 << 10

cdef struct Argument:            # what the zerocheck and the rows work on
    size_t stride                # of the arrays over K below (argument_stride)
    uint64_t *eq                 # over the row bits
    uint64_t *windows            # each M + span elements
    uint64_t *known              # known columns
    uint64_t *selectors          # by group
    uint64_t *columns            # by read column: folded to M elements
    uint64_t *weights            # by read column
    k3 *alphas                   # powers, group by group
    k3_limbs *alpha_limbs
    uint64_t *points             # of F, at which Q's values are found
    k3 *values                   # of Q, or of a part of it
    k3 *Q                        # its coefficients
    uint64_t *direct             # weights of the streams, by point
    f_factor *unroots            # powers of 1/omega, of omega
    f_factor *roots
    f_factor *coset_factors
    uint64_t *factors            # by point and group: a tile of the selector within, a tile of it outside
    k3 *sums                     # by worker
    size_t sum_count             # of one worker
    k3 lagrange[MOST_STREAMS]
    k3_limbs lagrange_limbs[MOST_STREAMS]
    k3_limbs eq_limbs[MOST_STREAMS]      # eq of q's first k coordinates
    k3 x
    k3 tau[32]
    k3 r[32]
    k3 q[32]
    k3 xi
    k3 *openings                 # as they are said
    k3 *column_values
    k3 *before                   # by pair and stream: sums with eq up to the seam
    k3 *behind                   # and behind it
    k3 *lags                     # by pair, before and behind the seam: weights of the streams

cdef struct Opening:             # what the commitment works on
    k3 *gammas                   # by claim on the vector: its power of gamma
    uint64_t *bases              # 0: eq of the low coordinates; then dense weights of columns. Each m elements
    size_t base_count
    size_t *base_first           # where a dense base is not 0
    size_t *base_last
    uint64_t *products           # by base, then by cell: 2^kappa elements
    uint64_t *factors            # likewise
    size_t column_stride
    uint64_t *message            # m + T elements
    uint64_t *weights            # m elements
    uint64_t *powers             # of z, m elements
    size_t stride
    k3 *form                     # by masked element: its coefficient in its claim on masks
    k3 *tail_said                # T
    k3 *final                    # e
    k3_limbs *limbs              # C

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
    const uint64_t **sequences   # the values of each; those of outputs are in the arena
    const uint64_t *sequence_places  # where in the header each output sequence begins
    const uint64_t (*start)[3]       # cells (row, column, value) that the program fixes before it runs
    size_t start_count
    # findings of the check, by worker; in the end all of them in the place of the first
    int64_t *first_violation         # per constraint: row, or -1
    uint64_t *violations
    l2zk_row_load *row_loads         # the sources of the step's loads
    l2zk_row_result *row_results     # the destinations of its results
    Transcript transcript
    Randomness randomness
    Arena arena
    l2zk_ntt_tables tables
    uint64_t *table_words
    uint64_t *uniforms
    uint64_t *placed             # by placement: N values, what it is on each row
    uint64_t *vector             # C*m entries: the columns of the table, then the masks
    uint64_t *tails              # by column, T
    uint64_t *blind              # R: 3 columns of m + T
    Encoding input               # columns and R on D_0
    Tree tree
    Encoding word_encodings[MOST_WORDS]
    Tree word_trees[MOST_WORDS]
    Argument argument
    Opening opening
    Reopened reopened
    # what a query opens
    uint64_t *indices
    uint64_t *known              # room for twice as many
    uint64_t *opened_points      # and their powers behind them (QueryWeights)
    k3 *opened_factors
    uint32_t *opened_classes
    uint8_t *proof
    size_t proof_length
    size_t masks_used            # of elements that have been said
    # for each worker
    uint64_t **scratch
    uint64_t ***slots
    l2zk_group **groups
    const uint64_t ***members    # the results of a group
    uint64_t **random
    uint64_t **shifts
    uint64_t **scaled
    uint32_t **digests
    uint64_t **leaf_sources


cdef size_t WORDS_ALONE = 1 << 18   # of the vector's code: a proof of fewer is slower with two threads than with one


cdef inline bint is_short(const Plan *p) noexcept nogil:
    """Whether one thread makes the proof, however many there are."""
    return p.columns << p.log_n0 < WORDS_ALONE


cdef inline bint stopped(const Prover *v) noexcept nogil:
    return v.outcome != PROVED


cdef inline void stop(Prover *v, Outcome outcome) noexcept nogil:
    if v.outcome == PROVED:
        v.outcome = outcome


cdef void share(Prover *v, l2zk_task task, void *context, size_t tasks) noexcept nogil:
    """Let the crew carry out the tasks, at once and in any order; all are done when it returns."""
    if not stopped(v) and l2zk_crew_share(v.crew, task, context, tasks):
        stop(v, CANCELLED)


cdef inline uint64_t *trace_column(const Prover *v, size_t c) noexcept nogil:
    """Column c of the trace, which lies in the vector."""
    return v.vector + c * v.plan.table.rows


cdef inline const uint64_t *known_values(const Prover *v, size_t i) noexcept nogil:
    """A known column's values, `known_rows` of them."""
    cdef const TablePlan *t = &v.plan.table
    if i < t.periodic_count:
        return t.periodic[i].values
    return column_of(v.placed, t.rows, i - t.periodic_count)


cdef inline k3 mask_of(const Prover *v, size_t e) noexcept nogil:
    """Mask e; 0 without hiding."""
    cdef const uint64_t *at = v.vector + v.plan.masks_at + 3 * e
    cdef k3 r = k_from(0)
    if v.plan.hiding:
        r.c[0], r.c[1], r.c[2] = at[0], at[1], at[2]
    return r
