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
    L2ZK_SHIFT_LEFT, /* of the integers that nodes a and b are, modulo p: a*2^b; and so on */
    L2ZK_SHIFT_RIGHT,
    L2ZK_BIT_AND,
    L2ZK_BIT_OR,
    L2ZK_BIT_XOR,
    L2ZK_QUOTIENT, /* 0 where b is 0 */
    L2ZK_REMAINDER,
    L2ZK_LESS,
    L2ZK_EQUAL,
    L2ZK_MINIMUM,
    L2ZK_MAXIMUM,
    L2ZK_INVERSE, /* of node a */
    L2ZK_POWER, /* of node a, to the number b */
    L2ZK_ROTATE, /* node a modulo 2^count, `offset` places to the left */
    L2ZK_LOOK_UP, /* values[a], where the integer is below count; elsewhere 0, and a fault of node b on rows below `step` */
} l2zk_kind;

/* What was first looked up beyond the end of a list. */
typedef struct {
    uint64_t found, row, place, node; /* found: 1 if there is such a row; node: what looks up, by number */
} l2zk_fault;

/* A node; what does not belong to its kind is 0. Whoever makes one has checked that it stays inside its arrays. */
typedef struct {
    uint64_t kind, a, b;
    const uint64_t *values;
    uint64_t offset, mask, step, count;
    l2zk_fault *fault;
} l2zk_node;

/* The values of all nodes on rows first to first + rows - 1, at most `tile` of them: slots[i] points to those of node i, in scratch
 * (count*tile words) or in a column. again: the same nodes were here before with this scratch, so that constants are there. */
void l2zk_on_rows(const l2zk_node *nodes, size_t count, size_t first, size_t rows, size_t tile, int again,
                  uint64_t *scratch, const uint64_t **slots);

/* The value of the last node on a row; scratch has a word for each node. */
uint64_t l2zk_on_row(const l2zk_node *nodes, size_t count, size_t row, uint64_t *scratch);

/* ---- many nodes on one row after the other ------------------------------------------------------------------------ */

/* Value `to` of one or two others. */
typedef struct {
    uint32_t to, a, b;
} l2zk_operation;

/* Operations first to last - 1, which are of a kind, and none of which reads another. */
typedef struct {
    uint32_t kind, first, last;
} l2zk_operations;

/* Nodes in an order for rows: what is read, other leaves, then operations by the number of those below them. Each array has room for
 * as many as there are nodes, `keys` too. */
typedef struct {
    const l2zk_node *nodes;
    uint32_t *reads, *leaves;
    l2zk_operation *operations;
    l2zk_operations *runs;
    uint64_t *keys;
    size_t read_count, leaf_count, run_count;
} l2zk_ordered;

/* The order of nodes; their constants go into scratch. */
void l2zk_order(l2zk_ordered *ordered, const l2zk_node *nodes, size_t count, uint64_t *scratch);

/* The values of all nodes on a row, into scratch. */
void l2zk_on_row_in_order(const l2zk_ordered *ordered, size_t row, uint64_t *scratch);

#endif
