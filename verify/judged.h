/* A proof with its keys, put in order, and what is demanded of it. */

#ifndef L2ZK_JUDGED_H
#define L2ZK_JUDGED_H

#include "facts.h"

enum { MOST_KEYS = 64, MOST_LISTED = 400, MOST_ROUNDS = 64, REPORT_BYTES = 1 << 21 };

typedef struct {
    l2zk_span keys[MOST_KEYS]; /* as they were given */
    size_t key_count;
    uint8_t digests[MOST_KEYS][32]; /* theirs, zeros of what is no key; order_keys computes them */
    l2zk_span ordered[MOST_KEYS]; /* one for each group, where every group has one */
    size_t ordered_count;
    l2zk_span proof;
    l2zk_policy policy;
    l2zk_verdict verdict;
    l2zk_round rounds[MOST_ROUNDS];
    size_t round_count;
} judged;

/* The place of the key whose digest this is; key_count if there is none. */
static size_t key_of(const judged *j, const uint8_t *digest)
{
    size_t i = 0;
    while (i < j->key_count && memcmp(j->digests[i], digest, 32))
        i++;
    return i;
}

/* Once, for a key may be long, and a proof may have many groups. */
static void hash_keys(judged *j)
{
    l2zk_span id, parameters, notes;
    for (size_t i = 0; i < j->key_count; i++)
        if (!l2zk_key(j->keys[i], &id, &parameters, &notes, j->digests[i]))
            memset(j->digests[i], 0, sizeof j->digests[i]);
}

/* Put the keys in the order of the proof's groups. Without a key for each, they stay as they were given. */
static void order_keys(judged *j)
{
    l2zk_items items;
    l2zk_item item;
    l2zk_verdict ignored;
    j->ordered_count = 0;
    hash_keys(j);
    int all = l2zk_items_begin(&items, j->proof, &ignored) && items.groups <= MOST_KEYS;
    while (all && l2zk_items_next(&items, &item))
        if (item.kind == L2ZK_ITEM_GROUP) {
            size_t place = key_of(j, item.digest);
            all = place < j->key_count && j->ordered_count < MOST_KEYS;
            if (all)
                j->ordered[j->ordered_count++] = j->keys[place];
        }
    if (!all) {
        memcpy(j->ordered, j->keys, sizeof j->keys);
        j->ordered_count = j->key_count;
    }
}

static int fixes(const l2zk_fixed *one, l2zk_item item)
{
    return one->group == item.group && (one->statement == L2ZK_ALL || one->statement == item.statement) &&
           one->kind == item.kind && is_same(one->name, item.name);
}

static int is_fixed(const judged *j, l2zk_item item)
{
    for (size_t i = 0; i < j->policy.fixed_count; i++)
        if (fixes(&j->policy.fixed[i], item))
            return 1;
    return 0;
}

/* Whether all of an item is demanded: of an output word every output, up to those at which `behind` is. */
static int is_demanded(const judged *j, l2zk_items items, l2zk_item item, const l2zk_items *behind)
{
    while (is_fixed(j, item)) {
        if (items.values >= behind->values || !l2zk_items_next(&items, &item))
            return 1;
    }
    return 0;
}

#endif
