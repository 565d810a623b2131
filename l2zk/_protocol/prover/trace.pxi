# The trace: rows from the program's step code, a row at a time, and the outputs read off it.

cdef size_t CHECKED_A_TASK = 1 << 10       # rows
cdef size_t WORK_A_BLOCK = 1 << 21         # instructions between two looks at whether the caller has cancelled


cdef inline size_t rows_a_block(const l2zk_code *code) noexcept nogil:
    return 1 + WORK_A_BLOCK // (64 + code.body_count)


cdef l2zk_row_code row_code(Prover *v) noexcept nogil:
    """The step's code on this trace: where its loads come from and its results go."""
    cdef const TablePlan *t = &v.plan.table
    cdef l2zk_row_code code
    cdef size_t k
    cdef const uint32_t *load
    for k in range(t.step.load_count):
        load = t.step.loads[k]
        if load[0] == 0:
            v.row_loads[k].values, v.row_loads[k].mask = trace_column(v, load[1]) + load[2], ~<size_t>0
        elif load[0] == 2:
            v.row_loads[k].values, v.row_loads[k].mask = known_values(v, known_of(t, load)) + load[2], ~<size_t>0
        else:
            v.row_loads[k].values, v.row_loads[k].mask = <const uint64_t *>t.row_periodic[k], period_mask(t, load[1])
    for k in range(t.step.result_count):
        v.row_results[k].values = trace_column(v, t.step_targets[k][0]) + t.step_reach
        v.row_results[k].slot = t.row_results[k]
    code.first_load, code.load_count, code.loads = t.step.uniform_count + 1, t.step.load_count, v.row_loads
    code.step_count, code.steps = t.row_step_count, t.row_steps
    code.result_count, code.results = t.step.result_count, v.row_results
    return code


cdef inline size_t period_mask(const TablePlan *t, size_t periodic) noexcept nogil:
    return (<size_t>1 << t.periodic[periodic].log_period) - 1


cdef void run_first_rows(Prover *v, l2zk_row_code *code) noexcept nogil:
    """Rows before step_reach, where some steps begin and others do not: those read 0 and write to a spare slot."""
    cdef const TablePlan *t = &v.plan.table
    cdef uint64_t *slots = v.scratch[0]
    cdef const uint64_t *zero = slots + t.step.uniform_count
    cdef size_t row, k, at
    cdef const uint32_t *load
    for row in range(t.first_target, t.step_reach):
        if l2zk_crew_cancelled(v.crew):
            return
        for k in range(t.step.load_count):
            load = t.step.loads[k]
            if load[0] == 1:
                at = (row - t.step_reach) & period_mask(t, load[1])
                v.row_loads[k].values = <const uint64_t *>t.row_periodic[k] + at
            elif row + load[2] < t.step_reach:
                v.row_loads[k].values = zero
            elif load[0] == 2:
                v.row_loads[k].values = known_values(v, known_of(t, load)) + (row + load[2] - t.step_reach)
            else:
                v.row_loads[k].values = trace_column(v, load[1]) + (row + load[2] - t.step_reach)
        for k in range(t.step.result_count):
            v.row_results[k].values = slots + t.row_slots - 1
            if row >= t.step_targets[k][1]:
                v.row_results[k].values = trace_column(v, t.step_targets[k][0]) + row
        l2zk_active.run_rows(code, 0, 1, slots)


cdef void call_step_function(Prover *v, size_t first, size_t last) noexcept nogil:
    cdef const TablePlan *t = &v.plan.table
    cdef uint64_t **columns = <uint64_t **>v.scratch[0]
    cdef size_t c, i
    for c in range(t.columns):
        columns[c] = trace_column(v, c)
    v.step_result = t.function(columns, first, last, t.function_context)
    if v.step_result:
        stop(v, STEP_FAILED)
        return
    for c in range(t.columns):
        for i in range(first, last):
            if trace_column(v, c)[i] >= P:
                stop(v, STEP_NOT_CANONICAL)
                return


cdef void generate_trace(Prover *v) noexcept nogil:
    """The trace to its last padded row, with public sequences: inputs in their places first, outputs read off last."""
    place_inputs(v)
    if not v.given_trace:
        l2zk_crew_stage(v.crew, STAGE_TRACE, v.plan.table.rows)
        fill_start(v)
        run_steps(v)
    if not stopped(v):
        read_outputs(v)
    if not stopped(v):
        read_sequences(v)


cdef void fill_start(Prover *v) noexcept nogil:
    """Columns that are given, zeros in the others, and the cells that the program fixes."""
    cdef const TablePlan *t = &v.plan.table
    cdef size_t i
    for i in range(t.columns):
        if v.given[i] == NULL:
            memset(trace_column(v, i), 0, 8 * t.rows)
        else:
            memcpy(trace_column(v, i), v.given[i], 8 * t.rows)
    for i in range(v.start_count):
        trace_column(v, v.start[i][1])[v.start[i][0]] = v.start[i][2]


