#include "expressions.h"

#include "kernels.h"

#include <stdlib.h>
#include <string.h>

/* A sequence in its rows, 0 on all others. */
static uint64_t placed(const l2zk_node *n, size_t row)
{
    if (row < n->offset || (row - n->offset) % n->step)
        return 0;
    const uint64_t k = (row - n->offset) / n->step;
    return k < n->count ? n->values[k] : 0;
}

/* The sum of 2^i * (bit i of the row's number) * (bit bits + i of it). */
static uint64_t conjunction(size_t row, uint64_t bits) { return row & row >> bits & (((uint64_t)1 << bits) - 1); }

static uint64_t leaf(const l2zk_node *n, size_t row)
{
    switch (n->kind) {
    case L2ZK_NUMBER:
        return n->a;
    case L2ZK_LOAD:
        return n->values[(row + n->offset) & n->mask];
    case L2ZK_PLACED:
        return placed(n, row);
    case L2ZK_ROW:
        return row;
    case L2ZK_CONJUNCTION:
        return conjunction(row, n->a);
    }
    abort(); /* a kind without a case */
}

/* ---- operations --------------------------------------------------------------------------------------------------- */

/* Field operations without a branch on values, which none can foretell: where one operation follows the other, that is half the time. */
static inline uint64_t one_sum(uint64_t a, uint64_t b)
{
    const uint64_t d = P - b;
    return a - d + (P & -(uint64_t)(a < d));
}

static inline uint64_t one_difference(uint64_t a, uint64_t b) { return a - b + (P & -(uint64_t)(a < b)); }

static inline uint64_t one_product(uint64_t a, uint64_t b)
{
    const unsigned __int128 x = (unsigned __int128)a * b;
    const uint64_t hi = (uint64_t)(x >> 64), lo = (uint64_t)x, top = hi >> 32, low = hi & EPSILON;
    const uint64_t m = (low << 32) - low;
    uint64_t r = lo - top - (EPSILON & -(uint64_t)(lo < top)) + m;
    r += EPSILON & -(uint64_t)(r < m);
    return r - (P & -(uint64_t)(r >= P));
}

static inline uint64_t reduced(uint64_t x) { return x >= P ? x - P : x; }

/* 2 has the order 192. */
static inline uint64_t shifted_left(uint64_t a, uint64_t b) { return f_mul(a, f_pow(2, b % 192)); }

static inline uint64_t shifted_right(uint64_t a, uint64_t b) { return b < 64 ? a >> b : 0; }

static inline uint64_t rotated(uint64_t a, uint64_t places, uint64_t bits)
{
    const uint64_t mask = ((uint64_t)1 << bits) - 1, low = a & mask;
    return (low << places | low >> (bits - places)) & mask;
}

static uint64_t looked_up(const l2zk_node *n, uint64_t place, size_t row)
{
    if (place < n->count)
        return n->values[place];
    if (row < n->step && !n->fault->found) {
        const l2zk_fault fault = {1, row, place, n->b};
        *n->fault = fault;
    }
    return 0;
}

static uint64_t of_one(const l2zk_node *n, uint64_t a, size_t row)
{
    switch (n->kind) {
    case L2ZK_NEGATIVE:
        return f_neg(a);
    case L2ZK_INVERSE:
        return f_inv(a);
    case L2ZK_POWER:
        return f_pow(a, n->b);
    case L2ZK_ROTATE:
        return rotated(a, n->offset, n->count);
    case L2ZK_LOOK_UP:
        return looked_up(n, a, row);
    }
    abort();
}

static inline uint64_t of_two(uint64_t kind, uint64_t a, uint64_t b)
{
    switch (kind) {
    case L2ZK_SUM:
        return one_sum(a, b);
    case L2ZK_DIFFERENCE:
        return one_difference(a, b);
    case L2ZK_PRODUCT:
        return one_product(a, b);
    case L2ZK_SHIFT_LEFT:
        return shifted_left(a, b);
    case L2ZK_SHIFT_RIGHT:
        return shifted_right(a, b);
    case L2ZK_BIT_AND:
        return a & b;
    case L2ZK_BIT_OR:
        return reduced(a | b);
    case L2ZK_BIT_XOR:
        return reduced(a ^ b);
    case L2ZK_QUOTIENT:
        return b ? a / b : 0;
    case L2ZK_REMAINDER:
        return b ? a % b : 0;
    case L2ZK_LESS:
        return a < b;
    case L2ZK_EQUAL:
        return a == b;
    case L2ZK_MINIMUM:
        return a < b ? a : b;
    case L2ZK_MAXIMUM:
        return a < b ? b : a;
    }
    abort();
}

