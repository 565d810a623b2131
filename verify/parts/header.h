/* The header of a proof, read strictly and compared with the keys (PROTOCOL 9.1). */

typedef struct {
    uint32_t preset, log_rate, security, grinding, hiding, insecure, queries;
} Options;

/* A group of the proof: its program, and where the header has its statements. */
typedef struct {
    Program program;
    uint8_t digest[32];
    uint32_t statements, log_blocks;
    const uint8_t *values;
    uint64_t stride; /* bytes of a statement */
    const uint64_t **given; /* of each statement the values of its input sequences, the caller's */
    uint32_t first_table;
    uint64_t first_bus;
} Group;

static int bad_header(Check *c, const char *what) { return refuse(c, L2ZK_HEADER, "9.1", what); }

static int read_options(Check *c, Reader *r, Options *o)
{
    const uint8_t *b = take(r, 16);
    if (!b)
        return bad_header(c, "the header is too short");
    memcpy(c->verdict->options, b, 16);
    *o = (Options){b[0], b[1], b[2], b[3], b[4], b[5], b[6] | (uint32_t)b[7] << 8};
    for (int i = 8; i < 16; i++)
        if (b[i])
            return bad_header(c, "a byte of the options that is 0 is not");
    if (o->preset > 2 || o->log_rate > 4 || o->security < 1 || o->security > 128 || o->grinding > 32)
        return bad_header(c, "an option is beyond its range");
    if (o->hiding > 1 || o->insecure > 1 || o->queries > 1023)
        return bad_header(c, "an option is beyond its range");
    if (o->security < 100 && !o->insecure)
        return refuse(c, L2ZK_OPTIONS, "4.5", "a target below 100 bits needs allow_insecure");
    return 1;
}

static int read_start(Check *c, Reader *r, Options *o, uint32_t *groups)
{
    const uint8_t *magic = take(r, 4);
    if (r->length > MOST_PROOF_BYTES)
        return refuse(c, L2ZK_LIMIT, "9.3", "a proof has at most 2^24 bytes");
    if (!magic || memcmp(magic, "l2zk", 4))
        return bad_header(c, "this is no proof");
    if (number(r, 4) != L2ZK_PROTOCOL)
        return refuse(c, L2ZK_VERSION, "9.1", "a proof of a version that is not known");
    if (!read_options(c, r, o))
        return 0;
    *groups = (uint32_t)number(r, 2);
    return !r->bad && *groups ? 1 : bad_header(c, "the header names no program");
}

/* Names as the key has them. */
static int same_names(Reader *r, Reader key, uint64_t count)
{
    if (number(r, 2) != count)
        return 0;
    for (uint64_t i = 0; i < count; i++) {
        l2zk_span said = span_of(r, number(r, 1));
        if (r->bad || !same(said, long_text(&key)))
            return 0;
    }
    return 1;
}

static Reader names_of(const Program *p, int which)
{
    Reader key = p->bytes;
    key.bad = 0;
    key.at = p->names[which] + 8;
    return key;
}

static l2zk_span sequence_name(const Program *p, uint32_t i)
{
    Reader key = p->bytes;
    key.bad = 0;
    key.at = p->sequence[i].name;
    return long_text(&key);
}

static int same_sequences(Reader *r, const Program *p)
{
    if (number(r, 2) != p->sequences)
        return 0;
    for (uint32_t i = 0; i < p->sequences; i++) {
        l2zk_span said = span_of(r, number(r, 1));
        uint64_t output = number(r, 1), length = number(r, 4);
        if (r->bad || !same(said, sequence_name(p, i)))
            return 0;
        if (output != p->sequence[i].output || length != p->sequence[i].length)
            return 0;
    }
    return 1;
}

static int same_program(Reader *r, const Group *g, uint64_t user_rows)
{
    const Program *p = &g->program;
    const uint8_t *digest = take(r, 32);
    if (!digest || memcmp(digest, g->digest, 32) || !same(span_of(r, number(r, 1)), p->id))
        return 0;
    if (number(r, 8) != user_rows || !same(span_of(r, number(r, 4)), p->parameters))
        return 0;
    for (int which = 0; which < 2; which++)
        if (!same_names(r, names_of(p, which), p->scalars[which]))
            return 0;
    return same_sequences(r, p) && !r->bad;
}

/* Where the values of a statement stand. */
static void place_sequences(Group *g)
{
    Program *p = &g->program;
    g->stride = 8 * ((uint64_t)p->scalars[0] + p->scalars[1]);
    for (uint32_t i = 0; i < p->sequences; i++) {
        p->sequence[i].offset = g->stride;
        g->stride += p->sequence[i].output ? 8 * (uint64_t)p->sequence[i].length : 32;
    }
}

static int good_elements(const uint8_t *place, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (load64(place + 8 * i) >= P)
            return 0;
    return 1;
}

static int good_statement(const Group *g, const uint8_t *place)
{
    const Program *p = &g->program;
    int fine = good_elements(place, (uint64_t)p->scalars[0] + p->scalars[1]);
    for (uint32_t i = 0; fine && i < p->sequences; i++)
        if (p->sequence[i].output)
            fine = good_elements(place + p->sequence[i].offset, p->sequence[i].length);
    return fine;
}

static int read_statements(Check *c, Reader *r, Group *g)
{
    place_sequences(g);
    g->statements = (uint32_t)number(r, 4);
    if (r->bad || !g->statements || g->statements > MOST_STATEMENTS)
        return bad_header(c, "a group has 1 to 2^29 statements");
    g->log_blocks = log_above_of(g->statements);
    g->values = take(r, capped_product(g->statements, g->stride));
    if (!g->values)
        return bad_header(c, "the header ends within its statements");
    if (!spend(c, g->statements * (1 + (uint64_t)g->program.sequences)))
        return 0;
    for (uint32_t j = 0; j < g->statements; j++)
        if (!good_statement(g, g->values + j * g->stride))
            return bad_header(c, "a public value is no element of F");
    return 1;
}

static int read_group(Check *c, Reader *r, Group *g, uint64_t user_rows)
{
    if (!same_program(r, g, user_rows))
        return refuse(c, L2ZK_PROGRAM, "7", "the proof is of another program than its key");
    return read_statements(c, r, g);
}

static const uint8_t *statement_of(const Group *g, uint64_t block)
{
    return g->values + least(block, g->statements - 1) * g->stride;
}

static uint64_t scalar_of(const Group *g, uint64_t block, Node n)
{
    uint64_t index = n.kind == OUTPUT ? g->program.scalars[0] + n.x : n.x;
    return load64(statement_of(g, block) + 8 * index);
}

static uint64_t entry_of(const Group *g, uint64_t block, const Sequence *s, uint64_t index)
{
    if (s->output)
        return load64(statement_of(g, block) + s->offset + 8 * index);
    return g->given[least(block, g->statements - 1) * g->program.given + s->input][index];
}
