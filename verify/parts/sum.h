/* The bits of the sum of all errors (PROTOCOL 4.7). */

/* 2^63 times the square root of 2, its square root, and so on, rounded up. */
static const uint64_t roots_of_two[32] = {
    0xb504f333f9de6485u, 0x9837f0518db8a970u, 0x8b95c1e3ea8bd6e7u, 0x85aac367cc487b15u, 0x82cd8698ac2ba1d8u,
    0x8164d1f3bc030774u, 0x80b1ed4fd999ab6du, 0x8058d7d2d5e5f6b1u, 0x802c6436d0e04f51u, 0x8016302f17467629u,
    0x800b179c82028fd1u, 0x80058baf7fee3b5eu, 0x8002c5d00fdcfcb7u, 0x800162e61bed4a49u, 0x8000b17292f702a4u,
    0x800058b92abbae03u, 0x80002c5c8dade4d8u, 0x8000162e44eaf637u, 0x80000b1721fa7c19u, 0x8000058b90de7e4du,
    0x800002c5c8678f37u, 0x80000162e431dba0u, 0x800000b1721872d1u, 0x80000058b90c1aa9u, 0x8000002c5c8605a5u,
    0x800000162e4300e7u, 0x8000000b17217ff9u, 0x800000058b90bfdeu, 0x80000002c5c85fe7u, 0x8000000162e42ff2u,
    0x80000000b17217f9u, 0x8000000058b90bfdu,
};

/* At least 2^63·2^(log/2^32), log <= 0. */
static uint64_t power_above(int64_t log)
{
    uint64_t result = (uint64_t)1 << 63, high, low, whole = (uint64_t)((BIT - 1 - log) / BIT);
    uint64_t part = (uint64_t)(log + (int64_t)whole * BIT);
    for (int i = 0; i < 32; i++)
        if (part >> (31 - i) & 1) {
            low = multiply(result, roots_of_two[i], &high);
            result = (high << 1 | low >> 63) + 1;
        }
    return whole < 64 ? (result >> whole) + 1 : 1;
}

static int64_t bits_of_sum(const l2zk_round *rounds, size_t count)
{
    int64_t smallest = 128 * BIT;
    Wide sum = {0, 0};
    for (size_t i = 0; i < count; i++)
        smallest = rounds[i].together < smallest ? rounds[i].together : smallest;
    for (size_t i = 0; i < count; i++)
        sum = wide_sum(sum, wide(power_above(smallest - rounds[i].together)));
    int64_t bits = smallest + 63 * BIT - log_above(sum);
    return bits < 0 ? 0 : bits > 128 * BIT ? 128 * BIT : bits;
}