static inline int has_two(uint64_t kind) { return kind != L2ZK_NEGATIVE && kind < L2ZK_INVERSE; }

#define OF_TWO(KIND) \
    case KIND: \
        for (size_t i = 0; i < rows; i++) \
            out[i] = of_two(KIND, a[i], b[i]); \
        break

static void operate(uint64_t kind, const uint64_t *a, const uint64_t *b, size_t rows, uint64_t *out)
{
    switch (kind) {
    case L2ZK_SUM:
        l2zk_active->add_values(out, a, b, rows);
        break;
    case L2ZK_DIFFERENCE:
        l2zk_active->subtract_values(out, a, b, rows);
        break;
    case L2ZK_PRODUCT:
        l2zk_active->multiply_values(out, a, b, rows);
        break;
        OF_TWO(L2ZK_SHIFT_LEFT);
        OF_TWO(L2ZK_SHIFT_RIGHT);
        OF_TWO(L2ZK_BIT_AND);
        OF_TWO(L2ZK_BIT_OR);
        OF_TWO(L2ZK_BIT_XOR);
        OF_TWO(L2ZK_QUOTIENT);
        OF_TWO(L2ZK_REMAINDER);
        OF_TWO(L2ZK_LESS);
        OF_TWO(L2ZK_EQUAL);
        OF_TWO(L2ZK_MINIMUM);
        OF_TWO(L2ZK_MAXIMUM);
    default:
        abort();
    }
}

/* ---- expressions -------------------------------------------------------------------------------------------------- */

static void operate_on_one(const l2zk_node *n, const uint64_t *a, size_t first, size_t rows, uint64_t *out)
{
    if (n->kind == L2ZK_POWER)
        l2zk_active->power_values(out, a, rows, n->b);
    else if (n->kind == L2ZK_INVERSE)
        l2zk_active->invert_values(out, a, rows);
    else
        for (size_t row = 0; row < rows; row++)
            out[row] = of_one(n, a[row], first + row);
}

void l2zk_on_rows(const l2zk_node *nodes, size_t count, size_t first, size_t rows, size_t tile, int again,
                  uint64_t *scratch, const uint64_t **slots)
{
    for (size_t i = 0; i < count; i++) {
        const l2zk_node *n = nodes + i;
        uint64_t *out = scratch + tile * i;
        slots[i] = out;
        if (n->kind >= L2ZK_SUM && has_two(n->kind)) {
            operate(n->kind, slots[n->a], slots[n->b], rows, out);
        } else if (n->kind >= L2ZK_SUM) {
            operate_on_one(n, slots[n->a], first, rows, out);
        } else if (n->kind == L2ZK_LOAD && ((first + n->offset) & n->mask) + rows <= n->mask + 1) {
            slots[i] = n->values + ((first + n->offset) & n->mask);
        } else if (n->kind != L2ZK_NUMBER || !again) {
            for (size_t row = 0; row < rows; row++)
                out[row] = leaf(n, first + row);
        }
    }
}

uint64_t l2zk_on_row(const l2zk_node *nodes, size_t count, size_t row, uint64_t *scratch)
{
    if (count == 1)
        return leaf(nodes, row);
    for (size_t i = 0; i < count; i++) {
        const l2zk_node *n = nodes + i;
        if (n->kind < L2ZK_SUM)
            scratch[i] = leaf(n, row);
        else if (has_two(n->kind))
            scratch[i] = of_two(n->kind, scratch[n->a], scratch[n->b]);
        else
            scratch[i] = of_one(n, scratch[n->a], row);
    }
    return scratch[count - 1];
}

/* ---- many nodes on one row after the other ------------------------------------------------------------------------ */

