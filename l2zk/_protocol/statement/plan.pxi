# Plan: the statement as arrays and integers, a program's table and the shape of its proofs (PROTOCOL 3, 4), checked
# once and then only read.

cdef enum DomainKind:
    DOMAIN_EVERY = 0
    DOMAIN_TRANSITIONS = 1
    DOMAIN_ROW = 2
    DOMAIN_CYCLIC = 3
    DOMAIN_LAST = 4

cpdef enum:
    MOST_LEAVES = 32             # of a product in a constraint; those that are the same on every row do not count

cdef enum:
    MOST_DEGREE = 2 * MOST_LEAVES + 1    # of a round: hiding doubles the leaves' in the last one, a selector adds one
    MOST_STREAMS = 16            # values of the skipped bits
    WINDOW_SPAN = 64             # rows that the offsets of one window are apart, at most

cdef struct Pair:                # a column at an offset that constraints read
    size_t column
    size_t offset                # from 0 to N - 1: rows are counted modulo N
    size_t window
    size_t place                 # its offset within the window
    size_t number                # of its offset among those that differ

cdef struct Window:              # a column at neighbouring offsets: one array, once the skipped bits are bound
    size_t column
    size_t first                 # the least offset, modulo N
    size_t span                  # rows to the largest

cdef struct Selector:            # a domain, by its rows for each value z of the skipped bits (PROTOCOL 8.1)
    uint64_t kind, x, y
    uint32_t full, partial, empty    # z is bit z of one of them
    size_t first, last, step, residue    # of a partial z: rows y, first <= y < last, y mod step = residue
    size_t cosets                # of G on which skip.pxi evaluates its constraints; 0: at a few points one by one
    size_t sums                  # where the sums of all groups with as many cosets begin

cdef struct Periodic:
    unsigned log_period
    const uint64_t *values

cdef struct PublicSequence:      # (PROTOCOL 3.1)
    size_t length
    bint is_output

cdef struct Placement:           # a sequence in the table: entry a on row first + a*step, 0 elsewhere (PROTOCOL 3.2)
    size_t sequence
    size_t first, step

# Fills rows first .. last - 1 of every column, given the rows before; anything but 0 is a failure.
ctypedef int (*step_function)(uint64_t **columns, size_t first, size_t last, void *context) noexcept nogil

cdef struct TablePlan:
    unsigned log_rows            # n
    unsigned skipped             # k
    size_t streams               # 2^k
    size_t rows                  # N
    size_t height                # M
    unsigned variables           # log M: the rounds of the zerocheck
    size_t columns               # w
    size_t pair_count
    Pair *pairs
    const uint32_t *pair_of      # by load of the constraints that is a column
    size_t offset_count          # offsets that differ
    const uint64_t *offsets
    size_t window_count
    Window *windows
    size_t read_count            # columns that anything reads
    const uint32_t *reads
    size_t constraint_count
    size_t group_count           # domains
    Selector *selectors
    size_t direct                # points that are taken one by one
    size_t most_cosets
    size_t sum_count             # all sums: the points one by one, then those of each number of cosets
    const uint32_t *group_sizes
    const uint32_t *in_groups    # the constraints listed group by group
    const uint32_t *places       # by constraint: its place in that list
    size_t periodic_count
    Periodic *periodic
    size_t sequence_count, placement_count, claimed     # claimed: those that are outputs
    const PublicSequence *sequences
    const Placement *placements
    const uint64_t (*sequence_claims)[2]    # by output sequence, in order: constraint, placement
    const uint32_t *group_of     # by constraint
    l2zk_code constraints
    size_t input_count, output_count
    const uint64_t (*output_claims)[2]  # constraint, row: its value there with 0 for the output is the output
    const uint64_t *outputs_by_row      # the outputs by rising row
    # what fills the trace
    bint has_step
    l2zk_code step
    const uint32_t (*step_targets)[2]   # column, and the first row that the step fills of it
    size_t first_target                 # the least of those rows
    const l2zk_row_step *row_steps      # the step's code as row_code.pxi arranges it
    size_t row_step_count, row_slots
    const uint64_t *row_results         # the slot of each result
    const size_t *row_periodic          # by periodic load: the address of its values from the offset on
    step_function function       # fills rows in place of the step code, or NULL
    void *function_context
    size_t step_reach

