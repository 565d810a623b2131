# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The kernels one by one, for tests and benchmarks: numpy arrays in, numpy arrays out, with the instruction set in use.

An extension of its own, that no wheel has: it holds the kernels, and parts of the protocol, once more.
"""

import numpy as np

include "_protocol/base/native.pxi"
include "_protocol/base/numbers.pxi"
include "_protocol/base/arena.pxi"
include "_protocol/base/indices.pxi"
include "_protocol/base/storage.pxi"
include "_protocol/base/randomness.pxi"
include "_protocol/statement/sizes.pxi"
include "_protocol/statement/plan.pxi"
include "_protocol/channel/log.pxi"
include "_protocol/channel/transcript.pxi"
include "_protocol/oracle/tree.pxi"
include "_protocol/oracle/reopen.pxi"
include "_probes_narrow.pxi"

cdef uint64_t *_words_of(array) except? NULL:
    return <uint64_t *><size_t>array.ctypes.data


def _column_array(values):
    return np.ascontiguousarray(values, dtype=np.uint64)


cdef const uint8_t *_start_of(bytes data) except NULL:
    return <const uint8_t *>data


def use_isa(str name):
    """Use the kernels of this instruction set, which the machine and the build must have."""
    if l2zk_select(name.encode()):
        raise ValueError(f"this machine and build have no instruction set {name!r}")


def kernel_table():
    """The address of the kernels in use, for C that calls them (benchmarks/kernels.c)."""
    return <size_t>l2zk_active


def field_probe(str name, a, b):
    """F element by element: "add", "sub", "mul", "pow", or "inv" of a alone."""
    cdef size_t i
    a, b = _column_array(a), _column_array(b)
    out = np.empty_like(a)
    cdef uint64_t *x = _words_of(a)
    cdef uint64_t *y = _words_of(b)
    cdef uint64_t *r = _words_of(out)
    for i in range(len(a)):
        if name == "add":
            r[i] = f_add(x[i], y[i])
        elif name == "sub":
            r[i] = f_sub(x[i], y[i])
        elif name == "mul":
            r[i] = f_mul(x[i], y[i])
        elif name == "pow":
            r[i] = f_pow(x[i], y[i])
        else:
            r[i] = f_inv(x[i])
    return out


def extension_probe(str name, a, b):
    """K: "add", "sub", "mul" of two triples, or "inv" of the first."""
    cdef k3 x, y, r
    cdef int c
    for c in range(3):
        x.c[c], y.c[c] = a[c], b[c]
    if name == "add":
        r = k_add(x, y)
    elif name == "sub":
        r = k_sub(x, y)
    elif name == "mul":
        r = k_mul(x, y)
    else:
        r = k_inv(x)
    return r.c[0], r.c[1], r.c[2]


def root_of_unity(unsigned log_order):
    """omega of order 2^log_order."""
    return f_root(log_order)


cdef tuple _tables(unsigned log_n):
    words = np.empty(l2zk_ntt_table_words(<size_t>1 << log_n), dtype=np.uint64)
    l2zk_active.ntt_fill_tables(_words_of(words), <size_t>1 << log_n)
    return words, np.empty(l2zk_ntt_shift_words(log_n), dtype=np.uint64), np.empty(1 << log_n, dtype=np.uint64)


def ntt_probe(coefficients, unsigned log_n, uint64_t shift=1, tail=(), uint64_t tail_scale=0):
    """Values on shift*<omega_n> of a polynomial with at most n coefficients;
    tail*tail_scale is added to the first ones."""
    coefficients, tail = _column_array(coefficients), _column_array(tail)
    cdef unsigned log_tail = log_of_ratio(len(tail), 1)
    words, powers, out = _tables(log_n)
    reversed_tail = np.empty(1 << log_tail, dtype=np.uint64)
    l2zk_active.ntt_fill_shift(_words_of(powers), shift, log_n)
    l2zk_active.ntt_reverse(_words_of(out), _words_of(coefficients), len(coefficients), log_n)
    if len(tail):
        l2zk_active.ntt_reverse(_words_of(reversed_tail), _words_of(tail), len(tail), log_tail)
        l2zk_active.scale_values(_words_of(reversed_tail), _words_of(reversed_tail), len(reversed_tail), tail_scale)
    l2zk_active.ntt_values(_words_of(out), _words_of(out), log_n, _words_of(powers),
                           _words_of(reversed_tail) if len(tail) else NULL, log_tail,
                           l2zk_ntt_tables_in(_words_of(words), <size_t>1 << log_n))
    return out


def hash_columns_probe(columns, salts=None):
    """BLAKE3 of every row of a (words, n) array, a row being its words in little-endian order, zero-padded to 64 bytes:
    (n, 32) bytes.

    salts: (n, 16) bytes, each of which with 16 zeros is the key of a row.
    """
    columns = _column_array(columns)
    cdef size_t words = columns.shape[0], n = columns.shape[1], e
    cdef const uint64_t **sources = <const uint64_t **>malloc(sizeof(void *) * words)
    out = np.empty((8, n), dtype=np.uint32)
    for e in range(words):
        sources[e] = _words_of(columns) + e * n
    placed = np.zeros((4, n), dtype=np.uint32)
    for e in range(0 if salts is None else n):
        for k, word in enumerate(np.ascontiguousarray(salts[e]).view(np.uint32)):
            placed[k, e] = word
    l2zk_active.hash_columns(sources, words, n, NULL if salts is None else <uint32_t *>_words_of(placed), n,
                             <uint32_t *>_words_of(out), n)
    free(sources)
    return np.ascontiguousarray(out.T).view(np.uint8)


def hash_parents_probe(left, right):
    """Parent digests of (n, 32) byte arrays."""
    cdef size_t n = len(left)
    sliced = [np.ascontiguousarray(np.ascontiguousarray(side).view(np.uint32).T) for side in (left, right)]
    out = np.empty((8, n), dtype=np.uint32)
    l2zk_active.hash_parents(<uint32_t *>_words_of(sliced[0]), <uint32_t *>_words_of(sliced[1]), n, n,
                             <uint32_t *>_words_of(out), n)
    return np.ascontiguousarray(out.T).view(np.uint8)


def stream_probe(bytes seed, int purpose, uint64_t index, uint64_t first, size_t count):
    """Blocks first .. first + count - 1 of a stream of masks or salts: (count, 64) bytes."""
    cdef Randomness randomness
    working = np.empty(EXPANSION_WORDS, dtype=np.uint64)
    memcpy(randomness.seed, _start_of(seed), 32)
    expand(&randomness, <Purpose>purpose, index, first, count, _words_of(working))
    return np.ascontiguousarray(working.view(np.uint32).reshape(16, -1)[:, :count].T).view(np.uint8)


cdef l2zk_crew *_crew_of_one() except NULL:
    cdef l2zk_crew *crew = l2zk_crew_take(1)
    if crew == NULL:
        raise MemoryError
    return crew


def tree_probe(columns, size_t cosets, indices, seed=None):
    """A tree over the rows of a (words, leaves) array: its root, and the digests that open the leaves of some indices,
    in increasing order.

    With a seed of 32 bytes each leaf has a salt.
    """
    columns, indices = _column_array(columns), _column_array(indices)
    cdef size_t words = columns.shape[0], leaves = columns.shape[1], e
    cdef Randomness randomness
    cdef Reopened reopened
    cdef Tree t
    cdef l2zk_crew *crew = _crew_of_one()
    plan_tree(&t, crew, leaves, cosets)
    levels, digests = np.empty(level_words(&t), dtype=np.uint32), np.empty(8 * DIGEST_STEP, dtype=np.uint32)
    pointers, strides = np.empty((2, words), dtype=np.uint64), np.full(words, leaves // cosets, dtype=np.uint64)
    random, known = np.empty(EXPANSION_WORDS, dtype=np.uint64), np.empty(2 * len(indices) + 1, dtype=np.uint64)
    roots, again = np.empty(len(indices) + 1, dtype=np.uint64), np.empty(reopened_words(len(indices)), dtype=np.uint32)
    group, salts = np.empty((words, GROUP_LEAVES), dtype=np.uint64), np.empty((4, GROUP_LEAVES), dtype=np.uint32)
    order = np.array([stored_at(i, leaves, cosets) for i in range(leaves)], dtype=np.intp)
    stored = np.empty_like(columns)
    stored[:, order] = columns
    cdef uint64_t *scratch[3]
    scratch[0], scratch[1], scratch[2] = _words_of(pointers[0]), _words_of(digests), _words_of(random)
    t.leaf_words, t.levels = words, <uint32_t *>_words_of(levels)
    t.sources, t.strides = <const uint64_t **>_words_of(pointers[1]), <size_t *>_words_of(strides)
    t.pointers, t.digests, t.salt_working = scratch, <uint32_t **>scratch + 1, scratch + 2
    t.salts = NULL
    if seed is not None:
        memcpy(randomness.seed, <const char *>seed, 32)
        t.salts = &randomness
    for e in range(words):
        t.sources[e] = _words_of(stored) + e * leaves
    reopened.roots, reopened.digests = _words_of(roots), <uint32_t *>_words_of(again)
    reopened.sources, reopened.words = <const uint64_t **>_words_of(pointers[0]), _words_of(group)
    reopened.salts, reopened.most_words = <uint32_t *>_words_of(salts), words
    hash_tree(&t)
    hash_top(&t)
    opening = np.empty(32 * 64 * (len(indices) + 1), dtype=np.uint8)
    reopen(&t, &reopened, _words_of(indices), len(indices))
    cdef size_t length = list_digests(&t, &reopened, _words_of(indices), len(indices), _words_of(known),
                                      <uint8_t *>_words_of(opening))
    l2zk_crew_give(crew)
    root = np.empty(32, dtype=np.uint8)
    read_digest(&t, &reopened, 1, 0, <uint8_t *>_words_of(root))
    return root.tobytes(), opening[:length].tobytes()


def grind_probe(bytes prefix, uint64_t first, uint64_t count, unsigned bits):
    """The least nonce in first .. first + count - 1 that gives the zeros, or None; prefix: 48 bytes,
    digest and framing."""
    cdef int found = 0
    if len(prefix) != 48:
        raise ValueError(f"a nonce is hashed after 48 bytes, not after {len(prefix)}")
    cdef uint64_t nonce = l2zk_active.grind(_start_of(prefix), first, count, bits, &found)
    return nonce if found else None


# ---- arrays over K: (3, n) ------------------------------------------------------------------------------------------

cdef object _roomy(values):
    """A copy with a tile of room behind each coordinate."""
    return np.hstack([_column_array(values), np.zeros((3, TILE), dtype=np.uint64)])


cdef k3 _element(triple):
    cdef k3 x
    x.c[0], x.c[1], x.c[2] = triple
    return x


def fold_pairs_probe(values, point):
    """An array with its top variable set to a point."""
    array = _roomy(values)
    cdef size_t half = (array.shape[1] - TILE) // 2
    l2zk_active.fold_pairs(_words_of(array), array.shape[1], half, half, _element(point))
    return array[:, :half]


def round_products_probe(a, b):
    """A round of sum a*b: its value at 0, and its coefficient of X^2."""
    cdef k3 found[2]
    a, b = _roomy(a), _roomy(b)
    cdef size_t half = (a.shape[1] - TILE) // 2, k
    l2zk_active.round_products(_words_of(a), a.shape[1], _words_of(b), b.shape[1], 0, half, half, found)
    return [(found[k].c[0], found[k].c[1], found[k].c[2]) for k in range(2)]


cdef object _layer_weights(eq):
    eq, weights = _roomy(eq), np.zeros(LAYER_WEIGHTS, dtype=np.uint64)
    l2zk_active.layer_weights(_words_of(eq), eq.shape[1], eq.shape[1] - TILE, _words_of(weights))
    return weights


cdef size_t _place(list arrays, size_t parts, const uint64_t *(*at)[4]) except 0:
    """Where each part of four arrays begins; returns their stride."""
    cdef size_t stride = arrays[0].shape[1], h, k
    for h in range(parts):
        for k in range(4):
            at[h][k] = _words_of(arrays[k]) + h * ((stride - TILE) // parts)
    return stride


def layer_first_probe(arrays, eq, lambda_, bint in_base=False):
    """The first round of a layer of fractions p0, q1, q0, p1: its coefficient of X^2. (PROTOCOL 6.3)"""
    cdef const uint64_t *at[2][4]
    roomy, weights = [_roomy(array) for array in arrays], _layer_weights(eq)
    stride = _place(roomy, 2, at)
    r = l2zk_active.layer_first(at, stride, in_base, (stride - TILE) // 2, _element(lambda_), _words_of(weights))
    return r.c[0], r.c[1], r.c[2]


def layer_fold_probe(arrays, eq, r, lambda_=None, bint in_base=False):
    """Four arrays with their top variable bound to r, p1 plus lambda*q1 where it is given; and the next round's value
    at 0 and coefficient of X^2."""
    cdef const uint64_t *at[4][4]
    cdef const uint64_t *to[2][4]
    cdef k3 found[2]
    cdef k3 factor = _element((0, 0, 0) if lambda_ is None else lambda_)
    roomy, weights = [_roomy(array) for array in arrays], _layer_weights(eq)
    cdef size_t stride = _place(roomy, 4, at), count = (stride - TILE) // 4
    folded = [np.zeros((3, 2 * count + TILE), dtype=np.uint64) for _ in range(4)]
    _place(folded, 2, to)
    l2zk_active.layer_fold(at, stride, in_base, count, _element(r), NULL if lambda_ is None else &factor,
                           <uint64_t *(*)[4]>to, 2 * count + TILE, _words_of(weights), found)
    return [array[:, : 2 * count] for array in folded], [tuple(one.c) for one in found]


def layer_sums_probe(arrays, eq, lambda_):
    """u = p1 + lambda*q1, in the place of the last array, and the round's value at 0 and coefficient of X^2."""
    cdef const uint64_t *at[2][4]
    cdef k3 found[2]
    roomy, weights = [_roomy(array) for array in arrays], _layer_weights(eq)
    cdef size_t stride = _place(roomy, 2, at)
    l2zk_active.layer_sums(<uint64_t *(*)[4]>at, stride, (stride - TILE) // 2, _element(lambda_), _words_of(weights),
                           found)
    return roomy[3][:, : stride - TILE], [(found[k].c[0], found[k].c[1], found[k].c[2]) for k in range(2)]


