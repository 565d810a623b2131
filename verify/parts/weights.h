/* Claims on the vector, and their weights on the final coefficients (PROTOCOL 6.6, 8.5). */

static uint32_t variables_of(const Shape *s) { return log_above_of(s->columns) + s->log_m; }

static void scale_form(Argument *a, uint64_t *at, uint64_t count, K factor)
{
    for (uint64_t i = 0; i < count; i++, (*at)++)
        a->form[*at] = k_times(a->form[*at], factor);
}

/* Every mask gets the power of gamma of its chain: layers, zerocheck, rows; then the values' own. */
static void scale_forms(Argument *a, K gamma)
{
    const Statement *s = a->statement;
    K of_zerocheck = k_power(gamma, s->layers + 1), of_rows = k_times(of_zerocheck, gamma), factor = gamma;
    uint64_t at = 0;
    for (uint32_t layer = 0; layer < s->layers; layer++) {
        scale_form(a, &at, layer_elements(s, layer), factor);
        factor = k_times(factor, gamma);
        scale_form(a, &at, 4, layer + 1 < s->layers ? factor : of_rows);
    }
    scale_form(a, &at, s->quotient + rounds_elements(s), of_zerocheck);
    scale_form(a, &at, s->openings + rows_elements(s), of_rows);
    K masked = masking(a->q[s->log_rows - 1]);
    for (factor = k_times(of_rows, gamma); at < s->masks; at++, factor = k_times(factor, gamma))
        a->form[at] = k_times(factor, masked);
}

/* sigma and all claims, by powers of gamma. */
static K all_claims(const Argument *a, K sigma, K gamma)
{
    const Statement *s = a->statement;
    K factor = gamma;
    for (uint32_t i = 0; a->form && i < a->chains; i++, factor = k_times(factor, gamma))
        sigma = k_add(sigma, k_times(factor, a->settled[i]));
    for (uint64_t i = 0; i < s->values; i++, factor = k_times(factor, gamma))
        sigma = k_add(sigma, k_times(factor, element_at(a->values + 24 * i)));
    return sigma;
}

/* Masks: three entries each, 1, phi and phi^2 of their factors. */
static void weigh_masks(const Opening *o, K *weights)
{
    uint32_t end = final_log(&o->s->shape), high = variables_of(&o->s->shape) - end;
    uint64_t entry = o->s->masks_at, last = UINT64_MAX;
    K place = zero;
    for (uint64_t e = 0; e < o->s->masks; e++) {
        K factor = o->a->form[e];
        for (int i = 0; i < 3; i++, entry++, factor = k_times(factor, phi)) {
            if (entry >> end != last) {
                last = entry >> end;
                place = eq_at(o->point, high, last);
            }
            K *weight = &weights[entry & (((uint64_t)1 << end) - 1)];
            *weight = k_add(*weight, k_times(place, factor));
        }
    }
}

/* A stretch that is as long as the final coefficients or longer gives one number; a shorter one its own. */
typedef struct {
    K *weights, *eq; /* eq: of the last coordinates of the table's point */
    K sum;
    uint32_t end, high, log_rows;
} Columns;

static void weigh_column(const Opening *o, Columns *w, uint64_t stretch, K factor)
{
    if (w->log_rows >= w->end) {
        K place = eq_at(o->point, w->high + w->end - w->log_rows, stretch);
        w->sum = k_add(w->sum, k_times(factor, place));
        return;
    }
    uint32_t within = w->end - w->log_rows;
    K place = k_times(factor, eq_at(o->point, w->high, stretch >> within));
    uint64_t start = (stretch & (((uint64_t)1 << within) - 1)) << w->log_rows;
    for (uint64_t j = 0; j < (uint64_t)1 << w->log_rows; j++)
        w->weights[start + j] = k_add(w->weights[start + j], k_times(place, w->eq[j]));
}

/* The columns of a table that are read, the first of its stretches having the number `first`. */
static void weigh_table(const Opening *o, Columns *w, const Table *t, uint64_t first, K *factor)
{
    const K *q = o->a->q + (o->s->log_rows - t->log_rows);
    uint32_t low = (uint32_t)least(t->log_rows, w->end), above = t->log_rows - low;
    w->log_rows = t->log_rows;
    w->sum = zero;
    fill_eq(w->eq, q + above, low);
    for (uint32_t i = 0; i < t->reads; i++) {
        uint64_t column = node_of(t->node, t->read[i]).x;
        if (i && column == node_of(t->node, t->read[i - 1]).x)
            continue;
        weigh_column(o, w, first + column, *factor);
        *factor = k_times(*factor, o->gamma);
    }
    K all = k_times(w->sum, eq_between(q, o->point + (w->high - above), above));
    for (uint64_t b = 0; above + low >= w->end && b < (uint64_t)1 << w->end; b++)
        w->weights[b] = k_add(w->weights[b], k_times(all, w->eq[b]));
}

