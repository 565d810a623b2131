/* The part of compare_kernels.c for Poseidon2. */
static void compare_poseidon2(void)
{
    const uint64_t *rows = elements(N);
    EACH_COUNT(count)
    {
        for (size_t width = 8; width <= 12; width += 4) {
            RUN(poseidon2_permute, to, rows, width, count);
            equal_arrays("poseidon2_permute", 1, 0, width * count);
        }
        RUN(poseidon2_compress, to, rows, count);
        equal_arrays("poseidon2_compress", 1, 0, 4 * count);
        for (size_t length = 0; length <= 17; length += length < 7 ? 7 : 1) {
            RUN(poseidon2_hash, to, rows, length, count);
            equal_arrays("poseidon2_hash", 1, 0, 4 * count);
        }
    }
}
