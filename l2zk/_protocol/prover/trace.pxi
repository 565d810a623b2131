# The trace of a block: its rows by its program's step code, a row at a time, and the outputs read off them.

cdef size_t CHECKED_A_TASK = 1 << 10       # rows
cdef size_t WORK_A_BLOCK = 1 << 21         # instructions between two looks at whether the caller has cancelled

cdef struct Place:               # of some work on a block: the thread that does it, or all of them
    Prover *prover
    Block *block
    unsigned worker
    bint is_alone                # this thread does all of it


cdef void over_rows(Place *at, l2zk_task task) noexcept nogil:
    """Carry out a task for every CHECKED_A_TASK rows of the block."""
    cdef size_t i, tasks = (at.block.table.rows + CHECKED_A_TASK - 1) // CHECKED_A_TASK
    if not at.is_alone:
        share(at.prover, task, at, tasks)
        return
    for i in range(tasks):
        if not stopped(at.prover):
            task(at, i, at.worker)


# ---- the step --------------------------------------------------------------------------------------------------------

cdef inline size_t rows_a_block(const l2zk_code *code) noexcept nogil:
    return 1 + WORK_A_BLOCK // (64 + code.body_count)


cdef const uint64_t *loaded_from(const Block *b, const uint32_t *load) noexcept nogil:
    """Where the values of a step's load begin, but of a periodic one."""
    if load[0] == 0:
        return cells_of(b, load[1]) + load[2]
    return column_of(b.derived, b.apart, derived_index(b.table, load[0], load[1])) + load[2]


cdef l2zk_row_code row_code(Block *b) noexcept nogil:
    """The step's code on this trace: where its loads come from and its results go."""
    cdef const TablePlan *t = b.table
    cdef l2zk_row_code code
    cdef size_t k
    cdef const uint32_t *load
    for k in range(t.step.load_count):
        load = t.step.loads[k]
        if load[0] == KNOWN_PERIODIC:
            b.row_loads[k].values, b.row_loads[k].mask = <const uint64_t *>t.row_periodic[k], period_mask(t, load[1])
        else:
            b.row_loads[k].values, b.row_loads[k].mask = loaded_from(b, load), ~<size_t>0
    for k in range(t.step.result_count):
        b.row_results[k].values = cells_of(b, t.step_targets[k][0]) + t.step_reach
        b.row_results[k].slot = t.row_results[k]
    code.first_load, code.load_count, code.loads = t.step.uniform_count + 1, t.step.load_count, b.row_loads
    code.step_count, code.steps = t.row_step_count, t.row_steps
    code.result_count, code.results = t.step.result_count, b.row_results
    return code


cdef inline size_t period_mask(const TablePlan *t, size_t periodic) noexcept nogil:
    return (<size_t>1 << t.periodic[periodic].log_period) - 1


cdef void run_first_rows(Place *at, l2zk_row_code *code) noexcept nogil:
    """Rows before step_reach, where some steps begin and others do not: those read 0 and write to a spare slot."""
    cdef Block *b = at.block
    cdef const TablePlan *t = b.table
    cdef uint64_t *slots = at.prover.scratch[at.worker]
    cdef const uint64_t *zero = slots + t.step.uniform_count
    cdef size_t row, k, from_row
    cdef const uint32_t *load
    for row in range(t.first_target, t.step_reach):
        if l2zk_crew_cancelled(at.prover.crew):
            return
        for k in range(t.step.load_count):
            load = t.step.loads[k]
            if load[0] == KNOWN_PERIODIC:
                from_row = (row - t.step_reach) & period_mask(t, load[1])
                b.row_loads[k].values = <const uint64_t *>t.row_periodic[k] + from_row
            elif row + load[2] < t.step_reach:
                b.row_loads[k].values = zero
            else:
                b.row_loads[k].values = loaded_from(b, load) + (row - t.step_reach)
        for k in range(t.step.result_count):
            b.row_results[k].values = slots + t.row_slots - 1
            if row >= t.step_targets[k][1]:
                b.row_results[k].values = cells_of(b, t.step_targets[k][0]) + row
        l2zk_active.run_rows(code, 0, 1, slots)


cdef void call_step_function(Place *at, size_t first, size_t last) noexcept nogil:
    cdef Block *b = at.block
    cdef const TablePlan *t = b.table
    cdef uint64_t **columns = <uint64_t **>at.prover.scratch[at.worker]
    cdef size_t c, i
    for c in range(t.columns):
        columns[c] = cells_of(b, c)
    b.step_result = t.function(columns, first, last, t.function_context)
    if b.step_result:
        stop_at(at, STEP_FAILED)
        return
    for c in range(t.columns):
        for i in range(first, last):
            if cells_of(b, c)[i] >= P:
                stop_at(at, STEP_NOT_CANONICAL)
                return


cdef void stop_at(Place *at, Outcome outcome) noexcept nogil:
    """Stop the proof for a fault of the block."""
    if not stopped(at.prover):
        at.prover.failed = at.block - at.prover.blocks
    stop(at.prover, outcome)


cdef void start_task(void *context, size_t column, unsigned worker) noexcept nogil:
    """A column as it is given, or zeros."""
    cdef const Block *b = (<Place *>context).block
    if b.given[column] == NULL:
        memset(cells_of(b, column), 0, 8 * b.table.rows)
    else:
        memcpy(cells_of(b, column), b.given[column], 8 * b.table.rows)


