/* A tally: tuples of field elements, exact, each with the sum of its multiplicities mod p. Open addressing by a keyed mix of the
 * tuple into 64 bits, so that nobody chooses tuples that meet.
 */
#ifndef L2ZK_TALLY_H
#define L2ZK_TALLY_H

#include <stddef.h>
#include <stdint.h>

enum { L2ZK_WIDEST_TUPLE = 255 };

/* Each message has a number, and a tuple that of its first message. */
typedef struct {
    size_t width, used, mask; /* mask + 1 slots */
    int forgets; /* tuples whose sum is 0 again: what is left does not balance */
    uint64_t key;
    uint64_t *slots; /* each: one more than the tuple's number, 0 where it is free; the sum; the tuple */
} l2zk_tally;

int l2zk_tally_begin(l2zk_tally *t, size_t width, int forgets, uint64_t key); /* 0 if there is no memory */
void l2zk_tally_end(l2zk_tally *t);

/* The messages of `count` <= L2ZK_ROWS rows: tuples by their entries, multiplicities below p, of which 0 adds nothing. The i-th has the
 * number first + i*every. 0 if there is no memory. */
int l2zk_tally_add(l2zk_tally *t, const uint64_t *const *entries, const uint64_t *multiplicities, size_t count,
                   uint64_t first, uint64_t every);

/* The slots of `count` <= L2ZK_ROWS tuples, NULL for those that are not there. */
void l2zk_tally_find(const l2zk_tally *t, const uint64_t *const *entries, size_t count, uint64_t **found);

/* All tuples, width words each, with their sums and numbers. */
void l2zk_tally_list(const l2zk_tally *t, uint64_t *tuples, uint64_t *sums, uint64_t *numbers);

/* The `most` tuples of the least numbers, in their order, with their sums; gives how many there are. */
size_t l2zk_tally_first(const l2zk_tally *t, size_t most, uint64_t *tuples, uint64_t *sums);

#endif
