/* The verifier as WebAssembly: no imports, a new instance for each proof. See npm/index.js. */

#include "report.h"

#define EXPORT(name) __attribute__((export_name(#name)))

/* With -mbulk-memory the first two are instructions. */
void *memcpy(void *restrict to, const void *restrict from, size_t count) { return __builtin_memcpy(to, from, count); }
void *memset(void *to, int byte, size_t count) { return __builtin_memset(to, byte, count); }

int memcmp(const void *a, const void *b, size_t count)
{
    const uint8_t *x = a, *y = b;
    for (size_t i = 0; i < count; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

size_t strlen(const char *s)
{
    const volatile char *at = s;
    while (*at)
        at++;
    return (size_t)(at - s);
}

enum { PAGE = 1 << 16, MOST_FIXED = 1 << 16, MEMORY = 1 << 28 };

extern uint8_t __heap_base;
static uintptr_t top;
static judged j;

/* Memory for `size` bytes, at a multiple of 16; 0 if there is none. It is never given back. */
EXPORT(room) void *room(size_t size)
{
    uintptr_t at = top ? top : ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15, pages = __builtin_wasm_memory_size(0);
    if (size > MEMORY - at)
        return 0;
    uintptr_t end = (at + size + 15) & ~(uintptr_t)15;
    if (end > pages * PAGE && __builtin_wasm_memory_grow(0, (end - pages * PAGE + PAGE - 1) / PAGE) == (size_t)-1)
        return 0;
    top = end;
    return (void *)at;
}

/* One more key: 1, or 0 if there are too many. */
EXPORT(key) int add_key(const uint8_t *bytes, size_t length)
{
    if (j.key_count == MOST_KEYS)
        return 0;
    j.keys[j.key_count++] = (l2zk_span){bytes, length};
    return 1;
}

EXPORT(proof) void set_proof(const uint8_t *bytes, size_t length) { j.proof = (l2zk_span){bytes, length}; }

/* What is demanded: least bits, or 0; the 16 bytes of the options, or 0. */
EXPORT(demand) void demand(uint32_t bits, const uint8_t *options, double most_work)
{
    j.policy.least_bits = bits;
    j.policy.options = options;
    j.policy.most_work = (uint64_t)most_work;
}

/* One more public value: 1, or 0 if there are too many. */
EXPORT(fix)
int fix(uint32_t group, uint32_t statement, uint32_t kind, const uint8_t *name, size_t length, const uint64_t *values,
        size_t count)
{
    static l2zk_fixed *fixed;
    if (!fixed)
        j.policy.fixed = fixed = room(MOST_FIXED * sizeof *fixed);
    if (!fixed || j.policy.fixed_count == MOST_FIXED)
        return 0;
    fixed[j.policy.fixed_count++] = (l2zk_fixed){group, statement, kind, {name, length}, values, count};
    return 1;
}

static void decide(int verifies)
{
    order_keys(&j);
    size_t size = l2zk_memory(j.ordered, j.ordered_count, j.proof, &j.policy, &j.verdict);
    void *buffer = size ? room(size) : 0;
    l2zk_verdict ignored;
    if (size && !buffer) {
        j.verdict =
            (l2zk_verdict){.reason = L2ZK_MEMORY, .section = "", .what = "the proof needs more memory than there is"};
        return;
    }
    if (size)
        j.round_count =
            l2zk_rounds(j.ordered, j.ordered_count, j.proof, &j.policy, buffer, size, j.rounds, MOST_ROUNDS, &ignored);
    if (size && verifies)
        l2zk_verify(j.ordered, j.ordered_count, j.proof, &j.policy, buffer, size, &j.verdict);
}

/* The report (report.h), a JSON text that ends with a 0. With `verifies` = 0 nothing is verified; 0 if there is no memory. */
EXPORT(report) const char *report(int verifies)
{
    text t = {room(REPORT_BYTES), REPORT_BYTES, 0};
    if (!t.bytes)
        return 0;
    decide(verifies);
    put_report(&t, &j);
    return t.bytes;
}

/* BLAKE3 of a sequence's values, as headers have it. */
EXPORT(hash) void hash(const uint8_t *bytes, size_t length, uint8_t *digest) { l2zk_hash(bytes, length, digest); }
