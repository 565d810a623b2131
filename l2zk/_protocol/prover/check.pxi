# The check of a trace: every constraint on every row of its domain.

cdef size_t CHECKED_A_TASK = 1 << 10       # rows


cdef inline bint some_differ_from_zero(const uint64_t *tile) noexcept nogil:
    cdef uint64_t all_bits = 0
    cdef size_t t
    for t in range(TILE):
        all_bits |= tile[t]
    return all_bits != 0


cdef void check_rows_of_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """Every constraint on some tiles of rows, which come after those of the worker's tasks before."""
    cdef Prover *v = <Prover *>context
    cdef size_t row, last = smaller((task + 1) * CHECKED_A_TASK, v.plan.length)
    for row from task * CHECKED_A_TASK <= row < last by TILE:
        check_tile(v, row, v.scratch + worker, v.first_violation + worker * v.plan.constraint_count,
                   v.violations + worker * v.plan.constraint_count)


cdef void check_tile(const Prover *v, size_t row, Scratch *scratch, int64_t *first,
                     uint64_t *violations) noexcept nogil:
    cdef const Plan *p = v.plan
    cdef uint64_t *results = run_tile(v, row, scratch.words, scratch.slots)
    cdef const Group *g
    cdef size_t i, t
    for i in range(p.constraint_count):
        g = p.groups + p.group_of[i]
        if g.kind == DOMAIN_ROW and not row <= g.x < row + TILE:
            continue
        for t in range(smaller(TILE, p.length - row) if some_differ_from_zero(results + TILE * i) else 0):
            if results[TILE * i + t] and in_domain(p, g, row + t):
                if violations[i] == 0:
                    first[i] = row + t
                violations[i] += 1


cdef void check_trace(Prover *v) noexcept nogil:
    """Stop the proof if a constraint is not satisfied;
    first_violation and violations then have its first row and the number of rows."""
    cdef const Plan *p = v.plan
    cdef size_t i, worker, tasks = (p.length + CHECKED_A_TASK - 1) // CHECKED_A_TASK, found
    if stopped(v) or not v.check:
        return
    l2zk_crew_stage(v.crew, STAGE_CHECK, tasks)
    for i in range(p.constraint_count * v.workers):
        v.first_violation[i] = -1
        v.violations[i] = 0
    share(v, check_rows_of_task, v, tasks)
    if stopped(v):
        return
    for i in range(p.constraint_count):
        for worker in range(1, v.workers):
            found = worker * p.constraint_count + i
            if v.violations[found] and (v.violations[i] == 0 or v.first_violation[found] < v.first_violation[i]):
                v.first_violation[i] = v.first_violation[found]
            v.violations[i] += v.violations[found]
        if v.violations[i]:
            stop(v, VIOLATED)
