/* SPDX-License-Identifier: MIT */
#include "picture/cut/part.h"

#include <string.h>
#include <strings.h>

#include "base/stamp.h"

#define DIGITS_MAX 18

struct text {
    const char *data;
    size_t len_bytes;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct text trimmed(const char *from, const char *to)
{
    while (from < to && is_blank(to[-1]))
        to--;
    while (from < to && is_blank(*from))
        from++;
    return (struct text){from, (size_t)(to - from)};
}

static bool begins_with(struct text text, const char *start)
{
    size_t n = strlen(start);
    return text.len_bytes >= n && strncasecmp(text.data, start, n) == 0;
}

static bool is_text(struct text text, const char *other)
{
    return text.len_bytes == strlen(other) && begins_with(text, other);
}

static uint64_t length_of(struct text value)
{
    uint64_t length_bytes = 0;
    if (value.len_bytes == 0 || value.len_bytes > DIGITS_MAX)
        return SC_CUT_NO_LENGTH;
    for (size_t i = 0; i < value.len_bytes; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return SC_CUT_NO_LENGTH;
        length_bytes = length_bytes * 10 + (uint64_t)(value.data[i] - '0');
    }
    return length_bytes;
}

static bool is_other(struct text type)
{
    return type.len_bytes && !begins_with(type, "image/") &&
           !begins_with(type, "application/octet-stream");
}

bool sc_cut_part_line(struct sc_cut_part *part, const char *line, size_t line_bytes)
{
    const char *end = line + line_bytes, *colon = memchr(line, ':', line_bytes);
    if (!colon)
        return trimmed(line, end).len_bytes > 0;
    struct text name = trimmed(line, colon), value = trimmed(colon + 1, end);
    if (is_text(name, "content-length"))
        part->length_bytes = length_of(value);
    else if (is_text(name, "x-timestamp"))
        part->captured_us = sc_stamp_read_us(value.data, value.len_bytes);
    else if (is_text(name, "content-type"))
        part->is_other = is_other(value);
    return true;
}
