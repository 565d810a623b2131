/* What fills itself, from messages on the rows of tables: counts of tuples, the accesses of a memory, columns that are values or bits
 * of expressions. Every function does some pieces of its work, so that its caller can look at signals between two calls.
 */
#ifndef L2ZK_FILLING_H
#define L2ZK_FILLING_H

#include "expressions.h"
#include "tally.h"

/* Nodes of one table, on its rows start, start + step, ... below stop: of a step of 1 a piece is `tile` rows, of others a row. */
typedef struct {
    const l2zk_node *nodes;
    const uint64_t *roots; /* their places: of messages, the tuple's entries and the multiplicity */
    size_t count, root_count, start, stop, step;
    size_t tile; /* rows of a piece, at most L2ZK_ROWS */
    uint64_t *scratch; /* count*tile words */
    const uint64_t **slots; /* count, and root_count behind them, which are those of the roots */
} l2zk_expressions;

size_t l2zk_pieces(const l2zk_expressions *e);

/* ---- columns ---------------------------------------------------------------------------------------------------- */

typedef struct { /* the bits of root `root` from `shift` on, those in `mask`, into a column of the table's rows */
    uint64_t root, shift, mask;
    uint64_t *column;
} l2zk_filled;

void l2zk_fill_columns(const l2zk_expressions *e, const l2zk_filled *filled, size_t count, size_t first, size_t last);

/* ---- messages ---------------------------------------------------------------------------------------------------- */

/* Add pieces first to last - 1 of each to a tally; of message k on row i the number is base + count*i + k. 0 if there is no memory. */
int l2zk_tally_messages(l2zk_tally *t, const l2zk_expressions *messages, size_t count, size_t first, size_t last,
                        uint64_t base);

/* Tables of which row left + 2^bits*right, or the value, can be told from the tuple. */
typedef enum { L2ZK_RANGE, L2ZK_XOR, L2ZK_AND } l2zk_indexed;

typedef struct { /* how often each row of a table is sent */
    uint64_t *times; /* mod p */
    uint64_t missing; /* messages of another multiplicity than 0 whose tuple no row has */
    uint64_t first_message, first_row; /* of the first of them */
} l2zk_counts;

void l2zk_count_indexed(l2zk_counts *c, l2zk_indexed kind, unsigned bits, const l2zk_expressions *messages,
                        size_t count, size_t first, size_t last);

/* By a tally of all rows of a table, numbered as they are: of rows with one tuple the first is counted. */
void l2zk_count_tuples(l2zk_counts *c, const l2zk_tally *rows, const l2zk_expressions *messages, size_t count,
                       size_t first, size_t last);

/* ---- memories ---------------------------------------------------------------------------------------------------- */

/* The last node of each is its value. `value` is what the cell gets; without nodes it keeps what it has. Columns that are NULL are not
 * filled. */
typedef struct {
    const l2zk_node *address, *value, *when;
    size_t address_count, value_count, when_count;
    uint64_t *old, *then;
} l2zk_access;

typedef struct {
    const l2zk_access *accesses; /* in the order of time within a row: access k of row i has the time count*i + k + 1 */
    size_t count, size;
    uint64_t *values, *times; /* of cells, `size` each: at first what is there and 0, in the end the last ones */
    uint64_t *scratch; /* a word for each node of the longest expression */
    int is_padding; /* behind all accesses: what is found goes on, but no times, and 0 at an address that is no cell's */
    size_t bad_access, bad_row; /* of an address that is no cell's */
} l2zk_memory;

/* The accesses of rows first to last - 1. 0 at an address outside the memory. */
int l2zk_memory_pass(l2zk_memory *m, size_t first, size_t last);

/* ---- row by row --------------------------------------------------------------------------------------------------- */

/* Of one row: an access to a memory, or values of expressions into columns, on the row that is `delay` rows earlier if it is one of
 * theirs. With `ahead` the row behind it is filled, which is so many rows ahead of where the expressions are read. */
typedef struct {
    l2zk_memory *memory; /* or NULL */
    const l2zk_expressions *values;
    const l2zk_ordered *ordered; /* its nodes */
    const l2zk_filled *filled;
    size_t access, filled_count, ahead, delay; /* access: its number in the memory */
} l2zk_action;

/* accessed: of each memory its rows with accesses, behind which the padding goes on in room of its own. */
typedef struct {
    const l2zk_action *actions; /* in their order on a row */
    size_t count, length; /* rows behind the last one are for what has a delay */
    const size_t *accessed;
    l2zk_memory *memories;
    uint64_t **padding;
    size_t memory_count;
} l2zk_walk;

/* Rows first to last - 1. NULL, or the memory of which an address is no cell's. */
const l2zk_memory *l2zk_walk_rows(l2zk_walk *w, size_t first, size_t last);

#endif
