/* BLAKE3: hashes of streams, keyed or not, and the parents of trees (PROTOCOL 5.1, 5.2). */

enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8, KEYED = 16 };

static const uint32_t initial[8] = {0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                                    0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};

static uint32_t load32(const uint8_t *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint64_t load64(const uint8_t *b) { return load32(b) | (uint64_t)load32(b + 4) << 32; }

static void store32(uint8_t *b, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        b[i] = (uint8_t)(x >> 8 * i);
}

static void store64(uint8_t *b, uint64_t x)
{
    store32(b, (uint32_t)x);
    store32(b + 4, (uint32_t)(x >> 32));
}

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void mix(uint32_t *v, int a, int b, int c, int d, uint32_t x, uint32_t y)
{
    v[a] += v[b] + x;
    v[d] = rotate(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = rotate(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 7);
}

static void mix_all(uint32_t *v, const uint32_t *m)
{
    mix(v, 0, 4, 8, 12, m[0], m[1]);
    mix(v, 1, 5, 9, 13, m[2], m[3]);
    mix(v, 2, 6, 10, 14, m[4], m[5]);
    mix(v, 3, 7, 11, 15, m[6], m[7]);
    mix(v, 0, 5, 10, 15, m[8], m[9]);
    mix(v, 1, 6, 11, 12, m[10], m[11]);
    mix(v, 2, 7, 8, 13, m[12], m[13]);
    mix(v, 3, 4, 9, 14, m[14], m[15]);
}

static void permute(uint32_t *m)
{
    static const uint8_t from[16] = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
    uint32_t old[16];
    memcpy(old, m, sizeof old);
    for (int i = 0; i < 16; i++)
        m[i] = old[from[i]];
}

/* The first eight words of the output, in place of the chaining value. */
static void compress(uint32_t *value, const uint8_t *block, uint64_t counter, uint32_t length, uint32_t flags)
{
    uint32_t v[16], m[16];
    memcpy(v, value, 32);
    memcpy(v + 8, initial, 16);
    v[12] = (uint32_t)counter, v[13] = (uint32_t)(counter >> 32), v[14] = length, v[15] = flags;
    for (int i = 0; i < 16; i++)
        m[i] = load32(block + 4 * i);
    for (int round = 0; round < 7; round++) {
        mix_all(v, m);
        permute(m);
    }
    for (int i = 0; i < 8; i++)
        value[i] = v[i] ^ v[i + 8];
}

/* A hash on its way: the last block waits until it is known whether more follows. */
typedef struct {
    uint32_t key[8], value[8], stack[54][8];
    uint8_t block[64];
    uint64_t chunk;
    uint32_t held, blocks, depth, flags;
} Hasher;

static void hash_begin(Hasher *h, const uint8_t *key)
{
    memcpy(h->key, initial, 32);
    h->flags = 0;
    if (key) {
        for (int i = 0; i < 8; i++)
            h->key[i] = load32(key + 4 * i);
        h->flags = KEYED;
    }
    memcpy(h->value, h->key, 32);
    memset(h->block, 0, sizeof h->block);
    h->chunk = 0;
    h->held = h->blocks = h->depth = 0;
}

static void parent_words(const Hasher *h, const uint32_t *left, const uint32_t *right, uint32_t flags, uint32_t *out)
{
    uint8_t block[64];
    for (int i = 0; i < 8; i++) {
        store32(block + 4 * i, left[i]);
        store32(block + 32 + 4 * i, right[i]);
    }
    memcpy(out, h->key, 32);
    compress(out, block, 0, 64, h->flags | PARENT | flags);
}

/* The chunk's value joins the stack, where every full pair becomes its parent. */
static void chunk_ends(Hasher *h)
{
    uint32_t value[8];
    memcpy(value, h->value, 32);
    compress(value, h->block, h->chunk, h->held, h->flags | (h->blocks ? 0 : CHUNK_START) | CHUNK_END);
    for (uint64_t total = ++h->chunk; !(total & 1); total >>= 1)
        parent_words(h, h->stack[--h->depth], value, 0, value);
    memcpy(h->stack[h->depth++], value, 32);
    memcpy(h->value, h->key, 32);
    h->blocks = 0;
}

/* What is held is a whole block, and more follows. */
static void block_ends(Hasher *h)
{
    if (h->blocks == 15)
        chunk_ends(h);
    else {
        compress(h->value, h->block, h->chunk, 64, h->flags | (h->blocks ? 0 : CHUNK_START));
        h->blocks++;
    }
    h->held = 0;
    memset(h->block, 0, sizeof h->block);
}

static void hash_bytes(Hasher *h, const uint8_t *bytes, size_t length)
{
    while (length) {
        if (h->held == 64)
            block_ends(h);
        size_t take = 64 - h->held < length ? 64 - h->held : length;
        memcpy(h->block + h->held, bytes, take);
        h->held += (uint32_t)take;
        bytes += take;
        length -= take;
    }
}

static void hash_u64(Hasher *h, uint64_t x)
{
    uint8_t bytes[8];
    store64(bytes, x);
    hash_bytes(h, bytes, 8);
}

static void hash_end(Hasher *h, uint8_t *digest)
{
    uint32_t flags = h->flags | (h->blocks ? 0 : CHUNK_START) | CHUNK_END | (h->depth ? 0 : ROOT);
    uint32_t value[8];
    memcpy(value, h->value, 32);
    compress(value, h->block, h->chunk, h->held, flags);
    while (h->depth) {
        h->depth--;
        parent_words(h, h->stack[h->depth], value, h->depth ? 0 : ROOT, value);
    }
    for (int i = 0; i < 8; i++)
        store32(digest + 4 * i, value[i]);
}

static void hash(const uint8_t *bytes, size_t length, uint8_t *digest)
{
    Hasher h;
    hash_begin(&h, NULL);
    hash_bytes(&h, bytes, length);
    hash_end(&h, digest);
}

/* The digest of a node of a tree (5.2): a chaining value, without ROOT. */
static void parent(const uint8_t *left, const uint8_t *right, uint8_t *digest)
{
    uint32_t value[8];
    uint8_t block[64];
    memcpy(block, left, 32);
    memcpy(block + 32, right, 32);
    memcpy(value, initial, 32);
    compress(value, block, 0, 64, PARENT);
    for (int i = 0; i < 8; i++)
        store32(digest + 4 * i, value[i]);
}
