/* The sumcheck of rows, which takes all claims on columns to one point (PROTOCOL 6.5, 7.3). */

/* Shifts by the offsets that were seen last. */
typedef struct {
    Check *check;
    const Point *point;
    const K *q;
    uint64_t mask, offset[8];
    K value[8];
    uint8_t there[8];
} Shifts;

static void begin_shifts(Shifts *s, Check *c, const Point *p, const K *q, uint32_t log_rows)
{
    memset(s, 0, sizeof *s);
    s->check = c;
    s->point = p;
    s->q = q;
    s->mask = ((uint64_t)1 << log_rows) - 1;
}

/* 0 once the work is too much. */
static K shift_by(Shifts *s, uint64_t offset)
{
    uint32_t place = (uint32_t)offset & 7;
    if (!good(s->check))
        return zero;
    if ((!s->there[place] || s->offset[place] != offset) && spend(s->check, 128)) {
        s->value[place] = shifted(s->point, s->q, offset & s->mask);
        s->offset[place] = offset;
        s->there[place] = 1;
    }
    return s->value[place];
}

static const K *point_of_rows(const Argument *a, const Table *t)
{
    return a->q + (a->statement->log_rows - t->log_rows);
}

/* The weights of the openings of a table. */
static void weigh_openings(const Argument *a, const Table *t, Room *room, K *factor)
{
    Point p = point_of(a, t);
    Shifts shifts;
    begin_shifts(&shifts, a->listener.check, &p, point_of_rows(a, t), t->log_rows);
    for (uint32_t i = 0; i < t->reads; i++) {
        uint32_t node = t->read[i];
        room->weight[node] = zero;
        if (node < t->of_constraints) {
            room->weight[node] = k_times(*factor, shift_by(&shifts, node_of(t->node, node).y));
            *factor = k_times(*factor, a->xi);
        }
    }
}

/* What was passed down to the columns, each times its weight. */
static void weigh_multiplicities(const Argument *a, const Stretches *s, Room *room, Domain d, K factor)
{
    const Table *t = s->table;
    pass_multiplicities(s, room, d);
    factor = k_times(factor, indicator_between(s->low, point_of_rows(a, t), t->log_rows, d, t->log_block));
    for (uint32_t i = 0; i < t->reads; i++) {
        K *weight = &room->weight[t->read[i]];
        *weight = k_add(*weight, k_times(factor, room->factor[t->read[i]]));
    }
}

static void weigh_tuples(const Argument *a, const Stretches *s, Room *room, K factor)
{
    const Table *t = s->table;
    Point p = row_point(s->low, t->log_rows);
    Shifts shifts;
    begin_shifts(&shifts, a->listener.check, &p, point_of_rows(a, t), t->log_rows);
    pass_tuples(a, s, room);
    for (uint32_t i = 0; i < t->reads; i++) {
        uint32_t node = t->read[i];
        if (k_equal(room->factor[node], zero))
            continue;
        K scaled = k_times(factor, room->factor[node]);
        K weight = k_times(scaled, shift_by(&shifts, node_of(t->node, node).y));
        room->weight[node] = k_add(room->weight[node], weight);
    }
}

static int weigh_leaves(const Argument *a, const Table *t, Room *room, uint64_t start, K factor)
{
    Stretches s = stretches_of(a, t, start);
    Interaction said;
    const uint8_t *place = t->interaction;
    fix_nodes(t, room);
    for (uint32_t i = 0; i < t->interactions; i++) {
        place = next_interaction(place, &said);
        if (!spend(a->listener.check, i + 1))
            return 0;
        if (has_earlier(t, i, said.domain))
            continue;
        if (!spend(a->listener.check, t->nodes + (uint64_t)t->interactions))
            return 0;
        weigh_multiplicities(a, &s, room, said.domain, factor);
    }
    weigh_tuples(a, &s, room, factor);
    return 1;
}

/* Where the stretches of a table begin. */
static uint64_t start_of(const Statement *s, uint32_t table)
{
    uint64_t start = 0;
    for (uint32_t i = 0; i < s->tables; i++) {
        const Table *t = &s->table[i];
        if (t->log_rows > s->table[table].log_rows || (t->log_rows == s->table[table].log_rows && i < table))
            start += (uint64_t)t->interactions << t->log_rows;
    }
    return start;
}

/* The sum of weight times value over the columns of a table. */
static K weighed_values(const Table *t, const Room *room, const uint8_t **value)
{
    K sum = zero;
    const uint8_t *place = *value - 24;
    for (uint32_t i = 0; i < t->reads; i++) {
        if (!i || node_of(t->node, t->read[i]).x != node_of(t->node, t->read[i - 1]).x)
            place += 24;
        sum = k_add(sum, k_times(room->weight[t->read[i]], element_at(place)));
    }
    *value = place + 24;
    return sum;
}

static K all_values(const Argument *a, Room *room)
{
    const Statement *s = a->statement;
    const uint8_t *value = a->values;
    K sum = zero, factor = one, last = k_power(a->xi, s->openings);
    for (uint32_t i = 0; i < s->tables; i++) {
        const Table *t = &s->table[i];
        if (!spend(a->listener.check, 2 * (uint64_t)t->nodes + 64 * (uint64_t)t->interactions + 512 + s->tables))
            return zero;
        weigh_openings(a, t, room, &factor);
        if (t->interactions && !weigh_leaves(a, t, room, start_of(s, i), last))
            return zero;
        uint64_t scale = inverse((uint64_t)1 << (s->log_rows - t->log_rows));
        sum = k_add(sum, k_scale(weighed_values(t, room, &value), scale));
    }
    return sum;
}

/* The openings and the claim on the leaves, mixed by xi; their masks' factors. */
static void mix_claims(Argument *a)
{
    const Statement *s = a->statement;
    uint64_t scale = inverse(power(2, s->log_rows));
    K factor = lift(scale), masked = masking(a->r[s->rounds - 1]);
    a->claim = zero;
    for (uint64_t e = 0; e < s->openings; e++) {
        a->claim = k_add(a->claim, k_times(factor, element_at(a->openings + 24 * e)));
        if (a->form)
            a->form[a->openings_masks + e] = k_times(factor, masked);
        factor = k_times(factor, a->xi);
    }
    if (!s->layers)
        return;
    a->claim = k_add(a->claim, k_times(factor, a->leaves_claim));
    for (uint64_t i = 0; a->form && i < 4; i++)
        a->form[a->leaves_masks + i] = k_times(factor, a->form[a->leaves_masks + i]);
}

static int hear_rows(Argument *a, Room *room)
{
    const Statement *s = a->statement;
    K half = lift(inverse(2));
    a->xi = draw(&a->listener.transcript);
    mix_claims(a);
    if (!hear_rounds(a, ROWS_ROUND, s->log_rows, 2, s->options.hiding ? 3 : 2, &half, 0, a->q))
        return 0;
    a->values = hear(&a->listener, VALUES, s->values);
    a->values_masks = a->mask;
    next_masks(a, s->values);
    return a->values && settle(a, all_values(a, room)) && good(a->listener.check);
}
