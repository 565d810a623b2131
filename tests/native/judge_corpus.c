/* Judges a file of proofs that tests/support/c_corpus.py wrote: each must be accepted or refused as the file says. All is
   copied to memory of its own length, so that a sanitizer sees what is read or written beyond. */

#include "../../verify/l2zk_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t keys, fixed, accepted;
    l2zk_span key[64], proof;
    l2zk_fixed *value;
} Case;

static uint32_t read32(FILE *file)
{
    uint8_t b[4];
    if (fread(b, 1, 4, file) != 4)
        exit(2);
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static l2zk_span read_span(FILE *file)
{
    size_t length = read32(file);
    uint8_t *bytes = malloc(length ? length : 1);
    if (!bytes || fread(bytes, 1, length, file) != length)
        exit(2);
    return (l2zk_span){bytes, length};
}

static l2zk_fixed read_fixed(FILE *file)
{
    l2zk_fixed said = {read32(file), read32(file), read32(file), {NULL, 0}, NULL, 0};
    said.name = read_span(file);
    l2zk_span words = read_span(file);
    said.values = (const uint64_t *)(const void *)words.bytes; /* little-endian, from malloc */
    said.count = words.length / 8;
    return said;
}

/* 0 at the end of the file. */
static int read_case(FILE *file, Case *c)
{
    int first = fgetc(file);
    if (first == EOF || ungetc(first, file) == EOF)
        return 0;
    memset(c, 0, sizeof *c);
    c->keys = read32(file), c->fixed = read32(file), c->accepted = read32(file);
    for (uint32_t i = 0; i < c->keys && i < 64; i++)
        c->key[i] = read_span(file);
    c->proof = read_span(file);
    c->value = calloc(c->fixed + 1, sizeof *c->value);
    for (uint32_t i = 0; c->value && i < c->fixed; i++)
        c->value[i] = read_fixed(file);
    return c->value != NULL;
}

static void forget(Case *c)
{
    for (uint32_t i = 0; i < c->keys; i++)
        free((void *)(uintptr_t)c->key[i].bytes);
    for (uint32_t i = 0; i < c->fixed; i++) {
        free((void *)(uintptr_t)c->value[i].name.bytes);
        free((void *)(uintptr_t)c->value[i].values);
    }
    free((void *)(uintptr_t)c->proof.bytes);
    free(c->value);
}

/* The functions that only read. */
static size_t look(const Case *c)
{
    l2zk_items items;
    l2zk_item item;
    l2zk_verdict verdict;
    l2zk_span id, parameters, notes;
    uint8_t digest[32];
    size_t count = 0;
    if (l2zk_items_begin(&items, c->proof, &verdict))
        while (l2zk_items_next(&items, &item))
            count += 1 + (item.bytes.length ? item.bytes.bytes[item.bytes.length - 1] : 0);
    for (uint32_t i = 0; i < c->keys; i++)
        count += (size_t)l2zk_key(c->key[i], &id, &parameters, &notes, digest);
    return count;
}

static int judge(const Case *c, size_t *looked)
{
    const uint8_t *options = c->proof.length >= 24 ? c->proof.bytes + 8 : NULL; /* its own */
    l2zk_policy policy = {options ? 0 : 1, options, c->value, c->fixed, NULL, 0, 0};
    l2zk_verdict verdict;
    l2zk_round rounds[8];
    size_t size = l2zk_memory(c->key, c->keys, c->proof, &policy, &verdict);
    *looked += look(c);
    if (!size)
        return 0;
    uint8_t *buffer = malloc(size + 1); /* begun at an odd address */
    if (!buffer)
        exit(2);
    *looked += l2zk_rounds(c->key, c->keys, c->proof, &policy, buffer + 1, size, rounds, 8, &verdict);
    int accepted = l2zk_verify(c->key, c->keys, c->proof, &policy, buffer + 1, size, &verdict);
    if (verdict.reason == L2ZK_MEMORY || verdict.reason == L2ZK_UNSUPPORTED)
        accepted = 2;
    free(buffer);
    return accepted;
}

int main(int count, char **arguments)
{
    FILE *file = count > 1 ? fopen(arguments[1], "rb") : NULL;
    size_t judged = 0, accepted = 0, wrong = 0, looked = 0;
    Case c;
    while (file && read_case(file, &c)) {
        int verdict = judge(&c, &looked);
        if (verdict != (int)c.accepted)
            printf("proof %zu: %d, not %u\n", judged, verdict, c.accepted);
        wrong += verdict != (int)c.accepted;
        accepted += verdict == 1;
        judged++;
        forget(&c);
    }
    printf("%zu proofs judged, %zu accepted, %zu otherwise than they should be\n", judged, accepted, wrong);
    return !file || wrong || !judged || !looked;
}
