# What is to be proved, in arrays and integers: a program and its shape (PROTOCOL 3 and 4.2), checked once and then only read.
# Table fills what no shape changes, Compiled the rest.

cdef enum Domain:
    DOMAIN_EVERY = 0
    DOMAIN_TRANSITION = 1
    DOMAIN_ROW = 2
    DOMAIN_CYCLIC = 3

cdef enum:
    MOST_ROUNDS = 32             # N' <= 2^29, since |L| <= 2^30 and B >= 2, and each round halves at least

cdef struct Reads:               # the columns that are opened at one row offset: at 0 all, else those that some constraint reads there
    size_t offset
    size_t count
    const uint32_t *columns

cdef struct Group:               # constraints that share a domain
    uint64_t kind, x, y

cdef struct Periodic:
    unsigned log_period
    const uint64_t *values
    const uint64_t *coefficients # of v, deg v < period, v(omega_P^i) = values[i]

# Fills rows first .. last - 1 of every column, given the rows before; anything but 0 is a failure.
ctypedef int (*step_function)(uint64_t **columns, size_t first, size_t last, void *context) noexcept nogil

STEP_FUNCTION = "int (uint64_t **, size_t, size_t, void *)"
"""The name of a capsule that holds a step_function: its signature."""

cdef struct Plan:
    size_t length                # N
    size_t coset_size            # N'; of a table without a shape N
    size_t columns               # w
    size_t pieces                # k
    size_t piece_length          # M
    size_t mask_length           # h
    size_t piece_mask_length     # h_q, 0 where there is but one piece
    size_t batch_length          # D - 1, coefficients of G
    size_t batch_overflow        # points beside the first coset for those beyond N', or 0
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
    bint direct                  # the only piece is evaluated on all of L, which is cheaper than to extend it
    bint whole                   # else: the only piece is Q itself, one coset and the overflow, uncut
    size_t quotient_cosets       # cosets of <omega_N'> on which Q is evaluated
    unsigned log_quotient_cosets
    size_t overflow              # points beside them for the few coefficients that they do not determine, or 0
    unsigned log_overflow
    size_t offset_count
    Reads *reads
    size_t openings              # out-of-domain values
    const uint32_t *opening_of   # a load of the constraints: its place among what is read, the pieces left out
    size_t constraint_count
    size_t group_count
    Group *groups
    const uint32_t *group_sizes  # constraints of each
    const uint32_t *places       # of the constraints, group by group
    const uint32_t *in_groups    # the constraints, group by group
    size_t exponent_count        # e of the X^e - constant that divide constraints, each once
    const uint64_t *exponents
    const uint32_t *exponent_of  # a group
    size_t base_count            # numbers of last rows, 0 first, of which a transition leaves out one and a few rows more
    const uint64_t *bases
    const uint32_t *base_of      # a group
    size_t strides, log_stride   # where some leave out more than a few strides of rows: N over a stride, else 0
    const uint64_t *stride_polynomial   # of the product of X - g^-t over a stride
    const uint32_t *group_of
    size_t periodic_count
    Periodic *periodic
    l2zk_code constraints
    bint has_step
    l2zk_code step
    const uint32_t (*step_targets)[2]   # column, and the first row that the step fills of it
    size_t first_target                 # the least of those rows
    const l2zk_row_step *row_steps      # the step's code as rows.pxi arranges it
    size_t row_step_count, row_slots
    const uint64_t *row_results         # the slot of each result
    const size_t *row_periodic          # of each load of a periodic column, the address of its values from the offset on
    step_function function       # fills rows in place of the step code, or NULL
    void *function_context
    size_t step_reach
    size_t input_count, output_count
    const uint64_t (*output_claims)[2]  # constraint, row: the value is what the constraint gives there with 0 for the output
    const uint64_t *outputs_by_row      # the outputs by rising row
    const uint64_t *shape_words         # of the seed message
    size_t shape_word_count


cdef unsigned log2_exact(size_t x) except? 255:
    if x == 0 or x & (x - 1):
        raise ValueError(f"{x} is no power of two")
    return (<object>x).bit_length() - 1


cdef enum:
    MOST_SLOTS = 1 << 24


cdef enum:
    MOST_DIFFERENCES = 16        # rows that a transition leaves out one by one, beside those whose polynomial is extended
    MOST_STRIDES = 4             # and one that leaves out more strides takes them together at a point


cdef _require(bint holds, text):
    if not holds:
        raise ValueError(text)


cdef object _whole(name, value):
    _require(type(value) is int and 0 <= value < 1 << 31, f"{name} is {value!r}")
    return value


cdef size_t overflow_points(size_t coefficients):
    """The points that determine a few coefficients: a power of two."""
    cdef size_t points = 1
    while points < coefficients:
        points *= 2
    return points


cdef void run_prelude(const l2zk_code *code, const uint64_t *inputs, size_t input_count, const uint64_t *outputs,
                      size_t output_count, uint64_t *uniforms) noexcept nogil:
    """The values that are the same for all rows: public ones, constants, and what follows from them."""
    cdef size_t i
    cdef uint64_t a, b
    memcpy(uniforms, code.uniforms, 8 * code.uniform_count)
    memcpy(uniforms, inputs, 8 * input_count)
    if outputs != NULL:
        memcpy(uniforms + input_count, outputs, 8 * output_count)
    for i in range(code.prelude_count):
        a, b = uniforms[code.prelude[i][2]], uniforms[code.prelude[i][3]]
        if code.prelude[i][0] == OP_ADD_VV:
            a = f_add(a, b)
        elif code.prelude[i][0] == OP_SUB_VV:
            a = f_sub(a, b)
        elif code.prelude[i][0] == OP_MUL_VV:
            a = f_mul(a, b)
        else:
            a = f_neg(a)
        uniforms[code.prelude[i][1]] = a
