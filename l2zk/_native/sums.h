/* Sums of variables that have few values each: which of these add up to a target modulo p. */
#ifndef L2ZK_SUMS_H
#define L2ZK_SUMS_H

#include <stddef.h>
#include <stdint.h>

/* A variable: factor*v for v = first ... first + count - 1, or the `count` elements that it may add. */
typedef struct {
    const uint64_t *added; /* NULL for a progression */
    uint64_t factor, first, count;
} l2zk_variable;

typedef enum { L2ZK_TOO_WIDE, L2ZK_SOLVED, L2ZK_MANY, L2ZK_SUMS_NO_MEMORY } l2zk_summed;

/* The solutions, at most `most` of them, a place for each variable: solutions[most][count]. L2ZK_MANY: there are more, or they take too long; then
 * kept[] has, for each variable, whether each of its places is within the bounds that the others leave, if it adds elements; of a
 * progression the first such place and the one behind the last in range[2*variable]. */
l2zk_summed l2zk_sum(const l2zk_variable *variables, size_t count, uint64_t target, size_t most, uint64_t *solutions,
                     size_t *found, uint8_t *const *kept, uint64_t *range);

#endif
