/* All that a reader is told of a proof, its verdict among it, as JSON. */

#ifndef L2ZK_REPORT_H
#define L2ZK_REPORT_H

#include "judged.h"

static const char *const reasons[] = {"accepted", "caller",  "memory",   "limit",   "key",
                                      "header",   "version", "program",  "public",  "options",
                                      "bits",     "body",    "argument", "opening", "unsupported"};

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void comma(text *t)
{
    char last = t->used ? t->bytes[t->used - 1] : '{';
    if (last != '{' && last != '[')
        put_char(t, ',');
}

static void json_name(text *t, const char *name)
{
    comma(t);
    put_char(t, '"'), put(t, name), put(t, "\":");
}

static void json_span(text *t, const char *name, l2zk_span value)
{
    json_name(t, name);
    put_char(t, '"'), put_span(t, value, 1), put_char(t, '"');
}

static void json_text(text *t, const char *name, const char *value) { json_span(t, name, span_of(value)); }

static void json_number(text *t, const char *name, uint64_t value)
{
    json_name(t, name);
    put_number(t, value);
}

static void json_truth(text *t, const char *name, int value)
{
    json_name(t, name);
    put(t, value ? "true" : "false");
}

static void json_bits(text *t, const char *name, int64_t bits)
{
    json_name(t, name);
    put_bits(t, bits);
}

static void json_hex(text *t, const char *name, const uint8_t *bytes, size_t length)
{
    json_name(t, name);
    put_char(t, '"'), put_hex(t, bytes, length), put_char(t, '"');
}

/* A number that may be beyond 2^53, as a text. */
static void json_element(text *t, const char *name, uint64_t value)
{
    json_name(t, name);
    put_char(t, '"'), put_number(t, value), put_char(t, '"');
}

static void json_parameters(text *t, l2zk_span bytes)
{
    char room[400];
    text value = {room, sizeof room, 0};
    parameter_bytes from = {bytes.bytes, bytes.length};
    uint64_t count = take_number(&from, 2);
    json_number(t, "parameter_count", count);
    json_name(t, "parameters");
    put_char(t, '[');
    for (uint64_t i = 0; i < count && i < 32; i++) {
        l2zk_span name = next_parameter(&from, &value);
        comma(t), put_char(t, '{');
        json_span(t, "name", name);
        json_text(t, "value", value.bytes);
        put_char(t, '}');
    }
    put_char(t, ']');
}

static void json_sequence(text *t, l2zk_item item)
{
    uint8_t hash[32];
    json_number(t, "length", item.length);
    if (!item.is_output) {
        json_hex(t, "hash", item.bytes.bytes, 32);
        return;
    }
    l2zk_hash(item.bytes.bytes, item.bytes.length, hash);
    json_hex(t, "hash", hash, 32);
    json_name(t, "first");
    put_char(t, '[');
    for (uint32_t i = 0; i < item.length && i < 8; i++)
        comma(t), put_char(t, '"'), put_number(t, element(item.bytes.bytes + 8 * i)), put_char(t, '"');
    put_char(t, ']');
}

/* The digits of an output word; bits of each of its outputs, and their order. */
static void json_word(text *t, l2zk_span first, const char *digits)
{
    int is_big;
    uint32_t bits;
    word_name(first, 0, &is_big, &bits);
    json_text(t, "word", digits);
    json_number(t, "word_bits", bits);
    json_text(t, "word_order", is_big ? "big" : "little");
}

/* A public value, or an output word; `items` goes behind it. */
static void json_value(text *t, const judged *j, l2zk_items *items, l2zk_item item)
{
    char room[1 << 16];
    text word = {room, sizeof room, 0};
    l2zk_items before = *items;
    size_t length = put_word(&word, items, item);
    l2zk_span name = {item.name.bytes, length ? length : item.name.length};
    comma(t), put_char(t, '{');
    json_text(t, "kind",
              item.kind == L2ZK_INPUT || (item.kind == L2ZK_SEQUENCE && !item.is_output) ? "input" : "output");
    json_span(t, "name", name);
    json_number(t, "statement", item.statement);
    json_truth(t, "fixed", is_demanded(j, before, item, items));
    if (item.kind == L2ZK_SEQUENCE)
        json_sequence(t, item);
    else if (length)
        json_word(t, item.name, word.bytes);
    else
        json_element(t, "value", item.value);
    put_char(t, '}');
}

static void json_group(text *t, const judged *j, const l2zk_items *items, l2zk_item item)
{
    char room[4096];
    text claim = {room, sizeof room, 0};
    put_claim(&claim, items, item);
    comma(t), put_char(t, '{');
    json_span(t, "program", item.name);
    json_hex(t, "digest", item.digest, 32);
    size_t place = key_of(j, item.digest);
    json_name(t, "key");
    if (place < j->key_count)
        put_number(t, place);
    else
        put(t, "null");
    json_number(t, "rows", item.rows);
    json_number(t, "statements", item.length);
    json_text(t, "claim", claim.bytes);
    json_parameters(t, item.bytes);
    json_name(t, "values");
    put_char(t, '[');
}

