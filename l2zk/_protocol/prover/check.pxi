# The check of a trace: every constraint on every row of its domain.

cdef inline bint some_differ_from_zero(const uint64_t *tile) noexcept nogil:
    cdef uint64_t all_bits = 0
    cdef size_t i
    for i in range(TILE):
        all_bits |= tile[i]
    return all_bits != 0


cdef void check_rows_of_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """Every constraint on some tiles of rows, which come after those of the worker's tasks before."""
    cdef Place *at = <Place *>context
    cdef Block *b = at.block
    cdef size_t row, last = smaller((task + 1) * CHECKED_A_TASK, b.table.rows)
    cdef size_t own = 0 if at.is_alone else worker * b.table.constraint_count
    for row from task * CHECKED_A_TASK <= row < last by TILE:
        check_tile(at, row, worker, b.first_violation + own, b.violations + own)


cdef void check_tile(const Place *at, size_t row, unsigned worker, int64_t *first, uint64_t *violations) noexcept nogil:
    cdef const TablePlan *t = at.block.table
    cdef uint64_t *results = run_tile(at, row, worker)
    cdef const Selector *g
    cdef size_t i, k
    for i in range(t.constraint_count):
        g = t.selectors + t.domain_of[i]
        if g.kind == DOMAIN_ROW and not row <= g.x < row + TILE:
            continue
        for k in range(smaller(TILE, t.rows - row) if some_differ_from_zero(results + TILE * i) else 0):
            if results[TILE * i + k] and in_domain(t, g, row + k):
                if violations[i] == 0:
                    first[i] = row + k
                violations[i] += 1


cdef inline size_t findings(const Prover *v, const TablePlan *t) noexcept nogil:
    """Places for findings on a block: of each worker, or of the one that has it."""
    return t.constraint_count * (1 if v.spread else v.workers)


cdef void check_block(Place *at) noexcept nogil:
    """Find the first row, and the number of rows, on which each constraint is not satisfied."""
    cdef Prover *v = at.prover
    cdef Block *b = at.block
    cdef size_t i, worker, found, count = b.table.constraint_count
    if stopped(v) or not v.check:
        return
    if not at.is_alone:
        l2zk_crew_stage(v.crew, STAGE_CHECK, (b.table.rows + CHECKED_A_TASK - 1) // CHECKED_A_TASK)
    for i in range(findings(v, b.table)):
        b.first_violation[i] = -1
        b.violations[i] = 0
    over_rows(at, check_rows_of_task)
    for i in range(count if not at.is_alone else 0):
        for worker in range(1, v.workers):
            found = worker * count + i
            if b.violations[found] and (b.violations[i] == 0 or b.first_violation[found] < b.first_violation[i]):
                b.first_violation[i] = b.first_violation[found]
            b.violations[i] += b.violations[found]
