/* Lists of nodes: each legal, in the order of a depth-first walk, no two alike (PROTOCOL 3.2). */

static int unary(uint64_t kind) { return kind == NEGATION; }

static int binary(uint64_t kind) { return kind == SUM || kind == DIFFERENCE || kind == PRODUCT; }

static int good_placement(const Program *p, const Table *t, Node n)
{
    uint64_t first = n.y & EPSILON, step = n.y >> 32;
    if (n.x >= p->sequences || !step)
        return 0;
    return first + (p->sequence[n.x].length - 1) * step < t->block;
}

static int good_column(const Table *t, Node n)
{
    uint64_t distance = n.y >> 63 ? 0 - n.y : n.y;
    return n.x < t->width && distance < t->block;
}

static int good_row_leaf(const Program *p, const Table *t, Node n)
{
    switch (n.kind) {
    case COLUMN:
        return good_column(t, n);
    case PERIODIC:
        return n.x < t->periodics && !n.y;
    case PLACED:
        return good_placement(p, t, n);
    case ROW_NUMBER:
        return !n.x && !n.y;
    default:
        return n.kind == CONJUNCTION && !n.y && 1 <= n.x && n.x <= t->log_block / 2;
    }
}

/* A node by itself; without a table it belongs to a public message. */
static int good_node(const Program *p, const Table *t, Node n, uint64_t index)
{
    if (n.kind == CONSTANT)
        return n.x < P && !n.y;
    if (n.kind == INPUT || n.kind == OUTPUT)
        return n.x < p->scalars[n.kind == OUTPUT] && !n.y;
    if (binary(n.kind))
        return n.x < index && n.y < index;
    if (unary(n.kind))
        return n.x < index && !n.y;
    return t && good_row_leaf(p, t, n);
}

/* A walk: what is below `next` was visited. */
typedef struct {
    const uint8_t *nodes;
    uint32_t count, next, *stack;
} Walk;

/* The first operand of a node that is not yet visited, or the node itself. */
static uint64_t open_operand(const Walk *w, uint32_t index)
{
    Node n = node_of(w->nodes, index);
    if ((binary(n.kind) || unary(n.kind)) && n.x >= w->next)
        return n.x;
    return binary(n.kind) && n.y >= w->next ? n.y : index;
}

/* Operands stand before their node, so the stack has no node twice. */
static int visit(Walk *w, uint64_t root)
{
    uint32_t depth = 0;
    if (root >= w->count)
        return 0;
    if (root < w->next)
        return 1;
    w->stack[0] = (uint32_t)root;
    for (;;) {
        uint32_t at = w->stack[depth];
        uint64_t operand = open_operand(w, at);
        if (operand != at)
            w->stack[++depth] = (uint32_t)operand;
        else if (at != w->next++)
            return 0;
        else if (depth-- == 0)
            return 1;
    }
}

static int node_before(const void *context, uint32_t a, uint32_t b)
{
    Node m = node_of(context, a), n = node_of(context, b);
    if (m.kind != n.kind)
        return m.kind < n.kind;
    if (m.x != n.x)
        return m.x < n.x;
    return (m.y ^ (uint64_t)1 << 63) < (n.y ^ (uint64_t)1 << 63); /* signed */
}

/* `order` gets the nodes by kind, x, and y as a signed number. */
static int all_nodes_differ(const uint8_t *nodes, uint32_t count, uint32_t *order)
{
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    sort(order, count, node_before, nodes);
    for (uint32_t i = 1; i < count; i++)
        if (!node_before(nodes, order[i - 1], order[i]))
            return 0;
    return 1;
}

