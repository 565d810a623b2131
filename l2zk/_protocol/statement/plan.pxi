# Plan: what a proof is of, as arrays and integers, programs with their tables and statements, and its shape; checked
# once and then only read. (PROTOCOL 3, 4)

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
    MOST_SKIPPED = 4             # bits of a row
    MOST_STREAMS = 16            # their values
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
    uint64_t kind, x, y          # in a block
    uint32_t full, partial, empty    # z is bit z of one of them
    size_t period                # the rows of a partial z repeat themselves after so many
    size_t first, last, step, residue    # rows y, first <= y mod period < last, y mod step = residue
    size_t cosets                # of G on which skip.pxi evaluates its constraints; 0: at a few points one by one
    size_t sums                  # where the sums of all domains with as many cosets begin

cdef struct Periodic:
    unsigned log_period
    const uint64_t *values

cdef struct PublicSequence:      # (PROTOCOL 3.1)
    size_t length
    bint is_output

cdef struct Placement:           # a sequence in the table: entry a on row first + a*step, 0 elsewhere (PROTOCOL 3.2)
    size_t sequence
    size_t first, step

cdef enum KnownKind:             # of a load that is no column, and of a term of a form
    KNOWN_PERIODIC = 1
    KNOWN_PLACEMENT = 2
    KNOWN_ROW = 3                # the number of the row in its block
    KNOWN_SCALAR = 4             # a public value, inputs before outputs, on the rows of its statement's block
    KNOWN_CONJUNCTION = 5        # of the low bits of the row and as many bits above them
    TERM_ONE = 6                 # of a form alone: the constant 1

cdef struct Derived:             # a known column that is not periodic: it has a value for each of the N rows
    uint32_t kind, index         # index: a placement, a scalar, the bits of a conjunction

cdef struct Term:                # coefficient times a column at an offset, or times what is known (PROTOCOL 3.4)
    uint64_t kind, index         # kind: 0, a column, or a KnownKind
    uint64_t offset              # from 0 to N - 1
    uint64_t coefficient

cdef struct Affine:              # a sum of terms
    const Term *terms
    size_t count

cdef struct Interaction:         # (PROTOCOL 3.4)
    size_t bus                   # of the program
    Selector domain
    size_t width
    const Affine *entries        # of the tuple
    Affine multiplicity

cdef struct PublicMessage:       # a public message of a program
    bint is_sent                 # the sign
    size_t bus
    size_t width
    const size_t *ends           # of each entry, where its nodes end among the message's
    const uint64_t (*nodes)[3]   # (PROTOCOL 3.2), operands by their place in the entry

# Fills rows first .. last - 1 of every column, given the rows before; anything but 0 is a failure.
ctypedef int (*step_function)(uint64_t **columns, size_t first, size_t last, void *context) noexcept nogil

cdef struct LiveCode:            # of the constraints' code what those on some domains need
    l2zk_code code
    const uint8_t *loads         # 1 for those that it reads
    const uint8_t *windows       # likewise
    const uint8_t *known

cdef struct TablePlan:
    unsigned log_rows            # n_t, of all its rows
    unsigned skipped             # k_t
    size_t streams               # 2^k_t
    size_t rows                  # N_t
    size_t height                # M_t
    unsigned variables           # log M_t: its rounds of the zerocheck
    size_t blocks                # J
    size_t block                 # B, the rows of a block
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
    size_t domain_count          # domains that differ
    Selector *selectors
    size_t direct                # points that are taken one by one
    size_t most_cosets
    size_t sum_count             # all sums: the points one by one, then those of each number of cosets
    const uint32_t *domain_sizes    # constraints on each
    const uint32_t *by_domain    # the constraints listed domain by domain
    const uint32_t *places       # by constraint: its place in that list
    size_t periodic_count
    Periodic *periodic
    size_t derived_count
    const Derived *derived
    const uint32_t *known_of     # by load of the constraints that is no column: the known column
    size_t interaction_count
    const Interaction *interactions
    size_t sequence_count, placement_count, claimed     # claimed: those that are outputs
    const PublicSequence *sequences
    const Placement *placements
    const uint64_t (*sequence_claims)[2]    # by output sequence, in order: constraint, placement
    const uint32_t *domain_of    # by constraint
    l2zk_code constraints
    const LiveCode *live         # where only those on some domains are evaluated
    const uint32_t *live_of      # by 2*(cosets) and whether sparse ones are among them (skip.pxi); at last, of rounds
    size_t degree, last_degree   # of its rounds of the zerocheck, of the last one with hiding
    size_t input_count, output_count
    size_t claim_count                  # outputs that are claimed here: all in a program's first table, else none
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

    # its place in the plan that it is part of
    size_t number                # t
    size_t group
    size_t at                    # where its columns begin in the vector
    size_t first_constraint, first_pair, first_read    # how many those of the tables before it are
    uint64_t bus_base, bus_step  # bus i has the number bus_base + i + j*bus_step in block j (PROTOCOL 3.5)

# Known columns: the periodic ones, then the derived ones, of which the placements come first and scalars last.

cdef inline size_t known_count(const TablePlan *t) noexcept nogil:
    return t.periodic_count + t.derived_count


