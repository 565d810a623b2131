/* The command line of l2zk-verify: files, and public values that are demanded. */

#ifndef L2ZK_ARGUMENTS_H
#define L2ZK_ARGUMENTS_H

#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { GOOD = 0, BAD = 1, MISUSE = 2, MOST_PROOF = 1 << 24, MOST_KEY = 1 << 26, MOST_FIXED = 1 << 16 };

static void leave(int code, const char *format, ...)
{
    va_list given;
    va_start(given, format);
    fputs("l2zk-verify: ", stderr);
    vfprintf(stderr, format, given);
    fputc('\n', stderr);
    va_end(given);
    exit(code);
}

static void *room_of(size_t size)
{
    void *room = malloc(size ? size : 1);
    if (!room)
        leave(BAD, "there is no memory for %zu bytes", size);
    return room;
}

/* A file, of which at most `most` bytes are read; "-" is standard input. */
static l2zk_span file_of(const char *path, size_t most)
{
    FILE *file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    if (!file)
        leave(BAD, "cannot use '%s': %s", path, strerror(errno));
    size_t size = 0, room = 1 << 16, more;
    uint8_t *bytes = room_of(room);
    while ((more = fread(bytes + size, 1, room - size, file)) && (size += more) <= most)
        if (size == room && !(bytes = realloc(bytes, room *= 2)))
            leave(BAD, "there is no memory for '%s'", path);
    if (ferror(file))
        leave(BAD, "cannot read '%s': %s", path, strerror(errno));
    if (size > most)
        leave(BAD, "'%s' has more than %zu bytes", path, most);
    if (file != stdin)
        fclose(file);
    return (l2zk_span){bytes, size};
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

/* An element of the field at the text, which is moved behind it. */
static uint64_t element_in(const char **at, const char *said)
{
    char *end;
    errno = 0;
    unsigned long long x = strtoull(*at, &end, strncmp(*at, "0x", 2) ? 10 : 16);
    if (end == *at || **at == '-' || **at == '+' || errno || x >= 0xffffffff00000001u)
        leave(MISUSE, "%s: a value is an integer of at least 0 and below 2^64 - 2^32 + 1", said);
    *at = end;
    return x;
}

/* The values in a text, with commas, brackets or blanks between them. */
static uint64_t *elements_in(const char *given, const char *said, size_t *count)
{
    static const char between[] = ", \t\r\n[]";
    uint64_t *values = room_of((strlen(given) / 2 + 1) * sizeof *values);
    for (*count = 0; given += strspn(given, between), *given;)
        values[(*count)++] = element_in(&given, said);
    return values;
}

static const char *content_of(const char *value)
{
    if (*value != '@')
        return value;
    l2zk_span file = file_of(value + 1, (size_t)1 << 30);
    char *content = room_of(file.length + 1);
    memcpy(content, file.bytes, file.length);
    content[file.length] = 0;
    return content;
}

/* ---- demands ----------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *said; /* NAME=VALUE */
    int kind;         /* L2ZK_INPUT, L2ZK_OUTPUT, or -1 for either */
    uint32_t group, statement;
} demand;

typedef struct {
    judged judged;
    l2zk_fixed *fixed;
    demand demands[256];
    size_t demand_count;
    int as_json, with_rounds;
    const char *paths[MOST_KEYS + 1];
    size_t path_count;
} command;

static void fix(command *c, const demand *d, uint32_t kind, l2zk_span name, const uint64_t *values, size_t count)
{
    if (c->judged.policy.fixed_count == MOST_FIXED)
        leave(MISUSE, "more than %d values are demanded", MOST_FIXED);
    c->fixed[c->judged.policy.fixed_count++] = (l2zk_fixed){d->group, d->statement, kind, name, values, count};
}

static unsigned digit(char c)
{
    const char *const digits = "0123456789abcdef", *found = c ? strchr(digits, c | 32) : NULL;
    return found ? (unsigned)(found - digits) : 16;
}

/* The value of one output of a word, from its hexadecimal digits. */
static uint64_t word_value(const char *digits, uint32_t bits, int is_big)
{
    uint64_t x = 0;
    for (uint32_t i = 0; i < bits / 8; i++) {
        uint64_t byte = digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]);
        x |= byte << (is_big ? bits - 8 - 8 * i : 8 * i);
    }
    return x;
}

