# Plan: the statement as arrays and integers, a program and its shape (PROTOCOL 3 and 4.2), checked once and then only
# read. Table fills the fields that are the same in every shape, Compiled the rest.

cdef enum Domain:
    DOMAIN_EVERY = 0
    DOMAIN_TRANSITION = 1
    DOMAIN_ROW = 2
    DOMAIN_CYCLIC = 3

cdef enum:
    MOST_ROUNDS = 32             # N' <= 2^29, since |L| <= 2^30 and B >= 2, and each round halves at least

cdef struct Reads:               # the columns opened at one row offset: at 0 all, else what constraints read there
    size_t offset
    size_t count
    const uint32_t *columns

cdef struct Group:               # constraints that share a domain
    uint64_t kind, x, y

cdef struct Periodic:
    unsigned log_period
    const uint64_t *values
    const uint64_t *coefficients  # of v, deg v < period, v(omega_P^i) = values[i]

# Fills rows first .. last - 1 of every column, given the rows before; anything but 0 is a failure.
ctypedef int (*step_function)(uint64_t **columns, size_t first, size_t last, void *context) noexcept nogil

cdef struct Plan:
    size_t length                # N
    size_t coset_size            # N'; of a table without a shape N
    size_t columns               # w
    size_t pieces                # k
    size_t piece_length          # M
    size_t mask_length           # h
    size_t piece_mask_length     # h_q, 0 where there is but one piece
    size_t batch_length          # D - 1, coefficients of G
    size_t batch_overflow        # extra points for the coefficients of G beyond N' (overflow.pxi), or 0
    size_t batch_mask_length     # coefficients of R, ceil((D - 1)/s); 0 without hiding
    bint hiding
    size_t rows_per_leaf         # s
    size_t queries               # n_q
    size_t rounds                # r
    unsigned log_arity[MOST_ROUNDS]
    size_t final_length          # F_c
    size_t blowup                # B
    unsigned grinding
    unsigned log_length, log_coset, log_blowup, log_rows_per_leaf, log_size
    size_t size                  # |L|
    size_t leaves                # |L|/s
    bint quotient_on_domain      # Q, the only piece, is evaluated on all of L, which is cheaper than to extend it
    bint quotient_uncut          # else: Q is the only piece: one coset's coefficients and the overflow, not cut
    size_t quotient_cosets       # cosets of <omega_N'> on which Q is evaluated
    unsigned log_quotient_cosets
    size_t overflow              # extra points for the few coefficients beyond these cosets (overflow.pxi), or 0
    unsigned log_overflow
    size_t offset_count
    Reads *reads
    size_t openings              # out-of-domain values
    const uint32_t *opening_of   # by load of the constraints: the number of its opening, the pieces not counted
    size_t constraint_count
    size_t group_count
    Group *groups
    const uint32_t *group_sizes  # by group: the number of its constraints
    const uint32_t *places       # by constraint: its place when they are listed group by group
    const uint32_t *in_groups    # the constraints listed group by group
    size_t exponent_count        # e of the X^e - constant that divide constraints, each once
    const uint64_t *exponents
    const uint32_t *exponent_of  # by group: the number of its exponent
    size_t base_count            # numbers of last rows, 0 first: a transition leaves out a base of them and a few more
    const uint64_t *bases
    const uint32_t *base_of      # by group: the number of its base
    size_t strides, log_stride   # N over a stride of rows, if some transition leaves out more than a few, else 0
    const uint64_t *stride_polynomial   # coefficients of the product of X - g^-t over a stride
    const uint32_t *group_of     # by constraint
    size_t periodic_count
    Periodic *periodic
    l2zk_code constraints
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
    size_t input_count, output_count
    const uint64_t (*output_claims)[2]  # constraint, row: its value there with 0 for the output is the output
    const uint64_t *outputs_by_row      # the outputs by rising row
    const uint64_t *shape_words         # of the seed message
    size_t shape_word_count


cdef enum:
    MOST_DIFFERENCES = 16        # rows that a transition leaves out one by one, beside those of a polynomial
    MOST_STRIDES = 4             # and one that leaves out more strides takes them together at a point
