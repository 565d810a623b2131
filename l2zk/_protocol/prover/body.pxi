# The body of a proof: everything that the prover says, in order. Messages are absorbed by the transcript too, openings
# are not. (PROTOCOL 6, 9.2)

cdef inline uint8_t *append(Prover *v, size_t size) noexcept nogil:
    """Room for the next `size` bytes, which the caller fills."""
    cdef uint8_t *place = v.proof + v.proof_length
    v.proof_length += size
    return place


cdef inline void send(Prover *v, Message kind, size_t start) noexcept nogil:
    """Absorb the bytes appended from `start` on."""
    if absorb(&v.transcript, kind, v.proof + start, v.proof_length - start):
        stop(v, NO_MEMORY)


cdef void say_root(Prover *v, const Tree *t, Message kind) noexcept nogil:
    cdef size_t start = v.proof_length
    read_digest(t, NULL, 1, 0, append(v, 32))
    send(v, kind, start)


cdef void say(Prover *v, Message kind, const k3 *values, size_t count) noexcept nogil:
    """Elements of K, as they are."""
    cdef size_t t, start = v.proof_length
    for t in range(count):
        put_k3(append(v, 24), values[t])
    send(v, kind, start)


cdef void say_hidden(Prover *v, Message kind, const k3 *values, size_t count) noexcept nogil:
    """Elements of K, each plus its mask. (PROTOCOL 6.1)"""
    cdef size_t t, start = v.proof_length
    for t in range(count):
        put_k3(append(v, 24), k_add(values[t], mask_of(v, v.masks_used + t)))
    v.masks_used += count
    send(v, kind, start)


cdef void say_opened(Prover *v, Message kind, k3 *values, size_t count, k3 last) noexcept nogil:
    """Values at a point with this last coordinate r, each plus r*(1 - r) times its mask; they become what is said."""
    cdef size_t t
    cdef k3 factor = k_mul(last, k_sub(k_from(1), last))
    for t in range(count):
        values[t] = k_add(values[t], k_mul(factor, mask_of(v, v.masks_used + t)))
    v.masks_used += count
    say(v, kind, values, count)


cdef void say_nonce(Prover *v, uint64_t nonce) noexcept nogil:
    cdef size_t start = v.proof_length
    put_u64(append(v, 8), nonce)
    send(v, MESSAGE_NONCE, start)


cdef void append_digests(Prover *v, const Tree *t, const uint64_t *leaves, size_t count) noexcept nogil:
    """The digests that lead from these leaves to the root."""
    reopen(t, &v.reopened, leaves, count)
    v.proof_length += list_digests(t, &v.reopened, leaves, count, v.known, v.proof + v.proof_length)
