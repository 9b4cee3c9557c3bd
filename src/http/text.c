/* SPDX-License-Identifier: MIT */
#include "http/text.h"

#include <string.h>
#include <strings.h>

struct sc_text sc_text_of(const char *terminated)
{
    return (struct sc_text){terminated, strlen(terminated)};
}

bool sc_text_equals(struct sc_text a, struct sc_text b)
{
    return a.data && b.data && a.len_bytes == b.len_bytes &&
           strncasecmp(a.data, b.data, a.len_bytes) == 0;
}

bool sc_text_is(struct sc_text text, const char *lower)
{
    return sc_text_equals(text, sc_text_of(lower));
}

bool sc_text_begins(struct sc_text text, const char *lower)
{
    size_t n = strlen(lower);
    return text.len_bytes >= n && sc_text_is((struct sc_text){text.data, n}, lower);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

struct sc_text sc_text_trim(struct sc_text text)
{
    while (text.len_bytes && is_blank(text.data[0])) {
        text.data++;
        text.len_bytes--;
    }
    while (text.len_bytes && is_blank(text.data[text.len_bytes - 1]))
        text.len_bytes--;
    return text;
}

struct sc_text sc_text_next(struct sc_text *list)
{
    while (list->len_bytes) {
        const char *comma = memchr(list->data, ',', list->len_bytes);
        size_t n = comma ? (size_t)(comma - list->data) : list->len_bytes;
        struct sc_text element = sc_text_trim((struct sc_text){list->data, n});
        size_t used = comma ? n + 1 : n;
        list->data += used;
        list->len_bytes -= used;
        if (element.len_bytes)
            return element;
    }
    return (struct sc_text){NULL, 0};
}

bool sc_text_has_token(struct sc_text list, const char *lower)
{
    for (struct sc_text token; (token = sc_text_next(&list)).data;)
        if (sc_text_is(token, lower))
            return true;
    return false;
}

bool sc_text_is_token_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte && strchr("!#$%&'*+-.^_`|~", byte));
}

bool sc_text_is_value_byte(char byte)
{
    return byte == '\t' || ((unsigned char)byte >= 0x20 && byte != 0x7f);
}
