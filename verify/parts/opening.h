/* The opening of the vector: folds, words, queries (PROTOCOL 6.6 to 6.9, 7.4 to 7.7). */

enum { MOST_FOLDS = 48, MOST_FINAL = 256 };

/* What was asked of a message: its value at z, and at the points that were drawn for the word before. */
typedef struct {
    K z, gamma;
    uint32_t folded, count, log_n; /* challenges before; the points are among 2^log_n */
    uint32_t *drawn;
} Asked;

typedef struct {
    Argument *a;
    Listener *l;
    const Statement *s;
    const uint8_t *root, *tail, *final;
    K point[MOST_FOLDS], claim, gamma, c;
    K *factors; /* eq of the challenges of the word that is opened */
    K *opened;  /* the values of the message at the drawn points */
    TreeNode *nodes[2];
    uint32_t *drawn, folded, words;
    Asked asked[MOST_WORDS];
    uint32_t salted; /* 1 while word 0 is opened with hiding */
} Opening;

static uint64_t point_of_domain(uint32_t log_n, uint32_t j) { return times(7, power(root_of_unity(log_n), j)); }

/* eq of coordinates with all numbers; the top coordinate first. */
static void fill_eq(K *table, const K *r, uint32_t count)
{
    table[0] = one;
    for (uint32_t i = 0; i < count; i++)
        for (uint64_t j = (uint64_t)1 << i; j-- > 0;) {
            K high = k_times(table[j], r[i]);
            table[2 * j] = k_subtract(table[j], high);
            table[2 * j + 1] = high;
        }
}

static int hear_folds(Opening *o, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *said = hear(o->l, FOLD_ROUND, 2);
        if (!said)
            return 0;
        K low = element_at(said), top = element_at(said + 24), r = draw(&o->l->transcript);
        K middle = k_subtract(k_subtract(o->claim, k_add(low, low)), top);
        o->claim = k_add(low, k_times(r, k_add(middle, k_times(r, top))));
        o->point[o->folded++] = r;
    }
    fill_eq(o->factors, o->point + o->folded - count, count);
    return 1;
}

/* mu, c and the tail: of the weights only those of the cells stand on the tail (7.4). */
static int hear_tail(Opening *o)
{
    const Statement *s = o->s;
    const uint8_t *mu = hear(o->l, MU, 1);
    if (!mu)
        return 0;
    o->c = draw(&o->l->transcript);
    o->tail = hear(o->l, TAIL, s->shape.tail);
    if (!o->tail)
        return 0;
    K ones = zero, weight = one, sum = zero;
    const uint8_t *cells = o->tail + 24 * ((size_t)s->shape.tail - 6);
    for (uint32_t i = 0; i < o->folded; i++)
        ones = k_add(ones, o->point[i]);
    for (int i = 0; i < 3; i++, weight = k_times(weight, phi)) {
        K cell = k_add(element_at(cells + 24 * i), k_times(ones, element_at(cells + 24 * (3 + i))));
        sum = k_add(sum, k_times(weight, cell));
    }
    o->claim = k_subtract(k_add(element_at(mu), k_times(o->c, o->claim)), sum);
    return 1;
}

/* The nonce, and the points that are drawn: increasing, each once; their number. */
static uint32_t draw_points(Opening *o, uint32_t queries, uint32_t log_n, uint32_t *drawn)
{
    Transcript *t = &o->l->transcript;
    uint32_t count = 0;
    if (!hear_bytes(o->l, NONCE, 8))
        return 0;
    if (load64(t->state) & (((uint64_t)1 << o->s->options.grinding) - 1)) {
        refuse(o->l->check, L2ZK_OPENING, "6.8", "a nonce shows no work");
        return 0;
    }
    for (uint32_t i = 0; i < queries; i++)
        drawn[i] = (uint32_t)(draw_word(t) & (((uint64_t)1 << log_n) - 1));
    sort(drawn, queries, number_before, NULL);
    for (uint32_t i = 0; i < queries; i++)
        if (!i || drawn[i] != drawn[count - 1])
            drawn[count++] = drawn[i];
    return count;
}

/* Σ coefficient_i·y^i */
static K polynomial_at(const uint8_t *coefficients, uint32_t count, uint64_t y)
{
    K sum = zero;
    for (uint32_t i = count; i-- > 0;)
        sum = k_add(k_scale(sum, y), element_at(coefficients + 24 * (size_t)i));
    return sum;
}

