/* Sums, differences and products of many elements of F, one by one. (PROTOCOL 2.1) */
#ifndef L2ZK_OPERATIONS_H
#define L2ZK_OPERATIONS_H

/* out[i] = a[i] + b[i], i < count; and so on */
static void add_values(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count)
{
    size_t i = 0;
    for (; i + W <= count; i += W)
        v_store(out + i, v_add(v_load(a + i), v_load(b + i)));
    for (; i < count; i++)
        out[i] = f_add(a[i], b[i]);
}

static void subtract_values(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count)
{
    size_t i = 0;
    for (; i + W <= count; i += W)
        v_store(out + i, v_sub(v_load(a + i), v_load(b + i)));
    for (; i < count; i++)
        out[i] = f_sub(a[i], b[i]);
}

static void multiply_values(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t count)
{
    size_t i = 0;
    for (; i + W <= count; i += W)
        v_store(out + i, v_mul(v_load(a + i), v_load(b + i)));
    for (; i < count; i++)
        out[i] = f_mul(a[i], b[i]);
}

#endif
