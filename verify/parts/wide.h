/* Numbers of 128 bits that stop at the largest, and logarithms in 2^-32 (PROTOCOL 4.7). */

typedef struct {
    uint64_t high, low;
} Wide;

#define FRACTION_BITS 16
#define BIT ((int64_t)1 << 32)

static const Wide widest = {UINT64_MAX, UINT64_MAX};

static Wide wide(uint64_t x) { return (Wide){0, x}; }

static int wide_less(Wide a, Wide b) { return a.high != b.high ? a.high < b.high : a.low < b.low; }

static Wide wide_minus(Wide a, Wide b) { return (Wide){a.high - b.high - (a.low < b.low), a.low - b.low}; }

static Wide wide_sum(Wide a, Wide b)
{
    Wide sum = {a.high + b.high, a.low + b.low};
    sum.high += sum.low < a.low;
    return wide_less(sum, a) ? widest : sum;
}

static Wide wide_product(Wide a, uint64_t b)
{
    uint64_t carry, beyond;
    Wide product = {0, multiply(a.low, b, &carry)};
    product.high = multiply(a.high, b, &beyond) + carry;
    return beyond || product.high < carry ? widest : product;
}

static Wide wide_right(Wide a, uint32_t bits)
{
    if (bits >= 64)
        return wide(bits < 128 ? a.high >> (bits - 64) : 0);
    return bits ? (Wide){a.high >> bits, a.low >> bits | a.high << (64 - bits)} : a;
}

static Wide wide_left(Wide a, uint32_t bits)
{
    Wide shifted = a;
    for (uint32_t i = 0; i < bits; i++) {
        if (shifted.high >> 63)
            return widest;
        shifted = (Wide){shifted.high << 1 | shifted.low >> 63, shifted.low << 1};
    }
    return shifted;
}

static uint32_t wide_log(Wide a) { return a.high ? 64 + log_of(a.high) : log_of(a.low); }

/* Rounded up; the divisor is not 0 and below 2^32, else the quotient is the widest. */
static Wide wide_over(Wide a, uint64_t divisor)
{
    uint64_t digits[4] = {a.high >> 32, a.high & EPSILON, a.low >> 32, a.low & EPSILON}, rest = 0;
    if (!divisor || divisor >> 32 || (a.high == UINT64_MAX && a.low == UINT64_MAX))
        return widest;
    for (int i = 0; i < 4; i++) {
        uint64_t part = rest << 32 | digits[i];
        digits[i] = part / divisor;
        rest = part % divisor;
    }
    return wide_sum((Wide){digits[0] << 32 | digits[1], digits[2] << 32 | digits[3]}, wide(rest != 0));
}

/* The square root, rounded up, of a number from 1 on: that of one less, rounded down, and 1. */
static uint64_t wide_root(Wide a)
{
    Wide rest = wide_minus(a, wide(1)), root = {0, 0}, bit = wide_left(wide(1), wide_log(rest) / 2 * 2);
    for (; bit.high || bit.low; bit = wide_right(bit, 2)) {
        Wide tried = wide_sum(root, bit);
        root = wide_right(root, 1);
        if (!wide_less(rest, tried)) {
            rest = wide_minus(rest, tried);
            root = wide_sum(root, bit);
        }
    }
    return root.high || root.low == UINT64_MAX ? UINT64_MAX : root.low + 1;
}

/* At most 2^32·log x, and less than 2 below it; x >= 1. */
static int64_t log_below(Wide x)
{
    uint32_t whole = wide_log(x);
    uint64_t a = whole <= 63 ? x.low << (63 - whole) : wide_right(x, whole - 63).low;
    int64_t log = whole;
    for (int i = 0; i < 32; i++) {
        uint64_t high, low = multiply(a, a, &high);
        log = 2 * log + (int64_t)(high >> 63);
        a = high >> 63 ? high : high << 1 | low >> 63;
    }
    return log;
}

static int64_t log_above(Wide x) { return log_below(x) + 2; }
