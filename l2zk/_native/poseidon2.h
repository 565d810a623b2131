/* Poseidon2 over F, widths 8 and 12 [GKS23: eprint 2023/323], W states at a time: vector k holds element k of each.
 *
 * The matrices are those of Plonky3 since 0.8. Arrays of states have their elements together, rows of them `step` words apart. */
#ifndef L2ZK_POSEIDON2_H
#define L2ZK_POSEIDON2_H

#include "poseidon2_constants.h"

#define RUN 8 /* elements that are turned at once */
#define APART (2 * RUN) /* vectors of W states */
#define SETS 2
#define STATES (SETS * W) /* that are permuted at once */

static inline V v_double(V a) { return v_add(a, a); }

static inline V seventh_power(V x)
{
    const V square = v_square_any(x), cube = v_mul_any(square, x);
    return v_mul(v_square_any(square), cube);
}

/* ((2, 3, 1, 1), (1, 2, 3, 1), (1, 1, 2, 3), (3, 1, 1, 2)) times four vectors */
static inline void mix_four(V x[4])
{
    const V ab = v_add(x[0], x[1]), cd = v_add(x[2], x[3]), all = v_add(ab, cd);
    const V t = v_add(all, x[1]), u = v_add(all, x[3]);
    const V mixed[4] = {v_add(t, ab), v_add(t, v_double(x[2])), v_add(u, cd), v_add(u, v_double(x[0]))};
    for (int k = 0; k < 4; k++)
        x[k] = mixed[k];
}

/* The linear layer of full rounds; each sum of it is an element, or any word where `then` are constants, which are added to it. */
static inline __attribute__((always_inline)) void mix_full(V *x, unsigned width, const uint64_t *then)
{
    V sums[4];
    for (unsigned q = 0; q < width; q += 4)
        mix_four(x + q);
    for (int k = 0; k < 4; k++) {
        sums[k] = v_add(x[k], x[4 + k]);
        if (width == 12)
            sums[k] = v_add(sums[k], x[8 + k]);
    }
    for (unsigned k = 0; k < width; k++)
        x[k] = then ? v_add_any(v_add_any(x[k], sums[k % 4]), v_set1(then[k])) : v_add(x[k], sums[k % 4]);
}

/* A matrix of ones with small numbers added on the diagonal: -2, 1, 2, 1/2, 3, -1/2, -3, -4 at width 8, and
 * -2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 1/4, -1/4, 1/8 at width 12. */
static inline __attribute__((always_inline)) void mix_partial(V *x, unsigned width)
{
    V sum = v_add(v_add(v_add(x[1], x[2]), v_add(x[3], x[4])), v_add(v_add(x[5], x[6]), x[7]));
    if (width == 12)
        sum = v_add(sum, v_add(v_add(x[8], x[9]), v_add(x[10], x[11])));
    sum = v_add(sum, x[0]); /* that comes last */
    const unsigned more = width == 12; /* the 4 stands before -1/2 */
    V *y = x + 5 + more;
    x[0] = v_sub(sum, v_double(x[0]));
    x[1] = v_add(sum, x[1]);
    x[2] = v_add(sum, v_double(x[2]));
    x[3] = v_add(sum, v_half(x[3]));
    x[4] = v_add(sum, v_add(x[4], v_double(x[4])));
    if (more)
        x[5] = v_add(sum, v_double(v_double(x[5])));
    y[0] = v_sub(sum, v_half(y[0]));
    y[1] = v_sub(sum, v_add(y[1], v_double(y[1])));
    y[2] = v_sub(sum, v_double(v_double(y[2])));
    if (more) {
        x[9] = v_add(sum, v_half(v_half(x[9])));
        x[10] = v_sub(sum, v_half(v_half(x[10])));
        x[11] = v_add(sum, v_half(v_half(v_half(x[11]))));
    }
}

/* Full rounds from the seventh powers on; `then` are the constants of the round after them, or NULL. */
static inline __attribute__((always_inline)) void outer_round(V *x, unsigned width, const uint64_t *then)
{
    for (unsigned k = 0; k < width; k++)
        x[k] = seventh_power(x[k]);
    mix_full(x, width, then);
}

/* `sets` times W states, 16 vectors apart: what one of them waits for in the partial rounds, the other does not. */
static inline __attribute__((always_inline)) void permute_states(V *x, unsigned sets, unsigned width,
                                                                 const uint64_t *constants)
{
    const uint64_t *const middle = constants + POSEIDON2_FULL * width, *const last = middle + POSEIDON2_PARTIAL;
    for (unsigned g = 0; g < sets; g++) {
        mix_full(x + APART * g, width, constants);
        for (int round = 1; round <= POSEIDON2_FULL; round++)
            outer_round(x + APART * g, width, round < POSEIDON2_FULL ? constants + width * round : NULL);
    }
    for (int round = 0; round < POSEIDON2_PARTIAL; round++) {
        for (unsigned g = 0; g < sets; g++)
            x[APART * g] = seventh_power(v_add_any(x[APART * g], v_set1(middle[round])));
        for (unsigned g = 0; g < sets; g++)
            mix_partial(x + APART * g, width);
    }
    for (unsigned g = 0; g < sets; g++) {
        for (unsigned k = 0; k < width; k++)
            x[APART * g + k] = v_add_any(x[APART * g + k], v_set1(last[k]));
        for (int round = 1; round <= POSEIDON2_FULL; round++)
            outer_round(x + APART * g, width, round < POSEIDON2_FULL ? last + width * round : NULL);
    }
}

