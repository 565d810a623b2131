# Columns of bits, which the prover finds and keeps as such beside the vector: 64 entries a word, entry i in bit i.
#
# Whoever sums up over a column, or transforms it, asks `is_narrow` and takes the kernels for bits: the same values, and
# none of the proof's bytes tells. Masks and tails are elements as ever.

cdef enum:
    LEAST_NARROW = MOST_STREAMS * 64     # rows of a column, so that its streams have whole words
    LEAST_PACKED = 512                   # entries of a column of the commitment


cdef inline bint is_narrow(const Part *part, size_t c) noexcept nogil:
    """Whether a table's column has bits alone."""
    return part.narrow[c]


cdef inline const uint64_t *words_in(const Part *part, size_t c) noexcept nogil:
    """The words of a table's column."""
    return part.words + c * (part.table.rows // 64)


cdef inline const uint64_t *words_of_column(const Prover *v, size_t i) noexcept nogil:
    """The words of a column of the commitment."""
    return v.words + (i << v.plan.log_m) // 64


cdef size_t narrow_words(const Prover *v, size_t j, uint64_t *words) noexcept nogil:
    """Entries j ... j + 63 of the commitment's columns of bits; returns how many these are."""
    cdef size_t i, count = 0
    for i in range(v.plan.columns):
        if v.narrow[i]:
            words[count] = words_of_column(v, i)[j // 64]
            count += 1
    return count


cdef inline uint64_t word_at(const uint64_t *words, size_t rows, size_t at) noexcept nogil:
    """The bits of 64 rows from one on, rows counted modulo `rows`."""
    cdef size_t k, shift = at & 63
    cdef uint64_t word
    k = (at & (rows - 1)) // 64
    word = words[k] >> shift
    if shift:
        word |= words[(k + 1) & (rows // 64 - 1)] << (64 - shift)
    return word


cdef void load_words(const TablePlan *t, const uint64_t *words, size_t at, size_t count, uint64_t *out) noexcept nogil:
    """`count` words of each stream of a column, from row `at` of it on."""
    cdef size_t z, k
    for z in range(t.streams):
        for k in range(count):
            out[z * count + k] = word_at(words, t.rows, at + (z << t.variables) + 64 * k)


# ---- found -----------------------------------------------------------------------------------------------------------

cdef void pack_task(void *context, size_t task, unsigned worker) noexcept nogil:
    """A column of a table."""
    cdef Prover *v = <Prover *>context
    cdef size_t i = owner_of(v.first_cells, v.plan.table_count, task), c
    cdef const Part *part = v.parts + i
    c = task - v.first_cells[i]
    part.narrow[c] = part.table.rows >= LEAST_NARROW and l2zk_active.pack_bits(
        column_in(part, c), part.table.rows, <uint64_t *>words_in(part, c))


cdef void widen(Prover *v, size_t first, size_t last) noexcept nogil:
    """The columns of the commitment that have entries first .. last - 1 are not kept as bits."""
    cdef size_t i
    for i in range(first >> v.plan.log_m, (last + v.plan.m - 1) >> v.plan.log_m):
        v.narrow[i] = False


cdef void find_narrow(Prover *v) noexcept nogil:
    """Which columns have bits alone, and their words."""
    cdef const Plan *p = v.plan
    cdef const TablePlan *t
    cdef size_t i, c, end = 0
    share(v, pack_task, v, v.first_cells[p.table_count])
    if stopped(v):
        return
    v.has_narrow = False
    memset(v.narrow, p.m >= LEAST_PACKED, p.columns)
    memset(v.narrow + p.columns, 0, 3)
    for i in range(p.table_count):
        t = p.tables + i
        end = larger(end, t.at + t.columns * t.rows)
        for c in range(t.columns):
            if is_narrow(v.parts + i, c):
                v.has_narrow = True
            else:
                widen(v, t.at + c * t.rows, t.at + (c + 1) * t.rows)
    widen(v, end, p.columns << p.log_m)


# ---- at the points of the first round --------------------------------------------------------------------------------

cdef enum:
    WORDS_OF_BITS = 2 * 256 * MOST_STREAMS
    MOST_COSETS_OF_BITS = 8              # their words stay in cache, and few constraints of bits need more


cdef size_t cosets_of_bits(const Plan *p) noexcept nogil:
    """The cosets on which columns of bits are extended as such: the first ones."""
    cdef size_t i, cosets = 0
    for i in range(p.table_count):
        if p.tables[i].rows >= LEAST_NARROW:
            cosets = larger(cosets, p.tables[i].most_cosets)
    return smaller(cosets, MOST_COSETS_OF_BITS)


cdef void prepare_bits(Streams *s) noexcept nogil:
    """What each value of the bits of eight streams comes to on the cosets."""
    cdef uint64_t ones[MOST_STREAMS][2 * MOST_STREAMS]
    cdef uint64_t weights[MOST_STREAMS * MOST_STREAMS]
    cdef const uint64_t *sources[MOST_STREAMS]
    cdef uint64_t *rows
    cdef size_t c, i, half, byte, bit
    memset(ones, 0, sizeof(ones))
    for i in range(MOST_STREAMS):
        ones[i][i], sources[i] = 1, ones[i]
    for c in range(s.cosets_of_bits):
        l2zk_active.extend_streams(sources, s.skipped, MOST_STREAMS, s.unroots, s.roots,
                                   s.coset_factors + (c << s.skipped), weights, MOST_STREAMS)
        for half in range(2):
            rows = s.of_bits + c * WORDS_OF_BITS + half * 256 * MOST_STREAMS
            memset(rows, 0, 8 * MOST_STREAMS)
            for bit in range(8):
                for byte in range(<size_t>1 << bit):
                    for i in range(MOST_STREAMS):
                        rows[((<size_t>1 << bit) + byte) * MOST_STREAMS + i] = f_add(
                            rows[byte * MOST_STREAMS + i], weights[i * MOST_STREAMS + 8 * half + bit])


cdef void extend_narrow_tile(const TableArgument *s, size_t c, size_t row, size_t count, size_t coset, uint64_t *out,
                             uint64_t *staged) noexcept nogil:
    """A tile of a column of bits, `count` rows and a few more, at the points of a coset. (skip.pxi)"""
    cdef const TablePlan *t = s.table
    load_words(t, words_in(s.part, c), row, 2, staged)
    l2zk_active.extend_bits(staged, 2, count, s.streams.of_bits + (coset - 1) * WORDS_OF_BITS, out, EXTENDED_STEP)
