/* The kernels: one table of functions for each instruction set, all with the same results bit for bit.
 *
 * Arrays hold canonical elements of F; an array of K is three arrays of F, one per coordinate. A tile is TILE consecutive
 * points or rows; tile functions always work on TILE of them, so their inputs may be read that far.
 */
#ifndef L2ZK_KERNELS_H
#define L2ZK_KERNELS_H

#include "field.h"

#define TILE 64
#define CHUNK 1024 /* rows that are summed up together */
#define CHUNK_STEP \
    (CHUNK + \
     TILE / 2) /* from one array of a chunk to the next: 4096 bytes apart they would share their sets of a cache */

#define LAYER_BLOCK 256 /* pairs of fractions that are summed up together */
#define LAYER_STEP (LAYER_BLOCK + TILE / 2)
#define LAYER_WEIGHTS (18 * LAYER_STEP) /* words of their weights */

/* Straight-line code over slots. An instruction is (op, dst, a, b), made by bytecode.py. CONTRIBUTING.md lists the files that a new one
 * touches. */
enum {
    OP_ADD_VV,
    OP_SUB_VV,
    OP_MUL_VV, /* vector, vector */
    OP_ADD_VU,
    OP_SUB_VU,
    OP_SUB_UV,
    OP_MUL_VU, /* one of them uniform: the same for all rows */
    OP_NEG_V,
    OP_RESULT_V,
    OP_RESULT_U, /* dst is the number of the result */
    OP_XOR_VV, /* a + b - 2*a*b */
    OP_SUM_V /* sums of multiples: terms a, a + 1 ..., of which b mod 2^16 are added and then b/2^16 subtracted */
};

typedef struct {
    const uint32_t (*prelude)[4]; /* on uniform slots only, run once */
    const uint32_t (
        *loads)[3]; /* (0 column | 1 periodic | 2 placement, index, offset); vector slots 0 .. load_count-1 */
    const uint32_t (*body)[4];
    const uint32_t (*terms)[2]; /* of sums: slot, coefficient; those of one sign in one sum are below 2^32 together */
    const uint64_t *uniforms; /* first values: public inputs, public outputs, constants, computed ones */
    size_t prelude_count, load_count, body_count, uniform_count, vector_count, result_count, term_count;
} l2zk_code;

/* Up to eight independent operations of one kind on single elements: slots[to + i] = slots[a[i]] op slots[b[i]], i < count <= 8.
 * Bit 1 of `together` says that a[i] = a[0] + i, bit 2 the same of b: then a vector is loaded instead of gathered. With count > 2 all
 * eight slots from `to` on are written. */
typedef struct {
    uint32_t op, to, count, together; /* op: OP_ADD_VV, OP_SUB_VV or OP_MUL_VV */
    uint32_t a[8], b[8]; /* valid slots even beyond count */
} l2zk_row_step;

/* The code of a step, one row at a time: loads, operations, results (row_code.pxi). */
typedef struct {
    size_t first_load, load_count, step_count, result_count;
    const struct l2zk_row_load {
        const uint64_t *values; /* row i has values[i & mask] */
        size_t mask;
    } *loads;
    const l2zk_row_step *steps;
    const struct l2zk_row_result {
        uint64_t *values; /* row i fills values[i] */
        size_t slot;
    } *results;
} l2zk_row_code;

/* The constraints of one domain on a tile: its selector, the results, and powers of alpha. */
typedef struct {
    const uint64_t *selector;
    const uint64_t **results;
    const k3_limbs *powers;
    size_t count; /* at least 1 */
} l2zk_group;

/* The tables of transforms of up to n values; a smaller transform reads the front of a larger one's. roots[b], b < n/2.
 * octets[7b + q] = roots[4b]^(q + 1), b < n/64, as factors (field.h). runs: the same powers for b < n/8, W numbers b together, power by
 * power, the words u of W factors and then their words v. */
typedef struct {
    const uint64_t *roots, *runs;
    const f_factor *octets;
} l2zk_ntt_tables;

static inline size_t l2zk_ntt_table_words(size_t n) { return n / 2 + 14 * (n / 8) + 14 * (n / 64) + 16; }

static inline l2zk_ntt_tables l2zk_ntt_tables_in(const uint64_t *words, size_t n)
{
    l2zk_ntt_tables t = {words, words + (n / 2 + 1), (const f_factor *)(words + (n / 2 + 1) + 14 * (n / 8))};
    return t;
}

/* A transform works on stretches of 2^near_log values, which stay in cache; the last layers join at most 2^7 stretches. */
static inline unsigned l2zk_ntt_near_log(unsigned log_n) { return log_n <= 12 ? log_n : log_n <= 19 ? 12 : log_n - 7; }

