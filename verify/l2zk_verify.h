/* A stand-alone verifier of l2zk proofs of version 2. Sections are those of l2zk/PROTOCOL.md.

   A key file says which program a proof must be of: "l2ai" || u32 1 || u64 length || the canonical bytes of the program,
   whose hash is its digest (3.6) || u64 length || notes, bytes for people that nothing here reads. A proof of several
   groups (3.5) takes one key for each, in their order. Whoever hands over a key says what is proved: a proof is worth what
   its key is.

   Nothing is allocated, nothing is global, and only memcpy, memset and memcmp are called. All pointers are read while a
   call lasts; spans may be at any address. */

#ifndef L2ZK_VERIFY_H
#define L2ZK_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const uint8_t *bytes;
    size_t length;
} l2zk_span;

typedef enum {
    L2ZK_ACCEPTED = 0,
    L2ZK_CALLER = 1,      /* the policy is wrong: a name that the program lacks, a value beyond p, no bits demanded */
    L2ZK_MEMORY = 2,      /* the buffer is smaller than l2zk_memory said */
    L2ZK_LIMIT = 3,       /* more bytes or more work than the policy allows */
    L2ZK_KEY = 4,         /* a key file is no program of PROTOCOL 3 */
    L2ZK_HEADER = 5,      /* the header is malformed */
    L2ZK_VERSION = 6,     /* a proof of another version */
    L2ZK_PROGRAM = 7,     /* the proof is of another program */
    L2ZK_PUBLIC = 8,      /* other public values, or another number of statements, than those demanded */
    L2ZK_OPTIONS = 9,     /* other options than those demanded, or options without a shape */
    L2ZK_BITS = 10,       /* fewer proven bits than those demanded */
    L2ZK_BODY = 11,       /* the body has not the bytes that its lengths say */
    L2ZK_ARGUMENT = 12,   /* a comparison of the argument or of the commitment fails */
    L2ZK_OPENING = 13,    /* a nonce or a path of a tree is wrong */
    L2ZK_UNSUPPORTED = 14 /* this verifier cannot judge it */
} l2zk_reason;

enum { L2ZK_INPUT = 0, L2ZK_OUTPUT = 1, L2ZK_SEQUENCE = 2 };

#define L2ZK_ALL UINT32_MAX

/* What the caller demands of one name: a scalar has one value, a sequence all of its own. The values of every input
   sequence of every statement must be here, for no proof carries them. */
typedef struct {
    uint32_t group;     /* from 0 on */
    uint32_t statement; /* from 0 on, or L2ZK_ALL */
    uint32_t kind;      /* L2ZK_INPUT, L2ZK_OUTPUT, L2ZK_SEQUENCE */
    l2zk_span name;
    const uint64_t *values; /* below p */
    size_t count;
} l2zk_fixed;

/* All zeros but least_bits (or options) is a policy; 0 stands for the default of a limit. */
typedef struct {
    uint32_t least_bits;        /* proven bits that the proof must have, 1 to 128; 0 only beside options */
    const uint8_t *options;     /* the 16 bytes of the options that the proof must have (9.1), or NULL */
    const l2zk_fixed *fixed;    /* what is fixed of the public values */
    size_t fixed_count;
    const uint32_t *statements; /* how many statements each group must have, 0 for any; or NULL */
    uint64_t most_key_bytes;    /* of all keys together; 0 for 2^26 */
    uint64_t most_work;         /* steps, each some multiplications in K; 0 for 2^24 */
} l2zk_policy;

/* An answer. The fields behind `what` are set as far as the check came. */
typedef struct {
    int accepted;        /* 1 only for a good proof */
    int reason;          /* l2zk_reason */
    const char *section; /* of PROTOCOL.md, "" for an accepted proof */
    const char *what;    /* a sentence in English */
    int64_t bits;        /* proven bits, in 2^-32 (4.7) */
    int64_t bits_of_sum; /* those of the sum of all errors, in 2^-32 */
    uint8_t options[16];
    uint32_t groups, statements, tables, log_rows;
    uint64_t entries;    /* of the vector */
    uint32_t columns, log_m, log_n0, queries0, words, final_log;
    struct {
        uint32_t folds, log_n, queries;
    } word[7];
    uint64_t work;       /* steps that were made */
    size_t memory;       /* bytes of the buffer that were used */
    uint32_t heard[18];  /* bytes of all messages of each kind (5.4) that were heard; of kind 0 the header */
} l2zk_verdict;

/* The bytes of the buffer that l2zk_verify needs; 0, and a verdict, if the proof is refused without it. */
size_t l2zk_memory(const l2zk_span *keys, size_t key_count, l2zk_span proof, const l2zk_policy *policy,
                   l2zk_verdict *verdict);

/* 1 if the proof is accepted, else 0; the verdict says why. The buffer may be at any address. */
int l2zk_verify(const l2zk_span *keys, size_t key_count, l2zk_span proof, const l2zk_policy *policy, void *buffer,
                size_t size, l2zk_verdict *verdict);

/* One round of the proven bits (4.7). */
typedef struct {
    uint32_t word;
    const char *name;
    int64_t worst, together; /* bits of the worst round and of all rounds of the name, in 2^-32 */
} l2zk_round;

/* Checks header and options as l2zk_verify does, and writes at most `most` rounds of its bits. Returns how many there are
   (at most 64), 0 if the proof is refused so far. The buffer is as large as for l2zk_verify. Proves nothing. */
size_t l2zk_rounds(const l2zk_span *keys, size_t key_count, l2zk_span proof, const l2zk_policy *policy, void *buffer,
                   size_t size, l2zk_round *rounds, size_t most, l2zk_verdict *verdict);

/* What a header says, item by item, without a key; nothing of it is proved. For each group one L2ZK_ITEM_GROUP, then for
   each statement its scalars and sequences, in order. */
enum { L2ZK_ITEM_GROUP = 3 }; /* other kinds are L2ZK_INPUT, L2ZK_OUTPUT, L2ZK_SEQUENCE */

typedef struct {
    uint32_t kind, group, statement;
    l2zk_span name;     /* of a group: the id */
    uint64_t value;     /* of a scalar */
    int is_output;      /* of a sequence: 1, then `bytes` are its values, u64 each; 0, then they are their hash */
    uint32_t length;    /* of a sequence: its values; of a group: its statements */
    l2zk_span bytes;    /* of a sequence; of a group: its parameters (3.7) */
    const uint8_t *digest; /* of a group: 32 bytes */
    uint64_t rows;      /* of a group: n_user of its first table */
} l2zk_item;

typedef struct {
    l2zk_span proof;
    size_t at, names, name, values;
    uint32_t groups, group, statements, statement, inputs, outputs, sequences, list, left;
    uint32_t started;
} l2zk_items;

/* 1, or 0 if the header is malformed (9.1); then 1 for each item and 0 at the end. */
int l2zk_items_begin(l2zk_items *items, l2zk_span proof, l2zk_verdict *verdict);
int l2zk_items_next(l2zk_items *items, l2zk_item *item);

/* Of a key file, without reading all of it: the id and parameters of its program, its notes, the digest of the program.
   1, or 0 if it is no key file. */
int l2zk_key(l2zk_span key, l2zk_span *id, l2zk_span *parameters, l2zk_span *notes, uint8_t digest[32]);

/* BLAKE3, as sequences are hashed in a header. */
void l2zk_hash(const uint8_t *bytes, size_t length, uint8_t digest[32]);

#define L2ZK_PROTOCOL 2 /* the version of the proofs that are judged */

#ifdef __cplusplus
}
#endif

#endif
