#include "expressions.h"

#include "field.h"

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
    default:
        return conjunction(row, n->a);
    }
}

static void operate(uint64_t kind, const uint64_t *a, const uint64_t *b, size_t rows, uint64_t *out)
{
    if (kind == L2ZK_SUM)
        for (size_t i = 0; i < rows; i++)
            out[i] = f_add(a[i], b[i]);
    else if (kind == L2ZK_DIFFERENCE)
        for (size_t i = 0; i < rows; i++)
            out[i] = f_sub(a[i], b[i]);
    else if (kind == L2ZK_PRODUCT)
        for (size_t i = 0; i < rows; i++)
            out[i] = f_mul(a[i], b[i]);
    else
        for (size_t i = 0; i < rows; i++)
            out[i] = f_neg(a[i]);
}

void l2zk_on_rows(const l2zk_node *nodes, size_t count, size_t first, size_t rows, uint64_t *scratch,
                  const uint64_t **slots)
{
    for (size_t i = 0; i < count; i++) {
        const l2zk_node *n = nodes + i;
        uint64_t *out = scratch + L2ZK_ROWS * i;
        slots[i] = out;
        if (n->kind >= L2ZK_SUM) {
            operate(n->kind, slots[n->a], slots[n->b], rows, out);
        } else if (n->kind == L2ZK_LOAD && ((first + n->offset) & n->mask) + rows <= n->mask + 1) {
            slots[i] = n->values + ((first + n->offset) & n->mask);
        } else {
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
        if (n->kind == L2ZK_SUM)
            scratch[i] = f_add(scratch[n->a], scratch[n->b]);
        else if (n->kind == L2ZK_DIFFERENCE)
            scratch[i] = f_sub(scratch[n->a], scratch[n->b]);
        else if (n->kind == L2ZK_PRODUCT)
            scratch[i] = f_mul(scratch[n->a], scratch[n->b]);
        else if (n->kind == L2ZK_NEGATIVE)
            scratch[i] = f_neg(scratch[n->a]);
        else
            scratch[i] = leaf(n, row);
    }
    return scratch[count - 1];
}
