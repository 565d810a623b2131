# The kernels for columns of bits, for the tests.

cdef object _packed(bits):
    """Rows of bits as words."""
    bits = np.atleast_2d(_column_array(bits))
    words = np.zeros((bits.shape[0], bits.shape[1] // 64 + TILE), dtype=np.uint64)
    cdef size_t i
    for i in range(bits.shape[0]):
        if not l2zk_active.pack_bits(_words_of(bits[i]), bits.shape[1], _words_of(words[i])):
            return None
    return words


def pack_probe(values):
    """The words of values, or None where not all of them are bits."""
    words = _packed(values)
    return None if words is None else words[0, : len(values) // 64]


def sum_bits_probe(weights, bits, start):
    """By column the sum of the weights of its ones, and a start."""
    weights, words = _roomy(weights), _packed(bits)
    cdef k3 sums[64]
    cdef size_t i
    for i in range(len(bits)):
        sums[i] = _element(start)
    l2zk_active.sum_bits(_words_of(weights), weights.shape[1], weights.shape[1] - TILE, _words_of(words),
                         words.shape[1], len(bits), sums)
    return [(sums[i].c[0], sums[i].c[1], sums[i].c[2]) for i in range(len(bits))]


def fold_bits_probe(weights, bits, start):
    """By row of a tile the sum of the weights of the sources that have a one, and its start."""
    cdef k3_words prepared[64]
    cdef size_t z
    for z in range(len(weights)):
        prepared[z] = k_words(_element(weights[z]))
    out, words = _roomy(start), np.ascontiguousarray(_packed(bits)[:, 0])
    l2zk_active.fold_bits(prepared, _words_of(words), len(weights), _words_of(out), out.shape[1])
    return out[:, :TILE]


def extend_bits_probe(bits, table):
    """Sixteen streams of bits at sixteen points, by a table of what eight bits come to."""
    words, table = _packed(bits), _column_array(table)
    cdef size_t count = np.shape(bits)[1]
    out = np.zeros((16, count + TILE), dtype=np.uint64)
    l2zk_active.extend_bits(_words_of(words), words.shape[1], count, _words_of(table), _words_of(out), count + TILE)
    return out[:, :count]


def ntt_bits_probe(bits, unsigned log_n, uint64_t shift, tails=()):
    """The transforms of columns of bits, with what is added to the first coefficients of each."""
    packed, number = _packed(bits), len(bits)
    cdef unsigned log_tail = log_of_ratio(len(tails[0]), 1) if len(tails) else 0
    cdef size_t n = <size_t>1 << log_n, i
    words, powers, _ = _tables(log_n)
    factors = np.empty(l2zk_ntt_bits_words(log_n), dtype=np.uint64)
    reversed_bits = np.zeros((number, n // 8), dtype=np.uint8)
    reversed_tails = np.zeros((number, 1 << log_tail), dtype=np.uint64)
    out = np.zeros((number, n + TILE), dtype=np.uint64)
    l2zk_active.ntt_fill_shift(_words_of(powers), shift, log_n)
    l2zk_active.ntt_fill_bits(_words_of(factors), _words_of(powers), log_n, l2zk_ntt_tables_in(_words_of(words), n))
    for i in range(number):
        l2zk_active.ntt_reverse_bits(<uint8_t *>_words_of(reversed_bits[i]), _words_of(packed[i]), log_n)
        if len(tails):
            tail = _column_array(tails[i])
            l2zk_active.ntt_reverse(_words_of(reversed_tails[i]), _words_of(tail), len(tail), log_tail)
    l2zk_active.ntt_bits(_words_of(out), n + TILE, <uint8_t *>_words_of(reversed_bits), number, log_n,
                         _words_of(powers), _words_of(factors), _words_of(reversed_tails) if len(tails) else NULL,
                         1 << log_tail, log_tail, l2zk_ntt_tables_in(_words_of(words), n))
    return out[:, :n]