cdef inline size_t known_rows(const TablePlan *t, size_t i) noexcept nogil:
    """After so many rows it repeats itself."""
    return <size_t>1 << t.periodic[i].log_period if i < t.periodic_count else t.rows


cdef inline bint is_scalar(const TablePlan *t, size_t i) noexcept nogil:
    """True for a known column that is the same on all rows of a block."""
    return i >= t.periodic_count and t.derived[i - t.periodic_count].kind == KNOWN_SCALAR


cdef inline size_t whole_derived(const TablePlan *t) noexcept nogil:
    """The derived columns that are not scalars."""
    cdef size_t count = t.derived_count
    while count and t.derived[count - 1].kind == KNOWN_SCALAR:
        count -= 1
    return count


cdef inline size_t entries_before(const TablePlan *t, const Placement *p, size_t row) noexcept nogil:
    """The entries of a placement that stand before a row of a block."""
    if row <= p.first:
        return 0
    return smaller((row - p.first + p.step - 1) // p.step, t.sequences[p.sequence].length)


cdef struct GroupPlan:           # a program and its statements (PROTOCOL 3.5)
    size_t first_table, table_count
    size_t first_statement       # among those of all groups
    size_t statements
    size_t blocks                # J: the least power of two that is not less
    uint64_t bus_base            # b_0
    size_t buses
    size_t message_count
    const PublicMessage *messages

cdef struct LeafStretch:         # an interaction of a table, and its stretch of leaves (PROTOCOL 4.4)
    size_t table, interaction
    size_t at

cdef struct Public:              # the public values of a statement
    const uint64_t *inputs
    const uint64_t *outputs
    const uint64_t **sequences

cdef struct Word:
    unsigned k                   # variables that it folds
    unsigned log_n               # points
    size_t queries

cdef struct Plan:
    size_t table_count
    TablePlan *tables
    const TablePlan **runs       # of each table one block, as it is filled and checked
    const uint32_t *by_height    # the tables by falling N_t, those alike in their order (PROTOCOL 4.4)
    size_t group_count
    const GroupPlan *groups
    size_t statement_count
    bint hiding
    # the argument (PROTOCOL 4.2, 4.3)
    unsigned log_rows            # n
    unsigned skipped             # k
    size_t streams               # 2^k
    unsigned variables           # n - k: the rounds of the zerocheck
    size_t constraint_count, pair_count, read_count  # of all tables
    unsigned layers              # Lambda
    size_t stretch_count
    const LeafStretch *stretches  # by rising place
    size_t leaf_count            # places that are used
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


cdef inline const Public *public_of(const Plan *p, const Public *publics, const TablePlan *t, size_t j) noexcept nogil:
    """The public values of block j of a table: copies of the last statement fill up a group."""
    cdef const GroupPlan *g = p.groups + t.group
    return publics + g.first_statement + smaller(j, g.statements - 1)


cdef inline uint64_t scalar_of(const TablePlan *t, const Public *public, size_t i) noexcept nogil:
    """Public value i, inputs before outputs."""
    return public.inputs[i] if i < t.input_count else public.outputs[i - t.input_count]


cdef inline uint64_t conjunction(size_t row, size_t bits) noexcept nogil:
    """The low bits of a row that are also set so many bits above. (PROTOCOL 3.2)"""
    return row & row >> bits & ((<uint64_t>1 << bits) - 1)


# The elements of the argument's messages. (PROTOCOL 4.3)

cdef inline size_t layer_rounds(size_t layer) noexcept nogil:
    """The rounds of a layer of fractions; the first has one over a variable on which nothing depends."""
    return larger(layer, 1)


cdef inline size_t layer_round_elements(const Plan *p, size_t layer, size_t j) noexcept nogil:
    """Of round j of a layer."""
    return 4 if p.hiding and j + 1 == layer_rounds(layer) else 2


cdef inline size_t layer_elements(const Plan *p, size_t layer) noexcept nogil:
    """Of all rounds of a layer and its four values."""
    return 2 * (layer_rounds(layer) - 1) + layer_round_elements(p, layer, layer_rounds(layer) - 1) + 4


cdef inline size_t all_layer_elements(const Plan *p) noexcept nogil:
    cdef size_t layer, count = 0
    for layer in range(p.layers):
        count += layer_elements(p, layer)
    return count


cdef inline size_t round_elements(const Plan *p, size_t j) noexcept nogil:
    """Of round j of the zerocheck, from 0 on: its degree."""
    return p.last_degree if j + 1 == p.variables else p.degree


cdef inline size_t zerocheck_elements(const Plan *p) noexcept nogil:
    """Of Q and all these rounds."""
    return p.q_length + p.degree * (p.variables - 1) + p.last_degree


cdef inline size_t row_round_elements(const Plan *p, size_t j) noexcept nogil:
    """Of round j of rows."""
    return 3 if p.hiding and j + 1 == p.log_rows else 2


cdef inline size_t row_elements(const Plan *p) noexcept nogil:
    """Of all rounds of rows."""
    return 2 * (p.log_rows - 1) + row_round_elements(p, p.log_rows - 1)


cdef inline size_t claims_on_masks(const Plan *p) noexcept nogil:
    """The claims on masks: one of each layer, that of the zerocheck, that of the rows."""
    return p.layers + 2 if p.hiding else 0


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
