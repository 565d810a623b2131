/* The vector vocabulary for AVX-512 (F, DQ, BW, VL): eight elements. Canonical elements in, canonical elements out. */
#ifndef L2ZK_ISA_H
#define L2ZK_ISA_H

#include <immintrin.h>
#include <string.h>

#include "field.h"

#define L2ZK_ISA_NAME "avx512"
#define W 8 /* elements of F in a vector */
#define L2ZK_HASH_LANES 16

typedef __m512i V;

static inline V v_load(const uint64_t *p) { return _mm512_loadu_si512(p); }
static inline void v_store(uint64_t *p, V a) { _mm512_storeu_si512(p, a); }
static inline V v_set1(uint64_t a) { return _mm512_set1_epi64((long long)a); }
static inline V v_first(uint64_t a)
{
    return _mm512_zextsi128_si512(_mm_cvtsi64_si128((long long)a));
} /* a, 0, 0, ... */
static inline V v_gather(const uint64_t *p, const uint32_t *index)
{
    return _mm512_i32gather_epi64(_mm256_loadu_si256((const __m256i *)index), (const void *)p, 8);
}

/* EPSILON in every element. Clang would make a product by it of three other instructions, were it not hidden in a register. */
static inline V v_epsilon(void)
{
    V epsilon = v_set1(EPSILON);
#ifdef __clang__
    __asm__("" : "+v"(epsilon));
#endif
    return epsilon;
}

static inline V v_add(V a, V b)
{
    V d = _mm512_sub_epi64(v_set1(P), b), r = _mm512_add_epi64(a, b);
    return _mm512_mask_sub_epi64(r, _mm512_cmpge_epu64_mask(a, d), r, v_set1(P));
}

static inline V v_sub(V a, V b)
{
    V r = _mm512_sub_epi64(a, b);
    return _mm512_mask_add_epi64(r, _mm512_cmplt_epu64_mask(a, b), r, v_set1(P));
}

/* A word that is hi*2^64 + lo mod p; both carries are found before either is applied. */
static inline V v_reduce_any(V hi, V lo)
{
    const V epsilon = v_epsilon();
    V top = _mm512_srli_epi64(hi, 32), m = _mm512_mul_epu32(hi, epsilon);
    V s = _mm512_add_epi64(lo, m), r = _mm512_sub_epi64(s, top);
    __mmask8 over = _mm512_cmplt_epu64_mask(s, m), under = _mm512_cmplt_epu64_mask(s, top);
    r = _mm512_mask_add_epi64(r, over, r, epsilon);
    return _mm512_mask_sub_epi64(r, under, r, epsilon);
}

/* any word mod p: x - p = x + epsilon mod 2^64, the less where x >= p */
static inline V v_canonical(V a) { return _mm512_min_epu64(a, _mm512_add_epi64(a, v_epsilon())); }

static inline V v_reduce(V hi, V lo) { return v_canonical(v_reduce_any(hi, lo)); }

/* For products of many factors: any words come in, and a word comes out that is their product mod p, or the square. */
static inline V v_mul_any(V a, V b)
{
    const V low = v_set1(EPSILON);
    V ah = _mm512_srli_epi64(a, 32), bh = _mm512_srli_epi64(b, 32);
    V ll = _mm512_mul_epu32(a, b), lh = _mm512_mul_epu32(a, bh);
    V hl = _mm512_mul_epu32(ah, b), hh = _mm512_mul_epu32(ah, bh);
    V t0 = _mm512_add_epi64(hl, _mm512_srli_epi64(ll, 32));
    V t1 = _mm512_add_epi64(lh, _mm512_and_si512(t0, low));
    V hi = _mm512_add_epi64(_mm512_add_epi64(hh, _mm512_srli_epi64(t0, 32)), _mm512_srli_epi64(t1, 32));
    V lo = _mm512_mask_blend_epi32(0xaaaa, ll, _mm512_slli_epi64(t1, 32));
    return v_reduce_any(hi, lo);
}
static inline V v_square_any(V a)
{
    V ah = _mm512_srli_epi64(a, 32), ll = _mm512_mul_epu32(a, a), lh = _mm512_mul_epu32(a, ah);
    V lo = _mm512_add_epi64(ll, _mm512_slli_epi64(lh, 33));
    V hi = _mm512_add_epi64(_mm512_mul_epu32(ah, ah), _mm512_srli_epi64(lh, 31));
    return v_reduce_any(_mm512_mask_add_epi64(hi, _mm512_cmplt_epu64_mask(lo, ll), hi, v_set1(1)), lo);
}

/* a + b for any word a and an element b: any word again, since a sum that is 2^64 or more leaves less than p - 1. */
static inline V v_add_any(V a, V b)
{
    V r = _mm512_add_epi64(a, b);
    return _mm512_mask_add_epi64(r, _mm512_cmplt_epu64_mask(r, b), r, v_epsilon());
}

static inline V v_mul(V a, V b) { return v_canonical(v_mul_any(a, b)); }

