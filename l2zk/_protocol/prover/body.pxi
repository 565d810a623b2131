# The body of a proof: everything that the prover sends, appended in order. Messages are absorbed by the transcript too,
# openings are not. (PROTOCOL 5.4, 8.2, 8.3)

cdef inline uint8_t *append(Prover *v, size_t size) noexcept nogil:
    """Room for the next `size` bytes, which the caller fills."""
    cdef uint8_t *place = v.proof + v.proof_length
    v.proof_length += size
    return place


# ---- messages --------------------------------------------------------------------------------------------------------

cdef inline void send(Prover *v, Message kind, size_t start) noexcept nogil:
    """Absorb the bytes appended from `start` on."""
    if absorb(&v.transcript, kind, v.proof + start, v.proof_length - start):
        stop(v, NO_MEMORY)


cdef void send_root(Prover *v, const Tree *t, Message kind) noexcept nogil:
    """The root of a tree: the commitment to all its leaves."""
    cdef size_t start = v.proof_length
    read_digest(t, NULL, 1, 0, append(v, 32))
    send(v, kind, start)


cdef void send_elements(Prover *v, const k3 *values, size_t count, Message kind) noexcept nogil:
    """Elements of K: the out-of-domain values, or the coefficients of the final polynomial."""
    cdef size_t t, start = v.proof_length
    for t in range(count):
        put_k3(append(v, 24), values[t])
    send(v, kind, start)


cdef void send_nonce(Prover *v, uint64_t nonce) noexcept nogil:
    cdef size_t start = v.proof_length
    put_u64(append(v, 8), nonce)
    send(v, MESSAGE_NONCE, start)


# ---- openings --------------------------------------------------------------------------------------------------------

cdef inline void append_element(Prover *v, uint64_t value) noexcept nogil:
    put_u64(append(v, 8), value)


cdef inline void append_salt(Prover *v, const Tree *t, size_t leaf) noexcept nogil:
    cdef uint32_t salt[4]
    read_salt(t, leaf, salt, v.scratch[0].random)
    memcpy(append(v, 16), salt, 16)


cdef void append_digests(Prover *v, const Tree *t, const uint64_t *leaves, size_t count,
                         uint64_t *known) noexcept nogil:
    """The digests that lead from these leaves to the root. known: room for twice as many numbers. (PROTOCOL 5.3)"""
    reopen(t, &v.reopened, leaves, count)
    v.proof_length += list_digests(t, &v.reopened, leaves, count, known, v.proof + v.proof_length)
