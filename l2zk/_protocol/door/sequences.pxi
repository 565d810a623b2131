# Public sequences: what a table says of them, and their values. (PROTOCOL 3.1, 3.2)

cdef int take_sequences(TablePlan *t, list keep, sequences, placements, claims) except -1:
    """Lengths and kinds, places in the rows, and for each output the constraint that says it."""
    cdef size_t i, size = sizeof(PublicSequence) * len(sequences), placed_size = sizeof(Placement) * len(placements)
    cdef PublicSequence *out = <PublicSequence *>kept(keep, [0] * size, np.uint8)
    cdef Placement *placed = <Placement *>kept(keep, [0] * placed_size, np.uint8)
    for i, (length, is_output) in enumerate(sequences):
        _require(1 <= _whole("a sequence's length", length) <= 1 << 26, f"sequence {i} has {length} values")
        out[i].length, out[i].is_output = length, bool(is_output)
    for i, (sequence, first, step) in enumerate(placements):
        _require(all(type(value) is int and 0 <= value < 1 << 32 for value in (sequence, first, step))
                 and sequence < len(sequences) and step and first + (sequences[sequence][0] - 1) * step < t.block,
                 f"placement {i} is of no sequence, or ends beyond the trace")
        placed[i].sequence, placed[i].first, placed[i].step = sequence, first, step
    outputs = [i for i, (_, is_output) in enumerate(sequences) if is_output]
    _require(len(claims) in (0, len(outputs)), "an output sequence has no constraint, or a constraint none")
    for i, (constraint, number) in zip(outputs, claims):
        _require(_whole("a constraint", constraint) < t.constraint_count
                 and _whole("a placement", number) < len(placements) and placements[number][0] == i,
                 f"sequence {i} has no constraint or no placement")
    t.sequence_claims = <const uint64_t (*)[2]>kept(keep, list(claims), np.uint64)
    t.sequences, t.sequence_count = out, len(sequences)
    t.placements, t.placement_count, t.claimed = placed, len(placements), len(claims)
    return 0


cdef const uint64_t **kept_pointers(list keep, size_t count) except NULL:
    """Room for so many pointers that lives as long as the list."""
    return <const uint64_t **>kept(keep, [0] * count, np.uint64)


cdef const uint64_t *kept_sequence(list keep, values, size_t length, what) except NULL:
    """A copy of the values of a sequence: an array uint64, or integers."""
    array = np.array(values, order="C") if isinstance(values, np.ndarray) else _integers(values)
    if array.dtype != np.uint64 or array.shape != (length,) or (array >= P).any():
        raise ValueError(f"{what} is not {length} values below p")
    keep.append(array)
    return <const uint64_t *><size_t>array.ctypes.data


cdef object _integers(values):
    values = list(values)
    _require(all(type(value) is int and 0 <= value < P for value in values), "a value is not below p")
    return np.array(values, dtype=np.uint64)
