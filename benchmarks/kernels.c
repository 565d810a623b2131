/* Each kernel alone, again and again on arrays of its own: the seconds that floor.py multiplies by the work of a stage.
 *
 * floor.py compiles it for the l2zk of its clone, whose kernels it is handed; it runs none of the protocol.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels.h"

enum { BATCHES = 5, REGISTERS = 8, LOG_CLASSES = 6, BLOCKS = 16, LOG_STREAMS = 4, STREAMS = 1 << LOG_STREAMS };

#define LEAST_SECONDS 1e-3 /* of a batch of calls */

typedef struct {
    const l2zk_kernels *kernels;
    size_t n, width, stride; /* elements of an array; arrays, or what else a kernel has several of; words to the next */
    unsigned log_n;
    uint64_t *in, *out, *more; /* width + STREAMS arrays over K each */
    const uint64_t **sources; /* the arrays in `in` */
    uint64_t **slots; /* REGISTERS of them, in `in` */
    l2zk_ntt_tables tables;
    l2zk_code code;
    l2zk_group group;
    uint32_t *members;
} Work;

static k3 element(const Work *w)
{
    k3 x = {{w->in[1], w->in[2], w->in[3]}};
    return x;
}

/* ---- columns, trees, code over F */

static void expand(const Work *w)
{
    w->kernels->expand((uint32_t *)w->in, (uint32_t *)w->more, 0, w->n, (uint32_t *)w->out, w->n);
}

static void hash_columns(const Work *w)
{
    w->kernels->hash_columns(w->sources, w->width, w->n, NULL, w->n, (uint32_t *)w->out, w->n);
}

static void hash_parents(const Work *w)
{
    w->kernels->hash_parents((uint32_t *)w->in, (uint32_t *)w->more, w->n, w->n, (uint32_t *)w->out, w->n);
}

static void grind(const Work *w)
{
    int found = 0;
    w->kernels->grind((uint8_t *)w->in, 0, w->n, 64, &found);
}

static void ntt_reverse(const Work *w) { w->kernels->ntt_reverse(w->out, w->in, w->n, w->log_n); }

static void ntt_values(const Work *w) { w->kernels->ntt_values(w->out, w->in, w->log_n, w->more, NULL, 0, w->tables); }

static void extend_streams(const Work *w)
{
    const f_factor *factors = (const f_factor *)w->more;
    w->kernels->extend_streams(w->sources, LOG_STREAMS, w->n, factors, factors, factors, w->out, w->stride);
}

/* at `width` points */
static void extend_streams_directly(const Work *w)
{
    w->kernels->extend_streams_directly(w->sources, STREAMS, w->n, w->more, w->width, w->out, w->stride);
}

/* of `width` columns of bits */
static void ntt_bits(const Work *w)
{
    w->kernels->ntt_bits(w->out, w->n, (const uint8_t *)w->in, w->width, w->log_n, w->more, w->more, NULL, 0, 0,
                         w->tables);
}

static void extend_bits(const Work *w) { w->kernels->extend_bits(w->in, w->n / 64, w->n, w->more, w->out, w->stride); }

static void sum_bits(const Work *w)
{
    w->kernels->sum_bits(w->in, w->stride, w->n, w->more, w->n / 64, w->width, (k3 *)w->out);
}

static void fold_bits(const Work *w)
{
    w->kernels->fold_bits((const k3_words *)w->more, w->in, w->width, w->out, w->stride);
}

static void store_results(const Work *w) { w->kernels->store_results(&w->code, w->slots, w->more, w->out); }

static void combine_groups(const Work *w)
{
    uint64_t *sum[3] = {w->out, w->out + TILE, w->out + 2 * TILE};
    w->kernels->combine_groups(&w->group, 1, sum);
}

static void dot(const Work *w) { w->kernels->dot(w->more, w->stride, w->in, w->n); }

static void split_weights(const Work *w) { w->kernels->split_weights(w->in, w->stride, w->n, w->out); }

/* ---- arrays over K */

static void fold_streams(const Work *w)
{
    w->kernels->fold_streams((k3_limbs *)w->more, w->sources, w->width, w->n, w->out, w->stride);
}

static void fold_pairs(const Work *w) { w->kernels->fold_pairs(w->in, w->stride, w->n / 2, w->n / 2, element(w)); }

static void dot_extension(const Work *w) { w->kernels->dot_extension(w->in, w->stride, w->more, w->stride, w->n); }

static void round_products(const Work *w)
{
    k3 found[2];
    w->kernels->round_products(w->in, w->stride, w->more, w->stride, 0, w->n / 2, w->n / 2, found);
}

static void double_eq(const Work *w) { w->kernels->double_eq(w->in, w->stride, w->n / 2, element(w)); }

static void add_multiple(const Work *w)
{
    w->kernels->add_multiple(w->out, w->stride, w->in, w->stride, w->n, element(w));
}

static void add_powers(const Work *w) { w->kernels->add_powers(w->out, w->stride, w->n, element(w), element(w)); }

static void add_powers_by_class(const Work *w)
{
    const k3 *starts = (const k3 *)w->in;
    const uint64_t *points = w->in + 3 * w->width;
    const f_factor *factors = (const f_factor *)(points + 2 * w->width);
    w->kernels->add_powers_by_class(w->out, w->stride, 0, w->n / BLOCKS, w->n / BLOCKS, BLOCKS, starts, points,
                                    w->members, w->width, LOG_CLASSES, factors, factors, w->more);
}

