/* What a proof's header states, in words: parameters (3.7), public values, output words, and the claim of a statement. */

#ifndef L2ZK_FACTS_H
#define L2ZK_FACTS_H

#include "text.h"

enum { PAIRS = 4, LONGEST_TEXT = 60, DEEPEST = 16 };

/* Parameters that are read; `left` is 0 when they end too soon, as those of a good header never do. */
typedef struct {
    const uint8_t *at;
    size_t left;
} parameter_bytes;

static l2zk_span take(parameter_bytes *from, size_t count)
{
    l2zk_span s = {from->at, count <= from->left ? count : from->left};
    from->at += s.length, from->left -= s.length;
    return s;
}

static uint64_t take_number(parameter_bytes *from, size_t count)
{
    l2zk_span s = take(from, count);
    uint64_t x = 0;
    for (size_t i = s.length; i--;)
        x = x << 8 | s.bytes[i];
    return x;
}

static void put_integer(text *t, parameter_bytes *from)
{
    int negative = (int)take_number(from, 1);
    size_t length = (size_t)take_number(from, 2);
    l2zk_span magnitude = take(from, length);
    if (negative)
        put_char(t, '-');
    if (length <= 8) {
        uint64_t x = 0;
        for (size_t i = magnitude.length; i--;)
            x = x << 8 | magnitude.bytes[i];
        put_number(t, x);
        return;
    }
    put(t, "0x");
    for (size_t i = magnitude.length; i-- && magnitude.length - i <= 40;)
        put_hex(t, magnitude.bytes + i, 1);
    if (magnitude.length > 40)
        put(t, "…");
}

static void put_long(text *t, parameter_bytes *from, int is_text)
{
    size_t length = (size_t)take_number(from, 4);
    l2zk_span whole = take(from, length), shown = whole;
    shown.length = shown.length > LONGEST_TEXT ? LONGEST_TEXT : shown.length;
    while (is_text && shown.length < whole.length && shown.length && (whole.bytes[shown.length] & 0xc0) == 0x80)
        shown.length--;
    put(t, is_text ? "'" : "x'");
    if (is_text)
        put_span(t, shown, 0);
    else
        put_hex(t, shown.bytes, shown.length);
    put(t, shown.length < whole.length ? "…'" : "'");
}

static void put_value(text *t, parameter_bytes *from, int depth)
{
    static const char *const plain[] = {"None", "False", "True"};
    unsigned tag = (unsigned)take_number(from, 1);
    if (tag < 3)
        put(t, plain[tag]);
    else if (tag == 3)
        put_integer(t, from);
    else if (tag < 6)
        put_long(t, from, tag == 4);
    else if (depth < DEEPEST) {
        uint64_t count = take_number(from, 4);
        put_char(t, '(');
        for (uint64_t i = 0; i < count && from->left; i++) {
            put(t, i ? ", " : "");
            put_value(t, from, depth + 1);
        }
        put(t, count == 1 ? ",)" : ")");
    }
}

/* The next parameter's name, and its value as text. */
static l2zk_span next_parameter(parameter_bytes *from, text *value)
{
    size_t length = (size_t)take_number(from, 1);
    l2zk_span name = take(from, length);
    value->used = 0;
    put_value(value, from, 0);
    return name;
}

static void put_parameters(text *t, l2zk_span bytes)
{
    char room[400];
    text value = {room, sizeof room, 0};
    parameter_bytes from = {bytes.bytes, bytes.length};
    uint64_t count = take_number(&from, 2);
    for (uint64_t i = 0; i < count && i < PAIRS; i++) {
        l2zk_span name = next_parameter(&from, &value);
        put(t, i ? ", " : "");
        put_span(t, name, 0);
        put_char(t, '=');
        put(t, value.bytes);
    }
    put(t, count > PAIRS ? ", …" : "");
}

static uint64_t element(const uint8_t *at)
{
    uint64_t x = 0;
    for (int i = 8; i--;)
        x = x << 8 | at[i];
    return x;
}

static int is_same(l2zk_span a, l2zk_span b) { return a.length == b.length && !memcmp(a.bytes, b.bytes, a.length); }