static int by_key(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

enum { NUMBER_BITS = 24, LEVEL_BITS = 12, BELOW_PHASE = 36, LAST_LEVEL = (1 << LEVEL_BITS) - 1 }; /* of a key */

/* The kinds that there are, numbered. */
static uint64_t number_kinds(const l2zk_node *nodes, size_t count, uint8_t numbers[L2ZK_LOOK_UP + 1])
{
    uint64_t kinds = 0;
    memset(numbers, UINT8_MAX, L2ZK_LOOK_UP + 1);
    for (size_t i = 0; i < count; i++)
        if (nodes[i].kind >= L2ZK_SUM && numbers[nodes[i].kind] == UINT8_MAX)
            numbers[nodes[i].kind] = (uint8_t)kinds++;
    return kinds;
}

/* A key for each node: its phase, its level in that, its number. A phase is of one kind, phases are of the kinds in turn, and a node's is
 * the first of its kind in which all is there that it is made of; its level is one more than that of its operands. */
static void fill_keys(const l2zk_node *nodes, size_t count, uint64_t *keys)
{
    uint8_t numbers[L2ZK_LOOK_UP + 1];
    const uint64_t kinds = number_kinds(nodes, count, numbers);
    for (size_t i = 0; i < count; i++) {
        const l2zk_node *n = nodes + i;
        keys[i] = 0;
        if (n->kind < L2ZK_SUM)
            continue;
        const uint64_t a = keys[n->a] >> NUMBER_BITS, b = has_two(n->kind) ? keys[n->b] >> NUMBER_BITS : 0;
        const uint64_t last = a > b ? a : b, there = last >> LEVEL_BITS, kind = numbers[n->kind];
        const uint64_t phase = there + (kind + kinds - there % kinds) % kinds;
        const uint64_t level = phase == there ? (last & LAST_LEVEL) + ((last & LAST_LEVEL) < LAST_LEVEL) : 0;
        keys[i] = (phase << LEVEL_BITS | level) << NUMBER_BITS | i;
    }
}

static void add_operation(l2zk_ordered *o, uint64_t key, size_t place)
{
    const uint32_t i = key & ((1 << NUMBER_BITS) - 1);
    const l2zk_node *n = o->nodes + i;
    const l2zk_operation operation = {i, (uint32_t)n->a, has_two(n->kind) ? (uint32_t)n->b : 0};
    o->operations[place] = operation;
    if (place && key >> BELOW_PHASE == o->keys[o->runs[o->run_count - 1].first] >> BELOW_PHASE) {
        o->runs[o->run_count - 1].last++;
        return;
    }
    const l2zk_operations run = {(uint32_t)n->kind, (uint32_t)place, (uint32_t)place + 1};
    o->runs[o->run_count++] = run;
}

void l2zk_order(l2zk_ordered *o, const l2zk_node *nodes, size_t count, uint64_t *scratch)
{
    o->nodes = nodes;
    fill_keys(nodes, count, o->keys);
    size_t operations = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t number = (uint32_t)i;
        if (nodes[i].kind >= L2ZK_SUM)
            o->keys[operations++] = o->keys[i];
        else if (nodes[i].kind == L2ZK_LOAD)
            o->reads[o->read_count++] = number;
        else if (nodes[i].kind == L2ZK_NUMBER)
            scratch[i] = nodes[i].a;
        else
            o->leaves[o->leaf_count++] = number;
    }
    qsort(o->keys, operations, sizeof(uint64_t), by_key);
    for (size_t place = 0; place < operations; place++)
        add_operation(o, o->keys[place], place);
}

#define RUN_OF_TWO(KIND) \
    case KIND: \
        for (; at < end; at++) \
            s[at->to] = of_two(KIND, s[at->a], s[at->b]); \
        break

static void do_run(const l2zk_ordered *o, const l2zk_operations *run, size_t row, uint64_t *s)
{
    const l2zk_operation *at = o->operations + run->first, *end = o->operations + run->last;
    switch (run->kind) {
        RUN_OF_TWO(L2ZK_SUM);
        RUN_OF_TWO(L2ZK_DIFFERENCE);
        RUN_OF_TWO(L2ZK_PRODUCT);
        RUN_OF_TWO(L2ZK_SHIFT_LEFT);
        RUN_OF_TWO(L2ZK_SHIFT_RIGHT);
        RUN_OF_TWO(L2ZK_BIT_AND);
        RUN_OF_TWO(L2ZK_BIT_OR);
        RUN_OF_TWO(L2ZK_BIT_XOR);
        RUN_OF_TWO(L2ZK_QUOTIENT);
        RUN_OF_TWO(L2ZK_REMAINDER);
        RUN_OF_TWO(L2ZK_LESS);
        RUN_OF_TWO(L2ZK_EQUAL);
        RUN_OF_TWO(L2ZK_MINIMUM);
        RUN_OF_TWO(L2ZK_MAXIMUM);
    default:
        for (; at < end; at++)
            s[at->to] = of_one(o->nodes + at->to, s[at->a], row);
    }
}

void l2zk_on_row_in_order(const l2zk_ordered *o, size_t row, uint64_t *scratch)
{
    for (size_t k = 0; k < o->read_count; k++) {
        const l2zk_node *n = o->nodes + o->reads[k];
        scratch[o->reads[k]] = n->values[(row + n->offset) & n->mask];
    }
    for (size_t k = 0; k < o->leaf_count; k++)
        scratch[o->leaves[k]] = leaf(o->nodes + o->leaves[k], row);
    for (size_t k = 0; k < o->run_count; k++)
        do_run(o, o->runs + k, row, scratch);
}
