/* Lookups: public messages, layers, and what is known of the leaves (PROTOCOL 6.3, 7.3). */

/* The nodes of a message's entry, evaluated; `room` has a place for each. */
static K entry_at(const Group *g, uint64_t block, const uint8_t *nodes, uint64_t count, uint64_t *room)
{
    for (uint64_t i = 0; i < count; i++) {
        Node n = node_of(nodes, i);
        room[i] = n.kind == CONSTANT ? n.x : 0;
        if (n.kind == INPUT || n.kind == OUTPUT)
            room[i] = scalar_of(g, block, n);
        else if (unary(n.kind))
            room[i] = negate(room[n.x]);
        else if (n.kind == PRODUCT)
            room[i] = times(room[n.x], room[n.y]);
        else if (binary(n.kind))
            room[i] = n.kind == SUM ? add(room[n.x], room[n.y]) : subtract(room[n.x], room[n.y]);
    }
    return lift(room[count - 1]);
}

/* A message's denominator on a block; the reader is behind its head and goes behind it. */
static K denominator_of(Argument *a, const Group *g, uint64_t block, const Message *m, Reader *r)
{
    K result = k_subtract(a->psi, lift(g->first_bus + block * g->program.buses + m->bus)), power = a->eta;
    size_t mark = a->listener.check->used;
    for (uint64_t i = 0; i < m->width; i++) {
        uint64_t count = count_of(r, 8, 24);
        const uint8_t *nodes = take(r, 24 * count);
        uint64_t *room = take_memory(a->listener.check, count, sizeof *room);
        if (!room || !spend(a->listener.check, 4 + count))
            return one;
        result = k_subtract(result, k_times(power, entry_at(g, block, nodes, count, room)));
        power = k_times(power, a->eta);
        a->listener.check->used = mark;
    }
    return result;
}

static int add_messages(Argument *a, const Group *g, uint64_t block, K *above, K *below_)
{
    Reader r = g->program.bytes;
    r.at = g->program.messages_at;
    for (uint32_t i = 0; i < g->program.messages; i++) {
        Message m = read_message(&r);
        K denominator = denominator_of(a, g, block, &m, &r);
        if (!spend(a->listener.check, 8))
            return 0;
        if (k_equal(denominator, zero))
            return refuse(a->listener.check, L2ZK_ARGUMENT, "7", "a public message has the denominator 0");
        K scaled = k_times(*above, denominator);
        *above = m.sign ? k_add(scaled, *below_) : k_subtract(scaled, *below_);
        *below_ = k_times(*below_, denominator);
    }
    return 1;
}

/* Lambda, the sum of sign/denominator over all messages, as one fraction until its end. */
static int sum_messages(Argument *a)
{
    const Statement *s = a->statement;
    K above = zero, below_ = one;
    for (uint32_t i = 0; i < s->groups; i++) {
        const Group *g = &s->group[i];
        for (uint64_t j = 0; g->program.messages && j < (uint64_t)1 << g->log_blocks; j++)
            if (!add_messages(a, g, j, &above, &below_))
                return 0;
    }
    a->lambda = k_times(above, k_inverse(below_));
    return 1;
}

/* The claim that four values bring, with the factors of their masks (7.3). */
static void fold_layer(Argument *a, const uint8_t *said, K mu, K last, K *form)
{
    K low = k_less_from_one(mu), factors[4] = {low, mu, k_times(a->lambda, low), k_times(a->lambda, mu)};
    a->claim = zero;
    for (int i = 0; i < 4; i++) {
        a->claim = k_add(a->claim, k_times(factors[i], element_at(said + 24 * i)));
        if (form)
            form[i] = k_times(factors[i], masking(last));
    }
}

static int hear_layer(Argument *a, uint32_t layer)
{
    uint32_t rounds = layer_rounds(layer);
    K point[MOST_LAYERS], targets[MOST_LAYERS];
    memcpy(targets, a->leaves, sizeof targets);
    if (!layer)
        targets[0] = draw(&a->listener.transcript);
    if (!hear_rounds(a, LAYER, rounds, 2, last_of_layer(a->statement), targets, 1, point))
        return 0;
    const uint8_t *said = hear(&a->listener, LAYER_VALUES, 4);
    a->leaves_masks = a->mask;
    K *form = next_masks(a, 4);
    if (!said)
        return 0;
    K p0 = element_at(said), p1 = element_at(said + 24), q0 = element_at(said + 48), q1 = element_at(said + 72);
    K summand = k_add(k_add(k_times(p0, q1), k_times(p1, q0)), k_times(a->lambda, k_times(q0, q1)));
    if (!settle(a, summand))
        return 0;
    a->leaves[0] = draw(&a->listener.transcript);
    a->lambda = draw(&a->listener.transcript);
    for (uint32_t i = 0; i < layer; i++)
        a->leaves[i + 1] = point[i];
    fold_layer(a, said, a->leaves[0], point[rounds - 1], form);
    return 1;
}
