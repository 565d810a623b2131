/* The shape of a commitment: the lengths of its columns and words, and their queries. Prover and verifier find it by the same search
 * in integers, from the options and from what the argument asks. (PROTOCOL 4.5 to 4.9)
 */
#ifndef L2ZK_SHAPE_H
#define L2ZK_SHAPE_H

#include <stdint.h>

enum {
    L2ZK_MOST_CHALLENGES = 8, /* names of challenges in an argument */
    L2ZK_MOST_ROUNDS = L2ZK_MOST_CHALLENGES + 4, /* names of challenges on a word */
    L2ZK_MOST_LATER_WORDS = 7,
    L2ZK_MOST_FOLDED = 4, /* variables, by a word */
    L2ZK_MOST_QUERIES = 1023, /* on a word */
    L2ZK_CELLS = 6, /* of a column's tail, behind the masks of its openings */
    L2ZK_LEAST_SECURITY = 100, /* that needs no leave */
};

/* Limits of what is asked: whoever calls has checked them, and then no number of the search reaches 2^127. */
#define L2ZK_MOST_ENTRIES ((uint64_t)1 << 30)
#define L2ZK_MOST_CLAIMS ((uint64_t)1 << 24)
#define L2ZK_MOST_DEGREE ((uint64_t)1 << 62) /* of all challenges of a name together */

typedef enum { L2ZK_DEFAULT, L2ZK_COMPACT, L2ZK_FAST } l2zk_preset;

typedef struct {
    int preset, log_rate; /* log 1/rate; 0: the preset's */
    int security, grinding, hiding;
    int queries; /* on every word; 0: as many as the target needs */
} l2zk_options;

typedef struct { /* challenges of one name */
    uint64_t degree, together; /* the largest, the sum */
} l2zk_challenge;

typedef struct { /* what the argument asks of the commitment; entries, claims and degrees are at least 1 */
    uint64_t entries, claims;
    int log_rows, challenge_count; /* rows of the tallest table */
    l2zk_challenge challenges[L2ZK_MOST_CHALLENGES];
} l2zk_demand;

typedef struct {
    int k, log_n, queries; /* it folds k variables */
} l2zk_later_word;

typedef struct {
    int columns, log_m, log_n0, queries; /* the last two of word 0 */
    int tail, hiding, grinding, word_count;
    l2zk_later_word words[L2ZK_MOST_LATER_WORDS];
} l2zk_shape;

int l2zk_shape_choose(l2zk_shape *shape, const l2zk_demand *asked,
                      const l2zk_options *options); /* 0 if there is none */

/* The bits of the challenges of one name on a word, in 2^-32: of the worst, and of all together. */
typedef struct {
    const char *name; /* "" for those of the argument */
    int64_t worst, together;
} l2zk_round;

typedef struct {
    int multiplicity, count;
    l2zk_round rounds[L2ZK_MOST_ROUNDS];
} l2zk_word_bits;

/* Of each word, the multiplicity that a target asks for, and the bits at it: words has room for all of them, word 0 included. */
void l2zk_shape_rounds(const l2zk_shape *shape, const l2zk_demand *asked, int security, l2zk_word_bits *words);

/* The proven bits of a shape: of the largest error, and of the sum of all. */
typedef struct {
    int64_t least, of_sum;
} l2zk_bits;

l2zk_bits l2zk_shape_bits(const l2zk_shape *shape, const l2zk_demand *asked, int security);

#endif