# Known columns: the periodic ones, then the placements. A load of kind 1 has the number of a periodic column, one of
# kind 2 that of a placement.

cdef inline size_t known_count(const TablePlan *t) noexcept nogil:
    return t.periodic_count + t.placement_count


cdef inline size_t known_of(const TablePlan *t, const uint32_t *load) noexcept nogil:
    """The known column of a load."""
    return load[1] if load[0] == 1 else t.periodic_count + load[1]


cdef inline size_t known_rows(const TablePlan *t, size_t i) noexcept nogil:
    """After so many rows it repeats itself."""
    return <size_t>1 << t.periodic[i].log_period if i < t.periodic_count else t.rows


cdef inline size_t entries_before(const TablePlan *t, const Placement *p, size_t row) noexcept nogil:
    """The entries of a placement that stand before a row."""
    if row <= p.first:
        return 0
    return smaller((row - p.first + p.step - 1) // p.step, t.sequences[p.sequence].length)


cdef struct Word:
    unsigned k                   # variables that it folds
    unsigned log_n               # points
    size_t queries

cdef struct Plan:
    TablePlan table
    bint hiding
    # the argument (PROTOCOL 4.2, 4.3)
    size_t q_length              # coefficients of Q
    size_t degree, last_degree   # of a round of the zerocheck, of the last one
    size_t masked                # elements of the messages, which masks hide; as many without hiding
    size_t masks_at              # where masks stand in the vector
    # the commitment (PROTOCOL 4.4, 4.6)
    size_t columns               # C
    unsigned log_columns         # kappa
    unsigned log_m
    size_t m
    unsigned log_n0
    size_t queries               # t_0
    size_t tail                  # T
    unsigned grinding
    size_t word_count
    Word words[MOST_WORDS]
    size_t final                 # e
    const uint64_t *lengths      # of the seed message
    size_t length_count


# The elements of the argument's messages. (PROTOCOL 4.3)

cdef inline size_t round_elements(const Plan *p, size_t j) noexcept nogil:
    """Of round j of the zerocheck, from 0 on: its degree."""
    return p.last_degree if j + 1 == p.table.variables else p.degree


cdef inline size_t zerocheck_elements(const Plan *p) noexcept nogil:
    """Of Q and all these rounds."""
    return p.q_length + p.degree * (p.table.variables - 1) + p.last_degree


cdef inline size_t row_round_elements(const Plan *p, size_t j) noexcept nogil:
    """Of round j of rows."""
    return 3 if p.hiding and j + 1 == p.table.log_rows else 2


cdef inline size_t row_elements(const Plan *p) noexcept nogil:
    """Of all rounds of rows."""
    return 2 * (p.table.log_rows - 1) + row_round_elements(p, p.table.log_rows - 1)


cdef inline size_t claims_on_masks(const Plan *p) noexcept nogil:
    """The claims on masks: that of the zerocheck, that of the rows."""
    return 2 if p.hiding else 0


cdef inline size_t most_queries(const Plan *p) noexcept nogil:
    cdef size_t number, most = p.queries
    for number in range(p.word_count):
        most = larger(most, p.words[number].queries)
    return most


cdef inline size_t all_queries(const Plan *p) noexcept nogil:
    cdef size_t number, all = p.queries
    for number in range(p.word_count):
        all += p.words[number].queries
    return all


cdef inline size_t most_leaf_words(const Plan *p) noexcept nogil:
    """Words of the longest leaf of a tree."""
    cdef size_t number, words = p.columns + 3
    for number in range(p.word_count):
        words = larger(words, <size_t>3 << p.words[number].k)
    return words