static void permute_8(V x[SETS * APART]) { permute_states(x, SETS, 8, poseidon2_constants_8); }
static void permute_12(V x[SETS * APART]) { permute_states(x, SETS, 12, poseidon2_constants_12); }

/* Into RUN of each group's vectors the first `elements` words of `rows` rows; 0 is what is missing of RUN elements, and of rows. */
static void take_rows(V *x, const uint64_t *from, size_t step, size_t elements, size_t rows)
{
    uint64_t runs[STATES * RUN] = {0};
    for (size_t i = 0; i < rows; i++)
        memcpy(runs + RUN * i, from + step * i, 8 * elements);
    for (int g = 0; g < SETS; g++) {
        for (int i = 0; i < RUN; i++)
            x[APART * g + i] = v_load(runs + W * (RUN * g + i));
        v_runs_to_lanes(x + APART * g);
    }
}

static void give_rows(uint64_t *to, size_t step, size_t elements, size_t rows, const V *x)
{
    uint64_t runs[STATES * RUN];
    for (int g = 0; g < SETS; g++) {
        V turned[RUN];
        memcpy(turned, x + APART * g, sizeof turned);
        v_lanes_to_runs(turned);
        for (int i = 0; i < RUN; i++)
            v_store(runs + W * (RUN * g + i), turned[i]);
    }
    for (size_t i = 0; i < rows; i++)
        memcpy(to + step * i, runs + RUN * i, 8 * elements);
}

static inline size_t states_left(size_t first, size_t count) { return count - first < STATES ? count - first : STATES; }

/* The permutation of `count` states of width 8 or 12; out may be states. */
static void poseidon2_permute(uint64_t *out, const uint64_t *states, size_t width, size_t count)
{
    for (size_t first = 0; first < count; first += STATES) {
        const size_t rows = states_left(first, count);
        const uint64_t *from = states + width * first;
        V x[SETS * APART];
        take_rows(x, from, width, RUN, rows);
        if (width == 12) {
            take_rows(x + RUN, from + RUN, width, width - RUN, rows);
            permute_12(x);
            give_rows(out + width * first + RUN, width, width - RUN, rows, x + RUN);
        } else {
            permute_8(x);
        }
        give_rows(out + width * first, width, RUN, rows, x);
    }
}

/* out[4i] ... = the first 4 elements of the permutation of pair i, with the first 4 of the pair added; pairs are 8 elements. */
static void poseidon2_compress(uint64_t *out, const uint64_t *pairs, size_t count)
{
    for (size_t first = 0; first < count; first += STATES) {
        const size_t rows = states_left(first, count);
        V x[SETS * APART], given[SETS * APART];
        take_rows(x, pairs + RUN * first, RUN, RUN, rows);
        memcpy(given, x, sizeof given);
        permute_8(x);
        for (int k = 0; k < SETS * APART; k++)
            if (k % APART < POSEIDON2_DIGEST)
                x[k] = v_add(x[k], given[k]);
        give_rows(out + POSEIDON2_DIGEST * first, POSEIDON2_DIGEST, POSEIDON2_DIGEST, rows, x);
    }
}

/* out[4i] ... = the digest of message i, of `length` elements: a sponge of width 12 with the length in element 8, which takes 8 elements
 * a permutation, and 0 for those that are missing of the last 8. */
static void poseidon2_hash(uint64_t *out, const uint64_t *messages, size_t length, size_t count)
{
    for (size_t first = 0; first < count; first += STATES) {
        const size_t rows = states_left(first, count);
        V x[SETS * APART], block[SETS * APART];
        size_t at = 0;
        for (int k = 0; k < SETS * APART; k++)
            x[k] = v_set1(k % APART == POSEIDON2_RATE ? length : 0);
        do {
            const size_t taken = length - at < RUN ? length - at : RUN;
            take_rows(block, messages + length * first + at, length, taken, rows);
            for (int k = 0; k < SETS * APART; k++)
                if (k % APART < POSEIDON2_RATE)
                    x[k] = v_add(x[k], block[k]);
            permute_12(x);
            at += RUN;
        } while (at < length);
        give_rows(out + POSEIDON2_DIGEST * first, POSEIDON2_DIGEST, POSEIDON2_DIGEST, rows, x);
    }
}

#endif
