/* What is known of the leaves of fractions is taken off their claim (PROTOCOL 7.3). */

/* The known leaves of a pass, each by its factor. */
static K known_leaves(const Argument *a, const Table *t, const Room *room, const Point *p)
{
    K sum = zero;
    for (uint32_t i = 0; i < t->nodes && good(a->listener.check); i++) {
        Node n = node_of(t->node, i);
        if (n.kind != COLUMN && !k_equal(room->factor[i], zero))
            sum = k_add(sum, k_times(room->factor[i], known_at(a->statement, t, n, p)));
    }
    return sum;
}

static K known_multiplicities(const Argument *a, const Stretches *s, Room *room, const Point *p)
{
    const Table *t = s->table;
    Interaction said;
    const uint8_t *place = t->interaction;
    K sum = zero;
    for (uint32_t i = 0; i < t->interactions; i++) {
        place = next_interaction(place, &said);
        if (!spend(a->listener.check, i + 1))
            return zero;
        if (has_earlier(t, i, said.domain))
            continue;
        if (!spend(a->listener.check, t->nodes + (uint64_t)t->interactions))
            return zero;
        K constant = pass_multiplicities(s, room, said.domain);
        sum = k_add(sum, k_times(constant, indicator(p->r, p->count, said.domain, t->log_block)));
        sum = k_add(sum, known_leaves(a, t, room, p));
    }
    return sum;
}

/* Lambda times the known of all denominators but their tuples: psi less the number of the bus. */
static K known_buses(const Argument *a, const Stretches *s, const Point *p, K *unused)
{
    const Table *t = s->table;
    const Group *g = &a->statement->group[t->group];
    Interaction said;
    const uint8_t *place = t->interaction;
    K sum = zero, block = k_scale(number_at(p, t->log_block, t->log_rows), g->program.buses);
    for (uint32_t i = 0; i < t->interactions; i++) {
        place = next_interaction(place, &said);
        K stretch = stretch_at(s, i), bus = k_add(lift(g->first_bus + said.bus), block);
        sum = k_add(sum, k_times(stretch, k_subtract(a->psi, bus)));
        *unused = k_subtract(*unused, stretch);
    }
    return k_times(a->lambda, sum);
}

static int take_off(Argument *a, const Stretches *s, Room *room, K *unused)
{
    const Table *t = s->table;
    Point p = row_point(s->low, t->log_rows);
    if (!spend(a->listener.check, 2 * (uint64_t)t->nodes + 64 * (uint64_t)t->interactions))
        return 0;
    fix_nodes(t, room);
    K known = k_add(known_buses(a, s, &p, unused), known_multiplicities(a, s, room, &p));
    known = k_add(known, pass_tuples(a, s, room));
    known = k_add(known, known_leaves(a, t, room, &p));
    a->claim = k_subtract(a->claim, known);
    return good(a->listener.check);
}

/* All tables that have interactions, by falling height; their stretches follow one another (4.4). */
static int take_off_all(Argument *a, Room *room)
{
    const Statement *s = a->statement;
    K unused = one;
    uint64_t start = 0;
    for (uint32_t log = 31; log-- > 0;)
        for (uint32_t i = 0; i < s->tables; i++) {
            const Table *t = &s->table[i];
            if (t->log_rows != log || !t->interactions)
                continue;
            Stretches stretches = stretches_of(a, t, start);
            if (!take_off(a, &stretches, room, &unused))
                return 0;
            start += (uint64_t)t->interactions << log;
        }
    a->leaves_claim = k_subtract(a->claim, k_times(a->lambda, unused));
    return 1;
}

static int hear_lookups(Argument *a, Room *room)
{
    if (!a->statement->layers)
        return 1;
    a->psi = draw(&a->listener.transcript);
    a->eta = draw(&a->listener.transcript);
    if (!sum_messages(a))
        return 0;
    a->claim = zero;
    for (uint32_t layer = 0; layer < a->statement->layers; layer++)
        if (!hear_layer(a, layer))
            return 0;
    return take_off_all(a, room);
}
