/* Instances of constraints over cells of which some are known: evaluated as far as they are, and looked at in turn, those
 * first that have the fewest unknown cells.
 */
#ifndef L2ZK_PUZZLE_H
#define L2ZK_PUZZLE_H

#include <stddef.h>
#include <stdint.h>

enum { L2ZK_OPEN, L2ZK_FINITE, L2ZK_DEFINED, L2ZK_KNOWN }; /* kinds of cells */

/* A node: a constant, a leaf by place, or an operation on nodes before it. */
enum { L2ZK_STEP_LEAF, L2ZK_STEP_CONST, L2ZK_STEP_SUM, L2ZK_STEP_DIFFERENCE, L2ZK_STEP_PRODUCT };

typedef struct {
    uint32_t kind, x, y;
    uint64_t constant;
} l2zk_step;

/* A constraint on its rows: instances first ... first + rows - 1, each with its leaves' words, a cell or -1 - place in the pool. */
typedef struct {
    const l2zk_step *steps;
    const int64_t *words;
    size_t first, rows, step_count, leaf_count;
} l2zk_claimed;

/* A constant plus multiples of cells in rising order; a product of unknown cells is the list of these alone. */
typedef struct {
    int is_product;
    uint64_t constant;
    size_t at, count; /* of terms */
} l2zk_form;

typedef struct {
    uint64_t cell, factor;
} l2zk_term;

typedef struct {
    size_t cells, instances, claims;
    const l2zk_claimed *each;
    const uint64_t *pool;
    const uint64_t *reads_first; /* for each cell where its instances begin, cells + 1 of them */
    const uint32_t *reads;
    uint8_t *kind;
    uint64_t *value;
    int32_t *unknown; /* for each instance */
    uint8_t *waits;
    uint64_t *heap; /* (unknown, instance) */
    size_t waiting, room;
    l2zk_form *forms;
    size_t form_room;
    l2zk_term *terms;
    size_t used, term_room;
    uint64_t *learned; /* pairs (cell, instance) that were found on the way */
    size_t learned_count, learned_room;
} l2zk_puzzle;

typedef enum {
    L2ZK_NOTHING,
    L2ZK_CONFLICT,
    L2ZK_LOOK,
    L2ZK_AFFINE,
    L2ZK_MULTIPLIED,
    L2ZK_NO_MEMORY,
    L2ZK_PAUSE
} l2zk_turn;

/* The instance is looked at again. 0 if there is no memory. */
int l2zk_push(l2zk_puzzle *p, uint32_t instance);
int l2zk_cell_known(l2zk_puzzle *p, uint64_t cell);
int l2zk_cell_changed(l2zk_puzzle *p, uint64_t cell);
void l2zk_cell_forgotten(l2zk_puzzle *p, uint64_t cell);

/* The value of an instance of a constraint as far as it is known, in forms[0]; 0 if there is no memory. */
int l2zk_evaluate(l2zk_puzzle *p, size_t instance, l2zk_form *result);

/* Go on until something is left to others: an instance that is no constraint (L2ZK_LOOK), a form, a product; or after so many turns. What
 * has one open cell and is affine is solved here. */
l2zk_turn l2zk_advance(l2zk_puzzle *p, size_t most, size_t *instance, l2zk_form *result);

#endif
