#include "shape.h"

#include "bits.h"

enum {
    MOST_CANDIDATES = 64,
    MOST_POINTS = 32, /* log of the largest power of two that divides p - 1 */
    SHORT_MESSAGE = 8, /* log of the longest that may be sent whole */
    SALT = 16,
};

static inline int smaller(int a, int b) { return a < b ? a : b; }
static inline int larger(int a, int b) { return a > b ? a : b; }

/* ---- what can go wrong on a word ------------------------------------------------------------------------------------- */

static void add_rounds(word_errors *s, const char *name, uint64_t lines, uint64_t lists, uint64_t all_lines,
                       uint64_t all_lists)
{
    s->rounds[s->count++] = (counted_rounds){name, lines, lists, all_lines, all_lists};
}

/* Word 0: the argument's challenges, gamma, the folds of columns, c. */
static word_errors errors_of_input(const l2zk_shape *shape, const l2zk_demand *asked)
{
    const uint64_t columns = (uint64_t)shape->columns;
    const int kappa = bit_length(columns - 1);
    word_errors s = {.code = {shape->log_n0, ((uint64_t)1 << shape->log_m) + (uint64_t)shape->tail}, .message = 1};
    for (int i = 0; i < asked->challenge_count; i++)
        add_rounds(&s, "", 0, asked->challenges[i].degree, 0, asked->challenges[i].together);
    add_rounds(&s, "gamma", 0, asked->claims, 0, asked->claims);
    if (kappa) { /* the first fold pairs what is above the power of two, the second all that it left */
        const uint64_t first = columns - ((uint64_t)1 << (kappa - 1)), second = ((uint64_t)1 << kappa) / 4;
        add_rounds(&s, "folds", first > second ? first : second, 3, columns - 1, 3 * (uint64_t)kappa);
    }
    if (shape->hiding)
        add_rounds(&s, "c", 1, 1, 1, 1);
    return s;
}

/* A later word, behind one of so many queries: z, gamma, k folds. */
static word_errors errors_of_word(int log_n, int log_m, int k, int queries)
{
    const uint64_t joined = (uint64_t)queries + 1;
    word_errors s = {.code = {log_n, (uint64_t)1 << log_m}, .message = (uint64_t)1 << (log_m + k)};
    add_rounds(&s, "gamma", 0, joined, 0, joined);
    add_rounds(&s, "folds", (uint64_t)1 << (k - 1), 2, ((uint64_t)1 << k) - 1, 2 * (uint64_t)k);
    return s;
}

/* ---- proven bits --------------------------------------------------------------------------------------------------- */

/* The bits of one word, behind so many queries on the word before. */
static void word_bits(const word_errors *s, int queries, int grinding, int security, l2zk_word_bits *out)
{
    const uint64_t found = multiplicity(s, most_bad(security)), nu = found ? found : LEAST_MULTIPLICITY;
    const int64_t bits = queries * query_bits(s->code, nu) + grinding * ONE;
    out->multiplicity = (int)nu;
    out->count = bits_of_challenges(s, nu, out->rounds);
    out->rounds[out->count++] = (l2zk_round){"queries", bits, bits};
}

void l2zk_shape_rounds(const l2zk_shape *shape, const l2zk_demand *asked, int security, l2zk_word_bits *words)
{
    word_errors s = errors_of_input(shape, asked);
    int queries = shape->queries, log_m = shape->log_m;
    word_bits(&s, queries, shape->grinding, security, words);
    for (int i = 0; i < shape->word_count; i++) {
        const l2zk_later_word *word = shape->words + i;
        log_m -= word->k;
        s = errors_of_word(word->log_n, log_m, word->k, queries);
        queries = word->queries;
        word_bits(&s, queries, shape->grinding, security, words + i + 1);
    }
}

/* Bits as they are said: never negative, and no more than against collisions of hashes. */
static int64_t within_collisions(int64_t bits) { return bits < 0 ? 0 : bits > 128 * ONE ? 128 * ONE : bits; }

l2zk_bits l2zk_shape_bits(const l2zk_shape *shape, const l2zk_demand *asked, int security)
{
    l2zk_word_bits words[L2ZK_MOST_LATER_WORDS + 1];
    int64_t worst = INT64_MAX, least = INT64_MAX;
    u128 sum = 0; /* of all errors, over the largest that all challenges of a name have together */
    l2zk_shape_rounds(shape, asked, security, words);
    for (int i = 0; i <= shape->word_count; i++)
        for (int k = 0; k < words[i].count; k++) {
            const l2zk_round *r = words[i].rounds + k;
            worst = r->worst < worst ? r->worst : worst;
            least = r->together < least ? r->together : least;
        }
    for (int i = 0; i <= shape->word_count; i++)
        for (int k = 0; k < words[i].count; k++)
            sum += power_above(words[i].rounds[k].together - least);
    return (l2zk_bits){within_collisions(worst), within_collisions(least + 64 * ONE - log_above(sum))};
}

