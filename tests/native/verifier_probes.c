/* The inside of the verifier in C, for tests that look at a part alone. */

#include "../../verify/l2zk_verify.c"

void probe_field(int kind, const uint64_t *a, const uint64_t *b, uint64_t *result, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (kind == 0)
            result[i] = add(a[i], b[i]);
        else if (kind == 1)
            result[i] = subtract(a[i], b[i]);
        else if (kind == 2)
            result[i] = times(a[i], b[i]);
        else
            result[i] = inverse(a[i]);
    }
}

static K probe_element(int kind, K a, K b)
{
    switch (kind) {
    case 0:
        return k_add(a, b);
    case 1:
        return k_subtract(a, b);
    case 2:
        return k_times(a, b);
    case 3:
        return k_inverse(a);
    case 4:
        return k_eq(a, b);
    default:
        return lift((uint64_t)k_equal(a, b));
    }
}

void probe_extension(int kind, const uint64_t *a, const uint64_t *b, uint64_t *result, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        K x = {{a[3 * i], a[3 * i + 1], a[3 * i + 2]}}, y = {{b[3 * i], b[3 * i + 1], b[3 * i + 2]}};
        memcpy(result + 3 * i, probe_element(kind, x, y).c, sizeof(K));
    }
}

void probe_multiply(uint64_t a, uint64_t b, uint64_t *result) { result[0] = multiply(a, b, &result[1]); }

void probe_leaf(const uint8_t *bytes, size_t length, const uint8_t *salt, uint8_t *digest)
{
    leaf_digest(bytes, length, salt, digest);
}

void probe_parent(const uint8_t *left, const uint8_t *right, uint8_t *digest) { parent(left, right, digest); }

int64_t probe_log(uint64_t high, uint64_t low) { return log_below((Wide){high, low}); }

uint64_t probe_root(uint64_t high, uint64_t low) { return wide_root((Wide){high, low}); }

void probe_over(uint64_t high, uint64_t low, uint64_t divisor, uint64_t *result)
{
    Wide quotient = wide_over((Wide){high, low}, divisor);
    result[0] = quotient.low;
    result[1] = quotient.high;
}

int probe_text(const uint8_t *bytes, size_t length) { return is_text((l2zk_span){bytes, length}); }

/* Whether these are parameters of 3.7. */
int probe_parameters(const uint8_t *bytes, size_t length)
{
    static uint32_t places[MOST_NAMES + 1];
    return good_parameters((l2zk_span){bytes, length}, places);
}

/* Draws of a transcript that has absorbed one message: elements of K, then words. */
void probe_transcript(uint64_t kind, const uint8_t *bytes, size_t length, uint64_t *result, size_t count)
{
    Transcript t;
    transcript_begin(&t);
    absorb(&t, kind, bytes, length);
    for (size_t i = 0; i < count; i++)
        memcpy(result + 3 * i, draw(&t).c, sizeof(K));
    for (size_t i = 0; i < count; i++)
        result[3 * count + i] = draw_word(&t);
}

/* Hears the public messages of a proof with this psi, and 0 as eta. */
int probe_messages(l2zk_span key, l2zk_span proof, uint64_t psi, l2zk_verdict *verdict)
{
    static uint8_t buffer[1 << 18];
    const l2zk_policy policy = {.options = proof.bytes + 8};
    Check c;
    begin_check(&c, &policy, verdict);
    use_buffer(&c, buffer, sizeof buffer);
    Statement *s = begin_statement_of(&c, proof);
    Argument *a = take_memory(&c, 1, sizeof *a);
    if (!s || !a || !open_statement(s, &key, 1))
        return 0;
    a->statement = s;
    a->listener.check = &c;
    a->psi = lift(psi);
    return sum_messages(a);
}

/* The shape that is found for a demand, as the seed has it, its bits behind; 0 if there is none. */
int probe_shape(const uint64_t *asked, const uint64_t *degrees, uint32_t lines, const uint8_t *options,
                uint64_t *result)
{
    static uint8_t buffer[1 << 16];
    const l2zk_policy policy = {.least_bits = 0};
    l2zk_verdict verdict = {0};
    Check c = {&verdict, &policy, buffer, sizeof buffer, 0, 0, UINT64_MAX};
    Demand demand = {asked[0], asked[1], (uint32_t)asked[2], 0, {{NULL, {0, 0}, {0, 0}}}};
    const uint8_t *b = options;
    Options o = {b[0], b[1], b[2], b[3], b[4], b[5], b[6] | (uint32_t)b[7] << 8};
    Shape s;
    for (uint32_t i = 0; i < lines; i++)
        add_line(demand.line, &demand.lines, "", degrees[2 * i], degrees[2 * i + 1]);
    if (!choose_shape(&c, &demand, &o, &s))
        return 0;
    uint64_t numbers[] = {s.columns, s.log_m, s.log_n0, s.t0, s.tail, s.grinding, s.words};
    memcpy(result, numbers, sizeof numbers);
    for (uint32_t i = 0; i < s.words; i++) {
        result[7 + 3 * i] = s.word[i].folds;
        result[8 + 3 * i] = s.word[i].log_n;
        result[9 + 3 * i] = s.word[i].queries;
    }
    result[7 + 3 * s.words] = (uint64_t)verdict.bits;
    result[8 + 3 * s.words] = (uint64_t)verdict.bits_of_sum;
    return 1;
}
