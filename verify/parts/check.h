/* A check on its way: its verdict, the caller's buffer, its work, and bytes that are read from the first to the last. */

#define DEFAULT_KEY_BYTES ((uint64_t)1 << 26)
#define DEFAULT_WORK ((uint64_t)1 << 24)
#define MOST_PROOF_BYTES ((size_t)1 << 24) /* 9.3 */
#define MOST_ROWS ((uint64_t)1 << 26)
#define MOST_STATEMENTS ((uint32_t)1 << 29) /* of two rows each, 4.9 */
#define MOST_ENTRIES ((uint64_t)1 << 30)
#define TOO_MUCH ((uint64_t)1 << 62) /* where sums and products of lengths stop; 4.9 */

typedef struct {
    l2zk_verdict *verdict;
    const l2zk_policy *policy;
    uint8_t *buffer;
    size_t size, used;
    uint64_t work, most_work;
} Check;

/* The first refusal stands. */
static int refuse(Check *c, int reason, const char *section, const char *what)
{
    if (c->verdict->reason == L2ZK_ACCEPTED) {
        c->verdict->reason = reason;
        c->verdict->section = section;
        c->verdict->what = what;
    }
    return 0;
}

static int good(const Check *c) { return c->verdict->reason == L2ZK_ACCEPTED; }

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t most(uint64_t a, uint64_t b) { return a > b ? a : b; }

static uint64_t capped_sum(uint64_t a, uint64_t b)
{
    return a >= TOO_MUCH || b >= TOO_MUCH ? TOO_MUCH : least(a + b, TOO_MUCH);
}

static uint64_t capped_product(uint64_t a, uint64_t b)
{
    uint64_t high, low = multiply(a, b, &high);
    return high || low > TOO_MUCH ? TOO_MUCH : low;
}

/* Steps that are about to be made; 0 if they are too many. */
static int spend(Check *c, uint64_t steps)
{
    c->work = capped_sum(c->work, steps);
    if (c->work > c->most_work)
        return refuse(c, L2ZK_LIMIT, "7", "the check takes more work than the policy allows");
    return good(c);
}

/* `count` things of `size` bytes from the buffer, all zeros; NULL if there is no room. */
static void *take_memory(Check *c, uint64_t count, size_t size)
{
    uint64_t bytes = (capped_product(count, size) + 7) / 8 * 8;
    if (bytes > c->size - c->used) {
        refuse(c, L2ZK_MEMORY, "7", "the buffer is too small");
        return NULL;
    }
    void *place = c->buffer + c->used;
    c->used += (size_t)bytes;
    if (c->used > c->verdict->memory)
        c->verdict->memory = c->used;
    memset(place, 0, (size_t)bytes);
    return place;
}

static uint32_t log_of(uint64_t power_of_two)
{
    uint32_t log = 0;
    while (power_of_two > 1) {
        power_of_two >>= 1;
        log++;
    }
    return log;
}

/* The least v with 2^v >= x, x >= 1. */
static uint32_t log_above_of(uint64_t x) { return x > 1 ? log_of(x - 1) + 1 : 0; }

static int is_power(uint64_t x) { return x && !(x & (x - 1)); }

/* Reading */

typedef struct {
    const uint8_t *bytes;
    size_t length, at;
    int bad; /* something was behind the end */
} Reader;

static Reader reader_of(l2zk_span span) { return (Reader){span.bytes, span.length, 0, 0}; }

/* The place of the next bytes; an empty place and `bad` if they are not there. */
static const uint8_t *take(Reader *r, uint64_t count)
{
    if (r->bad || count > r->length - r->at) {
        r->bad = 1;
        return NULL;
    }
    r->at += (size_t)count;
    return r->bytes + (r->at - (size_t)count);
}

static uint64_t number(Reader *r, int width)
{
    const uint8_t *place = take(r, (uint64_t)width);
    uint64_t x = 0;
    for (int i = width; place && i > 0; i--)
        x = x << 8 | place[i - 1];
    return x;
}

static l2zk_span span_of(Reader *r, uint64_t length)
{
    const uint8_t *place = take(r, length);
    return (l2zk_span){place, place ? (size_t)length : 0};
}

/* The number of items of a list, each of which has at least `size` bytes. */
static uint64_t count_of(Reader *r, int width, uint64_t size)
{
    uint64_t count = number(r, width);
    if (!r->bad && count > (r->length - r->at) / size)
        r->bad = 1;
    return r->bad ? 0 : count;
}

static int same(l2zk_span a, l2zk_span b)
{
    return a.length == b.length && (!a.length || !memcmp(a.bytes, b.bytes, a.length));
}

/* The bytes that follow the first of a character of UTF-8, and the least and the most that the second may be. */
static int follows(uint8_t first, uint8_t *low, uint8_t *high)
{
    *low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    *high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
}

static int is_text(l2zk_span s)
{
    for (size_t i = 0; i < s.length;) {
        uint8_t low, high;
        int more = follows(s.bytes[i++], &low, &high);
        if (more < 0 || (size_t)more > s.length - i)
            return 0;
        for (; more > 0; more--, low = 0x80, high = 0xbf)
            if (s.bytes[i] < low || s.bytes[i++] > high)
                return 0;
    }
    return 1;
}
