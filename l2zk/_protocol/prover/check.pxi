# The check of a trace: every constraint on every row of its domain.

cdef inline bint some_differ_from_zero(const uint64_t *tile) noexcept nogil:
    cdef uint64_t all_bits = 0
    cdef size_t i
    for i in range(TILE):
        all_bits |= tile[i]
    return all_bits != 0


cdef void check_rows_of_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """Every constraint on some tiles of rows, which come after those of the worker's tasks before."""
    cdef Prover *v = <Prover *>context
    cdef size_t row, last = smaller((task + 1) * CHECKED_A_TASK, v.plan.table.rows)
    for row from task * CHECKED_A_TASK <= row < last by TILE:
        check_tile(v, row, worker, v.first_violation + worker * v.plan.table.constraint_count,
                   v.violations + worker * v.plan.table.constraint_count)


cdef void check_tile(const Prover *v, size_t row, unsigned worker, int64_t *first,
                     uint64_t *violations) noexcept nogil:
    cdef const TablePlan *t = &v.plan.table
    cdef uint64_t *results = run_tile(v, row, v.scratch[worker], v.slots[worker])
    cdef const Selector *g
    cdef size_t i, k
    for i in range(t.constraint_count):
        g = t.selectors + t.group_of[i]
        if g.kind == DOMAIN_ROW and not row <= g.x < row + TILE:
            continue
        for k in range(smaller(TILE, t.rows - row) if some_differ_from_zero(results + TILE * i) else 0):
            if results[TILE * i + k] and in_domain(t, g, row + k):
                if violations[i] == 0:
                    first[i] = row + k
                violations[i] += 1


cdef void check_trace(Prover *v) noexcept nogil:
    """Stop the proof if a constraint is not satisfied;
    first_violation and violations then have its first row and the number of rows."""
    cdef const TablePlan *t = &v.plan.table
    cdef size_t i, worker, tasks = (t.rows + CHECKED_A_TASK - 1) // CHECKED_A_TASK, found
    if stopped(v) or not v.check:
        return
    l2zk_crew_stage(v.crew, STAGE_CHECK, tasks)
    for i in range(t.constraint_count * v.workers):
        v.first_violation[i] = -1
        v.violations[i] = 0
    share(v, check_rows_of_task, v, tasks)
    if stopped(v):
        return
    for i in range(t.constraint_count):
        for worker in range(1, v.workers):
            found = worker * t.constraint_count + i
            if v.violations[found] and (v.violations[i] == 0 or v.first_violation[found] < v.first_violation[i]):
                v.first_violation[i] = v.first_violation[found]
            v.violations[i] += v.violations[found]
        if v.violations[i]:
            stop(v, VIOLATED)
