# Prover: the state of a proof in the making, and its memory. Sizes are those of PROTOCOL 1. An array over K is planar:
# its three coordinates stand `stride` words apart.

cdef enum Stage:                 # the stages of progress reports; their names are in door/stages.pxi
    STAGE_TRACE = 1
    STAGE_CHECK
    STAGE_COMMIT
    STAGE_LOOKUPS
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
    ZERO_DENOMINATOR             # of a fraction: other randomness would help, a chance of leaves/|K|

cdef enum:
    EXTENDED_STEP = 2 * TILE + 8     # words of a window's values at one point, for a tile
    DIRECT_POINTS = 6                # so few values of Q are found by a sum each, more by transforms
    ROWS_A_TASK = 1 << 10

cdef struct Part:                # what the prover has of a table
    const TablePlan *table
    uint64_t *cells              # its columns, in the vector
    uint64_t *words              # the same entries as bits
    uint8_t *narrow              # by column: it has bits alone
    uint64_t *derived            # by derived column its N values, a tile apart; but of scalars
    uint64_t *scalars            # by scalar its J values
    uint64_t *uniforms           # of the constraints' code

cdef struct Block:               # one statement's rows of a table, as they are filled and checked
    const TablePlan *table       # of one block
    const Public *public
    uint64_t *cells              # column c begins at cells + c*apart
    size_t apart
    uint64_t *derived            # derived column i begins at derived + i*(apart + TILE)
    uint64_t *uniforms           # of the constraints' code, public values and all
    uint64_t *outputs            # read off it, where it is of a program's first table
    bint is_given                # nothing is run
    const uint64_t **given       # for each column, its values if the caller gives them, or NULL
    const uint64_t (*start)[3]   # cells (row, column, value) that the program fixes before it runs
    size_t start_count
    l2zk_row_load *row_loads     # the sources of the step's loads
    l2zk_row_result *row_results     # the destinations of its results
    int step_result              # the number that the step function returned
    # findings of the check, by worker; in the end all of them in the place of the first
    int64_t *first_violation     # per constraint: row, or -1
    uint64_t *violations

cdef struct Statement:           # a statement that is proved
    Public public
    uint64_t *outputs
    const uint64_t *output_places    # where in the header each output's value stands
    const uint64_t *sequence_places  # where in the header each output sequence begins
    size_t first_block           # its tables' blocks, in order

cdef struct Stretch:             # an interaction's leaves
    const Part *part
    const Interaction *interaction
    size_t at
    size_t term_count            # terms of the tuple that vary within a block
    const Term **terms
    k3 *slopes                   # what each term is multiplied by in a denominator
    f_factor *factors            # the same, prepared
    k3 *starts                   # by block: what is the same in all its denominators
    uint64_t *multiplicities     # by block: what is the same in its numerators

cdef struct Lookups:             # what the layers of fractions work on
    Stretch *stretches           # by fraction
    uint64_t *message_values     # of the nodes of a public message
    uint64_t *levels[MOST_LAYERS]    # of 2^level fractions
    uint64_t *small[2]           # the arrays of a small layer, and where they are folded to
    uint64_t *inner              # factors of eq: of the last coordinates
    uint64_t *weights            # as the sums over pairs take it
    uint64_t *outer              # and of the coordinates before
    size_t outer_stride
    k3 values[4]                 # p0, p1, q0, q1 where the last layer ended
    k3 *tops                     # sums of the last layer by the top bits of places, where few leaves have a second one
    k3 *tops_eq
    uint64_t *limbs              # of the inner factor of eq
    k3 inner_sum
    LeafPoint at                 # the point so far

cdef struct Suffixes:            # eq of the last h coordinates of a point, for every h
    uint64_t *levels[33]         # each with the stride eq_stride(h)