/* A leaf of word 0: R(y) + c·Σ eq·leaf - y^m·tail(y), or without hiding the sum alone. */
static int open_input_leaf(Opening *o, uint32_t j, K *value, uint8_t *digest)
{
    const Shape *shape = &o->s->shape;
    size_t width = 8 * (size_t)shape->columns, length = width + (shape->hiding ? 24 : 0);
    const uint8_t *leaf = take(&o->l->body, length), *salt = shape->hiding ? take(&o->l->body, 16) : NULL;
    K sum = zero;
    if (!leaf || (shape->hiding && !salt))
        return bad_body(o->l, "the body is too short");
    if (!good_elements(leaf, length / 8))
        return bad_body(o->l, "a number of the body is no element of F");
    for (uint32_t i = 0; i < shape->columns; i++)
        sum = k_add(sum, k_scale(o->factors[i], load64(leaf + 8 * (size_t)i)));
    if (shape->hiding) {
        uint64_t y = point_of_domain(shape->log_n0, j), high = power(y, (uint64_t)1 << shape->log_m);
        K tail = k_scale(polynomial_at(o->tail, shape->tail, y), high);
        sum = k_subtract(k_add(element_at(leaf + width), k_times(o->c, sum)), tail);
    }
    *value = sum;
    leaf_digest(leaf, length, salt, digest);
    return 1;
}

static int open_word_leaf(Opening *o, uint32_t folds, K *value, uint8_t *digest)
{
    size_t count = (size_t)1 << folds;
    const uint8_t *leaf = read_elements(o->l, count);
    if (!leaf)
        return 0;
    *value = zero;
    for (size_t i = 0; i < count; i++)
        *value = k_add(*value, k_times(o->factors[i], element_at(leaf + 24 * i)));
    leaf_digest(leaf, 24 * count, NULL, digest);
    return 1;
}

/* The leaves of a word at the points that were drawn, and their path to the root; word 0 is the vector's. */
static int open_leaves(Opening *o, uint32_t word, const uint32_t *drawn, uint32_t count)
{
    uint32_t log_n = word ? o->s->shape.word[word - 1].log_n : o->s->shape.log_n0;
    for (uint32_t i = 0; i < count; i++) {
        TreeNode *node = &o->nodes[0][i];
        node->index = drawn[i];
        int fine = word ? open_word_leaf(o, o->s->shape.word[word - 1].folds, &o->opened[i], node->digest)
                        : open_input_leaf(o, drawn[i], &o->opened[i], node->digest);
        if (!fine)
            return 0;
    }
    if (leads_to(o->nodes[0], o->nodes[1], count, log_n, &o->l->body, o->root))
        return 1;
    if (o->l->body.bad)
        return bad_body(o->l, "the body is too short");
    return refuse(o->l->check, L2ZK_OPENING, "5.3", "opened leaves do not lead to their root");
}

/* The values at z and at the points enter the claim. */
static void add_asked(Opening *o, Asked *asked, K answer)
{
    K factor = asked->gamma = draw(&o->l->transcript);
    o->claim = k_add(o->claim, k_times(factor, answer));
    for (uint32_t i = 0; i < asked->count; i++) {
        factor = k_times(factor, asked->gamma);
        o->claim = k_add(o->claim, k_times(factor, o->opened[i]));
    }
}

static uint32_t queries_of(const Shape *s, uint32_t word) { return word ? s->word[word - 1].queries : s->t0; }

static uint32_t points_of(const Shape *s, uint32_t word) { return word ? s->word[word - 1].log_n : s->log_n0; }

/* Word 1, 2 …: its root and answer, the opening of the word before, its folds. */
static int hear_word(Opening *o, uint32_t word)
{
    const Shape *shape = &o->s->shape;
    Asked *asked = &o->asked[word - 1];
    const uint8_t *root = hear_bytes(o->l, WORD_ROOT, 32);
    asked->z = draw(&o->l->transcript);
    const uint8_t *answer = root ? hear(o->l, ANSWER, 1) : NULL;
    if (!answer)
        return 0;
    asked->folded = o->folded;
    asked->log_n = points_of(shape, word - 1);
    asked->drawn = o->drawn;
    asked->count = draw_points(o, queries_of(shape, word - 1), asked->log_n, asked->drawn);
    if (!asked->count || !open_leaves(o, word - 1, asked->drawn, asked->count))
        return 0;
    o->drawn += queries_of(shape, word - 1);
    add_asked(o, asked, element_at(answer));
    o->root = root;
    return hear_folds(o, shape->word[word - 1].folds);
}

/* The final coefficients, and the last word's values, which are theirs. */
static int hear_final(Opening *o)
{
    const Shape *shape = &o->s->shape;
    uint32_t count = (uint32_t)1 << final_log(shape), log_n = points_of(shape, shape->words);
    o->final = hear(o->l, FINAL, count);
    if (!o->final)
        return 0;
    uint32_t drawn = draw_points(o, queries_of(shape, shape->words), log_n, o->drawn);
    if (!drawn || !open_leaves(o, shape->words, o->drawn, drawn))
        return 0;
    for (uint32_t i = 0; i < drawn; i++)
        if (!k_equal(polynomial_at(o->final, count, point_of_domain(log_n, o->drawn[i])), o->opened[i]))
            return refuse(o->l->check, L2ZK_ARGUMENT, "7", "an opened value is not that of the final polynomial");
    return 1;
}
