/* The shape of a commitment: the search that both sides make (PROTOCOL 4.5, 4.6, 4.8), and its bits. */

enum { MOST_POINTS = 32, MOST_SHAPES = 96 };

typedef struct {
    uint32_t folds, log_n, queries;
} Word;

typedef struct {
    uint32_t columns, log_m, log_n0, t0, tail, words, hiding, grinding;
    Word word[MOST_WORDS];
} Shape;

static uint32_t final_log(const Shape *s)
{
    uint32_t log = s->log_m;
    for (uint32_t i = 0; i < s->words; i++)
        log -= s->word[i].folds;
    return log;
}

static uint32_t log_rate_for(const Options *o, uint64_t entries)
{
    if (o->log_rate)
        return o->log_rate;
    if (o->preset == 0)
        return entries < 1 << 16 ? 3 : 2;
    if (o->preset == 1)
        return entries < 1 << 14 ? 4 : 3;
    return entries < 1 << 13 ? 3 : entries < 1 << 18 ? 2 : 1;
}

/* The queries on a word that have the target; 0 if that cannot be. */
static uint32_t queries_needed(const Stage *s, const Options *o)
{
    uint64_t nu = multiplicity_of(s, o->security);
    int64_t missing = (int64_t)most(1, o->security > o->grinding ? o->security - o->grinding : 0) * BIT, bits;
    if (!nu || o->queries)
        return nu ? o->queries : 0;
    bits = bits_of_query(s, nu);
    if (bits <= 0 || bits * MOST_QUERIES < missing)
        return 0;
    return (uint32_t)((missing + bits - 1) / bits);
}

/* The tail counts in the rate, the rate decides the queries, and these the tail. 1, or 0 if log n is too small for that,
   or -1 if no n_0 will do. */
static int input_queries(const Demand *d, const Options *o, Shape *s)
{
    uint32_t rate = log_rate_for(o, d->entries);
    for (uint32_t queries = 1;;) {
        uint64_t dimension = ((uint64_t)1 << s->log_m) + (o->hiding ? queries + 6 : 0);
        if (4 * dimension << rate > (uint64_t)5 << s->log_n0)
            return 0;
        Stage stage = input_stage(d, s->log_n0, dimension, s->columns, o->hiding);
        uint32_t needed = queries_needed(&stage, o);
        if (!needed)
            return -1;
        if (needed <= queries) {
            s->t0 = queries;
            s->tail = o->hiding ? queries + 6 : 0;
            return 1;
        }
        queries = needed;
    }
}

static int input_word(const Demand *d, const Options *o, Shape *s)
{
    int found = 0;
    for (s->log_n0 = s->log_m + log_rate_for(o, d->entries); !found && s->log_n0 <= MOST_POINTS;) {
        found = input_queries(d, o, s);
        s->log_n0 += !found;
    }
    return found > 0;
}

/* Word 1 has an eighth of the points of word 0 in all its columns, each further word half of the one before. */
static int later_words(const Options *o, Shape *s)
{
    int32_t points = (int32_t)(s->log_n0 + log_of(s->columns)) - 3, log_m = (int32_t)s->log_m;
    uint32_t queries = s->t0;
    for (uint32_t i = 0; i < s->words; i++, points--) {
        int32_t folds = (int32_t)s->word[i].folds, log_n = points - folds;
        log_m -= folds;
        if (log_m >= log_n || log_n > MOST_POINTS)
            return 0;
        Stage stage = word_stage((uint32_t)log_n, (uint64_t)1 << log_m, (uint32_t)folds, queries);
        queries = queries_needed(&stage, o);
        if (!queries)
            return 0;
        s->word[i].log_n = (uint32_t)log_n;
        s->word[i].queries = queries;
    }
    return 1;
}

/* Estimates that the choice goes by */

/* base^exponent, both in 2^-60, rounded down. */
static uint64_t small_power(uint64_t base, uint32_t exponent)
{
    uint64_t result = (uint64_t)1 << 60, high, low;
    for (; exponent; exponent >>= 1) {
        if (exponent & 1) {
            low = multiply(result, base, &high);
            result = high << 4 | low >> 60;
        }
        low = multiply(base, base, &high);
        base = high << 4 | low >> 60;
    }
    return result;
}

/* Expected leaves and digests of an opening, in 2^-32. */
static void opening_size(uint32_t log_n, uint32_t queries, uint64_t *leaves, uint64_t *digests)
{
    const uint64_t all = (uint64_t)1 << 60;
    uint64_t untouched = 0, above;
    Wide sum = {0, 0};
    for (uint32_t level = 1; level <= log_n; level++) {
        above = untouched;
        untouched = small_power(all - (all >> level), queries);
        sum = wide_sum(sum, wide_left(wide(untouched - above), level));
    }
    *leaves = wide_right(wide_left(wide(all - untouched), log_n), 28).low;
    *digests = wide_right(sum, 28).low;
}

static uint64_t expected_bytes(const Shape *s)
{
    uint32_t end = final_log(s), kappa = log_above_of(s->columns);
    uint64_t said = 40 + 64 * (uint64_t)s->words + 48 * (uint64_t)(kappa + s->log_m - end) + ((uint64_t)24 << end);
    uint64_t leaf = 8 * (uint64_t)s->columns + (s->hiding ? 40 : 0), leaves, digests;
    said += s->hiding ? 48 + 24 * (uint64_t)s->tail : 0;
    opening_size(s->log_n0, s->t0, &leaves, &digests);
    uint64_t opened = leaf * leaves + 32 * digests;
    for (uint32_t i = 0; i < s->words; i++) {
        opening_size(s->word[i].log_n, s->word[i].queries, &leaves, &digests);
        opened += ((uint64_t)24 << s->word[i].folds) * leaves + 32 * digests;
    }
    return said + (opened >> 32);
}

static uint64_t committing(uint64_t width, uint32_t log_n, uint64_t log_degree)
{
    return (width * log_degree + 32 * ((width + 7) / 8 + 1)) << log_n;
}

static uint64_t work_of(const Shape *s)
{
    uint64_t work =
        committing(s->columns + 3 * s->hiding, s->log_n0, s->log_m) + (9 * (uint64_t)s->columns << s->log_m);
    uint32_t log_m = s->log_m;
    for (uint32_t i = 0; i < s->words; i++) {
        work += (uint64_t)200 << log_m;
        log_m -= s->word[i].folds;
        work += committing((uint64_t)3 << s->word[i].folds, s->word[i].log_n, log_m);
    }
    return work + ((uint64_t)(s->words + 1) << (s->grinding + 5));
}
