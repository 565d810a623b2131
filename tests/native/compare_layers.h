/* The kernels of fractions; a part of compare_kernels.c. */
#define HALVES(to) \
    (uint64_t *[2][4]) \
    { \
        {to, to + 3 * LAYER_STEP, to + 6 * LAYER_STEP, to + 9 * LAYER_STEP}, \
        { \
            to + 12 * LAYER_STEP, to + 15 * LAYER_STEP, to + 18 * LAYER_STEP, to + 21 * LAYER_STEP \
        } \
    }

static void compare_leaves(void)
{
    const uint64_t *sources[8], *low = elements(6 * STRIDE), *high = elements(6 * STRIDE);
    f_factor factors[24];
    for (int t = 0; t < 8; t++)
        sources[t] = elements(200);
    for (int t = 0; t < 24; t++)
        factors[t] = f_prepare(element());
    EACH_COUNT(count)
    {
        begin();
        RUN(add_terms, to, STRIDE, count, factors, sources, 8);
        equal_arrays("add_terms", 3, STRIDE, count);
        RUN(multiply_rises, low, high, sources[0], sources[1], count, to);
        equal_arrays("multiply_rises", 1, 0, count);
        RUN(power_values, to, low, count, sources[0][0]);
        equal_arrays("power_values", 1, 0, count);
        RUN(invert_values, to, low, count);
        equal_arrays("invert_values", 1, 0, count);
        for (int in_base = 0; in_base < 2; in_base++) {
            RUN(join_fractions, low, high, STRIDE, in_base, count, to, STRIDE);
            equal_arrays("join_fractions", 6, STRIDE, count);
        }
    }
}

static void compare_layers(void)
{
    enum { LONG = 4 * LAYER_BLOCK + TILE };
    uint64_t *arrays[4], *weights = calloc(LAYER_WEIGHTS, 8), *eq = elements(3 * LAYER_STEP);
    const uint64_t *at[4][4];
    k3 sums[2][2];
    for (int k = 0; k < 4; k++)
        arrays[k] = elements(3 * LONG);
    EACH_COUNT(count)
    {
        const k3 r = extension_element(), lambda = extension_element();
        for (size_t h = 0; h < 4; h++)
            for (int k = 0; k < 4; k++)
                at[h][k] = arrays[k] + h * count;
        sets[1]->layer_weights(eq, LAYER_STEP, count, weights);
        for (int in_base = 0; in_base < 2; in_base++) {
            RETURN(k3, layer_first, at, LONG, in_base, count, lambda, weights);
            begin();
            RUN(layer_fold, at, LONG, in_base, count, r, in_base ? &lambda : NULL, HALVES(to), LAYER_STEP, weights,
                sums[s]);
            equal("sums of layer_fold", sums[0], sums[1], sizeof sums[0]);
            equal_arrays("layer_fold", 24, LAYER_STEP, count);
        }
        if (count % 8 == 0) {
            RUN(layer_sums, HALVES(to), LAYER_STEP, count, lambda, weights, sums[s]);
            equal("sums of layer_sums", sums[0], sums[1], sizeof sums[0]);
            equal_arrays("layer_sums", 24, LAYER_STEP, count);
        }
    }
}
