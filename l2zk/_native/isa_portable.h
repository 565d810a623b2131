/* The vector vocabulary for any machine: a vector is one element. Canonical elements in, canonical elements out, unless a comment says
 * that any words may come in.
 *
 * A further instruction set is a header like this one, isa_<name>.h, with everything that is here: L2ZK_ISA_NAME; W, a power of two up to
 * 8; L2ZK_HASH_LANES, 4, 8 or 16; the types V and v_factor and the functions v_*. CONTRIBUTING.md lists the other files to touch. */
#ifndef L2ZK_ISA_H
#define L2ZK_ISA_H

#include "field.h"

#define L2ZK_ISA_NAME "portable"
#define W 1 /* elements of F in a vector */
#define L2ZK_HASH_LANES 4

typedef uint64_t V;

static inline V v_load(const uint64_t *p) { return *p; }
static inline void v_store(uint64_t *p, V a) { *p = a; }
static inline V v_set1(uint64_t a) { return a; }
static inline V v_first(uint64_t a) { return a; } /* a, 0, 0, ... */
static inline V v_gather(const uint64_t *p, const uint32_t *index) { return p[*index]; }
static inline V v_add(V a, V b) { return f_add(a, b); }
static inline V v_sub(V a, V b) { return f_sub(a, b); }
static inline V v_mul(V a, V b) { return f_mul(a, b); }

/* For products of many factors: any words come in, and a word comes out that is their product mod p, or the square. */
static inline V v_mul_any(V a, V b) { return f_mul(a, b); }
static inline V v_square_any(V a) { return f_mul(a, a); }

/* a + b for any word a and an element b: any word again, since a sum that is 2^64 or more leaves less than p - 1. */
static inline V v_add_any(V a, V b)
{
    V r = a + b;
    return r + (r < b ? EPSILON : 0);
}

/* A factor w (field.h): v_load_factors takes one for each lane, of which u and v are given. v_times multiplies any words by it. */
typedef uint64_t v_factor;

static inline v_factor v_load_factors(const uint64_t *u, const uint64_t *v) { return (void)u, *v; }
static inline v_factor v_set_factor(const f_factor *w) { return w->v; }
static inline V v_times(V a, v_factor v) { return f_times(a, v); }

/* Any word times 2^24, 2^48, 2^72 */
static inline V v_shift24(V a) { return f_reduce(a >> 40, a << 24); }
static inline V v_shift48(V a) { return f_reduce(a >> 16, a << 48); }
static inline V v_shift72(V a) { return f_sub(((a & 0xffffff) << 40) - ((a & 0xffffff) << 8), a >> 24); }

/* For sums of products (extension.h): sum + (a mod 2^32)*(b mod 2^32) in 64 bits; a div 2^32; any a mod p; a*2^32 mod p */
static inline V v_add_low_product(V sum, V a, V b) { return sum + (a & EPSILON) * (b & EPSILON); }
static inline V v_high(V a) { return a >> 32; }
static inline V v_canonical(V a) { return a >= P ? a - P : a; }
static inline V v_half(V a) { return (a >> 1) + ((a & 1) ? HALF : 0); } /* a/2 mod p */
static inline V v_shift32(V a) { return f_reduce(a >> 32, a << 32); }

/* Eight vectors hold W runs of eight elements; afterwards vector q holds element q of each run. And back. */
static inline void v_runs_to_lanes(V x[8]) { (void)x; }
static inline void v_lanes_to_runs(V x[8]) { (void)x; }

/* For bits: all ones in lane i where bit i is set; sums of whole words, mod 2^64, in such lanes; the sum mod p of up to 2^32 words of
 * which `sum` is that mod 2^64 and `high` that of their upper halves; bit i of the last one: element i is odd */
typedef uint64_t v_mask;

static inline v_mask v_set_mask(uint64_t bits) { return -(bits & 1); }
static inline V v_add_where(V sum, v_mask mask, V a) { return sum + (a & mask); }
static inline V v_total(V sum, V high) { return f_add(v_shift32(high), v_canonical(sum - (high << 32))); }
static inline V v_or(V a, V b) { return a | b; }
static inline uint64_t v_odd(V a) { return a & 1; }

#endif
