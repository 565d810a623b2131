/* The transcript, and the body that it hears (PROTOCOL 5.4, 9.2). */

enum {
    SEED = 1,
    INPUT_ROOT,
    LAYER,
    LAYER_VALUES,
    QUOTIENT,
    ZERO_ROUND,
    OPENINGS,
    ROWS_ROUND,
    VALUES,
    SIGMA,
    FOLD_ROUND,
    MU,
    TAIL,
    WORD_ROOT,
    ANSWER,
    FINAL,
    NONCE
};

typedef struct {
    uint8_t state[32], words[32];
    uint64_t block;
    uint32_t left; /* words that are left */
} Transcript;

static void transcript_begin(Transcript *t)
{
    memset(t, 0, sizeof *t);
    hash((const uint8_t *)"l2zk transcript 2", 17, t->state);
}

/* The first bytes of what a message is hashed with. */
static void message_begin(const Transcript *t, Hasher *h, uint64_t kind, uint64_t length)
{
    hash_begin(h, NULL);
    hash_bytes(h, t->state, 32);
    hash_u64(h, kind);
    hash_u64(h, length);
}

static void message_end(Transcript *t, Hasher *h)
{
    hash_end(h, t->state);
    t->block = 0;
    t->left = 0;
}

static void absorb(Transcript *t, uint64_t kind, const uint8_t *bytes, size_t length)
{
    Hasher h;
    message_begin(t, &h, kind, length);
    hash_bytes(&h, bytes, length);
    message_end(t, &h);
}

static uint64_t draw_word(Transcript *t)
{
    if (!t->left) {
        Hasher h;
        message_begin(t, &h, UINT64_MAX, t->block++);
        hash_end(&h, t->words);
        t->left = 4;
    }
    return load64(t->words + 8 * (4 - t->left--));
}

static uint64_t draw_base(Transcript *t)
{
    uint64_t x = draw_word(t);
    while (x >= P)
        x = draw_word(t);
    return x;
}

static K draw(Transcript *t)
{
    K x;
    for (int i = 0; i < 3; i++)
        x.c[i] = draw_base(t);
    return x;
}

static K draw_no_bit(Transcript *t)
{
    K x = draw(t);
    while (k_equal(x, zero) || k_equal(x, one))
        x = draw(t);
    return x;
}

static K draw_outside_base(Transcript *t)
{
    K x = draw(t);
    while (!x.c[1] && !x.c[2])
        x = draw(t);
    return x;
}

/* The body */

static K element_at(const uint8_t *place) { return (K){{load64(place), load64(place + 8), load64(place + 16)}}; }

typedef struct {
    Check *check;
    Reader body;
    Transcript transcript;
    int hiding;
} Listener;

static int bad_body(Listener *l, const char *what) { return refuse(l->check, L2ZK_BODY, "9.2", what); }

/* So many elements of K, all below p, that nobody absorbs; NULL if they are not there. */
static const uint8_t *read_elements(Listener *l, uint64_t count)
{
    const uint8_t *place = take(&l->body, 24 * count);
    if (!place)
        bad_body(l, "the body is too short");
    else if (!good_elements(place, 3 * count)) {
        bad_body(l, "a number of the body is no element of F");
        place = NULL;
    }
    return place;
}

/* A message of so many bytes. */
static void take_in(Listener *l, uint64_t kind, const uint8_t *bytes, uint64_t length)
{
    absorb(&l->transcript, kind, bytes, (size_t)length);
    l->check->verdict->heard[kind] += (uint32_t)length;
}

/* A message of so many elements. */
static const uint8_t *hear(Listener *l, uint64_t kind, uint64_t count)
{
    const uint8_t *place = read_elements(l, count);
    if (place)
        take_in(l, kind, place, 24 * count);
    return place;
}

static const uint8_t *hear_bytes(Listener *l, uint64_t kind, uint64_t count)
{
    const uint8_t *place = take(&l->body, count);
    if (place)
        take_in(l, kind, place, count);
    else
        bad_body(l, "the body is too short");
    return place;
}
