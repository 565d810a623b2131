# Many proofs, one after the other in one block, in one region without the GIL.

cdef struct Series:
    l2zk_crew *crew
    char *block
    Prover **provers
    uint8_t **bodies
    size_t count
    size_t done
    bint stop_at_failure


cdef void prove_series(void *context) noexcept nogil:
    """One after the other in the same block; each finished body is copied out of it."""
    cdef Series *s = <Series *>context
    cdef Prover *v
    cdef size_t i
    for i in range(s.count):
        v = s.provers[i]
        v.arena.base = s.block
        lay_out(v)
        prove_job(v)
        if v.outcome == PROVED:
            s.bodies[i] = <uint8_t *>malloc(v.proof_length)
            if s.bodies[i] == NULL:
                stop(v, NO_MEMORY)
            else:
                memcpy(s.bodies[i], v.proof, v.proof_length)
        if v.outcome == CANCELLED or v.outcome != PROVED and s.stop_at_failure:
            return
        s.done = i + 1
