/* K on vectors: W elements at a time, coordinate by coordinate. (PROTOCOL 2.2) */
#ifndef L2ZK_EXTENSION_H
#define L2ZK_EXTENSION_H

/* The sum of the W elements of a vector. */
static inline uint64_t sum_of(V a)
{
    uint64_t lane[W], sum = 0;
    v_store(lane, a);
    for (int i = 0; i < W; i++)
        sum = f_add(sum, lane[i]);
    return sum;
}

/* A sum of up to 256 products a*b that is reduced only once: halves of a times limbs of b, each product at most 56 bits long. */
typedef struct {
    V low[3], high[3];
} v_sum;

enum { MOST_PRODUCTS = 256 };

static inline v_sum v_sum_zero(void)
{
    const V zero = v_set1(0);
    v_sum s = {{zero, zero, zero}, {zero, zero, zero}};
    return s;
}

static inline void v_sum_add(v_sum *s, V a, V b0, V b1, V b2)
{
    const V h = v_high(a);
    s->low[0] = v_add_low_product(s->low[0], a, b0);
    s->low[1] = v_add_low_product(s->low[1], a, b1);
    s->low[2] = v_add_low_product(s->low[2], a, b2);
    s->high[0] = v_add_low_product(s->high[0], h, b0);
    s->high[1] = v_add_low_product(s->high[1], h, b1);
    s->high[2] = v_add_low_product(s->high[2], h, b2);
}

static inline V v_join_limbs(const V part[3])
{
    return v_add(v_add(v_canonical(part[0]), v_shift24(part[1])), v_shift48(part[2]));
}

static inline V v_sum_value(const v_sum *s) { return v_add(v_join_limbs(s->low), v_shift32(v_join_limbs(s->high))); }

typedef struct {
    V c[3];
} VK;

static inline VK vk_load(const uint64_t *c0, const uint64_t *c1, const uint64_t *c2)
{
    VK r = {{v_load(c0), v_load(c1), v_load(c2)}};
    return r;
}

static inline void vk_store(uint64_t *c0, uint64_t *c1, uint64_t *c2, VK a)
{
    v_store(c0, a.c[0]);
    v_store(c1, a.c[1]);
    v_store(c2, a.c[2]);
}

static inline VK vk_set1(k3 a)
{
    VK r = {{v_set1(a.c[0]), v_set1(a.c[1]), v_set1(a.c[2])}};
    return r;
}

static inline VK vk_add(VK a, VK b)
{
    VK r = {{v_add(a.c[0], b.c[0]), v_add(a.c[1], b.c[1]), v_add(a.c[2], b.c[2])}};
    return r;
}

static inline VK vk_sub(VK a, VK b)
{
    VK r = {{v_sub(a.c[0], b.c[0]), v_sub(a.c[1], b.c[1]), v_sub(a.c[2], b.c[2])}};
    return r;
}

static inline VK vk_scale(VK a, V b)
{
    VK r = {{v_mul(a.c[0], b), v_mul(a.c[1], b), v_mul(a.c[2], b)}};
    return r;
}

/* a + b*s, s in F */
static inline VK vk_add_scaled(VK a, VK b, V s) { return vk_add(a, vk_scale(b, s)); }

/* Six products (Karatsuba): with d_i = a_i*b_i and e_ij = (a_i + a_j)*(b_i + b_j), and phi^3 = phi + 1 */
static inline VK vk_mul(VK a, VK b)
{
    const V d0 = v_mul(a.c[0], b.c[0]), d1 = v_mul(a.c[1], b.c[1]), d2 = v_mul(a.c[2], b.c[2]);
    const V e01 = v_mul(v_add(a.c[0], a.c[1]), v_add(b.c[0], b.c[1]));
    const V e02 = v_mul(v_add(a.c[0], a.c[2]), v_add(b.c[0], b.c[2]));
    const V e12 = v_mul(v_add(a.c[1], a.c[2]), v_add(b.c[1], b.c[2]));
    const V d01 = v_sub(d0, d1);
    VK r = {{v_add(v_sub(e12, d2), d01), v_sub(v_sub(v_add(e01, e12), d1), v_add(d0, d1)), v_sub(e02, d01)}};
    return r;
}

/* a*b + c*d */
static inline VK vk_mul_two(VK a, VK b, VK c, VK d) { return vk_add(vk_mul(a, b), vk_mul(c, d)); }

/* An element of K for products with many others: its coordinates, and their sums two by two (Karatsuba) */
typedef struct {
    v_factor c[3], e01, e02, e12;
} vk_factor;

static inline vk_factor vk_prepare(k3 a)
{
    const f_factor w[6] = {f_prepare(a.c[0]),
                           f_prepare(a.c[1]),
                           f_prepare(a.c[2]),
                           f_prepare(f_add(a.c[0], a.c[1])),
                           f_prepare(f_add(a.c[0], a.c[2])),
                           f_prepare(f_add(a.c[1], a.c[2]))};
    const vk_factor r = {{v_set_factor(w), v_set_factor(w + 1), v_set_factor(w + 2)},
                         v_set_factor(w + 3),
                         v_set_factor(w + 4),
                         v_set_factor(w + 5)};
    return r;
}

static inline VK vk_times(VK a, const vk_factor *w)
{
    const V d0 = v_times(a.c[0], w->c[0]), d1 = v_times(a.c[1], w->c[1]), d2 = v_times(a.c[2], w->c[2]);
    const V e01 = v_times(v_add(a.c[0], a.c[1]), w->e01), e02 = v_times(v_add(a.c[0], a.c[2]), w->e02);
    const V e12 = v_times(v_add(a.c[1], a.c[2]), w->e12), d01 = v_sub(d0, d1);
    const VK r = {{v_add(v_sub(e12, d2), d01), v_sub(v_sub(v_add(e01, e12), d1), v_add(d0, d1)), v_sub(e02, d01)}};
    return r;
}

/* The same for a in F */
static inline VK vk_times_base(V a, const vk_factor *w)
{
    const VK r = {{v_times(a, w->c[0]), v_times(a, w->c[1]), v_times(a, w->c[2])}};
    return r;
}

/* sum_t coefficients[t]*sources[t][at ..], W elements. */
static inline VK weighted_sum(const k3_limbs *coefficients, const uint64_t *const *sources, size_t count, size_t at)
{
    VK sum = vk_set1(k_from(0));
    if (count < 6) { /* the one reduction of a v_sum would cost more than it saves */
        for (size_t t = 0; t < count; t++)
            sum = vk_add_scaled(sum, vk_set1(k_from_limbs(coefficients + t)), v_load(sources[t] + at));
        return sum;
    }
    for (size_t first = 0; first < count; first += MOST_PRODUCTS)
        for (int c = 0; c < 3; c++) {
            v_sum s = v_sum_zero();
            for (size_t t = first; t < count && t < first + MOST_PRODUCTS; t++) {
                const uint64_t *b = coefficients[t].c[c];
                v_sum_add(&s, v_load(sources[t] + at), v_set1(b[0]), v_set1(b[1]), v_set1(b[2]));
            }
            sum.c[c] = v_add(sum.c[c], v_sum_value(&s));
        }
    return sum;
}

#endif