def join_probe(low, high, bint in_base=False):
    """The sums of fractions, each a planar array of numerators and one of denominators."""
    cdef size_t count = low[0].shape[1], stride = count + TILE
    rooms = [np.vstack([_roomy(array) for array in side]) for side in (low, high)]
    out = np.zeros((6, stride), dtype=np.uint64)
    l2zk_active.join_fractions(_words_of(rooms[0]), _words_of(rooms[1]), stride, in_base, count, _words_of(out), stride)
    return out[:3, :count], out[3:, :count]


def terms_probe(out, factors, sources):
    """out + sum of factors[t]*sources[t], sources in F."""
    cdef f_factor prepared[3 * 8]
    cdef const uint64_t *places[8]
    cdef size_t t, c
    out, sources = _roomy(out), [np.hstack([_column_array(a), np.zeros(TILE, dtype=np.uint64)]) for a in sources]
    for t in range(len(factors)):
        places[t] = _words_of(sources[t])
        for c in range(3):
            prepared[3 * t + c] = f_prepare(factors[t][c])
    l2zk_active.add_terms(_words_of(out), out.shape[1], out.shape[1] - TILE, prepared, places, len(factors))
    return out[:, : out.shape[1] - TILE]


def transcript_probe(messages):
    """A transcript that absorbs (kind, bytes) messages; for each kind -1, bytes is how many words to draw.
    Gives the words."""
    cdef Transcript t
    memset(&t, 0, sizeof(Transcript))
    words = []
    begin(&t)
    for kind, data in messages:
        if kind == -1:
            words.append([draw_word(&t) for _ in range(data)])
        else:
            absorb(&t, kind, _start_of(data), len(data))
    return words


def challenge_probe(words, str rule=""):
    """The element of K that a new transcript draws, of whose words the next are replaced by these four; rule: "",
    "outside F" or "no bit"."""
    cdef Transcript t
    cdef k3 r
    cdef size_t i
    memset(&t, 0, sizeof(Transcript))
    begin(&t)
    for i in range(4):
        t.words[i] = words[i]
    t.left = 4
    r = draw_outside_field(&t) if rule == "outside F" else draw_no_bit(&t) if rule == "no bit" else draw(&t)
    return r.c[0], r.c[1], r.c[2]
