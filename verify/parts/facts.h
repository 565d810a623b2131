/* What a program says with its nodes: degrees, offsets, what is affine (PROTOCOL 3.4, 3.5, 4.2). */

enum { MOST_MULTIPLIED = 32, MOST_DEGREE = 60000 };

typedef struct {
    int32_t low, high;   /* the offsets of its columns; low > high without any */
    uint16_t in_x, in_row, in_last;
    uint8_t affine, known; /* affine: 2 a constant, 1 affine, 0 neither; known: a leaf that both sides compute */
} Facts;

static uint16_t capped(uint32_t degree) { return (uint16_t)least(degree, MOST_DEGREE); }

static Facts leaf_facts(const Table *t, Node n, int hiding)
{
    uint16_t top = (uint16_t)((1u << t->skipped) - 1);
    Facts f = {INT32_MAX, INT32_MIN, top, 1, 1, 1, n.kind != COLUMN};
    if (n.kind == CONSTANT)
        return (Facts){INT32_MAX, INT32_MIN, 0, 0, 0, 2, 0};
    if ((n.kind == INPUT || n.kind == OUTPUT) && !t->log_blocks)
        f.in_x = f.in_row = f.in_last = 0;
    if (n.kind == PERIODIC && period_of(t, n.x) <= (uint64_t)1 << (t->log_rows - t->skipped))
        f.in_x = 0;
    if (n.kind == COLUMN) {
        f.low = f.high = n.y >> 63 ? -(int32_t)(0 - n.y) : (int32_t)n.y;
        f.in_last = hiding ? 2 : 1;
    }
    return f;
}

static Facts joined(Facts a, Facts b)
{
    a.low = a.low < b.low ? a.low : b.low;
    a.high = a.high > b.high ? a.high : b.high;
    a.in_x = (uint16_t)most(a.in_x, b.in_x);
    a.in_row = (uint16_t)most(a.in_row, b.in_row);
    a.in_last = (uint16_t)most(a.in_last, b.in_last);
    a.affine = (uint8_t)least(a.affine, b.affine);
    a.known |= b.known;
    return a;
}

static Facts facts_of(const Table *t, const Facts *before, Node n, int hiding)
{
    if (unary(n.kind))
        return before[n.x];
    if (!binary(n.kind))
        return leaf_facts(t, n, hiding);
    Facts a = before[n.x], b = before[n.y], f = joined(a, b);
    if (n.kind != PRODUCT)
        return f;
    f.in_x = capped((uint32_t)a.in_x + b.in_x);
    f.in_row = capped((uint32_t)a.in_row + b.in_row);
    f.in_last = capped((uint32_t)a.in_last + b.in_last);
    f.affine = (uint8_t)(a.affine == 2 || b.affine == 2 ? least(a.affine, b.affine) : 0);
    return f;
}

/* With several blocks nothing reads beyond its own (3.5). */
static int stays(const Table *t, Facts f, Domain d)
{
    if (!t->log_blocks || f.low > f.high)
        return 1;
    if (d.kind == EVERY || d.kind == CYCLIC)
        return !f.low && !f.high;
    int64_t first = (int64_t)first_row(d, t->block), last = (int64_t)last_row(d, t->block);
    return first + f.low >= 0 && last + f.high < (int64_t)t->block;
}

static int beyond_block(Check *c)
{
    return refuse(c, L2ZK_PUBLIC, "3.5", "a program that reads beyond its block is proved for several statements");
}

/* Where each table's constraints stand on their degrees. */
typedef struct {
    uint32_t in_x, in_row, in_last;
} Degrees;

static void selector_degrees(const Table *t, Domain d, uint32_t *in_x, uint32_t *in_row);

static int check_constraint(Check *c, const Table *t, const Facts *facts, const uint8_t *place, uint32_t skipped,
                            Degrees *all)
{
    Domain d = domain_of(place);
    Facts f = facts[load64(place + 24)];
    uint32_t in_x = 0, in_row = 0;
    if (!good_domain(d, t->block))
        return no_key(c, "3.3", "the domain of a constraint is none of its block");
    if (f.in_row > MOST_MULTIPLIED)
        return no_key(c, "4.2", "a constraint multiplies more than 32 leaves that vary over the rows");
    if (!stays(t, f, d))
        return beyond_block(c);
    selector_degrees(t, d, &in_x, &in_row);
    all->in_x = (uint32_t)most(all->in_x, (f.in_x + in_x) << (skipped - t->skipped));
    all->in_row = (uint32_t)most(all->in_row, f.in_row + in_row);
    all->in_last = (uint32_t)most(all->in_last, f.in_last + in_row);
    return 1;
}

static int check_tuple(Check *c, const Table *t, const Facts *facts, const Interaction *said)
{
    if (!spend(c, 4 * said->width)) /* a tuple may be longer than the list of nodes */
        return 0;
    for (uint64_t j = 0; j < said->width; j++) {
        Facts f = facts[load64(said->tuple + 8 * j)];
        if (!f.affine)
            return no_key(c, "3.4", "a tuple is affine");
        if (!stays(t, f, said->domain))
            return beyond_block(c);
    }
    return 1;
}

static int check_interaction(Check *c, const Program *p, const Table *t, const Facts *facts, const Interaction *said)
{
    Facts f = facts[said->multiplicity];
    if (said->bus >= p->buses || said->width != p->bus[said->bus].width)
        return no_key(c, "3.4", "a tuple has as many values as its bus is wide");
    if (!good_domain(said->domain, t->block))
        return no_key(c, "3.3", "the domain of an interaction is none of its block");
    if (!f.affine || (f.low <= f.high && (f.low || f.high)))
        return no_key(c, "3.4", "a multiplicity is affine and reads its own row");
    if (f.known && said->domain.kind != EVERY)
        return no_key(c, "3.4", "a multiplicity that is known stands on every row");
    p->bus[said->bus].used = 1;
    return check_tuple(c, t, facts, said);
}

static int check_table(Check *c, const Program *p, Table *t, int hiding, uint32_t skipped, Degrees *all)
{
    Interaction said;
    const uint8_t *place = t->interaction;
    size_t mark = c->used;
    Facts *facts = take_memory(c, t->nodes, sizeof *facts);
    int fine = facts != NULL;
    for (uint32_t i = 0; fine && i < t->nodes; i++)
        facts[i] = facts_of(t, facts, node_of(t->node, i), hiding);
    for (uint32_t i = 0; fine && i < t->constraints; i++)
        fine = check_constraint(c, t, facts, t->constraint + 32 * (size_t)i, skipped, all);
    for (uint32_t i = 0; fine && i < t->interactions; i++) {
        place = next_interaction(place, &said);
        fine = check_interaction(c, p, t, facts, &said);
    }
    c->used = mark;
    return fine;
}
