/* Proven bits of a word's rounds at a multiplicity (PROTOCOL 4.7). */

enum { LEAST_MULTIPLICITY = 3, MOST_MULTIPLICITY = 1000, MOST_LINES = 12, MOST_WORDS = 7, MOST_QUERIES = 1023 };

/* log of 2^16·(p^3 - p), in 2^-32, as log_below has it. */
#define LOG_VALUES ((int64_t)893353197563)

/* The bad values of the rounds of one name: the worst, and all, as multiples of E and L. */
typedef struct {
    const char *name;
    uint64_t worst[2], together[2];
} Line;

typedef struct {
    uint32_t log_n, lines;
    uint64_t dimension, message; /* message: the coefficients that z is asked of, or 1 */
    Line line[MOST_LINES];
} Stage;

/* What the argument asks of the commitment. */
typedef struct {
    uint64_t entries, claims;
    uint32_t log_rows, lines;
    Line line[MOST_LINES];
} Demand;

static void add_line(Line *lines, uint32_t *count, const char *name, uint64_t worst, uint64_t together)
{
    lines[(*count)++] = (Line){name, {0, worst}, {0, together}};
}

/* E and L at a multiplicity. */
static Wide bad_lines(const Stage *s, uint64_t nu)
{
    Wide cube = wide((2 * nu + 1) * (2 * nu + 1) * (2 * nu + 1));
    return wide_over(wide_left(cube, 2 * s->log_n + FRACTION_BITS), 3 * (s->dimension - 1));
}

static uint64_t list_size(const Stage *s, uint64_t nu)
{
    Wide square = wide_left(wide((2 * nu + 1) * (2 * nu + 1)), s->log_n + 2 * FRACTION_BITS);
    return wide_root(wide_over(square, 4 * s->dimension));
}

static int64_t bits_of_query(const Stage *s, uint64_t nu)
{
    int64_t half = s->log_n * BIT - log_above(wide(s->dimension));
    half = half >= 0 ? half / 2 : -((1 - half) / 2);
    return log_below(wide(2 * nu)) - log_above(wide(2 * nu + 1)) + half;
}

static Wide bad_values(const uint64_t *multiples, Wide lines, uint64_t size)
{
    return wide_sum(wide_product(lines, multiples[0]), wide_product(wide(multiples[1]), size));
}

/* Of z. */
static Wide bad_points(const Stage *s, uint64_t size)
{
    Wide bad = wide_product(wide_product(wide(size), size), s->message - 1);
    uint64_t rest = bad.low & (((uint64_t)2 << FRACTION_BITS) - 1);
    return wide_sum(wide_right(bad, 1 + FRACTION_BITS), wide(rest != 0));
}

/* The most bad values with which a round has a target: 2^16·(p^3 - p) without its last bits. */
static Wide bound_of(uint32_t target)
{
    static const uint64_t v[5] = {0xfffe000000000000u, 0xfff900000004ffffu, 0xfffd00000005ffffu, 0xffffu, 0};
    uint32_t w = target / 64, b = target % 64;
    if (target < 82)
        return widest;
    return b ? (Wide){v[w + 1] >> b | v[w + 2] << (64 - b), v[w] >> b | v[w + 1] << (64 - b)} : (Wide){v[w + 1], v[w]};
}

static int all_have(const Stage *s, uint64_t nu, Wide bound)
{
    Wide lines = bad_lines(s, nu);
    uint64_t size = list_size(s, nu);
    if (s->message > 1 && wide_less(bound, bad_points(s, size)))
        return 0;
    for (uint32_t i = 0; i < s->lines; i++)
        if (wide_less(bound, bad_values(s->line[i].worst, lines, size)))
            return 0;
    return 1;
}

/* The largest multiplicity at which every round has the target; 0 if there is none. */
static uint64_t multiplicity_of(const Stage *s, uint32_t target)
{
    uint64_t low = LEAST_MULTIPLICITY, high = MOST_MULTIPLICITY;
    Wide bound = bound_of(target);
    if (all_have(s, high, bound))
        return high;
    if (!all_have(s, low, bound))
        return 0;
    while (high - low > 1) {
        uint64_t middle = (low + high) / 2;
        if (all_have(s, middle, bound))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Word 0: the argument's rounds, gamma, the folds of columns, c. */
static Stage input_stage(const Demand *d, uint32_t log_n, uint64_t dimension, uint32_t columns, uint32_t hiding)
{
    Stage s = {log_n, d->lines, dimension, 1, {{NULL, {0, 0}, {0, 0}}}};
    uint32_t kappa = log_above_of(columns);
    memcpy(s.line, d->line, sizeof s.line);
    add_line(s.line, &s.lines, "gamma", d->claims, d->claims);
    if (kappa) {
        uint64_t pairs = most(columns - ((uint64_t)1 << (kappa - 1)), ((uint64_t)1 << kappa) / 4);
        s.line[s.lines++] = (Line){"folds", {pairs, 3}, {columns - 1, 3 * (uint64_t)kappa}};
    }
    if (hiding)
        s.line[s.lines++] = (Line){"c", {1, 1}, {1, 1}};
    return s;
}

/* A later word, after so many queries of the word before. */
static Stage word_stage(uint32_t log_n, uint64_t dimension, uint32_t folds, uint64_t queries)
{
    Stage s = {log_n, 0, dimension, dimension << folds, {{NULL, {0, 0}, {0, 0}}}};
    uint64_t half = (uint64_t)1 << (folds - 1);
    add_line(s.line, &s.lines, "gamma", queries + 1, queries + 1);
    s.line[s.lines++] = (Line){"folds", {half, 2}, {2 * half - 1, 2 * (uint64_t)folds}};
    return s;
}
