/* F and its cubic extension K (PROTOCOL 2). All elements are kept below p. */

#define P 0xffffffff00000001u
#define EPSILON 0xffffffffu /* 2^64 modulo p */

/* Products in K are called: in place they would make the text three times as long. */
#if defined(__GNUC__)
#define CALLED __attribute__((noinline))
#else
#define CALLED
#endif

typedef struct {
    uint64_t c[3];
} K;

/* 64 by 64 bits; with L2ZK_PORTABLE, or where the compiler has no wider integer, in four products. */
#if defined(__SIZEOF_INT128__) && !defined(L2ZK_PORTABLE)
__extension__ typedef unsigned __int128 l2zk_wide;

static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *high)
{
    l2zk_wide product = (l2zk_wide)a * b;
    *high = (uint64_t)(product >> 64);
    return (uint64_t)product;
}
#else
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *high)
{
    uint64_t a0 = a & EPSILON, a1 = a >> 32, b0 = b & EPSILON, b1 = b >> 32;
    uint64_t low = a0 * b0, one = a1 * b0 + (low >> 32), other = a0 * b1 + (one & EPSILON);
    *high = a1 * b1 + (one >> 32) + (other >> 32);
    return other << 32 | (low & EPSILON);
}
#endif

static uint64_t add(uint64_t a, uint64_t b)
{
    uint64_t sum = a - (P - b);
    return a >= P - b ? sum : sum + P;
}

static uint64_t subtract(uint64_t a, uint64_t b) { return a >= b ? a - b : a - b + P; }

static uint64_t negate(uint64_t a) { return a ? P - a : 0; }

/* 2^64 = 2^32 - 1 and 2^96 = -1 modulo p. */
static uint64_t times(uint64_t a, uint64_t b)
{
    uint64_t high, low = multiply(a, b, &high), top = high >> 32, middle = (high & EPSILON) * EPSILON;
    uint64_t part = low - top;
    if (low < top)
        part -= EPSILON;
    uint64_t sum = part + middle;
    if (sum < middle)
        sum += EPSILON;
    return sum >= P ? sum - P : sum;
}

static CALLED uint64_t power(uint64_t a, uint64_t exponent)
{
    uint64_t result = 1;
    for (; exponent; exponent >>= 1, a = times(a, a))
        if (exponent & 1)
            result = times(result, a);
    return result;
}

static uint64_t inverse(uint64_t a) { return power(a, P - 2); }

/* The root of unity of order 2^log (2.1). */
static uint64_t root_of_unity(uint32_t log)
{
    uint64_t root = 0x185629dcda58878cu;
    for (; log < 32; log++)
        root = times(root, root);
    return root;
}

/* K */

static const K zero = {{0, 0, 0}}, one = {{1, 0, 0}}, phi = {{0, 1, 0}};

static K lift(uint64_t a) { return (K){{a, 0, 0}}; }

static int k_equal(K a, K b) { return a.c[0] == b.c[0] && a.c[1] == b.c[1] && a.c[2] == b.c[2]; }

static K k_add(K a, K b) { return (K){{add(a.c[0], b.c[0]), add(a.c[1], b.c[1]), add(a.c[2], b.c[2])}}; }

static K k_subtract(K a, K b)
{
    return (K){{subtract(a.c[0], b.c[0]), subtract(a.c[1], b.c[1]), subtract(a.c[2], b.c[2])}};
}

static K k_negate(K a) { return (K){{negate(a.c[0]), negate(a.c[1]), negate(a.c[2])}}; }

static CALLED K k_scale(K a, uint64_t b) { return (K){{times(a.c[0], b), times(a.c[1], b), times(a.c[2], b)}}; }

/* The products by Karatsuba; phi^3 = phi + 1, phi^4 = phi^2 + phi. */
static CALLED K k_times(K a, K b)
{
    uint64_t p0 = times(a.c[0], b.c[0]), p1 = times(a.c[1], b.c[1]), p2 = times(a.c[2], b.c[2]);
    uint64_t s01 = times(add(a.c[0], a.c[1]), add(b.c[0], b.c[1])),
             s02 = times(add(a.c[0], a.c[2]), add(b.c[0], b.c[2]));
    uint64_t s12 = times(add(a.c[1], a.c[2]), add(b.c[1], b.c[2]));
    uint64_t first = subtract(subtract(s01, p0), p1), third = subtract(subtract(s12, p1), p2);
    uint64_t second = add(subtract(subtract(s02, p0), p2), p1);
    return (K){{add(p0, third), add(add(first, third), p2), add(second, p2)}};
}

static K k_power(K a, uint64_t exponent)
{
    K result = one;
    for (; exponent; exponent >>= 1, a = k_times(a, a))
        if (exponent & 1)
            result = k_times(result, a);
    return result;
}

/* By the adjugate of the matrix of x -> a·x; a is not 0. */
static CALLED K k_inverse(K a)
{
    uint64_t x = a.c[0], y = a.c[1], z = a.c[2], s = add(x, z), t = add(y, z);
    uint64_t c0 = subtract(times(s, s), times(t, y)), c1 = subtract(times(t, z), times(y, s));
    uint64_t c2 = subtract(times(y, y), times(s, z));
    uint64_t norm = add(times(x, c0), add(times(z, c1), times(y, c2)));
    return k_scale((K){{c0, c1, c2}}, inverse(norm));
}

static K k_less_from_one(K a) { return k_subtract(one, a); }

/* a + r·(b - a) */
static CALLED K k_between(K a, K b, K r) { return k_add(a, k_times(r, k_subtract(b, a))); }

static K k_bit(K r, uint64_t bit) { return bit & 1 ? r : k_less_from_one(r); }

/* eq of one coordinate with another (PROTOCOL 1). */
static CALLED K k_eq(K a, K b)
{
    K product = k_times(a, b);
    return k_add(k_subtract(k_less_from_one(k_add(a, b)), product), k_add(product, k_add(product, product)));
}

/* eq of coordinates, the top one first, with the bits of a number. */
static K eq_at(const K *r, uint32_t count, uint64_t number)
{
    K result = one;
    for (uint32_t i = 0; i < count; i++)
        result = k_times(result, k_bit(r[i], number >> (count - 1 - i)));
    return result;
}

static K eq_between(const K *a, const K *b, uint32_t count)
{
    K result = one;
    for (uint32_t i = 0; i < count; i++)
        result = k_times(result, k_eq(a[i], b[i]));
    return result;
}
