/* Runs every kernel of two instruction sets on the same values and compares them bit for bit. Exit status 0: all equal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

extern const l2zk_kernels l2zk_kernels_portable, OTHER;

enum { LOG_N = 14, N = 1 << LOG_N, STRIDE = CHUNK_STEP };

static const l2zk_kernels *const sets[2] = {&l2zk_kernels_portable, &OTHER};
static const size_t counts[] = {1,  3,  8,  16,
                                63, 64, 77, 200}; /* fewer than a vector has, whole vectors, and some more */
static uint64_t made[2][N + TILE]; /* what each set makes, of the same beginning */
static uint64_t state = 1;
static int failures;

/* A kernel of each set; `to` stands for its own of what is made, s for its number. */
#define RUN(kernel, ...) \
    for (int s = 0; s < 2; s++) { \
        uint64_t *const to = made[s]; \
        (void)to; \
        sets[s]->kernel(__VA_ARGS__); \
    }

/* The same where a kernel returns what it makes; it is compared. */
#define RETURN(type, kernel, ...) \
    do { \
        type returned[2]; \
        for (int s = 0; s < 2; s++) \
            returned[s] = sets[s]->kernel(__VA_ARGS__); \
        equal(#kernel, returned, returned + 1, sizeof(type)); \
    } while (0)

#define EACH_COUNT(count) for (size_t i_ = 0, count; i_ < sizeof counts / sizeof *counts && (count = counts[i_]); i_++)

static uint64_t element(void)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const uint64_t x = state ^ state >> 29;
    switch (x % 16) { /* edges as often as the rest */
    case 0:
        return 0;
    case 1:
        return P - 1 - x % 3;
    case 2:
        return EPSILON + x % 3;
    default:
        return x % P;
    }
}

static uint64_t *elements(size_t n)
{
    uint64_t *a = malloc(8 * (n + TILE));
    for (size_t i = 0; i < n + TILE; i++)
        a[i] = element();
    return a;
}

static k3 extension_element(void)
{
    k3 z = {{element(), element() | 1, element()}};
    return z;
}

static void begin(void)
{
    for (size_t i = 0; i < N + TILE; i++)
        made[0][i] = made[1][i] = element();
}

static void equal(const char *name, const void *a, const void *b, size_t size)
{
    if (memcmp(a, b, size)) {
        printf("%s differs\n", name);
        failures++;
    }
}

/* The first words of arrays that stand `stride` apart: behind them there may be anything. */
static void equal_arrays(const char *name, size_t arrays, size_t stride, size_t words)
{
    for (size_t i = 0; i < arrays; i++)
        equal(name, made[0] + i * stride, made[1] + i * stride, 8 * words);
}

static void compare_transforms(unsigned log_n)
{
    const size_t n = (size_t)1 << log_n;
    uint64_t *coefficients = elements(n), *tail = elements(n), *tables[2], *shifts[2];
    for (int s = 0; s < 2; s++) { /* each set has its own order in them */
        tables[s] = malloc(8 * l2zk_ntt_table_words(n));
        shifts[s] = malloc(8 * l2zk_ntt_shift_words(log_n));
    }
    RUN(ntt_fill_tables, tables[s], n);
    RUN(ntt_fill_shift, shifts[s], GENERATOR, log_n);
    RUN(ntt_reverse, to, coefficients, n - n / 3, log_n);
    equal_arrays("ntt_reverse", 1, 0, n);
    for (unsigned log_tail = 0; log_tail <= log_n; log_tail++) {
        const uint64_t *added = log_tail ? tail : NULL, *shift[2] = {shifts[0], shifts[1]};
        if (log_tail == 1)
            shift[0] = shift[1] = NULL;
        RUN(ntt_values, to, coefficients, log_n, shift[s], added, log_tail, l2zk_ntt_tables_in(tables[s], n));
        equal_arrays("ntt_values", 1, 0, n);
    }
    free(tables[0]), free(tables[1]), free(shifts[0]), free(shifts[1]), free(coefficients), free(tail);
}

