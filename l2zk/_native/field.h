/* The field F of p = 2^64 - 2^32 + 1 elements and its cubic extension K = F[phi]/(phi^3 - phi - 1), one element at a time.
 *
 * Invariant: every element that is stored or returned is canonical, 0 <= x < p. (PROTOCOL 2)
 */
#ifndef L2ZK_FIELD_H
#define L2ZK_FIELD_H

#include <stddef.h>
#include <stdint.h>

#define P 0xffffffff00000001ULL /* the prime */
#define EPSILON 0xffffffffULL /* 2^64 mod p */
#define HALF 0x7fffffff80000001ULL /* 1/2 */
#define GENERATOR 7ULL /* of F*; the shift of the evaluation coset */
#define ROOT_2_32 0x185629dcda58878cULL /* omega of order 2^32 */

/* ---- F ---------------------------------------------------------------------------------------------------------- */

static inline uint64_t f_add(uint64_t a, uint64_t b)
{
    uint64_t d = P - b;
    return a - d + (a < d ? P : 0);
}

static inline uint64_t f_sub(uint64_t a, uint64_t b) { return a - b + (a < b ? P : 0); }

static inline uint64_t f_neg(uint64_t a) { return a ? P - a : 0; }

/* hi * 2^64 + lo mod p, by 2^64 = 2^32 - 1 and 2^96 = -1 */
static inline uint64_t f_reduce(uint64_t hi, uint64_t lo)
{
    uint64_t top = hi >> 32, low = hi & EPSILON;
    uint64_t r = lo - top;
    if (lo < top)
        r -= EPSILON;
    uint64_t m = (low << 32) - low;
    r += m;
    if (r < m)
        r += EPSILON;
    return r >= P ? r - P : r;
}

static inline uint64_t f_mul(uint64_t a, uint64_t b)
{
    unsigned __int128 x = (unsigned __int128)a * b;
    return f_reduce((uint64_t)(x >> 64), (uint64_t)x);
}

/* A factor w that is known beforehand: u = w*2^32 and v = -w*2^64 mod p, so that (a1*2^32 + a0)*w = (a0*u - a1*v)*2^-32. */
typedef struct {
    uint64_t u, v;
} f_factor;

static inline f_factor f_prepare(uint64_t w)
{
    const uint64_t u = f_reduce(w >> 32, w << 32);
    f_factor r = {u, f_sub(w, u)};
    return r;
}

/* a*w for any word a and a factor's v: with q*p = a*v mod 2^64, a*w = -(a*v)*2^-64 = (q*p - a*v)/2^64. Both high words are below p. */
static inline uint64_t f_times(uint64_t a, uint64_t v)
{
    unsigned __int128 x = (unsigned __int128)a * v;
    uint64_t lo = (uint64_t)x, q = lo + (lo << 32), high = q - (q >> 32) - (q < lo); /* of q*p */
    return f_sub(high, (uint64_t)(x >> 64));
}

static inline uint64_t f_pow(uint64_t a, uint64_t e)
{
    uint64_t r = 1;
    for (; e; e >>= 1, a = f_mul(a, a))
        if (e & 1)
            r = f_mul(r, a);
    return r;
}

static inline uint64_t f_square_times(uint64_t a, int times, uint64_t b) /* a^(2^times)*b */
{
    while (times-- > 0)
        a = f_mul(a, a);
    return f_mul(a, b);
}

/* a^(p - 2), p - 2 being 31 ones, a zero and 32 ones; r_k = a^(2^k - 1). 0 gives 0. */
static inline uint64_t f_inv(uint64_t a)
{
    uint64_t r2 = f_square_times(a, 1, a), r3 = f_square_times(r2, 1, a), r6 = f_square_times(r3, 3, r3);
    uint64_t r12 = f_square_times(r6, 6, r6), r24 = f_square_times(r12, 12, r12);
    uint64_t r31 = f_square_times(f_square_times(r24, 6, r6), 1, a);
    return f_square_times(f_square_times(r31, 32, r31), 1, a);
}

/* omega of order 2^log_order */
static inline uint64_t f_root(unsigned log_order)
{
    uint64_t r = ROOT_2_32;
    for (unsigned i = log_order; i < 32; i++)
        r = f_mul(r, r);
    return r;
}

/* ---- K ---------------------------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t c[3]; /* c0 + c1*phi + c2*phi^2 */
} k3;

static inline k3 k_from(uint64_t a)
{
    k3 r = {{a, 0, 0}};
    return r;
}

