/* Closed forms: domains, selectors, shifts (PROTOCOL 8.1, 8.3, 8.4). A point has the weights of the skipped bits and a
   coordinate for each row bit, the top one first. */

typedef struct {
    K x, weight[16];
    uint32_t skipped; /* 0: one weight, which is 1 */
    const K *r;
    uint32_t count;
} Point;

static Point row_point(const K *r, uint32_t count)
{
    Point p;
    memset(&p, 0, sizeof p);
    p.weight[0] = one;
    p.r = r;
    p.count = count;
    return p;
}

/* The Lagrange polynomials of the skipped bits at x, which is outside F. */
static Point skipping_point(K x, uint32_t skipped, const K *r, uint32_t count)
{
    Point p = row_point(r, count);
    uint64_t omega = root_of_unity(skipped), at = 1;
    p.x = x;
    p.skipped = skipped;
    K top = k_scale(k_subtract(k_power(x, (uint64_t)1 << skipped), one), inverse((uint64_t)1 << skipped));
    for (uint32_t z = 0; skipped && z < (uint32_t)1 << skipped; z++, at = times(at, omega))
        p.weight[z] = k_times(k_scale(top, at), k_inverse(k_subtract(x, lift(at))));
    return p;
}

/* The extension of [y < a] on `count` bits. */
static K below(const K *r, uint32_t count, uint64_t a)
{
    K sum = zero, prefix = one;
    if (a >> count)
        return one;
    for (uint32_t i = 0; i < count; i++) {
        int bit = (int)(a >> (count - 1 - i) & 1);
        K low = k_times(prefix, k_less_from_one(r[i]));
        sum = bit ? k_add(sum, low) : sum;
        prefix = bit ? k_times(prefix, r[i]) : low;
    }
    return sum;
}

/* The extension of a domain's indicator; the rows of a block are the last log B coordinates. */
static K indicator(const K *r, uint32_t count, Domain d, uint32_t log_block)
{
    const K *end = r + count, *inner = end - log_block;
    uint64_t block = (uint64_t)1 << log_block;
    switch (d.kind) {
    case EVERY:
        return one;
    case TRANSITIONS:
        return below(inner, log_block, block - d.x);
    case LAST:
        return k_less_from_one(below(inner, log_block, block - d.x));
    case ROW:
        return eq_at(inner, log_block, d.x);
    default:
        return eq_at(end - log_of(d.y), log_of(d.y), d.x);
    }
}

/* The product of (1 - z)(1 - q) + z·q over coordinates: eq summed over the bit. */
static K both_ways(const K *z, const K *q, uint32_t count) { return eq_between(z, q, count); }

static K one_way(K z, K q, uint64_t bit)
{
    return bit & 1 ? k_times(z, q) : k_times(k_less_from_one(z), k_less_from_one(q));
}

/* The sum over b < a of eq(z, b)·eq(q, b), a below 2^count. */
static K below_between(const K *z, const K *q, uint32_t count, uint64_t a)
{
    K sum = zero, prefix = one;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t bit = a >> (count - 1 - i) & 1;
        if (bit) {
            K rest = both_ways(z + i + 1, q + i + 1, count - i - 1);
            sum = k_add(sum, k_times(k_times(prefix, one_way(z[i], q[i], 0)), rest));
        }
        prefix = k_times(prefix, one_way(z[i], q[i], bit));
    }
    return sum;
}

/* The sum over the rows b of a domain of eq(z, b)·eq(q, b) (8.4). */
static K indicator_between(const K *z, const K *q, uint32_t count, Domain d, uint32_t log_block)
{
    uint32_t fixed = d.kind == CYCLIC ? log_of(d.y) : d.kind == EVERY ? 0 : log_block, outer = count - fixed;
    K result = both_ways(z, q, outer);
    uint64_t block = (uint64_t)1 << log_block;
    if (d.kind == TRANSITIONS || d.kind == LAST) {
        K low = below_between(z + outer, q + outer, fixed, block - d.x);
        K all = both_ways(z + outer, q + outer, fixed);
        return k_times(result, d.kind == TRANSITIONS ? low : k_subtract(all, low));
    }
    for (uint32_t i = 0; i < fixed; i++)
        result = k_times(result, one_way(z[outer + i], q[outer + i], d.x >> (fixed - 1 - i)));
    return result;
}

/* Selectors: each value z of the skipped bits is full, partial or empty (8.1) */

enum { FULL, PARTIAL, EMPTY };