cdef struct Streams:             # what takes the streams of tables with so many skipped bits to points outside G
    unsigned skipped
    size_t cosets                # of G, at most
    uint64_t *points             # DIRECT_POINTS of F that are taken one by one, then the cosets
    uint64_t *direct             # weights of the streams, by point
    f_factor *unroots            # powers of 1/omega, of omega
    f_factor *roots
    f_factor *coset_factors
    k3 x                         # x_t
    k3 lagrange[MOST_STREAMS]    # L_z(x_t)
    k3_limbs limbs[MOST_STREAMS]
    k3_words words[MOST_STREAMS]     # the same as L_z(x_t)
    uint64_t *of_bits            # by coset, half of the streams and their bits' value: what they come to, at its points
    size_t cosets_of_bits        # that have this

cdef struct BoundKnown:          # a known column with the skipped bits bound: row y has element y >> run, modulo count
    uint64_t *values
    size_t stride
    size_t count
    unsigned run

cdef struct BoundSelector:       # a selector with the skipped bits bound
    k3 base                      # on every row
    k3 more                      # and so much more on one row of each period
    size_t row
    size_t period                # 0: there is no such row
    BoundKnown values            # of a selector that is not of this kind; else of no elements

cdef struct ColumnClaim:         # factor*(the domain's indicator at b)*eq(z, b - offset) weighs row b of a column
    size_t column, offset
    const Selector *domain       # NULL: every row
    k3 factor

cdef struct TableArgument:       # what the zerocheck and the rows work on of a table
    const TablePlan *table
    const Part *part
    const Streams *streams
    size_t stride                # of the arrays over K of the table's rows
    # the zerocheck
    uint64_t *windows            # each M + span elements
    BoundKnown *known            # by known column
    BoundSelector *selectors     # by domain
    k3 *alphas                   # powers, domain by domain
    k3_limbs *alpha_limbs
    uint64_t *factors            # by point and domain: the selector within, and outside
    k3 *Q                        # its part of Q
    size_t first_sum             # its sums in the first round, among a worker's
    size_t opening_masks         # the number of the first opening's mask
    k3 claim
    # the rows
    uint64_t *columns            # by read column: folded to M elements; where the windows were
    uint64_t *weights            # by read column, or by kind of claims
    ColumnClaim *claims          # on its columns: the openings, then what the lookups say; factors are all in all
    size_t claim_count
    size_t *kind_of              # by claim
    size_t *kinds                # by kind: a claim
    size_t kind_count
    bint is_joined               # the kinds take part in the rounds, or the columns
    uint64_t *joined             # by kind: the sum of its claims' columns
    size_t first_claim           # among those of all tables
    k3 *before                   # by claim and stream: sums with eq up to the seam
    k3 *behind                   # and behind it, or of the rows of a domain
    k3 *lags                     # by claim, before and behind the seam: weights of the streams
    k3_limbs *eq_limbs           # eq of its point's first k coordinates
    k3_words *eq_words
    k3 sum                       # all its claims

cdef struct Argument:            # what the zerocheck and the rows work on
    TableArgument *tables
    TableArgument **by_height    # by falling N
    TableArgument **stated       # those with constraints, by falling N
    size_t stated_count
    # numbers of tasks of the tables before each, and of all
    size_t *first_stretch        # of the first round, by the place in `stated`
    size_t *first_bound          # of binding the skipped bits, likewise
    size_t *first_array          # arrays that a round folds, likewise
    size_t *first_chunk          # chunks of rows, by the place in `by_height`
    size_t *first_column         # columns that are read, likewise
    size_t *first_product        # products that take part in the rounds of rows, likewise
    Streams streams[MOST_SKIPPED + 1]    # by the number of skipped bits
    uint64_t *of_bits            # of those of the most
    Suffixes eq                  # of tau, then of r
    Suffixes leaf_eq             # of the leaves' point
    k3 *values                   # of Q, or of a part of it
    k3 *Q                        # its coefficients
    k3 *sums                     # by worker
    size_t sum_count             # of one worker
    k3 x
    k3 tau[32]
    k3 r[32]
    k3 q[32]
    k3 xi
    k3 *openings                 # as they are said
    k3 *column_values

