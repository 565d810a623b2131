/* K on vectors: W elements at a time, coordinate by coordinate. (PROTOCOL 2.2) */
#ifndef L2ZK_EXTENSION_H
#define L2ZK_EXTENSION_H

/* The sum of the elements of a vector. */
static inline uint64_t sum_of(V a)
{
    uint64_t lane[W], sum = 0;
    v_store(lane, a);
    for (int i = 0; i < W; i++)
        sum = f_add(sum, lane[i]);
    return sum;
}

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

static inline VK vk_mul(VK a, VK b)
{
    V p3 = v_add(v_mul(a.c[1], b.c[2]), v_mul(a.c[2], b.c[1])); /* phi^3 = phi + 1 */
    V p4 = v_mul(a.c[2], b.c[2]);                               /* phi^4 = phi^2 + phi */
    V p1 = v_add(v_mul(a.c[0], b.c[1]), v_mul(a.c[1], b.c[0]));
    V p2 = v_add(v_add(v_mul(a.c[0], b.c[2]), v_mul(a.c[2], b.c[0])), v_mul(a.c[1], b.c[1]));
    VK r = {{v_add(v_mul(a.c[0], b.c[0]), p3), v_add(p1, v_add(p3, p4)), v_add(p2, p4)}};
    return r;
}

#endif
