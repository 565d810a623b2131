/* The bytes of parameters are those that 3.7 allows. */

#define MOST_PARAMETER_BYTES ((size_t)1 << 20)
enum { MOST_VALUES = 1 << 16, DEEPEST = 16 };

static int good_integer(Reader *r)
{
    uint64_t sign = number(r, 1);
    l2zk_span magnitude = span_of(r, number(r, 2));
    if (r->bad || sign > 1 || (sign && !magnitude.length))
        return 0;
    return !magnitude.length || magnitude.bytes[magnitude.length - 1];
}

/* What follows a tag; the values of a tuple, which come next, are added to `pending`. */
static int good_content(Reader *r, uint64_t tag, uint64_t *pending)
{
    if (tag < 3)
        return !r->bad;
    if (tag == 3)
        return good_integer(r);
    if (tag == 6) {
        *pending = count_of(r, 4, 1);
        return !r->bad;
    }
    l2zk_span content = span_of(r, number(r, 4));
    return !r->bad && tag <= 5 && (tag == 5 || is_text(content));
}

/* One value, with all within it; *values counts down. */
static int good_value(Reader *r, int32_t *values)
{
    uint64_t pending[DEEPEST + 2] = {1};
    for (int depth = 0; depth >= 0;) {
        if (!pending[depth]) {
            depth--;
            continue;
        }
        pending[depth]--;
        uint64_t within = 0, tag = number(r, 1);
        if (--*values < 0 || r->bad || (tag == 6 && depth == DEEPEST) || !good_content(r, tag, &within))
            return 0;
        if (tag == 6)
            pending[++depth] = within;
    }
    return 1;
}

/* Names, each behind its length; `skip` is the width of a length, whose first byte says it all. */
typedef struct {
    const uint8_t *bytes;
    size_t skip;
} Names;

static int name_before(const void *context, uint32_t a, uint32_t b)
{
    const Names *names = context;
    const uint8_t *x = names->bytes + a, *y = names->bytes + b;
    int order = memcmp(x + names->skip, y + names->skip, (size_t)least(*x, *y));
    return order ? order < 0 : *x < *y;
}

/* No two of the names at these places are alike. */
static int all_differ(Names names, uint32_t *places, size_t count)
{
    sort(places, count, name_before, &names);
    for (size_t i = 1; i < count; i++)
        if (!name_before(&names, places[i - 1], places[i]))
            return 0;
    return 1;
}

/* `places` has room for 65535 names, or for as many as the length allows. */
static int good_parameters(l2zk_span s, uint32_t *places)
{
    Reader r = reader_of(s);
    int32_t values = MOST_VALUES;
    uint64_t count = count_of(&r, 2, 2);
    if (s.length > MOST_PARAMETER_BYTES)
        return 0;
    for (uint64_t i = 0; i < count; i++) {
        places[i] = (uint32_t)r.at;
        l2zk_span name = span_of(&r, number(&r, 1));
        if (r.bad || !is_text(name) || !good_value(&r, &values))
            return 0;
    }
    return !r.bad && r.at == s.length && all_differ((Names){s.bytes, 1}, places, (size_t)count);
}