static uint32_t inner_class(Domain d, uint64_t z, uint64_t count, uint64_t u, uint64_t v)
{
    switch (d.kind) {
    case TRANSITIONS:
        return z >= count - u ? EMPTY : v && z == count - u - 1 ? PARTIAL : FULL;
    case LAST:
        return z >= count - u ? FULL : v && z == count - u - 1 ? PARTIAL : EMPTY;
    default:
        return z == u ? PARTIAL : EMPTY;
    }
}

/* `log_height` is log M. */
static uint32_t class_of(const Table *t, Domain d, uint64_t z)
{
    uint32_t log_height = t->log_rows - t->skipped;
    uint64_t height = (uint64_t)1 << log_height, u = d.x >> log_height, v = d.x & (height - 1);
    if (d.kind == EVERY)
        return FULL;
    if (t->log_block <= log_height)
        return PARTIAL;
    uint64_t count = (uint64_t)1 << (t->log_block - log_height);
    if (d.kind == CYCLIC)
        return d.y <= height ? PARTIAL : (z & (d.y / height - 1)) == u ? PARTIAL : EMPTY;
    return inner_class(d, z & (count - 1), count, u, v);
}

/* The extension of Y, the rows of the partial values. */
static K partial_rows(const Table *t, Domain d, const K *r, uint32_t count)
{
    uint64_t height = (uint64_t)1 << count, v = d.x & (height - 1);
    if (t->log_block <= count)
        return indicator(r, count, d, t->log_block);
    switch (d.kind) {
    case TRANSITIONS:
        return below(r, count, height - v);
    case LAST:
        return k_less_from_one(below(r, count, height - v));
    case ROW:
        return eq_at(r, count, v);
    default:
        if (d.y <= height)
            return eq_at(r + count - log_of(d.y), log_of(d.y), d.x);
        return eq_at(r, count, v);
    }
}

static void selector_degrees(const Table *t, Domain d, uint32_t *in_x, uint32_t *in_row)
{
    uint32_t counts[3] = {0, 0, 0};
    for (uint64_t z = 0; z < (uint64_t)1 << t->skipped; z++)
        counts[class_of(t, d, z)]++;
    *in_x = counts[EMPTY] + (counts[FULL] ? counts[PARTIAL] : 0);
    *in_row = counts[PARTIAL] > 0;
}

static K selector(const Table *t, Domain d, const Point *p)
{
    uint32_t counts[3] = {0, 0, 0};
    uint64_t omega = root_of_unity(p->skipped), at = 1;
    K vanishing[3] = {one, one, one};
    for (uint64_t z = 0; z < (uint64_t)1 << p->skipped; z++, at = times(at, omega)) {
        uint32_t class = class_of(t, d, z);
        counts[class]++;
        if (class != FULL)
            vanishing[class] = k_times(vanishing[class], k_subtract(p->x, lift(at)));
    }
    if (!counts[PARTIAL])
        return vanishing[EMPTY];
    K rows = partial_rows(t, d, p->r, p->count);
    if (!counts[FULL])
        return k_times(vanishing[EMPTY], rows);
    K off = k_times(k_less_from_one(rows), k_less_from_one(vanishing[PARTIAL]));
    return k_times(vanishing[EMPTY], k_less_from_one(off));
}

/* Shifts (8.3): a carry runs through the row bits from the lowest. */

static void carry_on(K *states, K r, K q, uint32_t bit)
{
    K next[2] = {zero, zero};
    for (uint32_t carry = 0; carry < 2; carry++)
        for (uint32_t u = 0; u < 2; u++) {
            uint32_t s = u + bit + carry;
            K term = k_times(states[carry], k_times(k_bit(r, u), k_bit(q, s)));
            next[s >> 1] = k_add(next[s >> 1], term);
        }
    states[0] = next[0];
    states[1] = next[1];
}

/* `offset` is taken modulo the rows. */
static K shifted(const Point *p, const K *q, uint64_t offset)
{
    K states[2] = {one, zero}, result = zero;
    uint64_t size = (uint64_t)1 << p->skipped, over = offset >> p->count;
    for (uint32_t i = p->count; i-- > 0;)
        carry_on(states, p->r[i], q[p->skipped + i], (uint32_t)(offset >> (p->count - 1 - i)) & 1);
    for (uint64_t carry = 0; carry < 2; carry++) {
        K sum = zero;
        for (uint64_t z = 0; z < size; z++)
            sum = k_add(sum, k_times(p->weight[z], eq_at(q, p->skipped, (z + over + carry) & (size - 1))));
        result = k_add(result, k_times(states[carry], sum));
    }
    return result;
}