/* ---- estimates that the choice goes by ----------------------------------------------------------------------------- */

/* base^exponent, both in 2^-60, each product rounded down. */
static uint64_t power(uint64_t base, int exponent)
{
    uint64_t result = (uint64_t)1 << 60;
    for (; exponent; exponent /= 2) {
        if (exponent & 1)
            result = (uint64_t)((u128)result * base >> 60);
        base = (uint64_t)((u128)base * base >> 60);
    }
    return result;
}

/* The expected bytes of a multi-opening, in 2^-32: so many of 2^log_n leaves are drawn. */
static u128 opened_bytes(int log_n, int queries, uint64_t leaf)
{
    const uint64_t one = (uint64_t)1 << 60;
    uint64_t untouched = 0;
    u128 digests = 0;
    for (int level = 1; level <= log_n; level++) {
        const uint64_t above = untouched;
        untouched = power(one - (one >> level), queries);
        digests += (u128)(untouched - above) << level;
    }
    return leaf * ((u128)(one - untouched) << log_n >> 28) + 32 * (digests >> 28);
}

/* Of all that the commitment says. */
static uint64_t expected_bytes(const l2zk_shape *s)
{
    const uint64_t leaf = 8 * (uint64_t)s->columns + (s->hiding ? 24 + SALT : 0);
    u128 opened = opened_bytes(s->log_n0, s->queries, leaf);
    int final = s->log_m, folds = bit_length((u128)s->columns - 1);
    for (int i = 0; i < s->word_count; i++) {
        opened += opened_bytes(s->words[i].log_n, s->words[i].queries, (uint64_t)24 << s->words[i].k);
        final -= s->words[i].k;
    }
    folds += s->log_m - final;
    const int said = 40 + 64 * s->word_count + 48 * folds + (24 << final) + (s->hiding ? 48 + 24 * s->tail : 0);
    return (uint64_t)said + (uint64_t)(opened >> 32);
}

/* To transform and to hash so many columns. */
static uint64_t committing(uint64_t columns, int log_n, int log_m)
{
    return (columns * (uint64_t)log_m + 32 * ((columns + 7) / 8 + 1)) << log_n;
}

/* The prover's, in quarters of a nanosecond: transforms, hashes, passes over the message, nonces. */
static uint64_t work(const l2zk_shape *s)
{
    const uint64_t columns = (uint64_t)s->columns;
    uint64_t result = committing(columns + (s->hiding ? 3 : 0), s->log_n0, s->log_m) + (9 * columns << s->log_m);
    int log_m = s->log_m;
    for (int i = 0; i < s->word_count; i++) {
        result += (uint64_t)200 << log_m;
        log_m -= s->words[i].k;
        result += committing((uint64_t)3 << s->words[i].k, s->words[i].log_n, log_m);
    }
    return result + ((uint64_t)(s->word_count + 1) << (s->grinding + 5));
}

/* ---- the search ---------------------------------------------------------------------------------------------------- */

typedef struct {
    const l2zk_demand *asked;
    const l2zk_options *options;
    int log_rate;
    u128 bound; /* bad values that a challenge may have */
    int count;
    l2zk_shape candidates[MOST_CANDIDATES];
} shape_search;

static int log_rate_of(const l2zk_options *options, uint64_t entries)
{
    if (options->log_rate)
        return options->log_rate;
    if (options->preset == L2ZK_COMPACT)
        return entries >> 14 ? 3 : 4;
    if (options->preset == L2ZK_FAST)
        return entries >> 18 ? 1 : entries >> 13 ? 2 : 3;
    return entries >> 16 ? 2 : 3;
}

/* The queries on a word, at the multiplicity that its challenges allow; 0 if there are none that do. */
static int needed(const shape_search *search, const word_errors *s)
{
    const l2zk_options *options = search->options;
    const uint64_t nu = multiplicity(s, search->bound);
    if (!nu || options->queries)
        return nu ? options->queries : 0;
    const int64_t bits = query_bits(s->code, nu);
    const int64_t missing = larger(1, options->security - options->grinding) * ONE;
    return bits > 0 && bits * L2ZK_MOST_QUERIES >= missing ? (int)((missing + bits - 1) / bits) : 0;
}