cdef void fill_start(Place *at) noexcept nogil:
    """Columns that are given, zeros in the others, and the cells that the program fixes."""
    cdef Block *b = at.block
    cdef size_t i
    if not at.is_alone and b.table.rows >= CHECKED_A_TASK:
        share(at.prover, start_task, at, b.table.columns)
    for i in range(b.table.columns if at.is_alone or b.table.rows < CHECKED_A_TASK else 0):
        start_task(at, i, at.worker)
    for i in range(0 if b.is_given else b.start_count):
        cells_of(b, b.start[i][1])[b.start[i][0]] = b.start[i][2]


cdef void run_steps(Place *at) noexcept nogil:
    """The step function, or the step code, from row to row."""
    cdef const TablePlan *t = at.block.table
    cdef Prover *v = at.prover
    cdef uint64_t *slots = v.scratch[at.worker]
    cdef size_t first, rows = t.rows - t.step_reach, some = rows_a_block(&t.step)
    cdef l2zk_row_code code
    if t.has_step:
        run_prelude(&t.step, at.block.public.inputs, t.input_count, NULL, 0, slots)
        slots[t.step.uniform_count] = 0
        code = row_code(at.block)
        run_first_rows(at, &code)
        code = row_code(at.block)
    for first from 0 <= first < rows by some:
        if l2zk_crew_cancelled(v.crew):
            stop(v, CANCELLED)
            return
        if t.function != NULL:
            call_step_function(at, t.step_reach + first, t.step_reach + smaller(first + some, rows))
        elif t.has_step:
            l2zk_active.run_rows(&code, first, smaller(first + some, rows), slots)
        if stopped(v):
            return
        if not at.is_alone:
            l2zk_crew_advance(v.crew, smaller(some, rows - first))


# ---- what constraints are on the rows --------------------------------------------------------------------------------

cdef void load_rows(const Block *b, const l2zk_code *code, size_t k, size_t row, uint64_t **slot) noexcept nogil:
    """A tile of a column of the trace or of a known one."""
    cdef const TablePlan *t = b.table
    cdef size_t known
    cdef const uint32_t *load = code.loads[k]
    if load[0] == 0:
        slot[0] = <uint64_t *>tile_at(cells_of(b, load[1]), t.rows, row + load[2], slot[0])
    else:
        known = t.known_of[k]
        slot[0] = <uint64_t *>tile_at(known_of_block(b, known), known_rows(t, known), row, slot[0])


cdef uint64_t *run_tile(const Place *at, size_t row, unsigned worker) noexcept nogil:
    """Every constraint's expression on TILE rows from a row on: a tile of values for each."""
    cdef const l2zk_code *code = &at.block.table.constraints
    cdef uint64_t *scratch = at.prover.scratch[worker]
    cdef uint64_t **slots = at.prover.slots[worker]
    cdef uint64_t *results = scratch + TILE * code.vector_count
    cdef size_t i
    for i in range(code.vector_count):
        slots[i] = scratch + TILE * i
        if i < code.load_count:
            load_rows(at.block, code, i, row, slots + i)
    l2zk_active.store_results(code, slots, at.block.uniforms, results)
    return results


cdef void find_uniforms(Block *b) noexcept nogil:
    """With the public values as they are now."""
    cdef const TablePlan *t = b.table
    run_prelude(&t.constraints, b.public.inputs, t.input_count, b.public.outputs, t.output_count, b.uniforms)


cdef void read_outputs(Place *at) noexcept nogil:
    """Read the outputs off the trace: each is its constraint's value on its row while all outputs are 0. One tile
    serves all outputs on its rows."""
    cdef const TablePlan *t = at.block.table
    cdef size_t i, k, row, first = 0
    cdef uint64_t *results = NULL
    for k in range(t.claim_count):
        i = t.outputs_by_row[k]
        row = t.output_claims[i][1]
        if results == NULL or row - first >= TILE:
            if l2zk_crew_cancelled(at.prover.crew):
                stop(at.prover, CANCELLED)
                return
            first, results = row, run_tile(at, row, at.worker)
        at.block.outputs[i] = results[TILE * t.output_claims[i][0] + row - first]


cdef void read_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """The entries of output sequences on some tiles of rows."""
    cdef Place *at = <Place *>context
    cdef const TablePlan *t = at.block.table
    cdef const Placement *p
    cdef uint64_t *results
    cdef size_t row, a, claim, last = smaller((task + 1) * CHECKED_A_TASK, t.rows)
    for row from task * CHECKED_A_TASK <= row < last by TILE:
        results = NULL
        for claim in range(t.claimed):
            p = t.placements + t.sequence_claims[claim][1]
            for a in range(entries_before(t, p, row), entries_before(t, p, row + TILE)):
                if results == NULL:
                    results = run_tile(at, row, worker)
                (<uint64_t *>at.block.public.sequences[p.sequence])[a] = results[
                    TILE * t.sequence_claims[claim][0] + p.first + a * p.step - row]


cdef void fill_block(Place *at) noexcept nogil:
    """A block to its last padded row, with public sequences: inputs in their places first, outputs read off last."""
    cdef Block *b = at.block
    place_sequences(b, False)
    derive_columns(b)
    if not at.prover.begun:
        fill_start(at)
    if not b.is_given:
        run_steps(at)
    if stopped(at.prover):
        return
    if b.table.claim_count:
        memset(b.outputs, 0, 8 * b.table.output_count)
    find_uniforms(b)
    read_outputs(at)
    find_uniforms(b)
    if b.table.claimed:          # an entry is its constraint's value on its row while all entries are 0
        over_rows(at, read_task)
    place_sequences(b, True)
