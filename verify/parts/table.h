/* A table as it is committed, and the reading of its part of the canonical bytes (PROTOCOL 3.1 to 3.5). */

typedef struct {
    uint64_t user_rows, block, width;
    uint32_t log_block, log_blocks; /* log B, log J */
    uint32_t log_rows, skipped;     /* n_t, k_t */
    uint32_t group;
    uint32_t periodics, nodes, constraints, interactions;
    uint32_t *periodic; /* of each its place in the canonical bytes */
    const uint8_t *node, *constraint, *interaction, *bytes;
    uint32_t of_constraints; /* the first nodes are those that constraints read, so many */
    uint32_t *read;          /* nodes that are columns, by column, then offset */
    uint32_t reads, openings, columns;
} Table;

typedef struct {
    uint64_t bus;
    const uint8_t *tuple; /* u64 each */
    uint64_t width, multiplicity;
    Domain domain;
} Interaction;

/* The interaction at a place, and the place behind it. */
static const uint8_t *next_interaction(const uint8_t *place, Interaction *said)
{
    said->bus = load64(place);
    said->width = load64(place + 8);
    said->tuple = place + 16;
    place += 16 + 8 * said->width;
    said->multiplicity = load64(place);
    said->domain = domain_of(place + 8);
    return place + 32;
}

static int read_periodic(Check *c, Reader *r, Table *t)
{
    uint64_t count = count_of(r, 8, 16);
    t->periodic = take_memory(c, count, sizeof *t->periodic);
    for (uint64_t i = 0; t->periodic && i < count; i++) {
        t->periodic[i] = (uint32_t)r->at;
        uint64_t period = count_of(r, 8, 8);
        const uint8_t *values = take(r, 8 * period);
        if (r->bad || !is_power(period) || period > t->block)
            return no_key(c, "3.1", "a period is a power of two and no longer than its block");
        for (uint64_t j = 0; j < period; j++)
            if (load64(values + 8 * j) >= P)
                return no_key(c, "3.1", "a value of a periodic column is no element of F");
    }
    t->periodics = (uint32_t)count;
    return good(c);
}

static int read_interactions(Check *c, Reader *r, Table *t)
{
    uint64_t count = count_of(r, 8, 48);
    t->interaction = r->bytes + r->at;
    for (uint64_t i = 0; i < count; i++) {
        number(r, 8);
        take(r, 8 * count_of(r, 8, 8));
        take(r, 32);
    }
    t->interactions = (uint32_t)count;
    return r->bad ? no_key(c, "3.6", "the key ends in an interaction") : 1;
}

static int read_rows(Check *c, Reader *r, Table *t)
{
    t->user_rows = number(r, 8);
    t->block = number(r, 8);
    t->width = number(r, 8);
    if (r->bad || !is_power(t->block) || t->block > MOST_ROWS || t->block < most(2, t->user_rows) || !t->user_rows)
        return no_key(c, "3.1", "the rows of a table are a power of two, 2 to 2^26, and those of its program");
    if (!t->width || t->width > MOST_ENTRIES)
        return no_key(c, "3.1", "a table has a column, and no more than a vector has entries");
    t->log_block = log_of(t->block);
    return 1;
}

/* The parts of a table; what they say is checked later. */
static int read_table(Check *c, Program *p, Table *t)
{
    Reader *r = &p->bytes;
    t->bytes = r->bytes;
    if (!read_rows(c, r, t) || !read_periodic(c, r, t))
        return 0;
    t->nodes = (uint32_t)count_of(r, 8, 24);
    t->node = take(r, 24 * (uint64_t)t->nodes);
    t->constraints = (uint32_t)count_of(r, 8, 32);
    t->constraint = take(r, 32 * (uint64_t)t->constraints);
    p->tallest = most(p->tallest, t->block);
    return r->bad ? no_key(c, "3.6", "the key ends in a table") : read_interactions(c, r, t);
}

static uint64_t period_of(const Table *t, uint64_t index) { return load64(t->bytes + t->periodic[index]); }

/* Domains (3.3) */

static int good_domain(Domain d, uint64_t block)
{
    if (d.kind == EVERY)
        return !d.x && !d.y;
    if (d.kind == TRANSITIONS || d.kind == LAST)
        return 1 <= d.x && d.x < block && !d.y;
    if (d.kind == ROW)
        return d.x < block && !d.y;
    return d.kind == CYCLIC && 2 <= d.y && d.y <= block && is_power(d.y) && d.x < d.y;
}

static uint64_t first_row(Domain d, uint64_t block) { return d.kind == LAST ? block - d.x : d.kind == ROW ? d.x : 0; }

static uint64_t last_row(Domain d, uint64_t block)
{
    return d.kind == TRANSITIONS ? block - d.x - 1 : d.kind == ROW ? d.x : block - 1;
}
