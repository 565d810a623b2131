/* The argument as it is heard: claims, forms on masks, and the rounds of its sumchecks (PROTOCOL 6.4, 7.3). */

/* A column's value enters the commitment with its place and point; see weights.h. */
typedef struct {
    Statement *statement;
    Listener listener;
    K *form;        /* of each mask, within its own chain */
    uint64_t mask;  /* the next one */
    K claim;        /* of the chain that is open */
    K settled[MOST_LAYERS + 2]; /* values of the claims on masks: layers, zerocheck, rows */
    uint32_t chains;
    K x, r[32], q[32]; /* of the zerocheck; of the rows */
    K leaves[MOST_LAYERS + 1], psi, eta, lambda; /* the point of the leaves of fractions */
    K leaves_claim, xi;
    const uint8_t *openings, *values;
    uint64_t leaves_masks, openings_masks, values_masks; /* the first mask of those values */
} Argument;

/* The next masks are those of `count` elements; their factors may be written. NULL without hiding. */
static K *next_masks(Argument *a, uint64_t count)
{
    K *place = a->form ? a->form + a->mask : NULL;
    a->mask += count;
    return place;
}

/* Σ form·mask = claim becomes a claim on masks; without hiding it must be 0. */
static int settle(Argument *a, K summand)
{
    K rest = k_subtract(a->claim, summand);
    a->settled[a->chains++] = rest;
    if (!a->form && !k_equal(rest, zero))
        return refuse(a->listener.check, L2ZK_ARGUMENT, "7", "a sumcheck of the argument does not end in its summand");
    return 1;
}

static int hear_round(Argument *a, uint64_t kind, uint64_t degree, K target, K *challenge)
{
    const uint8_t *said = hear(&a->listener, kind, degree);
    K *form = next_masks(a, degree);
    if (!said)
        return 0;
    K r = draw_no_bit(&a->listener.transcript), power = one;
    for (uint64_t i = 0; i < degree; i++) {
        power = k_times(power, r);
        K factor = k_subtract(power, target);
        a->claim = k_add(a->claim, k_times(factor, element_at(said + 24 * i)));
        if (form)
            form[i] = factor;
    }
    *challenge = r;
    return 1;
}

/* Rounds with one degree but for the last; `targets` may stand on one element for all. */
static int hear_rounds(Argument *a, uint64_t kind, uint32_t count, uint64_t degree, uint64_t last, const K *targets,
                       uint32_t step, K *point)
{
    for (uint32_t i = 0; i < count; i++)
        if (!hear_round(a, kind, i + 1 < count ? degree : last, targets[i * step], &point[i]))
            return 0;
    return 1;
}

/* r·(1 - r) of the last coordinate of a point. */
static K masking(K r) { return k_times(r, k_less_from_one(r)); }
