/* Programs as their canonical bytes say them: what is where, and that it is as PROTOCOL 3 wants it. */

enum { CONSTANT, COLUMN, PERIODIC, INPUT, OUTPUT, SUM, DIFFERENCE, PRODUCT, NEGATION, PLACED, ROW_NUMBER, CONJUNCTION };
enum { EVERY, TRANSITIONS, ROW, CYCLIC, LAST };
enum { KEY_NAMES = 8, MOST_NAMES = 65535 };

typedef struct {
    uint64_t kind, x, y;
} Node;

typedef struct {
    uint32_t kind;
    uint64_t x, y;
} Domain;

typedef struct {
    size_t name; /* its place in the canonical bytes */
    uint64_t offset; /* of its values or their hash in a statement of the header */
    uint32_t length, output;
    uint32_t input; /* its number among the inputs */
} Sequence;

typedef struct {
    uint64_t width;
    int used;
} Bus;

typedef struct {
    Reader bytes; /* the canonical bytes, read up to the tables */
    l2zk_span id, parameters;
    size_t names[2]; /* where the list of inputs begins, and that of outputs */
    uint32_t scalars[2];
    uint32_t sequences, given, buses, tables, messages;
    size_t messages_at;
    Sequence *sequence;
    Bus *bus;
    uint64_t tallest; /* the largest B */
} Program;

static Node node_of(const uint8_t *nodes, uint64_t index)
{
    const uint8_t *place = nodes + 24 * index;
    return (Node){load64(place), load64(place + 8), load64(place + 16)};
}

static Domain domain_of(const uint8_t *place)
{
    return (Domain){(uint32_t)least(load64(place), 255), load64(place + 8), load64(place + 16)};
}

/* Key files */

static int key_parts(l2zk_span key, l2zk_span *canonical, l2zk_span *notes)
{
    Reader r = reader_of(key);
    const uint8_t *magic = take(&r, 4);
    if (!magic || memcmp(magic, "l2ai", 4) || number(&r, 4) != 1)
        return 0;
    *canonical = span_of(&r, number(&r, 8));
    *notes = span_of(&r, number(&r, 8));
    return !r.bad && r.at == key.length && canonical->length < UINT32_MAX;
}

static l2zk_span long_text(Reader *r) { return span_of(r, number(r, 8)); }

static int no_key(Check *c, const char *section, const char *what) { return refuse(c, L2ZK_KEY, section, what); }

/* A name: at most 255 bytes of UTF-8 (9.1). */
static int read_name(Reader *r, uint32_t *place)
{
    *place = (uint32_t)r->at;
    l2zk_span name = long_text(r);
    return !r->bad && name.length <= 255 && is_text(name);
}

static int read_names(Check *c, Program *p, int which)
{
    Reader *r = &p->bytes;
    p->names[which] = r->at;
    uint64_t count = count_of(r, 8, KEY_NAMES);
    size_t mark = c->used;
    uint32_t *places = take_memory(c, count, sizeof *places);
    if (!places || count > MOST_NAMES)
        return no_key(c, "3.1", "a program has more public inputs or outputs than 65535");
    for (uint64_t i = 0; i < count; i++)
        if (!read_name(r, &places[i]))
            return no_key(c, "9.1", "a name is too long or no text");
    p->scalars[which] = (uint32_t)count;
    c->used = mark;
    if (!all_differ((Names){r->bytes, KEY_NAMES}, places, (size_t)count))
        return no_key(c, "3.1", "two public inputs or two public outputs have one name");
    return 1;
}

static int read_sequence(Check *c, Program *p, Sequence *s)
{
    uint32_t place = 0;
    if (!read_name(&p->bytes, &place))
        return no_key(c, "9.1", "a name is too long or no text");
    uint64_t length = number(&p->bytes, 8), output = number(&p->bytes, 8);
    if (p->bytes.bad || !length || length > MOST_ROWS || output > 1)
        return no_key(c, "3.1", "a sequence has 1 to 2^26 values and is an input or an output");
    *s = (Sequence){place, 0, (uint32_t)length, (uint32_t)output, p->given};
    p->given += !output;
    return 1;
}

static int read_sequences(Check *c, Program *p)
{
    uint64_t count = count_of(&p->bytes, 8, 24);
    p->sequence = take_memory(c, count, sizeof *p->sequence);
    size_t mark = c->used;
    uint32_t *places = take_memory(c, count, sizeof *places);
    if (!p->sequence || !places || count > MOST_NAMES)
        return no_key(c, "9.1", "a program has more sequences than 65535");
    for (uint64_t i = 0; i < count; i++) {
        if (!read_sequence(c, p, &p->sequence[i]))
            return 0;
        places[i] = (uint32_t)p->sequence[i].name;
    }
    p->sequences = (uint32_t)count;
    c->used = mark;
    if (!all_differ((Names){p->bytes.bytes, KEY_NAMES}, places, (size_t)count))
        return no_key(c, "3.1", "two sequences have one name");
    return 1;
}

static int read_buses(Check *c, Program *p)
{
    Reader *r = &p->bytes;
    uint64_t count = count_of(r, 8, 16);
    p->bus = take_memory(c, count, sizeof *p->bus);
    for (uint64_t i = 0; p->bus && i < count; i++) {
        l2zk_span name = long_text(r);
        p->bus[i].width = number(r, 8);
        if (r->bad || !is_text(name) || !p->bus[i].width)
            return no_key(c, "3.1", "a bus has a name and a width of 1 or more");
    }
    p->buses = (uint32_t)count;
    return good(c);
}

static int read_parameters(Check *c, Program *p)
{
    p->parameters = long_text(&p->bytes);
    size_t mark = c->used;
    uint32_t *places = take_memory(c, least(p->parameters.length / 2 + 1, MOST_NAMES), sizeof *places);
    if (!places || p->bytes.bad || !good_parameters(p->parameters, places))
        return no_key(c, "3.7", "the parameters are malformed");
    c->used = mark;
    return 1;
}

/* All before the tables. The notes of a key are for people. */
static int read_program(Check *c, l2zk_span key, Program *p)
{
    l2zk_span canonical, notes;
    memset(p, 0, sizeof *p);
    if (!key_parts(key, &canonical, &notes))
        return no_key(c, "3.6", "this is no key file");
    p->bytes = reader_of(canonical);
    const uint8_t *start = take(&p->bytes, 14);
    if (!start || memcmp(start, "l2zk program 2", 14))
        return no_key(c, "3.6", "the key has no canonical bytes of a program");
    p->id = long_text(&p->bytes);
    if (p->bytes.bad || !p->id.length || p->id.length > 255 || !is_text(p->id))
        return no_key(c, "9.1", "the id of a program has 1 to 255 bytes of UTF-8");
    if (!read_parameters(c, p) || !read_names(c, p, 0) || !read_names(c, p, 1))
        return 0;
    if (!read_sequences(c, p) || !read_buses(c, p))
        return 0;
    p->tables = (uint32_t)count_of(&p->bytes, 8, 56);
    return p->tables ? 1 : no_key(c, "3.1", "a program has one table or more");
}