/* Find the points and queries of word 0: whether there are any. The tail counts in the rate, the rate decides the queries, and these
 * the tail: so the queries rise until they are enough, or the points are too few for the tail. */
static int find_input_word(const shape_search *search, l2zk_shape *s)
{
    const uint64_t m = (uint64_t)1 << s->log_m;
    for (s->log_n0 = s->log_m + search->log_rate; s->log_n0 <= MOST_POINTS; s->log_n0++) {
        s->queries = 1;
        for (;;) {
            s->tail = s->hiding ? s->queries + L2ZK_CELLS : 0;
            if (4 * (m + (uint64_t)s->tail) << search->log_rate > (uint64_t)5 << s->log_n0)
                break;
            const word_errors input = errors_of_input(s, search->asked);
            const int more = needed(search, &input);
            if (more <= s->queries)
                return more > 0;
            s->queries = more;
        }
    }
    return 0;
}

/* Find the words that together fold so many variables, as equally as can be: whether there are such. Word 1 has an eighth of the
 * points of word 0 in all its columns, each further one half of those of the word before. */
static int find_later_words(const shape_search *search, l2zk_shape *s, int variables, int count)
{
    int points = s->log_n0 + bit_length((u128)s->columns) - 1 - 3, log_m = s->log_m, queries = s->queries;
    for (s->word_count = 0; s->word_count < count; s->word_count++) {
        const int k = variables / count + (s->word_count < variables % count), log_n = points - k;
        log_m -= k;
        if (log_n <= log_m || log_n > MOST_POINTS)
            return 0;
        const word_errors word = errors_of_word(log_n, log_m, k, queries);
        queries = needed(search, &word);
        if (!queries)
            return 0;
        s->words[s->word_count] = (l2zk_later_word){k, log_n, queries};
        points--;
    }
    return 1;
}

static void add_candidate(shape_search *search, const l2zk_shape *input, int variables, int count)
{
    l2zk_shape shape = *input;
    if (search->count < MOST_CANDIDATES && find_later_words(search, &shape, variables, count))
        search->candidates[search->count++] = shape;
}

/* The candidates with columns of 2^log_m entries: words of 2 to 4 folds that leave 2^5 to 2^8 coefficients. */
static void add_candidates(shape_search *search, int log_m)
{
    const uint64_t m = (uint64_t)1 << log_m, entries = search->asked->entries;
    l2zk_shape input = {.columns = (int)((entries + m - 1) >> log_m), .log_m = log_m};
    input.hiding = search->options->hiding, input.grinding = search->options->grinding;
    if (!find_input_word(search, &input))
        return;
    if (log_m <= SHORT_MESSAGE)
        add_candidate(search, &input, 0, 0);
    for (int final = 5; final <= SHORT_MESSAGE; final++)
        for (int count = 1; count <= L2ZK_MOST_LATER_WORDS; count++)
            if (2 * count <= log_m - final && log_m - final <= L2ZK_MOST_FOLDED * count)
                add_candidate(search, &input, log_m - final, count);
}

/* Of the candidates within 1/40 of the fewest bytes the one with the least work, the first of equals. */
static const l2zk_shape *best_of(const shape_search *search)
{
    uint64_t bytes[MOST_CANDIDATES], fewest = UINT64_MAX, least = UINT64_MAX;
    const l2zk_shape *best = NULL;
    for (int i = 0; i < search->count; i++) {
        bytes[i] = expected_bytes(search->candidates + i);
        fewest = bytes[i] < fewest ? bytes[i] : fewest;
    }
    for (int i = 0; i < search->count; i++)
        if (40 * bytes[i] <= 41 * fewest && work(search->candidates + i) < least) {
            best = search->candidates + i;
            least = work(best);
        }
    return best;
}

int l2zk_shape_choose(l2zk_shape *shape, const l2zk_demand *asked, const l2zk_options *options)
{
    shape_search s = {.asked = asked, .options = options, .log_rate = log_rate_of(options, asked->entries)};
    const int shortest = bit_length((asked->entries + 159) / 160 - 1); /* of at most 160 columns */
    int longest = shortest + 3;
    s.bound = most_bad(options->security);
    if (shortest <= asked->log_rows)
        longest = smaller(longest, asked->log_rows);
    for (int log_m = larger(3, shortest); log_m <= larger(SHORT_MESSAGE, longest); log_m++)
        add_candidates(&s, log_m);
    const l2zk_shape *best = best_of(&s);
    if (best)
        *shape = *best;
    return best != NULL;
}