/* What the constraints of a table visit comes first; all is visited by something. */
static int walk_table(Check *c, Table *t)
{
    Interaction said;
    const uint8_t *place = t->interaction;
    Walk w = {t->node, t->nodes, 0, take_memory(c, t->nodes, sizeof(uint32_t))};
    int fine = w.stack != NULL;
    for (uint32_t i = 0; fine && i < t->constraints; i++)
        fine = visit(&w, load64(t->constraint + 32 * (size_t)i + 24));
    t->of_constraints = w.next;
    for (uint32_t i = 0; fine && i < t->interactions; i++) {
        place = next_interaction(place, &said);
        for (uint64_t j = 0; fine && j < said.width; j++)
            fine = visit(&w, load64(said.tuple + 8 * j));
        fine = fine && visit(&w, said.multiplicity);
    }
    if (!fine || w.next != t->nodes)
        return no_key(c, "3.2", "the nodes of a table are not in the order of a depth-first walk");
    return 1;
}

/* The columns among the nodes, and what is to be counted of them. */
static void count_columns(Table *t, uint32_t *order)
{
    uint32_t i = 0;
    while (i < t->nodes && node_of(t->node, order[i]).kind < COLUMN)
        i++;
    t->read = order + i;
    for (; i < t->nodes && node_of(t->node, order[i]).kind == COLUMN; i++, t->reads++) {
        t->openings += order[i] < t->of_constraints;
        if (!t->reads || node_of(t->node, order[i]).x != node_of(t->node, order[i - 1]).x)
            t->columns++;
    }
}

static int check_nodes(Check *c, const Program *p, Table *t)
{
    uint32_t *order = take_memory(c, t->nodes, sizeof *order);
    if (!order || !spend(c, 32 * (uint64_t)t->nodes)) /* they are sorted */
        return 0;
    for (uint32_t i = 0; i < t->nodes; i++)
        if (!good_node(p, t, node_of(t->node, i), i))
            return no_key(c, "3.2", "a node of a table is malformed");
    if (!all_nodes_differ(t->node, t->nodes, order))
        return no_key(c, "3.2", "two nodes of a table are equal");
    size_t mark = c->used;
    int fine = walk_table(c, t);
    c->used = mark;
    if (fine)
        count_columns(t, order);
    return fine;
}

/* Public messages: sign, bus, and for each entry a list of nodes whose last one is its value. */

typedef struct {
    uint64_t sign, bus, width;
} Message;

static Message read_message(Reader *r)
{
    Message m = {number(r, 8), number(r, 8), 0};
    m.width = count_of(r, 8, 32);
    return m;
}

static int check_entry(Check *c, const Program *p, Reader *r)
{
    uint32_t count = (uint32_t)count_of(r, 8, 24);
    const uint8_t *nodes = take(r, 24 * (uint64_t)count);
    size_t mark = c->used;
    uint32_t *room = take_memory(c, 2 * (uint64_t)count, sizeof *room);
    if (!spend(c, 32 * (uint64_t)count)) /* they are sorted */
        return 0;
    if (!room || r->bad || !count)
        return no_key(c, "3.6", "an entry of a public message has no value");
    Walk w = {nodes, count, 0, room + count};
    int fine = 1;
    for (uint32_t i = 0; fine && i < count; i++)
        fine = good_node(p, NULL, node_of(nodes, i), i);
    fine = fine && all_nodes_differ(nodes, count, room) && visit(&w, count - 1) && w.next == count;
    c->used = mark;
    return fine ? 1 : no_key(c, "3.4", "an entry of a public message is not made of constants and public values");
}

static int check_messages(Check *c, Program *p)
{
    Reader *r = &p->bytes;
    p->messages = (uint32_t)count_of(r, 8, 24);
    p->messages_at = r->at;
    for (uint32_t i = 0; i < p->messages; i++) {
        Message m = read_message(r);
        if (r->bad || m.sign > 1 || m.bus >= p->buses || m.width != p->bus[m.bus].width)
            return no_key(c, "3.4", "a public message has a sign, a bus and as many values as the bus is wide");
        if (!p->bus[m.bus].used)
            return no_key(c, "3.4", "a public message stands on a bus on which no interaction does");
        for (uint64_t j = 0; j < m.width; j++)
            if (!check_entry(c, p, r))
                return 0;
    }
    return !r->bad && r->at == r->length ? 1 : no_key(c, "3.6", "something is wrong at the end of the key");
}
