/* The candidates of 4.8 in their order, the choice among them, and the proven bits of the shape (4.7). */

typedef struct {
    const Demand *demand;
    const Options *options;
    Shape found[MOST_SHAPES];
    uint64_t bytes[MOST_SHAPES];
    uint32_t count;
} Search;

static int keep(Search *search, Shape *s)
{
    if (search->count == MOST_SHAPES)
        return 0;
    if (later_words(search->options, s)) {
        search->bytes[search->count] = expected_bytes(s);
        search->found[search->count++] = *s;
    }
    return 1;
}

/* So many words that leave 2^end coefficients, as equal as can be. */
static int try_words(Search *search, Shape *s, uint32_t end, uint32_t words)
{
    uint32_t each = (s->log_m - end) / words, larger = (s->log_m - end) % words;
    if (each < 2 || each + (larger > 0) > 4)
        return 1;
    s->words = words;
    for (uint32_t i = 0; i < words; i++)
        s->word[i] = (Word){each + (i < larger), 0, 0};
    return keep(search, s);
}

static int try_folds(Search *search, Shape *s)
{
    if (s->log_m <= 8) {
        s->words = 0;
        if (!keep(search, s))
            return 0;
    }
    for (uint32_t end = 5; end <= 8 && end < s->log_m; end++)
        for (uint32_t words = 1; words <= MOST_WORDS; words++)
            if (!try_words(search, s, end, words))
                return 0;
    return 1;
}

static int try_all(Search *search)
{
    uint64_t entries = search->demand->entries;
    uint32_t least_log = log_above_of((entries + 159) / 160), last = least_log + 3;
    if (least_log <= search->demand->log_rows)
        last = (uint32_t)least(last, search->demand->log_rows);
    last = (uint32_t)most(8, last);
    for (uint32_t log_m = (uint32_t)most(3, least_log); log_m <= last; log_m++) {
        Shape s = {0};
        s.log_m = log_m;
        s.columns = (uint32_t)((entries + ((uint64_t)1 << log_m) - 1) >> log_m);
        s.hiding = search->options->hiding;
        s.grinding = search->options->grinding;
        if (input_word(search->demand, search->options, &s) && !try_folds(search, &s))
            return 0;
    }
    return 1;
}

/* Of those within 1/40 of the fewest bytes the one with the least work. */
static const Shape *best_of(const Search *search)
{
    uint64_t fewest = UINT64_MAX, least_work = UINT64_MAX;
    const Shape *best = NULL;
    for (uint32_t i = 0; i < search->count; i++)
        fewest = least(fewest, search->bytes[i]);
    for (uint32_t i = 0; i < search->count; i++) {
        uint64_t work = work_of(&search->found[i]);
        if (40 * search->bytes[i] <= 41 * fewest && work < least_work) {
            least_work = work;
            best = &search->found[i];
        }
    }
    return best;
}

/* Bits */

typedef struct {
    l2zk_round *rounds; /* or NULL */
    size_t room, count;
    int64_t least_bits;
} Listing;

static void list(Listing *l, uint32_t word, const char *name, int64_t worst, int64_t together)
{
    if (l->rounds && l->count < l->room)
        l->rounds[l->count] = (l2zk_round){word, name, worst, together};
    l->count++;
    if (worst < l->least_bits)
        l->least_bits = worst;
}

static void list_stage(Listing *l, uint32_t word, const Stage *s, uint32_t queries, const Options *o)
{
    uint64_t nu = most(multiplicity_of(s, o->security), LEAST_MULTIPLICITY), size = list_size(s, nu);
    Wide lines = bad_lines(s, nu);
    if (s->message > 1) {
        int64_t bits = LOG_VALUES - log_above(bad_points(s, size));
        list(l, word, "z", bits, bits);
    }
    for (uint32_t i = 0; i < s->lines; i++) {
        Wide worst = bad_values(s->line[i].worst, lines, size), together = bad_values(s->line[i].together, lines, size);
        list(l, word, s->line[i].name, LOG_VALUES - log_above(worst), LOG_VALUES - log_above(together));
    }
    int64_t by_queries = queries * bits_of_query(s, nu) + o->grinding * BIT;
    list(l, word, "queries", by_queries, by_queries);
}

static void list_bits(Listing *l, const Shape *s, const Demand *d, const Options *o)
{
    Stage stage = input_stage(d, s->log_n0, ((uint64_t)1 << s->log_m) + s->tail, s->columns, s->hiding);
    uint32_t log_m = s->log_m, queries = s->t0;
    list_stage(l, 0, &stage, s->t0, o);
    for (uint32_t i = 0; i < s->words; i++) {
        Word w = s->word[i];
        log_m -= w.folds;
        stage = word_stage(w.log_n, (uint64_t)1 << log_m, w.folds, queries);
        list_stage(l, i + 1, &stage, w.queries, o);
        queries = w.queries;
    }
}

enum { MOST_ROUNDS = 64 };

/* The proven bits, and those of the sum of all errors. */
static void tell_bits(Check *c, const Shape *s, const Demand *d, const Options *o)
{
    l2zk_round rounds[MOST_ROUNDS];
    Listing l = {rounds, MOST_ROUNDS, 0, 128 * BIT};
    list_bits(&l, s, d, o);
    c->verdict->bits = l.least_bits > 0 ? l.least_bits : 0;
    c->verdict->bits_of_sum = bits_of_sum(rounds, (size_t)least(l.count, MOST_ROUNDS));
}

static int no_shape(Check *c, const char *what) { return refuse(c, L2ZK_OPTIONS, "4.8", what); }

static int check_demand(Check *c, const Demand *d)
{
    if (d->entries < 1 || d->entries > MOST_ENTRIES || d->claims < 1 || d->claims > (uint64_t)1 << 24)
        return refuse(c, L2ZK_OPTIONS, "4.9", "a proof has at most 2^30 entries and 2^24 claims");
    for (uint32_t i = 0; i < d->lines; i++)
        if (d->line[i].together[1] >= TOO_MUCH)
            return refuse(c, L2ZK_OPTIONS, "4.9", "the degrees of a round are beyond 2^62");
    return 1;
}

/* The shape, in the verdict and in *shape. */
static int choose_shape(Check *c, const Demand *d, const Options *o, Shape *shape)
{
    size_t mark = c->used;
    Search *search = take_memory(c, 1, sizeof *search);
    if (!search || !check_demand(c, d))
        return 0;
    search->demand = d;
    search->options = o;
    if (!try_all(search))
        return refuse(c, L2ZK_UNSUPPORTED, "4.8", "there are more shapes than this verifier looks at");
    const Shape *best = best_of(search);
    c->used = mark;
    if (!best)
        return no_shape(c, "no shape has the bits that the options ask for");
    *shape = *best;
    tell_bits(c, shape, d, o);
    if (c->verdict->bits < 100 * BIT && !o->insecure)
        return no_shape(c, "so few queries prove fewer than 100 bits and need allow_insecure");
    if (c->verdict->bits < c->policy->least_bits * BIT)
        return refuse(c, L2ZK_BITS, "4.7", "the proof has fewer proven bits than are demanded");
    return 1;
}