cdef struct Base:                # a weight that many columns of the commitment have, each times a factor of its own
    unsigned level               # eq of so many last coordinates of q
    size_t at                    # where it begins in a column

cdef struct Opening:             # what the commitment works on
    k3 *gammas                   # by claim on the vector: its power of gamma
    Suffixes eq                  # of q
    Base *bases
    size_t base_count
    size_t first_base[33]        # by level
    size_t first_stretch[33]     # by level, of its first base
    size_t *first_piece          # by base, of the tasks that find its products
    size_t dense_count           # columns with bases of their own, behind the others
    uint64_t *dense              # each m elements
    size_t *dense_first          # where one is not 0
    size_t *dense_last
    uint64_t *products           # by base, dense base, then by cell: 2^kappa elements
    uint64_t *factors            # likewise
    uint64_t *above              # eq of the coordinates above
    size_t column_stride
    uint64_t *message            # m + T elements
    uint64_t *weights            # m elements
    uint64_t *powers             # of z, m elements
    size_t stride
    k3 *form                     # by masked element: its coefficient in its claim on masks
    k3 *tail_said                # T
    k3 *final                    # e
    k3_limbs *limbs              # of columns that are not kept as bits
    k3_words *words              # of the others

cdef struct Prover:
    const Plan *plan
    Outcome outcome              # PROVED until something stops the proof; every later step then does nothing
    l2zk_crew *crew
    unsigned workers
    bint check                   # check that the trace satisfies the constraints
    bint trace_only              # stop after the trace and its check; nothing else is laid out but in `vector`
    bint begun                   # the start of every block is there
    size_t failed                # the block that stopped the proof
    # public
    uint8_t *header
    size_t header_length
    Statement *statements
    Public *publics              # by statement
    Block *blocks                # by statement, of each table of its program
    size_t block_count
    bint spread                  # the blocks of a statement are filled and checked by one thread
    Part *parts                  # by table
    Transcript transcript
    Randomness randomness
    Arena arena
    l2zk_ntt_tables tables
    uint64_t *table_words
    uint64_t *vector             # C*m entries: the columns of the table, then the masks
    uint64_t *words              # its entries as bits, where they are
    uint8_t *narrow              # by column, those of R too: it is kept as bits
    size_t *first_cells          # by table: the columns of those before
    bint has_narrow
    uint64_t *tails              # by column, T
    uint64_t *blind              # R: 3 columns of m + T
    Encoding input               # columns and R on D_0
    Tree tree
    Encoding word_encodings[MOST_WORDS]
    Tree word_trees[MOST_WORDS]
    Lookups lookups
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
    l2zk_group **on_domains      # the constraints of a domain, for the kernel that joins them
    const uint64_t ***members    # and their results
    uint64_t **random
    uint64_t **shifts
    uint64_t **scaled
    uint64_t **of_bytes
    size_t *prepared
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


cdef inline uint64_t *column_in(const Part *part, size_t c) noexcept nogil:
    """A column of a table, which lies in the vector."""
    return part.cells + c * part.table.rows


cdef inline const uint64_t *known_in(const Part *part, size_t i) noexcept nogil:
    """A known column's values, `known_rows` of them; of a scalar one for each block."""
    cdef const TablePlan *t = part.table
    if i < t.periodic_count:
        return t.periodic[i].values
    i -= t.periodic_count
    if t.derived[i].kind == KNOWN_SCALAR:
        return part.scalars + (i - whole_derived(t)) * t.blocks
    return column_of(part.derived, t.rows, i)


cdef inline k3 mask_of(const Prover *v, size_t e) noexcept nogil:
    """Mask e; 0 without hiding."""
    cdef const uint64_t *at = v.vector + v.plan.masks_at + 3 * e
    cdef k3 r = k_from(0)
    if v.plan.hiding:
        r.c[0], r.c[1], r.c[2] = at[0], at[1], at[2]
    return r
