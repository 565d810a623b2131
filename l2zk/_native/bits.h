/* Bits in integers: logarithms, powers and roots, and the bad values of the challenges on a word. Every rounding is against the prover.
 * (PROTOCOL 4.7)
 */
#ifndef L2ZK_BITS_H
#define L2ZK_BITS_H

#include <stdint.h>

#include "field.h"
#include "shape.h"

typedef unsigned __int128 u128; /* every compiler of a 64-bit machine that this is built by has it */

#define ONE ((int64_t)1 << 32) /* a bit: logarithms are counted in 2^-32 */

enum {
    FRACTION = 16, /* bad values are counted in 2^-16 */
    LEAST_MULTIPLICITY = 3,
    MOST_MULTIPLICITY = 1000,
};

static inline u128 ceil_div(u128 a, u128 b) { return (a + b - 1) / b; }

/* 0 for 0, else the place of the highest bit, from 1 on. */
static inline int bit_length(u128 x)
{
    const uint64_t high = (uint64_t)(x >> 64), low = (uint64_t)x;
    return high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
}

/* The logarithm of a number of whole + 1 bits, of which `a` is the first 64. */
static inline int64_t log_of_leading(int whole, uint64_t a)
{
    int64_t log = whole;
    for (int i = 0; i < 32; i++) {
        const u128 square = (u128)a * a >> 63;
        const int bit = (int)(square >> 64);
        log = 2 * log + bit;
        a = (uint64_t)(square >> bit);
    }
    return log;
}

/* At most the logarithm of x, and less than 2 below it. x > 0. */
static inline int64_t log_below(u128 x)
{
    const int whole = bit_length(x) - 1;
    return log_of_leading(whole, (uint64_t)(whole <= 63 ? x << (63 - whole) : x >> (whole - 63)));
}

static inline int64_t log_above(u128 x) { return log_below(x) + 2; }

/* The least r with r*r >= x, bit by bit. 0 < x < 2^126. */
static inline uint64_t root_above(u128 x)
{
    uint64_t below = 0; /* the largest whose square is below x */
    for (uint64_t bit = (uint64_t)1 << (bit_length(x) / 2); bit; bit /= 2)
        if ((u128)(below + bit) * (below + bit) < x)
            below += bit;
    return below + 1;
}

/* What 2^(2^-1), 2^(2^-2) ... 2^(2^-32) have beyond 1, in 2^-64: each the root of the one before, rounded down, and one more. */
static const uint64_t ROOTS_OF_TWO[32] = {
    0x6a09e667f3bcc909, 0x306fe0a31b7152df, 0x172b83c7d517adcf, 0x0b5586cf9890f62b, 0x059b0d31585743b0,
    0x02c9a3e778060ee8, 0x0163da9fb33356d9, 0x00b1afa5abcbed62, 0x0058c86da1c09ea3, 0x002c605e2e8cec51,
    0x00162f3904051fa2, 0x000b175effdc76bb, 0x00058ba01fb9f96e, 0x0002c5cc37da9493, 0x000162e525ee0548,
    0x0000b17255775c05, 0x000058b91b5bc9af, 0x00002c5c89d5ec6e, 0x0000162e43f4f832, 0x00000b1721bcfc9b,
    0x0000058b90cf1e6f, 0x000002c5c863b740, 0x00000162e430e5a3, 0x000000b172183553, 0x00000058b90c0b4a,
    0x0000002c5c8601ce, 0x000000162e42fff2, 0x0000000b17217fbc, 0x000000058b90bfcf, 0x00000002c5c85fe4,
    0x0000000162e42ff2, 0x00000000b17217f9,
};

/* At least 2^(64 - depth/2^32). depth >= 0. */
static inline u128 power_above(int64_t depth)
{
    const uint32_t part = (uint32_t)-(uint64_t)depth;
    const int64_t whole = (depth + ONE - 1) >> 32;
    uint64_t beyond = 0; /* of a product of roots, which is below 2 */
    for (int i = 0; i < 32; i++)
        if (part >> (31 - i) & 1)
            beyond += ROOTS_OF_TWO[i] + (uint64_t)((u128)beyond * ROOTS_OF_TWO[i] >> 64) + 1;
    return ((((u128)1 << 64) + beyond) >> (whole < 127 ? whole : 127)) + 1;
}

