/* The vector vocabulary for NEON on 64-bit ARM: two elements. Canonical elements in, canonical elements out. */
#ifndef L2ZK_ISA_H
#define L2ZK_ISA_H

#include <arm_neon.h>

#include "field.h"

#define L2ZK_ISA_NAME "neon"
#define W 2 /* elements of F in a vector */
#define L2ZK_HASH_LANES 4

typedef uint64x2_t V;

static inline V v_load(const uint64_t *p) { return vld1q_u64(p); }
static inline void v_store(uint64_t *p, V a) { vst1q_u64(p, a); }
static inline V v_set1(uint64_t a) { return vdupq_n_u64(a); }
static inline V v_first(uint64_t a) { return vcombine_u64(vcreate_u64(a), vcreate_u64(0)); } /* a, 0, 0, ... */
static inline V v_gather(const uint64_t *p, const uint32_t *index)
{
    return vcombine_u64(vcreate_u64(p[index[0]]), vcreate_u64(p[index[1]]));
}

static inline V v_add(V a, V b)
{
    V d = vsubq_u64(v_set1(P), b), r = vsubq_u64(a, d);
    return vaddq_u64(r, vandq_u64(vcltq_u64(a, d), v_set1(P)));
}

static inline V v_sub(V a, V b)
{
    V r = vsubq_u64(a, b);
    return vaddq_u64(r, vandq_u64(vcltq_u64(a, b), v_set1(P)));
}

/* hi*2^64 + lo mod p */
static inline V v_reduce(V hi, V lo)
{
    const V epsilon = v_set1(EPSILON);
    V top = vshrq_n_u64(hi, 32), m = vmull_u32(vmovn_u64(hi), vdup_n_u32(0xffffffff));
    V s = vaddq_u64(lo, m), r = vsubq_u64(s, top);
    r = vaddq_u64(r, vandq_u64(vcltq_u64(s, m), epsilon));
    r = vsubq_u64(r, vandq_u64(vcltq_u64(s, top), epsilon));
    return vaddq_u64(r, vandq_u64(vcgeq_u64(r, v_set1(P)), epsilon)); /* x - p = x + epsilon mod 2^64 */
}

static inline V v_mul(V a, V b)
{
    uint32x2_t al = vmovn_u64(a), ah = vshrn_n_u64(a, 32), bl = vmovn_u64(b), bh = vshrn_n_u64(b, 32);
    V ll = vmull_u32(al, bl), lh = vmull_u32(al, bh), hl = vmull_u32(ah, bl), hh = vmull_u32(ah, bh);
    V t0 = vaddq_u64(hl, vshrq_n_u64(ll, 32));
    V t1 = vaddq_u64(lh, vandq_u64(t0, v_set1(EPSILON)));
    V hi = vaddq_u64(vaddq_u64(hh, vshrq_n_u64(t0, 32)), vshrq_n_u64(t1, 32));
    V lo = vorrq_u64(vandq_u64(ll, v_set1(EPSILON)), vshlq_n_u64(t1, 32));
    return v_reduce(hi, lo);
}

/* For products of many factors: any words come in, and a word comes out that is their product mod p, or the square. */
static inline V v_mul_any(V a, V b) { return v_mul(a, b); }
static inline V v_square_any(V a) { return v_mul(a, a); }

/* a + b for any word a and an element b: any word again, since a sum that is 2^64 or more leaves less than p - 1. */
static inline V v_add_any(V a, V b)
{
    V r = vaddq_u64(a, b);
    return vaddq_u64(r, vandq_u64(vcltq_u64(r, b), v_set1(EPSILON)));
}

/* (a mod 2^32)*2^64 mod p, which is below p */
static inline V v_low_epsilon(V a) { return vmull_u32(vmovn_u64(a), vdup_n_u32(0xffffffff)); }

/* W factors, for products with any words */
typedef struct {
    uint32x2_t u, v, u_high, v_high;
} v_factor;

static inline v_factor v_load_factors(const uint64_t *u, const uint64_t *v)
{
    v_factor w = {vmovn_u64(v_load(u)), vmovn_u64(v_load(v)), vshrn_n_u64(v_load(u), 32), vshrn_n_u64(v_load(v), 32)};
    return w;
}

static inline v_factor v_set_factor(const f_factor *w)
{
    v_factor r = {vdup_n_u32((uint32_t)w->u), vdup_n_u32((uint32_t)w->v), vdup_n_u32(w->u >> 32),
                  vdup_n_u32(w->v >> 32)};
    return r;
}