/* An output word NAME, whose first output is `item`, as a text of digits. */
static void fix_word(command *c, const demand *d, l2zk_items items, l2zk_item item, const char *digits)
{
    int is_big, order;
    uint32_t bits, same, index = 0;
    size_t length = word_name(item.name, 0, &is_big, &bits), at = 0;
    do {
        if (strspn(digits + at, "0123456789abcdefABCDEF") < bits / 4)
            leave(MISUSE, "%s: %u hexadecimal digits are needed for each of its outputs", d->said, (unsigned)bits / 4);
        uint64_t *value = room_of(sizeof *value);
        *value = word_value(digits + at, bits, is_big);
        fix(c, d, L2ZK_OUTPUT, item.name, value, 1);
        at += bits / 4, index++;
    } while (l2zk_items_next(&items, &item) && item.kind == L2ZK_OUTPUT &&
             word_name(item.name, index, &order, &same) == length && order == is_big && same == bits);
    if (digits[at])
        leave(MISUSE, "%s: it has %zu hexadecimal digits, and more are given", d->said, at);
}

static int is_of(const demand *d, l2zk_item item)
{
    int is_output = item.kind == L2ZK_SEQUENCE ? item.is_output : item.kind == L2ZK_OUTPUT;
    return item.kind != L2ZK_ITEM_GROUP && item.group == d->group && (d->kind < 0 || d->kind == is_output);
}

/* A name of both an input and an output is none that --public can mean. */
static void refuse_both(const demand *d, l2zk_items items, l2zk_item found)
{
    l2zk_item item;
    while (d->kind < 0 && l2zk_items_next(&items, &item) && item.kind != L2ZK_ITEM_GROUP &&
           item.statement == found.statement)
        if (is_same(item.name, found.name))
            leave(MISUSE, "%s: an input and an output have this name; say --input or --output", d->said);
}

/* One demand: of the public value of this name, as the header knows it. What it does not know the verifier refuses. */
static void fix_demand(command *c, const demand *d)
{
    l2zk_items items;
    l2zk_item item;
    l2zk_verdict ignored;
    int is_big;
    uint32_t bits, kind = d->kind < 0 ? L2ZK_INPUT : (uint32_t)d->kind;
    const char *equal = strchr(d->said, '=');
    l2zk_span name = {(const uint8_t *)d->said, (size_t)(equal - d->said)};
    int more = l2zk_items_begin(&items, c->judged.proof, &ignored);
    while (more && (more = l2zk_items_next(&items, &item)) && !(is_of(d, item) && is_same(item.name, name)))
        if (is_of(d, item) && item.kind == L2ZK_OUTPUT && word_name(item.name, 0, &is_big, &bits) == name.length &&
            !memcmp(item.name.bytes, name.bytes, name.length)) {
            fix_word(c, d, items, item, equal + 1);
            return;
        }
    if (more)
        refuse_both(d, items, item);
    size_t count;
    const char *value = content_of(equal + 1);
    uint64_t *values = elements_in(value, d->said, &count);
    fix(c, d, more ? item.kind : kind, name, values, count);
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

static uint32_t small_number(const char *given, const char *option, uint32_t least, uint32_t most)
{
    char *end;
    unsigned long x = strtoul(given, &end, 10);
    if (*given < '0' || *given > '9' || *end || x < least || x > most)
        leave(MISUSE, "%s takes an integer of %u to %u, not '%s'", option, (unsigned)least, (unsigned)most, given);
    return (uint32_t)x;
}

/* The options of a proof, or a file of their 16 bytes (9.1). */
static const uint8_t *options_in(const char *path)
{
    l2zk_span file = file_of(path, MOST_PROOF);
    if (file.length >= 24 && !memcmp(file.bytes, "l2zk", 4))
        return file.bytes + 8;
    if (file.length != 16)
        leave(MISUSE, "'%s' is neither a proof nor the 16 bytes of a proof's options", path);
    return file.bytes;
}

static void demand_value(command *c, const char *option, const char *said, uint32_t group, uint32_t statement)
{
    if (!strchr(said, '=') || *said == '=')
        leave(MISUSE, "%s takes NAME=VALUE, not '%s'", option, said);
    if (c->demand_count == sizeof c->demands / sizeof *c->demands)
        leave(MISUSE, "more than %zu public values are named", c->demand_count);
    int kind = !strcmp(option, "--input") ? L2ZK_INPUT : !strcmp(option, "--output") ? L2ZK_OUTPUT : -1;
    c->demands[c->demand_count++] = (demand){said, kind, group, statement};
}

#endif
