/* What stands on buses is affine: coefficients run from the roots of expressions down to their leaves (PROTOCOL 3.4, 6.5). */

/* Room for the nodes of a table. */
typedef struct {
    K *factor; /* of each node, what it is multiplied by on its way down; in the zerocheck its value */
    K *weight; /* of each node that is a column, in the sumcheck of rows */
    uint64_t *fixed; /* values of nodes without a leaf but constants */
    uint8_t *is_fixed;
} Room;

static int take_room(Check *c, const Statement *s, Room *room)
{
    uint64_t nodes = 0;
    for (uint32_t i = 0; i < s->tables; i++)
        nodes = most(nodes, s->table[i].nodes);
    room->factor = take_memory(c, nodes, sizeof(K));
    room->weight = take_memory(c, nodes, sizeof(K));
    room->fixed = take_memory(c, nodes, sizeof(uint64_t));
    room->is_fixed = take_memory(c, nodes, 1);
    return good(c);
}

static uint64_t fixed_value(const Room *room, Node n)
{
    uint64_t x = n.kind == CONSTANT ? 0 : room->fixed[n.x], y = binary(n.kind) ? room->fixed[n.y] : 0;
    switch (n.kind) {
    case CONSTANT:
        return n.x;
    case NEGATION:
        return negate(x);
    case PRODUCT:
        return times(x, y);
    default:
        return n.kind == SUM ? add(x, y) : subtract(x, y);
    }
}

/* Which nodes are made of constants alone, and their values. */
static void fix_nodes(const Table *t, Room *room)
{
    for (uint32_t i = 0; i < t->nodes; i++) {
        Node n = node_of(t->node, i);
        int is = n.kind == CONSTANT || (unary(n.kind) && room->is_fixed[n.x]);
        room->is_fixed[i] = (uint8_t)(is || (binary(n.kind) && room->is_fixed[n.x] && room->is_fixed[n.y]));
        room->fixed[i] = room->is_fixed[i] ? fixed_value(room, n) : 0;
    }
}

static void give(Room *room, uint64_t node, K factor) { room->factor[node] = k_add(room->factor[node], factor); }

static void pass_on(Room *room, Node n, K factor)
{
    if (n.kind == PRODUCT) {
        uint64_t constant = room->is_fixed[n.x] ? n.x : n.y, other = room->is_fixed[n.x] ? n.y : n.x;
        give(room, other, k_scale(factor, room->fixed[constant]));
        return;
    }
    give(room, n.x, n.kind == NEGATION ? k_negate(factor) : factor);
    if (n.kind != NEGATION)
        give(room, n.y, n.kind == DIFFERENCE ? k_negate(factor) : factor);
}

/* From the roots, which have their factors, to the leaves; what is constant is summed. */
static K pass_down(const Table *t, Room *room)
{
    K sum = zero;
    for (uint32_t i = t->nodes; i-- > 0;) {
        K factor = room->factor[i];
        Node n = node_of(t->node, i);
        if (k_equal(factor, zero))
            continue;
        if (room->is_fixed[i])
            sum = k_add(sum, k_scale(factor, room->fixed[i]));
        else if (binary(n.kind) || unary(n.kind))
            pass_on(room, n, factor);
        else
            continue;
        room->factor[i] = zero;
    }
    return sum;
}

static void clear_factors(const Table *t, Room *room)
{
    for (uint32_t i = 0; i < t->nodes; i++)
        room->factor[i] = zero;
}

/* A table among the fractions: where its stretches begin, and the leaves' point below and above. */
typedef struct {
    const Table *table;
    uint64_t start; /* of its first stretch */
    const K *high, *low;
    uint32_t above; /* coordinates above */
} Stretches;

static Stretches stretches_of(const Argument *a, const Table *t, uint64_t start)
{
    uint32_t above = a->statement->layers - t->log_rows;
    return (Stretches){t, start, a->leaves, a->leaves + above, above};
}

static K stretch_at(const Stretches *s, uint64_t index)
{
    return eq_at(s->high, s->above, (s->start >> s->table->log_rows) + index);
}

static int same_domain(Domain a, Domain b) { return a.kind == b.kind && a.x == b.x && a.y == b.y; }

/* Whether an earlier interaction has the domain of one. */
static int has_earlier(const Table *t, uint32_t index, Domain d)
{
    Interaction said;
    const uint8_t *place = t->interaction;
    for (uint32_t i = 0; i < index; i++) {
        place = next_interaction(place, &said);
        if (same_domain(said.domain, d))
            return 1;
    }
    return 0;
}

/* The multiplicities of one domain, passed down; the sum of their constants. */
static K pass_multiplicities(const Stretches *s, Room *room, Domain d)
{
    Interaction said;
    const uint8_t *place = s->table->interaction;
    clear_factors(s->table, room);
    for (uint32_t i = 0; i < s->table->interactions; i++) {
        place = next_interaction(place, &said);
        if (same_domain(said.domain, d))
            give(room, said.multiplicity, stretch_at(s, i));
    }
    return pass_down(s->table, room);
}

/* The tuples of a table, passed down: an entry has the factor -lambda·eta^i. */
static K pass_tuples(const Argument *a, const Stretches *s, Room *room)
{
    Interaction said;
    const uint8_t *place = s->table->interaction;
    clear_factors(s->table, room);
    for (uint32_t i = 0; i < s->table->interactions; i++) {
        place = next_interaction(place, &said);
        K factor = k_negate(k_times(a->lambda, stretch_at(s, i)));
        for (uint64_t j = 0; j < said.width; j++) {
            factor = k_times(factor, a->eta);
            give(room, load64(said.tuple + 8 * j), factor);
        }
    }
    return pass_down(s->table, room);
}
