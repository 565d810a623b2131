/* The constraint machine; a part of compare_kernels.c. */
static const uint32_t body[][4] = {
    {OP_ADD_VV, 2, 0, 1},   {OP_MUL_VV, 3, 2, 0},   {OP_SUB_VV, 2, 3, 1},   {OP_ADD_VU, 3, 2, 0},
    {OP_SUB_VU, 2, 3, 1},   {OP_SUB_UV, 3, 0, 2},   {OP_MUL_VU, 2, 3, 1},   {OP_NEG_V, 3, 2, 0},
    {OP_RESULT_V, 0, 3, 0}, {OP_RESULT_U, 1, 1, 0}, {OP_XOR_VV, 3, 0, 2},   {OP_SUM_V, 2, 0, 2 + (2 << 16)},
    {OP_SUM_V, 3, 1, 3},    {OP_XOR_VV, 2, 2, 3},   {OP_RESULT_V, 2, 2, 0}, {OP_SUM_V, 2, 0, (uint32_t)1 << 16},
    {OP_RESULT_V, 3, 2, 0},
};
static const uint32_t terms[][2] = {{3, UINT32_MAX}, {1, 0}, {0, UINT32_MAX - 1}, {2, 1}};

/* The constraint machine over F and over K. */
static void compare_machines(void)
{
    enum { RESULTS = 10 };
    const l2zk_code code = {
        .body = body, .terms = terms, .term_count = 4, .body_count = sizeof body / sizeof *body, .result_count = 4};
    uint64_t *slots[] = {elements(3 * TILE), elements(3 * TILE), elements(3 * TILE), elements(3 * TILE)};
    const uint64_t uniforms[] = {element(), element()}, *results[RESULTS], *selectors = elements(3 * TILE);
    k3_limbs limbs[RESULTS];
    k3 powers[RESULTS];
    uint32_t members[RESULTS];
    RUN(store_results, &code, slots, uniforms, to);
    equal_arrays("store_results", 4, TILE, TILE);
    RUN(store_results_extension, &code, slots, uniforms, to, TILE);
    equal_arrays("store_results_extension", 4, 3 * TILE, 3 * TILE);
    uint64_t *all = elements(3 * TILE * RESULTS);
    for (uint32_t i = 0; i < RESULTS; i++) {
        results[i] = all + 3 * TILE * i, members[i] = RESULTS - 1 - i;
        powers[i] = i ? extension_element() : k_from(1);
        limbs[i] = k_limbs(powers[i]);
    }
    const l2zk_group groups[3] = {{selectors, results, limbs, 1},
                                  {selectors + TILE, results + 1, limbs + 1, 2},
                                  {selectors + 2 * TILE, results + 3, limbs + 3, 7}};
    uint64_t *const sums[2][3] = {{made[0], made[0] + TILE, made[0] + 2 * TILE},
                                  {made[1], made[1] + TILE, made[1] + 2 * TILE}};
    RUN(combine_groups, groups, 3, sums[s]);
    equal_arrays("combine_groups", 3, TILE, TILE);
    for (uint64_t x = 0; x < 4; x += x ? 1 : 2) {
        RUN(set_top, all, 4 * TILE, 17, x, to, TILE);
        equal_arrays("set_top", 3, TILE, TILE);
    }
    RUN(raise_top, all, 4 * TILE, 17, to, TILE - 8);
    equal_arrays("raise_top", 3, TILE, TILE - 8);
    for (size_t count = 1; count <= TILE; count += 21)
        RETURN(k3, sum_group, all, members, RESULTS, powers, selectors, slots[0], TILE, count);
}
