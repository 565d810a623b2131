/* Multi-openings: what digests of leaves and listed digests lead to (PROTOCOL 5.2, 5.3). */

typedef struct {
    uint32_t index;
    uint8_t digest[32];
} TreeNode;

/* A level on its way to the next: `known` is increasing; those below `half` and those from it on are two runs. */
typedef struct {
    const TreeNode *known;
    uint32_t low, high, middle, count, half;
} Level;

static uint32_t next_parent(const Level *l)
{
    uint32_t left = l->low < l->middle ? l->known[l->low].index : UINT32_MAX;
    uint32_t right = l->high < l->count ? l->known[l->high].index - l->half : UINT32_MAX;
    return left < right ? left : right;
}

/* The digest of a child: known, or the next that is listed. */
static const uint8_t *child(const Level *l, uint32_t at, uint32_t end, uint32_t index, Reader *r)
{
    if (at < end && l->known[at].index == index)
        return l->known[at].digest;
    return take(r, 32);
}

/* The parents of a level; their number, 0 if a digest is missing. */
static uint32_t climb_level(Level *l, TreeNode *above, Reader *r)
{
    uint32_t made = 0;
    while (l->low < l->middle || l->high < l->count) {
        uint32_t j = next_parent(l);
        const uint8_t *left = child(l, l->low, l->middle, j, r);
        const uint8_t *right = child(l, l->high, l->count, j + l->half, r);
        if (!left || !right)
            return 0;
        l->low += l->low < l->middle && l->known[l->low].index == j;
        l->high += l->high < l->count && l->known[l->high].index == j + l->half;
        above[made].index = j;
        parent(left, right, above[made++].digest);
    }
    return made;
}

/* Whether so many leaves of a tree of 2^log, increasing, lead to its root. `nodes` has two levels' room, the leaves first. */
static int leads_to(TreeNode *nodes, TreeNode *other, uint32_t count, uint32_t log, Reader *r, const uint8_t *root)
{
    for (uint32_t level = log; level > 0; level--) {
        Level l = {nodes, 0, 0, 0, count, (uint32_t)1 << (level - 1)};
        while (l.middle < count && nodes[l.middle].index < l.half)
            l.middle++;
        l.high = l.middle;
        count = climb_level(&l, other, r);
        TreeNode *below_ = nodes;
        nodes = other;
        other = below_;
        if (!count)
            return 0;
    }
    return !memcmp(nodes[0].digest, root, 32);
}

/* The digest of a leaf: padded with zeros to whole blocks, and keyed if it has a salt (5.1). */
static void leaf_digest(const uint8_t *leaf, size_t length, const uint8_t *salt, uint8_t *digest)
{
    static const uint8_t zeros[64];
    uint8_t key[32] = {0};
    Hasher h;
    if (salt)
        memcpy(key, salt, 16);
    hash_begin(&h, salt ? key : NULL);
    hash_bytes(&h, leaf, length);
    hash_bytes(&h, zeros, (64 - length % 64) % 64);
    hash_end(&h, digest);
}