/* The number of words that move a transform of 2^log_n values to a coset: the factors within a stretch (words u, then words v), and an
 * element for each stretch. */
static inline size_t l2zk_ntt_shift_words(unsigned log_n)
{
    const unsigned near_log = l2zk_ntt_near_log(log_n);
    return ((size_t)2 << near_log) + ((size_t)1 << (log_n - near_log));
}

/* What a coset's transforms of bits need: for each byte a row of eight, then factors for a stretch (words u, then words v). */
enum { L2ZK_BYTE_ROWS = 8 * 256 };

static inline size_t l2zk_ntt_bits_words(unsigned log_n)
{
    return L2ZK_BYTE_ROWS + ((size_t)2 << l2zk_ntt_near_log(log_n));
}

typedef struct {
    const char *name;
    size_t lanes; /* elements of F in a vector */

    /* blake3.h */
    void (*hash_bytes)(const uint8_t *data, size_t length, uint8_t out[32]);
    void (*hash_keyed_bytes)(const uint8_t key[32], const uint8_t *data, size_t length, uint8_t out[32]);
    void (*hash_columns)(const uint64_t *const *src, size_t words, size_t n, const uint32_t *salts, size_t salt_stride,
                         uint32_t *out, size_t stride);
    void (*hash_parents)(const uint32_t *left, const uint32_t *right, size_t in_stride, size_t n, uint32_t *out,
                         size_t out_stride);
    void (*expand)(const uint32_t key[8], const uint32_t message[4], uint64_t first, size_t count, uint32_t *out,
                   size_t stride);
    uint64_t (*grind)(const uint8_t prefix[48], uint64_t first, uint64_t count, unsigned bits, int *found);

    /* ntt.h */
    void (*ntt_fill_tables)(uint64_t *words, size_t n);
    void (*ntt_fill_shift)(uint64_t *words, uint64_t shift, unsigned log_n);
    void (*ntt_values)(uint64_t *out, const uint64_t *coefficients, unsigned log_n, const uint64_t *shift,
                       const uint64_t *tail, unsigned log_tail, l2zk_ntt_tables tables);
    void (*add_scaled)(uint64_t *out, const uint64_t *values, size_t count, uint64_t scale);
    void (*scale_values)(uint64_t *out, const uint64_t *values, size_t count, uint64_t scale);
    void (*ntt_reverse)(uint64_t *out, const uint64_t *coefficients, size_t count, unsigned log_n);

    /* ntt_bits.h */
    void (*ntt_reverse_bits)(uint8_t *out, const uint64_t *words, unsigned log_n);
    void (*ntt_fill_bits)(uint64_t *words, const uint64_t *shift, unsigned log_n, l2zk_ntt_tables tables);
    void (*ntt_bits)(uint64_t *out, size_t out_stride, const uint8_t *bytes, size_t number, unsigned log_n,
                     const uint64_t *shift, const uint64_t *words, const uint64_t *tails, size_t tail_stride,
                     unsigned log_tail, l2zk_ntt_tables tables);

    /* narrow.h */
    int (*pack_bits)(const uint64_t *values, size_t count, uint64_t *words);
    void (*sum_bits)(const uint64_t *weights, size_t stride, size_t count, const uint64_t *words, size_t apart,
                     size_t number, k3 *out);
    void (*fold_bits)(const k3_words *weights, const uint64_t *words, size_t number, uint64_t *out, size_t stride);
    void (*extend_bits)(const uint64_t *words, size_t apart, size_t count, const uint64_t *table, uint64_t *out,
                        size_t stride);

    /* machine.h */
    void (*combine_groups)(const l2zk_group *groups, size_t count, uint64_t *const sum[3]);
    void (*run_rows)(const l2zk_row_code *code, size_t first, size_t last, uint64_t *slots);
    void (*store_results)(const l2zk_code *code, uint64_t *const *slots, const uint64_t *uniforms, uint64_t *results);

    /* tiles.h */
    void (*evaluate)(const k3 *coefficients, size_t count, const uint64_t *x, uint64_t *const out[3]);
    void (*split_weights)(const uint64_t *weights, size_t stride, size_t count, uint64_t *limbs);
    k3 (*dot)(const uint64_t *limbs, size_t stride, const uint64_t *values, size_t count);

    /* sumcheck.h, streams.h, machine_extension.h: an array over K has its coordinates `stride` apart */
    void (*fold_streams)(const k3_limbs *weights, const uint64_t *const *sources, size_t streams, size_t count,
                         uint64_t *out, size_t stride);
    void (*fold_pairs)(uint64_t *a, size_t stride, size_t half, size_t count, k3 r);
    k3 (*dot_extension)(const uint64_t *a, size_t a_stride, const uint64_t *b, size_t b_stride, size_t count);
    void (*round_products)(const uint64_t *a, size_t a_stride, const uint64_t *b, size_t b_stride, size_t first,
                           size_t last, size_t half, k3 out[2]);
    void (*double_eq)(uint64_t *a, size_t stride, size_t count, k3 r);
    void (*add_multiple)(uint64_t *out, size_t out_stride, const uint64_t *a, size_t a_stride, size_t count, k3 factor);
    void (*add_powers)(uint64_t *out, size_t stride, size_t count, k3 start, k3 z);
    void (*add_base_powers)(uint64_t *out, size_t stride, size_t count, k3 *starts, const uint64_t *points,
                            size_t number);
    void (*add_powers_by_class)(uint64_t *out, size_t stride, size_t first, size_t last, size_t count, size_t blocks,
                                const k3 *starts, const uint64_t *points, const uint32_t *classes, size_t number,
                                unsigned log_classes, const f_factor *roots, const f_factor *scales, uint64_t *states);
    void (*extend_streams_directly)(const uint64_t *const *sources, size_t streams, size_t count,
                                    const uint64_t *weights, size_t points, uint64_t *out, size_t stride);
    void (*extend_streams)(const uint64_t *const *sources, unsigned log, size_t count, const f_factor *unroots,
                           const f_factor *roots, const f_factor *factors, uint64_t *out, size_t stride);
    void (*set_top)(const uint64_t *a, size_t stride, size_t half, uint64_t x, uint64_t *out, size_t count);
    void (*raise_top)(const uint64_t *a, size_t stride, size_t half, uint64_t *out, size_t count);
    void (*store_results_extension)(const l2zk_code *code, uint64_t *const *slots, const uint64_t *uniforms,
                                    uint64_t *results, size_t count);
    k3 (*sum_group)(const uint64_t *results, const uint32_t *members, size_t number, const k3 *powers,
                    const uint64_t *selectors, const uint64_t *factors, size_t factors_stride, size_t count);

    /* layers.h */
    void (*add_terms)(uint64_t *out, size_t stride, size_t count, const f_factor *factors,
                      const uint64_t *const *sources, size_t number);
    void (*join_fractions)(const uint64_t *low, const uint64_t *high, size_t stride, int in_base, size_t count,
                           uint64_t *out, size_t out_stride);
    void (*layer_weights)(const uint64_t *eq, size_t stride, size_t count, uint64_t *limbs);
    k3 (*layer_first)(const uint64_t *const (*at)[4], size_t stride, int in_base, size_t count, k3 lambda,
                      const uint64_t *limbs);
    void (*layer_fold)(const uint64_t *const (*at)[4], size_t stride, int in_base, size_t count, k3 r, const k3 *lambda,
                       uint64_t *const (*to)[4], size_t to_stride, const uint64_t *limbs, k3 out[2]);
    void (*layer_sums)(uint64_t *const (*at)[4], size_t stride, size_t count, k3 lambda, const uint64_t *limbs,
                       k3 out[2]);
    void (*multiply_rises)(const uint64_t *low_a, const uint64_t *high_a, const uint64_t *low_b, const uint64_t *high_b,
                           size_t count, uint64_t *out);

    /* powers.h */
    void (*power_values)(uint64_t *out, const uint64_t *values, size_t count, uint64_t e);
    void (*invert_values)(uint64_t *out, const uint64_t *values, size_t count);

    /* operations.h */
    void (*add_values)(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count);
    void (*subtract_values)(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count);
    void (*multiply_values)(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count);

    /* poseidon2.h */
    void (*poseidon2_permute)(uint64_t *out, const uint64_t *states, size_t width, size_t count);
    void (*poseidon2_compress)(uint64_t *out, const uint64_t *pairs, size_t count);
    void (*poseidon2_hash)(uint64_t *out, const uint64_t *messages, size_t length, size_t count);
} l2zk_kernels;

/* dispatch.c */
extern const l2zk_kernels *l2zk_active; /* the table in use */
typedef struct {
    const char *name;
    int compiled, runs_here; /* 1 if this build has it; 1 if this machine can run it */
} l2zk_isa;

l2zk_isa l2zk_isa_at(size_t i); /* set i of this kind of machine, best first; with the name NULL behind the last one */
int l2zk_select(const char *name); /* by name, or with NULL the best; 0, or -1 if there is no such set */

#endif
