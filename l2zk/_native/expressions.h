/* Expressions on the rows of a table, as lists of nodes, for what fills columns and counts messages: on L2ZK_ROWS rows side by
 * side, or on one row. (PROTOCOL 3.2)
 */
#ifndef L2ZK_EXPRESSIONS_H
#define L2ZK_EXPRESSIONS_H

#include <stddef.h>
#include <stdint.h>

enum { L2ZK_ROWS = 512 };

typedef enum {
    L2ZK_NUMBER, /* a itself */
    L2ZK_LOAD, /* on row i: values[(i + offset) & mask] */
    L2ZK_PLACED, /* on row offset + k*step: values[k], k < count; on other rows 0 */
    L2ZK_ROW, /* the row's number */
    L2ZK_CONJUNCTION, /* of the row's number: the bits i below a, each times bit a + i */
    L2ZK_SUM, /* of nodes a and b, which come before it; and so on */
    L2ZK_DIFFERENCE,
    L2ZK_PRODUCT,
    L2ZK_NEGATIVE, /* of node a */
} l2zk_kind;

/* A node; what does not belong to its kind is 0. Whoever makes one has checked that it stays inside its arrays. */
typedef struct {
    uint64_t kind, a, b;
    const uint64_t *values;
    uint64_t offset, mask, step, count;
} l2zk_node;

/* The values of all nodes on rows first to first + rows - 1, at most L2ZK_ROWS of them: slots[i] points to those of node i, in
 * scratch (count*L2ZK_ROWS words) or in a column. */
void l2zk_on_rows(const l2zk_node *nodes, size_t count, size_t first, size_t rows, uint64_t *scratch,
                  const uint64_t **slots);

/* The value of the last node on a row; scratch has a word for each node. */
uint64_t l2zk_on_row(const l2zk_node *nodes, size_t count, size_t row, uint64_t *scratch);

#endif