/* a*w by the factor's equation. The products with its words' lower halves give s = h*2^32 + l and s*2^-32 = h - l*2^64; where s borrows,
 * 2^32 more is subtracted. All that is added or subtracted stays below p. */
static inline V v_times(V a, v_factor w)
{
    uint32x2_t low = vmovn_u64(a), high = vshrn_n_u64(a, 32);
    V a0 = vmull_u32(low, w.u), a1 = vmull_u32(high, w.v), s = vsubq_u64(a0, a1);
    V t = vmlal_u32(vshrq_n_u64(s, 32), low, w.u_high), b = vmull_u32(high, w.v_high);
    b = vaddq_u64(b, vandq_u64(vcltq_u64(a0, a1), v_set1(1ULL << 32)));
    return v_sub(v_sub(t, v_low_epsilon(s)), b);
}

/* Any word times 2^24, 2^48, 2^72, by 2^64 = 2^32 - 1 and 2^96 = -1; a*2^24 mod 2^64 may exceed p, but its sum stays below 2p. */
static inline V v_shift24(V a) { return v_add(vshlq_n_u64(a, 24), v_low_epsilon(vshrq_n_u64(a, 40))); }
static inline V v_shift48(V a)
{
    return v_sub(vshlq_n_u64(a, 48), v_sub(vshrq_n_u64(a, 48), v_low_epsilon(vshrq_n_u64(a, 16))));
}
static inline V v_shift72(V a) { return v_sub(v_low_epsilon(vshlq_n_u64(a, 8)), vshrq_n_u64(a, 24)); }

/* For sums of products (extension.h): sum + (a mod 2^32)*(b mod 2^32) in 64 bits; a div 2^32; any a mod p; a*2^32 mod p */
static inline V v_add_low_product(V sum, V a, V b) { return vmlal_u32(sum, vmovn_u64(a), vmovn_u64(b)); }
static inline V v_high(V a) { return vshrq_n_u64(a, 32); }
static inline V v_canonical(V a) { return v_reduce(v_set1(0), a); }
static inline V v_half(V a) /* a/2 mod p */
{
    return vaddq_u64(vshrq_n_u64(a, 1), vandq_u64(vtstq_u64(a, v_set1(1)), v_set1(HALF)));
}
static inline V v_shift32(V a) { return v_add(vshlq_n_u64(a, 32), v_low_epsilon(v_high(a))); }

/* Eight vectors hold two runs of eight elements, four vectors a run; afterwards vector q holds element q of each run. */
static inline void v_runs_to_lanes(V x[8])
{
    V y[8];
    for (int i = 0; i < 4; i++) {
        y[2 * i] = vzip1q_u64(x[i], x[4 + i]);
        y[2 * i + 1] = vzip2q_u64(x[i], x[4 + i]);
    }
    for (int q = 0; q < 8; q++)
        x[q] = y[q];
}

static inline void v_lanes_to_runs(V x[8])
{
    V y[8];
    for (int i = 0; i < 4; i++) {
        y[i] = vzip1q_u64(x[2 * i], x[2 * i + 1]);
        y[4 + i] = vzip2q_u64(x[2 * i], x[2 * i + 1]);
    }
    for (int q = 0; q < 8; q++)
        x[q] = y[q];
}

/* For bits: all ones in lane i where bit i is set; sums of whole words, mod 2^64, in such lanes; the sum mod p of up to 2^32 words of
 * which `sum` is that mod 2^64 and `high` that of their upper halves; bit i of the last one: element i is odd */
typedef uint64x2_t v_mask;

static inline v_mask v_set_mask(uint64_t bits)
{
    return vtstq_u64(vdupq_n_u64(bits), vcombine_u64(vcreate_u64(1), vcreate_u64(2)));
}
static inline V v_add_where(V sum, v_mask mask, V a) { return vaddq_u64(sum, vandq_u64(a, mask)); }
static inline V v_total(V sum, V high)
{
    return v_add(v_shift32(high), v_canonical(vsubq_u64(sum, vshlq_n_u64(high, 32))));
}
static inline V v_or(V a, V b) { return vorrq_u64(a, b); }
static inline uint64_t v_odd(V a) { return (vgetq_lane_u64(a, 0) & 1) | (vgetq_lane_u64(a, 1) & 1) << 1; }

#endif