static void compare_hashes(void)
{
    enum { WORDS = 21, LEAVES = 100, BLOCKS = 128 };
    const uint64_t *columns[WORDS];
    const uint32_t *salts = (uint32_t *)elements(4 * LEAVES), *key = (uint32_t *)elements(16);
    for (int c = 0; c < WORDS; c++)
        columns[c] = elements(LEAVES);
    RUN(hash_columns, columns, WORDS, LEAVES, NULL, 0, (uint32_t *)to, LEAVES);
    equal_arrays("hash_columns", 1, 0, 4 * LEAVES);
    RUN(hash_columns, columns, WORDS, LEAVES, salts, LEAVES, (uint32_t *)to, LEAVES);
    equal_arrays("hash_columns with salts", 1, 0, 4 * LEAVES);
    RUN(hash_parents, (uint32_t *)to, (uint32_t *)to + LEAVES / 2, LEAVES, LEAVES / 2, (uint32_t *)to, LEAVES);
    equal_arrays("hash_parents", 1, 0, 4 * LEAVES);
    RUN(expand, key, key + 8, 0xfffffffe, BLOCKS, (uint32_t *)to, BLOCKS);
    equal_arrays("expand", 1, 0, 8 * BLOCKS);
    const uint8_t *message = (const uint8_t *)elements(100000);
    RUN(hash_bytes, message, 700001, (uint8_t *)to);
    equal_arrays("hash_bytes", 1, 0, 4);
    RUN(hash_keyed_bytes, message, message, 70001, (uint8_t *)to);
    equal_arrays("hash_keyed_bytes", 1, 0, 4);
    int found[2] = {0, 0};
    RETURN(uint64_t, grind, message, 1000, 1 << 12, 8, found + s);
    equal("found by grind", found, found + 1, sizeof *found);
}

static void compare_sums(void)
{
    const uint64_t *weights = elements(3 * CHUNK_STEP), *values = elements(N);
    const k3 polynomial[5] = {extension_element(), k_from(0), extension_element(), k_from(P - 1), extension_element()};
    EACH_COUNT(count)
    {
        const uint64_t factor = element();
        begin();
        RUN(add_scaled, to, values, count, factor);
        equal_arrays("add_scaled", 1, 0, count);
        RUN(scale_values, to, to, count, factor);
        equal_arrays("scale_values", 1, 0, count);
    }
    RUN(split_weights, weights, CHUNK_STEP, CHUNK, to);
    equal_arrays("split_weights", 9, CHUNK_STEP, CHUNK);
    RETURN(k3, dot, made[s], CHUNK_STEP, values, TILE);
    RETURN(k3, dot, made[s], CHUNK_STEP, values, CHUNK);
    uint64_t *const outs[2][3] = {{made[0], made[0] + TILE, made[0] + 2 * TILE},
                                  {made[1], made[1] + TILE, made[1] + 2 * TILE}};
    RUN(evaluate, polynomial, 5, values, outs[s]);
    equal_arrays("evaluate", 3, TILE, TILE);
}

/* Kernels that change an array over K. */
static void compare_arrays(void)
{
    const uint64_t *a = elements(3 * STRIDE), *points = elements(20);
    EACH_COUNT(count)
    {
        const k3 r = extension_element(), z = extension_element();
        begin();
        RUN(fold_pairs, to, STRIDE, count, count, r);
        equal_arrays("fold_pairs", 3, STRIDE, count);
        RUN(fold_pairs, to, STRIDE, count, count + 5, z);
        equal_arrays("fold_pairs beyond its half", 3, STRIDE, count + 5);
        RUN(double_eq, to, STRIDE, count, r);
        equal_arrays("double_eq", 3, STRIDE, 2 * count);
        begin();
        RUN(add_multiple, to, STRIDE, a, STRIDE, count, z);
        equal_arrays("add_multiple", 3, STRIDE, count);
        RUN(add_powers, to, STRIDE, count, r, z);
        equal_arrays("add_powers", 3, STRIDE, count);
        begin();
        k3 starts[2][20];
        for (int u = 0; u < 20; u++)
            starts[0][u] = starts[1][u] = extension_element();
        RUN(add_base_powers, to, STRIDE, count, starts[s], points, 20);
        equal_arrays("add_base_powers", 3, STRIDE, count);
        equal("starts of add_base_powers", starts[0], starts[1], sizeof starts[0]);
    }
}

/* Kernels on the values of many rows. */
static void compare_values(void)
{
    const uint64_t *a = elements(STRIDE), *b = elements(STRIDE);
    EACH_COUNT(count)
    {
        RUN(add_values, to, a, b, count);
        RUN(subtract_values, to + STRIDE, a, b, count);
        RUN(multiply_values, to + 2 * STRIDE, a, b, count);
        equal_arrays("values", 3, STRIDE, count);
    }
}

/* Kernels that sum up the products of arrays over K. */
static void compare_products(void)
{
    const uint64_t *a = elements(3 * STRIDE), *b = elements(3 * STRIDE);
    EACH_COUNT(count)
    {
        k3 sums[2][2];
        RETURN(k3, dot_extension, a, STRIDE, b, STRIDE, count);
        RUN(round_products, a, STRIDE, b, STRIDE, count / 3, count, count, sums[s]);
        equal("round_products", sums[0], sums[1], sizeof sums[0]);
    }
}

#include "compare_layers.h"
#include "compare_narrow.h"
#include "compare_poseidon2.h"