static inline k3 k_add(k3 a, k3 b)
{
    k3 r = {{f_add(a.c[0], b.c[0]), f_add(a.c[1], b.c[1]), f_add(a.c[2], b.c[2])}};
    return r;
}

static inline k3 k_sub(k3 a, k3 b)
{
    k3 r = {{f_sub(a.c[0], b.c[0]), f_sub(a.c[1], b.c[1]), f_sub(a.c[2], b.c[2])}};
    return r;
}

static inline k3 k_neg(k3 a) { return k_sub(k_from(0), a); }

static inline k3 k_scale(k3 a, uint64_t b)
{
    k3 r = {{f_mul(a.c[0], b), f_mul(a.c[1], b), f_mul(a.c[2], b)}};
    return r;
}

static inline k3 k_mul(k3 a, k3 b)
{
    uint64_t p3 = f_add(f_mul(a.c[1], b.c[2]), f_mul(a.c[2], b.c[1])); /* phi^3 = phi + 1 */
    uint64_t p4 = f_mul(a.c[2], b.c[2]); /* phi^4 = phi^2 + phi */
    uint64_t p1 = f_add(f_mul(a.c[0], b.c[1]), f_mul(a.c[1], b.c[0]));
    uint64_t p2 = f_add(f_add(f_mul(a.c[0], b.c[2]), f_mul(a.c[2], b.c[0])), f_mul(a.c[1], b.c[1]));
    k3 r = {{f_add(f_mul(a.c[0], b.c[0]), p3), f_add(p1, f_add(p3, p4)), f_add(p2, p4)}};
    return r;
}

static inline k3 k_pow(k3 a, uint64_t e)
{
    k3 r = k_from(1);
    for (; e; e >>= 1, a = k_mul(a, a))
        if (e & 1)
            r = k_mul(r, a);
    return r;
}

/* An element as limbs of 24, 24 and 16 bits of each coordinate: what a sum of products takes (extension.h). */
typedef struct {
    uint64_t c[3][3];
} k3_limbs;

enum { LIMB_BITS = 24, LIMB_MASK = (1 << LIMB_BITS) - 1 };

static inline k3_limbs k_limbs(k3 a)
{
    k3_limbs r;
    for (int c = 0; c < 3; c++)
        for (int k = 0; k < 3; k++)
            r.c[c][k] = a.c[c] >> (LIMB_BITS * k) & LIMB_MASK;
    return r;
}

static inline k3 k_from_limbs(const k3_limbs *a)
{
    k3 r;
    for (int c = 0; c < 3; c++)
        r.c[c] = a->c[c][0] | a->c[c][1] << LIMB_BITS | a->c[c][2] << 2 * LIMB_BITS;
    return r;
}

/* An element's coordinates and their upper halves: what a sum of some of many elements takes (narrow.h). */
typedef struct {
    uint64_t c[3], high[3];
} k3_words;

static inline k3_words k_words(k3 a)
{
    const k3_words r = {{a.c[0], a.c[1], a.c[2]}, {a.c[0] >> 32, a.c[1] >> 32, a.c[2] >> 32}};
    return r;
}

/* The minimal polynomial X^3 - trace*X^2 + second*X - norm of z outside F: the characteristic polynomial of its matrix. */
typedef struct {
    uint64_t trace, second, norm;
} minimal_polynomial;

static inline minimal_polynomial k_minimal(k3 z)
{
    uint64_t a0 = z.c[0], a1 = z.c[1], a2 = z.c[2], d = f_add(a0, a2), e = f_add(a1, a2);
    uint64_t c0 = f_sub(f_mul(d, d), f_mul(a1, e));
    uint64_t c1 = f_sub(f_mul(a2, e), f_mul(a1, d));
    uint64_t c2 = f_sub(f_mul(a1, a1), f_mul(a2, d));
    uint64_t m = f_sub(f_mul(a0, d), f_mul(a1, a2));
    minimal_polynomial r;
    r.trace = f_add(a0, f_add(d, d));
    r.second = f_add(f_add(m, m), c0);
    r.norm = f_add(f_mul(a0, c0), f_add(f_mul(a2, c1), f_mul(a1, c2)));
    return r;
}

/* 1/z = (z^2 - trace*z + second)/norm; 0 gives 0 */
static inline k3 k_inv(k3 z)
{
    minimal_polynomial m = k_minimal(z);
    k3 adjoint = k_add(k_sub(k_mul(z, z), k_scale(z, m.trace)), k_from(m.second));
    return k_scale(adjoint, f_inv(m.norm));
}

#endif