/* The groups with what they state; "cut" says that there is more than is listed. */
static void json_groups(text *t, const judged *j)
{
    l2zk_items items;
    l2zk_item item;
    l2zk_verdict ignored;
    int listed = 0, groups = 0;
    json_name(t, "groups");
    put_char(t, '[');
    int more = l2zk_items_begin(&items, j->proof, &ignored) && l2zk_items_next(&items, &item);
    while (more && listed < MOST_LISTED && t->used < t->size / 2) {
        listed += item.kind == L2ZK_ITEM_GROUP ? 10 : 1;
        if (item.kind == L2ZK_ITEM_GROUP && groups++)
            put(t, "]}");
        if (item.kind == L2ZK_ITEM_GROUP)
            json_group(t, j, &items, item);
        else
            json_value(t, j, &items, item);
        more = l2zk_items_next(&items, &item);
    }
    put(t, groups ? "]}]" : "]");
    json_truth(t, "cut", more);
}

static void json_options(text *t, const uint8_t *options)
{
    static const char *const presets[] = {"default", "compact", "fast"};
    json_name(t, "options");
    put_char(t, '{');
    json_text(t, "preset", presets[options[0] % 3]);
    json_name(t, "rate");
    if (options[1])
        put(t, "\"1/"), put_number(t, 1u << (options[1] & 7)), put_char(t, '"');
    else
        put(t, "null");
    json_number(t, "security", options[2]);
    json_number(t, "grinding", options[3]);
    json_truth(t, "zero_knowledge", options[4]);
    json_truth(t, "allow_insecure", options[5]);
    json_number(t, "queries", options[6] | (uint64_t)options[7] << 8);
    put_char(t, '}');
}

static void json_rounds(text *t, const judged *j)
{
    json_name(t, "rounds");
    put_char(t, '[');
    for (size_t i = 0; i < j->round_count; i++) {
        comma(t), put_char(t, '{');
        json_number(t, "word", j->rounds[i].word);
        json_text(t, "name", j->rounds[i].name);
        json_bits(t, "bits", j->rounds[i].worst);
        json_bits(t, "all", j->rounds[i].together);
        put_char(t, '}');
    }
    put_char(t, ']');
}

static void json_part(text *t, const char *name, uint64_t size, const char *section)
{
    if (!size)
        return;
    comma(t), put_char(t, '{');
    json_text(t, "name", name);
    json_number(t, "size", size);
    json_text(t, "section", section);
    put_char(t, '}');
}

/* The bytes of the parts that were heard, by what they are; of a good proof the openings are all the rest. */
static void json_parts(text *t, const judged *j)
{
    static const char *const parts[18][2] = {{"header", "9.1"},
                                             {"", ""},
                                             {"root of the vector", "6.2"},
                                             {"rounds of the lookups", "6.3"},
                                             {"values of the lookups", "6.3"},
                                             {"Q of the zerocheck", "6.4"},
                                             {"rounds of the zerocheck", "6.4"},
                                             {"openings of the zerocheck", "6.4"},
                                             {"rounds of the rows", "6.5"},
                                             {"values of the columns", "6.5"},
                                             {"sigma", "6.6"},
                                             {"rounds of the folds", "6.7"},
                                             {"mu", "6.7"},
                                             {"tail", "6.7"},
                                             {"roots of words", "6.8"},
                                             {"answers of words", "6.8"},
                                             {"final coefficients", "6.9"},
                                             {"nonces", "6.8"}};
    uint64_t rest = j->proof.length;
    json_name(t, "parts");
    put_char(t, '[');
    for (int i = 0; i < 18; i++) {
        json_part(t, parts[i][0], j->verdict.heard[i], parts[i][1]);
        rest -= j->verdict.heard[i];
    }
    if (j->verdict.accepted)
        json_part(t, "opened leaves and their paths", rest, "5.3");
    put_char(t, ']');
}

static void json_verdict(text *t, const l2zk_verdict *v)
{
    json_truth(t, "accepted", v->accepted);
    json_text(t, "reason", reasons[v->reason]);
    json_text(t, "section", v->section ? v->section : "");
    json_text(t, "what", v->what ? v->what : "");
    json_bits(t, "bits", v->bits);
    json_bits(t, "bits_of_sum", v->bits_of_sum);
    json_number(t, "tables", v->tables);
    json_number(t, "log_rows", v->log_rows);
    json_number(t, "entries", v->entries);
    json_number(t, "words", v->words);
    json_number(t, "work", v->work);
    json_number(t, "memory", v->memory);
    json_options(t, v->options);
}

/* All of it. `t` has REPORT_BYTES, which it never fills. */
static void put_report(text *t, const judged *j)
{
    put_char(t, '{');
    json_verdict(t, &j->verdict);
    json_number(t, "bytes", j->proof.length);
    json_groups(t, j);
    json_rounds(t, j);
    json_parts(t, j);
    put_char(t, '}');
}

#endif
