/* What the caller demands of public values and options (PROTOCOL 7.1). */

static int wrong_call(Check *c, const char *what) { return refuse(c, L2ZK_CALLER, "7", what); }

static int other_values(Check *c) { return refuse(c, L2ZK_PUBLIC, "7", "the proof has other public values"); }

/* The number of a name, or `count`. */
static uint32_t find_name(Reader key, uint32_t count, l2zk_span name)
{
    for (uint32_t i = 0; i < count; i++)
        if (same(long_text(&key), name))
            return i;
    return count;
}

static uint32_t find_sequence(const Program *p, l2zk_span name)
{
    uint32_t i = 0;
    while (i < p->sequences && !same(sequence_name(p, i), name))
        i++;
    return i;
}

static void hash_values(const uint64_t *values, size_t count, uint8_t *digest)
{
    Hasher h;
    hash_begin(&h, NULL);
    for (size_t i = 0; i < count; i++)
        hash_u64(&h, values[i]);
    hash_end(&h, digest);
}

static int fix_sequence(Check *c, Group *g, uint32_t from, uint32_t to, const l2zk_fixed *said)
{
    uint8_t digest[32];
    uint32_t i = find_sequence(&g->program, said->name);
    if (i == g->program.sequences || said->count != g->program.sequence[i].length)
        return wrong_call(c, "the policy fixes a sequence that the program has not, or not of that length");
    const Sequence *s = &g->program.sequence[i];
    if (!spend(c, said->count + to - from))
        return 0;
    hash_values(said->values, said->count, digest);
    for (uint32_t j = from; j < to; j++) {
        const uint8_t *place = statement_of(g, j) + s->offset;
        if (!s->output && memcmp(place, digest, 32))
            return other_values(c);
        for (size_t e = 0; s->output && e < said->count; e++)
            if (load64(place + 8 * e) != said->values[e])
                return other_values(c);
        if (!s->output)
            g->given[(uint64_t)j * g->program.given + s->input] = said->values;
    }
    return 1;
}

static int fix_scalar(Check *c, const Group *g, uint32_t from, uint32_t to, const l2zk_fixed *said)
{
    const Program *p = &g->program;
    int which = said->kind == L2ZK_OUTPUT;
    uint32_t i = find_name(names_of(p, which), p->scalars[which], said->name);
    if (i == p->scalars[which] || said->count != 1)
        return wrong_call(c, "the policy fixes an input or output that the program has not, or not by one value");
    for (uint32_t j = from; j < to; j++)
        if (scalar_of(g, j, (Node){which ? OUTPUT : INPUT, i, 0}) != said->values[0])
            return other_values(c);
    return 1;
}

static int fix(Check *c, Group *groups, uint32_t count, const l2zk_fixed *said)
{
    if (said->group >= count || said->kind > L2ZK_SEQUENCE)
        return wrong_call(c, "the policy fixes a value of a group or of a kind that there is not");
    for (size_t i = 0; i < said->count; i++)
        if (said->values[i] >= P)
            return wrong_call(c, "the policy fixes a value that is no element of F");
    Group *g = &groups[said->group];
    uint32_t from = said->statement == L2ZK_ALL ? 0 : said->statement;
    uint32_t to = said->statement == L2ZK_ALL ? g->statements : said->statement + 1;
    if (to > g->statements)
        return refuse(c, L2ZK_PUBLIC, "7", "the proof has fewer statements than the policy fixes");
    if (said->kind == L2ZK_SEQUENCE)
        return fix_sequence(c, g, from, to, said);
    return fix_scalar(c, g, from, to, said);
}

static int all_given(Check *c, const Group *g)
{
    for (uint64_t i = 0; i < (uint64_t)g->statements * g->program.given; i++)
        if (!g->given[i])
            return wrong_call(c, "the policy lacks the values of an input sequence");
    return 1;
}

static int check_public(Check *c, Group *groups, uint32_t count)
{
    const l2zk_policy *policy = c->policy;
    for (uint32_t i = 0; i < count; i++) {
        Group *g = &groups[i];
        if (policy->statements && policy->statements[i] && policy->statements[i] != g->statements)
            return refuse(c, L2ZK_PUBLIC, "7", "the proof has another number of statements");
        g->given = take_memory(c, (uint64_t)g->statements * g->program.given, sizeof *g->given);
        if (!g->given)
            return 0;
    }
    for (size_t i = 0; i < policy->fixed_count; i++)
        if (!fix(c, groups, count, &policy->fixed[i]))
            return 0;
    for (uint32_t i = 0; i < count; i++)
        if (!all_given(c, &groups[i]))
            return 0;
    return 1;
}

static int check_policy(Check *c)
{
    if (!c->policy->least_bits && !c->policy->options)
        return wrong_call(c, "the policy demands neither bits nor options");
    return c->policy->least_bits <= 128 ? 1 : wrong_call(c, "a proof has at most 128 proven bits");
}

static int check_options(Check *c)
{
    if (c->policy->options && memcmp(c->policy->options, c->verdict->options, 16))
        return refuse(c, L2ZK_OPTIONS, "7", "the proof has other options");
    return 1;
}
