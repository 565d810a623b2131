/* Leaves that both sides know, at a point of their table (PROTOCOL 8.2). */

/* The sum over entries, on increasing rows, of entry times weight of its row: of each subtree of rows that has entries the
   sum is carried upwards once. `waiting` has a bit for each level at which the sum of a left half waits for its right. */
typedef struct {
    const Point *point;
    K value, left[32], sum;
    uint64_t row;
    uint32_t waiting;
    int begun;
} Summing;

static void begin_sum(Summing *s, const Point *p)
{
    s->point = p;
    s->sum = s->value = zero;
    s->row = 0;
    s->waiting = 0;
    s->begun = 0;
}

static void climb_to(Summing *s, uint32_t level)
{
    const Point *p = s->point;
    for (uint32_t i = 0; i < level; i++) {
        K r = p->r[p->count - 1 - i];
        if (!(s->row >> i & 1))
            s->value = k_times(s->value, k_less_from_one(r));
        else if (s->waiting >> i & 1)
            s->value = k_between(s->left[i], s->value, r);
        else
            s->value = k_times(s->value, r);
        s->waiting &= ~((uint32_t)1 << i);
    }
}

static void end_skipped(Summing *s)
{
    climb_to(s, s->point->count);
    s->sum = k_add(s->sum, k_times(s->point->weight[s->row >> s->point->count], s->value));
}

static void add_entry(Summing *s, uint64_t row, uint64_t value)
{
    uint32_t count = s->point->count;
    if (s->begun && row >> count != s->row >> count)
        end_skipped(s);
    else if (s->begun) {
        uint32_t level = log_of(row ^ s->row);
        climb_to(s, level);
        s->left[level] = s->value;
        s->waiting |= (uint32_t)1 << level;
    }
    s->begun = 1;
    s->row = row;
    s->value = lift(value);
}

static K end_sum(Summing *s)
{
    if (s->begun)
        end_skipped(s);
    return s->sum;
}

/* A point whose skipped bits are the lowest of p's, those above being summed over. */
static Point lowest_skipped(const Point *p, uint32_t skipped)
{
    Point low = *p;
    memset(low.weight, 0, sizeof low.weight);
    low.skipped = skipped;
    for (uint32_t z = 0; z < (uint32_t)1 << p->skipped; z++) {
        uint32_t a = z & (((uint32_t)1 << skipped) - 1);
        low.weight[a] = k_add(low.weight[a], p->weight[z]);
    }
    return low;
}

/* A point whose coordinates are those of the bits from `inner` on. */
static Point outer_point(const Point *p, uint32_t inner)
{
    Point outer = *p;
    if (inner <= p->count) {
        outer.count = p->count - inner;
        return outer;
    }
    uint32_t off = inner - p->count;
    memset(outer.weight, 0, sizeof outer.weight);
    outer.count = 0;
    outer.skipped = p->skipped - off;
    for (uint32_t z = 0; z < (uint32_t)1 << p->skipped; z++)
        outer.weight[z >> off] = k_add(outer.weight[z >> off], p->weight[z]);
    return outer;
}

static K periodic_at(const Table *t, uint64_t index, const Point *p)
{
    const uint8_t *values = t->bytes + t->periodic[index] + 8;
    uint64_t period = period_of(t, index);
    uint32_t log = log_of(period);
    Point q = log > p->count ? lowest_skipped(p, log - p->count) : row_point(p->r + p->count - log, log);
    Summing s;
    begin_sum(&s, &q);
    for (uint64_t i = 0; i < period; i++)
        add_entry(&s, i, load64(values + 8 * i));
    return end_sum(&s);
}

/* Numbers made of bits of the row */

static K bit_at(const Point *p, uint32_t position)
{
    K sum = zero;
    if (position < p->count)
        return p->r[p->count - 1 - position];
    for (uint32_t z = 0; z < (uint32_t)1 << p->skipped; z++)
        if (z >> (position - p->count) & 1)
            sum = k_add(sum, p->weight[z]);
    return sum;
}

static K number_at(const Point *p, uint32_t low, uint32_t high)
{
    K sum = zero;
    for (uint32_t i = low; i < high; i++)
        sum = k_add(sum, k_scale(bit_at(p, i), (uint64_t)1 << (i - low)));
    return sum;
}

static K both_bits(const Point *p, uint32_t low, uint32_t high)
{
    K sum = zero;
    if (low < p->count)
        return k_times(bit_at(p, low), bit_at(p, high));
    uint32_t both = (uint32_t)1 << (low - p->count) | (uint32_t)1 << (high - p->count);
    for (uint32_t z = 0; z < (uint32_t)1 << p->skipped; z++)
        if ((z & both) == both)
            sum = k_add(sum, p->weight[z]);
    return sum;
}

static K conjunction_at(const Point *p, uint32_t bits)
{
    K sum = zero;
    for (uint32_t i = 0; i < bits; i++)
        sum = k_add(sum, k_scale(both_bits(p, i, bits + i), (uint64_t)1 << i));
    return sum;
}

/* Public values */

static K scalar_at(const Statement *s, const Table *t, Node n, const Point *p)
{
    const Group *g = &s->group[t->group];
    Point outer = outer_point(p, t->log_block);
    Summing sum;
    if (!t->log_blocks)
        return lift(scalar_of(g, 0, n));
    begin_sum(&sum, &outer);
    for (uint64_t j = 0; j < (uint64_t)1 << t->log_blocks; j++)
        add_entry(&sum, j, scalar_of(g, j, n));
    return end_sum(&sum);
}

static K sequence_at(const Statement *s, const Table *t, Node n, const Point *p)
{
    const Group *g = &s->group[t->group];
    const Sequence *said = &g->program.sequence[n.x];
    uint64_t first = n.y & EPSILON, step = n.y >> 32;
    Summing sum;
    begin_sum(&sum, p);
    for (uint64_t j = 0; j < (uint64_t)1 << t->log_blocks; j++)
        for (uint64_t i = 0; i < said->length; i++)
            add_entry(&sum, (j << t->log_block) + first + i * step, entry_of(g, j, said, i));
    return end_sum(&sum);
}

/* Additions to a sum that a leaf takes, or 1. */
static uint64_t work_of_leaf(const Statement *s, const Table *t, Node n)
{
    uint64_t blocks = (uint64_t)1 << t->log_blocks;
    if (n.kind == PERIODIC)
        return period_of(t, n.x);
    if (n.kind == PLACED)
        return blocks * (s->group[t->group].program.sequence[n.x].length * (1 + log_of(n.y >> 32)) + t->log_block);
    return n.kind == INPUT || n.kind == OUTPUT ? blocks : 1;
}

/* A known leaf at a point; 0 once the work is too much. */
static K known_at(const Statement *s, const Table *t, Node n, const Point *p)
{
    if (!spend(s->check, work_of_leaf(s, t, n)))
        return zero;
    switch (n.kind) {
    case CONSTANT:
        return lift(n.x);
    case PERIODIC:
        return periodic_at(t, n.x, p);
    case INPUT:
    case OUTPUT:
        return scalar_at(s, t, n, p);
    case PLACED:
        return sequence_at(s, t, n, p);
    case ROW_NUMBER:
        return number_at(p, 0, t->log_block);
    default:
        return conjunction_at(p, (uint32_t)n.x);
    }
}
