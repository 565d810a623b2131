#include "tally.h"

#include "expressions.h"
#include "field.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64, AHEAD = 12 };

static inline size_t stride(const l2zk_tally *t) { return t->width + 2; }
static inline uint64_t *slot(const l2zk_tally *t, size_t i) { return t->slots + stride(t) * i; }

static inline uint64_t mixed(uint64_t h)
{
    h *= 0xd6e8feb86659fd93ULL;
    return h ^ h >> 32;
}

/* The mix of a tuple of which entry k stands at entries[k][i]. */
static inline uint64_t mix(const l2zk_tally *t, const uint64_t *const *entries, size_t i)
{
    uint64_t h = t->key;
    for (size_t k = 0; k < t->width; k++)
        h = mixed(h ^ entries[k][i]) + t->key;
    return mixed(h);
}

static inline uint64_t mix_of_slot(const l2zk_tally *t, const uint64_t *at)
{
    uint64_t h = t->key;
    for (size_t k = 0; k < t->width; k++)
        h = mixed(h ^ at[2 + k]) + t->key;
    return mixed(h);
}

static inline int holds(const l2zk_tally *t, const uint64_t *at, const uint64_t *const *entries, size_t i)
{
    uint64_t differ = 0;
    for (size_t k = 0; k < t->width; k++)
        differ |= at[2 + k] ^ entries[k][i];
    return !differ;
}

int l2zk_tally_begin(l2zk_tally *t, size_t width, int forgets, uint64_t key)
{
    memset(t, 0, sizeof(l2zk_tally));
    t->width = width, t->forgets = forgets, t->mask = FIRST_SLOTS - 1, t->key = key;
    t->slots = calloc(FIRST_SLOTS * stride(t), 8);
    return t->slots != NULL;
}

void l2zk_tally_end(l2zk_tally *t)
{
    free(t->slots);
    t->slots = NULL;
}

/* Twice the slots. */
static int grow(l2zk_tally *t)
{
    uint64_t *old = t->slots, *slots = calloc(2 * (t->mask + 1) * stride(t), 8);
    if (!slots)
        return 0;
    const size_t count = t->mask + 1;
    t->slots = slots;
    t->mask = 2 * count - 1;
    for (size_t i = 0; i < count; i++) {
        const uint64_t *from = old + stride(t) * i;
        if (!from[0])
            continue;
        size_t to = mix_of_slot(t, from) & t->mask;
        while (slot(t, to)[0])
            to = (to + 1) & t->mask;
        memcpy(slot(t, to), from, 8 * stride(t));
    }
    free(old);
    return 1;
}

/* Free a slot, and move those back that stood behind it because it was taken. */
static void forget(l2zk_tally *t, size_t hole)
{
    for (size_t i = (hole + 1) & t->mask; slot(t, i)[0]; i = (i + 1) & t->mask) {
        const size_t home = mix_of_slot(t, slot(t, i)) & t->mask;
        if (((i - home) & t->mask) >= ((i - hole) & t->mask)) {
            memcpy(slot(t, hole), slot(t, i), 8 * stride(t));
            hole = i;
        }
    }
    memset(slot(t, hole), 0, 8 * stride(t));
    t->used--;
}

/* The slot of a tuple, or the free one where it would stand. */
static inline size_t place_of(const l2zk_tally *t, const uint64_t *const *entries, size_t i, uint64_t h)
{
    size_t at = h & t->mask;
    while (slot(t, at)[0] && !holds(t, slot(t, at), entries, i))
        at = (at + 1) & t->mask;
    return at;
}

static void add_one(l2zk_tally *t, const uint64_t *const *entries, size_t i, uint64_t h, uint64_t multiplicity,
                    uint64_t number)
{
    const size_t at = place_of(t, entries, i, h);
    uint64_t *to = slot(t, at);
    if (!to[0]) {
        to[0] = number + 1;
        for (size_t k = 0; k < t->width; k++)
            to[2 + k] = entries[k][i];
        t->used++;
    }
    if (to[0] > number + 1)
        to[0] = number + 1;
    to[1] = f_add(to[1], multiplicity);
    if (!to[1] && t->forgets)
        forget(t, at);
}

/* The mixes of tuples, and their slots on the way from memory. */
static inline void look_ahead(const l2zk_tally *t, const uint64_t *const *entries, size_t count, uint64_t *mixes)
{
    for (size_t i = 0; i < count; i++)
        mixes[i] = mix(t, entries, i);
}

static inline void fetch(const l2zk_tally *t, const uint64_t *mixes, size_t i, size_t count)
{
    if (i + AHEAD < count)
        __builtin_prefetch(slot(t, mixes[i + AHEAD] & t->mask), 1);
}

int l2zk_tally_add(l2zk_tally *t, const uint64_t *const *entries, const uint64_t *multiplicities, size_t count,
                   uint64_t first, uint64_t every)
{
    uint64_t mixes[L2ZK_ROWS];
    look_ahead(t, entries, count, mixes);
    for (size_t i = 0; i < count; i++) {
        fetch(t, mixes, i, count);
        if (!multiplicities[i])
            continue;
        if (2 * t->used > t->mask && !grow(t))
            return 0;
        add_one(t, entries, i, mixes[i], multiplicities[i], first + i * every);
    }
    return 1;
}

void l2zk_tally_find(const l2zk_tally *t, const uint64_t *const *entries, size_t count, uint64_t **found)
{
    uint64_t mixes[L2ZK_ROWS];
    look_ahead(t, entries, count, mixes);
    for (size_t i = 0; i < count; i++) {
        fetch(t, mixes, i, count);
        uint64_t *at = slot(t, place_of(t, entries, i, mixes[i]));
        found[i] = at[0] ? at : NULL;
    }
}

void l2zk_tally_list(const l2zk_tally *t, uint64_t *tuples, uint64_t *sums, uint64_t *numbers)
{
    size_t found = 0;
    for (size_t i = 0; i <= t->mask; i++) {
        const uint64_t *at = slot(t, i);
        if (!at[0])
            continue;
        memcpy(tuples + t->width * found, at + 2, 8 * t->width);
        sums[found] = at[1];
        numbers[found++] = at[0] - 1;
    }
}

/* Put a slot among the `found` first ones, which stand in their order; the last goes where there are `most`. */
static size_t insert(const uint64_t **first, size_t found, size_t most, const uint64_t *at)
{
    if (found == most && (!most || first[most - 1][0] <= at[0]))
        return found;
    size_t i = found < most ? found++ : most - 1;
    for (; i > 0 && first[i - 1][0] > at[0]; i--)
        first[i] = first[i - 1];
    first[i] = at;
    return found;
}

size_t l2zk_tally_first(const l2zk_tally *t, size_t most, uint64_t *tuples, uint64_t *sums)
{
    const uint64_t **first = malloc((most + 1) * sizeof(uint64_t *));
    size_t found = 0;
    if (!first)
        return 0;
    for (size_t i = 0; i <= t->mask; i++)
        if (slot(t, i)[0])
            found = insert(first, found, most, slot(t, i));
    for (size_t i = 0; i < found; i++) {
        memcpy(tuples + t->width * i, first[i] + 2, 8 * t->width);
        sums[i] = first[i][1];
    }
    free(first);
    return found;
}