/* The values that a challenge has at least, p^3 - p = p*(p^2 - 1), over 2^64. */
static inline u128 values(void)
{
    const u128 square = (u128)P * P - 1;
    return (square >> 64) * P + ((u128)(uint64_t)square * P >> 64);
}

/* Their logarithm, counted as bad values are. */
static inline int64_t log_values(void) { return log_of_leading(191 + FRACTION, (uint64_t)(values() >> 64)); }

/* The most bad values that leave so many bits. Up to 80 bits all that a word can have are few enough. */
static inline u128 most_bad(int security) { return values() >> (security > 80 ? security - 64 - FRACTION : 0); }

/* Polynomials of so many coefficients on 2^log_n points, which are more. */
typedef struct {
    int log_n;
    uint64_t dimension;
} word_code;

/* The values of a challenge that are bad for one line of words. (E) */
static inline u128 bad_lines(word_code c, uint64_t nu)
{
    const u128 cube = (u128)(2 * nu + 1) * (2 * nu + 1) * (2 * nu + 1);
    return ceil_div(cube << (2 * c.log_n + FRACTION), 3 * (u128)(c.dimension - 1));
}

/* The codewords within the radius, in 2^-16. (L) */
static inline uint64_t list_size(word_code c, uint64_t nu)
{
    const u128 square = (u128)(2 * nu + 1) * (2 * nu + 1);
    return root_above(ceil_div(square << (c.log_n + 2 * FRACTION), 4 * (u128)c.dimension));
}

/* The bits of one query. */
static inline int64_t query_bits(word_code c, uint64_t nu)
{
    const int64_t both = c.log_n * ONE - log_above(c.dimension);
    return log_below(2 * nu) - log_above(2 * nu + 1) + both / 2;
}

/* Challenges of one name: how many lines and lists bound the bad values of the worst, and of all together. */
typedef struct {
    const char *name;
    uint64_t lines, lists, all_lines, all_lists;
} counted_rounds;

/* A word's code and the challenges that are counted in its lists; z, where a message has more than one coefficient. */
typedef struct {
    word_code code;
    uint64_t message;
    int count;
    counted_rounds rounds[L2ZK_MOST_CHALLENGES + 3];
} word_errors;

static inline u128 bad_points(uint64_t message, uint64_t size)
{
    return message > 1 ? ceil_div((u128)size * size * (message - 1), 2 << FRACTION) : 0;
}

/* The bad values of the worst challenge on a word. */
static inline u128 worst_of(const word_errors *s, uint64_t nu)
{
    const u128 lines = bad_lines(s->code, nu);
    const uint64_t size = list_size(s->code, nu);
    u128 worst = bad_points(s->message, size);
    for (int i = 0; i < s->count; i++) {
        const u128 bad = s->rounds[i].lines * lines + (u128)s->rounds[i].lists * size;
        worst = bad > worst ? bad : worst;
    }
    return worst;
}

/* The largest multiplicity at which no challenge has more bad values; 0 if there is none. */
static inline uint64_t multiplicity(const word_errors *s, u128 bound)
{
    uint64_t low = LEAST_MULTIPLICITY, high = MOST_MULTIPLICITY;
    if (worst_of(s, high) <= bound)
        return high;
    if (worst_of(s, low) > bound)
        return 0;
    while (high - low > 1) {
        const uint64_t middle = (low + high) / 2;
        if (worst_of(s, middle) <= bound)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static inline l2zk_round bits_of(const char *name, u128 worst, u128 together)
{
    return (l2zk_round){name, log_values() - log_above(worst), log_values() - log_above(together)};
}

/* The bits of the challenges of each name on a word; returns how many names there are. */
static inline int bits_of_challenges(const word_errors *s, uint64_t nu, l2zk_round *out)
{
    const u128 lines = bad_lines(s->code, nu);
    const uint64_t size = list_size(s->code, nu);
    const u128 points = bad_points(s->message, size);
    int count = 0;
    if (points)
        out[count++] = bits_of("z", points, points);
    for (int i = 0; i < s->count; i++) {
        const counted_rounds *r = s->rounds + i;
        out[count++] = bits_of(r->name, r->lines * lines + (u128)r->lists * size,
                               r->all_lines * lines + (u128)r->all_lists * size);
    }
    return count;
}

#endif
