/* Runs every kernel of two instruction sets on the same values and compares them bit for bit. Exit status 0: all equal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

extern const l2zk_kernels l2zk_kernels_portable, OTHER;

enum { LOG_N = 14, N = 1 << LOG_N };

static uint64_t state = 1;
static int failures;

static uint64_t element(void)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    uint64_t x = state ^ state >> 29;
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

static void equal(const char *name, const void *a, const void *b, size_t size)
{
    if (memcmp(a, b, size)) {
        printf("%s differs\n", name);
        failures++;
    }
}

static void compare_transforms(const l2zk_kernels *k, const l2zk_kernels *l, unsigned log_n)
{
    const size_t n = (size_t)1 << log_n;
    uint64_t *words = malloc(8 * l2zk_ntt_table_words(n)), *other_words = malloc(8 * l2zk_ntt_table_words(n)),
             *shift = malloc(8 * (2 * n + 2));
    uint64_t *values = elements(n), *a = elements(n), *b = elements(n), *tail = elements(n);
    k->ntt_fill_tables(words, n);
    l->ntt_fill_tables(other_words, n);
    k->ntt_fill_shift(shift, GENERATOR, log_n);
    const l2zk_ntt_tables t = l2zk_ntt_tables_in(words, n), u = l2zk_ntt_tables_in(other_words, n);
    k->ntt_coefficients(a, values, log_n, t);
    l->ntt_coefficients(b, values, log_n, u);
    equal("ntt_coefficients", a, b, 8 * n);
    for (unsigned log_tail = 0; log_tail <= log_n; log_tail++) {
        k->ntt_values(a, values, log_n, shift, tail, log_tail, t);
        l->ntt_values(b, values, log_n, shift, tail, log_tail, u);
        equal("ntt_values", a, b, 8 * n);
        k->ntt_wrap(a, values, log_n, log_tail, GENERATOR, shift);
        l->ntt_wrap(b, values, log_n, log_tail, GENERATOR, shift);
        equal("ntt_wrap", a, b, (size_t)8 << log_tail);
        k->ntt_fill_shift(shift, GENERATOR, log_n);
    }
    free(words), free(other_words), free(shift), free(values), free(a), free(b), free(tail);
}

static void compare_hashes(const l2zk_kernels *k, const l2zk_kernels *l)
{
    const uint64_t *columns[21];
    static uint32_t a[8][100], b[8][100];
    for (int c = 0; c < 21; c++)
        columns[c] = elements(100);
    k->hash_columns(columns, 21, 100, NULL, 0, a[0], 100);
    l->hash_columns(columns, 21, 100, NULL, 0, b[0], 100);
    equal("hash_columns", a, b, sizeof a);
    static uint32_t salts[4 * 100];
    for (int i = 0; i < 4 * 100; i++)
        salts[i] = (uint32_t)element();
    k->hash_columns(columns, 21, 100, salts, 100, a[0], 100);
    l->hash_columns(columns, 21, 100, salts, 100, b[0], 100);
    equal("hash_columns with salts", a, b, sizeof a);
    static uint32_t c[16][128], d[16][128];
    k->expand(a[0], a[1], 0xfffffffe, 128, c[0], 128);
    l->expand(b[0], b[1], 0xfffffffe, 128, d[0], 128);
    equal("expand", c, d, sizeof c);
    k->hash_parents(a[0], a[0] + 50, 100, 50, a[0], 100);
    l->hash_parents(b[0], b[0] + 50, 100, 50, b[0], 100);
    equal("hash_parents", a, b, sizeof a);
    const uint8_t *message = (const uint8_t *)elements(100000);
    k->hash_bytes(message, 700001, (uint8_t *)a);
    l->hash_bytes(message, 700001, (uint8_t *)b);
    equal("hash_bytes", a, b, 32);
    k->hash_keyed_bytes(message, message, 70001, (uint8_t *)a);
    l->hash_keyed_bytes(message, message, 70001, (uint8_t *)b);
    equal("hash_keyed_bytes", a, b, 32);
}

static void compare_sums(const l2zk_kernels *k, const l2zk_kernels *l)
{
    uint64_t *x = elements(CHUNK), *u = elements(256), *v = elements(256);
    const uint64_t *weights = elements(3 * CHUNK_STEP), *in = elements(2048), factor = *elements(1);
    static uint64_t limbs[9 * CHUNK_STEP], other_limbs[9 * CHUNK_STEP];
    k->split_weights(weights, CHUNK_STEP, CHUNK, limbs);
    l->split_weights(weights, CHUNK_STEP, CHUNK, other_limbs);
    equal("split_weights", limbs, other_limbs, sizeof limbs);
    k3 p = k->dot(limbs, CHUNK_STEP, x, CHUNK), q = l->dot(limbs, CHUNK_STEP, x, CHUNK);
    equal("dot", &p, &q, sizeof p);
    memcpy(u, v, 8 * 77);
    k->add_scaled(u, in, 77, factor);
    l->add_scaled(v, in, 77, factor);
    equal("add_scaled", u, v, 8 * 77);
}

static void compare_inverses(const l2zk_kernels *k, const l2zk_kernels *l)
{
    uint64_t *x = elements(CHUNK), *a = elements(CHUNK), *b = malloc(8 * (CHUNK + TILE));
    uint64_t *u = elements(3 * TILE), *v = elements(3 * TILE);
    k3 z = extension_element();
    for (size_t i = 0; i < CHUNK; i++)
        a[i] += a[i] == 0;
    memcpy(b, a, 8 * CHUNK);
    k->invert(a, CHUNK);
    l->invert(b, CHUNK);
    equal("invert", a, b, 8 * CHUNK);
    k->reciprocals(z, x, a, u, TILE);
    l->reciprocals(z, x, b, v, TILE);
    equal("reciprocals", u, v, 8 * 3 * TILE);
}

static void compare_batch(const l2zk_kernels *k, const l2zk_kernels *l)
{
    enum { SOURCES = 600 };
    static const uint64_t *sources[SOURCES];
    static k3_limbs coefficients[SOURCES];
    const uint64_t *in[3] = {elements(2048), elements(2048), elements(2048)};
    uint64_t *u = elements(3 * TILE), *v = elements(3 * TILE);
    for (int t = 0; t < SOURCES; t++) {
        sources[t] = in[t % 3] + t;
        coefficients[t] = k_limbs(extension_element());
    }
    for (size_t count = 1; count <= SOURCES; count *= 5) {
        const l2zk_deep_point point = {extension_element(), count, sources, coefficients};
        k->deep(&point, 1, 7, in, u);
        l->deep(&point, 1, 7, in, v);
        equal("deep", u, v, 8 * 3 * TILE);
    }
}

static void compare_folds(const l2zk_kernels *k, const l2zk_kernels *l)
{
    uint64_t *x = elements(CHUNK), *u[3], *v[3];
    k3 z = extension_element();
    for (int c = 0; c < 3; c++)
        u[c] = elements(256), v[c] = elements(256);
    const uint64_t *in[3] = {elements(2048), elements(2048), elements(2048)};
    k->fold_coefficients(in, 256, 0, 256, 3, z, u);
    l->fold_coefficients(in, 256, 0, 256, 3, z, v);
    for (int c = 0; c < 3; c++)
        equal("fold", u[c], v[c], 8 * 256);
    uint64_t *members = elements(24 * TILE), *other_members = malloc(8 * 24 * TILE);
    for (unsigned log_arity = 0; log_arity <= 3; log_arity++) {
        memcpy(other_members, members, 8 * 24 * TILE);
        k->fold_values(members, TILE, log_arity, z, x, u);
        l->fold_values(other_members, TILE, log_arity, z, x, v);
        for (int c = 0; c < 3; c++)
            equal("fold_values", u[c], v[c], 8 * TILE);
    }
    const k3 polynomial[5] = {extension_element(), z, z, extension_element(), z};
    k->evaluate(polynomial, 5, x, u);
    l->evaluate(polynomial, 5, x, v);
    for (int c = 0; c < 3; c++)
        equal("evaluate", u[c], v[c], 8 * TILE);
}

static void compare_machine(const l2zk_kernels *k, const l2zk_kernels *l)
{
    static const uint32_t body[][4] = {
        {OP_ADD_VV, 2, 0, 1},   {OP_MUL_VV, 3, 2, 0},   {OP_SUB_VV, 2, 3, 1}, {OP_ADD_VU, 3, 2, 0},
        {OP_SUB_VU, 2, 3, 1},   {OP_SUB_UV, 3, 0, 2},   {OP_MUL_VU, 2, 3, 1}, {OP_NEG_V, 3, 2, 0},
        {OP_RESULT_V, 0, 3, 0}, {OP_RESULT_U, 1, 1, 0},
    };
    const l2zk_code code = {.body = body, .body_count = sizeof body / sizeof *body, .result_count = 2};
    uint64_t *slots[] = {elements(TILE), elements(TILE), elements(TILE), elements(TILE)},
             uniforms[] = {element(), element()};
    static uint64_t a[3][TILE], b[3][TILE];
    k->store_results(&code, slots, uniforms, a[0]);
    l->store_results(&code, slots, uniforms, b[0]);
    equal("store_results", a, b, sizeof a);
    enum { RESULTS = 10 };
    static const uint64_t *results[RESULTS];
    static k3_limbs powers[RESULTS];
    for (int i = 0; i < RESULTS; i++) {
        results[i] = elements(TILE);
        powers[i] = k_limbs(i == 1 ? k_from(element()) : extension_element());
    }
    const l2zk_group groups[3] = {{elements(TILE), results, powers, 1},
                                  {elements(TILE), results + 1, powers + 1, 2},
                                  {elements(TILE), results + 3, powers + 3, 7}};
    uint64_t *const first[3] = {a[0], a[1], a[2]}, *const second[3] = {b[0], b[1], b[2]};
    k->combine_groups(groups, 3, first);
    l->combine_groups(groups, 3, second);
    equal("combine_groups", a, b, sizeof a);
}

int main(void)
{
    for (unsigned log_n = 0; log_n <= LOG_N; log_n++)
        compare_transforms(&l2zk_kernels_portable, &OTHER, log_n);
    compare_hashes(&l2zk_kernels_portable, &OTHER);
    compare_sums(&l2zk_kernels_portable, &OTHER);
    compare_inverses(&l2zk_kernels_portable, &OTHER);
    compare_batch(&l2zk_kernels_portable, &OTHER);
    compare_folds(&l2zk_kernels_portable, &OTHER);
    compare_machine(&l2zk_kernels_portable, &OTHER);
    printf("%s: %s\n", OTHER.name, failures ? "differs" : "as portable");
    return failures != 0;
}
