/* The vector vocabulary for AVX2: four elements. Canonical elements in, canonical elements out.
 *
 * AVX2 compares signed only, so an unsigned a < b is the signed comparison with the top bits of both turned.
 */
#ifndef L2ZK_ISA_H
#define L2ZK_ISA_H

#include <immintrin.h>
#include <string.h>

#include "field.h"

#define L2ZK_ISA_NAME "avx2"
#define W 4 /* elements of F in a vector */
#define L2ZK_HASH_LANES 8

typedef __m256i V;

static inline V v_load(const uint64_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
static inline void v_store(uint64_t *p, V a) { _mm256_storeu_si256((__m256i *)p, a); }
static inline V v_set1(uint64_t a) { return _mm256_set1_epi64x((long long)a); }
static inline V v_first(uint64_t a) { return _mm256_set_epi64x(0, 0, 0, (long long)a); } /* a, 0, 0, ... */
static inline V v_gather(const uint64_t *p, const uint32_t *index)
{
    return _mm256_i32gather_epi64((const void *)p, _mm_loadu_si128((const __m128i *)index), 8);
}

static inline V v_turn(V a) { return _mm256_xor_si256(a, v_set1(1ULL << 63)); }

/* all ones where a < b */
static inline V v_less(V a, V b) { return _mm256_cmpgt_epi64(v_turn(b), v_turn(a)); }

static inline V v_add(V a, V b)
{
    /* a < p - b, turned; turning and subtracting change places */
    V below = _mm256_cmpgt_epi64(_mm256_sub_epi64(v_turn(v_set1(P)), b), v_turn(a));
    return _mm256_sub_epi64(_mm256_add_epi64(a, b), _mm256_andnot_si256(below, v_set1(P)));
}

static inline V v_sub(V a, V b)
{
    V r = _mm256_sub_epi64(a, b);
    return _mm256_add_epi64(r, _mm256_and_si256(v_less(a, b), v_set1(P)));
}

/* A word that is hi*2^64 + lo mod p */
static inline V v_reduce_any(V hi, V lo)
{
    const V epsilon = v_set1(EPSILON);
    V top = _mm256_srli_epi64(hi, 32), m = _mm256_mul_epu32(hi, epsilon);
    V s = _mm256_add_epi64(lo, m), r = _mm256_sub_epi64(s, top);
    r = _mm256_add_epi64(r, _mm256_and_si256(v_less(s, m), epsilon));
    return _mm256_sub_epi64(r, _mm256_and_si256(v_less(s, top), epsilon));
}

/* any word mod p: x - p = x + epsilon mod 2^64 */
static inline V v_canonical(V a)
{
    return _mm256_add_epi64(a, _mm256_andnot_si256(v_less(a, v_set1(P)), v_set1(EPSILON)));
}

static inline V v_reduce(V hi, V lo) { return v_canonical(v_reduce_any(hi, lo)); }

/* For products of many factors: any words come in, and a word comes out that is their product mod p, or the square. */
static inline V v_mul_any(V a, V b)
{
    const V low = v_set1(EPSILON);
    V ah = _mm256_srli_epi64(a, 32), bh = _mm256_srli_epi64(b, 32);
    V ll = _mm256_mul_epu32(a, b), lh = _mm256_mul_epu32(a, bh);
    V hl = _mm256_mul_epu32(ah, b), hh = _mm256_mul_epu32(ah, bh);
    V t0 = _mm256_add_epi64(hl, _mm256_srli_epi64(ll, 32));
    V t1 = _mm256_add_epi64(lh, _mm256_and_si256(t0, low));
    V hi = _mm256_add_epi64(_mm256_add_epi64(hh, _mm256_srli_epi64(t0, 32)), _mm256_srli_epi64(t1, 32));
    V lo = _mm256_blend_epi32(ll, _mm256_slli_epi64(t1, 32), 0xaa);
    return v_reduce_any(hi, lo);
}
static inline V v_square_any(V a)
{
    V ah = _mm256_srli_epi64(a, 32), ll = _mm256_mul_epu32(a, a), lh = _mm256_mul_epu32(a, ah);
    V lo = _mm256_add_epi64(ll, _mm256_slli_epi64(lh, 33));
    V hi = _mm256_add_epi64(_mm256_mul_epu32(ah, ah), _mm256_srli_epi64(lh, 31));
    return v_reduce_any(_mm256_sub_epi64(hi, v_less(lo, ll)), lo);
}

/* a + b for any word a and an element b: any word again, since a sum that is 2^64 or more leaves less than p - 1. */
static inline V v_add_any(V a, V b)
{
    V r = _mm256_add_epi64(a, b);
    return _mm256_add_epi64(r, _mm256_and_si256(v_less(r, b), v_set1(EPSILON)));
}

static inline V v_mul(V a, V b) { return v_canonical(v_mul_any(a, b)); }

/* (a mod 2^32)*2^64 mod p, which is below p */
static inline V v_low_epsilon(V a) { return _mm256_mul_epu32(a, v_set1(EPSILON)); }

/* W factors, for products with any words */
typedef struct {
    V u, v, u_high, v_high;
} v_factor;

static inline v_factor v_load_factors(const uint64_t *u, const uint64_t *v)
{
    v_factor w = {v_load(u), v_load(v), _mm256_srli_epi64(v_load(u), 32), _mm256_srli_epi64(v_load(v), 32)};
    return w;
}

static inline V v_set_high(const uint64_t *p) /* *p div 2^32 in the lower half of each element */
{
    int high;
    memcpy(&high, (const char *)p + 4, 4);
    return _mm256_set1_epi32(high);
}

static inline v_factor v_set_factor(const f_factor *w)
{
    v_factor r = {v_set1(w->u), v_set1(w->v), v_set_high(&w->u), v_set_high(&w->v)};
    return r;
}

/* a*w by the factor's equation. The products with its words' lower halves give s = h*2^32 + l and s*2^-32 = h - l*2^64; where s borrows,
 * 2^32 more is subtracted. All that is added or subtracted stays below p. */
static inline V v_times(V a, v_factor w)
{
    V high = _mm256_srli_epi64(a, 32);
    V a0 = _mm256_mul_epu32(a, w.u), a1 = _mm256_mul_epu32(high, w.v), s = _mm256_sub_epi64(a0, a1);
    V t = _mm256_add_epi64(_mm256_mul_epu32(a, w.u_high), _mm256_srli_epi64(s, 32)),
      b = _mm256_mul_epu32(high, w.v_high);
    b = _mm256_add_epi64(b, _mm256_and_si256(v_less(a0, a1), v_set1(1ULL << 32)));
    return v_sub(v_sub(t, v_low_epsilon(s)), b);
}

/* Any word times 2^24, 2^48, 2^72, by 2^64 = 2^32 - 1 and 2^96 = -1; a*2^24 mod 2^64 may exceed p, but its sum stays below 2p. */
static inline V v_shift24(V a) { return v_add(_mm256_slli_epi64(a, 24), v_low_epsilon(_mm256_srli_epi64(a, 40))); }
static inline V v_shift48(V a)
{
    return v_sub(_mm256_slli_epi64(a, 48), v_sub(_mm256_srli_epi64(a, 48), v_low_epsilon(_mm256_srli_epi64(a, 16))));
}
static inline V v_shift72(V a) { return v_sub(v_low_epsilon(_mm256_slli_epi64(a, 8)), _mm256_srli_epi64(a, 24)); }

/* For sums of products (extension.h): sum + (a mod 2^32)*(b mod 2^32) in 64 bits; a div 2^32; a*2^32 mod p */
static inline V v_add_low_product(V sum, V a, V b) { return _mm256_add_epi64(sum, _mm256_mul_epu32(a, b)); }
static inline V v_high(V a) { return _mm256_srli_epi64(a, 32); }
static inline V v_half(V a) /* a/2 mod p */
{
    const V odd = _mm256_sub_epi64(v_set1(0), _mm256_and_si256(a, v_set1(1)));
    return _mm256_add_epi64(_mm256_srli_epi64(a, 1), _mm256_and_si256(odd, v_set1(HALF)));
}
static inline V v_shift32(V a) { return v_add(_mm256_slli_epi64(a, 32), v_low_epsilon(v_high(a))); }

static inline void v_transpose(V *a, V *b, V *c, V *d)
{
    V e = _mm256_unpacklo_epi64(*a, *b), f = _mm256_unpackhi_epi64(*a, *b);
    V g = _mm256_unpacklo_epi64(*c, *d), h = _mm256_unpackhi_epi64(*c, *d);
    *a = _mm256_permute2x128_si256(e, g, 0x20);
    *b = _mm256_permute2x128_si256(f, h, 0x20);
    *c = _mm256_permute2x128_si256(e, g, 0x31);
    *d = _mm256_permute2x128_si256(f, h, 0x31);
}

/* Eight vectors hold W runs of eight elements, two vectors a run; afterwards vector q holds element q of each run. */
static inline void v_runs_to_lanes(V x[8])
{
    V y[8] = {x[0], x[2], x[4], x[6], x[1], x[3], x[5], x[7]};
    v_transpose(y, y + 1, y + 2, y + 3);
    v_transpose(y + 4, y + 5, y + 6, y + 7);
    for (int q = 0; q < 8; q++)
        x[q] = y[q];
}

static inline void v_lanes_to_runs(V x[8])
{
    v_transpose(x, x + 1, x + 2, x + 3);
    v_transpose(x + 4, x + 5, x + 6, x + 7);
    V y[8] = {x[0], x[4], x[1], x[5], x[2], x[6], x[3], x[7]};
    for (int q = 0; q < 8; q++)
        x[q] = y[q];
}

/* For bits: all ones in lane i where bit i is set; sums of whole words, mod 2^64, in such lanes; the sum mod p of up to 2^32 words of
 * which `sum` is that mod 2^64 and `high` that of their upper halves; bit i of the last one: element i is odd */
typedef __m256i v_mask;

static inline v_mask v_set_mask(uint64_t bits)
{
    const V each = _mm256_set_epi64x(8, 4, 2, 1);
    return _mm256_cmpeq_epi64(_mm256_and_si256(v_set1(bits), each), each);
}
static inline V v_add_where(V sum, v_mask mask, V a) { return _mm256_add_epi64(sum, _mm256_and_si256(a, mask)); }
static inline V v_total(V sum, V high)
{
    return v_add(v_shift32(high), v_canonical(_mm256_sub_epi64(sum, _mm256_slli_epi64(high, 32))));
}
static inline V v_or(V a, V b) { return _mm256_or_si256(a, b); }
static inline uint64_t v_odd(V a)
{
    return (uint64_t)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_slli_epi64(a, 63)));
}

#endif
