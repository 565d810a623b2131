/* The zerocheck: Q, its rounds, and the constraints at the openings (PROTOCOL 6.4, 7.3). */

static Point point_of(const Argument *a, const Table *t)
{
    const Statement *s = a->statement;
    uint32_t count = t->log_rows - t->skipped;
    K x = k_power(a->x, (uint64_t)1 << (s->skipped - t->skipped));
    return skipping_point(x, t->skipped, a->r + (s->rounds - count), count);
}

/* Columns have the values that were opened, in the order of their pairs. */
static const uint8_t *place_openings(const Table *t, const Room *room, const uint8_t *opening)
{
    for (uint32_t i = 0; i < t->reads; i++)
        if (t->read[i] < t->of_constraints) {
            room->factor[t->read[i]] = element_at(opening);
            opening += 24;
        }
    return opening;
}

static K value_of(const Argument *a, const Table *t, const K *values, uint32_t index, const Point *p)
{
    Node n = node_of(t->node, index);
    switch (n.kind) {
    case COLUMN:
        return values[index];
    case SUM:
        return k_add(values[n.x], values[n.y]);
    case DIFFERENCE:
        return k_subtract(values[n.x], values[n.y]);
    case PRODUCT:
        return k_times(values[n.x], values[n.y]);
    case NEGATION:
        return k_negate(values[n.x]);
    default:
        return known_at(a->statement, t, n, p);
    }
}

/* The constraints of one table, each with its power of alpha. */
static K constraints_of(const Argument *a, const Table *t, Room *room, K alpha, K *factor)
{
    Point p = point_of(a, t);
    K sum = zero;
    if (!spend(a->listener.check, 512 + (uint64_t)t->of_constraints + 32 * (uint64_t)t->constraints))
        return zero;
    for (uint32_t i = 0; i < t->of_constraints && good(a->listener.check); i++)
        room->factor[i] = value_of(a, t, room->factor, i, &p);
    for (uint32_t i = 0; i < t->constraints; i++) {
        const uint8_t *place = t->constraint + 32 * (size_t)i;
        K value = k_times(selector(t, domain_of(place), &p), room->factor[load64(place + 24)]);
        sum = k_add(sum, k_times(*factor, value));
        *factor = k_times(*factor, alpha);
    }
    return sum;
}

static K all_constraints(const Argument *a, Room *room, K alpha)
{
    const Statement *s = a->statement;
    const uint8_t *opening = a->openings;
    K sum = zero, factor = one;
    for (uint32_t i = 0; i < s->tables; i++) {
        opening = place_openings(&s->table[i], room, opening);
        sum = k_add(sum, constraints_of(a, &s->table[i], room, alpha, &factor));
    }
    return sum;
}

/* The claim (x^(2^k) - 1)·Q(x). */
static int hear_quotient(Argument *a)
{
    const Statement *s = a->statement;
    const uint8_t *said = hear(&a->listener, QUOTIENT, s->quotient);
    K *form = next_masks(a, s->quotient);
    if (!said)
        return 0;
    a->x = draw_outside_base(&a->listener.transcript);
    K factor = k_subtract(k_power(a->x, (uint64_t)1 << s->skipped), one);
    a->claim = zero;
    for (uint64_t i = 0; i < s->quotient; i++) {
        a->claim = k_add(a->claim, k_times(factor, element_at(said + 24 * i)));
        if (form)
            form[i] = factor;
        factor = k_times(factor, a->x);
    }
    return 1;
}

static int hear_zerocheck(Argument *a, Room *room)
{
    const Statement *s = a->statement;
    K alpha = draw(&a->listener.transcript), tau[32];
    for (uint32_t i = 0; i < s->rounds; i++)
        tau[i] = draw(&a->listener.transcript);
    if (!hear_quotient(a))
        return 0;
    if (!hear_rounds(a, ZERO_ROUND, s->rounds, s->degrees.in_row, s->degrees.in_last, tau, 1, a->r))
        return 0;
    a->openings = hear(&a->listener, OPENINGS, s->openings);
    a->openings_masks = a->mask;
    next_masks(a, s->openings);
    return a->openings && settle(a, all_constraints(a, room, alpha)) && good(a->listener.check);
}