static void set_top(const Work *w) { w->kernels->set_top(w->in, w->stride, TILE, 2, w->out, TILE); }

static void store_results_extension(const Work *w)
{
    w->kernels->store_results_extension(&w->code, w->slots, w->more, w->out, TILE);
}

static void sum_group(const Work *w)
{
    w->kernels->sum_group(w->in, w->members, w->width, (const k3 *)w->more, w->more, w->more, w->stride, TILE);
}

#define KERNEL(name) {#name, name}
static const struct {
    const char *name;
    void (*run)(const Work *w);
} KERNELS[] = {
    KERNEL(expand),
    KERNEL(hash_columns),
    KERNEL(hash_parents),
    KERNEL(grind),
    KERNEL(ntt_reverse),
    KERNEL(ntt_values),
    KERNEL(ntt_bits),
    KERNEL(extend_bits),
    KERNEL(sum_bits),
    KERNEL(fold_bits),
    KERNEL(extend_streams),
    KERNEL(extend_streams_directly),
    KERNEL(store_results),
    KERNEL(combine_groups),
    KERNEL(dot),
    KERNEL(split_weights),
    KERNEL(fold_streams),
    KERNEL(fold_pairs),
    KERNEL(dot_extension),
    KERNEL(round_products),
    KERNEL(double_eq),
    KERNEL(add_multiple),
    KERNEL(add_powers),
    KERNEL(add_powers_by_class),
    KERNEL(set_top),
    KERNEL(store_results_extension),
    KERNEL(sum_group),
};

/* ---- the work */

/* The next words of the block. No two arrays begin at the same place of a page, or they would share their sets of a cache. */
static void *taken(uint64_t **block, size_t words)
{
    void *place = *block;
    *block += (words + 511) / 512 * 512 + TILE + 8;
    return place;
}

/* `width` operations, each with the results of two before it. */
static void write_code(Work *w, uint32_t (*body)[4], uint32_t op)
{
    for (uint32_t i = 0; i < w->width; i++) {
        const uint32_t instruction[4] = {op, i % REGISTERS, (i + 3) % REGISTERS, (i + 5) % REGISTERS};
        memcpy(body[i], instruction, sizeof(instruction));
    }
    w->code.body = (const uint32_t (*)[4])body;
    w->code.body_count = w->width;
    w->code.vector_count = REGISTERS;
}

/* The memory of all arrays, in one block that is filled with different elements. NULL: there is none. */
static uint64_t *prepare(Work *w, const char *name, uint32_t op)
{
    const size_t arrays = w->width + STREAMS, words = 3 * arrays * (w->stride + 4 * TILE), n = w->n > 64 ? w->n : 64;
    const size_t more = words + l2zk_ntt_shift_words(w->log_n) + (1 << 20), tables = l2zk_ntt_table_words(n);
    const size_t all = 2 * words + more + tables + 5 * arrays + 9 * (512 + TILE + 8);
    uint64_t *block = aligned_alloc(4096, (8 * all + 4095) / 4096 * 4096), *left = block, *roots;
    if (!block)
        return NULL;
    for (size_t i = 0; i < all; i++)
        block[i] = (i + 1) * 0x9E3779B97F4A7C15 >> 1;
    w->in = taken(&left, words);
    w->out = taken(&left, words);
    w->more = taken(&left, more);
    roots = taken(&left, tables);
    w->sources = taken(&left, arrays);
    w->slots = taken(&left, REGISTERS);
    w->members = taken(&left, arrays);
    for (size_t i = 0; i < arrays; i++) {
        w->members[i] = i % (1 << LOG_CLASSES) % w->width;
        w->sources[i] = w->in + i * w->stride;
    }
    for (size_t i = 0; i < REGISTERS; i++)
        w->slots[i] = w->in + 3 * TILE * i;
    w->group = (l2zk_group){w->out, w->sources, (const k3_limbs *)w->more, w->width};
    w->tables = l2zk_ntt_tables_in(roots, n);
    if (!strcmp(name, "ntt_values"))
        w->kernels->ntt_fill_tables(roots, n);
    write_code(w, taken(&left, 2 * w->width), op);
    return block;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* The kernel of a name. */
static void (*kernel(const char *name))(const Work *)
{
    for (size_t i = 0; i < sizeof(KERNELS) / sizeof(*KERNELS); i++)
        if (!strcmp(KERNELS[i].name, name))
            return KERNELS[i].run;
    return NULL;
}

/* Seconds of one call, the least of a few batches; -1 if there is no such kernel or no memory. op: of code. */
double kernel_seconds(const l2zk_kernels *kernels, const char *name, size_t n, size_t width, unsigned op)
{
    Work w = {.kernels = kernels, .n = n, .width = width, .stride = n + TILE};
    void (*run)(const Work *) = kernel(name);
    double least = -1;
    while ((size_t)1 << w.log_n < n)
        w.log_n++;
    uint64_t *block = run ? prepare(&w, name, op) : NULL;
    for (size_t calls = 1, batch = 0; block && batch < BATCHES;) {
        const double begun = now();
        for (size_t i = 0; i < calls; i++)
            run(&w);
        const double seconds = now() - begun;
        if (seconds < LEAST_SECONDS && calls < 1 << 24) {
            calls *= 2;
            continue;
        }
        if (batch++ == 0 || seconds / calls < least)
            least = seconds / calls;
    }
    free(block);
    return least;
}
