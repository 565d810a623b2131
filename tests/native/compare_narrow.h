/* Kernels for columns of bits: part of compare_kernels.c. */
#ifndef COMPARE_NARROW_H
#define COMPARE_NARROW_H

static void compare_bits_transforms(unsigned log_n)
{
    enum { COLUMNS = 3 };
    const size_t n = (size_t)1 << log_n;
    const uint64_t *words = elements(COLUMNS * n / 64), *tails = elements(COLUMNS * n / 8);
    uint64_t *tables = malloc(8 * l2zk_ntt_table_words(n)), *shift = malloc(8 * l2zk_ntt_shift_words(log_n));
    uint64_t *factors = malloc(8 * l2zk_ntt_bits_words(log_n));
    uint8_t *bytes = malloc(COLUMNS * n / 8);
    for (int s = 0; s < 2; s++) {
        const l2zk_ntt_tables t = l2zk_ntt_tables_in(tables, n);
        sets[s]->ntt_fill_tables(tables, n); /* each set has its own order in them */
        sets[s]->ntt_fill_shift(shift, GENERATOR, log_n);
        sets[s]->ntt_fill_bits(factors, shift, log_n, t);
        for (size_t i = 0; i < COLUMNS; i++)
            sets[s]->ntt_reverse_bits(bytes + i * n / 8, words + i * n / 64, log_n);
        memcpy(made[s] + COLUMNS * n, bytes, COLUMNS * n / 8);
        sets[s]->ntt_bits(made[s], n, bytes, COLUMNS, log_n, shift, factors, log_n % 2 ? tails : NULL, n / 8, log_n - 3,
                          t);
    }
    equal_arrays("ntt_bits", 1, 0, COLUMNS * n + COLUMNS * n / 64);
    free(tables), free(shift), free(factors), free(bytes), free((void *)words), free((void *)tails);
}

static void compare_narrow(void)
{
    enum { COLUMNS = 21, WORDS = CHUNK / 64 };
    uint64_t *bits = elements(CHUNK), *words = elements(COLUMNS * WORDS), *weights = elements(3 * STRIDE);
    const uint64_t *table = elements(2 * 256 * 16);
    static k3_words prepared[COLUMNS];
    k3 sums[2][COLUMNS];
    for (unsigned log_n = 9; log_n <= LOG_N - 2; log_n++)
        compare_bits_transforms(log_n);
    for (int i = 0; i < COLUMNS; i++) {
        prepared[i] = k_words(extension_element());
        for (int k = 0; k < WORDS; k++)
            words[i * WORDS + k] ^= words[i * WORDS + k] << 31;
    }
    RETURN(int, pack_bits, bits, CHUNK, made[s]);
    for (int i = 0; i < CHUNK; i++)
        bits[i] = bits[i] >> 7 & 1;
    RUN(pack_bits, bits, CHUNK, to);
    equal_arrays("pack_bits", 1, 0, WORDS);
    for (int number = 1; number <= COLUMNS; number += 4) {
        memset(sums, 0, sizeof sums);
        RUN(sum_bits, weights, STRIDE, CHUNK, words, WORDS, number, sums[s]);
        equal("sum_bits", sums[0], sums[1], sizeof sums[0]);
        RUN(fold_bits, prepared, words, number, to, STRIDE);
        equal_arrays("fold_bits", 3, STRIDE, TILE);
    }
    RUN(extend_bits, words, WORDS, 2 * TILE, table, to, STRIDE / 2);
    equal_arrays("extend_bits", 16, STRIDE / 2, 2 * TILE);
}

#endif
