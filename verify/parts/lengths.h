/* All of a proof above the commitment: its groups and tables, and their lengths (PROTOCOL 3.5, 4.2 to 4.4, 4.7). */

enum { MOST_LAYERS = 62 };

typedef struct {
    Check *check;
    l2zk_span proof;
    size_t header; /* its bytes */
    Options options;
    uint32_t groups, tables;
    Group *group;
    Table *table;
    uint32_t log_rows, skipped, rounds; /* n, k, n - k */
    Degrees degrees;
    uint64_t quotient; /* coefficients of Q */
    uint64_t constraints, openings, values, widest, rows_of_fractions, messages;
    uint32_t layers;
    uint64_t masks_at, masks, entries; /* of the vector */
    Demand demand;
    Shape shape;
} Statement;

static uint32_t layer_rounds(uint32_t layer) { return layer ? layer : 1; }

static uint32_t last_of_layer(const Statement *s) { return s->options.hiding ? 4 : 2; }

/* The elements of a layer's rounds. */
static uint64_t layer_elements(const Statement *s, uint32_t layer)
{
    return 2 * (uint64_t)(layer_rounds(layer) - 1) + last_of_layer(s);
}

static uint64_t rounds_elements(const Statement *s)
{
    return (uint64_t)(s->rounds - 1) * s->degrees.in_row + s->degrees.in_last;
}

static uint64_t rows_elements(const Statement *s) { return 2 * (uint64_t)s->log_rows + (s->options.hiding ? 1 : 0); }

static void count_masks(Statement *s)
{
    uint64_t count = s->quotient + rounds_elements(s) + s->openings + rows_elements(s) + s->values;
    for (uint32_t layer = 0; layer < s->layers; layer++)
        count += layer_elements(s, layer) + 4;
    s->masks = s->options.hiding ? count : 0;
}

/* The sums over all tables. */
static void count_table(Statement *s, const Table *t)
{
    Interaction said;
    const uint8_t *place = t->interaction;
    uint64_t rows = (uint64_t)1 << t->log_rows;
    s->constraints += t->constraints;
    s->openings += t->openings;
    s->values += t->columns;
    s->masks_at = capped_sum(s->masks_at, capped_product(rows, t->width));
    s->rows_of_fractions = capped_sum(s->rows_of_fractions, capped_product(rows, t->interactions));
    for (uint32_t i = 0; i < t->interactions; i++) {
        place = next_interaction(place, &said);
        s->widest = most(s->widest, said.width);
    }
}

static uint64_t sum_of_layers(const Statement *s)
{
    uint64_t sum = 0;
    for (uint32_t layer = 0; layer < s->layers; layer++)
        sum += layer_elements(s, layer);
    return sum;
}

static void demand_lookups(const Statement *s, Demand *d)
{
    uint64_t layers = s->layers, rows = capped_sum(s->rows_of_fractions, s->messages);
    uint64_t degree = capped_product(rows, most(1, s->widest) + 1);
    add_line(d->line, &d->lines, "psi, eta", degree, degree);
    add_line(d->line, &d->lines, "layer rounds", last_of_layer(s), sum_of_layers(s));
    add_line(d->line, &d->lines, "mu, lambda", 2, 2 * layers);
}

static void make_demand(Statement *s)
{
    Demand *d = &s->demand;
    uint64_t first = most(1, s->constraints + s->rounds > 1 ? s->constraints + s->rounds - 1 : 0);
    uint64_t x = ((uint64_t)1 << s->skipped) + s->quotient - 1;
    uint64_t worst = s->rounds > 1 ? most(s->degrees.in_row, s->degrees.in_last) : s->degrees.in_last;
    d->entries = s->entries;
    d->claims = most(1, s->values + (s->options.hiding ? s->layers + 2 : 0));
    d->log_rows = s->log_rows;
    if (s->layers)
        demand_lookups(s, d);
    add_line(d->line, &d->lines, "alpha, tau", first, first);
    add_line(d->line, &d->lines, "x", x, x);
    add_line(d->line, &d->lines, "rounds", worst, rounds_elements(s));
    add_line(d->line, &d->lines, "xi", most(1, s->openings), most(1, s->openings));
    add_line(d->line, &d->lines, "rounds of rows", s->options.hiding ? 3 : 2, rows_elements(s));
}

static int set_lengths(Statement *s)
{
    s->degrees.in_row = (uint32_t)most(1, s->degrees.in_row);
    s->degrees.in_last = (uint32_t)most(1, s->degrees.in_last);
    s->quotient = s->degrees.in_x >= (uint32_t)1 << s->skipped ? s->degrees.in_x - ((uint64_t)1 << s->skipped) + 1 : 1;
    for (uint32_t i = 0; i < s->tables; i++)
        count_table(s, &s->table[i]);
    if (s->rows_of_fractions)
        s->layers = (uint32_t)most(1, log_above_of(s->rows_of_fractions));
    if (s->layers > MOST_LAYERS - 2)
        return refuse(s->check, L2ZK_OPTIONS, "4.9", "there are more fractions than a proof can hold");
    count_masks(s);
    s->entries = capped_sum(s->masks_at, 3 * s->masks);
    make_demand(s);
    s->check->verdict->entries = s->entries;
    return 1;
}
