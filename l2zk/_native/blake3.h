/* BLAKE3 of many messages at once: a message per lane, the same word of every message in one vector.
 *
 *     H3(message)         = root of the left-balanced tree over the chunks of 1024 bytes       (PROTOCOL 5.1)
 *     H3(key, message)    = the same in BLAKE3's keyed mode                                    (PROTOCOL 5.1)
 *     parent(left, right) = compress(IV, left || right, counter 0, length 64, flag PARENT)     (PROTOCOL 5.2)
 *
 * Digests lie word-sliced: word k of digest i is digests[k * stride + i]. Nothing has to be aligned beyond
 * its type; 64-byte alignment and a stride that is no multiple of 1024 words are faster.
 */
#ifndef L2ZK_BLAKE3_H
#define L2ZK_BLAKE3_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read from memory as they lie there");

#ifndef L2ZK_HASH_LANES
#define L2ZK_HASH_LANES 4
#endif

enum { HASH_LANES = L2ZK_HASH_LANES, HASH_STATES = 2, HASH_GROUP = HASH_LANES * HASH_STATES };
enum { BLOCK_BYTES = 64, CHUNK_BLOCKS = 16, CHUNK_BYTES = BLOCK_BYTES * CHUNK_BLOCKS };
enum { HASH_SUBTREES = 54 + 1, HASH_SPAN = 16 * HASH_GROUP };  /* 2^54 chunks are 2^64 bytes */
enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8, KEYED = 16 };

typedef uint32_t hash_lanes __attribute__((vector_size(4 * L2ZK_HASH_LANES)));

/* One word of each message of a group. A state is a chain of operations that wait for each other; a second
 * state fills the gaps, even where the registers cannot hold both. */
typedef struct {
    hash_lanes state[HASH_STATES];
} hash_word;

/* The inputs of a compression beside the chaining value and the message: the last four words of its initial state. */
typedef struct {
    uint64_t counter;
    uint32_t length, flags;
} hash_tweak;

#define HASH_INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define HASH_FUNCTION static __attribute__((noinline))
#define HASH_UNROLL _Pragma("clang loop unroll(full)")
#else
#define HASH_FUNCTION static __attribute__((noinline, noclone))
#define HASH_UNROLL _Pragma("GCC unroll 16")
#endif

static const uint32_t BLAKE3_IV[8] = {
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
};

