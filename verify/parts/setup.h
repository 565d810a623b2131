/* From keys and header to a statement with its lengths and shape (PROTOCOL 7.1). */

/* A group's tables are as tall as its statements make them. */
static int place_table(Statement *s, const Group *g, Table *t, uint32_t group)
{
    t->group = group;
    t->log_blocks = g->log_blocks;
    t->log_rows = t->log_block + t->log_blocks;
    if (t->log_rows > 30)
        return refuse(s->check, L2ZK_OPTIONS, "4.9", "there are more rows than a proof can hold");
    s->log_rows = (uint32_t)most(s->log_rows, t->log_rows);
    return 1;
}

static int read_tables(Statement *s, Group *g)
{
    for (uint32_t i = 0; i < g->program.tables; i++)
        if (!read_table(s->check, &g->program, &s->table[g->first_table + i]))
            return 0;
    for (uint32_t i = 0; i < g->program.sequences; i++)
        if (g->program.sequence[i].length > g->program.tallest)
            return no_key(s->check, "3.2", "a sequence is longer than each block");
    return 1;
}

/* All keys as far as their tables, to know how many there are. */
static int open_keys(Statement *s, const l2zk_span *keys)
{
    uint64_t tables = 0, bytes = 0;
    for (uint32_t i = 0; i < s->groups; i++) {
        bytes = capped_sum(bytes, keys[i].length);
        if (bytes > (s->check->policy->most_key_bytes ? s->check->policy->most_key_bytes : DEFAULT_KEY_BYTES))
            return refuse(s->check, L2ZK_LIMIT, "7", "the keys have more bytes than the policy allows");
        if (!read_program(s->check, keys[i], &s->group[i].program))
            return 0;
        hash(s->group[i].program.bytes.bytes, s->group[i].program.bytes.length, s->group[i].digest);
        s->group[i].first_table = (uint32_t)tables;
        tables += s->group[i].program.tables;
    }
    s->table = take_memory(s->check, tables, sizeof *s->table);
    s->tables = (uint32_t)tables;
    return s->table != NULL;
}

/* A group of the header with its key; tables are read before its statements, for the rows that it names. */
static int open_group(Statement *s, Reader *r, Group *g)
{
    if (!read_tables(s, g) || !read_group(s->check, r, g, s->table[g->first_table].user_rows))
        return 0;
    for (uint32_t i = 0; i < g->program.tables; i++)
        if (!place_table(s, g, &s->table[g->first_table + i], (uint32_t)(g - s->group)))
            return 0;
    s->check->verdict->statements += g->statements;
    return 1;
}

/* Buses are numbered group after group, statement after statement (3.5). */
static void number_buses(Statement *s)
{
    uint64_t next = 1;
    for (uint32_t i = 0; i < s->groups; i++) {
        Group *g = &s->group[i];
        g->first_bus = next;
        next += (uint64_t)g->program.buses << g->log_blocks;
        s->messages += (uint64_t)g->program.messages << g->log_blocks;
    }
}

static int check_tables(Statement *s)
{
    s->skipped = (uint32_t)least(4, s->log_rows - 1);
    for (uint32_t i = 0; i < s->tables; i++) {
        Table *t = &s->table[i];
        Program *p = &s->group[t->group].program;
        t->skipped = (uint32_t)least(s->skipped, t->log_rows - 1);
        if (!check_nodes(s->check, p, t))
            return 0;
        if (!check_table(s->check, p, t, (int)s->options.hiding, s->skipped, &s->degrees))
            return 0;
    }
    for (uint32_t i = 0; i < s->groups; i++)
        if (!check_messages(s->check, &s->group[i].program))
            return 0;
    s->rounds = s->log_rows - s->skipped;
    return 1;
}

static int open_header(Statement *s, Reader *r, const l2zk_span *keys, size_t key_count)
{
    if (!read_start(s->check, r, &s->options, &s->groups))
        return 0;
    if (s->groups != key_count)
        return refuse(s->check, L2ZK_PROGRAM, "7", "the proof has another number of groups than there are keys");
    s->group = take_memory(s->check, s->groups, sizeof *s->group);
    if (!s->group || !open_keys(s, keys))
        return 0;
    for (uint32_t i = 0; i < s->groups; i++)
        if (!open_group(s, r, &s->group[i]))
            return 0;
    s->header = r->at;
    return 1;
}

static void tell_shape(const Statement *s)
{
    l2zk_verdict *v = s->check->verdict;
    const Shape *shape = &s->shape;
    v->columns = shape->columns, v->log_m = shape->log_m, v->log_n0 = shape->log_n0, v->queries0 = shape->t0;
    v->words = shape->words, v->final_log = final_log(shape);
    for (uint32_t i = 0; i < shape->words; i++) {
        v->word[i].folds = shape->word[i].folds;
        v->word[i].log_n = shape->word[i].log_n;
        v->word[i].queries = shape->word[i].queries;
    }
}

/* The statement of a proof, or a refusal. */
static int open_statement(Statement *s, const l2zk_span *keys, size_t key_count)
{
    Reader r = reader_of(s->proof);
    if (!check_policy(s->check) || !open_header(s, &r, keys, key_count) || !check_options(s->check))
        return 0;
    if (!check_public(s->check, s->group, s->groups) || !check_tables(s))
        return 0;
    number_buses(s);
    s->check->verdict->groups = s->groups, s->check->verdict->tables = s->tables;
    s->check->verdict->log_rows = s->log_rows;
    if (!set_lengths(s) || !choose_shape(s->check, &s->demand, &s->options, &s->shape))
        return 0;
    tell_shape(s);
    return 1;
}
