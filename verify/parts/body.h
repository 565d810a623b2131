/* The whole of a body: seed, argument, opening (PROTOCOL 6.2, 7). */

static void seed_sequences(const Group *g, Hasher *h)
{
    const Program *p = &g->program;
    for (uint64_t j = 0; j < g->statements; j++)
        for (uint32_t i = 0; i < p->sequences; i++) {
            const uint8_t *place = statement_of(g, j) + p->sequence[i].offset;
            uint8_t digest[32];
            if (p->sequence[i].output)
                hash(place, 8 * (size_t)p->sequence[i].length, digest);
            else
                memcpy(digest, place, 32);
            hash_bytes(h, digest, 32);
        }
}

static void hash_numbers(Hasher *h, const uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hash_u64(h, numbers[i]);
}

static void seed_lengths(const Statement *s, Hasher *h)
{
    const Shape *shape = &s->shape;
    uint64_t numbers[] = {s->log_rows,     s->skipped,   s->degrees.in_x, s->degrees.in_row, s->degrees.in_last,
                          s->openings,     s->values,    s->layers,       s->masks,          s->entries,
                          shape->columns,  shape->log_m, shape->log_n0,   shape->t0,         shape->tail,
                          shape->grinding, shape->words};
    hash_numbers(h, numbers, sizeof numbers / sizeof *numbers);
    for (uint32_t i = 0; i < shape->words; i++) {
        uint64_t word[] = {shape->word[i].folds, shape->word[i].log_n, shape->word[i].queries};
        hash_numbers(h, word, 3);
    }
}

static uint64_t bytes_of_sequences(const Statement *s)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < s->groups; i++)
        bytes += 32 * (uint64_t)s->group[i].statements * s->group[i].program.sequences;
    return bytes;
}

static void absorb_seed(const Statement *s, Transcript *t)
{
    uint64_t numbers = 17 + 3 * (uint64_t)s->shape.words;
    Hasher h;
    transcript_begin(t);
    message_begin(t, &h, SEED, s->header + bytes_of_sequences(s) + 8 * numbers);
    hash_bytes(&h, s->proof.bytes, s->header);
    for (uint32_t i = 0; i < s->groups; i++)
        seed_sequences(&s->group[i], &h);
    seed_lengths(s, &h);
    message_end(t, &h);
}

/* Buffers of the opening: as many points as all words draw, and levels as wide as the largest. */
static int begin_opening(Opening *o, Argument *a, const uint8_t *root)
{
    const Shape *shape = &a->statement->shape;
    Check *c = a->listener.check;
    uint64_t all = shape->t0, widest_ = shape->t0;
    for (uint32_t i = 0; i < shape->words; i++) {
        all += shape->word[i].queries;
        widest_ = most(widest_, shape->word[i].queries);
    }
    o->a = a;
    o->l = &a->listener;
    o->s = a->statement;
    o->root = root;
    o->factors = take_memory(c, MOST_FINAL, sizeof(K));
    o->opened = take_memory(c, widest_, sizeof(K));
    o->nodes[0] = take_memory(c, widest_, sizeof(TreeNode));
    o->nodes[1] = take_memory(c, widest_, sizeof(TreeNode));
    o->drawn = take_memory(c, all, sizeof(uint32_t));
    return good(c);
}

static int hear_opening(Opening *o)
{
    const Shape *shape = &o->s->shape;
    const uint8_t *sigma = shape->hiding ? hear(o->l, SIGMA, 1) : NULL;
    if (shape->hiding && !sigma)
        return 0;
    o->gamma = draw(&o->l->transcript);
    o->claim = all_claims(o->a, sigma ? element_at(sigma) : zero, o->gamma);
    if (o->a->form)
        scale_forms(o->a, o->gamma);
    if (!hear_folds(o, log_above_of(shape->columns)))
        return 0;
    if (shape->hiding && !hear_tail(o))
        return 0;
    for (uint32_t word = 1; word <= shape->words; word++)
        if (!hear_word(o, word))
            return 0;
    if (!hear_final(o))
        return 0;
    if (o->l->body.at != o->l->body.length)
        return bad_body(o->l, "something follows the last opening");
    return check_claim(o);
}

static int hear_argument(Argument *a)
{
    const Statement *s = a->statement;
    Check *c = a->listener.check;
    Room room;
    if (24 * s->masks > a->listener.body.length)
        return bad_body(&a->listener, "the body is too short");
    if (s->options.hiding)
        a->form = take_memory(c, s->masks, sizeof(K));
    if (!good(c) || !take_room(c, s, &room))
        return 0;
    return hear_lookups(a, &room) && hear_zerocheck(a, &room) && hear_rows(a, &room);
}

/* The body behind a header that was read. */
static int check_body(Statement *s)
{
    Argument *a = take_memory(s->check, 1, sizeof *a);
    Opening *o = take_memory(s->check, 1, sizeof *o);
    if (!a || !o)
        return 0;
    a->statement = s;
    a->listener.check = s->check;
    a->listener.body = (Reader){s->proof.bytes + s->header, s->proof.length - s->header, 0, 0};
    s->check->verdict->heard[0] = (uint32_t)s->header;
    absorb_seed(s, &a->listener.transcript);
    const uint8_t *root = hear_bytes(&a->listener, INPUT_ROOT, 32);
    if (!root || !hear_argument(a) || !begin_opening(o, a, root))
        return 0;
    return hear_opening(o);
}