/* Row r is the message permutation applied r times. */
static const uint8_t BLAKE3_SCHEDULE[7][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
    {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1}, {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
    {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4}, {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
    {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13},
};

/* ---- Lanes ---- */

HASH_INLINE hash_lanes broadcast(const uint32_t x) { return (hash_lanes){0} + x; }

HASH_INLINE hash_lanes lane_numbers(void)
{
    static const uint32_t number[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    hash_lanes x;
    memcpy(&x, number, sizeof x);
    return x;
}

HASH_INLINE hash_lanes rotate_right(const hash_lanes x, const int r)
{
#if !defined __clang__ && !defined __AVX512F__
    /* A rotation by halves or bytes of a word is a shuffle; clang sees this by itself, gcc does not. */
    typedef uint16_t halves __attribute__((vector_size(4 * L2ZK_HASH_LANES)));
    if (r == 16)
        return (hash_lanes)__builtin_shuffle((halves)x, (halves)(0x00020002 * lane_numbers() + 0x00000001));
#ifdef __SSSE3__
    typedef uint8_t bytes __attribute__((vector_size(4 * L2ZK_HASH_LANES)));
    if (r == 8)
        return (hash_lanes)__builtin_shuffle((bytes)x, (bytes)(0x04040404 * lane_numbers() + 0x00030201));
#endif
#endif
    return x >> r | x << (32 - r);
}

/* The low and the high halves of HASH_LANES words of 64 bits. */
HASH_INLINE void split(const uint64_t *const src, hash_lanes *const low, hash_lanes *const high)
{
#ifdef __clang__
    typedef uint64_t wide __attribute__((vector_size(8 * L2ZK_HASH_LANES)));
    wide x;
    memcpy(&x, src, sizeof x);
    *low = __builtin_convertvector(x, hash_lanes);
    *high = __builtin_convertvector(x >> 32, hash_lanes);
#else
    hash_lanes first, second;
    memcpy(&first, src, sizeof first);
    memcpy(&second, src + HASH_LANES / 2, sizeof second);
    *low = __builtin_shuffle(first, second, 2 * lane_numbers());
    *high = __builtin_shuffle(first, second, 2 * lane_numbers() + 1);
#endif
}

/* The words at even places, then those at odd ones: the lowest bit of a place becomes its highest. */
HASH_INLINE void turn_places(const hash_lanes words[16], hash_lanes turned[16])
{
    HASH_UNROLL for (int i = 0; i < 8; i++)
        split((const uint64_t *)&words[2 * i], &turned[i], &turned[8 + i]);
}

/* ---- Compression of one state (states = 1) or of two (states = 2) ---- */

/* Half of the function G, with one message word, on the four columns (turn = 0) or diagonals (turn = 1). */
HASH_INLINE void half_round(hash_word v[16], const hash_word m[16], const uint8_t order[16], const int s,
                            const int turn, const int half)
{
    HASH_UNROLL for (int i = 0; i < 4; i++) {
        hash_lanes *const a = &v[i].state[s];
        hash_lanes *const b = &v[4 + (i + turn) % 4].state[s];
        hash_lanes *const c = &v[8 + (i + 2 * turn) % 4].state[s];
        hash_lanes *const d = &v[12 + (i + 3 * turn) % 4].state[s];
        *a += m[order[8 * turn + 2 * i + half]].state[s];
        *a += *b;
        *d = rotate_right(*d ^ *a, half ? 8 : 16);
        *c += *d;
        *b = rotate_right(*b ^ *c, half ? 7 : 12);
    }
}

/* The four halves are not a loop: around one more loop gcc allocates registers three times worse. */
HASH_INLINE void full_round(const int states, hash_word v[16], const hash_word m[16], const uint8_t order[16])
{
    HASH_UNROLL for (int s = 0; s < states; s++)
        half_round(v, m, order, s, 0, 0);
    HASH_UNROLL for (int s = 0; s < states; s++)
        half_round(v, m, order, s, 0, 1);
    HASH_UNROLL for (int s = 0; s < states; s++)
        half_round(v, m, order, s, 1, 0);
    HASH_UNROLL for (int s = 0; s < states; s++)
        half_round(v, m, order, s, 1, 1);
}

/* out may be cv or the first half of m. numbered: each lane adds its number to the counter, which is a
 * multiple of HASH_GROUP. */
HASH_INLINE void compress_states(const int states, const int numbered, const hash_word cv[8], const hash_word m[16],
                                 const hash_tweak tweak, hash_word out[8])
{
    hash_word v[16];
    uint32_t last[8];
    memcpy(last, BLAKE3_IV, 16);
    memcpy(last + 4, &tweak, 16);
    HASH_UNROLL for (int k = 0; k < 8; k++) HASH_UNROLL
        for (int s = 0; s < states; s++) {
            v[k].state[s] = cv[k].state[s];
            v[8 + k].state[s] = broadcast(last[k]);
        }
    if (numbered) HASH_UNROLL
        for (int s = 0; s < states; s++)
            v[12].state[s] += s * HASH_LANES + lane_numbers();
    HASH_UNROLL for (int round = 0; round < 7; round++)
        full_round(states, v, m, BLAKE3_SCHEDULE[round]);
    HASH_UNROLL for (int k = 0; k < 8; k++) HASH_UNROLL
        for (int s = 0; s < states; s++)
            out[k].state[s] = v[k].state[s] ^ v[8 + k].state[s];
}

/* Functions, not one with branches: gcc would load what both need before it, and run out of registers. */
HASH_FUNCTION void compress_one_state(const hash_word cv[8], const hash_word m[16], const hash_tweak tweak,
                                      hash_word out[8])
{
    compress_states(1, 0, cv, m, tweak, out);
}

HASH_FUNCTION void compress_two_states(const hash_word cv[8], const hash_word m[16], const hash_tweak tweak,
                                       hash_word out[8])
{
    compress_states(2, 0, cv, m, tweak, out);
}

HASH_FUNCTION void compress_chunks(const hash_word cv[8], const hash_word m[16], const hash_tweak tweak,
                                   hash_word out[8])
{
    compress_states(2, 1, cv, m, tweak, out);
}

HASH_INLINE void compress(const int states, const hash_word cv[8], const hash_word m[16], const hash_tweak tweak,
                          hash_word out[8])
{
    (states == 1 ? compress_one_state : compress_two_states)(cv, m, tweak, out);
}

HASH_INLINE void initial_value(hash_word cv[8])
{
    for (int k = 0; k < 8; k++)
        for (int s = 0; s < HASH_STATES; s++)
            cv[k].state[s] = broadcast(BLAKE3_IV[k]);
}

HASH_INLINE void copy_digests(const uint32_t *const src, const size_t src_stride, const size_t count,
                              uint32_t *const dst, const size_t dst_stride)
{
    for (int k = 0; k < 8; k++)
        if (count == HASH_GROUP)
            memcpy(dst + k * dst_stride, src + k * src_stride, 4 * HASH_GROUP);
        else
            memcpy(dst + k * dst_stride, src + k * src_stride, 4 * count);
}

/* ---- Messages: blocks chained to chunks, chunks joined to a tree ---- */

typedef void hash_loader(const void *source, uint64_t block, hash_word m[16]);

HASH_INLINE uint64_t block_count(const uint64_t length) { return length ? (length - 1) / BLOCK_BYTES + 1 : 1; }

HASH_INLINE uint64_t last_chunk_of(const uint64_t length) { return (block_count(length) - 1) / CHUNK_BLOCKS; }

/* The value of a chunk of the messages of `length` bytes whose blocks `load` fetches; with `mode` KEYED, iv is the key. */
HASH_INLINE void hash_chunk(hash_loader *const load, const void *const source, const uint64_t length,
                            const uint64_t chunk, const int states, const hash_word iv[8], const uint32_t mode,
                            hash_word value[8])
{
    const uint64_t blocks = block_count(length), last_chunk = last_chunk_of(length);
    const uint64_t start = chunk * CHUNK_BLOCKS;
    const uint64_t end = chunk == last_chunk ? blocks : start + CHUNK_BLOCKS;
    for (uint64_t block = start; block < end; block++) {
        const uint64_t size = block + 1 == blocks ? length - block * BLOCK_BYTES : BLOCK_BYTES;
        const uint32_t flags = mode | (block == start ? CHUNK_START : 0) | (block + 1 == end ? CHUNK_END : 0) |
                               (block + 1 == end && last_chunk == 0 ? ROOT : 0);
        hash_word m[16];
        load(source, block, m);
        const hash_tweak tweak = {chunk, (uint32_t)size, flags};
        compress(states, block == start ? iv : value, m, tweak, value);
    }
}

/* The number of subtrees that part i of a message completes: one for each 1 at the end of the number i; the last part
 * completes all that wait. */
HASH_INLINE int joins_after(const uint64_t i, const int is_last, const ptrdiff_t waiting)
{
    return is_last ? (int)waiting : __builtin_ctzll(~i);
}

/* tree[0 .. 8) = H3 of the messages. Until then tree holds the finished subtrees, the largest first, and the
 * node in work behind them: two neighbours are, as they lie, the message of their parent. */
HASH_INLINE void hash_messages(hash_loader *const load, const void *const source, const uint64_t length,
                               const int states, const hash_word iv[8], const uint32_t mode,
                               hash_word tree[8 * HASH_SUBTREES])
{
    const uint64_t last_chunk = last_chunk_of(length);
    hash_word *node = tree;
    for (uint64_t chunk = 0; chunk <= last_chunk; chunk++, node += 8) {
        hash_chunk(load, source, length, chunk, states, iv, mode, node);
        for (int joins = joins_after(chunk, chunk == last_chunk, (node - tree) / 8); joins > 0; joins--) {
            node -= 8;
            const uint32_t flags = mode | PARENT | (chunk == last_chunk && node == tree ? ROOT : 0);
            compress(states, iv, node, (hash_tweak){0, BLOCK_BYTES, flags}, node);
        }
    }
}

/* ---- Leaves ---- */

typedef struct {
    const uint64_t *const *src;
    size_t words, row, count;
} hash_rows;

static inline void load_rows(const void *const source, const uint64_t block, hash_word m[16])
{
    static const uint64_t zeros[HASH_GROUP] = {0};
    const hash_rows *const rows = source;
    for (size_t j = 0; j < 8; j++) {
        const size_t column = 8 * block + j;
        const uint64_t *src = column < rows->words ? rows->src[column] + rows->row : zeros;
        uint64_t padded[HASH_GROUP];
        for (size_t ahead = HASH_GROUP; ahead < 2 * HASH_GROUP; ahead += 8)
            __builtin_prefetch(src + ahead, 0, 3);
        if (rows->count < HASH_GROUP) {
            memcpy(padded, zeros, sizeof padded);
            src = memcpy(padded, src, 8 * rows->count);
        }
        HASH_UNROLL for (int s = 0; s < HASH_STATES; s++)
            split(src + s * HASH_LANES, &m[2 * j].state[s], &m[2 * j + 1].state[s]);
    }
}

/* The first four words of the keys of `count` messages, `stride` apart. */
HASH_INLINE void load_salts(const uint32_t *const salts, const size_t stride, const size_t count, hash_word key[4])
{
    for (int k = 0; k < 4; k++)
        if (count == HASH_GROUP)
            memcpy(&key[k], salts + k * stride, 4 * HASH_GROUP);
        else
            memcpy(&key[k], salts + k * stride, 4 * count);
}

/* Digest i, i < n: H3 of src[0][i], src[1][i], ..., src[words - 1][i], zero-padded to whole blocks (PROTOCOL 5.1); with
 * salts, keyed with that of leaf i, whose word k is salts[k * salt_stride + i], and zeros. words >= 1. out overlaps no column. */
static void hash_columns(const uint64_t *const *const src, const size_t words, const size_t n,
                         const uint32_t *const salts, const size_t salt_stride, uint32_t *const out,
                         const size_t stride)
{
    const uint64_t length = (words + 7) / 8 * BLOCK_BYTES;
    hash_word iv[8], tree[8 * HASH_SUBTREES];
    initial_value(iv);
    if (salts)
        memset(iv, 0, sizeof iv);
    for (size_t i = 0; i < n; i += HASH_GROUP) {
        const size_t count = n - i < HASH_GROUP ? n - i : HASH_GROUP;
        const hash_rows rows = {src, words, i, count};
        if (salts)
            load_salts(salts + i, salt_stride, count, iv);
        hash_messages(load_rows, &rows, length, count > HASH_LANES ? 2 : 1, iv, salts ? KEYED : 0, tree);
        copy_digests((const uint32_t *)tree, HASH_GROUP, count, out + i, stride);
    }
}

/* ---- Nodes ---- */

HASH_FUNCTION void hash_parents_group(const uint32_t *const left, const uint32_t *const right, const size_t in_stride,
                                      uint32_t *const out, const size_t out_stride)
{
    hash_word iv[8], m[16];
    initial_value(iv);
    HASH_UNROLL for (int k = 0; k < 8; k++) {
        memcpy(&m[k], left + k * in_stride, sizeof m[k]);
        memcpy(&m[8 + k], right + k * in_stride, sizeof m[k]);
    }
    compress_states(HASH_STATES, 0, iv, m, (hash_tweak){0, BLOCK_BYTES, PARENT}, m);
    HASH_UNROLL for (int k = 0; k < 8; k++)
        memcpy(out + k * out_stride, &m[k], sizeof m[k]);
}

/* Digest i, i < n: parent(left i, right i) (PROTOCOL 5.2). out overlaps neither, or it is left or right with
 * the same stride: then the parents replace these children. */
static void hash_parents(const uint32_t *const left, const uint32_t *const right, const size_t in_stride,
                         const size_t n, uint32_t *const out, const size_t out_stride)
{
    size_t i = 0;
    for (; n - i >= HASH_GROUP; i += HASH_GROUP)
        hash_parents_group(left + i, right + i, in_stride, out + i, out_stride);
    if (i < n) {
        uint32_t group[16][HASH_GROUP] = {{0}};
        copy_digests(left + i, in_stride, n - i, group[0], HASH_GROUP);
        copy_digests(right + i, in_stride, n - i, group[8], HASH_GROUP);
        hash_parents_group(group[0], group[8], HASH_GROUP, group[0], HASH_GROUP);
        copy_digests(group[0], HASH_GROUP, n - i, out + i, out_stride);
    }
}

/* ---- One message, the same in every lane ---- */

typedef struct {
    const uint8_t *data;
    uint64_t length;
} hash_text;

static inline void load_text(const void *const source, const uint64_t block, hash_word m[16])
{
    const hash_text *const text = source;
    const uint64_t start = block * BLOCK_BYTES, rest = text->length - start;
    uint32_t words[16] = {0};
    memcpy(words, text->data + start, rest < BLOCK_BYTES ? rest : BLOCK_BYTES);
    for (int k = 0; k < 16; k++)
        m[k].state[0] = broadcast(words[k]);
}

HASH_INLINE void store_lane_zero(const hash_word digest[8], uint8_t out[32])
{
    for (int k = 0; k < 8; k++)
        memcpy(out + 4 * k, &digest[k], 4);
}

/* The value of the last chunk: of a message of one chunk, H3. */
HASH_INLINE void hash_last_chunk(const hash_text *const text, uint8_t out[32])
{
    hash_word iv[8], value[8];
    initial_value(iv);
    hash_chunk(load_text, text, text->length, last_chunk_of(text->length), 1, iv, 0, value);
    store_lane_zero(value, out);
}

/* The node over two others: their parent, or with ROOT the digest. */
static void hash_node(const uint8_t left[32], const uint8_t right[32], const uint32_t flags, uint8_t out[32])
{
    uint8_t children[BLOCK_BYTES];
    hash_word iv[8], m[16];
    memcpy(children, left, 32);
    memcpy(children + 32, right, 32);
    initial_value(iv);
    load_text(&(hash_text){children, BLOCK_BYTES}, 0, m);
    compress(1, iv, m, (hash_tweak){0, BLOCK_BYTES, flags}, m);
    store_lane_zero(m, out);
}

/* ---- One long message: a chunk per lane, then neighbours joined level by level ---- */

/* Values of chunks, word-sliced: word k of value i is word[k][i]. */
typedef struct {
    _Alignas(64) uint32_t word[8][HASH_SPAN];
} hash_span;

/* m[k] = word k of a block of each of `count` chunks that follow one another; a lane too many takes the first
 * one's. What the next group reads is fetched ahead, since the processor does not guess it. */
HASH_INLINE void load_blocks(const uint8_t *const blocks, const size_t count, hash_word m[16])
{
    for (size_t s = 0; s < HASH_STATES; s++) {
        hash_lanes words[16], turned[16];
        for (size_t lane = 0; lane < HASH_LANES; lane++) {
            const size_t chunk = s * HASH_LANES + lane;
            const uint8_t *const block = blocks + (chunk < count ? chunk : 0) * CHUNK_BYTES;
            memcpy((uint32_t *)words + 16 * lane, block, BLOCK_BYTES);
            __builtin_prefetch(block + HASH_GROUP * CHUNK_BYTES, 0, 2);
        }
        /* From 16 * lane + k to HASH_LANES * k + lane. */
        turn_places(words, turned);
        turn_places(turned, words);
        turn_places(words, turned);
        turn_places(turned, words);
        for (int k = 0; k < 16; k++)
            m[k].state[s] = words[k];
    }
}

/* The values of `count` whole chunks from number `first` on, a multiple of HASH_GROUP. */
HASH_FUNCTION void hash_whole_chunks(const uint8_t *const data, const uint64_t first, const size_t count,
                                     hash_span *const values)
{
    hash_word iv[8], value[8], m[16];
    initial_value(iv);
    for (size_t i = 0; i < count; i += HASH_GROUP) {
        const size_t group = count - i < HASH_GROUP ? count - i : HASH_GROUP;
        const uint8_t *const chunks = data + (first + i) * CHUNK_BYTES;
        for (int block = 0; block < CHUNK_BLOCKS; block++) {
            const uint32_t flags = (block == 0 ? CHUNK_START : 0) | (block + 1 == CHUNK_BLOCKS ? CHUNK_END : 0);
            load_blocks(chunks + block * BLOCK_BYTES, group, m);
            compress_chunks(block == 0 ? iv : value, m, (hash_tweak){first + i, BLOCK_BYTES, flags}, value);
        }
        copy_digests((const uint32_t *)value, HASH_GROUP, group, values->word[0] + i, HASH_SPAN);
    }
}

/* Value i = the parent of values 2i and 2i + 1; one that has no neighbour stays as it is. */
HASH_FUNCTION void join_neighbours(hash_span *const values, const size_t count, const uint32_t flags)
{
    hash_word iv[8], m[16];
    initial_value(iv);
    for (size_t i = 0; i < count / 2; i += HASH_GROUP) {
        const size_t group = count / 2 - i < HASH_GROUP ? count / 2 - i : HASH_GROUP;
        for (int k = 0; k < 8; k++) {
            const uint64_t *const pairs = (const uint64_t *)(values->word[k] + 2 * i);
            for (int s = 0; s < HASH_STATES; s++)
                split(pairs + s * HASH_LANES, &m[k].state[s], &m[8 + k].state[s]);
        }
        compress(group > HASH_LANES ? 2 : 1, iv, m, (hash_tweak){0, BLOCK_BYTES, flags}, m);
        copy_digests((const uint32_t *)m, HASH_GROUP, group, values->word[0] + i, HASH_SPAN);
    }
    if (count % 2 == 1)
        for (int k = 0; k < 8; k++)
            values->word[k][count / 2] = values->word[k][count - 1];
}

/* The node over `count` chunks from number `first` on: a whole span, or all up to the end of the message. */
HASH_INLINE void hash_chunks(const hash_text *const text, const uint64_t first, const size_t count, const int to_end,
                             hash_span *const values, uint8_t out[32])
{
    hash_whole_chunks(text->data, first, count - to_end, values);
    if (to_end) {
        hash_last_chunk(text, out);
        for (int k = 0; k < 8; k++)
            memcpy(&values->word[k][count - 1], out + 4 * k, 4);
    }
    for (size_t n = count; n > 1; n = (n + 1) / 2)
        join_neighbours(values, n, PARENT | (n == 2 && to_end && first == 0 ? ROOT : 0));
    for (int k = 0; k < 8; k++)
        memcpy(out + 4 * k, &values->word[k][0], 4);
}

/* H3 of more than one chunk. tree holds the nodes over finished subtrees, the largest first. */
HASH_FUNCTION void hash_long_text(const hash_text *const text, uint8_t out[32])
{
    const uint64_t chunks = last_chunk_of(text->length) + 1, last_span = (chunks - 1) / HASH_SPAN;
    uint8_t tree[HASH_SUBTREES][32], (*node)[32] = tree;
    hash_span values;
    for (uint64_t span = 0; span <= last_span; span++, node++) {
        const int is_last = span == last_span;
        const uint64_t first = span * HASH_SPAN;
        hash_chunks(text, first, is_last ? chunks - first : HASH_SPAN, is_last, &values, *node);
        for (int joins = joins_after(span, is_last, node - tree); joins > 0; joins--) {
            node--;
            hash_node(node[0], node[1], PARENT | (is_last && node == tree ? ROOT : 0), node[0]);
        }
    }
    memcpy(out, tree, 32);
}

/* H3 of any bytes; data is not null. */
static void hash_bytes(const uint8_t *const data, const size_t length, uint8_t out[32])
{
    const hash_text text = {data, length};
    (length <= CHUNK_BYTES ? hash_last_chunk : hash_long_text)(&text, out);
}

/* ---- A key's extended output ---- */

/* The counters of HASH_LANES successive 64-bit numbers. */
HASH_INLINE void count_up(const uint64_t first, hash_lanes *const low, hash_lanes *const high)
{
    *low = (uint32_t)first + lane_numbers();
    /* The carry out of low: a comparison that is true is -1. */
    *high = broadcast((uint32_t)(first >> 32)) - (hash_lanes)(*low < lane_numbers());
}

HASH_INLINE void expand_states(const int states, const uint32_t key[8], const uint32_t message[4], const uint64_t first,
                               uint32_t *const out, const size_t stride)
{
    hash_word v[16], m[16];
    memset(m, 0, sizeof m);
    for (int s = 0; s < states; s++) {
        for (int k = 0; k < 8; k++)
            v[k].state[s] = broadcast(key[k]);
        for (int k = 0; k < 4; k++) {
            v[8 + k].state[s] = broadcast(BLAKE3_IV[k]);
            m[k].state[s] = broadcast(message[k]);
        }
        count_up(first + s * HASH_LANES, &v[12].state[s], &v[13].state[s]);
        v[14].state[s] = broadcast(16);
        v[15].state[s] = broadcast(KEYED | CHUNK_START | CHUNK_END | ROOT);
    }
    HASH_UNROLL for (int round = 0; round < 7; round++)
        full_round(states, v, m, BLAKE3_SCHEDULE[round]);
    for (int k = 0; k < 8; k++)
        for (int s = 0; s < states; s++) {
            const hash_lanes low = v[k].state[s] ^ v[8 + k].state[s], high = v[8 + k].state[s] ^ key[k];
            memcpy(out + k * stride + s * HASH_LANES, &low, sizeof low);
            memcpy(out + (8 + k) * stride + s * HASH_LANES, &high, sizeof high);
        }
}

HASH_FUNCTION void expand_few(const uint32_t key[8], const uint32_t message[4], const uint64_t first,
                              uint32_t *const out, const size_t stride)
{
    expand_states(1, key, message, first, out, stride);
}

HASH_FUNCTION void expand_group(const uint32_t key[8], const uint32_t message[4], const uint64_t first,
                                uint32_t *const out, const size_t stride)
{
    expand_states(HASH_STATES, key, message, first, out, stride);
}

/* Blocks first ... first + count - 1, of 64 bytes each, of BLAKE3's extended output for a key and a message of 16 bytes (PROTOCOL
 * 11): word k of block i is out[k * stride + i], k < 16. A group is written whole, so stride must have room for it. */
static void expand(const uint32_t key[8], const uint32_t message[4], const uint64_t first, const size_t count,
                   uint32_t *const out, const size_t stride)
{
    for (size_t i = 0; i < count; i += HASH_GROUP)
        (count - i > HASH_LANES ? expand_group : expand_few)(key, message, first + i, out + i, stride);
}

/* ---- Grinding ---- */

/* The lanes, the lowest bits of two words of which are zero, are all ones. */
HASH_INLINE hash_lanes zero_lanes(const hash_lanes low, const hash_lanes high, const uint64_t mask)
{
    return (hash_lanes)(((low & (uint32_t)mask) | (high & (uint32_t)(mask >> 32))) == 0);
}

HASH_INLINE int some_lane(const hash_lanes x)
{
    uint64_t pair[HASH_LANES / 2], all = 0;
    memcpy(pair, &x, sizeof x);
    for (int i = 0; i < HASH_LANES / 2; i++)
        all |= pair[i];
    return all != 0;
}

/* The least nonce in first ... first + count - 1 for which the first 8 bytes of H3(prefix || u64(nonce)), as
 * u64, have their lowest `bits` bits zero (PROTOCOL 6.8). *found: whether there is one; if not, the
 * answer is 0. first + count <= 2^64. The compression stands in the loop, so that what no nonce changes is done before it. */
static uint64_t grind(const uint8_t prefix[48], const uint64_t first, const uint64_t count, const unsigned bits,
                      int *const found)
{
    const uint64_t mask = bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
    hash_word iv[8], m[16], digest[8];
    initial_value(iv);
    load_text(&(hash_text){prefix, 48}, 0, m);
    for (int k = 0; k < 16; k++)
        m[k].state[1] = m[k].state[0];
    *found = 1;
    for (uint64_t done = 0; done < count; done += HASH_GROUP) {
        for (int s = 0; s < HASH_STATES; s++)
            count_up(first + done + s * HASH_LANES, &m[12].state[s], &m[13].state[s]);
        compress_states(HASH_STATES, 0, iv, m, (hash_tweak){0, 56, CHUNK_START | CHUNK_END | ROOT}, digest);
        hash_lanes zero[HASH_STATES];
        for (int s = 0; s < HASH_STATES; s++)
            zero[s] = zero_lanes(digest[0].state[s], digest[1].state[s], mask);
        if (!some_lane(zero[0] | zero[1]))
            continue;
        for (uint64_t i = 0; i < HASH_GROUP && i < count - done; i++)
            if (zero[i / HASH_LANES][i % HASH_LANES])
                return first + done + i;
    }
    *found = 0;
    return 0;
}

#endif