/* (a mod 2^32)*2^64 mod p, which is below p */
static inline V v_low_epsilon(V a) { return _mm512_mul_epu32(a, v_epsilon()); }

/* W factors, for products with any words */
typedef struct {
    V u, v, u_high, v_high;
} v_factor;

static inline v_factor v_load_factors(const uint64_t *u, const uint64_t *v)
{
    v_factor w = {v_load(u), v_load(v), _mm512_srli_epi64(v_load(u), 32), _mm512_srli_epi64(v_load(v), 32)};
    return w;
}

static inline V v_set_high(const uint64_t *p) /* *p div 2^32 in the lower half of each element */
{
    int high;
    memcpy(&high, (const char *)p + 4, 4);
    return _mm512_set1_epi32(high);
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
    V high = _mm512_srli_epi64(a, 32);
    V a0 = _mm512_mul_epu32(a, w.u), a1 = _mm512_mul_epu32(high, w.v), s = _mm512_sub_epi64(a0, a1);
    V t = _mm512_add_epi64(_mm512_mul_epu32(a, w.u_high), _mm512_srli_epi64(s, 32)),
      b = _mm512_mul_epu32(high, w.v_high);
    b = _mm512_mask_add_epi64(b, _mm512_cmplt_epu64_mask(a0, a1), b, v_set1(1ULL << 32));
    return v_sub(v_sub(t, v_low_epsilon(s)), b);
}

/* Any word times 2^24, 2^48, 2^72, by 2^64 = 2^32 - 1 and 2^96 = -1; a*2^24 mod 2^64 may exceed p, but its sum stays below 2p. */
static inline V v_shift24(V a) { return v_add(_mm512_slli_epi64(a, 24), v_low_epsilon(_mm512_srli_epi64(a, 40))); }
static inline V v_shift48(V a)
{
    return v_sub(_mm512_slli_epi64(a, 48), v_sub(_mm512_srli_epi64(a, 48), v_low_epsilon(_mm512_srli_epi64(a, 16))));
}
static inline V v_shift72(V a) { return v_sub(v_low_epsilon(_mm512_slli_epi64(a, 8)), _mm512_srli_epi64(a, 24)); }

/* For sums of products (extension.h): sum + (a mod 2^32)*(b mod 2^32) in 64 bits; a div 2^32; a*2^32 mod p */
static inline V v_add_low_product(V sum, V a, V b) { return _mm512_add_epi64(sum, _mm512_mul_epu32(a, b)); }
static inline V v_high(V a) { return _mm512_srli_epi64(a, 32); }
static inline V v_half(V a) /* a/2 mod p */
{
    const V half = _mm512_srli_epi64(a, 1);
    return _mm512_mask_add_epi64(half, _mm512_test_epi64_mask(a, v_set1(1)), half, v_set1(HALF));
}
static inline V v_shift32(V a) { return v_add(_mm512_slli_epi64(a, 32), v_low_epsilon(v_high(a))); }

/* Eight vectors hold W runs of eight elements; afterwards vector q holds element q of each run. */
static inline void v_runs_to_lanes(V x[8])
{
    V a[8], b[8];
    for (int i = 0; i < 8; i += 2) {
        a[i] = _mm512_unpacklo_epi64(x[i], x[i + 1]);
        a[i + 1] = _mm512_unpackhi_epi64(x[i], x[i + 1]);
    }
    for (int i = 0; i < 8; i += 4)
        for (int k = 0; k < 2; k++) {
            b[i + k] = _mm512_shuffle_i64x2(a[i + k], a[i + 2 + k], 0x88);
            b[i + 2 + k] = _mm512_shuffle_i64x2(a[i + k], a[i + 2 + k], 0xdd);
        }
    for (int k = 0; k < 4; k++) {
        x[k] = _mm512_shuffle_i64x2(b[k], b[k + 4], 0x88);
        x[k + 4] = _mm512_shuffle_i64x2(b[k], b[k + 4], 0xdd);
    }
}

static inline void v_lanes_to_runs(V x[8]) { v_runs_to_lanes(x); } /* a transposition is its own inverse */

/* For bits: the lanes i where bit i is set; sums of whole words, mod 2^64, in such lanes; the sum mod p of up to 2^32 words of which `sum`
 * is that mod 2^64 and `high` that of their upper halves; bit i of the last one: element i is odd */
typedef __mmask8 v_mask;

static inline v_mask v_set_mask(uint64_t bits) { return (__mmask8)bits; }
static inline V v_add_where(V sum, v_mask mask, V a) { return _mm512_mask_add_epi64(sum, mask, sum, a); }
static inline V v_total(V sum, V high)
{
    return v_add(v_shift32(high), v_canonical(_mm512_sub_epi64(sum, _mm512_slli_epi64(high, 32))));
}
static inline V v_or(V a, V b) { return _mm512_or_si512(a, b); }
static inline uint64_t v_odd(V a) { return _mm512_test_epi64_mask(a, v_set1(1)); }

#endif
