# The log of a transcript: what is heard and drawn, in order, for whoever wants to see it. (`dissect`)

cdef enum ActKind:
    ACT_MESSAGE = 0              # its kind, where it starts, its length
    ACT_CHALLENGE = 1            # its three coordinates
    ACT_POINTS = 2               # the log of a domain's size, where the points start among all drawn, how many
    ACT_OPENING = 3              # its word, where it starts, the bytes of its leaves, those of its digests

cdef enum:
    ACT_NUMBERS = 5              # of each act: its kind, then what it says

cdef struct Log:
    uint64_t *acts
    size_t count, room
    uint64_t *points             # of all draws, one after the other
    size_t point_count, point_room


cdef size_t most_acts(const Plan *p) noexcept nogil:
    """An upper bound for the acts of a verification."""
    cdef size_t rounds = p.variables + p.log_rows + p.log_columns + p.log_m
    # of a word: its root, z, the answer, a nonce, the points, the opening, gamma; of a layer rounds, values, mu, lambda
    return 2 * rounds + p.variables + 7 * p.word_count + <size_t>p.layers * (p.layers + 4) + 20


cdef void note(Log *log, ActKind kind, uint64_t a, uint64_t b, uint64_t c, uint64_t d) noexcept nogil:
    cdef uint64_t *act
    if log == NULL or log.count == log.room:
        return
    act = log.acts + ACT_NUMBERS * log.count
    act[0], act[1], act[2], act[3], act[4] = kind, a, b, c, d
    log.count += 1


cdef void note_points(Log *log, unsigned log_n, const uint64_t *indices, size_t count) noexcept nogil:
    if log == NULL or count > log.point_room - log.point_count:
        return
    note(log, ACT_POINTS, log_n, log.point_count, count, 0)
    memcpy(log.points + log.point_count, indices, 8 * count)
    log.point_count += count
