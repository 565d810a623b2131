# The blocks of all statements, one after the other by all threads, or where they are many and short, the blocks of each
# statement by one thread.

cdef size_t SHORT_BLOCK = 1 << 14          # rows


cdef void block_task(void *context, size_t statement, unsigned worker) noexcept nogil:
    """All blocks of a statement by one thread, and their check."""
    cdef Prover *v = <Prover *>context
    cdef Place at
    cdef size_t i
    at.prover, at.worker, at.is_alone = v, worker, True
    for i in range(v.statements[statement].first_block, v.statements[statement + 1].first_block):
        at.block = v.blocks + i
        if not stopped(v):
            fill_block(&at)
            check_block(&at)


cdef void judge_blocks(Prover *v) noexcept nogil:
    """Stop the proof for the first block that violates a constraint."""
    cdef size_t i, k
    for i in range(v.block_count if v.check and not stopped(v) else 0):
        for k in range(v.blocks[i].table.constraint_count):
            if v.blocks[i].violations[k] and not stopped(v):
                v.failed = i
                stop(v, VIOLATED)


cdef bint are_short(const Prover *v) noexcept nogil:
    """True if there are many statements, whose blocks are short."""
    cdef size_t i
    for i in range(v.block_count):
        if v.blocks[i].table.rows > SHORT_BLOCK:
            return False
    return v.plan.statement_count > 1


cdef void begin_blocks(Prover *v) noexcept nogil:
    """The start of every block, after which the columns that are given are read no more."""
    cdef Place at
    cdef size_t i
    at.prover, at.worker, at.is_alone = v, 0, False
    for i in range(v.block_count):
        at.block = v.blocks + i
        if not stopped(v):
            fill_start(&at)
    v.begun = not stopped(v)


cdef void generate_trace(Prover *v) noexcept nogil:
    """Every block, and its check."""
    cdef Place at
    cdef size_t i
    at.prover, at.worker, at.is_alone = v, 0, False
    v.spread = are_short(v)
    if v.spread:
        l2zk_crew_stage(v.crew, STAGE_TRACE, v.plan.statement_count)
        share(v, block_task, v, v.plan.statement_count)
    for i in range(0 if v.spread else v.block_count):
        at.block = v.blocks + i
        l2zk_crew_stage(v.crew, STAGE_TRACE, at.block.table.rows)
        if not stopped(v):
            fill_block(&at)
            check_block(&at)
    judge_blocks(v)
    if not stopped(v) and not v.trace_only:
        copy_last_blocks(v)


cdef void copy_last_blocks(Prover *v) noexcept nogil:
    """What fills up a group: copies of its last statement; then what is known of all blocks, and the uniforms."""
    cdef size_t i, j, c
    cdef const GroupPlan *g
    cdef Part *part
    for i in range(v.plan.table_count):
        part = v.parts + i
        g = v.plan.groups + part.table.group
        for j in range(g.statements, g.blocks):
            for c in range(part.table.columns):
                copy_block(column_in(part, c), part.table.block, g.statements - 1, j)
            for c in range(part.table.placement_count):
                copy_block(column_of(part.derived, part.table.rows, c), part.table.block, g.statements - 1, j)
        derive_part(v, part)