static void compare_streams(void)
{
    enum { STREAMS = 300, POINTS = 6 };
    const uint64_t *sources[STREAMS], *weights = elements(16 * POINTS);
    static k3_limbs limbs[STREAMS];
    f_factor factors[3][16];
    for (int z = 0; z < STREAMS; z++) {
        sources[z] = elements(200);
        limbs[z] = k_limbs(z ? extension_element() : k_from(element()));
    }
    for (int i = 0; i < 3 * 16; i++)
        factors[i / 16][i % 16] = f_prepare(element());
    EACH_COUNT(count)
    {
        for (size_t streams = 1; streams <= STREAMS; streams = streams * 6 + 1) {
            RUN(fold_streams, limbs, sources, streams, count, to, STRIDE);
            equal_arrays("fold_streams", 3, STRIDE, count);
        }
        for (unsigned log = 0; log <= 4; log++) {
            const size_t streams = (size_t)1 << log;
            RUN(extend_streams_directly, sources, streams, count, weights, POINTS, to, STRIDE / 2);
            equal_arrays("extend_streams_directly", POINTS, STRIDE / 2, count);
            RUN(extend_streams, sources, log, count, factors[0], factors[1], factors[2], to, STRIDE / 2);
            equal_arrays("extend_streams", streams, STRIDE / 2, count);
        }
    }
}

static void compare_powers_by_class(void)
{
    enum { NUMBER = 30, LOG_CLASSES = 6, CLASSES = 1 << LOG_CLASSES, BLOCK = 128, BLOCKS = 8 };
    uint64_t points[2][2 * NUMBER], states[3 * NUMBER * 8];
    uint32_t classes[NUMBER];
    k3 starts[NUMBER];
    f_factor roots[CLASSES], scales[CLASSES];
    for (int u = 0; u < NUMBER; u++) {
        points[0][u] = points[1][u] = element();
        classes[u] = (uint32_t)(element() % CLASSES);
        starts[u] = extension_element();
        for (int s = 0; s < 2; s++)
            points[s][NUMBER + u] = f_pow(points[s][u], sets[s]->lanes);
    }
    for (uint64_t f = 0; f < CLASSES; f++) {
        roots[f] = f_prepare(f_pow(f_root(LOG_CLASSES), f));
        scales[f] = f_prepare(f_pow(GENERATOR, BLOCK * f));
    }
    begin();
    for (size_t first = 0; first < BLOCK; first += BLOCK / 2)
        RUN(add_powers_by_class, to, STRIDE, first, first + BLOCK / 2, BLOCK, BLOCKS, starts, points[s], classes,
            NUMBER, LOG_CLASSES, roots, scales, states);
    equal_arrays("add_powers_by_class", 3, STRIDE, BLOCKS * BLOCK);
}

#include "compare_machines.h"

/* The machine that goes from row to row: gathered and neighbouring operands, steps of one, of three and of eight. */
static void compare_rows(void)
{
    enum { ROWS = 50, SLOTS = 40 };
    uint64_t *in = elements(ROWS + 8), slots[2][SLOTS];
    const struct l2zk_row_load loads[2] = {{in, 7}, {in + 8, ~(size_t)0}};
    const l2zk_row_step steps[] = {
        {OP_ADD_VV, 12, 1, 0, {2}, {3}},
        {OP_MUL_VV, 13, 3, 1, {0, 1, 2, 0, 0, 0, 0, 0}, {3, 12, 3, 0, 0, 0, 0, 0}},
        {OP_SUB_VV, 16, 8, 2, {2, 3, 12, 13, 14, 15, 0, 1}, {4, 5, 6, 7, 8, 9, 10, 11}},
        {OP_MUL_VV, 24, 8, 3, {16, 17, 18, 19, 20, 21, 22, 23}, {8, 9, 10, 11, 12, 13, 14, 15}},
    };
    const struct l2zk_row_result results[2][2] = {{{made[0], 16}, {made[0] + ROWS, 31}},
                                                  {{made[1], 16}, {made[1] + ROWS, 31}}};
    for (int i = 0; i < SLOTS; i++)
        slots[0][i] = slots[1][i] = element();
    for (int s = 0; s < 2; s++) {
        const l2zk_row_code code = {2, 2, sizeof steps / sizeof *steps, 2, loads, steps, results[s]};
        sets[s]->run_rows(&code, 0, ROWS / 2, slots[s]);
        sets[s]->run_rows(&code, ROWS / 2, ROWS, slots[s]);
    }
    equal_arrays("run_rows", 2, ROWS, ROWS);
}

int main(void)
{
    for (unsigned log_n = 0; log_n <= LOG_N; log_n++)
        compare_transforms(log_n);
    compare_hashes();
    compare_sums();
    compare_arrays();
    compare_values();
    compare_products();
    compare_leaves();
    compare_layers();
    compare_streams();
    compare_narrow();
    compare_powers_by_class();
    compare_poseidon2();
    compare_machines();
    compare_rows();
    printf("%s: %s\n", OTHER.name, failures ? "differs" : "as portable");
    return failures != 0;
}
