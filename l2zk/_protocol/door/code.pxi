# The code of constraints and steps: every instruction is checked once, so that the loops that run it need not.


cdef enum:
    MOST_SLOTS = 1 << 24


cdef int check_shapes(code) except -1:
    for table, width in ((code.prelude, 4), (code.loads, 3), (code.body, 4), (code.terms, 2)):
        _require(getattr(table, "dtype", None) == np.uint32 and np.ndim(table) == 2 and table.shape[1] == width,
                 "an instruction is four numbers of 32 bits, a load three, a term two")
    return 0


cdef int take_code(const TablePlan *t, list keep, l2zk_code *c, code, size_t results, dict opened) except -1:
    """The code of a table's step, or of its constraints, with so many results. opened: the pairs."""
    _require(0 <= len(code.loads) <= code.vectors <= MOST_SLOTS,
             "the code has fewer vector slots than loads, or too many")
    c.uniform_count, c.vector_count, c.result_count = len(code.uniforms), code.vectors, code.results
    c.prelude_count, c.load_count, c.body_count = len(code.prelude), len(code.loads), len(code.body)
    c.uniforms = <const uint64_t *>kept_field(keep, code.uniforms)
    check_shapes(code)
    c.terms, c.term_count = <const uint32_t (*)[2]>kept(keep, code.terms, np.uint32), len(code.terms)
    c.prelude = <const uint32_t (*)[4]>kept(keep, code.prelude, np.uint32)
    c.loads = <const uint32_t (*)[3]>kept(keep, code.loads, np.uint32)
    c.body = <const uint32_t (*)[4]>kept(keep, code.body, np.uint32)
    public = t.input_count + t.output_count if t.blocks == 1 else 0
    if c.result_count != results or public > c.uniform_count:
        raise ValueError("the code does not fit its program")
    check_prelude(c)
    check_loads(t, c, opened)
    check_body(c, c == &t.step)
    return 0


cdef int check_prelude(const l2zk_code *c) except -1:
    cdef size_t i
    cdef const uint32_t *ins
    for i in range(c.prelude_count):
        ins = c.prelude[i]
        known = ins[0] in (OP_ADD_VV, OP_SUB_VV, OP_MUL_VV, OP_NEG_V)
        if not known or max(ins[1], ins[2], ins[3]) >= c.uniform_count:
            raise ValueError(f"prelude instruction {i} is not valid")
    return 0


cdef int check_loads(const TablePlan *t, const l2zk_code *c, dict opened) except -1:
    cdef size_t i
    cdef const uint32_t *load
    cdef bint is_step = c == &t.step
    for i in range(c.load_count):
        load = c.loads[i]
        if load[0] > KNOWN_CONJUNCTION or load[1] >= leaf_limit(t, load[0]) or load[2] >= t.rows:
            raise ValueError(f"load {i} is not valid")
        if load[0] == KNOWN_SCALAR and (is_step or t.blocks == 1):
            raise ValueError(f"load {i} is not valid")
        if not is_step and load[0] and load[2]:
            raise ValueError(f"load {i} is not valid")
        if is_step and load[0] == KNOWN_PLACEMENT and reads_output(t, load[1]):
            raise ValueError(f"load {i} reads an output before the trace is there")
        if not is_step and load[0] == 0 and (load[1], load[2]) not in opened:
            raise ValueError(f"load {i} is of a column that is not opened at its offset")
        if is_step and load[2] >= t.step_reach:
            raise ValueError(f"load {i} reads the row that the step is about to fill")
    return 0


cdef bint reads_output(const TablePlan *t, size_t placement) noexcept:
    return t.sequences[t.placements[placement].sequence].is_output


cdef int check_body(const l2zk_code *c, bint is_step) except -1:
    cdef size_t i
    cdef const uint32_t *ins
    defined = [True] * c.load_count + [False] * (c.vector_count - c.load_count)
    results = [False] * c.result_count
    for i in range(c.body_count):
        ins = c.body[i]
        if is_step and ins[0] > OP_RESULT_U or not reads_are_defined(c, ins, defined):
            raise ValueError(f"body instruction {i} is not valid")
        if ins[0] == OP_RESULT_V or ins[0] == OP_RESULT_U:
            if ins[1] >= c.result_count or results[ins[1]]:
                raise ValueError(f"body instruction {i} gives a wrong result")
            results[ins[1]] = True
        elif c.load_count <= ins[1] < c.vector_count:
            defined[ins[1]] = True
        else:
            raise ValueError(f"body instruction {i} writes to a slot that is no register")
    if not all(results):
        raise ValueError("the code leaves a result out")
    return 0


cdef bint terms_are_defined(const l2zk_code *c, const uint32_t *ins, list defined) except? True:
    """Of a sum: each is of a slot that holds a value, and the coefficients of a sign are below 2^32 together."""
    cdef size_t i, first = ins[2], added = added_terms(ins[3]), count = added + subtracted_terms(ins[3])
    cdef uint64_t weights[2]
    weights[0] = weights[1] = 0
    if count == 0 or first + count > c.term_count:
        return False
    for i in range(count):
        if c.terms[first + i][0] >= c.vector_count or not defined[c.terms[first + i][0]]:
            return False
        weights[i >= added] += c.terms[first + i][1]
    return weights[0] >> 32 == 0 and weights[1] >> 32 == 0


cdef bint reads_are_defined(const l2zk_code *c, const uint32_t *ins, list defined) except? True:
    cdef bint a_vector = ins[2] < c.vector_count and defined[ins[2]]
    cdef bint b_vector = ins[3] < c.vector_count and defined[ins[3]]
    cdef bint a_uniform = ins[2] < c.uniform_count
    cdef bint b_uniform = ins[3] < c.uniform_count
    if ins[0] == OP_SUM_V:
        return terms_are_defined(c, ins, defined)
    if ins[0] in (OP_ADD_VV, OP_SUB_VV, OP_MUL_VV, OP_XOR_VV):
        return a_vector and b_vector
    if ins[0] in (OP_ADD_VU, OP_SUB_VU, OP_MUL_VU):
        return a_vector and b_uniform
    if ins[0] == OP_SUB_UV:
        return a_uniform and b_vector
    if ins[0] == OP_NEG_V or ins[0] == OP_RESULT_V:
        return a_vector
    return ins[0] == OP_RESULT_U and a_uniform
