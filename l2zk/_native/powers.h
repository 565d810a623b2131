/* Powers and inverses of many elements of F. (PROTOCOL 2.1) */
#ifndef L2ZK_POWERS_H
#define L2ZK_POWERS_H

#define CHAINS 8 /* vectors whose products are under way at the same time */

_Static_assert(TILE % (CHAINS * W) == 0, "tiles are whole chains");

/* a[q] = a[q]^e for each vector */
static void raise_chains(V a[CHAINS], uint64_t e)
{
    V r[CHAINS];
    for (int q = 0; q < CHAINS; q++)
        r[q] = v_set1(1);
    for (; e; e >>= 1)
        for (int q = 0; q < CHAINS; q++) {
            if (e & 1)
                r[q] = v_mul(r[q], a[q]);
            a[q] = v_mul(a[q], a[q]);
        }
    memcpy(a, r, sizeof r);
}

/* out[i] = values[i]^e, i < TILE */
static void raise_tile(uint64_t *out, const uint64_t *values, uint64_t e)
{
    for (size_t first = 0; first < TILE; first += CHAINS * W) {
        V a[CHAINS];
        for (int q = 0; q < CHAINS; q++)
            a[q] = v_load(values + first + W * q);
        raise_chains(a, e);
        for (int q = 0; q < CHAINS; q++)
            v_store(out + first + W * q, a[q]);
    }
}

/* out[i] = values[i]^e, i < count; 0^0 is 1 */
static void power_values(uint64_t *out, const uint64_t *values, size_t count, uint64_t e)
{
    uint64_t last[TILE] = {0};
    size_t i = 0;
    for (; i + TILE <= count; i += TILE)
        raise_tile(out + i, values + i, e);
    memcpy(last, values + i, 8 * (count - i));
    raise_tile(last, last, e);
    memcpy(out + i, last, 8 * (count - i));
}

/* Inverses of CHUNK elements that are not 0, in place: a chain is the product of those before an element, and going back it is 1/(the
 * product of those up to it). */
static void invert_chunk(uint64_t *values)
{
    uint64_t before[CHUNK];
    V chain[CHAINS];
    for (int q = 0; q < CHAINS; q++)
        chain[q] = v_set1(1);
    for (size_t i = 0; i < CHUNK; i += CHAINS * W)
        for (int q = 0; q < CHAINS; q++) {
            v_store(before + i + W * q, chain[q]);
            chain[q] = v_mul(chain[q], v_load(values + i + W * q));
        }
    raise_chains(chain, P - 2);
    for (size_t i = CHUNK; i > 0;) {
        i -= CHAINS * W;
        for (int q = 0; q < CHAINS; q++) {
            const V value = v_load(values + i + W * q);
            v_store(values + i + W * q, v_mul(chain[q], v_load(before + i + W * q)));
            chain[q] = v_mul(chain[q], value);
        }
    }
}

/* out[i] = 1/values[i], i < count, or 0 where that is 0 */
static void invert_values(uint64_t *out, const uint64_t *values, size_t count)
{
    for (size_t first = 0; first < count; first += CHUNK) {
        const size_t n = count - first < CHUNK ? count - first : CHUNK;
        uint64_t chunk[CHUNK];
        for (size_t i = 0; i < CHUNK; i++)
            chunk[i] = i < n && values[first + i] ? values[first + i] : 1;
        invert_chunk(chunk);
        for (size_t i = 0; i < n; i++)
            out[first + i] = values[first + i] ? chunk[i] : 0;
    }
}

#endif