/* The first output of an output word, NAME0:big32: the length of NAME, 0 if it is none; order and bits. */
static size_t word_name(l2zk_span name, uint32_t index, int *is_big, uint32_t *bits)
{
    static const char *const orders[] = {":little", ":big"};
    char end[32];
    for (*is_big = 0; *is_big < 2; ++*is_big)
        for (*bits = 8; *bits <= 64; *bits += 8) {
            text t = {end, sizeof end, 0};
            put_number(&t, index), put(&t, orders[*is_big]), put_number(&t, *bits);
            size_t rest = name.length - t.used;
            if (name.length > t.used && !memcmp(name.bytes + rest, end, t.used))
                return rest;
        }
    return 0;
}

/* An output word that begins with `item`: its hexadecimal text is written, and `items` goes behind its outputs. Returns
   the length of its name in that of `item`; 0, and `items` stays, if none begins here, one of its values is too large for it
   or the text is too long for `t`. */
static size_t put_word(text *t, l2zk_items *items, l2zk_item item)
{
    int is_big, same_order;
    uint32_t bits, same_bits, group = item.group, statement = item.statement, index = 0;
    size_t length = item.kind == L2ZK_OUTPUT ? word_name(item.name, 0, &is_big, &bits) : 0;
    const uint8_t *name = item.name.bytes;
    l2zk_items behind = *items, before = *items;
    if (!length)
        return 0;
    do {
        if ((bits < 64 && item.value >> bits) || t->used + bits / 4 >= t->size) {
            *items = before;
            return 0;
        }
        for (uint32_t i = 0; i < bits / 8; i++) {
            uint8_t byte = (uint8_t)(item.value >> (is_big ? bits - 8 - 8 * i : 8 * i));
            put_hex(t, &byte, 1);
        }
        *items = behind;
        index++;
    } while (l2zk_items_next(&behind, &item) && item.kind == L2ZK_OUTPUT && item.group == group &&
             item.statement == statement && word_name(item.name, index, &same_order, &same_bits) == length &&
             same_order == is_big && same_bits == bits && !memcmp(item.name.bytes, name, length));
    return length;
}

/* A public value with its name: moves `items` behind an output word. */
static void put_pair(text *t, l2zk_items *items, l2zk_item item)
{
    size_t start = t->used;
    put_span(t, item.name, 0);
    put_char(t, '=');
    if (item.kind == L2ZK_SEQUENCE) {
        put_char(t, '['), put_number(t, item.length), put(t, item.length == 1 ? " value" : " values");
        put(t, item.is_output ? "]" : ", BLAKE3 ");
        if (!item.is_output)
            put_hex(t, item.bytes.bytes, 8), put(t, "…]");
        return;
    }
    char room[1 << 16];
    text word = {room, sizeof room, 0};
    size_t length = put_word(&word, items, item);
    if (!length) {
        put_number(t, item.value);
        return;
    }
    t->used = start;
    put_span(t, (l2zk_span){item.name.bytes, length}, 0);
    put_char(t, '=');
    put(t, word.bytes);
}

/* Pairs of a statement, inputs or outputs, the first few of them. */
static void put_pairs(text *t, l2zk_items items, l2zk_item at, int outputs, const char *before)
{
    l2zk_item item;
    int count = 0;
    while (count <= PAIRS && l2zk_items_next(&items, &item) && item.group == at.group && item.kind != L2ZK_ITEM_GROUP &&
           item.statement == at.statement)
        if ((item.kind == L2ZK_SEQUENCE ? item.is_output : item.kind == L2ZK_OUTPUT) == outputs) {
            put(t, count ? ", " : before);
            if (count++ < PAIRS)
                put_pair(t, &items, item);
            else
                put(t, "…");
        }
}

/* The first statement of the group of this item: "fib.v0(rounds=20): a0=0, a1=1 -> result=6765". */
static void put_claim(text *t, const l2zk_items *items, l2zk_item group)
{
    put_span(t, group.name, 0);
    put_char(t, '(');
    put_parameters(t, group.bytes);
    put_char(t, ')');
    l2zk_item first = group;
    first.statement = 0;
    put_pairs(t, *items, first, 0, ": ");
    put_pairs(t, *items, first, 1, " -> ");
}

#endif