/* Where the columns of a table begin in the vector (4.4). */
static uint64_t columns_at(const Statement *s, uint32_t table)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < s->tables; i++) {
        const Table *t = &s->table[i];
        if (t->log_rows > s->table[table].log_rows || (t->log_rows == s->table[table].log_rows && i < table))
            at += t->width << t->log_rows;
    }
    return at;
}

/* A stretch shorter than the final coefficients is weighed entry by entry. */
static uint64_t work_of_columns(const Table *t, uint32_t end)
{
    return (uint64_t)t->columns * (32 + (t->log_rows < end ? (uint64_t)1 << t->log_rows : 0));
}

static void weigh_columns(const Opening *o, K *weights, K *eq)
{
    const Statement *s = o->s;
    uint32_t end = final_log(&s->shape);
    Columns w = {weights, eq, zero, end, variables_of(&s->shape) - end, 0};
    K factor = k_power(o->gamma, 1 + (s->options.hiding ? s->layers + 2 : 0));
    for (uint32_t i = 0; i < s->tables && spend(s->check, 512 + s->tables + work_of_columns(&s->table[i], end)); i++)
        weigh_table(o, &w, &s->table[i], columns_at(s, i) >> s->table[i].log_rows, &factor);
}

/* A message's value at z, asked when some challenges had been drawn: z^b times what the later ones made of it. */
static void weigh_z(const Opening *o, const Asked *asked, K *weights)
{
    uint32_t end = final_log(&o->s->shape);
    K at = k_power(asked->z, (uint64_t)1 << end), value = asked->gamma;
    for (uint32_t i = o->folded; i-- > asked->folded; at = k_times(at, at))
        value = k_times(value, k_between(one, at, o->point[i]));
    for (uint64_t b = 0; b < (uint64_t)1 << end; b++, value = k_times(value, asked->z))
        weights[b] = k_add(weights[b], value);
}

/* The same at a point of F. */
static void weigh_point(const Opening *o, const Asked *asked, uint64_t y, K value, K *weights)
{
    uint32_t end = final_log(&o->s->shape);
    uint64_t at = power(y, (uint64_t)1 << end);
    for (uint32_t i = o->folded; i-- > asked->folded; at = times(at, at))
        value = k_times(value, k_add(one, k_scale(o->point[i], subtract(at, 1))));
    for (uint64_t b = 0; b < (uint64_t)1 << end; b++, value = k_scale(value, y))
        weights[b] = k_add(weights[b], value);
}

static void weigh_asked(const Opening *o, const Asked *asked, K *weights)
{
    K factor = asked->gamma;
    weigh_z(o, asked, weights);
    for (uint32_t i = 0; i < asked->count; i++) {
        factor = k_times(factor, asked->gamma);
        weigh_point(o, asked, point_of_domain(asked->log_n, asked->drawn[i]), factor, weights);
    }
}

/* Σ weight·final is the claim (7.7). */
static int check_claim(Opening *o)
{
    K *weights = take_memory(o->l->check, MOST_FINAL, sizeof(K)), *eq = take_memory(o->l->check, MOST_FINAL, sizeof(K));
    K sum = zero;
    if (!weights || !eq || !spend(o->l->check, 4 * o->s->masks + 64 * (uint64_t)MOST_FINAL))
        return 0;
    weigh_masks(o, weights);
    weigh_columns(o, weights, eq);
    for (uint32_t i = 0; i < o->s->shape.words; i++)
        weigh_asked(o, &o->asked[i], weights);
    for (uint64_t b = 0; b < (uint64_t)1 << final_log(&o->s->shape); b++)
        sum = k_add(sum, k_times(weights[b], element_at(o->final + 24 * b)));
    if (!good(o->l->check))
        return 0;
    if (k_equal(sum, o->claim))
        return 1;
    return refuse(o->l->check, L2ZK_ARGUMENT, "7", "the final coefficients do not make the claim");
}
