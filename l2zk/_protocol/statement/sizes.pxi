# The search for the shape of a commitment, and the limits of what is found. (_native/shape.c, PROTOCOL 4.5 to 4.9)

cdef extern from "shape.h" nogil:
    enum: L2ZK_MOST_CHALLENGES, L2ZK_MOST_ROUNDS, L2ZK_LEAST_SECURITY
    enum: MOST_WORDS "L2ZK_MOST_LATER_WORDS", MOST_FOLDED "L2ZK_MOST_FOLDED"
    enum: MOST_QUERIES "L2ZK_MOST_QUERIES", CELLS "L2ZK_CELLS"
    enum: L2ZK_DEFAULT, L2ZK_COMPACT, L2ZK_FAST
    const uint64_t L2ZK_MOST_ENTRIES
    const uint64_t L2ZK_MOST_CLAIMS
    const uint64_t L2ZK_MOST_DEGREE
    ctypedef struct l2zk_options:
        int preset, log_rate, security, grinding, hiding, queries
    ctypedef struct l2zk_challenge:
        uint64_t degree, together
    ctypedef struct l2zk_demand:
        uint64_t entries, claims
        int log_rows, challenge_count
        l2zk_challenge challenges[L2ZK_MOST_CHALLENGES]
    ctypedef struct l2zk_later_word:
        int k, log_n, queries
    ctypedef struct l2zk_shape:
        int columns, log_m, log_n0, queries, tail, hiding, grinding, word_count
        l2zk_later_word words[MOST_WORDS]
    ctypedef struct l2zk_round:
        const char *name
        int64_t worst, together
    ctypedef struct l2zk_word_bits:
        int multiplicity, count
        l2zk_round rounds[L2ZK_MOST_ROUNDS]
    ctypedef struct l2zk_bits:
        int64_t least, of_sum
    bint l2zk_shape_choose(l2zk_shape *shape, const l2zk_demand *asked, const l2zk_options *options) noexcept
    void l2zk_shape_rounds(const l2zk_shape *shape, const l2zk_demand *asked, int security,
                           l2zk_word_bits *words) noexcept
    l2zk_bits l2zk_shape_bits(const l2zk_shape *shape, const l2zk_demand *asked, int security) noexcept
