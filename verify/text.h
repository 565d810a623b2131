/* Text that is written into a buffer and cut at its end: sentences and JSON, of names that strangers chose. */

#ifndef L2ZK_TEXT_H
#define L2ZK_TEXT_H

#include "l2zk_verify.h"

#include <string.h>

typedef struct {
    char *bytes; /* `size` of them, 4 or more; `used` are written, and a 0 behind; `size` once it was cut */
    size_t size, used;
} text;

/* Its end gives way to "…", so that nobody takes a part for the whole. */
static void cut_end(text *t)
{
    size_t end = t->size - 4;
    while (end && ((uint8_t)t->bytes[end] & 0xc0) == 0x80)
        end--;
    memcpy(t->bytes + end, "…", 4);
    t->used = t->size;
}

static void put_char(text *t, char c)
{
    if (t->used + 1 < t->size) {
        t->bytes[t->used++] = c;
        t->bytes[t->used] = 0;
    } else if (t->used < t->size)
        cut_end(t);
}

static void put(text *t, const char *s)
{
    while (*s)
        put_char(t, *s++);
}

static void put_number(text *t, uint64_t x)
{
    char digits[20];
    int n = 0;
    do
        digits[n++] = (char)('0' + x % 10);
    while (x /= 10);
    while (n)
        put_char(t, digits[--n]);
}

static void put_hex(text *t, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        put_char(t, "0123456789abcdef"[bytes[i] >> 4]);
        put_char(t, "0123456789abcdef"[bytes[i] & 15]);
    }
}

/* Bits that are counted in 2^-32, with three decimals, rounded down. */
static void put_bits(text *t, int64_t bits)
{
    if (bits < 0)
        put_char(t, '-'), bits = -bits;
    uint64_t thousandths = ((uint64_t)(bits & 0xffffffff) * 1000) >> 32;
    put_number(t, (uint64_t)bits >> 32);
    put_char(t, '.');
    put_char(t, (char)('0' + thousandths / 100));
    put_char(t, (char)('0' + thousandths / 10 % 10));
    put_char(t, (char)('0' + thousandths % 10));
}

/* The code point at *at, which is moved behind it; a byte that is no UTF-8 stands for itself. */
static uint32_t code_point(l2zk_span s, size_t *at)
{
    uint8_t first = s.bytes[(*at)++];
    size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0;
    uint32_t point = more ? first & (0x3fu >> more) : first;
    if (first >= 0xf8 || *at + more > s.length)
        return first;
    for (size_t i = 0; i < more; i++) {
        if ((s.bytes[*at + i] & 0xc0) != 0x80)
            return first;
        point = point << 6 | (s.bytes[*at + i] & 0x3f);
    }
    *at += more;
    return point;
}

/* Controls, and what moves, hides or turns the text beside it. */
static int is_printable(uint32_t point)
{
    static const uint32_t hidden[][2] = {{0, 0x1f},          {0x7f, 0x9f},          {0xad, 0xad},     {0x61c, 0x61c},
                                         {0x180e, 0x180e},   {0x200b, 0x200f},      {0x2028, 0x202e}, {0x2060, 0x206f},
                                         {0xd800, 0xdfff},   {0xfe00, 0xfe0f},      {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
                                         {0xe0000, 0xe0fff}, {0x110000, 0xffffffff}};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (hidden[i][0] <= point && point <= hidden[i][1])
            return 0;
    return 1;
}

static void put_unit(text *t, uint32_t unit)
{
    uint8_t bytes[2] = {(uint8_t)(unit >> 8), (uint8_t)unit};
    put(t, "\\u");
    put_hex(t, bytes, 2);
}

/* The span, as UTF-8 that can be printed, and with `quoted` inside quotes of JSON. */
static void put_span(text *t, l2zk_span s, int quoted)
{
    for (size_t at = 0, start = 0; at < s.length; start = at) {
        uint32_t point = code_point(s, &at);
        if (!is_printable(point) || (at == start + 1 && point >= 0x80)) {
            if (point > 0xffff)
                put_unit(t, 0xd7c0 + (point >> 10)), point = 0xdc00 | (point & 0x3ff);
            put_unit(t, point);
            continue;
        }
        if (quoted && (point == '"' || point == '\\'))
            put_char(t, '\\');
        while (start < at)
            put_char(t, (char)s.bytes[start++]);
    }
}

static l2zk_span span_of(const char *s) { return (l2zk_span){(const uint8_t *)s, strlen(s)}; }

#endif