cdef void run_steps(Prover *v) noexcept nogil:
    """The step function, or the step code, from row to row."""
    cdef const TablePlan *t = &v.plan.table
    cdef size_t first, rows = t.rows - t.step_reach, block = rows_a_block(&t.step)
    cdef l2zk_row_code code
    if t.has_step:
        run_prelude(&t.step, v.inputs, t.input_count, NULL, 0, v.scratch[0])
        v.scratch[0][t.step.uniform_count] = 0
        code = row_code(v)
        run_first_rows(v, &code)
        code = row_code(v)
    for first from 0 <= first < rows by block:
        if l2zk_crew_cancelled(v.crew):
            stop(v, CANCELLED)
            return
        if t.function != NULL:
            call_step_function(v, t.step_reach + first, t.step_reach + smaller(first + block, rows))
        elif t.has_step:
            l2zk_active.run_rows(&code, first, smaller(first + block, rows), v.scratch[0])
        if stopped(v):
            return
        l2zk_crew_advance(v.crew, smaller(block, rows - first))


cdef void load_rows(const Prover *v, const uint32_t *load, size_t row, uint64_t **slot) noexcept nogil:
    """A tile of a column of the trace or of a known one."""
    cdef const TablePlan *t = &v.plan.table
    cdef size_t known
    if load[0] == 0:
        slot[0] = <uint64_t *>tile_at(trace_column(v, load[1]), t.rows, row + load[2], slot[0])
    else:
        known = known_of(t, load)
        slot[0] = <uint64_t *>tile_at(known_values(v, known), known_rows(t, known), row, slot[0])


cdef uint64_t *run_tile(const Prover *v, size_t row, uint64_t *scratch, uint64_t **slots) noexcept nogil:
    """Every constraint's expression on TILE rows from a row on: a tile of values for each."""
    cdef const l2zk_code *code = &v.plan.table.constraints
    cdef uint64_t *results = scratch + TILE * code.vector_count
    cdef size_t i
    for i in range(code.vector_count):
        slots[i] = scratch + TILE * i
        if i < code.load_count:
            load_rows(v, code.loads[i], row, slots + i)
    l2zk_active.store_results(code, slots, v.uniforms, results)
    return results


cdef void read_outputs(Prover *v) noexcept nogil:
    """Read the outputs off the trace: each is its constraint's value on its row while all outputs are 0. One tile
    serves all outputs on its rows."""
    cdef const TablePlan *t = &v.plan.table
    cdef size_t i, k, row, first = 0
    cdef uint64_t *results = NULL
    memset(v.outputs, 0, 8 * t.output_count)
    run_prelude(&t.constraints, v.inputs, t.input_count, v.outputs, t.output_count, v.uniforms)
    for k in range(t.output_count):
        i = t.outputs_by_row[k]
        row = t.output_claims[i][1]
        if results == NULL or row - first >= TILE:
            if l2zk_crew_cancelled(v.crew):
                stop(v, CANCELLED)
                return
            first, results = row, run_tile(v, row, v.scratch[0], v.slots[0])
        v.outputs[i] = results[TILE * t.output_claims[i][0] + row - first]
    run_prelude(&t.constraints, v.inputs, t.input_count, v.outputs, t.output_count, v.uniforms)


# ---- sequences -------------------------------------------------------------------------------------------------------

cdef void place_sequence(Prover *v, size_t i) noexcept nogil:
    """The values of a sequence on the rows of its placements."""
    cdef const TablePlan *t = &v.plan.table
    cdef const Placement *p
    cdef uint64_t *placed
    cdef size_t a, number
    for number in range(t.placement_count):
        p, placed = t.placements + number, column_of(v.placed, t.rows, number)
        for a in range(t.sequences[i].length if p.sequence == i else 0):
            placed[p.first + a * p.step] = v.sequences[i][a]


cdef void place_inputs(Prover *v) noexcept nogil:
    """The input sequences; the outputs are 0 while they are read off the trace."""
    cdef const TablePlan *t = &v.plan.table
    cdef size_t i
    for i in range(t.placement_count):
        memset(column_of(v.placed, t.rows, i), 0, 8 * t.rows)
    for i in range(t.sequence_count):
        if not t.sequences[i].is_output:
            place_sequence(v, i)


cdef void read_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """The entries of output sequences on some tiles of rows."""
    cdef Prover *v = <Prover *>context
    cdef const TablePlan *t = &v.plan.table
    cdef const Placement *p
    cdef uint64_t *results
    cdef size_t row, a, claim, last = smaller((task + 1) * CHECKED_A_TASK, t.rows)
    for row from task * CHECKED_A_TASK <= row < last by TILE:
        results = NULL
        for claim in range(t.claimed):
            p = t.placements + t.sequence_claims[claim][1]
            for a in range(entries_before(t, p, row), entries_before(t, p, row + TILE)):
                if results == NULL:
                    results = run_tile(v, row, v.scratch[worker], v.slots[worker])
                (<uint64_t *>v.sequences[p.sequence])[a] = results[
                    TILE * t.sequence_claims[claim][0] + p.first + a * p.step - row]


cdef void read_sequences(Prover *v) noexcept nogil:
    """Read the output sequences off the trace: an entry is its constraint's value on its row while they are all 0."""
    cdef const TablePlan *t = &v.plan.table
    cdef size_t claim
    if t.claimed == 0:
        return
    share(v, read_task, v, (t.rows + CHECKED_A_TASK - 1) // CHECKED_A_TASK)
    for claim in range(t.claimed):
        place_sequence(v, t.placements[t.sequence_claims[claim][1]].sequence)
