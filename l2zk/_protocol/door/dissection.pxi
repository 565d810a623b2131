# What a verification hears and draws, act by act.

def dissect(Compiled compiled not None, header, body, statements):
    """Verify, and say what was heard and drawn up to the refusal: (acts, the ProofError or None).

    An act is ("message", kind, start, length), ("challenge", (c0, c1, c2)), ("points", log n, indices) or ("opening",
    word, start, bytes of leaves, bytes of digests). A start is a place in the body; kinds are those of PROTOCOL 5.4.
    """
    cdef Log log
    memset(&log, 0, sizeof(Log))
    log.room, log.point_room = most_acts(&compiled.plan), all_queries(&compiled.plan)
    acts = np.zeros((log.room, ACT_NUMBERS), dtype=np.uint64)
    points = np.zeros(log.point_room, dtype=np.uint64)
    log.acts = <uint64_t *><size_t>acts.ctypes.data
    log.points = <uint64_t *><size_t>points.ctypes.data
    refusal = _refusal(compiled, header, body, statements, &log)
    return [_act(numbers, points) for numbers in acts[:log.count].tolist()], refusal


cdef tuple _act(list numbers, points):
    kind, a, b, c, d = numbers
    if kind == ACT_MESSAGE:
        return "message", a, b, c
    if kind == ACT_CHALLENGE:
        return "challenge", (a, b, c)
    if kind == ACT_POINTS:
        return "points", a, points[b:b + c].tolist()
    return "opening", a, b, c, d
